//! A mistake in one struct leaves the other one whole.

use signal_kernel::reactive;

reactive! {
    struct One {
        computed a: u64 = *b;
        computed b: u64 = *a;
    }

    struct Two {
        signal a: u64 = 1;
        computed b: u64 = a * 2;
    }

    enum Three {}

    struct Four {
        signal a: u64 = 1
    }
}

fn main() {
    println!("{} {} {}", One::new().a(), Two::new().b(), Four::new().a());
}
