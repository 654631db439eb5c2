//! The ownership tree, and the allocation and release of slots.
//!
//! Invariants: a node stands in its owner's list of children, a cleanup in its owner's list of cleanups, the newest
//! first; the first entry of a list has the owner as its previous sibling. A released slot belongs to another node from
//! the next generation on.
//!
//! Must not know: values, user code, and why anything ends.

use super::{
    ids::{LinkId, NodeId, Order},
    marks::{Kind, Marks, Stale},
    tables::Graph,
};

impl<V, B> Graph<V, B> {
    /// The head of the owner's list of children, or of its list of cleanups: the newest entry.
    pub(crate) fn first(&mut self, owner: NodeId, kind: Kind) -> &mut NodeId {
        let ownership = &mut self.ownership[owner];
        match kind {
            Kind::Cleanup => &mut ownership.first_cleanup,
            _ => &mut ownership.first_child,
        }
    }

    #[inline(always)]
    pub(crate) fn owns_any(&self, owner: NodeId) -> bool {
        self.nodes[owner].owns_any()
    }

    /// The newest child of an owner, or its newest cleanup if the owner has no child.
    pub(crate) fn last_owned(&self, owner: NodeId) -> Option<NodeId> {
        let ownership = &self.ownership[owner];
        [ownership.first_child, ownership.first_cleanup]
            .into_iter()
            .find(|index| index.is_some())
    }

    /// Takes a node out of its owner's list.
    pub(crate) fn leave_owner(&mut self, index: NodeId) {
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
            self.nodes[prev].set_owns_any(false);
        }
    }

    /// Cuts all edges of a node, in both directions.
    pub(crate) fn isolate(&mut self, index: NodeId) {
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
    pub(crate) fn free(&mut self, index: NodeId) {
        let node = &mut self.nodes[index];
        debug_assert!(node.subs.is_none());
        node.kind = Kind::Free;
        node.marks = Marks::NONE;
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

    /// Returns whether no node is left in tables that are large.
    #[inline(always)]
    pub(crate) fn is_empty_and_large(&self) -> bool {
        self.live == 0 && self.nodes.len() >= 1024
    }

    /// Releases the memory of the tables, in which no node is left.
    pub(crate) fn shrink(&mut self) {
        let highest = self.nodes.iter().map(|node| node.generation).max();
        let Some(first) = highest.and_then(|highest| highest.checked_add(1)) else {
            return;
        };
        let (peak, clock, runs, orders) = (self.nodes.len(), self.clock, self.runs, self.orders);
        let context = self.context;
        *self = Graph {
            first_generation: first,
            peak,
            clock,
            runs,
            orders,
            context,
            ..Graph::new()
        };
    }

    /// A generation that is greater than those of all nodes so far.
    pub(crate) fn next_generation(&self) -> u32 {
        let highest = self.nodes.iter().map(|node| node.generation).max();
        let first = highest.map_or(0, |highest| highest.saturating_add(1));
        first.max(self.first_generation)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, add, graph, node, subs};
    use super::*;

    /// The children of an owner, youngest first.
    fn children(graph: &Sample, owner: NodeId) -> Vec<NodeId> {
        let mut children = Vec::new();
        let (mut child, mut prev) = (graph.ownership[owner].first_child, owner);
        while child.is_some() {
            assert_eq!(graph.ownership[child].prev_sibling, prev);
            children.push(child);
            (prev, child) = (child, graph.ownership[child].next_sibling);
        }
        children
    }

    #[test]
    fn a_node_leaves_its_owner_from_any_place() {
        for leaving in 1..4 {
            let mut graph = graph(&[Kind::Scope], &[]);
            for _ in 1..4 {
                add(&mut graph, Kind::Signal, node(0));
            }
            add(&mut graph, Kind::Cleanup, node(0));
            assert_eq!(children(&graph, node(0)), [node(3), node(2), node(1)]);
            graph.leave_owner(node(leaving));
            let rest: Vec<NodeId> = (1..4).rev().filter(|&it| it != leaving).map(node).collect();
            assert_eq!(children(&graph, node(0)), rest);
            assert_eq!(graph.last_owned(node(0)), Some(rest[0]));
        }
    }

    #[test]
    fn an_owner_knows_when_it_owns_nothing_any_more() {
        let mut graph = graph(&[Kind::Scope], &[]);
        let cleanup = add(&mut graph, Kind::Cleanup, node(0));
        assert!(graph.owns_any(node(0)));
        graph.leave_owner(cleanup);
        assert!(!graph.owns_any(node(0)) && graph.last_owned(node(0)).is_none());
    }

    #[test]
    fn a_free_slot_belongs_to_another_node_in_the_next_generation() {
        let mut graph = graph(&[Kind::Signal, Kind::Computed], &[(1, 0)]);
        let old = graph.key(node(0));
        graph.isolate(node(0));
        graph.free(node(0));
        assert!(!graph.is_alive(old) && subs(&graph, 1).is_empty());
        let new = add(&mut graph, Kind::Signal, NodeId::NONE);
        assert!(new == node(0) && graph.key(new) != old && graph.is_alive(graph.key(new)));
    }

    #[test]
    fn a_slot_without_generations_is_used_no_more() {
        let mut graph = graph(&[Kind::Signal], &[]);
        graph.nodes[node(0)].generation = u32::MAX;
        let last = graph.key(node(0));
        graph.free(node(0));
        assert!(!graph.is_alive(last));
        assert_eq!(add(&mut graph, Kind::Signal, NodeId::NONE), node(1));
    }
}
