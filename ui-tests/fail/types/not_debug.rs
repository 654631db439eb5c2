//! SK027

use signal_kernel::{reactive, resource};

#[derive(Clone, PartialEq)]
struct Secret;

#[resource]
async fn fetch() -> Result<Secret, String> {
    Ok(Secret)
}

reactive! {
    #[derive(Debug)]
    struct Page {
        let field: Secret = Secret;
        signal written: Secret = Secret;
        computed lazy: Secret = written.clone();
        computed eager: Secret = written.clone();
        resource loaded = fetch();
        effect show { let _ = (eager, field); }
    }
}

fn main() {
    println!("{:?}", Page::new());
}
