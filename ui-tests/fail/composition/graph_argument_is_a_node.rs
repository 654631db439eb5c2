//! The arguments of a graph inside are read once.

use signal_kernel::reactive;

reactive! {
    pub struct Search {
        pub signal query: String = String::new();
        pub signal dark: bool = false;
        signal hidden: bool = false;
        pub computed title: String = format!("{query} {dark} {hidden}");
    }

    struct Page {
        let log: Vec<u8>;
        signal dark: bool = false;
        computed light: bool = !dark;
        graph search: Search(log.len(), *dark, light);
    }
}

fn main() {}
