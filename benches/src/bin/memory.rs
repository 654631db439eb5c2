//! Prints the memory of nodes, as JSON: `{"side": [[bytes, allocations], …], …}` in the order of `heap::ROWS`. The
//! benchmark runs this binary as a process of its own.
//!
//! Invariants: the allocator counts only in this binary, so that counting disturbs no timing.
//!
//! Must not know: the measured workloads.

use serde_json::{Map, Value, json};
use signal_kernel_benches::{
    declared,
    heap::{self, Figures, Snapshot},
    round::message,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::{
    alloc::System,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn now() -> Snapshot {
    let stats = ALLOCATOR.stats();
    Snapshot {
        bytes: stats.bytes_allocated as i64 - stats.bytes_deallocated as i64,
        calls: (stats.allocations + stats.reallocations) as i64,
    }
}

/// A side that panics is left out, with its reason.
fn figures(measure: impl Fn(fn() -> Snapshot) -> Figures) -> Value {
    match catch_unwind(AssertUnwindSafe(|| measure(now))) {
        Ok(figures) => json!(figures),
        Err(panic) => json!(message(panic)),
    }
}

fn main() {
    let work = || {
        let mut sides = Map::new();
        let declared = figures(heap::measure_declared);
        sides.insert(declared::NAME.to_owned(), declared);
        macro_rules! each {
            ($library:ty) => {
                let name = <$library as signal_kernel_benches::library::Library>::NAME;
                sides.insert(name.to_owned(), figures(heap::measure::<$library>));
            };
        }
        signal_kernel_benches::for_each_library!(each);
        println!("{}", Value::Object(sides));
    };
    let thread = thread::Builder::new().stack_size(1 << 30).spawn(work);
    thread
        .expect("a thread can be made")
        .join()
        .expect("panics are caught");
}
