//! Where the work of one graph reports that it wants to be polled, and who is to be woken then.
//!
//! Invariants: a list that is taken names each piece of work once; every task that has polled and has not been
//! woken since is woken when work rings, when work was started or stopped by a write, when another task's poll
//! commits, and when the graph goes; no task is woken while the lock is held.
//!
//! Must not know: what the work is, and how the graph settles.

use crate::{
    panics::FirstPanic,
    sync::{AtomicBool, AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError},
    waiters::{Leaving, List, wake_each},
};
use std::{
    mem, ptr,
    sync::Arc,
    task::{Wake, Waker},
};

/// One for each graph with resources.
#[derive(Debug, Default)]
pub struct Hub {
    queue: Mutex<Queue>,
    /// Something is in the ready list.
    rung: AtomicBool,
    // The holder of the graph alone changes these.
    /// How many pieces of work are in flight.
    running: AtomicUsize,
    /// Work was started or stopped and nobody has been told yet.
    news: AtomicBool,
    /// The task that polled last has been told of news, and no task has polled since.
    told: AtomicBool,
    /// One more than the rank of work that has begun and stands in no list yet; 0 for none.
    begun: AtomicU32,
}

#[derive(Debug, Default)]
struct Queue {
    ready: Vec<u32>,
    /// Of the task that polled last. It stays when it is woken, so that one task alone registers once.
    waker: Option<Waker>,
    /// Work has woken that task, and it has not polled since.
    woken: bool,
    /// Of the other tasks that have polled and have not been woken since.
    others: List,
}

impl Queue {
    /// Another task than the last one polls; the last one goes on to wait, unless it has been `told` of news.
    fn polled_by(&mut self, waker: Waker, told: bool) -> Leaving {
        let told = mem::take(&mut self.woken) || told;
        let last = self.waker.replace(waker);
        let (known, unknown) = match last {
            Some(last) if told => (Some(last), None),
            last => (None, last),
        };
        let polls = self.waker.as_ref().expect("it was put there");
        self.others.exchange(polls, unknown).and(known)
    }
}

impl Hub {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing in here can be left half-done: a poisoned lock is as good as any.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts work into the ready list.
    fn ring(&self, rank: u32) -> MutexGuard<'_, Queue> {
        let mut queue = self.queue();
        queue.ready.push(rank);
        self.rung.store(true, Ordering::Relaxed);
        queue
    }

    /// Nothing is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.load(Ordering::Relaxed) == 0
    }

    /// Counts work that begins or ends; whoever waits is told when the graph has settled.
    fn count(&self, step: impl Fn(usize) -> usize) {
        let running = step(self.running.load(Ordering::Relaxed));
        self.running.store(running, Ordering::Relaxed);
        self.news.store(true, Ordering::Relaxed);
    }

    /// A task polls and sees how things are: from here on it is to be told of news. Returns whether the task that
    /// polled last had been told.
    pub(crate) fn listen(&self) -> bool {
        let told = self.told.load(Ordering::Relaxed);
        if told {
            self.told.store(false, Ordering::Relaxed);
            self.forget_news();
        }
        told
    }

    /// There is something to poll.
    pub(crate) fn is_due(&self) -> bool {
        self.begun.load(Ordering::Relaxed) != 0 || self.rung.load(Ordering::Acquire)
    }

    /// Was work started or stopped, and does whoever waits not know that something was?
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.news.load(Ordering::Relaxed) && !self.told.load(Ordering::Relaxed)
    }

    /// Who waits is about to be told.
    pub(crate) fn tell(&self) {
        self.forget_news();
        self.told.store(true, Ordering::Relaxed);
    }

    /// After a settle inside a poll: whoever polls sees by the answer that there may be more to do.
    pub(crate) fn forget_news(&self) {
        self.news.store(false, Ordering::Relaxed);
    }
}

/// The hub, in the hands of who has the graph.
#[derive(Debug, Default)]
pub struct Post {
    pub(crate) hub: Arc<Hub>,
    /// What the waker that the hub has looks like.
    known: Option<(usize, usize)>,
    /// An empty list, kept for its memory.
    spare: Vec<u32>,
    /// There may be other tasks than the one that polled last.
    crowd: bool,
    pub(crate) streak: Streak,
}

/// Counts commits in a row, so that a driver gives way to other tasks of its executor from time to time.
#[derive(Debug, Default)]
pub(crate) struct Streak(u8);

impl Streak {
    /// So many commits are made in a row.
    const MOST: u8 = 16;

    /// The executor has had its turn.
    pub(crate) fn end(&mut self) {
        self.0 = 0;
    }

    /// There was a commit; `goes_on` if the next poll may follow without a turn of the executor.
    pub(crate) fn count(&mut self, goes_on: bool) {
        self.0 = if goes_on { self.0 + 1 } else { 0 };
    }

    /// It is time to give way: the task is to be woken, and told that it has to wait.
    #[inline]
    pub(crate) fn is_over(&mut self) -> bool {
        let over = self.0 >= Self::MOST;
        if over {
            self.end();
        }
        over
    }
}

