//! The plan of a graph: for each node its rank or position, its dependents, and whether it is lazy.
//!
//! Invariants: positions below `rank_count` are ranks in topological order, eager values, resources and graphs inside
//! first, then lazy values, then effects in declaration order; signals follow. A resource has two ranks, one
//! after the other: at the first its arguments may have changed, at the second it starts, stops or commits. A signal
//! that starts anew has a rank, and a position among the signals for the mark of a write by hand. A graph inside, or a list
//! of them, has a rank for each of its feeds, then one of its own, and one among the effects, for its effects. A list that
//! follows keys has a rank for them, before all of these.
//!
//! Must not know: tokens.

use crate::kind::NodeKind;
use crate::reactive::model::{Edge, Graph, Inside, Kind, Node, Observed, Use};
use std::collections::BTreeMap;

/// A graph with more nodes than this is kept in chunks: the time of rustc grows with the square of a function's length,
/// and some functions touch every field of a struct.
const LARGE: usize = 128;
/// The number of nodes in a chunk.
const CHUNK: usize = 64;

pub(super) struct Plan {
    /// The number of positions that are ranks.
    pub(super) rank_count: usize,
    /// The number of words in a mask of ranks.
    pub(super) words: usize,
    pub(super) positions: Vec<Position>,
    /// The plan of each node.
    pub(super) nodes: Vec<NodePlan>,
    /// The nodes of each chunk, in the order in which they are made; none in a small graph.
    pub(super) chunks: Vec<Vec<usize>>,
}

/// A node, in one of its roles: some nodes stand at two positions.
#[derive(Clone, Copy)]
pub(super) struct Position {
    pub(super) node: usize,
    pub(super) role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The node itself.
    Node,
    /// The first rank of a resource: its arguments may have changed.
    Input,
    /// The mark of a signal that starts anew: whether the open batch has written it.
    Mark,
    /// The feed of this index, of a graph inside.
    Feed(usize),
    /// The keys that a list follows.
    Keys,
    /// The effects of a graph inside.
    Effects,
}

pub(super) struct NodePlan {
    /// The chunk that holds the node, and the index in that chunk.
    pub(super) chunk: Option<(usize, usize)>,
    /// The node's rank or position; a resource's second rank; `None` for a plain field.
    pub(super) position: Option<usize>,
    /// The position of the mark of a signal that starts anew: whether the open batch has written it.
    pub(super) mark: Option<usize>,
    /// Of a graph inside: the ranks of its feeds, and that of its effects; of a list that follows keys, their rank.
    pub(super) feeds: Vec<usize>,
    pub(super) keys: Option<usize>,
    pub(super) effects: Option<usize>,
    /// A computed value that nothing watches.
    pub(super) lazy: bool,
    /// A body mentions this node.
    pub(super) mentioned: bool,
    /// The node keeps the version of its last change, for a lazy value that reads it and other lazy values. A lazy value
    /// that reads no other one becomes stale only through a confirmed change.
    pub(super) versioned: bool,
    /// The ranks of the lazy values that this lazy value reads.
    pub(super) reads: Vec<usize>,
    /// The ranks that depend on this node, with the part they observe. Of a graph inside, those that depend on all of it.
    pub(super) dependents: Vec<(usize, Observed)>,
    /// The ranks that depend on a node of a graph inside.
    pub(super) links: Vec<(usize, Inside)>,
}

