//! The wakers of the executor's tasks that wait for the same work, behind one waker.
//!
//! Invariants: a wake wakes every waker that was added since the wake before; a wait with a key leaves no waker behind
//! when it is dropped, and the number of wakers without a key has a bound; no waker is cloned, woken or dropped while
//! the lock is held.
//!
//! Must not know: graphs, work.

use crate::{
    panics::FirstPanic,
    sync::{AtomicBool, AtomicU64, Mutex, Ordering, lock},
};
use std::{
    mem,
    sync::Arc,
    task::{Wake, Waker},
};

/// The wakers that wait for the same work.
#[derive(Default)]
pub(crate) struct WakerSet {
    list: Mutex<List>,
    /// The list is not empty; exact on the thread that adds the wakers.
    some: AtomicBool,
    keys: AtomicU64,
}

/// Waiters in the order of arrival. A single one needs no allocation.
#[derive(Debug, Default)]
pub(crate) struct List {
    first: Option<Waiter>,
    more: Vec<Waiter>,
    bound: Bound,
}

#[derive(Debug)]
struct Waiter {
    /// The number of its wait's key; 0 for a waker without a key.
    key: u64,
    waker: Waker,
}

/// The number of wakers without a key that a list keeps.
///
/// A dropped wait without a key looks like one that goes on. So a full list wakes its tasks and forgets them: a
/// task that still waits polls again. One of them, the probe, is remembered: the number of tasks that poll before
/// the probe does is about the number of tasks that wait, and the list must have room for these, or they would
/// wake each other for ever.
#[derive(Debug)]
struct Bound {
    limit: usize,
    /// A task that was woken to make room, and the number of polls by other tasks since.
    probe: Option<(Waker, usize)>,
    /// After this many polls by other tasks the probe counts as gone.
    patience: usize,
}

/// The smallest limit of a list.
const LEAST: usize = 64;

/// The largest patience.
const MOST_PATIENCE: usize = 1 << 16;

impl Default for Bound {
    fn default() -> Self {
        Bound {
            limit: LEAST,
            probe: None,
            patience: LEAST,
        }
    }
}

impl Bound {
    /// A task without a key polls. The caller drops the returned probe.
    fn polled(&mut self, waker: &Waker) -> Option<Waker> {
        let (probe, polls) = self.probe.as_mut()?;
        if probe.will_wake(waker) {
            self.limit = LEAST.max(*polls * 2);
            self.patience = self.limit;
        } else if *polls < self.patience {
            *polls += 1;
            return None;
        } else {
            self.patience *= 2;
            if self.patience > MOST_PATIENCE {
                self.patience = LEAST;
            }
        }
        self.probe.take().map(|(probe, _)| probe)
    }
}

/// The identity of one wait, from its first poll to its end: a waker that is added with a key replaces the last one.
#[derive(Default)]
pub(crate) struct WaitKey {
    number: u64,
    waiters: Option<Arc<WakerSet>>,
}

impl Drop for WaitKey {
    fn drop(&mut self) {
        if let Some(waiters) = &self.waiters {
            let gone = waiters.list(|list| list.take_out(|it| it.key == self.number));
            drop(gone); // user code
        }
    }
}

/// The wakers that the poll of a task removes from a list, to be dropped or woken without the lock.
#[must_use]
pub(crate) struct Removed {
    stale: [Option<Waker>; 3],
    /// The wakers of a full list.
    full: Vec<Waker>,
}

impl Removed {
    /// Adds a waker to those to be dropped.
    pub(crate) fn and(mut self, waker: Option<Waker>) -> Self {
        self.stale[2] = waker;
        self
    }

    /// Drops and wakes. A list that was full remembers the result as its probe.
    pub(crate) fn finish(self) -> Option<Waker> {
        drop(self.stale); // user code
        let probe = self.full.first().cloned(); // user code
        wake_each(self.full.into_iter()); // user code
        probe
    }
}

/// Wakes all, also if one of them panics.
pub(crate) fn wake_each(wakers: impl Iterator<Item = Waker>) {
    let mut panics = FirstPanic::default();
    for waker in wakers {
        panics.catch(|| waker.wake()); // user code
    }
    panics.resume();
}

impl List {
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn iter(&self) -> impl Iterator<Item = &Waiter> {
        self.first.iter().chain(&self.more)
    }

    fn take_waiters(&mut self) -> impl Iterator<Item = Waiter> + use<> {
        let (first, more) = (self.first.take(), mem::take(&mut self.more));
        first.into_iter().chain(more)
    }

