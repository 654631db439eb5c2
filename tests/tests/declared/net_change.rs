//! Only the net change counts (R2): there and back again, values read half-way, updates.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use std::sync::Arc;

#[test]
fn b020_back_to_the_old_value_inside_a_batch_is_no_change() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = { log.push("eager"); *id };
            computed lazy: u64 = { log.push("lazy"); *id };
            effect show { log.push(format!("show {id} {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let _ = page.lazy();
    log.clear();
    page.batch(|page| {
        page.set_id(2);
        page.set_id(3);
        page.set_id(1);
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(*page.lazy(), 1);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b020_outside_a_batch_each_write_is_settled() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            effect show { log.push(format!("{id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(2);
    page.set_id(1);
    assert_eq!(log.take(), ["1", "2", "1"]);
}

#[test]
fn r2_an_unchanged_signal_gets_its_very_value_back() {
    reactive! {
        struct Page {
            signal text: Arc<str>;
        }
    }
    let first: Arc<str> = "a".into();
    let mut page = Page::new(first.clone());
    page.batch(|page| {
        page.set_text("b".into());
        page.set_text("a".into());
        assert!(!Arc::ptr_eq(page.text(), &first));
    });
    assert!(Arc::ptr_eq(page.text(), &first));
}

#[test]
fn r2_a_value_read_half_way_comes_back_without_running_its_body() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            signal other: u64 = 1;
            computed eager: Arc<u64> = { log.push("eager"); Arc::new(*id) };
            computed below: Arc<u64> = { log.push("below"); Arc::new(**eager + 1) };
            computed lazy: Arc<u64> = { log.push("lazy"); Arc::new(**eager * 2) };
            effect show { log.push(format!("show {eager} {below}")); }
            effect rest { log.push(format!("rest {other}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let (eager, below, lazy) = (
        page.eager().clone(),
        page.below().clone(),
        page.lazy().clone(),
    );
    log.clear();
    page.batch(|page| {
        page.set_id(2);
        page.set_other(2);
        assert_eq!(**page.below(), 3);
        assert_eq!(**page.lazy(), 4);
        assert_eq!(log.take(), ["eager", "below", "lazy"]);
        page.set_id(1);
    });
    assert_eq!(log.take(), ["rest 2"]);
    assert!(Arc::ptr_eq(page.eager(), &eager));
    assert!(Arc::ptr_eq(page.below(), &below));
    assert!(Arc::ptr_eq(page.lazy(), &lazy));
    assert_eq!(log.take(), NOTHING);
    page.set_id(3);
    assert_eq!((**page.eager(), **page.below(), **page.lazy()), (3, 4, 6));
}

#[test]
fn r2_a_value_that_is_never_equal_comes_back_too() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            #[eq(never)]
            computed eager: Arc<u64> = { log.push("eager"); Arc::new(*id) };
            #[eq(never)]
            computed lazy: Arc<u64> = { log.push("lazy"); Arc::new(*id) };
            effect show { log.push(format!("show {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let (eager, lazy) = (page.eager().clone(), page.lazy().clone());
    log.clear();
    page.batch(|page| {
        page.set_id(2);
        let _ = (page.eager().clone(), page.lazy().clone());
        page.set_id(1);
        let _ = (page.eager().clone(), page.lazy().clone());
        log.clear();
    });
    assert_eq!(log.take(), NOTHING);
    assert!(Arc::ptr_eq(page.eager(), &eager));
    assert!(Arc::ptr_eq(page.lazy(), &lazy));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r2_a_value_read_half_way_that_still_holds_is_not_computed_again() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = { log.push("eager"); id * 10 };
            computed below: u64 = { log.push("below"); eager / 10 };
            computed lazy: u64 = { log.push("lazy"); id * 100 };
            computed above: u64 = { log.push("above"); lazy / 100 };
            effect show { log.push(format!("show {below}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.above(), 1);
    log.clear();
    page.batch(|page| {
        page.set_id(2);
        assert_eq!((*page.below(), *page.above()), (2, 2));
        assert_eq!((*page.below(), *page.above()), (2, 2));
    });
    assert_eq!(log.take(), ["eager", "below", "lazy", "above", "show 2"]);
    assert_eq!((*page.below(), *page.above()), (2, 2));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r2_only_the_net_change_of_a_value_read_half_way_counts() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed text: String = { log.push("text"); tens.to_string() };
            effect show { log.push(format!("show {text}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.batch(|page| {
        page.set_id(25);
        assert_eq!(page.text(), "2");
        page.set_id(7);
        log.clear();
    });
    assert_eq!(
        log.take(),
        ["tens"],
        "7 is another signal, but 0 the same ten as before"
    );
    assert_eq!(page.text(), "0");
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r2_an_update_always_counts() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = { log.push("eager"); *id };
            effect show { log.push(format!("show {id}")); }
            effect below { log.push(format!("below {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.update_id(|_| ());
    assert_eq!(log.take(), ["eager", "show 1"]);
    page.batch(|page| page.update_id(|_| ()));
    assert_eq!(log.take(), ["eager", "show 1"]);
    page.batch(|page| {
        page.set_id(2);
        page.update_id(|id| *id = 1);
    });
    assert_eq!(log.take(), ["eager", "show 1"]);
    page.batch(|page| {
        page.update_id(|id| *id = 2);
        page.set_id(1);
    });
    assert_eq!(log.take(), ["eager", "show 1"]);
}

#[test]
fn r2_an_update_outdates_lazy_values_unless_it_is_rolled_back() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed lazy: u64 = { log.push("lazy"); *id };
            computed above: u64 = { log.push("above"); *lazy };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.above(), 1);
    log.clear();
    page.update_id(|_| ());
    assert_eq!(*page.above(), 1);
    assert_eq!(log.take(), ["lazy"]);
    page.batch(|page| page.update_id(|_| ()));
    assert_eq!(*page.above(), 1);
    assert_eq!(log.take(), ["lazy"]);
    let failed: Result<(), ()> = page.transaction(|page| {
        page.update_id(|_| ());
        Err(())
    });
    assert_eq!(failed, Err(()));
    assert_eq!(*page.above(), 1);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn r2_an_update_needs_no_equality_of_its_own() {
    reactive! {
        struct Page {
            let log: Log;
            #[eq(never)]
            signal job: Box<dyn Fn() -> u32> = Box::new(|| 1);
            computed result: u32 = (job)();
            effect show { log.push(format!("{result}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_job(Box::new(|| 2));
    page.update_job(|job| *job = Box::new(|| 3));
    assert_eq!(log.take(), ["1", "2", "3"]);
}

#[test]
fn r2_a_signal_that_went_there_and_back_is_no_change_to_a_lazy_value_that_was_outdated_before() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            signal other: u64 = 1;
            computed tens: u64 = { log.push("tens"); id / 10 };
            computed lazy: u64 = { log.push("lazy"); tens + other };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.lazy(), 1);
    log.clear();
    page.set_id(2);
    page.batch(|page| {
        page.set_other(5);
        page.set_other(1);
    });
    assert_eq!(*page.lazy(), 1);
    assert_eq!(
        log.take(),
        ["tens"],
        "nothing that `lazy` reads has changed in the end"
    );
}

#[test]
fn r2_a_half_way_value_that_ends_equal_is_no_change_to_a_lazy_value_that_was_outdated_before() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            signal other: u64 = 1;
            computed tens: u64 = id / 10;
            computed others: u64 = { log.push("others"); other / 10 };
            computed lazy: u64 = { log.push("lazy"); tens + others };
            effect show { log.push(format!("show {tens}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.lazy(), 0);
    log.clear();
    page.set_other(2);
    page.batch(|page| {
        page.set_id(25);
        assert_eq!(*page.tens(), 2);
        page.set_id(7);
        assert_eq!(*page.tens(), 0);
    });
    assert_eq!(*page.lazy(), 0);
    assert_eq!(
        log.take(),
        ["others"],
        "nothing that `lazy` reads has changed in the end"
    );

    page.set_other(3);
    page.batch(|page| {
        page.set_id(25);
        assert_eq!(*page.tens(), 2);
        page.set_id(7);
    });
    assert_eq!(*page.lazy(), 0);
    assert_eq!(log.take(), ["others"], "not even `id` has");
}
