//! SK022

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64, page: u64) -> Result<u64, String> {
    Ok(id + page)
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource user = fetch(id);
    }
}

fn main() {
    Page::new();
}
