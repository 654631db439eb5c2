//! Asking again: `reload`, the value that is kept meanwhile, `#[manual]`, and a resource's own `#[eq]` (P, R5).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{AsyncStatus, reactive};
use signal_kernel_tests::{
    describe,
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::{Profile, fetch, loaded as profile},
};

#[test]
fn b177_b188_a_reload_runs_for_the_same_input_under_the_next_token() {
    let (mut profile, gates, log) = profile();
    profile.reload_user();
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again value=5"]);
    assert!(profile.user().is_reloading());
    gates.ok(2, 6);
    assert!(poll!(profile).is_ready());
    assert_eq!(
        log.take(),
        ["user#2 polled", "user#2 done", "success #2 value=6"]
    );
    assert!(!profile.user().is_reloading());
}

#[test]
fn b188_a_new_input_is_not_a_reload_even_if_it_follows_one() {
    let (mut profile, _, log) = profile();
    profile.reload_user();
    log.clear();
    profile.set_id(2);
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#3 created 2", "pending #3 value=5"]
    );
    assert!(!profile.user().is_reloading());
    profile.reload_user();
    assert_eq!(
        log.take(),
        [
            "user#3 dropped",
            "user#4 created 2",
            "pending #4 again value=5"
        ]
    );
}

#[test]
fn b188_no_other_end_leaves_it_reloading() {
    let (mut profile, gates, _) = profile();
    profile.reload_user();
    gates.err(2, "offline".to_owned());
    assert!(poll!(profile).is_ready());
    assert!(!profile.user().is_reloading());
    profile.reload_user();
    profile.cancel_user("enough");
    assert!(!profile.user().is_reloading());
}

#[test]
fn b179_a_reload_while_loading_restarts() {
    let (mut profile, gates, log) = profile();
    profile.set_id(2);
    assert!(poll!(profile).is_pending());
    log.clear();
    profile.reload_user();
    assert_eq!(
        log.take(),
        [
            "user#2 dropped",
            "user#3 created 2",
            "pending #3 again value=5"
        ]
    );
    gates.ok(2, 20);
    assert!(poll!(profile).is_pending());
    assert_eq!(
        profile.user().value(),
        Some(&5),
        "the answer of the run before is lost"
    );
}

#[test]
fn b180_several_reloads_in_a_batch_are_one() {
    let (mut profile, gates, log) = profile();
    let inside = profile.batch(|batch| {
        batch.reload_user();
        batch.batch(|inner| inner.reload_user());
        batch.reload_user();
        (batch.user().status(), batch.user().token(), gates.created())
    });
    assert_eq!(
        inside,
        (AsyncStatus::Success, 1, 1),
        "nothing starts inside a batch"
    );
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again value=5"]);
}

#[test]
fn b182_a_reload_and_a_new_input_in_one_batch_are_one_start() {
    let (mut profile, _, log) = profile();
    profile.batch(|batch| {
        batch.reload_user();
        batch.set_id(2);
    });
    assert_eq!(log.take(), ["user#2 created 2", "pending #2 value=5"]);
    profile.batch(|batch| {
        batch.set_id(3);
        batch.reload_user();
    });
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#3 created 3", "pending #3 value=5"]
    );
}

#[test]
fn a_reload_with_an_input_that_comes_back_in_the_same_batch_runs_for_the_same_input() {
    let (mut profile, _, log) = profile();
    profile.batch(|batch| {
        batch.set_id(2);
        batch.reload_user();
        batch.set_id(1);
    });
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again value=5"]);
}

#[test]
fn a_reload_asked_for_around_a_transaction_that_fails_is_carried_out() {
    let (mut profile, _, log) = profile();
    profile.batch(|batch| {
        batch.reload_user();
        let failed = batch.transaction(|transaction| {
            transaction.set_id(2);
            Err::<(), _>("undo")
        });
        assert_eq!(failed, Err("undo"));
    });
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again value=5"]);
}

