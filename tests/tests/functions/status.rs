//! The state of a dynamic resource: status, value, error and token, from the first load on
//! (M, R2, R6).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    AsyncStatus, FromFutureOptions, ResourceOptions, async_signal, batch, computed, create_effect,
    create_manual_resource, create_resource, create_resource_when, create_resource_with,
    from_future, from_future_with, settled, signal,
};
use signal_kernel_tests::{
    describe,
    gate::{Gates, Wakes, poll_once},
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::{future::Future, pin::pin, task::Poll};

use signal_kernel_tests::resources::{gates, opens, poll, show, user, user_with};

#[test]
fn b138_b140_the_first_load_starts_where_the_resource_is_made_and_is_not_polled_there() {
    let user = user();
    assert_eq!(user.log.take(), ["user#1 created 1", "pending #1"]);
    assert_eq!((user.gates.created(), user.gates.polls(1)), (1, 0));
    let meta = user.meta;
    assert_eq!(meta.status(), AsyncStatus::Pending);
    assert!(meta.is_pending() && !meta.is_reloading());
    assert!(meta.keep_previous_value_on_pending());
    assert_eq!((meta.token(), meta.error()), (1, None));
    assert_eq!((user.value.get(), meta.cancel_reason()), (None, None));
}

#[test]
fn b138_the_producers_future_is_created_once_and_polled_only_when_woken() {
    let user = user();
    user.log.clear();
    assert_eq!(poll(), Poll::Pending);
    assert_eq!(user.log.take(), ["user#1 polled"]);
    assert_eq!(poll(), Poll::Pending);
    assert_eq!(user.log.take(), NOTHING, "nobody woke it");
    user.gates.wake(1);
    assert_eq!(poll(), Poll::Pending);
    assert_eq!(user.log.take(), ["user#1 polled"]);
    assert_eq!(user.gates.created(), 1);
}

#[test]
fn b138_from_future_and_async_signal_are_eager_too() {
    let log = Log::new();
    let (one, two) = (gates("one", &log), gates("two", &log));
    let first = from_future({
        let one = one.clone();
        move || one.open("")
    });
    let (value, meta) = async_signal({
        let two = two.clone();
        move || two.open("")
    });
    assert_eq!(log.take(), ["one#1 created ", "two#1 created "]);
    one.ok(1, 5);
    two.err(1, "offline".to_owned());
    assert!(poll().is_ready());
    assert_eq!(describe!(first), "success #1 value=5");
    assert_eq!(describe!(value, meta), "error #1 error=offline");
}

#[test]
fn b139_lazy_and_manual_ones_are_idle_and_make_nothing() {
    let log = Log::new();
    let gates = gates("lazy", &log);
    let lazy = from_future_with(
        {
            let gates = gates.clone();
            move || gates.open("")
        },
        FromFutureOptions::new().eager(false),
    );
    let manual = create_manual_resource(opens(&gates));
    assert_eq!(
        (describe!(lazy), describe!(manual)),
        ("idle #0".to_owned(), "idle #0".to_owned())
    );
    assert_eq!((poll(), gates.created()), (Poll::Pending, 0));

    lazy.reload();
    assert_eq!(
        describe!(lazy),
        "pending #1",
        "that is no reload of anything"
    );
    drop(manual.run(7));
    assert_eq!(describe!(manual), "pending #1");
    assert_eq!(log.take(), ["lazy#1 created ", "lazy#2 created 7"]);
}

#[test]
fn b139_a_lazy_resource_starts_with_the_first_change_of_its_source_or_reload() {
    for reload in [true, false] {
        let log = Log::new();
        let user = user_with(&log, ResourceOptions::new().eager(false));
        assert_eq!(log.take(), ["idle #0"]);
        if reload {
            user.meta.reload();
            assert_eq!(log.take(), ["user#1 created 1", "pending #1"]);
        } else {
            user.id.set(2);
            assert_eq!(log.take(), ["user#1 created 2", "pending #1"]);
        }
    }
}

#[test]
fn b141_success_is_committed_and_its_effects_have_run_when_the_poll_returns() {
    let user = user();
    user.log.clear();
    user.gates.ok(1, 5);
    assert_eq!(poll(), Poll::Ready(()));
    assert_eq!(
        user.log.take(),
        ["user#1 polled", "user#1 done", "success #1 value=5"]
    );
    assert_eq!(user.value.get(), Some(5));
    assert_eq!(user.value.with(|value| value.copied()), Some(5));
    assert_eq!(poll(), Poll::Pending);
    assert_eq!(user.log.take(), NOTHING);
}

#[test]
fn b142_b176_failure_keeps_the_value_and_the_next_start_ends_the_error() {
    let user = user();
    user.answer(1, 5);
    user.id.set(2);
    user.gates.err(2, "offline".to_owned());
    user.log.clear();
    assert!(poll().is_ready());
    assert_eq!(user.log.take()[2..], ["error #2 value=5 error=offline"]);
    assert_eq!(
        user.meta.with_error(|error| error.map(String::len)),
        Some(7)
    );
    user.id.set(3);
    assert_eq!(user.log.take(), ["user#3 created 3", "pending #3 value=5"]);
    user.gates.ok(3, 6);
    assert!(poll().is_ready());
    assert_eq!(user.log.take()[2..], ["success #3 value=6"]);
}

#[test]
fn b141_b142_no_observer_sees_value_or_error_without_the_status() {
    let user = user();
    let log = Log::new();
    let (value, meta) = (user.value, user.meta);
    let value = computed(move || value.get());
    let error = computed(move || meta.error());
    let status = computed(move || meta.status());
    let effect_log = log.clone();
    create_effect(move || {
        effect_log.push(format!(
            "{} {:?} {:?}",
            status.get(),
            value.get(),
            error.get()
        ));
    });
    assert_eq!(log.take(), ["pending None None"]);
    user.answer(1, 5);
    assert_eq!(log.take(), ["success Some(5) None"]);
    user.id.set(2);
    assert_eq!(log.take(), ["pending Some(5) None"]);
    user.gates.err(2, "offline".to_owned());
    assert!(poll().is_ready());
    assert_eq!(log.take(), [r#"error Some(5) Some("offline")"#]);
    user.meta.reload();
    assert_eq!(log.take(), ["pending Some(5) None"]);
}

#[test]
fn b143_a_producer_that_fails_before_its_first_await_is_an_error_not_a_panic() {
    let log = Log::new();
    let id = signal(1);
    let runs = log.clone();
    let (value, meta) = create_resource(
        move || id.get(),
        move |id: u32| {
            let runs = runs.clone();
            async move {
                runs.push("it runs");
                Err(format!("no {id}"))
            }
        },
    );
    show(&log, value, meta);
    assert_eq!(
        log.take(),
        ["pending #1"],
        "its first line runs in the first poll"
    );
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["it runs", "error #1 error=no 1"]);
}

#[test]
fn b144_an_empty_error_is_an_error_and_an_empty_value_a_value() {
    let log = Log::new();
    let gates = Gates::<(), ()>::new("unit", &log);
    let unit = from_future({
        let gates = gates.clone();
        move || gates.open("")
    });
    gates.err(1, ());
    assert!(poll().is_ready());
    assert_eq!(
        (unit.status(), unit.value(), unit.error()),
        (AsyncStatus::Error, None, Some(()))
    );
    unit.reload();
    gates.ok(2, ());
    assert!(poll().is_ready());
    assert_eq!(
        (unit.status(), unit.value(), unit.error()),
        (AsyncStatus::Success, Some(()), None)
    );
}

#[test]
fn b146_without_input_it_is_idle_and_it_loads_when_there_is_one() {
    let log = Log::new();
    let gates = gates("user", &log);
    let selected = signal(None::<u32>);
    let (value, meta) = create_resource_when(move || selected.get(), opens(&gates));
    show(&log, value, meta);
    assert_eq!(log.take(), ["idle #0"]);
    assert_eq!((poll(), gates.created()), (Poll::Pending, 0));
    meta.reload();
    meta.cancel("nothing to cancel");
    assert_eq!(log.take(), NOTHING, "a reload without input stays idle");

    selected.set(Some(7));
    assert_eq!(log.take(), ["user#1 created 7", "pending #1"]);
    selected.set(None);
    assert_eq!(
        log.take(),
        ["user#1 dropped", "idle #1"],
        "the token is left alone"
    );
    gates.ok(1, 5);
    assert_eq!((poll(), log.take()), (Poll::Pending, vec![]));

    selected.set(Some(7));
    assert_eq!(log.take(), ["user#2 created 7", "pending #2"]);
    gates.ok(2, 5);
    assert!(poll().is_ready());
    log.clear();
    selected.set(None);
    assert_eq!(log.take(), ["idle #2"], "no input, no answer");
    assert_eq!(value.get(), None);
}

#[test]
fn b148_a_resource_fed_by_another_waits_for_its_value() {
    let log = Log::new();
    let (users, posts) = (gates("user", &log), gates("post", &log));
    let id = signal(1);
    let (user, user_meta) = create_resource(move || id.get(), opens(&users));
    let (post, post_meta) = create_resource_when(move || user.get(), opens(&posts));
    let effect_log = log.clone();
    create_effect(move || {
        effect_log.push(format!(
            "{} / {}",
            describe!(user, user_meta),
            describe!(post, post_meta)
        ));
    });
    assert_eq!(log.take(), ["user#1 created 1", "pending #1 / idle #0"]);
    users.err(1, "offline".to_owned());
    assert!(poll().is_ready());
    assert_eq!(log.take()[2..], ["error #1 error=offline / idle #0"]);
    id.set(2);
    users.ok(2, 50);
    log.clear();
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["post#1 created 50", "success #2 value=50 / pending #1"]
    );
    posts.ok(1, 9);
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["success #2 value=50 / success #1 value=9"]
    );

    id.set(3);
    assert_eq!(
        log.take(),
        [
            "user#3 created 3",
            "pending #3 value=50 / success #1 value=9"
        ]
    );
    users.ok(3, 50);
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["success #3 value=50 / success #1 value=9"],
        "b181: equal"
    );
}

