//! SK010

use signal_kernel::reactive;

reactive! {
    #[state(SavedCart)]
    struct Cart {
        #[state(skip)]
        signal price: u64 = 1;
    }

    #[state(SavedEmpty)]
    struct Empty {
        let price: u64 = 1;
    }
}

fn main() {
    let _: SavedCart = Cart::new().state();
    let _: SavedEmpty = Empty::new().state();
}
