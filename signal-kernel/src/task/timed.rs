//! Work that waits: a slot for work and a slot for one sleep, both used again.
//!
//! Invariants: a sleep is made in a poll and nowhere else; there is at most one; in phase `Work` there is an attempt,
//! and a sleep beside it only for a time-out; in the other phases there is no attempt.
//!
//! Must not know: the commit of an output, the rules of the states, clocks.

use super::{
    reusable::{MapOutput, ReusableFuture},
    work::{OpenRun, Output, Phase, Polled, WorkSlot},
};
use crate::{panics::FirstPanic, time::Sleeper};
use std::{
    any::Any,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// The output of a sleep counts for nothing.
#[derive(Debug)]
pub struct Discard;

impl<O> MapOutput<O> for Discard {
    type Yield = ();

    fn map(_: O) {}
}

/// The sleep of a graph.
#[doc(hidden)]
pub type SendSleep = Pin<Box<dyn ReusableFuture<(), Discard> + Send>>;

/// The sleep of a graph that stays on its thread.
#[doc(hidden)]
pub type LocalSleep = Pin<Box<dyn ReusableFuture<(), Discard>>>;

/// The memory of a sleep.
pub trait SleepSlot: Unpin + Sized {
    /// The function that makes a sleep.
    type Make;

    /// Makes a sleep.
    fn make(make: &Self::Make, slot: &mut Option<Self>, time: Duration);

    /// Moves the sleep out of `next`, or leaves it there if it has another type.
    fn try_set(&mut self, next: &mut dyn Any);

    /// Drops the sleep.
    fn drop_sleep(&mut self);

    /// Polls the sleep.
    fn poll_sleep(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

impl SleepSlot for SendSleep {
    type Make = SendSleeps;

    fn make(make: &SendSleeps, slot: &mut Option<Self>, time: Duration) {
        make(slot, time); // user code
    }

    fn try_set(&mut self, next: &mut dyn Any) {
        ReusableFuture::try_set(self.as_mut(), next);
    }

    fn drop_sleep(&mut self) {
        ReusableFuture::drop_future(self.as_mut());
    }

    fn poll_sleep(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.as_mut().poll(context)
    }
}

impl SleepSlot for LocalSleep {
    type Make = LocalSleeps;

    fn make(make: &LocalSleeps, slot: &mut Option<Self>, time: Duration) {
        make(slot, time); // user code
    }

    fn try_set(&mut self, next: &mut dyn Any) {
        ReusableFuture::try_set(self.as_mut(), next);
    }

    fn drop_sleep(&mut self) {
        ReusableFuture::drop_future(self.as_mut());
    }

    fn poll_sleep(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.as_mut().poll(context)
    }
}

/// Makes sleeps that are `Send`.
#[doc(hidden)]
pub type SendSleeps = Box<dyn Fn(&mut Option<SendSleep>, Duration) + Send>;

/// Makes sleeps that stay on their thread.
#[doc(hidden)]
pub type LocalSleeps = Box<dyn Fn(&mut Option<LocalSleep>, Duration)>;

/// The sleeps of a `#[sleep(..)]`.
#[doc(hidden)]
pub fn send_sleeps<Z>(sleeper: Z) -> SendSleeps
where
    Z: Sleeper<Sleep: Send> + Send + 'static,
{
    Box::new(move |slot, time| {
        let mut sleep = Some(sleeper.sleep(time)); // user code
        if let Some(slot) = slot {
            slot.try_set(&mut sleep);
        }
        if sleep.is_some() {
            *slot = Some(Box::pin(sleep));
        }
    })
}

/// The sleeps of a `#[sleep(local, ..)]`.
#[doc(hidden)]
pub fn local_sleeps<Z>(sleeper: Z) -> LocalSleeps
where
    Z: Sleeper + 'static,
{
    Box::new(move |slot, time| {
        let mut sleep = Some(sleeper.sleep(time)); // user code
        if let Some(slot) = slot {
            slot.try_set(&mut sleep);
        }
        if sleep.is_some() {
            *slot = Some(Box::pin(sleep));
        }
    })
}

/// The attributes of a resource that wait.
#[doc(hidden)]
pub struct Times<T, E> {
    pub(crate) debounce: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    /// The most attempts after the first, and the first and the longest wait before one.
    pub(crate) retry: (u32, Duration, Duration),
    pub(crate) retry_if: Option<fn(&E) -> bool>,
    pub(crate) refresh: Option<Refresh<T>>,
}

#[doc(hidden)]
#[allow(clippy::new_without_default, reason = "generated code calls it")]
impl<T, E> Times<T, E> {
    pub fn new() -> Self {
        Times {
            debounce: None,
            timeout: None,
            retry: (0, Duration::ZERO, Duration::ZERO),
            retry_if: None,
            refresh: None,
        }
    }

    #[must_use]
    pub fn debounce(self, time: Duration) -> Self {
        Times {
            debounce: Some(time),
            ..self
        }
    }

    #[must_use]
    pub fn timeout(self, time: Duration) -> Self {
        Times {
            timeout: Some(time),
            ..self
        }
    }

    #[must_use]
    pub fn retry(self, times: u32, first: Duration, most: Duration) -> Self {
        Times {
            retry: (times, first, most),
            ..self
        }
    }

    #[must_use]
    pub fn retry_if(self, retry_if: fn(&E) -> bool) -> Self {
        Times {
            retry_if: Some(retry_if),
            ..self
        }
    }

    #[must_use]
    pub fn refresh<M>(self, refresh: impl IntoRefresh<T, M>) -> Self {
        Times {
            refresh: Some(refresh.into_refresh()),
            ..self
        }
    }

    /// The wait before the next attempt, after this number of failed ones.
    fn back_off(&self, spent: u32) -> Duration {
        let (_, first, most) = self.retry;
        let factor = 1_u32.checked_shl(spent.saturating_sub(1));
        factor
            .and_then(|factor| first.checked_mul(factor))
            .map_or(most, |wait| wait.min(most))
    }
}

/// The time after a run until a reload.
#[doc(hidden)]
pub enum Refresh<T> {
    Every(Duration),
    /// It depends on the value. `None`: never.
    By(Box<dyn Fn(&T) -> Option<Duration> + Send>),
}

/// The argument of `#[refresh(..)]`: a `Duration`, or a function of the value. `M` tells them apart.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`refresh` takes a `Duration`, or a function of the value",
    label = "expected a `const Duration` or a `fn(&T) -> Option<Duration>`",
    note = "SK042"
)]
pub trait IntoRefresh<T, M> {
    /// The rule.
    fn into_refresh(self) -> Refresh<T>;
}

/// The marker of a `Duration`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fixed;

/// The marker of a function.
#[doc(hidden)]
#[derive(Debug)]
pub struct Computed;

impl<T> IntoRefresh<T, Fixed> for Duration {
    fn into_refresh(self) -> Refresh<T> {
        Refresh::Every(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, F> IntoRefresh<T, Computed> for F
where
    F: Fn(&T) -> Option<Duration> + Send + 'static,
{
    fn into_refresh(self) -> Refresh<T> {
        Refresh::By(Box::new(self))
    }
}

/// The stage of the sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There is none.
    Off,
    /// The next poll makes it.
    Due(Duration),
    On,
    /// It is over, which the next poll tells.
    Over,
    /// It has panicked, which the next poll tells.
    Panicked,
}

/// Work of the slot `F` that waits for sleeps of the slot `S`.
pub struct Timed<T, E, F, S: SleepSlot> {
    work: Option<F>,
    sleep: Option<S>,
    make: S::Make,
    times: Times<T, E>,
    timer: Timer,
}

/// The phase of the work, and the stage of the sleep.
#[derive(Debug)]
struct Timer {
    phase: Phase,
    stage: Stage,
    /// The failed attempts of this run.
    spent: u32,
}

impl<T, E, F, S> Timed<T, E, F, S>
where
    F: WorkSlot<Value = T, Error = E>,
    S: SleepSlot,
{
    /// Work that was never started.
    pub fn new(make: S::Make, times: Times<T, E>) -> Self {
        Timed {
            work: None,
            sleep: None,
            make,
            times,
            timer: Timer {
                phase: Phase::Rest,
                stage: Stage::Off,
                spent: 0,
            },
        }
    }

    fn drop_sleep(&mut self, panics: &mut FirstPanic) {
        let stage = std::mem::replace(&mut self.timer.stage, Stage::Off);
        if let (Stage::On, Some(sleep)) = (stage, &mut self.sleep) {
            panics.catch(|| sleep.drop_sleep()); // user code
        }
    }

    /// Makes the sleep if it is due, and polls it. `None`: it goes on.
    fn poll_sleep(
        &mut self,
        context: &mut Context<'_>,
        panics: &mut FirstPanic,
    ) -> Option<Polled<T, E>> {
        if let Stage::Due(time) = self.timer.stage {
            self.timer.stage = Stage::On;
            let (make, sleep) = (&self.make, &mut self.sleep);
            // user code
            if panics.catch(|| S::make(make, sleep, time)).is_none() {
                self.timer.stage = Stage::Panicked;
            }
        }
        if let (Stage::On, Some(sleep)) = (self.timer.stage, &mut self.sleep) {
            // user code
            self.timer.stage = match panics.catch(|| sleep.poll_sleep(context)) {
                Some(Poll::Pending) => Stage::On,
                Some(Poll::Ready(())) => Stage::Over,
                None => Stage::Panicked,
            };
            if self.timer.stage != Stage::On {
                panics.catch(|| sleep.drop_sleep()); // user code
            }
        }
        match self.timer.stage {
            Stage::Off | Stage::Due(_) | Stage::On => None,
            Stage::Over if self.timer.phase == Phase::Work => Some(Polled::Late),
            Stage::Over => Some(Polled::Waited),
            Stage::Panicked => Some(Polled::Panicked(Output::Panicked)),
        }
    }
}

impl<T, E, F, S> WorkSlot for Timed<T, E, F, S>
where
    F: WorkSlot<Value = T, Error = E>,
    S: SleepSlot,
{
    type Value = T;
    type Error = E;
    type Collect = F::Collect;
    type Inside = F;

    const STREAMS: bool = F::STREAMS;
    const GROWS: bool = F::GROWS;
    const TIMED: bool = true;

    fn inside(slot: &mut Option<Self>) -> &mut Option<F> {
        &mut slot.as_mut().expect("it was made with its task").work
    }

    fn try_set(&mut self, _: &mut dyn Any) {
        unreachable!("a start fills the slot inside")
    }

    fn drop_work(&mut self) {
        let mut panics = FirstPanic::default();
        self.drop_sleep(&mut panics);
        if let Some(work) = &mut self.work {
            panics.catch(|| work.drop_work()); // user code
            if work.is_large() {
                self.work = None;
            }
        }
        panics.resume();
    }

    fn is_large(&self) -> bool {
        false
    }

    fn poll_work(
        &mut self,
        context: &mut Context<'_>,
        run: OpenRun<'_, T, E, F::Collect>,
        panics: &mut FirstPanic,
    ) -> Polled<T, E> {
        // The work first: an answer that is there in time is in time.
        let mut polled = Polled::Pending;
        if let (Phase::Work, Some(work)) = (self.timer.phase, &mut self.work) {
            polled = work.poll_work(context, run, panics);
        }
        match polled {
            Polled::Pending => self.poll_sleep(context, panics).unwrap_or(Polled::Pending),
            Polled::Open(output) => {
                // The longest silence of a stream begins anew.
                self.drop_sleep(panics);
                self.arm_timeout();
                self.begin_sleep(context, panics);
                Polled::Open(output)
            }
            over => over,
        }
    }

    fn phase(&self) -> Phase {
        self.timer.phase
    }

    fn set_phase(&mut self, phase: Phase, panics: &mut FirstPanic) {
        self.drop_sleep(panics);
        self.timer.phase = phase;
        match phase {
            Phase::Rest => {}
            Phase::Quiet => {
                self.timer.spent = 0;
                self.timer.stage = self.times.debounce.map_or(Stage::Off, Stage::Due);
            }
            Phase::Work => self.arm_timeout(),
            Phase::BackOff => {
                self.timer.spent += 1;
                self.timer.stage = Stage::Due(self.times.back_off(self.timer.spent));
            }
            Phase::Refresh => {}
        }
    }

    fn reset_budget(&mut self) {
        self.timer.spent = 0;
    }

    fn debounces(&self) -> bool {
        self.times.debounce.is_some()
    }

    fn timeout(&self) -> Duration {
        self.times.timeout.unwrap_or_default()
    }

    fn may_retry(&self, error: Option<&E>) -> bool {
        self.timer.spent < self.times.retry.0
            && match (error, self.times.retry_if) {
                (Some(error), Some(retry_if)) => retry_if(error), // user code
                _ => true,
            }
    }

    fn refresh_after(&self, value: Option<&T>, failed: bool) -> Option<Duration> {
        const LEAST: Duration = Duration::from_secs(1);
        const AFTER_FAILURE: Duration = Duration::from_secs(60);
        let (times, least, most) = self.times.retry;
        match self.times.refresh.as_ref()? {
            Refresh::Every(time) => Some(*time),
            Refresh::By(_) if failed => Some(if times > 0 { most } else { AFTER_FAILURE }),
            Refresh::By(by) => {
                let least = if times > 0 { least } else { LEAST };
                by(value?).map(|time| time.max(least)) // user code
            }
        }
    }

    fn arm_refresh(&mut self, time: Duration) {
        self.timer.phase = Phase::Refresh;
        self.timer.stage = Stage::Due(time);
    }

    fn is_due(&self) -> bool {
        matches!(self.timer.stage, Stage::Due(_))
    }

    fn begin_sleep(&mut self, context: &mut Context<'_>, panics: &mut FirstPanic) {
        if self.poll_sleep(context, panics).is_some() {
            panics.catch(|| context.waker().wake_by_ref()); // user code: the next poll tells
        }
    }
}

impl<T, E, F, S> Timed<T, E, F, S>
where
    S: SleepSlot,
{
    fn arm_timeout(&mut self) {
        self.timer.stage = self.times.timeout.map_or(Stage::Off, Stage::Due);
    }
}

/// The value and the error of the attributes are not pinned.
impl<T, E, F, S: SleepSlot> Unpin for Timed<T, E, F, S> {}
