//! SK012

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        computed double: u64 = self.price * 2;
        computed triple: u64 = self.price() * 3;
    }
}

fn main() {
    println!("{}", Cart::new().double());
}
