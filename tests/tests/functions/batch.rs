//! Dynamic batches (BEHAVIOURS I, without transactions): one settle at the end, and reads that see the writes.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{Effect, batch, computed, create_effect, signal};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::cell::Cell;

#[test]
fn b090_effects_run_once_after_the_outermost_batch() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || log.push(format!("{} {}", a.get(), b.get())));
    batch(|| {
        a.set(2);
        batch(|| {
            b.set(2);
            batch(|| a.set(3));
            log.push("inner ends");
        });
        log.push("outer ends");
    });
    assert_eq!(log.take(), ["1 1", "inner ends", "outer ends", "3 2"]);
}

#[test]
fn b090_values_that_effects_need_are_computed_once() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(1), signal(1));
    let ab = computed(move || log.pass("ab", a.get() + b.get()));
    let abc = computed(move || log.pass("abc", ab.get() + c.get()));
    create_effect(move || log.push(format!("show {}", abc.get())));
    log.clear();
    batch(|| {
        c.set(2);
        a.set(2);
        b.set(2);
    });
    assert_eq!(log.take(), ["ab", "abc", "show 6"]);
}

#[test]
fn b091_the_value_of_the_closure_is_returned() {
    let a = signal(1);
    assert_eq!(batch(|| 7), 7);
    assert_eq!(batch(|| batch(|| a.get()) + 1), 2);
    let moved = String::from("moved");
    assert_eq!(batch(move || moved), "moved");
    assert_eq!(batch(|| Err::<(), _>("not a panic")), Err("not a panic"));
}

#[test]
fn b092_a_batch_that_panics_settles_what_it_has_written() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || log.push(format!("{} {}", a.get(), b.get())));
    log.clear();
    let said = panic_of(|| {
        batch(|| {
            a.set(2);
            batch(|| -> () {
                b.set(2);
                panic!("half-way")
            });
        })
    });
    assert_eq!(said, "half-way");
    assert_eq!(
        (a.get(), b.get(), log.take()),
        (2, 2, vec!["2 2".to_owned()])
    );
    a.set(3);
    assert_eq!(log.take(), ["3 2"], "no batch is left open");
}

#[test]
fn b092_the_panic_of_the_closure_wins_over_that_of_an_effect() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        log.push(format!("run {}", a.get()));
        assert!(a.get() != 2, "in the effect");
    });
    let said = panic_of(|| {
        batch(|| -> () {
            a.set(2);
            panic!("in the batch")
        })
    });
    assert_eq!(said, "in the batch");
    assert_eq!(log.take(), ["run 1", "run 2"]);
}

#[test]
fn b092_a_panic_that_is_caught_inside_does_not_leave_the_batch() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(a.get()));
    batch(|| {
        let said = panic_of(|| {
            batch(|| -> () {
                a.set(2);
                panic!("inner")
            })
        });
        assert_eq!(said, "inner");
        assert_eq!(log.take(), ["1"], "the inner batch has not settled");
        a.set(3);
    });
    assert_eq!(log.take(), ["3"]);
}

#[test]
fn b093_effects_that_panic_keep_no_other_from_running() {
    let log = leak(Log::new());
    let a = signal(1);
    for n in 1..=4 {
        create_effect(move || {
            log.push(format!("effect {n}"));
            assert!(a.get() == 1 || n % 2 == 1, "effect {n} panics");
        });
    }
    log.clear();
    assert_eq!(
        panic_of(|| a.set(2)),
        "effect 2 panics",
        "the first one goes on"
    );
    assert_eq!(log.take(), ["effect 1", "effect 2", "effect 3", "effect 4"]);
}

#[test]
fn b094_a_computed_value_read_inside_sees_the_writes_so_far() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let sum = computed(move || log.pass("sum", a.get() + b.get()));
    create_effect(move || log.push(format!("show {}", sum.get())));
    log.clear();
    batch(|| {
        assert_eq!(sum.get(), 2);
        a.set(10);
        assert_eq!(sum.get(), 11);
        b.set(10);
        assert_eq!((sum.get(), sum.get()), (20, 20));
    });
    assert_eq!(log.take(), ["sum", "sum", "show 20"]);
}

#[test]
fn b094_a_new_computed_value_read_inside_is_kept() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = batch(|| {
        a.set(2);
        let double = computed(move || log.pass("double", a.get() * 2));
        assert_eq!(double.get(), 4);
        double
    });
    assert_eq!(double.get(), 4);
    assert_eq!(log.take(), ["double"]);
}

#[test]
fn b095_a_read_inside_runs_no_effect_early() {
    let log = leak(Log::new());
    let a = signal(1);
    let (b, c) = (computed(move || a.get() + 1), computed(move || a.get() + 2));
    create_effect(move || log.push(format!("{} {} {}", a.get(), b.get(), c.get())));
    log.clear();
    batch(|| {
        a.set(2);
        assert_eq!(b.get(), 3);
        assert_eq!(log.take(), NOTHING);
        a.set(3);
        assert_eq!((b.peek(), c.get()), (4, 5));
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), ["3 4 5"]);
}

