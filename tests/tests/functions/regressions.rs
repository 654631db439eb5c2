//! Faults that the dynamic graph once had.
//!
//! Must not know: how the graph is kept.

use signal_kernel::__private::dynamic_size;
use signal_kernel::{
    Computed, Effect, Scope, Signal, batch, computed, computed_with, create_effect, on_cleanup,
    scope, signal, transaction,
};
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panics::panic_of,
    sound::assert_sound,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Runs something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A cleanup may ask for the value that is about to be computed again, or for one that depends on it.
#[test]
fn a_cleanup_of_a_computed_value_reads_what_depends_on_it() {
    let log = Log::new();
    let s = signal(1);
    let asked: Rc<Cell<Option<signal_kernel::Computed<i32>>>> = Rc::default();
    let x = computed({
        let (log, asked) = (log.clone(), asked.clone());
        move || {
            let (log, asked) = (log.clone(), asked.clone());
            on_cleanup(move || {
                if let Some(y) = asked.get() {
                    log.push(format!("cleanup sees {}", y.get()));
                }
            });
            s.get()
        }
    });
    let y = computed(move || x.get() * 10);
    asked.set(Some(y));
    assert_eq!(y.get(), 10);
    s.set(2);
    assert_eq!(x.get(), 2);
    assert_eq!(log.take(), ["cleanup sees 20"]);
    assert_eq!(y.get(), 20);
    assert_sound();
}

/// A scope that ends while its closure runs goes when the closure returns. An effect goes when its body returns.
#[test]
fn a_scope_that_is_disposed_of_from_within_owns_what_is_made_until_it_returns() {
    let size = dynamic_size();
    let (inner, outer) = scope(|| scope(|| ()).1);
    let count = inner.run(move || {
        drop(outer);
        let count = signal(1);
        assert_eq!(count.get(), 1);
        count
    });
    assert!(count.try_get().is_err());
    assert_eq!(dynamic_size(), size);
    assert_sound();
    drop(inner);
}

#[test]
fn an_effect_that_ends_in_a_scope_of_its_own_owns_what_is_made_until_it_returns() {
    let size = dynamic_size();
    let log = Log::new();
    let go = signal(false);
    let this: Rc<Cell<Option<Effect>>> = Rc::default();
    let effect = create_effect({
        let (this, log) = (this.clone(), log.clone());
        move || {
            if go.get() {
                let ((), inner) = scope(|| {
                    this.get().unwrap().dispose();
                    signal(1);
                    let log = log.clone();
                    on_cleanup(move || log.push("cleanup"));
                    scope(|| signal(2)).0.set(3);
                });
                log.push("returned");
                drop(inner);
            }
        }
    });
    this.set(Some(effect));
    go.set(true);
    assert_eq!(log.take(), ["cleanup", "returned"]);
    assert_sound();
    assert_eq!(dynamic_size(), (size.0 + 1, size.1));
}

/// Two half-way runs whose last value is the one from before are no change, also for a reader of the second run.
#[test]
fn a_value_made_in_a_batch_that_has_seen_its_end_does_not_run_again() {
    let log = Log::new();
    let (s, z) = (signal(1), signal(0));
    let x = computed(move || s.get() % 2);
    assert_eq!(x.get(), 1);
    let d = batch(|| {
        s.set(2);
        assert_eq!(x.get(), 0);
        s.set(3);
        let log = log.clone();
        let d = computed(move || log.pass("d", x.get() + z.get()));
        assert_eq!(d.get(), 1);
        d
    });
    assert_eq!(log.take(), ["d"]);
    assert_eq!(x.get(), 1);
    assert_sound();
    batch(|| {
        z.set(1);
        z.set(0);
    });
    assert_eq!(d.get(), 1);
    assert_eq!(log.take(), NOTHING);
    assert_sound();
}

/// The round takes its write back in the end: an effect that has seen that has seen no change.
#[test]
fn an_effect_that_has_seen_the_net_value_in_its_round_does_not_run_again() {
    let log = Log::new();
    let (go, s) = (signal(0), signal(1));
    create_effect(move || {
        if go.get() > 0 {
            s.set(2);
        }
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("early {} {}", go.get(), s.get()))
    });
    create_effect(move || {
        if go.get() > 0 {
            s.set(1);
        }
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("late {} {}", go.get(), s.get()))
    });
    assert_eq!(log.take(), ["early 0 1", "late 0 1"]);
    go.set(1);
    assert_eq!(log.take(), ["early 1 2", "late 1 1", "early 1 1"]);
    assert_sound();
}

