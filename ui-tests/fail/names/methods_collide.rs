//! SK005

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        computed set_price: u64 = *price * 2;
    }
}

fn main() {
    Cart::new().set_price(4);
}
