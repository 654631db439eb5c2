//! Cleanups in the dynamic graph (BEHAVIOURS G): `on_cleanup` in effects, computed values and scopes.
//!
//! That `on_cleanup` outside any owner panics (076) is tested in `handles.rs`.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::__private::{check_dynamic, dynamic_size};
use super::kernel::{
    Effect, computed, create_effect, create_resource, on_cleanup, scope, signal, signal_with,
    untrack,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::cell::Cell;

#[test]
fn b067_a_cleanup_runs_before_the_next_body() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        let seen = a.get();
        log.push(format!("run {seen}"));
        on_cleanup(move || log.push(format!("cleanup {seen}")));
    });
    create_effect(move || log.push(format!("beside {} {}", a.get(), b.get())));
    b.set(2);
    assert_eq!(log.take(), ["run 1", "beside 1 1", "beside 1 2"]);
    a.set(2);
    assert_eq!(log.take(), ["cleanup 1", "run 2", "beside 2 2"]);
}

#[test]
fn b067_a_computed_value_cleans_up_before_its_next_body() {
    let log = leak(Log::new());
    let a = signal(1);
    let (double, owner) = scope(|| {
        computed(move || {
            let seen = a.get();
            on_cleanup(move || log.push(format!("cleanup {seen}")));
            log.pass("double", seen * 2)
        })
    });
    double.get();
    a.set(2);
    assert_eq!(log.take(), ["double"], "nobody wants it yet");
    assert_eq!(double.get(), 4);
    assert_eq!(log.take(), ["cleanup 1", "double"]);
    drop(owner);
    assert_eq!(log.take(), ["cleanup 2"]);
}

#[test]
fn b068_a_cleanup_runs_once_when_its_owner_is_disposed_of() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || {
        a.get();
        on_cleanup(move || log.push("effect"));
    });
    let ((), owner) = scope(|| on_cleanup(move || log.push("scope")));
    effect.dispose();
    effect.dispose();
    drop(owner);
    a.set(2);
    assert_eq!(log.take(), ["effect", "scope"]);
}

#[test]
fn b069_only_the_cleanups_of_the_latest_run_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || {
        let seen = a.get();
        if seen % 2 == 1 {
            on_cleanup(move || log.push(format!("cleanup {seen}")));
        }
    });
    for n in 2..=5 {
        a.set(n);
    }
    effect.dispose();
    assert_eq!(log.take(), ["cleanup 1", "cleanup 3", "cleanup 5"]);
}

#[test]
fn b070_several_cleanups_run_newest_first() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || {
        for n in 1..=3 {
            on_cleanup(move || log.push(n));
        }
        a.get();
    });
    a.set(2);
    assert_eq!(log.take(), ["3", "2", "1"]);
    effect.dispose();
    assert_eq!(log.take(), ["3", "2", "1"]);
}

#[test]
fn b071_reads_of_a_cleanup_are_not_tracked() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let inner = leak(Cell::new(None::<Effect>));
    create_effect(move || {
        a.get();
        on_cleanup(move || log.push(format!("cleanup sees {}", b.get())));
    });
    create_effect(move || {
        log.push(format!("outer {}", a.get()));
        let made = create_effect(move || on_cleanup(move || _ = b.get()));
        inner.set(Some(made));
        made.dispose();
    });
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["cleanup sees 1", "outer 2"]);
    b.set(2);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b072_a_cleanup_that_reads_a_computed_value_gets_the_fresh_one() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || a.get() * 2);
    let effect = create_effect(move || {
        let seen = a.get();
        on_cleanup(move || log.push(format!("{seen} is now {} {}", a.get(), double.get())));
    });
    a.set(2);
    a.set(3);
    effect.dispose();
    assert_eq!(log.take(), ["1 is now 2 4", "2 is now 3 6", "3 is now 3 6"]);
}

