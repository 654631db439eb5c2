//! SK002

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        resource user = fetch(next);
        computed id: u64 = *user.value().unwrap_or(&0);
        computed next: u64 = *id + 1;
    }
}

fn main() {
    println!("{}", Page::new().id());
}
