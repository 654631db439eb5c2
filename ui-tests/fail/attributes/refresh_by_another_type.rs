//! SK042, and a rule for retries that takes another error.

use signal_kernel::{reactive, resource};
use std::time::Duration;

#[resource]
async fn search(query: String) -> Result<usize, String> {
    Ok(query.len())
}

const SECONDS: u64 = 60;

fn before_expiry(token: &String) -> Option<Duration> {
    token.parse().ok().map(Duration::from_secs)
}

fn is_temporary(code: &u32) -> bool {
    *code >= 500
}

reactive! {
    #[sleep(std::future::ready)]
    struct Search {
        signal query: String = String::new();
        #[refresh(SECONDS)]
        resource one = search(query);
        #[refresh(before_expiry)]
        resource two = search(query);
        #[timeout(SECONDS)]
        resource three = search(query);
        #[retry(3, 1s..=2s)]
        #[retry_if(is_temporary)]
        resource four = search(query);
    }
}

fn main() {
    println!("{}", Search::new().one().is_pending());
}