#[test]
fn r5_a_batch_that_panics_still_reloads() {
    let (mut profile, _, log) = profile();
    let said = panic_of(|| {
        profile.batch(|batch| {
            batch.reload_user();
            panic!("in the batch");
        });
    });
    assert_eq!(said, "in the batch");
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again value=5"]);
}

#[test]
fn b174_the_previous_value_is_readable_while_pending() {
    let (mut profile, _, _) = profile();
    profile.set_id(2);
    assert!(profile.user().is_pending());
    assert_eq!(profile.user().value(), Some(&5));
}

#[test]
fn b176_an_error_is_cleared_by_the_next_start() {
    let (mut profile, gates, _) = profile();
    profile.set_id(2);
    gates.err(2, "offline".to_owned());
    assert!(poll!(profile).is_ready());
    profile.reload_user();
    assert_eq!(profile.user().error(), None);
    assert_eq!(profile.user().value(), Some(&5));
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
fn b175_b176_without_keep_previous_a_start_clears_the_value() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Forgetful::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.set_id(2);
    assert_eq!(log.take(), ["user#2 created 2", "pending #2"]);
    gates.err(2, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["error #2 error=offline"]);
    graph.reload_user();
    assert_eq!(
        log.take(),
        ["user#3 created 2", "pending #3 again"],
        "no older value reappears"
    );
    gates.ok(3, 6);
    assert!(poll!(graph).is_ready());
    graph.reload_user();
    assert_eq!(graph.user().value(), None, "a reload is a start too");
}

reactive! {
    struct Observing {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        signal revision: u32 = 0;
        resource user = fetch({ let _ = revision; gates.open(id) });
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b183_a_value_that_an_argument_only_mentions_restarts_without_being_passed() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Observing::new(gates.clone(), log.clone());
    log.clear();
    graph.set_revision(1);
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 1", "pending #2"]
    );
    graph.batch(|batch| {
        batch.set_revision(2);
        batch.set_id(2);
    });
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#3 created 2", "pending #3"],
        "b182"
    );
}

reactive! {
    struct Plain {
        let gates: Gates;
        let mut calls: u32 = 0;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        effect count { *calls += 1; let _ = user; }
    }
}

#[test]
fn a_plain_field_is_no_dependency_of_a_resource() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Plain::new(gates.clone(), log.clone());
    *graph.calls_mut() = 10;
    assert_eq!(gates.created(), 1);
    graph.reload_user();
    assert_eq!((gates.created(), *graph.calls()), (2, 11));
    assert_eq!(
        graph.log().take(),
        ["user#1 created 1", "user#1 dropped", "user#2 created 1"]
    );
}

reactive! {
    struct Search {
        let gates: Gates;
        let log: Log;
        signal text: Option<u32> = Some(1);
        #[manual]
        resource hits = fetch(gates.open((*text)?));
        effect show { log.push(describe!(hits)); }
    }
}

fn search() -> (Search, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("hits", &log);
    (Search::new(gates.clone(), log.clone()), gates, log)
}

#[test]
fn b139_a_manual_resource_is_idle_and_not_called() {
    let (mut graph, gates, log) = search();
    assert_eq!(log.take(), ["idle #0"]);
    assert!(poll!(graph).is_pending());
    assert_eq!(gates.created(), 0);
}

#[test]
fn b178_a_manual_resource_is_started_by_reload_with_the_arguments_of_that_moment() {
    let (mut graph, gates, log) = search();
    log.clear();
    graph.set_text(Some(2));
    graph.set_text(Some(3));
    assert_eq!(log.take(), NOTHING, "inputs do not start it");
    graph.reload_hits();
    assert_eq!(log.take(), ["hits#1 created 3", "pending #1"]);
    graph.set_text(Some(4));
    graph.set_text(None);
    assert_eq!(log.take(), NOTHING, "inputs do not stop it");
    gates.ok(1, 30);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        ["hits#1 polled", "hits#1 done", "success #1 value=30"]
    );
    graph.set_text(Some(5));
    assert_eq!(log.take(), NOTHING, "inputs do not clear it");
    graph.batch(|batch| {
        batch.reload_hits();
        batch.set_text(Some(6));
    });
    assert_eq!(log.take(), ["hits#2 created 6", "pending #2 value=30"]);
}

