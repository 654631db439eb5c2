//! Panics of lazy bodies: the read that runs such a body, and later reads (R8).
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
    assert_eq!(panic_of(|| *page.join()), "5 is odd");
    names(&panic_of(|| *page.join()), "join");
    names(&panic_of(|| *page.half()), "half");
    let mut events = log.take();
    events.retain(|event| !event.starts_with("beside"));
    assert_eq!(
        events,
        ["half of 5"],
        "a body that was read inside the batch runs once more, and nothing that depends on it"
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
    let later = format!("computed `lazy` of `Ring` panicked: {said}");
    assert_eq!(panic_of(|| *ring.lazy()), later);
    assert_eq!(panic_of(|| *ring.lazy()), later);
}

#[test]
fn a_body_that_catches_its_cycle_has_a_value_and_the_others_of_the_cycle_tell_it() {
    type Itself = std::sync::Arc<std::sync::OnceLock<Ring>>;
    reactive! {
        struct Ring {
            let itself: Itself;
            computed first: String = itself
                .get()
                .map_or(String::new(), |ring| panic_of(|| ring.second().clone()));
            computed second: String = first.clone();
            computed third: String = itself
                .get()
                .map_or(String::new(), |ring| ring.fourth().clone());
            computed fourth: String = itself
                .get()
                .map_or(String::new(), |ring| panic_of(|| ring.third().clone()));
        }
    }
    let itself = Itself::default();
    assert!(itself.set(Ring::new(itself.clone())).is_ok());
    let ring = itself.get().expect("it was set");
    let cycle = "computed `second` of `Ring` is read at ";
    assert!(ring.second().starts_with(cycle), "{}", ring.second());
    let cycle = "computed `third` of `Ring` is being computed since ";
    assert!(ring.third().starts_with(cycle), "{}", ring.third());
}

#[test]
fn a_later_read_of_a_failed_lazy_value_tells_the_text_of_its_panic() {
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(panic_of(|| *page.half()), "5 is odd");
    let half = "computed `half` of `Page` panicked: 5 is odd";
    let below = |name: &str, text: &str| {
        format!(
            "computed `{name}` of `Page` panicked: it depends on computed `half`, which did: {text}"
        )
    };
    log.clear();
    for _ in 0..2 {
        assert_eq!(panic_of(|| *page.half()), half);
        assert_eq!(
            panic_of(|| *page.quarter()),
            below("quarter", "5 is odd"),
            "its text stands once, however far below"
        );
        assert_eq!(panic_of(|| *page.join()), below("join", "5 is odd"));
    }
    page.set_other(2);
    assert_eq!(panic_of(|| *page.half()), half);
    page.set_id(7);
    assert_eq!(panic_of(|| *page.quarter()), "7 is odd");
    assert_eq!(panic_of(|| *page.quarter()), below("quarter", "7 is odd"));
    page.set_id(8);
    assert_eq!((*page.half(), *page.quarter()), (4, 2));
}

#[test]
fn a_lazy_value_tells_a_text_of_any_kind_and_none_where_there_is_none() {
    reactive! {
        struct Page {
            signal kind: u64 = 0;
            computed lazy: u64 = match kind {
                0 => panic!("a literal"),
                1 => panic!("{kind} with a value"),
                2 => std::panic::panic_any(*kind),
                other => *other,
            };
        }
    }
    let mut page = Page::new();
    for (kind, told) in [
        (0, ": a literal"),
        (1, ": 1 with a value"),
        (2, ""),
        (0, ": a literal"),
    ] {
        page.set_kind(kind);
        drop(payload_of(|| *page.lazy()));
        let said = panic_of(|| *page.lazy());
        assert_eq!(said, format!("computed `lazy` of `Page` panicked{told}"));
    }
    page.set_kind(3);
    assert_eq!(*page.lazy(), 3);
}

#[test]
fn a_lazy_value_whose_comparison_panics_tells_its_text() {
    fn refuse(old: &u64, _: &u64) -> bool {
        panic!("{old} is compared")
    }
    reactive! {
        struct Page {
            signal id: u64 = 1;
            #[eq(refuse)]
            computed lazy: u64 = *id;
        }
    }
    let mut page = Page::new();
    assert_eq!(*page.lazy(), 1);
    page.set_id(2);
    assert_eq!(panic_of(|| *page.lazy()), "1 is compared");
    assert_eq!(
        panic_of(|| *page.lazy()),
        "computed `lazy` of `Page` panicked: 1 is compared"
    );
}

#[test]
fn a_lazy_value_over_a_failed_eager_one_tells_the_text_of_that() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 4;
            computed half: u64 = { assert!(id % 2 == 0, "{id} is odd"); id / 2 };
            computed text: String = half.to_string();
            computed longer: String = format!("{text}!");
            effect show { log.push(half); }
        }
    }
    let mut page = Page::new(Log::new());
    for id in [5, 7] {
        assert_eq!(panic_of(|| page.set_id(id)), format!("{id} is odd"));
        for _ in 0..2 {
            assert_eq!(
                panic_of(|| page.longer().clone()),
                format!(
                    "computed `longer` of `Page` panicked: it depends on computed `half`, which did: {id} is odd"
                )
            );
        }
    }
}