impl Plan {
    pub(super) fn new(graph: &Graph) -> Self {
        let nodes = &graph.declaration.nodes;
        let is_root = |node: &Node| {
            node.is_effect() || node.is_resource() || node.is_inside() || node.per().is_some()
        };
        let watched = watched(nodes, &graph.order, is_root);
        let lazy = |node: usize| nodes[node].is_computed() && !watched[node];
        let (positions, ranks) = positions(graph, lazy);
        let chunks = if nodes.len() > LARGE {
            chunks(nodes, &positions[..ranks], lazy)
        } else {
            Vec::new()
        };
        let mut plans: Vec<NodePlan> = (0..nodes.len())
            .map(|node| NodePlan {
                chunk: None,
                position: None,
                mark: None,
                feeds: Vec::new(),
                keys: None,
                effects: None,
                lazy: lazy(node),
                mentioned: false,
                versioned: false,
                reads: Vec::new(),
                dependents: Vec::new(),
                links: Vec::new(),
            })
            .collect();
        for (position, at) in positions.iter().enumerate() {
            let plan = &mut plans[at.node];
            match at.role {
                Role::Node => plan.position = Some(position),
                Role::Input => {}
                Role::Mark => plan.mark = Some(position),
                Role::Feed(_) => plan.feeds.push(position),
                Role::Keys => plan.keys = Some(position),
                Role::Effects => plan.effects = Some(position),
            }
        }
        for (chunk, members) in chunks.iter().enumerate() {
            for (at, &node) in members.iter().enumerate() {
                plans[node].chunk = Some((chunk, at));
            }
        }
        link(nodes, &mut plans);
        Plan {
            rank_count: ranks,
            words: ranks.div_ceil(64).max(1),
            positions,
            nodes: plans,
            chunks,
        }
    }

    /// The positions that are ranks.
    pub(super) fn ranks(&self) -> &[Position] {
        &self.positions[..self.rank_count]
    }

    /// Whether this chunk holds lazy values. They are large, so the chunk is boxed: the struct may have to fit on a
    /// stack.
    pub(super) fn is_lazy(&self, chunk: usize) -> bool {
        self.chunks[chunk].iter().all(|&node| self.nodes[node].lazy)
    }

    /// The position of a node that is not a plain field.
    pub(super) fn position(&self, node: usize) -> usize {
        self.nodes[node].position.unwrap_or(usize::MAX)
    }

    pub(super) fn has_lazy(&self) -> bool {
        self.nodes.iter().any(|node| node.lazy)
    }

    /// The masks of the ranks that observe `part` of a node, as pairs of a word and its bits.
    pub(super) fn masks(&self, node: usize, part: Observed) -> Vec<(u32, u64)> {
        let ranks = self.nodes[node].dependents.iter();
        masks(
            ranks
                .filter(|(_, observed)| *observed == part)
                .map(|(rank, _)| *rank),
        )
    }

    /// By rank, the lazy values that a lazy value reads, and all that those of them read that are in its own
    /// word of the mask: if one of them is stale, so is its reader.
    pub(super) fn lazily_read(&self) -> Vec<Vec<(u32, u64)>> {
        let mut read: Vec<BTreeMap<u32, u64>> = Vec::new();
        for (rank, at) in self.ranks().iter().enumerate() {
            let mut masks = BTreeMap::new();
            for &dependency in &self.nodes[at.node].reads {
                let word = dependency / 64;
                *masks.entry(word as u32).or_insert(0) |= 1_u64 << (dependency % 64);
                let beyond = (word == rank / 64).then(|| &read[dependency]);
                for (word, bits) in beyond.into_iter().flatten() {
                    *masks.entry(*word).or_insert(0) |= bits;
                }
            }
            read.push(masks);
        }
        let lists = read.into_iter().map(|masks| masks.into_iter().collect());
        lists.collect()
    }
}

/// All positions, and the number of those that are ranks.
fn positions(graph: &Graph, lazy: impl Fn(usize) -> bool) -> (Vec<Position>, usize) {
    let Graph { declaration, order } = graph;
    let nodes = &declaration.nodes;
    let mut positions = Vec::new();
    let mut push = |node, role| positions.push(Position { node, role });
    for &node in order {
        match nodes[node].kind {
            Kind::Resource { .. } => {
                push(node, Role::Input);
                push(node, Role::Node);
            }
            Kind::Computed { .. } if !lazy(node) => push(node, Role::Node),
            Kind::Signal { per: Some(_), .. } => push(node, Role::Node),
            Kind::Graph { .. } | Kind::List(_) => {
                let declared = &nodes[node];
                let keys = declared.keys().map(|_| Role::Keys);
                let feeds = (0..declared.feeds().len()).map(Role::Feed);
                let roles = keys.into_iter().chain(feeds);
                roles.for_each(|role| push(node, role));
                push(node, Role::Node);
            }
            _ => {}
        }
    }
    let lazy = order.iter().copied().filter(|&node| lazy(node));
    lazy.for_each(|node| push(node, Role::Node));
    for (node, declared) in nodes.iter().enumerate() {
        match declared.kind() {
            NodeKind::Effect => push(node, Role::Node),
            NodeKind::Graph | NodeKind::List => push(node, Role::Effects),
            _ => {}
        }
    }
    let ranks = positions.len();
    let signals = (0..nodes.len()).filter(|&node| nodes[node].is_signal());
    let signals = signals.map(|node| Position {
        node,
        role: match nodes[node].per() {
            Some(_) => Role::Mark,
            None => Role::Node,
        },
    });
    positions.extend(signals);
    (positions, ranks)
}

