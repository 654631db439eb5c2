//! rustc's own error, on the user's expression.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = "three";
        computed text: String = price * 2;
    }
}

fn main() {
    println!("{}", Cart::new().text());
}
