//! Marking: a change makes nodes stale and queues effects and resources.
//!
//! Invariants: marking stops at a marked node, because all nodes below a marked node are marked already. A node is queued
//! once.
//!
//! Must not know: when a queue is run.

use super::{
    ids::{LinkId, NodeId, Queued},
    marks::{Kind, Stale},
    rows::{Rows, RowsMut},
    tables::{Graph, Link, Node, Schedule},
};

impl<V, B> Graph<V, B> {
    /// Marks all nodes that a change of `source` may affect: the direct dependents with `direct`, all others with
    /// `Stale::Check`. Marking stops at a marked node.
    #[inline(always)]
    pub(crate) fn mark(&mut self, source: NodeId, direct: Stale) {
        let Graph {
            nodes,
            links,
            mark_stack,
            schedule,
            ..
        } = self;
        let (mut nodes, links) = (nodes.rows_mut(), links.rows());
        schedule.unverified |= direct != Stale::Dirty;
        let mut link = nodes[source].subs;
        while let Some(&Link { sub, next_sub, .. }) = links.get(link) {
            let subs = mark_one(&mut nodes, schedule, sub, direct);
            if subs.is_some() {
                mark_below(nodes.reborrow(), links, mark_stack, schedule, subs);
            }
            link = next_sub;
        }
    }

    /// Queues an effect or a resource for the next settle.
    #[inline(never)]
    pub(crate) fn queue(&mut self, node: NodeId, mark: Stale) {
        let Graph {
            nodes,
            links,
            mark_stack,
            schedule,
            ..
        } = self;
        let (mut nodes, links) = (nodes.rows_mut(), links.rows());
        schedule.unverified |= mark != Stale::Dirty;
        let subs = mark_one(&mut nodes, schedule, node, mark);
        if subs.is_some() {
            mark_below(nodes, links, mark_stack, schedule, subs);
        }
    }

    /// Marks the dependents of `source`, but no node below a resource. If several resources are due, phase A marks the
    /// nodes below them; a resource that is due alone marks its readers after its run. In a chain of resources, a
    /// result therefore costs no more than the run of its reader.
    #[inline(never)]
    pub(crate) fn mark_up_to_resources(&mut self, source: NodeId) {
        self.schedule.stop_at_resources = true;
        self.mark(source, Stale::Check);
        self.schedule.stop_at_resources = false;
    }

    /// Queues a resource for the next settle, and marks no node below it: until phase A, the resource keeps its state.
    #[inline(never)]
    pub(crate) fn queue_up_to_resources(&mut self, resource: NodeId, mark: Stale) {
        self.schedule.stop_at_resources = true;
        self.queue(resource, mark);
        self.schedule.stop_at_resources = false;
    }

    /// Marks the parts of a resource that is about to run, and all nodes below the parts, even below a marked part: a
    /// batch may have read such a part in its old state and left the readers of the part unmarked.
    #[inline(never)]
    pub(crate) fn mark_parts(&mut self, resource: Queued) {
        if !self.is_due(resource) {
            return;
        }
        let mut link = self.nodes[resource.node()].subs;
        while let Some(&Link { sub, next_sub, .. }) = self.links.get(link) {
            self.nodes[sub].marks.set_stale(Stale::Check);
            self.mark(sub, Stale::Check);
            link = next_sub;
        }
    }

    /// Unmarks the parts of a resource after its turn. The parts are up to date, unless the resource is due again.
    #[inline(never)]
    pub(crate) fn unmark_parts(&mut self, resource: Queued) {
        if !self.is_due(resource) || self.marks(resource.node()).is_stale() {
            return;
        }
        let mut link = self.nodes[resource.node()].subs;
        while let Some(&Link { sub, next_sub, .. }) = self.links.get(link) {
            self.nodes[sub].marks.clear_stale();
            link = next_sub;
        }
    }

    /// Returns whether the slot still belongs to the node of this entry.
    pub(crate) fn is_due(&self, due: Queued) -> bool {
        self.nodes[due.node()].order == due.order()
    }
}

fn mark_below<V, B>(
    mut nodes: RowsMut<'_, NodeId, Node<V, B>>,
    links: Rows<'_, LinkId, Link>,
    mark_stack: &mut Vec<LinkId>,
    schedule: &mut Schedule,
    mut link: LinkId,
) {
    schedule.unverified = true;
    loop {
        while let Some(&Link { sub, next_sub, .. }) = links.get(link) {
            let subs = mark_one(&mut nodes, schedule, sub, Stale::Check);
            link = next_sub;
            if subs.is_some() {
                if next_sub.is_some() {
                    mark_stack.push(next_sub);
                }
                link = subs;
            }
        }
        match mark_stack.pop() {
            Some(next) => link = next,
            None => return,
        }
    }
}

