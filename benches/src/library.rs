//! The trait that a library with automatic tracking implements to take part.
//!
//! Invariants: no function takes `self`, since such libraries keep their graph in thread-locals or statics; `write` is
//! the "write" of every table.
//!
//! Must not know: the workloads.

use std::{cell::Cell, hint::black_box, rc::Rc};

/// Bounds that every value in the graphs satisfies; the strictest peer wants `Send + Sync`.
pub trait Value: Clone + PartialEq + Send + Sync + 'static {}
impl<T: Clone + PartialEq + Send + Sync + 'static> Value for T {}

/// A library of signals.
pub trait Library: 'static {
    const NAME: &'static str;
    /// Whether a wrong answer fails the run.
    const IS_OURS: bool = false;
    /// The way in which effects run, for the report.
    const EFFECTS: &'static str;
    /// Workloads that the library never finishes, by the start of their name, with the reason.
    const SKIP: &'static [(&'static str, &'static str)] = &[];

    type Signal<T: Value>: Clone + 'static;
    type Computed<T: Value>: Clone + 'static;

    /// Runs `f` in a fresh owner and disposes of everything made in it.
    fn scope(f: impl FnOnce() + 'static);

    fn signal<T: Value>(value: T) -> Self::Signal<T>;
    fn get<T: Value>(signal: &Self::Signal<T>) -> T;
    fn set<T: Value>(signal: &Self::Signal<T>, value: T);

    /// A computed value with `PartialEq` as its cut-off.
    fn computed<T: Value>(f: impl Fn() -> T + 'static) -> Self::Computed<T>;
    fn read<T: Value>(computed: &Self::Computed<T>) -> T;
    /// A tracked read by reference, if the library has one.
    fn with<T: Value, R>(computed: &Self::Computed<T>, f: impl FnOnce(&T) -> R) -> R {
        f(&Self::read(computed))
    }

    fn effect(f: impl Fn() + 'static);

    /// Several writes as one.
    fn batch(f: impl FnOnce());

    /// Runs the effects that the writes left pending. Synchronous effects leave none.
    #[inline(always)]
    fn flush() {}

    #[inline(always)]
    fn write<T: Value>(signal: &Self::Signal<T>, value: T) {
        Self::set(signal, value);
        Self::flush();
    }
}

/// Counts effect runs; clones share the count.
#[derive(Clone, Default)]
pub struct Count(Rc<Cell<u64>>);

impl Count {
    #[inline(always)]
    pub fn hit(&self) {
        self.0.set(self.0.get() + 1);
    }

    pub fn now(&self) -> u64 {
        self.0.get()
    }
}

/// An effect that reads a computed value and counts.
pub fn watch<L: Library>(computed: &L::Computed<i64>, count: &Count) {
    let (computed, count) = (computed.clone(), count.clone());
    L::effect(move || {
        black_box(L::read(&computed));
        count.hit();
    });
}

/// An effect that reads a signal and counts.
pub fn watch_signal<L: Library>(signal: &L::Signal<i64>, count: &Count) {
    let (signal, count) = (signal.clone(), count.clone());
    L::effect(move || {
        black_box(L::get(&signal));
        count.hit();
    });
}
