//! A cycle hides no other error, in bodies and in types.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal net: u64 = 100;
        computed total: u64 = *net + *tax;
        computed tax: u64 = *total / 5;
        computed text: String = *total;
        effect show { println!("{}", totl + 1); }
    }
}

fn main() {
    println!("{}", Cart::new().text());
}
