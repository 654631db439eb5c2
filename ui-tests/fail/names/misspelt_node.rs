//! SK001

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal qty: u64 = 1;
        computed double: u64 = qyt * 2;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
