//! `update_x` in a batch, of a value that is not `Clone`. Outside of batches, and in `update_x_with`, no copy is needed.

use signal_kernel::reactive;

#[derive(PartialEq)]
struct Money(u64);

reactive! {
    struct Cart {
        signal price: Money = Money(1);
        signal qty: u64 = 2;
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.update_price(|price| price.0 = 2);
    cart.batch(|cart| {
        cart.set_price(Money(2));
        cart.update_price_with(|price| price.0 += 1, |price| price.0 -= 1);
        cart.update_price(|price| price.0 = 3);
        cart.update_qty(|qty| *qty = 4);
    });
    println!("{}", cart.price().0);
}
