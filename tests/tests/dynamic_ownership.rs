//! Who owns whom in the dynamic graph (BEHAVIOURS H): nested effects, scopes, and what is left of them.
//!
//! By construction: nothing can keep a value and see it change under it, so a graph dropped in the middle of
//! its own flush (#88) is a scope dropped there, which is allowed.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{
    Effect, Scope, Signal, batch, computed, create_effect, on_cleanup, scope, signal,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::{cell::Cell, rc::Rc};

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
fn b082_siblings_end_newest_first() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        for n in 1..=3 {
            create_effect(move || on_cleanup(move || log.push(format!("effect {n}"))));
        }
        let value = computed(move || on_cleanup(move || log.push("computed")));
        value.get();
    });
    drop(owner);
    assert_eq!(log.take(), ["computed", "effect 3", "effect 2", "effect 1"]);
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
fn b084_what_an_inner_effect_reads_is_no_dependency_of_the_outer() {
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
        create_effect(move || drop(a.get()));
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
fn b085_a_scope_whose_cleanup_drops_the_scope_around_it() {
    let log = leak(Log::new());
    let outer = leak(Cell::new(None::<Scope>));
    let (inner, around) = scope(|| {
        on_cleanup(move || log.push("outer"));
        scope(|| {
            on_cleanup(move || {
                drop(outer.take());
                log.push("inner");
            });
        })
        .1
    });
    outer.set(Some(around));
    drop(inner);
    assert_eq!(log.take(), ["outer", "inner"]);
}

#[test]
fn b086_what_was_queued_before_its_owner_ended_does_not_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let ((), owner) = scope(|| {
        create_effect(move || log.push(format!("show {}", a.get())));
    });
    batch(|| {
        a.set(2);
        drop(owner);
    });
    batch(|| {
        let ((), owner) = scope(|| {
            create_effect(move || log.push("never"));
        });
        drop(owner);
    });
    assert_eq!(log.take(), ["show 1"]);
}

#[test]
fn b087_scopes_nest_and_the_deepest_ends_first() {
    let log = leak(Log::new());
    let a = signal(1);
    let level = move |name: &'static str| {
        create_effect(move || log.push(format!("{name} {}", a.get())));
        on_cleanup(move || log.push(format!("{name} ends")));
    };
    let (_inner, outer) = scope(|| {
        level("app");
        let ((), page) = scope(|| {
            level("page");
            let ((), list) = scope(|| level("list"));
            list.run(|| create_effect(move || log.push(format!("row {}", a.get()))));
            std::mem::forget(list);
        });
        page
    });
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["app 2", "page 2", "list 2", "row 2"]);
    drop(outer);
    assert_eq!(log.take(), ["list ends", "page ends", "app ends"]);
    a.set(3);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b088_a_scope_may_be_dropped_in_the_middle_of_a_flush_it_has_started() {
    let log = leak(Log::new());
    let a = signal(1);
    let owner = leak(Cell::new(None::<Scope>));
    let (own, made) = scope(|| {
        create_effect(move || {
            log.push(format!("first {}", a.get()));
            on_cleanup(move || log.push("cleanup"));
            if a.get() == 2 {
                drop(owner.take());
            }
            log.push("end");
        });
        create_effect(move || log.push(format!("second {}", a.get())));
        signal(0)
    });
    owner.set(Some(made));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["cleanup", "first 2", "cleanup", "end"]);
    assert!(own.try_get().is_err());
}

#[test]
fn b089_nothing_is_left_of_a_scope() {
    let token = Rc::new(());
    let [a, b, c, d, e] = [(); 5].map(|()| token.clone());
    let outside = signal(1);
    let (_, owner) = scope(|| {
        let held = signal(a);
        let value = computed(move || {
            outside.get();
            b.clone()
        });
        create_effect(move || {
            let _ = (&c, held.get(), value.get());
            let d = d.clone();
            on_cleanup(move || drop(d));
        });
        let inner = scope(|| {
            on_cleanup(move || drop(e));
        });
        batch(|| {
            held.update(|_| ());
            value.get()
        });
        std::mem::forget(inner);
    });
    assert!(Rc::strong_count(&token) > 5);
    drop(owner);
    assert_eq!(Rc::strong_count(&token), 1);
}

#[test]
fn b089_each_run_lets_go_of_what_the_one_before_has_made() {
    let token = leak(Rc::new(()));
    let a = signal(0);
    let effect = create_effect(move || {
        a.get();
        signal(token.clone());
        let held = token.clone();
        create_effect(move || drop(held.clone()));
        let held = token.clone();
        on_cleanup(move || drop(held));
    });
    for n in 1..100 {
        a.set(n);
        assert_eq!(Rc::strong_count(token), 4);
    }
    effect.dispose();
    assert_eq!(Rc::strong_count(token), 1);
}

#[test]
fn b089_a_parent_does_not_refer_to_a_child_that_has_ended() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| ());
    for n in 0..3 {
        let ((), child) =
            owner.run(|| scope(|| on_cleanup(move || log.push(format!("child {n}")))));
        drop(child);
    }
    let last = owner.run(|| create_effect(move || on_cleanup(move || log.push("last"))));
    last.dispose();
    assert_eq!(log.take(), ["child 0", "child 1", "child 2", "last"]);
    drop(owner);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_scope_whose_closure_panics_leaves_nothing() {
    let log = leak(Log::new());
    let a = signal(1);
    let said = panic_of(|| {
        scope(|| {
            create_effect(move || log.push(format!("show {}", a.get())));
            on_cleanup(move || log.push("cleanup"));
            panic!("in a scope");
        })
    });
    assert_eq!(said, "in a scope");
    a.set(2);
    assert_eq!(log.take(), ["show 1", "cleanup"]);
    let (after, _owner) = scope(|| signal(1));
    assert_eq!(after.get(), 1);
}

#[test]
fn a_scope_inside_an_effect_ends_with_its_next_run_even_if_its_handle_lives() {
    let log = leak(Log::new());
    let a = signal(1);
    let kept = leak(Cell::new(None::<Scope>));
    create_effect(move || {
        let seen = a.get();
        let ((), made) = scope(|| on_cleanup(move || log.push(format!("scope {seen}"))));
        kept.set(Some(made));
    });
    a.set(2);
    assert_eq!(log.take(), ["scope 1"]);
    drop(kept.take());
    assert_eq!(log.take(), ["scope 2"]);
}

#[test]
fn reads_in_a_scope_are_tracked_by_the_effect_around_it() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        let (seen, _owner) = scope(|| a.get());
        log.push(seen);
    });
    a.set(2);
    assert_eq!(log.take(), ["1", "2"]);
}

#[test]
fn what_a_computed_value_makes_ends_with_its_next_run() {
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
