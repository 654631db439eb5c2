//! The graph as indices: nodes, the links between them, marks, and who owns whom.
//!
//! Invariants (`check` holds them against a whole graph):
//! - a link stands in the list of its subscriber's dependencies and in the list of its dependency's
//!   subscribers; one whose dependency is gone stands in the first only, with `dep == NONE`;
//! - a node that is marked has only marked dependents, unless they are running or it is an effect's;
//! - a link is fresh when `seen` is the `version` of its dependency; a node without marks has fresh links;
//! - an effect or a driver that stands in a queue is `QUEUED`, and the other way round;
//! - every node but those made outside any owner stands in the list of children of its owner.
//!
//! Must not know: values, user code, phases, and when anything runs.

use super::{
    batch::Log, drive::Drive, half_way::Candidate, hooks::Hook, kernel, names::Names, settle::Pull,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{collections::BTreeMap, panic::Location};

/// No node, no link, no body.
pub(super) const NONE: u32 = u32::MAX;

/// The last version or order that a node is given before all are numbered anew.
pub(super) const LAST: u32 = u32::MAX / 2;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A slot that waits to be used again.
    Free,
    /// Written from outside.
    Signal,
    /// Carries no value of its own: a part of a resource, or a static graph.
    Source,
    Computed,
    Effect,
    /// Starts, stops and commits the work of a resource, in phase A.
    Driver,
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
/// There is a `Candidate`: what the node was before a batch read it half-way.
pub(super) const HALF_WAY: u8 = 1 << 6;
/// Its dependencies are being brought up to date.
pub(super) const VERIFYING: u8 = 1 << 7;
pub(super) const STALE: u8 = CHECK | DIRTY;

/// 56 bytes; what only some nodes have is in `Body`.
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) generation: u32,
    /// When the value last changed, on the clock of the graph; 0 while a computed value has none.
    pub(super) version: u32,
    /// The last run that read this node.
    read_by: u32,
    pub(super) subs: u32,
    pub(super) subs_tail: u32,
    pub(super) next_sibling: u32,
    /// The owner, for the first child.
    pub(super) prev_sibling: u32,
    pub(super) body: u32,
    pub(super) place: u32,
    /// One more than the level of the newest entry in the log of the open batch; 0 for none.
    pub(super) logged: u16,
    pub(super) kind: Kind,
    pub(super) marks: u8,
}

/// What a node has that depends on others or owns others.
pub(super) struct Body {
    /// Taken out while it runs.
    pub(super) run: Option<Box<dyn super::run::Run>>,
    pub(super) deps: u32,
    pub(super) first_child: u32,
    pub(super) first_cleanup: u32,
    /// Counts creations: effects run in this order.
    pub(super) order: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) dep: u32,
    pub(super) sub: u32,
    pub(super) next_dep: u32,
    pub(super) next_sub: u32,
    pub(super) prev_sub: u32,
    /// The version of the dependency that the subscriber's body has seen.
    pub(super) seen: u32,
}

/// Whose body is running, for reads to be tracked.
#[derive(Clone, Copy)]
pub(super) struct Observer {
    pub(super) node: u32,
    body: u32,
    /// The last link that this run has used.
    cursor: u32,
    /// The one after it: of the run before.
    next: u32,
    /// The number of the run.
    run: u32,
}

impl Observer {
    /// An observer that has read nothing yet; `deps` is what it has read in the run before.
    #[inline(always)]
    pub(super) fn new(node: u32, body: u32, deps: u32, run: u32) -> Self {
        Observer {
            node,
            body,
            cursor: NONE,
            next: deps,
            run,
        }
    }
}

/// What user code finds around it. Changed only by `run::enter`, `untrack` and their guards.
#[derive(Clone, Copy)]
pub(super) struct Ambient {
    pub(super) observer: Observer,
    /// Owns what is made now.
    pub(super) owner: u32,
    /// The computed value whose body is running: nothing is written then.
    pub(super) computing: u32,
}

