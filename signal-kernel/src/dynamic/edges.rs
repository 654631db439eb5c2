//! The edges: who has read what, and what is marked when something changes.
//!
//! Invariants: a body that reads the same things again, in the same order, uses its links again; marking stops at
//! what is marked, for then all below it is.
//!
//! Must not know: values, user code, and when anything runs.

use std::collections::BTreeSet;

use super::graph::{
    CHECK, CHECKING, DIRTY, FIRST, Graph, Kind, Link, NOBODY, NONE, Node, Observer, QUEUED, Queued,
    RUNNING, STALE, Schedule, TRY, append,
};

/// So many links of a run are looked at for each read that may be a second one; of more, a set is made.
const FEW: usize = 8;

/// What a run has read, where its links alone do not tell.
pub(super) struct Reads {
    run: u32,
    /// The last link that was looked at.
    last: u32,
    /// By slot and generation.
    deps: BTreeSet<(u32, u32)>,
}

impl Observer {
    /// Reads what it has read at this point in the run before: its next link is used again.
    #[inline(always)]
    pub(super) fn goes_on(&mut self, link: &mut Link, dep: &mut Node) {
        link.seen = dep.version;
        self.cursor = self.next;
        self.next = link.next_dep;
        dep.read_by = self.run;
    }
}

impl Graph {
    /// Whoever observes now depends on `dep`.
    #[inline(always)]
    pub(super) fn track(&mut self, dep: u32) {
        if self.context.observer.node != NONE && !self.has_read_again(dep) {
            self.insert(dep);
        }
    }

    /// The observer reads what it has read at this point in the run before, or once more.
    #[inline(always)]
    fn has_read_again(&mut self, dep: u32) -> bool {
        let observer = &mut self.context.observer;
        let node = &mut self.nodes[dep as usize];
        match self.links.get_mut(observer.next as usize) {
            Some(link) if link.dep == dep => {
                observer.goes_on(link, node);
                true
            }
            _ => {
                let before = std::mem::replace(&mut node.read_by, observer.run);
                // A later run that has read the node in between was a nested one: so may this run have before it.
                before == observer.run || before > observer.run && self.has_read_before(dep)
            }
        }
    }

    /// Has the run that is observing a link to `dep` already? For nodes that nested runs have read in between.
    #[inline(never)]
    fn has_read_before(&mut self, dep: u32) -> bool {
        let Observer { node, cursor, .. } = self.context.observer;
        let mut link = match cursor {
            NONE => return false,
            _ => self.deps(node),
        };
        for _ in 0..FEW {
            let it = &self.links[link as usize];
            if it.dep == dep || link == cursor {
                return it.dep == dep;
            }
            link = it.next_dep;
        }
        self.has_read_among_many(dep)
    }

    /// The same for a run that has read more than a few. Its links are looked at once for all such reads.
    #[cold]
    fn has_read_among_many(&mut self, dep: u32) -> bool {
        let Observer {
            node, cursor, run, ..
        } = self.context.observer;
        while self.reads.last().is_some_and(|it| it.run > run) {
            self.reads.pop(); // of a nested run, which is over
        }
        if self.reads.last().is_none_or(|it| it.run != run) {
            self.reads.push(Reads {
                run,
                last: NONE,
                deps: BTreeSet::new(),
            });
        }
        let Some(reads) = self.reads.last_mut() else {
            return false;
        };
        while reads.last != cursor {
            let next = match reads.last {
                NONE => self.nodes[node as usize].deps,
                last => self.links[last as usize].next_dep,
            };
            reads.last = next;
            let dep = self.links[next as usize].dep;
            if let Some(node) = self.nodes.get(dep as usize) {
                reads.deps.insert((dep, node.generation));
            } // else it is gone already
        }
        reads
            .deps
            .contains(&(dep, self.nodes[dep as usize].generation))
    }

