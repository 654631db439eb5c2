//! SK015

use signal_kernel::resource;

struct Client;

impl Client {
    #[resource]
    async fn fetch(&self, id: u64) -> Result<u64, String> {
        Ok(id)
    }
}

fn main() {
    let _ = Client.fetch(1);
}
