//! `update_x` inside a transaction.

use signal_kernel::reactive;

#[derive(PartialEq)]
struct Money(u64);

reactive! {
    struct Cart {
        signal price: Money = Money(1);
    }
}

fn main() {
    let mut cart = Cart::new();
    let _: Result<(), ()> = cart.transaction(|cart| {
        cart.set_price(Money(2));
        cart.update_price(|price| price.0 = 3);
        Ok(())
    });
    println!("{}", cart.price().0);
}
