//! SK023

use signal_kernel::reactive;

reactive! {
    struct Cart {
        let mut count: u64 = 1;
        computed double: u64 = *count * 2;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
