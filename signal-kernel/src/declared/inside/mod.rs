//! Graphs inside a graph: [`graph`] is one of them, [`engine`] what it needs of the graph in it, [`links`] its readers,
//! [`work`] the way of its work to the ready queue around it.
//!
//! Must not know: how a declaration is written.

pub(crate) mod engine;
pub(crate) mod graph;
pub(crate) mod links;
pub(crate) mod work;
