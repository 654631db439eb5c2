//! Each mistake of a build is reported in that build: an error of the macro hides no unresolved name of rustc's.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        computed total: u64 = prise * 2;
        computed other: u64 = *price + nowhere(1);
        computed third: u64 = *price + missing;
        computed broken: u64 = { *price + };
    }
}

fn elsewhere() -> u64 {
    unheard_of()
}

fn main() {
    elsewhere();
}
