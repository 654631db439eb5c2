//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch() -> Result<u64, String> {
    Ok(1)
}

reactive! {
    struct Cart {
        #[eq(f64::eq)] let field: f64 = 1.0;
        #[eq(f64::eq)] effect show {}
        #[eq(never)] resource user = fetch();
    }
}

fn main() {
    Cart::new();
}
