//! sycamore's `create_isomorphic_resource` on a tokio `LocalSet`; it works without a browser.
//!
//! Invariants: see the parent.
//!
//! Must not know: other sides.

use super::{AsyncSide, Board, Resources};
use crate::side::Kind;
use std::cell::Cell;
use sycamore_reactive::{RootHandle, Signal, create_root, create_signal};
use sycamore_web::{Resource, create_isomorphic_resource};
use tokio::{
    runtime::{Builder, Runtime},
    task::LocalSet,
};

pub fn side() -> AsyncSide {
    AsyncSide {
        name: "sycamore-reactive",
        kind: Kind::Peer,
        how: "create_isomorphic_resource on a tokio LocalSet, yielding until no fetch ends",
        with: |board, count, f| {
            let runtime = Builder::new_current_thread()
                .build()
                .expect("it can be built");
            let local = LocalSet::new();
            let root = {
                let _runtime = runtime.enter();
                let _local = local.enter();
                create_root(|| {})
            };
            let made = Cell::new(Vec::new());
            {
                let _runtime = runtime.enter();
                let _local = local.enter();
                root.run_in(|| made.set((0..count).map(|_| one(board)).collect()));
            }
            f(&mut Made {
                runtime: &runtime,
                local: &local,
                root,
                board: board.clone(),
                made: made.take(),
            });
            true
        },
    }
}

type One = (Signal<i64>, Resource<i64>);

fn one(board: &Board) -> One {
    let (board, source) = (board.clone(), create_signal(0i64));
    let fetch = move || board.fetch(source.get());
    (source, create_isomorphic_resource(fetch))
}

struct Made<'a> {
    runtime: &'a Runtime,
    local: &'a LocalSet,
    root: RootHandle,
    board: Board,
    made: Vec<One>,
}

impl Resources for Made<'_> {
    fn set(&mut self, at: usize, value: i64) {
        // Spawning needs the set to be entered.
        let _runtime = self.runtime.enter();
        let _local = self.local.enter();
        let source = self.made[at].0;
        self.root.run_in(|| source.set(value));
    }
    fn tick(&mut self) {
        let ended = || self.board.dropped() + self.board.resolved();
        self.local.block_on(self.runtime, async {
            // A set runs up to 61 tasks in a turn; take turns until no fetch ends.
            loop {
                let before = ended();
                for _ in 0..4 {
                    tokio::task::yield_now().await;
                }
                if ended() == before {
                    break;
                }
            }
        });
    }
    fn value(&mut self, at: usize) -> Option<i64> {
        let resource = self.made[at].1;
        self.root.run_in(|| resource.get())
    }
    fn is_pending(&mut self, at: usize) -> bool {
        let resource = self.made[at].1;
        self.root.run_in(|| resource.is_loading())
    }
    fn dispose(&mut self) {
        let _local = self.local.enter();
        self.root.dispose();
    }
}
