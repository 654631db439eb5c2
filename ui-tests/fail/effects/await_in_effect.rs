//! SK011

use signal_kernel::reactive;

async fn save(id: u64) -> u64 {
    id
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        effect store { save(*id).await; }
    }
}

fn main() {
    Page::new();
}
