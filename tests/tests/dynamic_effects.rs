//! Dynamic effects (BEHAVIOURS F): when they run, what their writes do, and how they end.
//!
//! Not offered by this door: pausing (#58), split compute and apply halves (#65), priorities (#66).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{Effect, batch, computed, create_effect, on_cleanup, signal, transaction};
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
fn b056_what_a_disposed_effect_still_makes_in_its_run_goes_with_it() {
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
fn b059_what_an_effect_writes_is_settled_before_the_write_that_began_it_returns() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    let double = computed(move || log.pass("double", b.get() * 2));
    create_effect(move || {
        b.set(a.get());
        log.push("copied");
    });
    create_effect(move || log.push(format!("show {}", double.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["copied", "double", "show 4"]);
}

#[test]
fn b059_a_chain_of_effects_settles_in_one_write() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(0), signal(0));
    create_effect(move || log.push(format!("c {}", c.get())));
    create_effect(move || c.set(b.get()));
    create_effect(move || b.set(a.get()));
    log.clear();
    a.set(2);
    assert_eq!((b.get(), c.get()), (2, 2));
    assert_eq!(log.take(), ["c 2"]);
}

#[test]
fn b060_several_writes_of_one_effect_run_their_reader_once() {
    let log = leak(Log::new());
    let (a, x, y) = (signal(1), signal(0), signal(0));
    create_effect(move || {
        x.set(a.get());
        y.set(a.get() * 10);
    });
    create_effect(move || log.push(format!("{} {}", x.get(), y.get())));
    a.set(2);
    assert_eq!(log.take(), ["1 10", "2 20"]);
}

#[test]
fn b060_writes_of_several_effects_of_a_round_run_their_reader_once() {
    let log = leak(Log::new());
    let (a, x, y) = (signal(1), signal(0), signal(0));
    create_effect(move || log.push(format!("{} {}", x.get(), y.get())));
    create_effect(move || x.set(a.get()));
    create_effect(move || y.set(a.get() * 10));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["2 20"]);
}

#[test]
fn b061_an_effect_that_writes_what_it_reads_runs_until_it_converges() {
    let log = leak(Log::new());
    let a = signal(0);
    create_effect(move || {
        log.push(a.get());
        if a.get() < 3 {
            a.set(a.get() + 1);
        }
    });
    assert_eq!(log.take(), ["0", "1", "2", "3"]);
    a.set(2);
    assert_eq!(log.take(), ["2", "3"]);
}

#[test]
fn b061_slow_convergence_is_fine() {
    let a = signal(0);
    let effect = create_effect(move || {
        if a.get() < 5_000 {
            a.update(|a| *a += 1);
        }
    });
    assert_eq!(a.get(), 5_000);
    effect.dispose();
    let (x, y) = (signal(1_000), signal(0));
    create_effect(move || y.set(x.get() / 2));
    create_effect(move || x.set(y.get() * 2 - i32::from(y.get() > 0) * 2));
    assert_eq!((x.get(), y.get()), (0, 0));
}

#[test]
fn b062_effects_that_never_come_to_rest_are_named() {
    let log = leak(Log::new());
    let (a, b, on) = (signal(0_u64), signal(0_u64), signal(false));
    create_effect(move || {
        if on.get() {
            b.set(a.get() + 1);
        }
    })
    .named("ping");
    create_effect(move || {
        if on.get() {
            a.set(b.get() + 1);
        }
    })
    .named("pong");
    create_effect(move || log.push(format!("on {}", on.get()))).named("aside");
    log.clear();
    let said = panic_of(|| on.set(true));
    assert!(said.contains("never come to rest"), "{said}");
    assert!(
        said.contains("effect `ping`") && said.contains("effect `pong`"),
        "{said}"
    );
    assert!(!said.contains("aside"), "{said}");
    assert_eq!(log.take(), ["on true"]);
}

#[test]
fn b062_an_effect_without_a_name_is_named_by_its_place() {
    let a = signal(0_u64);
    let said = panic_of(|| {
        create_effect(move || a.set(a.get() + 1));
    });
    assert!(
        said.contains(&format!("effect made at {}:", file!())),
        "{said}"
    );
}

#[test]
fn b063_after_the_guard_has_tripped_everything_works() {
    let log = leak(Log::new());
    let (a, on) = (signal(0_u64), signal(true));
    let beside = signal(1);
    create_effect(move || log.push(format!("beside {}", beside.get())));
    panic_of(|| {
        create_effect(move || {
            if on.get() {
                a.set(a.get() + 1);
            }
        });
    });
    beside.set(2);
    assert_eq!(log.take(), ["beside 1", "beside 2"]);
    on.set(false);
    let known = a.get();
    on.set(false);
    assert_eq!(a.get(), known, "the loop is over");
    create_effect(move || log.push(format!("new {}", a.get() - known)));
    a.set(known + 1);
    assert_eq!(log.take(), ["new 0", "new 1"]);
    assert!(panic_of(|| on.set(true)).contains("never come to rest"));
}

#[test]
fn b064_many_effects_that_run_once_each_do_not_trip_the_guard() {
    let runs = leak(Cell::new(0));
    let a = signal(0);
    for _ in 0..20_000 {
        create_effect(move || {
            a.get();
            runs.set(runs.get() + 1);
        });
    }
    a.set(1);
    assert_eq!(runs.get(), 40_000);
}

#[test]
fn b065_every_computed_value_is_current_before_the_first_effect_runs() {
    let log = leak(Log::new());
    let a = signal(1);
    for name in ["x", "y", "z"] {
        let value = computed(move || log.pass(name, a.get()));
        create_effect(move || log.push(format!("show {name} {}", value.get())));
    }
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        ["x", "y", "z", "show x 2", "show y 2", "show z 2"]
    );
}
