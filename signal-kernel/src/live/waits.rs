//! The tasks that drive a `Live` graph, and those that wait for a state of it.
//!
//! Invariants: a driver holds no handle between its polls. A wait drives only while no driver does. Neither leaves a waker
//! behind, and both yield to their executor after a number of commits.
//!
//! Must not know: the lock, executors.

use super::{
    beside::{Beside, Turn},
    lock::{Handle, Inner},
};
use crate::{
    busy::Place,
    reactive::Reactive,
    task::{ready::Budget, wakers::WaitKey},
};
use std::{
    future::{Future, poll_fn},
    sync::Weak,
    task::{Context, Poll},
};

/// A driver that has polled.
struct Counted<G>(Weak<Inner<G>>);

impl<G> Drop for Counted<G> {
    fn drop(&mut self) {
        if let Some(inner) = self.0.upgrade() {
            Handle::new(inner).beside.remove_driver(); // user code, also since this may be the last handle
        }
    }
}

/// Drives the graph until its last handle goes.
pub(super) fn driver<G: Reactive + Send + 'static>(
    graph: Weak<Inner<G>>,
    here: Place,
) -> impl Future<Output = ()> + Send {
    let mut key = WaitKey::default();
    let mut counted = None;
    let mut turn = Turn::default();
    poll_fn(move |context| {
        let mut budget = Budget::default();
        while !budget.is_spent() {
            let Some(inner) = graph.upgrade() else {
                return Poll::Ready(());
            };
            let inner = Handle::new(inner);
            inner.beside.work.add(context.waker(), Some(&mut key)); // user code
            if counted.is_none() {
                inner.beside.add_driver();
                counted = Some(Counted(graph.clone()));
            }
            if inner.beside.gives_way(turn) {
                return Poll::Pending;
            }
            let polled = inner.poll(here); // user code
            turn = inner.beside.turn();
            drop(inner); // user code: this may be the last handle
            if polled.is_pending() && graph.strong_count() > 0 {
                return Poll::Pending;
            }
            budget.spend(true);
        }
        context.waker().wake_by_ref(); // user code
        Poll::Pending
    })
}

/// The registrations of one waiting task.
#[derive(Default)]
pub(super) struct Registration {
    changes: WaitKey,
    work: WaitKey,
}

impl Registration {
    /// Registers the task for changes: it sees all that comes after this.
    pub(super) fn register(&mut self, beside: &Beside, context: &Context<'_>) {
        let waker = context.waker();
        beside.changes.add(waker, Some(&mut self.changes)); // user code
    }

    /// The task has found nothing: drives the work if no driver does. Ready after a commit.
    pub(super) fn drive<G: Reactive + Send + 'static>(
        &mut self,
        inner: &Inner<G>,
        here: Place,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        if inner.beside.has_driver() {
            return Poll::Pending;
        }
        let waker = context.waker();
        inner.beside.work.add(waker, Some(&mut self.work)); // user code
        inner.poll(here) // user code
    }
}

/// Waits until `find` finds something.
pub(super) fn until<G: Reactive + Send + 'static, R>(
    graph: Handle<G>,
    here: Place,
    mut find: impl FnMut(&G) -> Option<R> + Send,
) -> impl Future<Output = R> + Send {
    let mut graph = Some(graph);
    let mut registration = Registration::default();
    poll_fn(move |context| {
        let inner = graph.as_ref().expect("it is polled until it is ready");
        registration.register(&inner.beside, context);
        let mut budget = Budget::default();
        while !budget.is_spent() {
            match inner.run(here, |graph| find(graph)) {
                Ok(None) => {}
                Ok(Some(found)) => {
                    registration = Registration::default(); // user code
                    graph = None; // user code: this may be the last handle
                    return Poll::Ready(found);
                }
                Err(busy) => panic!("{busy}"),
            }
            if registration.drive(inner, here, context).is_pending() {
                return Poll::Pending;
            }
            budget.spend(true);
        }
        context.waker().wake_by_ref(); // user code
        Poll::Pending
    })
}
