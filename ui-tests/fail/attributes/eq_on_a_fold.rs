//! SK038

use signal_kernel::{reactive, resource};
use signal_kernel_ui_tests::{Stream, stream};

#[resource(fold(Vec<usize>, Vec::push))]
fn prices(symbol: String) -> impl Stream<Item = Result<usize, String>> {
    stream::iter([Ok(symbol.len())])
}

fn same_length(one: &Vec<usize>, other: &Vec<usize>) -> bool {
    one.len() == other.len()
}

reactive! {
    struct Desk {
        signal symbol: String = "ACME".to_owned();
        #[eq(same_length)]
        resource price = prices(symbol);
    }
}

fn main() {
    println!("{}", Desk::new().price().is_pending());
}
