//! Dynamic effects (BEHAVIOURS F): when they run, and how they end. Their writes are in
//! `effects_writes.rs`.
//!
//! Not offered by the functions: pausing (058), split compute and apply halves (065), priorities (066).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::__private::{check_dynamic, dynamic_size};
use super::kernel::{
    Effect, batch, callback, computed, create_effect, create_effect_with, on_cleanup, signal,
    transaction,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::cell::Cell;

#[test]
fn b051_a_new_effect_runs_at_once() {
    let log = leak(Log::new());
    let a = signal(1);
    log.push("before");
    create_effect(move || log.push(format!("run {}", a.get())));
    log.push("after");
    assert_eq!(log.take(), ["before", "run 1", "after"]);
}

#[test]
fn b051_inside_a_batch_it_runs_at_the_end_of_the_outermost_one() {
    let log = leak(Log::new());
    let a = signal(1);
    batch(|| {
        batch(|| create_effect(move || log.push(format!("first {}", a.get()))));
        create_effect(move || log.push(format!("second {}", a.get())));
        a.set(2);
        log.push("end");
    });
    assert_eq!(log.take(), ["end", "first 2", "second 2"]);
    let made: Result<Effect, ()> = transaction(|| {
        a.set(3);
        let third = create_effect(move || log.push(format!("third {}", a.get())));
        log.push("end");
        Ok(third)
    });
    made.unwrap().dispose();
    assert_eq!(log.take(), ["end", "first 3", "second 3", "third 3"]);
}

#[test]
fn b051_inside_an_effect_it_runs_at_once_as_a_part_of_it() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        log.push(format!("outer {}", a.get()));
        create_effect(move || log.push("inner"));
        log.push("outer ends");
    });
    assert_eq!(log.take(), ["outer 1", "inner", "outer ends"]);
    a.set(2);
    assert_eq!(log.take(), ["outer 2", "inner", "outer ends"]);
}

#[test]
fn b051_inside_a_batch_of_an_effect_it_runs_in_the_next_round() {
    let log = leak(Log::new());
    create_effect(move || {
        batch(|| create_effect(move || log.push("inner")));
        log.push("outer ends");
    });
    assert_eq!(log.take(), ["outer ends", "inner"]);
}

#[test]
fn b052_an_effect_runs_once_for_each_settle_that_changes_what_it_reads() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let sum = computed(move || a.get() + b.get());
    create_effect(move || log.push(format!("{} {} {}", a.get(), b.get(), sum.get())));
    create_effect(move || log.push(format!("only a {}", a.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["2 1 3", "only a 2"]);
    b.set(2);
    assert_eq!(log.take(), ["2 2 4"]);
    batch(|| {
        a.set(3);
        b.set(3);
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), ["3 3 6", "only a 3"]);
}

#[test]
fn b052_an_effect_that_reads_nothing_runs_once() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push("nothing"));
    create_effect(move || log.push(a.peek()));
    a.set(2);
    assert_eq!(log.take(), ["nothing", "1"]);
}

#[test]
fn b053_a_disposed_effect_does_not_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    let effect = create_effect(move || log.push(format!("show {}", double.get())));
    log.clear();
    effect.dispose();
    a.set(2);
    batch(|| a.set(3));
    assert_eq!(
        log.take(),
        NOTHING,
        "and what only it wanted is not computed"
    );
}

#[test]
fn b054_an_effect_disposed_of_between_the_write_and_the_settle_does_not_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || log.push(format!("first {}", a.get())));
    create_effect(move || log.push(format!("second {}", a.get())));
    log.clear();
    batch(|| {
        a.set(2);
        effect.dispose();
    });
    assert_eq!(log.take(), ["second 2"]);
}

#[test]
fn b054_an_effect_disposed_of_by_an_earlier_one_of_its_round_does_not_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let later = leak(Cell::new(None::<Effect>));
    create_effect(move || {
        log.push(format!("first {}", a.get()));
        if let (2, Some(later)) = (a.get(), later.get()) {
            later.dispose();
        }
    });
    later.set(Some(create_effect(move || {
        log.push(format!("second {}", a.get()))
    })));
    log.clear();
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["first 2", "first 3"]);
}

