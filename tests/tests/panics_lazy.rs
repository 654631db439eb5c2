//! Panics of lazy bodies: what the read that runs one gives, and what later ones do (R8).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::{panic_of, payload_of};

reactive! {
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
        computed beside: u64 = { log.push("beside"); other + 1 };
        computed join: u64 = { log.push("join"); quarter + beside };
        effect rest { log.push(format!("rest {other}")); }
    }
}

fn page() -> (Page, Log) {
    let log = Log::new();
    let page = Page::new(log.clone());
    log.clear();
    (page, log)
}

fn names(said: &str, node: &str) {
    assert!(
        said.contains(&format!("computed `{node}` of `Page` panicked")),
        "{said}"
    );
}

#[test]
fn b127_the_read_that_runs_a_body_gets_its_own_panic() {
    #[derive(Debug, PartialEq)]
    struct Ticket(u64);
    reactive! {
        struct Page {
            signal id: u64 = 1;
            computed lazy: u64 = std::panic::panic_any(Ticket(*id));
        }
    }
    let page = Page::new();
    let payload = payload_of(|| *page.lazy());
    assert_eq!(payload.downcast_ref(), Some(&Ticket(1)));
    names(&panic_of(|| *page.lazy()), "lazy");
}

#[test]
fn b129_later_reads_panic_with_the_name_and_run_nothing() {
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(log.take(), NOTHING, "writing runs no lazy body");
    assert_eq!(panic_of(|| *page.half()), "5 is odd");
    assert_eq!(log.take(), ["half of 5"]);
    names(&panic_of(|| *page.half()), "half");
    names(&panic_of(|| *page.quarter()), "quarter");
    names(&panic_of(|| *page.join()), "join");
    let events = log.take();
    assert!(
        !events.iter().any(|event| event.starts_with("half")),
        "{events:?}"
    );
    assert!(!events.contains(&"quarter".to_owned()), "{events:?}");
    assert!(!events.contains(&"join".to_owned()), "{events:?}");
}

#[test]
fn b130_a_read_far_below_gets_the_panic_of_the_body_it_ran() {
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(panic_of(|| *page.join()), "5 is odd");
    names(&panic_of(|| *page.join()), "join");
    names(&panic_of(|| *page.quarter()), "quarter");
    names(&panic_of(|| *page.half()), "half");
    log.clear();
    assert_eq!(*page.beside(), 2);
    page.set_other(2);
    assert_eq!(*page.beside(), 3);
}

#[test]
fn b128_a_failed_lazy_value_recovers_with_its_dependencies() {
    let (mut page, log) = page();
    assert_eq!(*page.join(), 3);
    page.set_id(5);
    assert_eq!(panic_of(|| *page.join()), "5 is odd");
    page.set_id(7);
    assert_eq!(panic_of(|| *page.join()), "7 is odd");
    page.set_id(12);
    log.clear();
    assert_eq!((*page.join(), *page.quarter(), *page.half()), (5, 3, 6));
    assert_eq!(log.take(), ["half of 12", "quarter", "join"]);
}

#[test]
fn b128_a_lazy_value_that_recovers_to_the_old_value_lets_its_readers_recover() {
    let (mut page, log) = page();
    assert_eq!(*page.join(), 3);
    page.set_id(5);
    assert_eq!(panic_of(|| *page.join()), "5 is odd");
    page.set_id(4);
    log.clear();
    assert_eq!((*page.join(), *page.quarter(), *page.half()), (3, 1, 2));
    page.set_other(2);
    assert_eq!(*page.join(), 4);
}

#[test]
fn r8_a_change_elsewhere_is_no_reason_to_try_again() {
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(panic_of(|| *page.half()), "5 is odd");
    page.set_other(2);
    log.clear();
    names(&panic_of(|| *page.half()), "half");
    names(&panic_of(|| *page.join()), "join");
    let events = log.take();
    assert!(
        !events.iter().any(|event| event.starts_with("half")),
        "{events:?}"
    );
}

