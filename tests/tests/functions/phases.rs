//! When a resource acts: not inside a batch, a transaction or a round of effects, and at their end (M, R5).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    __private::check_dynamic, AsyncValue, Computed, ResourceOptions, batch, computed,
    create_effect, create_resource, from_future, on_cleanup, settled, signal, transaction, untrack,
};
use signal_kernel_tests::{
    describe,
    leak::leak,
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::{
    cell::Cell,
    future::{Future, ready},
    pin::pin,
};

use signal_kernel_tests::resources::{by_hand, gates, opens, poll, user, user_with};

#[test]
fn b147_a_status_change_is_visible_when_the_write_returns_but_not_inside_a_batch() {
    let user = user();
    user.answer(1, 5);
    user.id.set(2);
    assert!(user.meta.is_pending());
    user.answer(2, 6);
    batch(|| {
        user.id.set(3);
        user.meta.reload();
        assert_eq!(user.line(), "success #2 value=6");
        let line = computed({
            let (value, meta) = (user.value, user.meta);
            move || describe!(value, meta)
        });
        assert_eq!(line.get(), "success #2 value=6");
    });
    assert_eq!(user.log.take(), ["user#3 created 3", "pending #3 value=6"]);
}

#[test]
fn b147_nothing_starts_inside_a_transaction_nor_after_one_that_failed() {
    let user = user();
    user.answer(1, 5);
    let result: Result<(), &str> = transaction(|| {
        user.id.set(2);
        assert_eq!(user.line(), "success #1 value=5");
        Err("no")
    });
    assert_eq!((result, user.log.take()), (Err("no"), vec![]));
    let result: Result<(), ()> = transaction(|| {
        user.id.set(2);
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert_eq!(user.log.take(), ["user#2 created 2", "pending #2 value=5"]);
}

#[test]
fn b147_inside_an_effect_the_state_is_that_from_before_until_the_round_is_over() {
    let user = user();
    user.answer(1, 5);
    let go = signal(0);
    let (log, id, value, meta) = (user.log.clone(), user.id, user.value, user.meta);
    create_effect(move || {
        if go.get() > 0 {
            id.set(2);
            meta.reload();
            let line = signal_kernel::untrack(|| describe!(value, meta));
            log.push(format!("in the effect: {line}"));
        }
    });
    let log = user.log.clone();
    create_effect(move || log.push(format!("go {}", go.get())));
    user.log.clear();
    go.set(1);
    assert_eq!(
        user.log.take(),
        [
            "in the effect: success #1 value=5",
            "go 1",
            "user#2 created 2",
            "pending #2 value=5"
        ]
    );
}

#[test]
fn b147_a_resource_made_inside_a_batch_starts_at_its_end() {
    let log = Log::new();
    let user = batch(|| {
        let user = user_with(&log, ResourceOptions::new());
        user.id.set(2);
        assert_eq!(user.line(), "idle #0");
        assert_eq!(log.take(), NOTHING);
        user
    });
    assert_eq!(log.take(), ["user#1 created 2", "pending #1"]);
    assert_eq!(user.line(), "pending #1");
}

#[test]
fn b180_several_reloads_in_one_batch_are_one_request() {
    let user = user();
    user.answer(1, 5);
    batch(|| {
        user.meta.reload();
        user.meta.reload();
        batch(|| drop(user.meta.reload()));
        assert_eq!(user.log.take(), NOTHING);
    });
    assert_eq!(
        user.log.take(),
        ["user#2 created 1", "pending #2 again value=5"]
    );
}

#[test]
fn b180_a_reload_and_a_change_of_the_source_in_one_batch_are_one_new_question() {
    let user = user();
    user.answer(1, 5);
    batch(|| {
        user.meta.reload();
        user.id.set(2);
    });
    assert_eq!(user.log.take(), ["user#2 created 2", "pending #2 value=5"]);
}

#[test]
fn b106_b111_a_transaction_that_fails_takes_back_what_it_has_asked_for() {
    let log = Log::new();
    let user = user_with(&log, ResourceOptions::new());
    let (save, saves) = by_hand(&log, ResourceOptions::new());
    user.answer(1, 5);
    let mut running = None;
    let failed: Result<(), ()> = transaction(|| {
        user.meta.reload();
        running = Some(save.run(1));
        Err(())
    });
    assert_eq!((failed, log.take(), saves.created()), (Err(()), vec![], 0));
    let running = pin!(running.expect("it was asked for"));
    let outcome = signal_kernel_tests::gate::poll_once(|cx| running.poll(cx));
    assert_eq!(outcome, std::task::Poll::Ready(None));

    let done: Result<(), ()> = transaction(|| {
        user.meta.reload();
        drop(save.run(2));
        let inner: Result<(), ()> = transaction(|| {
            user.meta.cancel("inner");
            drop(save.run(3));
            save.reload();
            Err(())
        });
        assert!(inner.is_err());
        transaction(|| {
            user.meta.reload();
            Ok(())
        })
    });
    assert_eq!(done, Ok(()));
    assert_eq!(
        log.take(),
        [
            "user#2 created 1",
            "save#1 created 2",
            "pending #2 again value=5",
            "pending #1"
        ]
    );
}

#[test]
fn the_last_request_of_any_kind_wins() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    batch(|| {
        drop(save.run(1));
        save.cancel("never mind");
    });
    assert_eq!(describe!(save), "cancelled #1 reason=never mind");
    batch(|| {
        save.cancel("never mind");
        drop(save.run(2));
    });
    assert_eq!(
        (describe!(save), gates.input(2)),
        ("pending #2".to_owned(), "2".to_owned())
    );
    batch(|| {
        drop(save.run(3));
        save.reload();
    });
    assert_eq!(
        (describe!(save), gates.input(3)),
        ("pending #3".to_owned(), "3".to_owned())
    );
    assert_eq!(gates.created(), 3);
}

#[test]
fn an_effect_over_a_failure_and_a_resource_fed_by_it_sees_both_at_once() {
    let a = user();
    let (a_value, a_meta) = (a.value, a.meta);
    create_effect(move || drop((a_meta.status(), a_meta.error(), a_value.get())));
    a.answer(1, 5);
    assert_eq!(check_dynamic(), Ok(()));
    let log = Log::new();
    let failed = computed(move || a_meta.error().is_some());
    let b_gates = gates("b", &Log::new());
    let (_, b_meta) = create_resource(move || u32::from(failed.get()), opens(&b_gates));
    b_gates.ok(1, 0);
    assert!(poll().is_ready());
    a.meta.reload();
    let seen = log.clone();
    create_effect(move || seen.push(format!("{} {}", failed.get(), b_meta.status())));
    assert_eq!(log.take(), ["false success"]);
    a.gates.err(2, "offline".to_owned());
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["true pending"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_part_that_was_read_in_a_batch_is_up_to_date_for_an_older_resource_in_phase_a() {
    let source = signal(1);
    let seen = leak(Cell::new(None::<Computed<bool>>));
    let log = Log::new();
    let older = gates("older", &log);
    let question = move || {
        let waits = seen.get().is_some_and(|it| it.get());
        source.get() * 10 + u32::from(waits)
    };
    create_resource(question, opens(&older));
    let newer = gates("newer", &Log::new());
    let (_, meta) = create_resource(move || source.get(), opens(&newer));
    newer.ok(1, 0);
    assert!(poll().is_ready());
    let waits = computed(move || meta.is_pending());
    seen.set(Some(waits));
    source.set(2);
    newer.ok(2, 0);
    assert!(poll().is_ready());
    log.clear();
    batch(|| {
        source.set(3);
        assert!(!waits.get(), "inside a batch nothing starts");
    });
    assert_eq!(log.take(), ["older#3 dropped", "older#4 created 31"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_resource_that_a_fetcher_makes_has_started_before_any_effect_runs() {
    let id = signal(1);
    let inner = leak(Cell::new(None));
    create_resource(
        move || id.get(),
        move |id: u32| {
            let work = from_future(move || ready(Ok::<_, String>(id)));
            inner.set(Some(work));
            ready(Ok::<_, String>(id))
        },
    );
    let log = Log::new();
    let seen = log.clone();
    create_effect(move || {
        id.get();
        let status = inner.get().map(|it| it.status());
        seen.push(format!("{status:?}"));
    });
    assert_eq!(log.take(), ["Some(Pending)"]);
    id.set(2);
    assert_eq!(log.take(), ["Some(Pending)"]);
}

#[test]
fn a_resource_that_a_computed_value_makes_has_started_before_any_effect_runs() {
    let (id, log) = (signal(1), Log::new());
    let starts = log.clone();
    let made = computed(move || {
        let (id, log) = (id.get(), starts.clone());
        from_future(move || {
            log.push(format!("start {id}"));
            ready(Ok::<_, String>(id))
        });
        id
    });
    let seen = log.clone();
    create_effect(move || seen.push(format!("effect {}", made.get())));
    log.clear();
    id.set(2);
    assert_eq!(log.take(), ["start 2", "effect 2"]);
}

#[test]
fn a_cycle_that_comes_up_with_an_answer_is_found() {
    let log = Log::new();
    let first = gates("first", &log);
    let second = gates("second", &Log::new());
    let own = leak(Cell::new(None::<Computed<Option<u32>>>));
    let (fed, _) = create_resource(|| 1, opens(&first));
    let question = move || match (fed.get(), own.get()) {
        (Some(_), Some(own)) => own.get().unwrap_or(0),
        _ => 0,
    };
    let (value, meta) = create_resource(question, opens(&second));
    let below = computed(move || value.get());
    assert_eq!(below.get(), None);
    own.set(Some(below));
    second.ok(1, 5);
    assert!(poll().is_ready());
    assert_eq!(below.get(), Some(5));
    first.ok(1, 1);
    let said = panic_of(poll);
    assert!(said.starts_with("cyclic dependency"), "{said}");
    assert_eq!(
        describe!(value, meta),
        "cancelled #1 value=5 reason=panicked"
    );
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_resource_that_is_disposed_of_inside_a_batch_ends_at_once() {
    let user = user();
    user.log.clear();
    batch(|| {
        user.meta.reload();
        user.meta.dispose();
        user.log.push("in the batch");
    });
    assert_eq!(user.log.take(), ["user#1 dropped", "in the batch"]);
    assert_eq!(user.gates.created(), 1);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_value_that_a_cleanup_was_refused_to_read_through_its_resource_is_computed_anew() {
    let (s, reader) = (signal(2), leak(Cell::new(None::<Computed<i32>>)));
    let (number, _meta) = create_resource(
        move || s.get(),
        move |n| {
            on_cleanup(move || _ = reader.get().map(|reader| reader.peek()));
            ready(Ok::<_, ()>(n))
        },
    );
    let odd = computed(move || number.get().unwrap_or(0) % 2);
    let sum = computed(move || s.get() + odd.try_get().unwrap_or(60));
    futures::executor::block_on(settled());
    assert_eq!(sum.get(), 2);
    reader.set(Some(sum));
    s.set(4);
    assert_eq!(check_dynamic(), Ok(()));
    assert_eq!(sum.get(), 4);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_source_that_becomes_stale_in_its_first_run_is_asked_again() {
    /// Reads the resource when it is compared, once.
    struct Comparing(u32, &'static Cell<Option<AsyncValue<u32>>>);
    impl PartialEq for Comparing {
        fn eq(&self, other: &Self) -> bool {
            if let Some(second) = self.1.take() {
                _ = untrack(|| second.try_get());
            }
            self.0 == other.0
        }
    }
    let (s, second) = (signal(1), leak(Cell::new(None)));
    let value = computed(move || Comparing(s.get(), second));
    let (first, _) = create_resource(move || value.with(|it| it.0), |n| ready(Ok::<_, ()>(n)));
    futures::executor::block_on(settled());
    let answer = batch(|| {
        s.set(2);
        let (answer, _) = create_resource(
            move || value.try_with(|it| it.0).unwrap_or(60),
            |n| ready(Ok::<_, ()>(n)),
        );
        second.set(Some(answer));
        answer
    });
    assert_eq!(check_dynamic(), Ok(()));
    futures::executor::block_on(settled());
    assert_eq!((first.get(), answer.get()), (Some(2), Some(2)));
    assert_eq!(check_dynamic(), Ok(()));
}
