//! Mistakes in the use of a state are rustc's, at the user's tokens.

use signal_kernel::reactive;

reactive! {
    #[state(SavedCart)]
    struct Cart {
        let unit: u64;
        signal price: u64 = 1;
        #[state(no_such_attribute)]
        signal qty: u64 = 2;
        #[state(skip)]
        signal secret: u64 = 2;
    }
}

fn main() {
    let mut cart = Cart::with_state(SavedCart { price: 1, qty: 2 });
    cart.restore(SavedCart { price: 1 });
    cart.restore(cart.state().clone());
    println!("{}", cart.state().secret);
}
