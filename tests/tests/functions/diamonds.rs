//! Diamonds in the dynamic graph (BEHAVIOURS E): each node once, in order, and no body sees a mix (R4).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{Computed, batch, computed, create_effect, signal};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use std::cell::Cell;

#[test]
fn b044_the_join_of_a_diamond_runs_once_and_sees_both_sides_new() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", format!("b{}", a.get())));
    let c = computed(move || log.pass("c", format!("c{}", a.get())));
    let d = computed(move || log.pass("d", b.get() + &c.get()));
    assert_eq!(d.get(), "b1c1");
    assert_eq!(log.take(), ["b", "c", "d"]);
    a.set(2);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(d.get(), "b2c2");
    assert_eq!(log.take(), ["b", "c", "d"]);
}

#[test]
fn b044_an_effect_at_the_join_runs_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || a.get() * 10);
    let c = computed(move || a.get() * 100);
    create_effect(move || log.push(format!("{} {} {}", a.get(), b.get(), c.get())));
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["1 10 100", "2 20 200", "3 30 300"]);
}

#[test]
fn b045_the_tail_of_a_diamond_runs_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() + 1));
    let c = computed(move || log.pass("c", a.get() + 2));
    let d = computed(move || log.pass("d", b.get() + c.get()));
    let e = computed(move || log.pass("e", d.get() + 1));
    create_effect(move || log.push(format!("show {}", e.get())));
    assert_eq!(log.take(), ["b", "c", "d", "e", "show 6"]);
    a.set(2);
    assert_eq!(log.take(), ["b", "c", "d", "e", "show 8"]);
}

#[test]
fn b046_a_jagged_diamond_runs_each_node_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() + 1));
    let c = computed(move || log.pass("c", a.get() + 1));
    let d = computed(move || log.pass("d", c.get() + 1));
    let e = computed(move || log.pass("e", b.get() + d.get()));
    create_effect(move || log.push(format!("e {}", e.get())));
    create_effect(move || log.push(format!("d {}", d.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["b", "c", "d", "e", "e 7", "d 4"]);
    a.set(3);
    assert_eq!(log.take(), ["b", "c", "d", "e", "e 9", "d 5"]);
}

#[test]
fn b046_a_short_and_a_long_side_run_each_node_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let mut long: Computed<i32> = computed(move || log.pass("1", a.get()));
    for n in 2..5 {
        let before = long;
        long = computed(move || log.pass(n, before.get()));
    }
    let join = computed(move || log.pass("join", (a.get(), long.get())));
    create_effect(move || log.push(format!("{:?}", join.get())));
    assert_eq!(log.take(), ["1", "2", "3", "4", "join", "(1, 1)"]);
    a.set(2);
    assert_eq!(log.take(), ["1", "2", "3", "4", "join", "(2, 2)"]);
}

