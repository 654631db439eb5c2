//! Peers without automatic tracking: their graphs are written out with their own combinators.
//!
//! Invariants: a graph that a peer cannot express is blank in the table.
//!
//! Must not know: other libraries.

pub mod futures_signals;
pub mod incremental;