/// Marks one node, and queues it if it is an effect or a resource. Returns the head of its subscriber list if the
/// subscribers are not marked yet.
#[inline(always)]
fn mark_one<V, B>(
    nodes: &mut RowsMut<'_, NodeId, Node<V, B>>,
    schedule: &mut Schedule,
    sub: NodeId,
    mark: Stale,
) -> LinkId {
    let node = &mut nodes[sub];
    let was = node.marks;
    node.marks.set_stale(mark);
    if node.kind == Kind::Effect {
        if was.is_queued() {
            schedule.recheck |= was.is_checking();
        } else {
            node.marks.set_queued();
            schedule.effects.push(Queued::new(node.order, sub));
            if !was.is_at_rest() {
                schedule.unverified = true; // the effect was blocked, or is running
            }
        }
        return LinkId::NONE;
    }
    if !was.is_due() && node.kind != Kind::Resource {
        return node.subs;
    }
    if node.kind == Kind::Resource && !was.is_queued() {
        node.marks.set_queued();
        schedule.resources.push(Queued::new(node.order, sub));
    }
    schedule.recheck |= was.is_checking();
    let stops = was.is_stale() || schedule.stop_at_resources && node.kind == Kind::Resource;
    if stops { LinkId::NONE } else { node.subs }
}

#[cfg(test)]
mod tests {
    use super::super::{
        rows::RowId,
        sample::{Random, graph, node},
    };
    use super::*;
    use std::collections::BTreeSet;

    const DIAMOND: [Kind; 5] = [
        Kind::Signal,
        Kind::Computed,
        Kind::Computed,
        Kind::Computed,
        Kind::Effect,
    ];
    const EDGES: [(usize, usize); 5] = [(1, 0), (2, 0), (3, 1), (3, 2), (4, 3)];

    #[test]
    fn a_change_makes_dependents_stale_in_two_degrees() {
        let mut graph = graph(&DIAMOND, &EDGES);
        graph.mark(node(0), Stale::Dirty);
        let dirty = |number| graph.marks(node(number)).is_dirty();
        let check = |number| graph.marks(node(number)).needs_check();
        assert!(dirty(1) && dirty(2) && check(3) && check(4));
        assert!(!graph.marks(node(0)).is_stale());
    }

    #[test]
    fn an_effect_is_queued_once() {
        let mut graph = graph(&DIAMOND, &EDGES);
        graph.mark(node(0), Stale::Check);
        graph.mark(node(0), Stale::Check);
        graph.mark(node(3), Stale::Check);
        let effects: Vec<NodeId> = graph.schedule.effects.iter().map(|it| it.node()).collect();
        assert_eq!(effects, [node(4)]);
        assert!(graph.is_due(graph.schedule.effects[0]));
    }

    #[test]
    fn marking_can_stop_at_resources() {
        let kinds = [Kind::Signal, Kind::Resource, Kind::Passive, Kind::Effect];
        let mut graph = graph(&kinds, &[(1, 0), (2, 1), (3, 2)]);
        graph.mark_up_to_resources(node(0));
        assert!(graph.marks(node(1)).is_queued() && !graph.marks(node(2)).is_stale());
        let resource = graph.schedule.resources[0];
        graph.mark_parts(resource);
        assert!(graph.marks(node(2)).is_stale() && graph.marks(node(3)).is_queued());
    }

    #[test]
    fn a_node_that_is_being_checked_asks_for_another_check() {
        let mut graph = graph(&DIAMOND, &EDGES);
        graph.nodes[node(3)].marks.begin_check();
        graph.mark(node(1), Stale::Check);
        assert!(graph.schedule.recheck);
    }

    /// Marks reach all nodes below the source, through computed values, and no other node.
    #[test]
    fn marks_reach_what_a_walk_over_the_edges_reaches() {
        let mut random = Random(11);
        for _ in 0..200 {
            let kinds: Vec<Kind> = (0..30)
                .map(|number| match number {
                    0..5 => Kind::Signal,
                    5..25 => Kind::Computed,
                    _ => Kind::Effect,
                })
                .collect();
            let mut edges = Vec::new();
            for sub in 5..30 {
                let deps = random.some(sub.min(25));
                edges.extend(deps.into_iter().take(4).map(|dep| (sub, dep)));
            }
            let mut graph = graph(&kinds, &edges);
            let source = random.below(5);
            graph.mark(node(source), Stale::Check);
            let (mut below, mut next) = (BTreeSet::new(), vec![source]);
            while let Some(dep) = next.pop() {
                for &(sub, _) in edges.iter().filter(|edge| edge.1 == dep) {
                    if below.insert(sub) {
                        next.push(sub);
                    }
                }
            }
            let stale = (0..30).filter(|&number| graph.marks(node(number)).is_stale());
            assert_eq!(stale.collect::<BTreeSet<_>>(), below);
            let queued = graph.schedule.effects.iter().map(|it| it.node().row());
            let effects = below.range(25..).copied();
            assert_eq!(queued.collect::<BTreeSet<_>>(), effects.collect());
            assert!(graph.mark_stack.is_empty());
        }
    }
}
