//! Times one workload on one library once, and collects the findings of the checks.
//!
//! Invariants: all timed work is checked; a deviation is kept, never repaired.
//!
//! Must not know: the workloads, the libraries, the report.

use std::{
    cell::{Cell, RefCell},
    fmt, fs,
    hint::black_box,
    rc::Rc,
    time::{Duration, Instant},
};

/// A deviation from a plan.
#[derive(Clone, Copy, PartialEq)]
pub enum Fault {
    Values,
    /// Effects run without a change of their dependencies.
    NeedlessRuns,
    /// The ratio of the effect runs to the runs of the plan.
    Runs(f64),
    /// The small difference between the effect runs and the runs of the plan.
    RunsOff(u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Values => write!(f, "wrong values"),
            Fault::NeedlessRuns => write!(f, "effects run although nothing they read changed"),
            Fault::Runs(times) => write!(f, "effects run {times:.1} times as often as they must"),
            Fault::RunsOff(off) => write!(f, "effect runs are off by {off} in all"),
        }
    }
}

/// A handle on one repetition; clones share it, because some libraries want `'static` closures.
#[derive(Clone)]
pub struct Meter(Rc<Inner>);

struct Inner {
    target: Duration,
    nanos: Cell<Option<f64>>,
    faults: RefCell<Vec<Fault>>,
}

impl Meter {
    /// A meter that repeats a pass until about `target` is spent; zero means once.
    pub fn new(target: Duration) -> Self {
        Meter(Rc::new(Inner {
            target,
            nanos: Cell::new(None),
            faults: RefCell::default(),
        }))
    }

    /// Warms up, then repeats `pass`, which performs `operations` operations.
    pub fn run(&self, operations: u64, mut pass: impl FnMut()) {
        let target = self.0.target;
        let time = |pass: &mut dyn FnMut()| {
            let start = Instant::now();
            pass();
            start.elapsed()
        };
        let mut last = time(&mut pass);
        let mut spent = last;
        while spent < target / 4 {
            last = time(&mut pass);
            spent += last;
        }
        let passes = (target.as_nanos() / last.as_nanos().max(1)).clamp(1, 1_000_000) as u64;
        let start = Instant::now();
        counted(|| {
            for _ in 0..passes {
                pass();
            }
        });
        self.per(start, passes * operations);
    }

    /// Times one call of `pass`, for work that cannot be repeated on one graph.
    pub fn once<R>(&self, operations: u64, pass: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = counted(pass);
        self.per(start, operations);
        result
    }

    fn per(&self, start: Instant, operations: u64) {
        let nanos = start.elapsed().as_nanos() as f64 / operations as f64;
        self.0.nanos.set(Some(nanos));
    }

    /// Takes over the figure of an earlier repetition, if another one would take too long.
    pub fn as_before(&self, nanos: Option<f64>) {
        self.0.nanos.set(nanos);
    }

    /// Whether this repetition only checks answers.
    pub fn is_quick(&self) -> bool {
        self.0.target.is_zero()
    }

    /// Nanoseconds per operation, once a pass was timed.
    pub fn nanos(&self) -> Option<f64> {
        self.0.nanos.get()
    }

    /// The deviations, each kind once.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.faults.borrow().clone()
    }

    /// `wrong` of the values that were read are wrong.
    pub fn values(&self, wrong: u64) {
        if wrong > 0 {
            self.fault(Fault::Values);
        }
    }

    /// Effects ran `got` times and must have run `want` times.
    pub fn effects(&self, got: u64, want: u64) {
        if want == 0 && got > 0 {
            self.fault(Fault::NeedlessRuns);
        } else if got.abs_diff(want) * 5 > want {
            self.fault(Fault::Runs(got as f64 / want as f64));
        } else if got != want {
            self.fault(Fault::RunsOff(got.abs_diff(want)));
        }
    }

    fn fault(&self, fault: Fault) {
        let mut faults = self.0.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
}

/// The timed work, in a function of its own that the `counts` binary finds by its name.
#[inline(never)]
fn counted<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// The present speed of the machine: times a fixed piece of work.
///
/// Independent chains keep the execution ports busy, so that a busy neighbour on the other
/// hyper-thread shows: it can halve the speed of real code and leaves a latency-bound loop alone.
pub fn probe() -> f64 {
    let words: [u64; 512] = black_box([3; 512]);
    let start = Instant::now();
    let mut lanes = [1u64, 2, 3, 4, 5, 6, 7, 8];
    for i in 0..4_000usize {
        for (k, lane) in lanes.iter_mut().enumerate() {
            *lane = (lane.rotate_left(7) ^ words[(i + k * 64) & 511]).wrapping_add(i as u64);
        }
        black_box(&mut lanes);
    }
    black_box(lanes);
    start.elapsed().as_nanos() as f64
}

/// The time for which this thread was ready to run but did not run, if the system tells it (Linux).
pub fn preempted() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told
        .split_whitespace()
        .nth(1)
        .and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// The time of the probe on a quiet machine.
pub struct Quiet {
    best: f64,
}

impl Quiet {
    /// Takes the best probe of `span` as the quiet state of this machine.
    pub fn learn(span: Duration) -> Self {
        let start = Instant::now();
        let mut best = probe();
        while start.elapsed() < span {
            best = best.min(probe());
        }
        Quiet { best }
    }

    /// Whether the machine is quiet now.
    pub fn holds(&self) -> bool {
        (0..3).all(|_| probe() < self.best * 1.15)
    }

    /// Waits for a quiet moment, at most `limit`, and returns whether it came.
    pub fn wait(&self, limit: Duration) -> bool {
        let start = Instant::now();
        loop {
            if self.holds() {
                return true;
            }
            if start.elapsed() >= limit {
                return false;
            }
        }
    }
}
