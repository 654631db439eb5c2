//! SK017: rustc reports the node that nothing reads, and no accessor.

#![deny(dead_code)]

use signal_kernel::reactive;

reactive! {
    struct Cart {
        let lonely: u64 = 1;
        let _guard: u64 = 1;
        signal price: u64 = 3;
        signal only_written: u64 = 1;
        signal read: u64 = 1;
        signal changed: u64 = 1;
        signal read_in_a_batch: u64 = 1;
        #[allow(dead_code)]
        signal allowed: u64 = 1;
        pub signal public: u64 = 1;
        computed double: u64 = price * 2;
        computed unread: u64 = price * 2;
        effect show { println!("{double}"); }
    }
}

fn main() {
    let mut cart = Cart::new();
    cart.set_only_written(4);
    cart.update_changed(|changed| *changed += 1);
    cart.batch(|cart| println!("{}", cart.read_in_a_batch()));
    println!("{}", cart.read());
}
