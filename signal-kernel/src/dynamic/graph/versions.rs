//! The numbers by which the graph tells a new value from an old one, and one run from another.
//!
//! Invariants: two versions of a node differ if a link can tell them apart; `order` follows the creation of the bodies; `read_by` of a node is the number of a run that has read
//! the node, or 0.
//!
//! Must not know: values, and the purpose of each comparison.

use super::{
    ids::{NodeId, Order, RunId, Version},
    tables::{Graph, Node},
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

    /// Gives the node an earlier version back, because its value equals that earlier one. A link that has seen the
    /// current version moves along to the restored one, since the two values are equal.
    pub(crate) fn restore_version(&mut self, node: NodeId, version: Version) {
        let node = &mut self.nodes[node];
        let last = std::mem::replace(&mut node.version, version);
        let mut link = node.subs;
        while last != version && link.is_some() {
            let it = &mut self.links[link];
            if it.seen.version() == last {
                it.seen.set_version(version);
            }
            link = it.next_sub;
        }
    }

    /// Numbers versions and creations anew.
    pub(crate) fn renumber(&mut self) {
        // A link has seen the current version or another one: only this difference must survive.
        for link in self.links.iter_mut() {
            if link.dep.is_some() {
                let (seen, version) = (link.seen.version(), self.nodes[link.dep].version);
                let number = if seen == version {
                    seen.min(Version::nth(2))
                } else {
                    Version::nth(1)
                };
                link.seen.set_version(number);
            }
        }
        for node in self.nodes.iter_mut() {
            node.version = node.version.min(Version::nth(2));
        }
        self.clock = Version::nth(2);
        let nodes = self.nodes.iter_mut();
        let mut used: Vec<&mut Node<V, B>> = nodes.filter(|it| it.order.is_some()).collect();
        used.sort_unstable_by_key(|it| it.order);
        self.orders = Order::START;
        for node in used {
            node.order = self.orders.advance();
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
