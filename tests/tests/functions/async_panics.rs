//! A panic of asynchronous work costs one resource (R8): in the source, in the call of the fetcher, in a
//! poll, in the drop of the future, of a value, in a waker.
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    AsyncMeta, AsyncSignal, AsyncValue, CancelReason, CancelToken, FetchContext, FromFutureOptions,
    ResourceOptions, Scope, Signal, batch, computed, create_effect, create_manual_resource,
    create_resource, create_resource_when_with, create_resource_with, from_future,
    from_future_with, poll_progress, scope, signal, transaction,
};
use signal_kernel_tests::{
    describe,
    gate::Gates,
    log::{Log, NOTHING},
    panicking::{PanicOn, Panicking},
    panics::panic_of,
    resources::{by_hand, gates, line, noting, opens, poll, show, user, user_with},
};
use std::{
    cell::{Cell, RefCell},
    fmt::Display,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

/// A source that panics while `id` is 13.
fn checked(id: Signal<u32>) -> impl FnMut() -> u32 {
    move || {
        let id = id.get();
        assert!(id != 13, "thirteen");
        id
    }
}

/// A value and its state, as a function that makes a resource returns them.
type Pair = (AsyncValue<u32>, AsyncMeta<String>);

/// Makes a resource in a batch, which panics when its source runs for the first time. The text of that panic, and the pair.
fn made_in_batch(make: impl FnOnce() -> Pair) -> (String, Pair) {
    let made = Cell::new(None);
    let message = panic_of(|| batch(|| made.set(Some(make()))));
    (message, made.take().expect("it was made"))
}

#[test]
fn a_source_that_panics_cancels_and_keeps_the_value_and_the_resource_recovers() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(1);
    let (value, meta) = create_resource_with(checked(id), opens(&gates), noting(&log));
    show(&log, value, meta);
    gates.ok(1, 5);
    assert!(poll().is_ready());
    id.set(2);
    log.clear();
    assert_eq!(panic_of(|| id.set(13)), "thirteen");
    assert_eq!(
        log.take(),
        [
            "user#2 dropped",
            "on_cancel panicked",
            "cancelled 2: panicked",
            "cancelled #2 value=5 reason=panicked"
        ]
    );
    meta.reload();
    assert_eq!(log.take(), NOTHING, "there is no question to ask");
    id.set(2);
    assert_eq!(
        log.take(),
        ["user#3 created 2", "start 3", "pending #3 value=5"]
    );
}

#[test]
fn a_source_over_a_failed_computed_cancels_too_and_restarts_even_for_the_old_value() {
    let user_log = Log::new();
    let gates = gates("user", &user_log);
    let id = signal(1);
    let checked = computed(checked(id));
    let (value, meta) = create_resource(move || checked.get(), opens(&gates));
    show(&user_log, value, meta);
    gates.ok(1, 5);
    assert!(poll().is_ready());
    user_log.clear();
    assert_eq!(panic_of(|| id.set(13)), "thirteen");
    assert_eq!(user_log.take(), ["cancelled #1 value=5 reason=panicked"]);
    id.set(1);
    assert_eq!(user_log.take(), ["user#2 created 1", "pending #2 value=5"]);
}

#[test]
fn a_source_that_panics_at_first_leaves_a_resource_that_can_recover() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(13);
    let (message, (value, meta)) = made_in_batch(|| {
        let pair = create_resource(checked(id), opens(&gates));
        show(&log, pair.0, pair.1);
        pair
    });
    assert_eq!(
        (message, log.take()),
        (
            "thirteen".to_owned(),
            vec!["cancelled #0 reason=panicked".to_owned()]
        )
    );
    id.set(1);
    assert_eq!(log.take(), ["user#1 created 1", "pending #1"]);
    assert_eq!(describe!(value, meta), "pending #1");
}

#[test]
fn a_source_that_panics_outdates_the_answer_also_where_a_cancel_is_asked_for() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(1);
    let (value, meta) = create_resource(checked(id), opens(&gates));
    gates.ok(1, 5);
    assert!(poll().is_ready());
    let both = || {
        batch(|| {
            id.set(13);
            meta.cancel("enough");
        });
    };
    assert_eq!(panic_of(both), "thirteen");
    assert_eq!(
        describe!(value, meta),
        "cancelled #1 value=5 reason=panicked"
    );
    id.set(1);
    assert_eq!(describe!(value, meta), "pending #2 value=5");
}

