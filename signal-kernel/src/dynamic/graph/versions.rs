//! The numbers by which the graph tells a new value from an old one, and one run from another.
//!
//! Invariants: no link has seen the next version of the clock; `read_by` of a node is the number of a run that has read
//! the node, or 0.
//!
//! Must not know: values, and the purpose of each comparison.

use super::{
    ids::{NodeId, RunId},
    tables::Graph,
};

impl<V, B> Graph<V, B> {
    /// Gives the node a version that no link has seen: its value has changed.
    #[inline(always)]
    pub(crate) fn bump_version(&mut self, node: NodeId) {
        self.nodes[node].version = self.clock.tick();
    }

    /// Numbers the run that begins.
    #[inline(always)]
    pub(crate) fn next_run(&mut self) {
        if !self.runs.advance() {
            self.restart_runs();
        }
    }

    #[cold]
    fn restart_runs(&mut self) {
        self.runs = RunId::FIRST;
        self.reads.clear();
        for node in self.nodes.iter_mut() {
            node.read_by = RunId::NONE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        marks::Kind,
        sample::{deps, graph, run},
    };
    use super::*;

    #[test]
    fn runs_are_numbered_anew_and_no_read_is_lost() {
        let mut graph = graph(&[Kind::Signal, Kind::Signal, Kind::Computed], &[(2, 0)]);
        for before in 0..4 {
            graph.runs = RunId::before_end(1 + before);
            for _ in 0..6 {
                run(&mut graph, 2, &[0, 1, 0, 1]);
                assert_eq!(deps(&graph, 2).len(), 2);
            }
        }
    }
}
