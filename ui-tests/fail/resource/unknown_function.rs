//! SK018: no such function.

use signal_kernel::reactive;

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource user = fetch(id);
    }
}

fn main() {
    Page::new();
}
