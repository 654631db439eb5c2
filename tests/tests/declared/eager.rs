//! Computed values that are settled with the write, and effects that leave out their first run.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;

reactive! {
    struct Sums {
        let log: Log;
        signal a: i32 = 1;
        signal b: i32 = 10;
        computed lazy: i32 = log.pass("lazy", a + b);
        computed below: i32 = log.pass("below", *a);
        #[eager] computed sum: i32 = log.pass("sum", below + b);
    }
}

#[test]
fn an_eager_value_is_computed_in_new_and_with_each_write() {
    let log = Log::new();
    let mut sums = Sums::new(log.clone());
    assert_eq!(log.take(), ["below", "sum"]);
    sums.set_a(2);
    assert_eq!(log.take(), ["below", "sum"]);
    assert_eq!(*sums.sum(), 12);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_value_that_an_eager_one_reads_is_computed_with_it_and_others_stay_lazy() {
    let log = Log::new();
    let mut sums = Sums::new(log.clone());
    log.clear();
    sums.set_b(20);
    assert_eq!(log.take(), ["sum"]);
    assert_eq!(*sums.lazy(), 21);
    assert_eq!(log.take(), ["lazy"]);
}

#[test]
fn only_the_net_change_of_a_batch_computes_an_eager_value() {
    let log = Log::new();
    let mut sums = Sums::new(log.clone());
    log.clear();
    sums.batch(|sums| {
        sums.set_a(5);
        sums.set_a(1);
        sums.set_b(7);
        sums.set_b(8);
    });
    assert_eq!(log.take(), ["sum"]);
    assert_eq!(*sums.sum(), 9);
}

reactive! {
    #[eager]
    struct All {
        let log: Log;
        signal a: i32 = 1;
        computed double: i32 = log.pass("double", a * 2);
        computed checked: i32 = { assert!(*double < 10, "too large"); *double };
    }
}

#[test]
fn every_computed_value_of_an_eager_graph_is_computed_with_the_write() {
    let log = Log::new();
    let mut all = All::new(log.clone());
    assert_eq!(log.take(), ["double"]);
    all.set_a(2);
    assert_eq!(log.take(), ["double"]);
    assert_eq!((*all.double(), *all.checked()), (4, 4));
}

#[test]
fn a_panic_of_an_eager_value_reaches_the_write_and_the_value_recovers() {
    let mut all = All::new(Log::new());
    assert_eq!(panic_of(|| all.set_a(5)), "too large");
    assert_eq!(*all.double(), 10);
    let refused = panic_of(|| *all.checked());
    assert!(refused.contains("checked"), "{refused}");
    all.set_a(3);
    assert_eq!(*all.checked(), 6);
}

reactive! {
    struct Document {
        let log: Log;
        signal text: String = String::new();
        signal saved: bool = false;
        computed length: usize = text.len();
        #[after_first] effect save { log.push(format!("save {length}")); }
        effect show { log.push(format!("show {text}")); }
        #[after_first] effect lock: Locked = Locked(log.pass(format!("lock {saved}"), log.clone()));
    }
}

struct Locked(Log);

impl Drop for Locked {
    fn drop(&mut self) {
        self.0.push("unlock");
    }
}

#[test]
fn an_effect_after_the_first_run_runs_when_something_changes() {
    let log = Log::new();
    let mut document = Document::new(log.clone());
    assert_eq!(log.take(), ["show "]);
    document.set_text("a".to_owned());
    assert_eq!(log.take(), ["save 1", "show a"]);
    document.set_text("b".to_owned());
    assert_eq!(log.take(), ["show b"]); // the length is the same
}

#[test]
fn an_effect_after_the_first_run_keeps_its_result_from_then_on() {
    let log = Log::new();
    let mut document = Document::new(log.clone());
    log.clear();
    document.set_saved(true);
    assert_eq!(log.take(), ["lock true"]);
    document.set_saved(false);
    assert_eq!(log.take(), ["unlock", "lock false"]);
    drop(document);
    assert_eq!(log.take(), ["unlock"]);
}

#[test]
fn a_first_batch_without_a_net_change_is_no_run_after_the_first() {
    let log = Log::new();
    let mut document = Document::new(log.clone());
    log.clear();
    document.batch(|document| {
        document.set_saved(true);
        document.set_saved(false);
    });
    assert_eq!(log.take(), NOTHING);
}
