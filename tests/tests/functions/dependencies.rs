//! Dependencies that change from run to run (BEHAVIOURS D): only reads count.
//!
//! Not for the functions: a declared edge on the inactive side (043).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{batch, computed, create_effect, signal, untrack};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};

#[test]
fn b037_a_write_to_the_inactive_side_of_a_branch_runs_no_body() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal("a1"), signal("b1"));
    let value = computed(move || log.pass("value", if which.get() { a.get() } else { b.get() }));
    create_effect(move || log.push(format!("show {}", value.get())));
    log.clear();
    b.set("b2");
    assert_eq!(log.take(), NOTHING);
    a.set("a2");
    assert_eq!(log.take(), ["value", "show a2"]);
}

#[test]
fn b037_short_circuits_are_branches() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(false), signal(false), signal(true));
    let all = computed(move || log.pass("all", a.get() && b.get() && c.get()));
    let any = computed(move || log.pass("any", c.get() || b.get() || a.get()));
    create_effect(move || log.push(format!("show {} {}", all.get(), any.get())));
    log.clear();
    b.set(true);
    assert_eq!(log.take(), NOTHING);
    c.set(false);
    assert_eq!(log.take(), ["any"], "all stops at a; any goes on to b");
    a.set(true);
    assert_eq!(log.take(), ["all"]);
}

#[test]
fn b038_after_a_switch_a_write_to_the_old_side_runs_no_body() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal("a1"), signal("b1"));
    create_effect(move || log.push(if which.get() { a.get() } else { b.get() }));
    which.set(false);
    a.set("a2");
    a.set("a3");
    assert_eq!(log.take(), ["a1", "b1"]);
}

#[test]
fn b039_after_a_switch_the_new_side_runs_its_reader() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal("a1"), signal("b1"));
    let value = computed(move || if which.get() { a.get() } else { b.get() });
    create_effect(move || log.push(value.get()));
    which.set(false);
    b.set("b2");
    which.set(true);
    b.set("b3");
    a.set("a2");
    assert_eq!(log.take(), ["a1", "b1", "b2", "a1", "a2"]);
}

#[test]
fn b039_a_lazy_value_switches_as_well() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal(1), signal(10));
    let value = computed(move || log.pass("value", if which.get() { a.get() } else { b.get() }));
    assert_eq!(value.get(), 1);
    which.set(false);
    assert_eq!(value.get(), 10);
    log.clear();
    a.set(2);
    assert_eq!(value.get(), 10);
    assert_eq!(log.take(), NOTHING);
    b.set(20);
    assert_eq!(value.get(), 20);
    assert_eq!(log.take(), ["value"]);
}

#[test]
fn b039_switch_and_both_sides_change_in_one_batch() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal(1), signal(10));
    create_effect(move || log.push(if which.get() { a.get() } else { b.get() }));
    batch(|| {
        a.set(2);
        which.set(false);
        b.set(20);
    });
    a.set(3);
    b.set(30);
    assert_eq!(log.take(), ["1", "20", "30"]);
}

#[test]
fn b040_a_dependency_found_during_a_run_is_up_to_date() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    assert_eq!(double.get(), 2);
    let big = computed(move || log.pass("big", a.get() > 1));
    let value = computed(move || log.pass("value", if big.get() { double.get() } else { 0 }));
    create_effect(move || log.push(format!("show {}", value.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["big", "double", "value", "show 4"]);
    a.set(3);
    assert_eq!(log.take(), ["big", "double", "value", "show 6"]);
}

#[test]
fn b040_a_new_dependency_may_be_made_long_after_its_reader() {
    let log = leak(Log::new());
    let late = leak(std::cell::Cell::new(None::<super::kernel::Computed<i32>>));
    let a = signal(1);
    create_effect(move || {
        let value = late.get().map_or(0, |late| late.get());
        log.push(format!("{} {value}", a.get()));
    });
    late.set(Some(computed(move || log.pass("late", a.get() * 100))));
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["1 0", "late", "2 200", "late", "3 300"]);
}

