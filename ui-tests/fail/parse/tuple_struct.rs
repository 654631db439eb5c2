//! SK019

use signal_kernel::reactive;

reactive! {
    struct Cart(u64);
}

fn main() {}
