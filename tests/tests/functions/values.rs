//! Values in the dynamic graph whose comparison, clone or drop panics or looks back at the graph.
//!
//! Invariants: one behaviour a test; after each panic the graph is shown to work.
//!
//! Must not know: anything but the public interface.

use signal_kernel::{
    Computed, Signal, batch, computed, computed_with, create_effect, scope, signal, signal_with,
    transaction,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panicking::PanicOn;
use signal_kernel_tests::panics::panic_of;
use std::cell::Cell;

#[test]
fn b018_a_comparison_that_panics_in_a_write_changes_nothing() {
    let log = leak(Log::new());
    let trap = PanicOn::new(log);
    let a = signal(trap.value(1));
    create_effect(move || log.push(format!("show {}", a.with(|a| a.number()))));
    log.clear();
    trap.next_comparison();
    assert_eq!(panic_of(|| a.set(trap.value(2))), "1 == 2");
    assert_eq!(log.take(), ["drop 2"]);
    a.set(trap.value(3));
    assert_eq!(log.take(), ["drop 1", "show 3"]);
}

#[test]
fn b018_a_comparison_that_panics_at_the_end_of_a_batch_counts_as_a_change() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let (a, b) = (signal(trap.value(1)), signal(1));
    create_effect(move || log.push(format!("a {}", a.with(|a| a.number()))));
    create_effect(move || log.push(format!("b {}", b.get())));
    log.clear();
    let said = panic_of(|| {
        batch(|| {
            a.set(trap.value(2));
            b.set(2);
            trap.next_comparison();
        })
    });
    assert_eq!(said, "1 == 2");
    assert_eq!(log.take(), ["drop 1", "a 2", "b 2"]);
    a.set(trap.value(3));
    assert_eq!(log.take(), ["drop 2", "a 3"]);
}

#[test]
fn b018_a_comparison_that_panics_in_a_computed_value_fails_it() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let a = signal(1);
    let value = computed(move || trap.value(a.get())).named("value");
    create_effect(move || log.push(format!("show {}", value.with(|it| it.number()))));
    log.clear();
    trap.next_comparison();
    assert_eq!(panic_of(|| a.set(2)), "1 == 2");
    assert_eq!(log.take(), ["drop 2"]);
    assert_eq!(
        panic_of(|| value.with(|_| ())),
        "computed `value` panicked: 1 == 2"
    );
    a.set(3);
    assert_eq!(log.take(), ["drop 1", "show 3"]);
}

#[test]
fn b018_a_comparison_of_a_half_way_value_that_panics_fails_it() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let (a, b) = (signal(1), signal(1));
    let value = computed(move || trap.value(a.get())).named("value");
    create_effect(move || log.push(format!("show {}", value.with(|it| it.number()))));
    create_effect(move || log.push(format!("b {}", b.get())));
    log.clear();
    let said = panic_of(|| {
        batch(|| {
            a.set(2);
            b.set(2);
            assert_eq!(value.with(|it| it.number()), 2);
            trap.next_comparison();
        })
    });
    assert_eq!(said, "1 == 2");
    assert!(log.take().contains(&"b 2".to_owned()));
    assert_eq!(panic_of(|| value.with(|_| ())), "computed `value` panicked");
    a.set(3);
    assert!(log.take().contains(&"show 3".to_owned()));
}

#[test]
fn b137_a_drop_that_panics_costs_no_node() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let a = signal(trap.value(1));
    let next = computed(move || trap.value(a.with(|a| a.number()) + 10));
    create_effect(move || log.push(format!("show {}", next.with(|it| it.number()))));
    log.clear();
    trap.drop_of(1);
    assert_eq!(panic_of(|| a.set(trap.value(2))), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "drop 11", "show 12"]);
    trap.drop_of(12);
    assert_eq!(panic_of(|| a.set(trap.value(3))), "drop of 12");
    assert_eq!(log.take(), ["drop 2", "drop 12", "show 13"]);
    assert_eq!(
        (a.with(|a| a.number()), next.with(|it| it.number())),
        (3, 13)
    );
}

