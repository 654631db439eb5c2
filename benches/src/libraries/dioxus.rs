//! dioxus-signals, driven through an empty `VirtualDom`: it has no runtime of its own.
//! An effect is a `ReactiveContext` whose callback queues it, as `use_effect` does.
//!
//! Invariants: see the parent.
//!
//! Must not know: the workloads.

use crate::library::{Library, Value};
use dioxus_core::{Element, ReactiveContext, ScopeId, VNode, VirtualDom, current_scope_id};
use dioxus_signals::{Memo, ReadableExt, Signal, WritableExt};
use std::{cell::RefCell, rc::Rc, sync::Mutex};

struct Eff {
    rc: ReactiveContext,
    f: Rc<dyn Fn()>,
}

thread_local! {
    static DOM: RefCell<Option<VirtualDom>> = const { RefCell::new(None) };
    static EFFECTS: RefCell<Vec<Eff>> = const { RefCell::new(Vec::new()) };
}
/// Indices of effects to run (the callback must be `Send + Sync`).
static QUEUE: Mutex<Vec<usize>> = Mutex::new(Vec::new());

fn empty() -> Element {
    VNode::empty()
}

pub struct Dioxus;

impl Library for Dioxus {
    const NAME: &'static str = "dioxus-signals";
    const EFFECTS: &'static str =
        "a queue, run after VirtualDom::process_events() after each write, until it is empty";
    type Signal<T: Value> = Signal<T>;
    type Computed<T: Value> = Memo<T>;

    fn scope(f: impl FnOnce() + 'static) {
        let mut dom = VirtualDom::new(empty);
        dom.rebuild_in_place();
        let rt = dom.runtime();
        DOM.set(Some(dom));
        rt.in_scope(ScopeId::APP, f);
        QUEUE.lock().unwrap().clear();
        EFFECTS.take();
        drop(DOM.take());
    }
    #[inline(always)]
    fn signal<T: Value>(v: T) -> Signal<T> {
        Signal::new(v)
    }
    #[inline(always)]
    fn get<T: Value>(s: &Signal<T>) -> T {
        s.cloned()
    }
    #[inline(always)]
    fn set<T: Value>(s: &Signal<T>, v: T) {
        let mut s = *s;
        s.set(v)
    }
    #[inline(always)]
    fn computed<T: Value>(f: impl Fn() -> T + 'static) -> Memo<T> {
        Memo::new(f)
    }
    #[inline(always)]
    fn read<T: Value>(m: &Memo<T>) -> T {
        m.cloned()
    }
    #[inline(always)]
    fn with<T: Value, R>(m: &Memo<T>, f: impl FnOnce(&T) -> R) -> R {
        m.with(f)
    }
    fn effect(f: impl Fn() + 'static) {
        let id = EFFECTS.with_borrow(|v| v.len());
        let rc = ReactiveContext::new_with_callback(
            move || QUEUE.lock().unwrap().push(id),
            current_scope_id(),
            std::panic::Location::caller(),
        );
        rc.reset_and_run_in(&f);
        EFFECTS.with_borrow_mut(|v| v.push(Eff { rc, f: Rc::new(f) }));
    }
    fn batch(f: impl FnOnce()) {
        f()
    }
    fn flush() {
        loop {
            DOM.with_borrow_mut(|d| d.as_mut().unwrap().process_events());
            let mut q = std::mem::take(&mut *QUEUE.lock().unwrap());
            if q.is_empty() {
                return;
            }
            q.sort_unstable();
            q.dedup();
            for id in q {
                let (rc, f) = EFFECTS.with_borrow(|v| (v[id].rc, v[id].f.clone()));
                rc.reset_and_run_in(|| f());
            }
        }
    }
}
