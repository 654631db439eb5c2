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
//! Must not know: values, user code, phases, and when anything runs.

use super::{
    batch::UndoLog,
    drive::ThreadTasks,
    edges::Reads,
    events::Callback,
    failure::Failures,
    ids::{Key, LinkId, NodeId, Order, PlaceId, Queued, RunId, Seen, Table, Version},
    marks::{Kind, Marks},
    names::Names,
    settle::Frame,
    snapshots::Snapshot,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{collections::BTreeMap, panic::Location};

/// 64 bytes with every field that a run touches. The other fields are in `Ownership`.
pub(super) struct Node {
    pub(super) value: Value,
    /// The body, if the node has one. The slot is empty during a run.
    pub(super) body: Option<Box<dyn super::run::Body>>,
    pub(super) generation: u32,
    /// The time of the last change of the value, on the clock of the graph; 0 for a computed value without a value.
    pub(super) version: Version,
    /// The number of the last run that has read this node.
    pub(super) read_by: RunId,
    pub(super) subs: LinkId,
    pub(super) subs_tail: LinkId,
    /// The first link to a dependency of the body.
    pub(super) deps: LinkId,
    /// The position in the order of creation, in which effects run. `NONE` without a body.
    pub(super) order: Order,
    /// Signals: the level of the newest entry in the undo log of the open batch, plus one; 0 without an entry. All
    /// other kinds: 0 while the node owns nothing.
    pub(super) aside: u16,
    pub(super) kind: Kind,
    pub(super) marks: Marks,
}

/// The fields of a free slot, from which a new node takes those it does not set.
const BLANK: Node = Node {
    value: Value::NONE,
    body: None,
    generation: 0,
    version: Version::NONE,
    read_by: RunId::NONE,
    subs: LinkId::NONE,
    subs_tail: LinkId::NONE,
    deps: LinkId::NONE,
    order: Order::NONE,
    aside: 0,
    kind: Kind::Free,
    marks: Marks::NONE,
};

/// The content of a new node.
pub(super) enum Content {
    /// A value that code outside the graph writes.
    Value(Value),
    /// A body, which may follow later: the node has an order.
    Body(Option<Box<dyn super::run::Body>>),
}

/// The owner, the owned nodes and the place of creation of a node. A table of its own, under the indices of the nodes.
pub(super) struct Ownership {
    /// For a free slot, the next one in the list of free slots.
    pub(super) next_sibling: NodeId,
    /// For the first child, the owner.
    pub(super) prev_sibling: NodeId,
    pub(super) first_child: NodeId,
    pub(super) first_cleanup: NodeId,
    pub(super) place: PlaceId,
}

#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) dep: NodeId,
    pub(super) sub: NodeId,
    pub(super) next_dep: LinkId,
    pub(super) next_sub: LinkId,
    pub(super) prev_sub: LinkId,
    pub(super) seen: Seen,
}

/// The node whose body is running and whose reads are tracked.
#[derive(Clone, Copy)]
pub(super) struct Observer {
    pub(super) node: NodeId,
    /// The last link that this run has used.
    pub(super) cursor: LinkId,
    /// The link after the cursor, from the run before.
    pub(super) next: LinkId,
    /// The number of the run.
    pub(super) run: RunId,
}

impl Node {
    /// Returns whether the node owns anything. Only for kinds that can own nodes.
    #[inline(always)]
    pub(super) fn owns_any(&self) -> bool {
        self.aside != 0
    }

    /// Returns whether the node is a computed value whose body is out of its slot.
    pub(super) fn is_away(&self) -> bool {
        self.kind == Kind::Computed && self.body.is_none()
    }

    /// Puts the body back into its empty slot. The old content of the slot is known to be `None`, so no drop code is
    /// emitted.
    #[inline(always)]
    pub(super) fn put_back(&mut self, body: Box<dyn super::run::Body>) {
        let none = self.body.replace(body);
        debug_assert!(none.is_none());
        std::mem::forget(none);
    }
}

