//! SK010

use signal_kernel::{reactive, resource};

#[resource]
async fn name(symbol: String) -> Result<String, String> {
    Ok(symbol)
}

reactive! {
    struct Desk {
        signal symbol: String = "ACME".to_owned();
        #[on_cancel]
        #[on_error(keeep)]
        resource full = name(symbol);
        #[on_cancel(keep)]
        computed length: usize = symbol.len();
    }
}

fn main() {
    println!("{}", Desk::new().length());
}