/// Nodes that a half-way run has made end when the value from before comes back.
#[test]
fn nodes_made_by_a_half_way_run_end_with_it() {
    let log = Log::new();
    let s = signal(1);
    let x = computed({
        let log = log.clone();
        move || {
            let seen = s.get();
            if seen == 2 {
                let log = log.clone();
                on_cleanup(move || log.push("cleanup 2"));
            }
            log.pass(format!("x {seen}"), seen)
        }
    });
    assert_eq!(x.get(), 1);
    let size = dynamic_size();
    batch(|| {
        s.set(2);
        assert_eq!(x.get(), 2);
        s.set(1);
    });
    assert_eq!(x.get(), 1);
    assert_eq!(
        log.take(),
        ["x 1", "x 2", "cleanup 2", "x 1"],
        "the body runs once more"
    );
    assert_eq!(dynamic_size(), size);
    assert_sound();
}

/// A value whose run has made a node does not come back, for the node is gone.
#[test]
fn a_value_that_has_made_something_is_computed_again_when_that_is_gone() {
    let s = signal(1);
    let x = computed(move || {
        let seen = s.get();
        signal(seen)
    });
    assert_eq!(x.get().get(), 1);
    batch(|| {
        s.set(2);
        assert_eq!(x.get().get(), 2);
        s.set(1);
    });
    assert_eq!(x.get().try_get(), Ok(1));
    assert_sound();
}

/// The same for one that has read a value half-way.
#[test]
fn an_effect_that_has_seen_what_comes_back_in_its_round_does_not_run_again() {
    let log = Log::new();
    let (go, s) = (signal(0), signal(1));
    let x = computed(move || s.get() * 10);
    assert_eq!(x.get(), 10);
    create_effect(move || {
        if go.get() > 0 {
            s.set(2);
        }
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("early {} {}", go.get(), x.get()))
    });
    create_effect(move || {
        if go.get() > 0 {
            s.set(1);
        }
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("late {} {}", go.get(), x.get()))
    });
    log.clear();
    go.set(1);
    assert_eq!(log.take(), ["early 1 20", "late 1 10", "early 1 10"]);
    assert_sound();
}

/// A write of a cleanup in the first phase is part of the same round, and judged before effects run.
#[test]
fn an_effect_does_not_run_for_what_a_cleanup_puts_back() {
    let log = Log::new();
    let (s, t) = (signal(1), signal(1));
    let x = computed(move || {
        on_cleanup(move || {
            t.set(2);
            t.set(1);
        });
        s.get()
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("t {}", t.get()))
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("x {}", x.get()))
    });
    assert_eq!(log.take(), ["t 1", "x 1"]);
    s.set(2);
    assert_eq!(log.take(), ["x 2"]);
    assert_sound();
}

#[test]
fn effects_run_in_the_order_of_their_creation_also_when_a_cleanup_has_written() {
    let log = Log::new();
    let (s, t) = (signal(1), signal(1));
    let x = computed(move || {
        on_cleanup(move || t.set(t.peek() + 1));
        s.get()
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("t {}", t.get()))
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("x {}", x.get()))
    });
    assert_eq!(log.take(), ["t 1", "x 1"]);
    s.set(2);
    assert_eq!(log.take(), ["t 2", "x 2"]);
    assert_sound();
}

/// An effect that a computed value makes may write the signals that the value has read.
#[test]
fn a_value_that_is_outdated_when_it_is_done_is_not_taken_for_current() {
    let log = Log::new();
    let s = signal(1);
    let x = computed(move || {
        let seen = s.get();
        create_effect(move || {
            if s.get() < 3 {
                s.set(s.peek() + 1);
            }
        });
        seen
    });
    create_effect({
        let log = log.clone();
        move || log.push(format!("x {}", x.get()))
    });
    assert_eq!(x.get(), 3);
    assert_eq!(log.take().last().unwrap(), "x 3");
    assert_sound();
    s.set(1);
    assert_eq!(log.take().last().unwrap(), "x 3");
    assert_sound();
}