#[test]
fn b046_a_source_that_is_read_at_every_level_runs_each_level_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() + 1));
    let c = computed(move || log.pass("c", b.get() + a.get()));
    let d = computed(move || log.pass("d", c.get() + b.get() + a.get()));
    create_effect(move || log.push(format!("{} {}", d.get(), a.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["b", "c", "d", "10 2"]);
}

#[test]
fn b047_one_changed_dependency_is_enough() {
    let log = leak(Log::new());
    let a = signal(1);
    let same = computed(move || log.pass("same", a.get() / 100));
    let other = computed(move || log.pass("other", a.get()));
    let sum = computed(move || log.pass("sum", same.get() + other.get()));
    create_effect(move || log.push(format!("show {}", sum.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["same", "other", "sum", "show 2"]);
}

#[test]
fn b048_no_changed_dependency_is_no_reason_to_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || log.pass("b", a.get() / 100));
    let c = computed(move || log.pass("c", a.get() > 0));
    let d = computed(move || log.pass("d", (b.get(), c.get())));
    create_effect(move || log.push(format!("show {:?}", d.get())));
    create_effect(move || log.push(format!("both {} {}", b.get(), c.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["b", "c"]);
    a.set(-1);
    assert_eq!(
        log.take(),
        ["b", "c", "d", "show (0, false)", "both 0 false"]
    );
}

#[test]
fn b049_layers_that_double_their_ways_run_each_node_once() {
    const LAYERS: usize = 30;
    let runs = leak(Cell::new(0));
    let a = signal(1_u64);
    let mut layer: [Computed<u64>; 2] = [computed(move || a.get()), computed(move || a.get())];
    for _ in 0..LAYERS {
        let [left, right] = layer;
        layer = [(left, right), (right, left)].map(|(one, two)| {
            computed(move || {
                runs.set(runs.get() + 1);
                (one.get() + two.get()) % 1_000_007
            })
        });
    }
    let [left, right] = layer;
    let shown = leak(Cell::new(0));
    create_effect(move || {
        let _ = (left.get(), right.get());
        shown.set(shown.get() + 1);
    });
    assert_eq!((runs.get(), shown.get()), (2 * LAYERS, 1));
    a.set(2);
    assert_eq!((runs.get(), shown.get()), (4 * LAYERS, 2));
}

#[test]
fn b049_a_wide_fan_in_runs_the_join_once() {
    let log = leak(Log::new());
    let a = signal(1);
    let many: Vec<Computed<i32>> = (0..1_000).map(|n| computed(move || a.get() + n)).collect();
    let sum = computed(move || log.pass("sum", many.iter().map(|it| it.get()).sum::<i32>()));
    create_effect(move || log.push(sum.get()));
    a.set(2);
    assert_eq!(log.take(), ["sum", "500500", "sum", "501500"]);
}

#[test]
fn b049_a_wide_fan_out_runs_each_reader_once_in_order() {
    let log = leak(Log::new());
    let a = signal(1);
    for n in 0..5 {
        let it = computed(move || log.pass(format!("computed {n}"), a.get() + n));
        create_effect(move || log.push(format!("effect {n} {}", it.get())));
    }
    log.clear();
    a.set(2);
    let expected: Vec<String> = (0..5)
        .map(|n| format!("computed {n}"))
        .chain((0..5).map(|n| format!("effect {n} {}", 2 + n)))
        .collect();
    assert_eq!(
        log.take(),
        expected,
        "no effect runs before all values are there"
    );
}

#[test]
fn b049_signals_that_change_together_run_a_grid_once() {
    let log = leak(Log::new());
    let (rows, columns) = ([1, 2, 3].map(signal), [10, 20, 30].map(signal));
    let cells: Vec<Computed<i32>> = rows
        .iter()
        .flat_map(|&row| columns.map(|column| computed(move || row.get() * column.get())))
        .collect();
    let total = computed(move || log.pass("total", cells.iter().map(|it| it.get()).sum::<i32>()));
    create_effect(move || log.push(format!("show {}", total.get())));
    batch(|| {
        rows.iter().for_each(|row| row.update(|it| *it += 1));
        columns
            .iter()
            .for_each(|column| column.update(|it| *it += 1));
    });
    assert_eq!(log.take(), ["total", "show 360", "total", "show 567"]);
}

#[test]
fn b050_no_body_and_no_effect_sees_a_mix_of_old_and_new() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(-1));
    let sum = computed(move || {
        let (a, b) = (a.get(), b.get());
        assert_eq!(a + b, 0, "a glitch in a body");
        a + b
    });
    let double = computed(move || a.get() * 2);
    create_effect(move || {
        assert_eq!(double.get(), a.get() * 2, "a glitch in an effect");
        log.push(format!(
            "{} {} {} {}",
            a.get(),
            b.get(),
            sum.get(),
            double.get()
        ));
    });
    for n in 2..4 {
        batch(|| {
            a.set(n);
            b.set(-n);
        });
    }
    assert_eq!(log.take(), ["1 -1 0 2", "2 -2 0 4", "3 -3 0 6"]);
}

#[test]
fn b050_an_index_and_its_list_are_never_out_of_step() {
    let log = leak(Log::new());
    let list = signal(vec!['a', 'b', 'c']);
    let last = computed(move || list.with(Vec::len) - 1);
    create_effect(move || log.push(list.with(|list| list[last.get()])));
    list.update(|list| list.truncate(1));
    list.set(vec!['x', 'y']);
    assert_eq!(log.take(), ["c", "a", "y"]);
}
