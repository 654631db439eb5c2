//! The function is there, but private.

use signal_kernel::reactive;

mod api {
    #[signal_kernel::resource]
    async fn fetch(id: u64) -> Result<u64, String> {
        Ok(id)
    }
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource user = api::fetch(id);
    }
}

fn main() {
    Page::new();
}
