//! Waits, retries and time-outs: from every state that the other events lead to, and over random lists of all of them.

use crate::task::{
    state::{AsyncState, Change, Step},
    status::{AsyncStatus, CancelReason, Interrupted, KeepPrevious, Policy},
    transition::Told,
};
use std::time::Duration;

const LATE: Duration = Duration::from_secs(2);

type State = AsyncState<u32, u32>;

fn events() -> Vec<(&'static str, fn(&mut State, Policy) -> Step<u32, u32>)> {
    vec![
        ("start", |it, policy| it.start(policy, false)),
        ("again", |it, policy| it.start(policy, true)),
        ("wait", |it, policy| it.start_waiting(policy, false)),
        ("resume", |it, policy| it.resume(policy)),
        ("retry", |it, policy| it.retry(policy, 7)),
        ("retry late", |it, policy| it.retry_late(policy, LATE)),
        ("time out", |it, policy| it.time_out(policy, LATE)),
        ("succeed", |it, policy| it.succeed(policy, 5, false)),
        ("answer", |it, policy| it.answer(policy, 6, false)),
        ("end", |it, policy| it.end(policy)),
        ("fail", |it, policy| it.fail(policy, 8)),
        ("cancel", |it, policy| it.cancel(policy, "enough".into())),
        ("panic", |it, policy| it.panicked(policy)),
        ("no input", |it, policy| it.no_input(policy)),
    ]
}

fn is_open(state: &State) -> bool {
    matches!(
        state.status(),
        AsyncStatus::Pending | AsyncStatus::Streaming
    )
}

/// Applies an event, and checks the state and the change.
fn apply(state: &mut State, policy: Policy, at: usize) {
    let (name, event) = events()[at];
    let before = state.clone();
    let step = event(state, policy);
    let from = format!("{name} from {before:?} to {state:?}");
    let needs_run = !matches!(name, "start" | "again" | "wait" | "no input");
    if needs_run && !is_open(&before) {
        assert_eq!((&*state, step.change), (&before, Change::NONE), "{from}");
        return;
    }
    // An equal answer counts.
    assert!(!step.change.is_none() || *state == before, "{from}");
    let of_status = |it: &State| (it.status(), it.is_waiting());
    let has_status = step.change.contains(Change::STATUS);
    assert_eq!(has_status, of_status(state) != of_status(&before), "{from}");
    if state.failures() != before.failures() {
        assert!(step.change.contains(Change::ERROR), "{from}");
    }
    assert!(!state.is_waiting() || state.is_pending(), "{from}");
    assert!(!state.is_reloading() || state.is_pending(), "{from}");
    assert_eq!(
        state.last_failure().is_some(),
        state.failures() > 0,
        "{from}"
    );
    let (error, status) = (state.error().is_some(), state.status());
    assert_eq!(error, status == AsyncStatus::Error, "{from}");
    let reason = state.cancel_reason();
    assert_eq!(reason.is_some(), status == AsyncStatus::Cancelled, "{from}");
    if name == "time out" {
        assert_eq!(reason, Some(&CancelReason::TimedOut(LATE)), "{from}");
    }
    if matches!(name, "resume" | "retry" | "retry late") {
        assert_eq!(state.is_waiting(), name != "resume", "{from}");
        let kept = |it: &State| (it.token(), it.value().copied(), it.is_reloading());
        if before.is_pending() {
            assert_eq!(kept(state), kept(&before), "the same run: {from}");
        }
    }
    let ends = is_open(&before) && !is_open(state);
    assert_eq!(
        step.told == Told::Ended,
        ends && name != "no input",
        "{from}"
    );
}

#[test]
fn waits_and_time_outs_hold_the_invariants_after_any_list_of_events() {
    let count = events().len() as u64;
    for keep in [
        KeepPrevious::Always,
        KeepPrevious::Reload,
        KeepPrevious::Never,
    ] {
        let policy = Policy::new(keep, false).on_cancel(Interrupted::Rollback);
        let mut seed = 7_u64;
        for _ in 0..20_000 {
            let mut state = State::default();
            for _ in 0..8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                apply(&mut state, policy, ((seed >> 33) % count) as usize);
            }
        }
    }
}
