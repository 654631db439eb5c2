//! Joins: bodies with several ways to one source (R4), and the dependencies of a body.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};

#[test]
fn b044_a_join_runs_once_and_sees_both_sides_new() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            computed b: u64 = { log.push("b"); a + 1 };
            computed c: u64 = { log.push("c"); a * 10 };
            computed d: u64 = { log.push(format!("d {b} {c}")); b + c };
            effect show { log.push(format!("show {d}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(2);
    assert_eq!(log.take(), ["b", "c", "d 3 20", "show 23"]);
}

#[test]
fn b044_a_lazy_join_runs_once_and_sees_both_sides_new() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            computed b: u64 = { log.push("b"); a + 1 };
            computed c: u64 = { log.push("c"); a * 10 };
            computed d: u64 = { log.push(format!("d {b} {c}")); b + c };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.d(), 12);
    log.clear();
    page.set_a(2);
    assert_eq!(*page.d(), 23);
    assert_eq!(log.take(), ["b", "c", "d 3 20"]);
}

#[test]
fn b045_the_tail_of_a_diamond_runs_once() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            computed b: u64 = a + 1;
            computed c: u64 = a * 10;
            computed d: u64 = b + c;
            computed tail: u64 = { log.push("tail"); d + 1 };
            effect show { log.push(format!("show {tail} {a}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(2);
    assert_eq!(log.take(), ["tail", "show 24 2"]);
}

#[test]
fn b046_jagged_diamonds_settle_in_topological_order() {
    reactive! {
        struct Page {
            let log: Log;
            effect show { log.push(format!("show {join}")); }
            computed join: u64 = { log.push(format!("join {short} {long3} {a}")); short + long3 + a };
            computed long3: u64 = { log.push("long3"); long2 + short };
            computed long2: u64 = { log.push("long2"); long1 + 1 };
            computed long1: u64 = { log.push("long1"); a + 1 };
            computed short: u64 = { log.push("short"); a * 10 };
            signal a: u64 = 1;
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(2);
    let events = log.take();
    assert_eq!(events.len(), 6, "each node runs once: {events:?}");
    let place = |name: &str| {
        events
            .iter()
            .position(|event| event.starts_with(name))
            .expect("it ran")
    };
    assert!(place("long1") < place("long2"));
    assert!(place("long2") < place("long3"));
    assert!(place("short") < place("long3"));
    assert_eq!(events[4..], ["join 20 24 2", "show 46"]);
}

#[test]
fn b047_one_changed_dependency_is_enough() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 2;
            computed same: u64 = { log.push("same"); a / 100 };
            computed other: u64 = { log.push("other"); a * 2 };
            computed join: u64 = { log.push("join"); same + other };
            effect show { log.push(format!("show {join} {same}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(3);
    assert_eq!(log.take(), ["same", "other", "join", "show 6 0"]);
}

#[test]
fn b048_unchanged_dependencies_run_no_body() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 2;
            computed hundreds: u64 = { log.push("hundreds"); a / 100 };
            computed big: bool = { log.push("big"); *a > 100 };
            computed join: String = { log.push("join"); format!("{hundreds} {big}") };
            effect show { log.push(format!("show {join}")); }
            effect each { log.push(format!("each {hundreds} {big}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(3);
    assert_eq!(log.take(), ["hundreds", "big"]);
}

#[test]
fn b049_ladders_of_diamonds_run_each_node_once() {
    reactive! {
        struct Ladder {
            let log: Log;
            signal a0: u64 = 1;
            computed a1: u64 = { log.push("a1"); a0 + 1 };
            computed b1: u64 = { log.push("b1"); a0 + 2 };
            computed a2: u64 = { log.push("a2"); a1 + b1 };
            computed b2: u64 = { log.push("b2"); a1 * b1 };
            computed a3: u64 = { log.push("a3"); a2 + b2 };
            computed b3: u64 = { log.push("b3"); a2 * b2 };
            computed a4: u64 = { log.push("a4"); a3 + b3 };
            computed b4: u64 = { log.push("b4"); a3 * b3 };
            computed all: u64 = { log.push("all"); a1 + b1 + a2 + b2 + a3 + b3 + a4 + b4 };
            effect show { log.push(format!("show {all}")); }
        }
    }
    let log = Log::new();
    let mut ladder = Ladder::new(log.clone());
    log.clear();
    ladder.set_a0(2);
    let mut events = log.take();
    assert_eq!(
        events.split_off(8),
        ["all", &format!("show {}", ladder.all())]
    );
    events.sort();
    assert_eq!(events, ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"]);
}

#[test]
fn b050_no_body_sees_a_mix_of_old_and_new() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            signal b: u64 = 1;
            computed twice: u64 = a * 2;
            computed pair: (u64, u64) = (*a, *twice);
            effect direct { assert_eq!(a * 2, *twice); log.push(format!("direct {a} {twice}")); }
            effect paired { assert_eq!(pair.0 * 2, pair.1); log.push(format!("paired {} {b}", pair.0)); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    for a in 2..6 {
        page.set_a(a);
        assert_eq!(
            log.take(),
            [
                format!("direct {a} {}", a * 2),
                format!("paired {a} {}", a - 1)
            ]
        );
        page.set_b(a);
        assert_eq!(log.take(), [format!("paired {a} {a}")]);
    }
    page.batch(|page| {
        page.set_a(10);
        page.set_b(20);
    });
    assert_eq!(log.take(), ["direct 10 20", "paired 10 20"]);
}

#[test]
fn b039_the_side_a_branch_turns_to_is_seen() {
    reactive! {
        struct Page {
            let log: Log;
            signal left: bool = true;
            signal a: u64 = 1;
            signal b: u64 = 2;
            computed shown: u64 = if *left { *a } else { *b };
            effect show { log.push(format!("show {shown}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_left(false);
    page.set_b(3);
    assert_eq!(log.take(), ["show 1", "show 2", "show 3"]);
}

#[test]
fn b040_the_side_that_a_branch_turns_to_is_current_before_it_is_read() {
    reactive! {
        struct Page {
            let log: Log;
            signal left: bool = true;
            signal a: u64 = 1;
            computed twice: u64 = { log.push("twice"); a * 2 };
            computed shown: u64 = { log.push("shown"); if *left { 0 } else { *twice } };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.shown(), 0);
    page.batch(|page| {
        page.set_left(false);
        page.set_a(5);
    });
    assert_eq!(*page.shown(), 10);
    assert_eq!(log.take(), ["twice", "shown", "twice", "shown"]);
}

#[test]
fn b043_a_body_reruns_for_all_its_mentions_in_a_taken_branch_or_not() {
    reactive! {
        struct Page {
            let log: Log;
            signal left: bool = true;
            signal a: u64 = 1;
            signal b: u64 = 2;
            computed shown: u64 = { log.push("shown"); if *left { *a } else { *b } };
            effect show { log.push(format!("show {}", if *left { shown } else { b })); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_b(3);
    assert_eq!(log.take(), ["shown", "show 1"]);
    page.batch(|_| ());
    assert_eq!(log.take(), NOTHING);
}
