//! reactive_graph, the signals of Leptos, in two ways: [`Immediate`] runs effects inside the write,
//! [`Ticked`] is the normal way in Leptos: an executor runs them after it.
//!
//! Invariants: see the parent. The library asks for `Send + Sync` closures, but the graphs belong to one thread, so
//! closures are wrapped; the check of the thread costs about a nanosecond a call.
//!
//! Must not know: the workloads.

use crate::library::{Library, Value};
use any_spawner::Executor;
use reactive_graph::{
    computed::Memo,
    effect::{Effect, ImmediateEffect, batch},
    owner::Owner,
    signal::RwSignal,
    traits::{Get, Set, With},
};
use send_wrapper::SendWrapper;

const EXPONENTIAL: &str =
    "marking does not stop at what is marked: each two layers take 2.6 times as long";
/// "cellx 100" stands for 100 and 1000.
const SKIP: &[(&str, &str)] = &[
    ("cellx 50", EXPONENTIAL),
    ("cellx 100", EXPONENTIAL),
    ("cellx 2500", EXPONENTIAL),
];

fn owned(f: impl FnOnce()) {
    let _ = Executor::init_futures_executor(); // an error from the second call on
    let owner = Owner::new();
    owner.with(f);
    owner.cleanup();
    drop(owner);
    Executor::poll_local();
}

/// The code that both adapters have in common.
macro_rules! handles {
    () => {
        const SKIP: &'static [(&'static str, &'static str)] = SKIP;
        type Signal<T: Value> = RwSignal<T>;
        type Computed<T: Value> = Memo<T>;

        fn scope(f: impl FnOnce() + 'static) {
            owned(f)
        }
        #[inline(always)]
        fn signal<T: Value>(value: T) -> RwSignal<T> {
            RwSignal::new(value)
        }
        #[inline(always)]
        fn get<T: Value>(signal: &RwSignal<T>) -> T {
            signal.get()
        }
        #[inline(always)]
        fn set<T: Value>(signal: &RwSignal<T>, value: T) {
            signal.set(value);
        }
        #[inline(always)]
        fn computed<T: Value>(f: impl Fn() -> T + 'static) -> Memo<T> {
            let f = SendWrapper::new(f);
            Memo::new(move |_| f())
        }
        #[inline(always)]
        fn read<T: Value>(computed: &Memo<T>) -> T {
            computed.get()
        }
        #[inline(always)]
        fn with<T: Value, R>(computed: &Memo<T>, f: impl FnOnce(&T) -> R) -> R {
            computed.with(f)
        }
    };
}

pub struct Immediate;

impl Library for Immediate {
    const NAME: &'static str = "reactive_graph";
    const EFFECTS: &'static str = "ImmediateEffect, inside the write";
    handles!();

    fn effect(f: impl Fn() + 'static) {
        let f = SendWrapper::new(f);
        ImmediateEffect::new_scoped(move || {
            f();
        });
    }
    fn batch(f: impl FnOnce()) {
        batch(f);
    }
}

pub struct Ticked;

impl Library for Ticked {
    const NAME: &'static str = "reactive_graph tick";
    const EFFECTS: &'static str =
        "Effect on a futures LocalPool, Executor::poll_local() after each write";
    handles!();

    fn effect(f: impl Fn() + 'static) {
        Effect::new(move |_: Option<()>| f());
    }
    fn batch(f: impl FnOnce()) {
        f(); // effects wait for the tick anyway
    }
    #[inline(always)]
    fn flush() {
        Executor::poll_local();
    }
}
