//! One piece of asynchronous work: the state that readers see, and the future or stream that is at work on it.
//!
//! Invariants: outside a poll, there is work exactly while a run is open; it is dropped before its successor is created
//! and before readers see any other status; its output is committed only if no newer input came in the same settle, but
//! for items that are folded into the value by the poll. Only `poll` polls.
//!
//! Must not know: drivers, the settle of a graph, the rules of the states (`state` and `transition` have them).

use super::{
    cancel::CancelToken,
    ready::{ReadyQueue, TaskWaker},
    state::{AsyncState, Change, Discarded, Step},
    status::{CancelReason, Policy},
    transition::Told,
    work::{Flow, OpenRun, Output, Phase, Polled, Start, WorkSlot},
};
use crate::panics::FirstPanic;
use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Waker},
};

/// The work of a resource, which yields a `T` or an `E` through the future or stream in `F`.
pub struct Task<T, E, F> {
    /// The state that readers see.
    pub state: AsyncState<T, E>,
    /// Never locked, only reached through `&mut`: the mutex makes the graph `Sync` even if the work is not.
    run: Mutex<Run<T, E, F>>,
    request: Option<Request>,
    /// The input has changed since the last start.
    invalid: bool,
    /// A run with the present input was started.
    started: bool,
    /// A sleep without work beside it is over: what it has put off is due.
    waited: bool,
    policy: Policy,
    flow: Flow,
    rank: u32,
    waker: TaskWakers,
}

/// The work of a run, and its stage.
struct Run<T, E, F> {
    stage: Stage<T, E>,
    /// The memory of the work, which the next run uses again. It holds no work while no run is in flight.
    slot: Option<F>,
    /// The token of the run, if it has asked for one.
    token: Option<CancelToken>,
}

/// The waker of the task, typed and as a `Waker`; made at the first start.
type TaskWakers = Option<(Arc<TaskWaker>, Waker)>;

enum Stage<T, E> {
    Idle,
    Running,
    /// There is an output, not committed yet. The work is over, unless it is a stream that goes on.
    Polled(Output<T, E>),
}

impl<T, E> Stage<T, E> {
    /// Comes after a stage without an output: nothing is dropped.
    #[inline(always)]
    fn follow(&mut self, next: Self) {
        let before = mem::replace(self, next);
        debug_assert!(!matches!(before, Stage::Polled(_)));
        mem::forget(before);
    }
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
    F: WorkSlot<Value = T, Error = E>,
{
    /// A task that was never started. Its waker puts `rank` into the ready queue.
    pub(crate) fn new(rank: u32, policy: Policy) -> Self {
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
            waited: false,
            policy,
            flow: Flow::default(),
            rank,
            waker: None,
        }
    }

    /// A task whose work waits, in this slot.
    pub(crate) fn timed(rank: u32, policy: Policy, slot: F) -> Self {
        let mut task = Task::new(rank, policy);
        let run = task.run.get_mut();
        run.unwrap_or_else(PoisonError::into_inner).slot = Some(slot);
        task
    }

