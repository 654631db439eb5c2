//! rustc's errors about the generated methods name the nodes, and show no more than their declarations.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        pub let mut log: Vec<u64>;
        pub signal price: u64 = 1;
        pub computed total: u64 = price * 2;
        effect show { log = vec![*total]; }
        effect value { *total }
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_price("3");
    cart.set_total(3);
    cart.update_price(3);
    let _ = cart.clone();
}
