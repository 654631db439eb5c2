//! Comparisons and drops are user code too, and may panic (R8).
//!
//! Invariants: after each panic the graph is shown to work: other nodes, batches, and the node itself.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panicking::{PanicOn, Panicking},
    panics::panic_of,
};

reactive! {
    struct Page {
        let log: Log;
        let trap: PanicOn;
        signal value: Panicking;
        signal twin: Panicking;
        signal source: u32 = 10;
        signal other: u32 = 1;
        computed eager: Panicking = trap.value(source / 10 + 100);
        computed lazy: Panicking = trap.value(source / 10 + 200);
        effect show { log.push(format!("show {value}")); }
        effect show_twin { log.push(format!("twin {twin}")); }
        effect show_eager { log.push(format!("eager {eager}")); }
        effect rest { log.push(format!("rest {other}")); }
    }
}

fn page() -> (Page, PanicOn, Log) {
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let page = Page::new(log.clone(), trap.clone(), trap.value(1), trap.value(1001));
    assert_eq!(page.lazy().number(), 201);
    log.clear();
    (page, trap, log)
}

/// Unrelated nodes run, a batch defers, and every node of the page still reacts.
fn works(page: &mut Page, log: &Log) {
    log.clear();
    let next = page.other() + 1;
    page.set_other(next);
    assert_eq!(log.take(), [format!("rest {next}")]);
    page.batch(|page| {
        page.set_other(next + 1);
        page.set_other(next + 2);
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), [format!("rest {}", next + 2)]);
    let trap = page.trap().clone();
    let (value, twin) = (page.value().number(), page.twin().number());
    page.set_value(trap.value(70));
    page.set_twin(trap.value(71));
    assert_eq!(
        log.take(),
        [
            format!("drop {value}"),
            "show 70".into(),
            format!("drop {twin}"),
            "twin 71".into()
        ]
    );
    page.set_source(720);
    assert_eq!((page.eager().number(), page.lazy().number()), (172, 272));
    assert!(log.take().contains(&"eager 172".to_owned()));
}

#[test]
fn b018_a_signal_whose_comparison_panics_in_set_keeps_its_value() {
    let (mut page, trap, log) = page();
    trap.next_comparison();
    assert_eq!(panic_of(|| page.set_value(trap.value(2))), "1 == 2");
    assert_eq!(page.value().number(), 1);
    assert_eq!(log.take(), ["drop 2"]);
    page.set_value(trap.value(3));
    assert_eq!(log.take(), ["drop 1", "show 3"]);
    works(&mut page, &log);
}

#[test]
fn b018_a_comparison_that_panics_in_a_batch_is_a_panic_of_the_closure() {
    let (mut page, trap, log) = page();
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_twin(trap.value(2));
            trap.next_comparison();
            page.set_value(trap.value(3));
            log.push("never here");
        });
    });
    assert_eq!(said, "1 == 3");
    let events = log.take();
    assert!(events.contains(&"twin 2".to_owned()), "{events:?}");
    assert!(
        !events.contains(&"show 3".to_owned()) && !events.contains(&"never here".to_owned()),
        "{events:?}"
    );
    assert_eq!(page.value().number(), 1);
    works(&mut page, &log);
}

#[test]
fn b018_a_comparison_that_panics_at_the_end_of_a_batch_has_not_found_the_values_equal() {
    let (mut page, trap, log) = page();
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_value(trap.value(2));
            page.set_value(trap.value(1));
            page.set_twin(trap.value(3));
            log.clear();
            trap.next_comparison();
        });
    });
    assert_eq!(said, "1 == 1");
    let events = log.take();
    assert_eq!(events[events.len() - 2..], ["show 1", "twin 3"]);
    assert_eq!((page.value().number(), page.twin().number()), (1, 3));
    works(&mut page, &log);
}

