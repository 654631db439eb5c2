//! `Reactive` is for structs of `reactive!` only.

use signal_kernel::{Graph, Reactive};
use std::task::{Context, Poll};

struct Mine;

impl Reactive for Mine {
    const GRAPH: Graph = Graph::new("Mine", &[]);
    type Batch<'g> = ();

    fn poll_progress(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    fn version(&self) -> u64 {
        0
    }

    fn __write(&mut self) {}
}

fn drive<G: Reactive>(_: &mut G) {}

fn main() {
    drive(&mut Mine);
    drive(&mut String::new());
}