#[test]
fn b073_writes_of_a_cleanup_settle_in_the_next_round() {
    let log = leak(Log::new());
    let (a, x, y) = (signal(1), signal(0), signal(0));
    create_effect(move || log.push(format!("{} {}", x.get(), y.get())));
    create_effect(move || {
        let seen = a.get();
        log.push(format!("run {seen}"));
        on_cleanup(move || {
            x.set(seen);
            y.set(seen * 10);
            log.push("cleanup");
        });
    });
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["cleanup", "run 2", "1 10"]);
}

#[test]
fn b073_a_cleanup_that_writes_what_its_effect_reads_does_not_loop() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || {
        log.push(format!("run {}", a.get()));
        on_cleanup(move || a.update(|a| *a += 10));
    });
    a.set(2);
    assert_eq!(
        log.take(),
        ["run 1", "run 12"],
        "written before the body runs: it has seen it"
    );
    effect.dispose();
    assert_eq!((a.get(), log.take()), (22, vec![]));
}

#[test]
fn b073_writes_of_cleanups_at_a_disposal_are_one_batch() {
    let log = leak(Log::new());
    let (x, y) = (signal(0), signal(0));
    create_effect(move || log.push(format!("{} {}", x.get(), y.get())));
    let ((), owner) = scope(|| {
        on_cleanup(move || x.set(1));
        on_cleanup(move || y.set(1));
    });
    drop(owner);
    assert_eq!(log.take(), ["0 0", "1 1"]);
}

#[test]
fn b074_a_cleanup_that_panics_keeps_no_other_from_running() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || {
        let seen = a.get();
        on_cleanup(move || log.push(format!("last {seen}")));
        on_cleanup(move || panic!("cleanup {seen}"));
        on_cleanup(move || log.push(format!("first {seen}")));
        log.push(format!("run {seen}"));
    });
    create_effect(move || log.push(format!("beside {}", a.get())));
    log.clear();
    assert_eq!(panic_of(|| a.set(2)), "cleanup 1");
    assert_eq!(log.take(), ["first 1", "last 1", "run 2", "beside 2"]);
    assert_eq!(panic_of(|| effect.dispose()), "cleanup 2");
    assert_eq!(log.take(), ["first 2", "last 2"]);
    a.set(3);
    assert_eq!(log.take(), ["beside 3"]);
}

#[test]
fn b074_a_cleanup_of_a_child_that_panics_keeps_no_other_from_running() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        on_cleanup(move || log.push("outer"));
        create_effect(move || on_cleanup(move || log.push("first child")));
        create_effect(move || on_cleanup(|| panic!("second child")));
        create_effect(move || on_cleanup(move || log.push("third child")));
    });
    assert_eq!(panic_of(|| drop(owner)), "second child");
    assert_eq!(log.take(), ["third child", "first child", "outer"]);
}

#[test]
fn b075_cleanups_from_before_a_panic_of_the_body_run_later() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        let seen = a.get();
        on_cleanup(move || log.push(format!("cleanup {seen}")));
        assert!(seen != 2, "two");
        log.push(format!("run {seen}"));
    });
    assert_eq!(panic_of(|| a.set(2)), "two");
    assert_eq!(log.take(), ["run 1", "cleanup 1"]);
    a.set(3);
    assert_eq!(log.take(), ["cleanup 2", "run 3"]);
}

