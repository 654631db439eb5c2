//! cellx by hand.
//!
//! Invariants: see the parent. Every cell checks the change flags of the layer before.
//!
//! Must not know: any library.

use super::put;
use crate::{
    body::{add, same, seen, sub},
    meter::Meter,
    plan::{self, CELLX, Graph, folded},
};

pub fn run(workload: &str, meter: &Meter) -> bool {
    let Some((layers, effects)) = plan::cellx_of(workload) else {
        return false;
    };
    let mut cells = vec![CELLX[0]];
    for layer in 0..layers {
        cells.push(plan::cellx_expect(1, cells[layer]));
    }
    let graph = Cellx {
        cells,
        effects,
        runs: 0,
    };
    plan::cellx(layers, effects).drive(meter, graph);
    true
}

struct Cellx {
    /// The sources, then the layers.
    cells: Vec<[i64; 4]>,
    effects: bool,
    runs: u64,
}

impl Graph for Cellx {
    fn write(&mut self, _: usize, turn: i64) {
        let (sources, layers) = self.cells.split_at_mut(1);
        let mut before = &mut sources[0];
        let mut changed = [false; 4];
        for (i, value) in CELLX[turn as usize].into_iter().enumerate() {
            changed[i] = put(&mut before[i], value);
        }
        for cells in layers {
            let now = [
                changed[1] && put(&mut cells[0], same(before[1])),
                (changed[0] | changed[2]) && put(&mut cells[1], sub(before[0], before[2])),
                (changed[1] | changed[3]) && put(&mut cells[2], add(before[1], before[3])),
                changed[2] && put(&mut cells[3], same(before[2])),
            ];
            if self.effects {
                for (cell, changed) in cells.iter().zip(now) {
                    if changed {
                        seen(*cell, &mut self.runs);
                    }
                }
            }
            (before, changed) = (cells, now);
        }
    }
    fn read(&mut self, _: usize) -> i64 {
        folded(*self.cells.last().expect("the sources are there"))
    }
    fn runs(&mut self) -> u64 {
        self.runs
    }
}
