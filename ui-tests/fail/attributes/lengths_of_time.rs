//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn search(query: String) -> Result<usize, String> {
    Ok(query.len())
}

reactive! {
    #[sleep(std::future::ready)]
    struct Search {
        signal query: String = String::new();
        #[debounce(150)]
        resource one = search(query);
        #[timeout(2m)]
        resource two = search(query);
        #[retry(0, 1s..=2s)]
        resource three = search(query);
        #[retry(5, 8s..=250ms)]
        resource four = search(query);
        #[refresh(0s)]
        resource five = search(query);
        #[debounce(1s)]
        resource six = search(String::new());
        #[retry_if(String::is_empty)]
        resource seven = search(query);
        #[manual]
        #[refresh(1min)]
        #[retry(1, 1s..=1s)]
        resource eight = search(query);
    }
}

fn main() {
    println!("{}", Search::new().one().is_pending());
}