#[test]
fn b018_a_computed_value_whose_comparison_panics_is_failed_and_recovers() {
    let (mut page, trap, log) = page();
    trap.next_comparison();
    assert_eq!(panic_of(|| page.set_source(20)), "101 == 102");
    assert!(panic_of(|| page.eager().number()).contains("computed `eager` of `Page` panicked"));
    let events = log.take();
    assert!(
        !events.iter().any(|event| event.starts_with("eager")),
        "{events:?}"
    );
    assert!(
        !events.contains(&"drop 101".to_owned()),
        "the old value is still there: {events:?}"
    );
    page.set_source(11);
    assert_eq!(page.eager().number(), 101);
    assert!(
        log.take().contains(&"eager 101".to_owned()),
        "recovered, though to the old value"
    );
    works(&mut page, &log);
}

#[test]
fn b018_a_lazy_value_whose_comparison_panics_is_failed_and_recovers() {
    let (mut page, trap, log) = page();
    page.set_source(20);
    trap.next_comparison();
    assert_eq!(panic_of(|| page.lazy().number()), "201 == 202");
    assert!(panic_of(|| page.lazy().number()).contains("computed `lazy` of `Page` panicked"));
    page.set_other(5);
    assert!(panic_of(|| page.lazy().number()).contains("computed `lazy` of `Page` panicked"));
    page.set_source(11);
    assert_eq!(page.lazy().number(), 201);
    works(&mut page, &log);
}

#[test]
fn b018_a_value_read_half_way_whose_last_comparison_panics_counts_as_changed() {
    let (mut page, trap, log) = page();
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_source(20);
            assert_eq!(page.eager().number(), 102);
            page.set_source(11);
            assert_eq!(page.eager().number(), 101);
            log.clear();
            trap.next_comparison();
        });
    });
    // The trap springs at the first comparison of the end: of the signals, none is touchy.
    assert_eq!(said, "101 == 101");
    assert!(log.take().contains(&"eager 101".to_owned()));
    assert_eq!(page.eager().number(), 101);
    works(&mut page, &log);
}

#[test]
fn r8_an_old_signal_value_whose_drop_panics_is_replaced_all_the_same() {
    let (mut page, trap, log) = page();
    trap.drop_of(1);
    assert_eq!(panic_of(|| page.set_value(trap.value(2))), "drop of 1");
    assert_eq!(log.take(), ["drop 1", "show 2"]);
    assert_eq!(page.value().number(), 2);
    works(&mut page, &log);
}

#[test]
fn r8_an_equal_value_whose_drop_panics_changes_nothing() {
    let (mut page, trap, log) = page();
    trap.drop_of(1);
    assert_eq!(panic_of(|| page.set_value(trap.value(1))), "drop of 1");
    assert_eq!(log.take(), ["drop 1"]);
    works(&mut page, &log);
}

#[test]
fn r8_an_unread_signal_may_panic_in_drop_too() {
    reactive! {
        struct Alone {
            signal value: Panicking;
            computed lazy: u32 = value.number();
        }

        struct Unread {
            signal value: Panicking;
        }
    }
    let log = Log::new();
    let trap = PanicOn::new(&log);
    let mut alone = Alone::new(trap.value(1));
    assert_eq!(*alone.lazy(), 1);
    trap.drop_of(1);
    assert_eq!(panic_of(|| alone.set_value(trap.value(2))), "drop of 1");
    assert_eq!(*alone.lazy(), 2);
    let mut unread = Unread::new(trap.value(1));
    trap.drop_of(1);
    assert_eq!(panic_of(|| unread.set_value(trap.value(2))), "drop of 1");
    assert_eq!(unread.value().number(), 2);
}

#[test]
fn r8_drops_inside_a_batch_panic_like_its_closure_and_at_its_end_like_a_settle() {
    let (mut page, trap, log) = page();
    trap.drop_of(2);
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_twin(trap.value(1003));
            page.set_value(trap.value(2));
            page.set_value(trap.value(3));
        });
    });
    assert_eq!(said, "drop of 2");
    assert_eq!((page.value().number(), page.twin().number()), (3, 1003));
    let events = log.take();
    assert_eq!(events[events.len() - 2..], ["show 3", "twin 1003"]);

    trap.drop_of(3);
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_value(trap.value(4));
            page.set_twin(trap.value(1004));
            log.push("end");
        });
    });
    assert_eq!(said, "drop of 3");
    let events = log.take();
    assert_eq!(events[0], "end");
    assert_eq!(events[events.len() - 2..], ["show 4", "twin 1004"]);
    works(&mut page, &log);
}