impl Observer {
    /// An observer at the start of a run. `deps` is the first link of the last run.
    #[inline(always)]
    pub(super) fn new(node: NodeId, deps: LinkId, run: RunId) -> Self {
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
pub(super) struct RunContext {
    pub(super) observer: Observer,
    /// The owner of the nodes that are created now.
    pub(super) owner: NodeId,
    /// The computed value whose body is running: writes are refused meanwhile.
    pub(super) computing: NodeId,
    /// The node whose body is running.
    pub(super) running: NodeId,
}

pub(super) const NOBODY: Observer = Observer {
    node: NodeId::NONE,
    cursor: LinkId::NONE,
    next: LinkId::NONE,
    run: RunId::NONE,
};

/// The nodes that the next settle may run.
pub(super) struct Schedule {
    /// Effects that may have to run in this round.
    pub(super) effects: Vec<Queued>,
    /// Some of the effects may be unchanged or blocked.
    pub(super) unverified: bool,
    /// A node was marked while its dependencies were being brought up to date.
    pub(super) recheck: bool,
    /// Resources that may have to run.
    pub(super) resources: Vec<Queued>,
    /// The running resource is the only one that is due.
    pub(super) alone: bool,
    /// A body has gained a new dependency during the run of that resource.
    pub(super) grown: bool,
    /// Marking stops at resources.
    pub(super) stop_at_resources: bool,
    /// An empty list that keeps its memory for the next round.
    pub(super) spare: Vec<Queued>,
}

impl Schedule {
    pub(super) const fn new() -> Self {
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
    pub(super) fn are_empty(&self) -> bool {
        self.effects.is_empty() && self.resources.is_empty()
    }

    /// Sorts the effects in the order of their creation.
    #[inline(always)]
    pub(super) fn sort_effects(&mut self) {
        if !self.effects.is_sorted() {
            self.effects.sort_unstable();
        }
    }
}

/// The graph of one thread.
pub(super) struct Graph {
    pub(super) nodes: Table<NodeId, Node>,
    pub(super) ownership: Table<NodeId, Ownership>,
    pub(super) links: Table<LinkId, Link>,
    pub(super) free_node: NodeId,
    pub(super) free_link: LinkId,
    pub(super) live: usize,
    /// The length of the node table before the last release of the tables.
    pub(super) peak: usize,
    /// The first generation of a new slot: greater than every generation before the last release of the tables.
    pub(super) first_generation: u32,
    pub(super) clock: Version,
    pub(super) runs: RunId,
    pub(super) orders: Order,
    pub(super) context: RunContext,
    pub(super) check_stack: Vec<Frame>,
    pub(super) schedule: Schedule,
    pub(super) mark_stack: Vec<LinkId>,
    /// The number of open batches. A settle counts as one.
    pub(super) depth: u32,
    /// The number of open transactions.
    pub(super) level: u16,
    /// Phase A: resources run, stale values are computed.
    pub(super) in_phase_a: bool,
    /// Effects are running, and no batch is open but that of their round.
    pub(super) round: bool,
    pub(super) log: UndoLog,
    /// The snapshots of the computed values with a provisional value.
    pub(super) snapshots: BTreeMap<NodeId, Snapshot>,
    /// The nodes whose provisional value may be current; empty at rest.
    pub(super) provisional: Vec<Key>,
    /// Signals that a `with` has borrowed, and the place of each `with`.
    pub(super) reading: Vec<(NodeId, &'static Location<'static>)>,
    /// Signals in an update, and the place of each update.
    pub(super) updating: Vec<(NodeId, &'static Location<'static>)>,
    /// The sets of dependencies of the nested runs, the outermost first, and of some runs that are over.
    pub(super) reads: Vec<Reads>,
    pub(super) names: Names,
    pub(super) failures: Failures,
    /// Panics of destructors, held back until the graph has come to rest.
    pub(super) deferred_panics: FirstPanic,
    pub(super) callbacks: Vec<Callback>,
    /// The callbacks that take back the requests of open transactions to resources, the newest last.
    pub(super) undo: Vec<Callback>,
    pub(super) tasks: Option<ThreadTasks>,
}

impl Graph {
    pub(super) const fn new() -> Self {
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
            check_stack: Vec::new(),
            schedule: Schedule::new(),
            mark_stack: Vec::new(),
            depth: 0,
            level: 0,
            in_phase_a: false,
            round: false,
            log: UndoLog::new(),
            snapshots: BTreeMap::new(),
            provisional: Vec::new(),
            reading: Vec::new(),
            updating: Vec::new(),
            reads: Vec::new(),
            names: Names::new(),
            failures: Failures::new(),
            deferred_panics: FirstPanic::new(),
            callbacks: Vec::new(),
            undo: Vec::new(),
            tasks: None,
        }
    }

    /// Adds a node that belongs to `owner`.
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        kind: Kind,
        content: Content,
        owner: NodeId,
        place: PlaceId,
    ) -> NodeId {
        let marks = Marks::new(kind);
        let node = match content {
            Content::Value(value) => Node {
                value,
                version: self.clock,
                kind,
                marks,
                ..BLANK
            },
            Content::Body(body) => {
                self.renumber_if_due();
                Node {
                    body,
                    order: self.orders.advance(),
                    kind,
                    marks,
                    ..BLANK
                }
            }
        };
        self.add_node(node, owner, place)
    }

    #[inline(always)]
    fn add_node(&mut self, mut node: Node, owner: NodeId, place: PlaceId) -> NodeId {
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
            self.nodes[owner].aside = 1;
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
    pub(super) fn is_alive(&self, key: Key) -> bool {
        self.nodes
            .get(key.node)
            .is_some_and(|node| node.generation == key.generation && !node.marks.is_disposed())
    }

    /// The key of the node that has this slot now.
    #[inline(always)]
    pub(super) fn key(&self, node: NodeId) -> Key {
        let generation = self.nodes[node].generation;
        Key { node, generation }
    }

    #[inline(always)]
    pub(super) fn marks(&self, node: NodeId) -> Marks {
        self.nodes[node].marks
    }

    #[inline(always)]
    pub(super) fn version(&self, node: NodeId) -> Version {
        self.nodes[node].version
    }

    /// The first link to a dependency of the node.
    #[inline(always)]
    pub(super) fn deps(&self, node: NodeId) -> LinkId {
        self.nodes[node].deps
    }

    /// Returns the number of nodes and the number of links.
    pub(super) fn size(&self) -> (usize, usize) {
        let links = self.links.iter().filter(|link| link.sub.is_some()).count();
        (self.live, links)
    }
}
