//! `Shared`: a declared graph as one node of the dynamic graph (R1, R2, R8).
//!
//! Invariants: the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    Busy, Shared, Signal, batch, computed, create_effect, reactive, scope, signal, transaction,
    untrack,
};
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::{
    cell::{Cell, RefCell},
    panic::AssertUnwindSafe,
    rc::Rc,
};

type Hook = Rc<RefCell<Option<Box<dyn Fn(u32)>>>>;

reactive! {
    /// A counter whose effect calls out.
    struct Counter {
        let log: Log;
        let hook: Hook;
        pub signal count: u32 = 0;
        pub signal step: u32 = 1;
        pub computed double: u32 = count * 2;
        effect see {
            log.push(format!("static {double}"));
            if let Some(hook) = &*hook.borrow() { hook(*count) }
        }
    }
}

fn counter() -> (Shared<Counter>, Hook, Log) {
    let (log, hook) = (Log::new(), Hook::default());
    let shared = Shared::new(Counter::new(log.clone(), hook.clone()));
    log.clear();
    (shared, hook, log)
}

/// Lets the static effect do this from now on.
fn on_change(hook: &Hook, act: impl Fn(u32) + 'static) {
    *hook.borrow_mut() = Some(Box::new(act));
}

fn add(shared: &Shared<Counter>) {
    shared.update(|it| it.update_count(|count| *count += 1));
}

#[test]
fn a_read_in_an_effect_or_a_computed_is_tracked_and_the_graph_settles_first() {
    let (shared, _, log) = counter();
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("effect {}", reader.read(|it| *it.double()))));
    let reader = shared.clone();
    let text = computed(move || reader.read(|it| format!("{} {}", it.count(), it.double())));
    assert_eq!(
        (text.get(), log.take()),
        ("0 0".to_owned(), vec!["effect 0".to_owned()])
    );
    let returned = shared.update(|it| {
        it.set_count(1);
        *it.double()
    });
    assert_eq!(returned, 2);
    assert_eq!(log.take(), ["static 2", "effect 2"]);
    assert_eq!(text.get(), "1 2");
}

#[test]
fn b3_an_untracked_read_is_no_dependency() {
    let (shared, _, log) = counter();
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || {
        seen.push(format!(
            "effect {}",
            untrack(|| reader.read(|it| *it.count()))
        ));
    });
    log.clear();
    add(&shared);
    assert_eq!(log.take(), ["static 2"]);
}

#[test]
fn b013_the_whole_graph_is_one_dependency_and_a_computed_over_it_cuts_off() {
    let (shared, _, log) = counter();
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("whole {}", reader.read(|it| *it.count()))));
    let reader = shared.clone();
    let step = computed(move || reader.read(|it| *it.step()));
    let seen = log.clone();
    create_effect(move || seen.push(format!("step {}", step.get())));
    log.clear();
    shared.update(|it| it.set_count(1));
    assert_eq!(log.take(), ["static 2", "whole 1"]);
    shared.update(|it| it.set_step(5));
    assert_eq!(log.take(), ["whole 1", "step 5"]);
    shared.update(|it| it.set_step(5));
    assert_eq!(log.take(), NOTHING, "nothing has changed");
}

#[test]
fn callbacks_share_clones_and_the_graph_comes_from_a_plain_one() {
    let log = Log::new();
    let shared: Shared<Counter> = Counter::new(log.clone(), Hook::default()).into();
    let clicks: Vec<Box<dyn Fn()>> = (0..3)
        .map(|_| {
            let shared = shared.clone();
            Box::new(move || add(&shared)) as Box<dyn Fn()>
        })
        .collect();
    clicks.iter().for_each(|click| click());
    assert_eq!(shared.read(|it| *it.count()), 3);
    assert_eq!(format!("{shared:?}"), "Shared { .. }");
}

#[test]
fn b090_in_a_dynamic_batch_only_the_dynamic_part_waits() {
    let (shared, _, log) = counter();
    let other = signal(0);
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("{} {}", reader.read(|it| *it.count()), other.get())));
    log.clear();
    batch(|| {
        add(&shared);
        other.set(7);
        add(&shared);
        assert_eq!(shared.read(|it| *it.count()), 2);
        assert_eq!(log.take(), ["static 2", "static 4"]);
    });
    assert_eq!(log.take(), ["2 7"]);
}

