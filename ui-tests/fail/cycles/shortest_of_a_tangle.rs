//! SK002: of cycles that share nodes, the shortest is reported.

use signal_kernel::reactive;

reactive! {
    struct Cart {
        computed a: u64 = *b + 1;
        computed b: u64 = *c + 1;
        computed c: u64 = *d + *a;
        computed d: u64 = *c + 1;
    }
}

fn main() {
    println!("{}", Cart::new().a());
}
