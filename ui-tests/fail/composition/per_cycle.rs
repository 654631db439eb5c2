//! Two signals cannot start each other anew.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        signal page: u32 = 0 per query, scroll;
        signal scroll: u32 = 0 per page;
    }
}

fn main() {}
