//! Where the work of one graph reports that it wants to be polled, and who is to be woken then.
//!
//! Invariants: a list that is taken names each piece of work once; the waker of whoever polled last is the one
//! that is woken; who was told that work began or ended is not told again before it polls; nobody is woken
//! while the lock is held.
//!
//! Must not know: what the work is, and how the graph settles.

use crate::panics::FirstPanic;
use std::{
    mem, ptr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    task::{Wake, Waker},
};

/// One for each graph with resources.
#[derive(Debug, Default)]
pub struct Hub {
    queue: Mutex<Queue>,
    /// Something is in the ready list.
    rung: AtomicBool,
    // These are changed by whoever has the graph, and by nobody else.
    /// How many pieces of work are in flight.
    running: AtomicUsize,
    /// Work was started or stopped and nobody has been told yet.
    news: AtomicBool,
    /// Who waits has been told of news, and has not polled since.
    told: AtomicBool,
    /// One more than the rank of work that has begun and stands in no list yet; 0 for none.
    begun: AtomicU32,
}

#[derive(Debug, Default)]
struct Queue {
    ready: Vec<u32>,
    waker: Option<Waker>,
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

    /// Someone is about to wait who sees how things are; who has been told before does not count from here on.
    pub(crate) fn listen(&self) {
        if self.told.load(Ordering::Relaxed) {
            self.told.store(false, Ordering::Relaxed);
            self.forget_news();
        }
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
}

impl Post {
    /// Remembers who polls, and takes the list of what is to be polled, in ascending order.
    pub(crate) fn take_ready(&mut self, waker: &Waker) -> Vec<u32> {
        self.hub.listen();
        if self.known != Some(looks(waker)) {
            let waker = waker.clone(); // user code
            self.known = Some(looks(&waker));
            let stale = self.hub.queue().waker.replace(waker);
            drop(stale); // user code: should it panic, the list is still where it was
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

    /// Gives the list back, so that its memory is used again.
    pub(crate) fn give_back(&mut self, mut list: Vec<u32>) {
        if list.capacity() > self.spare.capacity() {
            list.clear();
            self.spare = list;
        }
    }

    /// After a settle outside a poll: wakes whoever waits if work was started or stopped in it. There is
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
        panics.catch(|| {
            let waker = self.hub.queue().waker.clone(); // user code
            waker.map(Waker::wake) // user code
        });
    }
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
        // A ring that is still to be answered is enough. One that comes from another thread at this moment is
        // for older work: it is of no use, and does no harm.
        if !self.queued.load(Ordering::Relaxed) {
            self.queued.store(true, Ordering::Relaxed);
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
        let waker = self.hub.ring(self.rank).waker.clone(); // user code
        if let Some(waker) = waker {
            waker.wake(); // user code
        }
    }
}
