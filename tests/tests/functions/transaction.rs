//! Dynamic transactions (BEHAVIOURS I): all of it, or nothing that anybody could see.
//!
//! Both kinds of batch are synchronous: nothing spans an `.await` (112, 113).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::__private::check_dynamic;
use super::kernel::{
    Signal, batch, computed, create_effect, on_cleanup, scope, signal, signal_with, transaction,
    untrack,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use std::{future::Future, pin::pin, task::Context, task::Waker};

/// Fails after `f`.
fn attempt<R>(f: impl FnOnce() -> R) {
    let failed = transaction(|| {
        f();
        Err::<(), _>("no")
    });
    assert_eq!(failed, Err("no"));
}

fn commit<R>(f: impl FnOnce() -> R) -> R {
    transaction(|| Ok::<_, ()>(f())).unwrap()
}

/// Two signals, their sum, and an effect that shows all three.
fn pair(log: &'static Log) -> (Signal<i32>, Signal<i32>) {
    let (a, b) = (signal(1).named("a"), signal(10).named("b"));
    let sum = computed(move || log.pass("sum", a.get() + b.get()));
    create_effect(move || log.push(format!("show {} {} {}", a.get(), b.get(), sum.get())));
    log.clear();
    (a, b)
}

#[test]
fn b105_a_committed_transaction_is_one_batch() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    let result: Result<_, ()> = transaction(|| {
        a.set(2);
        b.set(20);
        log.push("end");
        Ok(a.get() + b.get())
    });
    assert_eq!(result, Ok(22));
    assert_eq!(log.take(), ["end", "sum", "show 2 20 22"]);
}

#[test]
fn b106_a_failed_transaction_puts_every_value_back() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    attempt(|| {
        a.set(2);
        b.set(20);
        a.set(3);
        a.update(|a| *a += 1);
        assert_eq!((a.get(), b.get()), (4, 20));
    });
    assert_eq!((a.get(), b.get()), (1, 10));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b106_also_when_it_panics() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    let said = panic_of(|| {
        transaction(|| -> Result<(), ()> {
            a.set(2);
            b.set(20);
            panic!("in the transaction")
        })
    });
    assert_eq!(said, "in the transaction");
    assert_eq!((a.get(), b.get(), log.take()), (1, 10, vec![]));
    a.set(2);
    assert_eq!(log.take(), ["sum", "show 2 10 12"]);
}

#[test]
fn b106_the_value_from_before_is_the_very_same() {
    let text = signal(String::from("a text that lives on the heap"));
    let address = text.with(|text| text.as_ptr());
    attempt(|| text.set("other".to_owned()));
    assert_eq!(text.with(|text| text.as_ptr()), address);
}

#[test]
fn b107_values_derived_from_the_attempt_are_undone() {
    let log = leak(Log::new());
    let a = signal(1);
    let double = computed(move || log.pass("double", a.get() * 2));
    let unread = computed(move || log.pass("unread", a.get() * 3));
    double.get();
    attempt(|| {
        a.set(2);
        assert_eq!((double.get(), unread.get()), (4, 6));
    });
    assert_eq!((double.get(), unread.get()), (2, 3));
    assert_eq!(
        log.take(),
        ["double", "double", "unread", "double", "unread"],
        "each body that the attempt has read runs once more"
    );
    a.set(5);
    assert_eq!((double.get(), unread.get()), (10, 15));
}

#[test]
fn b108_no_effect_sees_the_attempt() {
    let log = leak(Log::new());
    let (a, _) = pair(log);
    attempt(|| {
        a.set(2);
        attempt(|| a.set(3));
        batch(|| a.set(4));
    });
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b108_an_effect_made_in_the_attempt_runs_after_it_with_the_old_values() {
    let log = leak(Log::new());
    let a = signal(1);
    attempt(|| {
        a.set(2);
        create_effect(move || log.push(format!("made inside, sees {}", a.get())));
    });
    a.set(3);
    assert_eq!(log.take(), ["made inside, sees 1", "made inside, sees 3"]);
}

#[test]
fn b109_effects_that_were_due_before_still_run() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    batch(|| {
        b.set(20);
        attempt(|| a.set(2));
    });
    assert_eq!(log.take(), ["sum", "show 1 20 21"]);
    batch(|| {
        b.set(30);
        attempt(|| {
            a.set(2);
            b.set(99);
        });
        assert_eq!(b.get(), 30);
    });
    assert_eq!(log.take(), ["sum", "show 1 30 31"]);
}

#[test]
fn b109_an_update_before_the_attempt_still_counts() {
    let log = leak(Log::new());
    let (a, _) = pair(log);
    batch(|| {
        a.update(|_| ());
        attempt(|| a.set(2));
    });
    assert_eq!(log.take(), ["sum", "show 1 10 11"]);
}

