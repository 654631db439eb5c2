//! Reads in the middle of a batch, of values that depend on the rows of a list (R2, R5, R8).
//!
//! Invariants: the log says which bodies run, in order.
//!
//! Must not know: executors.

use signal_kernel::reactive;
use signal_kernel_tests::log::Log;

reactive! {
    pub struct Row {
        let log: Log;
        pub signal a: i64 = 0;
        pub signal b: i64 = 0;
        #[eager]
        pub computed twice: i64 = log.pass("twice", a * 2);
        #[eager]
        pub computed frail: i64 = { log.push("frail"); assert!(*b != 3, "frail"); *b };
    }

    pub struct Table {
        let log: Log;
        pub list rows: Row by u64 => |_| Row(log);
        #[eager]
        pub computed sum: i64 = log.pass("sum", rows.each(Row::twice).sum());
        #[eager]
        pub computed count: usize = log.pass("count", rows.len());
        #[eager]
        pub computed all: i64 = log.pass("all", rows.values().map(|row| row.twice() + row.a()).sum());
    }
}

fn table() -> (Table, Log) {
    let log = Log::new();
    let mut table = Table::new(log.clone());
    table.update_rows(|rows| {
        rows.insert(1);
        rows.insert(2);
    });
    log.clear();
    (table, log)
}

#[test]
fn a_value_over_one_node_of_the_rows_runs_no_other_body_of_them() {
    let (mut table, log) = table();
    table.batch(|table| {
        let mut rows = table.rows_mut();
        let mut row = rows.row_mut(&2).expect("a row");
        row.set_a(4);
        row.set_b(5);
        drop(rows);
        assert_eq!(*table.sum(), 8);
        assert_eq!(log.take(), ["twice", "sum"]);
    });
    assert_eq!(log.take(), ["frail", "sum", "all"]);
}

#[test]
fn a_body_of_a_row_that_would_panic_does_not_run_for_a_reader_of_the_keys() {
    let (mut table, log) = table();
    table.batch(|table| {
        let mut rows = table.rows_mut();
        rows.insert(3);
        log.clear();
        rows.row_mut(&1).expect("a row").set_b(3);
        drop(rows);
        assert_eq!(*table.count(), 3);
        assert_eq!(log.take(), ["count"]);
        table.rows_mut().row_mut(&1).expect("a row").set_b(0);
    });
    assert_eq!(log.take(), ["sum", "count", "all"]);
}

#[test]
fn a_value_over_everything_runs_all_bodies_of_the_written_rows() {
    let (mut table, log) = table();
    table.batch(|table| {
        table.rows_mut().row_mut(&1).expect("a row").set_b(5);
        assert_eq!(*table.all(), 0);
        assert_eq!(log.take(), ["frail", "all"]);
    });
    assert_eq!(log.take(), ["all"]); // once more, R2
}

#[test]
fn a_value_over_one_node_of_the_rows_follows_their_order() {
    reactive! {
        struct Letters {
            list rows: Letter by char => |key| Letter(key, key);
            // A field never changes, but rows come and move.
            computed lazy: String = rows.each(Letter::field).collect();
            #[eager]
            computed word: String = rows.each(Letter::key).collect();
        }

        struct Letter {
            let field: char;
            signal key: char;
        }
    }

    let mut letters = Letters::new();
    letters.update_rows(|rows| {
        for key in "abc".chars() {
            rows.insert(key);
        }
    });
    assert_eq!(
        (letters.word().as_str(), letters.lazy().as_str()),
        ("abc", "abc")
    );
    letters.update_rows(|rows| rows.move_to(&'a', 2));
    assert_eq!(
        (letters.word().as_str(), letters.lazy().as_str()),
        ("bca", "bca")
    );
    letters.batch(|letters| {
        letters.rows_mut().sort_by(|(a, _), (b, _)| b.cmp(a));
        assert_eq!(letters.word(), "cba");
        assert_eq!(letters.lazy(), "cba");
    });
    assert_eq!(
        (letters.word().as_str(), letters.lazy().as_str()),
        ("cba", "cba")
    );
}