#[test]
fn b149_settled_ends_when_all_work_in_flight_has_ended_in_any_way() {
    for end in ["ok", "err", "cancel", "panic"] {
        let user = user();
        let mut settled = pin!(settled());
        assert!(poll_once(|cx| settled.as_mut().poll(cx)).is_pending());
        match end {
            "ok" => user.gates.ok(1, 5),
            "err" => user.gates.err(1, "offline".to_owned()),
            "cancel" => user.meta.cancel("enough"),
            _ => {
                user.gates.panic(1);
                let message = panic_of(|| poll_once(|cx| settled.as_mut().poll(cx)));
                assert_eq!(message, "user#1 panicked");
            }
        }
        assert!(
            poll_once(|cx| settled.as_mut().poll(cx)).is_ready(),
            "{end}"
        );
        user.meta.dispose();
    }
}

#[test]
fn b150_a_dropped_wait_leaves_no_waker_behind() {
    let user = user();
    for _ in 0..3 {
        let wakes = Wakes::new();
        {
            let mut settled = pin!(settled());
            assert!(wakes.poll(|cx| settled.as_mut().poll(cx)).is_pending());
        }
        assert_eq!(wakes.held(), 0);
        user.gates.wake(1);
        assert_eq!(wakes.take(), 0, "nobody waits any more");
    }
    assert_eq!(user.gates.alive(), 1, "the work goes on");
}

