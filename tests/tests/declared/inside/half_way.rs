//! Reads in the middle of a batch, of values that depend on nodes of a graph inside (R2, R5, R8).
//!
//! Invariants: the log says which bodies run, in order.
//!
//! Must not know: executors.

use signal_kernel::{Reactive, reactive};
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panics::panic_of,
};

reactive! {
    pub struct Leaf {
        let log: Log;
        pub signal a: i64 = 0;
        pub signal b: i64 = 0;
        pub computed twice: i64 = log.pass("twice", a * 2);
        #[eager]
        pub computed frail: i64 = { log.push("frail"); assert!(*a != 3, "frail"); *a };
    }

    pub struct Branch {
        let log: Log;
        pub signal x: i64 = 0;
        pub graph leaf: Leaf(log) { b: *x };
        pub computed through: i64 = log.pass("through", leaf.twice() / 4);
        pub computed lazily: i64 = log.pass("lazily", leaf.twice() + x);
        effect show { log.push(format!("show {through}")); }
    }

    pub struct Root {
        let log: Log;
        pub graph branch: Branch(log);
        pub computed deep: i64 = log.pass("deep", branch.lazily() + 1);
    }
}

fn branch() -> (Branch, Log) {
    let log = Log::new();
    let branch = Branch::new(log.clone());
    log.clear();
    (branch, log)
}

#[test]
fn an_effect_runs_for_a_lazy_value_inside_that_the_batch_has_read() {
    let (mut branch, log) = branch();
    branch.batch(|branch| {
        branch.leaf_mut().set_a(4);
        assert_eq!(*branch.through(), 2);
        assert_eq!(log.take(), ["twice", "through"]);
    });
    assert!(log.take().contains(&"show 2".to_owned()));
    assert_eq!(*branch.through(), 2);
}

#[test]
fn there_and_back_runs_no_effect_for_a_lazy_value_inside() {
    let (mut branch, log) = branch();
    branch.batch(|branch| {
        branch.leaf_mut().set_a(4);
        assert_eq!(*branch.through(), 2);
        branch.leaf_mut().set_a(0);
    });
    log.clear();
    assert_eq!((*branch.through(), *branch.leaf().twice()), (0, 0));
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_read_runs_the_bodies_inside_that_it_needs_and_no_others() {
    let (mut branch, log) = branch();
    let text = panic_of(|| {
        branch.batch(|branch| {
            branch.leaf_mut().set_a(3);
            assert_eq!(*branch.through(), 1);
            assert_eq!(log.take(), ["twice", "through"]);
            // Nothing is written since, so nothing runs.
            assert_eq!(*branch.through(), 1);
            assert_eq!(log.take(), NOTHING);
        });
    });
    assert_eq!(text, "frail");
    assert_eq!(log.take()[0], "frail");
}

#[test]
fn the_getter_of_the_graph_brings_all_of_it_up_to_date() {
    let (mut branch, log) = branch();
    branch.batch(|branch| {
        branch.leaf_mut().set_a(2);
        let leaf = branch.leaf();
        assert_eq!((*leaf.frail(), *leaf.twice()), (2, 4));
        assert_eq!(log.take(), ["frail", "twice"]);
    });
}

#[test]
fn a_lazy_value_that_was_first_read_in_a_batch_hears_of_later_changes_inside() {
    let log = Log::new();
    let mut root = Root::new(log.clone());
    root.batch(|root| {
        root.branch_mut().set_x(3);
        root.branch_mut().set_x(0);
        assert_eq!(*root.branch_mut().through(), 0);
        assert_eq!(*root.deep(), 1);
    });
    assert_eq!(*root.deep(), 1);
    root.update_branch(|branch| branch.leaf_mut().set_a(5));
    assert_eq!(*root.deep(), 11);
}

#[test]
fn a_value_that_a_failed_transaction_was_the_first_to_read_counts_as_no_change() {
    let log = Log::new();
    let mut root = Root::new(log);
    let version = root.version();
    let failed = root.transaction(|root| {
        root.branch_mut().set_x(1);
        assert_eq!(*root.deep(), 2);
        Err::<(), u8>(1)
    });
    assert_eq!(failed, Err(1));
    assert_eq!(root.version(), version);
    assert_eq!(*root.deep(), 1);
}
