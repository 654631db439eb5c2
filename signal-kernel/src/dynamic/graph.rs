//! The tables of the graph: nodes, links, marks and the ownership tree, all by index.
//!
//! Invariants (`check` holds them against a whole graph):
//! - a link stands in its subscriber's list of dependencies and in its dependency's list of subscribers; a link whose
//!   dependency is gone has `dep == NONE` and stands in the first list only;
//! - a marked node has only marked dependents, except running nodes and the dependents of an effect; below a queued
//!   resource, the marks may come as late as phase A;
//! - a link is fresh when `seen` is the `version` of its dependency; a node without marks has fresh links;
//! - an effect or a resource with the mark `QUEUED` stands in a queue until its round runs; a node in a queue has the
//!   mark until its phase removes it;
//! - every node with an owner stands in its owner's list of children.
//!
//! Must not know: values, user code, phases, and when anything runs.

use super::{
    access, batch::UndoLog, drive::Drive, edges::Reads, events::Callback, failure::Failures,
    names::Names, settle::Frame, snapshots::Snapshot, value::Value,
};
use crate::panics::FirstPanic;
use std::{collections::BTreeMap, panic::Location};

/// The index of no node, of no link and of no body.
pub(super) const NONE: u32 = u32::MAX;

/// The greatest version or order before all are numbered anew.
pub(super) const LAST: u32 = VERSION / 2;

/// The bits of `Link::seen` that hold a version.
pub(super) const VERSION: u32 = (1 << 30) - 1;

/// In `Link::seen`: the body has used a `try_` read, so a failure of the dependency does not block the body.
pub(super) const TRY: u32 = 1 << 31;

/// In `Link::seen`: the read was refused, because it would have closed a cycle.
pub(super) const CYCLE: u32 = 1 << 30;

/// The kind of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A free slot.
    Free,
    /// A node that code outside the graph writes.
    Signal,
    /// A node without a value of its own: a part of a resource, or a declared graph.
    Passive,
    Computed,
    Effect,
    /// A node that starts, stops and commits work, in phase A.
    Resource,
    Scope,
    Cleanup,
}

/// A dependency may have changed.
pub(super) const CHECK: u8 = 1;
/// The body must run.
pub(super) const DIRTY: u8 = 1 << 1;
pub(super) const QUEUED: u8 = 1 << 2;
pub(super) const RUNNING: u8 = 1 << 3;
/// The body has panicked, or could not run because a dependency is failed.
pub(super) const FAILED: u8 = 1 << 4;
/// The node was disposed of during a run of its body: the node ends when the body returns.
pub(super) const DISPOSED: u8 = 1 << 5;
/// The node has a `Snapshot` from before a batch that has read the node.
pub(super) const PROVISIONAL: u8 = 1 << 6;
/// The effect has not completed a run yet. No effect is `PROVISIONAL`, so both marks share a bit.
pub(super) const FIRST: u8 = PROVISIONAL;
/// The node's dependencies are being brought up to date.
pub(super) const CHECKING: u8 = 1 << 7;
pub(super) const STALE: u8 = CHECK | DIRTY;

/// 64 bytes with every field that a run touches. The other fields are in `Ownership`.
pub(super) struct Node {
    pub(super) value: Value,
    /// The body, if the node has one. The slot is empty during a run.
    pub(super) body: Option<Box<dyn super::run::Body>>,
    pub(super) generation: u32,
    /// The time of the last change of the value, on the clock of the graph; 0 for a computed value without a value.
    pub(super) version: u32,
    /// The number of the last run that has read this node.
    pub(super) read_by: u32,
    pub(super) subs: u32,
    pub(super) subs_tail: u32,
    /// The first link to a dependency of the body.
    pub(super) deps: u32,
    /// The position in the order of creation, in which effects run. `NONE` without a body.
    pub(super) order: u32,
    /// Signals: the level of the newest entry in the undo log of the open batch, plus one; 0 without an entry. All
    /// other kinds: 0 while the node owns nothing.
    pub(super) aside: u16,
    pub(super) kind: Kind,
    pub(super) marks: u8,
}

/// The fields of a free slot, from which a new node takes those it does not set.
const BLANK: Node = Node {
    value: Value::NONE,
    body: None,
    generation: 0,
    version: 0,
    read_by: 0,
    subs: NONE,
    subs_tail: NONE,
    deps: NONE,
    order: NONE,
    aside: 0,
    kind: Kind::Free,
    marks: 0,
};

/// The owner, the owned nodes and the place of creation of a node. A table of its own, under the indices of the nodes.
pub(super) struct Ownership {
    /// For a free slot, the next one in the list of free slots.
    pub(super) next_sibling: u32,
    /// For the first child, the owner.
    pub(super) prev_sibling: u32,
    pub(super) first_child: u32,
    pub(super) first_cleanup: u32,
    pub(super) place: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) dep: u32,
    pub(super) sub: u32,
    pub(super) next_dep: u32,
    pub(super) next_sub: u32,
    pub(super) prev_sub: u32,
    /// The version of the dependency that the subscriber's body has seen, with the bits `TRY` and `CYCLE`.
    pub(super) seen: u32,
}

