//! SK020

use signal_kernel::reactive;

reactive! {
    struct Page<'a> {
        signal title: &'a str = "";
        computed length: usize = title.len();
    }
}

fn main() {
    println!("{}", Page::new().length());
}
