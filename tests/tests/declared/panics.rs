//! A panic of a body costs one node (R8): the nodes that run all the same, the error of a read, the recovery.
//!
//! Invariants: one behaviour a test, told by the log in the order of events; after each panic the rest
//! of the graph is shown to work.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::{panic_of, payload_of};

reactive! {
    /// `half` panics at an odd `id`; `quarter` and the effects `show`, `mixed` hang on it.
    struct Page {
        let log: Log;
        signal id: u64 = 4;
        signal other: u64 = 1;
        computed half: u64 = {
            log.push(format!("half of {id}"));
            assert!(id % 2 == 0, "{id} is odd");
            id / 2
        };
        computed quarter: u64 = { log.push("quarter"); half / 2 };
        computed beside: u64 = { log.push("beside"); id + 1 };
        effect show { log.push(format!("show {quarter}")); }
        effect mixed { log.push(format!("mixed {half} {other}")); }
        effect aside { log.push(format!("aside {beside}")); }
        effect rest { log.push(format!("rest {other}")); }
    }
}

fn page() -> (Page, Log) {
    let log = Log::new();
    let page = Page::new(log.clone());
    log.clear();
    (page, log)
}

#[test]
fn b131_everything_that_is_not_downstream_of_a_panic_runs() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    let mut events = log.take();
    assert_eq!(events.pop().as_deref(), Some("aside 6"));
    events.sort();
    assert_eq!(events, ["beside", "half of 5"]);
    assert_eq!(
        (*page.id(), *page.beside()),
        (5, 6),
        "what was written stays"
    );
}

#[test]
fn b127_reading_a_failed_value_panics_and_names_it() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    log.clear();
    for _ in 0..2 {
        let said = panic_of(|| *page.half());
        assert!(
            said.contains("computed `half` of `Page` panicked"),
            "{said}"
        );
    }
    assert_eq!(
        log.take(),
        NOTHING,
        "b129: the failure is kept, the body does not run again"
    );
}

#[test]
fn b130_dependents_of_a_failed_value_are_failed_and_recover() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    let said = panic_of(|| *page.quarter());
    assert!(
        said.contains("computed `quarter` of `Page` panicked"),
        "{said}"
    );
    log.clear();
    page.set_id(12);
    assert_eq!((*page.half(), *page.quarter()), (6, 3));
    let mut events = log.take();
    assert_eq!(events.split_off(3), ["show 3", "mixed 6 1", "aside 13"]);
    events.sort();
    assert_eq!(events, ["beside", "half of 12", "quarter"]);
}

#[test]
fn a_read_of_a_failed_value_tells_the_text_of_its_panic() {
    let (mut page, log) = page();
    for id in [5, 7] {
        assert_eq!(panic_of(|| page.set_id(id)), format!("{id} is odd"));
        page.set_other(id);
        log.clear();
        for _ in 0..2 {
            let half = format!("computed `half` of `Page` panicked: {id} is odd");
            assert_eq!(panic_of(|| *page.half()), half);
            assert_eq!(
                panic_of(|| *page.quarter()),
                format!(
                    "computed `quarter` of `Page` panicked: it depends on computed `half`, which did: {id} is odd"
                )
            );
        }
        assert_eq!(log.take(), NOTHING);
    }
    page.set_id(4);
    assert_eq!((*page.half(), *page.quarter()), (2, 1));
}

#[test]
fn a_failed_value_tells_a_text_of_any_kind_and_none_where_there_is_none() {
    reactive! {
        struct Kinds {
            signal kind: u64 = 9;
            computed eager: u64 = match kind {
                0 => panic!("a literal"),
                1 => panic!("{kind} with a value"),
                2 => std::panic::panic_any(*kind),
                other => *other,
            };
            effect show { _ = eager; }
        }
    }
    let mut kinds = Kinds::new();
    for (kind, told) in [
        (0, ": a literal"),
        (1, ": 1 with a value"),
        (2, ""),
        (0, ": a literal"),
    ] {
        drop(payload_of(|| kinds.set_kind(kind)));
        let said = panic_of(|| *kinds.eager());
        assert_eq!(said, format!("computed `eager` of `Kinds` panicked{told}"));
    }
    kinds.set_kind(3);
    assert_eq!(*kinds.eager(), 3);
}

