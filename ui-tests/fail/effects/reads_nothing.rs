//! SK016: a warning, here denied; silenced on the second effect.

#![deny(deprecated)]

use signal_kernel::reactive;

reactive! {
    struct Page {
        let mut log: Vec<u64> = Vec::new();
        signal id: u64 = 1;
        effect hello { println!("hello"); }
        #[allow(deprecated)]
        effect once { println!("once"); }
        effect fields { log.push(1); }
        effect show { println!("{id}"); }
    }
}

fn main() {
    Page::new();
}
