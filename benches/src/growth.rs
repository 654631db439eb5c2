//! The growth of a write's time: with bystanders, with dependents, with depth.
//!
//! Invariants: a side that takes long at one size does not run the next, and the table says so.
//!
//! Must not know: a particular library.

use crate::{
    library::{Count, Library, watch, watch_signal},
    meter::Meter,
};
use std::time::{Duration, Instant};

/// Numbers of nodes.
pub const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

/// A side whose fastest repetition took longer is not repeated, and does not run the next size.
pub const PATIENCE: Duration = Duration::from_millis(100);

/// A kind of growth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// One write to one effect in a graph of many nodes.
    Bystanders,
    /// One write to many effects; time per effect.
    Dependents,
    /// One write at the head of a chain with an effect at its end; time per node.
    Depth,
}

impl Growth {
    pub const ALL: [Growth; 3] = [Growth::Bystanders, Growth::Dependents, Growth::Depth];

    pub fn name(self) -> &'static str {
        match self {
            Growth::Bystanders => "nodes around",
            Growth::Dependents => "effects on one",
            Growth::Depth => "chain of",
        }
    }

    pub fn operation(self) -> &'static str {
        match self {
            Growth::Bystanders => "write, computed, effect",
            Growth::Dependents => "effect",
            Growth::Depth => "node of the chain",
        }
    }
}

/// Times one size and returns the time of the whole repetition.
pub fn run<L: Library>(growth: Growth, size: usize, meter: &Meter) -> Duration {
    let start = Instant::now();
    let meter = meter.clone();
    L::scope(move || match growth {
        Growth::Bystanders => bystanders::<L>(size, &meter),
        Growth::Dependents => dependents::<L>(size, &meter),
        Growth::Depth => depth::<L>(size, &meter),
    });
    start.elapsed()
}

/// Writes until the meter has enough; each write is followed by `per` effect runs.
fn drive<L: Library>(
    meter: &Meter,
    signal: L::Signal<i64>,
    count: Count,
    operations: usize,
    per: u64,
) {
    L::flush();
    let (runs, mut value) = (count.now(), 0);
    meter.run(operations as u64, || {
        value += 1;
        L::write(&signal, value);
    });
    meter.effects(count.now() - runs, value as u64 * per);
}

/// A third of the nodes are signals, a third computed values, a third effects.
fn bystanders<L: Library>(size: usize, meter: &Meter) {
    let count = Count::default();
    let mut middle = None;
    for i in 0..size.div_ceil(3) {
        let signal = L::signal(0i64);
        let computed = {
            let signal = signal.clone();
            L::computed(move || L::get(&signal) + 1)
        };
        watch::<L>(&computed, &count);
        if i == size / 6 {
            middle = Some(signal);
        }
    }
    drive::<L>(meter, middle.expect("there is one"), count, 1, 1);
}

fn dependents<L: Library>(size: usize, meter: &Meter) {
    let (signal, count) = (L::signal(0i64), Count::default());
    for _ in 0..size {
        watch_signal::<L>(&signal, &count);
    }
    drive::<L>(meter, signal, count, size, size as u64);
}

fn depth<L: Library>(size: usize, meter: &Meter) {
    let (signal, count) = (L::signal(0i64), Count::default());
    let mut last = {
        let signal = signal.clone();
        L::computed(move || L::get(&signal) + 1)
    };
    L::read(&last);
    for _ in 1..size {
        let before = last;
        last = L::computed(move || L::read(&before) + 1);
        L::read(&last);
    }
    watch::<L>(&last, &count);
    drive::<L>(meter, signal, count, size, 1);
}