#[test]
fn an_answer_whose_source_panics_in_the_same_poll_is_not_committed() {
    let log = Log::new();
    let (first_gates, second_gates) = (gates("first", &log), gates("second", &log));
    let (first, _) = create_resource(|| 1, opens(&first_gates));
    let source = move || {
        assert!(first.get() != Some(13), "thirteen");
        first.get().unwrap_or(0)
    };
    let (value, meta) = create_resource(source, opens(&second_gates));
    first_gates.ok(1, 13);
    second_gates.ok(1, 7);
    assert_eq!(panic_of(poll), "thirteen");
    assert_eq!(describe!(value, meta), "cancelled #1 reason=panicked");
}

#[test]
fn a_source_that_panics_again_leaves_a_reload_without_a_question() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(13);
    let source = move || {
        assert!(id.get() < 10, "large");
        id.get()
    };
    let (message, (value, meta)) = made_in_batch(|| create_resource(source, opens(&gates)));
    assert_eq!(message, "large");
    assert_eq!(panic_of(|| id.set(14)), "large");
    assert_eq!(describe!(value, meta), "cancelled #0 reason=panicked");
    meta.reload();
    assert_eq!(describe!(value, meta), "cancelled #0 reason=panicked");
    id.set(1);
    assert_eq!(describe!(value, meta), "pending #1");
}

#[test]
fn a_lazy_resource_whose_source_panics_at_first_stays_idle() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(13);
    let options = ResourceOptions::new().eager(false);
    let make = || create_resource_with(checked(id), opens(&gates), options);
    let (message, (value, meta)) = made_in_batch(make);
    assert_eq!(message, "thirteen");
    assert_eq!(describe!(value, meta), "idle #0");
    id.set(1);
    assert_eq!(describe!(value, meta), "pending #1");
}

#[test]
fn a_fetcher_that_panics_when_called_cancels_and_the_panic_reaches_the_writer() {
    let log = Log::new();
    let gates = gates("user", &log);
    let id = signal(1);
    let fetcher = {
        let gates = gates.clone();
        move |id: u32| {
            assert!(id != 13, "no thirteenth");
            gates.open(id)
        }
    };
    let (value, meta) = create_resource(move || id.get(), fetcher);
    show(&log, value, meta);
    let after = log.clone();
    create_effect(move || after.push(format!("id {}", id.get())));
    log.clear();
    assert_eq!(panic_of(|| id.set(13)), "no thirteenth");
    assert_eq!(
        log.take(),
        ["user#1 dropped", "cancelled #1 reason=panicked", "id 13"]
    );
    assert_eq!(panic_of(|| meta.reload()), "no thirteenth");
    assert_eq!(log.take(), NOTHING, "as it was");
    id.set(2);
    assert_eq!(log.take(), ["user#2 created 2", "pending #2", "id 2"]);
}

#[test]
fn a_maker_that_panics_at_once_reaches_the_caller_of_from_future() {
    let log = Log::new();
    let options = ResourceOptions::new().eager(false);
    let (save, _gates) = by_hand(&log, options);
    assert_eq!(describe!(save), "idle #0");
    let message =
        panic_of(|| from_future(|| -> std::future::Ready<Result<u32, String>> { panic!("no") }));
    assert_eq!(message, "no");
    drop(save.run(1));
    assert_eq!(describe!(save), "pending #1");
}

#[test]
fn work_that_panics_when_polled_is_cancelled_and_other_work_of_the_poll_is_committed() {
    let log = Log::new();
    let (one, two) = (user_with(&log, noting(&log)), user());
    log.clear();
    one.gates.panic(1);
    two.gates.ok(1, 5);
    assert_eq!(panic_of(poll), "user#1 panicked");
    assert_eq!(two.line(), "success #1 value=5");
    assert_eq!(
        log.take(),
        [
            "user#1 polled",
            "on_cancel panicked",
            "cancelled 1: panicked",
            "cancelled #1 reason=panicked"
        ]
    );
    assert!(poll().is_pending());
    one.meta.reload();
    assert!(one.meta.is_reloading());
    one.gates.ok(2, 6);
    assert!(poll().is_ready());
    assert_eq!(one.line(), "success #2 value=6");
}