impl Post {
    /// Remembers the task that polls, and takes the list of what is to be polled, in ascending order.
    pub(crate) fn take_ready(&mut self, waker: &Waker) -> Vec<u32> {
        let told = self.hub.listen();
        if self.known != Some(looks(waker)) {
            self.polled_by(waker, told); // user code: should it panic, the list is still where it was
        }
        let hub = &*self.hub;
        let rung = hub.rung.load(Ordering::Acquire); // from now on, it wakes who polls
        let begun = hub.begun.load(Ordering::Relaxed).checked_sub(1);
        if !rung && begun.is_none() {
            return Vec::new();
        }
        let mut list = mem::take(&mut self.spare);
        if rung {
            let mut queue = hub.queue();
            hub.rung.store(false, Ordering::Relaxed);
            queue.woken = false;
            mem::swap(&mut queue.ready, &mut list);
        }
        if let Some(begun) = begun {
            hub.begun.store(0, Ordering::Relaxed);
            list.push(begun);
        }
        if list.len() > 1 {
            list.sort_unstable();
            list.dedup();
        }
        list
    }

    /// Another task than the last one polls.
    #[inline(never)]
    fn polled_by(&mut self, waker: &Waker, told: bool) {
        let waker = waker.clone(); // user code
        let before = self.known.replace(looks(&waker));
        self.crowd |= before.is_some();
        let leaving = self.hub.queue().polled_by(waker, told);
        // user code
        if let Some(probe) = leaving.finish() {
            let stale = self.hub.queue().others.remember(probe);
            drop(stale); // user code
        }
    }

    /// Gives the list back, so that its memory is used again.
    pub(crate) fn give_back(&mut self, mut list: Vec<u32>) {
        if list.capacity() > self.spare.capacity() {
            list.clear();
            self.spare = list;
        }
    }

    /// After a settle outside a poll: wakes the tasks that wait if work was started or stopped in it. There is
    /// something to poll, or `settled` may be over.
    #[inline]
    pub(crate) fn tell_news(&self, panics: &mut FirstPanic) {
        if self.hub.has_news() {
            self.tell(panics);
        }
    }

    #[inline(never)]
    fn tell(&self, panics: &mut FirstPanic) {
        self.hub.tell();
        panics.catch(|| wake(self.hub.queue())); // user code
    }

    /// After a commit: the other tasks that wait may wait for just that.
    #[inline]
    pub(crate) fn tell_others(&mut self, panics: &mut FirstPanic) {
        if mem::take(&mut self.crowd) {
            self.wake_others(panics);
        }
    }

    #[cold]
    #[inline(never)]
    fn wake_others(&self, panics: &mut FirstPanic) {
        let others = self.hub.queue().others.take();
        panics.catch(|| wake_each(others)); // user code
    }
}

/// The graph goes: the tasks that wait find out. Work that outlives it wakes nobody.
impl Drop for Post {
    fn drop(&mut self) {
        if self.known.is_none() {
            return;
        }
        let mut queue = self.hub.queue();
        let all = queue.others.take().chain(queue.waker.take());
        drop(queue);
        let mut panics = FirstPanic::default();
        panics.catch(|| wake_each(all)); // user code
        panics.end_drop();
    }
}

/// Wakes the task that polled last, and the others. Mostly there are none.
#[inline]
fn wake(queue: MutexGuard<'_, Queue>) {
    if !queue.others.is_empty() {
        return wake_all(queue);
    }
    let waker = queue.waker.clone(); // user code
    drop(queue);
    if let Some(waker) = waker {
        waker.wake(); // user code
    }
}

#[cold]
#[inline(never)]
fn wake_all(mut queue: MutexGuard<'_, Queue>) {
    let last = queue.waker.clone(); // user code
    let others = queue.others.take();
    drop(queue);
    wake_each(others.chain(last)); // user code
}

/// What `Waker::will_wake` looks at.
fn looks(waker: &Waker) -> (usize, usize) {
    let vtable = ptr::from_ref(waker.vtable());
    (waker.data().addr(), vtable.addr())
}

/// The waker of one resource's work. It outlives the work: a late wake costs a poll, nothing else.
#[derive(Debug)]
pub(crate) struct Bell {
    hub: Arc<Hub>,
    rank: u32,
    queued: AtomicBool,
}

impl Bell {
    pub(crate) fn new(hub: &Arc<Hub>, rank: u32) -> Arc<Self> {
        Arc::new(Bell {
            hub: hub.clone(),
            rank,
            queued: AtomicBool::new(false),
        })
    }

    /// New work must be polled for the first time.
    pub(crate) fn begin(&self) {
        self.hub.count(|running| running + 1);
        // A ring that is still to be answered is enough. This reads and writes in one step: a plain store over a
        // wake of another thread would keep from the first poll what that thread wrote before its wake.
        if !self.queued.swap(true, Ordering::AcqRel) {
            if self.hub.begun.load(Ordering::Relaxed) == 0 {
                self.hub.begun.store(self.rank + 1, Ordering::Relaxed);
            } else {
                drop(self.hub.ring(self.rank));
            }
        }
    }

    /// The work is no longer in flight.
    pub(crate) fn end(&self) {
        self.hub.count(|running| running - 1);
    }

    /// The work is about to be polled: from here on a wake counts again.
    ///
    /// This reads, too: what a waker wrote before it found itself queued already must be seen by the poll
    /// that follows. With a plain store that waker's news could be missed by both sides.
    pub(crate) fn rung(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut queue = self.hub.ring(self.rank);
        queue.woken = true;
        wake(queue); // user code
    }
}
