//! A resource is observed by part: which bodies run at which transition.
//!
//! Invariants: each effect logs its own name, in the order of declaration.
//!
//! Must not know: why a transition happens; `async_status`, `cancellation` and `reload` are about that.

use signal_kernel::{AsyncState, AsyncStatus, reactive};
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    poll,
    profile::fetch,
};

fn token<T, E>(state: &AsyncState<T, E>) -> u64 {
    state.token()
}

reactive! {
    struct Parts {
        let gates: Gates;
        let log: Log;
        signal id: Option<u32> = Some(1);
        resource user = fetch(gates.open((*id)?));
        effect value { let _ = user.value(); log.push("value"); }
        effect error { let _ = user.error(); log.push("error"); }
        effect status { let _ = user.status(); log.push("status"); }
        effect pending { let _ = user.is_pending(); log.push("pending"); }
        effect either { let _ = (user.status(), user.is_pending()); log.push("either"); }
        effect two { let _ = (user.value(), user.error()); log.push("two"); }
        effect whole { let _ = token(user); log.push("whole"); }
    }
}

const NEVER_BY_PART: [&str; 2] = ["two", "whole"];
const BY_STATUS: [&str; 5] = ["status", "pending", "either", "two", "whole"];
const BY_VALUE: [&str; 6] = ["value", "status", "pending", "either", "two", "whole"];
const BY_ERROR: [&str; 6] = ["error", "status", "pending", "either", "two", "whole"];

/// A graph, and the log of its effects since the last call.
fn parts() -> (Parts, Gates, impl Fn() -> Vec<String>) {
    let log = Log::default();
    let gates = Gates::new("user#", &log);
    let graph = Parts::new(gates.clone(), log.clone());
    let ran = move || {
        log.take()
            .into_iter()
            .filter(|line| !line.contains('#'))
            .collect()
    };
    (graph, gates, ran)
}

#[test]
fn every_effect_has_run_when_new_returns() {
    let (_graph, _, ran) = parts();
    assert_eq!(
        ran(),
        [
            "value", "error", "status", "pending", "either", "two", "whole"
        ]
    );
}

#[test]
fn success_is_a_new_value_and_a_new_status() {
    let (mut graph, gates, ran) = parts();
    ran();
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(ran(), BY_VALUE);
    graph.reload_user();
    ran();
    gates.ok(2, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(ran(), BY_VALUE, "an `Ok` always counts");
}

#[test]
fn a_start_is_a_new_status_unless_it_was_pending() {
    let (mut graph, gates, ran) = parts();
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    ran();
    graph.set_id(Some(2));
    assert_eq!(ran(), BY_STATUS);
    graph.set_id(Some(3));
    assert_eq!(
        ran(),
        NEVER_BY_PART,
        "still pending: only the token is another"
    );
    graph.reload_user();
    assert_eq!(ran(), NEVER_BY_PART);
}

#[test]
fn failure_is_a_new_error_and_a_new_status_and_so_is_its_end() {
    let (mut graph, gates, ran) = parts();
    ran();
    gates.err(1, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    assert_eq!(ran(), BY_ERROR);
    graph.reload_user();
    assert_eq!(ran(), BY_ERROR);
}

#[test]
fn a_run_that_is_started_and_cancelled_in_one_batch_leaves_the_status_as_it_was() {
    let (mut graph, _gates, ran) = parts();
    graph.cancel_user("enough");
    ran();
    graph.batch(|graph| {
        graph.set_id(Some(2));
        graph.cancel_user("again");
    });
    assert_eq!(ran(), NEVER_BY_PART);
}

#[test]
fn a_cancel_is_a_new_status() {
    let (mut graph, gates, ran) = parts();
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    graph.set_id(Some(2));
    ran();
    graph.cancel_user("enough");
    assert_eq!(ran(), BY_STATUS);
    graph.cancel_user("again");
    assert_eq!(ran(), NOTHING);
}

#[test]
fn losing_the_input_is_a_new_status_and_a_new_value_or_error_if_there_was_one() {
    let (mut graph, gates, ran) = parts();
    ran();
    graph.set_id(None);
    assert_eq!(ran(), BY_STATUS);
    graph.set_id(Some(2));
    gates.ok(2, 5);
    assert!(poll!(graph).is_ready());
    ran();
    graph.set_id(None);
    assert_eq!(ran(), BY_VALUE);
    graph.set_id(Some(3));
    gates.err(3, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    ran();
    graph.set_id(None);
    assert_eq!(ran(), BY_ERROR);
    graph.reload_user();
    assert_eq!(ran(), NOTHING, "no transition");
}

reactive! {
    struct Forgetful {
        let gates: Gates;
        let log: Log;
        #[keep_previous(false)]
        resource user = fetch(gates.open(""));
        effect value { log.push(format!("value {:?}", user.value())); }
        effect status { log.push(format!("status {}", user.status())); }
    }
}

#[test]
fn a_start_that_clears_the_value_is_a_new_value() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Forgetful::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.reload_user();
    assert_eq!(log.take()[1..], ["value None", "status pending"]);
    graph.reload_user();
    assert_eq!(log.take()[2..], NOTHING, "there was none to clear");
}

reactive! {
    /// The ways to write a use.
    struct Spellings {
        let gates: Gates;
        let log: Log;
        resource user = fetch(gates.open(""));
        effect in_macro { log.push(format!("in_macro {:?}", user.value())); }
        effect in_closure { let read = || user.value().copied(); log.push(format!("in_closure {:?}", read())); }
        effect in_branch { if let Some(value) = user.value() { log.push(format!("in_branch {value}")); } }
        effect shadowed { let _ = user.value(); { let user = 1; let _ = user; } log.push("shadowed"); }
        effect captured { log.push(format!("captured {}", !format!("{user:?}").is_empty())); }
        effect bound { let it = user; log.push(format!("bound {:?}", it.value())); }
        effect matched { if let (it, 0) = (user, 0) { log.push(format!("matched {:?}", it.value())); } }
    }
}

#[test]
fn only_a_call_of_a_part_on_the_name_itself_is_a_part() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Spellings::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.reload_user();
    assert_eq!(
        log.take()[1..],
        ["captured true", "bound Some(5)", "matched Some(5)"],
        "the status changed: whoever uses the whole runs"
    );
    gates.ok(2, 6);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[2..],
        [
            "in_macro Some(6)",
            "in_closure Some(6)",
            "in_branch 6",
            "shadowed",
            "captured true",
            "bound Some(6)",
            "matched Some(6)"
        ]
    );
}

