//! `#[eq(path)]` names a `fn(&T, &T) -> bool`.

use signal_kernel::reactive;

fn by_value(before: u64, after: u64) -> bool {
    before == after
}

fn distance(before: &u64, after: &u64) -> u64 {
    before.abs_diff(*after)
}

reactive! {
    struct Page {
        #[eq(by_value)]
        pub signal a: u64 = 1;
        #[eq(distance)]
        pub signal b: u64 = 1;
        #[eq(no_such_rule)]
        pub signal c: u64 = 1;
    }
}

fn main() {
    Page::new();
}
