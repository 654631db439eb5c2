//! SK002: the whole story on the first node, the further hop on its use.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal net: u64 = 100;
        computed total: u64 = *net + *tax;
        computed tax: u64 = *total / 5;
    }
}

fn main() {
    println!("{}", Cart::new().total());
}
