//! Rows of a keyed list: when they are made, kept, moved and disposed of.
//!
//! Invariants: one behaviour a test, told by the log in the order of events.
//!
//! Must not know: anything but the public interface.

use super::kernel::{
    Computed, ReadError, Signal, batch, computed, create_effect, create_resource, eq, keyed,
    on_cleanup, scope, signal, signal_with, transaction,
};
use signal_kernel_tests::gate::poll_once;
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::{Log, NOTHING};
use signal_kernel_tests::panics::panic_of;
use signal_kernel_tests::random::Random;
use signal_kernel_tests::resources::gates;
use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

type Item = (u32, &'static str);

/// A list whose rows log their making, their data and their end.
fn list(items: Signal<Vec<Item>>, log: &'static Log) -> Computed<Vec<Computed<Item>>> {
    keyed(
        move || items.get(),
        |item| item.0,
        move |item: Computed<Item>| {
            let id = item.peek().0;
            log.push(format!("make {id}"));
            on_cleanup(move || log.push(format!("end {id}")));
            create_effect(move || log.push(format!("show {}", item.get().1)));
            item
        },
    )
}

fn ids(rows: &Computed<Vec<Computed<Item>>>) -> Vec<u32> {
    rows.with(|rows| rows.iter().map(|row| row.get().0).collect())
}

#[test]
fn a_row_is_made_once_for_each_key_in_the_order_of_the_source() {
    let log = leak(Log::new());
    let items = signal(vec![(2, "b"), (1, "a")]);
    let rows = list(items, log);
    assert_eq!(log.take(), ["make 2", "show b", "make 1", "show a"]);
    assert_eq!(ids(&rows), [2, 1]);
    items.set(vec![(1, "a"), (3, "c"), (2, "b")]);
    assert_eq!(log.take(), ["make 3", "show c"]);
    assert_eq!(ids(&rows), [1, 3, 2]);
}

#[test]
fn only_the_row_whose_data_changed_runs() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a"), (2, "b")]);
    let rows = list(items, log);
    create_effect(move || {
        rows.with(|_| ());
        log.push("rows");
    });
    log.clear();
    items.set(vec![(1, "a"), (2, "B")]);
    assert_eq!(log.take(), ["show B"]); // the list of rows has not changed
    items.set(vec![(2, "B"), (1, "a")]);
    assert_eq!(log.take(), ["rows"]); // only the order has
}

#[test]
fn a_row_ends_with_all_its_nodes_when_its_key_goes() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a"), (2, "b")]);
    let rows = list(items, log);
    let first = rows.get()[0];
    log.clear();
    items.set(vec![(2, "b")]);
    assert_eq!(log.take(), ["end 1"]);
    assert!(matches!(first.try_get(), Err(ReadError::Disposed(_))));
    items.set(vec![(1, "again"), (2, "b")]);
    assert_eq!(log.take(), ["make 1", "show again"]);
    assert_eq!(ids(&rows), [1, 2]);
}

#[test]
fn the_effects_of_a_row_that_goes_do_not_run_for_a_change_in_the_same_batch() {
    let log = leak(Log::new());
    let (items, size) = (signal(vec![1, 2]), signal(10));
    let _rows = keyed(
        move || items.get(),
        |id| *id,
        move |id: Computed<i32>| {
            create_effect(move || log.push(format!("{} at {}", id.get(), size.get())));
        },
    );
    log.clear();
    batch(|| {
        size.set(20);
        items.set(vec![2]);
    });
    assert_eq!(log.take(), ["2 at 20"]);
}

#[test]
fn a_key_that_comes_twice_counts_once_at_its_first_place() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a"), (2, "b"), (1, "twice")]);
    let rows = list(items, log);
    assert_eq!(ids(&rows), [1, 2]);
    assert_eq!(log.take(), ["make 1", "show a", "make 2", "show b"]);
}

#[test]
fn a_row_that_an_open_batch_takes_out_and_puts_back_stays() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a"), (2, "b")]);
    let rows = list(items, log);
    log.clear();
    batch(|| {
        items.set(vec![(2, "b")]);
        assert_eq!(ids(&rows), [2]);
        items.set(vec![(1, "a"), (2, "b")]);
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(ids(&rows), [1, 2]);
}

#[test]
fn a_row_that_only_a_failed_transaction_has_seen_is_gone() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a")]);
    let rows = list(items, log);
    log.clear();
    let failed = transaction(|| {
        items.set(vec![(1, "a"), (2, "b")]);
        assert_eq!(ids(&rows), [1, 2]);
        Err::<(), _>("no")
    });
    assert_eq!(failed, Err("no"));
    assert_eq!(log.take(), ["make 2", "end 2"]);
    assert_eq!(ids(&rows), [1]);
}

#[test]
fn a_batch_sees_the_rows_as_written_so_far() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a")]);
    let rows = list(items, log);
    batch(|| {
        items.set(vec![(3, "c"), (1, "A")]);
        assert_eq!(ids(&rows), [3, 1]);
        assert_eq!(rows.get()[1].get().1, "A");
    });
    assert_eq!(ids(&rows), [3, 1]);
}

