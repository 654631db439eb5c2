//! SK022

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        signal name: String = String::new();
        resource user = fetch(name);
        resource length = fetch(name.len());
    }
}

fn main() {
    Page::new();
}