#[test]
fn b096_a_reverted_source_and_a_half_way_read_leave_every_cache_right() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() * 10));
    let c = computed(move || log.pass("c", b.get() + 1));
    let d = computed(move || log.pass("d", a.get() + 100));
    create_effect(move || log.push(format!("show {}", c.get())));
    d.get();
    log.clear();
    batch(|| {
        a.set(2);
        assert_eq!(b.get(), 20);
        a.set(1);
    });
    assert_eq!((b.get(), c.get(), d.get()), (10, 11, 101));
    assert_eq!(
        log.take(),
        ["b", "b"],
        "the body that the batch has read runs once more, and nothing that depends on it"
    );
    batch(|| {
        a.set(2);
        assert_eq!(c.get(), 21);
        a.set(1);
        assert_eq!(c.get(), 11);
    });
    assert_eq!((b.get(), c.get(), d.get()), (10, 11, 101));
    log.clear();
    a.set(3);
    assert_eq!((b.get(), c.get(), d.get()), (30, 31, 103));
    assert_eq!(log.take(), ["b", "c", "show 31", "d"]);
}

#[test]
fn b096_a_half_way_read_with_other_dependencies_leaves_the_right_ones() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal(1), signal(10));
    let value = computed(move || log.pass("value", if which.get() { a.get() } else { b.get() }));
    create_effect(move || log.push(format!("show {}", value.get())));
    log.clear();
    batch(|| {
        which.set(false);
        assert_eq!(value.get(), 10);
        which.set(true);
    });
    assert_eq!(
        log.take(),
        ["value", "value"],
        "the body runs once more, and no effect"
    );
    b.set(11);
    assert_eq!(log.take(), NOTHING);
    a.set(2);
    assert_eq!(log.take(), ["value", "show 2"]);
    batch(|| {
        which.set(false);
        assert_eq!(value.get(), 11);
        which.set(true);
        a.set(3);
    });
    assert_eq!(log.take(), ["value", "value", "show 3"]);
}

#[test]
fn b097_an_effect_made_after_a_write_sees_the_new_value_and_runs_once() {
    let log = leak(Log::new());
    let a = signal(1);
    batch(|| {
        a.set(2);
        create_effect(move || log.push(format!("made after 2 sees {}", a.get())));
        a.set(3);
    });
    assert_eq!(log.take(), ["made after 2 sees 3"]);
}

#[test]
fn b098_a_batch_without_a_change_runs_nothing() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(a.get()));
    log.clear();
    for _ in 0..3 {
        batch(|| ());
        batch(|| batch(|| a.set(1)));
        batch(|| a.get());
    }
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b099_a_settle_with_nothing_to_do_does_nothing() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || log.push(format!("show {}", double.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["double", "show 4"]);
    batch(|| ());
    create_effect(|| ()).dispose();
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b100_a_batch_inside_an_effect_does_not_run_others_in_the_middle() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        log.push(format!("first {}", a.get()));
        batch(|| b.set(a.get()));
        b.set(a.get() * 10);
        log.push("first ends");
    });
    create_effect(move || log.push(format!("second {}", b.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["first 2", "first ends", "second 20"]);
}

#[test]
fn b101_computed_values_come_before_effects() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(format!("made first {}", a.get())));
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || log.push(format!("made last {}", double.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["double", "made first 2", "made last 4"]);
}

#[test]
fn b102_what_an_effect_dirties_waits_until_this_round_is_over() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    let double = computed(move || log.pass("double", b.get() * 2));
    create_effect(move || log.push(format!("show {}", double.get())));
    create_effect(move || {
        b.set(a.get());
        log.push("write");
    });
    create_effect(move || log.push(format!("last of its round {}", a.get())));
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        ["write", "last of its round 2", "double", "show 4"]
    );
}

#[test]
fn b103_a_body_marked_many_times_runs_once_a_round() {
    let log = leak(Log::new());
    let many: Vec<_> = (0..10).map(signal).collect();
    let all = leak(many.clone());
    create_effect(move || log.push(all.iter().map(|it| it.get()).sum::<i32>()));
    batch(|| {
        for it in &many {
            it.set(1);
            it.update(|it| *it += 1);
        }
    });
    assert_eq!(log.take(), ["45", "20"]);
}

#[test]
fn b104_a_body_that_has_run_may_be_queued_again_in_the_same_settle() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    create_effect(move || log.push(format!("show {} {}", a.get(), b.get())));
    create_effect(move || b.set(a.get()));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["show 2 1", "show 2 2"]);
    a.set(3);
    assert_eq!(log.take(), ["show 3 2", "show 3 3"]);
}

#[test]
fn a_batch_may_dispose_of_what_it_has_written() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = leak(Cell::new(None::<Effect>));
    let (own, owner) = super::kernel::scope(|| {
        let own = signal(1);
        effect.set(Some(create_effect(move || {
            log.push(format!("{} {}", a.get(), own.get()))
        })));
        own
    });
    batch(|| {
        a.set(2);
        own.set(2);
        drop(owner);
        a.set(3);
        assert!(own.try_set(3).is_err());
    });
    assert_eq!(log.take(), ["1 1"]);
}
