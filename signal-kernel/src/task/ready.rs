//! The ready queue of one graph: tasks that want to be polled, and the wakers to call then.
//!
//! Invariants: a list that is taken out names each task once; every waker that has polled and was not woken since is
//! woken when a task wakes, when a write starts or stops work, when the poll of another waker commits, and when the
//! graph is dropped; no waker is woken while the lock is held.
//!
//! Must not know: tasks, their states, and the settle.

use super::wakers::{List, Removed, wake_each};
use crate::{
    panics::FirstPanic,
    sync::{AtomicBool, AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering, lock},
};
use std::{
    mem, ptr,
    sync::Arc,
    task::{Wake, Waker},
};

/// The shared half: one for each graph with resources. Wakers of other threads reach it.
#[derive(Debug, Default)]
pub struct ReadyQueue {
    inner: Mutex<Inner>,
    /// The ready list is not empty.
    has_ready: AtomicBool,
    // Only the thread with the graph changes the fields below.
    /// The number of tasks in flight.
    running: AtomicUsize,
    /// The number of other tasks with a stream that goes on.
    quiet: AtomicUsize,
    /// Work was started or stopped, and no waker was woken for that yet.
    changed: AtomicBool,
    /// A task waits for a sleep that is not made yet.
    sleeps: AtomicBool,
    /// The last waker was woken for such a change, and has not polled since.
    notified: AtomicBool,
    /// Fast path without the lock: rank + 1 of one task that was started and stands in no list yet; 0 for none.
    first_ready: AtomicU32,
}

#[derive(Debug, Default)]
struct Inner {
    ready: Vec<u32>,
    /// The waker that polled last. A wake leaves it here, so that a single poller registers once.
    waker: Option<Waker>,
    /// A task has woken that waker, which has not polled since.
    woken: bool,
    /// All other wakers that have polled and were not woken since.
    others: List,
}

impl Inner {
    /// Makes this the last waker. The previous one waits on among the others, unless it was `notified` or woken.
    fn polled_by(&mut self, waker: Waker, notified: bool) -> Removed {
        let notified = mem::take(&mut self.woken) || notified;
        let last = self.waker.replace(waker);
        let (woken, waiting) = match last {
            Some(last) if notified => (Some(last), None),
            last => (None, last),
        };
        let polls = self.waker.as_ref().expect("it was put there");
        self.others.exchange(polls, waiting).and(woken)
    }
}

impl ReadyQueue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Puts a task into the ready list.
    fn enqueue(&self, rank: u32) -> MutexGuard<'_, Inner> {
        let mut inner = self.lock();
        inner.ready.push(rank);
        self.has_ready.store(true, Ordering::Relaxed);
        inner
    }

    /// Only one waker, which the caller holds already, polls from now on: wakes all waiting wakers and forgets them.
    pub(crate) fn wake_and_forget(&self) {
        let mut inner = self.lock();
        let all = inner.others.take().chain(inner.waker.take());
        drop(inner);
        wake_each(all); // user code
    }

    /// Whether no task is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.load(Ordering::Relaxed) == 0
    }

    /// Whether there is a task that must be polled when it wakes.
    pub(crate) fn has_work(&self) -> bool {
        !self.is_idle() || self.has_quiet()
    }

    /// Whether the stream of a task goes on that is not in flight.
    pub(crate) fn has_quiet(&self) -> bool {
        self.quiet.load(Ordering::Relaxed) != 0
    }

    /// The number of tasks in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Whether work was started or stopped since the last poll that was told of it.
    pub(crate) fn has_changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Counts a task that starts or stops; the wakers are woken for it when the graph has settled.
    fn count(&self, step: impl Fn(usize) -> usize) {
        let running = step(self.running.load(Ordering::Relaxed));
        self.running.store(running, Ordering::Relaxed);
        self.changed.store(true, Ordering::Relaxed);
    }

    /// Counts a task whose stream goes on without being in flight. Nobody waits for it.
    fn count_quiet(&self, step: impl Fn(usize) -> usize) {
        let quiet = step(self.quiet.load(Ordering::Relaxed));
        self.quiet.store(quiet, Ordering::Relaxed);
    }

    /// A waker polls, and sees all changes until now. Returns whether the last waker had been notified.
    pub(crate) fn begin_poll(&self) -> bool {
        let notified = self.notified.load(Ordering::Relaxed);
        if notified {
            self.notified.store(false, Ordering::Relaxed);
            self.clear_changed();
        }
        notified
    }

    /// Whether there is a task to poll.
    pub(crate) fn has_ready(&self) -> bool {
        self.first_ready.load(Ordering::Relaxed) != 0 || self.has_ready.load(Ordering::Acquire)
    }

    /// Whether work was started or stopped, and no waker was notified since the last poll.
    #[inline]
    pub(crate) fn must_notify(&self) -> bool {
        self.changed.load(Ordering::Relaxed) && !self.notified.load(Ordering::Relaxed)
    }

    /// The wakers are about to be woken for a change.
    pub(crate) fn set_notified(&self) {
        self.clear_changed();
        self.notified.store(true, Ordering::Relaxed);
    }

    /// Whether a task has asked for a sleep since the last call.
    pub(crate) fn take_sleeps(&self) -> bool {
        let sleeps = self.sleeps.load(Ordering::Relaxed);
        if sleeps {
            self.sleeps.store(false, Ordering::Relaxed);
        }
        sleeps
    }

    /// After a settle inside a poll: no wake is needed, since the result of the poll says that there may be more to do.
    pub(crate) fn clear_changed(&self) {
        self.changed.store(false, Ordering::Relaxed);
    }
}

