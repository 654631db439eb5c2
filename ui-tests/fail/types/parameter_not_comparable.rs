//! SK013: for a type parameter rustc proposes the missing bound.

use signal_kernel::reactive;

reactive! {
    struct Page<T> {
        pub signal value: T;
    }
}

fn main() {
    Page::new(1).value();
}