#[test]
fn a_dynamic_transaction_does_not_undo_an_update() {
    let (shared, _, log) = counter();
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("effect {}", reader.read(|it| *it.count()))));
    log.clear();
    let result: Result<(), &str> = transaction(|| {
        add(&shared);
        Err("no")
    });
    assert_eq!(
        (result, log.take()),
        (
            Err("no"),
            vec!["static 2".to_owned(), "effect 1".to_owned()]
        )
    );
}

#[test]
fn b116_an_update_from_a_dynamic_effect_is_seen_in_the_next_round() {
    let (shared, _, log) = counter();
    let go = signal(0);
    let (writer, seen) = (shared.clone(), log.clone());
    create_effect(move || {
        if go.get() > 0 {
            writer.update(|it| it.set_count(go.get()));
            seen.push("written");
        }
    });
    let seen = log.clone();
    create_effect(move || seen.push(format!("go {}", go.get())));
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("count {}", reader.read(|it| *it.count()))));
    log.clear();
    go.set(3);
    assert_eq!(log.take(), ["static 6", "written", "go 3", "count 3"]);
}

#[test]
fn from_inside_its_own_settle_read_and_update_name_both_places() {
    let (shared, hook, _) = counter();
    let inside = shared.clone();
    on_change(&hook, move |_| inside.read(|_| ()));
    let line = line!() + 1;
    let message = panic_of(|| shared.update(|it| it.set_count(1)));
    let since = format!("the graph is in use since {}:{line}:", file!());
    let here = format!(", and is asked for at {}:{}:", file!(), line - 2);
    assert!(
        message.starts_with(&since) && message.contains(&here),
        "{message}"
    );

    let inside = shared.clone();
    on_change(&hook, move |_| inside.update(|_| ()));
    let message = panic_of(|| add(&shared));
    assert!(
        message.starts_with("the graph is in use since "),
        "{message}"
    );
    *hook.borrow_mut() = None;
    add(&shared);
    assert_eq!(shared.read(|it| *it.count()), 3);
}

#[test]
fn try_says_busy_and_does_not_call() {
    let (shared, hook, log) = counter();
    let (inside, seen) = (shared.clone(), log.clone());
    on_change(&hook, move |_| {
        let read: Result<(), Busy> = inside.try_read(|_| unreachable!());
        let update: Result<(), Busy> = inside.try_update(|_| unreachable!());
        seen.push(format!(
            "{} {}",
            read.is_err(),
            update.unwrap_err().to_string().contains("in use since")
        ));
    });
    add(&shared);
    assert_eq!(log.take(), ["static 2", "true true"]);
    assert_eq!(shared.try_read(|it| *it.count()), Ok(1));
    assert_eq!(shared.try_update(|it| it.set_count(5)), Ok(()));
}

#[test]
fn reads_nest_and_nothing_else_does() {
    let (shared, _, _) = counter();
    let count = shared.read(|outer| shared.read(|inner| outer.count() + inner.count()));
    assert_eq!(count, 0);
    assert!(panic_of(|| shared.read(|_| add(&shared))).contains("in use since"));
    assert!(panic_of(|| shared.update(|_| shared.read(|_| ()))).contains("in use since"));
    assert!(panic_of(|| shared.update(|_| add(&shared))).contains("in use since"));
    add(&shared);
    assert_eq!(shared.read(|it| *it.count()), 1);
}

#[test]
fn b034_a_dynamic_computed_value_cannot_update() {
    let (shared, _, log) = counter();
    let writer = shared.clone();
    let bad = computed(move || add(&writer)).named("bad");
    let message = panic_of(|| bad.get());
    assert!(
        message.starts_with("computed `bad` writes shared graph made at "),
        "{message}"
    );
    assert!(message.contains("cannot write signals"), "{message}");
    assert_eq!((shared.read(|it| *it.count()), log.take()), (0, vec![]));
}

