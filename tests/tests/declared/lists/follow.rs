//! Lists that follow their keys.
//!
//! Must not know: executors.

use super::graphs::Tabs;
use signal_kernel_tests::{
    gate::Gates,
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
};

/// The log is empty.
fn tabs(ids: &[u64]) -> (Tabs, Log, Gates) {
    let (log, work) = (Log::new(), Log::new());
    let gates = Gates::new("size", &work);
    let tabs = Tabs::new(log.clone(), gates.clone(), ids.to_vec());
    log.clear();
    (tabs, log, gates)
}

#[test]
fn a_new_graph_has_the_rows_of_its_first_keys() {
    let log = Log::new();
    let gates = Gates::new("size", &Log::new());
    let tabs = Tabs::new(log.clone(), gates, vec![2, 1]);
    let events = [
        "make 2",
        "make 1",
        "row 2 false false 0",
        "row 1 false false 0",
        "keys [2, 1]",
    ];
    assert_eq!(log.take(), events);
    assert_eq!(tabs.tabs().len(), 2);
}

#[test]
fn a_graph_is_made_for_a_key_that_appears_and_dropped_when_it_goes() {
    let (mut tabs, log, gates) = tabs(&[1, 2]);
    assert!(poll!(tabs).is_pending());
    tabs.set_ids(vec![3, 2]);
    assert_eq!(log.take(), ["make 3", "row 3 false false 0", "keys [3, 2]"]);
    assert_eq!((gates.alive(), gates.created()), (2, 3));
    gates.ok(2, 20);
    assert!(poll!(tabs).is_ready());
    assert_eq!(log.take(), ["row 2 false false 20"]);
    tabs.set_ids(vec![]);
    assert_eq!(log.take(), ["keys []"]);
    assert_eq!(gates.alive(), 0);
}

#[test]
fn rows_that_stay_keep_their_state_and_take_the_new_order() {
    let (mut tabs, log, gates) = tabs(&[1, 2, 3]);
    tabs.update_tabs(|tabs| tabs.row_mut(&2).map(|mut row| row.set_text("two".into())));
    assert_eq!(log.take(), ["row two false false 0"]);
    let created = gates.created();
    tabs.set_ids(vec![3, 2, 1]);
    assert_eq!(log.take(), ["keys [3, 2, 1]"]);
    tabs.set_ids(vec![3, 2, 1, 3]);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(tabs.tabs().get(&2).expect("it is there").text(), "two");
    assert_eq!(gates.created(), created);
}

#[test]
fn a_key_that_comes_twice_counts_at_its_first_place() {
    let (mut tabs, log, _) = tabs(&[]);
    tabs.set_ids(vec![4, 5, 4, 6, 5]);
    assert_eq!(*tabs.keys(), [4, 5, 6]);
    assert_eq!(log.take()[..3], ["make 4", "make 5", "make 6"]);
}

#[test]
fn a_maker_that_panics_costs_its_row() {
    let (mut tabs, log, _) = tabs(&[1]);
    assert_eq!(panic_of(|| tabs.set_ids(vec![13, 2, 1])), "no row 13");
    assert_eq!(
        log.take(),
        ["make 13", "make 2", "row 2 false false 0", "keys [2, 1]"]
    );
    assert_eq!(panic_of(|| tabs.set_ids(vec![1, 13])), "no row 13");
    assert_eq!(log.take(), ["make 13", "keys [1]"]);
}

#[test]
fn keys_that_panic_leave_the_list_as_it_was() {
    let (mut tabs, log, _) = tabs(&[1, 2]);
    assert_eq!(panic_of(|| tabs.set_ids(vec![3, 666])), "no such keys");
    assert_eq!(log.take(), NOTHING);
    assert_eq!(*tabs.keys(), [1, 2]);
    tabs.set_ids(vec![2]);
    assert_eq!(log.take(), ["keys [2]"]);
}

#[test]
fn a_list_follows_when_the_batch_ends() {
    let (mut tabs, log, _) = tabs(&[1]);
    tabs.batch(|tabs| {
        tabs.set_ids(vec![2]);
        assert_eq!(*tabs.keys(), [1]);
        tabs.tabs_mut()
            .row_mut(&1)
            .expect("it is there")
            .set_done(true);
        tabs.set_ids(vec![1, 2]);
    });
    assert_eq!(
        log.take(),
        [
            "make 2",
            "row 1 true false 0",
            "row 2 false false 0",
            "keys [1, 2]"
        ]
    );
    tabs.batch(|tabs| {
        tabs.set_ids(vec![2]);
        tabs.tabs_mut()
            .row_mut(&1)
            .expect("it is there")
            .set_done(false);
    });
    assert_eq!(log.take(), ["keys [2]"]);
}
