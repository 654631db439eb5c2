//! SK021

use signal_kernel::reactive;

reactive! {
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Cart {
        signal price: u64 = 1;
    }
}

fn main() {
    println!("{:?}", Cart::new());
}