#[test]
fn b092_when_an_update_panics_everything_settles_first_and_the_graph_is_free_again() {
    let (shared, _, log) = counter();
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || seen.push(format!("effect {}", reader.read(|it| *it.count()))));
    log.clear();
    let message = panic_of(|| {
        shared.update(|it| {
            it.set_count(1);
            panic!("half-way");
        })
    });
    assert_eq!(
        (message.as_str(), log.take().join(", ").as_str()),
        ("half-way", "static 2, effect 1")
    );
    add(&shared);
    assert_eq!(log.take(), ["static 4", "effect 2"]);
}

#[test]
fn b093_a_declared_effect_that_panics_hinders_no_dynamic_one_and_the_other_way_round() {
    let (shared, hook, log) = counter();
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || {
        let count = reader.read(|it| *it.count());
        seen.push(format!("effect {count}"));
        assert!(count != 2, "dynamic");
    });
    on_change(&hook, |count| assert!(count == 2, "static"));
    log.clear();
    assert_eq!(panic_of(|| add(&shared)), "static");
    assert_eq!(log.take(), ["static 2", "effect 1"]);
    assert_eq!(panic_of(|| add(&shared)), "dynamic");
    assert_eq!(log.take(), ["static 4", "effect 2"]);
    assert_eq!(panic_of(|| add(&shared)), "static");
    assert_eq!(log.take(), ["static 6", "effect 3"]);
}

#[test]
fn b050_readers_of_a_shared_graph_and_a_signal_that_its_effect_writes_see_no_mix() {
    let (shared, hook, log) = counter();
    let echo = signal(0);
    on_change(&hook, move |count| echo.set(count));
    let (reader, seen) = (shared.clone(), log.clone());
    create_effect(move || {
        seen.push(format!(
            "count {} echo {}",
            reader.read(|it| *it.count()),
            echo.get()
        ));
    });
    log.clear();
    add(&shared);
    assert_eq!(log.take(), ["static 2", "count 1 echo 1"]);
    shared.update(|it| {
        echo.set(10);
        it.set_count(5);
    });
    assert_eq!(log.take(), ["static 10", "count 5 echo 5"]);
}

#[test]
fn a_dynamic_write_inside_of_an_update_is_settled_after_it() {
    let (shared, _, log) = counter();
    let other = signal(0);
    let seen = log.clone();
    create_effect(move || seen.push(format!("other {}", other.get())));
    log.clear();
    shared.update(|it| {
        other.set(1);
        it.set_count(1);
        other.set(2);
    });
    assert_eq!(log.take(), ["static 2", "other 2"]);
}

#[test]
fn a_declared_graph_may_feed_a_dynamic_one_and_back() {
    let (shared, hook, log) = counter();
    let limit = signal(3);
    let reader = shared.clone();
    let left = computed(move || u32::saturating_sub(limit.get(), reader.read(|it| *it.count())));
    let writer = shared.clone();
    create_effect(move || {
        if left.get() > 0 {
            add(&writer);
        }
    });
    assert_eq!(log.take(), ["static 2", "static 4", "static 6"]);
    limit.set(4);
    assert_eq!(log.take(), ["static 8"]);
    *hook.borrow_mut() = None;
    assert_eq!(left.get(), 0);
}

struct Notes(Log);

impl Drop for Notes {
    fn drop(&mut self) {
        self.0.push("graph dropped");
    }
}

reactive! {
    struct Owned {
        let notes: Notes;
        signal count: u32 = 0;
        effect hold { let _ = (notes, count); }
    }
}

#[test]
fn the_last_handle_drops_the_graph_and_its_readers_go_on() {
    let log = Log::new();
    let shared = Shared::new(Owned::new(Notes(log.clone())));
    let weak = Rc::new(RefCell::new(Some(shared.clone())));
    let other = signal(0);
    let (slot, seen) = (weak.clone(), log.clone());
    create_effect(move || {
        let count = slot.borrow().as_ref().map(|it| it.read(|it| *it.count()));
        seen.push(format!("{count:?} {}", other.get()));
    });
    drop(shared);
    assert_eq!(log.take(), ["Some(0) 0"]);
    weak.borrow_mut().take();
    assert_eq!(log.take(), ["graph dropped"]);
    other.set(1);
    assert_eq!(log.take(), ["None 1"]);
}

