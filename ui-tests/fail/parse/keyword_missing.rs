//! SK009: a field with the syntax of a plain struct.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        price: u64,
    }
}

fn main() {}
