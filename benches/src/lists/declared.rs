//! `list` items of `reactive!`: one that is written, one with a sum, one that follows its keys.
//!
//! Must not know: the inside of the runtime.

use super::{ListSide, Rows};
use crate::{body::double, declared, library::Count, side::Kind};
use signal_kernel::{List, reactive};
use std::hint::black_box;

reactive! {
    struct Row {
        let count: Count;
        signal value: i64 = 0;
        computed twice: i64 = double(*value);
        effect see { black_box(twice); count.hit(); }
    }

    struct Table {
        let seen: Count;
        list rows: Row by u64 => |_| Row(seen.clone());
    }

    struct Summed {
        let seen: Count;
        list rows: Row by u64 => |_| Row(seen.clone());
        #[eager]
        computed total: i64 = rows.each(Row::twice).sum();
    }

    struct Following {
        let seen: Count;
        signal keys: Vec<u64> = Vec::new();
        list rows: Row by u64 = keys.iter().copied() => |_| Row(seen.clone());
    }
}

pub fn side() -> ListSide {
    ListSide {
        name: declared::NAME,
        kind: Kind::Ours,
        how: "`list rows: Row by u64`, its rows found by key; the sum is an `#[eager]` body over `rows.each(Row::twice)`",
        skip: &[],
        with: |shape, work| {
            let count = Count::default();
            let keys = 0..shape.len as u64;
            if shape.follows {
                let mut table = Following::new(count);
                table.set_keys(keys.collect());
                work(&mut table);
            } else if shape.total {
                let mut table = Summed::new(count);
                table.fill(keys);
                work(&mut table);
            } else {
                let mut table = Table::new(count);
                table.fill(keys);
                work(&mut table);
            }
            true
        },
    }
}

macro_rules! written {
    ($table:ident, |$graph:ident| $total:expr) => {
        impl $table {
            fn fill(&mut self, keys: impl Iterator<Item = u64>) {
                self.update_rows(|rows| {
                    keys.for_each(|key| {
                        rows.insert(key);
                    })
                });
            }
        }

        impl Rows for $table {
            fn insert(&mut self, key: u64) {
                self.update_rows(|rows| {
                    rows.insert(key);
                });
            }
            fn remove(&mut self, key: u64, _: usize) {
                self.update_rows(|rows| rows.remove(&key));
            }
            fn move_to_front(&mut self, key: u64, _: usize) {
                self.update_rows(|rows| rows.move_to(&key, 0));
            }
            fn write(&mut self, key: u64, _: usize, value: i64) {
                self.update_rows(|rows| rows.row_mut(&key).map(|mut row| row.set_value(value)));
            }
            fn follow(&mut self, _: Vec<u64>) {}
            fn twice(&mut self, key: u64, _: usize) -> i64 {
                self.rows().get(&key).map_or(0, |row| *row.twice())
            }
            fn total(&mut self) -> i64 {
                let $graph = self;
                $total
            }
            fn count(&mut self) -> usize {
                self.rows().len()
            }
            fn key_at(&mut self, at: usize) -> u64 {
                key_at(self.rows(), at)
            }
            fn runs(&mut self) -> u64 {
                self.seen().now()
            }
        }
    };
}
written! { Table, |table| table.rows().each(Row::twice).sum() }
written! { Summed, |table| *Summed::total(table) }

fn key_at(rows: &List<u64, Row>, at: usize) -> u64 {
    rows.get_index(at).map_or(u64::MAX, |(key, _)| *key)
}

impl Rows for Following {
    fn insert(&mut self, _: u64) {}
    fn remove(&mut self, _: u64, _: usize) {}
    fn move_to_front(&mut self, _: u64, _: usize) {}
    fn write(&mut self, _: u64, _: usize, _: i64) {}
    fn follow(&mut self, keys: Vec<u64>) {
        self.set_keys(keys);
    }
    fn twice(&mut self, _: u64, _: usize) -> i64 {
        0
    }
    fn total(&mut self) -> i64 {
        0
    }
    fn count(&mut self) -> usize {
        self.rows().len()
    }
    fn key_at(&mut self, at: usize) -> u64 {
        key_at(self.rows(), at)
    }
    fn runs(&mut self) -> u64 {
        self.seen().now()
    }
}
