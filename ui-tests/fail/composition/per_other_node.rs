//! The value sees the nodes behind `per` alone.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        signal size: u32 = 10;
        signal page: u32 = *size per query;
    }
}

fn main() {}
