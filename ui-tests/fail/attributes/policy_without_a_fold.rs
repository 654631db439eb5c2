//! SK038

use signal_kernel::{reactive, resource};
use signal_kernel_ui_tests::{Stream, stream};

#[resource]
fn prices(symbol: String) -> impl Stream<Item = Result<usize, String>> {
    stream::iter([Ok(symbol.len())])
}

#[resource]
async fn name(symbol: String) -> Result<String, String> {
    Ok(symbol)
}

reactive! {
    struct Desk {
        signal symbol: String = "ACME".to_owned();
        #[on_cancel(keep)]
        #[on_error(clear)]
        resource price = prices(symbol);
        #[on_error(keep)]
        #[manual]
        resource full = name(symbol);
    }
}

fn main() {
    println!("{}", Desk::new().price().is_pending());
}
