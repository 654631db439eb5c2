//! SK022: one error for the call.

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64, name: String) -> Result<u64, String> {
    Ok(id + name.len() as u64)
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        signal name: String = String::new();
        resource user = fetch(name, id);
    }
}

fn main() {
    Page::new();
}
