//! Only a signal starts anew.

use signal_kernel::reactive;

reactive! {
    struct Search {
        signal query: String = String::new();
        computed page: u32 = 0 per query;
    }
}

fn main() {}
