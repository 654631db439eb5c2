//! Effects: when they run, and the results that typed effects keep until their next run.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};

/// Something to clean up: tells when it is dropped.
struct Guard(Log, u64);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.push(format!("drop {}", self.1));
    }
}

#[test]
fn b051_every_effect_has_run_when_new_returns() {
    reactive! {
        struct Page {
            let log: Log;
            effect first { log.push(format!("first {eager}")); }
            signal id: u64 = 1;
            computed eager: u64 = { log.push("eager"); *id };
            effect second { log.push(format!("second {id}")); }
            #[allow(deprecated)]
            effect third { log.push("third"); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["eager", "first 1", "second 1", "third"]);
    page.set_id(2);
    assert_eq!(
        log.take(),
        ["eager", "first 2", "second 2"],
        "an effect that reads nothing runs once"
    );
}

#[test]
fn b052_an_effect_runs_once_for_each_settle_that_changes_what_it_reads() {
    reactive! {
        struct Page {
            let log: Log;
            signal a: u64 = 1;
            signal b: u64 = 1;
            computed sum: u64 = a + b;
            effect show { log.push(format!("{a} {b} {sum}")); }
            effect only_a { log.push(format!("a {a}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(2);
    assert_eq!(log.take(), ["2 1 3", "a 2"]);
    page.set_b(2);
    assert_eq!(log.take(), ["2 2 4"]);
    page.batch(|page| {
        page.set_a(3);
        page.set_b(3);
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), ["3 3 6", "a 3"]);
}

#[test]
fn b053_no_effect_outlives_its_graph() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            effect show { log.push(format!("show {id}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let mut other = Page::new(log.clone());
    page.set_id(2);
    drop(page);
    other.set_id(3);
    assert_eq!(log.take(), ["show 1", "show 1", "show 2", "show 3"]);
}

#[test]
fn b065_every_computed_value_is_current_before_the_first_effect_runs() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            computed a: u64 = { log.push("a"); *id };
            effect show_a { log.push(format!("show a {a}")); }
            computed b: u64 = { log.push("b"); a + 1 };
            effect show_b { log.push(format!("show b {b}")); }
            computed c: u64 = { log.push("c"); b + 1 };
            effect show_c { log.push(format!("show c {c}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(
        log.take(),
        ["a", "b", "c", "show a 1", "show b 2", "show c 3"]
    );
    page.set_id(2);
    assert_eq!(
        log.take(),
        ["a", "b", "c", "show a 2", "show b 3", "show c 4"]
    );
}

#[test]
fn b067_a_kept_result_is_dropped_before_the_next_run() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            signal other: u64 = 1;
            effect watch: Guard = { log.push(format!("watch {id}")); Guard(log.clone(), *id) };
            effect after { log.push(format!("after {id} {other}")); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    assert_eq!(log.take(), ["watch 1", "after 1 1"]);
    page.set_other(2);
    assert_eq!(log.take(), ["after 1 2"], "kept until its own next run");
    page.set_id(2);
    assert_eq!(log.take(), ["drop 1", "watch 2", "after 2 2"]);
    drop(page);
    assert_eq!(log.take(), ["drop 2"]);
}

#[test]
fn b068_the_last_kept_result_is_dropped_once_with_the_graph() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            effect watch: Guard = Guard(log.clone(), *id);
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    for id in 2..5 {
        page.set_id(id);
    }
    assert_eq!(log.take(), ["drop 1", "drop 2", "drop 3"]);
    drop(page);
    assert_eq!(log.take(), ["drop 4"]);
}

#[test]
fn b069_only_the_latest_result_is_kept() {
    reactive! {
        struct Page {
            let log: Log;
            signal ids: Vec<u64> = vec![1, 2];
            effect watch: Vec<Guard> = ids.iter().map(|&id| Guard(log.clone(), id)).collect();
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.update_ids(|ids| ids.push(3));
    assert_eq!(log.take(), ["drop 1", "drop 2"]);
    page.set_ids(vec![]);
    assert_eq!(log.take(), ["drop 1", "drop 2", "drop 3"]);
    page.set_ids(vec![9]);
    assert_eq!(log.take(), NOTHING);
    drop(page);
    assert_eq!(log.take(), ["drop 9"]);
}

#[test]
fn b070_several_cleanups_are_one_tuple_dropped_in_its_order() {
    reactive! {
        struct Page {
            let log: Log;
            signal id: u64 = 1;
            effect watch: (Guard, Guard) = (Guard(log.clone(), *id), Guard(log.clone(), id + 1));
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(10);
    assert_eq!(log.take(), ["drop 1", "drop 2"]);
    drop(page);
    assert_eq!(log.take(), ["drop 10", "drop 11"]);
}

#[test]
fn b089_a_dropped_graph_leaves_nothing_behind() {
    use std::rc::Rc;
    reactive! {
        struct Page {
            let token: Rc<()>;
            signal held: Rc<()>;
            computed eager: Rc<()> = held.clone();
            computed lazy: Rc<()> = { let _ = token; eager.clone() };
            effect keep: Rc<()> = eager.clone();
        }
    }
    let token = Rc::new(());
    let mut page = Page::new(token.clone(), token.clone());
    let _ = page.lazy();
    page.update_held(|_| ());
    page.batch(|page| {
        page.update_held(|_| ());
        let _ = page.lazy();
    });
    drop(page);
    assert_eq!(Rc::strong_count(&token), 1);
}

#[test]
fn b120_an_effect_sees_what_an_earlier_one_left_in_a_mutable_field() {
    reactive! {
        struct Page {
            let log: Log;
            let mut lines: Vec<String> = Vec::new();
            signal id: u64 = 1;
            effect write { lines.push(format!("id {id}")); }
            effect count { log.push(format!("{} lines at {id}", lines.len())); }
        }
    }
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_id(2);
    assert_eq!(log.take(), ["1 lines at 1", "2 lines at 2"]);
    assert_eq!(page.lines(), &["id 1", "id 2"]);
}
