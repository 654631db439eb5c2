//! The order of events in the dynamic graph (BEHAVIOURS J, R1, R9): always the same, and told beforehand.
//!
//! Not offered by the functions: priorities (066, 119). There is no microtask, so 117 and 118 speak of the write.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{
    AsyncMeta, Signal, batch, computed, create_effect, create_resource, poll_progress, scope,
    signal,
};
use signal_kernel_tests::gate::poll_once;
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use std::{cell::Cell, future::poll_fn, task::Poll};

#[test]
fn b115_effects_run_in_the_order_in_which_they_were_made() {
    let log = leak(Log::new());
    let (a, b, c) = (signal(1), signal(1), signal(1));
    create_effect(move || log.push(format!("1: {}", a.get() + b.get())));
    create_effect(move || log.push(format!("2: {}", b.get() + c.get())));
    create_effect(move || log.push(format!("3: {}", c.get() + a.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["1: 3", "3: 3"]);
    for _ in 0..2 {
        batch(|| {
            c.update(|c| *c += 1);
            b.update(|b| *b += 1);
            a.update(|a| *a += 1);
        });
        let order: Vec<String> = log.take().iter().map(|it| it[..1].to_owned()).collect();
        assert_eq!(order, ["1", "2", "3"]);
    }
}

#[test]
fn b115_also_when_one_of_them_ran_alone_and_subscribed_anew() {
    let log = leak(Log::new());
    let (a, on) = (signal(1), signal(true));
    create_effect(move || {
        if on.get() {
            log.push(format!("first {}", a.get()));
        }
    });
    create_effect(move || log.push(format!("second {}", a.get())));
    on.set(false);
    on.set(true);
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["first 2", "second 2"]);
}

#[test]
fn b115_depth_does_not_matter() {
    let log = leak(Log::new());
    let a = signal(1);
    let b = computed(move || a.get());
    let c = computed(move || b.get());
    create_effect(move || log.push(format!("deep {}", c.get())));
    create_effect(move || log.push(format!("shallow {}", a.get())));
    create_effect(move || log.push(format!("middle {}", b.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["deep 2", "shallow 2", "middle 2"]);
}

#[test]
fn b115_a_slot_that_is_used_again_does_not_inherit_its_place() {
    let log = leak(Log::new());
    let a = signal(1);
    let first = create_effect(move || log.push(format!("first {}", a.get())));
    create_effect(move || log.push(format!("second {}", a.get())));
    first.dispose();
    create_effect(move || log.push(format!("third {}", a.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["second 2", "third 2"]);
}

#[test]
fn b115_inner_effects_run_with_the_outer_one_that_made_them() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || {
        let seen = a.get();
        log.push(format!("outer {seen}"));
        create_effect(move || log.push(format!("inner {seen} {}", b.get())));
    });
    create_effect(move || log.push(format!("last {} {}", a.get(), b.get())));
    log.clear();
    b.set(2);
    assert_eq!(log.take(), ["inner 1 2", "last 1 2"]);
    a.set(2);
    assert_eq!(log.take(), ["outer 2", "inner 2 2", "last 2 2"]);
    b.set(3);
    assert_eq!(
        log.take(),
        ["last 2 3", "inner 2 3"],
        "made anew, it is the newest"
    );
}

#[test]
fn b116_effects_dirtied_by_effects_run_in_the_next_round() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    create_effect(move || log.push(format!("reads b {}", b.get())));
    create_effect(move || {
        b.set(a.get());
        log.push("writes b");
    });
    create_effect(move || log.push(format!("reads both {} {}", a.get(), b.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["writes b", "reads both 2 2", "reads b 2"]);
}

#[test]
fn b116_each_round_runs_in_the_order_of_creation() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    create_effect(move || log.push(format!("1: {}", b.get())));
    create_effect(move || log.push(format!("2: {}", b.get())));
    create_effect(move || b.set(a.get()));
    create_effect(move || log.push(format!("4: {}", b.get())));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["1: 2", "2: 2", "4: 2"]);
}

#[test]
fn b117_each_write_settles_and_two_in_a_batch_settle_once() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    create_effect(move || log.push(format!("{} {}", a.get(), b.get())));
    a.set(2);
    b.set(2);
    batch(|| {
        a.set(3);
        b.set(3);
    });
    assert_eq!(log.take(), ["1 1", "2 1", "2 2", "3 3"]);
}

#[test]
fn b118_when_a_write_returns_nothing_is_left_to_do() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || log.push(a.get()));
    log.clear();
    a.set(2);
    log.push("returned");
    batch(|| ());
    signal(0).set(1);
    assert_eq!(log.take(), ["2", "returned"]);
}

