//! A signal starts anew by the name of a node.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        signal page: u32 = 0 per qery;
        signal scroll: u32 = 0 per pages;
    }
}

fn main() {}
