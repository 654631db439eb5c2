//! A signal alone, and with one reader.
//!
//! Invariants: see the parent.
//!
//! Must not know: a particular library.

use super::{one, source};
use crate::{
    library::{Count, Library, watch_signal},
    meter::Meter,
    plan,
};

pub fn run<L: Library>(workload: &str, meter: &Meter) -> bool {
    let build: fn(Meter) = match workload {
        "get" => |meter| plan::get(&meter, source::<L>(L::signal(1), Count::default())),
        "set" => |meter| plan::set().drive(&meter, source::<L>(L::signal(-1), Count::default())),
        "set, computed, get" => computed::<L>,
        "set, effect" => effect::<L>,
        _ => return false,
    };
    let meter = meter.clone();
    L::scope(move || build(meter));
    true
}

fn computed<L: Library>(meter: Meter) {
    let head = L::signal(-1i64);
    let result = {
        let head = head.clone();
        L::computed(move || L::get(&head) + 1)
    };
    plan::computed().drive(&meter, one::<L>(head, result, Count::default()));
}

fn effect<L: Library>(meter: Meter) {
    let head = L::signal(-1i64);
    let count = Count::default();
    watch_signal::<L>(&head, &count);
    plan::effect().drive(&meter, source::<L>(head, count));
}