#[test]
fn r8_a_batch_that_ends_as_it_began_drops_what_came_between() {
    let (mut page, trap, log) = page();
    trap.drop_of(1);
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_value(trap.value(2));
            page.set_value(trap.value(1));
            page.set_twin(trap.value(1002));
        });
    });
    assert_eq!(said, "drop of 1", "of the second 1: the first is put back");
    assert_eq!(page.value().number(), 1);
    let events = log.take();
    assert!(
        !events.contains(&"show 1".to_owned()) && events.contains(&"twin 1002".to_owned()),
        "{events:?}"
    );
    works(&mut page, &log);
}

#[test]
fn r8_a_rollback_restores_every_signal_although_drops_panic() {
    let (mut page, trap, log) = page();
    for number in [2, 1002] {
        trap.drop_of(number);
        let said = panic_of(|| {
            page.transaction(|page| {
                page.set_value(trap.value(2));
                page.update_twin(|twin| *twin = trap.value(1002));
                page.set_source(20);
                Err::<(), _>("no")
            })
        });
        assert_eq!(said, format!("drop of {number}"));
        assert_eq!(
            (page.value().number(), page.twin().number(), *page.source()),
            (1, 1001, 10)
        );
        let events = log.take();
        assert!(
            events.iter().all(|event| event.starts_with("drop")),
            "no effect runs: {events:?}"
        );
    }
    works(&mut page, &log);
}

#[test]
fn r8_the_panic_of_a_transaction_wins_over_that_of_its_rollback() {
    let (mut page, trap, log) = page();
    trap.drop_of(2);
    let said = panic_of(|| {
        page.transaction(|page| {
            page.set_value(trap.value(2));
            if page.value().number() == 2 {
                panic!("closure");
            }
            Ok::<_, ()>(())
        })
    });
    assert_eq!(said, "closure");
    assert_eq!(page.value().number(), 1);
    works(&mut page, &log);
}

#[test]
fn r8_a_nested_commit_drops_what_nothing_needs() {
    let (mut page, trap, log) = page();
    trap.drop_of(2);
    let said = panic_of(|| {
        page.transaction(|page| {
            page.set_value(trap.value(2));
            page.transaction(|page| {
                page.set_value(trap.value(3));
                Ok::<_, ()>(())
            })
        })
    });
    assert_eq!(said, "drop of 2");
    assert_eq!(page.value().number(), 1, "the outer transaction panicked");
    works(&mut page, &log);
}

#[test]
fn r8_an_old_computed_value_whose_drop_panics_is_replaced_all_the_same() {
    let (mut page, trap, log) = page();
    trap.drop_of(101);
    assert_eq!(panic_of(|| page.set_source(20)), "drop of 101");
    assert_eq!(page.eager().number(), 102);
    let events = log.take();
    assert_eq!(events.last().map(String::as_str), Some("eager 102"));
    works(&mut page, &log);
}

#[test]
fn r8_an_equal_computed_value_whose_drop_panics_is_no_change() {
    let (mut page, trap, log) = page();
    trap.drop_of(101);
    assert_eq!(panic_of(|| page.set_source(11)), "drop of 101");
    assert_eq!(page.eager().number(), 101);
    let events = log.take();
    assert!(
        !events.iter().any(|event| event.starts_with("eager")),
        "{events:?}"
    );
    works(&mut page, &log);
}

