//! SK010

use signal_kernel::reactive;

reactive! {
    struct Cart {
        #[keep_previous(false)] let field: f64 = 1.0;
        #[keep_previous(false)] signal number: f64 = 1.0;
        #[keep_previous(false)] computed double: f64 = number * 2.0;
        #[keep_previous(false)] effect show {}
    }
}

fn main() {
    Cart::new();
}
