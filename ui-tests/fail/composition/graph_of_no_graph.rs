//! A graph inside is a struct of `reactive!`.

use signal_kernel::reactive;

pub struct Settings;

reactive! {
    struct Page {
        signal dark: bool = false;
        graph settings: Settings;
        graph numbers: Vec<u8>;
        effect show { let _ = (dark, settings, numbers); }
    }
}

fn main() {}
