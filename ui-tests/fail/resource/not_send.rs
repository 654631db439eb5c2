//! SK014

use signal_kernel::resource;
use std::rc::Rc;

async fn pause() {}

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    let shared = Rc::new(id);
    pause().await;
    Ok(*shared)
}

fn main() {}
