//! The state of asynchronous work: its status, its values, its failure, its token, and the reason of a cancel.
//!
//! Invariants: an error is shown in status `Error` only, a reason in `Cancelled` only; there is no value in `Idle`, and
//! one value in `Success`. A transition runs no user code: it returns the values that it replaces, and the caller drops
//! them once everything is consistent.
//!
//! Must not know: the rules (`transition` has them), futures, wakers, tasks, observers.

use super::status::{AsyncStatus, CancelReason, Policy};
use super::transition::{self, Event, Part, Told, Values};
use crate::panics::FirstPanic;
use std::{mem, time::Duration};

/// The state of asynchronous work.
///
/// [A page](crate::async_state) shows what each status and each accessor tells.
///
/// The state is plain data: compare it, clone it, print it, match on it. Only the graph that owns the state changes it.
/// Status, value and error change together, so no observer sees one without the others. Bodies see a `resource` of
/// [`reactive!`](crate::reactive) as this type; the handles of [the functions](crate::functions) have a method for each
/// part.
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncState, AsyncStatus};
///
/// fn line(user: &AsyncState<String, std::io::Error>) -> String {
///     match (user.status(), user.value()) {
///         (AsyncStatus::Error, _) => format!("failed: {}", user.error().unwrap()),
///         (AsyncStatus::Pending, Some(name)) => format!("{name} (refreshing)"),
///         (_, Some(name)) => name.clone(),
///         (status, None) => status.to_string(),
///     }
/// }
///
/// assert_eq!(line(&AsyncState::default()), "idle");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsyncState<T, E> {
    status: AsyncStatus,
    value: Option<T>,
    /// The last whole answer, while `value` is not whole: a fold grows it, or was interrupted.
    behind: Option<Box<Behind<T>>>,
    /// The error of the newest attempt that has failed, in any status.
    error: Option<E>,
    failures: u32,
    /// The newest attempt that has failed took longer than this.
    timed_out: Option<Box<Duration>>,
    /// The run waits for a sleep.
    waits: bool,
    token: u64,
    cancel_reason: Option<CancelReason>,
    reloading: bool,
    /// The value, if there is one, belongs to the present input.
    answers: bool,
}

/// A whole answer behind a value that is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Behind<T> {
    stable: Option<T>,
    /// The answer, if there is one, belongs to the present input.
    answers: bool,
}

/// Why an attempt has failed: see [`AsyncState::last_failure`].
///
/// # Examples
///
/// See [`AsyncState::last_failure`].
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure<'a, E> {
    /// The work yielded this error.
    Error(&'a E),
    /// The work took longer than this time.
    TimedOut(Duration),
}

impl<E> Clone for Failure<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Failure<'_, E> {}

/// Nothing was started yet.
impl<T, E> Default for AsyncState<T, E> {
    fn default() -> Self {
        AsyncState {
            status: AsyncStatus::Idle,
            value: None,
            behind: None,
            error: None,
            failures: 0,
            timed_out: None,
            waits: false,
            token: 0,
            cancel_reason: None,
            reloading: false,
            answers: false,
        }
    }
}

impl<T, E> AsyncState<T, E> {
    /// The status of the work.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{AsyncState, AsyncStatus};
    ///
    /// assert_eq!(AsyncState::<u32, String>::default().status(), AsyncStatus::Idle);
    /// ```
    pub fn status(&self) -> AsyncStatus {
        self.status
    }

    /// The value of the last run that succeeded, the last item of a stream, or the value that a fold makes of the items
    /// so far.
    ///
    /// The value stays through an error and a cancel, and with the default `keep_previous` through a reload and a
    /// change of input too. After a change of input the value still belongs to the previous input, and
    /// [`is_current`](Self::is_current) is false. `#[on_cancel]` and `#[on_error]` decide about the value of a fold that
    /// is interrupted.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// fn length(user: &AsyncState<String, String>) -> usize {
    ///     user.value().map_or(0, String::len)
    /// }
    ///
    /// assert_eq!(length(&AsyncState::default()), 0);
    /// ```
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The last whole answer: the value of the last run that succeeded, or the last item of a stream without a fold.
    ///
    /// It differs from [`value`](Self::value) only in a resource with a `fold`: while items come in, and where a policy
    /// has kept the value of an interrupted run. A body that uses only the stable value does not run for items.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// /// Answers that can be stored: those that have come to their end.
    /// fn to_store(answer: &AsyncState<String, String>) -> Option<&String> {
    ///     answer.stable()
    /// }
    ///
    /// assert_eq!(to_store(&AsyncState::default()), None);
    /// ```
    pub fn stable(&self) -> Option<&T> {
        match &self.behind {
            None => self.value.as_ref(),
            Some(behind) => behind.stable.as_ref(),
        }
    }

