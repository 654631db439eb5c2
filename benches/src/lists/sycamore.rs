//! sycamore-reactive: `map_keyed` over a signal of keys. A row's value is a signal that its scope makes.
//!
//! Must not know: the workloads.

use super::{ListSide, Rows, Shape};
use crate::{
    body::double,
    libraries::sycamore::Sycamore,
    library::{Count, Library},
    side::Kind,
};
use std::hint::black_box;
use sycamore_reactive::{
    ReadSignal, Signal, create_effect, create_root, create_selector, create_signal, map_keyed,
};

pub fn side() -> ListSide {
    ListSide {
        name: Sycamore::NAME,
        kind: Kind::Peer,
        how: "map_keyed over a signal of keys; rows are found by index",
        skip: &[],
        with: |shape, work| {
            let mut table = None;
            let root = create_root(|| table = Some(Table::new(shape)));
            if let Some(table) = &mut table {
                root.run_in(|| work(table));
            }
            root.dispose();
            true
        },
    }
}

#[derive(Clone, Copy)]
struct Row {
    key: u64,
    value: Signal<i64>,
    twice: ReadSignal<i64>,
}

struct Table {
    keys: Signal<Vec<u64>>,
    rows: ReadSignal<Vec<Row>>,
    total: Option<ReadSignal<i64>>,
    count: Count,
}

impl Table {
    fn new(shape: Shape) -> Self {
        let keys = create_signal((0..shape.len as u64).collect::<Vec<_>>());
        let count = Count::default();
        let runs = count.clone();
        let make = move |key| {
            let value = create_signal(0);
            let twice = create_selector(move || double(value.get()));
            let runs = runs.clone();
            create_effect(move || {
                black_box(twice.get());
                runs.hit();
            });
            Row { key, value, twice }
        };
        let rows = map_keyed(*keys, make, |key| *key);
        let sum = move || rows.with(|rows| rows.iter().map(|row| row.twice.get()).sum());
        Table {
            keys,
            rows,
            total: shape.total.then(|| create_selector(sum)),
            count,
        }
    }

    fn row(&self, at: usize) -> Row {
        self.rows.with_untracked(|rows| rows[at])
    }
}

impl Rows for Table {
    fn insert(&mut self, key: u64) {
        self.keys.update(|keys| keys.push(key));
    }
    fn remove(&mut self, _: u64, at: usize) {
        self.keys.update(|keys| keys.remove(at));
    }
    fn move_to_front(&mut self, _: u64, at: usize) {
        self.keys.update(|keys| keys[..=at].rotate_right(1));
    }
    fn write(&mut self, _: u64, at: usize, value: i64) {
        self.row(at).value.set(value);
    }
    fn follow(&mut self, keys: Vec<u64>) {
        self.keys.set(keys);
    }
    fn twice(&mut self, _: u64, at: usize) -> i64 {
        self.row(at).twice.get_untracked()
    }
    fn total(&mut self) -> i64 {
        self.total.map_or(0, |total| total.get_untracked())
    }
    fn count(&mut self) -> usize {
        self.rows.with_untracked(Vec::len)
    }
    fn key_at(&mut self, at: usize) -> u64 {
        self.row(at).key
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}