#[test]
fn b110_a_commit_inside_an_attempt_is_undone_with_it() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    attempt(|| {
        a.set(2);
        commit(|| {
            a.set(3);
            b.set(20);
        });
        assert_eq!((a.get(), b.get()), (3, 20));
    });
    assert_eq!((a.get(), b.get(), log.take()), (1, 10, vec![]));
}

#[test]
fn b111_an_attempt_inside_a_commit_undoes_only_itself() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    commit(|| {
        a.set(2);
        attempt(|| {
            a.set(3);
            b.set(20);
        });
        assert_eq!((a.get(), b.get()), (2, 10));
    });
    assert_eq!(log.take(), ["sum", "show 2 10 12"]);
}

#[test]
fn b111_many_levels_undo_what_they_have_written() {
    let a = signal(0);
    let b = signal(0);
    attempt(|| {
        a.set(1);
        commit(|| {
            attempt(|| {
                a.set(2);
                b.set(2);
                commit(|| a.set(3));
            });
            assert_eq!((a.get(), b.get()), (1, 0));
            b.set(4);
            attempt(|| b.set(5));
            assert_eq!((a.get(), b.get()), (1, 4));
        });
        assert_eq!((a.get(), b.get()), (1, 4));
    });
    assert_eq!((a.get(), b.get()), (0, 0));
}

#[test]
fn b111_an_inner_panic_that_is_caught_undoes_the_inner_one() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    commit(|| {
        a.set(2);
        panic_of(|| {
            transaction(|| -> Result<(), ()> {
                b.set(20);
                panic!("inner")
            })
        });
    });
    assert_eq!(log.take(), ["sum", "show 2 10 12"]);
}

#[test]
fn b112_b113_a_transaction_ends_when_its_closure_returns() {
    let log = leak(Log::new());
    let (a, b) = pair(log);
    let failed = transaction(|| -> Result<(), _> {
        a.set(2);
        Err(async move { a.set(3) })
    });
    let later = pin!(failed.unwrap_err());
    b.set(20);
    assert_eq!(a.get(), 1);
    let mut context = Context::from_waker(Waker::noop());
    assert!(later.poll(&mut context).is_ready());
    assert_eq!(
        (a.get(), b.get()),
        (3, 20),
        "b112: what others write is left alone"
    );
    assert_eq!(log.take(), ["sum", "show 1 20 21", "sum", "show 3 20 23"]);
}

#[test]
fn b114_after_an_attempt_the_same_effects_run_again() {
    let log = leak(Log::new());
    let (a, _) = pair(log);
    for n in 2..5 {
        attempt(|| a.set(n));
        a.set(n);
    }
    assert_eq!(
        log.take(),
        [
            "sum",
            "show 2 10 12",
            "sum",
            "show 3 10 13",
            "sum",
            "show 4 10 14"
        ]
    );
}

#[test]
fn an_update_without_a_set_before_is_refused_and_changes_nothing() {
    let log = leak(Log::new());
    let (a, b) = (signal(vec![1]).named("a"), signal(10));
    create_effect(move || log.push(format!("show {:?} {}", a.get(), b.get())));
    log.clear();
    let said = panic_of(|| {
        transaction(|| -> Result<(), ()> {
            b.set(20);
            a.update(|_| log.push("never"));
            Ok(())
        })
    });
    let begin = "signal `a` cannot be updated in place in a transaction, at ";
    assert!(said.starts_with(begin) && said.contains(file!()), "{said}");
    let end = ": nothing could undo it; write a changed copy with `set`";
    assert!(said.ends_with(end), "{said}");
    assert_eq!((a.get(), b.get(), log.take()), (vec![1], 10, vec![]));
    let said = panic_of(|| commit(|| batch(|| a.try_update(|_| ()).is_ok())));
    assert!(said.starts_with(begin), "{said}");
    a.update(|a| a.push(2));
    assert_eq!(log.take(), ["show [1, 2] 10"]);
}

#[test]
fn an_update_after_a_set_is_taken_back_with_it() {
    let log = leak(Log::new());
    let a = signal(vec![1]);
    create_effect(move || log.push(format!("show {:?}", a.get())));
    log.clear();
    attempt(|| {
        a.set(vec![2]);
        a.update(|a| a.push(3));
        let said = panic_of(|| commit(|| a.update(|a| a.push(4))));
        assert!(
            said.contains("cannot be updated in place"),
            "not set at that level: {said}"
        );
        assert_eq!(a.get(), [2, 3]);
    });
    assert_eq!((a.get(), log.take()), (vec![1], vec![]));
    commit(|| {
        a.set(vec![2]);
        a.update(|a| *a = vec![1]);
    });
    assert_eq!(log.take(), ["show [1]"], "and counts when committed");
}