#[test]
fn b161_a_scope_that_holds_the_last_handle_in_a_closure_drops_the_graph() {
    let log = Log::new();
    let ((), owner) = scope(|| {
        let shared = Shared::new(Owned::new(Notes(log.clone())));
        shared.update(|it| it.set_count(1));
        create_effect(move || shared.read(|it| assert_eq!(*it.count(), 1)));
    });
    assert_eq!(log.take(), NOTHING);
    drop(owner);
    assert_eq!(log.take(), ["graph dropped"]);
}

#[test]
fn a_graph_that_is_made_in_a_scope_outlives_it_with_its_handle() {
    let (shared, owner) = scope(|| counter().0);
    drop(owner);
    let reader = shared.clone();
    let runs: Signal<u32> = signal(0);
    create_effect(move || {
        reader.read(|_| ());
        runs.update(|runs| *runs += 1);
    });
    add(&shared);
    assert_eq!(runs.get(), 2);
}

#[test]
fn handles_that_come_and_go_leave_nothing_behind() {
    let kept = Cell::new(0);
    for round in 0..1_000 {
        let (shared, _, _) = counter();
        let reader = shared.clone();
        let effect = create_effect(move || reader.read(|_| ()));
        add(&shared);
        kept.set(kept.get() + shared.read(|it| *it.count()));
        effect.dispose();
        assert_eq!(kept.get(), round + 1);
    }
}

/// A lazy body calls this, if anything.
type Ask = Rc<RefCell<Option<Rc<dyn Fn() -> u32>>>>;

fn answer(ask: &Ask) -> u32 {
    let ask = ask.borrow().clone();
    ask.map_or(0, |ask| ask())
}

reactive! {
    /// Lazy values, the first of which calls out.
    struct Chain {
        let ask: Ask;
        pub signal base: u32 = 1;
        pub computed first: u32 = base + answer(ask);
        pub computed second: u32 = first + 1;
        pub computed other: u32 = base * 10;
    }
}

fn chain() -> (Shared<Chain>, Ask) {
    let ask = Ask::default();
    (Shared::new(Chain::new(ask.clone())), ask)
}

/// The lazy body calls this from now on.
fn asks(ask: &Ask, act: impl Fn() -> u32 + 'static) {
    *ask.borrow_mut() = Some(Rc::new(act));
}

/// The graph is as good as new once the lazy body calls nothing more.
fn assert_recovers(chain: &Shared<Chain>, ask: &Ask) {
    ask.borrow_mut().take();
    assert!(panic_of(|| chain.read(|it| *it.second())).contains("computed `second` of `Chain`"));
    chain.update(|it| it.set_base(5));
    assert_eq!(
        chain.read(|it| (*it.first(), *it.second(), *it.other())),
        (5, 6, 50)
    );
}

#[test]
fn a_lazy_value_that_reads_itself_through_its_own_graph_names_both_places() {
    let (chain, ask) = chain();
    let inside = chain.clone();
    asks(&ask, move || inside.read(|it| *it.first()));
    let line = line!() + 1;
    let message = panic_of(|| chain.read(|it| *it.first()));
    let file = file!();
    let since = format!("computed `first` of `Chain` is being computed since {file}:{line}:");
    let here = format!(", and is read at {file}:{}:", line - 2);
    assert!(
        message.starts_with(&since) && message.contains(&here),
        "{message}"
    );
    assert_recovers(&chain, &ask);
}

#[test]
fn a_lazy_value_that_reads_itself_by_way_of_a_computed_value_names_both_places() {
    let (chain, ask) = chain();
    let inside = chain.clone();
    let between = computed(move || inside.read(|it| *it.first()));
    asks(&ask, move || between.get());
    let message = panic_of(|| chain.read(|it| *it.first()));
    assert!(
        message.starts_with("computed `first` of `Chain` is being computed since "),
        "{message}"
    );
    assert_recovers(&chain, &ask);
}

#[test]
fn a_lazy_value_that_reads_itself_by_way_of_a_second_graph_names_both_places() {
    let (chain, ask) = chain();
    let (second, second_ask) = self::chain();
    let inside = chain.clone();
    asks(&second_ask, move || inside.read(|it| *it.first()));
    let inside = second.clone();
    asks(&ask, move || inside.read(|it| *it.second()));
    let message = panic_of(|| chain.read(|it| *it.first()));
    assert!(
        message.starts_with("computed `first` of `Chain` is being computed since "),
        "{message}"
    );
    assert_recovers(&chain, &ask);
    assert_recovers(&second, &second_ask);
}