#[test]
fn no_effect_sees_rows_of_another_time_than_their_source() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a")]);
    let rows = list(items, log);
    create_effect(move || {
        let (source, rows) = (items.get(), rows.get());
        assert_eq!(source, rows.iter().map(|row| row.get()).collect::<Vec<_>>());
        log.push(format!("{} rows", rows.len()));
    });
    log.clear();
    items.set(vec![(1, "A"), (2, "b")]);
    assert!(log.take().contains(&"2 rows".to_owned()));
}

#[test]
fn reads_of_a_maker_are_not_tracked() {
    let log = leak(Log::new());
    let (items, other) = (signal(vec![1]), signal(0));
    let rows = keyed(
        move || items.get(),
        |id| *id,
        move |_| log.pass(format!("make with {}", other.get()), ()),
    );
    create_effect(move || log.push(format!("{} rows", rows.with(Vec::len))));
    assert_eq!(log.take(), ["make with 0", "1 rows"]);
    other.set(1);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn source_and_key_are_tracked() {
    let (items, modulus) = (signal(vec![1, 2, 3, 4]), signal(2));
    let rows = keyed(
        move || items.get(),
        move |n| n % modulus.get(),
        |n: Computed<i32>| n,
    );
    let values = move || rows.with(|rows| rows.iter().map(Computed::get).collect::<Vec<_>>());
    assert_eq!(values(), [1, 2]);
    modulus.set(3);
    assert_eq!(values(), [1, 2, 3]);
}

#[test]
fn work_of_a_row_goes_on_while_the_row_moves_and_is_dropped_with_it() {
    let log = Log::new();
    let work = gates("work", &log);
    let items = signal(vec![1, 2]);
    let rows = keyed(move || items.get(), |id| *id, {
        let work = work.clone();
        move |id: Computed<u32>| {
            let work = work.clone();
            create_resource(move || id.get(), move |id| work.open(id)).0
        }
    });
    assert!(poll_once(super::kernel::poll_progress).is_pending());
    log.clear();
    items.set(vec![2, 1]);
    assert_eq!(log.take(), NOTHING);
    items.set(vec![2]);
    assert_eq!(log.take(), ["work#1 dropped"]);
    work.ok(2, 20);
    assert!(poll_once(super::kernel::poll_progress).is_ready());
    assert_eq!(rows.get()[0].get(), Some(20));
}

#[test]
fn rows_end_with_the_owner_around_the_call() {
    let log = leak(Log::new());
    let items = signal(vec![(1, "a"), (2, "b")]);
    let (rows, owner) = scope(|| list(items, log));
    log.clear();
    drop(owner);
    assert_eq!(log.take(), ["end 2", "end 1"]);
    items.set(vec![(3, "c")]);
    assert_eq!(log.take(), NOTHING);
    assert!(matches!(rows.try_get(), Err(ReadError::Disposed(_))));
}

#[test]
fn a_maker_that_panics_fails_the_rows_until_the_source_changes() {
    let log = leak(Log::new());
    let items = signal(vec![1]);
    let rows = keyed(
        move || items.get(),
        |id| *id,
        move |id: Computed<i32>| {
            let id = id.peek();
            log.push(format!("make {id}"));
            on_cleanup(move || log.push(format!("end {id}")));
            assert!(id != 2, "no row 2");
            id
        },
    );
    log.clear();
    assert_eq!(panic_of(|| items.set(vec![3, 2, 1])), "no row 2");
    assert_eq!(log.take(), ["make 3", "make 2", "end 2"]);
    assert!(matches!(rows.try_get(), Err(ReadError::Failed(_))));
    items.set(vec![1, 3]);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(rows.get(), [1, 3]);
}

#[test]
fn a_first_maker_that_panics_leaves_nothing() {
    let log = leak(Log::new());
    let items = signal(vec![1, 2]);
    let text = panic_of(|| {
        keyed(
            move || items.get(),
            |id| *id,
            move |id: Computed<i32>| {
                let id = id.peek();
                on_cleanup(move || log.push(format!("end {id}")));
                assert!(id != 2, "no row 2");
            },
        )
    });
    assert_eq!(text, "no row 2");
    assert_eq!(log.take(), ["end 2", "end 1"]);
    items.set(vec![1]);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn cleanups_of_a_row_may_write() {
    let items = signal(vec![1, 2]);
    let ended = signal(0);
    let _rows = keyed(
        move || items.get(),
        |id| *id,
        move |_| on_cleanup(move || ended.set(ended.peek() + 1)),
    );
    let doubled = computed(move || ended.get() * 2);
    items.set(Vec::new());
    assert_eq!((ended.get(), doubled.get()), (2, 4));
}

#[test]
fn a_row_whose_end_panics_ends_and_so_do_all_others() {
    let log = leak(Log::new());
    let items = signal(vec![1, 2, 3]);
    let rows = keyed(
        move || items.get(),
        |id| *id,
        move |id: Computed<i32>| {
            let id = id.peek();
            on_cleanup(move || {
                log.push(format!("end {id}"));
                assert!(id != 2, "the end of row 2");
            });
        },
    );
    assert_eq!(panic_of(|| items.set(Vec::new())), "the end of row 2");
    let mut ended = log.take();
    ended.sort();
    assert_eq!(ended, ["end 1", "end 2", "end 3"]);
    assert_eq!(rows.with(Vec::len), 0);
}

#[test]
fn rows_may_hold_rows() {
    let log = leak(Log::new());
    let tree = signal(vec![(1, vec![(11, "x")]), (2, vec![])]);
    let _rows = keyed(
        move || tree.get(),
        |branch| branch.0,
        move |branch: Computed<(u32, Vec<Item>)>| {
            keyed(
                move || branch.get().1,
                |leaf| leaf.0,
                move |leaf: Computed<Item>| {
                    on_cleanup(move || log.push("end of a leaf"));
                    create_effect(move || log.push(leaf.get().1));
                },
            )
        },
    );
    assert_eq!(log.take(), ["x"]);
    tree.set(vec![(1, vec![(11, "x")]), (2, vec![(21, "y")])]);
    assert_eq!(log.take(), ["y"]);
    tree.set(vec![(2, vec![(21, "z")])]);
    assert_eq!(log.take(), ["end of a leaf", "z"]);
}

#[test]
fn a_rule_that_never_finds_values_equal_lets_each_write_count() {
    let log = leak(Log::new());
    let text = signal_with("a", eq::never);
    create_effect(move || log.push(text.get()));
    text.set("a");
    assert_eq!(log.take(), ["a", "a"]);
}

#[test]
fn a_rule_by_address_compares_no_content() {
    let log = leak(Log::new());
    let first: Rc<str> = Rc::from("a");
    let text = signal_with(first.clone(), eq::same_rc);
    create_effect(move || log.push(text.get()));
    text.set(first);
    assert_eq!(log.take(), ["a"]);
    text.set(Rc::from("a"));
    assert_eq!(log.take(), ["a"]);
}

/// Checks the rows against their source, after each of many random batches.
#[test]
fn random_lists_leave_exactly_the_rows_of_their_source() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let items = signal(Vec::<(usize, i64)>::new());
        let alive = leak(RefCell::new(BTreeSet::new()));
        let shown = leak(RefCell::new(Vec::new()));
        let rows = keyed(
            move || items.get(),
            |item| item.0,
            move |item: Computed<(usize, i64)>| {
                let id = item.peek().0;
                assert!(alive.borrow_mut().insert(id), "{id} is there already");
                on_cleanup(move || assert!(alive.borrow_mut().remove(&id)));
                let writes = signal(0);
                (item, writes)
            },
        );
        create_effect(move || {
            *shown.borrow_mut() = rows.with(|rows| rows.iter().map(|row| row.0.get()).collect());
        });
        let mut written = Vec::<(usize, usize)>::new();
        for step in 0..30 {
            let mut list = || {
                let length = random.below(6);
                let mut item = || (random.below(6), random.between(0, 2));
                (0..length).map(|_| item()).collect::<Vec<_>>()
            };
            let (first, second) = (list(), list());
            let before = items.get();
            let (kind, reads, fails) = (random.below(3), random.chance(50), random.chance(50));
            let write = || {
                items.set(first.clone());
                if reads {
                    let now: Vec<_> =
                        rows.with(|rows| rows.iter().map(|row| row.0.get()).collect());
                    assert_eq!(now, unique(&first), "seed {seed}, step {step}");
                }
                if kind > 0 {
                    items.set(if fails {
                        before.clone()
                    } else {
                        second.clone()
                    });
                }
            };
            if kind < 2 {
                batch(write);
            } else {
                let _ = transaction(|| {
                    write();
                    if fails { Err(()) } else { Ok(()) }
                });
            }
            let now = unique(&items.get());
            let keys: BTreeSet<_> = now.iter().map(|item| item.0).collect();
            assert_eq!(*shown.borrow(), now, "seed {seed}, step {step}");
            assert_eq!(*alive.borrow(), keys, "seed {seed}, step {step}");
            // A row keeps its own state for as long as its key stays.
            written.retain(|(id, _)| keys.contains(id));
            for (item, writes) in rows.get() {
                let id = item.get().0;
                let known = written
                    .iter()
                    .position(|known| known.0 == id)
                    .unwrap_or_else(|| {
                        written.push((id, 0));
                        written.len() - 1
                    });
                assert_eq!(writes.get(), written[known].1, "seed {seed}, step {step}");
                written[known].1 += 1;
                writes.set(written[known].1);
            }
        }
    }
}

fn unique(items: &[(usize, i64)]) -> Vec<(usize, i64)> {
    let mut seen = BTreeSet::new();
    items
        .iter()
        .copied()
        .filter(|item| seen.insert(item.0))
        .collect()
}