#[test]
fn b137_a_drop_that_panics_in_a_lazy_read_does_not_fail_the_value() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let a = signal(1);
    let value = computed(move || trap.value(a.get()));
    value.with(|_| ());
    a.set(2);
    trap.drop_of(1);
    assert_eq!(panic_of(|| value.with(|_| ())), "drop of 1");
    assert_eq!(value.with(|it| it.number()), 2);
    assert_eq!(log.take(), ["drop 1"]);
}

#[test]
fn b137_a_drop_that_panics_in_a_batch_or_a_roll_back_costs_nothing_else() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let (a, b) = (signal(trap.value(1)), signal(trap.value(10)));
    create_effect(move || {
        log.push(format!(
            "{} {}",
            a.with(|a| a.number()),
            b.with(|b| b.number())
        ));
    });
    log.clear();
    let set = move |it: Signal<_>, number| it.set(trap.value(number));
    trap.drop_of(1);
    let said = panic_of(|| {
        batch(|| {
            set(a, 2);
            set(b, 20);
        })
    });
    assert_eq!(said, "drop of 1");
    assert_eq!(log.take(), ["drop 1", "drop 10", "2 20"]);
    trap.drop_of(3);
    let said = panic_of(|| {
        transaction(|| {
            set(a, 3);
            set(b, 30);
            Err::<(), _>(())
        })
    });
    assert_eq!(said, "drop of 3");
    assert_eq!(log.take(), ["drop 30", "drop 3"]);
    assert_eq!((a.with(|a| a.number()), b.with(|b| b.number())), (2, 20));
    set(a, 4);
    assert_eq!(log.take(), ["drop 2", "4 20"]);
}

#[test]
fn b137_a_drop_that_panics_at_a_disposal_keeps_no_other_value_alive() {
    let log = leak(Log::new());
    let trap = leak(PanicOn::new(log));
    let (_, owner) = scope(|| {
        for number in 1..=3 {
            signal(trap.value(number));
        }
        let held = trap.value(4);
        create_effect(move || _ = held.number());
    });
    trap.drop_of(2);
    assert_eq!(panic_of(|| drop(owner)), "drop of 2");
    assert_eq!(log.take(), ["drop 4", "drop 3", "drop 2", "drop 1"]);
}

#[test]
fn a_clone_that_panics_leaves_the_value() {
    #[derive(PartialEq)]
    struct NoClone(u8);
    impl Clone for NoClone {
        fn clone(&self) -> Self {
            panic!("clone of {}", self.0)
        }
    }
    let a = signal(NoClone(1));
    let same = computed(move || a.with(|a| NoClone(a.0)));
    assert_eq!(panic_of(|| a.get()), "clone of 1");
    assert_eq!(panic_of(|| a.peek()), "clone of 1");
    assert_eq!(panic_of(|| same.get()), "clone of 1");
    assert_eq!(same.with(|it| it.0), 1, "and does not fail it");
    a.set(NoClone(2));
    a.update(|a| a.0 = 3);
    assert_eq!(same.with(|it| it.0), 3);
    let failing = computed(move || a.get().0).named("failing");
    assert_eq!(panic_of(|| failing.get()), "clone of 3");
}

/// Reads a signal when it is dropped, and writes another one.
struct Nosy {
    log: &'static Log,
    number: i32,
    reads: Signal<i32>,
    writes: Signal<i32>,
}

impl Drop for Nosy {
    fn drop(&mut self) {
        let Ok(seen) = self.reads.try_get() else {
            return; // the thread ends
        };
        self.log.push(format!("drop {} sees {seen}", self.number));
        self.writes.set(self.number);
    }
}

