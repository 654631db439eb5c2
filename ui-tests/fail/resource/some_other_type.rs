//! SK018: the path is that of a type which is no resource.

use signal_kernel::reactive;

struct Fetch(u64);

reactive! {
    #[derive(Debug)]
    pub struct Page {
        pub signal id: u64 = 1;
        pub resource user = Fetch(id);
        pub computed waits: bool = user.is_pending();
        effect show { println!("{waits} {:?}", user.value()); }
    }
}

fn main() {
    println!("{}", Fetch(1).0);
    let mut page = Page::new();
    page.reload_user();
    page.batch(|page| page.cancel_user("enough"));
    println!("{:?}", page.user().status());
}
