//! The tasks that wait for the same work, behind one waker.
//!
//! Invariants: a wake wakes everyone who has registered since the wake before; a wait that is dropped leaves no
//! waker behind; no waker is cloned, woken or dropped while the lock is held.
//!
//! Must not know: what they wait for.

use crate::panics::FirstPanic;
use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Wake, Waker},
};

/// The tasks that wait for the same work.
#[derive(Default)]
pub(crate) struct Waiters {
    list: Mutex<List>,
    /// Someone is in the list; known for sure where waiters are added.
    some: AtomicBool,
    seats: AtomicU64,
}

/// In the order of arrival. One alone needs no memory of its own.
#[derive(Default)]
struct List {
    first: Option<Waiter>,
    more: Vec<Waiter>,
}

struct Waiter {
    /// That of the wait it belongs to; 0 if it belongs to none.
    seat: u64,
    waker: Waker,
}

/// The place of one wait among the others, from its first poll to its end.
#[derive(Default)]
pub(crate) struct Seat {
    number: u64,
    waiters: Option<Arc<Waiters>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(waiters) = &self.waiters {
            let gone = waiters.list(|list| list.take_out(self.number));
            drop(gone); // user code
        }
    }
}

impl List {
    fn iter(&self) -> impl Iterator<Item = &Waiter> {
        self.first.iter().chain(&self.more)
    }

    fn put(&mut self, waiter: Waiter) -> Option<Waiter> {
        let same = |known: &&mut Waiter| match waiter.seat {
            0 => known.seat == 0 && known.waker.will_wake(&waiter.waker),
            seat => known.seat == seat,
        };
        let known = self.first.iter_mut().chain(&mut self.more).find(same);
        if let Some(known) = known {
            return Some(mem::replace(known, waiter));
        }
        match &mut self.first {
            Some(_) => self.more.push(waiter),
            first => *first = Some(waiter),
        }
        None
    }

    fn take_out(&mut self, seat: u64) -> Option<Waiter> {
        if self.first.as_ref().is_some_and(|it| it.seat == seat) {
            let next = (!self.more.is_empty()).then(|| self.more.remove(0));
            return mem::replace(&mut self.first, next);
        }
        let index = self.more.iter().position(|it| it.seat == seat)?;
        Some(self.more.remove(index))
    }
}

impl Waiters {
    /// Wakes the task of this waker too, once; or not at all, if the wait that has the seat ends before.
    pub(crate) fn add(self: &Arc<Self>, waker: &Waker, seat: Option<&mut Seat>) {
        let seat = seat.map_or(0, |seat| {
            let ours = |waiters: &Arc<Waiters>| Arc::ptr_eq(waiters, self);
            if !seat.waiters.as_ref().is_some_and(ours) {
                *seat = Seat {
                    number: self.seats.fetch_add(1, Ordering::Relaxed) + 1,
                    waiters: Some(self.clone()),
                };
            }
            seat.number
        });
        let same = |known: &Waiter| known.seat == seat && known.waker.will_wake(waker);
        let some = self.some.load(Ordering::Relaxed);
        if some && self.list(|list| list.iter().any(same)) {
            return;
        }
        let waker = waker.clone(); // user code
        let stale = self.list(|list| {
            self.some.store(true, Ordering::Relaxed);
            list.put(Waiter { seat, waker })
        });
        drop(stale); // user code
    }

    /// Wakes everyone, for a caller on whose thread the waiters are added.
    pub(crate) fn wake_here(self: &Arc<Self>) {
        if self.some.load(Ordering::Relaxed) {
            self.wake_by_ref(); // user code
        }
    }

    fn list<R>(&self, f: impl FnOnce(&mut List) -> R) -> R {
        // Nothing in here can be left half-done: a poisoned lock is as good as any.
        f(&mut self.list.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for Waiters {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let List { first, more } = self.list(|list| {
            self.some.store(false, Ordering::Relaxed);
            mem::take(list)
        });
        let mut panics = FirstPanic::default();
        for waiter in first.into_iter().chain(more) {
            panics.catch(|| waiter.waker.wake()); // user code
        }
        panics.resume();
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

    /// How many handles there are on each task beside our own two.
    fn held<const N: usize>(counts: &[(Arc<Count>, Waker); N]) -> [usize; N] {
        counts
            .each_ref()
            .map(|(count, _)| Arc::strong_count(count) - 2)
    }

    #[test]
    fn each_is_woken_once_and_in_the_order_of_arrival() {
        let waiters = Arc::<Waiters>::default();
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
        let waiters = Arc::<Waiters>::default();
        let tasks = counts::<3>();
        let mut seats = [(); 3].map(|()| Seat::default());
        for ((_, waker), seat) in tasks.iter().zip(&mut seats) {
            waiters.add(waker, Some(seat));
        }
        let [first, second, third] = seats;
        drop(first);
        assert_eq!(held(&tasks), [0, 1, 1]);
        drop(third);
        assert_eq!(held(&tasks), [0, 1, 0]);
        waiters.wake_by_ref();
        drop(second);
        assert_eq!((woken(&tasks), held(&tasks)), ([0, 1, 0], [0, 0, 0]));
        drop(Seat::default());
    }

    #[test]
    fn two_waits_of_one_task_are_two() {
        let waiters = Arc::<Waiters>::default();
        let tasks = counts::<1>();
        let (mut stays, mut goes) = (Seat::default(), Seat::default());
        waiters.add(&tasks[0].1, Some(&mut stays));
        waiters.add(&tasks[0].1, Some(&mut goes));
        waiters.add(&tasks[0].1, None);
        drop(goes);
        assert_eq!(held(&tasks), [2]);
        waiters.wake_by_ref();
        assert_eq!(woken(&tasks), [2]);
    }

    #[test]
    fn a_wait_that_goes_on_elsewhere_gets_another_seat() {
        let (here, there) = (Arc::<Waiters>::default(), Arc::<Waiters>::default());
        let tasks = counts::<2>();
        let (mut stays, mut moves) = (Seat::default(), Seat::default());
        there.add(&tasks[0].1, Some(&mut stays));
        here.add(&tasks[1].1, Some(&mut moves));
        there.add(&tasks[1].1, Some(&mut moves));
        assert_eq!(held(&tasks), [1, 1]);
        there.wake_by_ref();
        assert_eq!(woken(&tasks), [1, 1]);
    }

    #[test]
    fn a_wait_that_moves_to_another_task_takes_its_seat_along() {
        let waiters = Arc::<Waiters>::default();
        let tasks = counts::<2>();
        let mut seat = Seat::default();
        for (_, waker) in &tasks {
            waiters.add(waker, Some(&mut seat));
        }
        assert_eq!(held(&tasks), [0, 1]);
        waiters.wake_by_ref();
        assert_eq!(woken(&tasks), [0, 1]);
    }
}
