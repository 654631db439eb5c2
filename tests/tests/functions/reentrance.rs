//! User code that looks back at the graph from an unexpected place: comparisons, clones, destructors, payloads of panics,
//! and closures that end their arguments.
//!
//! Invariants: one behaviour a test; afterwards the graph is shown to work.
//!
//! Must not know: anything but the public interface.

use signal_kernel::__private::check_dynamic;
use signal_kernel::{
    Computed, Effect, Scope, Signal, batch, computed, computed_with, create_effect,
    create_manual_resource, from_future, on_cleanup, poll_progress, scope, signal, signal_with,
    transaction,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::{panic_of, payload_of};
use std::{
    cell::Cell,
    future::poll_fn,
    panic::panic_any,
    task::{Context, Poll, Waker},
};

/// Runs a closure when it is dropped, compared or cloned.
struct Acts<F: Fn(&'static str) + Copy + 'static>(F);

impl<F: Fn(&'static str) + Copy> Drop for Acts<F> {
    fn drop(&mut self) {
        (self.0)("drop");
    }
}

impl<F: Fn(&'static str) + Copy> PartialEq for Acts<F> {
    fn eq(&self, _: &Self) -> bool {
        (self.0)("eq");
        false
    }
}

impl<F: Fn(&'static str) + Copy> Clone for Acts<F> {
    fn clone(&self) -> Self {
        (self.0)("clone");
        Acts(self.0)
    }
}

/// A payload that looks at the graph when it is dropped. The payload must be `Send`, so it finds its signal
/// in a thread-local.
struct Payload(&'static str, &'static Log);

thread_local! {
    static SEEN: Cell<Option<Signal<i32>>> = const { Cell::new(None) };
}

impl Drop for Payload {
    fn drop(&mut self) {
        if let Some(seen) = SEEN.get() {
            seen.set(seen.get() + 1);
            self.1.push(format!("{} dropped", self.0));
        }
    }
}

#[test]
fn the_payload_of_a_panic_may_use_the_graph_when_it_is_dropped() {
    let log = leak(Log::new());
    let (a, seen) = (signal(1), signal(0));
    SEEN.set(Some(seen));
    let fails: Vec<Computed<i32>> = ["one", "two", "three"]
        .map(|name| {
            computed(move || {
                if a.get() == 2 {
                    panic_any(Payload(name, log));
                }
                a.get()
            })
        })
        .into();
    for &it in &fails {
        create_effect(move || _ = it.get());
    }
    create_effect(move || log.push(format!("seen {}", seen.get())));
    log.clear();
    let first = payload_of(|| a.set(2));
    assert_eq!(first.downcast_ref::<Payload>().unwrap().0, "one");
    assert_eq!(seen.get(), 2);
    let mut events = log.take();
    assert_eq!(events.pop().as_deref(), Some("seen 2"));
    assert_eq!(events, ["two dropped", "three dropped"]);
    drop(first);
    assert_eq!(log.take(), ["seen 3", "one dropped"]);
    SEEN.set(None);
    a.set(3);
    assert_eq!(fails[2].get(), 3);
}

#[test]
fn values_of_a_computed_value_may_use_the_graph_in_every_way() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(10));
    let double = computed(move || b.get() * 2);
    let acts = move |what: &'static str| {
        if let (Ok(b), Ok(double)) = (b.try_get(), double.try_get()) {
            log.push(format!("{what} {b} {double}"));
        }
    };
    let value = computed(move || {
        a.get();
        Acts(acts)
    });
    create_effect(move || {
        value.with(|_| ());
        log.push("show");
    });
    assert_eq!(log.take(), ["show"]);
    a.set(2);
    assert_eq!(log.take(), ["eq 10 20", "drop 10 20", "show"]);
    drop(value.get());
    assert_eq!(log.take(), ["clone 10 20", "drop 10 20"]);
    b.set(11);
    assert_eq!(log.take(), NOTHING, "none of that is tracked");
    batch(|| {
        a.set(3);
        value.with(|_| ());
        b.set(12);
    });
    let events = log.take();
    assert!(events.contains(&"eq 12 24".to_owned()), "{events:?}");
    assert_eq!(events.last().map(String::as_str), Some("show"));
}

