//! Panics around asynchronous work: of the work, its arguments, its destructor, its value (R8).
//!
//! Invariants: after every panic the graph is used again; the log says what ran in spite of it.
//!
//! Must not know: executors.

use signal_kernel::{AsyncStatus, CancelReason, reactive, resource};
use signal_kernel_tests::{
    describe,
    gate::{Gate, Gates, Wakes, poll_once},
    log::{Log, NOTHING},
    panicking::{PanicOn, Panicking},
    panics::panic_of,
    poll,
    profile::fetch,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

reactive! {
    struct Profile {
        let gates: Gates;
        let log: Log;
        signal id: Option<u32> = Some(1);
        resource user = fetch(gates.open((*id)?));
        effect show { log.push(describe!(user)); }
    }
}

fn profile() -> (Profile, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let profile = Profile::new(gates.clone(), log.clone());
    log.clear();
    (profile, gates, log)
}

#[test]
fn work_that_panics_is_cancelled_and_its_panic_reaches_the_poller() {
    let (mut graph, gates, log) = profile();
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    graph.set_id(Some(2));
    gates.panic(2);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "user#2 panicked");
    assert_eq!(
        log.take(),
        ["user#2 polled", "cancelled #2 value=5 reason=panicked"],
        "effects ran"
    );
    assert_eq!(graph.user().status(), AsyncStatus::Cancelled);
    assert_eq!(graph.user().cancel_reason(), Some(&CancelReason::Panicked));
    assert_eq!(gates.alive(), 0);
    assert!(poll!(graph).is_pending());
    assert_eq!(log.take(), NOTHING, "it panicked once");
}

#[test]
fn after_a_panic_of_the_work_it_can_be_started_again() {
    let (mut graph, gates, log) = profile();
    gates.panic(1);
    panic_of(|| poll!(graph));
    log.clear();
    graph.reload_user();
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again"]);
    gates.panic(2);
    panic_of(|| poll!(graph));
    log.clear();
    graph.set_id(Some(2));
    assert_eq!(log.take(), ["user#3 created 2", "pending #3"]);
    gates.ok(3, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["success #3 value=5"]);
}

#[test]
fn a_panic_reaches_the_waker_side_too_and_no_wake_is_lost() {
    let (mut graph, gates, _) = profile();
    let wakes = Wakes::new();
    gates.panic(1);
    panic_of(|| wakes.poll(|context| graph.poll_progress(context)));
    let _ = wakes.take();
    graph.reload_user();
    assert_eq!(
        wakes.take(),
        1,
        "the waker of the poll that panicked is remembered"
    );
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    gates.ok(2, 5);
    assert_eq!(wakes.take(), 1);
}

reactive! {
    struct Several {
        let gates: Gates;
        let log: Log;
        resource first = fetch(gates.open("first"));
        resource second = fetch(gates.open("second"));
        resource third = fetch(gates.open("third"));
        effect one { log.push(format!("one {}", describe!(first))); }
        effect two { log.push(format!("two {}", describe!(second))); }
        effect three { log.push(format!("three {}", describe!(third))); }
    }
}

fn several() -> (Several, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let graph = Several::new(gates.clone(), log.clone());
    log.clear();
    (graph, gates, log)
}

#[test]
fn a_panic_of_one_of_several_completions_in_one_poll_costs_that_one() {
    let (mut graph, gates, log) = several();
    gates.ok(1, 1);
    gates.panic(2);
    gates.ok(3, 3);
    assert_eq!(panic_of(|| poll!(graph)), "it#2 panicked");
    assert_eq!(
        log.take(),
        [
            "it#1 polled",
            "it#1 done",
            "it#2 polled",
            "it#3 polled",
            "it#3 done",
            "one success #1 value=1",
            "two cancelled #1 reason=panicked",
            "three success #1 value=3",
        ]
    );
}

#[test]
fn of_several_panics_in_one_poll_the_first_goes_on() {
    let (mut graph, gates, log) = several();
    gates.panic(3);
    gates.panic(1);
    assert_eq!(panic_of(|| poll!(graph)), "it#1 panicked");
    assert_eq!(
        log.take()[3..],
        [
            "one cancelled #1 reason=panicked",
            "three cancelled #1 reason=panicked"
        ]
    );
    gates.ok(2, 2);
    assert!(poll!(graph).is_ready());
}

