//! `per` names a node of a graph inside that is there and visible.

use inside::Search;
use signal_kernel::reactive;

mod inside {
    use signal_kernel::reactive;

    reactive! {
        pub struct Search {
            pub signal query: String = String::new();
            signal hidden: bool = false;
            pub computed long: bool = query.len() > 9 && !hidden;
        }
    }
}

reactive! {
    struct Page {
        graph search: Search();
        signal page: u32 = 0 per search.qeury();
        signal other: u32 = 0 per search.long(), search.hidden();
    }
}

fn main() {}
