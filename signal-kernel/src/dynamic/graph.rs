//! The graph as indices: nodes, the links between them, marks, and who owns whom.
//!
//! Invariants (`check` holds them against a whole graph):
//! - a link stands in the list of its subscriber's dependencies and in the list of its dependency's
//!   subscribers; one whose dependency is gone stands in the first only, with `dep == NONE`;
//! - a node that is marked has only marked dependents, unless they are running or it is an effect's; what is below a
//!   driver that is queued may be marked in phase A only;
//! - a link is fresh when `seen` is the `version` of its dependency; a node without marks has fresh links;
//! - an effect or a driver that is `QUEUED` stands in a queue until its round runs, and the other way round
//!   until its phase lets it go;
//! - every node but those made outside any owner stands in the list of children of its owner.
//!
//! Must not know: values, user code, phases, and when anything runs.

use super::{
    access, batch::UndoLog, drive::Drive, edges::Reads, events::Callback, failure::Failures,
    names::Names, settle::Frame, snapshots::Snapshot, value::Value,
};
use crate::panics::FirstPanic;
use std::{collections::BTreeMap, panic::Location};

/// No node, no link, no body.
pub(super) const NONE: u32 = u32::MAX;

/// The last version or order that a node is given before all are numbered anew.
pub(super) const LAST: u32 = VERSION / 2;

/// The part of `Link::seen` that is a version.
pub(super) const VERSION: u32 = (1 << 30) - 1;

/// In `Link::seen`: the body has read the dependency with a `try_` read, so a failure does not block it.
pub(super) const TRY: u32 = 1 << 31;

/// In `Link::seen`: the read would have closed a cycle, and was refused.
pub(super) const CYCLE: u32 = 1 << 30;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A slot that waits to be used again.
    Free,
    /// Written from outside.
    Signal,
    /// Carries no value of its own: a part of a resource, or a static graph.
    Passive,
    Computed,
    Effect,
    /// Starts, stops and commits the work of a resource, in phase A.
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
/// The body panicked, or could not run because a dependency is failed.
pub(super) const FAILED: u8 = 1 << 4;
/// Disposed of while its body was running: it goes when the body returns.
pub(super) const DISPOSED: u8 = 1 << 5;
/// There is a `Snapshot`: what the node was before a batch read it half-way.
pub(super) const PROVISIONAL: u8 = 1 << 6;
/// An effect that has not come to the end of a run yet. No effect is `PROVISIONAL`.
pub(super) const FIRST: u8 = PROVISIONAL;
/// Its dependencies are being brought up to date.
pub(super) const CHECKING: u8 = 1 << 7;
pub(super) const STALE: u8 = CHECK | DIRTY;

/// 64 bytes: all that a run touches. The rest is in `Ownership`.
pub(super) struct Node {
    pub(super) value: Value,
    /// The body, if there is one. Taken out while it runs.
    pub(super) body: Option<Box<dyn super::run::Body>>,
    pub(super) generation: u32,
    /// When the value last changed, on the clock of the graph; 0 while a computed value has none.
    pub(super) version: u32,
    /// The last run that read this node.
    pub(super) read_by: u32,
    pub(super) subs: u32,
    pub(super) subs_tail: u32,
    /// What the body has read, if there is one.
    pub(super) deps: u32,
    /// Counts creations of bodies: effects run in this order. `NONE` without a body.
    pub(super) order: u32,
    /// Signals: one more than the level of the newest entry in the log of the open batch; 0 for none. All others: 0
    /// while they own nothing.
    pub(super) aside: u16,
    pub(super) kind: Kind,
    pub(super) marks: u8,
}

/// What a node is filled from.
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

/// What a node's owner is, what it owns, and where it was made: beside the nodes, under the same numbers.
pub(super) struct Ownership {
    /// In the list of free slots, the next of them.
    pub(super) next_sibling: u32,
    /// The owner, for the first child.
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
    /// The version of the dependency that the subscriber's body has seen, with how it was read.
    pub(super) seen: u32,
}

/// Whose body is running, for reads to be tracked.
#[derive(Clone, Copy)]
pub(super) struct Observer {
    pub(super) node: u32,
    /// The last link that this run has used.
    pub(super) cursor: u32,
    /// The one after it: of the run before.
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

    /// A body that fails here has been handed the failure before, and goes on.
    #[inline(always)]
    pub(super) fn is_tried(&self) -> bool {
        self.seen & TRY != 0
    }

    /// The read of this dependency was refused, since it would have closed a cycle.
    #[inline(always)]
    pub(super) fn is_refused(&self) -> bool {
        self.seen & CYCLE != 0
    }
}

