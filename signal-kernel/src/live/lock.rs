//! A graph behind a lock, and the way in and out.
//!
//! Invariants: a thread that uses a graph asks for no other lock of a graph, so no thread waits for a thread that waits
//! for it. No waker is called and no panic is reported while the lock is held. A panic never leaves the lock held, and a
//! poisoned lock is used as it is: the graph has settled after a panic too. The updates that wait run before the lock is
//! released, or right after.
//!
//! Must not know: the tasks that wait, and the purpose of a use.

use super::{
    beside::Beside,
    held::{self, PutOff},
};
use crate::{
    busy::{Busy, Place},
    declared::Outermost,
    later::{self, Later},
    panics::FirstPanic,
    reactive::Reactive,
    stack,
    sync::lock,
    task::wakers::WakerSet,
};
use std::{
    any::Any,
    ops::Deref,
    panic::Location,
    ptr,
    sync::{Arc, Mutex, MutexGuard, TryLockError},
    task::{Context, Poll, Wake, Waker},
};

/// The payload of a panic.
type Payload = Box<dyn Any + Send>;

/// The listener of `on_panic`.
type Hook = Arc<dyn Fn(Payload) + Send + Sync>;

/// An update that waits, and the place that has asked for it.
type Update<G> = (Place, Box<dyn FnOnce(&mut G, &mut FirstPanic) + Send>);

/// A graph that threads share.
pub(super) struct Inner<G> {
    /// Dropped first.
    graph: Mutex<G>,
    /// The waker of all work of the graph.
    waker: Waker,
    later: Mutex<Later<Update<G>>>,
    /// Panics of polled work and of updates that have waited, until the lock is free.
    reports: Mutex<Vec<Payload>>,
    hook: Mutex<Option<Hook>>,
    pub(super) beside: Beside,
    /// Dropped last.
    _end: [End; 2],
}

/// A handle on a graph. It drops without recursion on a short stack: only memory limits a chain of graphs that hold each
/// other's handles.
pub(super) struct Handle<G>(Option<Arc<Inner<G>>>);

impl<G> Handle<G> {
    pub(super) fn new(inner: Arc<Inner<G>>) -> Self {
        Handle(Some(inner))
    }
}

impl<G> Deref for Handle<G> {
    type Target = Arc<Inner<G>>;

    #[inline(always)]
    fn deref(&self) -> &Arc<Inner<G>> {
        self.0.as_ref().expect("taken by `drop` alone")
    }
}

impl<G> Clone for Handle<G> {
    fn clone(&self) -> Self {
        Handle(self.0.clone())
    }
}

impl<G> Drop for Handle<G> {
    fn drop(&mut self) {
        let inner = self.0.take();
        stack::ending(|| drop(inner)); // user code
    }
}

/// Wakes tasks as soon as this thread uses no graph. As a waker, it is that of all work of a graph.
struct WakesLater(Arc<WakerSet>);

impl Wake for WakesLater {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match held::since() {
            None => self.0.wake_by_ref(), // user code
            Some(_) => held::put_off(self.clone()),
        }
    }
}

impl PutOff for WakesLater {
    fn follow(&self, _restless: bool, panics: &mut FirstPanic) {
        panics.catch(|| self.0.wake_by_ref()); // user code
    }
}

/// The end of a graph: the waiting tasks are woken, and find out.
struct End(Arc<WakesLater>);

impl Drop for End {
    fn drop(&mut self) {
        let mut panics = FirstPanic::new();
        panics.catch(|| self.0.wake_by_ref()); // user code
        panics.end_drop();
    }
}

/// The outcome of a use, beside its result.
#[derive(PartialEq)]
enum Left {
    /// Updates that wait may run at once.
    AtRest,
    /// Updates ask for updates again and again.
    Restless,
}

