//! Equality in the dynamic graph (BEHAVIOURS B): the changes that count (R2).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{Signal, batch, computed, computed_with, create_effect, signal, signal_with};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::cell::Cell;

#[test]
fn b011_an_equal_write_schedules_nothing() {
    let log = leak(Log::new());
    let a = signal("Ada".to_owned());
    let length = computed(move || log.pass("length", a.with(String::len)));
    create_effect(move || log.push(format!("a {}", a.get())));
    create_effect(move || log.push(format!("length {}", length.get())));
    log.clear();
    a.set("Ada".to_owned());
    batch(|| a.set("Ada".to_owned()));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(length.get(), 3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b012_a_rule_that_never_says_equal_makes_every_write_count() {
    let log = leak(Log::new());
    let tick = signal_with((), |(), ()| false);
    create_effect(move || log.push(format!("tick {:?}", tick.get())));
    log.clear();
    tick.set(());
    tick.set(());
    batch(|| {
        tick.set(());
        tick.set(());
    });
    assert_eq!(log.take(), ["tick ()"; 3]);
}

#[test]
fn b012_a_computed_value_that_is_never_equal_runs_its_readers_each_time() {
    let log = leak(Log::new());
    let a = signal(1);
    let half = computed_with(move || a.get() / 2, |_, _| false);
    create_effect(move || log.push(format!("half {}", half.get())));
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["half 0", "half 1", "half 1"]);
}

#[test]
fn b012_a_rule_of_ones_own_decides_which_value_stays() {
    let log = leak(Log::new());
    let name = signal_with("Ada", |a: &&str, b| a.eq_ignore_ascii_case(b));
    create_effect(move || log.push(name.get()));
    name.set("ADA");
    assert_eq!(name.get(), "Ada", "the old value stays");
    name.set("Grace");
    batch(|| {
        name.set("Joan");
        name.set("GRACE");
    });
    assert_eq!(name.get(), "Grace");
    assert_eq!(log.take(), ["Ada", "Grace"]);
}

#[test]
fn b013_an_equal_result_runs_no_dependent_computed_value() {
    let log = leak(Log::new());
    let a = signal(1);
    let parity = computed(move || log.pass("parity", a.get() % 2));
    let text = computed(move || log.pass("text", format!("parity {}", parity.get())));
    assert_eq!(text.get(), "parity 1");
    log.clear();
    a.set(3);
    assert_eq!(text.get(), "parity 1");
    assert_eq!(log.take(), ["parity"]);
    a.set(4);
    assert_eq!(text.get(), "parity 0");
    assert_eq!(log.take(), ["parity", "text"]);
}

#[test]
fn b014_an_equal_result_runs_no_effect() {
    let log = leak(Log::new());
    let a = signal(1);
    let parity = computed(move || log.pass("parity", a.get() % 2));
    create_effect(move || log.push(format!("show {}", parity.get())));
    log.clear();
    a.set(3);
    batch(|| a.set(5));
    assert_eq!(log.take(), ["parity", "parity"]);
    a.set(6);
    assert_eq!(log.take(), ["parity", "show 0"]);
}

#[test]
fn b015_checking_stops_at_the_first_value_that_stays() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() / 10));
    let c = computed(move || log.pass("c", b.get()));
    let d = computed(move || log.pass("d", c.get()));
    create_effect(move || log.push(format!("show {}", d.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["b"]);
    a.set(10);
    assert_eq!(log.take(), ["b", "c", "d", "show 1"]);
}

#[test]
fn b015_the_cut_may_be_in_the_middle() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() + 1));
    let c = computed(move || log.pass("c", b.get() > 100));
    let d = computed(move || log.pass("d", c.get()));
    create_effect(move || log.push(format!("show {}", d.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["b", "c"]);
    assert!(!d.get());
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b016_nan_is_never_equal_unless_the_rule_says_so() {
    let log = leak(Log::new());
    let plain = signal(f64::NAN);
    let total = signal_with(f64::NAN, |a, b| a.total_cmp(b).is_eq());
    create_effect(move || log.push(format!("plain {}", plain.get())));
    create_effect(move || log.push(format!("total {}", total.get())));
    log.clear();
    plain.set(f64::NAN);
    total.set(f64::NAN);
    assert_eq!(log.take(), ["plain NaN"]);
    plain.set(0.0);
    plain.set(-0.0);
    total.set(0.0);
    total.set(-0.0);
    assert_eq!(log.take(), ["plain 0", "total 0", "total -0"]);
}

#[test]
fn b017_the_rule_is_not_asked_about_the_first_value() {
    let log = leak(Log::new());
    let a = signal_with(1, |a: &i32, b| log_of(a, b));
    let double = computed_with(
        move || a.get() * 2,
        move |a, b| log.pass(format!("compare {a} {b}"), a == b),
    );
    assert_eq!(double.get(), 2);
    assert_eq!(log.take(), NOTHING);
    a.set(2);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(double.get(), 4);
    assert_eq!(log.take(), ["compare 2 4"]);

    fn log_of(a: &i32, b: &i32) -> bool {
        assert_eq!((*a, *b), (1, 2), "asked with the old value and the new one");
        a == b
    }
}

#[test]
fn b018_a_rule_that_panics_in_a_write_leaves_the_old_value() {
    let log = leak(Log::new());
    let a = signal_with(1, |a, b| {
        assert!(*b != 13, "unlucky");
        a == b
    });
    create_effect(move || log.push(a.get()));
    assert_eq!(panic_of(|| a.set(13)), "unlucky");
    assert_eq!(panic_of(|| batch(|| a.set(13))), "unlucky");
    assert_eq!(a.get(), 1);
    a.set(2);
    assert_eq!(log.take(), ["1", "2"]);
}

#[test]
fn b018_a_rule_that_panics_fails_the_computed_value_like_its_body() {
    let log = leak(Log::new());
    let a = signal(1);
    let same = computed_with(
        move || a.get(),
        |a, b| {
            assert!(*b != 13, "unlucky");
            a == b
        },
    )
    .named("same");
    create_effect(move || log.push(format!("show {}", same.get())));
    create_effect(move || log.push(format!("beside {}", a.get())));
    log.clear();
    assert_eq!(panic_of(|| a.set(13)), "unlucky");
    assert_eq!(log.take(), ["beside 13"]);
    assert_eq!(panic_of(|| same.get()), "computed `same` panicked: unlucky");
    a.set(1);
    assert_eq!(log.take(), ["show 1", "beside 1"]);
    a.set(2);
    assert_eq!(log.take(), ["show 2", "beside 2"]);
}

#[test]
fn b019_reads_by_the_equality_of_a_computed_value_are_not_tracked() {
    let log = leak(Log::new());
    let (a, limit) = (signal(10), signal(5));
    let value = computed_with(
        move || log.pass("value", a.get()),
        move |a: &i32, b: &i32| (a - b).abs() < limit.get(),
    );
    create_effect(move || log.push(format!("show {}", value.get())));
    log.clear();
    a.set(12);
    assert_eq!(log.take(), ["value"]);
    limit.set(1);
    assert_eq!(log.take(), NOTHING, "the rule is no dependency");
    a.set(14);
    assert_eq!(log.take(), ["value", "show 14"]);
    limit.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b019_reads_by_the_equality_of_a_signal_are_not_tracked_by_an_effect_that_writes() {
    thread_local! {
        static LIMIT: Cell<Option<Signal<i32>>> = const { Cell::new(None) };
    }
    let log = leak(Log::new());
    let (a, limit) = (signal(1), signal(5));
    LIMIT.set(Some(limit));
    let rounded = signal_with(0, |a: &i32, b: &i32| {
        let limit = LIMIT.get().expect("it was set");
        (a - b).abs() < limit.get()
    });
    create_effect(move || {
        rounded.set(a.get());
        log.push(format!("copy {}", a.get()));
    });
    log.clear();
    limit.set(1);
    assert_eq!(log.take(), NOTHING);
    a.set(3);
    assert_eq!((rounded.get(), log.take()), (3, vec!["copy 3".to_owned()]));
}

#[test]
fn b019_reads_by_the_equality_of_a_half_way_value_are_not_tracked_by_its_reader() {
    let log = leak(Log::new());
    let (a, limit, go) = (signal(10), signal(5), signal(false));
    let value = computed_with(
        move || a.get(),
        move |a: &i32, b: &i32| log.pass("compare", (a - b).abs() < limit.get()),
    );
    create_effect(move || {
        if go.get() {
            log.push(format!("show {}", value.get()));
        }
    });
    assert_eq!(value.get(), 10);
    batch(|| {
        a.set(20);
        assert_eq!(value.get(), 20);
        go.set(true);
        log.push("end");
    });
    assert_eq!(log.take(), ["compare", "end", "compare", "show 20"]);
    limit.set(1);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b020_a_value_that_comes_back_in_a_batch_is_no_change() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || log.push(format!("a {}", a.get())));
    create_effect(move || log.push(format!("double {}", double.get())));
    log.clear();
    batch(|| {
        a.set(2);
        a.set(1);
    });
    batch(|| {
        a.set(2);
        batch(|| a.set(3));
        a.set(1);
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(double.get(), 2);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b020_the_first_of_two_equal_values_comes_back() {
    let a = signal_with((1, "old"), |a: &(u8, &str), b| a.0 == b.0);
    batch(|| {
        a.set((2, "half-way"));
        a.set((1, "new"));
        assert_eq!(a.get(), (1, "new"));
    });
    assert_eq!(a.get(), (1, "old"));
}

#[test]
fn b020_a_half_way_read_runs_no_effect_when_the_value_comes_back() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || log.push(format!("show {}", double.get())));
    log.clear();
    batch(|| {
        a.set(2);
        assert_eq!(double.get(), 4);
        a.set(1);
    });
    assert_eq!(
        log.take(),
        ["double", "double"],
        "the body that the batch has read runs once more, and nothing that depends on it"
    );
    assert_eq!(double.get(), 2);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b020_a_value_that_an_effect_puts_back_runs_its_readers_no_more_than_needed() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        if a.get() == 2 {
            b.set(5);
            b.set(1);
        }
    });
    create_effect(move || log.push(format!("b {}", b.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), NOTHING);
}
