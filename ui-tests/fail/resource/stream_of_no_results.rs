//! SK015: a type that is no `Result`, and an alias that only rustc can resolve.

use signal_kernel::{reactive, resource};
use signal_kernel_ui_tests::{Stream, stream};

type Price = usize;

#[resource]
fn prices(symbol: String) -> impl Stream<Item = usize> {
    stream::iter([symbol.len()])
}

#[resource]
fn bids(symbol: String) -> impl Stream<Item = Price> {
    stream::iter([symbol.len()])
}

#[resource(fold(Vec<usize>, Vec::push))]
fn asks(symbol: String) -> impl Stream<Item = Price> {
    stream::iter([symbol.len()])
}

reactive! {
    struct Desk {
        signal symbol: String = "ACME".to_owned();
        resource price = prices(symbol);
        resource bid = bids(symbol);
        resource ask = asks(symbol);
        computed wait: bool = price.is_pending() || bid.is_pending() || ask.is_pending();
    }
}

fn main() {
    println!("{}", Desk::new().wait());
}