    /// Removes all wakers.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Waker> + use<> {
        self.take_waiters().map(|waiter| waiter.waker)
    }

    /// A task without a key polls: removes its waker `leaves`, if the list has it, and adds `joins`.
    pub(crate) fn exchange(&mut self, leaves: &Waker, joins: Option<Waker>) -> Removed {
        let probe = self.bound.polled(leaves);
        let known = self.take_out(|it| it.key == 0 && it.waker.will_wake(leaves));
        if let Some(waker) = joins {
            self.push(Waiter { key: 0, waker });
        }
        Removed {
            stale: [probe, known.map(|known| known.waker), None],
            full: self.make_room(),
        }
    }

    /// Remembers a task that was woken to make room. The caller drops the result.
    pub(crate) fn remember(&mut self, probe: Waker) -> Option<Waker> {
        match &self.bound.probe {
            Some(_) => Some(probe),
            None => {
                self.bound.probe = Some((probe, 0));
                None
            }
        }
    }

    /// If there are too many wakers without a key, takes them all out.
    fn make_room(&mut self) -> Vec<Waker> {
        let limit = self.bound.limit;
        let count = || self.iter().filter(|it| it.key == 0).count();
        if self.more.len() < limit || count() <= limit {
            return Vec::new();
        }
        let (full, stay): (Vec<_>, Vec<_>) = self.take_waiters().partition(|it| it.key == 0);
        stay.into_iter().for_each(|waiter| self.push(waiter));
        full.into_iter().map(|waiter| waiter.waker).collect()
    }

    fn push(&mut self, waiter: Waiter) {
        match &mut self.first {
            Some(_) => self.more.push(waiter),
            first => *first = Some(waiter),
        }
    }

    /// A wait with a key polls: its waker replaces the last one, which is returned.
    fn put(&mut self, waiter: Waiter) -> Option<Waiter> {
        let same = |known: &&mut Waiter| known.key == waiter.key;
        let known = self.first.iter_mut().chain(&mut self.more).find(same);
        if let Some(known) = known {
            return Some(mem::replace(known, waiter));
        }
        self.push(waiter);
        None
    }

    fn take_out(&mut self, is_it: impl Fn(&Waiter) -> bool) -> Option<Waiter> {
        if self.first.as_ref().is_some_and(&is_it) {
            let next = (!self.more.is_empty()).then(|| self.more.remove(0));
            return mem::replace(&mut self.first, next);
        }
        let index = self.more.iter().position(is_it)?;
        Some(self.more.remove(index))
    }
}

impl WakerSet {
    /// Adds a waker, which the next wake wakes once. If the wait with the key ends before, its waker is not woken.
    pub(crate) fn add(self: &Arc<Self>, waker: &Waker, key: Option<&mut WaitKey>) {
        let key = key.map_or(0, |key| {
            let ours = |waiters: &Arc<WakerSet>| Arc::ptr_eq(waiters, self);
            if !key.waiters.as_ref().is_some_and(ours) {
                *key = WaitKey {
                    number: self.keys.fetch_add(1, Ordering::Relaxed) + 1,
                    waiters: Some(self.clone()),
                };
            }
            key.number
        });
        let same = |known: &Waiter| known.key == key && known.waker.will_wake(waker);
        let some = self.some.load(Ordering::Relaxed);
        if some && self.list(|list| list.iter().any(same)) {
            return;
        }
        let joins = waker.clone(); // user code
        if key == 0 {
            return self.add_without_key(waker, joins);
        }
        let stale = self.list(|list| {
            self.some.store(true, Ordering::Relaxed);
            list.put(Waiter { key, waker: joins })
        });
        drop(stale); // user code
    }

    fn add_without_key(&self, waker: &Waker, joins: Waker) {
        let leaving = self.list(|list| {
            self.some.store(true, Ordering::Relaxed);
            if list.is_empty() && list.bound.probe.is_none() {
                // One task alone: nothing leaves.
                list.first = Some(Waiter {
                    key: 0,
                    waker: joins,
                });
                return None;
            }
            Some(list.exchange(waker, Some(joins)))
        });
        // user code
        if let Some(probe) = leaving.and_then(Removed::finish) {
            let stale = self.list(|list| list.remember(probe));
            drop(stale); // user code
        }
    }