    /// The first start, while the graph is being built.
    pub(crate) fn begin<S>(&mut self, queue: Option<&Arc<ReadyQueue>>, start: S)
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        self.run(queue, start);
        self.started = true;
        let _ = self.state.start(self.rules(), false); // nothing is replaced
    }

    /// The policy, with the constants that belong to the kind of work.
    #[inline(always)]
    fn rules(&self) -> Policy {
        Policy {
            grows: F::GROWS,
            ..self.policy
        }
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

    /// The token of the work in flight, if the work has asked for one.
    pub(crate) fn token(&mut self) -> Option<&CancelToken> {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let is_running = matches!(run.stage, Stage::Running);
        run.token.as_ref().filter(|_| is_running)
    }

    #[inline(always)]
    pub(crate) fn is_manual(&self) -> bool {
        self.policy.manual
    }

    /// Starts, stops or commits, whichever is due, and returns the change.
    ///
    /// The caller records the change, in `note` or from the result, before it lets a panic go on. `tell` hears the news
    /// about runs, each at the state that it belongs to.
    #[inline(always)]
    pub(crate) fn act<S>(
        &mut self,
        queue: Option<&Arc<ReadyQueue>>,
        start: impl FnOnce() -> Option<S>,
        same: Option<fn(&T, &T) -> bool>,
        note: impl FnOnce(Change),
        mut tell: impl FnMut(Told, &AsyncState<T, E>),
        panics: &mut FirstPanic,
    ) -> Change
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        let before = self.state.status();
        let step = if self.is_due() {
            self.start(queue, start, panics)
        } else if matches!(self.request, Some(Request::Cancel(_))) {
            // The request came before the output of the work could be committed.
            Step::nothing(Discarded::nothing())
        } else {
            self.commit(same, panics)
        };
        tell(step.told, &self.state);
        let mut change = step.change;
        if self.request.is_some() {
            change = change.union(self.cancel(&mut tell, panics));
            if self.state.status() == before {
                change = change.without(Change::STATUS); // started and stopped: the net change counts
            }
        }
        if F::GROWS {
            change = change.union(self.flow.take_change()); // also of a run that was superseded since
        }
        note(change);
        step.discarded.discard_of(F::GROWS, panics);
        change
    }

    /// Carries out the pending request, if it is to cancel the work.
    #[cold]
    fn cancel(
        &mut self,
        tell: &mut impl FnMut(Told, &AsyncState<T, E>),
        panics: &mut FirstPanic,
    ) -> Change {
        let Some(Request::Cancel(reason)) = self.request.take() else {
            return Change::NONE;
        };
        self.stop(&reason, panics);
        let step = self.state.cancel(self.rules(), reason);
        tell(step.told, &self.state);
        step.discarded.discard(panics);
        step.change
    }

    /// Whether a start is due, so that the input is needed.
    pub(crate) fn is_due(&self) -> bool {
        (self.invalid && !self.policy.manual)
            || matches!(self.request, Some(Request::Reload))
            || (F::TIMED && self.waited && self.request.is_none())
    }

    /// Starts a run with the present input.
    fn start<S>(
        &mut self,
        queue: Option<&Arc<ReadyQueue>>,
        start: impl FnOnce() -> Option<S>,
        panics: &mut FirstPanic,
    ) -> Step<T, E>
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        if F::TIMED {
            return self.start_timed(queue, start, panics);
        }
        let moved = mem::take(&mut self.invalid);
        let again = mem::take(&mut self.started) && !moved;
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
            None => self.state.start_failed(self.rules(), moved),
            Some(None) => self.state.no_input(self.rules()),
            Some(Some(())) => {
                self.started = true;
                self.state.start(self.rules(), again)
            }
        }
    }

    #[inline(always)]
    fn run<S>(&mut self, queue: Option<&Arc<ReadyQueue>>, start: S)
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        let Some(queue) = queue else { return };
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        run.token = None;
        start(Start {
            slot: F::inside(&mut run.slot),
            token: &mut run.token,
        }); // user code
        run.stage.follow(Stage::Running);
        if F::STREAMS {
            self.flow.is_open = true;
        }
        let (waker, _) = self.waker.get_or_insert_with(|| {
            let waker = TaskWaker::new(queue, self.rank);
            (waker.clone(), Waker::from(waker))
        });
        waker.start();
        if F::TIMED {
            self.set_phase(Phase::Work, &mut FirstPanic::default()); // there is no sleep
            self.request_sleep();
        }
    }

    /// Makes the output of the work the state.
    fn commit(&mut self, same: Option<fn(&T, &T) -> bool>, panics: &mut FirstPanic) -> Step<T, E> {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        if matches!(run.stage, Stage::Idle | Stage::Running) {
            return Step::nothing(Discarded::nothing());
        }
        let goes_on = F::STREAMS && self.flow.is_open;
        let next = if goes_on { Stage::Running } else { Stage::Idle };
        let Stage::Polled(output) = mem::replace(&mut run.stage, next) else {
            return Step::nothing(Discarded::nothing());
        };
        match output {
            output if F::TIMED => self.commit_timed(output, goes_on, same, panics),
            Output::Done(Ok(value)) => self.answer(value, goes_on, same, panics),
            Output::Done(Err(error)) => self.state.fail(self.rules(), error),
            output if F::STREAMS => self.commit_stream(output, same, panics),
            _ => self.state.panicked(self.rules()),
        }
    }

    /// Makes the output of a stream the state.
    fn commit_stream(
        &mut self,
        output: Output<T, E>,
        same: Option<fn(&T, &T) -> bool>,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        match output {
            Output::Grown => self.state.grown(self.rules()),
            Output::Ended => self.state.end(self.rules()),
            Output::Broken(broken) => self.commit_broken(*broken, same, panics),
            _ => self.state.panicked(self.rules()),
        }
    }

    /// Makes an item the state, and then the error or panic that came after it in the same poll.
    #[cold]
    fn commit_broken(
        &mut self,
        (item, error): (T, Option<E>),
        same: Option<fn(&T, &T) -> bool>,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        let item = self.answer(item, true, same, panics);
        let mut end = match error {
            Some(error) if F::TIMED => {
                self.reset_budget();
                self.fail_timed(error, panics)
            }
            Some(error) => self.state.fail(self.rules(), error),
            None => {
                if F::TIMED {
                    self.set_phase(Phase::Rest, panics);
                }
                self.state.panicked(self.rules())
            }
        };
        item.discarded.discard(panics);
        if end.told == Told::Nothing {
            end.told = item.told; // the rule has panicked, which was the end
        }
        end.change = end.change.union(item.change);
        end
    }

    /// Makes `value` the state, unless the resource's own rule calls it equal to the previous one.
    #[inline(always)]
    fn answer(
        &mut self,
        value: T,
        goes_on: bool,
        same: Option<fn(&T, &T) -> bool>,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        match same {
            None => self.put(value, goes_on, false),
            Some(same) => self.answer_by_rule(value, goes_on, same, panics),
        }
    }

    /// The same with a rule. The rule may panic, and so may the drop of the value: each panic is caught on its own.
    fn answer_by_rule(
        &mut self,
        value: T,
        goes_on: bool,
        same: fn(&T, &T) -> bool,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        if let Some(is_same) = self.is_same(&value, same, panics) {
            return self.put(value, goes_on, is_same);
        }
        self.stop(&CancelReason::Panicked, panics);
        panics.discard(value); // user code
        self.state.panicked(self.rules())
    }

    /// Makes `value`, or one that is the `same`, the state.
    #[inline(always)]
    fn put(&mut self, value: T, goes_on: bool, same: bool) -> Step<T, E> {
        if F::STREAMS && goes_on {
            self.state.answer(self.rules(), value, same)
        } else {
            self.state.succeed(self.rules(), value, same)
        }
    }

    /// Whether the resource's own rule calls `value` equal to the present one. `None`: it has panicked.
    fn is_same(
        &self,
        value: &T,
        same: fn(&T, &T) -> bool,
        panics: &mut FirstPanic,
    ) -> Option<bool> {
        match self.state.value() {
            Some(old) => panics.catch(|| same(old, value)), // user code
            None => Some(false),
        }
    }

    /// Drops the work, if there is some, and its output.
    #[inline(always)]
    fn stop(&mut self, reason: &CancelReason, panics: &mut FirstPanic) {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let stage = mem::replace(&mut run.stage, Stage::Idle);
        if matches!(stage, Stage::Running) {
            run.end(&self.waker, &mut self.flow, Some(reason), panics);
        } else {
            if F::STREAMS && self.flow.is_open {
                run.end(&self.waker, &mut self.flow, Some(reason), panics);
            }
            panics.discard(stage); // user code
        }
        if F::TIMED {
            self.waited = false;
            self.set_phase(Phase::Rest, panics);
        }
    }

    /// A start is due, but the input depends on a failed node.
    pub(crate) fn start_failed(
        &mut self,
        mut tell: impl FnMut(Told, &AsyncState<T, E>),
        panics: &mut FirstPanic,
    ) -> (Change, Discarded<T, E>) {
        let moved = mem::take(&mut self.invalid);
        self.started = false;
        self.request = None;
        self.stop(&CancelReason::Panicked, panics);
        let mut step = self.state.start_failed(self.rules(), moved);
        tell(step.told, &self.state);
        if F::GROWS {
            step.change = step.change.union(self.flow.take_change());
        }
        (step.change, step.discarded)
    }

    /// Polls the work; true if there is an output to commit.
    pub(crate) fn poll(&mut self, collect: &mut F::Collect, panics: &mut FirstPanic) -> bool {
        let Some((task, waker)) = &self.waker else {
            return false;
        };
        task.begin_poll();
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (Stage::Running, Some(slot)) = (&run.stage, &mut run.slot) else {
            return false;
        };
        let open = OpenRun {
            state: &mut self.state,
            flow: &mut self.flow,
            collect,
        };
        match slot.poll_work(&mut Context::from_waker(waker), open, panics) {
            Polled::Pending => return false,
            Polled::Over(output) => {
                run.stage.follow(Stage::Polled(output));
                run.end(&self.waker, &mut self.flow, None, panics);
            }
            Polled::Late if F::TIMED => {
                let reason = CancelReason::TimedOut(slot.timeout());
                run.stage.follow(Stage::Polled(Output::TimedOut));
                run.end(&self.waker, &mut self.flow, Some(&reason), panics);
            }
            Polled::Waited | Polled::Late => {
                self.waited = true;
                run.stage.follow(Stage::Polled(Output::Waited));
                run.end(&self.waker, &mut self.flow, None, panics);
            }
            Polled::Panicked(output) => {
                run.stage.follow(Stage::Polled(output));
                let reason = Some(&CancelReason::Panicked);
                run.end(&self.waker, &mut self.flow, reason, panics);
            }
            Polled::Open(output) => {
                run.stage.follow(Stage::Polled(output));
                if !F::GROWS && !mem::replace(&mut self.flow.is_quiet, true) {
                    task.set_quiet();
                }
            }
        }
        true
    }
}