reactive! {
    struct Chain {
        let gates: Gates;
        let log: Log;
        resource first = fetch(gates.open("first"));
        resource second = fetch(gates.open(first.value()?));
        effect show { log.push(format!("{} / {}", describe!(first), describe!(second))); }
    }
}

#[test]
fn work_that_panics_in_the_poll_that_outdates_it_is_superseded_but_heard() {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Chain::new(gates.clone(), log.clone());
    gates.ok(1, 1);
    assert!(poll!(graph).is_ready());
    graph.reload_first();
    gates.ok(3, 2);
    gates.panic(2);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "it#2 panicked");
    assert_eq!(
        log.take(),
        [
            "it#3 polled",
            "it#3 done",
            "it#2 polled",
            "it#4 created 2",
            "success #2 value=2 / pending #2"
        ]
    );
    gates.ok(4, 7);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take().last().unwrap(),
        "success #2 value=2 / success #2 value=7"
    );
}

/// A switch that is no node: no rule sees the change that it makes.
#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

impl Switch {
    fn set(&self, on: bool) {
        self.0.store(on, Ordering::SeqCst);
    }

    fn check(&self, what: &str) {
        assert!(!self.0.load(Ordering::SeqCst), "{what} panicked");
    }
}

reactive! {
    struct Arguments {
        let gates: Gates;
        let broken: Switch;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch({ broken.check("the argument"); gates.open(id) });
        effect show { log.push(describe!(user)); }
        effect other { log.push(format!("other {id}")); }
    }
}

fn arguments() -> (Arguments, Gates, Switch, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let broken = Switch::default();
    let mut graph = Arguments::new(gates.clone(), broken.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    (graph, gates, broken, log)
}

#[test]
fn arguments_that_panic_cancel_the_resource_and_everything_else_runs() {
    let (mut graph, gates, broken, log) = arguments();
    broken.set(true);
    assert_eq!(panic_of(|| graph.set_id(2)), "the argument panicked");
    assert_eq!(
        log.take(),
        ["cancelled #1 value=5 reason=panicked", "other 2"]
    );
    assert_eq!(*graph.id(), 2);
    broken.set(false);
    graph.set_id(3);
    assert_eq!(
        log.take(),
        ["user#2 created 3", "pending #2 value=5", "other 3"]
    );
    gates.ok(2, 6);
    assert!(poll!(graph).is_ready());
}

#[test]
fn arguments_that_panic_drop_the_outdated_work_all_the_same() {
    let (mut graph, gates, broken, log) = arguments();
    graph.set_id(2);
    log.clear();
    broken.set(true);
    assert_eq!(panic_of(|| graph.set_id(3)), "the argument panicked");
    assert_eq!(
        log.take(),
        [
            "user#2 dropped",
            "cancelled #2 value=5 reason=panicked",
            "other 3"
        ]
    );
    assert_eq!(gates.alive(), 0);
    assert_eq!(panic_of(|| graph.set_id(4)), "the argument panicked");
    assert_eq!(
        log.take(),
        ["other 4"],
        "cancelled for the same reason: no transition"
    );
}

#[test]
fn arguments_that_panic_in_a_reload_or_a_batch_reach_its_caller() {
    let (mut graph, _, broken, log) = arguments();
    broken.set(true);
    assert_eq!(panic_of(|| graph.reload_user()), "the argument panicked");
    assert_eq!(log.take(), ["cancelled #1 value=5 reason=panicked"]);
    assert_eq!(
        panic_of(|| graph.batch(|batch| batch.set_id(2))),
        "the argument panicked"
    );
    assert_eq!(log.take(), ["other 2"]);
    let said = panic_of(|| {
        graph.batch(|batch| {
            batch.set_id(3);
            panic!("the batch panicked");
        })
    });
    assert_eq!(said, "the batch panicked", "the batch's own panic wins");
    assert_eq!(log.take(), ["other 3"]);
    broken.set(false);
    graph.reload_user();
    assert!(graph.user().is_pending());
}

#[test]
fn an_input_whose_run_could_not_start_is_new_to_the_next_reload() {
    let (mut graph, _, broken, log) = arguments();
    broken.set(true);
    panic_of(|| graph.set_id(2));
    broken.set(false);
    log.clear();
    graph.reload_user();
    assert_eq!(
        log.take(),
        ["user#2 created 2", "pending #2 value=5"],
        "#2 is the first to ask: the value belongs to another input"
    );
}

#[test]
fn arguments_that_panic_in_new_come_out_of_new_and_what_was_built_is_dropped() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let broken = Switch::default();
    broken.set(true);
    assert_eq!(
        panic_of(|| Arguments::new(gates.clone(), broken.clone(), log.clone())),
        "the argument panicked"
    );
    assert_eq!(log.take(), NOTHING, "no effect ran");
}

