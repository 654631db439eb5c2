//! SK025

use signal_kernel::{reactive, resource};

struct Client;

#[resource]
async fn fetch(client: Client, id: u64) -> Result<u64, String> {
    let _ = client;
    Ok(id)
}

reactive! {
    struct Page {
        let client: Client = Client;
        signal id: u64 = 1;
        resource user = fetch(client, id);
    }
}

fn main() {
    Page::new();
}
