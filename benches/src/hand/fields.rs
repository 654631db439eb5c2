//! By hand in the shape of a declared graph: a field for each node instead of arrays, found by a `match`. It tells the
//! cost of this shape from the cost of a graph.
//!
//! Must not know: any library.

use super::put;
use crate::{
    body::add,
    declared,
    meter::Meter,
    plan::{self, Graph},
    side::{Kind, Side},
};
use std::hint::black_box;

include!(concat!(env!("OUT_DIR"), "/fields.rs"));

pub fn side() -> Side {
    Side {
        name: "hand, fields",
        kind: Kind::Hand,
        effects: "none",
        skip: &[],
        run,
    }
}

fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "update 1 to 1" => declared::update(meter, Pairs::new),
        "fan-in 1000" => plan::fan_in(1000).drive(meter, Box::new(FanIn::new())),
        _ => return false,
    }
    true
}
