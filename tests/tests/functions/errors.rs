//! Panics in the dynamic graph (BEHAVIOURS L, R8): one node pays, everything else goes on.
//!
//! Not offered by the functions: a handler for errors of a node (134). A body that may fail yields a `Result`.
//!
//! Invariants: one behaviour a test, told by the log in the order of events; after each panic the rest of the
//! graph is shown to work.
//!
//! Must not know: anything but the public interface.

use super::kernel::__private::check_dynamic;
use super::kernel::{
    Computed, ReadError, Signal, batch, computed, computed_with, create_effect, on_cleanup, scope,
    signal, transaction, untrack,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::{panic_of, payload_of};
use std::cell::Cell;

/// Half of `id`; panics if it is odd.
fn half(log: &'static Log, id: Signal<u64>) -> Computed<u64> {
    computed(move || {
        let id = id.get();
        log.push(format!("half of {id}"));
        assert!(id % 2 == 0, "{id} is odd");
        id / 2
    })
    .named("half")
}

#[test]
fn b127_the_reader_gets_the_panic_of_the_body() {
    let log = leak(Log::new());
    let half = half(log, signal(5));
    assert_eq!(panic_of(|| half.get()), "5 is odd");
    let custom = computed(|| -> u64 { std::panic::panic_any(7_u8) });
    assert_eq!(payload_of(|| custom.get()).downcast_ref::<u8>(), Some(&7));
}

#[test]
fn b127_a_failure_may_also_be_a_value() {
    let log = leak(Log::new());
    let text = signal("1");
    let number = computed(move || text.get().parse::<u8>());
    create_effect(move || log.push(format!("{:?}", number.get().ok())));
    text.set("x");
    text.set("y");
    text.set("2");
    assert_eq!(
        log.take(),
        ["Some(1)", "None", "Some(2)"],
        "errors have a rule of equality too"
    );
}

#[test]
fn b128_a_failed_value_recovers_when_its_source_changes() {
    let log = leak(Log::new());
    let id = signal(4);
    let half = half(log, id);
    for _ in 0..2 {
        id.set(5);
        assert_eq!(panic_of(|| half.get()), "5 is odd");
        id.set(6);
        assert_eq!(half.get(), 3);
    }
    id.set(7);
    assert_eq!(panic_of(|| half.peek()), "7 is odd");
    id.set(9);
    assert_eq!(panic_of(|| half.with(|_| ())), "9 is odd");
}

#[test]
fn b129_a_failure_is_kept_until_something_that_was_read_changes() {
    let log = leak(Log::new());
    let (id, other) = (signal(5), signal(1));
    let half = half(log, id);
    assert_eq!(panic_of(|| half.get()), "5 is odd");
    let later = "computed `half` panicked: 5 is odd";
    log.clear();
    other.set(2);
    for _ in 0..2 {
        assert_eq!(panic_of(|| half.get()), later);
        assert_eq!(panic_of(|| half.peek()), later);
        assert_eq!(half.try_get().unwrap_err().to_string(), later);
    }
    assert_eq!(log.take(), NOTHING, "the body does not run again");
    id.set(5);
    assert_eq!(panic_of(|| half.get()), later);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b130_dependents_of_a_failed_value_fail_and_recover() {
    let log = leak(Log::new());
    let id = signal(4);
    let half = half(log, id);
    let quarter = computed(move || log.pass("quarter", half.get() / 2)).named("quarter");
    create_effect(move || log.push(format!("show {}", quarter.get())));
    log.clear();
    assert_eq!(panic_of(|| id.set(5)), "5 is odd");
    assert_eq!(log.take(), ["half of 5"]);
    assert_eq!(
        panic_of(|| quarter.get()),
        "computed `quarter` panicked: it depends on computed `half`, which did: 5 is odd"
    );
    id.set(12);
    assert_eq!(log.take(), ["half of 12", "quarter", "show 3"]);
    assert_eq!(quarter.get(), 3);
}

#[test]
fn b130_a_reader_may_try_the_failed_value_and_still_depends_on_it() {
    let log = leak(Log::new());
    let id = signal(5);
    let half = half(log, id);
    let safe = computed(move || half.try_get().ok());
    create_effect(move || log.push(format!("safe {:?}", safe.get())));
    assert_eq!(log.take(), ["half of 5", "safe None"]);
    id.set(6);
    assert_eq!(log.take(), ["half of 6", "safe Some(3)"]);
}

#[test]
fn a_body_that_tries_a_failed_value_runs_again_when_the_failure_begins_and_ends() {
    let log = leak(Log::new());
    let (id, other) = (signal(4), signal(1));
    let half = half(log, id);
    let safe = computed(move || {
        let half = half.try_get().map_err(|error| error.to_string());
        log.pass(format!("safe {half:?}"), (half, other.get()))
    });
    create_effect(move || log.push(format!("show {}", safe.with(|safe| safe.0.is_ok()))));
    log.clear();
    id.set(5);
    let failed = r#"safe Err("computed `half` panicked: 5 is odd")"#;
    assert_eq!(log.take(), ["half of 5", failed, "show false"]);
    id.set(5);
    assert_eq!(log.take(), NOTHING);
    other.set(2);
    assert_eq!(log.take(), [failed, "show false"], "it is not blocked");
    id.set(6);
    assert_eq!(log.take(), ["half of 6", "safe Ok(3)", "show true"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_body_that_tries_a_failed_value_runs_again_when_the_cause_is_another_one() {
    let log = leak(Log::new());
    let id = signal(5);
    let half = half(log, id);
    let quarter = computed(move || half.get() / 2);
    create_effect(move || {
        let cause = match quarter.try_get() {
            Err(ReadError::Failed(failure)) => failure.cause().map(str::to_owned),
            other => panic!("{other:?}"),
        };
        log.push(format!("show {cause:?}"));
    });
    id.set(7);
    assert_eq!(
        log.take(),
        [
            "half of 5",
            r#"show Some("5 is odd")"#,
            "half of 7",
            r#"show Some("7 is odd")"#
        ]
    );
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn an_effect_that_tries_a_failed_value_gets_the_error_in_every_run_without_a_panic() {
    let log = leak(Log::new());
    let (id, other) = (signal(5), signal(1));
    let half = half(log, id);
    create_effect(move || log.push(format!("{:?} {}", half.try_get().ok(), other.get())));
    assert_eq!(log.take(), ["half of 5", "None 1"]);
    other.set(2);
    assert_eq!(log.take(), ["None 2"]);
    id.set(6);
    assert_eq!(log.take(), ["half of 6", "Some(3) 2"]);
    id.set(7);
    assert_eq!(log.take(), ["half of 7", "None 2"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn an_effect_that_cannot_run_tells_of_a_failure_that_another_one_has_only_tried() {
    let log = leak(Log::new());
    let id = signal(4);
    let half = half(log, id);
    create_effect(move || log.push(format!("tries {}", half.try_get().is_ok())));
    create_effect(move || log.push(format!("needs {}", half.get())));
    log.clear();
    let said = panic_of(|| id.set(5));
    assert_eq!(said, "computed `half` panicked: 5 is odd");
    assert_eq!(log.take(), ["half of 5", "tries false"]);
    id.set(4);
    assert_eq!(log.take(), ["half of 4", "tries true", "needs 2"]);
}

#[test]
fn a_body_that_reads_a_failed_value_and_catches_the_panic_is_failed_itself() {
    let log = leak(Log::new());
    let (id, other) = (signal(5), signal(1));
    let half = half(log, id);
    let safe = computed(move || {
        let other = other.get();
        let half = std::panic::catch_unwind(|| half.get()).unwrap_or(0);
        log.pass("safe", half + other)
    })
    .named("safe");
    let text = computed(move || {
        std::panic::catch_unwind(|| half.get()).map_or("none".to_owned(), |it| it.to_string())
    })
    .named("text");
    let says = |name: &str| {
        format!(
            "computed `{name}` reads a failed value with `get` and catches the panic \
             (computed `half` panicked: 5 is odd): `try_get` returns the error"
        )
    };
    assert_eq!(panic_of(|| safe.get()), says("safe"));
    assert_eq!(panic_of(|| text.get()), says("text"));
    let error = safe.try_get().unwrap_err().to_string();
    assert!(error.contains("try_get"), "{error}");
    id.set(8);
    assert_eq!((safe.get(), text.get().as_str()), (5, "4"));
    log.clear();
    batch(|| {
        id.set(5);
        other.set(2);
    });
    assert_eq!(panic_of(|| safe.get()), says("safe"), "in a later run");
    assert_eq!(log.take(), ["half of 5", "safe"]);
    assert_eq!(
        panic_of(|| text.get()),
        "computed `text` panicked: it depends on computed `half`, which did: 5 is odd"
    );
    assert_eq!(check_dynamic(), Ok(()));
    let said = panic_of(|| {
        create_effect(move || _ = std::panic::catch_unwind(|| half.get())).named("show")
    });
    assert!(said.contains("catches the panic"), "{said}");
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_failed_value_tells_the_text_of_its_panic_of_any_type() {
    let fixed = computed(|| -> u32 { panic!("fixed") }).named("fixed");
    let mute = computed(|| -> u32 { std::panic::panic_any(7_u8) }).named("mute");
    let cause = |it: Computed<u32>| match it.try_get() {
        Err(ReadError::Failed(failure)) => failure.cause().map(str::to_owned),
        other => panic!("{other:?}"),
    };
    for _ in 0..2 {
        assert_eq!(cause(fixed).as_deref(), Some("fixed"));
        assert_eq!(cause(mute), None);
    }
    assert_eq!(panic_of(|| fixed.get()), "computed `fixed` panicked: fixed");
    assert_eq!(panic_of(|| mute.get()), "computed `mute` panicked");
}

#[test]
fn a_try_read_in_a_batch_is_judged_as_any_other() {
    let log = leak(Log::new());
    let id = signal(4);
    let half = half(log, id);
    let safe = computed(move || half.try_get().ok());
    create_effect(move || log.push(format!("show {:?}", safe.get())));
    log.clear();
    batch(|| {
        id.set(5);
        assert_eq!(safe.get(), None);
        id.set(4);
        assert_eq!(safe.get(), Some(2));
        id.set(7);
        assert_eq!(safe.get(), None);
    });
    assert_eq!(check_dynamic(), Ok(()));
    assert_eq!(log.take().last().map(String::as_str), Some("show None"));
    id.set(8);
    assert_eq!(log.take(), ["half of 8", "show Some(4)"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn b131_everything_that_is_not_downstream_works() {
    let log = leak(Log::new());
    let (id, other) = (signal(4), signal(1));
    let half = half(log, id);
    let beside = computed(move || log.pass("beside", id.get() + 1));
    create_effect(move || log.push(format!("show {}", half.get())));
    create_effect(move || log.push(format!("aside {}", beside.get())));
    create_effect(move || log.push(format!("rest {}", other.get())));
    log.clear();
    assert_eq!(panic_of(|| id.set(5)), "5 is odd");
    assert_eq!(log.take(), ["half of 5", "beside", "aside 6"]);
    assert_eq!((id.get(), beside.get()), (5, 6), "what was written stays");
    other.set(2);
    assert_eq!(log.take(), ["rest 2"]);
}

#[test]
fn b132_an_effect_that_panics_in_its_first_run_is_disposed_of() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let said = panic_of(|| {
        create_effect(move || {
            log.push(format!("run {}", a.get()));
            assert!(a.get() != 1, "first");
            log.push(format!("past it {}", b.get()));
        })
    });
    assert_eq!(said, "first");
    b.set(2);
    a.set(2);
    b.set(3);
    assert_eq!(log.take(), ["run 1"]);
}

#[test]
fn b132_one_that_panics_later_stays_subscribed() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || {
        log.push(format!("run {}", a.get()));
        assert!(a.get() % 2 == 1, "even");
    });
    for n in [2, 4] {
        assert_eq!(panic_of(|| a.set(n)), "even");
    }
    a.set(5);
    assert_eq!(log.take(), ["run 1", "run 2", "run 4", "run 5"]);
}

#[test]
fn a_body_that_panics_before_it_reads_anything_is_tried_again() {
    let log = leak(Log::new());
    let (a, broken) = (signal(1), leak(Cell::new(false)));
    let value = computed(move || {
        log.push("value");
        assert!(!broken.get(), "broken");
        a.get()
    });
    let text = computed(move || {
        assert!(!broken.get(), "broken too");
        value.get().to_string()
    });
    create_effect(move || log.push(format!("show {}", text.get())));
    create_effect(move || {
        assert!(!broken.get(), "an effect");
        log.push(format!("effect {}", value.get()));
    });
    log.clear();
    broken.set(true);
    assert_eq!(panic_of(|| a.set(2)), "broken");
    assert_eq!(panic_of(|| a.set(3)), "broken");
    assert_eq!(check_dynamic(), Ok(()));
    broken.set(false);
    log.clear();
    a.set(4);
    assert_eq!(log.take(), ["value", "show 4", "effect 4"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn an_effect_that_panics_before_it_reads_anything_is_tried_again() {
    let log = leak(Log::new());
    let (a, broken) = (signal(1), leak(Cell::new(false)));
    create_effect(move || {
        assert!(!broken.get(), "broken");
        log.push(a.get());
    });
    broken.set(true);
    assert_eq!(panic_of(|| a.set(2)), "broken");
    assert_eq!(panic_of(|| a.set(3)), "broken");
    broken.set(false);
    a.set(4);
    assert_eq!(log.take(), ["1", "4"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_run_that_panics_does_not_ask_for_values_that_it_may_not_want_any_more() {
    let log = leak(Log::new());
    let divisor = signal(1);
    let quotient = computed(move || log.pass("quotient", 10 / divisor.get()));
    let checked = computed(move || {
        assert!(divisor.get() != 0, "no divisor");
        quotient.get()
    });
    assert_eq!(checked.get(), 10);
    log.clear();
    divisor.set(0);
    for _ in 0..2 {
        assert!(panic_of(|| checked.get()).contains("no divisor"));
    }
    assert_eq!(log.take(), NOTHING);
    divisor.set(2);
    assert_eq!(checked.get(), 5);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn b133_a_failed_settle_leaves_nothing_for_a_later_write_to_run() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    for name in ["first", "second"] {
        create_effect(move || {
            log.push(format!("{name} {}", a.get()));
            assert!(a.get() != 2, "{name}");
        });
    }
    create_effect(move || log.push(format!("b {}", b.get())));
    log.clear();
    assert_eq!(panic_of(|| a.set(2)), "first");
    assert_eq!(log.take(), ["first 2", "second 2"]);
    b.set(2);
    assert_eq!(log.take(), ["b 2"]);
}

#[test]
fn b135_a_panic_reaches_the_caller_of_the_write_once() {
    let a = signal(1);
    create_effect(move || assert!(a.get() != 2, "loud"));
    assert_eq!(panic_of(|| a.set(2)), "loud");
    a.set(2);
    batch(|| ());
    assert_eq!(panic_of(|| batch(|| batch(|| a.update(|_| ())))), "loud");
}

#[test]
fn b136_a_panic_anywhere_leaves_the_ambient_state_as_it_was() {
    let log = leak(Log::new());
    let (a, b, hidden) = (signal(1), signal(1), signal(1));
    let fails = computed(move || -> u64 { panic!("fails") });
    create_effect(move || {
        let seen = a.get();
        panic_of(|| untrack(|| -> () { panic!("untracked") }));
        panic_of(|| scope(|| -> () { panic!("in a scope") }));
        panic_of(|| batch(|| -> () { panic!("in a batch") }));
        panic_of(|| transaction(|| -> Result<(), ()> { panic!("in a transaction") }));
        panic_of(|| create_effect(|| panic!("in an effect")));
        assert!(fails.try_get().is_err());
        panic_of(|| -> () {
            hidden.peek();
            panic!("beside a peek")
        });
        on_cleanup(move || log.push(format!("cleanup {seen}")));
        log.push(format!("{seen} {}", b.get()));
    });
    assert_eq!(log.take(), ["1 1"]);
    hidden.set(2);
    assert_eq!(log.take(), NOTHING);
    b.set(2);
    assert_eq!(
        log.take(),
        ["cleanup 1", "1 2"],
        "reads after the panics are tracked"
    );
    batch(|| {
        a.set(2);
        assert_eq!(log.take(), NOTHING, "no more and no fewer batches are open");
    });
    assert_eq!(log.take(), ["cleanup 1", "2 2"]);
    let said = panic_of(|| on_cleanup(|| ()));
    assert!(said.contains("outside of any scope"), "{said}");
}

#[test]
fn b136_after_a_body_that_panicked_signals_may_be_written_again() {
    let a = signal(1);
    let fails = computed(move || -> u64 { panic!("{}", a.get()) });
    panic_of(|| fails.get());
    a.set(2);
    assert_eq!(panic_of(|| fails.get()), "2");
}

#[test]
fn b137_the_old_value_is_there_while_it_is_not_replaced() {
    let log = leak(Log::new());
    let id = signal(4);
    let half = half(log, id);
    let shown = leak(Cell::new(0));
    create_effect(move || shown.set(half.get()));
    assert_eq!(panic_of(|| id.set(5)), "5 is odd");
    log.clear();
    id.set(4);
    assert_eq!((half.get(), shown.get()), (2, 2));
}

#[test]
fn b137_a_panic_in_an_update_leaves_what_it_has_written() {
    let log = leak(Log::new());
    let list = signal(vec![1]);
    create_effect(move || log.push(format!("{:?}", list.get())));
    let said = panic_of(|| {
        list.update(|list| {
            list.push(2);
            panic!("in the update")
        })
    });
    assert_eq!(said, "in the update");
    assert_eq!(log.take(), ["[1]", "[1, 2]"]);
    list.update(|list| list.push(3));
    assert_eq!(log.take(), ["[1, 2, 3]"]);
}

#[test]
fn b137_so_does_one_in_an_update_of_a_number() {
    let log = leak(Log::new());
    let count = signal(1);
    create_effect(move || log.push(count.get()));
    let said = panic_of(|| {
        count.update(|count| {
            *count = 2;
            panic!("in the update")
        })
    });
    assert_eq!(said, "in the update");
    assert_eq!((count.get(), log.take()), (2, vec!["1".into(), "2".into()]));
}

#[test]
fn r8_an_effect_that_a_failure_kept_from_running_runs_when_it_ends() {
    let log = leak(Log::new());
    let (id, other) = (signal(4), signal(1));
    let half = half(log, id);
    create_effect(move || log.push(format!("mixed {} {}", half.get(), other.get())));
    log.clear();
    assert_eq!(panic_of(|| id.set(5)), "5 is odd");
    other.set(2);
    other.set(3);
    assert_eq!(
        log.take(),
        ["half of 5"],
        "it could not get past the failure"
    );
    id.set(4);
    assert_eq!(
        log.take(),
        ["half of 4", "mixed 2 3"],
        "even if the old value comes back"
    );
    id.set(4);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r8_two_failed_dependencies_must_both_recover() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let x = computed(move || a.get() / (a.get() > 0).then_some(1).expect("x"));
    let y = computed(move || b.get() / (b.get() > 0).then_some(1).expect("y"));
    create_effect(move || log.push(format!("show {} {}", x.get(), y.get())));
    log.clear();
    let said = panic_of(|| {
        batch(|| {
            a.set(0);
            b.set(0);
        })
    });
    assert_eq!(said, "x");
    assert_eq!(log.take(), NOTHING);
    b.set(2);
    assert_eq!(log.take(), NOTHING);
    a.set(2);
    assert_eq!(log.take(), ["show 2 2"]);
}

#[test]
fn r8_a_dependency_that_stays_equal_is_no_reason_to_try_again() {
    let log = leak(Log::new());
    let id = signal(10);
    let tens = computed(move || id.get() / 10);
    let checked = computed(move || {
        log.push("checked");
        assert!(tens.get() != 0, "zero");
        tens.get()
    });
    create_effect(move || log.push(format!("show {}", checked.get())));
    log.clear();
    assert_eq!(panic_of(|| id.set(1)), "zero");
    log.clear();
    id.set(2);
    batch(|| id.set(3));
    assert_eq!(log.take(), NOTHING);
    id.set(11);
    assert_eq!(log.take(), ["checked", "show 1"]);
}

#[test]
fn r8_an_attempt_that_failed_half_way_leaves_the_value_from_before() {
    let log = leak(Log::new());
    let id = signal(4);
    let half = half(log, id);
    create_effect(move || log.push(format!("show {}", half.get())));
    log.clear();
    let failed = transaction(|| {
        id.set(5);
        Err::<(), _>(panic_of(|| half.get()))
    });
    assert_eq!(failed, Err("5 is odd".to_owned()));
    assert_eq!(half.get(), 2);
    assert_eq!(
        log.take(),
        ["half of 5", "half of 4"],
        "the body runs once more, and no effect"
    );
}

#[test]
fn r8_a_first_run_that_panics_inside_an_effect_is_the_outers_panic_too() {
    let log = leak(Log::new());
    let (a, b) = (signal(1), signal(1));
    let said = panic_of(|| {
        create_effect(move || {
            log.push(format!("outer {}", a.get()));
            create_effect(move || {
                log.push(format!("inner {}", b.get()));
                assert!(b.get() != 1, "inner");
            });
            log.push("outer ends");
        })
    });
    assert_eq!(said, "inner");
    b.set(2);
    a.set(2);
    assert_eq!(log.take(), ["outer 1", "inner 1"]);
}

#[test]
fn r8_the_first_panic_of_a_settle_goes_on_in_the_order_of_events() {
    let log = leak(Log::new());
    let a = signal(1);
    create_effect(move || assert!(a.get() != 2, "the first effect"));
    let fails = computed(move || assert!(a.get() != 2, "a computed value"));
    create_effect(move || {
        fails.get();
        log.push("ran");
    });
    assert_eq!(
        panic_of(|| a.set(2)),
        "a computed value",
        "phase A comes first"
    );
    assert_eq!(log.take(), ["ran"]);
}

/// Its comparison and its clone run the hook, if the hook is set for them.
struct Trying(u32, &'static Hook);

struct Hook(&'static str, Cell<Option<&'static dyn Fn()>>);

impl Hook {
    fn run(&self, place: &str) {
        if let (true, Some(hook)) = (place == self.0, self.1.get()) {
            self.1.set(None);
            hook();
        }
    }
}

impl PartialEq for Trying {
    fn eq(&self, other: &Self) -> bool {
        self.1.run("comparison");
        self.0 / 10 == other.0 / 10
    }
}

impl Clone for Trying {
    fn clone(&self) -> Self {
        self.1.run("clone");
        Trying(self.0, self.1)
    }
}

#[test]
fn an_effect_that_tries_a_value_on_its_way_reads_it_when_it_is_there() {
    // The value is another one in the end, or the old one.
    for (place, after, modulus) in [
        ("comparison", 2, 100),
        ("comparison", 12, 100),
        ("clone", 12, 10),
        ("clone", 12, 100),
    ] {
        let log = leak(Log::new());
        let hook = leak(Hook(place, Cell::new(None)));
        let s = signal(1);
        let below = computed(move || Trying(s.get(), hook));
        let value = computed(move || Trying(below.get().0 % modulus, hook));
        value.with(|_| ());
        s.set(after);
        hook.1.set(Some(leak(move || {
            create_effect(move || {
                let read = value.try_with(|it| it.0 / 10);
                log.push(read.map_or("no".to_owned(), |it| it.to_string()));
            });
        })));
        create_effect(move || value.with(|it| log.push(format!("read {}", it.0 / 10))));
        let tens = (after % modulus / 10).to_string();
        assert_eq!(
            log.take(),
            ["no", &format!("read {tens}"), &tens],
            "{place}"
        );
        assert_eq!(check_dynamic(), Ok(()));
    }
}

#[test]
fn a_body_that_panics_while_a_dependency_of_before_is_on_its_way_is_tried_again() {
    let (log, armed) = (leak(Log::new()), leak(Cell::new(false)));
    let hook = leak(Hook("comparison", Cell::new(None)));
    let (s, first) = (signal(1), signal(0));
    let below = computed(move || Trying(s.get(), hook));
    let value = computed(move || {
        first.get();
        assert!(!armed.get(), "armed");
        below.with(|it| it.0)
    });
    assert_eq!(value.get(), 1);
    s.set(12);
    first.set(1);
    hook.1.set(Some(leak(move || {
        armed.set(true);
        create_effect(move || {
            let read = value.try_get().map_or("no".to_owned(), |it| it.to_string());
            log.push(read);
            armed.set(false);
        });
    })));
    create_effect(move || below.with(|it| log.push(format!("below {}", it.0))));
    assert_eq!(log.take(), ["no", "below 12", "12"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_cause_that_changes_when_a_round_ends_is_told_to_a_reader_that_tries() {
    let log = leak(Log::new());
    let (s, broken) = (signal(0), signal(false));
    let below = computed(move || assert!(!broken.get(), "broken")).named("below");
    let value = computed(move || {
        s.get();
        below.get();
    })
    .named("value");
    create_effect(move || {
        if s.get() == 2 {
            s.set(4);
        }
    });
    create_effect(move || {
        let read = value.try_get();
        log.push(read.map_or_else(|error| error.to_string(), |()| "there".to_owned()));
    });
    broken.set(true);
    assert_eq!(check_dynamic(), Ok(()));
    s.set(2);
    assert!(value.try_get().is_err());
    assert_eq!(check_dynamic(), Ok(()));
    let told = "computed `value` panicked: it depends on computed `below`, which did: broken";
    assert_eq!(log.take().last().map(String::as_str), Some(told));
    broken.set(false);
    assert_eq!(log.take(), ["there"]);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn an_effect_that_tries_a_value_whose_old_one_is_being_dropped_reads_it_again() {
    struct Dropping(u32, &'static Hook);
    impl Drop for Dropping {
        fn drop(&mut self) {
            self.1.run("drop");
        }
    }
    let log = leak(Log::new());
    let hook = leak(Hook("drop", Cell::new(None)));
    let (s, other) = (signal(1), signal(0));
    let value = computed_with(
        move || {
            other.get();
            Dropping(s.get(), hook)
        },
        |old, new| old.0 == new.0,
    );
    value.with(|_| ());
    s.set(2);
    hook.1.set(Some(leak(move || {
        create_effect(move || {
            other.set(1); // outdates the value
            let read = value.try_with(|it| it.0.to_string());
            log.push(read.unwrap_or_else(|_| "no".to_owned()));
        });
    })));
    create_effect(move || value.with(|it| log.push(format!("read {}", it.0))));
    assert_eq!(log.take(), ["no", "read 2", "2"]);
    assert_eq!(check_dynamic(), Ok(()));
}
