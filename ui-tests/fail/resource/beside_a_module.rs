//! A `#[resource]` function is also a type, and so is a module.

use signal_kernel::resource;

mod user {}

#[resource]
async fn user(id: u64) -> Result<u64, String> {
    Ok(id)
}

fn main() {}
