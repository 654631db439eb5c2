//! The borrow checker keeps reads and writes apart.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        computed total: u64 = price * 2;
    }
}

fn main() {
    let mut cart = Cart::new();
    let total = cart.total();
    cart.set_price(3);
    println!("{total}");
}
