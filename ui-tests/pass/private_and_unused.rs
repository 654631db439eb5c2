//! An accessor that is merely unused is no warning.

#![deny(warnings)]

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 3;
        computed double: u64 = price * 2;
        effect show { let _ = double; }
    }
}

fn main() {
    let _cart = Cart::new();
}
