//! The bodies of computed values and effects, for the sides that can inline them.
//!
//! Invariants: hand-written code and declared graphs call the same functions, and `black_box` keeps each
//! body one real step: nothing is folded across nodes.
//!
//! Must not know: graphs.

use std::hint::black_box;

#[inline(always)]
pub fn add(a: i64, b: i64) -> i64 {
    black_box(a + b)
}

#[inline(always)]
pub fn sub(a: i64, b: i64) -> i64 {
    black_box(a - b)
}

#[inline(always)]
pub fn double(a: i64) -> i64 {
    black_box(a * 2)
}

#[inline(always)]
pub fn negative(a: i64) -> i64 {
    black_box(-a)
}

#[inline(always)]
pub fn same(a: i64) -> i64 {
    black_box(a)
}

/// Reads its argument and is always 0.
#[inline(always)]
pub fn zero(a: i64) -> i64 {
    black_box(a);
    black_box(0)
}

/// A body that takes about 100 ns.
#[inline(never)]
pub fn busy() {
    let mut count = 0u32;
    for _ in 0..100 {
        count = black_box(count + 1);
    }
    black_box(count);
}

/// The body of an effect: reads a value, counts the run.
#[inline(always)]
pub fn seen(value: i64, runs: &mut u64) {
    black_box(value);
    *runs += 1;
}
