//! SK008: a body that is half written.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 3;
        computed double: u64 = price.;
        computed text: String = format!("{double}");
    }
}

fn main() {
    println!("{}", Cart::new().text());
}