    /// The error of the last work to run; `None` in every status but [`AsyncStatus::Error`].
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// fn worth_a_retry(user: &AsyncState<String, std::io::Error>) -> bool {
    ///     user.error().is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
    /// }
    ///
    /// assert!(!worth_a_retry(&AsyncState::default()));
    /// ```
    pub fn error(&self) -> Option<&E> {
        match self.status {
            AsyncStatus::Error => self.error.as_ref(),
            _ => None,
        }
    }

    /// The number of attempts that have failed since the last success or the last new input. A reload does not reset
    /// it; an item of a stream without a fold does.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// fn is_down(feed: &AsyncState<f64, std::io::Error>) -> bool {
    ///     feed.failures() >= 3
    /// }
    ///
    /// assert!(!is_down(&AsyncState::default()));
    /// ```
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Why the newest attempt has failed, if one has failed since the last success or the last new input.
    ///
    /// In status [`AsyncStatus::Error`] it is the [`error`](Self::error). It stays through a reload and a cancel.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{AsyncState, Failure};
    ///
    /// fn hint(user: &AsyncState<String, std::io::Error>) -> String {
    ///     match user.last_failure() {
    ///         Some(Failure::Error(error)) if user.is_pending() => format!("again, after {error}"),
    ///         Some(_) => "failed".to_owned(),
    ///         None => String::new(),
    ///     }
    /// }
    ///
    /// assert_eq!(hint(&AsyncState::default()), "");
    /// ```
    pub fn last_failure(&self) -> Option<Failure<'_, E>> {
        match &self.timed_out {
            Some(after) => Some(Failure::TimedOut(**after)),
            None => self.error.as_ref().map(Failure::Error),
        }
    }

    /// The number of starts so far. Each start has a token of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// assert_eq!(AsyncState::<u32, String>::default().token(), 0);
    /// ```
    pub fn token(&self) -> u64 {
        self.token
    }

    /// Why the work was stopped; `None` in every status but [`AsyncStatus::Cancelled`].
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{AsyncState, CancelReason};
    ///
    /// fn crashed(user: &AsyncState<String, String>) -> bool {
    ///     user.cancel_reason() == Some(&CancelReason::Panicked)
    /// }
    ///
    /// assert!(!crashed(&AsyncState::default()));
    /// ```
    pub fn cancel_reason(&self) -> Option<&CancelReason> {
        self.cancel_reason.as_ref()
    }

    /// Whether the work is in flight, and has yielded nothing yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// assert!(!AsyncState::<u32, String>::default().is_pending());
    /// ```
    pub fn is_pending(&self) -> bool {
        self.status == AsyncStatus::Pending
    }

    /// Whether the run waits for a sleep: until its input is quiet, or until its next attempt.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// fn hint(user: &AsyncState<String, String>) -> &'static str {
    ///     match (user.is_waiting(), user.failures()) {
    ///         (true, 0) => "",
    ///         (true, _) => "trying again soon",
    ///         (false, _) => "asking",
    ///     }
    /// }
    ///
    /// assert_eq!(hint(&AsyncState::default()), "asking");
    /// ```
    pub fn is_waiting(&self) -> bool {
        self.waits
    }

    /// Whether the work in flight is a reload, a run with the input of the run before, and has yielded nothing yet.
    ///
    /// A view that has a value to show need not show such a run. If the input has changed since the last start (of a
    /// `#[manual]` resource, or in the same batch), `reload` starts a run with the new input, which is no reload here.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::AsyncState;
    ///
    /// fn shows_spinner(user: &AsyncState<String, String>) -> bool {
    ///     user.is_pending() && !user.is_reloading()
    /// }
    ///
    /// assert!(!shows_spinner(&AsyncState::default()));
    /// ```
    pub fn is_reloading(&self) -> bool {
        self.reloading
    }

    /// Whether there is a value, and it belongs to the present input.
    ///
    /// The result is false from a change of the input until a run with the new input succeeds, through errors and
    /// cancels too. A reload with the same input does not change the result, however the reload ends, unless it clears
    /// the value. The present input of a `#[manual]` resource is that of its last start.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{reactive, resource};
    ///
    /// #[resource(infallible)]
    /// async fn name(id: u32) -> String {
    ///     format!("user {id}")
    /// }
    ///
    /// reactive! {
    ///     struct Page {
    ///         signal id: u32 = 1;
    ///         resource user = name(id);
    ///         /// Grey while it is the name of somebody else.
    ///         computed title: (String, bool) =
    ///             (user.value().cloned().unwrap_or_default(), user.is_current());
    ///     }
    /// }
    ///
    /// let mut page = Page::new();
    /// futures::executor::block_on(page.settled());
    /// assert_eq!(*page.title(), ("user 1".to_owned(), true));
    /// page.reload_user();
    /// assert_eq!(*page.title(), ("user 1".to_owned(), true));
    /// page.set_id(2);
    /// assert_eq!(*page.title(), ("user 1".to_owned(), false));
    /// ```
    pub fn is_current(&self) -> bool {
        self.answers && self.value.is_some()
    }
}

