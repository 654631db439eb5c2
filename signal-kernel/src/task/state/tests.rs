//! The transitions, one by one, as readers see them.

use super::*;
use crate::task::status::KeepPrevious;
use std::{
    borrow::Cow,
    ops::{Deref, DerefMut},
};

const ALWAYS: KeepPrevious = KeepPrevious::Always;
const NEVER: KeepPrevious = KeepPrevious::Never;
const BOTH: Change = Change::VALUE.union(Change::STABLE);
const NEW: Change = Change::NEW_VALUE.union(Change::NEW_STABLE);
const PLAIN: Policy = Policy::new(ALWAYS, false);

/// A state with the policy of a future.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Machine<T, E>(AsyncState<T, E>);

type State = Machine<u32, String>;
type Outcome<T, E> = (Change, Discarded<T, E>);

impl<T, E> Default for Machine<T, E> {
    fn default() -> Self {
        Machine(AsyncState::default())
    }
}

impl<T, E> Deref for Machine<T, E> {
    type Target = AsyncState<T, E>;

    fn deref(&self) -> &AsyncState<T, E> {
        &self.0
    }
}

impl<T, E> DerefMut for Machine<T, E> {
    fn deref_mut(&mut self) -> &mut AsyncState<T, E> {
        &mut self.0
    }
}

fn outcome<T, E>(step: Step<T, E>) -> Outcome<T, E> {
    (step.change, step.discarded)
}

impl<T, E> Machine<T, E> {
    fn start(&mut self, keep_previous: KeepPrevious, again: bool) -> Outcome<T, E> {
        outcome(self.0.start(Policy::new(keep_previous, false), again))
    }

    fn succeed(&mut self, value: T) -> Outcome<T, E> {
        outcome(self.0.succeed(PLAIN, value, false))
    }

    fn succeed_as(&mut self, value: T, same: bool) -> Outcome<T, E> {
        outcome(self.0.succeed(PLAIN, value, same))
    }

    fn fail(&mut self, error: E) -> Outcome<T, E> {
        outcome(self.0.fail(PLAIN, error))
    }

    fn cancel(&mut self, reason: CancelReason) -> Outcome<T, E> {
        outcome(self.0.cancel(PLAIN, reason))
    }

    fn panicked(&mut self) -> Outcome<T, E> {
        outcome(self.0.panicked(PLAIN))
    }

    fn start_failed(&mut self) -> Outcome<T, E> {
        outcome(self.0.start_failed(PLAIN, true))
    }

    fn no_input(&mut self) -> Outcome<T, E> {
        outcome(self.0.no_input(PLAIN))
    }
}
const TRANSITION: Change = Change::TRANSITION;

fn parts(parts: &[Change]) -> Change {
    parts.iter().fold(TRANSITION, |all, part| all.union(*part))
}

fn gone(value: Option<u32>, error: Option<&str>) -> Discarded<u32, String> {
    Discarded {
        value,
        behind: None,
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
    assert!(Machine::<NoDefault, NoDefault>::default().value().is_none());
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
    assert_eq!(change, parts(&[Change::STATUS, BOTH, NEW]));
    assert_eq!(discarded, gone(None, None));
    assert_eq!(seen(&state), "success #1 value 5");
}

#[test]
fn an_equal_value_counts_unless_there_is_a_rule() {
    let mut state = success(5);
    let _ = state.start(ALWAYS, false);
    assert_eq!(
        state.succeed(5),
        (parts(&[Change::STATUS, BOTH, NEW]), gone(Some(5), None))
    );

    let _ = state.start(ALWAYS, false);
    let (change, discarded) = state.succeed_as(15, true);
    assert_eq!(change, parts(&[Change::STATUS]));
    assert_eq!(
        discarded,
        gone(Some(15), None),
        "the new value is the one to drop"
    );
    assert_eq!(seen(&state), "success #3 value 5");

    let _ = state.start(ALWAYS, false);
    let (change, discarded) = state.succeed_as(16, false);
    assert_eq!(change, parts(&[Change::STATUS, BOTH, NEW]));
    assert_eq!(discarded, gone(Some(5), None));
    assert_eq!(seen(&state), "success #4 value 16");
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
    assert_eq!(change, parts(&[Change::STATUS, BOTH]));
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
    assert_eq!(change, parts(&[BOTH]));
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
    let _ = state.succeed_as(8, true);
    assert_eq!(seen(&state), "success #5 value 7");

    let mut seen_elsewhere = State::default();
    let _ = seen_elsewhere.catch_up(&state, parts(&[BOTH]));
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
    assert_eq!(change, parts(&[Change::STATUS, BOTH, Change::ERROR]));
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
    let mut state = Machine::<Grumpy, Grumpy>::default();
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
    keep(state.succeed_as(Grumpy, true));
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
