//! Computed values: the time of their runs, and the result of a read.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};

#[test]
fn b021_an_unread_lazy_value_is_not_computed() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed lazy: u64 = { log.push("lazy"); *id };
            computed above: u64 = { log.push("above"); lazy + 1 };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(2);
    page.update_id(|id| *id += 1);
    page.batch(|page| page.set_id(9));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(*page.above(), 10);
    assert_eq!(log.take(), ["lazy", "above"]);
}

#[test]
fn b021_a_watched_value_is_computed_by_new() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed below: u64 = { log.push("below"); *id };
            computed watched: u64 = { log.push("watched"); below + 1 };
            computed lazy: u64 = { log.push("lazy"); below + 2 };
            effect show { log.push(format!("show {watched}")); }
        }
    }
    let log = Log::new();
    let page = Page::new(log.clone());
    assert_eq!(log.take(), ["below", "watched", "show 2"]);
    assert_eq!((*page.below(), *page.watched()), (1, 2));
    assert_eq!(log.take(), NOTHING);
    assert_eq!(*page.lazy(), 3);
    assert_eq!(log.take(), ["lazy"]);
}

#[test]
fn b022_reading_again_runs_nothing() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            #[allow(dead_code)]
            signal other: u64 = 1;
            computed lazy: u64 = { log.push("lazy"); *id };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!((*page.lazy(), *page.lazy()), (1, 1));
    page.set_other(2);
    assert_eq!(*page.lazy(), 1);
    assert_eq!(log.take(), ["lazy"]);
}

#[test]
fn b023_two_changed_sources_run_the_body_once() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            signal b: u64 = 1;
            computed lazy: u64 = { log.push("lazy"); a + b };
            computed eager: u64 = { log.push("eager"); a * b };
            effect show { log.push(format!("show {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let _ = page.lazy();
    log.clear();
    page.batch(|page| {
        page.set_a(2);
        page.set_b(3);
    });
    assert_eq!(log.take(), ["eager", "show 6"]);
    page.set_a(4);
    page.set_b(5);
    assert_eq!(log.take(), ["eager", "show 12", "eager", "show 20"]);
    assert_eq!(*page.lazy(), 9);
    assert_eq!(log.take(), ["lazy"]);
}

#[test]
fn b024_a_computed_value_without_sources_runs_once() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed lazy: u64 = { log.push("lazy"); 7 };
            computed eager: u64 = { log.push("eager"); 8 };
            effect show { log.push(format!("{eager} {id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["eager", "8 1"]);
    assert_eq!((*page.lazy(), *page.lazy()), (7, 7));
    page.set_id(2);
    assert_eq!(*page.lazy(), 7);
    assert_eq!(log.take(), ["lazy", "8 2"]);
}

#[test]
fn b025_unit_and_none_are_values() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed unit: () = { log.push("unit"); let _ = id; };
            computed none: Option<u64> = { log.push("none"); id.checked_sub(100) };
            computed eager: Option<u64> = { log.push("eager"); id.checked_sub(100) };
            effect show { log.push(format!("show {eager:?}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["eager", "show None"]);
    let () = *page.unit();
    let () = *page.unit();
    assert_eq!((*page.none(), *page.none()), (None, None));
    assert_eq!(log.take(), ["unit", "none"]);
    page.set_id(100);
    assert_eq!(log.take(), ["eager", "show Some(0)"]);
    assert_eq!(*page.none(), Some(0));
}

#[test]
fn b028_a_value_read_after_many_changes_is_right() {
    reactive! {
        struct Page {
            signal id: u64 = 1;
            computed twice: u64 = id * 2;
            computed text: String = format!("{id}:{twice}");
        }
    }
    let mut page = Page::new();
    assert_eq!(page.text(), "1:2");
    for id in 2..50 {
        page.set_id(id);
    }
    assert_eq!(page.text(), "49:98");
    page.set_id(1);
    assert_eq!(*page.twice(), 2);
    page.set_id(3);
    assert_eq!(page.text(), "3:6");
}

#[test]
fn b030_a_chain_runs_each_body_once() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            computed b: u64 = { log.push("b"); a + 1 };
            computed c: u64 = { log.push("c"); b + 1 };
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.c(), 3);
    assert_eq!(log.take(), ["b", "c"]);
    page.set_a(2);
    assert_eq!(*page.c(), 4);
    assert_eq!((*page.b(), *page.c()), (3, 4));
    assert_eq!(log.take(), ["b", "c"]);
}

#[test]
fn r3_a_lazy_value_is_computed_by_the_first_read_after_a_change() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed lazy: u64 = { log.push(format!("lazy {id}")); *id };
            effect show { log.push(format!("show {id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(*page.lazy(), 1);
    page.set_id(2);
    page.set_id(3);
    assert_eq!(*page.lazy(), 3);
    page.set_id(4);
    assert_eq!(
        log.take(),
        ["show 1", "lazy 1", "show 2", "show 3", "lazy 3", "show 4"]
    );
}

#[test]
fn r3_a_lazy_value_over_an_eager_one_stays_lazy() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed eager: u64 = { log.push("eager"); id / 2 };
            computed lazy: u64 = { log.push("lazy"); eager + 1 };
            effect show { log.push(format!("show {eager}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(4);
    assert_eq!(log.take(), ["eager", "show 0", "eager", "show 2"]);
    assert_eq!(*page.lazy(), 3);
    assert_eq!(log.take(), ["lazy"]);
    page.set_id(5);
    assert_eq!(*page.lazy(), 3);
    assert_eq!(log.take(), ["eager"]);
}

#[test]
fn r3_a_lazy_value_keeps_its_old_one_where_the_new_is_equal() {
    use std::sync::Arc;
    reactive! {
        struct Page {
            signal id: u64 = 1;
            computed lazy: Arc<u64> = Arc::new(id / 10);
        }
    }
    let mut page = Page::new();
    let first = page.lazy().clone();
    page.set_id(2);
    assert!(Arc::ptr_eq(page.lazy(), &first));
    page.set_id(12);
    assert!(!Arc::ptr_eq(page.lazy(), &first));
}