#[test]
fn a_lazy_value_that_waits_for_one_that_is_being_computed_names_both_places() {
    let (chain, ask) = chain();
    let inside = chain.clone();
    asks(&ask, move || inside.read(|it| *it.second()));
    for far in [false, true] {
        let line = line!() + 3;
        let message = panic_of(|| {
            chain.read(|it| match far {
                false => *it.first(),
                true => *it.second(),
            })
        });
        let file = file!();
        let line = if far { line + 1 } else { line };
        let here = format!("computed `second` of `Chain` is read at {file}:");
        let since = format!("it depends on `first`, which is being computed since {file}:{line}:");
        assert!(
            message.starts_with(&here) && message.contains(&since),
            "{message}"
        );
        chain.update(|it| it.update_base(|base| *base += 1));
    }
    let _ = panic_of(|| chain.read(|it| *it.first()));
    assert_recovers(&chain, &ask);
}

#[test]
fn a_lazy_value_may_read_another_one_of_its_graph() {
    let (chain, ask) = chain();
    let inside = chain.clone();
    asks(&ask, move || inside.read(|it| *it.other()));
    assert_eq!(chain.read(|it| *it.second()), 12);
    let (second, second_ask) = self::chain();
    let inside = chain.clone();
    asks(&second_ask, move || {
        inside.update(|it| it.set_base(2));
        inside.read(|it| *it.second())
    });
    assert_eq!(second.read(|it| *it.second()), 1 + 23 + 1);
}

