//! The sleeps of a graph are `Send`, unless it says `#[sleep(local, ..)]`.

use signal_kernel::{reactive, resource};
use std::time::Duration;

#[resource]
async fn search(query: String) -> Result<usize, String> {
    Ok(query.len())
}

async fn sleep(time: Duration) {
    let here = std::rc::Rc::new(time);
    std::future::ready(()).await;
    drop(here);
}

reactive! {
    #[sleep(sleep)]
    struct Search {
        signal query: String = String::new();
        #[timeout(2s)]
        resource hits = search(query);
    }
}

fn main() {
    println!("{}", Search::new().hits().is_pending());
}
