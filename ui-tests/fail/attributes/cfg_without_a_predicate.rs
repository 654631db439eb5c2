//! SK010

use signal_kernel::reactive;

reactive! {
    struct Cart {
        #[cfg(unix, windows)] signal price: f64 = 1.0;
        #[cfg] signal qty: f64 = 1.0;
        #[cfg_attr(not(a, b), eq(never))] signal tax: f64 = 1.0;
        #[cfg(not(any()))] computed total: f64 = price * qty * tax;
    }
}

fn main() {
    Cart::new().total();
}
