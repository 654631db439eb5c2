#![forbid(unsafe_code)]

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(id: u64) -> Result<u64, String> {
    Ok(id)
}

reactive! {
    struct Page {
        signal id: u64 = 3;
        resource user = fetch(id);
        computed text: String = format!("{:?}", user.value());
        effect show { println!("{text}"); }
    }
}

fn main() {
    let mut page = Page::new();
    page.set_id(4);
    signal_kernel_ui_tests::block_on(page.settled());
    assert_eq!(page.text(), "Some(4)");
}