    /// A new link of the observer to `dep`, before the next one of the run before.
    #[inline(never)]
    fn insert(&mut self, dep: u32) {
        let Observer {
            node: sub,
            cursor,
            next,
            ..
        } = self.context.observer;
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
            append(&mut self.links, self.peak, link)
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
            NONE => self.nodes[sub as usize].deps = index,
            cursor => self.links[cursor as usize].next_dep = index,
        }
        self.context.observer.cursor = index;
        self.schedule.grown = self.schedule.alone;
    }

    /// What was read just now was read with a `try_` read. A read before it in the same run counts for more.
    #[inline(always)]
    pub(super) fn try_last(&mut self, dep: u32) {
        if self.context.observer.node != NONE {
            let cursor = self.context.observer.cursor;
            if let Some(link) = self.links.get_mut(cursor as usize) {
                if link.dep == dep {
                    link.seen |= TRY;
                }
            }
        }
    }

    /// Ends the run that is observing: what it has not read it depends on no more.
    #[inline(always)]
    pub(super) fn forget_unread(&mut self) {
        if self.context.observer.next != NONE {
            self.forget_rest();
        }
    }

    #[cold]
    fn forget_rest(&mut self) {
        let Observer {
            node, cursor, next, ..
        } = self.context.observer;
        match cursor {
            NONE => self.nodes[node as usize].deps = NONE,
            cursor => self.links[cursor as usize].next_dep = NONE,
        }
        self.context.observer.next = NONE;
        self.unlink_all(next);
    }

    /// Ends a run that has panicked: the node depends on what this run has read, and on what the run before has read
    /// besides. A value of these that is out of date is not brought up to date for that, since the body might not come to
    /// it any more: the node depends on what that value depends on.
    #[cold]
    pub(super) fn keep_unread(&mut self) {
        let Observer {
            node,
            cursor,
            next,
            run,
        } = self.context.observer;
        if node == NONE {
            return;
        }
        let mut kept = Vec::new();
        self.list_deps(next, &mut kept);
        if let Some(snapshot) = self.snapshots.get(&node) {
            self.list_deps(snapshot.deps, &mut kept);
        }
        if next != NONE {
            match cursor {
                NONE => self.nodes[node as usize].deps = NONE,
                cursor => self.links[cursor as usize].next_dep = NONE,
            }
            self.context.observer.next = NONE;
            self.unlink_all(next);
        }
        kept.reverse();
        let mut comes = false;
        while let Some((dep, how)) = kept.pop() {
            let it = &mut self.nodes[dep as usize];
            if dep == node || it.read_by == run {
                continue;
            }
            if it.kind == Kind::Computed && it.marks & STALE != 0 {
                it.read_by = run;
                let (first, deps) = (kept.len(), it.deps);
                self.list_deps(deps, &mut kept);
                kept[first..].reverse();
            } else {
                comes |= it.marks & (RUNNING | CHECKING) != 0;
                self.track(dep);
                let cursor = self.context.observer.cursor;
                self.links[cursor as usize].seen |= how;
            }
        }
        if comes {
            self.queue(node, CHECK); // one of them is on its way, and may become another one
        }
    }

    /// The dependencies in a list of links, and whether they were read with a `try_` read.
    fn list_deps(&self, mut link: u32, deps: &mut Vec<(u32, u32)>) {
        while let Some(it) = self.links.get(link as usize) {
            if it.dep != NONE {
                deps.push((it.dep, it.seen & TRY));
            }
            link = it.next_dep;
        }
    }

    pub(super) fn untracked(&mut self) {
        self.context.observer = NOBODY;
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
    #[inline(always)]
    pub(super) fn mark(&mut self, source: u32, direct: u8) {
        let Graph {
            nodes,
            links,
            mark_stack,
            schedule,
            ..
        } = self;
        let (nodes, links) = (&mut nodes[..], &links[..]);
        schedule.unverified |= direct != DIRTY;
        let mut link = nodes[source as usize].subs;
        while let Some(&Link { sub, next_sub, .. }) = links.get(link as usize) {
            let subs = mark_one(nodes, schedule, sub, direct);
            if subs != NONE {
                mark_below(nodes, links, mark_stack, schedule, subs);
            }
            link = next_sub;
        }
    }

    /// Queues an effect or a driver for the next settle.
    pub(super) fn queue(&mut self, node: u32, mark: u8) {
        let Graph {
            nodes,
            links,
            mark_stack,
            schedule,
            ..
        } = self;
        schedule.unverified |= mark != DIRTY;
        let subs = mark_one(nodes, schedule, node, mark);
        if subs != NONE {
            mark_below(nodes, links, mark_stack, schedule, subs);
        }
    }

    /// Marks what depends on `source`, but nothing below a driver: phase A marks that if several drivers are due; a driver
    /// that is due alone marks its readers when it has acted. In a chain of resources, an answer costs no more than its
    /// reader.
    pub(super) fn mark_up_to_drivers(&mut self, source: u32) {
        self.schedule.up_to_drivers = true;
        self.mark(source, CHECK);
        self.schedule.up_to_drivers = false;
    }

    /// Queues a driver for the next settle, and marks nothing below it: until phase A, a resource is as it was.
    pub(super) fn queue_up_to_drivers(&mut self, driver: u32, mark: u8) {
        self.schedule.up_to_drivers = true;
        self.queue(driver, mark);
        self.schedule.up_to_drivers = false;
    }

    /// Marks the parts of a driver that is about to act, and all below them, even below a part that is marked: a batch has
    /// read the part as it was, and has left its readers unmarked.
    pub(super) fn mark_parts(&mut self, driver: Queued) {
        if !self.is_due(driver) {
            return;
        }
        let mut link = self.nodes[driver.node() as usize].subs;
        while let Some(&Link { sub, next_sub, .. }) = self.links.get(link as usize) {
            self.set(sub, CHECK);
            self.mark(sub, CHECK);
            link = next_sub;
        }
    }

    /// A driver has had its turn: its parts are up to date, unless it is due again.
    pub(super) fn unmark_parts(&mut self, driver: Queued) {
        if !self.is_due(driver) || self.marks(driver.node()) & STALE != 0 {
            return;
        }
        let mut link = self.nodes[driver.node() as usize].subs;
        while let Some(&Link { sub, next_sub, .. }) = self.links.get(link as usize) {
            self.unset(sub, STALE);
            link = next_sub;
        }
    }

    /// Does the node still belong to this entry?
    pub(super) fn is_due(&self, due: Queued) -> bool {
        self.nodes[due.node() as usize].order == due.order()
    }

    /// Has a dependency changed since the body of this node has read it?
    pub(super) fn has_moved(&self, node: u32) -> bool {
        let mut link = self.deps(node);
        while link != NONE {
            let it = &self.links[link as usize];
            if it.dep != NONE && self.nodes[it.dep as usize].version != it.version() {
                return true;
            }
            link = it.next_dep;
        }
        false
    }

    /// The node has seen its dependencies as they are now.
    pub(super) fn see_again(&mut self, node: u32) {
        let mut link = self.deps(node);
        while let Some(it) = self.links.get_mut(link as usize) {
            if let Some(dep) = self.nodes.get(it.dep as usize) {
                it.seen = dep.version;
            }
            link = it.next_dep;
        }
    }

    /// The version of a dependency that the body of this node has seen.
    pub(super) fn seen(&self, node: u32, dep: u32) -> Option<u32> {
        let mut link = self.deps(node);
        while let Some(it) = self.links.get(link as usize) {
            if it.dep == dep {
                return Some(it.version());
            }
            link = it.next_dep;
        }
        None
    }

    /// An edge that is there from the beginning.
    pub(super) fn depends_on(&mut self, node: u32, dep: u32) {
        let observer = Observer::new(node, self.deps(node), self.runs);
        self.next_run();
        let before = std::mem::replace(&mut self.context.observer, observer);
        self.track(dep);
        self.context.observer = before;
    }
}