#[test]
fn the_token_of_work_that_panicked_says_so() {
    let token: Rc<RefCell<Option<CancelToken>>> = Rc::default();
    let kept = token.clone();
    create_resource(
        || 1,
        move |_: u32, run: FetchContext| {
            *kept.borrow_mut() = Some(run.cancel_token().clone());
            async { panic!("in the poll") as Result<u32, String> }
        },
    );
    assert_eq!(panic_of(poll), "in the poll");
    assert_eq!(
        token.borrow().as_ref().unwrap().reason(),
        Some(CancelReason::Panicked)
    );
}

#[test]
fn stale_work_that_panics_when_dropped_hinders_no_other_work() {
    let user = user();
    user.gates.panic_when_dropped(1);
    user.log.clear();
    assert_eq!(panic_of(|| user.id.set(2)), "user#1 panicked when dropped");
    assert_eq!(
        user.log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2"]
    );
    user.gates.panic_when_dropped(2);
    assert_eq!(
        panic_of(|| user.meta.cancel("enough")),
        "user#2 panicked when dropped"
    );
    assert_eq!(
        user.log.take(),
        ["user#2 dropped", "cancelled #2 reason=enough"]
    );
    user.meta.reload();
    user.answer(3, 5);
    assert_eq!(user.line(), "success #3 value=5");
}

#[test]
fn work_that_panics_when_its_owner_goes_hinders_no_other() {
    let log = Log::new();
    let (others, owner) = scope(|| {
        let first = user_with(&log, ResourceOptions::new());
        let second = user_with(&log, ResourceOptions::new());
        second.gates.panic_when_dropped(1);
        (first.gates, second.gates)
    });
    assert_eq!(panic_of(|| drop(owner)), "user#1 panicked when dropped");
    assert!(others.0.all_dropped_once() && others.1.all_dropped_once());
    assert!(poll().is_pending());
}

#[test]
fn a_replaced_value_that_panics_when_dropped_hinders_no_other_node() {
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let next = Rc::new(RefCell::new(0));
    let work = from_future({
        let trap = trap.clone();
        move || {
            *next.borrow_mut() += 1;
            let value = trap.value(*next.borrow());
            async move { Ok::<Panicking, String>(value) }
        }
    });
    let seen = log.clone();
    create_effect(move || {
        seen.push(work.with_value(|value| format!("sees {:?}", value.map(Panicking::number))));
    });
    assert!(poll().is_ready());
    work.reload();
    trap.drop_of(1);
    log.clear();
    assert_eq!(panic_of(poll), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "sees Some(2)"]);
    work.reload();
    assert!(poll().is_ready());
    assert_eq!(
        work.with_value(|value| value.map(Panicking::number)),
        Some(3)
    );
}

/// Logs all events of runs, for values of any type.
fn telling<T: Display + 'static, E: Display + 'static>(log: &Log) -> ResourceOptions<T, E> {
    let (one, two, three, four) = (log.clone(), log.clone(), log.clone(), log.clone());
    ResourceOptions::new()
        .on_success(move |value| one.push(format!("on_success {value}")))
        .on_error(move |error| two.push(format!("on_error {error}")))
        .on_cancel(move |reason| three.push(format!("on_cancel {reason}")))
        .on_event(move |event| four.push(line(event)))
}

/// A resource whose values, errors and inputs may panic when they are dropped.
struct Fragile {
    id: Signal<Option<u32>>,
    meta: AsyncMeta<Panicking>,
    gates: Gates<Panicking, Panicking>,
    trap: PanicOn,
    log: Log,
    owner: Scope,
}

