//! SK008: nothing is said about the body that uses the signal.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: = 3;
        computed double: u64 = *price * 2;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
