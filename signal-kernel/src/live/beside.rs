//! The state of a `Live` graph beside its lock: the version, the waiting tasks, the drivers, the updates that wait.
//!
//! Invariants: a task that registers, and then looks at the version or takes the lock, misses no change. Of an update that
//! is added while the graph is in use, the user of the graph knows when it has released the lock. A driver gives way to
//! the callers that waited when its last poll ended, and to no others, and is woken when they have had their turn.
//!
//! Must not know: graphs, the lock.

use crate::{
    panics::FirstPanic,
    sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
    task::wakers::WakerSet,
};
use std::{sync::Arc, task::Wake};

/// Updates wait.
const LATER: u32 = 1;
/// A driver has given way.
const GAVE_WAY: u32 = 1 << 1;
/// There are panics to report.
const REPORT: u32 = 1 << 2;

#[derive(Default)]
pub(crate) struct Beside {
    /// The version of the graph. Changes under the lock.
    version: AtomicU64,
    marks: AtomicU32,
    /// The number of callers that wait for the lock.
    waiting: AtomicUsize,
    /// The number of callers that have waited and got the lock, modulo its size.
    turns: AtomicUsize,
    /// The number of drivers.
    drivers: AtomicUsize,
    /// The tasks that wait for a change.
    pub(crate) changes: Arc<WakerSet>,
    /// The tasks that drive the work.
    pub(crate) work: Arc<WakerSet>,
}

/// The turn up to which a driver gives way.
#[derive(Clone, Copy, Default)]
pub(crate) struct Turn(usize);

impl Beside {
    pub(crate) fn new(version: u64) -> Self {
        Beside {
            version: AtomicU64::new(version),
            ..Beside::default()
        }
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The version, for a task that has registered for changes.
    pub(crate) fn version_after_registration(&self) -> u64 {
        fence(Ordering::SeqCst); // pairs with the one in `released`
        self.version()
    }

    /// Under the lock: publishes the version. Returns whether it is new.
    #[inline(always)]
    pub(crate) fn publish(&self, version: u64) -> bool {
        let changed = self.version.load(Ordering::Relaxed) != version;
        if changed {
            self.version.store(version, Ordering::Release);
        }
        changed
    }

    /// The lock was released. True if `follow_up` has something to do.
    #[inline(always)]
    pub(crate) fn released(&self) -> bool {
        // Either the other side sees that the lock is free and the version is new, or this side sees its mark or waker.
        fence(Ordering::SeqCst);
        self.marks.load(Ordering::Relaxed) != 0
    }

    /// After `released`: wakes the tasks that wait for a change.
    #[inline(always)]
    pub(crate) fn wake_changed(&self, panics: &mut FirstPanic) {
        if self.changes.may_wake() {
            self.wake(&self.changes, panics);
        }
    }

    #[cold]
    fn wake(&self, wakers: &Arc<WakerSet>, panics: &mut FirstPanic) {
        panics.catch(|| wakers.wake_by_ref()); // user code
    }

    /// After `released`: wakes the drivers that have given way. True if there are panics to report.
    pub(crate) fn follow_up(&self, panics: &mut FirstPanic) -> bool {
        let marks = self.marks.fetch_and(LATER, Ordering::AcqRel);
        if marks & GAVE_WAY != 0 {
            self.wake(&self.work, panics);
        }
        marks & REPORT != 0
    }

    /// An update was added to the list. After this the caller tries to take the lock.
    pub(crate) fn add_later(&self) {
        self.marks.fetch_or(LATER, Ordering::Release);
        fence(Ordering::SeqCst); // pairs with the one in `released`
    }

    /// Under the lock: does an update wait, or anything else?
    #[inline(always)]
    pub(crate) fn is_marked(&self) -> bool {
        self.marks.load(Ordering::Relaxed) != 0
    }

    /// Does an update wait?
    pub(crate) fn has_later(&self) -> bool {
        self.marks.load(Ordering::Relaxed) & LATER != 0
    }

    /// The caller is about to take the updates from the list. False if none waits.
    pub(crate) fn take_later(&self) -> bool {
        self.marks.fetch_and(!LATER, Ordering::AcqRel) & LATER != 0
    }

    /// Updates are left for the next use of the graph.
    pub(crate) fn leave_later(&self) {
        self.marks.fetch_or(LATER, Ordering::Release);
    }

    /// There is a panic to report when the lock is free.
    pub(crate) fn note_report(&self) {
        self.marks.fetch_or(REPORT, Ordering::Release);
    }

    /// Takes the lock, for which a caller must wait.
    pub(crate) fn wait<R>(&self, lock: impl FnOnce() -> R) -> R {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let result = lock();
        self.turns.fetch_add(1, Ordering::SeqCst);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        result
    }

    /// The turn of the callers that wait now.
    pub(crate) fn turn(&self) -> Turn {
        let turns = self.turns.load(Ordering::SeqCst);
        Turn(turns.wrapping_add(self.waiting.load(Ordering::SeqCst)))
    }

    /// Must a driver give way, since callers wait and have not had their turn? They wake the drivers then.
    pub(crate) fn gives_way(&self, turn: Turn) -> bool {
        let waits = || {
            let turns = self.turns.load(Ordering::SeqCst);
            let left = turn.0.wrapping_sub(turns);
            (1..usize::MAX / 2).contains(&left) && self.waiting.load(Ordering::SeqCst) != 0
        };
        if !waits() {
            return false;
        }
        self.marks.fetch_or(GAVE_WAY, Ordering::SeqCst);
        fence(Ordering::SeqCst); // pairs with the one in `released`
        waits()
    }

    pub(crate) fn has_driver(&self) -> bool {
        self.drivers.load(Ordering::SeqCst) != 0
    }

    pub(crate) fn add_driver(&self) {
        self.drivers.fetch_add(1, Ordering::SeqCst);
    }

    /// A driver ends: tasks that wait for a change may have to drive from now on.
    pub(crate) fn remove_driver(&self) {
        self.drivers.fetch_sub(1, Ordering::SeqCst);
        self.changes.wake_by_ref(); // user code
    }
}