reactive! {
    struct Late {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        computed bad: u32 = { assert!(user.value().is_some(), "`bad` panicked"); 1 };
        effect show { log.push(format!("bad {bad}")); }
    }
}

#[test]
fn a_panic_in_new_drops_the_work_that_was_started() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    assert_eq!(
        panic_of(|| Late::new(gates.clone(), log.clone())),
        "`bad` panicked"
    );
    assert_eq!(log.take(), ["user#1 created 1", "user#1 dropped"]);
    assert!(gates.all_dropped_once());
}

#[derive(Debug)]
struct Fragile(Switch);

impl Clone for Fragile {
    fn clone(&self) -> Self {
        self.0.check("the clone");
        Fragile(self.0.clone())
    }
}

impl std::fmt::Debug for Switch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Switch")
    }
}

#[resource]
async fn fetch_fragile(_fragile: Fragile, gate: Gate) -> Result<u32, String> {
    gate.await
}

reactive! {
    struct Cloned {
        let gates: Gates;
        let fragile: Fragile;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch_fragile(fragile, gates.open(id));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn an_argument_whose_clone_panics_is_an_argument_that_panics() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let broken = Switch::default();
    let mut graph = Cloned::new(gates.clone(), Fragile(broken.clone()), log.clone());
    log.clear();
    broken.set(true);
    assert_eq!(panic_of(|| graph.set_id(2)), "the clone panicked");
    assert_eq!(
        log.take(),
        ["user#1 dropped", "cancelled #1 reason=panicked"]
    );
    broken.set(false);
    graph.set_id(3);
    assert_eq!(log.take(), ["user#2 created 3", "pending #2"]);
}

reactive! {
    struct Failing {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        computed checked: u32 = { assert!(*id < 100, "`checked` panicked"); *id };
        resource user = fetch(gates.open(checked));
        effect show { log.push(describe!(user)); }
        effect other { log.push(format!("other {id}")); }
    }
}

fn failing() -> (Failing, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Failing::new(gates.clone(), log.clone());
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    (graph, gates, log)
}

#[test]
fn a_resource_whose_argument_is_failed_is_cancelled_and_starts_when_the_failure_ends() {
    let (mut graph, gates, log) = failing();
    assert_eq!(panic_of(|| graph.set_id(100)), "`checked` panicked");
    assert_eq!(
        log.take(),
        ["cancelled #1 value=5 reason=panicked", "other 100"]
    );
    assert_eq!(panic_of(|| graph.set_id(101)), "`checked` panicked");
    assert_eq!(log.take(), ["other 101"], "it still is");
    graph.set_id(2);
    assert_eq!(
        log.take(),
        ["user#2 created 2", "pending #2 value=5", "other 2"]
    );
    gates.ok(2, 6);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[2..], ["success #2 value=6"]);
}

#[test]
fn it_starts_even_if_the_recovered_argument_is_the_old_one() {
    let (mut graph, _, log) = failing();
    panic_of(|| graph.set_id(100));
    log.clear();
    graph.set_id(1);
    assert_eq!(
        log.take(),
        ["user#2 created 1", "pending #2 value=5", "other 1"]
    );
}

#[test]
fn a_failing_argument_drops_the_work_in_flight() {
    let (mut graph, gates, log) = failing();
    graph.set_id(2);
    log.clear();
    panic_of(|| graph.set_id(100));
    assert_eq!(
        log.take(),
        [
            "user#2 dropped",
            "cancelled #2 value=5 reason=panicked",
            "other 100"
        ]
    );
    assert_eq!(gates.alive(), 0);
}

#[test]
fn an_argument_that_fails_outdates_the_answer_also_where_a_cancel_is_asked_for() {
    let (mut graph, _, _) = failing();
    let said = panic_of(|| {
        graph.batch(|batch| {
            batch.set_id(100);
            batch.cancel_user("enough");
        })
    });
    assert_eq!(said, "`checked` panicked");
    assert_eq!(
        describe!(graph.user()),
        "cancelled #1 value=5 reason=panicked"
    );
    let (mut graph, _, broken, _) = arguments();
    broken.set(true);
    let said = panic_of(|| {
        graph.batch(|batch| {
            batch.set_id(2);
            batch.cancel_user("enough");
        })
    });
    assert_eq!(said, "the argument panicked");
    assert_eq!(
        describe!(graph.user()),
        "cancelled #1 value=5 reason=panicked"
    );
}

