//! Values that are fed to the rows of a list: how often they are computed, and which rows get them.
//!
//! Must not know: executors.

use signal_kernel::reactive;
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::rc::Rc;

reactive! {
    struct Row {
        let id: u32;
        signal text: String = String::new();
        #[eq(never)]
        signal shared: Option<Rc<dyn Fn(u32) -> u32>> = None;
        signal own: u32 = 0;
        signal lucky: Lucky = Lucky(0);
    }

    struct Table {
        let log: Log;
        signal title: String = "a".to_owned();
        signal factor: u32 = 2;
        signal luck: u32 = 0;
        signal ids: Vec<u32> = Vec::new();
        list rows: Row by u32 => |id| Row(id) {
            text: log.pass("text", title).as_str().into(),
            shared: Some(times(*factor)),
            own: log.pass(format!("own {id}"), id * *factor),
            lucky: Lucky(unlucky(*luck)),
        };
        list shown: Row by u32 = ids.clone() => |id| Row(id) { text: log.pass("shown", title).clone() };
    }
}

fn times(factor: u32) -> Rc<dyn Fn(u32) -> u32> {
    Rc::new(move |number| number * factor)
}

fn unlucky(luck: u32) -> u32 {
    assert!(luck != 13, "no luck");
    luck
}

/// A value whose comparison with 7 panics.
#[derive(Clone)]
struct Lucky(u32);

impl PartialEq for Lucky {
    fn eq(&self, other: &Self) -> bool {
        assert!(self.0 != 7, "cannot be compared");
        self.0 == other.0
    }
}

/// The log is empty.
fn table(keys: &[u32]) -> (Table, Log) {
    let log = Log::new();
    let mut table = Table::new(log.clone());
    table.update_rows(|rows| {
        for key in keys {
            rows.insert(*key);
        }
    });
    log.clear();
    (table, log)
}

#[test]
fn a_value_that_does_not_name_the_key_is_computed_once_for_all_rows() {
    let (mut table, log) = table(&[1, 2, 3]);
    table.set_title("b".to_owned());
    assert_eq!(log.take(), ["text"]);
    assert!(table.rows().each(Row::text).all(|text| text == "b"));
    table.set_factor(3);
    assert_eq!(log.take(), ["own 1", "own 2", "own 3"]);
    let shared = table.rows().each(Row::shared).flatten();
    assert_eq!(shared.map(|it| it(5)).collect::<Vec<_>>(), [15, 15, 15]);
    assert_eq!(
        table.rows().each(Row::own).collect::<Vec<_>>(),
        [&3, &6, &9]
    );
}

#[test]
fn rows_that_are_put_in_together_share_the_value() {
    let (mut table, log) = table(&[1]);
    table.update_rows(|rows| [2, 3].map(|key| rows.insert(key).set_own(0)));
    assert_eq!(log.take(), ["text"]);
    table.set_ids(vec![1, 2, 3]);
    assert_eq!(log.take(), ["shown"]);
    assert!(table.shown().each(Row::text).all(|text| text == "a"));
}

#[test]
fn a_value_for_no_row_is_not_computed() {
    let (mut table, log) = table(&[]);
    table.set_title("b".to_owned());
    assert_eq!(log.take(), NOTHING);
    table.update_rows(|rows| rows.insert(1).set_own(0));
    log.clear();
    table.batch(|table| {
        table.set_title("c".to_owned());
        let mut rows = table.rows_mut();
        rows.row_mut(&1)
            .expect("a row")
            .set_text("by hand".to_owned());
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!(table.rows().get(&1).expect("a row").text(), "by hand");
}

#[test]
fn a_value_that_panics_is_computed_once_and_leaves_all_rows() {
    let (mut table, _) = table(&[1, 2]);
    table.set_luck(3);
    assert_eq!(panic_of(|| table.set_luck(13)), "no luck");
    assert!(table.rows().each(Row::lucky).all(|lucky| lucky.0 == 3));
    table.set_luck(4);
    assert!(table.rows().each(Row::lucky).all(|lucky| lucky.0 == 4));
}

#[test]
fn a_row_that_cannot_take_the_value_costs_no_other_row() {
    let (mut table, _) = table(&[1, 2, 3]);
    table.update_rows(|rows| rows.row_mut(&2).expect("a row").set_lucky(Lucky(7)));
    assert_eq!(panic_of(|| table.set_luck(5)), "cannot be compared");
    let lucky = table.rows().each(Row::lucky).map(|lucky| lucky.0);
    assert_eq!(lucky.collect::<Vec<_>>(), [5, 7, 5]);
    assert_eq!(*table.rows().get(&1).expect("a row").id(), 1);
}
