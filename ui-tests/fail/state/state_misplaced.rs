//! SK010

use signal_kernel::{reactive, resource};

#[resource(infallible)]
async fn fetch(price: u64) -> u64 {
    price
}

reactive! {
    #[state(SavedCart)]
    struct Cart {
        #[state(skip)]
        let unit: u64 = 1;
        signal price: u64 = 1;
        #[state(skip)]
        computed total: u64 = price * unit;
        #[state(skip)]
        resource rate = fetch(price);
        #[state(skip)]
        effect show { println!("{total}"); }
    }

    struct Stateless {
        #[state(skip)]
        signal price: u64 = 1;
    }
}

fn main() {
    Cart::new().restore(SavedCart { price: 2 });
}
