//! `create_resource` of the kernel's own functions.
//!
//! Invariants: the fetch starts when the fetcher is called, as on the other sides.
//!
//! Must not know: the inside of the kernel.

use super::{AsyncSide, Board, Resources};
use crate::{libraries::dynamic::Dynamic, library::Library, side::Kind};
use signal_kernel::{AsyncMeta, AsyncStatus, AsyncValue, Scope, Signal};
use signal_kernel::{create_resource, poll_progress, scope, signal};
use std::{
    convert::Infallible,
    task::{Context, Waker},
};

pub fn side() -> AsyncSide {
    AsyncSide {
        name: Dynamic::NAME,
        kind: Kind::Ours,
        how: "create_resource(), poll_progress() until nothing is ready",
        with: |board, count, f| {
            let (made, scope) = scope(|| (0..count).map(|_| made(board.clone())).collect());
            f(&mut Made {
                made,
                scope: Some(scope),
            });
            true
        },
    }
}

type One = (Signal<i64>, AsyncValue<i64>, AsyncMeta<Infallible>);

fn made(board: Board) -> One {
    let source = signal(0);
    let (value, meta) = create_resource(
        move || source.get(),
        move |input| {
            let work = board.fetch(input);
            async move { Ok(work.await) }
        },
    );
    (source, value, meta)
}

struct Made {
    made: Vec<One>,
    scope: Option<Scope>,
}

impl Resources for Made {
    fn set(&mut self, at: usize, value: i64) {
        self.made[at].0.set(value);
    }
    fn tick(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while poll_progress(&mut context).is_ready() {}
    }
    fn value(&mut self, at: usize) -> Option<i64> {
        self.made[at].1.get()
    }
    fn is_pending(&mut self, at: usize) -> bool {
        self.made[at].2.status() == AsyncStatus::Pending
    }
    fn dispose(&mut self) {
        self.scope = None;
    }
}
