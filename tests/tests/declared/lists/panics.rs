//! Panics of a key and of a row, in code that is the user's.
//!
//! Must not know: executors.

use signal_kernel::reactive;
use signal_kernel_tests::{log::Log, panics::panic_of, panics::quietly};
use std::{
    cell::Cell,
    hash::{Hash, Hasher},
};

thread_local! {
    /// The number of calls until one panics; 0 for none.
    static FUSE: Cell<u32> = const { Cell::new(0) };
}

fn burn() {
    let left = FUSE.get();
    FUSE.set(left.saturating_sub(1));
    assert!(left != 1, "the fuse");
}

/// A key whose methods panic when the fuse has burnt down.
#[derive(Debug)]
struct Touchy(u32);

impl Clone for Touchy {
    fn clone(&self) -> Self {
        burn();
        Touchy(self.0)
    }
}

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        burn();
        self.0 == other.0
    }
}

impl Eq for Touchy {}

impl Hash for Touchy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        burn();
        self.0.hash(state);
    }
}

/// A field whose drop panics, unless it is unwound already.
#[derive(Debug)]
struct Bomb {
    is_armed: bool,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.is_armed || std::thread::panicking(), "the bomb");
    }
}

reactive! {
    #[derive(Debug)]
    struct Row {
        let log: Log;
        #[allow(dead_code)] // for its end
        let bomb: Bomb;
        pub signal number: u32 = 0;
        effect show { log.push(number); }
    }

    #[derive(Debug)]
    struct Table {
        let log: Log;
        pub list rows: Row by Touchy => |key| Row(log, Bomb { is_armed: key.0 > 90 });
        pub signal keys: Vec<u32> = Vec::new();
        pub list followed: Row by Touchy = keys.iter().map(|key| Touchy(*key)) => |key| Row(log, Bomb { is_armed: key.0 > 90 });
        pub computed sum: u32 = rows.each(Row::number).sum();
    }
}

fn table(keys: &[u32]) -> (Table, Log) {
    let log = Log::new();
    let mut table = Table::new(log.clone());
    table.update_rows(|rows| {
        for &key in keys {
            rows.insert(Touchy(key)).set_number(key);
        }
    });
    table.set_keys(keys.to_vec());
    log.clear();
    (table, log)
}

fn keys(table: &Table) -> Vec<u32> {
    let keys: Vec<u32> = table.rows().keys().map(|key| key.0).collect();
    for (index, &key) in keys.iter().enumerate() {
        assert_eq!(table.rows().position(&Touchy(key)), Some(index));
        assert_eq!(
            table.rows().get(&Touchy(key)).map(|row| *row.number()),
            Some(key)
        );
    }
    keys
}

#[test]
fn a_key_that_panics_leaves_the_list_as_it_was_before_the_call() {
    let calls: [fn(&mut Table); 5] = [
        |table| {
            table.update_rows(|rows| {
                rows.insert(Touchy(9));
            });
        },
        |table| {
            table.update_rows(|rows| {
                rows.insert(Touchy(2));
            });
        },
        |table| assert!(table.update_rows(|rows| rows.remove(&Touchy(2)))),
        |table| assert!(table.update_rows(|rows| rows.move_to(&Touchy(3), 0))),
        |table| table.update_rows(|rows| assert!(rows.row_mut(&Touchy(2)).is_some())),
    ];
    for call in calls {
        let mut fuse = 1;
        loop {
            let (mut table, _) = table(&[1, 2, 3]);
            FUSE.set(fuse);
            let is_over = quietly(|| call(&mut table)).is_ok();
            FUSE.set(0);
            if is_over {
                break;
            }
            assert_eq!(keys(&table), [1, 2, 3], "fuse {fuse}");
            assert_eq!(*table.sum(), 6);
            fuse += 1;
        }
        assert!(fuse > 1);
    }
}

#[test]
fn a_key_that_panics_leaves_a_list_that_follows_as_it_was() {
    let mut fuse = 1;
    loop {
        let (mut table, _) = table(&[1, 2, 3]);
        FUSE.set(fuse);
        let is_over = quietly(|| table.set_keys(vec![3, 4, 1])).is_ok();
        FUSE.set(0);
        let followed: Vec<u32> = table.followed().keys().map(|key| key.0).collect();
        if is_over {
            assert_eq!(followed, [3, 4, 1]);
            break;
        }
        // The clone for the maker is part of making the row.
        assert!(followed == [1, 2, 3] || followed == [3, 1], "{followed:?}");
        table.set_keys(vec![4]);
        assert_eq!(table.followed().len(), 1);
        fuse += 1;
    }
    assert!(fuse > 4);
}

#[test]
fn a_row_that_panics_when_it_is_dropped_is_gone() {
    let (mut table, log) = table(&[1, 99, 98, 2]);
    let text = panic_of(|| {
        table.update_rows(|rows| {
            rows.remove(&Touchy(99));
            rows.remove(&Touchy(98));
            rows.row_mut(&Touchy(2)).expect("it is there").set_number(5);
        })
    });
    assert_eq!(text, "the bomb");
    assert_eq!(log.take(), ["5"]);
    assert_eq!(*table.sum(), 6);
    assert_eq!(table.rows().len(), 2);
    assert_eq!(panic_of(|| table.set_keys(vec![2])), "the bomb");
    assert_eq!(table.followed().len(), 1);
    table.update_rows(|rows| {
        rows.insert(Touchy(3));
    });
    assert_eq!(log.take(), ["0"]);
}

reactive! {
    struct Leaf {
        signal a: u32 = 0;
        computed frail: u32 = { assert!(*a != 3, "frail"); *a };
        effect watch { let _ = frail; }
    }

    struct Hinted {
        signal own: u32 = 100;
        signal inner: u32 = 100;
    }

    struct Hints {
        signal a: u32 = 0;
        signal ids: Vec<u32> = Vec::new();
        computed frail: u32 = { assert!(*a != 3, "frail"); *a };
        graph leaf: Leaf() { a: *a };
        list rows: Hinted by u32 => |_| Hinted() { own: *frail, inner: *leaf.frail() };
        list tabs: Hinted by u32 = ids.clone() => |_| Hinted() { own: *frail, inner: *leaf.frail() };
    }
}

fn hints(hints: &Hints) -> Vec<(u32, u32)> {
    let rows = hints.rows().values().chain(hints.tabs().values());
    rows.map(|row| (*row.own(), *row.inner())).collect()
}

#[test]
fn a_new_row_is_not_fed_a_value_that_is_failed_and_is_fed_when_the_failure_ends() {
    let mut graph = Hints::new();
    graph.set_a(1);
    assert_eq!(panic_of(|| graph.set_a(3)), "frail");
    graph.update_rows(|rows| {
        rows.insert(7);
    });
    graph.set_ids(vec![8]);
    assert_eq!(hints(&graph), [(100, 100), (100, 100)]);
    graph.set_a(1);
    assert_eq!(hints(&graph), [(1, 1), (1, 1)]);
}
