//! SK015

use signal_kernel::resource;

#[resource]
async fn fetch(id: impl Into<u64>) -> Result<u64, String> {
    Ok(id.into())
}

fn main() {
    let _ = fetch(1_u8);
}
