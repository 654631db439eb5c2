//! A node is a value, and no function: rustc finds no function of that name, and the message gives the reason.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        let rate: fn(u64) -> u64 = |price| price / 5;
        computed double: u64 = price() * 2;
        computed tax: u64 = rate(*price);
    }
}

fn main() {}
