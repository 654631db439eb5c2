//! SK015

use signal_kernel::resource;

#[resource]
async fn fetch(name: &str) -> Result<usize, String> {
    Ok(name.len())
}

fn main() {
    let _ = fetch("");
}
