//! SK010

use signal_kernel::reactive;

reactive! {
    struct Cart {
        #[equal(f64::eq)] signal price: f64 = 1.0;
        #[manul] signal count: u64 = 1;
    }
}

fn main() {
    Cart::new();
}
