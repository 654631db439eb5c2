//! Asking again: the value that stays readable meanwhile, and the changes that ask again (P, R2, R6).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    FetchContext, FromFutureOptions, ResourceOptions, batch, computed, create_effect,
    create_manual_resource_with, create_resource, create_resource_with, from_future_with, signal,
    transaction,
};
use signal_kernel_tests::{
    describe,
    log::{Log, NOTHING},
};
use std::{cell::RefCell, future::Future, pin::pin, rc::Rc};

use signal_kernel_tests::resources::{by_hand, gates, noting, opens, poll, show, user, user_with};

#[test]
fn b174_the_value_of_before_stays_readable_while_the_next_is_pending() {
    let user = user();
    user.answer(1, 5);
    user.id.set(2);
    assert_eq!(user.log.take(), ["user#2 created 2", "pending #2 value=5"]);
}

#[test]
fn b175_without_keep_previous_there_is_no_value_while_pending() {
    let log = Log::new();
    let user = user_with(
        &log,
        ResourceOptions::new().keep_previous_value_on_pending(false),
    );
    user.answer(1, 5);
    user.meta.reload();
    assert_eq!(log.take(), ["user#2 created 1", "pending #2 again"]);
    let gates = gates("one", &log);
    let options = FromFutureOptions::new().keep_previous_value_on_pending(false);
    let one = from_future_with(
        {
            let gates = gates.clone();
            move || gates.open("")
        },
        options,
    );
    gates.ok(1, 5);
    assert!(poll().is_ready());
    one.reload();
    assert_eq!(describe!(one), "pending #2 again");
}

#[test]
fn a_value_is_current_from_its_answer_until_the_question_changes() {
    let user = user();
    assert!(!user.meta.is_current());
    user.answer(1, 5);
    assert!(user.meta.is_current());
    user.meta.reload();
    user.meta.cancel("enough");
    assert!(user.meta.is_current(), "it still answers the question");
    user.id.set(2);
    assert!(!user.meta.is_current());
    user.gates.err(3, "offline".to_owned());
    assert!(poll().is_ready());
    user.meta.reload();
    assert!(!user.meta.is_current(), "the value is of another question");
    user.answer(4, 6);
    assert!(user.meta.is_current());
}

#[test]
fn b176_an_error_is_cleared_by_the_next_start_and_no_cleared_value_reappears() {
    let log = Log::new();
    let user = user_with(
        &log,
        ResourceOptions::new().keep_previous_value_on_pending(false),
    );
    user.answer(1, 5);
    user.id.set(2);
    user.gates.err(2, "offline".to_owned());
    assert!(poll().is_ready());
    log.clear();
    user.id.set(3);
    assert_eq!(log.take(), ["user#3 created 3", "pending #3"]);
}

#[test]
fn b177_reload_asks_with_the_last_input() {
    let user = user();
    user.id.set(2);
    user.answer(2, 5);
    user.meta.reload();
    assert_eq!(
        user.log.take(),
        ["user#3 created 2", "pending #3 again value=5"]
    );

    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    gates.ok(1, 70);
    assert!(poll().is_ready());
    log.clear();
    save.reload();
    assert_eq!(
        log.take(),
        ["save#2 created 7", "pending #2 again value=70"]
    );
}

#[test]
fn b178_reload_before_any_input_does_nothing() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, noting(&log));
    log.clear();
    save.reload();
    assert_eq!((log.take(), gates.created()), (vec![], 0));
    assert_eq!(describe!(save), "idle #0");
}

#[test]
fn b179_reload_while_loading_starts_again() {
    let user = user();
    user.log.clear();
    user.meta.reload();
    assert_eq!(
        user.log.take(),
        ["user#1 dropped", "user#2 created 1", "pending #2 again"]
    );
}

#[test]
fn b181_an_equal_source_asks_nothing() {
    let user = user();
    user.answer(1, 5);
    user.id.set(1);
    user.id.update(|_| ());
    batch(|| {
        user.id.set(2);
        user.id.set(1);
    });
    let _: Result<(), ()> = transaction(|| {
        user.id.set(3);
        Err(())
    });
    assert_eq!((user.log.take(), user.gates.created()), (vec![], 1));
}

