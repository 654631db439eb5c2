//! SK010

use signal_kernel::reactive;

reactive! {
    struct Cart {
        #[eq(never)] #[eq(never)] signal price: f64 = 1.0;
    }
}

fn main() {
    Cart::new();
}