fn mark_below(
    nodes: &mut [Node],
    links: &[Link],
    mark_stack: &mut Vec<u32>,
    schedule: &mut Schedule,
    mut link: u32,
) {
    schedule.unverified = true;
    loop {
        while let Some(&Link { sub, next_sub, .. }) = links.get(link as usize) {
            let subs = mark_one(nodes, schedule, sub, CHECK);
            link = next_sub;
            if subs != NONE {
                if next_sub != NONE {
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

/// Marks one node, queues it if it runs by itself, and returns its subscribers if they are not marked.
#[inline(always)]
fn mark_one(nodes: &mut [Node], schedule: &mut Schedule, sub: u32, mark: u8) -> u32 {
    let node = &mut nodes[sub as usize];
    let was = node.marks;
    if node.kind == Kind::Effect {
        if was & QUEUED == 0 {
            node.marks = was | mark | QUEUED;
            schedule.effects.push(Queued::new(node.order, sub));
            if was & !FIRST != 0 {
                schedule.unverified = true; // it was blocked, or is running
            }
        } else {
            node.marks = was | mark;
            schedule.recheck |= was & CHECKING != 0;
        }
        return NONE;
    }
    node.marks = was | mark;
    if was & (STALE | CHECKING) == 0 && node.kind != Kind::Resource {
        return node.subs;
    }
    if node.kind == Kind::Resource && was & QUEUED == 0 {
        node.marks = was | mark | QUEUED;
        schedule.resources.push(Queued::new(node.order, sub));
    }
    schedule.recheck |= was & CHECKING != 0;
    let stops = was & STALE != 0 || schedule.up_to_drivers && node.kind == Kind::Resource;
    if stops { NONE } else { node.subs }
}
