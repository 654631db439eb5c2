//! The tables of the graph: nodes, links, marks and the ownership tree, all by index.
//!
//! Invariants (`check` holds them against a whole graph):
//! - a link stands in its subscriber's list of dependencies and in its dependency's list of subscribers; a link whose
//!   dependency is gone has `dep == NONE` and stands in the first list only;
//! - a marked node has only marked dependents, except running nodes and the dependents of an effect; below a queued
//!   resource, the marks may come as late as phase A;
//! - a link is fresh when `seen` is the `version` of its dependency; a node without marks has fresh links;
//! - an effect or a resource that is marked as queued stands in a queue until its round runs; a node in a queue has the
//!   mark until its phase removes it;
//! - every node with an owner stands in its owner's list of children.
//!
//! Must not know: values, bodies, user code, phases, and when anything runs.

use super::{
    ids::{Key, LinkId, NodeId, Order, PlaceId, Queued, RunId, Seen, Version},
    marks::{Kind, Marks},
    rows::Table,
};
use std::collections::BTreeSet;

/// 64 bytes with every field that a run touches. The other fields are in `Ownership`.
pub(crate) struct Node<V, B> {
    pub(crate) value: V,
    /// The body, if the node has one. The slot is empty during a run.
    pub(crate) body: Option<B>,
    pub(crate) generation: u32,
    /// The time of the last change of the value, on the clock of the graph; 0 for a computed value without a value.
    pub(crate) version: Version,
    /// The number of the last run that has read this node.
    pub(crate) read_by: RunId,
    pub(crate) subs: LinkId,
    pub(crate) subs_tail: LinkId,
    /// The first link to a dependency of the body.
    pub(crate) deps: LinkId,
    /// The position in the order of creation, in which effects run. `NONE` without a body.
    pub(crate) order: Order,
    /// Of a signal the `log_level`, of any other kind `owns_any`.
    by_kind: u16,
    pub(crate) kind: Kind,
    pub(crate) marks: Marks,
}

/// The content of a new node.
pub(crate) enum Content<V, B> {
    /// A value that code outside the graph writes.
    Value(V),
    /// A body, which may follow later: the node has an order.
    Body(Option<B>),
}

/// The owner, the owned nodes and the place of creation of a node. A table of its own, under the indices of the nodes.
pub(crate) struct Ownership {
    /// For a free slot, the next one in the list of free slots.
    pub(crate) next_sibling: NodeId,
    /// For the first child, the owner.
    pub(crate) prev_sibling: NodeId,
    pub(crate) first_child: NodeId,
    pub(crate) first_cleanup: NodeId,
    pub(crate) place: PlaceId,
}

#[derive(Clone, Copy)]
pub(crate) struct Link {
    pub(crate) dep: NodeId,
    pub(crate) sub: NodeId,
    pub(crate) next_dep: LinkId,
    pub(crate) next_sub: LinkId,
    pub(crate) prev_sub: LinkId,
    pub(crate) seen: Seen,
}

/// The node whose body is running and whose reads are tracked.
#[derive(Clone, Copy)]
pub(crate) struct Observer {
    pub(crate) node: NodeId,
    /// The last link that this run has used.
    pub(crate) cursor: LinkId,
    /// The link after the cursor, from the run before.
    pub(crate) next: LinkId,
    /// The number of the run.
    pub(crate) run: RunId,
}

impl<V, B> Node<V, B> {
    /// Returns whether the node owns anything. A signal owns nothing.
    #[inline(always)]
    pub(crate) fn owns_any(&self) -> bool {
        debug_assert!(self.kind != Kind::Signal);
        self.by_kind != 0
    }

    #[inline(always)]
    pub(crate) fn set_owns_any(&mut self, owns: bool) {
        debug_assert!(self.kind != Kind::Signal);
        self.by_kind = u16::from(owns);
    }

    /// The level of the signal's newest entry in the undo log of the open batch, plus one; 0 without an entry.
    #[inline(always)]
    pub(crate) fn log_level(&self) -> u16 {
        debug_assert!(self.kind == Kind::Signal);
        self.by_kind
    }

