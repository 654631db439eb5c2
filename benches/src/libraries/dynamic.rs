//! The kernel's own functions: `signal()`, `computed()`, `create_effect()`.
//!
//! Invariants: see the parent.
//!
//! Must not know: the workloads.

use crate::library::{Library, Value};
use signal_kernel::{Computed, Signal, batch, computed, create_effect, scope, signal};

pub struct Dynamic;

impl Library for Dynamic {
    const NAME: &'static str = "functions";
    const IS_OURS: bool = true;
    const EFFECTS: &'static str = "inside the write";
    type Signal<T: Value> = Signal<T>;
    type Computed<T: Value> = Computed<T>;

    fn scope(f: impl FnOnce() + 'static) {
        let ((), owner) = scope(f);
        drop(owner);
    }
    #[inline(always)]
    fn signal<T: Value>(value: T) -> Signal<T> {
        signal(value)
    }
    #[inline(always)]
    fn get<T: Value>(signal: &Signal<T>) -> T {
        signal.get()
    }
    #[inline(always)]
    fn set<T: Value>(signal: &Signal<T>, value: T) {
        signal.set(value);
    }
    #[inline(always)]
    fn computed<T: Value>(f: impl Fn() -> T + 'static) -> Computed<T> {
        computed(f)
    }
    #[inline(always)]
    fn read<T: Value>(computed: &Computed<T>) -> T {
        computed.get()
    }
    #[inline(always)]
    fn with<T: Value, R>(computed: &Computed<T>, f: impl FnOnce(&T) -> R) -> R {
        computed.with(f)
    }
    fn effect(f: impl Fn() + 'static) {
        create_effect(f);
    }
    fn batch(f: impl FnOnce()) {
        batch(f);
    }
}
