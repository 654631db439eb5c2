//! SK015

use signal_kernel::{reactive, resource};
use signal_kernel_ui_tests::{Stream, stream};

#[resource]
async fn prices(symbol: String) -> impl Stream<Item = Result<usize, String>> {
    stream::iter([Ok(symbol.len())])
}

reactive! {
    struct Desk {
        signal symbol: String = "ACME".to_owned();
        resource price = prices(symbol);
        computed cents: usize = price.value().map_or(0, |price| price * 100);
    }
}

fn main() {
    println!("{}", Desk::new().cents());
}