#[test]
fn b077_an_effect_whose_cleanup_disposes_of_it_does_not_run_again() {
    let log = leak(Log::new());
    let a = signal(1);
    let own = leak(Cell::new(None::<Effect>));
    own.set(Some(create_effect(move || {
        log.push(format!("run {}", a.get()));
        on_cleanup(move || {
            log.push("cleanup");
            own.get().unwrap().dispose();
        });
    })));
    a.set(2);
    assert_eq!(log.take(), ["run 1", "cleanup"]);
    a.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b077_a_computed_value_whose_cleanup_ends_its_owner_is_gone() {
    let a = signal(1);
    let owner = leak(Cell::new(None));
    let (double, scope) = scope(|| {
        computed(move || {
            on_cleanup(move || drop(owner.take()));
            a.get() * 2
        })
    });
    owner.set(Some(scope));
    assert_eq!(double.get(), 2);
    a.set(2);
    assert!(double.try_get().is_err());
}

#[test]
fn a_cleanup_made_in_an_untracked_part_belongs_to_the_effect_all_the_same() {
    let log = leak(Log::new());
    let effect = create_effect(move || untrack(|| on_cleanup(move || log.push("cleanup"))));
    effect.dispose();
    assert_eq!(log.take(), ["cleanup"]);
}

#[test]
fn a_cleanup_in_a_cleanup_has_no_owner() {
    let log = leak(Log::new());
    let effect = create_effect(move || {
        on_cleanup(move || log.push("oldest"));
        on_cleanup(|| on_cleanup(|| ()));
    });
    let said = panic_of(|| effect.dispose());
    assert!(said.contains("is outside of any scope"), "{said}");
    assert_eq!(log.take(), ["oldest"]);
}

#[test]
fn nodes_made_by_a_cleanup_have_no_owner_and_stay() {
    let log = leak(Log::new());
    let a = signal(1);
    let ((), owner) = scope(|| {
        on_cleanup(move || {
            create_effect(move || log.push(format!("made in a cleanup {}", a.get())));
        });
    });
    drop(owner);
    a.set(2);
    assert_eq!(log.take(), ["made in a cleanup 1", "made in a cleanup 2"]);
}

/// Says its name when it is dropped.
struct Ends(&'static Log, &'static str);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.push(self.1);
    }
}

#[test]
fn a_cleanup_of_a_scope_reads_and_writes_what_the_scope_owns() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        let draft = signal(5);
        let double = computed(move || draft.get() * 2);
        on_cleanup(move || log.push(format!("save {} {}", draft.get(), double.get())));
        on_cleanup(move || draft.set(draft.get() + 1));
    });
    drop(owner);
    assert_eq!(log.take(), ["save 6 12"]);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (0, 0)));
}

#[test]
fn a_cleanup_of_an_effect_reads_and_writes_what_the_run_has_made() {
    let log = leak(Log::new());
    let (a, sum) = (signal(1), signal(0));
    let effect = create_effect(move || {
        let draft = signal(a.get());
        let double = computed(move || draft.get() * 2);
        on_cleanup(move || {
            draft.update(|draft| *draft += 10);
            sum.set(sum.peek() + draft.get());
            log.push(format!("save {} {}", draft.get(), double.get()));
        });
    });
    a.set(2);
    assert_eq!(log.take(), ["save 11 22"]);
    a.set(3);
    assert_eq!(log.take(), ["save 12 24"]);
    effect.dispose();
    assert_eq!(log.take(), ["save 13 26"]);
    assert_eq!((sum.get(), check_dynamic()), (36, Ok(())));
}

#[test]
fn a_cleanup_of_a_computed_value_reads_what_the_run_has_made() {
    let log = leak(Log::new());
    let a = signal(1);
    let (outer, owner) = scope(|| {
        computed(move || {
            let draft = signal(a.get());
            let double = computed(move || draft.get() * 2);
            on_cleanup(move || log.push(format!("save {} {}", draft.get(), double.get())));
            double.get()
        })
    });
    assert_eq!(outer.get(), 2);
    a.set(2);
    assert_eq!(outer.get(), 4);
    assert_eq!(log.take(), ["save 1 2"]);
    drop(owner);
    assert_eq!(log.take(), ["save 2 4"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn an_owner_ends_nested_owners_then_effects_then_cleanups_then_values() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        let held = |name| leak(signal_with(Ends(log, name), |_, _| false));
        let oldest = held("oldest signal");
        on_cleanup(move || oldest.with(|it| log.push(format!("cleanup 1 beside {}", it.1))));
        let captured = Ends(log, "effect 1");
        create_effect(move || _ = &captured);
        let ((), nested) = scope(|| {
            held("signal of scope 1");
            on_cleanup(move || log.push("cleanup of scope 1"));
        });
        std::mem::forget(nested);
        let captured = Ends(log, "effect 2");
        create_effect(move || _ = &captured);
        let captured = Ends(log, "effect 3");
        create_effect(move || {
            let _ = &captured;
            on_cleanup(move || log.push("cleanup of effect 3"));
        });
        let captured = Ends(log, "computed");
        let value = computed(move || {
            let _ = &captured;
            on_cleanup(move || log.push("cleanup of computed"));
            7
        });
        assert_eq!(value.get(), 7);
        let ((), nested) = scope(|| on_cleanup(move || log.push("cleanup of scope 2")));
        std::mem::forget(nested);
        on_cleanup(move || log.push(format!("cleanup 2 beside {}", value.get())));
        held("youngest signal");
    });
    drop(owner);
    let right = [
        "cleanup of scope 2",
        "cleanup of computed",
        "cleanup of effect 3",
        "effect 3",
        "cleanup of scope 1",
        "signal of scope 1",
        "effect 2",
        "effect 1",
        "cleanup 2 beside 7",
        "cleanup 1 beside oldest signal",
        "youngest signal",
        "computed",
        "oldest signal",
    ];
    assert_eq!(log.take(), right);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (0, 0)));
}

