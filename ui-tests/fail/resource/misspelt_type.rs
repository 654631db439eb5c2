//! SK018: there is no such function, and the name looks like a type.

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
