//! cellx: layers of four cells, each made of the layer before.
//!
//! Invariants: see the parent.
//!
//! Must not know: a particular library.

use super::Handles;
use crate::{
    library::{Count, Library, watch},
    meter::Meter,
    plan::{self, CELLX, folded},
};

pub fn run<L: Library>(workload: &str, meter: &Meter) -> bool {
    let Some((layers, effects)) = plan::cellx_of(workload) else {
        return false;
    };
    let meter = meter.clone();
    L::scope(move || cellx::<L>(&meter, layers, effects));
    true
}

fn cellx<L: Library>(meter: &Meter, layers: usize, effects: bool) {
    let sources: [L::Signal<i64>; 4] = CELLX[0].map(L::signal);
    let count = Count::default();
    let watched = |layer: [L::Computed<i64>; 4]| {
        for cell in &layer {
            if effects {
                watch::<L>(cell, &count);
            }
            // Reading each layer as it is made keeps the recursive peers from overflowing the stack.
            L::read(cell);
        }
        layer
    };
    let [a, b, c, d] = sources.clone();
    let (b2, c2) = (b.clone(), c.clone());
    let mut last = watched([
        L::computed(move || L::get(&b)),
        L::computed(move || L::get(&a) - L::get(&c)),
        L::computed(move || L::get(&b2) + L::get(&d)),
        L::computed(move || L::get(&c2)),
    ]);
    for _ in 1..layers {
        let [a, b, c, d] = last;
        let (b2, c2) = (b.clone(), c.clone());
        last = watched([
            L::computed(move || L::read(&b)),
            L::computed(move || L::read(&a) - L::read(&c)),
            L::computed(move || L::read(&b2) + L::read(&d)),
            L::computed(move || L::read(&c2)),
        ]);
    }
    L::flush();
    let graph = Handles {
        write: move |_, turn| {
            L::batch(|| {
                for (source, value) in sources.iter().zip(CELLX[turn as usize]) {
                    L::set(source, value);
                }
            });
            L::flush();
        },
        read: move |_| folded(last.each_ref().map(L::read)),
        count,
    };
    plan::cellx(layers, effects).drive(meter, graph);
}