#[test]
fn a_failed_value_that_is_peeked_at_is_no_dependency() {
    let log = Log::new();
    let (s, t) = (signal(0), signal(0));
    let bad = computed(move || {
        assert!(s.get() > 0, "bad");
        s.get()
    });
    create_effect({
        let log = log.clone();
        move || {
            let t = t.get();
            let seen = std::panic::catch_unwind(|| bad.peek());
            log.push(format!("{t} {seen:?}", seen = seen.ok()));
        }
    });
    assert_eq!(log.take(), ["0 None"]);
    s.set(1);
    assert_eq!(log.take(), NOTHING);
    t.set(1);
    assert_eq!(log.take(), ["1 Some(1)"]);
    assert_sound();
}

/// The destructor of the old value may end the value that is being computed.
#[test]
fn a_computed_value_whose_old_value_ends_it_is_gone() {
    let s = signal(1);
    let home: Rc<RefCell<Option<Scope>>> = Rc::default();
    let (x, owner) = scope(|| {
        let home = home.clone();
        signal_kernel::computed_with(
            move || {
                let (home, seen) = (home.clone(), s.get());
                Rc::new(OnDrop(move || {
                    if seen == 1 {
                        drop(home.take());
                        computed(move || s.get() + 100).get(); // in its slot
                    }
                }))
            },
            |_, _| false,
        )
    });
    *home.borrow_mut() = Some(owner);
    x.with(|_| ());
    s.set(2);
    assert!(x.try_with(|_| ()).is_err());
    assert_sound();
}

/// The destructor of the old value may end the signal that is being written.
#[test]
fn a_signal_whose_old_value_ends_it_is_gone() {
    let log = Log::new();
    let home: Rc<RefCell<Option<Scope>>> = Rc::default();
    let (s, owner) =
        scope(|| signal_kernel::signal_with(None::<Rc<OnDrop<Box<dyn FnMut()>>>>, |_, _| false));
    *home.borrow_mut() = Some(owner);
    let other: Rc<Cell<Option<Signal<i32>>>> = Rc::default();
    s.set(Some(Rc::new(OnDrop(Box::new({
        let (home, other, log) = (home.clone(), other.clone(), log.clone());
        move || {
            drop(home.take());
            signal(0); // in the slot of the scope
            let count = signal(1); // in that of the signal
            let log = log.clone();
            create_effect(move || log.push(count.get()));
            other.set(Some(count));
        }
    })))));
    s.set(None);
    assert_eq!(log.take(), ["1"]);
    assert!(s.try_with(|_| ()).is_err());
    assert_sound();
}

/// Reads of a destructor make no dependencies.
#[test]
fn reads_of_a_destructor_are_not_tracked() {
    let log = Log::new();
    let (s, t) = (signal(1), signal(1));
    let x = signal_kernel::computed_with(
        move || {
            s.get();
            Rc::new(OnDrop(move || {
                t.get();
            }))
        },
        |_, _| false,
    );
    create_effect({
        let log = log.clone();
        move || {
            let s = s.get();
            x.with(|_| ());
            log.push(s);
        }
    });
    s.set(2);
    assert_eq!(log.take(), ["1", "2"]);
    t.set(2);
    assert_eq!(log.take(), NOTHING);
    assert_sound();
}

/// The end of a thread does not end the process, even if the destructors of its values use the graph.
#[test]
fn a_destructor_that_uses_the_graph_at_the_end_of_its_thread_ends_nothing_else() {
    let ended = std::thread::spawn(|| {
        let s = signal(1);
        let held = signal_kernel::signal_with(None, |_, _| false);
        held.set(Some(Rc::new(OnDrop(move || s.set(2)))));
        let captured = Rc::new(OnDrop(move || {
            s.get();
        }));
        create_effect(move || {
            let _ = &captured;
        });
        assert_sound();
    });
    assert!(ended.join().is_ok());
}

/// A panic that two ways lead to is one.
#[test]
fn a_failed_transaction_leaves_what_was_due_before() {
    let log = Log::new();
    let (s, t) = (signal(1), signal(1));
    create_effect({
        let log = log.clone();
        move || log.push(format!("{} {}", s.get(), t.get()))
    });
    log.clear();
    batch(|| {
        s.set(2);
        let failed: Result<(), ()> = transaction(|| {
            s.set(3);
            t.set(3);
            Err(())
        });
        assert!(failed.is_err());
    });
    assert_eq!(log.take(), ["2 1"]);
    assert_sound();
    let text = panic_of(|| {
        let _: Result<(), ()> = transaction(|| {
            t.set(9);
            panic!("boom")
        });
    });
    assert_eq!(text, "boom");
    assert_eq!((log.take(), t.get()), (vec![], 1));
    assert_sound();
}