/// The node whose body is running and whose reads are tracked.
#[derive(Clone, Copy)]
pub(super) struct Observer {
    pub(super) node: u32,
    /// The last link that this run has used.
    pub(super) cursor: u32,
    /// The link after the cursor, from the run before.
    pub(super) next: u32,
    /// The number of the run.
    pub(super) run: u32,
}

impl Link {
    /// The version that the subscriber's body has seen.
    #[inline(always)]
    pub(super) fn version(&self) -> u32 {
        self.seen & VERSION
    }

    /// Returns whether a `try_` read has made this link: a failure of the dependency does not block the body.
    #[inline(always)]
    pub(super) fn is_tried(&self) -> bool {
        self.seen & TRY != 0
    }

    /// Returns whether the read of this dependency was refused, because it would have closed a cycle.
    #[inline(always)]
    pub(super) fn is_refused(&self) -> bool {
        self.seen & CYCLE != 0
    }
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
    pub(super) fn new(node: u32, deps: u32, run: u32) -> Self {
        Observer {
            node,
            cursor: NONE,
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
    pub(super) owner: u32,
    /// The computed value whose body is running: writes are refused meanwhile.
    pub(super) computing: u32,
    /// The node whose body is running.
    pub(super) running: u32,
}

pub(super) const NOBODY: Observer = Observer {
    node: NONE,
    cursor: NONE,
    next: NONE,
    run: 0,
};

/// A node in a queue. The order tells whether the slot still belongs to the node. Order and node share one number, with
/// the order in the high bits, because one number sorts faster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Queued(u64);

impl Queued {
    #[inline(always)]
    pub(super) fn new(order: u32, node: u32) -> Self {
        Queued(u64::from(order) << 32 | u64::from(node))
    }

    #[inline(always)]
    pub(super) fn order(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline(always)]
    pub(super) fn node(self) -> u32 {
        self.0 as u32
    }
}

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
    pub(super) up_to_drivers: bool,
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
            up_to_drivers: false,
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
        if !self.effects.is_sorted_by_key(|due| due.0) {
            self.effects.sort_unstable_by_key(|due| due.0);
        }
    }
}

/// The graph of one thread.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) ownership: Vec<Ownership>,
    pub(super) links: Vec<Link>,
    pub(super) free_node: u32,
    pub(super) free_link: u32,
    pub(super) live: u32,
    /// The length of the node table before the last release of the tables.
    pub(super) peak: usize,
    /// The first generation of a new slot: greater than every generation before the last release of the tables.
    pub(super) first_generation: u32,
    pub(super) clock: u32,
    pub(super) runs: u32,
    pub(super) orders: u32,
    pub(super) context: RunContext,
    pub(super) check_stack: Vec<Frame>,
    pub(super) schedule: Schedule,
    pub(super) mark_stack: Vec<u32>,
    /// The number of open batches. A settle counts as one.
    pub(super) depth: u32,
    /// The number of open transactions.
    pub(super) level: u16,
    /// Phase A: resources run, stale values are computed.
    pub(super) acting: bool,
    /// Effects are running, and no batch is open but that of their round.
    pub(super) round: bool,
    pub(super) log: UndoLog,
    /// The snapshots of the computed values with a provisional value.
    pub(super) snapshots: BTreeMap<u32, Snapshot>,
    /// The nodes whose provisional value may be current, by slot and generation; empty at rest.
    pub(super) provisional: Vec<(u32, u32)>,
    /// Signals that a `with` has borrowed, and the place of each `with`.
    pub(super) reading: Vec<(u32, &'static Location<'static>)>,
    /// Signals in an update, and the place of each update.
    pub(super) updating: Vec<(u32, &'static Location<'static>)>,
    /// The sets of dependencies of the nested runs, the outermost first, and of some runs that are over.
    pub(super) reads: Vec<Reads>,
    pub(super) names: Names,
    pub(super) failures: Failures,
    /// Panics of destructors, held back until the graph has come to rest.
    pub(super) deferred_panics: FirstPanic,
    pub(super) callbacks: Vec<Callback>,
    /// The callbacks that take back the requests of open transactions to resources, the newest last.
    pub(super) undo: Vec<Callback>,
    pub(super) drive: Option<Drive>,
}

impl Graph {
    pub(super) const fn new() -> Self {
        Graph {
            nodes: Vec::new(),
            ownership: Vec::new(),
            links: Vec::new(),
            free_node: NONE,
            free_link: NONE,
            live: 0,
            peak: 0,
            first_generation: 0,
            clock: 1,
            runs: 1,
            orders: 0,
            context: RunContext {
                observer: NOBODY,
                owner: NONE,
                computing: NONE,
                running: NONE,
            },
            check_stack: Vec::new(),
            schedule: Schedule::new(),
            mark_stack: Vec::new(),
            depth: 0,
            level: 0,
            acting: false,
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
            drive: None,
        }
    }

    /// Creates a node that belongs to the current owner.
    #[inline]
    pub(super) fn add(&mut self, kind: Kind, value: Value, place: u32) -> u32 {
        self.add_node(
            Node {
                value,
                version: self.clock,
                kind,
                ..BLANK
            },
            place,
        )
    }

