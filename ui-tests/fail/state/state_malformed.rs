//! SK010

use signal_kernel::reactive;

reactive! {
    #[state]
    struct Nameless {
        #[state]
        signal price: u64 = 1;
    }

    #[state(derive(Clone))]
    struct Derived {
        #[state(skip, serde(default))]
        signal price: u64 = 1;
    }

    #[state(SavedTwice)]
    #[state(SavedTwice)]
    struct Twice {
        #[state(skip)]
        #[state(serde(default))]
        signal price: u64 = 1;
        signal qty: u64 = 1;
    }

    #[state(SavedFeature, cfg(test))]
    struct Feature {
        signal price: u64 = 1;
    }
}

fn main() {
    Twice::new().restore(SavedTwice { qty: 1 });
}
