//! Random declared graphs, with their nodes by number and the log that their bodies write.
//!
//! Invariants: an item's number is its place in the declaration, and the number in its name; the log
//! belongs to the thread.
//!
//! Must not know: what is to be expected of the graph.

use std::cell::RefCell;

/// The operations of a graph, be a batch open or not.
pub trait Target {
    /// Writes a signal.
    fn set(&mut self, item: usize, value: i64);
    /// Changes a signal in place.
    fn update(&mut self, item: usize, change: &mut dyn FnMut(&mut i64));
    /// As `update`, with a way back of its own.
    fn update_with(&mut self, item: usize, value: i64);
    /// The value of a signal or a computed value.
    fn read(&mut self, item: usize) -> i64;
    /// A batch.
    fn batch(&mut self, f: &mut dyn FnMut(&mut dyn Target));
    /// A transaction.
    ///
    /// # Errors
    ///
    /// If `f` fails.
    #[allow(clippy::result_unit_err, reason = "the reason has no meaning here")]
    fn transaction(&mut self, f: Attempt<'_>) -> Result<(), ()>;
}

/// The closure of a transaction.
pub type Attempt<'a> = &'a mut dyn FnMut(&mut dyn Target) -> Result<(), ()>;

/// A whole graph.
pub trait Subject: Target {
    /// As `Debug` prints it.
    fn debug(&self) -> String;
    /// Its nodes and edges.
    fn shape(&self) -> signal_kernel::Graph;
}

/// Builds a graph from its parameters.
pub type Build = fn(&dyn Fn(usize) -> i64) -> Box<dyn Subject>;

/// An act of a body, or of the value that a typed effect keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A body has begun.
    Ran(usize),
    /// An effect has come to its end.
    Saw(usize, i64),
    /// A value that an effect kept was dropped.
    Dropped(usize, i64),
}

thread_local! {
    static LOG: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Takes what was logged since the last call.
pub fn take_log() -> Vec<Entry> {
    LOG.take()
}

fn log(entry: Entry) {
    LOG.with_borrow_mut(|log| log.push(entry));
}

fn number(name: &str) -> usize {
    name[1..].parse().expect("a name that ends in its number")
}

/// Called by every body first.
fn ran(name: &'static str) {
    log(Entry::Ran(number(name)));
}

/// Called by every effect last.
fn saw(name: &'static str, value: i64) {
    log(Entry::Saw(number(name), value));
}

/// Called by every typed effect last.
fn keep(name: &'static str, value: i64) -> Kept {
    saw(name, value);
    Kept(number(name), value)
}

/// A value that a typed effect keeps.
struct Kept(usize, i64);

impl Drop for Kept {
    fn drop(&mut self) {
        log(Entry::Dropped(self.0, self.1));
    }
}

/// The rule that some nodes name in `#[eq(..)]`.
fn same_ten(a: &i64, b: &i64) -> bool {
    a.div_euclid(10) == b.div_euclid(10)
}

macro_rules! subject {
    (
        $name:ident $batch:ident;
        parameters($($parameter:literal,)*) signals($($signals:tt)*) values($($values:tt)*)
    ) => {
        target! {
            ($name) signals($($signals)*) values($($values)*)
            fn update_with(&mut self, item: usize, value: i64) {
                self.update(item, &mut |it| *it = value);
            }
        }
        target! {
            ($batch<'_>) signals($($signals)*) values($($values)*)
            updates_with! { $($signals)* }
        }

        impl Subject for $name {
            fn debug(&self) -> String {
                format!("{self:?}")
            }

            fn shape(&self) -> signal_kernel::Graph {
                $name::GRAPH
            }
        }

        impl $name {
            #[allow(unused_variables)] // not every graph has parameters
            fn build(parameter: &dyn Fn(usize) -> i64) -> Box<dyn Subject> {
                Box::new($name::new($(parameter($parameter)),*))
            }
        }
    };
}

macro_rules! target {
    (
        ($($target:tt)*)
        signals($($signal:literal $name:ident $set:ident $update:ident $with:ident,)*)
        values($($value:literal $get:ident,)*)
        $($update_with:tt)*
    ) => {
        impl Target for $($target)* {
            fn set(&mut self, item: usize, value: i64) {
                match item {
                    $($signal => self.$set(value),)*
                    _ => unreachable!("no signal {item}"),
                }
            }

            fn update(&mut self, item: usize, change: &mut dyn FnMut(&mut i64)) {
                match item {
                    $($signal => self.$update(change),)*
                    _ => unreachable!("no signal {item}"),
                }
            }

            $($update_with)*

            fn read(&mut self, item: usize) -> i64 {
                match item {
                    $($value => *self.$get(),)*
                    _ => unreachable!("no value {item}"),
                }
            }

            fn batch(&mut self, f: &mut dyn FnMut(&mut dyn Target)) {
                self.batch(|open| f(open));
            }

            fn transaction(&mut self, f: Attempt<'_>) -> Result<(), ()> {
                self.transaction(|open| f(open))
            }
        }
    };
}

macro_rules! updates_with {
    ($($signal:literal $name:ident $set:ident $update:ident $with:ident,)*) => {
        fn update_with(&mut self, item: usize, value: i64) {
            match item {
                $($signal => {
                    let before = *self.$name();
                    self.$with(|it| *it = value, move |it| *it = before);
                })*
                _ => unreachable!("no signal {item}"),
            }
        }
    };
}

macro_rules! subjects {
    ($($name:ident)*) => {
        /// Every graph, in the order of `generate::all`.
        pub const BUILD: &[Build] = &[$($name::build),*];
    };
}

#[allow(unused_parens, clippy::all)] // printed by a program
mod graphs {
    use super::{Attempt, Build, Kept, Subject, Target, keep, ran, same_ten, saw};
    use signal_kernel::reactive;

    include!(concat!(env!("OUT_DIR"), "/graphs.rs"));
}

pub use graphs::BUILD;
