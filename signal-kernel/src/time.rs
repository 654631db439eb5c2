//! Time, for work that waits: [`Sleeper`] is a way to sleep, and [`ManualClock`] is one whose time a test advances.
//!
#![doc = include_str!("../docs/time.md")]

// Invariants: time never goes back; a sleep is on the list from its first pending poll until it ends or is dropped; no
// waker is cloned, woken or dropped while the lock is held.

use crate::{
    panics::FirstPanic,
    sync::{Mutex, lock},
};
use std::{
    cmp::Ordering,
    collections::VecDeque,
    fmt::{self, Debug, Formatter},
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

/// A way to sleep.
///
/// Each `fn(Duration) -> impl Future` is a `Sleeper`, such as `tokio::time::sleep`; so is a [`ManualClock`]. The output
/// of the future counts for nothing.
///
/// # Examples
///
/// ```
/// use futures::executor::block_on;
/// use signal_kernel::time::{ManualClock, Sleeper};
/// use std::time::Duration;
///
/// async fn ticks(sleeper: impl Sleeper, times: u32) -> u32 {
///     for _ in 0..times {
///         sleeper.sleep(Duration::ZERO).await;
///     }
///     times
/// }
///
/// assert_eq!(block_on(ticks(std::future::ready::<Duration>, 3)), 3);
/// assert_eq!(block_on(ticks(ManualClock::new(), 3)), 3);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no way to sleep",
    label = "not a `Sleeper`",
    note = "a sleep is a function that takes a `Duration` and returns a future, such as `tokio::time::sleep`",
    note = "SK041"
)]
pub trait Sleeper {
    /// The future that `sleep` returns.
    type Sleep: Future + 'static;

    /// A future that ends when this time has passed.
    fn sleep(&self, time: Duration) -> Self::Sleep;
}

#[diagnostic::do_not_recommend]
impl<F, S> Sleeper for F
where
    F: Fn(Duration) -> S,
    S: Future + 'static,
{
    type Sleep = S;

    fn sleep(&self, time: Duration) -> S {
        self(time) // user code
    }
}

