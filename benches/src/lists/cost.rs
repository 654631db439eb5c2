//! The cost of lists in declared graphs, in instructions: small workloads for the `counts` binary.
//!
//! Invariants: the timed part of a workload on rows that were written before writes the rows of the warm-up again.
//!
//! Must not know: peers.

use crate::{
    meter::Meter,
    resources::{Board, Fetch},
};
use signal_kernel::{reactive, resource};
use std::{
    hint::black_box,
    task::{Context, Waker},
};

/// The names of the workloads.
pub const WORKLOADS: [&str; 18] = [
    "row alone",
    "row of 10",
    "row of 1000",
    "row of 100 000",
    "row of 1000, len",
    "row of 1000, each of another node",
    "row of 1000, each of the node",
    "two rows of 1000",
    "two rows of 100 000",
    "first write to a row",
    "put in 100, at 10 000",
    "take out 100, at 10 000",
    "queue of 10 000",
    "move one of 1000",
    "follow 1000, all stay",
    "follow 1000, 100 come and go",
    "completion among 10",
    "completion among 10 000",
];

/// A row, and the row in hundredths of which it may cost at most so much.
const GOALS: [(&str, &str, u64); 7] = [
    ("row of 1000", "row of 10", 110),
    ("row of 100 000", "row of 10", 110),
    ("row of 1000, len", "row of 1000", 110),
    ("row of 1000, each of another node", "row of 1000", 105),
    ("two rows of 1000", "row of 1000", 200),
    ("two rows of 100 000", "row of 100 000", 200),
    ("completion among 10 000", "completion among 10", 110),
];

/// The instructions that a workload of a hundred keys may take.
const GOALS_OF_KEYS: [(&str, u64); 2] = [
    ("put in 100, at 10 000", 300_000),
    ("take out 100, at 10 000", 300_000),
];

/// The goals that these counts miss.
pub fn missed_goals(count: &dyn Fn(&str) -> u64) -> Vec<String> {
    let missed = GOALS
        .into_iter()
        .filter(|(row, other, hundredths)| count(row) * 100 > count(other) * hundredths);
    let missed = missed
        .map(|(row, other, hundredths)| format!("{row} costs more than {hundredths} % of {other}"));
    let keys = GOALS_OF_KEYS
        .into_iter()
        .filter(|(row, most)| count(row) > *most);
    let keys = keys.map(|(row, most)| format!("{row} costs more than {most}"));
    missed.chain(keys).collect()
}

reactive! {
    struct Row {
        signal number: u64 = 0;
        signal done: bool = false;
        computed next: u64 = number + 1;
        effect see { black_box(next); }
    }

    struct Plain {
        list rows: Row by u64 => |_| Row();
    }

    struct WithLen {
        list rows: Row by u64 => |_| Row();
        effect see { black_box(rows.len()); }
    }

    struct WithOther {
        list rows: Row by u64 => |_| Row();
        effect see { black_box(rows.each(Row::done).filter(|done| **done).count()); }
    }

    struct WithEach {
        list rows: Row by u64 => |_| Row();
        effect see { black_box(rows.each(Row::number).sum::<u64>()); }
    }

    struct Following {
        signal keys: Vec<u64> = Vec::new();
        list rows: Row by u64 = keys.iter().copied() => |_| Row();
    }

    struct Working {
        let board: Board;
        resource answer = finish(board.fetch(1));
    }

    struct Work {
        let board: Board;
        list rows: Working by u64 => |_| Working(board.clone());
    }
}

#[resource(local, infallible)]
async fn finish(work: Fetch) -> i64 {
    work.await
}

/// The number of operations in a pass.
const OPERATIONS: u64 = 1000;

/// Times `workload` once; false if there is no such workload.
pub fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "row alone" => alone(meter),
        "row of 10" => write::<Plain>(meter, 10, 1),
        "row of 1000" => write::<Plain>(meter, 1000, 1),
        "row of 100 000" => write::<Plain>(meter, 100_000, 1),
        "row of 1000, len" => write::<WithLen>(meter, 1000, 1),
        "row of 1000, each of another node" => write::<WithOther>(meter, 1000, 1),
        "row of 1000, each of the node" => write::<WithEach>(meter, 1000, 1),
        "two rows of 1000" => write::<Plain>(meter, 1000, 2),
        "two rows of 100 000" => write::<Plain>(meter, 100_000, 2),
        "first write to a row" => first_write(meter),
        "put in 100, at 10 000" => put_in(meter),
        "take out 100, at 10 000" => take_out(meter),
        "queue of 10 000" => queue(meter),
        "move one of 1000" => move_one(meter),
        "follow 1000, all stay" => follow(meter, 0),
        "follow 1000, 100 come and go" => follow(meter, 100),
        "completion among 10" => complete(meter, 10),
        "completion among 10 000" => complete(meter, 10_000),
        _ => return false,
    }
    true
}

/// A graph with a list of [`Row`]s.
trait Table: Sized {
    fn new() -> Self;
    /// Puts rows in, in one batch.
    fn fill(&mut self, keys: std::ops::Range<u64>);
    /// Writes `count` rows that follow each other, in one batch.
    fn write(&mut self, key: u64, count: u64, value: u64);
    fn sum(&self) -> u64;
}

