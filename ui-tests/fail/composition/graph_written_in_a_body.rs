//! No body writes a graph inside.

use signal_kernel::reactive;

reactive! {
    pub struct Search {
        pub signal query: String = String::new();
        pub signal dark: bool = false;
        signal hidden: bool = false;
        pub computed title: String = format!("{query} {dark} {hidden}");
    }

    struct Page {
        graph search: Search();
        computed found: bool = { self.update_search(|_| true) };
        effect show { self.update_search(|search| search.set_dark(*found)); }
    }
}

fn main() {}
