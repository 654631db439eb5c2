//! SK005, SK010

use signal_kernel::reactive;

reactive! {
    #[state(SavedCart)]
    struct Cart {
        signal price: u64 = 1;
        signal state: u64 = 1;
        let restore: u64 = 2;
        computed with_state: u64 = price + 1;
    }

    #[state(Basket)]
    struct Basket {
        signal price: u64 = 1;
    }

    #[state(ListBatch)]
    struct List {
        signal price: u64 = 1;
    }
}

fn main() {
    let _: SavedCart = Cart::new().state();
    Basket::new().set_price(1);
    List::new().set_price(1);
}