/// The transitions. The caller has dropped the outdated work before, and drops the replaced values once everything is
/// consistent.
impl<T, E> AsyncState<T, E> {
    /// Work is started; `again` if its input is that of the last start.
    #[inline(always)]
    pub(crate) fn start(&mut self, policy: Policy, again: bool) -> Step<T, E> {
        let waits = false;
        self.apply(
            policy,
            Event::Started { again, waits },
            Discarded::nothing(),
        )
    }

    /// A run begins that waits until its input is quiet.
    pub(crate) fn start_waiting(&mut self, policy: Policy, again: bool) -> Step<T, E> {
        let waits = true;
        self.apply(
            policy,
            Event::Started { again, waits },
            Discarded::nothing(),
        )
    }

    /// The wait of the run is over.
    pub(crate) fn resume(&mut self, policy: Policy) -> Step<T, E> {
        let reloading = self.reloading;
        self.apply(policy, Event::Resumed { reloading }, Discarded::nothing())
    }

    /// The work yielded `error`, and the next attempt waits.
    pub(crate) fn retry(&mut self, policy: Policy, error: E) -> Step<T, E> {
        let event = Event::Retried {
            timed_out: None,
            reloading: self.reloading,
        };
        let brought = Discarded {
            error: Some(error),
            ..Discarded::nothing()
        };
        self.apply(policy, event, brought)
    }

    /// The work took too long, and the next attempt waits.
    pub(crate) fn retry_late(&mut self, policy: Policy, after: Duration) -> Step<T, E> {
        let event = Event::Retried {
            timed_out: Some(after),
            reloading: self.reloading,
        };
        self.apply(policy, event, Discarded::nothing())
    }

    /// The work took too long.
    pub(crate) fn time_out(&mut self, policy: Policy, after: Duration) -> Step<T, E> {
        self.apply(policy, Event::TimedOut(after), Discarded::nothing())
    }

    /// The work yielded `value`, which is returned if no run is open. If the resource's own rule calls the value the
    /// `same` as the present one, the new value is returned, and the value counts as unchanged.
    #[inline(always)]
    pub(crate) fn succeed(&mut self, policy: Policy, value: T, same: bool) -> Step<T, E> {
        self.apply(policy, Event::Succeeded { same }, Discarded::value(value))
    }

    /// The stream yielded `value`, and goes on.
    #[inline(always)]
    pub(crate) fn answer(&mut self, policy: Policy, value: T, same: bool) -> Step<T, E> {
        self.apply(policy, Event::Answered { same }, Discarded::value(value))
    }

    /// The stream yielded items, which are in the value, and goes on.
    #[inline(always)]
    pub(crate) fn grown(&mut self, policy: Policy) -> Step<T, E> {
        self.apply(policy, Event::Grown, Discarded::nothing())
    }

    /// The stream came to its end.
    #[inline(always)]
    pub(crate) fn end(&mut self, policy: Policy) -> Step<T, E> {
        self.apply(policy, Event::Ended, Discarded::nothing())
    }

