//! The numbers by which the graph tells a new value from an old one, and the renumbering before these numbers run out.
//!
//! Invariants: two versions of a node differ if a link or a snapshot can tell them apart; `order` follows the creation
//! of the bodies.
//!
//! Must not know: the purpose of each comparison.

use super::graph::{Graph, LAST, NONE, Node, VERSION, to_index};

impl Graph {
    /// Gives the node a version that no link has seen: its value has changed.
    #[inline(always)]
    pub(super) fn bump_version(&mut self, node: u32) {
        self.clock += 1;
        self.nodes[node as usize].version = self.clock;
    }

    /// Gives the node an earlier version back, because its value equals that earlier one. A link that has seen the
    /// current version moves along to the restored one, since the two values are equal.
    pub(super) fn restore_version(&mut self, node: u32, version: u32) {
        let node = &mut self.nodes[node as usize];
        let last = std::mem::replace(&mut node.version, version);
        let mut link = node.subs;
        while last != version && link != NONE {
            let it = &mut self.links[link as usize];
            if it.version() == last {
                it.seen = it.seen & !VERSION | version;
            }
            link = it.next_sub;
        }
    }

    /// Numbers the run that begins.
    #[inline(always)]
    pub(super) fn next_run(&mut self) {
        self.runs += 1;
        if self.runs == u32::MAX {
            self.restart_runs();
        }
    }

    #[cold]
    fn restart_runs(&mut self) {
        self.runs = 1;
        self.reads.clear();
        for node in &mut self.nodes {
            node.read_by = 0;
        }
    }

    /// Numbers versions and creations anew before the counters run out. The renumbering happens at rest only.
    #[inline(always)]
    pub(super) fn renumber_if_due(&mut self) {
        if self.clock >= LAST || self.orders >= LAST {
            self.renumber_at_rest();
        }
    }

    #[cold]
    fn renumber_at_rest(&mut self) {
        if self.depth == 0 && self.context.running == NONE && self.schedule.effects.is_empty() {
            self.renumber();
        }
    }

    fn renumber(&mut self) {
        // A link has seen the current version, that of the snapshot, or another one: only this difference must survive.
        for link in &mut self.links {
            if link.dep != NONE {
                let (seen, version) = (link.version(), self.nodes[link.dep as usize].version);
                let snapshot = self.snapshots.get(&link.dep);
                let number = if seen == version {
                    seen.min(3)
                } else if snapshot.is_some_and(|it| it.version == seen) {
                    seen.min(2)
                } else {
                    1
                };
                link.seen = link.seen & !VERSION | number;
            }
        }
        for (&node, snapshot) in &mut self.snapshots {
            let same = snapshot.version == self.nodes[node as usize].version;
            snapshot.version = snapshot.version.min(if same { 3 } else { 2 });
        }
        for node in &mut self.nodes {
            node.version = node.version.min(3);
        }
        self.clock = 3;
        let nodes = self.nodes.iter_mut();
        let mut used: Vec<&mut Node> = nodes.filter(|it| it.order != NONE).collect();
        used.sort_unstable_by_key(|it| it.order);
        self.orders = to_index(used.len());
        for (order, node) in (1..).zip(used) {
            node.order = order;
        }
    }
}