#[test]
fn b181_a_source_through_a_computed_that_stays_equal_asks_nothing() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(1);
    let parity = computed(move || id.get() % 2);
    let runs = log.clone();
    let source = move || {
        runs.push("source");
        parity.get()
    };
    create_resource(source, opens(&gates));
    assert_eq!(log.take(), ["source", "user#1 created 1"]);
    id.set(3);
    assert_eq!(log.take(), NOTHING);
    id.set(4);
    assert_eq!(log.take(), ["source", "user#1 dropped", "user#2 created 0"]);
}

#[test]
fn b182_b183_an_observed_value_restarts_the_work_and_is_not_passed_on() {
    let log = Log::new();
    let revision = signal(0);
    let runs = log.clone();
    let options = noting(&log).observe(move || runs.push(format!("revision {}", revision.get())));
    let user = user_with(&log, options);
    assert_eq!(
        log.take(),
        ["revision 0", "user#1 created 1", "start 1", "pending #1"]
    );
    user.answer(1, 5);
    revision.set(1);
    assert_eq!(
        log.take(),
        [
            "revision 1",
            "user#2 created 1",
            "start 2",
            "pending #2 value=5"
        ]
    );
    user.answer(2, 6);
    batch(|| {
        revision.set(2);
        user.id.set(2);
        user.meta.reload();
    });
    assert_eq!(
        log.take(),
        [
            "revision 2",
            "user#3 created 2",
            "start 3",
            "pending #3 value=6"
        ],
        "b182: once"
    );
    revision.set(2);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b183_of_a_manual_one_it_asks_the_last_question_again_if_there_was_one() {
    let log = Log::new();
    let gates = gates("save", &log);
    let revision = signal(0);
    let options = ResourceOptions::new().observe(move || revision.with(|_| ()));
    let save = create_manual_resource_with(opens(&gates), options);
    revision.set(1);
    assert_eq!(
        (describe!(save), log.take()),
        ("idle #0".to_owned(), vec![])
    );
    drop(save.run(7));
    revision.set(2);
    assert_eq!(
        log.take(),
        ["save#1 created 7", "save#1 dropped", "save#2 created 7"]
    );
}

#[test]
fn b184_nothing_that_a_fetcher_reads_makes_a_dependency() {
    let log = Log::new();
    let id = signal(1);
    let in_call = signal(0);
    let in_poll = signal(0);
    let in_drop = signal(0);
    let in_source_clone = signal(0);

    struct Guard(signal_kernel::Signal<u32>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.try_get().ok();
        }
    }
    #[derive(PartialEq)]
    struct Input(u32, signal_kernel::Signal<u32>);
    impl Clone for Input {
        fn clone(&self) -> Self {
            self.1.get();
            Input(self.0, self.1)
        }
    }

    let calls = log.clone();
    let (value, meta) = create_resource(
        move || Input(id.get(), in_source_clone),
        move |input: Input, _: FetchContext| {
            in_call.get();
            let guard = Guard(in_drop);
            calls.push(format!("asks {}", input.0));
            async move {
                in_poll.get();
                let _guard = guard;
                std::future::pending::<Result<u32, String>>().await
            }
        },
    );
    show(&log, value, meta);
    let polled = poll();
    id.set(2);
    assert!(polled.is_pending() && poll().is_pending());
    assert_eq!(log.take(), ["asks 1", "pending #1", "asks 2", "pending #2"]);
    for signal in [in_call, in_poll, in_drop, in_source_clone] {
        signal.set(1);
    }
    assert!(poll().is_pending());
    assert_eq!(log.take(), NOTHING);
    meta.dispose();
}

#[test]
fn b184_a_fetcher_may_build_on_the_last_value_of_its_own_resource() {
    let log = Log::new();
    let gates = gates("page", &log);
    let handle = Rc::new(RefCell::new(None::<signal_kernel::AsyncValue<u32>>));
    let id = signal(1);
    let fetcher = {
        let (gates, handle) = (gates.clone(), handle.clone());
        move |id: u32| {
            let last = handle.borrow().and_then(|value| value.get());
            gates.open(format!("{id} after {last:?}"))
        }
    };
    let (value, meta) = create_resource(move || id.get(), fetcher);
    *handle.borrow_mut() = Some(value);
    show(&log, value, meta);
    gates.ok(1, 5);
    assert!(poll().is_ready());
    log.clear();
    id.set(2);
    assert_eq!(
        log.take(),
        ["page#2 created 2 after Some(5)", "pending #2 value=5"]
    );
    meta.reload();
    assert_eq!(
        log.take(),
        [
            "page#2 dropped",
            "page#3 created 2 after Some(5)",
            "pending #3 again value=5"
        ]
    );
}

