//! Peers without automatic tracking: their graphs are written out with their own combinators.
//!
//! Invariants: only graphs they can express; the others are blank in the table.
//!
//! Must not know: other libraries.

pub mod futures_signals;
pub mod incremental;
