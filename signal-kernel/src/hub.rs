//! Where the work of one graph reports that it wants to be polled, and who is to be woken then.
//!
//! Invariants: each piece of work stands at most once in the ready list; the waker of whoever polled
//! last is the one that is woken; nobody is woken while the lock is held.
//!
//! Must not know: what the work is, and how the graph settles.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Wake, Waker},
};

/// One for each graph with resources.
#[derive(Debug, Default)]
pub struct Hub {
    queue: Mutex<Queue>,
    // These are changed by whoever has the graph, and by nobody else.
    /// How many pieces of work are in flight.
    running: AtomicUsize,
    /// Work was started or stopped and nobody has been told yet.
    news: AtomicBool,
    /// Who waits has been told of news, and has not polled since.
    told: AtomicBool,
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

    /// Remembers who polls, and takes the list of what is to be polled.
    pub(crate) fn take_ready(&self, waker: &Waker) -> Vec<u32> {
        self.listen();
        let mut queue = self.queue();
        if !queue
            .waker
            .as_ref()
            .is_some_and(|known| known.will_wake(waker))
        {
            drop(queue);
            let waker = waker.clone(); // user code
            let stale = self.queue().waker.replace(waker);
            drop(stale); // user code: should it panic, the list is still where it was
            queue = self.queue();
        }
        mem::take(&mut queue.ready)
    }

    /// Gives the list back, so that its memory is used again.
    pub(crate) fn give_back(&self, mut list: Vec<u32>) {
        if list.capacity() == 0 {
            return;
        }
        list.clear();
        let mut queue = self.queue();
        if queue.ready.capacity() == 0 {
            queue.ready = list;
        }
    }

    /// Was work started or stopped, and does whoever waits not know that something was?
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.news.load(Ordering::Relaxed) && !self.told.load(Ordering::Relaxed)
    }

    /// After a settle outside a poll: wakes whoever waits if work was started or stopped in it. There is
    /// something to poll, or `settled` may be over.
    #[inline]
    pub(crate) fn tell_news(&self) {
        if self.has_news() {
            self.tell();
        }
    }

    #[cold]
    fn tell(&self) {
        self.forget_news();
        self.told.store(true, Ordering::Relaxed);
        let waker = self.queue().waker.clone();
        if let Some(waker) = waker {
            waker.wake(); // user code
        }
    }

    /// After a settle inside a poll: whoever polls sees by the answer that there may be more to do.
    pub(crate) fn forget_news(&self) {
        self.news.store(false, Ordering::Relaxed);
    }
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
        // A ring that is still to be answered is enough: nothing has been polled since.
        if !self.queued.load(Ordering::Relaxed) && !self.queued.swap(true, Ordering::AcqRel) {
            self.hub.queue().ready.push(self.rank);
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
        let mut queue = self.hub.queue();
        queue.ready.push(self.rank);
        let waker = queue.waker.clone();
        drop(queue);
        if let Some(waker) = waker {
            waker.wake(); // user code
        }
    }
}
