//! `incremental`, a port of Jane Street's Incremental: explicit edges, heights. Effects are subscriptions
//! of observers.
//!
//! Invariants: `stabilise()` follows each write. Graphs that need automatic tracking are left out.
//!
//! Must not know: other libraries.

use crate::{
    body::busy,
    library::Count,
    meter::Meter,
    plan::{self, CELLX, Graph, MANY, folded},
    side::{Kind, Side},
};
use incremental::{Incr, IncrState, Observer, Update, Var};
use std::{hint::black_box, rc::Rc};

pub fn side() -> Side {
    Side {
        name: "incremental",
        kind: Kind::Peer,
        effects: "Observer::subscribe, stabilise() after each write",
        skip: &[],
        run,
    }
}

struct Stabilised {
    state: IncrState,
    sources: Vec<Var<i64>>,
    results: Vec<Observer<i64>>,
    count: Count,
}

impl Stabilised {
    fn new(sources: usize, first: i64) -> Self {
        let state = IncrState::new();
        Stabilised {
            sources: (0..sources).map(|_| state.var(first)).collect(),
            state,
            results: Vec::new(),
            count: Count::default(),
        }
    }

    fn head(&self) -> &Var<i64> {
        &self.sources[0]
    }

    fn all(&self) -> Vec<Incr<i64>> {
        self.sources.iter().map(|source| source.watch()).collect()
    }

    /// A result with an effect on it.
    fn watch(&mut self, node: &Incr<i64>, heavy: bool) {
        let observer = node.observe();
        let count = self.count.clone();
        observer.subscribe(move |update| {
            if let Update::Initialised(value) | Update::Changed(value) = update {
                black_box(value);
                if heavy {
                    busy();
                }
                count.hit();
            }
        });
        self.results.push(observer);
    }

    fn ready(self) -> Self {
        self.state.stabilise();
        self
    }
}

impl Graph for Stabilised {
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {
        self.sources[at].set(value);
        self.state.stabilise();
    }
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {
        match self.results.get(at).or(self.results.last()) {
            Some(result) => result.value(),
            None => self.sources[at].get(),
        }
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}

fn run(workload: &str, meter: &Meter) -> bool {
    let mut graph = Stabilised::new(1, -1);
    match workload {
        "get" => plan::get(meter, Stabilised::new(1, 1)),
        "set" => plan::set().drive(meter, graph),
        "set, computed, get" => {
            graph.results.push(graph.head().map(|v| v + 1).observe());
            plan::computed().drive(meter, graph.ready());
        }
        "set, effect" => {
            graph.watch(&graph.head().watch(), false);
            plan::effect().drive(meter, graph.ready());
        }
        "avoidable" => {
            let c3 = graph.head().map(|v| *v).map(|_| 0i64).map(|v| {
                busy();
                v + 1
            });
            graph.watch(&c3.map(|v| v + 2).map(|v| v + 3), true);
            plan::avoidable().drive(meter, graph.ready());
        }
        "broad 50 x 2" => {
            for k in (0..50i64).rev() {
                let first = graph.head().map(move |v| v + k);
                graph.watch(&first.map(|v| v + 1), false);
            }
            plan::broad().drive(meter, graph.ready());
        }
        "deep 50" => {
            let mut last = graph.head().map(|v| v + 1);
            for _ in 1..50 {
                last = last.map(|v| v + 1);
            }
            graph.watch(&last, false);
            plan::deep().drive(meter, graph.ready());
        }
        "diamond 5" => {
            let arms = (0..5).map(|_| graph.head().map(|v| v + 1)).collect();
            graph.watch(&graph.state.fold(arms, 0, |sum, v| sum + v), false);
            plan::diamond().drive(meter, graph.ready());
        }
        "triangle 10" => {
            let mut list = vec![graph.head().watch()];
            for k in 1..10 {
                let next = list[k - 1].map(|v: &i64| v + 1);
                list.push(next);
            }
            graph.watch(&graph.state.fold(list, 0, |sum, v| sum + v), false);
            plan::triangle().drive(meter, graph.ready());
        }
        "mux 100" => mux(meter),
        "create signals" => {
            let state = IncrState::new();
            let made = meter.once(MANY as u64, || {
                (0..MANY as i64).map(|i| state.var(i)).collect::<Vec<_>>()
            });
            meter.values(u64::from(made[MANY - 1].get() != MANY as i64 - 1));
        }
        "fan-out 1000" => fan_out(meter, 1000),
        "fan-out 1000, effects" => {
            for _ in 0..1000 {
                graph.watch(&graph.head().watch(), false);
            }
            plan::fan_out_effects(1000).drive(meter, graph.ready());
        }
        "fan-in 1000" => fan_in(meter, 1000),
        _ => match plan::cellx_of(workload) {
            Some((layers, effects)) => cellx(meter, layers, effects),
            None => return false,
        },
    }
    true
}

fn mux(meter: &Meter) {
    let mut graph = Stabilised::new(100, 0);
    let collect = |mut row: Vec<i64>, value: &i64| {
        row.push(*value);
        row
    };
    let row = graph.state.fold(graph.all(), Vec::new(), collect);
    let row = row.map(|row| Rc::<[i64]>::from(&row[..]));
    for i in 0..100 {
        graph.watch(&row.map(move |row| row[i]).map(|v| v + 1), false);
    }
    plan::mux().drive(meter, graph.ready());
}

/// All results are read, as their sum.
struct Sum(Stabilised);

impl Graph for Sum {
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {
        self.0.write(at, value);
    }
    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        self.0.results.iter().map(|result| result.value()).sum()
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

fn fan_out(meter: &Meter, width: i64) {
    let mut graph = Stabilised::new(1, -1);
    for k in 0..width {
        let result = graph.head().map(move |v| v + k).observe();
        graph.results.push(result);
    }
    plan::fan_out(width).drive(meter, Sum(graph.ready()));
}

fn fan_in(meter: &Meter, width: usize) {
    let mut graph = Stabilised::new(width, 0);
    let sum = graph.state.fold(graph.all(), 0, |sum, v| sum + v);
    graph.results.push(sum.observe());
    plan::fan_in(width).drive(meter, graph.ready());
}

/// Four sources written together, four results read together.
struct Cellx(Stabilised, [Observer<i64>; 4]);

impl Graph for Cellx {
    fn write(&mut self, _: usize, turn: i64) {
        for (source, value) in self.0.sources.iter().zip(CELLX[turn as usize]) {
            source.set(value);
        }
        self.0.state.stabilise();
    }
    fn read(&mut self, _: usize) -> i64 {
        folded(self.1.each_ref().map(|result| result.value()))
    }
    fn runs(&mut self) -> u64 {
        self.0.runs()
    }
}

fn cellx(meter: &Meter, layers: usize, effects: bool) {
    let mut graph = Stabilised::new(0, 0);
    graph.state.set_max_height_allowed(layers * 2 + 16);
    graph.sources = CELLX[0].map(|value| graph.state.var(value)).into();
    let mut last: [Incr<i64>; 4] = std::array::from_fn(|i| graph.sources[i].watch());
    for _ in 0..layers {
        let [a, b, c, d] = &last;
        last = [
            b.map(|v| *v),
            (a % c).map(|a, c| a - c),
            (b % d).map(|b, d| b + d),
            c.map(|v| *v),
        ];
        if effects {
            for cell in &last {
                graph.watch(cell, false);
            }
        }
    }
    let results = last.each_ref().map(|cell| cell.observe());
    plan::cellx(layers, effects).drive(meter, Cellx(graph.ready(), results));
}
