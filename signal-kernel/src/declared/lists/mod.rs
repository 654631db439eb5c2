//! Lists of graphs inside a graph: [`list`] is what bodies read, [`batch`] what a batch writes, [`follow`] what a settle
//! writes, [`state`] what is saved of its rows. A list is over [`open`] rows in [`rows`]; [`row`] is the only file that
//! knows what a graph in a row is.
//!
//! Must not know: how a declaration is written.

pub(crate) mod batch;
pub(crate) mod follow;
pub(crate) mod list;
mod open;
mod row;
mod rows;
mod settle;
pub(crate) mod state;
mod work;
