//! The memory that nodes, writes and changes of dependencies cost.
//!
//! Invariants: the figures are counts, not times: they are taken in a process of their own, whose allocator counts.
//!
//! Must not know: the allocator.

use crate::{
    declared,
    library::{Count, Library, watch, watch_signal},
};
use std::{cell::Cell, rc::Rc};

/// Live bytes and calls of the allocator so far.
#[derive(Clone, Copy)]
pub struct Snapshot {
    pub bytes: i64,
    pub calls: i64,
}

/// The names of the measurements, in the order of the report.
pub const ROWS: [&str; 6] = [
    "signal",
    "computed",
    "effect",
    "left of a node after disposal",
    "change of a dependency",
    "write with a computed and an effect",
];

/// Bytes and allocations for each of [`ROWS`]; `None` has no meaning.
pub type Figures = [(Option<f64>, Option<f64>); ROWS.len()];

const NOTHING: Figures = [(None, None); ROWS.len()];

/// The row of the memory that is left after disposal.
const LEFT: usize = 3;

const NODES: usize = 100_000;
const WRITES: i64 = 10_000;

/// Measures `L`; `now` reads the counts of the allocator.
pub fn measure<L: Library>(now: fn() -> Snapshot) -> Figures {
    let figures = Rc::new(Cell::new(NOTHING));
    let note = {
        let figures = figures.clone();
        Rc::new(move |row: usize, since: Snapshot, count: usize| {
            let now = now();
            let mut all = figures.get();
            all[row] = (
                Some((now.bytes - since.bytes) as f64 / count as f64),
                Some((now.calls - since.calls) as f64 / count as f64),
            );
            figures.set(all);
        })
    };
    // Fills the library's own tables, which do not count.
    L::scope(|| {
        let signal = L::signal(1i64);
        watch::<L>(&L::computed(move || L::get(&signal)), &Count::default());
        L::flush();
    });

    let before = now();
    let noted = note.clone();
    L::scope(move || {
        let (mut signals, mut computeds) = (Vec::with_capacity(NODES), Vec::with_capacity(NODES));
        let since = now();
        signals.extend((0..NODES as i64).map(L::signal));
        noted(0, since, NODES);
        let since = now();
        for signal in &signals {
            let signal = signal.clone();
            let computed = L::computed(move || L::get(&signal) + 1);
            L::read(&computed);
            computeds.push(computed);
        }
        noted(1, since, NODES);
    });
    let noted = note.clone();
    L::scope(move || {
        let signals: Vec<_> = (0..NODES as i64).map(L::signal).collect();
        let count = Count::default();
        let since = now();
        for signal in &signals {
            watch_signal::<L>(signal, &count);
        }
        L::flush();
        noted(2, since, NODES);
    });
    note(LEFT, before, 4 * NODES);

    let noted = note.clone();
    L::scope(move || {
        let (a, b, which) = (L::signal(1i64), L::signal(2i64), L::signal(0i64));
        let chosen = {
            let which = which.clone();
            L::computed(move || {
                if L::get(&which) % 2 == 0 {
                    L::get(&a)
                } else {
                    L::get(&b)
                }
            })
        };
        let mut since = now();
        for i in 0..WRITES + 1000 {
            if i == 1000 {
                since = now();
            }
            L::write(&which, i);
            L::read(&chosen);
        }
        noted(4, since, WRITES as usize);
    });
    let noted = note.clone();
    L::scope(move || {
        let signal = L::signal(-1i64);
        let computed = {
            let signal = signal.clone();
            L::computed(move || L::get(&signal) + 1)
        };
        watch::<L>(&computed, &Count::default());
        L::flush();
        let mut since = now();
        for i in 0..WRITES + 1000 {
            if i == 1000 {
                since = now();
            }
            L::write(&signal, i);
        }
        noted(5, since, WRITES as usize);
    });
    let mut figures = figures.get();
    figures[LEFT].1 = None;
    figures
}

/// The same for declared graphs: the bytes of the struct and of the values that it owns. Their dependencies do not
/// change.
pub fn measure_declared(now: fn() -> Snapshot) -> Figures {
    let mut figures = NOTHING;
    let before = now();
    let (signal, signal_calls) = per_node(now, declared::Signals::new);
    let (pair, pair_calls) = per_node(now, declared::Pairs::new);
    let (effect, effect_calls) = per_node(now, declared::Effects::new);
    figures[0] = (Some(signal), Some(signal_calls));
    figures[1] = (Some(pair - signal), Some(pair_calls));
    figures[2] = (Some(effect - signal), Some(effect_calls));
    figures[LEFT].0 = Some((now().bytes - before.bytes) as f64);
    let mut graph = declared::Diamond::new();
    let since = now();
    for i in 0..WRITES {
        graph.set_head(i);
    }
    let per = |from: i64, to: i64| Some((to - from) as f64 / WRITES as f64);
    figures[5] = (per(since.bytes, now().bytes), per(since.calls, now().calls));
    figures
}

/// Bytes and allocations of one of the hundred nodes (or pairs) in a graph.
fn per_node<G>(now: fn() -> Snapshot, new: impl Fn() -> G) -> (f64, f64) {
    let mut graphs = Vec::with_capacity(NODES / 100);
    let since = now();
    graphs.extend((0..NODES / 100).map(|_| new()));
    let (bytes, calls) = (now().bytes - since.bytes, now().calls - since.calls);
    let inline = size_of::<G>() as f64 / 100.0;
    (
        bytes as f64 / NODES as f64 + inline,
        calls as f64 / NODES as f64,
    )
}
