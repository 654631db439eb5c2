//! SK003

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        resource page = fetch(*page.value().unwrap_or(&0) + 1);
    }
}

fn main() {
    println!("{:?}", Page::new().page().status());
}
