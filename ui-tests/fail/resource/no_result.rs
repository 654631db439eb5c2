//! SK015

use signal_kernel::resource;

#[resource]
async fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = fetch(1);
}