reactive! {
    /// Computed values by part: eager ones, and lazy ones that nothing watches.
    struct Derived {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        computed eager_value: u32 = { log.push("eager value"); user.value().copied().unwrap_or(0) };
        computed eager_busy: bool = { log.push("eager busy"); user.is_pending() };
        effect show { log.push(format!("{eager_value} {eager_busy}")); }
        computed lazy_value: u32 = { log.push("lazy value"); user.value().copied().unwrap_or(0) };
        computed lazy_error: usize = { log.push("lazy error"); user.error().map_or(0, String::len) };
        computed lazy_status: AsyncStatus = { log.push("lazy status"); user.status() };
        computed lazy_whole: u64 = { log.push("lazy whole"); token(user) };
    }
}

fn derived() -> (Derived, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Derived::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    read(&graph);
    log.clear();
    (graph, gates, log)
}

fn read(graph: &Derived) -> (u32, usize, AsyncStatus, u64) {
    (
        *graph.lazy_value(),
        *graph.lazy_error(),
        *graph.lazy_status(),
        *graph.lazy_whole(),
    )
}

#[test]
fn an_eager_value_is_recomputed_for_its_part_only() {
    let (mut graph, gates, log) = derived();
    graph.set_id(2);
    assert_eq!(log.take(), ["user#2 created 2", "eager busy", "5 true"]);
    graph.set_id(3);
    assert_eq!(log.take(), ["user#2 dropped", "user#3 created 3"]);
    gates.ok(3, 6);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["eager value", "eager busy", "6 false"]);
}

#[test]
fn a_lazy_value_is_recomputed_on_the_next_read_for_its_part_only() {
    let (mut graph, gates, log) = derived();
    assert_eq!(read(&graph), (5, 0, AsyncStatus::Success, 1));
    assert_eq!(log.take(), NOTHING);

    graph.set_id(2);
    log.clear();
    assert_eq!(read(&graph), (5, 0, AsyncStatus::Pending, 2));
    assert_eq!(log.take(), ["lazy status", "lazy whole"]);

    graph.set_id(3);
    log.clear();
    assert_eq!(read(&graph), (5, 0, AsyncStatus::Pending, 3));
    assert_eq!(log.take(), ["lazy whole"]);

    gates.err(3, "offline".to_owned());
    assert!(poll!(graph).is_ready());
    log.clear();
    assert_eq!(read(&graph), (5, 7, AsyncStatus::Error, 3));
    assert_eq!(log.take(), ["lazy error", "lazy status", "lazy whole"]);
}

#[test]
fn in_a_batch_a_computed_value_sees_the_resource_from_before() {
    let (mut graph, _, log) = derived();
    graph.batch(|batch| {
        batch.set_id(2);
        batch.cancel_user("nothing");
        assert_eq!(*batch.lazy_status(), AsyncStatus::Success);
        assert!(!*batch.eager_busy());
        assert_eq!(*batch.lazy_whole(), 1);
    });
    log.clear();
    assert_eq!(read(&graph), (5, 0, graph.user().status(), 2));
}

reactive! {
    struct ByPart {
        let users: Gates;
        let posts: Gates;
        let hints: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(users.open(id));
        #[allow(dead_code)]
        resource post = fetch(posts.open(user.value()?));
        #[allow(dead_code)]
        resource hint = fetch(hints.open(user.error()?));
    }
}

#[test]
fn a_resources_arguments_observe_another_resource_by_part() {
    let log = Log::default();
    let [users, posts, hints] = ["user", "post", "hint"].map(|name| Gates::new(name, &log));
    let mut graph = ByPart::new(users.clone(), posts.clone(), hints.clone(), log.clone());
    assert_eq!(graph.log().take(), ["user#1 created 1"]);
    users.ok(1, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["post#1 created 5"]);
    graph.set_id(2);
    assert_eq!(
        log.take(),
        ["user#2 created 2"],
        "pending is not `post`'s business"
    );
    users.err(2, "offline".to_owned());
    log.clear();
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        [
            "user#2 polled",
            "user#2 done",
            "post#1 polled",
            "hint#1 created offline"
        ]
    );
    graph.reload_user();
    assert_eq!(
        log.take(),
        ["user#3 created 2", "hint#1 dropped"],
        "the error is gone"
    );
    users.ok(3, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[2..],
        ["post#1 dropped", "post#2 created 5"],
        "without `#[eq]` an `Ok` is always a new value"
    );
}

#[test]
fn the_description_of_the_graph_names_resources_and_their_edges() {
    let text = ByPart::GRAPH.to_mermaid();
    for name in ["user", "post", "hint"] {
        assert!(text.contains(name), "{text}");
    }
}
