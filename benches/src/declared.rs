//! The graphs declared with `reactive!`, and the drivers of workloads with many graphs.
//!
//! Invariants: a declared graph has a fixed size. A workload of 100 000 nodes is 1000 graphs of 100; the largest graphs
//! need the feature `large`.
//!
//! Must not know: the inside of the runtime.

use crate::{
    body::{add, busy, double, negative, same, seen, sub, zero},
    meter::Meter,
    plan::{self, CELLX, Graph, MANY, folded},
};
use std::hint::black_box;

include!(concat!(env!("OUT_DIR"), "/declared.rs"));

pub const NAME: &str = "reactive!";

/// The same with `#[eager]`.
pub const EAGER: &str = "reactive! eager";

/// Nodes in one of many graphs.
const EACH: usize = 100;

/// Times `workload` once; false if there is no such workload here.
pub fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "get" => {
            let mut graph = Source::new();
            graph.set_head(1);
            plan::get(meter, graph);
        }
        "set" => plan::set().drive(meter, Source::new()),
        "set, computed, get" => plan::computed().drive(meter, Computed::new()),
        "set, effect" => plan::effect().drive(meter, Effect::new()),
        "avoidable" => plan::avoidable().drive(meter, Avoidable::new()),
        "broad 50 x 2" => plan::broad().drive(meter, Broad::new()),
        "deep 50" => plan::deep().drive(meter, Deep::new()),
        "diamond 5" => plan::diamond().drive(meter, Diamond::new()),
        "mux 100" => plan::mux().drive(meter, Box::new(Mux::new())),
        "repeated 30" => plan::repeated().drive(meter, Repeated::new()),
        "triangle 10" => plan::triangle().drive(meter, Triangle::new()),
        "unstable" => plan::unstable().drive(meter, Unstable::new()),
        "cellx 10" => plan::cellx(10, false).drive(meter, Box::new(Cellx10::new())),
        "cellx 50" => plan::cellx(50, false).drive(meter, Box::new(Cellx50::new())),
        "cellx 10, effects" => plan::cellx(10, true).drive(meter, Box::new(Cellx10Effects::new())),
        "cellx 100, effects" => {
            plan::cellx(100, true).drive(meter, Box::new(Cellx100Effects::new()));
        }
        "create signals" => {
            let graphs = create(meter, Signals::new);
            meter.values(u64::from(*graphs[0].s99() != 99));
        }
        "create computeds" => create_computeds(meter),
        "create effects" => {
            let graphs = create(meter, Effects::new);
            meter.effects(graphs.iter().map(|graph| *graph.ran()).sum(), MANY as u64);
        }
        "update 1 to 1" => update(meter, Pairs::new),
        "fan-out 1000" => plan::fan_out(1000).drive(meter, Box::new(FanOut::new())),
        "fan-out 1000, effects" => {
            plan::fan_out_effects(1000).drive(meter, Box::new(FanOutEffects::new()));
        }
        "fan-in 1000" => plan::fan_in(1000).drive(meter, Box::new(FanIn::new())),
        _ => return run_large(workload, meter),
    }
    true
}

/// Times a workload whose values no effect uses, with graphs in which all of them are eager.
pub fn run_eager(workload: &str, meter: &Meter) -> bool {
    match workload {
        "set, computed, get" => plan::computed().drive(meter, EagerComputed::new()),
        "cellx 10" => plan::cellx(10, false).drive(meter, Box::new(EagerCellx10::new())),
        "cellx 50" => plan::cellx(50, false).drive(meter, Box::new(EagerCellx50::new())),
        "update 1 to 1" => update(meter, EagerPairs::new),
        "fan-out 1000" => plan::fan_out(1000).drive(meter, Box::new(EagerFanOut::new())),
        "fan-in 1000" => plan::fan_in(1000).drive(meter, Box::new(EagerFanIn::new())),
        _ => return false,
    }
    true
}

#[cfg(feature = "large")]
fn run_large(workload: &str, meter: &Meter) -> bool {
    match workload {
        "cellx 1000" => plan::cellx(1000, false).drive(meter, Box::new(Cellx1000::new())),
        "cellx 2500" => plan::cellx(2500, false).drive(meter, Box::new(Cellx2500::new())),
        "cellx 1000, effects" => {
            plan::cellx(1000, true).drive(meter, Box::new(Cellx1000Effects::new()));
        }
        "cellx 2500, effects" => {
            plan::cellx(2500, true).drive(meter, Box::new(Cellx2500Effects::new()));
        }
        _ => return false,
    }
    true
}

#[cfg(not(feature = "large"))]
fn run_large(_: &str, _: &Meter) -> bool {
    false
}

/// Makes graphs that have [`MANY`] nodes together.
fn create<G>(meter: &Meter, new: impl Fn() -> G) -> Vec<G> {
    let mut graphs = Vec::with_capacity(MANY / EACH);
    meter.once(MANY as u64, || {
        graphs.extend((0..MANY / EACH).map(|_| new()));
    });
    graphs
}

fn create_computeds(meter: &Meter) {
    let wrong = std::cell::Cell::new(0);
    create(meter, || {
        let mut graph = Pairs::new();
        for at in 0..EACH {
            let right = graph.read(at) == at as i64 + 1;
            wrong.set(wrong.get() + u64::from(!right));
        }
        graph
    });
    meter.values(wrong.get());
}

/// 1000 graphs as one: the sources of all graphs, in order.
struct ManyPairs<G>(Vec<G>);

impl<G: Graph> Graph for ManyPairs<G> {
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {
        self.0[at / EACH].write(at % EACH, value);
    }
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {
        self.0[at / EACH].read(at % EACH)
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

/// `update 1 to 1` in graphs of 100 pairs.
pub fn update<G: Graph>(meter: &Meter, new: impl Fn() -> G) {
    let mut graphs = ManyPairs((0..MANY / EACH).map(|_| new()).collect());
    for at in 0..MANY {
        graphs.write(at, at as i64);
        graphs.read(at);
    }
    plan::one_to_one(MANY).drive(meter, graphs);
}
