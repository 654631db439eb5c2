//! Signals of a declared graph: reading, writing, changing in place; plain fields beside them.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};

/// A value without `Clone`, to show that none is needed.
#[derive(Debug, PartialEq)]
struct Owned(u32);

#[test]
fn b001_a_signal_reads_as_it_was_made() {
    reactive! {
        struct Page {
            signal id: u64;
            signal title: String = "home".to_owned();
        }
    }
    let page = Page::new(7);
    assert_eq!(*page.id(), 7);
    assert_eq!(page.title(), "home");
}

#[test]
fn b001_reading_gives_a_reference_and_clones_nothing() {
    reactive! {
        struct Page {
            signal owned: Owned;
            computed half: Owned = Owned(owned.0 / 2);
        }
    }
    let page = Page::new(Owned(8));
    let (owned, half): (&Owned, &Owned) = (page.owned(), page.half());
    assert_eq!((owned, half), (&Owned(8), &Owned(4)));
    assert!(std::ptr::eq(owned, page.owned()));
    assert!(std::ptr::eq(half, page.half()));
}

#[test]
fn b002_a_write_is_seen_at_once_everywhere() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = id * 10;
            computed lazy: u64 = id * 100;
            effect show { log.push(format!("{id} {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(2);
    assert_eq!((*page.id(), *page.eager(), *page.lazy()), (2, 20, 200));
    assert_eq!(log.take(), ["1 10", "2 20"]);

    page.batch(|page| {
        page.set_id(3);
        assert_eq!(*page.id(), 3);
        assert_eq!(*page.eager(), 30);
        assert_eq!(*page.lazy(), 300);
        page.set_id(4);
        assert_eq!(*page.id(), 4);
        assert_eq!(*page.eager(), 40);
        assert_eq!(*page.lazy(), 400);
    });
    assert_eq!((*page.id(), *page.eager(), *page.lazy()), (4, 40, 400));
    assert_eq!(log.take(), ["4 40"]);
}

#[test]
fn b003_a_mutable_field_is_seen_without_a_dependency() {
    reactive! {
        struct Page {
            let log: Log;
            let mut visits: u32 = 0;
            signal id: u64 = 1;
            effect show { log.push(format!("{id} {visits}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    *page.visits_mut() = 5;
    assert_eq!(log.take(), ["1 0"], "a field is no dependency");
    page.set_id(2);
    assert_eq!(
        log.take(),
        ["2 5"],
        "the run that something else caused sees it"
    );
}

#[test]
fn b004_an_update_runs_its_function_once_on_the_latest_value() {
    reactive! {
        struct Page {
            let log: Log;
            signal ids: Vec<u64> = vec![1];
            effect show { log.push(format!("{ids:?}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_ids(vec![1, 2]);
    let mut runs = 0;
    page.update_ids(|ids| {
        runs += 1;
        assert_eq!(*ids, [1, 2]);
        ids.push(3);
    });
    assert_eq!(runs, 1);
    assert_eq!(log.take(), ["[1]", "[1, 2]", "[1, 2, 3]"]);

    page.batch(|page| {
        page.set_ids(vec![]);
        page.update_ids(|ids| ids.push(9));
        page.update_ids(|ids| {
            assert_eq!(*ids, [9]);
            ids.push(10);
        });
    });
    assert_eq!(log.take(), ["[9, 10]"]);
}

#[test]
fn b006_a_signal_read_twice_in_a_body_runs_it_once() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed sum: u64 = { log.push("sum"); id + id };
            effect show { log.push(format!("{id} {id} {sum} {sum}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["sum", "1 1 2 2"]);
    page.set_id(2);
    assert_eq!(log.take(), ["sum", "2 2 4 4"]);
}

#[test]
fn b007_a_signal_without_readers_runs_nothing() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            signal alone: Owned = Owned(1);
            effect show { log.push(format!("{id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_alone(Owned(2));
    page.update_alone(|alone| alone.0 += 1);
    page.batch(|page| {
        let next = page.alone().0 + 1;
        page.set_alone(Owned(next));
        page.update_alone_with(|alone| alone.0 += 1, |alone| alone.0 -= 1);
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(page.alone(), &Owned(5));
    assert_eq!(*page.id(), 1);
}

#[test]
fn b010_a_silent_write_is_a_write_to_a_mutable_field() {
    reactive! {
        struct Page {
            let log: Log;
            let mut draft: String = String::new();
            signal id: u64 = 1;
            effect show {
                log.push(format!("{id} {draft}"));
                draft.push('!');
            }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(page.draft(), "!");
    page.draft_mut().push_str("hello");
    assert_eq!(page.draft(), "!hello");
    page.batch(|page| {
        page.draft_mut().push('?');
        assert_eq!(page.draft(), "!hello?");
    });
    assert_eq!(log.take(), ["1 "]);
    page.set_id(2);
    assert_eq!(log.take(), ["2 !hello?"]);
}

#[test]
fn an_update_of_a_type_that_is_called_as_ours_would_be() {
    #[derive(PartialEq, Clone)]
    struct R(u32);
    reactive! {
        struct Page { signal short: R = R(1); signal pair: Option<(R, u8)> = None; }
        struct Of<T: PartialEq + Clone> { signal one: T; signal short: (T, R); }
    }
    let mut page = Page::new();
    assert_eq!(page.update_short(|short| short.0 + 1), 2);
    assert!(page.update_pair(|pair| pair.take()).is_none());
    let mut of = Of::new('a', ('b', R(2)));
    assert_eq!(of.batch(|of| of.update_short(|short| short.1.0)), 2);
    assert_eq!(of.update_one(|one| *one), 'a');
    assert!(page.short().0 == 1 && page.pair().is_none());
    assert!(*of.one() == 'a' && of.short().0 == 'b');
}

#[test]
fn an_update_returns_what_its_closure_returns() {
    reactive! {
        struct Queue {
            let log: Log;
            signal jobs: Vec<u32> = vec![1, 2, 3, 4];
            effect show { log.push(format!("{jobs:?}")); }
        }
    }
    let log = Log::new();
    let mut queue = Queue::new(log.clone());
    assert_eq!(queue.update_jobs(|jobs| jobs.pop()), Some(4));
    assert_eq!(log.take(), ["[1, 2, 3, 4]", "[1, 2, 3]"]);
    let popped = queue.batch(|queue| queue.update_jobs(|jobs| jobs.pop()));
    assert_eq!((popped, log.take()), (Some(3), vec!["[1, 2]".to_owned()]));
    let popped: Result<Option<u32>, ()> =
        queue.transaction(|queue| Ok(queue.update_jobs(|jobs| jobs.pop())));
    assert_eq!((popped, log.take()), (Ok(Some(2)), vec!["[1]".to_owned()]));
    let popped: Result<u32, Option<u32>> =
        queue.transaction(|queue| Err(queue.update_jobs(|jobs| jobs.pop())));
    assert_eq!((popped, queue.jobs().as_slice()), (Err(Some(1)), &[1][..]));
}
