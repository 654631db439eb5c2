//! Names that the expansion uses itself are free for nodes and type parameters.

#![deny(warnings)]

use signal_kernel::{reactive, resource};

#[resource]
async fn fetch(value: u64) -> Result<u64, String> {
    Ok(value)
}

reactive! {
    #[derive(Debug)]
    pub struct Names<R: Clone + PartialEq, E: Clone + PartialEq, T: Clone + PartialEq> {
        pub signal graph: R;
        pub signal core: E;
        pub signal hub: T;
        pub let inputs: u64;
        pub let mut state: u64 = 1;
        pub signal value: u64 = 1;
        pub signal change: u64 = 2;
        pub signal revision: u64 = *&3;
        pub signal before: u64 = 4;
        pub signal u64: u64 = 5;
        pub signal hole_0: u64 = 6;
        pub computed changed: u64 = hole_0 + 7;
        pub computed refreshed: u64 = *changed;
        pub computed lazy: u64 = *refreshed;
        pub computed show: u64 = *lazy;
        pub computed after: u64 = before + value + u64;
        pub computed same: u64 = after + change;
        pub computed context: (R, E, T) = (graph.clone(), core.clone(), hub.clone());
        pub resource request = fetch(after);
        pub resource answer = fetch(*same + revision);
        pub computed rank: u64 = *request.value().unwrap_or(before);
        pub computed position: u64 = *inputs + 1;
        effect reason { *state += *rank; }
        effect wake: u64 = *same;
        effect result { let _ = (context, answer.status(), position); }
    }
}

fn main() {
    let mut names = Names::new('r', 'e', 't', 7);
    names.set_graph('g');
    names.update_change(|change| *change += 1);
    names.batch(|names| {
        names.set_value(2);
        names.set_hub('h');
    });
    let done: Result<(), u64> = names.transaction(|names| {
        names.set_core('c');
        names.update_revision(|revision| *revision = 9);
        Err(1)
    });
    signal_kernel_ui_tests::block_on(names.settled());
    assert_eq!((done, *names.after(), *names.same()), (Err(1), 11, 14));
    assert_eq!(*names.context(), ('g', 'e', 'h'));
    assert_eq!(*names.show(), 13);
    assert_eq!(
        (*names.rank(), *names.position(), *names.state()),
        (11, 8, 16)
    );
}
