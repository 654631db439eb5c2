//! Numbers, `bool`, `char` and `()` are kept in their nodes, and can do a little more than other values.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{Signal, batch, computed, create_effect, signal, signal_with, transaction};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::Log;
use signal_kernel_tests::panics::panic_of;
use std::fmt::Debug;

/// Writes both values in every way there is, and reads them in every way there is.
fn there_and_back<T: Copy + PartialEq + Debug + 'static>(one: T, two: T) {
    let log = leak(Log::new());
    let a = signal(one);
    let same = computed(move || a.get());
    let both = computed(move || (a.get(), same.get()));
    create_effect(move || log.push(format!("{:?} {:?}", same.get(), both.get())));
    let shown = |value: T| format!("{value:?} {:?}", (value, value));
    assert_eq!(log.take(), [shown(one)]);
    a.set(one);
    a.set(two);
    assert_eq!((a.get(), a.peek(), a.with(|a| *a)), (two, two, two));
    assert_eq!(
        (same.get(), same.peek(), same.with(|it| *it)),
        (two, two, two)
    );
    a.update(|a| *a = one);
    batch(|| {
        a.set(two);
        assert_eq!((a.get(), same.get()), (two, two));
        a.set(one);
    });
    let failed = transaction(|| {
        a.set(two);
        assert_eq!(same.get(), two);
        a.update(|a| *a = two);
        Err::<(), _>(())
    });
    assert_eq!((failed, a.get(), same.get()), (Err(()), one, one));
    a.with(|held| {
        a.set(two);
        assert_eq!((*held, a.get()), (one, two));
    });
    assert_eq!(log.take(), [shown(two), shown(one), shown(two)]);
}

#[test]
fn every_primitive_type_behaves_like_any_other() {
    there_and_back(i64::MIN, -1);
    there_and_back(u64::MAX, 0);
    there_and_back(isize::MIN, 1);
    there_and_back(usize::MAX, 0);
    there_and_back(i32::MIN, -1);
    there_and_back(u32::MAX, 0);
    there_and_back(i16::MIN, -1);
    there_and_back(u16::MAX, 0);
    there_and_back(i8::MIN, -1);
    there_and_back(u8::MAX, 0);
    there_and_back(f64::MIN_POSITIVE, f64::NEG_INFINITY);
    there_and_back(f32::MIN_POSITIVE, f32::NEG_INFINITY);
    there_and_back(false, true);
    there_and_back(char::MAX, '\0');
    there_and_back(i128::MIN, -1); // kept like other types
    there_and_back("one", "two");
    there_and_back((1, 'a'), (2, 'b'));
}

#[test]
fn b012_a_rule_of_ones_own_is_asked_about_numbers_too() {
    let log = leak(Log::new());
    let a: Signal<i32> = signal_with(1, |a, b| a / 10 == b / 10);
    create_effect(move || log.push(a.get()));
    a.set(9);
    assert_eq!(a.get(), 1);
    a.set(10);
    batch(|| {
        a.set(20);
        a.set(19);
    });
    assert_eq!((a.get(), log.take()), (10, vec!["1".into(), "10".into()]));
}

/// Counts up in a transaction.
fn attempt(it: Signal<i32>, commits: bool) -> Result<(), ()> {
    transaction(|| {
        it.update(|it| *it += 1);
        if commits { Ok(()) } else { Err(()) }
    })
}

#[test]
fn an_update_of_a_number_in_a_transaction_is_taken_back() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(10));
    create_effect(move || log.push(format!("{} {}", a.get(), b.get())));
    log.clear();
    let failed = transaction(|| {
        a.update(|a| *a += 1);
        assert!(attempt(b, true).is_ok() && attempt(a, false).is_err());
        assert_eq!((a.get(), b.get()), (2, 11));
        Err::<(), _>("no")
    });
    assert_eq!((failed, a.get(), b.get()), (Err("no"), 1, 10));
    assert!(log.take().is_empty());
    let done = transaction(|| attempt(a, true));
    assert_eq!((done, log.take()), (Ok(()), vec!["2 10".to_owned()]));
}

#[test]
fn an_update_of_a_number_that_panics_in_a_transaction_is_taken_back() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(a.get()));
    let said = panic_of(|| {
        transaction(|| -> Result<(), ()> {
            a.update(|a| {
                *a = 2;
                panic!("in the update")
            })
        })
    });
    assert_eq!((said.as_str(), a.get()), ("in the update", 1));
    a.set(3);
    assert_eq!(log.take(), ["1", "3"]);
}
