//! SK002: the first node has the whole message, and the use of the second node has a note.

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