#[test]
fn a_value_that_is_dropped_for_an_equal_one_may_read_what_depends_on_it() {
    struct Loud(u32, Ask);
    impl PartialEq for Loud {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Drop for Loud {
        fn drop(&mut self) {
            let _ = answer(&self.1);
        }
    }
    reactive! {
        struct Dropping {
            let ask: Ask;
            pub signal base: u32 = 1;
            pub computed first: Loud = Loud(base / 10, ask.clone());
            pub computed second: u32 = first.0 + base;
            pub computed third: u32 = second * 2;
        }
    }
    let ask = Ask::default();
    let shared = Shared::new(Dropping::new(ask.clone()));
    assert_eq!(shared.read(|it| *it.third()), 2);
    shared.update(|it| it.set_base(2));
    let (inside, seen) = (shared.clone(), Rc::new(Cell::new(0)));
    let see = seen.clone();
    asks(&ask, move || {
        see.set(inside.read(|it| *it.second()));
        0
    });
    assert_eq!((shared.read(|it| *it.third()), seen.get()), (4, 2));
    ask.borrow_mut().take();
}

#[test]
fn a_body_that_catches_such_a_refusal_has_a_value() {
    let (chain, ask) = chain();
    let inside = chain.clone();
    asks(&ask, move || {
        let again = std::panic::AssertUnwindSafe(|| inside.read(|it| *it.second()));
        std::panic::catch_unwind(again).unwrap_or(100)
    });
    assert_eq!(chain.read(|it| *it.first()), 101);
    assert_eq!(chain.read(|it| *it.second()), 102);
}

#[test]
fn a_handle_may_be_used_by_a_closure_that_is_caught() {
    let (shared, _, _) = counter();
    let caught = std::panic::catch_unwind({
        let shared = shared.clone();
        move || {
            shared.update(|it| {
                it.set_count(3);
                panic!("half-way")
            })
        }
    });
    assert!(caught.is_err());
    assert_eq!(
        std::panic::catch_unwind(|| shared.read(|it| *it.double())).ok(),
        Some(6)
    );
}

#[test]
fn a_body_that_has_found_the_graph_in_use_runs_again_when_it_is_free() {
    let (shared, _, log) = counter();
    let go = signal(0);
    let reader = shared.clone();
    let tried = computed(move || {
        let _ = go.get();
        reader.try_read(|it| *it.count() as i32).unwrap_or(-1)
    });
    let reader = shared.clone();
    let read = computed(move || reader.read(|it| *it.count() as i32));
    shared.update(|_| {
        assert_eq!(tried.get(), -1);
        assert!(panic_of(|| read.get()).contains("in use since"));
    });
    assert_eq!((tried.get(), read.get()), (0, 0));

    let seen = log.clone();
    create_effect(move || seen.push(format!("tried {}", tried.get())));
    assert_eq!(log.take(), ["tried 0"]);
    shared.update(|_| {
        go.set(1);
        assert_eq!(tried.get(), -1);
    });
    assert_eq!((tried.get(), log.take()), (0, vec![]));
    shared.update(|it| {
        go.set(2);
        it.set_count(1);
        assert_eq!(tried.get(), -1);
    });
    assert_eq!(
        (tried.get(), log.take().join(" ")),
        (1, "static 2 tried 1".to_owned())
    );
    add(&shared);
    assert_eq!(
        (read.get(), log.take().join(" ")),
        (2, "static 4 tried 2".to_owned())
    );
}

#[test]
fn a_body_that_has_the_graph_in_use_itself_does_not_run_for_that() {
    let (shared, _, log) = counter();
    let (inside, seen) = (shared.clone(), log.clone());
    create_effect(move || {
        inside.update(|_| {
            let refused = inside.try_read(|_| ()).is_err();
            seen.push(format!("refused {refused}"));
        });
    });
    assert_eq!(log.take(), ["refused true"]);
}

reactive! {
    /// A graph whose lazy value calls out while it is computed.
    struct Lazy {
        let hook: Hook;
        pub signal count: u32 = 1;
        pub computed double: u32 = {
            if let Some(hook) = &*hook.borrow() { hook(*count) }
            count * 2
        };
    }
}

/// A body reads `double` while `double` is being computed, and catches the panic of the read.
fn read_or_zero(shared: &Shared<Lazy>) -> u32 {
    std::panic::catch_unwind(|| shared.read(|it| *it.double())).unwrap_or(0)
}

/// The first computation of `double` calls `make`.
fn lazy(make: impl Fn(&Shared<Lazy>) + 'static) -> Shared<Lazy> {
    let hook = Hook::default();
    let shared = Shared::new(Lazy::new(hook.clone()));
    let (inside, first) = (shared.clone(), Cell::new(true));
    on_change(&hook, move |_| {
        if first.take() {
            make(&inside);
        }
    });
    shared
}

#[test]
fn an_effect_that_reads_a_value_while_the_value_is_computed_runs_again_when_it_is_there() {
    let ways: [fn(&Shared<Lazy>) -> u32; 3] = [
        read_or_zero,
        |shared| {
            shared.read(|it| {
                let double = AssertUnwindSafe(|| *it.double());
                std::panic::catch_unwind(double).unwrap_or(0)
            })
        },
        |shared| {
            let read = computed({
                let shared = shared.clone();
                move || read_or_zero(&shared)
            });
            read.get()
        },
    ];
    for read in ways {
        let log = Log::new();
        let seen = log.clone();
        let shared = lazy(move |shared| {
            let (shared, seen) = (shared.clone(), seen.clone());
            create_effect(move || seen.push(format!("effect {}", read(&shared))));
        });
        log.push(format!("read {}", shared.read(|it| *it.double())));
        assert_eq!(log.take(), ["effect 0", "effect 2", "read 2"]);
        shared.update(|it| it.set_count(2));
        assert_eq!(log.take(), ["effect 4"]);
    }
}

#[test]
fn a_computed_value_that_reads_a_value_while_the_value_is_computed_is_computed_again() {
    let log = Log::new();
    let (seen, made) = (log.clone(), Rc::new(RefCell::new(None)));
    let keep = made.clone();
    let shared = lazy(move |shared| {
        let (shared, seen) = (shared.clone(), seen.clone());
        let tried = computed(move || read_or_zero(&shared));
        seen.push(format!("inside {}", untrack(|| tried.get())));
        create_effect(move || seen.push(format!("effect {}", tried.get())));
        *keep.borrow_mut() = Some(tried);
    });
    let reader = shared.clone();
    let double = computed(move || reader.read(|it| *it.double()));
    log.push(format!("read {}", double.get()));
    assert_eq!(log.take(), ["inside 0", "effect 2", "read 2"]);
    let tried = made.take().expect("the first computation has made it");
    assert_eq!(tried.get(), 2);
}

#[test]
fn a_body_whose_own_read_is_refused_to_itself_does_not_run_for_that() {
    let log = Log::new();
    let seen = log.clone();
    let shared = lazy(move |shared| seen.push(format!("inside {}", read_or_zero(shared))));
    let seen = log.clone();
    create_effect(move || seen.push(format!("effect {}", shared.read(|it| *it.double()))));
    assert_eq!(log.take(), ["inside 0", "effect 2"]);
}

#[test]
fn a_read_that_panics_tells_the_effects_that_it_has_refused() {
    let log = Log::new();
    let seen = log.clone();
    let shared = lazy(move |shared| {
        let (shared, seen) = (shared.clone(), seen.clone());
        create_effect(move || {
            let read = std::panic::catch_unwind(|| shared.read(|it| *it.double()));
            seen.push(match read {
                Ok(double) => format!("effect {double}"),
                Err(_) => "effect refused".to_owned(),
            });
        });
    });
    let message = panic_of(|| {
        shared.read(|it| {
            let _ = it.double();
            panic!("the reader fails")
        })
    });
    assert_eq!(message, "the reader fails");
    assert_eq!(log.take(), ["effect refused", "effect 2"]);
}

#[test]
fn b034_nothing_that_runs_for_a_computed_value_updates_a_graph() {
    let (shared, _, log) = counter();
    let refused = |way: fn(&mut dyn FnMut())| {
        let (writer, reader) = (shared.clone(), shared.clone());
        let bad = computed(move || {
            let before = reader.read(|it| *it.count());
            way(&mut || add(&writer));
            (before, reader.read(|it| *it.count()))
        });
        let message = panic_of(|| bad.get());
        assert!(message.contains("cannot write signals"), "{message}");
    };
    refused(|add| add());
    refused(|add| batch(add));
    refused(|add| untrack(add));
    refused(|add| {
        let _: Result<(), ()> = transaction(|| {
            add();
            Ok(())
        });
    });
    refused(|add| drop(scope(add)));
    assert_eq!((shared.read(|it| *it.count()), log.take()), (0, vec![]));
}

reactive! {
    /// Every way to change a graph.
    struct Ways {
        let plain: Cell<u32> = Cell::new(0);
        let mut field: u32 = 0;
        /// Nothing depends on it.
        pub signal alone: u32 = 0;
        pub signal seen: u32 = 0;
        #[eq(same_tens)]
        pub signal tens: u32 = 0;
        pub signal bad: bool = false;
        pub computed lazy: u32 = seen + tens;
        pub computed eager: u32 = { assert!(!*bad, "bad"); seen / 2 };
        effect see { let _ = eager; }
    }
}

fn same_tens(a: &u32, b: &u32) -> bool {
    a / 10 == b / 10
}

/// How often a body that has read the graph runs for this update.
fn runs_for(ways: &Shared<Ways>, update: impl FnOnce(&mut Ways)) -> u32 {
    let runs = Rc::new(Cell::new(0));
    let (count, reader) = (runs.clone(), ways.clone());
    let effect = create_effect(move || {
        reader.read(|_| ());
        count.set(count.get() + 1);
    });
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ways.update(update)));
    effect.dispose();
    runs.get() - 1
}

