//! The graph that is tested, as a world.
//!
//! Must not know: what should happen.

use super::program::{self, Block, Body, Env, Flow, Id, Panicked, Record, Trace, World};
use signal_kernel::__private::check_dynamic;
use signal_kernel::{
    Computed, Effect, Scope, Signal, batch, computed_with, create_effect, on_cleanup, scope,
    signal_with, transaction, untrack,
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    sync::Arc,
};

enum Handle {
    Signal(Signal<i64>),
    Computed(Computed<i64>),
    Effect(Effect),
    Scope(Rc<Scope>),
}

#[derive(Default)]
struct State {
    trace: Trace,
    handles: BTreeMap<Id, Handle>,
    /// A computed value makes cleanups now, whose order the rules leave open.
    unordered: bool,
    unsound: Option<String>,
}

#[derive(Clone, Default)]
pub(crate) struct Subject(Rc<RefCell<State>>);

impl Subject {
    /// Carries out one step. Returns the runs, and whether the step has panicked.
    pub(crate) fn step(&self, f: &mut dyn FnMut(&dyn World) -> Flow<()>) -> (Vec<Record>, bool) {
        let result = catch_unwind(AssertUnwindSafe(|| f(self)));
        self.check();
        (
            mem::take(&mut self.0.borrow_mut().trace.records),
            !matches!(result, Ok(Ok(()))),
        )
    }

    /// The first invariant that did not hold.
    pub(crate) fn unsound(&self) -> Option<String> {
        self.0.borrow_mut().unsound.take()
    }

    fn check(&self) {
        if let Err(error) = check_dynamic() {
            self.0.borrow_mut().unsound.get_or_insert(error);
        }
    }

    /// The values of all signals that are alive.
    pub(crate) fn signals(&self) -> Vec<(Id, i64)> {
        let state = self.0.borrow();
        let signals = state.handles.iter().filter_map(|(&id, it)| match it {
            Handle::Signal(it) => Some((id, it.try_get().ok()?)),
            _ => None,
        });
        signals.collect()
    }

    fn signal_of(&self, id: Id) -> Option<Signal<i64>> {
        match self.0.borrow().handles.get(&id) {
            Some(Handle::Signal(it)) => Some(*it),
            _ => None,
        }
    }

    fn keep(&self, id: Id, handle: Handle) {
        self.0.borrow_mut().handles.insert(id, handle);
    }
}

/// A panic unwinds here; in the model it is a result.
fn raise<T>(flow: Flow<T>) -> T {
    flow.unwrap_or_else(|Panicked| resume_unwind(Box::new("boom")))
}

impl World for Subject {
    fn begin(&self, id: Id, kind: &str, ordered: bool) -> (u64, usize) {
        self.check();
        let mut state = self.0.borrow_mut();
        if state.trace.records.len() > 3000 {
            drop(state);
            eprintln!("this program does not come to rest");
            std::process::exit(1);
        }
        state.trace.begin(id, kind, ordered)
    }

    fn note(&self, record: usize, text: &str) {
        self.0.borrow_mut().trace.note(record, text);
    }

    fn read(&self, id: Id, tracked: bool) -> Flow<Option<i64>> {
        let computed = match self.0.borrow().handles.get(&id) {
            Some(Handle::Signal(it)) => {
                let it = *it;
                return Ok(match tracked {
                    true => it.try_get().ok(),
                    false => untrack(|| it.try_get().ok()),
                });
            }
            Some(Handle::Computed(it)) => *it,
            _ => return Ok(None),
        };
        Ok(match tracked {
            true => value_of(computed),
            false => untrack(|| value_of(computed)),
        })
    }

    fn untrack(&self, f: &mut dyn FnMut() -> Flow<i64>) -> Flow<i64> {
        untrack(f)
    }

    fn set(&self, id: Id, value: i64) -> Flow<()> {
        if let Some(signal) = self.signal_of(id) {
            let _ = signal.try_set(value);
        }
        Ok(())
    }

    fn update(&self, id: Id) -> Flow<()> {
        if let Some(signal) = self.signal_of(id) {
            let _ = signal.try_update(|value| *value = (*value + 1) % 4);
        }
        Ok(())
    }

    fn signal(&self, id: Id, value: i64, never: bool) {
        let same: fn(&i64, &i64) -> bool = if never { |_, _| false } else { i64::eq };
        self.keep(id, Handle::Signal(signal_with(value, same)));
    }

    fn computed(&self, id: Id, body: &Arc<Body>, env: Env) {
        let (this, body, never) = (self.clone(), body.clone(), body.never);
        let run = move || {
            let before = mem::replace(&mut this.0.borrow_mut().unordered, true);
            let _guard = Unordered(&this, before);
            raise(program::run_computed(&this, id, &body, &env))
        };
        let made = computed_with(run, move |old, new| !never && old == new);
        self.keep(id, Handle::Computed(made));
    }

    fn effect(&self, id: Id, block: &Arc<Block>, env: Env) -> Flow<()> {
        let (this, block) = (self.clone(), block.clone());
        let made = create_effect(move || {
            let before = mem::replace(&mut this.0.borrow_mut().unordered, false);
            let _guard = Unordered(&this, before);
            raise(program::run_effect(&this, id, &block, &env));
        });
        self.keep(id, Handle::Effect(made));
        Ok(())
    }

    fn scope(&self, id: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        let (result, made) = scope(f);
        self.keep(id, Handle::Scope(Rc::new(made)));
        result
    }

    fn inside(&self, id: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        let scope = match self.0.borrow().handles.get(&id) {
            Some(Handle::Scope(it)) => it.clone(),
            _ => return Ok(()),
        };
        scope.run(f)
    }

    fn cleanup(&self, id: Id, block: &Arc<Block>, env: Env) {
        let (this, block) = (self.clone(), block.clone());
        let ordered = !self.0.borrow().unordered;
        on_cleanup(move || raise(program::run_cleanup(&this, id, ordered, &block, &env)));
    }

    fn dispose(&self, id: Id) -> Flow<()> {
        let mut state = self.0.borrow_mut();
        match state.handles.get(&id) {
            Some(&Handle::Effect(it)) => {
                drop(state);
                it.dispose();
            }
            // A scope with a closure inside stays.
            Some(Handle::Scope(it)) if Rc::strong_count(it) == 1 => {
                let gone = state.handles.remove(&id);
                drop(state);
                drop(gone);
            }
            _ => {}
        }
        Ok(())
    }

    fn batch(&self, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        batch(f)
    }

    fn transaction(&self, f: &mut dyn FnMut() -> Flow<()>, commit: bool) -> Flow<()> {
        let _ = transaction(|| {
            raise(f());
            if commit { Ok(()) } else { Err(()) }
        });
        Ok(())
    }

    fn panic(&self) -> Flow<()> {
        resume_unwind(Box::new("boom"))
    }
}

/// The value, or `None` if it was disposed of.
fn value_of(computed: Computed<i64>) -> Option<i64> {
    catch_unwind(AssertUnwindSafe(|| Some(computed.get()))).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>();
        if text.is_some_and(|text| text.contains("was disposed of, and is used at")) {
            return None;
        }
        resume_unwind(payload)
    })
}

struct Unordered<'a>(&'a Subject, bool);

impl Drop for Unordered<'_> {
    fn drop(&mut self) {
        self.0.0.borrow_mut().unordered = self.1;
    }
}
