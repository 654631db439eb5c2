//! SK013: of a type parameter rustc knows the bound to add.

use signal_kernel::reactive;

reactive! {
    struct Page<T> {
        pub signal value: T;
    }
}

fn main() {
    Page::new(1).value();
}