#[test]
fn b041_a_dependency_dropped_and_taken_again_runs_its_reader_once() {
    let log = leak(Log::new());
    let (on, a) = (signal(true), signal(1));
    create_effect(move || {
        let value = on.get().then(|| a.get());
        log.push(format!("{value:?}"));
    });
    on.set(false);
    a.set(2);
    on.set(true);
    a.set(3);
    batch(|| {
        on.set(false);
        a.set(4);
        on.set(true);
    });
    assert_eq!(
        log.take(),
        ["Some(1)", "None", "Some(2)", "Some(3)", "Some(4)"]
    );
}

#[test]
fn b041_the_order_of_reads_may_change_from_run_to_run() {
    let log = leak(Log::new());
    let (flip, a, b, c) = (signal(0), signal(1), signal(2), signal(3));
    create_effect(move || {
        let order = match flip.get() % 3 {
            0 => [a, b, c],
            1 => [c, a, b],
            _ => [b, b, a],
        };
        log.push(format!("{:?}", order.map(|it| it.get())));
    });
    for _ in 0..3 {
        flip.update(|flip| *flip += 1);
        for (it, more) in [(a, 10), (b, 20), (c, 30)] {
            it.update(|it| *it += more);
        }
    }
    assert_eq!(
        log.take(),
        [
            "[1, 2, 3]",
            "[3, 1, 2]",
            "[3, 11, 2]",
            "[3, 11, 22]",
            "[33, 11, 22]",
            "[22, 22, 11]",
            "[22, 22, 21]",
            "[42, 42, 21]",
            "[21, 42, 63]",
            "[31, 42, 63]",
            "[31, 62, 63]",
            "[31, 62, 93]",
        ]
    );
}

#[test]
fn b042_another_readers_switch_leaves_a_subscription_alone() {
    let log = leak(Log::new());
    let (which, a, b) = (signal(true), signal(1), signal(10));
    create_effect(move || {
        log.push(format!(
            "first {}",
            if which.get() { a.get() } else { b.get() }
        ));
    });
    create_effect(move || {
        log.push(format!(
            "second {}",
            if which.get() { b.get() } else { a.get() }
        ));
    });
    log.clear();
    which.set(false);
    assert_eq!(log.take(), ["first 10", "second 1"]);
    a.set(2);
    assert_eq!(log.take(), ["second 2"]);
    b.set(20);
    assert_eq!(log.take(), ["first 20"]);
    which.set(true);
    assert_eq!(log.take(), ["first 2", "second 20"]);
}

#[test]
fn b042_a_reader_that_lets_go_in_the_middle_of_a_round_leaves_the_rest() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    create_effect(move || {
        let value = if a.get() < 3 { double.get() } else { 0 };
        log.push(format!("first {value}"));
    });
    create_effect(move || log.push(format!("second {}", double.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["double", "first 4", "second 4"]);
    a.set(3);
    assert_eq!(log.take(), ["double", "first 0", "second 6"]);
    a.set(4);
    assert_eq!(log.take(), ["double", "first 0", "second 8"]);
}

#[test]
fn a_dependency_of_many_is_the_one_that_counts() {
    let log = leak(Log::new());
    let index = signal(0);
    let cells: Vec<_> = (0..100).map(|n| signal(n * 10)).collect();
    let all = leak(cells.clone());
    create_effect(move || log.push(all[index.get()].get()));
    for cell in &cells[1..] {
        cell.update(|cell| *cell += 1);
    }
    index.set(50);
    cells[0].set(7);
    cells[50].set(8);
    assert_eq!(log.take(), ["0", "501", "8"]);
}

#[test]
fn a_read_that_becomes_untracked_is_forgotten() {
    let log = leak(Log::new());
    let (track, a) = (signal(true), signal(1));
    create_effect(move || {
        let value = if track.get() {
            a.get()
        } else {
            untrack(|| a.get())
        };
        log.push(value);
    });
    track.set(false);
    a.set(2);
    assert_eq!(log.take(), ["1", "1"]);
    track.set(true);
    a.set(3);
    assert_eq!(log.take(), ["2", "3"]);
}