    /// The work yielded `error`, which is returned if no run is open.
    #[inline(always)]
    pub(crate) fn fail(&mut self, policy: Policy, error: E) -> Step<T, E> {
        let brought = Discarded {
            error: Some(error),
            ..Discarded::nothing()
        };
        self.apply(policy, Event::Failed, brought)
    }

    /// The work was asked to stop.
    #[inline(always)]
    pub(crate) fn cancel(&mut self, policy: Policy, reason: CancelReason) -> Step<T, E> {
        self.apply(policy, Event::Cancelled(reason), Discarded::nothing())
    }

    /// The work panicked.
    #[inline(always)]
    pub(crate) fn panicked(&mut self, policy: Policy) -> Step<T, E> {
        self.apply(policy, Event::Panicked, Discarded::nothing())
    }

    /// The arguments of the work panicked, or depend on a node that failed; `moved` if the input has changed since
    /// the last start.
    #[inline(always)]
    pub(crate) fn start_failed(&mut self, policy: Policy, moved: bool) -> Step<T, E> {
        let was_current = self.is_current();
        let failed = Event::StartFailed { moved };
        let mut step = self.apply(policy, failed, Discarded::nothing());
        if self.is_current() != was_current {
            step.change = step.change.union(Change::TRANSITION);
        }
        step
    }

    /// An argument of the work is `None`.
    #[inline(always)]
    pub(crate) fn no_input(&mut self, policy: Policy) -> Step<T, E> {
        self.apply(policy, Event::NoInput, Discarded::nothing())
    }

