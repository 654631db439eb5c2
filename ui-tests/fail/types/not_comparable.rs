//! SK013

use signal_kernel::reactive;

struct Money(u64);

reactive! {
    struct Cart {
        signal price: u64 = 1;
        computed total: Money = Money(*price);
        signal paid: Money = Money(0);
    }
}

fn main() {
    println!("{}", Cart::new().total().0);
}