impl<G: Reactive + Send + 'static> Inner<G> {
    pub(super) fn new(graph: G) -> Self {
        let beside = Beside::new(graph.version());
        // Made before the wakers that the graph knows are dropped: no two of them have the same address.
        let work = Arc::new(WakesLater(beside.work.clone()));
        let changes = Arc::new(WakesLater(beside.changes.clone()));
        let waker = Waker::from(work.clone());
        if let Some(queue) = graph.ready_queue() {
            queue.wake_and_forget(); // user code: nobody else polls the graph any more
        }
        Inner {
            graph: Mutex::new(graph),
            waker,
            later: Mutex::default(),
            reports: Mutex::default(),
            hook: Mutex::default(),
            beside,
            _end: [End(changes), End(work)],
        }
    }

    /// The identity of this graph.
    #[inline(always)]
    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// # Panics
    ///
    /// If this thread uses a graph already.
    pub(super) fn assert_free(&self, here: Place) {
        if let Some(since) = held::since() {
            panic!("{}", Busy::new(since, here));
        }
    }

    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// [`Busy`], if this thread uses a graph already.
    #[inline(always)]
    fn enter(&self, here: Place) -> Result<MutexGuard<'_, G>, Busy> {
        if let Some(since) = held::since() {
            return Err(Busy::new(since, here));
        }
        let graph = self.try_lock().unwrap_or_else(|| self.wait());
        held::begin(self.address(), here);
        Ok(graph)
    }

    /// None if another thread uses the graph.
    #[inline(always)]
    fn try_lock(&self) -> Option<MutexGuard<'_, G>> {
        match self.graph.try_lock() {
            Ok(graph) => Some(graph),
            Err(TryLockError::Poisoned(graph)) => Some(graph.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn wait(&self) -> MutexGuard<'_, G> {
        self.beside.wait(|| lock(&self.graph))
    }

    /// Runs `f` on the graph, and then the updates that wait.
    #[inline(always)]
    pub(super) fn run<R>(&self, here: Place, f: impl FnOnce(&mut G) -> R) -> Result<R, Busy> {
        self.run_keeping(here, |graph, panics| panics.catch(|| f(graph))) // user code
    }

    /// As `run`, for an `f` that keeps its panics.
    #[inline(always)]
    pub(super) fn run_keeping<R>(
        &self,
        here: Place,
        f: impl FnOnce(&mut G, &mut FirstPanic) -> Option<R>,
    ) -> Result<R, Busy> {
        let mut graph = self.enter(here)?;
        let mut panics = FirstPanic::new();
        let result = f(&mut graph, &mut panics); // user code
        self.leave(graph, &mut panics);
        Ok(panics.result(result))
    }

    /// Releases the lock, and does all that had to wait for that.
    #[inline(always)]
    fn leave(&self, graph: MutexGuard<'_, G>, panics: &mut FirstPanic) {
        let (left, follows) = self.release(graph, panics);
        if follows {
            self.follow_up(left, panics);
        }
    }

    /// Releases the lock. True if `follow_up` has something to do.
    #[inline(always)]
    fn release(&self, mut graph: MutexGuard<'_, G>, panics: &mut FirstPanic) -> (Left, bool) {
        let left = match self.beside.is_marked() {
            true => self.run_later(&mut graph),
            false => Left::AtRest,
        };
        let changed = self.beside.publish(graph.version());
        let owes = held::end();
        drop(graph);
        let marked = self.beside.released();
        if changed {
            self.beside.wake_changed(panics);
        }
        (left, owes || marked)
    }

    /// After `release`: wakes, reports, makes the calls that this thread has put off, and runs the updates that came
    /// meanwhile.
    #[cold]
    #[inline(never)]
    fn follow_up(&self, mut left: Left, panics: &mut FirstPanic) {
        loop {
            if self.beside.follow_up(panics) {
                let reports = std::mem::take(&mut *lock(&self.reports));
                for payload in reports {
                    self.report(payload);
                }
            }
            held::follow_up(panics);
            if left == Left::Restless || !self.beside.has_later() {
                return;
            }
            let Some(graph) = self.try_enter() else {
                return; // the user of the graph runs the updates
            };
            (left, _) = self.release(graph, panics);
        }
    }

    /// Takes the lock if it is free.
    fn try_enter(&self) -> Option<MutexGuard<'_, G>> {
        let graph = self.try_lock()?;
        held::begin(self.address(), Location::caller());
        Some(graph)
    }

    /// Runs the updates that wait.
    #[cold]
    #[inline(never)]
    fn run_later(&self, graph: &mut G) -> Left {
        if !self.beside.take_later() {
            return Left::AtRest;
        }
        let mut restless = FirstPanic::new();
        let next = || lock(&self.later).next_round();
        later::rounds(&mut restless, next, |(place, update), _| {
            held::begin(self.address(), place);
            let mut panics = FirstPanic::new();
            update(graph, &mut panics); // user code
            self.report_later(panics);
        });
        let left = match restless.is_empty() {
            true => Left::AtRest,
            false => Left::Restless,
        };
        if left == Left::Restless {
            self.beside.leave_later();
        }
        self.report_later(restless);
        left
    }

    /// Runs the updates that wait, if the lock is free. The user of the graph runs them otherwise.
    fn carry_out(&self, panics: &mut FirstPanic) {
        if let Some(graph) = self.try_enter() {
            self.leave(graph, panics);
        }
    }

    /// Writes the graph as one batch, as soon as it is free.
    pub(super) fn update_later(
        self: &Arc<Self>,
        here: Place,
        f: impl FnOnce(&mut G::Batch<'_>) + Send + 'static,
    ) {
        let update = |graph: &mut G, panics: &mut FirstPanic| {
            G::Engine::batch(graph, panics, |graph| f(&mut graph.__write())); // user code
        };
        let inside = held::is_held(self.address());
        lock(&self.later).push((here, Box::new(update)), inside);
        self.beside.add_later();
        match held::since() {
            None => self.quietly(|panics| self.carry_out(panics)),
            Some(_) if inside => {} // the end of the use runs the update
            Some(_) => held::put_off(self.clone()),
        }
    }

    /// Polls the work once, and commits. Panics are reported.
    ///
    /// # Panics
    ///
    /// If this thread uses a graph already.
    pub(super) fn poll(&self, here: Place) -> Poll<()> {
        self.assert_free(here);
        let mut graph = lock(&self.graph);
        held::begin(self.address(), here);
        let mut panics = FirstPanic::new();
        let polled = panics.catch(|| G::poll(&mut graph, &mut Context::from_waker(&self.waker))); // user code
        self.report_later(panics);
        self.quietly(|panics| self.leave(graph, panics));
        polled.unwrap_or(Poll::Ready(()))
    }

    /// Runs `f`, whose panics are those of wakers: no caller here can do anything about them.
    fn quietly(&self, f: impl FnOnce(&mut FirstPanic)) {
        let mut panics = FirstPanic::new();
        f(&mut panics);
        if let Some(payload) = panics.into_payload() {
            self.report(payload);
        }
    }

    /// Reports a panic when the lock is free.
    fn report_later(&self, panics: FirstPanic) {
        if let Some(payload) = panics.into_payload() {
            lock(&self.reports).push(payload);
            self.beside.note_report();
        }
    }

    fn report(&self, payload: Payload) {
        let hook = lock(&self.hook).clone();
        let mut panics = FirstPanic::new();
        match hook {
            Some(hook) => {
                panics.catch(|| hook(payload)); // user code
                panics.discard(hook); // user code
            }
            None => panics.keep(payload),
        }
        panics.swallow();
    }

    pub(super) fn on_panic(&self, hook: Hook) {
        let before = lock(&self.hook).replace(hook);
        drop(before); // user code
    }
}

impl<G: Reactive + Send + 'static> PutOff for Inner<G> {
    fn follow(&self, restless: bool, _panics: &mut FirstPanic) {
        if restless {
            let mut panics = FirstPanic::new();
            panics.keep(Box::new(later::RESTLESS));
            self.report_later(panics);
            self.quietly(|panics| self.follow_up(Left::Restless, panics));
        } else {
            self.quietly(|panics| self.carry_out(panics));
        }
    }
}