    #[inline(always)]
    pub(crate) fn set_log_level(&mut self, level: u16) {
        debug_assert!(self.kind == Kind::Signal);
        self.by_kind = level;
    }

    /// Returns whether the node is a computed value whose body is out of its slot.
    pub(crate) fn is_away(&self) -> bool {
        self.kind == Kind::Computed && self.body.is_none()
    }

    /// Puts the body back into its empty slot. The old content of the slot is known to be `None`, so no drop code is
    /// emitted.
    #[inline(always)]
    pub(crate) fn put_back(&mut self, body: B) {
        let none = self.body.replace(body);
        debug_assert!(none.is_none());
        std::mem::forget(none);
    }
}

impl Observer {
    /// An observer at the start of a run. `deps` is the first link of the last run.
    #[inline(always)]
    pub(crate) fn new(node: NodeId, deps: LinkId, run: RunId) -> Self {
        Observer {
            node,
            cursor: LinkId::NONE,
            next: deps,
            run,
        }
    }
}

/// The context of user code. Only `run::enter`, `run::restore_context`, `untrack` and their guards change the context.
/// The alignment lets a copy take two moves that do not overlap.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub(crate) struct RunContext {
    pub(crate) observer: Observer,
    /// The owner of the nodes that are created now.
    pub(crate) owner: NodeId,
    /// The computed value whose body is running: writes are refused meanwhile.
    pub(crate) computing: NodeId,
    /// The node whose body is running.
    pub(crate) running: NodeId,
}

pub(crate) const NOBODY: Observer = Observer {
    node: NodeId::NONE,
    cursor: LinkId::NONE,
    next: LinkId::NONE,
    run: RunId::NONE,
};

/// The nodes that the next settle may run.
pub(crate) struct Schedule {
    /// Effects that may have to run in this round.
    pub(crate) effects: Vec<Queued>,
    /// Some of the effects may be unchanged or blocked.
    pub(crate) unverified: bool,
    /// A node was marked while its dependencies were being brought up to date.
    pub(crate) recheck: bool,
    /// Resources that may have to run.
    pub(crate) resources: Vec<Queued>,
    /// The running resource is the only one that is due.
    pub(crate) alone: bool,
    /// A body has gained a new dependency during the run of that resource.
    pub(crate) grown: bool,
    /// Marking stops at resources.
    pub(crate) stop_at_resources: bool,
    /// An empty list that keeps its memory for the next round.
    pub(crate) spare: Vec<Queued>,
}

