//! rustc reports each mistake in a type once, at the type.

use signal_kernel::reactive;

reactive! {
    #[state(SavedPage, derive(Clone, PartialEq))]
    struct Page {
        pub signal user: Usr = 1;
        pub signal name: Option<u8, u8> = None;
        pub signal total: Total;
    }

    #[state(SavedTable)]
    struct Table {
        pub signal title: &str = "";
        pub signal sum: u64;
        pub computed half: u64 = su / 2;
    }
}

fn main() {
    Page::new(1).state();
    Table::new(1).restore(SavedTable { title: "", sum: 2 });
}