#[test]
fn b054_a_slot_used_again_in_the_round_does_not_run_in_the_name_of_the_old_one() {
    let log = leak(Log::new());
    let a = signal(1);
    let later = leak(Cell::new(None::<Effect>));
    create_effect(move || {
        if let (2, Some(later)) = (a.get(), later.get()) {
            later.dispose();
            create_effect(move || log.push("new"));
        }
    });
    later.set(Some(create_effect(move || {
        log.push(format!("old {}", a.get()))
    })));
    a.set(2);
    assert_eq!(log.take(), ["old 1", "new"]);
}

#[test]
fn b055_trigger_dispose_trigger_does_not_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || log.push(format!("run {}", a.get())));
    batch(|| {
        a.set(2);
        effect.dispose();
        a.set(3);
    });
    a.set(4);
    assert_eq!(log.take(), ["run 1"]);
}

#[test]
fn b056_an_effect_may_dispose_of_itself_while_it_runs() {
    let log = leak(Log::new());
    let a = signal(1);
    let own = leak(Cell::new(None::<Effect>));
    own.set(Some(create_effect(move || {
        log.push(format!("run {}", a.get()));
        on_cleanup(move || log.push("early cleanup"));
        if let (2, Some(own)) = (a.get(), own.get()) {
            own.dispose();
            log.push("disposed");
            on_cleanup(move || log.push("late cleanup"));
            a.get();
        }
        log.push("end");
    })));
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        [
            "early cleanup",
            "run 2",
            "early cleanup",
            "disposed",
            "end",
            "late cleanup"
        ]
    );
    a.set(3);
    own.get().unwrap().dispose();
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b056_nodes_that_a_disposed_effect_still_makes_in_its_run_end_with_it() {
    let log = leak(Log::new());
    let a = signal(1);
    let own = leak(Cell::new(None::<Effect>));
    own.set(Some(create_effect(move || {
        a.get();
        if let Some(own) = own.get() {
            own.dispose();
            create_effect(move || log.push(format!("inner {}", a.get())));
        }
    })));
    a.set(2);
    assert_eq!(log.take(), ["inner 2"]);
    a.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b057_a_second_dispose_does_nothing() {
    let log = leak(Log::new());
    let effect = create_effect(move || on_cleanup(move || log.push("cleanup")));
    effect.dispose();
    effect.dispose();
    let other = create_effect(move || on_cleanup(move || log.push("other cleanup")));
    effect.dispose();
    assert_eq!(log.take(), ["cleanup"], "also when the slot is used again");
    other.dispose();
    assert_eq!(log.take(), ["other cleanup"]);
}

#[test]
fn b056_an_inner_effect_may_dispose_of_the_outer_one() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let outer = leak(Cell::new(None::<Effect>));
    outer.set(Some(create_effect(move || {
        log.push(format!("outer {}", a.get()));
        on_cleanup(move || log.push("outer cleanup"));
        create_effect(move || {
            on_cleanup(move || log.push("inner cleanup"));
            if let (2, Some(outer)) = (b.get(), outer.get()) {
                outer.dispose();
            }
            log.push(format!("inner {}", b.get()));
        });
    })));
    log.clear();
    b.set(2);
    assert_eq!(
        log.take(),
        ["inner cleanup", "inner cleanup", "outer cleanup", "inner 2"]
    );
    a.set(2);
    b.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b056_also_while_both_are_running() {
    let log = leak(Log::new());
    let a = signal(1);
    let outer = leak(Cell::new(None::<Effect>));
    outer.set(Some(create_effect(move || {
        log.push(format!("outer {}", a.get()));
        on_cleanup(move || log.push("outer cleanup"));
        create_effect(move || {
            if let (2, Some(outer)) = (a.get(), outer.get()) {
                outer.dispose();
            }
            on_cleanup(move || log.push("inner cleanup"));
            log.push("inner ends");
        });
        create_effect(move || {
            log.push("second inner");
            on_cleanup(move || log.push("second inner cleanup"));
        });
        log.push("outer ends");
    })));
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        [
            "second inner cleanup",
            "inner cleanup",
            "outer cleanup",
            "outer 2",
            "outer cleanup",
            "inner ends",
            "inner cleanup",
            "second inner",
            "outer ends",
            "second inner cleanup",
        ]
    );
    a.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn an_effect_whose_first_run_panics_is_disposed_of() {
    let log = leak(Log::new());
    let a = signal(1);
    let made = panic_of(|| {
        create_effect(move || {
            on_cleanup(move || log.push("cleanup"));
            signal(a.get());
            log.push(format!("run {}", a.get()));
            panic!("first");
        });
    });
    assert_eq!(made, "first");
    assert_eq!(log.take(), ["run 1", "cleanup"]);
    a.set(2);
    assert_eq!(log.take(), NOTHING);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (1, 0)));
}