#[test]
fn r8_a_lazy_dependency_that_stays_equal_is_no_reason_to_try_again() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed lazy: u64 = { log.push("lazy"); assert!(*tens != 0, "own message"); *tens };
            computed above: u64 = { log.push("above"); lazy + 1 };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(panic_of(|| *page.above()), "own message");
    log.clear();
    page.set_id(2);
    names(&panic_of(|| *page.above()), "above");
    names(&panic_of(|| *page.lazy()), "lazy");
    assert_eq!(log.take(), ["tens"]);
    page.set_id(10);
    assert_eq!(*page.above(), 2);
    assert_eq!(log.take(), ["tens", "lazy", "above"]);
}

#[test]
fn r8_a_failed_lazy_value_costs_no_settle() {
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(panic_of(|| *page.join()), "5 is odd");
    log.clear();
    page.set_other(2);
    page.batch(|page| page.set_other(3));
    page.set_id(7);
    assert_eq!(log.take(), ["rest 2", "rest 3"]);
}

#[test]
fn r8_a_lazy_value_over_a_failed_eager_one_is_failed() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 4;
            computed half: u64 = { assert!(id % 2 == 0, "odd"); id / 2 };
            computed text: String = { log.push("text"); half.to_string() };
            computed longer: String = { log.push("longer"); format!("{text}!") };
            effect show { log.push(format!("show {half}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.longer(), "2!");
    log.clear();
    assert_eq!(panic_of(|| page.set_id(5)), "odd");
    names(&panic_of(|| page.longer().clone()), "longer");
    names(&panic_of(|| page.text().clone()), "text");
    assert_eq!(log.take(), NOTHING);
    page.set_id(4);
    assert_eq!(page.longer(), "2!");
    page.set_id(6);
    assert_eq!(page.longer(), "3!");
    let events = log.take();
    assert_eq!(events[events.len() - 3..], ["show 3", "text", "longer"]);
}

#[test]
fn r8_a_lazy_failure_half_way_is_forgotten_where_the_batch_ends_as_it_began() {
    let (mut page, log) = page();
    assert_eq!(*page.join(), 3);
    page.batch(|page| {
        page.set_id(5);
        assert_eq!(panic_of(|| *page.join()), "5 is odd");
        names(&panic_of(|| *page.join()), "join");
        page.set_id(4);
    });
    log.clear();
    assert_eq!((*page.join(), *page.quarter(), *page.half()), (3, 1, 2));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r8_a_lazy_failure_survives_a_batch_that_ends_as_it_began() {
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(panic_of(|| *page.join()), "5 is odd");
    page.batch(|page| {
        page.set_id(8);
        assert_eq!(*page.quarter(), 2);
        page.set_id(5);
    });
    log.clear();
    names(&panic_of(|| *page.join()), "join");
    names(&panic_of(|| *page.half()), "half");
    let events = log.take();
    assert!(
        !events.iter().any(|event| event.starts_with("half")),
        "{events:?}"
    );
    page.set_id(8);
    assert_eq!(*page.join(), 4);
}

#[test]
fn r8_every_lazy_body_that_can_run_does() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 0;
            signal b: u64 = 0;
            computed x: u64 = { log.push("x"); assert!(*a > 0, "x"); *a };
            computed y: u64 = { log.push("y"); assert!(*b > 0, "y"); *b };
            computed z: u64 = { log.push("z"); a + b };
            computed join: u64 = { log.push("join"); x + y + z };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let said = panic_of(|| *page.join());
    assert!(said == "x" || said == "y", "{said}");
    log.clear();
    page.set_a(1);
    let _ = panic_of(|| *page.join());
    page.set_b(1);
    assert_eq!(*page.join(), 4);
    assert_eq!((*page.x(), *page.y(), *page.z()), (1, 1, 2));
}

#[test]
fn a_lazy_value_of_a_graph_that_holds_itself_names_both_places() {
    type Itself = std::sync::Arc<std::sync::OnceLock<Ring>>;
    reactive! {
        struct Ring {
            let itself: Itself;
            computed lazy: u64 = itself.get().map_or(0, |ring| *ring.lazy());
        }
    }
    let itself = Itself::default();
    assert!(itself.set(Ring::new(itself.clone())).is_ok());
    let ring = itself.get().expect("it was set");
    let said = panic_of(|| *ring.lazy());
    let start = "computed `lazy` of `Ring` is being computed since ";
    assert!(said.starts_with(start), "{said}");
    assert!(said.contains(", and is read at "), "{said}");
}