/// The next change is held against the value that an effect has seen half-way, if that was the last one.
#[test]
fn an_effect_that_has_seen_a_value_half_way_does_not_run_when_it_stays() {
    let log = Log::new();
    let (go, s, t) = (signal(0), signal(0), signal(0));
    let x = computed(move || s.get().max(t.get()));
    create_effect(move || s.set(go.get()));
    create_effect({
        let log = log.clone();
        move || {
            go.with(|_| ());
            log.push(x.get());
        }
    });
    let other = computed(move || t.get() > 100);
    assert_eq!((log.take(), other.get()), (vec!["0".to_owned()], false));
    go.set(5);
    assert_eq!(log.take(), ["5"]);
    t.set(4);
    assert_eq!(log.take(), NOTHING);
    assert_sound();
}

/// A transaction that has written a signal that is gone says nothing about the one in its slot.
#[test]
fn a_signal_that_ends_in_a_transaction_leaves_no_trace_in_its_slot() {
    let log = Log::new();
    let (old, owner) = scope(|| signal(0));
    let new = batch(|| {
        old.set(1);
        transaction(|| {
            old.set(2);
            drop(owner);
            signal(0); // in the slot of the scope
            Ok::<_, ()>(signal(0)) // in that of the signal
        })
        .unwrap()
    });
    create_effect({
        let log = log.clone();
        move || log.push(new.get())
    });
    assert_sound();
    batch(|| {
        new.set(1);
        new.set(0);
    });
    assert_eq!(log.take(), ["0"]);
    assert_sound();
}

/// It could make the value outdated again and again, and the read would never end.
#[test]
fn a_cleanup_within_the_body_of_a_computed_value_cannot_write() {
    let a = signal(0).named("a");
    let value = computed(move || {
        let seen = a.get();
        let ((), owner) = scope(|| on_cleanup(move || a.set(seen + 1)));
        drop(owner);
        seen
    })
    .named("value");
    assert_eq!(
        panic_of(|| value.get()),
        "computed `value` writes signal `a`: computed values cannot write signals"
    );
    assert_eq!(a.get(), 0);
    assert_sound();
}

/// It had not looked at its other dependencies, and no write to those reached it any more.
#[test]
fn an_effect_that_was_blocked_by_a_value_that_is_gone_goes_on() {
    let log = Log::new();
    let (a, b) = (signal(1), signal(1));
    let (fails, owner) = scope(|| {
        computed(move || {
            assert!(a.get() != 0, "zero");
            a.get()
        })
    });
    let below = computed(move || b.get() * 10);
    let gone: Rc<Cell<bool>> = Rc::default();
    create_effect({
        let (log, gone) = (log.clone(), gone.clone());
        move || {
            let first = if gone.get() { -1 } else { fails.get() };
            log.push(format!("{first} {}", below.get()));
        }
    });
    assert_eq!(log.take(), ["1 10"]);
    panic_of(|| {
        batch(|| {
            a.set(0);
            b.set(2);
        });
    });
    assert_eq!(log.take(), NOTHING, "blocked");
    gone.set(true);
    drop(owner);
    assert_eq!(log.take(), ["-1 20"], "it was due");
    b.set(3);
    assert_eq!(log.take(), ["-1 30"]);
    assert_sound();
}

/// A value that was looked at before the cleanup counted as seen.
#[test]
fn an_effect_sees_what_a_cleanup_writes_behind_its_back() {
    let log = Log::new();
    let (count, source) = (signal(0), signal(0));
    let cleans = computed(move || {
        on_cleanup(move || count.set(count.peek() + 1));
        source.get();
    });
    let below = computed(move || {
        let seen = count.get();
        cleans.get();
        seen
    });
    cleans.get();
    for value in [true, false] {
        let log = log.clone();
        create_effect(move || {
            let seen = if value { below.get() } else { count.get() };
            cleans.get();
            log.push(seen);
        });
    }
    assert_eq!(log.take(), ["0", "0"]);
    source.set(1);
    assert_eq!(log.take(), ["1", "1"]);
    assert_sound();
}

