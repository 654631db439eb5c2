//! Many nodes: making them, writing each of them, and one of them with many neighbours.
//!
//! Invariants: see the parent.
//!
//! Must not know: a particular library.

use super::{Handles, source};
use crate::{
    library::{Count, Library, watch_signal},
    meter::Meter,
    plan,
};

/// The number of nodes that the creation workloads make.
const MANY: usize = plan::MANY;

pub fn run<L: Library>(workload: &str, meter: &Meter) -> bool {
    let build: fn(&Meter) = match workload {
        "create signals" => create_signals::<L>,
        "create computeds" => create_computeds::<L>,
        "create effects" => create_effects::<L>,
        "update 1 to 1" => update::<L>,
        "fan-out 1000" => |meter| fan_out::<L>(meter, 1000),
        "fan-out 1000, effects" => fan_out_effects::<L>,
        "fan-in 1000" => |meter| fan_in::<L>(meter, 1000),
        _ => return false,
    };
    let meter = meter.clone();
    L::scope(move || build(&meter));
    true
}

fn signals<L: Library>() -> Vec<L::Signal<i64>> {
    (0..MANY as i64).map(L::signal).collect()
}

fn create_signals<L: Library>(meter: &Meter) {
    let signals = meter.once(MANY as u64, signals::<L>);
    meter.values(u64::from(L::get(&signals[MANY - 1]) != MANY as i64 - 1));
}

/// Makes and evaluates a computed value on each signal.
fn create_computeds<L: Library>(meter: &Meter) {
    let signals = signals::<L>();
    let mut computeds = Vec::with_capacity(MANY);
    let mut wrong = 0;
    meter.once(MANY as u64, || {
        for (i, signal) in signals.iter().enumerate() {
            let signal = signal.clone();
            let computed = L::computed(move || L::get(&signal) + 1);
            wrong += u64::from(L::read(&computed) != i as i64 + 1);
            computeds.push(computed);
        }
    });
    meter.values(wrong);
}

/// Makes and runs an effect on each signal, with one flush.
fn create_effects<L: Library>(meter: &Meter) {
    let signals = signals::<L>();
    let count = Count::default();
    meter.once(MANY as u64, || {
        for signal in &signals {
            watch_signal::<L>(signal, &count);
        }
        L::flush();
    });
    meter.effects(count.now(), MANY as u64);
}

fn update<L: Library>(meter: &Meter) {
    let signals = signals::<L>();
    let computeds: Vec<_> = signals
        .iter()
        .map(|signal| {
            let signal = signal.clone();
            let computed = L::computed(move || L::get(&signal) + 1);
            L::read(&computed);
            computed
        })
        .collect();
    L::flush();
    let graph = Handles {
        write: move |at: usize, value| L::write(&signals[at], value),
        read: move |at: usize| L::read(&computeds[at]),
        count: Count::default(),
    };
    plan::one_to_one(MANY).drive(meter, graph);
}

fn fan_out<L: Library>(meter: &Meter, width: i64) {
    let head = L::signal(-1i64);
    let computeds: Vec<_> = (0..width)
        .map(|k| {
            let head = head.clone();
            let computed = L::computed(move || L::get(&head) + k);
            L::read(&computed);
            computed
        })
        .collect();
    L::flush();
    let graph = Handles {
        write: move |_, value| L::write(&head, value),
        read: move |_| computeds.iter().map(L::read).sum(),
        count: Count::default(),
    };
    plan::fan_out(width).drive(meter, graph);
}

fn fan_out_effects<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let count = Count::default();
    for _ in 0..1000 {
        watch_signal::<L>(&head, &count);
    }
    plan::fan_out_effects(1000).drive(meter, source::<L>(head, count));
}

fn fan_in<L: Library>(meter: &Meter, width: usize) {
    let signals: Vec<_> = (0..width).map(|_| L::signal(0i64)).collect();
    let sources = signals.clone();
    let sum = L::computed(move || sources.iter().map(L::get).sum::<i64>());
    L::read(&sum);
    L::flush();
    let graph = Handles {
        write: move |at: usize, value| L::write(&signals[at], value),
        read: move |_| L::read(&sum),
        count: Count::default(),
    };
    plan::fan_in(width).drive(meter, graph);
}
