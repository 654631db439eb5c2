//! SK018: no such function, and it looks like a type.

use signal_kernel::reactive;

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource user = Fetch(id);
    }
}

fn main() {
    Page::new();
}
