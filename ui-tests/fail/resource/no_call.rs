//! SK018

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource bare = fetch;
        resource awaited = fetch(id).await;
        resource sum = *id + 1;
    }
}

fn main() {
    Page::new();
}
