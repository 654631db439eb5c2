//! A name that resembles no node: rustc reports it.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal qty: u64 = 1;
        computed double: u64 = amount * *qty;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