/// A clock for tests: its time passes in [`advance`](ManualClock::advance) and nowhere else.
///
/// It works on any executor and on any thread. Clones are the same clock.
///
/// # Examples
///
/// A test of hours goes from one end of a sleep to the next:
///
/// ```
/// use futures::{FutureExt, executor::block_on, future::join};
/// use signal_kernel::time::ManualClock;
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let work = async {
///     for _ in 0..24 {
///         clock.sleep(Duration::from_secs(3600)).await;
///     }
///     clock.elapsed()
/// };
/// let mut work = Box::pin(work);
/// let elapsed = loop {
///     match work.as_mut().now_or_never() {
///         Some(elapsed) => break elapsed,
///         None => clock.advance(clock.until_next().expect("the work sleeps")),
///     }
/// };
/// assert_eq!(elapsed, Duration::from_secs(24 * 3600));
/// ```
#[derive(Clone, Default)]
pub struct ManualClock(Arc<Mutex<Hands>>);

#[derive(Default)]
struct Hands {
    now: Duration,
    /// The time at which the calls of `advance` that run end.
    until: Duration,
    /// The number of sleeps so far.
    made: u64,
    /// In the order in which they end.
    sleeping: VecDeque<Sleeping>,
}

/// A sleep that was polled.
struct Sleeping {
    end: End,
    waker: Waker,
}

/// The end of a sleep, and the number of the sleep. Sleeps that end at one time do so in the order of their numbers.
type End = (Duration, u64);

impl ManualClock {
    /// A clock at which no time has passed.
    pub fn new() -> Self {
        Self::default()
    }

    /// A future that ends when the clock has been advanced by this time, counted from now.
    ///
    /// No sleep ends later than [`Duration::MAX`] of [`elapsed`](ManualClock::elapsed) time.
    pub fn sleep(&self, time: Duration) -> Sleep {
        let mut hands = lock(&self.0);
        hands.made += 1;
        let end = (hands.now.saturating_add(time), hands.made);
        drop(hands);
        Sleep {
            clock: self.clone(),
            end,
        }
    }

    /// Lets this time pass.
    ///
    /// Sleeps end in order: the one that ends first, and of those that end at one time the one that was made first. At
    /// each end the clock shows the time of that end, and the waker is called. So a waker that polls at once, and
    /// sleeps again, finds the time at which it was called. Most wakers only tell an executor, whose tasks run when all
    /// the time has passed; [`until_next`](ManualClock::until_next) helps to go in smaller steps.
    ///
    /// A waker may advance the clock itself, and so may other threads: the times add up.
    ///
    /// # Panics
    ///
    /// If a waker panics, with the first such panic, when all the time has passed.
    pub fn advance(&self, time: Duration) {
        let mut panics = FirstPanic::default();
        let mut hands = lock(&self.0);
        hands.until = hands.until.saturating_add(time);
        while let Some(waker) = hands.next() {
            drop(hands);
            panics.catch(|| waker.wake()); // user code
            hands = lock(&self.0);
        }
        drop(hands);
        panics.resume();
    }

    /// The time that has passed since the clock was made.
    pub fn elapsed(&self) -> Duration {
        lock(&self.0).now
    }

    /// The time until the next sleep ends, of those that are awaited. `None`: nothing sleeps.
    pub fn until_next(&self) -> Option<Duration> {
        let hands = lock(&self.0);
        let next = hands.sleeping.front()?;
        Some(next.end.0.saturating_sub(hands.now))
    }
}

impl Hands {
    /// Goes to the next sleep that ends, and takes its waker; without one, to the end of the time that passes.
    fn next(&mut self) -> Option<Waker> {
        let ends = matches!(self.sleeping.front(), Some(next) if next.end.0 <= self.until);
        let next = ends.then(|| self.sleeping.pop_front()).flatten();
        self.now = next.as_ref().map_or(self.until, |next| next.end.0);
        next.map(|next| next.waker)
    }

    /// Puts a sleep on the list, and returns the waker that is not needed: the one from before, or this one.
    fn wait(&mut self, end: End, waker: Waker) -> (Poll<()>, Option<Waker>) {
        if self.now >= end.0 {
            return (Poll::Ready(()), Some(waker)); // another thread has advanced the clock meanwhile
        }
        let replaced = match self.find(end) {
            Ok(at) => Some(mem::replace(&mut self.sleeping[at].waker, waker)),
            Err(at) => {
                self.sleeping.insert(at, Sleeping { end, waker });
                None
            }
        };
        (Poll::Pending, replaced)
    }

    /// The place of a sleep on the list: `Err` if it would stand there.
    fn find(&self, end: End) -> Result<usize, usize> {
        // A new sleep mostly ends last.
        match self.sleeping.back().map(|last| last.end.cmp(&end)) {
            None | Some(Ordering::Less) => Err(self.sleeping.len()),
            _ => self.sleeping.binary_search_by_key(&end, |sleep| sleep.end),
        }
    }
}

impl Sleeper for ManualClock {
    type Sleep = Sleep;

    fn sleep(&self, time: Duration) -> Sleep {
        ManualClock::sleep(self, time)
    }
}

impl Debug for ManualClock {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (elapsed, sleeping) = {
            let hands = lock(&self.0);
            (hands.now, hands.sleeping.len())
        };
        f.debug_struct("ManualClock")
            .field("elapsed", &elapsed)
            .field("sleeping", &sleeping)
            .finish()
    }
}

/// The future of [`ManualClock::sleep`].
#[must_use = "a future sleeps only if it is awaited"]
pub struct Sleep {
    clock: ManualClock,
    end: End,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let waker = context.waker();
        let hands = lock(&self.clock.0);
        if hands.now >= self.end.0 {
            return Poll::Ready(());
        }
        if let Ok(at) = hands.find(self.end) {
            if hands.sleeping[at].waker.will_wake(waker) {
                return Poll::Pending;
            }
        }
        drop(hands);
        let waker = waker.clone(); // user code
        let (poll, waker) = lock(&self.clock.0).wait(self.end, waker);
        drop(waker); // user code
        poll
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut hands = lock(&self.clock.0);
        let gone = hands.find(self.end).ok();
        let gone = gone.and_then(|at| hands.sleeping.remove(at));
        drop(hands);
        let mut panics = FirstPanic::default();
        panics.discard(gone); // user code: the waker
        panics.end_drop();
    }
}

impl Debug for Sleep {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("end", &self.end.0)
            .finish_non_exhaustive()
    }
}
