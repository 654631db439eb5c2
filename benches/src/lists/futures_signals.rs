//! futures-signals: a `MutableVec` of rows with a `Mutable` each. The library has no keys, so the list follows none.
//!
//! Must not know: the workloads.

use super::{ListSide, Rows, Shape};
use crate::{body::double, library::Count, side::Kind};
use futures::{executor::LocalPool, task::LocalSpawnExt};
use futures_signals::{
    signal::{Mutable, SignalExt},
    signal_vec::{MutableVec, SignalVec, SignalVecExt, VecDiff},
};
use std::{
    cell::{Cell, RefCell},
    future::ready,
    hint::black_box,
    rc::Rc,
};

pub fn side() -> ListSide {
    ListSide {
        name: "futures-signals",
        kind: Kind::Peer,
        how: "MutableVec of rows with a Mutable each, map_signal() and for_each() on a LocalPool; the sum is sum(); no keys",
        skip: &[],
        with: |shape, work| {
            if shape.follows {
                return false;
            }
            work(&mut Table::new(shape));
            true
        },
    }
}

#[derive(Clone)]
struct Row {
    key: u64,
    value: Mutable<i64>,
}

struct Table {
    rows: MutableVec<Row>,
    /// The doubled values, as the effect has seen them.
    doubles: Rc<RefCell<Vec<i64>>>,
    total: Rc<Cell<i64>>,
    count: Count,
    pool: LocalPool,
}

fn row(key: u64) -> Row {
    Row {
        key,
        value: Mutable::new(0),
    }
}

fn doubled(rows: &MutableVec<Row>) -> impl SignalVec<Item = i64> + use<> {
    rows.signal_vec_cloned()
        .map_signal(|row| row.value.signal().map(double))
}

impl Table {
    fn new(shape: Shape) -> Self {
        let rows = MutableVec::new_with_values((0..shape.len as u64).map(row).collect());
        let doubles = Rc::new(RefCell::new(Vec::new()));
        let count = Count::default();
        let mut pool = LocalPool::new();
        let (seen, runs) = (doubles.clone(), count.clone());
        let effect = doubled(&rows).for_each(move |diff| {
            apply(&mut seen.borrow_mut(), diff, &runs);
            ready(())
        });
        pool.spawner()
            .spawn_local(effect)
            .expect("the pool is there");
        let total = Rc::new(Cell::new(0));
        if shape.total {
            let total = total.clone();
            let sum = doubled(&rows).sum().for_each(move |sum| {
                total.set(sum);
                ready(())
            });
            pool.spawner().spawn_local(sum).expect("the pool is there");
        }
        pool.run_until_stalled();
        Table {
            rows,
            doubles,
            total,
            count,
            pool,
        }
    }
}

/// The effect: each row that has come or has changed is seen.
fn apply(doubles: &mut Vec<i64>, diff: VecDiff<i64>, runs: &Count) {
    let see = |value: i64| {
        runs.hit();
        black_box(value)
    };
    match diff {
        VecDiff::Replace { values } => *doubles = values.into_iter().map(see).collect(),
        VecDiff::InsertAt { index, value } => doubles.insert(index, see(value)),
        VecDiff::UpdateAt { index, value } => doubles[index] = see(value),
        VecDiff::RemoveAt { index } => drop(doubles.remove(index)),
        VecDiff::Move {
            old_index,
            new_index,
        } => {
            let value = doubles.remove(old_index);
            doubles.insert(new_index, value);
        }
        VecDiff::Push { value } => doubles.push(see(value)),
        VecDiff::Pop {} => drop(doubles.pop()),
        VecDiff::Clear {} => doubles.clear(),
    }
}

impl Rows for Table {
    fn insert(&mut self, key: u64) {
        self.rows.lock_mut().push_cloned(row(key));
        self.pool.run_until_stalled();
    }
    fn remove(&mut self, _: u64, at: usize) {
        self.rows.lock_mut().remove(at);
        self.pool.run_until_stalled();
    }
    fn move_to_front(&mut self, _: u64, at: usize) {
        self.rows.lock_mut().move_from_to(at, 0);
        self.pool.run_until_stalled();
    }
    fn write(&mut self, _: u64, at: usize, value: i64) {
        self.rows.lock_ref()[at].value.set(value);
        self.pool.run_until_stalled();
    }
    fn follow(&mut self, _: Vec<u64>) {}
    fn twice(&mut self, _: u64, at: usize) -> i64 {
        self.doubles.borrow()[at]
    }
    fn total(&mut self) -> i64 {
        self.total.get()
    }
    fn count(&mut self) -> usize {
        self.rows.lock_ref().len()
    }
    fn key_at(&mut self, at: usize) -> u64 {
        self.rows.lock_ref()[at].key
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}
