//! SK020

use signal_kernel::reactive;

reactive! {
    struct Page {
        let render: impl Fn(u64) -> String = |id| id.to_string();
        signal id: u64 = 1;
        computed text: String = (render)(*id);
    }
}

fn main() {
    println!("{}", Page::new().text());
}
