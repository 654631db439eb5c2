//! reactive_graph's `ArcAsyncDerived::new_unsync`, which Leptos' `LocalResource` is built on.
//!
//! Invariants: see the parent.
//!
//! Must not know: other sides.

use super::{AsyncSide, Resources};
use crate::side::Kind;
use any_spawner::Executor;
use reactive_graph::{
    computed::ArcAsyncDerived,
    owner::Owner,
    signal::RwSignal,
    traits::{Get, GetUntracked, Set},
};

pub fn side() -> AsyncSide {
    AsyncSide {
        name: "reactive_graph",
        kind: Kind::Peer,
        how: "ArcAsyncDerived::new_unsync on a futures LocalPool, Executor::poll_local()",
        with: |board, count, f| {
            let _ = Executor::init_futures_executor(); // an error from the second call on
            let owner = Owner::new();
            owner.with(|| {
                let made = |_| {
                    let (board, source) = (board.clone(), RwSignal::new(0i64));
                    let fetch = move || board.fetch(source.get());
                    (source, ArcAsyncDerived::new_unsync(fetch))
                };
                f(&mut Made {
                    owner: owner.clone(),
                    made: (0..count).map(made).collect(),
                });
            });
            owner.cleanup();
            true
        },
    }
}

struct Made {
    owner: Owner,
    made: Vec<(RwSignal<i64>, ArcAsyncDerived<i64>)>,
}

impl Resources for Made {
    fn set(&mut self, at: usize, value: i64) {
        self.made[at].0.set(value);
    }
    fn tick(&mut self) {
        Executor::poll_local();
    }
    fn value(&mut self, at: usize) -> Option<i64> {
        self.made[at].1.get_untracked()
    }
    /// The library keeps its loading state private, so the absence of a value stands for it.
    fn is_pending(&mut self, at: usize) -> bool {
        self.value(at).is_none()
    }
    fn dispose(&mut self) {
        self.made.clear();
        self.owner.cleanup();
    }
}
