//! Owners in the dynamic graph (BEHAVIOURS H): effects inside effects. Scopes are in `scopes.rs`.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{Effect, Signal, batch, computed, create_effect, on_cleanup, signal};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use std::cell::Cell;

#[test]
fn b078_an_inner_effect_is_disposed_of_before_the_outer_runs_again() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        let seen = a.get();
        log.push(format!("outer {seen}"));
        create_effect(move || {
            log.push(format!("inner {seen} {}", b.get()));
            on_cleanup(move || log.push(format!("inner {seen} ends")));
        });
    });
    assert_eq!(log.take(), ["outer 1", "inner 1 1"]);
    a.set(2);
    assert_eq!(log.take(), ["inner 1 ends", "outer 2", "inner 2 1"]);
    b.set(2);
    assert_eq!(
        log.take(),
        ["inner 2 ends", "inner 2 2"],
        "there is only one"
    );
}

#[test]
fn b079_when_both_are_dirty_the_outer_runs_and_the_old_inner_does_not() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        let seen = a.get();
        log.push(format!("outer {seen}"));
        create_effect(move || log.push(format!("inner of {seen} sees {}", a.get())));
    });
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["outer 2", "inner of 2 sees 2"]);
}

#[test]
fn b079_also_when_the_inner_was_marked_first() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        let seen = a.get();
        create_effect(move || log.push(format!("inner of {seen} sees {}", b.get())));
    });
    log.clear();
    batch(|| {
        b.set(2);
        a.set(2);
    });
    assert_eq!(log.take(), ["inner of 2 sees 2"]);
}

#[test]
fn b079_an_inner_effect_never_sees_what_the_outer_rules_out() {
    let log = leak(Log::new());
    let name = signal(Some("Ada"));
    let is_some = computed(move || name.get().is_some());
    create_effect(move || {
        if is_some.get() {
            create_effect(move || log.push(name.get().unwrap()));
        }
    });
    name.set(Some("Grace"));
    name.set(None);
    name.set(Some("Joan"));
    assert_eq!(log.take(), ["Ada", "Grace", "Joan"]);
}

#[test]
fn b080_with_the_outermost_of_three_levels_all_end() {
    let log = leak(Log::new());
    let a = signal(1);
    let outer = create_effect(move || {
        log.push(format!("outer {}", a.get()));
        create_effect(move || {
            log.push(format!("middle {}", a.get()));
            create_effect(move || log.push(format!("inner {}", a.get())));
        });
    });
    assert_eq!(log.take(), ["outer 1", "middle 1", "inner 1"]);
    a.set(2);
    assert_eq!(log.take(), ["outer 2", "middle 2", "inner 2"]);
    outer.dispose();
    a.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b081_inner_cleanups_run_before_outer_ones() {
    let log = leak(Log::new());
    let outer = create_effect(move || {
        on_cleanup(move || log.push("outer, made first"));
        create_effect(move || {
            on_cleanup(move || log.push("inner"));
            create_effect(move || on_cleanup(move || log.push("innermost")));
        });
        on_cleanup(move || log.push("outer, made last"));
    });
    outer.dispose();
    assert_eq!(
        log.take(),
        [
            "innermost",
            "inner",
            "outer, made last",
            "outer, made first"
        ]
    );
}

#[test]
fn b083_after_an_inner_effect_ran_alone_the_outer_still_runs() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        log.push(format!("outer {}", a.get()));
        create_effect(move || log.push(format!("inner {}", b.get())));
    });
    b.set(2);
    b.set(3);
    a.set(2);
    b.set(4);
    a.set(3);
    assert_eq!(
        log.take(),
        [
            "outer 1", "inner 1", "inner 2", "inner 3", "outer 2", "inner 3", "inner 4", "outer 3",
            "inner 4"
        ]
    );
}

#[test]
fn b084_reads_of_an_inner_effect_are_no_dependencies_of_the_outer() {
    let log = leak(Log::new());
    let a = signal(1);
    let inner_signal = leak(Cell::new(None::<Signal<i32>>));
    create_effect(move || {
        log.push("outer");
        create_effect(move || {
            let own = signal(0);
            inner_signal.set(Some(own));
            log.push(format!("inner {}", a.get()));
            create_effect(move || log.push(format!("own {}", own.get())));
        });
    });
    log.clear();
    inner_signal.get().unwrap().set(1);
    assert_eq!(log.take(), ["own 1"]);
    a.set(2);
    assert_eq!(log.take(), ["inner 2", "own 0"]);
}

#[test]
fn b084_reads_after_an_inner_effect_are_the_outers_again() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        create_effect(move || _ = a.get());
        log.push(format!("outer {}", b.get()));
    });
    a.set(2);
    b.set(2);
    assert_eq!(log.take(), ["outer 1", "outer 2"]);
}

#[test]
fn b085_an_owner_disposed_of_during_its_own_disposal_is_fine() {
    let log = leak(Log::new());
    let own = leak(Cell::new(None::<Effect>));
    own.set(Some(create_effect(move || {
        on_cleanup(move || log.push("outer"));
        create_effect(move || {
            on_cleanup(move || {
                own.get().unwrap().dispose();
                log.push("inner");
            });
        });
    })));
    own.get().unwrap().dispose();
    assert_eq!(log.take(), ["outer", "inner"], "each once");
}

#[test]
fn nodes_made_by_a_computed_value_end_with_its_next_run() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let value = computed(move || {
        let seen = a.get();
        create_effect(move || log.push(format!("effect of {seen} sees {}", b.get())));
        seen
    });
    assert_eq!(value.get(), 1);
    b.set(2);
    a.set(2);
    b.set(3);
    assert_eq!(value.get(), 2);
    b.set(4);
    assert_eq!(
        log.take(),
        [
            "effect of 1 sees 1",
            "effect of 1 sees 2",
            "effect of 1 sees 3",
            "effect of 2 sees 3",
            "effect of 2 sees 4"
        ]
    );
}
