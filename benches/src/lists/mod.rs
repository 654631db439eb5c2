//! Lists of rows with a value each: the workloads, and the sides that have such lists.
//!
//! Invariants: every side does the same observable work: a row's doubled value is current and its effect has run when a
//! call returns; values and effect runs are checked while the calls are timed.
//!
//! Must not know: a particular library.

pub mod cost;
mod declared;
mod dynamic;
#[cfg(feature = "peers")]
mod eyeball;
#[cfg(feature = "peers")]
mod futures_signals;
mod hand;
#[cfg(feature = "peers")]
mod leptos;
#[cfg(feature = "peers")]
mod sycamore;

use crate::{meter::Meter, side::Kind};

/// Rows of the table: the name, and the description of one operation.
pub const ROWS: [(&str, &str); 7] = [
    ("write a row of 1000", "write + read of the row"),
    ("write a row of 10 000", "write + read of the row"),
    ("write a row of 1000, total", "write + read of the sum"),
    ("put in, take out, at 1000", "row put in + row taken out"),
    ("put in, take out, at 10 000", "row put in + row taken out"),
    ("move one of 1000", "the last row becomes the first"),
    ("follow 1000 keys", "10 keys go, 10 come"),
];

/// The form of a list.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The keys are the numbers below this one.
    pub len: usize,
    /// There is a sum of all rows.
    pub total: bool,
    /// The keys are written, instead of the rows.
    pub follows: bool,
}

/// A list of rows. Each row has a value, which is 0 at first, its double, and an effect on that. Rows are found by key or
/// by index, as the side likes best.
pub trait Rows {
    /// Puts a row in at the end.
    fn insert(&mut self, key: u64);
    fn remove(&mut self, key: u64, at: usize);
    fn move_to_front(&mut self, key: u64, at: usize);
    fn write(&mut self, key: u64, at: usize, value: i64);
    /// The list gets these keys; rows whose keys stay keep their value.
    fn follow(&mut self, keys: Vec<u64>);
    /// The doubled value of a row.
    fn twice(&mut self, key: u64, at: usize) -> i64;
    /// The sum of the doubled values.
    fn total(&mut self) -> i64;
    fn count(&mut self) -> usize;
    fn key_at(&mut self, at: usize) -> u64;
    /// The number of effect runs so far.
    fn runs(&mut self) -> u64;
}

/// The work on a list.
pub type Visitor<'a> = &'a mut dyn FnMut(&mut dyn Rows);

/// A side of the workloads with lists.
pub struct ListSide {
    pub name: &'static str,
    pub kind: Kind,
    pub how: &'static str,
    /// Workloads that take the side too long, with the reason.
    pub skip: &'static [(&'static str, &'static str)],
    /// Calls back with a list; false if the side has none of this form.
    pub with: fn(Shape, Visitor<'_>) -> bool,
}

/// Every side of this build, hand-written code first.
pub fn all() -> Vec<ListSide> {
    vec![
        hand::side(),
        declared::side(),
        dynamic::side(),
        #[cfg(feature = "peers")]
        futures_signals::side(),
        #[cfg(feature = "peers")]
        eyeball::side(),
        #[cfg(feature = "peers")]
        leptos::side(),
        #[cfg(feature = "peers")]
        sycamore::side(),
    ]
}

/// Times a row of [`ROWS`] once; false if the side cannot take part.
pub fn run(side: &ListSide, row: usize, meter: &Meter) -> bool {
    let with = |len, total, follows, work: fn(&mut dyn Rows, usize, &Meter)| {
        let shape = Shape {
            len,
            total,
            follows,
        };
        (side.with)(shape, &mut |rows| work(rows, len, meter))
    };
    match row {
        0 => with(1000, false, false, write),
        1 => with(10_000, false, false, write),
        2 => with(1000, true, false, write_total),
        3 => with(1000, false, false, put_in_and_take_out),
        4 => with(10_000, false, false, put_in_and_take_out),
        5 => with(1000, false, false, move_last),
        _ => with(1000, false, true, follow),
    }
}

/// The row that is written with this value: neighbours in time are none in the list.
fn spread(value: i64, len: usize) -> usize {
    value as usize * 7919 % len
}

fn write(rows: &mut dyn Rows, len: usize, meter: &Meter) {
    let runs = rows.runs();
    let (mut value, mut wrong) = (0, 0);
    meter.run(200, || {
        for _ in 0..200 {
            value += 1;
            let at = spread(value, len);
            rows.write(at as u64, at, value);
            wrong += u64::from(rows.twice(at as u64, at) != 2 * value);
        }
    });
    meter.values(wrong);
    meter.effects(rows.runs() - runs, value as u64);
}

fn write_total(rows: &mut dyn Rows, len: usize, meter: &Meter) {
    let runs = rows.runs();
    let (mut value, mut wrong) = (0, 0);
    let mut values = vec![0; len];
    let mut total = 0;
    meter.run(200, || {
        for _ in 0..200 {
            value += 1;
            let at = spread(value, len);
            total += 2 * (value - values[at]);
            values[at] = value;
            rows.write(at as u64, at, value);
            wrong += u64::from(rows.total() != total);
        }
    });
    meter.values(wrong);
    meter.effects(rows.runs() - runs, value as u64);
}

fn put_in_and_take_out(rows: &mut dyn Rows, len: usize, meter: &Meter) {
    let runs = rows.runs();
    let (mut first, mut wrong) = (0, 0);
    meter.run(20, || {
        for _ in 0..20 {
            let new = first + len as u64;
            rows.insert(new);
            rows.remove(first, 0);
            first += 1;
            wrong += u64::from(rows.count() != len || rows.key_at(len - 1) != new);
        }
    });
    meter.values(wrong);
    meter.effects(rows.runs() - runs, first);
}

fn move_last(rows: &mut dyn Rows, len: usize, meter: &Meter) {
    let runs = rows.runs();
    let (mut moves, mut wrong) = (0, 0);
    meter.run(20, || {
        for _ in 0..20 {
            let last = len - 1;
            let key = (last - moves % len) as u64;
            rows.move_to_front(key, last);
            moves += 1;
            wrong += u64::from(rows.key_at(0) != key);
        }
    });
    meter.values(wrong);
    meter.effects(rows.runs() - runs, 0);
}

fn follow(rows: &mut dyn Rows, len: usize, meter: &Meter) {
    let runs = rows.runs();
    let (mut first, mut wrong) = (0, 0);
    meter.run(20, || {
        for _ in 0..20 {
            first += 10;
            let end = first + len as u64;
            rows.follow((first..end).collect());
            wrong += u64::from(rows.count() != len || rows.key_at(len - 1) != end - 1);
        }
    });
    meter.values(wrong);
    meter.effects(rows.runs() - runs, first);
}
