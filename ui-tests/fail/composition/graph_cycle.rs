//! A graph inside is one step: its feeds cannot read a value that depends on it.

use signal_kernel::reactive;

reactive! {
    pub struct Search {
        pub signal query: String = String::new();
        pub signal dark: bool = false;
        signal hidden: bool = false;
        pub computed title: String = format!("{query} {dark} {hidden}");
    }

    struct Page {
        graph search: Search() { dark: *is_long };
        computed is_long: bool = search.query().len() > 9;
    }

    struct Direct {
        graph search: Search() { dark: search.query().is_empty() };
    }
}

fn main() {}
