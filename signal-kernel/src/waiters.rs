//! The tasks that wait for the same work, behind one waker.
//!
//! Invariants: a wake wakes everyone who has registered since the wake before; no waker is cloned, woken or
//! dropped while the lock is held.
//!
//! Must not know: what they wait for.

use crate::panics::FirstPanic;
use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    task::{Wake, Waker},
};

/// The tasks that wait for the same work.
#[derive(Default)]
pub(crate) struct Waiters(Mutex<Vec<Waker>>);

impl Waiters {
    /// Wakes the task of this waker too, once.
    pub(crate) fn add(&self, waker: &Waker) {
        let same = |known: &Waker| known.will_wake(waker);
        let known = self.list(|list| list.iter().any(same));
        if !known {
            let waker = waker.clone(); // user code
            self.list(|list| list.push(waker));
        }
    }

    fn list<R>(&self, f: impl FnOnce(&mut Vec<Waker>) -> R) -> R {
        // Nothing in here can be left half-done: a poisoned lock is as good as any.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for Waiters {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut panics = FirstPanic::default();
        for waker in self.list(mem::take) {
            panics.catch(|| waker.wake()); // user code
        }
        panics.resume();
    }
}
