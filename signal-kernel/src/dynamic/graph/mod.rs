//! The graph: tables of nodes, links and owners, and the algorithms that need nothing else.
//!
//! The types of values and bodies are parameters.
//!
//! Must not know: `crate::dynamic::engine`, user code, and when anything runs.

pub(crate) mod checks;
pub(crate) mod edges;
pub(crate) mod ids;
pub(crate) mod marking;
pub(crate) mod marks;
pub(crate) mod owners;
pub(crate) mod paths;
pub(crate) mod rows;
pub(crate) mod tables;
pub(crate) mod versions;

#[cfg(test)]
mod sample;