/// Work that waits. None of this is compiled for other work.
impl<T, E, F> Task<T, E, F>
where
    F: WorkSlot<Value = T, Error = E>,
{
    fn slot(&mut self) -> Option<&mut F> {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        run.slot.as_mut()
    }

    fn set_phase(&mut self, phase: Phase, panics: &mut FirstPanic) {
        if let Some(slot) = self.slot() {
            slot.set_phase(phase, panics); // user code
        }
    }

    fn reset_budget(&mut self) {
        if let Some(slot) = self.slot() {
            slot.reset_budget();
        }
    }

    /// As `start`: the input has changed, a reload is due, or a sleep is over.
    fn start_timed<S>(
        &mut self,
        queue: Option<&Arc<ReadyQueue>>,
        start: impl FnOnce() -> Option<S>,
        panics: &mut FirstPanic,
    ) -> Step<T, E>
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        let moved = mem::take(&mut self.invalid);
        let again = mem::take(&mut self.started) && !moved;
        let waited = mem::take(&mut self.waited);
        let reload = matches!(self.request, Some(Request::Reload));
        if reload {
            self.request = None;
        }
        let (phase, debounces) = match self.slot() {
            Some(slot) => (slot.phase(), slot.debounces()),
            None => (Phase::Rest, false),
        };
        let waits = moved && !reload && debounces;
        // The run goes on with its next attempt, or with its wait.
        let goes_on = match phase {
            Phase::Quiet => true,
            Phase::BackOff => waited && !moved && !reload,
            _ => false,
        };
        let reason = match again {
            true => &CancelReason::Reloaded,
            false => &CancelReason::SourceChanged,
        };
        self.stop(reason, panics);
        // user code: the arguments
        let Some(start) = panics.catch(start) else {
            return self.state.start_failed(self.rules(), moved);
        };
        let Some(start) = start else {
            return self.state.no_input(self.rules());
        };
        if waits {
            panics.discard(start); // user code: arguments that are computed again
            self.wait(queue, Phase::Quiet, panics);
            return match goes_on {
                true => Step::nothing(Discarded::nothing()), // a burst is one run
                false => self.state.start_waiting(self.rules(), again),
            };
        }
        if panics.catch(|| self.run(queue, start)).is_none() {
            return self.state.start_failed(self.rules(), moved);
        }
        self.started = true;
        if goes_on {
            return self.state.resume(self.rules());
        }
        self.reset_budget();
        self.state.start(self.rules(), again)
    }

    /// Begins to wait. The sleep is made in the next poll.
    fn wait(&mut self, queue: Option<&Arc<ReadyQueue>>, phase: Phase, panics: &mut FirstPanic) {
        if let (None, Some(queue)) = (&self.waker, queue) {
            let waker = TaskWaker::new(queue, self.rank);
            self.waker = Some((waker.clone(), Waker::from(waker)));
        }
        self.set_phase(phase, panics);
        self.await_sleep();
    }

    /// The next poll makes a sleep.
    fn await_sleep(&mut self) {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        run.stage = Stage::Running;
        if let Some((waker, _)) = &self.waker {
            waker.start();
        }
        self.request_sleep();
    }

    /// If a sleep is due, the poll that is at work makes it, or the next one.
    fn request_sleep(&mut self) {
        let is_due = self.slot().is_some_and(|slot| slot.is_due());
        if let (true, Some((waker, _))) = (is_due, &self.waker) {
            waker.request_sleep();
        }
    }

    /// Makes the output of work that waits the state.
    fn commit_timed(
        &mut self,
        output: Output<T, E>,
        goes_on: bool,
        same: Option<fn(&T, &T) -> bool>,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        let step = match output {
            Output::Done(Ok(value)) => self.answer(value, goes_on, same, panics),
            Output::Ended => self.state.end(self.rules()),
            Output::Done(Err(error)) => return self.fail_timed(error, panics),
            Output::Broken(broken) => return self.commit_broken(*broken, same, panics),
            Output::TimedOut => return self.commit_late(panics),
            Output::Grown => return self.state.grown(self.rules()),
            Output::Waited => return Step::nothing(Discarded::nothing()),
            Output::Panicked => {
                self.set_phase(Phase::Rest, panics);
                return self.state.panicked(self.rules());
            }
        };
        self.rest_after(step, false, panics)
    }

    /// The attempt yielded `error`.
    #[cold]
    fn fail_timed(&mut self, error: E, panics: &mut FirstPanic) -> Step<T, E> {
        let slot = self.slot();
        let may_retry = panics.catch(|| slot.is_some_and(|slot| slot.may_retry(Some(&error)))); // user code
        match may_retry {
            Some(true) => {
                self.wait(None, Phase::BackOff, panics);
                self.state.retry(self.rules(), error)
            }
            Some(false) => {
                let step = self.state.fail(self.rules(), error);
                self.rest_after(step, true, panics)
            }
            None => {
                panics.discard(error); // user code
                self.set_phase(Phase::Rest, panics);
                self.state.panicked(self.rules())
            }
        }
    }

    /// The attempt has taken too long.
    #[cold]
    fn commit_late(&mut self, panics: &mut FirstPanic) -> Step<T, E> {
        let slot = self.slot();
        let (after, may_retry) = slot.map_or((Default::default(), false), |slot| {
            (slot.timeout(), slot.may_retry(None))
        });
        if may_retry {
            self.wait(None, Phase::BackOff, panics);
            self.state.retry_late(self.rules(), after)
        } else {
            let step = self.state.time_out(self.rules(), after);
            self.rest_after(step, true, panics)
        }
    }

    /// After the end of a run: a refresh may follow. An item of a stream that goes on gives the run a new budget.
    fn rest_after(
        &mut self,
        step: Step<T, E>,
        failed: bool,
        panics: &mut FirstPanic,
    ) -> Step<T, E> {
        if F::STREAMS && self.flow.is_open {
            self.reset_budget();
            return step;
        }
        self.set_phase(Phase::Rest, panics);
        if step.told != Told::Ended || self.state.cancel_reason() == Some(&CancelReason::Panicked) {
            return step;
        }
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (slot, value) = (run.slot.as_mut(), self.state.value());
        let time = panics.catch(|| slot.and_then(|slot| slot.refresh_after(value, failed))); // user code
        if let Some(time) = time.flatten() {
            if let Some(slot) = self.slot() {
                slot.arm_refresh(time);
            }
            self.flow.is_quiet = true;
            self.await_sleep();
            if let Some((waker, _)) = &self.waker {
                waker.set_quiet(); // nobody waits for it
            }
        }
        step
    }

    /// Makes the sleep that is due.
    pub(crate) fn begin_sleep(&mut self, panics: &mut FirstPanic) {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (Stage::Running, Some(slot), Some((_, waker))) =
            (&run.stage, &mut run.slot, &self.waker)
        {
            if F::TIMED && slot.is_due() {
                slot.begin_sleep(&mut Context::from_waker(waker), panics);
            }
        }
    }
}

