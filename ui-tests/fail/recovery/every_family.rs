//! A mistake of each family: each is reported once, without further errors, and the code outside compiles.

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    pub struct Shop {
        pub signal id: u64 = 1;
        pub signl stock: u64 = 3;
        pub signal price: u64 = 3
        #[manual]
        pub signal rate: u64 = 2;
        pub computed total: u64 = price * rat;
        pub computed loop_a: u64 = *loop_b;
        pub computed loop_b: u64 = *loop_a;
        pub computed own: u64 = self.price;
        pub computed late: u64 = work(*id).await;
        pub resource user = fetch;
        effect write { price = 4; }
        pub signal id: u64 = 2;
        pub signal settled: u64 = 2;
        pub signal text: &str = "";
    }
}

fn main() {
    let mut shop = Shop::new();
    shop.set_price(4);
    shop.update_rate(|rate| *rate += 1);
    shop.batch(|shop| shop.set_id(2));
    shop.reload_user();
    let _: (&u64, Option<&u64>) = (shop.loop_a(), shop.user().value());
}
