//! SK041: a field of another type, a function of other arguments, and one that returns no future.

use signal_kernel::{reactive, resource};
use std::time::Duration;

#[resource]
async fn search(query: String) -> Result<usize, String> {
    Ok(query.len())
}

fn by_millis(millis: u64) -> std::future::Ready<u64> {
    std::future::ready(millis)
}

fn blocks(time: Duration) {
    std::thread::sleep(time);
}

reactive! {
    #[sleep(clock)]
    struct ByField {
        let clock: u64;
        signal query: String = String::new();
        #[timeout(2s)]
        resource hits = search(query);
    }

    #[sleep(by_millis)]
    struct ByMillis {
        signal query: String = String::new();
        #[timeout(2s)]
        resource hits = search(query);
    }

    #[sleep(blocks)]
    struct Blocks {
        signal query: String = String::new();
        #[timeout(2s)]
        resource hits = search(query);
    }
}

fn main() {
    println!("{}", ByField::new(1).clock());
}
