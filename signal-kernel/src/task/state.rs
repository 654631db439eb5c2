//! The state of asynchronous work: its status, value, error, token, and the reason of a cancel.
//!
//! Invariants: an error exists in status `Error` only, a reason in `Cancelled` only, no value in `Idle`. A transition
//! runs no user code: it returns the values that it replaces, and the caller drops them once everything is consistent.
//!
//! Must not know: the rules (`transition` has them), futures, wakers, tasks, observers.

use super::status::{AsyncStatus, CancelReason, KeepPrevious};
use super::transition::{self, Event, Part};
use crate::panics::FirstPanic;
use std::mem;

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
    error: Option<E>,
    token: u64,
    cancel_reason: Option<CancelReason>,
    reloading: bool,
    /// The value, if there is one, belongs to the present input.
    answers: bool,
}

/// Nothing was started yet.
impl<T, E> Default for AsyncState<T, E> {
    fn default() -> Self {
        AsyncState {
            status: AsyncStatus::Idle,
            value: None,
            error: None,
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

    /// The value of the last run that succeeded.
    ///
    /// The value stays through an error and a cancel, and with the default `keep_previous` through a reload and a
    /// change of input too. After a change of input the value still belongs to the previous input, and
    /// [`is_current`](Self::is_current) is false.
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
        self.error.as_ref()
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

    /// The status and the token: the part of the state that events derive from.
    pub(crate) fn stage(&self) -> (AsyncStatus, u64) {
        (self.status, self.token)
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

    /// Whether the work is in flight.
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

    /// Whether the work in flight is a reload: a run with the input of the run before.
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

/// The transitions. Each returns the parts that have changed, and the values that it has replaced. The caller has
/// dropped the outdated future before, and drops the values once everything is consistent.
impl<T, E> AsyncState<T, E> {
    /// Work is started; `again` if its input is that of the last start.
    pub(crate) fn start(
        &mut self,
        keep_previous: KeepPrevious,
        again: bool,
    ) -> (Change, Discarded<T, E>) {
        self.apply(
            Event::Started {
                keep_previous,
                again,
            },
            Discarded::nothing(),
        )
    }

    /// The work yielded `value`, which is returned if nothing is in flight.
    pub(crate) fn succeed(&mut self, value: T) -> (Change, Discarded<T, E>) {
        self.apply(
            Event::Succeeded { same: false },
            Discarded {
                value: Some(value),
                error: None,
            },
        )
    }

    /// Like [`succeed`](Self::succeed), but if the new value is the `same` as the present one, the new one is returned
    /// and the value counts as unchanged.
    ///
    /// `same` runs before anything changes: if it panics, the work is still pending, and the caller ends it with
    /// [`panicked`](Self::panicked).
    pub(crate) fn succeed_unless(
        &mut self,
        value: T,
        same: impl FnOnce(&T, &T) -> bool,
    ) -> (Change, Discarded<T, E>) {
        let same = match &self.value {
            Some(old) if self.is_pending() => same(old, &value), // user code
            _ => false,
        };
        if !same {
            return self.succeed(value);
        }
        self.apply(
            Event::Succeeded { same: true },
            Discarded {
                value: Some(value),
                error: None,
            },
        )
    }

    /// The work yielded `error`, which is returned if nothing is in flight.
    pub(crate) fn fail(&mut self, error: E) -> (Change, Discarded<T, E>) {
        self.apply(
            Event::Failed,
            Discarded {
                value: None,
                error: Some(error),
            },
        )
    }

    /// The work was asked to stop.
    pub(crate) fn cancel(&mut self, reason: CancelReason) -> (Change, Discarded<T, E>) {
        self.apply(Event::Cancelled(reason), Discarded::nothing())
    }

    /// The work panicked.
    pub(crate) fn panicked(&mut self) -> (Change, Discarded<T, E>) {
        self.apply(Event::Panicked, Discarded::nothing())
    }

    /// The arguments of the work panicked, or depend on a node that failed.
    pub(crate) fn start_failed(&mut self) -> (Change, Discarded<T, E>) {
        self.apply(Event::StartFailed, Discarded::nothing())
    }

    /// An argument of the work is `None`.
    pub(crate) fn no_input(&mut self) -> (Change, Discarded<T, E>) {
        self.apply(Event::NoInput, Discarded::nothing())
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
        if change.contains(Change::ERROR) {
            old.error = mem::replace(&mut self.error, other.error.clone());
        }
        (self.status, self.token) = (other.status, other.token);
        (self.reloading, self.answers) = (other.reloading, other.answers);
        if self.cancel_reason != other.cancel_reason {
            self.cancel_reason.clone_from(&other.cancel_reason);
        }
        old
    }

    /// Takes out the user's values, for the end.
    pub(crate) fn take(&mut self) -> Discarded<T, E> {
        Discarded {
            value: self.value.take(),
            error: self.error.take(),
        }
    }

    /// Applies the table; for a known event, the compiler finds the row. `brought` is the value or the error of the
    /// event; the result has the ones that were replaced.
    #[inline(always)]
    fn apply(&mut self, event: Event, mut brought: Discarded<T, E>) -> (Change, Discarded<T, E>) {
        let Some(next) = transition::step(self.status, event) else {
            return (Change::NONE, brought);
        };
        let bits = (Change::VALUE, Change::NEW_VALUE);
        let value = apply_part(next.value, &mut self.value, &mut brought.value, bits);
        let bits = (Change::ERROR, Change::NEW_ERROR);
        let error = apply_part(next.error, &mut self.error, &mut brought.error, bits);
        let mut change = value.union(error);
        if self.status != next.to {
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
        self.answers = next.answers.unwrap_or(self.answers);
        (change, brought)
    }
}

/// Leaves in `brought` the value that is to be dropped. Returns the change of `slot`: a part that has `changed`, and is
/// `new` if the event has brought it.
fn apply_part<T>(
    part: Part,
    slot: &mut Option<T>,
    brought: &mut Option<T>,
    (changed, new): (Change, Change),
) -> Change {
    match part {
        Part::Keep => Change::NONE,
        Part::Clear => {
            *brought = slot.take();
            if brought.is_some() {
                changed
            } else {
                Change::NONE
            }
        }
        Part::Replace => {
            mem::swap(slot, brought);
            changed.union(new)
        }
    }
}

/// A value and an error that were replaced. Dropping them is user code and may panic, so the caller does it once
/// everything is consistent.
#[derive(Debug, PartialEq)]
#[must_use = "dropping this runs user code: choose the moment"]
pub(crate) struct Discarded<T, E> {
    pub(crate) value: Option<T>,
    pub(crate) error: Option<E>,
}

impl<T, E> Discarded<T, E> {
    /// Drops the value and the error, one after the other.
    pub(crate) fn discard(self, panics: &mut FirstPanic) {
        if let Some(value) = self.value {
            panics.discard(value); // user code
        }
        if let Some(error) = self.error {
            panics.discard(error); // user code
        }
    }

    pub(crate) fn nothing() -> Self {
        Discarded {
            value: None,
            error: None,
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
    /// A value was committed or cleared.
    pub const VALUE: Change = Change(1);
    /// An error was committed or cleared.
    pub const ERROR: Change = Change(1 << 1);
    /// The status has changed.
    pub const STATUS: Change = Change(1 << 2);
    /// Anything changed at all, the token and the reason included.
    pub const TRANSITION: Change = Change(1 << 3);

    /// A run has yielded a value. No start or cancel does.
    pub const NEW_VALUE: Change = Change(1 << 4);
    /// A run has yielded an error.
    pub const NEW_ERROR: Change = Change(1 << 5);

    /// The parts that readers observe, in the order of their bits.
    pub(crate) const PARTS: [Change; 4] = [
        Change::VALUE,
        Change::ERROR,
        Change::STATUS,
        Change::TRANSITION,
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
mod tests {
    use super::*;
    use std::borrow::Cow;

    type State = AsyncState<u32, String>;

    const ALWAYS: KeepPrevious = KeepPrevious::Always;
    const NEVER: KeepPrevious = KeepPrevious::Never;
    const TRANSITION: Change = Change::TRANSITION;

    fn parts(parts: &[Change]) -> Change {
        parts.iter().fold(TRANSITION, |all, part| all.union(*part))
    }

    fn gone(value: Option<u32>, error: Option<&str>) -> Discarded<u32, String> {
        Discarded {
            value,
            error: error.map(str::to_owned),
        }
    }

    fn pending() -> State {
        let mut state = State::default();
        let _ = state.start(ALWAYS, false);
        state
    }

    fn success(value: u32) -> State {
        let mut state = pending();
        let _ = state.succeed(value);
        state
    }

    fn error(error: &str) -> State {
        let mut state = success(7);
        let _ = state.start(ALWAYS, false);
        let _ = state.fail(error.to_owned());
        state
    }

    /// The observable state, in one line.
    fn seen(state: &State) -> String {
        let mut text = format!("{} #{}", state.status(), state.token());
        if let Some(value) = state.value() {
            text += &format!(" value {value}");
        }
        if let Some(error) = state.error() {
            text += &format!(" error {error}");
        }
        if let Some(reason) = state.cancel_reason() {
            text += &format!(" because {reason}");
        }
        if state.is_reloading() {
            text += " again";
        }
        if state.value().is_some() && !state.is_current() {
            text += " old";
        }
        assert!(state.value().is_some() || !state.is_current());
        assert_eq!(state.is_pending(), state.status() == AsyncStatus::Pending);
        text
    }

    #[test]
    fn nothing_was_started_at_first() {
        struct NoDefault;
        assert!(
            AsyncState::<NoDefault, NoDefault>::default()
                .value()
                .is_none()
        );
        assert_eq!(seen(&State::default()), "idle #0");
    }

    #[test]
    fn a_first_load_that_succeeds() {
        let mut state = State::default();
        assert_eq!(
            state.start(ALWAYS, false),
            (parts(&[Change::STATUS]), gone(None, None))
        );
        assert_eq!(seen(&state), "pending #1");
        let (change, discarded) = state.succeed(5);
        assert_eq!(
            change,
            parts(&[Change::STATUS, Change::VALUE, Change::NEW_VALUE])
        );
        assert_eq!(discarded, gone(None, None));
        assert_eq!(seen(&state), "success #1 value 5");
    }

    #[test]
    fn an_equal_value_counts_unless_there_is_a_rule() {
        let mut state = success(5);
        let _ = state.start(ALWAYS, false);
        assert_eq!(
            state.succeed(5),
            (
                parts(&[Change::STATUS, Change::VALUE, Change::NEW_VALUE]),
                gone(Some(5), None)
            )
        );

        let _ = state.start(ALWAYS, false);
        let (change, discarded) = state.succeed_unless(15, |old, new| old % 10 == new % 10);
        assert_eq!(change, parts(&[Change::STATUS]));
        assert_eq!(
            discarded,
            gone(Some(15), None),
            "the new value is the one to drop"
        );
        assert_eq!(seen(&state), "success #3 value 5");

        let _ = state.start(ALWAYS, false);
        let (change, discarded) = state.succeed_unless(16, |old, new| old == new);
        assert_eq!(
            change,
            parts(&[Change::STATUS, Change::VALUE, Change::NEW_VALUE])
        );
        assert_eq!(discarded, gone(Some(5), None));
        assert_eq!(seen(&state), "success #4 value 16");
    }

    #[test]
    fn the_rule_is_not_asked_where_there_is_nothing_to_compare() {
        let rule = |_: &u32, _: &u32| -> bool { unreachable!() };
        let mut state = pending();
        assert!(state.succeed_unless(1, rule).0.contains(Change::VALUE));
        assert_eq!(
            state.succeed_unless(2, rule),
            (Change::NONE, gone(Some(2), None))
        );
    }

    #[test]
    fn a_rule_that_panics_leaves_the_work_pending() {
        let mut state = success(5);
        let _ = state.start(ALWAYS, false);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            state.succeed_unless(6, |_, _| panic!("no opinion"))
        }));
        assert!(outcome.is_err());
        assert_eq!(seen(&state), "pending #2 value 5 old");
        assert_eq!(state.panicked().0, parts(&[Change::STATUS]));
        assert_eq!(seen(&state), "cancelled #2 value 5 because panicked old");
    }

    #[test]
    fn an_error_keeps_the_value_and_the_next_start_clears_it() {
        let mut state = success(7);
        let _ = state.start(ALWAYS, false);
        let (change, discarded) = state.fail("offline".to_owned());
        assert_eq!(
            change,
            parts(&[Change::STATUS, Change::ERROR, Change::NEW_ERROR])
        );
        assert_eq!(discarded, gone(None, None));
        assert_eq!(seen(&state), "error #2 value 7 error offline old");

        let (change, discarded) = state.start(ALWAYS, false);
        assert_eq!(change, parts(&[Change::STATUS, Change::ERROR]));
        assert_eq!(discarded, gone(None, Some("offline")));
        assert_eq!(seen(&state), "pending #3 value 7 old");
    }

    #[test]
    fn a_start_that_keeps_nothing() {
        let mut state = success(7);
        let (change, discarded) = state.start(NEVER, false);
        assert_eq!(change, parts(&[Change::STATUS, Change::VALUE]));
        assert_eq!(discarded, gone(Some(7), None));
        assert_eq!(seen(&state), "pending #2");
        assert_eq!(
            state.start(NEVER, false).0,
            TRANSITION,
            "nothing left to clear"
        );
    }

    #[test]
    fn a_start_that_keeps_the_value_of_the_same_input() {
        const RELOAD: KeepPrevious = KeepPrevious::Reload;
        let mut state = success(7);
        let (change, discarded) = state.start(RELOAD, true);
        assert_eq!(change, parts(&[Change::STATUS]));
        assert_eq!(discarded, gone(None, None));
        assert_eq!(seen(&state), "pending #2 value 7 again");
        let (change, discarded) = state.start(RELOAD, false);
        assert_eq!(change, parts(&[Change::VALUE]));
        assert_eq!(discarded, gone(Some(7), None));
        assert_eq!(seen(&state), "pending #3");
    }

    #[test]
    fn a_value_is_current_until_the_input_changes() {
        let mut state = success(7);
        let _ = state.start(ALWAYS, true);
        assert_eq!(seen(&state), "pending #2 value 7 again");
        let _ = state.fail("offline".to_owned());
        assert_eq!(seen(&state), "error #2 value 7 error offline");
        let _ = state.start(ALWAYS, true);
        let _ = state.cancel("enough".into());
        assert_eq!(seen(&state), "cancelled #3 value 7 because enough");

        let _ = state.start(ALWAYS, false);
        assert_eq!(seen(&state), "pending #4 value 7 old");
        let _ = state.fail("offline".to_owned());
        let _ = state.start(ALWAYS, true);
        assert_eq!(seen(&state), "pending #5 value 7 again old");
        let _ = state.succeed_unless(8, |_, _| true);
        assert_eq!(seen(&state), "success #5 value 7");

        let mut seen_elsewhere = State::default();
        let _ = seen_elsewhere.catch_up(&state, parts(&[Change::VALUE]));
        assert!(seen_elsewhere.is_current());
        let _ = state.start_failed();
        assert_eq!(seen(&state), "cancelled #5 value 7 because panicked old");
        let _ = seen_elsewhere.catch_up(&state, TRANSITION);
        assert!(!seen_elsewhere.is_current());
    }

    #[test]
    fn a_restart_is_a_transition_but_no_change_of_status() {
        let mut state = pending();
        assert_eq!(state.start(ALWAYS, false), (TRANSITION, gone(None, None)));
        assert_eq!(seen(&state), "pending #2");
        assert_eq!(state.start(ALWAYS, true), (TRANSITION, gone(None, None)));
        assert_eq!(seen(&state), "pending #3 again");
    }

    #[test]
    fn a_reload_is_over_with_its_result() {
        let mut state = success(7);
        let _ = state.start(ALWAYS, true);
        assert_eq!(seen(&state), "pending #2 value 7 again");
        let _ = state.succeed(8);
        assert_eq!(seen(&state), "success #2 value 8");
    }

    #[test]
    fn cancel_ends_pending_work_and_nothing_else() {
        let mut state = success(7);
        let _ = state.start(ALWAYS, true);
        let (change, discarded) = state.cancel("enough".into());
        assert_eq!(change, parts(&[Change::STATUS]));
        assert_eq!(discarded, gone(None, None));
        assert_eq!(seen(&state), "cancelled #2 value 7 because enough");

        for mut state in [State::default(), success(1), error("e"), state] {
            let before = state.clone();
            assert_eq!(
                state.cancel("too late".into()),
                (Change::NONE, gone(None, None))
            );
            assert_eq!(state.panicked(), (Change::NONE, gone(None, None)));
            assert_eq!(state, before);
        }
    }

    #[test]
    fn a_late_result_is_returned() {
        for mut state in [State::default(), success(1), error("e")] {
            let before = state.clone();
            assert_eq!(state.succeed(9), (Change::NONE, gone(Some(9), None)));
            assert_eq!(
                state.fail("late".to_owned()),
                (Change::NONE, gone(None, Some("late")))
            );
            assert_eq!(state, before);
        }
    }

    #[test]
    fn a_start_that_fails_counts_once() {
        let mut manual = success(7);
        let _ = manual.start(ALWAYS, false);
        let _ = manual.cancel("enough".into());

        let status = parts(&[Change::STATUS]);
        for (mut state, change, after) in [
            (State::default(), status, "cancelled #0 because panicked"),
            (pending(), status, "cancelled #1 because panicked"),
            (
                success(7),
                status,
                "cancelled #1 value 7 because panicked old",
            ),
            (
                error("e"),
                status.union(Change::ERROR),
                "cancelled #2 value 7 because panicked old",
            ),
            (
                manual,
                TRANSITION,
                "cancelled #2 value 7 because panicked old",
            ),
        ] {
            assert_eq!(state.start_failed().0, change, "{after}");
            assert_eq!(seen(&state), after);
            assert_eq!(state.start_failed(), (Change::NONE, gone(None, None)));
            assert_eq!(seen(&state), after);
        }
    }

    #[test]
    fn no_input_means_no_value() {
        let mut state = error("offline");
        let (change, discarded) = state.no_input();
        assert_eq!(
            change,
            parts(&[Change::STATUS, Change::VALUE, Change::ERROR])
        );
        assert_eq!(discarded, gone(Some(7), Some("offline")));
        assert_eq!(seen(&state), "idle #2");
        assert_eq!(state.no_input(), (Change::NONE, gone(None, None)));

        let mut state = pending();
        assert_eq!(state.no_input().0, parts(&[Change::STATUS]));
        assert_eq!(seen(&state), "idle #1");
    }

    #[test]
    fn nothing_is_dropped_while_the_state_changes() {
        struct Grumpy;
        impl Drop for Grumpy {
            fn drop(&mut self) {
                panic!("dropped too early");
            }
        }
        let keep = |(_, discarded): (Change, Discarded<Grumpy, Grumpy>)| {
            std::mem::forget(discarded);
        };
        let mut state = AsyncState::<Grumpy, Grumpy>::default();
        keep(state.start(ALWAYS, false));
        keep(state.succeed(Grumpy));
        keep(state.start(ALWAYS, false));
        keep(state.succeed(Grumpy));
        keep(state.succeed(Grumpy));
        keep(state.fail(Grumpy));
        keep(state.start(ALWAYS, false));
        keep(state.fail(Grumpy));
        keep(state.start_failed());
        keep(state.start(NEVER, false));
        keep(state.succeed(Grumpy));
        keep(state.start(ALWAYS, false));
        keep(state.succeed_unless(Grumpy, |_, _| true));
        keep(state.no_input());
        assert_eq!(state.status(), AsyncStatus::Idle);
    }

    #[test]
    fn a_set_of_parts() {
        let both = Change::VALUE.union(Change::STATUS);
        assert!(both.contains(Change::VALUE) && both.contains(both) && both.contains(Change::NONE));
        assert!(!both.contains(Change::ERROR));
        assert!(!both.contains(Change::VALUE.union(Change::ERROR)));
        assert!(Change::default().is_none() && !both.is_none());
    }

    #[test]
    fn names_are_lower_case_and_padded_on_request() {
        use AsyncStatus::{Cancelled, Error, Idle, Pending, Success};
        let names: Vec<String> = [Idle, Pending, Success, Error, Cancelled]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["idle", "pending", "success", "error", "cancelled"]);
        assert_eq!(format!("[{:9}]", Idle), "[idle     ]");
    }

    #[test]
    fn reasons_from_all_kinds_of_strings() {
        let manual = CancelReason::Manual(Cow::Borrowed("why"));
        assert_eq!(CancelReason::from("why"), manual);
        assert_eq!(CancelReason::from("why".to_owned()), manual);
        assert_eq!(CancelReason::from(Cow::Borrowed("why")), manual);
        let names: Vec<String> = [
            CancelReason::SourceChanged,
            CancelReason::Reloaded,
            CancelReason::Panicked,
            CancelReason::Disposed,
            manual,
        ]
        .iter()
        .map(ToString::to_string)
        .collect();
        assert_eq!(
            names,
            ["source changed", "reloaded", "panicked", "disposed", "why"]
        );
    }
}
