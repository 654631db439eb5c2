//! A resource declared in `reactive!`.
//!
//! Invariants: one graph has one resource: the shape of a graph is fixed, so the row of 10 000 resources is blank.
//!
//! Must not know: the inside of the runtime.

use super::{AsyncSide, Board, Fetch, Resources};
use crate::{declared, side::Kind};
use signal_kernel::{reactive, resource};
use std::task::{Context, Waker};

#[resource(local, infallible)]
async fn finish(work: Fetch) -> i64 {
    work.await
}

reactive! {
    struct Asking {
        let board: Board;
        signal source: i64 = 0;
        resource answer = finish(board.fetch(*source));
    }
}

pub fn side() -> AsyncSide {
    AsyncSide {
        name: declared::NAME,
        kind: Kind::Ours,
        how: "`resource answer = finish(..)`, poll_progress() until nothing is ready",
        with: |board, count, f| {
            if count == 1 {
                f(&mut Some(Asking::new(board.clone())));
            }
            count == 1
        },
    }
}

impl Resources for Option<Asking> {
    fn set(&mut self, _: usize, value: i64) {
        if let Some(graph) = self {
            graph.set_source(value);
        }
    }
    fn tick(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        if let Some(graph) = self {
            while graph.poll_progress(&mut context).is_ready() {}
        }
    }
    fn value(&mut self, _: usize) -> Option<i64> {
        self.as_ref()?.answer().value().copied()
    }
    fn is_pending(&mut self, _: usize) -> bool {
        self.as_ref()
            .is_some_and(|graph| graph.answer().is_pending())
    }
    fn dispose(&mut self) {
        *self = None;
    }
}
