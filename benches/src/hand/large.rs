//! Many nodes by hand.
//!
//! Invariants: see the parent. A computed value that is *made at run time* is a boxed closure, a cached
//! value and a flag: no library can do with less.
//!
//! Must not know: any library.

use super::{Computed, Effect, put};
use crate::{
    body::{add, seen},
    meter::Meter,
    plan::{self, Graph, MANY},
};
use std::{cell::Cell, hint::black_box, rc::Rc};

pub fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "create signals" => create_signals(meter),
        "create computeds" => create_computeds(meter),
        "create effects" => create_effects(meter),
        "update 1 to 1" => {
            let pair = |source| Computed {
                source,
                ..Computed::default()
            };
            plan::one_to_one(MANY).drive(meter, Pairs((0..MANY as i64).map(pair).collect()));
        }
        "fan-out 1000" => plan::fan_out(1000).drive(meter, FanOut::<1000>::new()),
        "fan-out 1000, effects" => {
            let source = Effect {
                source: -1,
                runs: 0,
            };
            plan::fan_out_effects(1000).drive(meter, FanOutEffects(source));
        }
        "fan-in 1000" => plan::fan_in(1000).drive(meter, FanIn::<1000>::new()),
        _ => return false,
    }
    true
}

fn create_signals(meter: &Meter) {
    let made = meter.once(MANY as u64, || {
        (0..MANY as i64).map(black_box).collect::<Vec<i64>>()
    });
    meter.values(u64::from(made[MANY - 1] != MANY as i64 - 1));
}

fn sources() -> Vec<Rc<Cell<i64>>> {
    (0..MANY as i64).map(|i| Rc::new(Cell::new(i))).collect()
}

fn create_computeds(meter: &Meter) {
    struct Made {
        body: Box<dyn Fn() -> i64>,
        value: i64,
        current: bool,
    }
    let sources = sources();
    let mut made = Vec::with_capacity(MANY);
    let mut wrong = 0;
    meter.once(MANY as u64, || {
        for (i, source) in sources.iter().enumerate() {
            let source = source.clone();
            let mut computed = Made {
                body: Box::new(move || source.get() + 1),
                value: 0,
                current: false,
            };
            if !black_box(computed.current) {
                computed.value = (computed.body)();
                computed.current = true;
            }
            wrong += u64::from(computed.value != i as i64 + 1);
            made.push(computed);
        }
    });
    meter.values(wrong);
}

fn create_effects(meter: &Meter) {
    let sources = sources();
    let runs = Rc::new(Cell::new(0));
    let mut made: Vec<Box<dyn Fn()>> = Vec::with_capacity(MANY);
    meter.once(MANY as u64, || {
        for source in &sources {
            let (source, runs) = (source.clone(), runs.clone());
            let effect = Box::new(move || {
                black_box(source.get());
                runs.set(runs.get() + 1);
            });
            effect();
            made.push(effect);
        }
    });
    meter.effects(runs.get(), MANY as u64);
}

struct Pairs(Vec<Computed>);

impl Graph for Pairs {
    #[inline(always)]
    fn write(&mut self, at: usize, value: i64) {
        self.0[at].write(0, value);
    }
    #[inline(always)]
    fn read(&mut self, at: usize) -> i64 {
        self.0[at].read(0)
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

struct FanOut<const N: usize> {
    source: i64,
    computeds: [Option<i64>; N],
}

impl<const N: usize> FanOut<N> {
    fn new() -> Self {
        FanOut {
            source: -1,
            computeds: [None; N],
        }
    }
}

impl<const N: usize> Graph for FanOut<N> {
    fn write(&mut self, _: usize, value: i64) {
        if put(&mut self.source, value) {
            self.computeds = [None; N];
        }
    }
    fn read(&mut self, _: usize) -> i64 {
        let source = self.source;
        let mut sum = 0;
        for (k, computed) in self.computeds.iter_mut().enumerate() {
            sum += *computed.get_or_insert_with(|| add(source, k as i64));
        }
        sum
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

struct FanOutEffects(Effect);

impl Graph for FanOutEffects {
    fn write(&mut self, _: usize, value: i64) {
        if put(&mut self.0.source, value) {
            for _ in 0..1000 {
                seen(value, &mut self.0.runs);
            }
        }
    }
    fn read(&mut self, _: usize) -> i64 {
        self.0.source
    }
    fn runs(&mut self) -> u64 {
        self.0.runs
    }
}

struct FanIn<const N: usize> {
    sources: [i64; N],
    sum: Option<i64>,
}

impl<const N: usize> FanIn<N> {
    fn new() -> Self {
        FanIn {
            sources: [0; N],
            sum: None,
        }
    }
}

impl<const N: usize> Graph for FanIn<N> {
    fn write(&mut self, at: usize, value: i64) {
        if put(&mut self.sources[at], value) {
            self.sum = None;
        }
    }
    fn read(&mut self, _: usize) -> i64 {
        let sources = &self.sources;
        *self
            .sum
            .get_or_insert_with(|| black_box(sources.iter().sum()))
    }
    fn runs(&mut self) -> u64 {
        0
    }
}
