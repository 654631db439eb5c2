//! The same graphs in plain Rust: fields, the same cut-offs, the same bodies. Libraries are compared with this code.
//!
//! Invariants: the code is written as by a person, with loops over arrays, and has every cut-off of the graph.
//!
//! Must not know: any library.

mod cellx;
pub mod fields;
mod kairo;
mod large;

use crate::{
    body::{add, seen},
    meter::Meter,
    plan::{self, Graph},
};

pub const NAME: &str = "hand";

/// Times `workload` once; false if there is no such workload.
pub fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "get" => plan::get(meter, Source(1)),
        "set" => plan::set().drive(meter, Source(-1)),
        "set, computed, get" => plan::computed().drive(meter, Computed::default()),
        "set, effect" => plan::effect().drive(
            meter,
            Effect {
                source: -1,
                runs: 1,
            },
        ),
        _ => {
            return kairo::run(workload, meter)
                || cellx::run(workload, meter)
                || large::run(workload, meter);
        }
    }
    true
}

/// Stores `value`, and returns whether it has changed.
#[inline(always)]
fn put(slot: &mut i64, value: i64) -> bool {
    let changed = *slot != value;
    *slot = value;
    changed
}

struct Source(i64);

impl Graph for Source {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        self.0 = value;
    }
    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        self.0
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

#[derive(Clone, Copy, Default)]
struct Computed {
    source: i64,
    value: i64,
    current: bool,
}

impl Graph for Computed {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        if put(&mut self.source, value) {
            self.current = false;
        }
    }
    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        if !self.current {
            self.current = true;
            self.value = add(self.source, 1);
        }
        self.value
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

struct Effect {
    source: i64,
    runs: u64,
}

impl Graph for Effect {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        if put(&mut self.source, value) {
            seen(value, &mut self.runs);
        }
    }
    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        self.source
    }
    fn runs(&mut self) -> u64 {
        self.runs
    }
}
