//! Each mistake is reported, and nothing is added.

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<String, String> {
    Ok(id.to_string())
}

reactive! {
    #[derive(Clone)]
    pub struct Cart {
        singal qty: u64 = 1;
        signal price u64 = 2;
        signal name: = 3;
        #[manual] computed total: u64 = qyt * price;
        computed waiting: u64 = later().await;
        computed half: u64 = price.
        computed total: u64 = 3;
        resource user = fetch;
        resource friend = fetch(half);
        effect show { *price = 3; println!("{total} {name}"); }
        efect log { println!("{}", self.qty) }
    }
}

reactive! {
    struct Whole {
        signal a: u64 = 1;
        computed b: u64 = a * 2;
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_qty(2);
    cart.set_price(3);
    cart.batch(|cart| cart.set_qty(4));
    cart.reload_user();
    println!("{:?} {}", cart.friend().value(), cart.total());
    println!("{}", Whole::new().b());
}
