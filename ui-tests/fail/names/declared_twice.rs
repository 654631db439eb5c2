//! SK004

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        signal price: u64 = 2;
        computed double: u64 = *price * 2;
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_price(4);
    println!("{}", cart.double());
}