#[test]
fn reads_half_way_tell_the_text_of_half_way_and_reads_after_the_batch_that_of_before() {
    let told = |text: &str| format!("computed `half` of `Page` panicked: {text}");
    let (mut page, log) = page();
    page.set_id(5);
    assert_eq!(panic_of(|| *page.half()), "5 is odd");
    page.batch(|page| {
        assert_eq!(panic_of(|| *page.half()), told("5 is odd"));
        page.set_id(7);
        assert_eq!(panic_of(|| *page.half()), "7 is odd");
        assert_eq!(panic_of(|| *page.half()), told("7 is odd"));
        page.set_id(8);
        assert_eq!(*page.half(), 4);
        page.set_id(5);
    });
    log.clear();
    assert_eq!(panic_of(|| *page.half()), "5 is odd");
    assert_eq!(panic_of(|| *page.half()), told("5 is odd"));
    assert_eq!(log.take(), ["half of 5"], "it runs once more");
    page.batch(|page| {
        page.set_id(9);
        assert_eq!(panic_of(|| *page.half()), "9 is odd");
    });
    log.clear();
    assert_eq!(panic_of(|| *page.half()), told("9 is odd"));
    assert_eq!(log.take(), NOTHING, "the failure half-way still holds");
    page.transaction(|page| {
        page.set_id(11);
        assert_eq!(panic_of(|| *page.half()), "11 is odd");
        Err::<(), _>("no")
    })
    .unwrap_err();
    log.clear();
    assert_eq!(panic_of(|| *page.half()), "9 is odd");
    assert_eq!(panic_of(|| *page.half()), told("9 is odd"));
    assert_eq!(log.take(), ["half of 9"], "it runs once more");
    page.set_id(8);
    assert_eq!(*page.half(), 4);
}

#[test]
fn a_failed_lazy_value_that_a_batch_reads_fails_once_more_with_the_text_of_before() {
    reactive! {
        struct Page {
            signal id: u64 = 15;
            computed tens: u64 = id / 10;
            computed lazy: u64 = { assert!(tens % 2 == 0, "{tens} is odd"); *tens };
        }
    }
    let mut page = Page::new();
    assert_eq!(panic_of(|| *page.lazy()), "1 is odd");
    page.set_id(16);
    page.batch(|page| {
        page.set_id(30);
        assert_eq!(panic_of(|| *page.lazy()), "3 is odd");
        page.set_id(16);
    });
    assert_eq!(panic_of(|| *page.lazy()), "1 is odd");
    assert_eq!(
        panic_of(|| *page.lazy()),
        "computed `lazy` of `Page` panicked: 1 is odd"
    );
}

#[test]
fn a_failed_value_of_a_generic_graph_tells_the_text_of_its_panic() {
    reactive! {
        struct Pair<T: Clone + PartialEq + std::fmt::Debug, const ODD: bool> {
            signal value: T;
            computed lazy: T = { assert!(!ODD, "{value:?} is odd"); value.clone() };
            computed above: T = lazy.clone();
        }
    }
    let pair = Pair::<_, true>::new("one");
    assert_eq!(panic_of(|| *pair.above()), "\"one\" is odd");
    assert_eq!(
        panic_of(|| *pair.above()),
        "computed `above` of `Pair` panicked: it depends on computed `lazy`, which did: \"one\" is odd"
    );
    assert_eq!(*Pair::<_, false>::new(2).above(), 2);
}

#[test]
fn a_read_by_way_of_a_handle_on_another_graph_tells_the_text_once() {
    reactive! {
        struct Page {
            signal id: u64 = 5;
            computed half: u64 = { assert!(id % 2 == 0, "{id} is odd"); id / 2 };
        }

        struct Book {
            let page: std::sync::Arc<Page>;
            signal times: u64 = 1;
            computed copy: u64 = page.half() * times;
            computed above: u64 = *copy;
        }
    }
    let page = std::sync::Arc::new(Page::new());
    let mut book = Book::new(page.clone());
    assert_eq!(panic_of(|| *book.above()), "5 is odd");
    let above = "computed `above` of `Book` panicked: it depends on computed `copy`, which did: ";
    let half = "computed `half` of `Page` panicked: 5 is odd";
    assert_eq!(panic_of(|| *book.above()), format!("{above}5 is odd"));
    for times in 2..5 {
        book.set_times(times);
        assert_eq!(panic_of(|| *book.above()), half);
        assert_eq!(panic_of(|| *book.above()), format!("{above}{half}"));
    }
}

#[test]
fn threads_that_find_a_value_failed_tell_the_text_of_its_panic() {
    reactive! {
        struct Page {
            signal id: u64 = 0;
            computed lazy: u64 = panic!("{id} is refused");
        }
    }
    let mut page = Page::new();
    for id in 0..50 {
        page.set_id(id);
        let start = std::sync::Barrier::new(2);
        let (own, told) = (
            format!("{id} is refused"),
            format!("computed `lazy` of `Page` panicked: {id} is refused"),
        );
        let read = || {
            start.wait();
            panic_of(|| *page.lazy())
        };
        let mut said = std::thread::scope(|scope| {
            let other = scope.spawn(read);
            [read(), other.join().expect("the panic was caught")]
        });
        said.sort();
        assert_eq!(said, [own, told], "one of them ran the body");
    }
}
