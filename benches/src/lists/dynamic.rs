//! The functions: `keyed` over a signal of keys. A row's value is a signal that its scope makes.
//!
//! Must not know: the inside of the runtime.

use super::{ListSide, Rows, Shape};
use crate::{
    body::double,
    libraries::dynamic::Dynamic,
    library::{Count, Library},
    side::Kind,
};
use signal_kernel::{Computed, Signal, computed, create_effect, keyed, scope, signal};
use std::hint::black_box;

pub fn side() -> ListSide {
    ListSide {
        name: Dynamic::NAME,
        kind: Kind::Ours,
        how: "`keyed` over a signal of keys; rows are found by index",
        skip: &[],
        with: |shape, work| {
            let (mut table, _scope) = scope(|| Table::new(shape));
            work(&mut table);
            true
        },
    }
}

#[derive(Clone, Copy)]
struct Row {
    key: u64,
    value: Signal<i64>,
    twice: Computed<i64>,
}

struct Table {
    keys: Signal<Vec<u64>>,
    rows: Computed<Vec<Row>>,
    total: Option<Computed<i64>>,
    count: Count,
}

impl Table {
    fn new(shape: Shape) -> Self {
        let keys = signal((0..shape.len as u64).collect::<Vec<_>>());
        let count = Count::default();
        let runs = count.clone();
        let rows = keyed(
            move || keys.get(),
            |key| *key,
            move |key| {
                let value = signal(0);
                let twice = computed(move || double(value.get()));
                let runs = runs.clone();
                create_effect(move || {
                    black_box(twice.get());
                    runs.hit();
                });
                Row {
                    key: key.get(),
                    value,
                    twice,
                }
            },
        );
        let sum = move || rows.with(|rows| rows.iter().map(|row| row.twice.get()).sum());
        Table {
            keys,
            rows,
            total: shape.total.then(|| computed(sum)),
            count,
        }
    }

    fn row(&self, at: usize) -> Row {
        self.rows.with(|rows| rows[at])
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
        self.row(at).twice.get()
    }
    fn total(&mut self) -> i64 {
        self.total.map_or(0, |total| total.get())
    }
    fn count(&mut self) -> usize {
        self.rows.with(Vec::len)
    }
    fn key_at(&mut self, at: usize) -> u64 {
        self.row(at).key
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}