reactive! {
    struct Fed {
        let gates: Gates;
        resource first = fetch(gates.open("first"));
        computed checked: u32 = {
            assert!(first.value() != Some(&13), "thirteen");
            0
        };
        resource second = fetch(gates.open(checked));
        resource third = fetch({
            assert!(first.value() != Some(&13), "thirteen");
            gates.open("third")
        });
    }
}

#[test]
fn an_answer_whose_argument_panics_in_the_same_poll_is_not_committed() {
    let gates = Gates::new("it", &Log::default());
    let mut graph = Fed::new(gates.clone());
    for number in 1..4 {
        gates.ok(number, 13);
    }
    assert_eq!(panic_of(|| poll!(graph)), "thirteen");
    assert_eq!(describe!(graph.first()), "success #1 value=13");
    assert_eq!(describe!(graph.second()), "cancelled #1 reason=panicked");
    assert_eq!(describe!(graph.third()), "cancelled #1 reason=panicked");
}

#[test]
fn a_failed_argument_keeps_a_reload_from_starting() {
    let (mut graph, gates, log) = failing();
    panic_of(|| graph.set_id(100));
    log.clear();
    graph.reload_user();
    graph.cancel_user("nothing in flight");
    assert_eq!(log.take(), NOTHING);
    assert_eq!(
        describe!(graph.user()),
        "cancelled #1 value=5 reason=panicked"
    );
    assert_eq!(gates.created(), 1);
    graph.set_id(2);
    assert_eq!(
        log.take(),
        ["user#2 created 2", "pending #2 value=5", "other 2"]
    );
}

#[test]
fn a_failure_that_is_over_when_the_batch_ends_leaves_the_work_alone() {
    let (mut graph, _, log) = failing();
    graph.set_id(2);
    log.clear();
    graph.batch(|batch| {
        batch.set_id(100);
        assert_eq!(panic_of(|| *batch.checked()), "`checked` panicked");
        batch.set_id(2);
    });
    assert_eq!(log.take(), NOTHING);
    assert!(graph.user().is_pending());
}

#[test]
fn other_resources_are_polled_and_committed_while_one_is_failed() {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Mixed::new(gates.clone(), log.clone());
    panic_of(|| graph.set_id(100));
    log.clear();
    gates.ok(2, 7);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        ["it#2 polled", "it#2 done", "fine success #1 value=7"]
    );
    gates.panic(2);
    graph.reload_fine();
    gates.panic(3);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "it#3 panicked");
    assert_eq!(
        log.take(),
        ["it#3 polled", "fine cancelled #2 value=7 reason=panicked"]
    );
}

reactive! {
    struct Mixed {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        computed checked: u32 = { assert!(*id < 100, "`checked` panicked"); *id };
        resource broken = fetch(gates.open(checked));
        resource fine = fetch(gates.open("fine"));
        effect show_broken { log.push(format!("broken {}", describe!(broken))); }
        effect show_fine { log.push(format!("fine {}", describe!(fine))); }
    }
}

reactive! {
    struct Manual {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        computed checked: u32 = { assert!(*id < 100, "`checked` panicked"); *id };
        #[manual]
        resource user = fetch(gates.open(checked));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn a_manual_resource_notices_a_failed_argument_when_it_is_started() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Manual::new(gates.clone(), log.clone());
    graph.reload_user();
    log.clear();
    panic_of(|| graph.set_id(100));
    assert_eq!(log.take(), NOTHING, "inputs do not stop it");
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    log.clear();
    graph.reload_user();
    assert_eq!(log.take(), ["cancelled #1 value=5 reason=panicked"]);
    graph.set_id(2);
    graph.reload_user();
    assert_eq!(log.take().last().unwrap(), "pending #2 value=5");
}

#[test]
fn r7_outdated_work_whose_drop_panics_is_replaced_all_the_same() {
    let (mut graph, gates, log) = profile();
    gates.panic_when_dropped(1);
    assert_eq!(
        panic_of(|| graph.set_id(Some(2))),
        "user#1 panicked when dropped"
    );
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2"]
    );
    gates.panic_when_dropped(2);
    assert_eq!(
        panic_of(|| graph.reload_user()),
        "user#2 panicked when dropped"
    );
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#3 created 2", "pending #3 again"]
    );
    gates.panic_when_dropped(3);
    assert_eq!(
        panic_of(|| graph.cancel_user("enough")),
        "user#3 panicked when dropped"
    );
    assert_eq!(log.take(), ["user#3 dropped", "cancelled #3 reason=enough"]);
    graph.set_id(Some(3));
    gates.panic_when_dropped(4);
    log.clear();
    assert_eq!(
        panic_of(|| graph.set_id(None)),
        "user#4 panicked when dropped"
    );
    assert_eq!(log.take(), ["user#4 dropped", "idle #4"]);
    graph.set_id(Some(4));
    gates.ok(5, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take().last().unwrap(), "success #5 value=5");
    assert!(gates.all_dropped_once());
}