macro_rules! tables {
    ($($table:ident)*) => {
        $(impl Table for $table {
            fn new() -> Self {
                $table::new()
            }
            fn fill(&mut self, keys: std::ops::Range<u64>) {
                self.update_rows(|rows| keys.for_each(|key| { rows.insert(key); }));
            }
            #[inline(always)]
            fn write(&mut self, key: u64, count: u64, value: u64) {
                self.update_rows(|rows| {
                    for key in key..key + count {
                        if let Some(mut row) = rows.row_mut(&key) {
                            row.set_number(value);
                        }
                    }
                });
            }
            fn sum(&self) -> u64 {
                self.rows().each(Row::next).sum()
            }
        })*
    };
}
tables! { Plain WithLen WithOther WithEach }

fn filled<T: Table>(rows: u64) -> T {
    let mut table = T::new();
    table.fill(0..rows);
    table
}

/// A row in no list, in a batch.
fn alone(meter: &Meter) {
    let mut row = Row::new();
    let mut value = 0;
    meter.run(OPERATIONS, || {
        for _ in 0..OPERATIONS {
            value += 1;
            black_box(&mut row).batch(|row| row.set_number(value));
        }
    });
    meter.values(u64::from(*row.next() != value + 1));
}

/// Batches that write `count` rows that follow each other, spread over a list of this length.
fn write<T: Table>(meter: &Meter, length: u64, count: u64) {
    let mut table = filled::<T>(length);
    let apart = (length / OPERATIONS).max(1);
    let key = |value: u64| value * apart % (length - count + 1);
    let mut value = 0;
    meter.run(OPERATIONS, || {
        for _ in 0..OPERATIONS {
            value += 1;
            black_box(&mut table).write(key(value % OPERATIONS), count, value);
        }
    });
    let mut want = vec![0; length as usize];
    for value in 1..=value {
        let key = key(value % OPERATIONS) as usize;
        want[key..key + count as usize].fill(value);
    }
    let want = want.into_iter().map(|value| value + 1).sum::<u64>();
    meter.values(u64::from(table.sum() != want));
}

/// The first write to each of a thousand rows.
fn first_write(meter: &Meter) {
    let mut table = filled::<Plain>(OPERATIONS);
    meter.once(OPERATIONS, || {
        for key in 0..OPERATIONS {
            black_box(&mut table).write(key, 1, key + 1);
        }
    });
    meter.values(u64::from(
        table.sum() != (0..OPERATIONS).map(|key| key + 2).sum::<u64>(),
    ));
}

fn put_in(meter: &Meter) {
    let mut table = filled::<Plain>(10_000);
    meter.once(100, || black_box(&mut table).fill(10_000..10_100));
    meter.values(u64::from(table.sum() != 10_100));
}

/// Every hundredth row.
fn take_out(meter: &Meter) {
    let mut table = filled::<Plain>(10_000);
    meter.once(100, || {
        black_box(&mut table).update_rows(|rows| {
            (0..100).for_each(|at| {
                rows.remove(&(at * 100));
            });
        });
    });
    meter.values(u64::from(table.sum() != 9_900));
}

/// A row comes at the end, and the first one goes.
fn queue(meter: &Meter) {
    let mut table = filled::<Plain>(10_000);
    let mut first = 0;
    meter.run(100, || {
        for _ in 0..100 {
            black_box(&mut table).fill(first + 10_000..first + 10_001);
            black_box(&mut table).update_rows(|rows| rows.remove(&first));
            first += 1;
        }
    });
    let keys = table.rows().keys().copied();
    meter.values(u64::from(!keys.eq(first..first + 10_000)));
}

/// The last row becomes the first.
fn move_one(meter: &Meter) {
    let mut table = filled::<Plain>(1000);
    meter.run(100, || {
        for _ in 0..100 {
            let last = table.rows().last().map_or(0, |(key, _)| *key);
            black_box(&mut table).update_rows(|rows| rows.move_to(&last, 0));
        }
    });
    let first = table.rows().first().map(|(key, _)| *key);
    meter.values(u64::from(first.is_none_or(|key| key % 100 != 0)));
}

/// Keys that a list follows: in each step the first ones go, and as many come at the end. Without any the order changes.
fn follow(meter: &Meter, changes: u64) {
    let mut table = Following::new();
    table.set_keys((0..1000).collect());
    let (mut first, mut step) = (0, 0);
    meter.run(10, || {
        for _ in 0..10 {
            first += changes;
            step += 1;
            let mut keys: Vec<u64> = (first..first + 1000).collect();
            keys.swap(0, step % 2);
            black_box(&mut table).set_keys(keys);
        }
    });
    let wrong = !table.rows().keys().eq(table.keys()) || table.rows().len() != 1000;
    meter.values(u64::from(wrong));
}

/// One row's work ends, and its outcome is committed.
fn complete(meter: &Meter, length: u64) {
    let board = Board::default();
    let mut table = Work::new(board.clone());
    table.update_rows(|rows| {
        (0..length).for_each(|key| {
            rows.insert(key);
        })
    });
    let mut context = Context::from_waker(Waker::noop());
    let mut progress = || while table.poll_progress(&mut context).is_ready() {};
    progress();
    // The first completion makes what the others use.
    board.release(0);
    progress();
    meter.once(1, || {
        board.release(length as usize / 2);
        progress();
    });
    let done = table
        .rows()
        .values()
        .filter(|row| row.answer().value() == Some(&10));
    meter.values(u64::from(done.count() != 2));
}