#[test]
fn a_failed_value_blocked_by_another_failure_tells_the_text_of_that_one() {
    reactive! {
        struct Two {
            signal a: u64 = 1;
            signal b: u64 = 1;
            computed x: u64 = { assert!(*a > 0, "a is 0"); *a };
            computed y: u64 = { assert!(*b > 0, "b is 0"); x + b };
            effect show { _ = y; }
        }
    }
    let mut two = Two::new();
    let own = "computed `y` of `Two` panicked: b is 0";
    assert_eq!(panic_of(|| two.set_b(0)), "b is 0");
    assert_eq!(panic_of(|| *two.y()), own);
    assert_eq!(panic_of(|| two.set_a(0)), "a is 0");
    assert_eq!(
        panic_of(|| *two.y()),
        "computed `y` of `Two` panicked: it depends on computed `x`, which did: a is 0"
    );
    assert_eq!(panic_of(|| two.set_a(1)), "b is 0", "it is tried again");
    assert_eq!(panic_of(|| *two.y()), own);
    two.set_b(2);
    assert_eq!(*two.y(), 3);
}

#[test]
fn reads_half_way_tell_the_text_of_half_way_and_reads_after_the_batch_that_of_before() {
    let told = |text: &str| format!("computed `half` of `Page` panicked: {text}");
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    page.batch(|page| {
        page.set_id(7);
        assert_eq!(panic_of(|| *page.half()), "7 is odd");
        assert_eq!(panic_of(|| *page.half()), told("7 is odd"));
        page.set_id(8);
        assert_eq!(*page.half(), 4);
        page.set_id(5);
    });
    assert_eq!(
        panic_of(|| *page.half()),
        told("5 is odd"),
        "the batch ended as it began"
    );
    page.transaction(|page| {
        page.set_id(7);
        assert_eq!(panic_of(|| *page.half()), "7 is odd");
        Err::<(), _>("no")
    })
    .unwrap_err();
    assert_eq!(panic_of(|| *page.half()), told("5 is odd"));
    page.batch(|page| {
        page.set_id(9);
        assert_eq!(panic_of(|| *page.half()), "9 is odd");
    });
    log.clear();
    assert_eq!(
        panic_of(|| *page.half()),
        told("9 is odd"),
        "the failure half-way holds"
    );
    assert_eq!(log.take(), NOTHING);
    page.set_id(8);
    assert_eq!(*page.half(), 4);
}

#[test]
fn b128_a_failed_value_is_tried_again_when_a_dependency_changes() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    log.clear();
    page.set_other(2);
    assert_eq!(
        log.take(),
        ["rest 2"],
        "nothing that half depends on has changed"
    );
    assert_eq!(panic_of(|| page.set_id(7)), "7 is odd");
    assert!(panic_of(|| *page.half()).contains("computed `half` of `Page` panicked"));
    log.clear();
    page.set_id(8);
    assert_eq!((*page.half(), *page.quarter()), (4, 2));
}

#[test]
fn r8_a_dependency_that_stays_equal_is_no_reason_to_try_again() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 10;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed checked: u64 = { log.push("checked"); assert!(*tens != 0, "zero"); *tens };
            effect show { log.push(format!("show {checked}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(panic_of(|| page.set_id(1)), "zero");
    log.clear();
    page.set_id(2);
    page.batch(|page| page.set_id(3));
    assert_eq!(log.take(), ["tens", "tens"]);
    page.set_id(11);
    assert_eq!(log.take(), ["tens", "checked", "show 1"]);
}

#[test]
fn r8_a_body_that_a_failure_kept_from_running_runs_even_if_the_old_value_comes_back() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    log.clear();
    page.set_id(4);
    assert_eq!((*page.half(), *page.quarter()), (2, 1));
    let mut events = log.take();
    assert_eq!(events.split_off(3), ["show 1", "mixed 2 1", "aside 5"]);
    events.sort();
    assert_eq!(events, ["beside", "half of 4", "quarter"]);
    page.set_id(4);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r8_an_effect_that_a_failure_blocks_stays_due() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    log.clear();
    page.set_other(2);
    page.set_other(3);
    assert_eq!(log.take(), ["rest 2", "rest 3"]);
    page.set_id(6);
    let events = log.take();
    assert!(events.contains(&"mixed 3 3".to_owned()), "{events:?}");
    assert_eq!(
        events
            .iter()
            .filter(|event| event.starts_with("mixed"))
            .count(),
        1
    );
}

#[test]
fn r8_two_failed_dependencies_must_both_recover() {
    reactive! {
        struct Two {
            let log: Log;
            signal a: u64 = 1;
            signal b: u64 = 1;
            computed x: u64 = { assert!(*a > 0, "x"); *a };
            computed y: u64 = { assert!(*b > 0, "y"); *b };
            computed sum: u64 = { log.push("sum"); x + y };
            effect show { log.push(format!("show {sum}")); }
        }
    }
    let log = Log::new();
    let mut two = Two::new(log.clone());
    log.clear();
    let said = panic_of(|| {
        two.batch(|two| {
            two.set_b(0);
            two.set_a(0);
        });
    });
    assert_eq!(said, "x", "the first in the order of settling");
    two.set_a(1);
    assert_eq!(log.take(), NOTHING);
    assert!(panic_of(|| *two.sum()).contains("computed `sum` of `Two` panicked"));
    assert_eq!(*two.x(), 1);
    two.set_b(1);
    assert_eq!(log.take(), ["sum", "show 2"]);
}

#[test]
fn b133_a_failed_settle_leaves_no_stale_work() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    log.clear();
    page.set_other(2);
    page.batch(|_| ());
    assert_eq!(log.take(), ["rest 2"]);
    page.set_id(6);
    log.clear();
    page.set_other(3);
    assert_eq!(log.take(), ["mixed 3 3", "rest 3"]);
}