#[test]
fn outdated_work_whose_drop_panics_is_no_longer_in_flight() {
    let (mut graph, gates, _) = profile();
    gates.panic_when_dropped(1);
    panic_of(|| graph.cancel_user("enough"));
    let mut settled = Box::pin(graph.settled());
    assert!(poll_once(|context| settled.as_mut().poll(context)).is_ready());
}

#[test]
fn of_a_panicking_drop_and_a_panicking_argument_the_first_goes_on() {
    let (mut graph, gates, broken, log) = arguments();
    graph.set_id(2);
    gates.panic_when_dropped(2);
    broken.set(true);
    log.clear();
    assert_eq!(panic_of(|| graph.set_id(3)), "user#2 panicked when dropped");
    assert_eq!(
        log.take(),
        [
            "user#2 dropped",
            "cancelled #2 value=5 reason=panicked",
            "other 3"
        ]
    );
}

#[test]
fn work_dropped_with_the_graph_may_panic_and_the_others_are_dropped_too() {
    let (graph, gates, log) = several();
    gates.panic_when_dropped(2);
    assert_eq!(panic_of(|| drop(graph)), "it#2 panicked when dropped");
    let mut dropped = log.take();
    dropped.sort();
    assert_eq!(dropped, ["it#1 dropped", "it#2 dropped", "it#3 dropped"]);
}

/// A value that panics when it is dropped, if told to; never while something else panics.
#[derive(Debug)]
struct Explosive(Switch, u32);

impl Drop for Explosive {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.0.check("the old value");
        }
    }
}

#[resource]
async fn fetch_explosive(gate: Gate<Explosive>) -> Result<Explosive, String> {
    gate.await
}

reactive! {
    struct Explosives {
        let gates: Gates<Explosive>;
        let log: Log;
        resource thing = fetch_explosive(gates.open(""));
        effect show { log.push(format!("{} {:?}", thing.status(), thing.value().map(|it| it.1))); }
    }
}

#[test]
fn an_old_value_whose_drop_panics_has_been_replaced() {
    let log = Log::default();
    let gates = Gates::new("thing", &log);
    let broken = Switch::default();
    let mut graph = Explosives::new(gates.clone(), log.clone());
    gates.ok(1, Explosive(broken.clone(), 1));
    assert!(poll!(graph).is_ready());
    graph.reload_thing();
    gates.ok(2, Explosive(broken.clone(), 2));
    broken.set(true);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "the old value panicked");
    assert_eq!(log.take()[2..], ["success Some(2)"]);
    broken.set(false);
    graph.reload_thing();
    assert_eq!(graph.thing().value().map(|it| it.1), Some(2));
}

fn broken_rule(_: &u32, after: &u32) -> bool {
    assert!(*after != 13, "the rule panicked");
    false
}

reactive! {
    struct Ruled {
        let gates: Gates;
        let log: Log;
        #[eq(broken_rule)]
        resource user = fetch(gates.open(""));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b018_a_rule_of_equality_that_panics_is_handled_like_work_that_panics() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Ruled::new(gates.clone(), log.clone());
    gates.ok(1, 13);
    assert!(
        poll!(graph).is_ready(),
        "b017: the first value is not compared"
    );
    graph.reload_user();
    gates.ok(2, 13);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "the rule panicked");
    assert_eq!(log.take()[2..], ["cancelled #2 value=13 reason=panicked"]);
    graph.reload_user();
    gates.ok(3, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take().last().unwrap(), "success #3 value=5");
}

