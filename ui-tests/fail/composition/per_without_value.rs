//! A value stands before `per`.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        signal page: u32 per query;
        signal scroll: u32 = per query;
    }
}

fn main() {}