#[test]
fn an_effect_whose_later_run_panics_stays() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        log.push(format!("run {}", a.get()));
        assert!(a.get() != 2, "two");
    });
    assert_eq!(panic_of(|| a.set(2)), "two");
    a.set(3);
    assert_eq!(log.take(), ["run 1", "run 2", "run 3"]);
}

#[test]
fn an_effect_made_in_a_batch_whose_first_run_panics_is_disposed_of() {
    let log = leak(Log::new());
    let a = signal(1);
    let made = leak(Cell::new(None::<Effect>));
    let said = panic_of(|| {
        batch(|| {
            made.set(Some(create_effect(move || {
                log.push(format!("run {}", a.get()));
                panic!("first");
            })));
            create_effect(move || log.push(format!("beside {}", a.get())));
        });
    });
    assert_eq!(
        (said.as_str(), log.take()),
        ("first", vec!["run 1".to_owned(), "beside 1".to_owned()])
    );
    let stale = format!("{:?}", made.get().unwrap());
    assert!(stale.starts_with("disposed effect"), "{stale}");
    a.set(2);
    assert_eq!(log.take(), ["beside 2"]);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (2, 1)));
}

#[test]
fn an_effect_made_by_an_effect_or_a_computed_value_whose_first_run_panics_is_disposed_of() {
    let log = leak(Log::new());
    let a = signal(1);
    let make = move |name: &'static str| {
        let made = create_effect(move || {
            log.push(format!("{name} {}", a.get()));
            panic!("inner");
        });
        let _ = made;
    };
    create_effect(move || {
        let outcome = std::panic::catch_unwind(|| make("in an effect"));
        assert!(outcome.is_err());
    });
    let value = computed(move || make("in a computed value"));
    assert_eq!(panic_of(|| value.get()), "inner");
    assert_eq!(log.take(), ["in an effect 1", "in a computed value 1"]);
    a.set(2);
    assert_eq!(log.take(), NOTHING);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (3, 0)));
}

#[test]
fn an_effect_ends_itself_in_its_first_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let made = create_effect_with(move |effect| {
        on_cleanup(move || log.push("cleanup"));
        log.push(format!("run {}", a.get()));
        effect.dispose();
        log.push(format!("{} after it", a.get()));
    });
    assert_eq!(log.take(), ["run 1", "cleanup", "1 after it"]);
    a.set(2);
    made.dispose();
    assert_eq!(log.take(), NOTHING);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (1, 0)));
}

#[test]
fn an_effect_with_its_own_handle_ends_itself_in_a_later_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let known = leak(Cell::new(None::<Effect>));
    let made = batch(|| {
        create_effect_with(move |effect| {
            log.push(format!("run {}", a.get()));
            known.set(Some(effect));
            if a.get() == 2 {
                effect.dispose();
            }
        })
    });
    assert_eq!(known.get(), Some(made));
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["run 1", "run 2"]);
}

#[test]
fn all_that_due_effects_have_read_is_up_to_date_before_the_first_of_them_runs() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || log.push(format!("first {}", a.get())));
    create_effect(move || {
        log.push(format!("second {}", a.get()));
        log.push(format!("second ends {}", double.get()));
    });
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        ["double", "first 2", "second 2", "second ends 4"]
    );
    batch(|| a.set(3));
    assert_eq!(
        log.take(),
        ["double", "first 3", "second 3", "second ends 6"]
    );
    create_effect(move || a.set(a.get().min(4)));
    log.clear();
    a.set(5);
    let rounds = [5, 4].map(|n| {
        let ends = format!("second ends {}", 2 * n);
        [
            "double".to_owned(),
            format!("first {n}"),
            format!("second {n}"),
            ends,
        ]
    });
    assert_eq!(log.take(), rounds.concat());
}

