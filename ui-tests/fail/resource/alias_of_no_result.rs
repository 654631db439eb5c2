//! SK015, for an alias that only rustc can resolve.

use signal_kernel::{reactive, resource};

type Answer = u64;

#[resource]
async fn fetch(id: u64) -> Answer {
    id
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        resource user = fetch(id);
        computed waits: bool = user.is_pending();
    }
}

fn main() {
    println!("{}", Page::new().waits());
}
