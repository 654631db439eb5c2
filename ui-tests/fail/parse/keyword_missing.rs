//! SK009: a field as a plain struct has it.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        price: u64,
    }
}

fn main() {}
