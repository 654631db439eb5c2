//! SK001, in a format string.

use signal_kernel::reactive;

reactive! {
    struct Page {
        signal title: String = String::new();
        effect show { println!("[{titel}]"); }
    }
}

fn main() {
    Page::new();
}