fn fragile(keep: bool) -> Fragile {
    let log = Log::new();
    let (gates, id) = (Gates::new("it", &log), signal(Some(1)));
    let opens = gates.clone();
    let options = telling(&log).keep_previous_value_on_pending(keep);
    let fetcher = move |id: u32| opens.open(id);
    let make = || create_resource_when_with(move || id.get(), fetcher, options).1;
    let (meta, owner) = scope(make);
    let seen = log.clone();
    create_effect(move || seen.push(meta.status()));
    log.clear();
    let trap = PanicOn::new(&log);
    Fragile {
        id,
        meta,
        gates,
        trap,
        log,
        owner,
    }
}

#[test]
fn a_replaced_value_that_panics_when_dropped_leaves_every_event_to_be_told() {
    let it = fragile(true);
    it.gates.ok(1, it.trap.value(1));
    assert!(poll().is_ready());
    it.meta.reload();
    it.gates.ok(2, it.trap.value(2));
    it.trap.drop_of(1);
    it.log.clear();
    assert_eq!(panic_of(poll), "drop of 1");
    assert_eq!(
        it.log.take(),
        [
            "it#2 polled",
            "it#2 done",
            "drop 1",
            "on_success 2",
            "success 2",
            "success"
        ]
    );
}

#[test]
fn a_cleared_value_that_panics_when_dropped_leaves_every_event_to_be_told() {
    let it = fragile(false);
    it.gates.ok(1, it.trap.value(1));
    assert!(poll().is_ready());
    it.trap.drop_of(1);
    it.log.clear();
    assert_eq!(panic_of(|| it.id.set(Some(2))), "drop of 1");
    assert_eq!(
        it.log.take(),
        ["it#2 created 2", "drop 1", "start 2", "pending"]
    );
}

#[test]
fn a_future_that_panics_when_dropped_leaves_every_event_to_be_told() {
    let it = fragile(true);
    it.gates.panic_when_dropped(1);
    assert_eq!(
        panic_of(|| it.id.set(Some(2))),
        "it#1 panicked when dropped"
    );
    assert_eq!(
        it.log.take(),
        [
            "it#1 dropped",
            "it#2 created 2",
            "superseded 1 by 2",
            "start 2"
        ]
    );
    it.gates.panic_when_dropped(2);
    let said = panic_of(|| it.meta.cancel("enough"));
    assert_eq!(said, "it#2 panicked when dropped");
    assert_eq!(
        it.log.take(),
        [
            "it#2 dropped",
            "on_cancel enough",
            "cancelled 2: enough",
            "cancelled"
        ]
    );
}

#[test]
fn the_panic_of_an_outdated_future_goes_on_before_that_of_a_cleared_value() {
    let it = fragile(true);
    it.gates.ok(1, it.trap.value(1));
    assert!(poll().is_ready());
    it.meta.reload();
    it.gates.panic_when_dropped(2);
    it.trap.drop_of(1);
    it.log.clear();
    let said = panic_of(|| it.id.set(None));
    assert_eq!(said, "it#2 panicked when dropped");
    assert_eq!(
        it.log.take(),
        ["it#2 dropped", "drop 1", "superseded 2", "idle"]
    );
}

#[test]
fn a_value_and_an_error_that_both_panic_when_dropped_are_dropped_one_by_one() {
    let it = fragile(true);
    let failed = |number| {
        let other = PanicOn::new(&it.log);
        it.gates.ok(number, it.trap.value(1));
        assert!(poll().is_ready());
        it.meta.reload();
        it.gates.err(number + 1, other.value(2));
        assert!(poll().is_ready());
        it.trap.drop_of(1);
        other.drop_of(2);
        it.log.clear();
    };
    failed(1);
    assert_eq!(panic_of(|| it.id.set(None)), "drop of 1");
    assert_eq!(it.log.take(), ["drop 1", "drop 2", "idle"]);
    it.id.set(Some(3));
    failed(3);
    assert_eq!(panic_of(|| drop(it.owner)), "drop of 1");
    assert_eq!(it.log.take(), ["drop 1", "drop 2"]);
}

