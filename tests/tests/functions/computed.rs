//! Dynamic computed values (BEHAVIOURS C): lazy, cached, and right whenever they are read (R3).
//!
//! Not offered by the functions: the previous value (036). That nothing can be written through one (032) is
//! tested in `handles.rs`; that a body may not write (034) as well.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{Computed, batch, computed, create_effect, scope, signal, untrack};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;

#[test]
fn b021_a_body_does_not_run_before_the_first_read() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    a.set(2);
    batch(|| a.set(3));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(double.get(), 6);
    assert_eq!(log.take(), ["double"]);
}

#[test]
fn b022_an_unchanged_value_is_not_computed_again() {
    let log = leak(Log::new());
    let (a, other) = (signal(1), signal(1));
    let double = computed(move || log.pass("double", a.get() * 2));
    for _ in 0..3 {
        assert_eq!(
            (double.get(), double.peek(), double.with(|it| *it)),
            (2, 2, 2)
        );
        other.update(|other| *other += 1);
    }
    assert_eq!(log.take(), ["double"]);
}

#[test]
fn b023_two_changed_sources_run_the_body_once() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let sum = computed(move || log.pass("sum", a.get() + b.get()));
    sum.get();
    a.set(2);
    b.set(2);
    a.set(3);
    assert_eq!(sum.get(), 5);
    assert_eq!(log.take(), ["sum", "sum"]);
}

#[test]
fn b024_without_sources_it_runs_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let one = computed(move || log.pass("one", 1));
    let two = computed(move || log.pass("two", one.get() + 1));
    let peeks = computed(move || log.pass("peeks", untrack(|| a.get())));
    for _ in 0..3 {
        assert_eq!((two.get(), one.get(), peeks.get()), (2, 1, 1));
        a.update(|a| *a += 1);
    }
    assert_eq!(log.take(), ["one", "two", "peeks"]);
}

#[test]
fn b025_an_empty_value_is_a_value() {
    let log = leak(Log::new());
    let a = signal(1);
    let unit = computed(move || {
        log.push("unit");
        a.get();
    });
    let none = computed(move || log.pass("none", (a.get() > 9).then_some(())));
    create_effect(move || log.push(format!("{:?} {:?}", unit.get(), none.get())));
    assert_eq!(log.take(), ["unit", "none", "() None"]);
    unit.get();
    none.get();
    assert_eq!(log.take(), NOTHING);
    a.set(2);
    assert_eq!(log.take(), ["unit", "none"], "and equal to itself");
}

#[test]
fn b026_a_peek_brings_up_to_date_without_tracking() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || log.push(format!("peeked {}", double.peek())));
    assert_eq!(log.take(), ["double", "peeked 2"]);
    a.set(2);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(double.peek(), 4);
    batch(|| {
        a.set(3);
        assert_eq!(double.peek(), 6);
    });
    assert_eq!(log.take(), ["double", "double"]);
}

#[test]
fn b027_an_untracked_read_of_a_computed_value_notifies_nobody() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let double = computed(move || log.pass("double", a.get() * 2));
    let outer = computed(move || log.pass("outer", untrack(|| double.get()) + b.get()));
    create_effect(move || log.push(format!("{} {}", outer.get(), untrack(|| double.get()))));
    assert_eq!(log.take(), ["double", "outer", "3 2"]);
    a.set(2);
    assert_eq!(log.take(), NOTHING);
    b.set(2);
    assert_eq!(log.take(), ["double", "outer", "6 4"]);
}

#[test]
fn b027_reads_of_a_computed_value_are_tracked_for_it_even_if_it_is_read_untracked() {
    let a = signal(1);
    let double = computed(move || a.get() * 2);
    assert_eq!(untrack(|| double.get()), 2);
    a.set(2);
    assert_eq!(untrack(|| double.get()), 4);
}

#[test]
fn b027_untracking_ends_with_its_closure_and_nests() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(1), signal(1));
    create_effect(move || {
        untrack(|| {
            untrack(|| a.get());
            b.get()
        });
        log.push(format!("c {}", c.get()));
    });
    a.set(2);
    b.set(2);
    c.set(2);
    assert_eq!(log.take(), ["c 1", "c 2"]);
}

#[test]
fn b028_a_value_that_lost_all_readers_is_right_when_read_later() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    let effect = create_effect(move || log.push(format!("show {}", double.get())));
    effect.dispose();
    log.clear();
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), NOTHING, "nobody wants it");
    assert_eq!(double.get(), 6);
    assert_eq!(log.take(), ["double"]);
    create_effect(move || log.push(format!("again {}", double.get())));
    assert_eq!(log.take(), ["again 6"]);
    a.set(4);
    assert_eq!(log.take(), ["double", "again 8"]);
}

