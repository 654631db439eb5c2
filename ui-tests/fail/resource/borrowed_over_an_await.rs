//! A value that is borrowed over an `.await` must be `Sync`: rustc reports it.

use signal_kernel::resource;
use std::fmt::Display;

#[resource]
async fn show<T: Display>(value: T) -> Result<String, String> {
    let shown = &value;
    std::future::ready(()).await;
    Ok(shown.to_string())
}

fn main() {}