#[test]
fn b093_an_effect_that_panics_keeps_no_other_from_running() {
    reactive! {
        struct Effects {
            let log: Log;
            signal id: u64 = 1;
            signal other: u64 = 1;
            effect first { log.push(format!("first {id}")); }
            effect second { log.push("second"); assert!(*id < 2, "second at {id}"); }
            effect third { log.push("third"); assert!(*id < 2, "third at {id}"); }
            effect fourth { log.push(format!("fourth {id} {other}")); }
        }
    }
    let log = Log::new();
    let mut effects = Effects::new(log.clone());
    log.clear();
    assert_eq!(panic_of(|| effects.set_id(2)), "second at 2");
    assert_eq!(log.take(), ["first 2", "second", "third", "fourth 2 1"]);
    // An effect that panicked has had its run.
    effects.set_other(2);
    assert_eq!(log.take(), ["fourth 2 2"]);
    assert_eq!(panic_of(|| effects.set_id(3)), "second at 3");
    log.clear();
    effects.set_id(1);
    assert_eq!(log.take(), ["first 1", "second", "third", "fourth 1 2"]);
}

#[test]
fn r8_the_first_panic_of_any_kind_of_node_goes_on() {
    reactive! {
        struct Mixed {
            let log: Log;
            effect early { log.push("early"); assert!(*id != 2, "effect"); }
            signal id: u64 = 1;
            computed late: u64 = { assert!(*id != 2, "computed"); *id };
            effect show { log.push(format!("show {late}")); }
        }
    }
    let log = Log::new();
    let mut mixed = Mixed::new(log.clone());
    log.clear();
    assert_eq!(panic_of(|| mixed.set_id(2)), "computed");
    assert_eq!(log.take(), ["early"]);
    mixed.set_id(3);
    assert_eq!(log.take(), ["early", "show 3"]);
}

#[test]
fn b135_the_panic_goes_on_as_it_was_and_once() {
    #[derive(Debug, PartialEq)]
    struct Ticket(u64);
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed checked: u64 = { if *id == 2 { std::panic::panic_any(Ticket(*id)); } *id };
            effect show { log.push(format!("show {checked}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let payload = payload_of(|| page.set_id(2));
    assert_eq!(payload.downcast_ref(), Some(&Ticket(2)));
    page.batch(|_| ());
    page.set_id(2);
    assert_eq!(log.take(), ["show 1"]);
}

fn set_in_transaction(page: &mut Page, id: u64) -> Result<(), ()> {
    page.transaction(|page| {
        page.set_id(id);
        Ok(())
    })
}

#[test]
fn b136_after_a_panic_a_batch_still_defers_and_a_write_still_settles() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.batch(|page| page.set_id(5))), "5 is odd");
    assert_eq!(panic_of(|| set_in_transaction(&mut page, 7)), "7 is odd");
    assert_eq!(panic_of(|| page.update_id(|id| *id = 9)), "9 is odd");
    log.clear();
    page.set_other(2);
    assert_eq!(log.take(), ["rest 2"]);
    page.batch(|page| {
        page.set_other(3);
        page.set_other(4);
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), ["rest 4"]);
    page.set_id(4);
    log.clear();
    page.set_other(5);
    assert_eq!(log.take(), ["mixed 2 5", "rest 5"]);
}