reactive! {
    struct Downstream {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        computed checked: u32 = { let it = user.value().copied().unwrap_or(0); assert!(it != 13, "`checked` panicked"); it };
        resource post = fetch(gates.open(format!("post of {checked}")));
        effect show_user { log.push(format!("user {}", describe!(user))); }
        effect show_post { log.push(format!("post {}", describe!(post))); }
        effect show_checked { log.push(format!("checked {checked}")); }
    }
}

#[test]
fn a_computed_value_that_panics_on_a_commit_costs_what_is_below_it() {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Downstream::new(gates.clone(), log.clone());
    gates.ok(1, 13);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "`checked` panicked");
    assert_eq!(
        log.take(),
        [
            "it#1 polled",
            "it#1 done",
            "it#2 polled",
            "it#2 dropped",
            "user success #1 value=13",
            "post cancelled #1 reason=panicked",
        ]
    );
    assert_eq!(
        panic_of(|| *graph.checked()),
        "computed `checked` of `Downstream` panicked: `checked` panicked"
    );
    graph.reload_user();
    gates.ok(3, 5);
    log.clear();
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[2..],
        [
            "it#4 created post of 5",
            "user success #2 value=5",
            "post pending #2",
            "checked 5"
        ]
    );
}

#[test]
fn a_batch_that_panics_still_starts_what_it_asked_for() {
    let (mut graph, _, log) = profile();
    let said = panic_of(|| {
        graph.batch(|batch| {
            batch.set_id(Some(2));
            panic!("the batch panicked");
        })
    });
    assert_eq!(said, "the batch panicked");
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2"]
    );
    let said = panic_of(|| {
        graph.transaction(|transaction| {
            transaction.set_id(Some(3));
            if *transaction.id() == Some(3) {
                panic!("the transaction panicked");
            }
            Ok::<_, ()>(())
        })
    });
    assert_eq!(said, "the transaction panicked");
    assert_eq!(log.take(), NOTHING, "it was undone");
    assert_eq!(graph.user().token(), 2);
}

#[resource]
async fn fetch_touchy(gate: Gate<Panicking, Panicking>) -> Result<Panicking, Panicking> {
    gate.await
}

reactive! {
    struct Doubtful {
        let gates: Gates<Panicking, Panicking>;
        let log: Log;
        signal id: Option<u32> = Some(1);
        #[eq(Panicking::eq)]
        resource it = fetch_touchy(gates.open((*id)?));
        effect show { log.push(it.status()); }
    }
}

fn doubtful() -> (Doubtful, Gates<Panicking, Panicking>, [PanicOn; 2], Log) {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Doubtful::new(gates.clone(), log.clone());
    let traps = [PanicOn::new(&log), PanicOn::new(&log)];
    gates.ok(1, traps[0].value(1));
    assert!(poll!(graph).is_ready());
    (graph, gates, traps, log)
}

#[test]
fn a_value_and_an_error_that_both_panic_when_dropped_are_dropped_one_by_one() {
    let (mut graph, gates, [one, two], log) = doubtful();
    graph.reload_it();
    gates.err(2, two.value(2));
    assert!(poll!(graph).is_ready());
    one.drop_of(1);
    two.drop_of(2);
    log.clear();
    assert_eq!(panic_of(|| graph.set_id(None)), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "drop 2", "idle"]);
}

#[test]
fn work_and_a_value_that_both_panic_when_dropped_are_dropped_one_by_one_with_the_graph() {
    let (mut graph, gates, [one, _], log) = doubtful();
    graph.reload_it();
    one.drop_of(1);
    gates.panic_when_dropped(2);
    log.clear();
    assert_eq!(panic_of(|| drop(graph)), "it#2 panicked when dropped");
    assert_eq!(log.take(), ["it#2 dropped", "drop 1"]);
}

#[test]
fn a_rule_of_equality_and_the_value_that_it_judges_may_both_panic() {
    let (mut graph, gates, [one, two], log) = doubtful();
    graph.reload_it();
    gates.ok(2, two.value(2));
    one.next_comparison();
    two.drop_of(2);
    log.clear();
    assert_eq!(panic_of(|| poll!(graph)), "1 == 2");
    assert_eq!(
        log.take(),
        ["it#2 polled", "it#2 done", "drop 2", "cancelled"]
    );
    assert_eq!(
        describe!(graph.it()),
        "cancelled #2 value=1 reason=panicked"
    );
}
