//! SK008: the item that follows is whole.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 3
        computed double: u64 = *price * 2;
    }
}

fn main() {
    let cart = Cart::new();
    println!("{} {}", cart.price(), cart.double());
}