#[test]
fn a_drop_that_reads_and_writes_finds_a_graph_that_works() {
    let log = leak(Log::new());
    let (reads, writes) = (signal(7), signal(0));
    let nosy = move |number| Nosy {
        log,
        number,
        reads,
        writes,
    };
    create_effect(move || log.push(format!("writes {}", writes.get())));
    let held = signal_with(nosy(1), |_, _| false);
    create_effect(move || log.push(format!("held {}", held.with(|it| it.number))));
    log.clear();
    held.set(nosy(2));
    let mut events = log.take();
    events.sort();
    assert_eq!(events, ["drop 1 sees 7", "held 2", "writes 1"]);
    batch(|| {
        held.set(nosy(3));
        held.set(nosy(4));
    });
    assert_eq!(held.with(|it| it.number), 4);
    let events = log.take();
    for event in ["drop 2 sees 7", "drop 3 sees 7", "held 4"] {
        assert!(events.contains(&event.to_owned()), "{event}: {events:?}");
    }
    reads.set(8);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_drop_at_the_end_of_a_thread_finds_every_node_disposed_of_and_takes_nothing_down() {
    struct Last(&'static Log, &'static str, Signal<i32>);
    impl Drop for Last {
        fn drop(&mut self) {
            let disposed = self.2.try_set(2).is_err();
            self.0.push(format!("{}: {disposed} {:?}", self.1, self.2));
            self.2.get();
        }
    }
    let log = leak(Log::new());
    let ended = std::thread::spawn(move || {
        let a = signal(1).named("a");
        let _held = signal_with(Last(log, "signal", a), |_, _| false);
        let value = computed(move || drop(Last(log, "never run", a)));
        let captured = Last(log, "captured", a);
        create_effect(move || {
            let whole = &captured;
            whole.2.get();
        });
        let _ = value;
    })
    .join();
    assert!(ended.is_ok());
    let events = log.take();
    assert_eq!(events.len(), 2, "{events:?}");
    for (event, name) in events.iter().zip(["signal", "captured"]) {
        assert!(
            event.starts_with(&format!("{name}: true disposed signal made at ")),
            "{event}"
        );
    }
}

#[test]
fn a_drop_that_disposes_of_its_own_effect() {
    struct Ends(&'static Cell<Option<signal_kernel::Effect>>, &'static Log);
    impl Drop for Ends {
        fn drop(&mut self) {
            self.1.push("drop");
            if let Some(effect) = self.0.take() {
                effect.dispose();
            }
        }
    }
    let log = leak(Log::new());
    let effect = leak(Cell::new(None));
    let (a, held) = (signal(1), signal_with(Ends(effect, log), |_, _| false));
    effect.set(Some(create_effect(move || {
        log.push(format!("run {}", a.get()));
        held.with(|_| ());
    })));
    held.set(Ends(leak(Cell::new(None)), log));
    a.set(2);
    assert_eq!(log.take(), ["run 1", "drop"]);
}

#[test]
fn a_comparison_that_writes_is_settled_like_any_other_write() {
    thread_local! {
        static COUNT: Cell<Option<Signal<i32>>> = const { Cell::new(None) };
    }
    let log = leak(Log::new());
    let count = signal(0);
    COUNT.set(Some(count));
    create_effect(move || log.push(format!("compared {}", count.get())));
    let a = signal_with(1, |a: &i32, b| {
        COUNT.get().unwrap().update(|count| *count += 1);
        a == b
    });
    create_effect(move || log.push(format!("a {}", a.get())));
    log.clear();
    a.set(1);
    assert_eq!(log.take(), ["compared 1"]);
    a.set(2);
    assert_eq!(log.take(), ["compared 2", "a 2"]);
    let value: Computed<i32> = computed(move || a.get());
    assert_eq!(value.get(), 2);
}

/// Says its number when it is dropped, and panics with one more value that does.
struct Grumpy(u32, &'static Log);

impl PartialEq for Grumpy {
    fn eq(&self, other: &Self) -> bool {
        assert!(other.0 != 0, "compared with 0");
        self.0 == other.0
    }
}

impl Drop for Grumpy {
    fn drop(&mut self) {
        self.1.push(format!("drop {}", self.0));
        std::panic::panic_any(Payload);
    }
}

struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic!("the payload too");
    }
}

/// Runs code that panics with a `Payload`, and drops the payload.
fn grumbles(f: impl FnOnce()) {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    let payload = outcome.expect_err("a drop has panicked");
    assert!(payload.is::<Payload>());
    std::mem::forget(payload);
}

