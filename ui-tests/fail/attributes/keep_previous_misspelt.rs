//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch() -> Result<u64, String> {
    Ok(1)
}

reactive! {
    struct Page {
        #[keep_previous(reloads)] resource user = fetch();
        #[keep_previous(never)] resource posts = fetch();
        #[keep_previous(reload, true)] resource likes = fetch();
    }
}

fn main() {
    Page::new();
}