impl<T, E, F: WorkSlot> Run<T, E, F> {
    /// Ends the work of the run. Its token is cancelled if there is a `reason`, and the work is dropped.
    #[inline(always)]
    fn end(
        &mut self,
        waker: &TaskWakers,
        flow: &mut Flow,
        reason: Option<&CancelReason>,
        panics: &mut FirstPanic,
    ) {
        if let (Some(token), Some(reason)) = (self.token.take(), reason) {
            panics.catch(|| token.cancel(reason.clone())); // user code: wakers
        }
        if let Some(slot) = &mut self.slot {
            panics.catch(|| slot.drop_work()); // user code
            if slot.is_large() {
                self.slot = None;
            }
        }
        let is_quiet = (F::STREAMS || F::TIMED) && flow.is_quiet;
        if F::STREAMS || F::TIMED {
            flow.end();
        }
        match waker {
            Some((waker, _)) if is_quiet => waker.stop_quiet(),
            Some((waker, _)) => waker.stop(),
            None => {}
        }
    }
}

impl<T, E, F> Drop for Task<T, E, F> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let stage = mem::replace(&mut run.stage, Stage::Idle);
        let running = matches!(stage, Stage::Running) || self.flow.is_open;
        if let (true, Some(token)) = (running, &run.token) {
            panics.catch(|| token.cancel(CancelReason::Disposed)); // user code: wakers
        }
        panics.discard(stage); // user code
        panics.discard(run.slot.take()); // user code
        match &self.waker {
            Some((waker, _)) if running && self.flow.is_quiet => waker.stop_quiet(),
            Some((waker, _)) if running => waker.stop(),
            _ => {}
        }
        self.state.take().discard(&mut panics);
        panics.end_drop();
    }
}