    /// Whether a run goes on.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, AsyncStatus::Pending | AsyncStatus::Streaming)
    }

    /// Takes out a value that is not whole.
    pub(crate) fn take_partial(&mut self) -> Option<T> {
        self.behind.as_ref()?;
        self.value.take()
    }

    /// Puts it back, or another one.
    pub(crate) fn put_partial(&mut self, value: Option<T>) {
        self.value = value;
    }

    /// The place of the value, for a fold whose run has put it there.
    pub(crate) fn growing(&mut self) -> &mut Option<T> {
        &mut self.value
    }

    /// The first items of an attempt have made `value`. The last whole answer stays behind it; the value of an earlier
    /// attempt, which was not whole, is returned.
    pub(crate) fn grow(&mut self, value: T) -> Discarded<T, E> {
        let before = self.value.replace(value);
        let answers = mem::replace(&mut self.answers, true);
        let mut old = Discarded::nothing();
        if self.behind.is_some() {
            old.value = before;
        } else {
            let stable = before;
            self.behind = Some(Box::new(Behind { stable, answers }));
        }
        old
    }

    /// The value is torn: the last whole answer takes its place.
    pub(crate) fn tear(&mut self) -> Discarded<T, E> {
        let mut old = Discarded::nothing();
        let _ = self.roll_back(&mut old); // the poll notes the change
        old
    }

    fn roll_back(&mut self, brought: &mut Discarded<T, E>) -> Change {
        let Some(mut behind) = self.behind.take() else {
            return Change::NONE;
        };
        brought.value = mem::replace(&mut self.value, behind.stable.take());
        self.answers = behind.answers;
        Change::VALUE
    }

    /// Becomes equal to `other`; `change` has the parts that differ.
    pub(crate) fn catch_up(&mut self, other: &Self, change: Change) -> Discarded<T, E>
    where
        T: Clone,
        E: Clone,
    {
        let mut old = Discarded::nothing();
        if change.contains(Change::VALUE) {
            old.value = mem::replace(&mut self.value, other.value.clone());
        }
        if change.contains(Change::STABLE) || self.behind.is_some() != other.behind.is_some() {
            old.behind = mem::replace(&mut self.behind, other.behind.clone());
        }
        if change.contains(Change::ERROR) {
            old.error = mem::replace(&mut self.error, other.error.clone());
            self.timed_out.clone_from(&other.timed_out);
        }
        (self.status, self.token) = (other.status, other.token);
        (self.reloading, self.answers) = (other.reloading, other.answers);
        self.failures = other.failures;
        self.waits = other.waits;
        if let (Some(behind), Some(other)) = (&mut self.behind, &other.behind) {
            behind.answers = other.answers;
        }
        if self.cancel_reason != other.cancel_reason {
            self.cancel_reason.clone_from(&other.cancel_reason);
        }
        old
    }

    /// Takes out the user's values, for the end.
    pub(crate) fn take(&mut self) -> Discarded<T, E> {
        Discarded {
            value: self.value.take(),
            behind: self.behind.take(),
            error: self.error.take(),
        }
    }

    /// Applies the table; for a known event, the compiler finds the row. `brought` is the value or the error of the
    /// event; the result has the ones that were replaced.
    #[inline(always)]
    fn apply(&mut self, policy: Policy, event: Event, mut brought: Discarded<T, E>) -> Step<T, E> {
        let Some(next) = transition::step(policy, self.status, event) else {
            return Step::nothing(brought);
        };
        let values = self.apply_values(policy, next.values, &mut brought);
        let mut change = values.union(self.apply_failure(next.failure, &mut brought));
        if self.status != next.to {
            change = change.union(Change::STATUS);
            if self.status == AsyncStatus::Error {
                change = change.union(Change::ERROR);
            }
        }
        if self.waits != next.waits {
            self.waits = next.waits;
            change = change.union(Change::STATUS);
        }
        // An event that leaves the state as it was is no transition.
        if !change.is_none() || next.next_token || self.cancel_reason != next.reason {
            change = change.union(Change::TRANSITION);
        }
        self.status = next.to;
        self.token += u64::from(next.next_token);
        self.cancel_reason = next.reason;
        self.reloading = next.reloading;
        if let Some(answers) = next.answers {
            self.answers = answers;
            if let Some(behind) = self.behind.as_mut().filter(|_| policy.grows) {
                behind.answers = answers;
            }
        }
        Step {
            change,
            told: next.told,
            discarded: brought,
        }
    }

    /// Leaves in `brought` the values that are to be dropped.
    #[inline(always)]
    fn apply_values(
        &mut self,
        policy: Policy,
        values: Values,
        brought: &mut Discarded<T, E>,
    ) -> Change {
        const BOTH: Change = Change::VALUE.union(Change::STABLE);
        if policy.grows && self.behind.is_some() {
            return self.apply_two_values(values, brought);
        }
        match values {
            Values::Keep | Values::Complete | Values::Rollback => Change::NONE,
            Values::Clear => {
                brought.value = self.value.take();
                match brought.value {
                    Some(_) => BOTH,
                    None => Change::NONE,
                }
            }
            Values::Replace => {
                mem::swap(&mut self.value, &mut brought.value);
                BOTH.union(Change::NEW_VALUE).union(Change::NEW_STABLE)
            }
        }
    }

    /// As `apply_values`, of a value that is not whole.
    #[cold]
    fn apply_two_values(&mut self, values: Values, brought: &mut Discarded<T, E>) -> Change {
        match values {
            Values::Keep => Change::NONE,
            Values::Clear | Values::Replace => {
                let had_stable = self.stable().is_some();
                brought.value = mem::replace(&mut self.value, brought.value.take());
                brought.behind = self.behind.take();
                if had_stable {
                    Change::VALUE.union(Change::STABLE)
                } else {
                    Change::VALUE
                }
            }
            Values::Complete => {
                brought.behind = self.behind.take();
                Change::STABLE.union(Change::NEW_STABLE)
            }
            Values::Rollback => self.roll_back(brought),
        }
    }

    /// Leaves in `brought` the error that is to be dropped.
    #[inline(always)]
    fn apply_failure(&mut self, failure: Part, brought: &mut Discarded<T, E>) -> Change {
        match failure {
            Part::Keep => Change::NONE,
            Part::Clear if self.failures == 0 => Change::NONE, // nor is there an error
            Part::Clear => {
                self.failures = 0;
                brought.error = self.error.take();
                self.timed_out = None;
                Change::ERROR
            }
            Part::Replace => {
                mem::swap(&mut self.error, &mut brought.error);
                self.timed_out = None;
                self.failures = self.failures.saturating_add(1);
                Change::ERROR.union(Change::NEW_ERROR)
            }
            Part::TimedOut(after) => {
                brought.error = self.error.take();
                self.timed_out = Some(Box::new(after));
                self.failures = self.failures.saturating_add(1);
                Change::ERROR
            }
        }
    }
}

