//! A node that is switched off is no node: rustc reports its name in a body.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal prices: f64 = 1.0;
        #[cfg(any())] signal price: f64 = 1.0;
        computed total: f64 = *price * 2.0;
        effect show { println!("{prices} {total} {price}"); }
    }
}

fn main() {
    Cart::new().set_price(1.0);
}
