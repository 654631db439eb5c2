//! One piece of asynchronous work: the state that readers see, and the future that is at work on it.
//!
//! Invariants: outside a poll, a future exists exactly while the state is pending; it is dropped before its successor
//! is created and before readers see any other status; its output is committed only if no newer input came in the same
//! settle. Only `poll` polls.
//!
//! Must not know: drivers, the settle of a graph, the rules of the states (`state` and `transition` have them).

use super::{
    cancel::CancelToken,
    ready::{ReadyQueue, TaskWaker},
    reusable::{FutureSlot, Start},
    state::{AsyncState, Change, Discarded},
    status::{CancelReason, KeepPrevious},
};
use crate::panics::FirstPanic;
use std::{
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

/// The work of a resource, which yields a `T` or an `E` through the future `F`.
pub struct Task<T, E, F> {
    /// The state that readers see.
    pub state: AsyncState<T, E>,
    /// Never locked, only reached through `&mut`: the mutex makes the graph `Sync` even if a future is not.
    run: Mutex<Run<T, E, F>>,
    request: Option<Request>,
    /// The input has changed since the last start.
    invalid: bool,
    /// A run with the present input was started.
    started: bool,
    keep_previous: KeepPrevious,
    manual: bool,
    rank: u32,
    waker: TaskWakers,
}

/// The future of a run, and its stage.
struct Run<T, E, F> {
    stage: Stage<T, E>,
    /// The memory of the future, which the next one uses again. It holds no future while no run is in flight.
    slot: Option<F>,
    /// The token of the run, if it has asked for one.
    token: Option<CancelToken>,
}

/// The waker of the task, typed and as a `Waker`; made at the first start.
type TaskWakers = Option<(Arc<TaskWaker>, Waker)>;

enum Stage<T, E> {
    Idle,
    Running,
    /// Ended, not committed yet.
    Done(Result<T, E>),
    Panicked,
}

/// A request of the caller.
#[derive(Debug)]
pub enum Request {
    /// `reload_x`
    Reload,
    /// `cancel_x`
    Cancel(CancelReason),
}

impl Request {
    /// `cancel_x`
    pub fn cancel(reason: impl Into<CancelReason>) -> Self {
        Request::Cancel(reason.into())
    }
}

impl<T, E, F> Task<T, E, F>
where
    F: FutureSlot<Output = Result<T, E>>,
{
    /// A task that was never started. Its waker puts `rank` into the ready queue.
    pub(crate) fn new(rank: u32, keep_previous: KeepPrevious, manual: bool) -> Self {
        Task {
            state: AsyncState::default(),
            run: Mutex::new(Run {
                stage: Stage::Idle,
                slot: None,
                token: None,
            }),
            request: None,
            invalid: false,
            started: false,
            keep_previous,
            manual,
            rank,
            waker: None,
        }
    }

    /// The first start, while the graph is being built.
    pub(crate) fn begin<S>(&mut self, queue: Option<&Arc<ReadyQueue>>, start: S)
    where
        S: FnOnce(Start<'_, F>),
    {
        self.run(queue, start);
        self.started = true;
        let _ = self.state.start(self.keep_previous, false); // nothing is replaced
    }

    /// Records a request, and returns the pending one that it replaces.
    pub(crate) fn request(&mut self, request: Request) -> Option<Request> {
        self.request.replace(request)
    }

    /// Sets or removes the pending request.
    pub(crate) fn restore_request(&mut self, request: Option<Request>) {
        self.request = request;
    }

    /// The input has changed since the last start.
    #[inline(always)]
    pub(crate) fn invalidate(&mut self) {
        self.invalid = true;
    }

    #[inline(always)]
    pub(crate) fn is_manual(&self) -> bool {
        self.manual
    }

    /// Starts, stops or commits, whichever is due, and returns the change.
    ///
    /// The caller records the change, in `note` or from the result, before it lets a panic go on.
    #[inline(always)]
    pub(crate) fn act<S>(
        &mut self,
        queue: Option<&Arc<ReadyQueue>>,
        start: impl FnOnce() -> Option<S>,
        same: Option<fn(&T, &T) -> bool>,
        note: impl FnOnce(Change),
        panics: &mut FirstPanic,
    ) -> Change
    where
        S: FnOnce(Start<'_, F>),
    {
        let before = self.state.status();
        let mut step = if self.is_due() {
            self.start(queue, start, panics)
        } else if matches!(self.request, Some(Request::Cancel(_))) {
            // The request came before the output of the work could be committed.
            (Change::NONE, Discarded::nothing())
        } else {
            self.commit(same, panics)
        };
        if self.request.is_some() {
            step.0 = step.0.union(self.cancel(panics));
            if self.state.status() == before {
                step.0 = step.0.without(Change::STATUS); // started and stopped: the net change counts
            }
        }
        let (change, discarded) = step;
        note(change);
        discarded.discard(panics);
        change
    }

    /// Carries out the pending request, if it is to cancel the work.
    #[cold]
    fn cancel(&mut self, panics: &mut FirstPanic) -> Change {
        let Some(Request::Cancel(reason)) = self.request.take() else {
            return Change::NONE;
        };
        self.stop(&reason, panics);
        let (change, discarded) = self.state.cancel(reason);
        discarded.discard(panics);
        change
    }

    /// Whether a start is due, so that the input is needed.
    pub(crate) fn is_due(&self) -> bool {
        (self.invalid && !self.manual) || matches!(self.request, Some(Request::Reload))
    }

    /// Starts a run with the present input.
    fn start<S>(
        &mut self,
        queue: Option<&Arc<ReadyQueue>>,
        start: impl FnOnce() -> Option<S>,
        panics: &mut FirstPanic,
    ) -> Step<T, E>
    where
        S: FnOnce(Start<'_, F>),
    {
        let again = mem::take(&mut self.started) && !self.invalid;
        self.invalid = false;
        let mut reason = &CancelReason::SourceChanged;
        if matches!(self.request, Some(Request::Reload)) {
            self.request = None;
            if again {
                reason = &CancelReason::Reloaded;
            }
        }
        self.stop(reason, panics);
        // user code: the arguments
        match panics.catch(|| start().map(|start| self.run(queue, start))) {
            None => self.state.start_failed(),
            Some(None) => self.state.no_input(),
            Some(Some(())) => {
                self.started = true;
                self.state.start(self.keep_previous, again)
            }
        }
    }

    #[inline(always)]
    fn run<S>(&mut self, queue: Option<&Arc<ReadyQueue>>, start: S)
    where
        S: FnOnce(Start<'_, F>),
    {
        let Some(queue) = queue else { return };
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        run.token = None;
        start(Start {
            slot: &mut run.slot,
            token: &mut run.token,
        }); // user code
        run.stage = Stage::Running;
        let (waker, _) = self.waker.get_or_insert_with(|| {
            let waker = TaskWaker::new(queue, self.rank);
            (waker.clone(), Waker::from(waker))
        });
        waker.start();
    }

    /// Makes the output of the work the state.
    fn commit(&mut self, same: Option<fn(&T, &T) -> bool>, panics: &mut FirstPanic) -> Step<T, E> {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        if matches!(run.stage, Stage::Idle | Stage::Running) {
            return (Change::NONE, Discarded::nothing());
        }
        match mem::replace(&mut run.stage, Stage::Idle) {
            Stage::Done(Ok(value)) => match same {
                None => self.state.succeed(value),
                Some(same) => self.succeed_unless(value, same, panics),
            },
            Stage::Done(Err(error)) => self.state.fail(error),
            _ => self.state.panicked(),
        }
    }

    /// Makes `value` the state, unless the resource's own rule calls it equal to the previous one. The rule may panic,
    /// and so may the drop of the value: each panic is caught on its own.
    fn succeed_unless(
        &mut self,
        value: T,
        same: fn(&T, &T) -> bool,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        let equal = match self.state.value() {
            Some(old) if self.state.is_pending() => panics.catch(|| same(old, &value)), // user code
            _ => Some(false),
        };
        let Some(equal) = equal else {
            panics.discard(value); // user code
            return self.state.panicked();
        };
        self.state.succeed_unless(value, |_, _| equal)
    }

    /// Drops the future, if there is one, or its output.
    #[inline(always)]
    fn stop(&mut self, reason: &CancelReason, panics: &mut FirstPanic) {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let stage = mem::replace(&mut run.stage, Stage::Idle);
        if matches!(stage, Stage::Running) {
            run.end(&self.waker, Some(reason), panics);
        } else {
            panics.discard(stage); // user code
        }
    }

    /// A start is due, but the input depends on a failed node.
    pub(crate) fn start_failed(&mut self, panics: &mut FirstPanic) -> (Change, Discarded<T, E>) {
        (self.invalid, self.started) = (false, false);
        self.request = None;
        self.stop(&CancelReason::Panicked, panics);
        self.state.start_failed()
    }

    /// Polls the future; true if it has come to an end and there is an output to commit.
    pub(crate) fn poll(&mut self, panics: &mut FirstPanic) -> bool {
        let Some((task, waker)) = &self.waker else {
            return false;
        };
        task.begin_poll();
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (Stage::Running, Some(slot)) = (&run.stage, &mut run.slot) else {
            return false;
        };
        let mut context = Context::from_waker(waker);
        // user code
        let (stage, reason) = match panics.catch(|| Pin::new(slot).poll(&mut context)) {
            Some(Poll::Pending) => return false,
            Some(Poll::Ready(result)) => (Stage::Done(result), None),
            None => (Stage::Panicked, Some(&CancelReason::Panicked)),
        };
        run.stage = stage;
        run.end(&self.waker, reason, panics);
        true
    }
}

impl<T, E, F: FutureSlot> Run<T, E, F> {
    /// Ends the run. Its token is cancelled if there is a `reason`, and the future is dropped.
    #[inline(always)]
    fn end(&mut self, waker: &TaskWakers, reason: Option<&CancelReason>, panics: &mut FirstPanic) {
        if let (Some(token), Some(reason)) = (self.token.take(), reason) {
            panics.catch(|| token.cancel(reason.clone())); // user code: wakers
        }
        if let Some(slot) = &mut self.slot {
            panics.catch(|| slot.drop_future()); // user code
            if slot.is_large() {
                self.slot = None;
            }
        }
        if let Some((waker, _)) = waker {
            waker.stop();
        }
    }
}

/// The parts that a transition has changed, and the values that it has replaced.
type Step<T, E> = (Change, Discarded<T, E>);

impl<T, E, F> Drop for Task<T, E, F> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let stage = mem::replace(&mut run.stage, Stage::Idle);
        let running = matches!(stage, Stage::Running);
        if let (true, Some(token)) = (running, &run.token) {
            panics.catch(|| token.cancel(CancelReason::Disposed)); // user code: wakers
        }
        panics.discard(stage); // user code
        panics.discard(run.slot.take()); // user code
        if let (true, Some((waker, _))) = (running, &self.waker) {
            waker.stop();
        }
        self.state.take().discard(&mut panics);
        panics.end_drop();
    }
}
