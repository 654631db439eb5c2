//! The expansion names everything by its full path.

#![allow(dead_code)]

use signal_kernel::{reactive, resource};

struct Slot;
struct Core;
struct Graph;
struct Node;
struct Option;
struct Result;
struct Default;
struct Clone;
struct Debug;
struct FnOnce;
struct AsyncState;
struct AsyncStatus;
struct CancelToken;
struct Resource;
struct String;
struct Some;
struct None;
struct Ok;
struct Err;
struct Poll;
struct Context;
struct Send;
struct Sync;
struct Into;
struct PartialEq;
struct Fold;
struct Interrupted;
struct Latest;
struct PhantomData;
struct Duration;
struct Times;
struct Timed;

mod core {}
mod std {}
mod signal_kernel_macros {}

#[resource]
async fn fetch(id: u64) -> ::core::result::Result<u64, u64> {
    ::core::result::Result::Ok(id)
}

#[resource(fold(u64, value))]
fn stream(
    item: u64,
) -> impl signal_kernel_ui_tests::Stream<Item = ::core::result::Result<u64, u64>> {
    signal_kernel_ui_tests::stream::iter([::core::result::Result::Ok(item)])
}

/// Its name is that of a parameter of the generated code.
fn value(value: &mut u64, item: u64) {
    *value += item;
}

reactive! {
    #[derive(Debug)]
    #[sleep(::std::future::ready)]
    struct Cart {
        let mut log: u64 = 0;
        signal price: u64 = 3;
        computed double: u64 = price * 2;
        computed eager: u64 = price * 3;
        #[debounce(1s)] #[timeout(2s)] #[retry(1, 1s..=2s)] #[refresh(1h)]
        resource user = fetch(double);
        #[on_cancel(keep)] #[on_error(clear)] resource users = stream(double);
        effect show { *log += *eager; }
        effect kept: u64 = *double;
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_price(4);
    cart.batch(|cart| cart.update_price(|price| *price += 1));
    let done: ::core::result::Result<u64, u64> = cart.transaction(|cart| {
        cart.set_price(7);
        ::core::result::Result::Err(1)
    });
    assert_eq!(done, ::core::result::Result::Err(1));
    assert_eq!((*cart.price(), *cart.double()), (5, 10));
    let mut other = <Cart as ::core::default::Default>::default();
    other.reload_user();
    other.cancel_user("enough");
}