#[test]
fn a_value_that_writes_when_it_is_dropped_is_settled_with_the_write_that_replaced_it() {
    let log = leak(Log::new());
    let (a, count) = (signal(1), signal(0));
    let acts = move |what: &'static str| {
        if what == "drop" && count.try_get().is_ok() {
            count.update(|count| *count += 1);
        }
    };
    let value = computed_with(
        move || {
            a.get();
            Acts(acts)
        },
        |_, _| false,
    );
    create_effect(move || log.push(format!("count {}", count.get())));
    create_effect(move || value.with(|_| log.push("value")));
    log.clear();
    a.set(2);
    let mut events = log.take();
    events.sort();
    assert_eq!(events, ["count 1", "value"]);
    let held = signal_with(Acts(acts), |_, _| false);
    let failed = transaction(|| {
        held.set(Acts(acts));
        Err::<(), _>(())
    });
    assert_eq!((failed, count.get()), (Err(()), 2));
    assert_eq!(log.take(), ["count 2"]);
}

#[test]
fn a_write_of_a_comparison_at_the_end_of_a_batch_is_not_lost() {
    let log = leak(Log::new());
    let own = leak(Cell::new(None::<Signal<Number>>));
    struct Number(i32, &'static Cell<Option<Signal<Number>>>);
    impl PartialEq for Number {
        fn eq(&self, other: &Self) -> bool {
            if let Some(own) = self.1.take() {
                own.set(Number(9, self.1));
            }
            self.0 == other.0
        }
    }
    let count = signal(Number(1, own));
    create_effect(move || count.with(|it| log.push(format!("count {}", it.0))));
    batch(|| {
        count.set(Number(2, own));
        count.set(Number(1, own));
        own.set(Some(count));
    });
    assert_eq!(count.with(|it| it.0), 9);
    assert_eq!(log.take(), ["count 1", "count 9"]);
    count.set(Number(1, own));
    assert_eq!(log.take(), ["count 1"]);
}

#[test]
fn an_input_that_writes_when_its_transaction_ends_keeps_what_it_writes() {
    #[derive(Clone)]
    struct Input(Signal<Vec<u32>>, u32);
    impl Drop for Input {
        fn drop(&mut self) {
            let _ = self.0.try_update(|list| list.push(self.1));
        }
    }
    let list = signal(Vec::new());
    let other = signal(0);
    let work = create_manual_resource(|input: Input| {
        std::mem::forget(input);
        std::future::pending::<Result<(), ()>>()
    });
    let failed = transaction(|| {
        other.set(1);
        drop(work.run(Input(list, 1)));
        Err::<(), _>(())
    });
    assert_eq!((failed, other.get(), list.get()), (Err(()), 0, vec![1]));
    let done = transaction(|| {
        other.set(2);
        drop(work.run(Input(list, 2)));
        drop(work.run(Input(list, 3)));
        Ok::<_, ()>(())
    });
    assert_eq!((done, other.get(), list.get()), (Ok(()), 2, vec![1, 2]));
}

#[test]
fn a_comparison_may_dispose_of_what_is_compared() {
    let log = leak(Log::new());
    let owner = leak(Cell::new(None::<Scope>));
    let acts = move |what: &'static str| {
        if what == "eq" {
            drop(owner.take());
        }
    };
    let a = signal(1);
    let ((held, value), made) = scope(|| {
        let value = computed(move || {
            a.get();
            Acts(acts)
        });
        (signal(Acts(acts)), value)
    });
    value.with(|_| ());
    owner.set(Some(made));
    assert!(held.try_set(Acts(acts)).is_err());
    assert!(value.try_with(|_| ()).is_err());

    let (value, made) = scope(|| {
        on_cleanup(move || log.push("cleanup"));
        computed(move || {
            a.get();
            Acts(acts)
        })
    });
    value.with(|_| ());
    create_effect(move || {
        a.get();
        log.push(format!("{}", value.try_with(|_| ()).is_ok()));
    });
    owner.set(Some(made));
    a.set(2);
    a.set(3);
    assert_eq!(log.take(), ["true", "cleanup", "false", "false"]);
}