#[test]
fn r8_an_old_lazy_value_whose_drop_panics_costs_nothing_else() {
    let (mut page, trap, log) = page();
    page.set_source(20);
    assert_eq!(page.lazy().number(), 202);
    // The old lazy value is dropped by the write that outdates the new one, or before.
    trap.drop_of(202);
    let mut said = Vec::new();
    for source in [30, 40] {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            page.set_source(source);
            assert_eq!(page.lazy().number(), source / 10 + 200);
        }));
        said.extend(
            caught
                .err()
                .map(|payload| *payload.downcast::<String>().expect("a text")),
        );
    }
    assert_eq!(said, ["drop of 202"]);
    assert_eq!((page.eager().number(), page.lazy().number()), (104, 204));
    assert!(log.take().contains(&"eager 104".to_owned()));
    works(&mut page, &log);
}

#[test]
fn r8_values_computed_half_way_may_panic_in_drop() {
    let (mut page, trap, log) = page();
    for number in [102, 202] {
        trap.drop_of(number);
        let said = panic_of(|| {
            page.batch(|page| {
                page.set_source(20);
                assert_eq!((page.eager().number(), page.lazy().number()), (102, 202));
                page.set_source(10);
                page.set_twin(trap.value(number));
            });
        });
        assert_eq!(said, format!("drop of {number}"));
        assert_eq!((page.eager().number(), page.lazy().number()), (101, 201));
        let events = log.take();
        assert!(
            !events.iter().any(|event| event.starts_with("eager")),
            "{events:?}"
        );
        assert!(events.contains(&format!("twin {number}")), "{events:?}");
        page.set_twin(trap.value(5));
    }
    works(&mut page, &log);
}

#[test]
fn a_value_whose_comparison_and_drop_both_panic_does_not_end_the_process() {
    let (mut page, trap, log) = page();
    trap.next_comparison();
    trap.drop_of(2);
    assert_eq!(panic_of(|| page.set_value(trap.value(2))), "1 == 2");
    assert_eq!(log.take(), ["drop 2"]);
    assert_eq!(page.value().number(), 1);
    for numbers in [(3, 4), (5, 6)] {
        let said = panic_of(|| {
            page.transaction(|page| {
                page.set_value(trap.value(numbers.0));
                page.set_twin(trap.value(2));
                trap.next_comparison();
                trap.drop_of(numbers.1);
                page.set_value(trap.value(numbers.1));
                Ok::<_, ()>(())
            })
        });
        assert_eq!(said, format!("{} == {}", numbers.0, numbers.1));
        assert_eq!((page.value().number(), page.twin().number()), (1, 1001));
    }
    let said = panic_of(|| {
        page.batch(|page| {
            trap.next_comparison();
            trap.drop_of(8);
            page.set_value(trap.value(8));
        });
    });
    assert_eq!(said, "1 == 8");
    works(&mut page, &log);
}

#[test]
fn a_computed_value_whose_comparison_and_drop_both_panic_does_not_end_the_process() {
    let (mut page, trap, log) = page();
    trap.next_comparison();
    trap.drop_of(102);
    assert_eq!(panic_of(|| page.set_source(20)), "101 == 102");
    assert!(panic_of(|| page.eager().number()).ends_with("panicked: 101 == 102"));
    page.set_source(30);
    assert_eq!((page.eager().number(), page.lazy().number()), (103, 203));
    trap.next_comparison();
    trap.drop_of(104);
    assert_eq!(panic_of(|| page.set_source(40)), "103 == 104");
    trap.next_comparison();
    trap.drop_of(204);
    assert_eq!(panic_of(|| page.lazy().number()), "203 == 204");
    assert!(panic_of(|| page.lazy().number()).ends_with("panicked: 203 == 204"));
    let said = panic_of(|| {
        page.batch(|page| {
            page.set_source(50);
            trap.next_comparison();
            trap.drop_of(205);
            assert_eq!(panic_of(|| page.lazy().number()), "203 == 205");
            trap.next_comparison();
            trap.drop_of(105);
            page.eager().number()
        })
    });
    assert_eq!(said, "103 == 105");
    page.set_source(10);
    assert_eq!((page.eager().number(), page.lazy().number()), (101, 201));
    works(&mut page, &log);
}