pub(super) const NOBODY: Observer = Observer {
    node: NONE,
    body: NONE,
    cursor: NONE,
    next: NONE,
    run: 0,
};

/// A body that is running, with the number of pulls that were open when it began.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) node: u32,
    pub(super) pulls: u32,
    /// What was around it.
    pub(super) before: Ambient,
}

/// A node that stands in a queue. Its order tells whether the slot still belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    order: u32,
    pub(super) node: u32,
}

/// The graph of one thread.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) bodies: Vec<Body>,
    pub(super) links: Vec<Link>,
    pub(super) free_node: u32,
    pub(super) free_body: u32,
    pub(super) free_link: u32,
    pub(super) live: u32,
    /// Where generations begin: above all that were in use before the tables were given back.
    pub(super) first_generation: u32,
    pub(super) clock: u32,
    pub(super) runs: u32,
    pub(super) orders: u32,
    pub(super) ambient: Ambient,
    pub(super) frames: Vec<Frame>,
    pub(super) pulls: Vec<Pull>,
    /// Effects that may have to run in this round.
    pub(super) effects: Vec<Due>,
    /// Drivers that may have to act.
    pub(super) drivers: Vec<Due>,
    /// An empty list, kept for its memory.
    pub(super) spare: Vec<Due>,
    pub(super) walk: Vec<u32>,
    /// Open batches; the settle itself is one.
    pub(super) depth: u32,
    /// Open transactions.
    pub(super) level: u16,
    /// Phase A: drivers act, stale values are computed.
    pub(super) acting: bool,
    /// Effects are running, in no other batch than that of their round.
    pub(super) round: bool,
    pub(super) log: Log,
    /// What half-way computed values were before the batch.
    pub(super) candidates: BTreeMap<u32, Candidate>,
    /// Signals that are borrowed by a `with`, and where.
    pub(super) reading: Vec<(u32, &'static Location<'static>)>,
    /// Signals that are being updated, and where.
    pub(super) updating: Vec<(u32, &'static Location<'static>)>,
    pub(super) names: Names,
    /// Panics of destructors, held back until the graph has come to rest.
    pub(super) parked: FirstPanic,
    pub(super) hooks: Vec<Hook>,
    pub(super) drive: Option<Drive>,
}

impl Graph {
    pub(super) const fn new() -> Self {
        Graph {
            nodes: Vec::new(),
            bodies: Vec::new(),
            links: Vec::new(),
            free_node: NONE,
            free_body: NONE,
            free_link: NONE,
            live: 0,
            first_generation: 0,
            clock: 1,
            runs: 1,
            orders: 0,
            ambient: Ambient {
                observer: NOBODY,
                owner: NONE,
                computing: NONE,
            },
            frames: Vec::new(),
            pulls: Vec::new(),
            effects: Vec::new(),
            drivers: Vec::new(),
            spare: Vec::new(),
            walk: Vec::new(),
            depth: 0,
            level: 0,
            acting: false,
            round: false,
            log: Log::new(),
            candidates: BTreeMap::new(),
            reading: Vec::new(),
            updating: Vec::new(),
            names: Names::new(),
            parked: FirstPanic::new(),
            hooks: Vec::new(),
            drive: None,
        }
    }

    /// Makes a node that belongs to whoever owns what is made now.
    pub(super) fn add(&mut self, kind: Kind, value: Value, place: u32) -> u32 {
        let owner = self.ambient.owner;
        let node = Node {
            value,
            generation: self.first_generation,
            version: self.clock,
            read_by: 0,
            subs: NONE,
            subs_tail: NONE,
            next_sibling: NONE,
            prev_sibling: owner,
            body: NONE,
            place,
            logged: 0,
            kind,
            marks: 0,
        };
        self.live += 1;
        let index = if self.free_node == NONE {
            if self.nodes.is_empty() {
                kernel::end_with_thread();
            }
            make_room(&mut self.nodes);
            self.nodes.push(node);
            to_index(self.nodes.len() - 1)
        } else {
            let index = self.free_node;
            let slot = &mut self.nodes[index as usize];
            self.free_node = slot.next_sibling;
            let generation = slot.generation;
            *slot = node;
            slot.generation = generation;
            index
        };
        if owner != NONE {
            let next = std::mem::replace(self.first(owner, kind), index);
            self.nodes[index as usize].next_sibling = next;
            if next != NONE {
                self.nodes[next as usize].prev_sibling = index;
            }
        }
        index
    }

