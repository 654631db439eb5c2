//! Hooks and events of dynamic runs (T, N).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    AsyncEvent, FromFutureOptions, ResourceOptions, async_signal_with, batch, create_effect,
    create_resource_when_with, from_future_with, scope, signal,
};
use signal_kernel_tests::{
    describe,
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use signal_kernel_tests::resources::{by_hand, gates, line, noting, opens, poll, show, user_with};

#[test]
fn b231_a_run_starts_and_succeeds_or_fails_with_the_same_token() {
    let log = Log::new();
    let user = user_with(&log, noting(&log));
    assert_eq!(log.take(), ["user#1 created 1", "start 1", "pending #1"]);
    user.gates.ok(1, 5);
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["on_success 5", "success 1", "success #1 value=5"]
    );
    user.meta.reload();
    assert_eq!(
        log.take(),
        ["user#2 created 1", "start 2", "pending #2 again value=5"]
    );
    user.gates.err(2, "offline".to_owned());
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        [
            "on_error offline",
            "error 2",
            "error #2 value=5 error=offline"
        ]
    );
}

#[test]
fn b158_b231_a_superseded_run_ends_as_that_with_the_tokens_of_both() {
    let log = Log::new();
    let user = user_with(&log, noting(&log));
    log.clear();
    user.id.set(2);
    assert_eq!(
        log.take(),
        [
            "user#1 dropped",
            "user#2 created 2",
            "superseded 1 by 2",
            "start 2",
            "pending #2"
        ]
    );
    user.meta.reload();
    assert_eq!(
        log.take()[2..],
        ["superseded 2 by 3", "start 3", "pending #3 again"]
    );
    user.gates.ok(3, 5);
    user.id.set(3);
    assert_eq!(
        log.take()[2..],
        ["superseded 3 by 4", "start 4", "pending #4"]
    );
}

#[test]
fn b158_without_input_the_run_is_superseded_by_nothing() {
    let log = Log::new();
    let gates = gates("user", &log);
    let selected = signal(Some(1));
    let (value, meta) =
        create_resource_when_with(move || selected.get(), opens(&gates), noting(&log));
    show(&log, value, meta);
    log.clear();
    selected.set(None);
    assert_eq!(log.take(), ["user#1 dropped", "superseded 1", "idle #1"]);
    selected.set(Some(2));
    assert_eq!(log.take(), ["user#2 created 2", "start 2", "pending #2"]);
}

#[test]
fn b231_a_run_that_is_started_and_cancelled_in_one_batch_has_both_events() {
    let log = Log::new();
    let user = user_with(&log, noting(&log));
    log.clear();
    batch(|| {
        user.id.set(2);
        user.meta.cancel("not now");
    });
    assert_eq!(
        log.take(),
        [
            "user#1 dropped",
            "user#2 created 2",
            "user#2 dropped",
            "superseded 1 by 2",
            "start 2",
            "on_cancel not now",
            "cancelled 2: not now",
            "cancelled #2 reason=not now"
        ]
    );
}

#[test]
fn b231_a_panic_is_a_cancel() {
    let log = Log::new();
    let user = user_with(&log, noting(&log));
    log.clear();
    user.gates.panic(1);
    assert_eq!(panic_of(poll), "user#1 panicked");
    assert_eq!(
        log.take()[1..],
        [
            "on_cancel panicked",
            "cancelled 1: panicked",
            "cancelled #1 reason=panicked"
        ]
    );
}

#[test]
fn b231_every_run_ends_in_exactly_one_event() {
    let log = Log::new();
    let seen = Rc::new(RefCell::new(BTreeMap::<u64, Vec<&'static str>>::new()));
    let noting = seen.clone();
    let options = ResourceOptions::new().on_event(move |event| {
        let (token, what) = match event {
            AsyncEvent::Start { token } => (token, "start"),
            AsyncEvent::Success { token } => (token, "success"),
            AsyncEvent::Error { token } => (token, "error"),
            AsyncEvent::Cancelled { token, .. } => (token, "cancelled"),
            AsyncEvent::Superseded { token, .. } => (token, "superseded"),
            _ => panic!("an event of a kind that the tests do not know"),
        };
        noting.borrow_mut().entry(*token).or_default().push(what);
    });
    let user = user_with(&log, options);
    user.id.set(2); // supersedes 1
    user.meta.reload(); // supersedes 2
    user.gates.ok(3, 5);
    assert!(poll().is_ready());
    user.meta.reload();
    user.meta.cancel("enough");
    user.meta.cancel("enough");
    user.id.set(3);
    user.gates.err(5, "no".to_owned());
    assert!(poll().is_ready());
    user.meta.reload();
    user.gates.panic(6);
    panic_of(poll);
    batch(|| {
        user.id.set(4);
        user.meta.cancel("at once");
    });
    let expected = [
        "superseded",
        "superseded",
        "success",
        "cancelled",
        "error",
        "cancelled",
        "cancelled",
    ];
    assert_eq!(
        *seen.borrow(),
        (1..).zip(expected.map(|end| vec!["start", end])).collect()
    );
}

#[test]
fn b231_from_future_and_async_signal_tell_the_same() {
    let log = Log::new();
    let gates = gates("one", &log);
    let options = |name: &'static str| {
        let log = log.clone();
        FromFutureOptions::new().on_event(move |event| log.push(format!("{name}: {}", line(event))))
    };
    let make = || {
        let gates = gates.clone();
        move || gates.open("")
    };
    let first = from_future_with(make(), options("a"));
    let (_, meta) = async_signal_with(make(), options("b"));
    gates.ok(1, 5);
    assert!(poll().is_ready());
    meta.cancel("enough");
    first.reload();
    let events = || -> Vec<String> {
        let lines = log.take().into_iter();
        lines.filter(|line| !line.starts_with("one")).collect()
    };
    assert_eq!(
        events(),
        [
            "a: start 1",
            "b: start 1",
            "a: success 1",
            "b: cancelled 1: enough",
            "a: start 2"
        ]
    );
    drop(scope(|| from_future_with(make(), options("c")))); // disposed of: no last word
    assert_eq!(events(), ["c: start 1"]);
}

#[test]
fn b231_hooks_run_after_the_commit_and_before_the_effects_and_see_all_of_it() {
    let log = Log::new();
    let handle = Rc::new(RefCell::new(
        None::<signal_kernel::AsyncSignal<u32, String>>,
    ));
    let gates = gates("one", &log);
    let (told, me) = (log.clone(), handle.clone());
    let options = FromFutureOptions::new().on_success(move |value: &u32| {
        let me = me.borrow().expect("it was made");
        told.push(format!("told {value}: {}", describe!(me)));
    });
    let one = from_future_with(
        {
            let gates = gates.clone();
            move || gates.open("")
        },
        options,
    );
    *handle.borrow_mut() = Some(one);
    let seen = log.clone();
    create_effect(move || seen.push(format!("effect {:?}", one.value())));
    log.clear();
    gates.ok(1, 5);
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["told 5: success #1 value=5", "effect Some(5)"]
    );
}