#[test]
fn b120_an_effect_sees_what_an_earlier_one_of_its_round_has_written() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let double = computed(move || log.pass("double", b.get() * 2));
    create_effect(move || b.set(a.get()));
    create_effect(move || log.push(format!("{} {} {}", a.get(), b.get(), double.get())));
    log.clear();
    a.set(2);
    assert_eq!(
        log.take(),
        ["double", "2 2 4"],
        "and does not run again for it"
    );
}

#[test]
fn b120_it_runs_again_if_that_is_taken_back_in_the_round() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(0));
    create_effect(move || b.set(a.get()));
    create_effect(move || log.push(format!("{} {}", a.get(), b.get())));
    create_effect(move || b.set(a.get() / 100));
    log.clear();
    a.set(2);
    assert_eq!(log.take(), ["2 2", "2 0"]);
}

#[test]
fn r9_the_same_writes_give_the_same_trace() {
    fn trace() -> Vec<String> {
        let log = leak(Log::new());
        let signals = leak([1, 2, 3, 4, 5].map(signal));
        let out = signal(0);
        create_effect(move || log.push(format!("out {}", out.get())));
        for n in 0..20 {
            let value = computed(move || {
                let picked = signals[n % 5].get() as usize;
                log.pass(format!("value {n}"), signals[picked % 5].get() + n as i32)
            });
            let effect = create_effect(move || {
                log.push(format!("effect {n} {}", value.get()));
                if n % 7 == 0 {
                    out.set(value.get() % 3);
                }
            });
            if n % 6 == 5 {
                effect.dispose();
            }
        }
        for n in 0..10 {
            batch(|| {
                signals[n % 5].update(|it| *it += 3);
                signals[(n * 3) % 5].set(n as i32);
            });
        }
        log.take()
    }
    let first = trace();
    assert!(first.len() > 100);
    assert_eq!(trace(), first);
}

#[test]
fn an_effect_that_is_not_reached_is_not_run() {
    let log = leak(Log::new());
    let a = signal(1);
    let big = computed(move || log.pass("big", a.get() > 10));
    create_effect(move || log.push(format!("big {}", big.get())));
    log.clear();
    for n in 2..5 {
        a.set(n);
    }
    assert_eq!(log.take(), ["big", "big", "big"]);
    a.set(11);
    assert_eq!(log.take(), ["big", "big true"]);
    a.set(12);
    assert_eq!(log.take(), ["big"]);
    assert_eq!(log.take(), NOTHING);
}

/// A resource that logs its start and each poll of its work.
fn logged(
    log: &Log,
    name: &'static str,
    source: Signal<u32>,
    open: &'static Cell<bool>,
) -> AsyncMeta<()> {
    let log = log.clone();
    let fetcher = move |_: u32| {
        log.push(format!("{name} starts"));
        let log = log.clone();
        poll_fn(move |_| {
            log.push(format!("{name} is polled"));
            match open.get() {
                true => Poll::Ready(Ok::<_, ()>(())),
                false => Poll::Pending,
            }
        })
    };
    create_resource(move || source.get(), fetcher).1
}

#[test]
fn resources_start_in_the_order_in_which_they_were_made() {
    let (log, open) = (Log::new(), leak(Cell::new(false)));
    let (x, y) = (signal(0), signal(0));
    logged(&log, "first", x, open);
    logged(&log, "second", y, open);
    log.clear();
    batch(|| {
        y.set(1);
        x.set(1);
    });
    assert_eq!(log.take(), ["first starts", "second starts"]);
    // In a round of effects, too.
    let go = signal(0);
    create_effect(move || {
        y.set(go.get() + 1);
        x.set(go.get() + 1);
    });
    log.clear();
    go.set(1);
    assert_eq!(log.take(), ["first starts", "second starts"]);
}

#[test]
fn work_is_polled_in_the_order_in_which_it_was_made_also_in_slots_that_are_used_again() {
    let (log, open) = (Log::new(), leak(Cell::new(false)));
    let source = signal(0);
    // The oldest goes first, so its slots are the last to be used again.
    let gone = [(); 3].map(|()| scope(|| logged(&log, "gone", source, open)).1);
    for owner in gone {
        drop(owner);
    }
    for name in ["first", "second", "third"] {
        logged(&log, name, source, open);
    }
    log.clear();
    assert!(poll_once(poll_progress).is_pending());
    let polls = ["first is polled", "second is polled", "third is polled"];
    assert_eq!(log.take(), polls);
    open.set(true);
    source.set(1);
    log.clear();
    assert!(poll_once(poll_progress).is_ready());
    assert_eq!(log.take(), polls);
}
