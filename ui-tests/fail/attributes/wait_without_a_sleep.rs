//! SK040

use signal_kernel::{reactive, resource};

#[resource]
async fn search(query: String) -> Result<usize, String> {
    Ok(query.len())
}

reactive! {
    struct Search {
        signal query: String = String::new();
        #[debounce(150ms)]
        #[timeout(2s)]
        #[retry(5, 250ms..=8s)]
        #[keep_previous(false)]
        resource hits = search(query);
        #[refresh(1h)]
        resource rates = search(String::new());
    }
}

fn main() {
    println!("{}", Search::new().hits().is_pending());
}