/// The graph's own half of the ready queue.
#[derive(Debug, Default)]
pub struct ReadyReceiver {
    pub(crate) queue: Arc<ReadyQueue>,
    /// The identity of the last waker.
    last_waker: Option<(usize, usize)>,
    /// An empty list, kept for its memory.
    spare: Vec<u32>,
    /// There may be other wakers than the last one.
    has_others: bool,
    pub(crate) budget: Budget,
}

/// Counts commits in a row, so that a driver yields to the other tasks of its executor from time to time.
#[derive(Debug, Default)]
pub(crate) struct Budget(u8);

impl Budget {
    const COMMITS: u8 = 16;

    /// The executor has had its turn.
    pub(crate) fn reset(&mut self) {
        self.0 = 0;
    }

    /// Counts a commit; `goes_on` if the next poll may follow without a turn of the executor.
    pub(crate) fn spend(&mut self, goes_on: bool) {
        self.0 = if goes_on { self.0 + 1 } else { 0 };
    }

    /// Whether the driver must yield: the caller wakes its waker and returns pending. If so, the count starts anew.
    #[inline]
    pub(crate) fn is_spent(&mut self) -> bool {
        let spent = self.0 >= Self::COMMITS;
        if spent {
            self.reset();
        }
        spent
    }
}

impl ReadyReceiver {
    /// Remembers the waker that polls, and takes out the tasks that are to be polled, in ascending order.
    pub(crate) fn take_ready(&mut self, waker: &Waker) -> Vec<u32> {
        let notified = self.queue.begin_poll();
        if self.last_waker != Some(waker_identity(waker)) {
            self.polled_by(waker, notified); // user code: if it panics, the list is still in its place
        }
        let queue = &*self.queue;
        let has_ready = queue.has_ready.load(Ordering::Acquire); // from here on, a task wakes this waker
        let first = queue.first_ready.load(Ordering::Relaxed).checked_sub(1);
        if !has_ready && first.is_none() {
            return Vec::new();
        }
        let mut list = mem::take(&mut self.spare);
        if has_ready {
            let mut inner = queue.lock();
            queue.has_ready.store(false, Ordering::Relaxed);
            inner.woken = false;
            mem::swap(&mut inner.ready, &mut list);
        }
        if let Some(first) = first {
            queue.first_ready.store(0, Ordering::Relaxed);
            list.push(first);
        }
        if list.len() > 1 {
            list.sort_unstable();
            list.dedup();
        }
        list
    }

    /// Another waker than the last one polls.
    #[inline(never)]
    fn polled_by(&mut self, waker: &Waker, notified: bool) {
        let waker = waker.clone(); // user code
        let before = self.last_waker.replace(waker_identity(&waker));
        self.has_others |= before.is_some();
        let removed = self.queue.lock().polled_by(waker, notified);
        // user code
        if let Some(probe) = removed.finish() {
            let stale = self.queue.lock().others.remember(probe);
            drop(stale); // user code
        }
    }

    /// Takes the list back, to use its memory again.
    pub(crate) fn put_back(&mut self, mut list: Vec<u32>) {
        if list.capacity() > self.spare.capacity() {
            list.clear();
            self.spare = list;
        }
    }

    /// Ends a poll: takes the list back, and counts a commit. `waits`: the next wait may follow without a turn of the
    /// executor.
    pub(crate) fn end_poll(&mut self, list: Vec<u32>, committed: bool, waits: bool) {
        self.put_back(list);
        // A commit may start work that is ready at once, whose commit starts work again, and so on.
        let goes_on = committed && (waits || self.queue.has_ready());
        self.budget.spend(goes_on);
    }

    /// After a settle outside a poll: wakes the wakers if the settle has started or stopped work. There is a task to
    /// poll, or `settled` may be over.
    #[inline]
    pub(crate) fn notify_if_changed(&self, panics: &mut FirstPanic) {
        if self.queue.must_notify() {
            self.notify(panics);
        }
    }