    /// Creates a node that has a body or owns other nodes.
    #[inline]
    pub(super) fn add_body(
        &mut self,
        kind: Kind,
        body: Option<Box<dyn super::run::Body>>,
        place: u32,
        marks: u8,
    ) -> u32 {
        self.renumber_if_due();
        self.orders += 1;
        self.add_node(
            Node {
                body,
                order: self.orders,
                kind,
                marks,
                ..BLANK
            },
            place,
        )
    }

    #[inline(always)]
    fn add_node(&mut self, mut node: Node, place: u32) -> u32 {
        let index = match self.free_node {
            NONE => to_index(self.nodes.len()),
            index => index,
        };
        let owner = self.context.owner;
        let mut ownership = Ownership {
            next_sibling: NONE,
            prev_sibling: owner,
            first_child: NONE,
            first_cleanup: NONE,
            place,
        };
        if owner != NONE {
            self.nodes[owner as usize].aside = 1;
            ownership.next_sibling = std::mem::replace(self.first(owner, node.kind), index);
            if let Some(next) = self.ownership.get_mut(ownership.next_sibling as usize) {
                next.prev_sibling = index;
            }
        }
        self.live += 1;
        if self.free_node == NONE {
            node.generation = self.first_generation;
            append(&mut self.nodes, self.peak, node);
            append(&mut self.ownership, self.peak, ownership);
            if index == 0 {
                access::end_with_thread();
            }
        } else {
            let slot = &mut self.nodes[index as usize];
            node.generation = slot.generation;
            *slot = node;
            self.free_node =
                std::mem::replace(&mut self.ownership[index as usize], ownership).next_sibling;
        }
        index
    }

    /// Returns whether the slot still belongs to the live node of this generation.
    #[inline(always)]
    pub(super) fn is_alive(&self, index: u32, generation: u32) -> bool {
        self.nodes
            .get(index as usize)
            .is_some_and(|node| node.generation == generation && node.marks & DISPOSED == 0)
    }

    #[inline(always)]
    pub(super) fn marks(&self, node: u32) -> u8 {
        self.nodes[node as usize].marks
    }

    #[inline(always)]
    pub(super) fn version(&self, node: u32) -> u32 {
        self.nodes[node as usize].version
    }

    #[inline(always)]
    pub(super) fn set(&mut self, node: u32, marks: u8) {
        self.nodes[node as usize].marks |= marks;
    }

    #[inline(always)]
    pub(super) fn unset(&mut self, node: u32, marks: u8) {
        self.nodes[node as usize].marks &= !marks;
    }

    /// The first link to a dependency of the node.
    #[inline(always)]
    pub(super) fn deps(&self, node: u32) -> u32 {
        self.nodes[node as usize].deps
    }

    /// Returns the number of nodes and the number of links.
    pub(super) fn size(&self) -> (usize, usize) {
        let links = self.links.iter().filter(|link| link.sub != NONE).count();
        (self.live as usize, links)
    }
}

/// Appends an entry to a table.
#[inline(always)]
pub(super) fn append<T>(table: &mut Vec<T>, peak: usize, entry: T) -> u32 {
    let index = to_index(table.len());
    if table.len() == table.capacity() {
        make_room(table, peak);
    }
    table.push(entry);
    index
}

/// Lets a long table grow by a sixteenth: a move of the table costs little, idle capacity costs much. A graph that has
/// been longer before grows in a few large steps.
#[cold]
#[inline(never)]
fn make_room<T>(table: &mut Vec<T>, peak: usize) {
    let len = table.len();
    if len >= 4096 {
        let again = peak.saturating_sub(len).min(len);
        table.reserve_exact(again.max(len / 16));
    }
}

#[inline(always)]
pub(super) fn to_index(index: usize) -> u32 {
    assert!(
        index < (NONE / 2) as usize,
        "a graph holds less than 2^31 nodes and links"
    );
    index as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The capacities of a table during the insertion of `count` entries.
    fn steps(count: usize, peak: usize) -> Vec<usize> {
        let mut table = Vec::new();
        let mut steps = Vec::new();
        for entry in 0..count {
            append(&mut table, peak, entry);
            if steps.last() != Some(&table.capacity()) {
                steps.push(table.capacity());
            }
        }
        steps
    }

    #[test]
    fn a_long_table_grows_by_a_sixteenth() {
        let all = steps(100_000, 0);
        let long = all.iter().skip_while(|&&capacity| capacity < 4096);
        let long: Vec<_> = long.collect();
        assert!(long.len() > 40);
        assert!(long.windows(2).all(|two| *two[1] == two[0] + two[0] / 16));
    }

    #[test]
    fn a_table_that_was_long_before_doubles_up_to_that_length() {
        let all = steps(40_000, 30_000);
        let long = all.into_iter().skip_while(|&capacity| capacity < 4096);
        let long: Vec<_> = long.take(5).collect();
        assert_eq!(long, [4096, 8192, 16_384, 30_000, 31_875]);
    }
}
