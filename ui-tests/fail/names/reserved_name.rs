//! SK005

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal batch: u64 = 1;
        computed double: u64 = *batch * 2;
        signal part: u64 = 1;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