/// Records each edge at both of its ends.
fn link(nodes: &[Node], plans: &mut [NodePlan]) {
    for (reader, node) in nodes.iter().enumerate() {
        let Some(position) = plans[reader].position else {
            continue;
        };
        let rank = if node.is_resource() {
            position - 1
        } else {
            position
        };
        for used in node.uses() {
            plans[used.node].mentioned = true;
        }
        if let (Some(keys), Some(rank)) = (node.keys(), plans[reader].keys) {
            let edges = keys.uses.iter().flat_map(Use::edges);
            edges.for_each(|edge| depend(plans, rank, edge));
        }
        for (at, feed) in node.feeds().iter().enumerate() {
            let rank = plans[reader].feeds[at];
            feed.edges()
                .into_iter()
                .for_each(|edge| depend(plans, rank, edge));
        }
        if node.is_inside() {
            continue;
        }
        let compares = plans[reader].lazy && node.uses().iter().any(|used| plans[used.node].lazy);
        for edge in node.edges() {
            let read = &mut plans[edge.node];
            read.versioned |= compares;
            if let (true, Some(rank)) = (read.lazy, read.position) {
                let reader = &mut plans[reader];
                if reader.lazy {
                    reader.reads.push(rank);
                }
            }
            depend(plans, rank, edge);
        }
    }
}

/// Records an edge at the node that is read.
fn depend(plans: &mut [NodePlan], rank: usize, edge: Edge) {
    let read = &mut plans[edge.node];
    read.mentioned = true;
    match edge.inside {
        Some(inside) => read.links.push((rank, inside)),
        None => read.dependents.push((rank, edge.observed)),
    }
}

/// Gathers ranks into words.
pub(super) fn masks(ranks: impl Iterator<Item = usize>) -> Vec<(u32, u64)> {
    let mut masks = BTreeMap::new();
    for rank in ranks {
        *masks.entry((rank / 64) as u32).or_insert(0) |= 1_u64 << (rank % 64);
    }
    masks.into_iter().collect()
}

/// The stored nodes, in chunks: sources first, then the others by rank. The values of a chunk are all lazy, or none is.
fn chunks(nodes: &[Node], ranks: &[Position], lazy: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let kept = |node: &usize| nodes[*node].is_stored();
    let is_source = |node: &usize| nodes[*node].is_source();
    let sources: Vec<usize> = (0..nodes.len()).filter(is_source).collect();
    let itself = ranks.iter().filter(|at| at.role == Role::Node);
    let derived: Vec<usize> = itself.map(|at| at.node).filter(kept).collect();
    let derived = derived.chunk_by(|&a, &b| lazy(a) == lazy(b));
    let kinds = std::iter::once(sources.as_slice()).chain(derived);
    let chunks = kinds.flat_map(|nodes| nodes.chunks(CHUNK));
    chunks.map(<[usize]>::to_vec).collect()
}

/// By node: whether it is eager, or a root or an eager value needs it, directly or not.
fn watched(nodes: &[Node], order: &[usize], is_root: impl Fn(&Node) -> bool) -> Vec<bool> {
    let mut watched: Vec<bool> = nodes.iter().map(Node::is_eager).collect();
    for &node in order.iter().rev() {
        let declared = &nodes[node];
        if watched[node] || is_root(declared) {
            for used in declared.uses() {
                watched[used.node] = true;
            }
            for used in declared.fed_by() {
                watched[used.node] = true;
            }
        }
    }
    watched
}
