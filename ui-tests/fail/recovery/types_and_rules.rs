//! One build reports the errors of rustc and of the macro.

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

struct Money(u64);

reactive! {
    struct Cart {
        signal price: u64 = "three";
        computed wrong: String = *price;
        computed money: Money = Money(*price);
        resource user = fetch(price, 2);
        effect write { price = 4; }
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_price(4);
    println!("{} {}", cart.wrong(), cart.money().0);
}
