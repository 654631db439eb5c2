//! Graphs behind `Live`: the costs of the lock on top of those of the graph.
//!
//! Must not know: the inside of the kernel.

use crate::{
    declared::{Effect, Source},
    meter::Meter,
    plan::{self, Graph},
};
use signal_kernel::{Live, Reactive};

/// The name in the reports.
pub const NAME: &str = "Live";

/// The workloads.
pub const WORKLOADS: [&str; 3] = ["get", "set", "set, effect"];

/// The instructions that a write of one signal may take.
pub const GOAL: u64 = 160;

/// The number of operations of a workload.
pub const OPERATIONS: u64 = 1000;

/// The goal that is missed, if it is.
pub fn missed_goal(count: &dyn Fn(&str) -> u64) -> Option<String> {
    let missed = count("set") > (GOAL + 10) * OPERATIONS; // 10 are those of the loop around a write
    missed.then(|| format!("a write to `Live` takes more than {GOAL} instructions"))
}

struct Behind<G>(Live<G>);

impl<G: Reactive + Send + 'static> Behind<G> {
    fn new(graph: G) -> Self {
        Behind(Live::new(graph))
    }
}

impl Graph for Behind<Source> {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        self.0.update(|graph| graph.set_head(value));
    }

    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        self.0.read(|graph| *graph.head())
    }

    fn runs(&mut self) -> u64 {
        self.0.read(|graph| *graph.ran())
    }
}

impl Graph for Behind<Effect> {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        self.0.update(|graph| graph.set_head(value));
    }

    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        self.0.read(|graph| *graph.head())
    }

    fn runs(&mut self) -> u64 {
        self.0.read(|graph| *graph.ran())
    }
}

/// Times `workload` once; false if there is no such workload here.
pub fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "get" => {
            let mut graph = Behind::new(Source::new());
            graph.write(0, 1);
            plan::get(meter, graph);
        }
        "set" => plan::set().drive(meter, Behind::new(Source::new())),
        "set, effect" => plan::effect().drive(meter, Behind::new(Effect::new())),
        _ => return false,
    }
    true
}
