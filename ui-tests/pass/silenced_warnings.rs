//! Each warning can be silenced, on the item or on the struct.

#![deny(warnings, dead_code)]

use signal_kernel::reactive;

reactive! {
    struct Page {
        #[expect(dead_code)]
        signal spare: u64 = 1;
        #[expect(deprecated)]
        effect hello { println!("hello"); }
    }

    #[allow(deprecated)]
    struct Other {
        effect hello { println!("hello"); }
    }
}

fn main() {
    Page::new();
    Other::new();
}
