//! The graphs, built with any [`Library`].
//!
//! Invariants: a graph has settled and its effects have run before it is handed to its plan.
//!
//! Must not know: a particular library.

mod cellx;
mod kairo;
mod large;
mod small;

use crate::{
    library::{Count, Library},
    meter::Meter,
    plan::Graph,
};

/// Times `workload` on `L` once; false if there is no such workload.
pub fn run<L: Library>(workload: &str, meter: &Meter) -> bool {
    small::run::<L>(workload, meter)
        || kairo::run::<L>(workload, meter)
        || cellx::run::<L>(workload, meter)
        || large::run::<L>(workload, meter)
}

/// A graph held by two closures.
struct Handles<W, R> {
    write: W,
    read: R,
    count: Count,
}

impl<W: FnMut(usize, i64), R: FnMut(usize) -> i64> Graph for Handles<W, R> {
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {
        (self.write)(at, value);
    }
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {
        (self.read)(at)
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}

/// A graph with one source and one computed value to read.
fn one<L: Library>(source: L::Signal<i64>, result: L::Computed<i64>, count: Count) -> impl Graph {
    L::flush();
    L::read(&result);
    Handles {
        write: move |_, value| L::write(&source, value),
        read: move |_| L::read(&result),
        count,
    }
}

/// A graph whose one source is its result.
fn source<L: Library>(source: L::Signal<i64>, count: Count) -> impl Graph {
    L::flush();
    let result = source.clone();
    Handles {
        write: move |_, value| L::write(&source, value),
        read: move |_| L::get(&result),
        count,
    }
}