#[test]
fn writes_of_a_hook_settle_in_the_next_round_and_its_reads_are_not_tracked() {
    let log = Log::new();
    let (count, other) = (signal(0), signal(0));
    let options = ResourceOptions::new().on_success(move |_| {
        count.set(other.get() + 1);
    });
    let user = user_with(&log, options);
    let seen = log.clone();
    create_effect(move || seen.push(format!("count {}", count.get())));
    log.clear();
    user.gates.ok(1, 5);
    assert!(poll().is_ready());
    assert_eq!(log.take()[2..], ["success #1 value=5", "count 1"]);
    other.set(5);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn hooks_may_reload_cancel_and_dispose_of_their_resource() {
    let log = Log::new();
    let handle = Rc::new(RefCell::new(
        None::<signal_kernel::AsyncSignal<u32, String, u32>>,
    ));
    let me = handle.clone();
    let options = ResourceOptions::new().on_success(move |value: &u32| {
        let me = me.borrow().expect("it was made");
        match value {
            1 => drop(me.reload()),
            2 => drop(me.run(7)),
            _ => me.dispose(),
        }
    });
    let (save, gates) = by_hand(&log, options);
    *handle.borrow_mut() = Some(save);
    drop(save.run(1));
    gates.ok(1, 1);
    assert!(poll().is_ready());
    assert_eq!(describe!(save), "pending #2 again value=1");
    gates.ok(2, 2);
    assert!(poll().is_ready());
    assert_eq!(
        (describe!(save), gates.input(3)),
        ("pending #3 value=2".to_owned(), "7".to_owned())
    );
    gates.ok(3, 3);
    let ended = panic_of(poll);
    assert!(
        ended.contains("was disposed of"),
        "the effect that shows it: {ended}"
    );
    assert!(save.try_status().is_err());
    assert!(gates.all_dropped_once());
}

#[test]
fn b232_when_a_hook_panics_the_state_is_consistent_and_the_other_hooks_run() {
    let log = Log::new();
    let told = log.clone();
    let options = ResourceOptions::new()
        .on_success(|value: &u32| assert!(*value != 5, "not five"))
        .on_event(move |event| told.push(line(event)));
    let user = user_with(&log, options);
    log.clear();
    user.gates.ok(1, 5);
    assert_eq!(panic_of(poll), "not five");
    assert_eq!(
        log.take()[2..],
        ["success 1", "success #1 value=5"],
        "effects too"
    );
    user.id.set(2);
    user.gates.ok(2, 6);
    assert!(poll().is_ready());
    assert_eq!(user.line(), "success #2 value=6");

    let options = ResourceOptions::new().on_event(|event| panic!("{}", line(event)));
    let hooked = panic_of(|| user_with(&Log::new(), options));
    assert_eq!(hooked, "start 1");
}

#[test]
fn b234_the_log_of_a_scenario_is_the_same_every_time() {
    let scenario = || {
        std::thread::spawn(|| {
            let log = Log::new();
            let user = user_with(&log, noting(&log));
            let (save, saves) = by_hand(&log, noting(&log));
            drop(save.run(3));
            batch(|| {
                user.id.set(2);
                save.reload();
            });
            saves.ok(2, 30);
            user.gates.ok(2, 20);
            assert!(poll().is_ready());
            user.meta.reload();
            user.meta.cancel("enough");
            log.take()
        })
    };
    let (first, second) = (scenario().join().unwrap(), scenario().join().unwrap());
    assert_eq!(first, second);
    assert!(first.len() > 25);
}

#[test]
fn b235_a_value_may_be_looked_at_while_its_resource_moves_on() {
    let log = Log::new();
    let user = user_with(&log, ResourceOptions::new());
    user.answer(1, 5);
    user.value.with(|value| {
        user.meta.reload();
        user.answer(2, 6);
        assert_eq!((value, user.value.get()), (Some(&5), Some(6)));
    });
}

#[test]
fn an_event_prints_what_it_is() {
    let event = AsyncEvent::Cancelled {
        token: 2,
        reason: "enough".into(),
    };
    assert_eq!(
        format!("{event:?}"),
        r#"Cancelled { token: 2, reason: Manual("enough") }"#
    );
    assert_eq!(event.clone(), event);
}
