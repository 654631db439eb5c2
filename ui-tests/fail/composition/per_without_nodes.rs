//! `per` is followed by nodes.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        signal page: u32 = 0 per;
        signal scroll: u32 = 0 per 3;
    }
}

fn main() {}
