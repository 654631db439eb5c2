//! The order in which a graph settles (R1), and that it is always the same (R9).
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};

reactive! {
    /// A graph declared upside down.
    struct Page {
        let log: Log;
        effect e1 { log.push(format!("e1 {top}")); }
        effect e2 { log.push(format!("e2 {b}")); }
        effect e3 { log.push(format!("e3 {a} {left}")); }
        computed top: u64 = { log.push("top"); left + right };
        computed right: u64 = { log.push("right"); *b };
        computed left: u64 = { log.push("left"); *a };
        computed lazy: u64 = { log.push("lazy"); top * 2 };
        signal b: u64 = 1;
        signal a: u64 = 1;
    }
}

#[test]
fn b101_computed_values_come_first_dependencies_first() {
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.batch(|page| {
        page.set_b(2);
        page.set_a(2);
    });
    let events = log.take();
    assert_eq!(events[2..], ["top", "e1 4", "e2 2", "e3 2 2"]);
    let mut first = events[..2].to_vec();
    first.sort();
    assert_eq!(first, ["left", "right"]);
}

#[test]
fn b115_effects_run_in_declaration_order_in_every_settle() {
    let log = Log::new();
    let mut page = Page::new(log.clone());
    let effects = |log: &Log| {
        log.take()
            .into_iter()
            .filter(|event| event.starts_with('e'))
            .collect::<Vec<_>>()
    };
    assert_eq!(effects(&log), ["e1 2", "e2 1", "e3 1 1"]);
    page.set_a(2);
    assert_eq!(effects(&log), ["e1 3", "e3 2 2"]);
    page.set_b(2);
    assert_eq!(effects(&log), ["e1 4", "e2 2"]);
    page.batch(|page| {
        page.set_b(3);
        page.set_a(3);
    });
    assert_eq!(effects(&log), ["e1 6", "e2 3", "e3 3 3"]);
    page.batch(|page| {
        page.set_a(4);
        page.set_b(4);
    });
    assert_eq!(
        effects(&log),
        ["e1 8", "e2 4", "e3 4 4"],
        "the order of the writes is of no account"
    );
}

#[test]
fn b117_each_write_outside_a_batch_is_settled_before_it_returns() {
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.set_a(2);
    assert_eq!(log.take(), ["left", "top", "e1 3", "e3 2 2"]);
    page.set_a(3);
    assert_eq!(log.take(), ["left", "top", "e1 4", "e3 3 3"]);
}

#[test]
fn b118_nothing_is_left_over_after_a_settle() {
    let log = Log::new();
    let mut page = Page::new(log.clone());
    page.set_a(2);
    log.clear();
    page.batch(|_| ());
    page.set_a(2);
    assert_eq!(page.transaction(|_| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(log.take(), NOTHING);
    page.set_b(2);
    assert_eq!(
        log.take(),
        ["right", "top", "e1 4", "e2 2"],
        "nothing that the write of a left behind"
    );
}

#[test]
fn b103_a_body_that_is_due_for_many_reasons_runs_once() {
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    page.batch(|page| {
        for value in 2..10 {
            page.set_a(value);
            page.update_b(|b| *b = value);
        }
    });
    let mut events = log.take();
    events.sort();
    assert_eq!(events, ["e1 18", "e2 9", "e3 9 9", "left", "right", "top"]);
}

#[test]
fn b104_a_body_that_has_run_can_become_due_again() {
    let log = Log::new();
    let mut page = Page::new(log.clone());
    log.clear();
    for value in 2..5 {
        page.set_b(value);
        let sum = value + 1;
        assert_eq!(
            log.take(),
            ["right", "top", &format!("e1 {sum}"), &format!("e2 {value}")]
        );
    }
}

fn scenario(log: &Log) -> Vec<String> {
    let mut page = Page::new(log.clone());
    for step in 0..20 {
        log.push(format!("step {step}"));
        match step % 5 {
            0 => page.set_a(step),
            1 => page.batch(|page| {
                page.set_b(step);
                let _ = *page.lazy();
                page.set_a(step / 2);
            }),
            2 => page.update_b(|b| *b += 1),
            3 => {
                let failed: Result<(), ()> = page.transaction(|page| {
                    page.set_a(1000);
                    let _ = *page.top();
                    Err(())
                });
                assert_eq!(failed, Err(()));
            }
            _ => log.push(format!("lazy {}", page.lazy())),
        }
    }
    log.take()
}

#[test]
fn b234_the_same_writes_give_the_same_trace() {
    let first = scenario(&Log::new());
    for _ in 0..10 {
        assert_eq!(scenario(&Log::new()), first);
    }
    let elsewhere = std::thread::spawn(|| scenario(&Log::new()));
    assert_eq!(
        elsewhere.join().expect("the scenario does not panic"),
        first
    );
}