#[test]
fn b151_before_the_first_answer_the_value_is_none_and_the_status_says_why() {
    let log = Log::new();
    let user = user_with(&log, ResourceOptions::new().eager(false));
    assert_eq!(
        (user.value.get(), user.meta.status()),
        (None, AsyncStatus::Idle)
    );
    user.meta.reload();
    assert_eq!(
        (user.value.get(), user.meta.status()),
        (None, AsyncStatus::Pending)
    );
}

#[test]
fn keeping_the_previous_value_is_a_choice_of_each_resource() {
    let log = Log::new();
    let options = ResourceOptions::new().keep_previous_value_on_pending(false);
    let user = user_with(&log, options);
    assert!(!user.meta.keep_previous_value_on_pending());
    let (_, meta) = create_resource_with(
        || 1,
        |_: u32| async { Ok::<u32, String>(1) },
        ResourceOptions::new(),
    );
    assert!(meta.keep_previous_value_on_pending());
}

#[test]
fn a_run_that_is_started_and_cancelled_in_one_batch_leaves_the_status_as_it_was() {
    let user = user();
    user.meta.cancel("enough");
    let (log, meta) = (Log::new(), user.meta);
    let seen = log.clone();
    create_effect(move || seen.push(meta.status()));
    log.clear();
    batch(|| {
        user.id.set(2);
        user.meta.cancel("again");
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(user.line(), "cancelled #2 reason=again");
}
