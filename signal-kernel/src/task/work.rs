//! The interface of a task to its work, a future or a stream.
//!
//! Must not know: futures, streams, the commit of an output, the driver.

use super::{
    cancel::CancelToken,
    state::{AsyncState, Change},
};
use crate::panics::FirstPanic;
use std::{any::Any, mem, task::Context, time::Duration};

/// The memory for the work of one resource, which holds one piece of work after the other.
pub trait WorkSlot: Unpin {
    /// The value of a run that succeeds.
    type Value;
    /// The error of a run that fails.
    type Error;
    /// The rule by which the items of a stream make the value.
    type Collect;
    /// The slot that a start fills: this one, or the one inside of work that waits.
    type Inside: WorkSlot;

    /// The work is a stream.
    const STREAMS: bool = false;
    /// The work is a stream, and its items make one value together.
    const GROWS: bool = false;

    /// The work waits for sleeps. The other methods that speak of sleeps and attempts are for such work.
    const TIMED: bool = false;

    /// The slot that a start fills.
    fn inside(slot: &mut Option<Self>) -> &mut Option<Self::Inside>
    where
        Self: Sized;

    /// Moves the work out of `next`, or leaves it there if it has another type.
    fn try_set(&mut self, next: &mut dyn Any);

    /// Drops the work. If that panics, the slot is empty all the same.
    fn drop_work(&mut self);

    /// Whether the slot is too large to be kept without work.
    fn is_large(&self) -> bool;

    /// Polls the work; there is some.
    fn poll_work(
        &mut self,
        context: &mut Context<'_>,
        run: OpenRun<'_, Self::Value, Self::Error, Self::Collect>,
        panics: &mut FirstPanic,
    ) -> Polled<Self::Value, Self::Error>;

    /// The purpose of the work and of the sleep.
    fn phase(&self) -> Phase {
        Phase::Work
    }

    /// The sleep of another phase is dropped; the one of this phase is due.
    fn set_phase(&mut self, _phase: Phase, _panics: &mut FirstPanic) {}

    /// The next run may fail as often as the first.
    fn reset_budget(&mut self) {}

    /// A new question waits until it has been quiet.
    fn debounces(&self) -> bool {
        false
    }

    /// The longest time that an attempt may take.
    fn timeout(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether another attempt follows this error, or a time-out.
    fn may_retry(&self, _error: Option<&Self::Error>) -> bool {
        false
    }

    /// The time until the reload after a run.
    fn refresh_after(&self, _value: Option<&Self::Value>, _failed: bool) -> Option<Duration> {
        None
    }

    /// A reload follows after this time.
    fn arm_refresh(&mut self, _time: Duration) {}

    /// A sleep is to be made.
    fn is_due(&self) -> bool {
        false
    }

    /// Makes the sleep that is due, outside of a poll of the work.
    fn begin_sleep(&mut self, _context: &mut Context<'_>, _panics: &mut FirstPanic) {}
}

/// The purpose of the work and of the sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Neither is there.
    Rest,
    /// The input is not quiet yet.
    Quiet,
    /// An attempt; the sleep is its time-out.
    Work,
    /// The wait between two attempts.
    BackOff,
    /// The wait for a reload, after a run.
    Refresh,
}

/// The run whose work is polled.
pub struct OpenRun<'a, T, E, C> {
    pub(crate) state: &'a mut AsyncState<T, E>,
    pub(crate) flow: &'a mut Flow,
    pub(crate) collect: &'a mut C,
}

/// The progress of the stream of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flow {
    /// The stream is there.
    pub(crate) is_open: bool,
    /// The stream has yielded an item.
    pub(crate) has_yielded: bool,
    /// The last poll was cut short: the next one leaves the stream alone.
    pub(crate) rests: bool,
    /// The run is not in flight any more, as `settled` has it.
    pub(crate) is_quiet: bool,
    pub(crate) moved: Moved,
}

/// The change of the value in a poll, which no settle has noted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Moved {
    #[default]
    Not,
    /// Items were folded into the value.
    Grown,
    /// The value has gone.
    Torn,
}

impl Flow {
    /// The stream is over. The change of the value is still to be noted.
    pub(crate) fn end(&mut self) {
        *self = Flow {
            moved: self.moved,
            ..Flow::default()
        };
    }

    /// The change of the value in the last poll.
    pub(crate) fn take_change(&mut self) -> Change {
        match mem::take(&mut self.moved) {
            Moved::Not => Change::NONE,
            Moved::Grown => Change::GROWN,
            Moved::Torn => Change::VALUE.union(Change::TRANSITION),
        }
    }
}

/// The outcome of a poll.
pub enum Polled<T, E> {
    /// There is nothing to commit.
    Pending,
    /// There is an output to commit, and the work goes on.
    Open(Output<T, E>),
    /// There is an output to commit, and the work is over.
    Over(Output<T, E>),
    /// The work has panicked. There is an output to commit.
    Panicked(Output<T, E>),
    /// The attempt has taken too long.
    Late,
    /// A sleep without work beside it is over.
    Waited,
}

/// The output of a poll, which the settle commits.
pub enum Output<T, E> {
    /// The result, or an item of a stream that goes on.
    Done(Result<T, E>),
    /// A panic.
    Panicked,
    /// Items, which are in the value.
    Grown,
    /// The end of a stream, after its last item.
    Ended,
    /// An item, and then an error, or a panic.
    Broken(Box<(T, Option<E>)>),
    /// The attempt has taken too long.
    TimedOut,
    /// A sleep without work beside it is over.
    Waited,
}

/// The slot and the token for a run that starts.
#[derive(Debug)]
pub struct Start<'a, F> {
    /// An empty slot, if there is one.
    pub(crate) slot: &'a mut Option<F>,
    pub(crate) token: &'a mut Option<CancelToken>,
}

impl<F: WorkSlot> Start<'_, F> {
    /// The token of the run, made at the first call: a run without a call has no token.
    pub fn token(&mut self) -> CancelToken {
        self.token.get_or_insert_default().clone()
    }

    /// Puts `work` into the slot; `build` makes another slot if there is none of its type.
    #[inline(always)]
    pub fn work<W: 'static>(self, work: W, build: impl FnOnce(Option<W>) -> F) {
        let mut work = Some(work);
        if let Some(slot) = self.slot {
            slot.try_set(&mut work);
        }
        if work.is_some() {
            allocate(self.slot, work, build);
        }
    }
}

/// Makes a new slot.
#[cold]
#[inline(never)]
fn allocate<W, F>(slot: &mut Option<F>, work: Option<W>, build: impl FnOnce(Option<W>) -> F) {
    *slot = Some(build(work));
}
