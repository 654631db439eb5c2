//! Graphs for unit tests, made of kinds and edges, without values and bodies.

use super::{
    ids::{LinkId, NodeId, PlaceId},
    marks::{Kind, Marks},
    rows::RowId,
    tables::{Content, Graph, Observer},
};

pub(super) type Sample = Graph<(), ()>;

/// A graph of these nodes in which each pair is a subscriber and its dependency. No node is stale.
pub(super) fn graph(kinds: &[Kind], edges: &[(usize, usize)]) -> Sample {
    let mut graph = Graph::new();
    for &kind in kinds {
        add(&mut graph, kind, NodeId::NONE);
    }
    for sub in 0..kinds.len() {
        let deps = edges.iter().filter(|edge| edge.0 == sub);
        let deps: Vec<usize> = deps.map(|edge| edge.1).collect();
        run(&mut graph, sub, &deps);
    }
    graph
}

/// Adds a node. Marks of new nodes are left out.
pub(super) fn add(graph: &mut Sample, kind: Kind, owner: NodeId) -> NodeId {
    let content = match kind {
        Kind::Signal => Content::Value(()),
        _ => Content::Body(None),
    };
    let node = graph.add(kind, content, owner, PlaceId::NONE);
    graph.nodes[node].marks = Marks::NONE;
    node
}

pub(super) fn node(number: usize) -> NodeId {
    NodeId::new(number)
}

/// Begins a run. Returns the observer from before.
pub(super) fn begin(graph: &mut Sample, sub: usize) -> Observer {
    let observer = Observer::new(node(sub), graph.deps(node(sub)), graph.runs);
    graph.next_run();
    std::mem::replace(&mut graph.context.observer, observer)
}

/// A whole run that reads these nodes in this order.
pub(super) fn run(graph: &mut Sample, sub: usize, deps: &[usize]) {
    let before = begin(graph, sub);
    for &dep in deps {
        graph.track(node(dep));
    }
    graph.forget_unread();
    graph.context.observer = before;
    graph.nodes[node(sub)].marks = Marks::NONE;
}

/// The dependencies of a node, with their links.
pub(super) fn deps(graph: &Sample, sub: usize) -> Vec<(usize, LinkId)> {
    let mut deps = Vec::new();
    let mut link = graph.deps(node(sub));
    while let Some(it) = graph.links.get(link) {
        deps.push((it.dep.row(), link));
        link = it.next_dep;
    }
    deps
}

/// The subscribers of a node, in the order of their first reads.
pub(super) fn subs(graph: &Sample, dep: usize) -> Vec<usize> {
    let mut subs = Vec::new();
    let (mut link, mut last) = (graph.nodes[node(dep)].subs, LinkId::NONE);
    while let Some(it) = graph.links.get(link) {
        assert!(it.dep == node(dep) && it.prev_sub == last);
        subs.push(it.sub.row());
        (last, link) = (link, it.next_sub);
    }
    assert!(graph.nodes[node(dep)].subs_tail == last);
    subs
}

/// Numbers that look random: the state of a generator of xorshift.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// Some of these numbers, in some order, some of them twice.
    pub(super) fn some(&mut self, end: usize) -> Vec<usize> {
        let count = self.below(end + 2);
        (0..count).map(|_| self.below(end)).collect()
    }
}
