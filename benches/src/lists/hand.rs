//! A list by hand: a vector of rows, each with its double.
//!
//! Must not know: any library.

use super::{ListSide, Rows, Shape};
use crate::{
    body::{double, seen},
    hand,
    side::Kind,
};
use std::collections::HashMap;

pub fn side() -> ListSide {
    ListSide {
        name: hand::NAME,
        kind: Kind::Hand,
        how: "a Vec of rows; the sum is kept",
        skip: &[],
        with: |shape, work| {
            let mut table = Table::default();
            table.fill(shape);
            work(&mut table);
            true
        },
    }
}

struct Row {
    key: u64,
    value: i64,
    twice: i64,
}

#[derive(Default)]
struct Table {
    rows: Vec<Row>,
    total: i64,
    runs: u64,
}

impl Table {
    fn fill(&mut self, shape: Shape) {
        (0..shape.len as u64).for_each(|key| self.insert(key));
    }

    fn row(&mut self, key: u64) -> Row {
        seen(double(0), &mut self.runs);
        Row {
            key,
            value: 0,
            twice: 0,
        }
    }
}

impl Rows for Table {
    fn insert(&mut self, key: u64) {
        let row = self.row(key);
        self.rows.push(row);
    }
    fn remove(&mut self, _: u64, at: usize) {
        self.total -= self.rows.remove(at).twice;
    }
    fn move_to_front(&mut self, _: u64, at: usize) {
        self.rows[..=at].rotate_right(1);
    }
    fn write(&mut self, _: u64, at: usize, value: i64) {
        let row = &mut self.rows[at];
        if row.value != value {
            row.value = value;
            let twice = double(value);
            self.total += twice - row.twice;
            row.twice = twice;
            seen(twice, &mut self.runs);
        }
    }
    fn follow(&mut self, keys: Vec<u64>) {
        let rows = std::mem::take(&mut self.rows).into_iter();
        let mut rows: HashMap<u64, Row> = rows.map(|row| (row.key, row)).collect();
        for key in keys {
            let row = rows.remove(&key).unwrap_or_else(|| self.row(key));
            self.rows.push(row);
        }
        self.total = self.rows.iter().map(|row| row.twice).sum();
    }
    fn twice(&mut self, _: u64, at: usize) -> i64 {
        self.rows[at].twice
    }
    fn total(&mut self) -> i64 {
        self.total
    }
    fn count(&mut self) -> usize {
        self.rows.len()
    }
    fn key_at(&mut self, at: usize) -> u64 {
        self.rows[at].key
    }
    fn runs(&mut self) -> u64 {
        self.runs
    }
}
