//! The engine under `reactive!`: what every declared graph shares, as ordinary code.
//!
//! The macro emits a description (the trait [`DeclaredGraph`] and the constant [`Topology`](topology::Topology)) and
//! one body function for each node. The loops, the batch, the transaction and the work in flight live here, one file
//! each: [`settle`] after a write, [`batch`] around several, [`drive`] for polls, [`read`] and [`computing`] for lazy
//! values, [`pass`] for the pass over a word of the [mask]. [`slot`] (with its [`undo_log`]), [`per`], [`memo`] and
//! [`resource`] hold the nodes, [`visit`] leads to them, [`core`] is the rest of a graph's state, without that of an
//! [open batch](open_batch). [`watch`] tells
//! whether anything has changed, [`causes`] and [`failed`] tell why values are failed.
//! [`inside`] is a graph inside another one, whose nodes are found by their [`names`], and [`lists`] has lists of graphs. [`template`] is the generated
//! code, which [`make`] helps to build the graph.
//!
//! Must not know: how a declaration is written, and which executor polls.

pub mod batch;
mod causes;
pub(crate) mod computing;
mod core;
pub(crate) mod drive;
mod failed;
pub(crate) mod inside;
pub(crate) mod lists;
pub mod make;
mod mask;
pub(crate) mod memo;
pub(crate) mod names;
mod open_batch;
pub(crate) mod pass;
pub(crate) mod per;
pub mod read;
pub(crate) mod resource;
pub mod settle;
pub(crate) mod slot;
mod template;
pub(crate) mod topology;
mod undo_log;
mod visit;
pub(crate) mod watch;

pub use self::{
    core::Core,
    visit::{
        Declared, DeclaredGraph, Engine, Link, Links, MemoState, Outermost, Payload, Visitor, Words,
    },
};
