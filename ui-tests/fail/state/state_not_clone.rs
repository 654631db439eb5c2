//! SK025; a type parameter needs the bound itself.

use signal_kernel::reactive;

#[derive(PartialEq)]
struct Money(u64);

reactive! {
    #[state(SavedCart)]
    struct Cart<T: PartialEq> {
        signal price: Money = Money(1);
        signal qty: u64 = 2;
        signal old: Vec<Money> = Vec::new();
        signal kind: T;
        #[state(skip)]
        signal last: Money = Money(2);
    }
}

fn main() {
    let mut cart = Cart::<u8>::new(1);
    cart.set_qty(3);
}
