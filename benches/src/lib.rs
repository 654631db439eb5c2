//! Side-by-side measurements: both kinds of graph, hand-written code, and the peers.
//!
//! `NOTES.md` has the method, with its fair and unfair points.
//!
//! Invariants: every side is timed with the same work (`plan`), one after the other in one process, and its answers
//! and effect runs are checked while it is timed.
//!
//! Must not know: the inside of the kernel.

pub mod arguments;
pub mod body;
pub mod declared;
#[cfg(feature = "peers")]
pub mod explicit;
pub mod graphs;
pub mod growth;
pub mod hand;
pub mod heap;
pub mod libraries;
pub mod library;
pub mod lists;
pub mod live;
pub mod meter;
pub mod plan;
pub mod report;
pub mod resources;
pub mod round;
pub mod side;
pub mod sides;
pub mod storm;
pub mod streams;
pub mod workloads;
