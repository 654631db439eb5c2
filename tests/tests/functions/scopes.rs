//! Scopes of the dynamic graph (BEHAVIOURS H): their nodes, the end of these, and the rest.
//!
//! A graph dropped in the middle of its own flush (088) is a scope dropped there, which is allowed.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{Scope, batch, computed, create_effect, on_cleanup, scope, signal};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::{cell::Cell, rc::Rc};

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
fn b086_an_effect_queued_before_its_owner_ended_does_not_run() {
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
fn b089_each_run_disposes_of_the_nodes_of_the_one_before() {
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
fn b080_ten_thousand_scopes_inside_each_other_end_without_recursion() {
    let log = leak(Log::new());
    let a = signal(1);
    let (mut inner, outer) = scope(|| scope(|| ()).1);
    for _ in 0..10_000 {
        let deeper = inner.run(|| scope(|| ()).1);
        std::mem::forget(inner);
        inner = deeper;
    }
    inner.run(|| {
        create_effect(move || log.push(format!("deepest {}", a.get())));
    });
    std::mem::forget(inner);
    a.set(2);
    drop(outer);
    a.set(3);
    assert_eq!(log.take(), ["deepest 1", "deepest 2"]);
}

#[test]
fn b033_a_computed_value_that_ends_its_own_scope_while_it_runs_is_gone() {
    let log = leak(Log::new());
    let owner = leak(Cell::new(None::<Scope>));
    let (value, made) = scope(|| {
        computed(move || {
            on_cleanup(move || log.push("early cleanup"));
            drop(owner.take());
            on_cleanup(move || log.push("late cleanup"));
            create_effect(move || log.push("never runs"));
            7
        })
    });
    owner.set(Some(made));
    let said = panic_of(|| value.get());
    assert!(said.contains("was disposed of, and is used at"), "{said}");
    assert!(value.try_get().is_err());
    assert_eq!(log.take(), ["early cleanup", "late cleanup"]);
}

#[test]
fn b082_an_effect_that_reads_what_has_ended_meanwhile_goes_on_without_it() {
    let log = leak(Log::new());
    let a = signal(1);
    let (own, owner) = scope(|| signal(10));
    let double = computed(move || own.try_get().map_or(-1, |own| own * 2));
    create_effect(move || log.push(format!("{} {}", a.get(), double.get())));
    drop(owner);
    a.set(2);
    assert_eq!(
        log.take(),
        ["1 20", "2 20"],
        "an end is no change: what was computed from it stays"
    );
}

#[test]
fn each_thread_has_a_graph_of_its_own() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(format!("here {}", a.get())));
    let there = std::thread::spawn(move || {
        let a = signal(10);
        create_effect(move || log.push(format!("there {}", a.get())));
        batch(|| a.set(20));
        a.get()
    });
    assert_eq!(there.join().unwrap(), 20);
    a.set(2);
    assert_eq!(log.take(), ["here 1", "there 10", "there 20", "here 2"]);
}

#[test]
fn a_cleanup_that_panics_in_the_drop_of_a_scope_leaves_an_earlier_panic_as_it_is() {
    let log = leak(Log::new());
    let said = panic_of(|| {
        let _owner = scope(|| {
            on_cleanup(move || log.push("the other"));
            on_cleanup(|| panic!("cleanup"));
        });
        panic!("first");
    });
    assert_eq!(
        (said.as_str(), log.take()),
        ("first", vec!["the other".to_owned()])
    );
    let alone = panic_of(|| drop(scope(|| on_cleanup(|| panic!("cleanup")))));
    assert_eq!(alone, "cleanup");
}
