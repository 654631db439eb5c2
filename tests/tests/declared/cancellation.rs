//! Stopping work: the time of each drop, the effects that are told, and the state (N, R5, R7).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors, except where a thread waits for a token.

use signal_kernel::{AsyncStatus, CancelReason, CancelToken, reactive, resource};
use signal_kernel_tests::{
    describe,
    gate::{Gate, Gates, Wakes},
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::{ProfileBatch, fetch, polled as profile},
};
use std::{
    sync::{Arc, Mutex, mpsc},
    task::Poll,
    thread,
};

#[test]
fn b152_b155_cancelling_drops_the_work_and_a_later_completion_changes_nothing() {
    let (mut profile, gates, log) = profile();
    profile.cancel_user("enough");
    assert_eq!(log.take(), ["user#1 dropped", "cancelled #1 reason=enough"]);
    assert_eq!(profile.user().status(), AsyncStatus::Cancelled);
    assert_eq!(profile.user().error(), None);
    gates.ok(1, 5);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(profile.user().value(), None);
    assert!(gates.all_dropped_once());
}

#[test]
fn cancelling_keeps_the_value() {
    let (mut profile, gates, log) = profile();
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    profile.set_id(2);
    log.clear();
    profile.cancel_user("enough");
    assert_eq!(
        log.take(),
        ["user#2 dropped", "cancelled #2 value=5 reason=enough"]
    );
}

#[test]
fn b154_b164_cancelling_what_is_not_pending_does_nothing() {
    let (mut profile, gates, log) = profile();
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    log.clear();
    profile.cancel_user("success");
    assert_eq!(describe!(profile.user()), "success #1 value=5");

    profile.set_id(2);
    gates.err(2, "offline".to_owned());
    assert!(poll!(profile).is_ready());
    log.clear();
    profile.cancel_user("error");
    assert_eq!(describe!(profile.user()), "error #2 value=5 error=offline");

    profile.set_id(3);
    profile.cancel_user("first");
    log.clear();
    profile.cancel_user("second");
    profile.batch(|batch| batch.cancel_user("third"));
    assert_eq!(
        describe!(profile.user()),
        "cancelled #3 value=5 reason=first"
    );
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b156_b157_r7_a_new_input_drops_the_old_work_first_and_no_effect_sees_cancelled() {
    let (mut profile, gates, log) = profile();
    profile.set_id(2);
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2"]
    );
    profile.set_id(3);
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#3 created 3", "pending #3"]
    );
    gates.ok(3, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!(
        log.take(),
        ["user#3 polled", "user#3 done", "success #3 value=5"]
    );
}

#[test]
fn b159_an_abort_of_the_works_own_is_an_error() {
    let (mut profile, gates, log) = profile();
    gates.err(1, "aborted: timed out".to_owned());
    assert!(poll!(profile).is_ready());
    assert_eq!(
        log.take().last().unwrap(),
        "error #1 error=aborted: timed out"
    );
    assert_eq!(profile.user().cancel_reason(), None);
}

#[test]
fn b160_an_abort_of_superseded_work_leaves_the_newer_pending() {
    let (mut profile, gates, log) = profile();
    profile.set_id(2);
    log.clear();
    gates.err(1, "aborted".to_owned());
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(describe!(profile.user()), "pending #2");
    assert_eq!(log.take(), ["user#2 polled"]);
}

#[test]
fn b163_after_a_cancel_a_reload_starts_afresh() {
    let (mut profile, gates, log) = profile();
    profile.cancel_user("enough");
    log.clear();
    profile.reload_user();
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again"]);
    assert_eq!(profile.user().cancel_reason(), None);
    gates.ok(2, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!(log.take().last().unwrap(), "success #2 value=5");
}

#[test]
fn after_a_cancel_a_new_input_starts_afresh() {
    let (mut profile, _, log) = profile();
    profile.cancel_user("enough");
    log.clear();
    profile.set_id(2);
    assert_eq!(log.take(), ["user#2 created 2", "pending #2"]);
}

#[test]
fn r5_in_a_batch_a_cancel_is_carried_out_at_its_end() {
    let (mut profile, gates, log) = profile();
    let status = profile.batch(|batch| {
        batch.cancel_user("enough");
        (batch.user().status(), gates.alive())
    });
    assert_eq!(status, (AsyncStatus::Pending, 1));
    assert_eq!(log.take(), ["user#1 dropped", "cancelled #1 reason=enough"]);
}

#[test]
fn r5_of_several_requests_in_a_batch_the_last_wins() {
    let (mut profile, gates, log) = profile();
    profile.batch(|batch| {
        batch.reload_user();
        batch.cancel_user("enough");
    });
    assert_eq!(log.take(), ["user#1 dropped", "cancelled #1 reason=enough"]);
    assert_eq!(gates.created(), 1);

    profile.reload_user();
    log.clear();
    profile.batch(|batch| {
        batch.cancel_user("enough");
        batch.batch(|inner| inner.reload_user());
    });
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#3 created 1", "pending #3 again"]
    );

    profile.batch(|batch| {
        batch.cancel_user("first");
        batch.cancel_user("second");
    });
    assert_eq!(log.take(), ["user#3 dropped", "cancelled #3 reason=second"]);
}