impl Schedule {
    pub(crate) const fn new() -> Self {
        Schedule {
            effects: Vec::new(),
            unverified: false,
            recheck: false,
            resources: Vec::new(),
            alone: false,
            grown: false,
            stop_at_resources: false,
            spare: Vec::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn are_empty(&self) -> bool {
        self.effects.is_empty() && self.resources.is_empty()
    }

    /// Sorts the effects in the order of their creation.
    #[inline(always)]
    pub(crate) fn sort_effects(&mut self) {
        if !self.effects.is_sorted() {
            self.effects.sort_unstable();
        }
    }
}

/// The dependencies of a run with too many links to compare one by one.
pub(crate) struct Reads {
    pub(crate) run: RunId,
    /// The last link that the set contains.
    pub(crate) last: LinkId,
    pub(crate) deps: BTreeSet<Key>,
}

/// The graph of one thread. `V` is the type of values, `B` that of bodies.
pub(crate) struct Graph<V, B> {
    pub(crate) nodes: Table<NodeId, Node<V, B>>,
    pub(crate) ownership: Table<NodeId, Ownership>,
    pub(crate) links: Table<LinkId, Link>,
    pub(crate) free_node: NodeId,
    pub(crate) free_link: LinkId,
    pub(crate) live: usize,
    /// The length of the node table before the last release of the tables.
    pub(crate) peak: usize,
    /// The first generation of a new slot: greater than every generation before the last release of the tables.
    pub(crate) first_generation: u32,
    pub(crate) clock: Version,
    pub(crate) runs: RunId,
    pub(crate) orders: Order,
    pub(crate) context: RunContext,
    pub(crate) schedule: Schedule,
    pub(crate) mark_stack: Vec<LinkId>,
    /// The sets of dependencies of the nested runs, the outermost first, and of some runs that are over.
    pub(crate) reads: Vec<Reads>,
}

impl<V, B> Graph<V, B> {
    pub(crate) const fn new() -> Self {
        Graph {
            nodes: Table::new(),
            ownership: Table::new(),
            links: Table::new(),
            free_node: NodeId::NONE,
            free_link: LinkId::NONE,
            live: 0,
            peak: 0,
            first_generation: 0,
            clock: Version::FIRST,
            runs: RunId::FIRST,
            orders: Order::START,
            context: RunContext {
                observer: NOBODY,
                owner: NodeId::NONE,
                computing: NodeId::NONE,
                running: NodeId::NONE,
            },
            schedule: Schedule::new(),
            mark_stack: Vec::new(),
            reads: Vec::new(),
        }
    }

    /// Adds a node that belongs to `owner`.
    #[inline(always)]
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        content: Content<V, B>,
        owner: NodeId,
        place: PlaceId,
    ) -> NodeId
    where
        V: Default,
    {
        let mut node = Node {
            value: V::default(),
            body: None,
            generation: 0,
            version: Version::NONE,
            read_by: RunId::NONE,
            subs: LinkId::NONE,
            subs_tail: LinkId::NONE,
            deps: LinkId::NONE,
            order: Order::NONE,
            by_kind: 0,
            kind,
            marks: Marks::new(kind),
        };
        match content {
            Content::Value(value) => (node.value, node.version) = (value, self.clock),
            Content::Body(body) => (node.body, node.order) = (body, self.orders.advance()),
        }
        self.add_node(node, owner, place)
    }

    #[inline(always)]
    fn add_node(&mut self, mut node: Node<V, B>, owner: NodeId, place: PlaceId) -> NodeId {
        let index = if self.free_node.is_none() {
            self.nodes.next_key()
        } else {
            self.free_node
        };
        let mut ownership = Ownership {
            next_sibling: NodeId::NONE,
            prev_sibling: owner,
            first_child: NodeId::NONE,
            first_cleanup: NodeId::NONE,
            place,
        };
        if owner.is_some() {
            self.nodes[owner].set_owns_any(true);
            ownership.next_sibling = std::mem::replace(self.first(owner, node.kind), index);
            if let Some(next) = self.ownership.get_mut(ownership.next_sibling) {
                next.prev_sibling = index;
            }
        }
        self.live += 1;
        if self.free_node.is_none() {
            node.generation = self.first_generation;
            self.nodes.push(self.peak, node);
            self.ownership.push(self.peak, ownership);
        } else {
            let slot = &mut self.nodes[index];
            node.generation = slot.generation;
            *slot = node;
            self.free_node = std::mem::replace(&mut self.ownership[index], ownership).next_sibling;
        }
        index
    }

    /// Returns whether the slot still belongs to the live node of this generation.
    #[inline(always)]
    pub(crate) fn is_alive(&self, key: Key) -> bool {
        self.nodes
            .get(key.node)
            .is_some_and(|node| node.generation == key.generation && !node.marks.is_disposed())
    }

    /// The key of the node that has this slot now.
    #[inline(always)]
    pub(crate) fn key(&self, node: NodeId) -> Key {
        let generation = self.nodes[node].generation;
        Key { node, generation }
    }

    #[inline(always)]
    pub(crate) fn marks(&self, node: NodeId) -> Marks {
        self.nodes[node].marks
    }

    #[inline(always)]
    pub(crate) fn version(&self, node: NodeId) -> Version {
        self.nodes[node].version
    }

    /// The first link to a dependency of the node.
    #[inline(always)]
    pub(crate) fn deps(&self, node: NodeId) -> LinkId {
        self.nodes[node].deps
    }

    /// Returns the number of nodes and the number of links.
    pub(crate) fn size(&self) -> (usize, usize) {
        let links = self.links.iter().filter(|link| link.sub.is_some()).count();
        (self.live, links)
    }
}
