//! The own name is an `Option`, and the value has the type of the signal.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        signal page: u32 = page + 1 per query;
        signal scroll: u32 = "top" per query;
    }
}

fn main() {}
