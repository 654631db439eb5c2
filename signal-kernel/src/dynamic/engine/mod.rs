//! The runtime of a thread: the graph with values and bodies, and the calls of user code.
//!
//! A thread has one [`runtime`], the [`current`] one. Functions hand a [`turn`] on, which borrows the runtime and calls
//! user code. [`handle`]s are keys of nodes, and [`access`] reads and writes by them. A write marks all nodes that it may affect. [`settle`] runs the due resources and effects, and [`pull`]
//! brings one node up to date by its dependencies; [`run`] runs one body, in a [`context`]. [`batch`] nests writes, and
//! undoes those of a failed transaction by the [`undo_log`]; [`net_change`] compares the values of before and after;
//! [`snapshots`] keep the values from before a batch that were read in the middle of it. [`failure`] begins and ends the
//! failures of nodes, with the records in [`failures`] and the errors in [`read_error`]. [`dispose`] ends nodes. [`check`]
//! holds all tables against their invariants.
//!
//! Invariants: no borrow of the runtime is held while user code runs; a panic of user code leaves nothing behind; nothing
//! here recurses over a user's graph.
//!
//! Must not know: the types of values, and the handles that name them.

pub(crate) mod access;
pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod context;
pub(crate) mod current;
pub(crate) mod cycles;
pub(crate) mod dispose;
pub(crate) mod failure;
pub(crate) mod failures;
pub(crate) mod handle;
pub(crate) mod names;
pub(crate) mod net_change;
pub(crate) mod pull;
pub(crate) mod read_error;
pub(crate) mod refresh;
pub(crate) mod run;
pub(crate) mod runtime;
pub(crate) mod settle;
pub(crate) mod snapshots;
pub(crate) mod tasks;
pub(crate) mod turn;
pub(crate) mod undo_log;
pub(crate) mod value;
