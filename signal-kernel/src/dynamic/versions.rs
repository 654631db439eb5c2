//! The numbers that the graph tells old from new by, and what happens before they run out.
//!
//! Invariants: versions of a node that links or candidates can tell apart are different; bodies are ordered by
//! their creation.
//!
//! Must not know: what the numbers are compared for.

use super::graph::{Graph, LAST, NONE, Node, VERSION, to_index};

impl Graph {
    /// The value of this node is another one from now on.
    #[inline(always)]
    pub(super) fn bump_version(&mut self, node: u32) {
        self.clock += 1;
        self.nodes[node as usize].version = self.clock;
    }

    /// The value of this node is one that it had before: who has seen the last one has seen an equal one.
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

    /// A run has begun.
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

    /// Numbers versions and creations anew before they run out. Only at rest.
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
        // What counts is whether a link has seen the value that is there, that of the candidate, or another.
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
