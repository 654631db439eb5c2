//! SK008: the computed value is there, only its body is not.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 3;
        computed double: u64 = ;
        computed text: String = format!("{double}");
    }
}

fn main() {
    println!("{}", Cart::new().text());
}