    /// Whether there may be a waker to wake. After a lock or a fence that orders the call behind the addition of a waker,
    /// false means that the waker was woken since.
    #[inline(always)]
    pub(crate) fn may_wake(&self) -> bool {
        self.some.load(Ordering::Relaxed)
    }

    /// Wakes all wakers. Only the thread that adds the wakers may call this.
    pub(crate) fn wake_here(self: &Arc<Self>) {
        if self.some.load(Ordering::Relaxed) {
            self.wake_by_ref(); // user code
        }
    }

    fn list<R>(&self, f: impl FnOnce(&mut List) -> R) -> R {
        f(&mut lock(&self.list))
    }
}

impl Wake for WakerSet {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let all = self.list(|list| {
            self.some.store(false, Ordering::Relaxed);
            list.take()
        });
        wake_each(all); // user code
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counts<const N: usize>() -> [(Arc<Count>, Waker); N] {
        [(); N].map(|()| {
            let count = Arc::<Count>::default();
            (count.clone(), Waker::from(count))
        })
    }

    fn woken<const N: usize>(counts: &[(Arc<Count>, Waker); N]) -> [usize; N] {
        counts
            .each_ref()
            .map(|(count, _)| count.0.load(Ordering::Relaxed))
    }

    /// The number of handles on each task beside the test's own two.
    fn held<const N: usize>(counts: &[(Arc<Count>, Waker); N]) -> [usize; N] {
        counts
            .each_ref()
            .map(|(count, _)| Arc::strong_count(count) - 2)
    }

    #[test]
    fn each_is_woken_once_and_in_the_order_of_arrival() {
        let waiters = Arc::<WakerSet>::default();
        let tasks = counts::<3>();
        for _ in 0..2 {
            for (_, waker) in &tasks {
                waiters.add(waker, None);
            }
        }
        assert_eq!(held(&tasks), [1, 1, 1]);
        waiters.wake_by_ref();
        waiters.wake_by_ref();
        assert_eq!((woken(&tasks), held(&tasks)), ([1, 1, 1], [0, 0, 0]));
    }

    #[test]
    fn a_wait_that_is_dropped_leaves_nothing_behind() {
        let waiters = Arc::<WakerSet>::default();
        let tasks = counts::<3>();
        let mut keys = [(); 3].map(|()| WaitKey::default());
        for ((_, waker), key) in tasks.iter().zip(&mut keys) {
            waiters.add(waker, Some(key));
        }
        let [first, second, third] = keys;
        drop(first);
        assert_eq!(held(&tasks), [0, 1, 1]);
        drop(third);
        assert_eq!(held(&tasks), [0, 1, 0]);
        waiters.wake_by_ref();
        drop(second);
        assert_eq!((woken(&tasks), held(&tasks)), ([0, 1, 0], [0, 0, 0]));
        drop(WaitKey::default());
    }

    #[test]
    fn two_waits_of_one_task_are_two() {
        let waiters = Arc::<WakerSet>::default();
        let tasks = counts::<1>();
        let (mut stays, mut goes) = (WaitKey::default(), WaitKey::default());
        waiters.add(&tasks[0].1, Some(&mut stays));
        waiters.add(&tasks[0].1, Some(&mut goes));
        waiters.add(&tasks[0].1, None);
        drop(goes);
        assert_eq!(held(&tasks), [2]);
        waiters.wake_by_ref();
        assert_eq!(woken(&tasks), [2]);
    }

    #[test]
    fn a_wait_that_goes_on_elsewhere_gets_another_key() {
        let (here, there) = (Arc::<WakerSet>::default(), Arc::<WakerSet>::default());
        let tasks = counts::<2>();
        let (mut stays, mut moves) = (WaitKey::default(), WaitKey::default());
        there.add(&tasks[0].1, Some(&mut stays));
        here.add(&tasks[1].1, Some(&mut moves));
        there.add(&tasks[1].1, Some(&mut moves));
        assert_eq!(held(&tasks), [1, 1]);
        there.wake_by_ref();
        assert_eq!(woken(&tasks), [1, 1]);
    }

    #[test]
    fn a_wait_that_moves_to_another_task_takes_its_key_along() {
        let waiters = Arc::<WakerSet>::default();
        let tasks = counts::<2>();
        let mut key = WaitKey::default();
        for (_, waker) in &tasks {
            waiters.add(waker, Some(&mut key));
        }
        assert_eq!(held(&tasks), [0, 1]);
        waiters.wake_by_ref();
        assert_eq!(woken(&tasks), [0, 1]);
    }
}