    #[inline(never)]
    fn notify(&self, panics: &mut FirstPanic) {
        self.queue.set_notified();
        panics.catch(|| wake(self.queue.lock())); // user code
    }

    /// After a commit: wakes the other wakers, which may wait for a commit.
    #[inline]
    pub(crate) fn notify_others(&mut self, panics: &mut FirstPanic) {
        if mem::take(&mut self.has_others) {
            self.wake_others(panics);
        }
    }

    #[cold]
    #[inline(never)]
    fn wake_others(&self, panics: &mut FirstPanic) {
        let others = self.queue.lock().others.take();
        panics.catch(|| wake_each(others)); // user code
    }
}

/// The end of the graph: all waiting wakers are woken. A task that outlives the graph wakes none of them.
impl Drop for ReadyReceiver {
    fn drop(&mut self) {
        if self.last_waker.is_none() {
            return;
        }
        let mut inner = self.queue.lock();
        let all = inner.others.take().chain(inner.waker.take());
        drop(inner);
        let mut panics = FirstPanic::default();
        panics.catch(|| wake_each(all)); // user code
        panics.end_drop();
    }
}

/// Wakes the last waker and the others, of which there are mostly none.
#[inline]
fn wake(inner: MutexGuard<'_, Inner>) {
    if !inner.others.is_empty() {
        return wake_all(inner);
    }
    let waker = inner.waker.clone(); // user code
    drop(inner);
    if let Some(waker) = waker {
        waker.wake(); // user code
    }
}

#[cold]
#[inline(never)]
fn wake_all(mut inner: MutexGuard<'_, Inner>) {
    let last = inner.waker.clone(); // user code
    let others = inner.others.take();
    drop(inner);
    wake_each(others.chain(last)); // user code
}

/// The two addresses that `Waker::will_wake` compares.
fn waker_identity(waker: &Waker) -> (usize, usize) {
    let vtable = ptr::from_ref(waker.vtable());
    (waker.data().addr(), vtable.addr())
}

/// The waker of one task. It may outlive a run: a late wake only costs a poll.
#[derive(Debug)]
pub(crate) struct TaskWaker {
    queue: Arc<ReadyQueue>,
    rank: u32,
    queued: AtomicBool,
}

impl TaskWaker {
    pub(crate) fn new(queue: &Arc<ReadyQueue>, rank: u32) -> Arc<Self> {
        Arc::new(TaskWaker {
            queue: queue.clone(),
            rank,
            queued: AtomicBool::new(false),
        })
    }

    /// A run starts: the task must be polled for the first time.
    pub(crate) fn start(&self) {
        self.queue.count(|running| running + 1);
        // A wake without a poll since is enough. The swap reads and writes in one step: a plain store over the wake of
        // another thread would hide from the first poll all writes of that thread before its wake.
        if !self.queued.swap(true, Ordering::AcqRel) {
            if self.queue.first_ready.load(Ordering::Relaxed) == 0 {
                self.queue
                    .first_ready
                    .store(self.rank + 1, Ordering::Relaxed);
            } else {
                drop(self.queue.enqueue(self.rank));
            }
        }
    }

    /// The run is no longer in flight.
    pub(crate) fn stop(&self) {
        self.queue.count(|running| running - 1);
    }

    /// The stream of a run that was set quiet is over.
    pub(crate) fn stop_quiet(&self) {
        self.queue.count_quiet(|quiet| quiet - 1);
    }

    /// The next poll makes a sleep for the task.
    pub(crate) fn request_sleep(&self) {
        self.queue.sleeps.store(true, Ordering::Relaxed);
    }

    /// The run is no longer in flight, but its stream goes on.
    pub(crate) fn set_quiet(&self) {
        self.queue.count(|running| running - 1);
        self.queue.count_quiet(|quiet| quiet + 1);
    }

    /// The task is a graph inside, with this number of tasks in flight.
    pub(crate) fn count_inside(&self, before: usize, now: usize) {
        self.queue.count(|running| running + now - before);
    }

    /// The task is a graph inside with tasks to poll. The wakers are woken when the graph around it has settled.
    pub(crate) fn wake_quietly(&self) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            drop(self.queue.enqueue(self.rank));
        }
    }

    /// The task is about to be polled: from here on a wake puts it into the queue again.
    ///
    /// The swap reads, too: the poll must see the writes of a thread whose wake has found the task queued already. With
    /// a plain store both sides could miss these writes.
    pub(crate) fn begin_poll(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut inner = self.queue.enqueue(self.rank);
        inner.woken = true;
        wake(inner); // user code
    }
}
