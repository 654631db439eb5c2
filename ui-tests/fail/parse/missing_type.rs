//! SK008: the body that uses the signal gets no error.

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
