//! The work on each graph and its results: the writes, the reads, the number of effect runs.
//!
//! Invariants: a plan is the same for every side, so that all sides are timed with the same work and checked alike.
//! Every write of a plan changes its signal.
//!
//! Must not know: the graphs of a side.

use crate::meter::Meter;
use std::hint::black_box;

/// A graph that is built and has settled.
pub trait Graph {
    /// Writes the `at`th source and lets everything settle.
    fn write(&mut self, at: usize, value: i64);
    /// Reads the `at`th result.
    fn read(&mut self, at: usize) -> i64;
    /// The number of effect runs so far.
    fn runs(&mut self) -> u64;
}

impl<G: Graph + ?Sized> Graph for Box<G> {
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {
        (**self).write(at, value);
    }
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {
        (**self).read(at)
    }
    fn runs(&mut self) -> u64 {
        (**self).runs()
    }
}

/// One operation: a write, and the value that a read must give after it.
pub struct Step {
    pub at: usize,
    pub value: i64,
    pub want: i64,
}

/// A pass of `operations` writes: in pass number `pass`, write number `step` is `steps(pass, step)`.
pub struct Plan<F> {
    operations: i64,
    /// The number of effects that one write runs.
    effects: u64,
    /// Whether each write is followed by a read.
    reads: bool,
    steps: F,
}

impl<F: Fn(i64, i64) -> Step> Plan<F> {
    /// Times and checks `graph`.
    pub fn drive(self, meter: &Meter, mut graph: impl Graph) {
        let runs = graph.runs();
        let (mut wrong, mut passes) = (0, 0);
        meter.run(self.operations as u64, || {
            for i in 0..self.operations {
                let step = (self.steps)(passes, i);
                let graph = black_box(&mut graph);
                graph.write(step.at, step.value);
                if self.reads {
                    wrong += u64::from(graph.read(step.at) != step.want);
                }
            }
            passes += 1;
        });
        if !self.reads {
            let last = (self.steps)(passes - 1, self.operations - 1);
            wrong += u64::from(graph.read(last.at) != last.want);
        }
        meter.values(wrong);
        let writes = (passes * self.operations) as u64;
        meter.effects(graph.runs() - runs, writes * self.effects);
    }
}

/// Writes 0, 1, … to the only source; sources start at -1.
fn one_source(
    operations: i64,
    effects: u64,
    reads: bool,
    want: impl Fn(i64) -> i64,
) -> Plan<impl Fn(i64, i64) -> Step> {
    Plan {
        operations,
        effects,
        reads,
        steps: move |_, value| Step {
            at: 0,
            value,
            want: want(value),
        },
    }
}

macro_rules! plans {
    ($($(#[$doc:meta])* $name:ident => $plan:expr;)*) => {
        $($(#[$doc])*
        pub fn $name() -> Plan<impl Fn(i64, i64) -> Step> { $plan })*
    };
}

plans! {
    set => one_source(1000, 0, false, |v| v);
    computed => one_source(1000, 0, true, |v| v + 1);
    effect => one_source(1000, 1, false, |v| v);
    avoidable => one_source(1000, 0, true, |_| 6);
    broad => one_source(50, 50, true, |v| v + 50);
    deep => one_source(50, 1, true, |v| v + 50);
    diamond => one_source(500, 1, true, |v| (v + 1) * 5);
    repeated => one_source(100, 1, true, |v| v * 30);
    triangle => one_source(100, 1, true, |v| 45 + 10 * v);
    unstable => one_source(100, 1, true, |v| if v % 2 != 0 { v * 40 } else { v * -20 });
    /// Twenty writes to ten of a hundred sources; each changes one of a hundred results.
    mux => Plan {
        operations: 20,
        effects: 1,
        reads: true,
        steps: |pass, i| {
            let at = i % 10;
            let value = pass * 100 + if i < 10 { at + 1 } else { 2 * at + 20 };
            Step { at: at as usize, value, want: value + 1 }
        },
    };
}

/// `width` computed values on one source: a write, then all are read; the result is their sum.
pub fn fan_out(width: i64) -> Plan<impl Fn(i64, i64) -> Step> {
    one_source(10, 0, true, move |v| v * width + width * (width - 1) / 2)
}

/// `width` effects on one source. The result is the source.
pub fn fan_out_effects(width: u64) -> Plan<impl Fn(i64, i64) -> Step> {
    one_source(10, width, false, |v| v)
}

/// One sum over `width` sources, ten of which are written in turn. Sources start at 0.
pub fn fan_in(width: usize) -> Plan<impl Fn(i64, i64) -> Step> {
    Plan {
        operations: 10,
        effects: 0,
        reads: true,
        steps: move |pass, i| Step {
            at: i as usize * (width / 10),
            value: pass + 1,
            want: (pass + 1) * (i + 1) + pass * (9 - i),
        },
    }
}

/// `pairs` of a source, starting at its index, and a computed value on it, each written and read.
pub fn one_to_one(pairs: usize) -> Plan<impl Fn(i64, i64) -> Step> {
    Plan {
        operations: pairs as i64,
        effects: 0,
        reads: true,
        steps: move |pass, i| Step {
            at: i as usize,
            value: i + pass + 1,
            want: i + pass + 2,
        },
    }
}

/// The number of nodes that the creation workloads make.
pub const MANY: usize = 100_000;

/// The inputs of cellx, written in turn, each as one batch.
pub const CELLX: [[i64; 4]; 2] = [[1, 2, 3, 4], [4, 3, 2, 1]];

/// One batch of four writes, then the four cells of the last of `layers` layers are read.
pub fn cellx(layers: usize, effects: bool) -> Plan<impl Fn(i64, i64) -> Step> {
    let want = CELLX.map(|cells| folded(cellx_expect(layers, cells)));
    Plan {
        operations: 2,
        effects: if effects { cellx_changes(layers) } else { 0 },
        reads: true,
        steps: move |_, i| {
            let turn = 1 - i as usize;
            Step {
                at: 0,
                value: turn as i64,
                want: want[turn],
            }
        },
    }
}

/// The layers of a cellx workload, and whether each cell has an effect.
pub fn cellx_of(workload: &str) -> Option<(usize, bool)> {
    let rest = workload.strip_prefix("cellx ")?;
    let layers = rest.strip_suffix(", effects").unwrap_or(rest);
    Some((layers.parse().ok()?, layers.len() < rest.len()))
}

/// The last layer as one number.
#[inline(always)]
pub fn folded(cells: [i64; 4]) -> i64 {
    cells.into_iter().fold(0, |sum, cell| sum * 1009 + cell)
}

/// One layer after another, in plain arithmetic.
pub fn cellx_expect(layers: usize, mut cells: [i64; 4]) -> [i64; 4] {
    for _ in 0..layers {
        cells = [cells[1], cells[0] - cells[2], cells[1] + cells[3], cells[2]];
    }
    cells
}

/// The number of cells that differ between the two inputs: as many effects must run.
fn cellx_changes(layers: usize) -> u64 {
    let [mut a, mut b] = CELLX;
    let mut changes = 0;
    for _ in 0..layers {
        (a, b) = (cellx_expect(1, a), cellx_expect(1, b));
        changes += a.iter().zip(&b).filter(|(a, b)| a != b).count() as u64;
    }
    changes
}

/// Times reading a source that holds 1.
pub fn get(meter: &Meter, mut graph: impl Graph) {
    meter.run(1000, || {
        for _ in 0..1000 {
            black_box(black_box(&mut graph).read(0));
        }
    });
    meter.values(u64::from(graph.read(0) != 1));
}