/// The outcome of an event.
#[derive(Debug)]
#[must_use]
pub(crate) struct Step<T, E> {
    /// The parts that have changed.
    pub(crate) change: Change,
    pub(crate) told: Told,
    /// The values that were replaced.
    pub(crate) discarded: Discarded<T, E>,
}

impl<T, E> Step<T, E> {
    /// Nothing has changed; the values of the event are returned.
    pub(crate) fn nothing(discarded: Discarded<T, E>) -> Self {
        Step {
            change: Change::NONE,
            told: Told::Nothing,
            discarded,
        }
    }
}

/// Values and an error that were replaced. Dropping them is user code and may panic, so the caller does it once
/// everything is consistent.
#[derive(Debug, PartialEq)]
#[must_use = "dropping this runs user code: choose the moment"]
pub(crate) struct Discarded<T, E> {
    pub(crate) value: Option<T>,
    behind: Option<Box<Behind<T>>>,
    pub(crate) error: Option<E>,
}

impl<T, E> Discarded<T, E> {
    /// Drops the values and the error, one after the other.
    #[inline(always)]
    pub(crate) fn discard(self, panics: &mut FirstPanic) {
        self.discard_of(true, panics);
    }

    /// As `discard`; there are two values only if a fold `grows` them.
    #[inline(always)]
    pub(crate) fn discard_of(self, grows: bool, panics: &mut FirstPanic) {
        if let Some(value) = self.value {
            panics.discard(value); // user code
        }
        if grows {
            if let Some(behind) = self.behind {
                panics.discard(behind.stable); // user code
            }
        } else {
            debug_assert!(self.behind.is_none());
            mem::forget(self.behind);
        }
        if let Some(error) = self.error {
            panics.discard(error); // user code
        }
    }

    pub(crate) fn nothing() -> Self {
        Discarded {
            value: None,
            behind: None,
            error: None,
        }
    }

    fn value(value: T) -> Self {
        Discarded {
            value: Some(value),
            ..Discarded::nothing()
        }
    }
}

/// The parts of a state that a transition has changed: a small set of bits.
///
/// Generated code compares it with the parts that a body observes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use]
pub struct Change(u8);

#[doc(hidden)]
impl Change {
    /// Nothing changed.
    pub const NONE: Change = Change(0);
    /// The visible value has changed.
    pub const VALUE: Change = Change(1);
    /// The error, the last failure or the number of failures has changed.
    pub const ERROR: Change = Change(1 << 1);
    /// The status has changed.
    pub const STATUS: Change = Change(1 << 2);
    /// Anything changed at all, the token and the reason included.
    pub const TRANSITION: Change = Change(1 << 3);

    /// The last whole answer has changed.
    pub const STABLE: Change = Change(1 << 4);

    /// A run has yielded a value or an item. No start or cancel does.
    pub const NEW_VALUE: Change = Change(1 << 5);
    /// A run has yielded an error.
    pub const NEW_ERROR: Change = Change(1 << 6);
    /// A run has yielded a whole answer.
    pub const NEW_STABLE: Change = Change(1 << 7);

    /// A fold has put items into the value.
    pub(crate) const GROWN: Change = Change(1 | 1 << 3 | 1 << 5);

    /// The parts that readers observe, in the order of their bits.
    pub(crate) const PARTS: [Change; 5] = [
        Change::VALUE,
        Change::ERROR,
        Change::STATUS,
        Change::TRANSITION,
        Change::STABLE,
    ];

    /// The index of a single part in [`PARTS`](Self::PARTS).
    pub(crate) fn index(self) -> Option<usize> {
        Self::PARTS.iter().position(|&part| part == self)
    }

    /// Whether every part of `parts` is in the set.
    pub const fn contains(self, parts: Change) -> bool {
        self.0 & parts.0 == parts.0
    }

    /// The set as bits, those of [`PARTS`](Self::PARTS) first and in their order.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// Whether the set is empty.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// These parts without those in `parts`.
    pub(crate) const fn without(self, parts: Change) -> Change {
        Change(self.0 & !parts.0)
    }

    /// The parts of both sets.
    pub const fn union(self, other: Change) -> Change {
        Change(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests;