#[test]
fn b178_a_manual_resource_without_input_stays_idle() {
    let (mut graph, gates, log) = search();
    graph.set_text(None);
    log.clear();
    graph.reload_hits();
    assert_eq!(log.take(), NOTHING);
    graph.set_text(Some(1));
    assert_eq!(log.take(), NOTHING, "the reload is not remembered");
    graph.reload_hits();
    gates.ok(1, 10);
    assert!(poll!(graph).is_ready());
    graph.set_text(None);
    log.clear();
    graph.reload_hits();
    assert_eq!(log.take(), ["idle #1"], "no input, no answer");
}

#[test]
fn a_manual_reload_of_the_same_input_is_quiet_and_of_another_is_not() {
    let (mut graph, gates, log) = search();
    graph.reload_hits();
    gates.ok(1, 10);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.reload_hits();
    assert_eq!(
        log.take(),
        ["hits#2 created 1", "pending #2 again value=10"]
    );
    graph.set_text(Some(2));
    graph.reload_hits();
    assert_eq!(
        log.take(),
        ["hits#2 dropped", "hits#3 created 2", "pending #3 value=10"]
    );
}

#[test]
fn b172_of_two_manual_runs_the_second_answer_stays() {
    let (mut graph, gates, log) = search();
    graph.reload_hits();
    assert!(poll!(graph).is_pending());
    graph.set_text(Some(2));
    graph.reload_hits();
    gates.ok(2, 20);
    assert!(poll!(graph).is_ready());
    log.clear();
    gates.ok(1, 10);
    assert!(poll!(graph).is_pending());
    assert_eq!(log.take(), NOTHING);
    assert_eq!(describe!(graph.hits()), "success #2 value=20");
}

#[test]
fn a_manual_resource_can_be_cancelled_and_started_again() {
    let (mut graph, _, log) = search();
    graph.reload_hits();
    log.clear();
    graph.cancel_hits("enough");
    assert_eq!(log.take(), ["hits#1 dropped", "cancelled #1 reason=enough"]);
    graph.set_text(Some(2));
    assert_eq!(log.take(), NOTHING);
    graph.reload_hits();
    assert_eq!(log.take(), ["hits#2 created 2", "pending #2"]);
}

#[test]
fn a_manual_run_is_cancelled_also_after_its_input_has_changed() {
    let (mut graph, _, log) = search();
    graph.reload_hits();
    graph.set_text(Some(2));
    log.clear();
    graph.cancel_hits("enough");
    assert_eq!(log.take(), ["hits#1 dropped", "cancelled #1 reason=enough"]);
}

reactive! {
    struct ManualForgetful {
        let gates: Gates;
        let log: Log;
        #[manual]
        #[keep_previous(false)]
        resource hits = fetch(gates.open(""));
        effect show { log.push(describe!(hits)); }
    }
}

#[test]
fn manual_and_keep_previous_go_together() {
    let log = Log::default();
    let gates = Gates::new("hits", &log);
    let mut graph = ManualForgetful::new(gates.clone(), log.clone());
    assert_eq!(log.take(), ["idle #0"]);
    graph.reload_hits();
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    graph.reload_hits();
    assert_eq!(log.take().last().unwrap(), "pending #2 again");
}

fn same_tens(a: &u32, b: &u32) -> bool {
    a / 10 == b / 10
}

