//! SK019

use signal_kernel::reactive;

reactive! {
    enum Cart {
        Empty,
    }
}

fn main() {}
