//! The kairo set of js-reactivity-benchmark: small graphs, each with one difficulty.
//!
//! Invariants: see the parent.
//!
//! Must not know: a particular library.

use super::{Handles, one};
use crate::{
    body::busy,
    library::{Count, Library, watch},
    meter::Meter,
    plan,
};
use std::{hint::black_box, sync::Arc};

pub fn run<L: Library>(workload: &str, meter: &Meter) -> bool {
    let build: fn(&Meter) = match workload {
        "avoidable" => avoidable::<L>,
        "broad 50 x 2" => broad::<L>,
        "deep 50" => deep::<L>,
        "diamond 5" => diamond::<L>,
        "mux 100" => mux::<L>,
        "repeated 30" => repeated::<L>,
        "triangle 10" => triangle::<L>,
        "unstable" => unstable::<L>,
        _ => return false,
    };
    let meter = meter.clone();
    L::scope(move || build(&meter));
    true
}

/// `head + 1`.
fn next<L: Library>(head: &L::Signal<i64>) -> L::Computed<i64> {
    let head = head.clone();
    L::computed(move || L::get(&head) + 1)
}

fn avoidable<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let source = head.clone();
    let c1 = L::computed(move || L::get(&source));
    let c2 = L::computed(move || {
        L::read(&c1);
        0i64
    });
    let c3 = L::computed(move || {
        busy();
        L::read(&c2) + 1
    });
    let c4 = L::computed(move || L::read(&c3) + 2);
    let c5 = L::computed(move || L::read(&c4) + 3);
    let count = Count::default();
    {
        let (c5, count) = (c5.clone(), count.clone());
        L::effect(move || {
            black_box(L::read(&c5));
            busy();
            count.hit();
        });
    }
    plan::avoidable().drive(meter, one::<L>(head, c5, count));
}

fn broad<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let count = Count::default();
    let last = (0..50i64).map(|i| {
        let head = head.clone();
        let first = L::computed(move || L::get(&head) + i);
        let second = L::computed(move || L::read(&first) + 1);
        watch::<L>(&second, &count);
        second
    });
    let last = last.last().expect("fifty are made");
    plan::broad().drive(meter, one::<L>(head, last, count));
}

fn deep<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let mut last = next::<L>(&head);
    for _ in 1..50 {
        let before = last;
        last = L::computed(move || L::read(&before) + 1);
    }
    let count = Count::default();
    watch::<L>(&last, &count);
    plan::deep().drive(meter, one::<L>(head, last, count));
}

fn diamond<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let arms: Vec<_> = (0..5).map(|_| next::<L>(&head)).collect();
    let sum = L::computed(move || arms.iter().map(L::read).sum::<i64>());
    let count = Count::default();
    watch::<L>(&sum, &count);
    plan::diamond().drive(meter, one::<L>(head, sum, count));
}

/// Compares by identity, as JS compares objects: a fresh row never equals the last one.
#[derive(Clone)]
struct Row(Arc<[i64]>);

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn mux<L: Library>(meter: &Meter) {
    let heads: Vec<_> = (0..100).map(|_| L::signal(0i64)).collect();
    let sources = heads.clone();
    let row = L::computed(move || Row(sources.iter().map(L::get).collect()));
    let count = Count::default();
    let results: Vec<_> = (0..100)
        .map(|i| {
            let row = row.clone();
            let split = L::computed(move || L::with(&row, |row| row.0[i]));
            let result = L::computed(move || L::read(&split) + 1);
            watch::<L>(&result, &count);
            result
        })
        .collect();
    L::flush();
    let graph = Handles {
        write: move |at: usize, value| L::write(&heads[at], value),
        read: move |at: usize| L::read(&results[at]),
        count,
    };
    plan::mux().drive(meter, graph);
}

fn repeated<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let source = head.clone();
    let sum = L::computed(move || (0..30).map(|_| L::get(&source)).sum());
    let count = Count::default();
    watch::<L>(&sum, &count);
    plan::repeated().drive(meter, one::<L>(head, sum, count));
}

fn triangle<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let mut list = vec![next::<L>(&head)];
    for i in 1..9 {
        let before: L::Computed<i64> = list[i - 1].clone();
        list.push(L::computed(move || L::read(&before) + 1));
    }
    let source = head.clone();
    let sum = L::computed(move || L::get(&source) + list.iter().map(L::read).sum::<i64>());
    let count = Count::default();
    watch::<L>(&sum, &count);
    plan::triangle().drive(meter, one::<L>(head, sum, count));
}

fn unstable<L: Library>(meter: &Meter) {
    let head = L::signal(-1i64);
    let source = head.clone();
    let double = L::computed(move || L::get(&source) * 2);
    let source = head.clone();
    let negative = L::computed(move || -L::get(&source));
    let source = head.clone();
    let sum = L::computed(move || {
        let read = |_| match L::get(&source) % 2 {
            0 => L::read(&negative),
            _ => L::read(&double),
        };
        (0..20).map(read).sum()
    });
    let count = Count::default();
    watch::<L>(&sum, &count);
    plan::unstable().drive(meter, one::<L>(head, sum, count));
}