#[test]
fn values_that_an_inner_transaction_hands_up_are_dropped_one_by_one() {
    let log = leak(Log::new());
    let (a, b) = (signal(Grumpy(1, log)), signal(Grumpy(2, log)));
    grumbles(|| {
        let _ = transaction(|| {
            a.set(Grumpy(11, log));
            b.set(Grumpy(12, log));
            transaction(|| {
                a.set(Grumpy(21, log));
                b.set(Grumpy(22, log));
                Ok::<_, ()>(())
            })
        });
    });
    // The panic is that of the inner transaction, and with that of the outer one, which takes all back.
    assert_eq!(log.take(), ["drop 11", "drop 12", "drop 22", "drop 21"]);
    assert_eq!((a.with(|a| a.0), b.with(|b| b.0)), (1, 2));
}

#[test]
fn a_value_and_the_one_from_before_a_batch_are_dropped_one_by_one() {
    let log = leak(Log::new());
    let a = signal(1);
    let (value, owner) = scope(|| computed(move || Grumpy(a.get(), log)));
    value.with(|_| ());
    grumbles(|| {
        batch(|| {
            a.set(2);
            value.with(|_| ());
            drop(owner);
        });
    });
    assert_eq!(log.take(), ["drop 1", "drop 2"]);
}

#[test]
fn captures_of_a_body_and_its_equality_are_dropped_one_by_one() {
    let log = leak(Log::new());
    let ((), owner) = scope(|| {
        let (body, rule) = (Grumpy(1, log), Grumpy(2, log));
        let value = computed_with(
            move || {
                let _ = &body;
                7
            },
            move |old, new| {
                let _ = &rule;
                old == new
            },
        );
        assert_eq!(value.get(), 7);
    });
    grumbles(|| drop(owner));
    assert_eq!(log.take(), ["drop 1", "drop 2"]);
}

/// An equality ends its node while it compares a value that was read half-way.
#[test]
fn a_value_disposed_of_by_its_own_equality_is_dropped_one_by_one() {
    let log = leak(Log::new());
    let a = signal(1);
    let owner = leak(Cell::new(None));
    let (value, scope) = scope(|| {
        let (body, rule) = (Grumpy(8, log), Grumpy(9, log));
        computed_with(
            move || {
                let _ = &body;
                Grumpy(a.get(), log)
            },
            move |_, _| {
                let _ = &rule;
                drop(owner.take());
                false
            },
        )
    });
    create_effect(move || value.with(|_| ()));
    owner.set(Some(scope));
    grumbles(|| {
        batch(|| {
            a.set(2);
            let _ = std::panic::catch_unwind(|| value.try_with(|_| ())).map_err(std::mem::forget);
        });
    });
    let mut gone = log.take();
    gone.sort();
    assert_eq!(gone, ["drop 1", "drop 2", "drop 8", "drop 9"]);
}

#[test]
fn a_value_that_is_refused_or_whose_comparison_panics_is_dropped_after_it() {
    let log = leak(Log::new());
    let (a, number) = (signal(Grumpy(1, log)), signal(1));
    assert_eq!(panic_of(|| a.set(Grumpy(0, log))), "compared with 0");
    assert_eq!(log.take(), ["drop 0"]);
    let writes = computed(move || a.set(Grumpy(2, log)));
    let said = panic_of(|| writes.get());
    assert!(said.contains("computed values cannot write"), "{said}");
    assert_eq!(log.take(), ["drop 2"]);
    let value = computed(move || Grumpy(number.get(), log));
    value.with(|_| ());
    number.set(0);
    assert_eq!(panic_of(|| value.with(|_| ())), "compared with 0");
    assert_eq!(log.take(), ["drop 0"]);
}

#[test]
fn a_thread_that_ends_drops_its_values_one_by_one() {
    let log = leak(Log::new());
    let thread = std::thread::spawn(move || {
        let a = signal(Grumpy(1, log));
        signal(Grumpy(2, log));
        let (body, rule) = (Grumpy(3, log), Grumpy(4, log));
        let value = computed_with(
            move || {
                let _ = &body;
                a.with(|a| Grumpy(a.0 + 10, log))
            },
            move |_, _| {
                let _ = &rule;
                true
            },
        );
        value.with(|_| ());
    });
    assert!(thread.join().is_ok());
    let mut gone = log.take();
    gone.sort();
    assert_eq!(gone, ["drop 1", "drop 11", "drop 2", "drop 3", "drop 4"]);
}