#[test]
fn r2_an_update_that_changes_nothing_runs_no_reader() {
    let ways = Shared::new(Ways::new());
    let nothing: [fn(&mut Ways); 9] = [
        |_| (),
        |it| it.set_seen(0),
        |it| it.set_alone(0),
        |it| it.set_tens(5),
        |it| it.plain().set(5),
        |it| {
            let _ = (it.lazy(), it.field());
        },
        |it| {
            it.batch(|it| {
                it.set_seen(1);
                assert_eq!((*it.lazy(), *it.eager()), (1, 0));
                it.set_seen(0);
                it.set_tens(3);
            });
        },
        |it| {
            let failed: Result<(), ()> = it.transaction(|it| {
                it.set_seen(7);
                it.update_alone(|alone| *alone = 3);
                Err(())
            });
            assert!(failed.is_err());
        },
        |it| {
            it.batch(|_| ());
            panic!("before anything has changed");
        },
    ];
    for (at, update) in nothing.into_iter().enumerate() {
        assert_eq!(runs_for(&ways, update), 0, "{at}");
    }
    assert!(ways.read(|it| (*it.seen(), *it.alone(), *it.tens()) == (0, 0, 0)));
}

#[test]
fn r2_an_update_that_changes_something_runs_each_reader_once() {
    let ways = Shared::new(Ways::new());
    let something: [fn(&mut Ways); 16] = [
        |it| it.set_seen(1),
        |it| it.set_alone(1),
        |it| it.set_tens(50),
        |it| *it.field_mut() = 1,
        |it| it.update_seen(|_| ()),
        |it| it.update_alone(|_| ()),
        |it| it.batch(|it| it.set_seen(2)),
        |it| it.batch(|it| it.set_alone(2)),
        |it| it.batch(|it| it.update_alone(|_| ())),
        |it| it.batch(|it| *it.field_mut() = 2),
        |it| {
            let done: Result<(), ()> = it.transaction(|it| {
                it.set_alone(3);
                Ok(())
            });
            assert!(done.is_ok());
        },
        |it| {
            it.set_seen(3);
            it.set_seen(2);
            panic!("afterwards");
        },
        |it| it.set_bad(true),
        |it| it.set_seen(9),
        |it| it.set_bad(false),
        |it| *it = Ways::new(),
    ];
    for (at, update) in something.into_iter().enumerate() {
        assert_eq!(runs_for(&ways, update), 1, "{at}");
    }
}