#[test]
fn b185_b186_a_success_may_invalidate_others_and_a_failure_or_a_cancel_does_not() {
    let log = Log::new();
    let list = user_with(&log, ResourceOptions::new());
    let meta = list.meta;
    let told = log.clone();
    let options = ResourceOptions::new().on_success(move |value| {
        told.push(format!("saved {value}"));
        meta.reload();
    });
    let (save, saves) = by_hand(&log, options);
    list.answer(1, 5);
    drop(save.run(1));
    saves.ok(1, 10);
    log.clear();
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        [
            "saved 10",
            "success #1 value=10",
            "user#2 created 1",
            "pending #2 again value=5"
        ],
        "after the value was committed, and once"
    );
    drop(save.run(2));
    saves.err(2, "no".to_owned());
    assert!(poll().is_ready());
    drop(save.run(3));
    save.cancel("enough");
    assert_eq!(list.gates.created(), 2);
}

#[test]
fn b188_a_reload_of_the_same_question_is_told_from_a_new_one() {
    let user = user();
    user.answer(1, 5);
    let (meta, log) = (user.meta, user.log.clone());
    create_effect(move || {
        let spinner = meta.is_pending() && !meta.is_reloading();
        log.push(format!("spinner {spinner}"));
    });
    user.log.clear();
    user.meta.reload();
    assert_eq!(
        user.log.take()[1..],
        ["pending #2 again value=5", "spinner false"]
    );
    user.id.set(2);
    assert_eq!(
        user.log.take()[1..],
        ["user#3 created 2", "pending #3 value=5", "spinner true"]
    );
    user.meta.reload();
    assert!(user.meta.is_reloading());
    user.answer(4, 6);
    assert!(!user.meta.is_reloading());
}

#[test]
fn b188_running_another_input_by_hand_is_a_new_question_and_the_same_one_too() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    drop(save.run(8));
    assert!(!save.is_reloading());
    let mut again = pin!(save.run(8));
    assert!(!save.is_reloading(), "only `reload` reloads");
    gates.ok(3, 80);
    let again = signal_kernel_tests::gate::poll_once(|cx| again.as_mut().poll(cx));
    assert_eq!(again, std::task::Poll::Ready(Some(80)));
}

#[test]
fn parts_are_tracked_separately() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(1);
    let (value, meta) =
        create_resource_with(move || id.get(), opens(&gates), ResourceOptions::new());
    let (one, two, three, four) = (log.clone(), log.clone(), log.clone(), log.clone());
    create_effect(move || one.push(format!("value {:?}", value.get())));
    create_effect(move || two.push(format!("error {:?}", meta.error())));
    create_effect(move || three.push(format!("status {}", meta.status())));
    create_effect(move || four.push(format!("token {}", meta.token())));
    log.clear();
    gates.ok(1, 5);
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["value Some(5)", "status success", "token 1"]
    );
    meta.reload();
    assert_eq!(log.take()[1..], ["status pending", "token 2"]);
    meta.reload();
    assert_eq!(log.take()[2..], ["token 3"]);
    gates.err(3, "offline".to_owned());
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        [r#"error Some("offline")"#, "status error", "token 3"]
    );
    id.set(2);
    assert_eq!(log.take()[1..], ["error None", "status pending", "token 4"]);
    gates.ok(4, 5);
    assert!(poll().is_ready());
    assert_eq!(
        log.take()[2..],
        ["value Some(5)", "status success", "token 4"],
        "no `PartialEq`: it counts"
    );
    meta.cancel("too late");
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_computed_over_a_part_cuts_off() {
    let user = user();
    let (value, log) = (user.value, user.log.clone());
    let even = computed(move || value.get().is_some_and(|value| value % 2 == 0));
    create_effect(move || log.push(format!("even {}", even.get())));
    user.answer(1, 2);
    user.meta.reload();
    user.gates.ok(2, 4);
    user.log.clear();
    assert!(poll().is_ready());
    assert_eq!(user.log.take()[2..], ["success #2 value=4"]);
}
