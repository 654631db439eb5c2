//! The numbers by which the graph tells a new value from an old one, and the renumbering before these numbers run out.
//!
//! Invariants: two versions of a node differ if a link can tell them apart; `order` follows the creation
//! of the bodies.
//!
//! Must not know: the purpose of each comparison.

use super::{
    graph::ids::{NodeId, Order, Version},
    runtime::{Node, Runtime as Graph},
};

impl Graph {
    /// Gives the node an earlier version back, because its value equals that earlier one. A link that has seen the
    /// current version moves along to the restored one, since the two values are equal.
    pub(super) fn restore_version(&mut self, node: NodeId, version: Version) {
        let node = &mut self.graph.nodes[node];
        let last = std::mem::replace(&mut node.version, version);
        let mut link = node.subs;
        while last != version && link.is_some() {
            let it = &mut self.graph.links[link];
            if it.seen.version() == last {
                it.seen.set_version(version);
            }
            link = it.next_sub;
        }
    }

    /// Numbers versions and creations anew before the counters run out. The renumbering happens at rest only.
    #[inline(always)]
    pub(super) fn renumber_if_due(&mut self) {
        if self.clock >= Version::LAST || self.orders >= Order::LAST {
            self.renumber_at_rest();
        }
    }

    #[cold]
    fn renumber_at_rest(&mut self) {
        if self.depth == 0 && self.context.running.is_none() && self.schedule.effects.is_empty() {
            self.renumber();
        }
    }

    fn renumber(&mut self) {
        // A link has seen the current version or another one: only this difference must survive.
        for link in self.graph.links.iter_mut() {
            if link.dep.is_some() {
                let (seen, version) = (link.seen.version(), self.graph.nodes[link.dep].version);
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
        let nodes = self.graph.nodes.iter_mut();
        let mut used: Vec<&mut Node> = nodes.filter(|it| it.order.is_some()).collect();
        used.sort_unstable_by_key(|it| it.order);
        self.graph.orders = Order::START;
        for node in used {
            node.order = self.graph.orders.advance();
        }
    }
}
