//! The interface of a task to its work, a future or a stream.
//!
//! Must not know: futures, streams, the commit of an output, the driver.

use super::{
    cancel::CancelToken,
    state::{AsyncState, Change},
};
use crate::panics::FirstPanic;
use std::{any::Any, mem, task::Context};

/// The memory for the work of one resource, which holds one piece of work after the other.
pub trait WorkSlot: Unpin {
    /// The value of a run that succeeds.
    type Value;
    /// The error of a run that fails.
    type Error;
    /// The rule by which the items of a stream make the value.
    type Collect;

    /// The work is a stream.
    const STREAMS: bool = false;
    /// The work is a stream, and its items make one value together.
    const GROWS: bool = false;

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
