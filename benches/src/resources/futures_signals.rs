//! futures-signals' `map_future`, run by a `LocalPool`.
//!
//! Invariants: see the parent.
//!
//! Must not know: other sides.

use super::{AsyncSide, Board, Resources};
use crate::side::Kind;
use futures::{executor::LocalPool, task::LocalSpawnExt};
use futures_signals::{
    cancelable_future,
    signal::{Mutable, SignalExt},
};
use std::{any::Any, cell::Cell, future::ready, rc::Rc};

pub fn side() -> AsyncSide {
    AsyncSide {
        name: "futures-signals",
        kind: Kind::Peer,
        how: "Mutable::signal().map_future() on a LocalPool, run_until_stalled()",
        with: |board, count, f| {
            let mut pool = LocalPool::new();
            let made = (0..count).map(|_| one(board, &pool)).collect();
            pool.run_until_stalled();
            f(&mut Made { pool, made });
            true
        },
    }
}

struct One {
    source: Mutable<i64>,
    /// The last value, and whether there is a newer input.
    state: Rc<Cell<(Option<i64>, bool)>>,
    /// Dropping it cancels the task.
    _handle: Box<dyn Any>,
}

fn one(board: &Board, pool: &LocalPool) -> One {
    let (source, state) = (Mutable::new(0i64), Rc::new(Cell::new((None, true))));
    let (board, told) = (board.clone(), state.clone());
    let answers = source.signal().map_future(move |input| board.fetch(input));
    let task = answers.for_each(move |answer: Option<i64>| {
        told.set((answer.or(told.get().0), answer.is_none()));
        ready(())
    });
    let (handle, task) = cancelable_future(task, || ());
    pool.spawner().spawn_local(task).expect("the pool is there");
    One {
        source,
        state,
        _handle: Box::new(handle),
    }
}

struct Made {
    pool: LocalPool,
    made: Vec<One>,
}

impl Resources for Made {
    fn set(&mut self, at: usize, value: i64) {
        self.made[at].source.set(value);
    }
    fn tick(&mut self) {
        self.pool.run_until_stalled();
    }
    fn value(&mut self, at: usize) -> Option<i64> {
        self.made[at].state.get().0
    }
    fn is_pending(&mut self, at: usize) -> bool {
        self.made[at].state.get().1
    }
    fn dispose(&mut self) {
        self.made.clear();
    }
}