#[test]
fn r2_a_graph_that_takes_the_place_of_another_is_a_change() {
    let [one, other] = [Shared::new(Ways::new()), Shared::new(Ways::new())];
    let swap = |ways: &mut Ways| other.update(|other| std::mem::swap(ways, other));
    assert_eq!(runs_for(&one, swap), 1);
    let mut kept = None;
    assert_eq!(runs_for(&one, |it| kept = Some(std::mem::take(it))), 1);
    assert_eq!(
        runs_for(&one, |it| *it = kept.take().expect("it was kept")),
        1
    );
    assert_eq!(runs_for(&one, |it| it.set_seen(0)), 0);
}

#[test]
fn a_read_of_a_failed_value_tells_the_text_of_its_panic_through_a_shared_graph_too() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 4;
            computed eager: u64 = { assert!(*id != 3, "3 is refused"); *id };
            computed half: u64 = { assert!(id % 2 == 0, "{id} is odd"); id / 2 };
            effect see { log.push(format!("static {eager}")); }
        }
    }
    let (log, page) = (Log::new(), Shared::new(Page::new(Log::new())));
    let (reader, other, seen) = (page.clone(), page.clone(), log.clone());
    let copy = computed(move || reader.read(|page| *page.half())).named("copy");
    create_effect(move || {
        let half = copy.try_get().map_err(|error| error.to_string());
        seen.push(format!("{half:?} {}", other.read(|page| *page.id())));
    });
    log.clear();
    page.update(|page| page.set_id(5));
    assert_eq!(
        log.take(),
        ["Err(\"computed `copy` panicked: 5 is odd\") 5"],
        "the read ran the body"
    );
    let half = "computed `half` of `Page` panicked: 5 is odd";
    assert_eq!(panic_of(|| page.read(|page| *page.half())), half);
    assert_eq!(
        panic_of(|| untrack(|| page.read(|page| *page.half()))),
        half
    );
    let said = panic_of(|| _ = page.try_read(|page| *page.half()));
    assert_eq!(said, half);
    let reader = page.clone();
    let late = computed(move || reader.read(|page| *page.half())).named("late");
    assert_eq!(panic_of(|| late.get()), half);
    assert_eq!(
        panic_of(|| late.get()),
        format!("computed `late` panicked: {half}")
    );
    page.update(|page| {
        page.batch(|page| {
            page.set_id(7);
            assert_eq!(panic_of(|| *page.half()), "7 is odd");
            let half = "computed `half` of `Page` panicked: 7 is odd";
            assert_eq!(panic_of(|| *page.half()), half);
            page.set_id(6);
        })
    });
    assert_eq!((late.get(), log.take()), (3, vec!["Ok(3) 6".to_owned()]));
    assert_eq!(
        panic_of(|| page.update(|page| page.set_id(3))),
        "3 is refused"
    );
    assert_eq!(
        panic_of(|| page.read(|page| *page.eager())),
        "computed `eager` of `Page` panicked: 3 is refused"
    );
}
