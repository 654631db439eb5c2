//! The state of a resource: status, value, error and token, from the first load on (M, R2, R6).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{AsyncState, AsyncStatus, CancelReason, reactive, resource};
use signal_kernel_tests::{
    describe,
    gate::{Gate, Gates, Wakes},
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::{fetch, new as profile},
};
use std::task::Poll;

#[test]
fn b138_b140_the_first_load_starts_in_new_and_is_not_polled_there() {
    let (profile, gates, log) = profile();
    assert_eq!(log.take(), ["user#1 created 1", "pending #1"]);
    assert_eq!((gates.created(), gates.polls(1)), (1, 0));
    let user = profile.user();
    assert_eq!(user.status(), AsyncStatus::Pending);
    assert!(user.is_pending());
    assert!(!user.is_reloading());
    assert_eq!(user.token(), 1);
    assert_eq!(user.value(), None);
    assert_eq!(user.error(), None);
    assert_eq!(user.cancel_reason(), None);
}

#[test]
fn b138_the_producers_future_is_created_once_and_polled_only_when_woken() {
    let (mut profile, gates, log) = profile();
    log.clear();
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), ["user#1 polled"]);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), NOTHING, "nobody woke it");
    gates.wake(1);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), ["user#1 polled"]);
    assert_eq!(gates.created(), 1);
}

