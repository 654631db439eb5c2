//! SK007

use signal_kernel::reactive;

reactive! {
    struct Cart {
        signal price: u64 = 1;
        effect assign { *price = 2; }
        effect set { price.set(2); }
        effect through_self { self.set_price(2); }
    }
}

fn main() {
    Cart::new();
}