/// The same for a read without an effect.
#[test]
fn a_value_sees_what_a_cleanup_writes_behind_its_back() {
    let (count, source) = (signal(0), signal(0));
    let cleans = computed(move || {
        on_cleanup(move || count.set(count.peek() + 1));
        source.get();
    });
    cleans.get();
    let value = computed(move || {
        let seen = count.get();
        cleans.get();
        seen
    });
    assert_eq!(value.get(), 0);
    source.set(1);
    assert_eq!(value.get(), 1);
    assert_sound();
}

/// It counted as being looked at from then on, and every read was refused.
#[test]
fn a_value_that_its_own_rule_reads_after_a_batch_is_a_cycle_as_ever() {
    let source = signal(0);
    let this: Rc<Cell<Option<Computed<i32>>>> = Rc::default();
    let (me, judged) = (this.clone(), Cell::new(0));
    let value = computed_with(
        move || source.get(),
        move |old, new| {
            judged.set(judged.get() + 1);
            if judged.get() == 3 {
                source.set(9); // the batch is over: it is settling
                me.get().map(|me| me.get());
            }
            old == new
        },
    )
    .named("value");
    this.set(Some(value));
    assert_eq!(value.get(), 0);
    let message = panic_of(|| {
        batch(|| {
            for now in [1, 2] {
                source.set(now);
                value.get();
            }
        });
    });
    assert_eq!(message, "computed `value` reads itself");
    assert_sound();
    assert_eq!(value.get(), 9);
}

/// The node goes when the rule returns.
#[test]
fn a_value_may_end_while_its_own_rule_judges_it_after_a_batch() {
    let size = dynamic_size();
    let source = signal(0);
    let owner: Rc<RefCell<Option<Scope>>> = Rc::default();
    let (ends, judged) = (owner.clone(), Cell::new(0));
    let (value, scope) = scope(|| {
        computed_with(
            move || source.get(),
            move |old, new| {
                judged.set(judged.get() + 1);
                if judged.get() == 3 {
                    drop(ends.take());
                }
                old == new
            },
        )
    });
    owner.replace(Some(scope));
    value.get();
    batch(|| {
        for now in [1, 2] {
            source.set(now);
            value.get();
        }
    });
    assert!(value.try_get().is_err());
    assert_sound();
    assert_eq!(dynamic_size(), (size.0 + 1, size.1));
}

/// The check took a signal that is being updated for one that is queued.
#[test]
fn a_graph_is_sound_while_a_signal_is_updated() {
    let value = signal(0);
    value.update(|_| assert_sound());
    assert_sound();
}

/// The rule of a value makes an effect that reads the result of `read` for the value, and is refused.
fn refused_while_judged(read: fn(Computed<i32>) -> Computed<i32>) -> Log {
    let log = Log::new();
    let (source, trigger) = (signal(0), signal(0));
    let wanted: Rc<Cell<Option<Computed<i32>>>> = Rc::default();
    let (wants, logs) = (wanted.clone(), log.clone());
    let value = computed_with(
        move || source.get(),
        move |old, new| {
            let log = logs.clone();
            if let Some(wanted) = wants.take() {
                // An effect whose first run panics would be gone.
                create_effect(move || {
                    if let Ok(Ok(value)) = std::panic::catch_unwind(|| wanted.try_get()) {
                        log.push(value);
                    }
                });
            }
            old == new
        },
    );
    let reads = read(value);
    reads.get();
    create_effect(move || {
        if trigger.get() == 1 {
            value.peek(); // here an effect runs as soon as it is made
        }
    });
    source.set(1);
    wanted.set(Some(reads));
    trigger.set(1);
    assert_sound();
    log
}

/// It did not hear of the value that was there at last.
#[test]
fn an_effect_made_while_a_value_is_judged_runs_again_when_it_is_there() {
    let log = refused_while_judged(|value| value);
    assert_eq!(log.take(), ["1"]);
}

/// The same for a read of a value that cannot be brought up to date, because it reads the first one.
#[test]
fn an_effect_made_while_a_value_is_judged_runs_again_when_its_dependency_is_there() {
    let log = refused_while_judged(|value| computed(move || value.get() + 10));
    assert_eq!(log.take(), ["11"]);
}