#[test]
fn b029_a_read_before_and_after_a_write_in_one_effect_runs_it_once_more() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || {
        let before = double.get();
        if a.peek() < 3 {
            a.set(3);
        }
        log.push(format!("{before} then {}", double.get()));
    });
    assert_eq!(log.take(), ["double", "double", "2 then 6", "6 then 6"]);
    a.set(1);
    assert_eq!(log.take(), ["double", "double", "2 then 6", "6 then 6"]);
}

#[test]
fn b029_a_read_before_the_write_only_runs_the_effect_again() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || {
        log.push(format!("saw {}", double.get()));
        if a.peek() < 3 {
            a.set(3);
        }
    });
    assert_eq!(log.take(), ["double", "saw 2", "double", "saw 6"]);
}

#[test]
fn b030_only_the_end_of_a_chain_is_read_and_each_body_runs_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() + 1));
    let c = computed(move || log.pass("c", b.get() + 1));
    assert_eq!(c.get(), 3);
    assert_eq!(log.take(), ["b", "c"]);
    a.set(2);
    assert_eq!(c.get(), 4);
    assert_eq!(log.take(), ["b", "c"]);
    assert_eq!((b.get(), c.get()), (3, 4));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b031_dependencies_are_checked_in_the_order_in_which_they_were_read() {
    let log = leak(Log::new());
    let a = signal(1);
    let guard = computed(move || log.pass("guard", a.get() < 2));
    let inner = computed(move || {
        log.push("inner");
        assert!(a.get() < 2, "the guard was passed by");
        a.get()
    });
    let outer = computed(move || log.pass("outer", if guard.get() { inner.get() } else { -1 }));
    create_effect(move || log.push(format!("show {}", outer.get())));
    assert_eq!(log.take(), ["guard", "inner", "outer", "show 1"]);
    a.set(2);
    assert_eq!(
        log.take(),
        ["guard", "outer", "show -1"],
        "`inner` is not asked any more"
    );
    assert_eq!(panic_of(|| inner.get()), "the guard was passed by");
}

#[test]
fn b033_a_disposed_computed_value_does_not_come_back() {
    let log = leak(Log::new());
    let a = signal(1);
    let (double, owner) = scope(|| computed(move || log.pass("double", a.get() * 2)));
    create_effect(move || log.push(format!("show {:?}", double.try_get().ok())));
    drop(owner);
    a.set(2);
    assert!(double.try_get().is_err());
    assert!(panic_of(|| double.get()).contains("was disposed of"));
    assert_eq!(
        log.take(),
        ["double", "show Some(2)"],
        "an end is not a change"
    );
}

#[test]
fn b035_a_chain_of_ten_thousand_needs_no_stack_and_linear_work() {
    const LENGTH: usize = 10_000;
    let log = leak(Log::new());
    let runs = leak(std::cell::Cell::new(0));
    let a = signal(1_usize);
    let mut last: Computed<usize> = computed(move || a.get());
    for _ in 1..LENGTH {
        let before = last;
        last = computed(move || {
            runs.set(runs.get() + 1);
            before.get() + 1
        });
        last.get(); // one by one: bodies that call bodies are the user's own recursion
    }
    runs.set(0);
    a.set(2);
    assert_eq!(
        (last.get(), runs.get()),
        (LENGTH + 1, LENGTH - 1),
        "pulled by a read"
    );
    create_effect(move || log.push(last.get()));
    a.set(3);
    assert_eq!(runs.get(), 2 * (LENGTH - 1), "pulled by an effect");
    batch(|| {
        a.set(4);
        assert_eq!(last.get(), LENGTH + 3, "half-way");
        a.set(3);
    });
    assert_eq!(
        runs.get(),
        4 * (LENGTH - 1),
        "each body that the batch has read runs once more"
    );
    assert_eq!(
        log.take(),
        ["10000", "10001", "10002"].map(|n| n.to_owned())[1..],
        "the effect that depends on them does not run for that"
    );
}

#[test]
fn b035_a_chain_of_ten_thousand_is_disposed_of_without_recursion() {
    let a = signal(1_usize);
    let (last, owner) = scope(|| {
        let mut last: Computed<usize> = computed(move || a.get());
        for _ in 1..10_000 {
            let before = last;
            last = computed(move || before.get() + 1);
            last.get();
        }
        last
    });
    a.set(2);
    drop(owner);
    assert!(last.try_get().is_err());
    a.set(3);
}

#[test]
fn a_computed_value_that_is_read_in_its_own_with_is_the_same() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    let both = double.with(|outer| double.with(|inner| (*outer, *inner)));
    assert_eq!((both, log.take()), ((2, 2), vec!["double".to_owned()]));
}

#[test]
fn b035_first_reads_nest_bodies_a_hundred_and_fifty_deep_without_optimizations() {
    // The reads of a body are not known before it has run: first reads go down from body to body.
    let reads = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        let a = signal(1);
        let mut last: Computed<usize> = computed(move || a.get());
        for _ in 1..150 {
            let before = last;
            last = computed(move || before.get() + 1);
        }
        last.get()
    });
    assert_eq!(reads.unwrap().join().unwrap(), 150);
}
