//! SK020

use signal_kernel::reactive;

reactive! {
    struct Page {
        signal title: &str = "";
        computed length: usize = title.len();
    }
}

fn main() {
    println!("{}", Page::new().length());
}
