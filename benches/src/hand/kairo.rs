//! The kairo graphs by hand.
//!
//! Invariants: see the parent. Each starts as the settled graph of a source at -1 (mux: at 0).
//!
//! Must not know: any library.

use super::put;
use crate::{
    body::{add, busy, double, negative, same, seen, zero},
    meter::Meter,
    plan::{self, Graph},
};
use std::hint::black_box;

pub fn run(workload: &str, meter: &Meter) -> bool {
    match workload {
        "avoidable" => plan::avoidable().drive(meter, Avoidable::new()),
        "broad 50 x 2" => plan::broad().drive(meter, Broad::new()),
        "deep 50" => plan::deep().drive(meter, Deep::new()),
        "diamond 5" => plan::diamond().drive(meter, Diamond::new()),
        "mux 100" => plan::mux().drive(meter, Mux::new()),
        "repeated 30" => plan::repeated().drive(meter, Repeated::new()),
        "triangle 10" => plan::triangle().drive(meter, Triangle::new()),
        "unstable" => plan::unstable().drive(meter, Unstable::new()),
        _ => return false,
    }
    true
}

macro_rules! by_hand {
    (
        $name:ident { $($field:ident: $type:ty = $first:expr,)* }
        write($graph:ident, $at:ident, $value:ident) $write:block
        read($reader:ident, $index:ident) $read:block
    ) => {
        struct $name { $($field: $type,)* runs: u64 }

        impl $name {
            fn new() -> Self {
                $name { $($field: $first,)* runs: 0 }
            }
        }

        impl Graph for $name {
            #[inline(always)]
            fn write(&mut self, $at: usize, $value: i64) {
                let $graph = self;
                $write
            }
            #[inline(always)]
            fn read(&mut self, $index: usize) -> i64 {
                let $reader = self;
                $read
            }
            fn runs(&mut self) -> u64 {
                self.runs
            }
        }
    };
}

by_hand! {
    Avoidable { head: i64 = -1, c1: i64 = -1, c2: i64 = 0, c3: i64 = 1, c4: i64 = 3, c5: i64 = 6, }
    write(g, _at, value) {
        if put(&mut g.head, value)
            && put(&mut g.c1, same(g.head))
            && put(&mut g.c2, zero(g.c1))
            && put(&mut g.c3, { busy(); add(g.c2, 1) })
            && put(&mut g.c4, add(g.c3, 2))
            && put(&mut g.c5, add(g.c4, 3))
        {
            seen(g.c5, &mut g.runs);
            busy();
        }
    }
    read(g, _at) { g.c5 }
}

by_hand! {
    Broad { head: i64 = -1, first: [i64; 50] = [i64::MIN; 50], second: [i64; 50] = [i64::MIN; 50], }
    write(g, _at, value) {
        if put(&mut g.head, value) {
            for (i, (first, second)) in g.first.iter_mut().zip(&mut g.second).enumerate() {
                if put(first, add(g.head, i as i64)) && put(second, add(*first, 1)) {
                    seen(*second, &mut g.runs);
                }
            }
        }
    }
    read(g, _at) { g.second[49] }
}

by_hand! {
    Deep { head: i64 = -1, chain: [i64; 50] = [i64::MIN; 50], }
    write(g, _at, value) {
        if !put(&mut g.head, value) {
            return;
        }
        let mut before = value;
        for node in &mut g.chain {
            if !put(node, add(before, 1)) {
                return;
            }
            before = *node;
        }
        seen(before, &mut g.runs);
    }
    read(g, _at) { g.chain[49] }
}

by_hand! {
    Diamond { head: i64 = -1, arms: [i64; 5] = [0; 5], sum: i64 = 0, }
    write(g, _at, value) {
        if put(&mut g.head, value) {
            let (mut changed, mut sum) = (false, 0);
            for arm in &mut g.arms {
                changed |= put(arm, add(value, 1));
                sum += *arm;
            }
            if changed && put(&mut g.sum, black_box(sum)) {
                seen(g.sum, &mut g.runs);
            }
        }
    }
    read(g, _at) { g.sum }
}

by_hand! {
    Mux {
        heads: [i64; 100] = [0; 100],
        row: [i64; 100] = [0; 100],
        split: [i64; 100] = [0; 100],
        results: [i64; 100] = [1; 100],
    }
    write(g, at, value) {
        if put(&mut g.heads[at], value) {
            g.row = black_box(g.heads);
            for i in 0..100 {
                if put(&mut g.split[i], same(g.row[i])) && put(&mut g.results[i], add(g.split[i], 1)) {
                    seen(g.results[i], &mut g.runs);
                }
            }
        }
    }
    read(g, at) { g.results[at] }
}

by_hand! {
    Repeated { head: i64 = -1, sum: i64 = -30, }
    write(g, _at, value) {
        if put(&mut g.head, value) {
            let sum = (0..30).map(|_| *black_box(&g.head)).sum();
            if put(&mut g.sum, sum) {
                seen(sum, &mut g.runs);
            }
        }
    }
    read(g, _at) { g.sum }
}

by_hand! {
    Triangle { list: [i64; 10] = [i64::MIN / 64; 10], sum: i64 = i64::MIN, }
    write(g, _at, value) {
        if put(&mut g.list[0], value) {
            let mut sum = value;
            for i in 1..10 {
                let next = add(g.list[i - 1], 1);
                put(&mut g.list[i], next);
                sum += next;
            }
            if put(&mut g.sum, black_box(sum)) {
                seen(g.sum, &mut g.runs);
            }
        }
    }
    read(g, _at) { g.sum }
}

by_hand! {
    Unstable {
        head: i64 = -1,
        double: Option<i64> = None,
        negative: Option<i64> = None,
        sum: i64 = i64::MIN,
    }
    write(g, _at, value) {
        if put(&mut g.head, value) {
            (g.double, g.negative) = (None, None);
            let mut sum = 0;
            for _ in 0..20 {
                sum += match *black_box(&g.head) % 2 {
                    0 => *g.negative.get_or_insert_with(|| negative(value)),
                    _ => *g.double.get_or_insert_with(|| double(value)),
                };
            }
            if put(&mut g.sum, sum) {
                seen(sum, &mut g.runs);
            }
        }
    }
    read(g, _at) { g.sum }
}
