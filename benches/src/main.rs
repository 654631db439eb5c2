//! Time per write of declared graphs against plain Rust that does the same work, in one run.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml [-- --quick] [--filter NAME]`
//!
//! Both sides take turns; the figures are medians over the rounds, in nanoseconds per write, and their
//! ratio is the median of the ratios within each round. `--quick` checks the answers and measures
//! nothing worth quoting.
//!
//! Invariants: every round checks that each side ran its effects exactly as often as it must.
//!
//! Must not know: what is inside the runtime.

use signal_kernel::reactive;
use std::{hint::black_box, process::ExitCode, time::Instant};

/// The body of every computed value.
#[inline(always)]
fn step(value: u64) -> u64 {
    black_box(value + 1)
}

/// The body of every effect.
#[inline(always)]
fn seen(value: u64, runs: &mut u64) {
    black_box(value);
    *runs += 1;
}

include!(concat!(env!("OUT_DIR"), "/graphs.rs"));

reactive! {
    pub struct Single {
        pub let mut runs: u64 = 0;
        pub signal source: u64 = 0;
        effect show { seen(*source, runs); }
    }
}

#[derive(Default)]
pub struct SingleByHand {
    source: u64,
    pub runs: u64,
}

impl SingleByHand {
    pub fn new() -> Self {
        SingleByHand { source: 0, runs: 1 }
    }

    pub fn set_source(&mut self, value: u64) {
        if value == self.source {
            return;
        }
        self.source = value;
        seen(self.source, &mut self.runs);
    }
}

/// One side of a comparison: writes `count` times, starting at `from`, and says how often effects ran.
type Side = Box<dyn FnMut(u64, u64) -> u64>;

struct Workload {
    name: &'static str,
    /// How many effects a write runs.
    effects: u64,
    graph: Side,
    by_hand: Side,
}

macro_rules! workload {
    ($name:literal, $effects:literal, $graph:ident, $by_hand:ident) => {{
        let (mut graph, mut by_hand) = (Box::new($graph::new()), Box::new($by_hand::new()));
        Workload {
            name: $name,
            effects: $effects,
            graph: Box::new(move |from, count| {
                let before = *graph.runs();
                for value in from..from + count {
                    black_box(&mut *graph).set_source(value);
                }
                *graph.runs() - before
            }),
            by_hand: Box::new(move |from, count| {
                let before = by_hand.runs;
                for value in from..from + count {
                    black_box(&mut *by_hand).set_source(value);
                }
                by_hand.runs - before
            }),
        }
    }};
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let filter = arguments.iter().position(|argument| argument == "--filter");
    let filter = filter
        .and_then(|at| arguments.get(at + 1))
        .map_or("", String::as_str);
    let workloads = [
        workload!("set + effect", 1, Single, SingleByHand),
        workload!("chain of 50", 1, Chain, ChainByHand),
        workload!("diamond of 5", 1, Diamond, DiamondByHand),
        workload!("fan of 50 x 2", 50, Fan, FanByHand),
    ];
    let (rounds, writes) = if quick { (3, 100) } else { (101, 20_000) };
    println!(
        "{:<16} {:>10} {:>10} {:>8}",
        "ns per write", "reactive!", "by hand", "ratio"
    );
    let mut right = true;
    for mut workload in workloads
        .into_iter()
        .filter(|workload| workload.name.contains(filter))
    {
        let mut times = (Vec::new(), Vec::new(), Vec::new());
        let mut next = 1;
        for _ in 0..rounds {
            let graph = measure(
                &mut workload.graph,
                next,
                writes,
                workload.effects,
                &mut right,
            );
            let by_hand = measure(
                &mut workload.by_hand,
                next,
                writes,
                workload.effects,
                &mut right,
            );
            next += writes;
            times.0.push(graph);
            times.1.push(by_hand);
            times.2.push(graph / by_hand);
        }
        let (graph, by_hand, ratio) = (median(times.0), median(times.1), median(times.2));
        println!(
            "{:<16} {graph:>10.1} {by_hand:>10.1} {ratio:>8.2}",
            workload.name
        );
    }
    if right {
        println!("every side ran its effects as often as it must");
        ExitCode::SUCCESS
    } else {
        eprintln!("a side ran its effects too often, or not often enough");
        ExitCode::FAILURE
    }
}

/// Nanoseconds per write.
fn measure(side: &mut Side, from: u64, writes: u64, effects: u64, right: &mut bool) -> f64 {
    let start = Instant::now();
    let runs = side(from, writes);
    let elapsed = start.elapsed();
    *right &= runs == writes * effects;
    elapsed.as_nanos() as f64 / writes as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
