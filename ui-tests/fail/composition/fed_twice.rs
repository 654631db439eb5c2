//! A signal of a graph inside has one feed.

use signal_kernel::reactive;

reactive! {
    pub struct Search {
        pub signal query: String = String::new();
        pub signal dark: bool = false;
        signal hidden: bool = false;
        pub computed title: String = format!("{query} {dark} {hidden}");
    }

    struct Page {
        signal dark: bool = false;
        graph search: Search() { dark: *dark, query: String::new(), dark: !dark };
    }
}

fn main() {}
