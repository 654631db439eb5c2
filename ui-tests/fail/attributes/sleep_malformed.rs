//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn search(query: String) -> Result<usize, String> {
    Ok(query.len())
}

reactive! {
    #[sleep(|time| std::future::ready(time))]
    struct Search {
        signal query: String = String::new();
        #[timeout(2s)]
        resource hits = search(query);
    }
}

fn main() {
    println!("{}", Search::new().hits().is_pending());
}