#[test]
fn b141_success_is_committed_and_its_effects_have_run_when_the_poll_returns() {
    let (mut profile, gates, log) = profile();
    log.clear();
    gates.ok(1, 5);
    assert_eq!(poll!(profile), Poll::Ready(()));
    assert_eq!(
        log.take(),
        ["user#1 polled", "user#1 done", "success #1 value=5"]
    );
    assert_eq!(profile.user().value(), Some(&5));
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b142_failure_keeps_the_value_and_success_ends_the_error() {
    let (mut profile, gates, log) = profile();
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    profile.set_id(2);
    gates.err(2, "offline".to_owned());
    log.clear();
    assert!(poll!(profile).is_ready());
    assert_eq!(
        log.take(),
        [
            "user#2 polled",
            "user#2 done",
            "error #2 value=5 error=offline"
        ]
    );

    profile.set_id(3);
    assert_eq!(
        log.take(),
        ["user#3 created 3", "pending #3 value=5"],
        "b176: the error is gone"
    );
    gates.ok(3, 6);
    assert!(poll!(profile).is_ready());
    assert_eq!(
        log.take(),
        ["user#3 polled", "user#3 done", "success #3 value=6"]
    );
}

reactive! {
    /// The parts of a resource, read through computed values of their own.
    struct Parts {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        computed value: Option<u32> = user.value().copied();
        computed error: Option<String> = user.error().cloned();
        computed status: AsyncStatus = user.status();
        effect show { log.push(format!("{status} {value:?} {error:?}")); }
    }
}

#[test]
fn b141_b142_no_observer_sees_value_or_error_without_the_status() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut parts = Parts::new(gates.clone(), log.clone());
    assert_eq!(log.take(), ["user#1 created 1", "pending None None"]);
    gates.ok(1, 5);
    assert!(poll!(parts).is_ready());
    assert_eq!(log.take()[2..], ["success Some(5) None"]);
    parts.set_id(2);
    assert_eq!(log.take(), ["user#2 created 2", "pending Some(5) None"]);
    gates.err(2, "offline".to_owned());
    assert!(poll!(parts).is_ready());
    assert_eq!(log.take()[2..], [r#"error Some(5) Some("offline")"#]);
    parts.reload_user();
    assert_eq!(log.take(), ["user#3 created 2", "pending Some(5) None"]);
}

#[resource]
async fn refuse(log: Log, id: u32) -> Result<u32, String> {
    log.push("refuse runs");
    Err(format!("no {id}"))
}

reactive! {
    struct Refused {
        let log: Log;
        signal id: u32 = 1;
        resource user = refuse(log, id);
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b143_a_producer_that_fails_before_its_first_await_is_an_error_not_a_panic() {
    let log = Log::default();
    let mut graph = Refused::new(log.clone());
    assert_eq!(
        log.take(),
        ["pending #1"],
        "its first line runs in the first poll"
    );
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take(), ["refuse runs", "error #1 error=no 1"]);
    graph.set_id(2);
    assert_eq!(log.take(), ["pending #2"]);
}

#[resource]
async fn fail_with_nothing(gate: Gate<(), ()>) -> Result<(), ()> {
    gate.await
}

reactive! {
    struct Empty {
        let gates: Gates<(), ()>;
        let log: Log;
        resource unit = fail_with_nothing(gates.open(""));
        effect show { log.push(format!("{} {:?} {:?}", unit.status(), unit.value(), unit.error())); }
    }
}

#[test]
fn b144_an_empty_error_is_an_error_and_an_empty_value_a_value() {
    let log = Log::default();
    let gates = Gates::new("unit", &log);
    let mut graph = Empty::new(gates.clone(), log.clone());
    gates.err(1, ());
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take().last().unwrap(), "error None Some(())");
    graph.reload_unit();
    gates.ok(2, ());
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take().last().unwrap(), "success Some(()) None");
}

reactive! {
    struct Selection {
        let gates: Gates;
        let log: Log;
        signal selected: Option<u32> = None;
        resource user = fetch(gates.open((*selected)?));
        effect show { log.push(describe!(user)); }
    }
}

fn selection() -> (Selection, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    (Selection::new(gates.clone(), log.clone()), gates, log)
}

#[test]
fn b146_without_input_it_is_idle_and_it_loads_when_there_is_one() {
    let (mut graph, gates, log) = selection();
    assert_eq!(log.take(), ["idle #0"]);
    assert_eq!(gates.created(), 0);
    assert_eq!(poll!(graph), Poll::Pending);

    graph.set_selected(Some(7));
    assert_eq!(log.take(), ["user#1 created 7", "pending #1"]);
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();

    graph.set_selected(None);
    assert_eq!(
        log.take(),
        ["idle #1"],
        "the value is cleared, the token is left alone"
    );
    assert_eq!(graph.user().value(), None);

    graph.set_selected(Some(7));
    assert_eq!(log.take(), ["user#2 created 7", "pending #2"]);
    assert!(!graph.user().is_reloading());
}

#[test]
fn b146_losing_the_input_drops_the_work_before_an_effect_sees_idle() {
    let (mut graph, gates, log) = selection();
    graph.set_selected(Some(7));
    assert_eq!(poll!(graph), Poll::Pending);
    log.clear();
    graph.set_selected(None);
    assert_eq!(log.take(), ["user#1 dropped", "idle #1"]);
    gates.ok(1, 5);
    assert_eq!(poll!(graph), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(graph.user().value(), None);
}

#[test]
fn losing_the_input_clears_error_and_cancel_reason_too() {
    let (mut graph, gates, log) = selection();
    graph.set_selected(Some(7));
    gates.err(1, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.set_selected(None);
    assert_eq!(log.take(), ["idle #1"]);
    assert_eq!(graph.user().error(), None);

    graph.set_selected(Some(8));
    graph.cancel_user("enough");
    log.clear();
    graph.set_selected(None);
    assert_eq!(log.take(), ["idle #2"]);
    assert_eq!(graph.user().cancel_reason(), None);
}

reactive! {
    /// Which side is asked changes while there is no input on either.
    struct Sides {
        let gates: Gates;
        let log: Log;
        signal left: Option<u32> = None;
        signal right: bool = false;
        resource user = fetch(gates.open(if *right { None } else { *left }?));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn a_repeated_none_is_no_transition_nor_is_a_reload_without_input() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Sides::new(gates.clone(), log.clone());
    assert_eq!(log.take(), ["idle #0"]);
    graph.set_right(true);
    graph.set_left(Some(1));
    graph.reload_user();
    graph.cancel_user("nothing to cancel");
    graph.batch(|graph| {
        graph.reload_user();
        graph.set_left(Some(2));
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(
        (graph.user().status(), graph.user().token()),
        (AsyncStatus::Idle, 0)
    );
    assert_eq!(gates.created(), 0);
    graph.set_right(false);
    assert_eq!(log.take(), ["user#1 created 2", "pending #1"]);
}

#[test]
fn b147_a_status_change_is_visible_when_the_write_returns_but_not_inside_a_batch() {
    let (mut profile, gates, log) = profile();
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    profile.set_id(2);
    assert!(profile.user().is_pending());
    gates.ok(2, 6);
    assert!(poll!(profile).is_ready());
    log.clear();
    profile.batch(|batch| {
        batch.set_id(3);
        assert_eq!(batch.user().status(), AsyncStatus::Success);
        assert_eq!(batch.user().token(), 2);
        assert_eq!(batch.user().value(), Some(&6));
    });
    assert_eq!(log.take(), ["user#3 created 3", "pending #3 value=6"]);
    assert!(profile.user().is_pending());
}

reactive! {
    struct Chain {
        let users: Gates;
        let posts: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(users.open(id));
        computed author: Option<u32> = user.value().copied();
        resource post = fetch(posts.open((*author)?));
        effect show { log.push(format!("{} / {}", describe!(user), describe!(post))); }
    }
}

fn chain() -> (Chain, Gates, Gates, Log) {
    let log = Log::default();
    let (users, posts) = (Gates::new("user", &log), Gates::new("post", &log));
    (
        Chain::new(users.clone(), posts.clone(), log.clone()),
        users,
        posts,
        log,
    )
}

#[test]
fn b148_a_resource_fed_by_another_waits_for_its_value_and_stays_idle_without_one() {
    let (mut graph, users, posts, log) = chain();
    assert_eq!(log.take(), ["user#1 created 1", "pending #1 / idle #0"]);
    users.err(1, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["error #1 error=offline / idle #0"]);

    graph.set_id(2);
    users.ok(2, 50);
    log.clear();
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        [
            "user#2 polled",
            "user#2 done",
            "post#1 created 50",
            "success #2 value=50 / pending #1"
        ]
    );
    posts.ok(1, 9);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[2..],
        ["success #2 value=50 / success #1 value=9"]
    );
}

#[test]
fn b148_b181_a_kept_or_equal_value_of_the_first_does_not_restart_the_second() {
    let (mut graph, users, posts, log) = chain();
    users.ok(1, 50);
    assert!(poll!(graph).is_ready());
    posts.ok(1, 9);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.set_id(2);
    assert_eq!(
        log.take(),
        [
            "user#2 created 2",
            "pending #2 value=50 / success #1 value=9"
        ]
    );
    users.ok(2, 50);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[2..],
        ["success #2 value=50 / success #1 value=9"]
    );
    assert_eq!(posts.created(), 1, "`author` cuts off");
}

#[derive(Debug)]
struct Opaque;

#[resource]
async fn fetch_opaque(gate: Gate<Opaque, Opaque>) -> Result<Opaque, Opaque> {
    gate.await
}

reactive! {
    struct NotComparable {
        let gates: Gates<Opaque, Opaque>;
        let log: Log;
        resource thing = fetch_opaque(gates.open(""));
        effect value { log.push(format!("value {:?}", thing.value())); }
        effect error { log.push(format!("error {:?}", thing.error())); }
    }
}

#[test]
fn r2_a_commit_always_changes_its_part_and_neither_type_needs_partial_eq() {
    let log = Log::default();
    let gates = Gates::new("thing", &log);
    let mut graph = NotComparable::new(gates.clone(), log.clone());
    log.clear();
    for number in [1, 2] {
        gates.ok(number, Opaque);
        assert!(poll!(graph).is_ready());
        assert_eq!(log.take().last().unwrap(), "value Some(Opaque)");
        graph.reload_thing();
        log.clear();
    }
    gates.err(3, Opaque);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["error Some(Opaque)"]);
}

#[test]
fn a_start_ends_every_other_status() {
    let (mut profile, gates, log) = profile();
    gates.err(1, "offline".to_owned());
    assert!(poll!(profile).is_ready());
    log.clear();
    profile.set_id(2);
    assert_eq!(log.take(), ["user#2 created 2", "pending #2"], "from error");
    profile.cancel_user("enough");
    log.clear();
    profile.set_id(3);
    assert_eq!(
        log.take(),
        ["user#3 created 3", "pending #3"],
        "from cancelled"
    );
    profile.set_id(4);
    assert_eq!(
        log.take(),
        ["user#3 dropped", "user#4 created 4", "pending #4"],
        "from pending"
    );
    gates.ok(4, 5);
    assert!(poll!(profile).is_ready());
    log.clear();
    profile.set_id(5);
    assert_eq!(
        log.take(),
        ["user#5 created 5", "pending #5 value=5"],
        "from success"
    );
}

#[test]
fn a_state_is_plain_data() {
    let (mut profile, gates, _) = profile();
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    let kept: AsyncState<u32, String> = profile.user().clone();
    profile.set_id(2);
    assert_ne!(&kept, profile.user());
    assert_eq!(
        (kept.status(), kept.value()),
        (AsyncStatus::Success, Some(&5))
    );
    assert_eq!(
        AsyncState::<u32, String>::default().status(),
        AsyncStatus::Idle
    );
    drop(profile);
    assert_eq!(kept.value(), Some(&5));
}

#[test]
fn a_reason_can_be_given_in_several_ways() {
    let (mut profile, _, _) = profile();
    profile.cancel_user("static words");
    assert_eq!(
        profile.user().cancel_reason(),
        Some(&CancelReason::Manual("static words".into()))
    );
    profile.reload_user();
    profile.cancel_user(String::from("owned words"));
    assert_eq!(
        profile.user().cancel_reason(),
        Some(&CancelReason::from("owned words"))
    );
    profile.reload_user();
    profile.cancel_user(CancelReason::Disposed);
    assert_eq!(
        profile.user().cancel_reason(),
        Some(&CancelReason::Disposed)
    );
}

reactive! {
    #[derive(Debug)]
    struct Shown {
        let gates: Gates;
        #[allow(dead_code)]
        resource user = fetch(gates.open(""));
    }
}

#[test]
fn debug_prints_the_state_and_polls_nothing() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Shown::new(gates.clone());
    let text = format!("{graph:?}");
    assert!(text.contains("user") && text.contains("Pending"), "{text}");
    assert_eq!(gates.polls(1), 0);
    gates.ok(1, 4711);
    assert!(poll!(graph).is_ready());
    assert!(format!("{graph:?}").contains("4711"));
}

reactive! {
    /// An effect that watches a run and is broken.
    struct Hooked {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        effect hook { assert!(user.value() != Some(&13), "the hook panicked"); }
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b232_when_a_hook_panics_the_state_is_already_consistent() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Hooked::new(gates.clone(), log.clone());
    gates.ok(1, 13);
    log.clear();
    let said = panic_of(|| poll!(graph));
    assert_eq!(said, "the hook panicked");
    assert_eq!(
        log.take(),
        ["user#1 polled", "user#1 done", "success #1 value=13"]
    );
    assert_eq!(describe!(graph.user()), "success #1 value=13");
    graph.set_id(2);
    gates.ok(2, 6);
    log.clear();
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["success #2 value=6"]);
}

#[test]
fn b231_every_run_ends_in_exactly_one_way_under_its_own_token() {
    let (mut profile, gates, log) = profile();
    gates.ok(1, 5); // 1: success
    assert!(poll!(profile).is_ready());
    profile.set_id(2); // 2: superseded
    profile.set_id(3); // 3: error
    gates.err(3, "offline".to_owned());
    assert!(poll!(profile).is_ready());
    profile.reload_user(); // 4: cancelled
    profile.cancel_user("enough");
    profile.cancel_user("once more");
    profile.reload_user(); // 5: panicked
    gates.panic(5);
    panic_of(|| poll!(profile));
    let seen: Vec<String> = log
        .take()
        .into_iter()
        .filter(|line| !line.starts_with("user"))
        .collect();
    assert_eq!(
        seen,
        [
            "pending #1",
            "success #1 value=5",
            "pending #2 value=5",
            "pending #3 value=5",
            "error #3 value=5 error=offline",
            "pending #4 again value=5",
            "cancelled #4 value=5 reason=enough",
            "pending #5 again value=5",
            "cancelled #5 value=5 reason=panicked",
        ]
    );
    assert!(gates.all_dropped_once());
}

#[test]
fn b234_r9_the_same_writes_and_completions_give_the_same_trace() {
    fn run() -> Vec<String> {
        let (mut graph, users, posts, log) = chain();
        let wakes = Wakes::new();
        users.ok(1, 50);
        let _ = wakes.poll(|context| graph.poll_progress(context));
        graph.set_id(2);
        users.ok(2, 51);
        posts.ok(1, 9);
        let _ = wakes.poll(|context| graph.poll_progress(context));
        graph.cancel_post("enough");
        graph.batch(|graph| {
            graph.reload_user();
            graph.reload_post();
        });
        drop(graph);
        log.take()
    }
    let first = run();
    assert_eq!(
        first,
        [
            "user#1 created 1",
            "pending #1 / idle #0",
            "user#1 polled",
            "user#1 done",
            "post#1 created 50",
            "success #1 value=50 / pending #1",
            "user#2 created 2",
            "pending #2 value=50 / pending #1",
            "user#2 polled",
            "user#2 done",
            "post#1 polled",
            "post#1 done",
            "post#2 created 51",
            "success #2 value=51 / pending #2",
            "post#2 dropped",
            "success #2 value=51 / cancelled #2 reason=enough",
            "user#3 created 2",
            "post#3 created 51",
            "pending #3 again value=51 / pending #3 again",
            "user#3 dropped",
            "post#3 dropped",
        ]
    );
    assert_eq!(first, run());
}
