//! SK002: two cycles are two errors, and their dependents are none.

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Cart {
        computed a: u64 = *b + 1;
        computed b: u64 = *a + *d;
        resource c = fetch(*d);
        computed d: u64 = *c.value().unwrap_or(&0) + 1;
        computed after: u64 = *d + 1;
    }
}

fn main() {
    println!("{}", Cart::new().after());
}
