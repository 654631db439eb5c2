//! SK018: `#[resource]` is missing.

use signal_kernel::reactive;

async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource user = fetch(id);
    }
}

fn main() {
    let _ = fetch(1);
    Page::new();
}
