//! `futures-signals`: polled combinators. A computed value with one reader is `map(..).dedupe()`; a shared
//! one goes through a `Broadcaster`. Effects are `for_each` futures on a `LocalPool`.
//!
//! Invariants: after each write the pool runs until it stalls. A result is the last value that an effect read.
//!
//! Must not know: other libraries.

use crate::{
    body::busy,
    library::Count,
    meter::Meter,
    plan::{self, Graph, MANY},
    side::{Kind, Side},
};
use futures::{
    executor::{LocalPool, LocalSpawner},
    task::LocalSpawnExt,
};
use futures_signals::{
    map_ref,
    signal::{Broadcaster, LocalBoxSignal, Mutable, Signal, SignalExt},
};
use std::{cell::Cell, future::ready, hint::black_box, rc::Rc};

pub fn side() -> Side {
    Side {
        name: "futures-signals",
        kind: Kind::Peer,
        effects: "for_each on a LocalPool, run_until_stalled() after each write",
        skip: &[],
        run,
    }
}

struct Pooled {
    pool: LocalPool,
    head: Mutable<i64>,
    count: Count,
    /// The last value that each effect read.
    seen: Vec<Rc<Cell<i64>>>,
    /// Whether all of `seen` together are the result, or the last of it.
    sums: bool,
}

impl Pooled {
    fn new() -> Self {
        Pooled {
            pool: LocalPool::new(),
            head: Mutable::new(-1),
            count: Count::default(),
            seen: Vec::new(),
            sums: false,
        }
    }

    fn watch(&mut self, signal: impl Signal<Item = i64> + 'static) {
        let seen = Rc::new(Cell::new(0));
        self.seen.push(seen.clone());
        spawn(&self.pool.spawner(), signal, &self.count, move |value| {
            seen.set(value);
        });
    }

    /// Settles.
    fn ready(mut self) -> Self {
        self.pool.run_until_stalled();
        self
    }
}

fn spawn(
    spawner: &LocalSpawner,
    signal: impl Signal<Item = i64> + 'static,
    count: &Count,
    see: impl Fn(i64) + 'static,
) {
    let count = count.clone();
    let effect = signal.for_each(move |value| {
        see(black_box(value));
        count.hit();
        ready(())
    });
    spawner.spawn_local(effect).expect("the pool is there");
}

impl Graph for Pooled {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        self.head.set(value);
        self.pool.run_until_stalled();
    }
    fn read(&mut self, _: usize) -> i64 {
        match self.seen.last() {
            _ if self.sums => self.seen.iter().map(|seen| seen.get()).sum(),
            Some(seen) => seen.get(),
            None => self.head.get(),
        }
    }
    fn runs(&mut self) -> u64 {
        self.count.now()
    }
}

/// A source alone, without a pool.
struct Alone(Mutable<i64>);

impl Graph for Alone {
    #[inline(always)]
    fn write(&mut self, _: usize, value: i64) {
        self.0.set(value);
    }
    #[inline(always)]
    fn read(&mut self, _: usize) -> i64 {
        self.0.get()
    }
    fn runs(&mut self) -> u64 {
        0
    }
}

fn run(workload: &str, meter: &Meter) -> bool {
    let mut graph = Pooled::new();
    let head = graph.head.clone();
    match workload {
        "get" => plan::get(meter, Alone(Mutable::new(1))),
        "set" => plan::set().drive(meter, Alone(head)),
        "set, effect" => {
            graph.watch(head.signal());
            plan::effect().drive(meter, graph.ready());
        }
        "avoidable" => {
            let same = head.signal().dedupe().map(|_| 0i64).dedupe();
            let next = same.map(|value| {
                busy();
                value + 1
            });
            let last = next.dedupe().map(|v| v + 2).dedupe().map(|v| v + 3);
            graph.watch(last.dedupe());
            plan::avoidable().drive(meter, graph.ready());
        }
        "broad 50 x 2" => {
            for k in 0..50i64 {
                let first = head.signal().map(move |v| v + k).dedupe();
                graph.watch(first.map(|v| v + 1).dedupe());
            }
            plan::broad().drive(meter, graph.ready());
        }
        "deep 50" => {
            let mut last: LocalBoxSignal<'static, i64> = head.signal().boxed_local();
            for _ in 0..50 {
                last = last.map(|v| v + 1).dedupe().boxed_local();
            }
            graph.watch(last);
            plan::deep().drive(meter, graph.ready());
        }
        "diamond 5" => {
            let arm = || head.signal().map(|v| v + 1).dedupe();
            let sum = map_ref! {
                let a = arm(), let b = arm(), let c = arm(), let d = arm(), let e = arm() =>
                *a + *b + *c + *d + *e
            };
            graph.watch(sum.dedupe());
            plan::diamond().drive(meter, graph.ready());
        }
        "fan-out 1000" => fan_out(meter, graph, 1000),
        "fan-out 1000, effects" => {
            for _ in 0..1000 {
                graph.watch(head.signal());
            }
            plan::fan_out_effects(1000).drive(meter, graph.ready());
        }
        "create signals" => {
            let made = meter.once(MANY as u64, || {
                (0..MANY as i64).map(Mutable::new).collect::<Vec<_>>()
            });
            meter.values(u64::from(made[MANY - 1].get() != MANY as i64 - 1));
        }
        "create effects" => create_effects(meter),
        _ => return false,
    }
    true
}

/// The computed values are watched, since a broadcaster is not current otherwise.
fn fan_out(meter: &Meter, mut graph: Pooled, width: i64) {
    for k in 0..width {
        let shared = Broadcaster::new(graph.head.signal().map(move |v| v + k).dedupe());
        graph.watch(shared.signal());
    }
    graph.sums = true;
    // As for the other sides, these do not count as effects.
    graph.count = Count::default();
    plan::fan_out(width).drive(meter, graph.ready());
}

fn create_effects(meter: &Meter) {
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let sources: Vec<_> = (0..MANY as i64).map(Mutable::new).collect();
    let count = Count::default();
    meter.once(MANY as u64, || {
        for source in &sources {
            spawn(&spawner, source.signal(), &count, |_| {});
        }
        pool.run_until_stalled();
    });
    meter.effects(count.now(), MANY as u64);
}
