//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        #[eq(never)]
        resource user = fetch(id);
    }
}

fn main() {
    Page::new();
}
