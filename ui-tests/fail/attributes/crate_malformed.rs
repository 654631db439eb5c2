//! SK010

use signal_kernel::{reactive, resource};

reactive! {
    #![crate = "signal_kernel"]

    struct Cart {
        signal price: f64 = 1.0;
    }
}

reactive! {
    #![crate = signal_kernel]
    #![crate = signal_kernel]

    struct Page {
        signal price: f64 = 1.0;
    }
}

#[resource(crate = 1)]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

fn main() {
    Cart::new().price();
    Page::new().price();
    let _ = fetch(1);
}
