//! SK024

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        computed double: u64 = price.get() * 2;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
