//! eyeball-im: an `ObservableVector`, and a subscriber that applies its diffs to the doubled values. The library has no
//! keys, so the list follows none.
//!
//! Must not know: the workloads.

use super::{ListSide, Rows, Shape};
use crate::{
    body::{double, seen},
    side::Kind,
};
use eyeball_im::{ObservableVector, VectorDiff, VectorSubscriberStream};
use futures::{FutureExt, StreamExt};

pub fn side() -> ListSide {
    ListSide {
        name: "eyeball-im",
        kind: Kind::Peer,
        how: "ObservableVector, its stream of diffs taken after each write and applied to the doubled values; the sum is kept by hand; no keys",
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

#[derive(Clone, Copy)]
struct Row {
    key: u64,
    value: i64,
}

struct Table {
    rows: ObservableVector<Row>,
    diffs: VectorSubscriberStream<Row>,
    doubles: Vec<i64>,
    total: i64,
    runs: u64,
}

impl Table {
    fn new(shape: Shape) -> Self {
        let mut rows = ObservableVector::new();
        let diffs = rows.subscribe().into_stream();
        rows.append(
            (0..shape.len as u64)
                .map(|key| Row { key, value: 0 })
                .collect(),
        );
        let mut table = Table {
            rows,
            diffs,
            doubles: Vec::new(),
            total: 0,
            runs: 0,
        };
        table.flush();
        table
    }

    /// The doubled value of a row that has come or has changed.
    fn see(&mut self, row: Row) -> i64 {
        let twice = double(row.value);
        seen(twice, &mut self.runs);
        self.total += twice;
        twice
    }

    fn flush(&mut self) {
        while let Some(Some(diff)) = self.diffs.next().now_or_never() {
            match diff {
                VectorDiff::Append { values } => {
                    for row in values {
                        let twice = self.see(row);
                        self.doubles.push(twice);
                    }
                }
                VectorDiff::PushBack { value } => {
                    let twice = self.see(value);
                    self.doubles.push(twice);
                }
                VectorDiff::Set { index, value } => {
                    let twice = self.see(value);
                    self.total -= std::mem::replace(&mut self.doubles[index], twice);
                }
                VectorDiff::PopFront => self.total -= self.doubles.remove(0),
                VectorDiff::Remove { index } => self.total -= self.doubles.remove(index),
                _ => unreachable!("the workloads make no other change"),
            }
        }
    }
}

impl Rows for Table {
    fn insert(&mut self, key: u64) {
        self.rows.push_back(Row { key, value: 0 });
        self.flush();
    }
    fn remove(&mut self, _: u64, at: usize) {
        self.rows.remove(at);
        self.flush();
    }
    /// There is no move: the subscriber takes the row for a new one, unless both diffs are matched by hand.
    fn move_to_front(&mut self, _: u64, at: usize) {
        let row = self.rows.remove(at);
        self.rows.insert(0, row);
        let gone = self.diffs.next().now_or_never();
        let come = self.diffs.next().now_or_never();
        match (gone.flatten(), come.flatten()) {
            (
                Some(VectorDiff::Remove { index: from }),
                Some(VectorDiff::Insert { index: to, .. }),
            ) => {
                self.doubles[to..=from].rotate_right(1);
            }
            _ => unreachable!("both changes are told"),
        }
    }
    fn write(&mut self, key: u64, at: usize, value: i64) {
        self.rows.set(at, Row { key, value });
        self.flush();
    }
    fn follow(&mut self, _: Vec<u64>) {}
    fn twice(&mut self, _: u64, at: usize) -> i64 {
        self.doubles[at]
    }
    fn total(&mut self) -> i64 {
        self.total
    }
    fn count(&mut self) -> usize {
        self.doubles.len()
    }
    fn key_at(&mut self, at: usize) -> u64 {
        self.rows[at].key
    }
    fn runs(&mut self) -> u64 {
        self.runs
    }
}
