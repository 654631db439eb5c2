//! The feeds of a graph inside: values that flow down.
//!
//! Must not know: work.

use signal_kernel::reactive;
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panics::quietly,
};

reactive! {
    pub struct Row {
        let log: Log;
        pub signal dark: bool = false;
        pub signal width: u32 = 1;
        pub computed size: u32 = log.pass("size", width * 10);
        effect show { log.push(format!("row: {dark} {size}")); }
    }

    pub struct Table {
        let log: Log;
        pub signal night: bool = false;
        pub signal columns: u32 = 2;
        pub computed total: u32 = { assert!(*columns > 0, "no columns"); 12 / columns };
        pub graph row: Row(log) {
            dark: log.pass("feed dark", *night),
            width: log.pass("feed width", *total),
        };
        pub computed shown: String = format!("{}:{}", row.dark(), row.width());
        effect show { log.push(format!("table: {shown}")); }
    }
}

fn table() -> (Table, Log) {
    let log = Log::new();
    let table = Table::new(log.clone());
    log.clear();
    (table, log)
}

#[test]
fn a_graph_inside_is_fed_before_its_values_are_read_and_its_effects_run() {
    let log = Log::new();
    let _table = Table::new(log.clone());
    assert_eq!(
        log.take(),
        [
            "size",
            "feed dark",
            "feed width",
            "size",
            "row: false 60",
            "table: false:6"
        ]
    );
}

#[test]
fn a_feed_runs_when_a_node_that_it_names_has_changed() {
    let (mut table, log) = table();
    table.set_night(true);
    assert_eq!(log.take(), ["feed dark", "row: true 60", "table: true:6"]);
    table.set_columns(3);
    assert_eq!(
        log.take(),
        ["feed width", "size", "row: true 40", "table: true:4"]
    );
}

#[test]
fn a_feed_is_cut_off_by_the_rule_of_the_signal() {
    let (mut table, log) = table();
    table.set_night(false);
    assert_eq!(log.take(), NOTHING);
    // The sum is cut off before the feed: 12 / 7 and 12 / 8 are 1.
    table.set_columns(7);
    log.clear();
    table.set_columns(8);
    assert_eq!(log.take(), NOTHING);
    table.update_night(|_| ());
    assert_eq!(log.take(), ["feed dark"]);
}

#[test]
fn a_write_by_hand_lasts_until_a_node_of_the_feed_changes() {
    let (mut table, log) = table();
    table.update_row(|row| row.set_dark(true));
    table.set_columns(3);
    assert_eq!((*table.row().dark(), *table.row().width()), (true, 4));
    table.set_night(true);
    table.set_night(false);
    assert!(!*table.row().dark());
    log.clear();
}

#[test]
fn a_write_by_hand_in_the_same_batch_wins_before_and_after_and_an_equal_one_too() {
    let (mut table, log) = table();
    table.batch(|table| {
        table.set_columns(3);
        table.row_mut().set_width(9);
    });
    assert_eq!(*table.row().width(), 9);
    table.batch(|table| {
        table.row_mut().set_width(9);
        table.set_columns(4);
    });
    assert_eq!(*table.row().width(), 9);
    table.set_columns(6);
    assert_eq!(*table.row().width(), 2);
    log.clear();
}

#[test]
fn an_update_by_hand_wins_too() {
    let (mut table, _) = table();
    table.batch(|table| {
        table.set_columns(3);
        table.row_mut().update_width(|width| *width += 1);
    });
    assert_eq!(*table.row().width(), 7);
    table.batch(|table| {
        table.set_columns(4);
        table
            .row_mut()
            .update_width_with(|width| *width += 1, |width| *width -= 1);
    });
    assert_eq!(*table.row().width(), 8);
}

#[test]
fn a_write_by_hand_that_is_rolled_back_has_not_been_made() {
    let (mut table, _) = table();
    table.batch(|table| {
        table.set_columns(3);
        let failed = table.transaction(|table| {
            table.row_mut().set_width(6);
            table.row_mut().set_width(9);
            Err::<(), ()>(())
        });
        assert!(failed.is_err());
    });
    assert_eq!(*table.row().width(), 4);
    table.batch(|table| {
        table.set_columns(2);
        let failed = table.transaction(|table| {
            let mut row = table.row_mut();
            row.transaction(|row| {
                row.set_width(9);
                Ok::<_, ()>(())
            })?;
            Err::<(), ()>(())
        });
        assert!(failed.is_err());
    });
    assert_eq!(*table.row().width(), 6);
}

#[test]
fn a_write_by_hand_counts_for_its_own_batch_only() {
    let (mut table, _) = table();
    table.update_row(|row| row.set_width(6));
    table.set_columns(3);
    assert_eq!(*table.row().width(), 4);
}

#[test]
fn nothing_is_fed_in_the_middle_of_a_batch() {
    let (mut table, log) = table();
    table.batch(|table| {
        table.set_night(true);
        assert_eq!(table.shown(), "false:6");
        assert!(!*table.row().dark());
        table.set_night(false);
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(table.shown(), "false:6");
}

#[test]
fn a_failed_value_leaves_the_signal_as_it_is() {
    let (mut table, log) = table();
    let panicked = quietly(|| {
        table.batch(|table| {
            table.set_night(true);
            table.set_columns(0);
        })
    });
    assert!(panicked.is_err());
    assert_eq!(log.take(), ["feed dark", "row: true 60", "table: true:6"]);
    assert_eq!(*table.row().width(), 6);
    table.set_columns(4);
    assert_eq!(*table.row().width(), 3);
}

reactive! {
    pub struct Panics {
        pub signal number: u32 = 1;
        pub graph row: Row(Log::new()) { width: { assert!(*number != 3, "three"); *number } };
        pub computed width: u32 = *row.width();
    }
}

#[test]
fn a_feed_that_panics_leaves_the_signal_as_it_is_and_the_readers_go_on() {
    let mut panics = Panics::new();
    panics.set_number(2);
    let panicked = quietly(|| panics.set_number(3));
    assert!(panicked.is_err());
    assert_eq!(*panics.width(), 2);
    panics.set_number(4);
    assert_eq!(*panics.width(), 4);
}

reactive! {
    pub struct Names {
        let name: &'static str;
        pub signal r#type: String = String::from("first");
        pub computed both: String = format!("{name} {type}");
    }

    /// A signal may have the name of a keyword, and a feed may infer its type from the signal.
    pub struct Inferred {
        pub signal text: &'static str = "a";
        pub graph names: Names("x") { r#type: (*text).into() };
    }
}

#[test]
fn the_type_of_a_feed_is_that_of_the_signal() {
    let mut inferred = Inferred::new();
    assert_eq!(inferred.names().r#type(), "a");
    inferred.set_text("b");
    assert_eq!(inferred.names().r#type(), "b");
}
