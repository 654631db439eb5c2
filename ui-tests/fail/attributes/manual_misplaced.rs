//! SK010

use signal_kernel::reactive;

reactive! {
    struct Cart {
        #[manual] let field: f64 = 1.0;
        #[manual] signal number: f64 = 1.0;
        #[manual] computed double: f64 = number * 2.0;
        #[manual] effect show {}
    }
}

fn main() {
    Cart::new();
}