#[test]
fn a_signal_made_in_an_attempt_stays_with_its_first_value() {
    let made = leak(std::cell::Cell::new(None));
    attempt(|| {
        let own = signal(1);
        own.set(2);
        made.set(Some(own));
    });
    assert_eq!(made.get().unwrap().get(), 1);
}

#[test]
fn a_disposal_in_an_attempt_stays() {
    let log = leak(Log::new());
    let a = signal(1);
    let (own, owner) = scope(|| {
        on_cleanup(move || log.push("cleanup"));
        create_effect(move || log.push(format!("own {}", a.get())));
        signal(1)
    });
    attempt(|| {
        own.set(2);
        a.set(2);
        drop(owner);
    });
    assert!(own.try_get().is_err());
    a.set(3);
    assert_eq!(log.take(), ["own 1", "cleanup"]);
}

#[test]
fn a_transaction_in_an_effect_is_settled_in_the_next_round() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    create_effect(move || {
        let seen = a.get();
        let done = transaction(|| {
            b.set(seen);
            if seen % 2 == 0 { Err(()) } else { Ok(()) }
        });
        log.push(format!("{done:?}"));
    });
    create_effect(move || log.push(format!("b {}", b.get())));
    log.clear();
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["Err(())", "Ok(())", "b 3"]);
}

#[test]
fn the_net_change_of_a_commit_counts() {
    let log = leak(Log::new());
    let (a, _) = pair(log);
    commit(|| {
        a.set(2);
        commit(|| a.set(1));
    });
    assert_eq!(log.take(), NOTHING);
    let never = signal_with(1, |_, _| false);
    create_effect(move || log.push(format!("never equal {}", never.get())));
    log.clear();
    attempt(|| never.set(1));
    assert_eq!(log.take(), NOTHING);
    commit(|| never.set(1));
    assert_eq!(log.take(), ["never equal 1"]);
}

#[test]
fn an_update_in_an_inner_transaction_counts_even_if_it_leads_back() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(a.get()));
    let outcome = transaction(|| {
        a.set(2);
        transaction(|| {
            a.set(3); // a value in a cell is not updated before
            a.update(|a| *a = 1);
            Ok::<_, ()>(())
        })
    });
    assert_eq!(
        (outcome, log.take()),
        (Ok(()), vec!["1".to_owned(), "1".to_owned()])
    );
    let outcome = transaction(|| {
        a.set(2);
        let inner = transaction(|| {
            a.set(3);
            a.update(|a| *a = 1);
            Err::<(), ()>(())
        });
        assert_eq!(inner, Err(()));
        a.set(1);
        Ok::<_, ()>(())
    });
    assert_eq!(
        (outcome, log.take()),
        (Ok(()), vec![]),
        "what was taken back does not count"
    );
}

#[test]
fn a_set_of_an_equal_value_makes_no_room_for_an_update() {
    let a = signal(vec![1]);
    let said = panic_of(|| {
        commit(|| {
            a.set(vec![1]);
            a.update(|a| a.push(2));
        })
    });
    assert!(said.contains("cannot be updated in place"), "{said}");
    assert_eq!(a.get(), [1]);
}

#[test]
fn an_update_of_a_number_with_a_rule_of_its_own_is_refused() {
    let price = signal_with(1.0, |a: &f64, b| a.total_cmp(b).is_eq());
    let said = panic_of(|| commit(|| price.update(|price| *price += 1.0)));
    assert!(said.contains("cannot be updated in place"), "{said}");
    assert_eq!(price.get(), 1.0);
}

#[test]
fn an_effect_that_reads_what_its_own_failed_transaction_has_written_comes_to_rest() {
    let log = leak(Log::new());
    let (s, other) = (signal(1).named("s"), signal(0));
    let tens = computed(move || s.get() * 10).named("tens");
    let owner = computed(move || {
        on_cleanup(|| ());
        s.get() * 100
    });
    let failing = computed(move || {
        assert!(s.get() < 5, "too much");
        s.get()
    });
    let all = move || {
        let failed = failing.try_get().map_err(|_| "failed");
        format!("{} {} {} {failed:?}", s.get(), tens.get(), owner.get())
    };
    _ = untrack(all);
    create_effect(move || {
        other.get();
        attempt(|| {
            s.set(5);
            log.push(all());
        });
        attempt(|| {
            s.set(4);
            commit(|| s.set(5));
            log.push(s.get().to_string());
            s.set(3);
        });
    });
    assert_eq!(log.take(), ["5 50 500 Err(\"failed\")", "5"]);
    assert_eq!(check_dynamic(), Ok(()));
    other.set(1);
    assert_eq!(log.take(), ["5 50 500 Err(\"failed\")", "5"]);
    s.set(2);
    assert_eq!(log.take(), ["5 50 500 Err(\"failed\")", "5"]);
    assert_eq!(untrack(all), "2 20 200 Ok(2)");
    assert_eq!(check_dynamic(), Ok(()));
}
