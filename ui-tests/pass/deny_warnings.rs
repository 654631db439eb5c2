//! A crate that allows no warning, and documents everything.

#![deny(
    warnings,
    missing_docs,
    unused,
    unreachable_pub,
    missing_debug_implementations
)]
#![deny(clippy::all, clippy::pedantic)]

use signal_kernel::{reactive, resource};

/// Loads a user.
///
/// # Errors
///
/// Never.
#[resource]
pub async fn fetch(id: u64) -> Result<u64, String> {
    std::future::ready(Ok(id)).await
}

reactive! {
    /// A documented graph.
    #[derive(Debug)]
    pub struct Cart {
        let client: u64;
        /// Counts.
        pub let mut log: u64 = { 0 };
        /// What it costs.
        pub signal price: u64 = 3;
        /// Twice that.
        pub computed double: u64 = price * 2;
        /// With a block.
        pub computed block: u64 = { if *price > 3 { 1 } else { 2 } };
        /// With braces that would be unused elsewhere.
        pub computed tuple: (u64, u64) = (*price, *double);
        /// From far away.
        pub resource user = fetch(*double + client);
        /// An argument that may be missing.
        pub resource friend = fetch(*user.value()?);
        signal unread: u64 = 1;
        effect show { if *price > 100 { *log += 1; } }
        effect kept: u64 = *double;
        #[allow(deprecated)]
        effect shadow { let price = 1; *log += price; }
    }
}

fn main() {
    let mut cart = Cart::new(1);
    cart.set_price(4);
    cart.set_unread(2);
    assert_eq!(
        (
            *cart.double(),
            *cart.block(),
            *cart.unread(),
            *cart.client()
        ),
        (8, 1, 2, 1)
    );
}