#[test]
fn a_closure_may_end_the_signal_that_it_is_given() {
    let owned = || {
        let owner = leak(Cell::new(None::<Scope>));
        let (held, made) = scope(|| signal(vec![1, 2]));
        owner.set(Some(made));
        (held, owner)
    };
    let (held, owner) = owned();
    let seen = held.with(|held| {
        drop(owner.take());
        let _others = [signal(vec![8]), signal(vec![9])]; // in its slot
        held.len()
    });
    assert_eq!((seen, held.try_get().is_err()), (2, true));

    let (held, owner) = owned();
    let seen = held.update(|held| {
        held.push(3);
        drop(owner.take());
        let others = [signal(vec![8]), signal(vec![9])];
        assert_eq!(others.map(|it| it.get()[0]), [8, 9]);
        held.len()
    });
    assert_eq!((seen, held.try_get().is_err()), (3, true));

    let (held, owner) = owned();
    let done = batch(|| {
        held.set(vec![3]);
        held.update(|_| drop(owner.take()));
        signal(1)
    });
    assert_eq!((done.get(), held.try_get().is_err()), (1, true));
}

#[test]
fn a_borrow_of_an_ended_signal_does_not_lock_the_next_node_in_its_slot() {
    let owner = leak(Cell::new(None::<Scope>));
    let (held, made) = scope(|| signal(vec![1]));
    owner.set(Some(made));
    let others = held.with(|_| {
        drop(owner.take());
        [1, 2, 3, 4].map(|n| {
            let other = signal(vec![n]);
            other.update(|other| other.push(n));
            other
        })
    });
    assert_eq!(others.map(|it| it.get().len()), [2; 4]);
}

#[test]
fn captures_of_a_closure_may_act_when_its_effect_ends() {
    let log = leak(Log::new());
    let (a, count) = (signal(1), signal(0));
    let other = leak(Cell::new(None::<Effect>));
    other.set(Some(create_effect(move || {
        log.push(format!("other {}", a.get()))
    })));
    create_effect(move || log.push(format!("count {}", count.get())));
    let acts = move |_: &'static str| {
        if let Some(other) = other.take() {
            other.dispose();
            count.set(1);
            create_effect(move || log.push(format!("made by a drop {}", a.get())));
        }
    };
    let captured = Acts(acts);
    let effect = create_effect(move || {
        let _whole = &captured;
        log.push(format!("run {}", a.get()));
    });
    log.clear();
    effect.dispose();
    assert_eq!(log.take(), ["count 1", "made by a drop 1"]);
    a.set(2);
    assert_eq!(log.take(), ["made by a drop 2"]);
}

#[test]
fn a_clone_may_write() {
    let log = leak(Log::new());
    let count = signal(0);
    let acts = move |what: &'static str| {
        if what == "clone" {
            count.update(|count| *count += 1);
        }
    };
    let held = signal(Acts(acts));
    create_effect(move || log.push(format!("count {}", count.get())));
    drop(held.get());
    assert_eq!(log.take(), ["count 0", "count 1"]);
    let copy = computed(move || _ = held.get());
    let said = panic_of(|| copy.get());
    assert!(
        said.contains("computed values cannot write signals"),
        "{said}"
    );
}

#[test]
fn handles_may_be_printed_anywhere() {
    let log = leak(Log::new());
    let a = signal(1).named("a");
    let own = leak(Cell::new(None::<Computed<String>>));
    let value =
        computed(move || format!("{a:?} {} {:?}", a.get(), own.get().unwrap())).named("value");
    own.set(Some(value));
    create_effect(move || {
        on_cleanup(move || log.push(format!("{value:?} ends")));
        log.push(value.get());
    });
    a.update(|it| {
        *it = 2;
        log.push(format!("in {a:?}"));
    });
    assert_eq!(
        log.take(),
        [
            "signal `a` 1 computed `value`",
            "in signal `a`",
            "computed `value` ends",
            "signal `a` 2 computed `value`"
        ]
    );
}

#[test]
fn a_part_that_is_read_for_the_first_time_while_its_work_is_polled_is_up_to_date() {
    let reader = leak(Cell::new(None::<Computed<Option<i32>>>));
    let answer = from_future(move || {
        let mut polls = 0;
        poll_fn(move |context| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready(Ok::<_, ()>(7));
            }
            context.waker().wake_by_ref();
            assert_eq!(reader.get().expect("it was made").peek(), None);
            Poll::Pending
        })
    });
    let value = computed(move || answer.value());
    reader.set(Some(value));
    let mut context = Context::from_waker(Waker::noop());
    assert!(poll_progress(&mut context).is_pending());
    assert_eq!(check_dynamic(), Ok(()));
    assert!(poll_progress(&mut context).is_ready());
    assert_eq!(value.get(), Some(7));
    assert_eq!(check_dynamic(), Ok(()));
}