#[test]
fn b137_a_value_is_replaced_only_when_its_body_has_returned() {
    use std::sync::{Arc, Weak};
    reactive! {
        struct Page {
            signal id: u64 = 4;
            computed eager: Arc<u64> = { assert!(id % 2 == 0, "odd"); Arc::new(id / 2) };
            computed lazy: Arc<u64> = { assert!(id % 2 == 0, "odd"); Arc::new(id / 2) };
            effect show { let _ = eager; }
        }
    }
    let mut page = Page::new();
    let (eager, lazy): (Weak<u64>, Weak<u64>) =
        (Arc::downgrade(page.eager()), Arc::downgrade(page.lazy()));
    assert_eq!(panic_of(|| page.set_id(5)), "odd");
    assert_eq!(panic_of(|| page.lazy().clone()), "odd");
    assert!(
        eager.upgrade().is_some(),
        "the old value is still there, though nobody may read it"
    );
    assert!(lazy.upgrade().is_some());
    page.set_id(6);
    assert_eq!((**page.eager(), **page.lazy()), (3, 3));
    page.set_id(8);
    assert_eq!((**page.eager(), **page.lazy()), (4, 4));
    assert!(eager.upgrade().is_none());
    assert!(lazy.upgrade().is_none());
}

#[test]
fn r8_a_read_in_a_batch_that_panics_leaves_the_batch_open() {
    let (mut page, log) = page();
    page.batch(|page| {
        page.set_id(5);
        assert_eq!(panic_of(|| *page.half()), "5 is odd");
        assert!(panic_of(|| *page.half()).contains("computed `half` of `Page` panicked"));
        assert!(panic_of(|| *page.quarter()).contains("computed `quarter` of `Page` panicked"));
        assert_eq!(*page.beside(), 6);
        page.set_id(12);
        assert_eq!(*page.quarter(), 3);
        log.clear();
    });
    assert_eq!(log.take(), ["beside", "show 3", "mixed 6 1", "aside 13"]);
}

#[test]
fn r8_a_failure_half_way_is_forgotten_where_the_batch_ends_as_it_began() {
    let (mut page, log) = page();
    page.batch(|page| {
        page.set_id(5);
        assert_eq!(panic_of(|| *page.quarter()), "5 is odd");
        page.set_id(4);
        log.clear();
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!((*page.half(), *page.quarter()), (2, 1));
    let failed: Result<(), ()> = page.transaction(|page| {
        page.set_id(5);
        assert_eq!(panic_of(|| *page.quarter()), "5 is odd");
        Err(())
    });
    assert_eq!(failed, Err(()));
    log.clear();
    assert_eq!((*page.half(), *page.quarter()), (2, 1));
    page.set_other(2);
    assert_eq!(log.take(), ["mixed 2 2", "rest 2"]);
}

#[test]
fn r8_a_failure_survives_a_batch_that_ends_as_it_began() {
    let (mut page, log) = page();
    assert_eq!(panic_of(|| page.set_id(5)), "5 is odd");
    page.batch(|page| {
        page.set_id(8);
        assert_eq!((*page.half(), *page.quarter()), (4, 2));
        page.set_id(5);
        log.clear();
    });
    assert_eq!(
        log.take(),
        ["half of 5"],
        "a body that was read inside the batch runs once more, and nothing that depends on it"
    );
    assert!(panic_of(|| *page.half()).contains("computed `half` of `Page` panicked: 5 is odd"));
    assert!(panic_of(|| *page.quarter()).contains("computed `quarter` of `Page` panicked"));
    assert_eq!(log.take(), NOTHING);
    page.set_id(4);
    assert_eq!((*page.half(), *page.quarter()), (2, 1));
    let events = log.take();
    assert_eq!(
        events[events.len() - 3..],
        ["show 1", "mixed 2 1", "aside 5"]
    );
}

#[test]
fn b092_a_panic_of_the_closure_wins_and_the_failure_stays() {
    let (mut page, log) = page();
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_id(5);
            if *page.other() == 1 {
                panic!("closure");
            }
        });
    });
    assert_eq!(said, "closure");
    assert!(panic_of(|| *page.half()).contains("computed `half` of `Page` panicked"));
    log.clear();
    page.set_id(6);
    assert_eq!(*page.half(), 3);
}
