//! A setter is a method of the graph, which no body sees. A body may call a user's own function of that name.

use signal_kernel::{reactive, resource};

#[resource(infallible)]
async fn fetch(id: u64) -> u64 {
    id
}

reactive! {
    struct Page {
        signal id: u64 = 1;
        signal title: String = String::new();
        resource user = fetch(*id);
        computed next: u64 = { set_id(*id + 1); 1 };
        effect count { update_id(|id| *id += 1) }
        effect again { if user.value().is_none() { reload_user(); user.reload(); } }
        effect show { set_title(title); }
    }
}

fn set_title(_: &str) {}

fn main() {}
