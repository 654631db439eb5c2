//! rustc reports an unknown type once.

use signal_kernel::reactive;

reactive! {
    struct Page {
        pub signal user: Usr = 1;
        pub computed name: Strin = user.to_string();
    }
}

fn main() {
    Page::new();
}
