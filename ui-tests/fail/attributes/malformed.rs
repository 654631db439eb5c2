//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch() -> Result<u64, String> {
    Ok(1)
}

reactive! {
    struct Cart {
        #[eq] signal price: f64 = 1.0;
        #[eq(|a, b| a == b)] signal other: f64 = 1.0;
        #[keep_previous] #[manual(true)] resource user = fetch();
    }
}

fn main() {
    Cart::new();
}
