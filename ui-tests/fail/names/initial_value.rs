//! Initial values see no item.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        let smallest: u64;
        signal qty: u64 = *smallest;
        computed double: u64 = qty * 2;
    }
}

fn main() {}
