#![allow(dead_code)]
#![no_implicit_prelude]

use ::signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> ::core::result::Result<u64, u64> {
    ::core::result::Result::Ok(id)
}

#[resource(fold(::std::vec::Vec<u64>, ::std::vec::Vec::push))]
fn stream(
    id: u64,
) -> impl ::signal_kernel_ui_tests::Stream<Item = ::core::result::Result<u64, u64>> {
    ::signal_kernel_ui_tests::stream::iter([::core::result::Result::Ok(id)])
}

reactive! {
    #[derive(Debug)]
    struct Cart {
        let mut log: u64 = 0;
        signal price: u64 = 3;
        #[eq(never)] signal other: u64;
        computed double: u64 = price * 2;
        resource user = fetch(double);
        #[on_cancel(keep)] resource users = stream(double);
        effect show { *log += *double; }
        effect kept: u64 = *double;
    }
}

fn main() {
    let mut cart = Cart::new(2);
    cart.set_price(4);
    cart.set_other(4);
    cart.batch(|cart| cart.update_price(|price| *price += 1));
    ::std::assert_eq!(*cart.double(), 10);
}