#[test]
fn a_batch_that_changes_the_input_and_then_cancels_leaves_nothing_in_flight() {
    let (mut profile, gates, log) = profile();
    profile.batch(|batch| {
        batch.set_id(2);
        batch.cancel_user("enough");
    });
    assert_eq!(profile.user().status(), AsyncStatus::Cancelled);
    assert_eq!(
        profile.user().cancel_reason(),
        Some(&CancelReason::from("enough"))
    );
    assert_eq!(gates.alive(), 0);
    let seen: Vec<_> = log
        .take()
        .into_iter()
        .filter(|line| !line.starts_with("user"))
        .collect();
    assert_eq!(seen.len(), 1, "one transition is seen: {seen:?}");
}

#[test]
fn r5_a_batch_that_panics_still_carries_out_what_was_asked_for() {
    let (mut profile, _, log) = profile();
    let said = panic_of(|| {
        profile.batch(|batch| {
            batch.cancel_user("enough");
            panic!("in the batch");
        });
    });
    assert_eq!(said, "in the batch");
    assert_eq!(log.take(), ["user#1 dropped", "cancelled #1 reason=enough"]);
}

#[test]
fn r5_the_requests_of_a_transaction_are_carried_out_at_the_end_of_the_batch() {
    let (mut profile, _, log) = profile();
    let done = profile.transaction(|profile| {
        profile.cancel_user("no");
        profile.reload_user();
        assert_eq!(log.take(), NOTHING);
        Ok::<_, ()>(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 1", "pending #2 again"]
    );
}

#[test]
fn r5_a_transaction_that_fails_forgets_its_requests() {
    let (mut profile, gates, log) = profile();
    for request in [
        |profile: &mut ProfileBatch<'_>| profile.reload_user(),
        |profile: &mut ProfileBatch<'_>| profile.cancel_user("no"),
    ] {
        let failed = profile.transaction(|profile| {
            request(profile);
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
        let said = panic_of(|| {
            profile.transaction(|profile| {
                request(profile);
                if profile.user().is_pending() {
                    panic!("undo");
                }
                Ok::<_, ()>(())
            })
        });
        assert_eq!(said, "undo");
    }
    assert_eq!(log.take(), NOTHING);
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!(
        log.take(),
        ["user#1 polled", "user#1 done", "success #1 value=5"]
    );
}

#[test]
fn r5_after_a_failed_inner_transaction_the_request_from_before_it_is_pending_again() {
    let (mut profile, _, log) = profile();
    profile.batch(|profile| {
        profile.cancel_user("before");
        let failed = profile.transaction(|profile| {
            profile.reload_user();
            profile.cancel_user("inside");
            let done = profile.transaction(|profile| {
                profile.cancel_user("deep inside");
                Ok::<_, ()>(())
            });
            assert_eq!(done, Ok(()));
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
    });
    assert_eq!(log.take(), ["user#1 dropped", "cancelled #1 reason=before"]);
}

#[test]
fn r5_the_requests_of_an_inner_transaction_go_with_a_failed_outer_one() {
    let (mut profile, _, log) = profile();
    let failed = profile.transaction(|profile| {
        let done = profile.transaction(|profile| {
            profile.batch(|profile| profile.cancel_user("inside"));
            Ok::<_, ()>(())
        });
        assert_eq!(done, Ok(()));
        profile.set_id(2);
        Err::<(), _>("undo")
    });
    assert_eq!(failed, Err("undo"));
    assert_eq!(log.take(), NOTHING);
    profile.batch(|profile| {
        let failed = profile.transaction(|profile| {
            profile.cancel_user("inside");
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
        profile.reload_user();
    });
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 1", "pending #2 again"]
    );
}

#[test]
fn r5_a_function_that_takes_the_batch_works_in_a_transaction_too() {
    fn stop(profile: &mut ProfileBatch<'_>) {
        profile.cancel_user("stop");
        profile.set_id(2);
    }
    let (mut profile, _, log) = profile();
    let failed = profile.transaction(|profile| {
        stop(profile);
        Err::<(), ()>(())
    });
    assert_eq!((failed, log.take()), (Err(()), vec![]));
    profile.batch(stop);
    assert_eq!(*profile.id(), 2);
    assert_eq!(
        log.take(),
        [
            "user#1 dropped",
            "user#2 created 2",
            "user#2 dropped",
            "cancelled #2 reason=stop"
        ]
    );
}

#[test]
fn r5_a_transaction_that_fails_does_not_touch_the_work() {
    let (mut profile, gates, log) = profile();
    let failed = profile.transaction(|transaction| {
        transaction.set_id(2);
        assert_eq!(transaction.user().token(), 1);
        Err::<(), _>("undo")
    });
    assert_eq!(failed, Err("undo"));
    assert_eq!(log.take(), NOTHING);
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    assert_eq!(log.take().last().unwrap(), "success #1 value=5");

    let kept = profile.transaction(|transaction| {
        transaction.set_id(2);
        assert_eq!(transaction.user().status(), AsyncStatus::Success);
        Ok::<_, ()>(())
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(log.take(), ["user#2 created 2", "pending #2 value=5"]);
}

reactive! {
    struct Forgetful {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        #[keep_previous(false)]
        resource user = fetch(gates.open(id));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b165_a_value_cleared_at_the_start_does_not_come_back_with_a_cancel() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Forgetful::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    graph.set_id(2);
    log.clear();
    graph.cancel_user("enough");
    assert_eq!(log.take(), ["user#2 dropped", "cancelled #2 reason=enough"]);
}

#[test]
fn b161_b162_dropping_the_graph_drops_the_work_and_runs_nothing_else() {
    let (profile, gates, log) = profile();
    drop(profile);
    assert_eq!(log.take(), ["user#1 dropped"]);
    assert!(gates.all_dropped_once());
    gates.ok(1, 5); // a late wake reaches no task
    assert_eq!(log.take(), NOTHING);
}

/// The work leaves its tokens here.
#[derive(Clone, Default)]
struct Tokens(Arc<Mutex<Vec<CancelToken>>>);

impl Tokens {
    fn keep(&self, token: &CancelToken) {
        self.0.lock().unwrap().push(token.clone());
    }

    fn reason(&self, number: usize) -> Option<CancelReason> {
        let tokens = self.0.lock().unwrap();
        assert_eq!(
            tokens[number - 1].is_cancelled(),
            tokens[number - 1].reason().is_some()
        );
        tokens[number - 1].reason()
    }
}

/// Logs the state of its token when the work is dropped.
struct Witness(Log, CancelToken);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.push(format!("token: {:?}", self.1.reason()));
    }
}

#[resource]
async fn watch(
    gate: Gate,
    tokens: Tokens,
    #[cancel] token: CancelToken,
    log: Log,
) -> Result<u32, String> {
    tokens.keep(&token);
    let _witness = Witness(log, token);
    gate.await
}

reactive! {
    struct Watched {
        let gates: Gates;
        let tokens: Tokens;
        let log: Log;
        signal id: Option<u32> = Some(1);
        signal broken: bool = false;
        computed checked: Option<u32> = { assert!(!*broken, "`checked` is broken"); *id };
        resource user = watch(gates.open((*checked)?), tokens, log);
    }
}

/// A graph whose first run has been polled: it has its token.
fn watched() -> (Watched, Gates, Tokens, Log) {
    let (log, tokens) = (Log::default(), Tokens::default());
    let gates = Gates::new("user", &log);
    let mut graph = Watched::new(gates.clone(), tokens.clone(), log.clone());
    run(&mut graph);
    assert_eq!(tokens.reason(1), None);
    log.clear();
    (graph, gates, tokens, log)
}

fn run(graph: &mut Watched) {
    let _ = poll!(graph);
}

#[test]
fn b153_b167_the_token_is_told_why_before_the_work_is_dropped() {
    let (mut graph, _, tokens, log) = watched();
    graph.cancel_user("enough");
    assert_eq!(
        log.take(),
        ["user#1 dropped", r#"token: Some(Manual("enough"))"#]
    );
    assert_eq!(tokens.reason(1), Some(CancelReason::from("enough")));

    graph.reload_user();
    run(&mut graph);
    graph.reload_user();
    assert_eq!(tokens.reason(2), Some(CancelReason::Reloaded));

    run(&mut graph);
    graph.set_id(Some(2));
    assert_eq!(tokens.reason(3), Some(CancelReason::SourceChanged));

    run(&mut graph);
    graph.set_id(None);
    assert_eq!(
        tokens.reason(4),
        Some(CancelReason::SourceChanged),
        "no input is another input"
    );

    graph.set_id(Some(3));
    run(&mut graph);
    let _ = panic_of(|| graph.set_broken(true));
    assert_eq!(tokens.reason(5), Some(CancelReason::Panicked));

    graph.set_broken(false);
    run(&mut graph);
    log.clear();
    drop(graph);
    assert_eq!(log.take(), ["user#6 dropped", "token: Some(Disposed)"]);
    assert_eq!(tokens.reason(6), Some(CancelReason::Disposed));
}

#[test]
fn the_token_of_a_run_that_came_to_its_end_is_left_alone() {
    let (mut graph, gates, tokens, log) = watched();
    gates.ok(1, 5);
    run(&mut graph);
    assert_eq!(log.take(), ["user#1 polled", "user#1 done", "token: None"]);
    graph.set_id(Some(2));
    run(&mut graph);
    gates.err(2, "offline".to_owned());
    run(&mut graph);
    graph.reload_user();
    drop(graph);
    assert_eq!((tokens.reason(1), tokens.reason(2)), (None, None));
}

#[test]
fn a_reload_with_a_new_input_is_told_as_a_new_input() {
    let (mut graph, gates, tokens, _) = watched();
    graph.batch(|batch| {
        batch.reload_user();
        batch.set_id(Some(2));
    });
    assert_eq!(tokens.reason(1), Some(CancelReason::SourceChanged));
    assert_eq!(gates.created(), 2);
}

#[resource]
async fn count_on_a_thread(
    handles: Arc<Mutex<Vec<thread::JoinHandle<Option<CancelReason>>>>>,
    #[cancel] token: CancelToken,
) -> Result<u32, String> {
    let (started, running) = mpsc::channel();
    let handle = thread::spawn(move || {
        started.send(()).unwrap();
        while !token.is_cancelled() {
            thread::yield_now();
        }
        token.reason()
    });
    running.recv().unwrap();
    handles.lock().unwrap().push(handle);
    std::future::pending().await
}

reactive! {
    struct Threads {
        let handles: Arc<Mutex<Vec<thread::JoinHandle<Option<CancelReason>>>>>;
        signal id: u32 = 1;
        resource count = count_on_a_thread({ let _ = id; handles.clone() });
    }
}

#[test]
fn b166_b167_a_thread_stops_at_its_next_look_at_the_token_and_knows_why() {
    let handles = Arc::<Mutex<Vec<_>>>::default();
    let mut graph = Threads::new(handles.clone());
    let joined = || handles.lock().unwrap().pop().unwrap().join().unwrap();
    assert!(poll!(graph).is_pending());
    graph.cancel_count("enough");
    assert_eq!(joined(), Some(CancelReason::from("enough")));

    graph.set_id(2);
    assert!(poll!(graph).is_pending());
    graph.set_id(3);
    assert_eq!(joined(), Some(CancelReason::SourceChanged));

    assert!(poll!(graph).is_pending());
    drop(graph);
    assert_eq!(joined(), Some(CancelReason::Disposed));
}

#[test]
fn cancelled_can_be_awaited_anywhere() {
    let (mut graph, _, tokens, _) = watched();
    let token = tokens.0.lock().unwrap()[0].clone();
    let wakes = Wakes::new();
    let mut here = Box::pin(token.cancelled());
    assert!(
        wakes
            .poll(|context| here.as_mut().poll(context))
            .is_pending()
    );
    let there = thread::spawn(move || {
        futures::executor::block_on(token.cancelled());
        token.reason()
    });
    assert_eq!(wakes.take(), 0);
    graph.cancel_user("enough");
    assert_eq!(there.join().unwrap(), Some(CancelReason::from("enough")));
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|context| here.as_mut().poll(context)).is_ready());
}

#[resource]
async fn listen(#[cancel] token: CancelToken, id: u32) -> Result<u32, String> {
    token.cancelled().await;
    Ok(id)
}

reactive! {
    struct Listening {
        let log: Log;
        signal id: u32 = 1;
        resource user = listen(id);
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn work_that_waits_for_its_own_token_is_dropped_like_any_other() {
    let log = Log::default();
    let mut graph = Listening::new(log.clone());
    let wakes = Wakes::new();
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    graph.cancel_user("enough");
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    assert_eq!(log.take(), ["pending #1", "cancelled #1 reason=enough"]);
    graph.set_id(2);
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    assert_eq!(
        log.take(),
        ["pending #2"],
        "the new run has a token of its own"
    );
}
