//! sycamore-reactive: eager, `set` walks the graph and runs it.
//!
//! Invariants: see the parent.
//!
//! Must not know: the workloads.

use crate::library::{Library, Value};
use sycamore_reactive::{
    ReadSignal, Signal, batch, create_effect, create_root, create_selector, create_signal,
};

pub struct Sycamore;

impl Library for Sycamore {
    const NAME: &'static str = "sycamore-reactive";
    const EFFECTS: &'static str = "inside the write; create_selector is the computed value";
    type Signal<T: Value> = Signal<T>;
    type Computed<T: Value> = ReadSignal<T>;

    fn scope(f: impl FnOnce() + 'static) {
        let root = create_root(f);
        root.dispose();
    }
    #[inline(always)]
    fn signal<T: Value>(v: T) -> Signal<T> {
        create_signal(v)
    }
    #[inline(always)]
    fn get<T: Value>(s: &Signal<T>) -> T {
        s.get_clone()
    }
    #[inline(always)]
    fn set<T: Value>(s: &Signal<T>, v: T) {
        s.set(v)
    }
    #[inline(always)]
    fn computed<T: Value>(f: impl Fn() -> T + 'static) -> ReadSignal<T> {
        create_selector(f)
    }
    #[inline(always)]
    fn read<T: Value>(m: &ReadSignal<T>) -> T {
        m.get_clone()
    }
    #[inline(always)]
    fn with<T: Value, R>(m: &ReadSignal<T>, f: impl FnOnce(&T) -> R) -> R {
        m.with(f)
    }
    fn effect(f: impl Fn() + 'static) {
        create_effect(f)
    }
    fn batch(f: impl FnOnce()) {
        batch(f)
    }
}