/// It was taken for current, with the value from before.
#[test]
fn a_value_that_its_own_rule_outdates_and_reads_half_way_is_a_cycle_as_ever() {
    let (source, other) = (signal(0), signal(0));
    let half = computed(move || source.get() + other.get());
    let this: Rc<Cell<Option<Computed<i32>>>> = Rc::default();
    let (me, judged) = (this.clone(), Cell::new(0));
    let value = computed_with(
        move || half.get(),
        move |old, new| {
            judged.set(judged.get() + 1);
            if judged.get() == 3 {
                batch(|| {
                    other.set(10);
                    half.get(); // is half-way now
                    me.get().map(|me| me.get());
                });
            }
            old == new
        },
    )
    .named("value");
    this.set(Some(value));
    value.get();
    let message = panic_of(|| {
        batch(|| {
            for now in [1, 2] {
                source.set(now);
                value.get();
            }
        });
        value.get();
    });
    assert_eq!(message, "computed `value` reads itself");
    assert_sound();
    assert_eq!(value.get(), 12);
}

/// Its half-way value was left unjudged until the next change.
#[test]
fn a_transaction_in_a_destructor_during_a_read_leaves_nothing_half_way() {
    let (source, other) = (signal(0), signal(0));
    let half = computed(move || other.get());
    half.get();
    let value = computed_with(
        move || {
            let now = source.get();
            Rc::new(OnDrop(move || {
                if now == 0 {
                    let _ = transaction(|| {
                        other.set(1);
                        half.get();
                        Err::<(), ()>(())
                    });
                }
            }))
        },
        |_, _| false,
    );
    value.get();
    source.set(1);
    value.get();
    assert_sound();
    assert_eq!(half.get(), 0);
}

/// Reads of destructors on the way to a value were tracked for the reader of that value.
#[test]
fn reads_of_a_destructor_while_a_value_is_judged_are_not_tracked() {
    let log = Log::new();
    let (source, other, trigger) = (signal(0), signal(0), signal(0));
    let value = computed_with(
        move || {
            source.get();
            Rc::new(OnDrop(move || _ = other.try_get()))
        },
        {
            let judged = Cell::new(0);
            move |_, _| judged.replace(judged.get() + 1) > 0 // a new value half-way, none in the end
        },
    );
    value.get();
    let logs = log.clone();
    create_effect(move || {
        if trigger.get() == 1 {
            value.with(|_| logs.push("run"));
        }
    });
    batch(|| {
        source.set(1);
        value.with(|_| ());
        trigger.set(1);
    });
    assert_sound();
    assert_eq!(log.take(), ["run"]);
    other.set(1);
    assert_eq!(log.take(), NOTHING);
}

/// It stood in the queue twice; the write of its first turn was taken for seen by the second.
#[test]
fn an_effect_that_was_due_twice_sees_what_a_cleanup_writes_while_it_is_looked_at() {
    let log = Log::new();
    let [source, counted, other, limit] = [signal(0), signal(0), signal(0), signal(0)];
    let cleans = computed(move || {
        on_cleanup(move || counted.set(counted.peek() + 1));
        source.get();
    });
    let above = computed(move || {
        on_cleanup(move || other.set(other.peek() + 10));
        limit.get() > 100
    });
    let logs = log.clone();
    create_effect(move || {
        let seen = (source.get(), counted.get(), other.get());
        above.get();
        logs.push(format!("{seen:?}"));
        limit.set(seen.0);
    });
    create_effect(move || cleans.get());
    assert_eq!(log.take(), ["(0, 0, 0)"]);
    source.set(1);
    assert_eq!(log.take(), ["(1, 1, 0)", "(1, 1, 10)"]);
    assert_sound();
}

/// It stayed failed until the value changed once more.
#[test]
fn a_value_that_is_refused_another_is_tried_again_when_the_other_is_there() {
    let source = signal(0);
    let below: Rc<Cell<Option<Computed<i32>>>> = Rc::default();
    let peeks = below.clone();
    let value = computed_with(
        move || source.get(),
        move |old, new| {
            if let Some(below) = peeks.take() {
                panic_of(|| _ = below.peek()); // it reads the value, which is being computed
            }
            old == new
        },
    );
    value.get();
    let sum = computed(move || value.get() + 10);
    below.set(Some(sum));
    source.set(1);
    assert_eq!(value.get(), 1);
    assert_eq!(sum.get(), 11);
    assert_sound();
}
