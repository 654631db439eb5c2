//! SK003

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal net: u64 = 100;
        computed total: u64 = *net + *total;
    }
}

fn main() {
    println!("{}", Cart::new().total());
}
