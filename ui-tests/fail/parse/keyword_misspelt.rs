//! SK009: the item becomes a signal all the same.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        singal price: u64 = 3;
        computed double: u64 = *price * 2;
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_price(4);
    println!("{} {}", cart.price(), cart.double());
}