#[test]
fn values_that_an_effect_reads_after_a_changed_one_are_up_to_date_too() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let (x, y) = (
        computed(move || log.pass("x", a.get())),
        computed(move || log.pass("y", b.get())),
    );
    create_effect(move || {
        log.push("begins");
        log.push(format!("{} {}", x.get(), y.get()));
    });
    log.clear();
    batch(|| {
        a.set(2);
        b.set(2);
    });
    assert_eq!(log.take(), ["x", "y", "begins", "2 2"]);
}

#[test]
fn an_effect_does_not_start_when_something_that_it_has_read_fails() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let odd = computed(move || {
        assert!(a.get() % 2 == 1, "{} is even", a.get());
        a.get()
    });
    create_effect(move || {
        log.push(format!("begins {} {}", a.get(), b.get()));
        log.push(format!("ends {}", odd.get()));
    });
    log.clear();
    assert_eq!(panic_of(|| a.set(2)), "2 is even");
    assert_eq!(panic_of(|| a.set(4)), "4 is even");
    assert_eq!((log.take(), check_dynamic()), (vec![], Ok(())));
    a.set(5);
    assert_eq!(log.take(), ["begins 5 1", "ends 5"]);
}

/// The body may get past the failed value: only a run can tell.
#[test]
fn an_effect_that_waits_for_a_failed_value_runs_when_something_changes_that_it_has_read_before() {
    let log = leak(Log::new());
    let (a, hidden) = (signal(1), signal(false));
    let odd = computed(move || {
        assert!(a.get() % 2 == 1, "{} is even", a.get());
        a.get()
    });
    create_effect(move || match hidden.get() {
        true => log.push("hidden"),
        false => log.push(odd.get()),
    });
    assert_eq!(panic_of(|| a.set(2)), "2 is even");
    hidden.set(true);
    assert_eq!(log.take(), ["1", "hidden"]);
    a.set(4);
    assert_eq!((log.take(), check_dynamic()), (vec![], Ok(())));
}

#[test]
fn a_callback_that_is_called_while_an_effect_runs_adds_no_dependency_to_it() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(1), signal(0));
    let handler = callback(move |by: i32| {
        signal(by);
        b.set(b.get() + by);
        c.set(b.get() * 10);
        b.get()
    });
    create_effect(move || log.push(format!("sees {} {}", b.get(), c.get())));
    create_effect(move || log.push(format!("run {} {}", a.get(), handler(1))));
    assert_eq!(log.take(), ["sees 1 0", "run 1 2", "sees 2 20"]);
    b.set(5);
    assert_eq!(log.take(), ["sees 5 20"]);
    a.set(2);
    assert_eq!(log.take(), ["run 2 6", "sees 6 60"]);
    assert_eq!(dynamic_size().0, 7, "what it makes belongs to nobody");
}

#[test]
fn a_callback_that_is_called_at_rest_is_one_batch_also_when_it_panics() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || log.push(format!("sees {} {}", a.get(), b.get())));
    let handler = callback(move |fails: bool| {
        a.set(a.get() + 1);
        b.set(b.get() + 1);
        assert!(!fails, "handler");
    });
    handler(false);
    assert_eq!(panic_of(|| handler(true)), "handler");
    assert_eq!(log.take(), ["sees 1 1", "sees 2 2", "sees 3 3"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn an_effect_that_a_computed_value_makes_during_a_write_runs_with_the_effects_of_that_write() {
    let log = leak(Log::new());
    let a = signal(1);
    let value = computed(move || {
        let seen = a.get();
        create_effect(move || log.push(format!("inner {seen}")));
        log.push(format!("value {seen}"));
        seen
    });
    create_effect(move || log.push(format!("outer {}", value.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["value 2", "outer 2", "inner 2"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_callback_that_is_called_while_a_computed_value_runs_cannot_write() {
    let a = signal(1).named("a");
    let handler = callback(move |by: i32| a.set(a.get() + by));
    let value = computed(move || handler(1)).named("value");
    let said = panic_of(|| value.get());
    assert!(said.contains("`a`") && said.contains("`value`"), "{said}");
    assert_eq!((a.get(), check_dynamic()), (1, Ok(())));
}
