//! The ownership tree, and the allocation and release of slots.
//!
//! Invariants: a node stands in its owner's list of children, a cleanup in its owner's list of cleanups, the newest
//! first; the first entry of a list has the owner as its previous sibling. A released slot belongs to another node from
//! the next generation on.
//!
//! Must not know: values, user code, and why anything ends.

use super::{
    graph::{Graph, Schedule},
    ids::{LinkId, NodeId, Order, Table},
    marks::{Kind, Marks, Stale},
};

impl Graph {
    /// The head of the owner's list of children, or of its list of cleanups: the newest entry.
    pub(super) fn first(&mut self, owner: NodeId, kind: Kind) -> &mut NodeId {
        let ownership = &mut self.ownership[owner];
        match kind {
            Kind::Cleanup => &mut ownership.first_cleanup,
            _ => &mut ownership.first_child,
        }
    }

    #[inline(always)]
    pub(super) fn owns_any(&self, owner: NodeId) -> bool {
        self.nodes[owner].owns_any()
    }

    /// The newest child of an owner, or its newest cleanup if the owner has no child.
    pub(super) fn last_owned(&self, owner: NodeId) -> Option<NodeId> {
        let ownership = &self.ownership[owner];
        [ownership.first_child, ownership.first_cleanup]
            .into_iter()
            .find(|index| index.is_some())
    }

    /// Takes a node out of its owner's list.
    pub(super) fn leave_owner(&mut self, index: NodeId) {
        let kind = self.nodes[index].kind;
        let ownership = &mut self.ownership[index];
        let next = std::mem::replace(&mut ownership.next_sibling, NodeId::NONE);
        let prev = std::mem::replace(&mut ownership.prev_sibling, NodeId::NONE);
        if next.is_some() {
            self.ownership[next].prev_sibling = prev;
        }
        if prev.is_none() {
            return;
        }
        if *self.first(prev, kind) != index {
            self.ownership[prev].next_sibling = next;
            return;
        }
        *self.first(prev, kind) = next;
        if self.last_owned(prev).is_none() {
            self.nodes[prev].aside = 0;
        }
    }

    /// Cuts all edges of a node, in both directions.
    pub(super) fn isolate(&mut self, index: NodeId) {
        if self.marks(index).is_failed() {
            // A subscriber blocked by this failure has not checked its later dependencies: the mark makes it check
            // them.
            self.mark(index, Stale::Check);
        }
        let mut link = self.nodes[index].subs;
        while link.is_some() {
            let it = &mut self.links[link];
            it.dep = NodeId::NONE; // the link stays in the list of its subscriber, whose next run gives the link up
            link = std::mem::replace(&mut it.next_sub, LinkId::NONE);
            it.prev_sub = LinkId::NONE;
        }
        let node = &mut self.nodes[index];
        (node.subs, node.subs_tail) = (LinkId::NONE, LinkId::NONE);
        let deps = std::mem::replace(&mut node.deps, LinkId::NONE);
        self.unlink_all(deps);
    }

    /// Releases the slot of a node without edges, children and owner.
    pub(super) fn free(&mut self, index: NodeId) {
        let node = &mut self.nodes[index];
        debug_assert!(node.subs.is_none());
        node.kind = Kind::Free;
        node.marks = Marks::NONE;
        for borrowed in &mut self.reading {
            if borrowed.0 == index {
                borrowed.0 = NodeId::NONE; // the reader owns the value by now, and the slot is free
            }
        }
        node.order = Order::NONE;
        self.live -= 1;
        let node = &mut self.nodes[index];
        if node.generation == u32::MAX {
            // All generations of this slot have been handed out: a new node here could be taken for an old one.
            node.marks = Marks::USED_UP;
            return;
        }
        node.generation += 1;
        self.ownership[index].next_sibling = std::mem::replace(&mut self.free_node, index);
    }

    /// Releases the memory of the tables when no node is left in them.
    #[inline(always)]
    pub(super) fn shrink_if_empty(&mut self) {
        if self.live == 0 && self.nodes.len() >= 1024 && self.context.running.is_none() {
            self.shrink();
        }
    }

    #[cold]
    fn shrink(&mut self) {
        let highest = self.nodes.iter().map(|node| node.generation).max();
        let Some(first) = highest.and_then(|highest| highest.checked_add(1)) else {
            return;
        };
        self.first_generation = first;
        self.peak = self.nodes.len();
        (self.nodes, self.ownership, self.links) = (Table::new(), Table::new(), Table::new());
        (self.free_node, self.free_link) = (NodeId::NONE, LinkId::NONE);
        self.schedule = Schedule::new();
        (self.mark_stack, self.check_stack) = (Vec::new(), Vec::new());
        self.reads = Vec::new();
    }

    /// Takes the whole graph out when the thread ends. The first generation rises, so that every handle is stale from
    /// now on.
    pub(super) fn take_all(&mut self) -> Graph {
        let highest = self.nodes.iter().map(|node| node.generation).max();
        let mut all = std::mem::replace(self, Graph::new());
        std::mem::swap(&mut self.names, &mut all.names); // messages of destructors still name places
        let first = highest.map_or(0, |highest| highest.saturating_add(1));
        self.first_generation = first.max(all.first_generation);
        all
    }
}