reactive! {
    struct Cut {
        let gates: Gates;
        let log: Log;
        #[eq(same_tens)]
        resource user = fetch(gates.open(""));
        computed shown: u32 = { log.push("shown runs"); user.value().copied().unwrap_or(0) };
        effect value { log.push(format!("value {:?}", user.value())); }
        effect status { log.push(format!("status {}", user.status())); }
        effect sum { log.push(format!("shown {shown}")); }
    }
}

#[test]
fn r2_eq_on_a_resource_cuts_off_on_its_value() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Cut::new(gates.clone(), log.clone());
    gates.ok(1, 50);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.reload_user();
    gates.ok(2, 55);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        [
            "user#2 created ",
            "status pending",
            "user#2 polled",
            "user#2 done",
            "status success"
        ]
    );
    assert_eq!(
        graph.user().value(),
        Some(&50),
        "an equal value is no new value"
    );
    graph.reload_user();
    gates.ok(3, 61);
    log.clear();
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[2..],
        ["shown runs", "value Some(61)", "status success", "shown 61"]
    );
}

reactive! {
    struct Same {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        #[keep_previous(reload)]
        resource user = fetch(gates.open(id));
        effect show { log.push(format!("{} {}", describe!(user), user.is_current())); }
    }
}

#[test]
fn keep_previous_reload_keeps_the_value_only_while_it_runs_for_the_same_input_again() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Same::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take().last().unwrap(), "success #1 value=5 true");
    graph.reload_user();
    assert_eq!(log.take()[1..], ["pending #2 again value=5 true"]);
    gates.err(2, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["error #2 value=5 error=offline true"]);
    graph.set_id(2);
    assert_eq!(log.take()[1..], ["pending #3 false"]);
    graph.reload_user();
    assert_eq!(log.take()[2..], ["pending #4 again false"]);
    gates.ok(4, 6);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.batch(|graph| {
        graph.set_id(3);
        graph.reload_user();
    });
    assert_eq!(log.take()[1..], ["pending #5 false"], "a new input");
}

reactive! {
    struct SameByHand {
        let gates: Gates;
        let log: Log;
        signal text: u32 = 1;
        #[manual]
        #[keep_previous(reload)]
        resource hits = fetch(gates.open(text));
        effect show { log.push(format!("{} {}", describe!(hits), hits.is_current())); }
    }
}

#[test]
fn a_manual_reload_whose_arguments_have_changed_runs_for_a_new_input() {
    let log = Log::default();
    let gates = Gates::new("hits", &log);
    let mut graph = SameByHand::new(gates.clone(), log.clone());
    graph.reload_hits();
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.set_text(2);
    assert_eq!(log.take(), NOTHING);
    assert!(
        graph.hits().is_current(),
        "its input is that of the last start"
    );
    graph.reload_hits();
    assert_eq!(log.take(), ["hits#2 created 2", "pending #2 false"]);
    gates.ok(2, 6);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.reload_hits();
    assert_eq!(
        log.take(),
        ["hits#3 created 2", "pending #3 again value=6 true"]
    );
}

#[test]
fn a_value_is_current_from_its_answer_until_the_input_changes() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut profile = Profile::new(gates.clone(), log.clone());
    assert!(!profile.user().is_current());
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    assert!(profile.user().is_current());
    profile.reload_user();
    profile.cancel_user("enough");
    assert!(profile.user().is_current(), "it still answers the input");
    profile.batch(|profile| {
        profile.set_id(2);
        assert!(profile.user().is_current(), "nothing starts in a batch");
    });
    assert_eq!(
        (profile.user().value(), profile.user().is_current()),
        (Some(&5), false)
    );
    gates.err(3, "offline".to_owned());
    assert!(poll!(profile).is_ready());
    profile.reload_user();
    assert!(
        !profile.user().is_current(),
        "the value is of another input"
    );
    gates.ok(4, 6);
    assert!(poll!(profile).is_ready());
    assert!(profile.user().is_current());
}