#[test]
fn a_cleanup_of_a_nested_owner_reads_what_the_owners_around_it_own() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        let outer = signal(a.get() * 10);
        create_effect(move || {
            let inner = signal(1);
            let ((), innermost) = scope(|| {
                on_cleanup(move || log.push(format!("{} {}", outer.get(), inner.get())));
            });
            std::mem::forget(innermost);
            on_cleanup(move || inner.set(2));
        });
        let later = signal(5);
        on_cleanup(move || log.push(format!("{} {}", outer.get(), later.get())));
    });
    a.set(2);
    assert_eq!(log.take(), ["10 1", "10 5"]);
    a.set(3);
    assert_eq!(log.take(), ["20 1", "20 5"]);
}

#[test]
fn a_cleanup_that_panics_leaves_signals_to_those_that_run_after_it() {
    let log = leak(Log::new());
    let a = signal(1);
    let effect = create_effect(move || {
        let seen = a.get();
        let draft = signal(seen);
        on_cleanup(move || log.push(format!("save {}", draft.get())));
        on_cleanup(move || {
            draft.set(seen + 1);
            panic!("cleanup {seen}");
        });
    });
    assert_eq!(panic_of(|| a.set(2)), "cleanup 1");
    assert_eq!(panic_of(|| effect.dispose()), "cleanup 2");
    assert_eq!(log.take(), ["save 2", "save 3"]);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (1, 0)));
}

#[test]
fn a_computed_value_that_a_cleanup_reads_makes_things_that_go_with_it() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        let a = signal(1);
        let value = computed(move || {
            let seen = a.get();
            on_cleanup(move || log.push(format!("inner {seen}")));
            seen
        });
        assert_eq!(value.get(), 1);
        on_cleanup(move || log.push(format!("outer {}", value.get())));
        on_cleanup(move || a.set(2));
    });
    drop(owner);
    assert_eq!(log.take(), ["inner 1", "outer 2", "inner 2"]);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (0, 0)));
}

#[test]
fn work_has_ended_when_the_cleanups_of_its_owner_run() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        let id = signal(1);
        let held = move |_| {
            let captured = Ends(log, "work");
            async move {
                let _captured = captured;
                std::future::pending::<Result<(), ()>>().await
            }
        };
        let (value, _) = create_resource(move || id.get(), held);
        on_cleanup(move || log.push(format!("cleanup {} {}", id.get(), value.try_get().is_err())));
    });
    drop(owner);
    assert_eq!(log.take(), ["work", "cleanup 1 true"]);
    assert_eq!((check_dynamic(), dynamic_size()), (Ok(()), (0, 0)));
}

#[test]
fn no_cleanup_runs_at_the_end_of_a_thread() {
    let log = leak(Log::new());
    let ended = std::thread::spawn(move || {
        create_effect(move || {
            log.push("run");
            on_cleanup(move || log.push("cleanup"));
        });
        std::mem::forget(scope(|| on_cleanup(move || log.push("of a scope"))));
    });
    assert!(ended.join().is_ok());
    assert_eq!(log.take(), ["run"]);
}