#[test]
fn an_answer_and_what_it_replaces_are_dropped_one_by_one_with_their_owner() {
    let it = fragile(true);
    it.gates.ok(1, it.trap.value(1));
    assert!(poll().is_ready());
    it.meta.reload();
    it.gates.panic_when_dropped(2);
    it.trap.drop_of(1);
    it.log.clear();
    let said = panic_of(|| drop(it.owner));
    assert_eq!(said, "it#2 panicked when dropped");
    assert_eq!(it.log.take(), ["it#2 dropped", "drop 1"]);
}

/// Panics when it is dropped.
struct Mine(&'static str, Log);

impl Drop for Mine {
    fn drop(&mut self) {
        self.1.push(format!("{} dropped", self.0));
        panic!("{} panicked", self.0);
    }
}

#[test]
fn all_that_a_resource_was_made_of_is_dropped_one_by_one() {
    let log = Log::new();
    let mine = |name| Mine(name, log.clone());
    let make = || {
        let (source, fetcher, observe) = (mine("source"), mine("fetcher"), mine("observe"));
        let (success, error, cancel, event) = (
            mine("success"),
            mine("error"),
            mine("cancel"),
            mine("event"),
        );
        let work = mine("work");
        let options = ResourceOptions::new()
            .observe(move || _ = &observe)
            .on_success(move |_: &Mine| _ = &success)
            .on_error(move |_: &Mine| _ = &error)
            .on_cancel(move |_| _ = &cancel)
            .on_event(move |_| _ = &event);
        let mut work = Some(work);
        let fetch = move |_: u32| {
            let _fetcher = &fetcher;
            let work = work.take();
            async move {
                let _work = work;
                std::future::pending().await
            }
        };
        create_resource_with(
            move || {
                let _source = &source;
                1
            },
            fetch,
            options,
        );
    };
    let ((), owner) = scope(make);
    assert_eq!(panic_of(|| drop(owner)), "work panicked");
    let mut dropped = log.take();
    dropped.sort();
    let names = [
        "cancel", "error", "event", "fetcher", "observe", "source", "success", "work",
    ];
    assert_eq!(dropped, names.map(|name| format!("{name} dropped")));
}

#[test]
fn options_that_are_not_used_are_dropped_one_by_one() {
    let log = Log::new();
    let mine = |name| Mine(name, log.clone());
    let (observe, success, event) = (mine("observe"), mine("success"), mine("event"));
    let options = ResourceOptions::<u32, u32>::new()
        .observe(move || _ = &observe)
        .on_success(move |_| _ = &success)
        .on_event(move |_| _ = &event);
    panic_of(|| drop(options));
    assert_eq!(log.take().len(), 3);
}

/// Work by hand with inputs that may panic when they are dropped.
fn save_panicking(log: &Log) -> (AsyncSignal<u32, String, Panicking>, Gates) {
    let gates = gates("save", log);
    let opens = gates.clone();
    let save = create_manual_resource(move |input: Panicking| opens.open(input.number()));
    (save, gates)
}

#[test]
fn inputs_that_panic_when_dropped_are_replaced_all_the_same() {
    let log = Log::new();
    let (save, _gates) = save_panicking(&log);
    let trap = PanicOn::new(&log);
    let _first = save.run(trap.value(1));
    trap.drop_of(1);
    log.clear();
    let mut second = None;
    assert_eq!(
        panic_of(|| second = Some(save.run(trap.value(2)))),
        "drop of 1"
    );
    assert_eq!(save.token(), 2);
    assert_eq!(
        log.take(),
        ["drop 1", "save#1 dropped", "save#2 created 2", "drop 2"]
    );
}

#[test]
fn inputs_that_a_transaction_has_replaced_are_dropped_one_by_one() {
    let log = Log::new();
    let (save, gates) = save_panicking(&log);
    let traps = [PanicOn::new(&log), PanicOn::new(&log)];
    let work = || {
        transaction(|| {
            for (number, trap) in (1..).zip(&traps) {
                trap.drop_of(number);
                drop(save.run(trap.value(number)));
            }
            drop(save.run(PanicOn::new(&log).value(3)));
            Ok::<(), ()>(())
        })
    };
    assert_eq!(panic_of(work), "drop of 1");
    assert_eq!(describe!(save), "pending #1");
    assert_eq!(gates.input(1), "3");
}

#[test]
fn an_error_of_a_hook_and_the_value_that_it_was_told_are_dropped_one_by_one() {
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let value = trap.value(1);
    let work = Rc::new(RefCell::new(None::<AsyncSignal<Panicking, String>>));
    let told = work.clone();
    let options = FromFutureOptions::new().on_success(move |_| {
        if let Some(work) = &*told.borrow() {
            work.dispose(); // the argument of the hook is the last handle on the value
        }
        panic!("the hook");
    });
    let mut value = Some(value);
    let make = move || std::future::ready(Ok(value.take().expect("it is made once")));
    *work.borrow_mut() = Some(from_future_with(make, options));
    trap.drop_of(1);
    assert_eq!(panic_of(poll), "the hook");
    assert_eq!(log.take(), ["drop 1"]);
}

#[test]
fn an_effect_that_panics_after_a_commit_reaches_the_poller_and_the_state_stands() {
    let user = user();
    let value = user.value;
    create_effect(move || assert!(value.get() != Some(5), "not five"));
    user.gates.ok(1, 5);
    assert_eq!(panic_of(poll), "not five");
    assert_eq!(user.line(), "success #1 value=5");
    user.meta.reload();
    user.answer(2, 6);
    assert_eq!(user.line(), "success #2 value=6");
}

#[test]
fn the_first_of_several_panics_goes_on() {
    let user = user();
    let value = user.value;
    create_effect(move || assert!(value.get() != Some(5), "in the effect"));
    user.gates.panic(1);
    let other = self::user();
    other.gates.panic(1);
    assert_eq!(panic_of(poll), "user#1 panicked");
    assert_eq!(user.line(), "cancelled #1 reason=panicked");
    assert_eq!(other.line(), "cancelled #1 reason=panicked");
}

struct Broken;

impl Wake for Broken {
    fn wake(self: Arc<Self>) {
        panic!("no executor");
    }
}

#[test]
fn a_waker_that_panics_leaves_everything_consistent() {
    let user = user();
    let broken = Waker::from(Arc::new(Broken));
    assert!(poll_progress(&mut Context::from_waker(&broken)).is_pending());
    user.log.clear();
    assert_eq!(panic_of(|| user.id.set(2)), "no executor");
    assert_eq!(
        user.log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2"]
    );
    user.gates.ok(2, 5);
    assert_eq!(poll(), Poll::Ready(()));
    assert_eq!(user.line(), "success #2 value=5");
}

#[test]
fn a_panic_inside_a_batch_does_not_lose_its_requests() {
    let user = user();
    user.answer(1, 5);
    let message = panic_of(|| {
        batch(|| {
            user.meta.reload();
            panic!("in the batch");
        })
    });
    assert_eq!(message, "in the batch");
    assert_eq!(
        user.log.take(),
        ["user#2 created 1", "pending #2 again value=5"]
    );
}

#[test]
fn polling_where_nothing_can_be_committed_panics_and_says_why() {
    let user = user();
    user.gates.ok(1, 5);
    let inside = computed(|| poll().is_ready());
    for message in [
        panic_of(|| batch(poll)),
        panic_of(|| create_effect(|| assert!(poll().is_pending()))),
        panic_of(|| inside.get()),
    ] {
        assert!(
            message.starts_with("work is polled inside of a batch"),
            "{message}"
        );
    }
    assert!(poll().is_ready());
}

#[test]
fn a_request_from_inside_a_computed_panics_and_names_both() {
    let user = user();
    let meta = user.meta.named("user");
    let bad = computed(move || drop(meta.reload())).named("bad");
    let message = panic_of(|| bad.get());
    assert!(
        message.contains("bad") && message.contains("user"),
        "{message}"
    );
    user.id.set(2);
    user.meta.cancel("enough");
    let (save, gates) = by_hand(&Log::new(), ResourceOptions::new());
    let bad = computed(move || drop(save.run(1)));
    panic_of(|| bad.get());
    save.reload();
    assert_eq!(
        (user.gates.created(), gates.created()),
        (2, 0),
        "what was refused is forgotten"
    );
}
