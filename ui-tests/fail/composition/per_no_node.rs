//! A field and an effect are no nodes that change, and only a resource has parts.

use signal_kernel::reactive;

reactive! {
    struct Search {
        let root: String = String::new();
        signal query: String = root.clone() per root;
        signal page: u32 = 0 per show;
        signal scroll: u32 = 0 per query.value();
        effect show { println!("{query}"); }
    }
}

fn main() {}
