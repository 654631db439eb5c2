//! Lists of rows.
//!
//! Must not know: the workloads without lists.

pub mod cost;