impl Node {
    /// For nodes that can own others.
    #[inline(always)]
    pub(super) fn owns_any(&self) -> bool {
        self.aside != 0
    }

    /// Is it a computed value whose body was taken out of its slot?
    pub(super) fn is_away(&self) -> bool {
        self.kind == Kind::Computed && self.body.is_none()
    }

    /// Puts the body back into its slot, which is empty: there is nothing to drop.
    #[inline(always)]
    pub(super) fn put_back(&mut self, body: Box<dyn super::run::Body>) {
        let none = self.body.replace(body);
        debug_assert!(none.is_none());
        std::mem::forget(none);
    }
}

impl Observer {
    /// An observer that has read nothing yet; `deps` is what it has read in the run before.
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

/// What user code finds around it. Changed only by `run::enter`, `run::restore_context`, `untrack` and their guards. Aligned so
/// that a copy takes two moves that do not overlap.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub(super) struct RunContext {
    pub(super) observer: Observer,
    /// Owns what is made now.
    pub(super) owner: u32,
    /// The computed value whose body is running: nothing is written then.
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

/// A node that stands in a queue. Its order tells whether the slot still belongs to it. Both are in one number, order
/// first, since that is sorted faster.
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

/// What runs in the next settle.
pub(super) struct Schedule {
    /// Effects that may have to run in this round.
    pub(super) effects: Vec<Queued>,
    /// Some of them may be unchanged, or blocked.
    pub(super) unverified: bool,
    /// A node was marked while its dependencies were being brought up to date.
    pub(super) recheck: bool,
    /// Drivers that may have to act.
    pub(super) resources: Vec<Queued>,
    /// The driver that acts now is the only one that is due.
    pub(super) alone: bool,
    /// A body that has run for that driver depends on something new.
    pub(super) grown: bool,
    /// Marking stops at drivers.
    pub(super) up_to_drivers: bool,
    /// An empty list, kept for its memory.
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

    /// Brings the effects into the order of their creation.
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
    /// How many nodes there were before the tables were given back.
    pub(super) peak: usize,
    /// Where generations begin: above all that were in use before the tables were given back.
    pub(super) first_generation: u32,
    pub(super) clock: u32,
    pub(super) runs: u32,
    pub(super) orders: u32,
    pub(super) context: RunContext,
    pub(super) check_stack: Vec<Frame>,
    pub(super) schedule: Schedule,
    pub(super) mark_stack: Vec<u32>,
    /// Open batches; the settle itself is one.
    pub(super) depth: u32,
    /// Open transactions.
    pub(super) level: u16,
    /// Phase A: drivers act, stale values are computed.
    pub(super) acting: bool,
    /// Effects are running, in no other batch than that of their round.
    pub(super) round: bool,
    pub(super) log: UndoLog,
    /// What half-way computed values were before the batch.
    pub(super) snapshots: BTreeMap<u32, Snapshot>,
    /// Those whose half-way value may be current, by slot and generation; empty at rest.
    pub(super) provisional: Vec<(u32, u32)>,
    /// Signals that are borrowed by a `with`, and where.
    pub(super) reading: Vec<(u32, &'static Location<'static>)>,
    /// Signals that are being updated, and where.
    pub(super) updating: Vec<(u32, &'static Location<'static>)>,
    /// Of the runs that are nested now, the outermost first; and of some that are over.
    pub(super) reads: Vec<Reads>,
    pub(super) names: Names,
    pub(super) failures: Failures,
    /// Panics of destructors, held back until the graph has come to rest.
    pub(super) deferred_panics: FirstPanic,
    pub(super) callbacks: Vec<Callback>,
    /// Takes back what open transactions have asked of drivers, newest last.
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

    /// Makes a node that belongs to whoever owns what is made now.
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

    /// Makes a node that runs something, or owns something.
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

    /// Is this still the node it was?
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

    /// The first of a node's dependencies.
    #[inline(always)]
    pub(super) fn deps(&self, node: u32) -> u32 {
        self.nodes[node as usize].deps
    }

    /// How many nodes and links there are.
    pub(super) fn size(&self) -> (usize, usize) {
        let links = self.links.iter().filter(|link| link.sub != NONE).count();
        (self.live as usize, links)
    }
}

/// Puts something at the end of a table.
#[inline(always)]
pub(super) fn append<T>(table: &mut Vec<T>, peak: usize, entry: T) -> u32 {
    let index = to_index(table.len());
    if table.len() == table.capacity() {
        make_room(table, peak);
    }
    table.push(entry);
    index
}

/// Lets a long table grow by a sixteenth: what it costs to move it is little, what it keeps idle is not. Where a graph
/// was that large before, it grows in a few large steps.
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

    /// The capacities of a table that is filled with `count` entries.
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
