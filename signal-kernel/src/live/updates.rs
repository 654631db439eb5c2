//! A value of a `Live` graph as a stream.
//!
//! Invariants: the closure runs at most once for a version of the graph, for all clones of a stream, unless it panics. No
//! lock is held while values are compared or dropped. The stream holds no handle.
//!
//! Must not know: the lock, executors.

use super::{
    lock::{Handle, Inner},
    waits::Registration,
};
use crate::{
    busy::Place,
    panics::{FirstPanic, judge},
    reactive::Reactive,
    sync::lock,
    task::{
        ready::Budget,
        wakers::{WaitKey, WakerSet},
    },
};
use futures_core::Stream;
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, Weak},
    task::{Context, Poll, Wake},
};

/// A value of a [`Live`](crate::Live) graph as a stream, made by [`watch`](crate::Live::watch): the present value first,
/// then each settled value that differs from the one before. A slow reader misses values, but never the newest.
///
/// Each item comes with the [`version`](crate::Live::version) at which the value was found to differ. A clone begins with
/// the present value; all clones share the runs of the closure. The stream ends with the last handle on the graph.
///
/// # Examples
///
/// See [`Live::watch`](crate::Live::watch).
#[must_use = "a stream does nothing unless it is polled"]
pub struct Updates<T> {
    source: Arc<dyn Source<T>>,
    reader: Reader,
}

/// One reader of the values.
#[derive(Default)]
struct Reader {
    /// The version of the item that was yielded last.
    seen: Option<u64>,
    registration: Registration,
    /// For the run of the closure on another thread.
    look: WaitKey,
}

/// A watched graph of any type.
trait Source<T>: Send + Sync {
    fn poll(&self, reader: &mut Reader, context: &mut Context<'_>) -> Poll<Option<(u64, Arc<T>)>>;
}

struct Watched<G, T, F> {
    graph: Weak<Inner<G>>,
    select: F,
    state: Mutex<State<T>>,
    /// The tasks that wait for the present run of the closure.
    looks: Arc<WakerSet>,
    here: Place,
}

struct State<T> {
    /// The version of the graph at the last run of the closure.
    looked_at: u64,
    /// The version at which the value was found to differ.
    changed_at: u64,
    value: Option<Arc<T>>,
    /// A task runs the closure.
    looks: bool,
}

/// The next step of a task that polls.
enum Step<T> {
    Yield(u64, Arc<T>),
    /// Another task runs the closure.
    Wait,
    /// The task has to run the closure. The value so far.
    Look(Option<Arc<T>>),
}

impl<G, T, F> Watched<G, T, F> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        lock(&self.state)
    }

    fn step(&self, version: u64) -> Step<T> {
        let mut state = self.state();
        match &state.value {
            Some(value) if state.looked_at >= version => {
                Step::Yield(state.changed_at, value.clone())
            }
            _ if state.looks => Step::Wait,
            value => {
                let value = value.clone();
                state.looks = true;
                Step::Look(value)
            }
        }
    }
}

/// A run of the closure, and the comparison. Its end, also by a panic, lets others look.
struct Look<'a, G, T, F>(&'a Watched<G, T, F>);

impl<G, T, F> Drop for Look<'_, G, T, F> {
    fn drop(&mut self) {
        self.0.state().looks = false;
        let mut panics = FirstPanic::new();
        panics.catch(|| self.0.looks.wake_by_ref()); // user code
        panics.end_drop();
    }
}

impl<G, T, F> Watched<G, T, F>
where
    G: Reactive + Send + 'static,
    T: PartialEq,
    F: Fn(&G) -> T,
{
    /// Runs the closure, and replaces an unequal value.
    fn look(&self, inner: &Inner<G>, before: Option<Arc<T>>) {
        let _look = Look(self);
        let run = inner.run(self.here, |graph| (graph.version(), (self.select)(graph)));
        let (version, value) = match run {
            Ok(looked) => looked,
            Err(busy) => panic!("{busy}"),
        };
        let (same, value) = judge(value, |value| before.as_deref() == Some(value)); // user code
        let stale = {
            let mut state = self.state();
            state.looked_at = version;
            if same {
                None
            } else {
                state.changed_at = version;
                Some(state.value.replace(Arc::new(value)))
            }
        };
        drop(stale); // user code
    }
}

impl<G, T, F> Source<T> for Watched<G, T, F>
where
    G: Reactive + Send + 'static,
    T: PartialEq + Send + Sync,
    F: Fn(&G) -> T + Send + Sync,
{
    fn poll(&self, reader: &mut Reader, context: &mut Context<'_>) -> Poll<Option<(u64, Arc<T>)>> {
        let mut budget = Budget::default();
        while !budget.is_spent() {
            let Some(inner) = self.graph.upgrade() else {
                return Poll::Ready(None);
            };
            let inner = Handle::new(inner);
            inner.assert_free(self.here);
            reader.registration.register(&inner.beside, context); // user code
            let version = inner.beside.version_after_registration();
            match self.step(version) {
                Step::Yield(at, value) if reader.seen != Some(at) => {
                    reader.seen = Some(at);
                    return Poll::Ready(Some((at, value)));
                }
                Step::Yield(..) => {
                    let driven = reader.registration.drive(&inner, self.here, context); // user code
                    drop(inner); // user code: this may be the last handle
                    if driven.is_pending() && self.graph.strong_count() > 0 {
                        return Poll::Pending;
                    }
                    budget.spend(true);
                }
                Step::Wait => {
                    self.looks.add(context.waker(), Some(&mut reader.look)); // user code
                    if self.state().looks {
                        return Poll::Pending;
                    }
                }
                Step::Look(before) => self.look(&inner, before), // user code
            }
        }
        context.waker().wake_by_ref(); // user code
        Poll::Pending
    }
}

/// A stream of what `select` finds.
pub(super) fn watch<G, T, F>(graph: Weak<Inner<G>>, here: Place, select: F) -> Updates<T>
where
    G: Reactive + Send + 'static,
    T: PartialEq + Send + Sync + 'static,
    F: Fn(&G) -> T + Send + Sync + 'static,
{
    let state = State {
        looked_at: 0,
        changed_at: 0,
        value: None,
        looks: false,
    };
    Updates {
        source: Arc::new(Watched {
            graph,
            select,
            state: Mutex::new(state),
            looks: Arc::default(),
            here,
        }),
        reader: Reader::default(),
    }
}

impl<T> Stream for Updates<T> {
    type Item = (u64, Arc<T>);

    /// # Panics
    ///
    /// If this thread uses a `Live` graph already: with both places. If the closure does, or the comparison.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Updates { source, reader } = &mut *self;
        source.poll(reader, context)
    }
}

impl<T> Clone for Updates<T> {
    fn clone(&self) -> Self {
        Updates {
            source: self.source.clone(),
            reader: Reader::default(),
        }
    }
}

impl<T> fmt::Debug for Updates<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").finish_non_exhaustive()
    }
}
