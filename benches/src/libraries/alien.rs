//! alien-signals. Effects run inside `set`; signals and computed values are never freed.
//!
//! Invariants: see the parent.
//!
//! Must not know: the workloads.

use crate::library::{Library, Value};
use alien_signals::{Computed, Effect, Signal, end_batch, start_batch};
use std::cell::RefCell;

thread_local! {
    static EFFECTS: RefCell<Vec<Effect>> = const { RefCell::new(Vec::new()) };
}

pub struct Alien;

impl Library for Alien {
    const NAME: &'static str = "alien-signals";
    const EFFECTS: &'static str = "inside the write";
    type Signal<T: Value> = Signal<T>;
    type Computed<T: Value> = Computed<T>;

    fn scope(f: impl FnOnce() + 'static) {
        f();
        for e in EFFECTS.take() {
            e.dispose();
        }
    }
    #[inline(always)]
    fn signal<T: Value>(v: T) -> Signal<T> {
        Signal::new(v)
    }
    #[inline(always)]
    fn get<T: Value>(s: &Signal<T>) -> T {
        s.get()
    }
    #[inline(always)]
    fn set<T: Value>(s: &Signal<T>, v: T) {
        s.set(v)
    }
    #[inline(always)]
    fn computed<T: Value>(f: impl Fn() -> T + 'static) -> Computed<T> {
        Computed::new(move |_| f())
    }
    #[inline(always)]
    fn read<T: Value>(m: &Computed<T>) -> T {
        m.get()
    }
    fn effect(f: impl Fn() + 'static) {
        let e = Effect::new(f);
        EFFECTS.with_borrow_mut(|v| v.push(e));
    }
    fn batch(f: impl FnOnce()) {
        start_batch();
        f();
        end_batch();
    }
}
