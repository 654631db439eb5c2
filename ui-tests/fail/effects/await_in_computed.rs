//! SK011

use signal_kernel::reactive;

async fn fetch(id: u64) -> u64 {
    id
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        computed user: u64 = fetch(*id).await;
    }
}

fn main() {
    println!("{}", Page::new().user());
}
