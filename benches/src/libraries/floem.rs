//! floem_reactive: pushes eagerly, in the order of a hash map.
//!
//! Invariants: see the parent.
//!
//! Must not know: the workloads.

use crate::library::{Library, Value};
use floem_reactive::{
    Memo, RwSignal, Scope, SignalGet, SignalUpdate, SignalWith, batch, create_effect, create_memo,
    create_rw_signal, with_scope,
};

const EXPONENTIAL: &str = "eager push, depth first: work grows exponentially with the layers";

pub struct Floem;

impl Library for Floem {
    const NAME: &'static str = "floem_reactive";
    const EFFECTS: &'static str = "inside the write";
    const SKIP: &'static [(&'static str, &'static str)] = &[
        ("cellx 50", EXPONENTIAL),
        ("cellx 100", EXPONENTIAL),
        ("cellx 2500", EXPONENTIAL),
    ];
    type Signal<T: Value> = RwSignal<T>;
    type Computed<T: Value> = Memo<T>;

    fn scope(f: impl FnOnce() + 'static) {
        let s = Scope::new();
        with_scope(s, f);
        s.dispose();
    }
    #[inline(always)]
    fn signal<T: Value>(v: T) -> RwSignal<T> {
        create_rw_signal(v)
    }
    #[inline(always)]
    fn get<T: Value>(s: &RwSignal<T>) -> T {
        s.get()
    }
    #[inline(always)]
    fn set<T: Value>(s: &RwSignal<T>, v: T) {
        s.set(v)
    }
    #[inline(always)]
    fn computed<T: Value>(f: impl Fn() -> T + 'static) -> Memo<T> {
        create_memo(move |_| f())
    }
    #[inline(always)]
    fn read<T: Value>(m: &Memo<T>) -> T {
        m.get()
    }
    #[inline(always)]
    fn with<T: Value, R>(m: &Memo<T>, f: impl FnOnce(&T) -> R) -> R {
        m.with(f)
    }
    fn effect(f: impl Fn() + 'static) {
        create_effect(move |_| f())
    }
    fn batch(f: impl FnOnce()) {
        batch(f)
    }
}
