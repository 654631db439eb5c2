//! A feed leads to a signal that is visible, and has its type.

use inside::Search;
use signal_kernel::reactive;

mod inside {
    use signal_kernel::reactive;

    reactive! {
        pub struct Search {
            pub signal dark: bool = false;
            signal hidden: bool = false;
            pub computed light: bool = !dark && !hidden;
        }
    }
}

reactive! {
    struct Private {
        graph search: Search() { hidden: true };
    }

    struct Missing {
        graph search: Search() { drak: true };
    }

    struct Computed {
        graph search: Search() { light: true };
    }

    struct Typed {
        signal count: u8 = 0;
        graph search: Search() { dark: *count };
    }
}

fn main() {}