    /// Makes a node that runs something, or owns something.
    pub(super) fn add_body(
        &mut self,
        kind: Kind,
        run: Option<Box<dyn super::run::Run>>,
        place: u32,
    ) -> u32 {
        let node = self.add(kind, Value::NONE, place);
        self.nodes[node as usize].version = 0;
        self.renumber_if_due();
        self.orders += 1;
        let body = Body {
            run,
            deps: NONE,
            first_child: NONE,
            first_cleanup: NONE,
            order: self.orders,
        };
        let index = if self.free_body == NONE {
            make_room(&mut self.bodies);
            self.bodies.push(body);
            to_index(self.bodies.len() - 1)
        } else {
            let index = self.free_body;
            let slot = &mut self.bodies[index as usize];
            self.free_body = slot.deps;
            *slot = body;
            index
        };
        self.nodes[node as usize].body = index;
        node
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
    pub(super) fn set(&mut self, node: u32, marks: u8) {
        self.nodes[node as usize].marks |= marks;
    }

    #[inline(always)]
    pub(super) fn unset(&mut self, node: u32, marks: u8) {
        self.nodes[node as usize].marks &= !marks;
    }

    #[inline(always)]
    pub(super) fn body(&mut self, node: u32) -> &mut Body {
        let body = self.nodes[node as usize].body;
        &mut self.bodies[body as usize]
    }

    /// The first of a node's dependencies.
    #[inline(always)]
    pub(super) fn deps(&self, node: u32) -> u32 {
        match self.nodes[node as usize].body {
            NONE => NONE,
            body => self.bodies[body as usize].deps,
        }
    }

    /// The value of this node is another one from now on.
    #[inline(always)]
    pub(super) fn touch(&mut self, node: u32) {
        self.nodes[node as usize].version = self.tick_if(true);
    }

    /// The time of the graph, after a change a new one.
    #[inline(always)]
    pub(super) fn tick_if(&mut self, changed: bool) -> u32 {
        self.clock += u32::from(changed);
        self.clock
    }

    /// The value of this node is one that it had before: who has seen the last one has seen an equal one.
    pub(super) fn touch_back(&mut self, node: u32, version: u32) {
        let node = &mut self.nodes[node as usize];
        let last = std::mem::replace(&mut node.version, version);
        let mut link = node.subs;
        while last != version && link != NONE {
            let it = &mut self.links[link as usize];
            if it.seen == last {
                it.seen = version;
            }
            link = it.next_sub;
        }
    }

    /// Whoever observes now depends on `dep`.
    #[inline(always)]
    pub(super) fn track(&mut self, dep: u32) {
        if self.ambient.observer.node != NONE {
            self.observe(dep);
        }
    }

    #[inline]
    fn observe(&mut self, dep: u32) {
        let observer = &mut self.ambient.observer;
        let node = &mut self.nodes[dep as usize];
        if let Some(link) = self.links.get_mut(observer.next as usize) {
            // As in the run before: the link is used again.
            if link.dep == dep {
                link.seen = node.version;
                node.read_by = observer.run;
                observer.cursor = observer.next;
                observer.next = link.next_dep;
                return;
            }
        }
        if node.read_by != observer.run {
            node.read_by = observer.run;
            self.insert(dep);
        }
    }

    /// A new link of the observer to `dep`, before the next one of the run before.
    fn insert(&mut self, dep: u32) {
        let Observer {
            node: sub,
            body,
            cursor,
            next,
            ..
        } = self.ambient.observer;
        let node = &mut self.nodes[dep as usize];
        let link = Link {
            dep,
            sub,
            next_dep: next,
            next_sub: NONE,
            prev_sub: node.subs_tail,
            seen: node.version,
        };
        let index = if self.free_link == NONE {
            make_room(&mut self.links);
            self.links.push(link);
            to_index(self.links.len() - 1)
        } else {
            let index = self.free_link;
            self.free_link = self.links[index as usize].next_dep;
            self.links[index as usize] = link;
            index
        };
        match std::mem::replace(&mut node.subs_tail, index) {
            NONE => node.subs = index,
            last => self.links[last as usize].next_sub = index,
        }
        match cursor {
            NONE => self.bodies[body as usize].deps = index,
            cursor => self.links[cursor as usize].next_dep = index,
        }
        self.ambient.observer.cursor = index;
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
        for node in &mut self.nodes {
            node.read_by = 0;
        }
    }

    /// Ends the run that is observing: what it has not read it depends on no more.
    #[inline(always)]
    pub(super) fn forget_unread(&mut self) {
        if self.ambient.observer.next != NONE {
            self.forget_rest();
        }
    }

    #[cold]
    fn forget_rest(&mut self) {
        let Observer {
            body, cursor, next, ..
        } = self.ambient.observer;
        match cursor {
            NONE => self.bodies[body as usize].deps = NONE,
            cursor => self.links[cursor as usize].next_dep = NONE,
        }
        self.unlink_all(next);
    }

    pub(super) fn untracked(&mut self) {
        self.ambient.observer = NOBODY;
    }

    /// Gives up a list of dependencies.
    pub(super) fn unlink_all(&mut self, mut link: u32) {
        while link != NONE {
            let Link {
                dep,
                next_dep,
                next_sub,
                prev_sub,
                ..
            } = self.links[link as usize];
            if dep != NONE {
                let node = &mut self.nodes[dep as usize];
                match next_sub {
                    NONE => node.subs_tail = prev_sub,
                    next => self.links[next as usize].prev_sub = prev_sub,
                }
                match prev_sub {
                    NONE => node.subs = next_sub,
                    prev => self.links[prev as usize].next_sub = next_sub,
                }
            }
            let gone = &mut self.links[link as usize];
            (gone.sub, gone.dep) = (NONE, NONE);
            gone.next_dep = std::mem::replace(&mut self.free_link, link);
            link = next_dep;
        }
    }

    /// Marks what may be affected by a change of `source`: its direct dependents with `direct`, all others
    /// with `CHECK`. Stops at what is marked already.
    pub(super) fn mark(&mut self, source: u32, direct: u8) {
        let mut link = self.nodes[source as usize].subs;
        while link != NONE {
            let Link { sub, next_sub, .. } = self.links[link as usize];
            let subs = self.mark_one(sub, direct);
            if subs != NONE {
                self.mark_below(subs);
            }
            link = next_sub;
        }
    }

    fn mark_below(&mut self, mut link: u32) {
        loop {
            let Link { sub, next_sub, .. } = self.links[link as usize];
            let subs = self.mark_one(sub, CHECK);
            link = if subs == NONE {
                next_sub
            } else {
                if next_sub != NONE {
                    self.walk.push(next_sub);
                }
                subs
            };
            if link == NONE {
                match self.walk.pop() {
                    Some(next) => link = next,
                    None => return,
                }
            }
        }
    }

    /// Marks one node, queues it if it runs by itself, and returns its subscribers if they are not marked.
    #[inline(always)]
    fn mark_one(&mut self, sub: u32, mark: u8) -> u32 {
        let node = &mut self.nodes[sub as usize];
        let was = node.marks;
        node.marks = was | mark;
        if was & QUEUED == 0 && matches!(node.kind, Kind::Effect | Kind::Driver) {
            node.marks |= QUEUED;
            let order = self.bodies[node.body as usize].order;
            let queue = match node.kind {
                Kind::Effect => &mut self.effects,
                _ => &mut self.drivers,
            };
            queue.push(Due { order, node: sub });
        }
        if was & STALE == 0 { node.subs } else { NONE }
    }

    /// Queues an effect or a driver for the next settle.
    pub(super) fn queue(&mut self, node: u32, mark: u8) {
        let subs = self.mark_one(node, mark);
        if subs != NONE {
            self.mark_below(subs);
        }
    }

    /// Does the node still belong to this entry?
    pub(super) fn is_due(&self, due: Due) -> bool {
        let node = &self.nodes[due.node as usize];
        node.body != NONE && self.bodies[node.body as usize].order == due.order
    }

    /// Has a dependency changed since the body of this node has read it?
    pub(super) fn has_moved(&self, node: u32) -> bool {
        let mut link = self.deps(node);
        while link != NONE {
            let it = &self.links[link as usize];
            if it.dep != NONE && self.nodes[it.dep as usize].version != it.seen {
                return true;
            }
            link = it.next_dep;
        }
        false
    }

    /// An edge that is there from the beginning.
    pub(super) fn depends_on(&mut self, node: u32, dep: u32) {
        let body = self.nodes[node as usize].body;
        let observer = Observer::new(node, body, self.bodies[body as usize].deps, self.runs);
        self.next_run();
        let before = std::mem::replace(&mut self.ambient.observer, observer);
        self.observe(dep);
        self.ambient.observer = before;
    }

    /// Where the list of an owner's children, or that of its cleanups, begins: newest first.
    fn first(&mut self, owner: u32, kind: Kind) -> &mut u32 {
        let body = self.body(owner);
        match kind {
            Kind::Cleanup => &mut body.first_cleanup,
            _ => &mut body.first_child,
        }
    }

    #[inline(always)]
    pub(super) fn owns_any(&self, owner: u32) -> bool {
        let body = &self.bodies[self.nodes[owner as usize].body as usize];
        body.first_child != NONE || body.first_cleanup != NONE
    }

    /// The newest child of an owner; its newest cleanup when there is none.
    pub(super) fn last_owned(&self, owner: u32) -> Option<u32> {
        let body = self.bodies.get(self.nodes[owner as usize].body as usize)?;
        [body.first_child, body.first_cleanup]
            .into_iter()
            .find(|&index| index != NONE)
    }

    /// Takes a node out of the list of its owner's children.
    pub(super) fn leave_owner(&mut self, index: u32) {
        let node = &mut self.nodes[index as usize];
        let kind = node.kind;
        let next = std::mem::replace(&mut node.next_sibling, NONE);
        let prev = std::mem::replace(&mut node.prev_sibling, NONE);
        if next != NONE {
            self.nodes[next as usize].prev_sibling = prev;
        }
        if prev == NONE {
            return;
        }
        if self.nodes[prev as usize].body != NONE && *self.first(prev, kind) == index {
            *self.first(prev, kind) = next;
        } else {
            self.nodes[prev as usize].next_sibling = next;
        }
    }

    /// Cuts all edges of a node, in both directions.
    pub(super) fn isolate(&mut self, index: u32) {
        let mut link = self.nodes[index as usize].subs;
        while link != NONE {
            let it = &mut self.links[link as usize];
            it.dep = NONE; // it stays in its subscriber's list, for the next run to give it up
            link = std::mem::replace(&mut it.next_sub, NONE);
            it.prev_sub = NONE;
        }
        let node = &mut self.nodes[index as usize];
        (node.subs, node.subs_tail) = (NONE, NONE);
        if node.body != NONE {
            let deps = std::mem::replace(&mut self.bodies[node.body as usize].deps, NONE);
            self.unlink_all(deps);
        }
    }

    /// Gives a node's slot back. It has no edges, no children and no owner by now.
    pub(super) fn free(&mut self, index: u32) {
        let node = &mut self.nodes[index as usize];
        debug_assert!(node.subs == NONE);
        node.kind = Kind::Free;
        node.marks = 0;
        for borrowed in &mut self.reading {
            if borrowed.0 == index {
                borrowed.0 = NONE; // the reader has the value; the slot is free
            }
        }
        let body = std::mem::replace(&mut node.body, NONE);
        if body != NONE {
            let slot = &mut self.bodies[body as usize];
            slot.order = NONE;
            slot.deps = std::mem::replace(&mut self.free_body, body);
        }
        self.live -= 1;
        let node = &mut self.nodes[index as usize];
        if node.generation == u32::MAX {
            // Every handle that this slot can tell apart was handed out: it is never used again.
            node.marks = DISPOSED;
            return;
        }
        node.generation += 1;
        node.next_sibling = std::mem::replace(&mut self.free_node, index);
    }

    /// Gives the tables back when nothing is left in them.
    pub(super) fn shrink_if_empty(&mut self) {
        if self.live > 0 || self.nodes.len() < 1024 || !self.frames.is_empty() {
            return;
        }
        let highest = self.nodes.iter().map(|node| node.generation).max();
        let Some(first) = highest.and_then(|highest| highest.checked_add(1)) else {
            return;
        };
        self.first_generation = first;
        (self.nodes, self.bodies, self.links) = (Vec::new(), Vec::new(), Vec::new());
        (self.free_node, self.free_body, self.free_link) = (NONE, NONE, NONE);
        (self.effects, self.drivers, self.spare) = (Vec::new(), Vec::new(), Vec::new());
        (self.walk, self.pulls) = (Vec::new(), Vec::new());
    }

    /// Takes everything out when the thread ends: every handle is stale from now on.
    pub(super) fn take_all(&mut self) -> Graph {
        let highest = self.nodes.iter().map(|node| node.generation).max();
        let mut all = std::mem::replace(self, Graph::new());
        std::mem::swap(&mut self.names, &mut all.names); // messages still name places
        let first = highest.map_or(0, |highest| highest.saturating_add(1));
        self.first_generation = first.max(all.first_generation);
        all
    }

    /// Numbers versions and creations anew before they run out. Only at rest.
    #[inline(always)]
    pub(super) fn renumber_if_due(&mut self) {
        let due = self.clock >= LAST || self.orders >= LAST;
        let at_rest = self.depth == 0 && self.frames.is_empty() && self.effects.is_empty();
        if due && at_rest {
            self.renumber();
        }
    }

    #[cold]
    fn renumber(&mut self) {
        // What counts is whether a link has seen the value that is there, that of the candidate, or another.
        for link in &mut self.links {
            if link.dep != NONE {
                let (seen, version) = (link.seen, self.nodes[link.dep as usize].version);
                let candidate = self.candidates.get(&link.dep);
                link.seen = if seen == version {
                    seen.min(3)
                } else if candidate.is_some_and(|it| it.version == seen) {
                    seen.min(2)
                } else {
                    1
                };
            }
        }
        for (&node, candidate) in &mut self.candidates {
            let same = candidate.version == self.nodes[node as usize].version;
            candidate.version = candidate.version.min(if same { 3 } else { 2 });
        }
        for node in &mut self.nodes {
            node.version = node.version.min(3);
        }
        self.clock = 3;
        let mut used: Vec<&mut Body> = self
            .bodies
            .iter_mut()
            .filter(|it| it.order != NONE)
            .collect();
        used.sort_unstable_by_key(|it| it.order);
        self.orders = to_index(used.len());
        for (order, body) in (1..).zip(used) {
            body.order = order;
        }
    }

    /// How many nodes and links there are.
    pub(super) fn size(&self) -> (usize, usize) {
        let links = self.links.iter().filter(|link| link.sub != NONE).count();
        (self.live as usize, links)
    }
}

/// Lets a long table grow by a sixteenth: what it costs to move it is little, what it keeps idle is not.
#[inline(always)]
fn make_room<T>(table: &mut Vec<T>) {
    if table.len() == table.capacity() && table.len() >= 4096 {
        table.reserve_exact(table.len() / 16);
    }
}

#[inline(always)]
fn to_index(index: usize) -> u32 {
    u32::try_from(index)
        .ok()
        .filter(|&index| index < NONE)
        .expect("a graph holds less than 2^32 nodes and links")
}
