//! The edges: the links of a run, and the marks that a change leaves on dependents.
//!
//! Invariants: a body that repeats the reads of its last run in the same order uses the same links again. Marking stops
//! at a marked node, because all nodes below a marked node are marked already.
//!
//! Must not know: values, user code, and when anything runs.

use std::collections::BTreeSet;

use super::{
    ids::{Key, LinkId, NodeId, Queued, Rows, RowsMut, Seen, Version},
    marks::{Kind, Stale},
    tables::{Graph, Link, NOBODY, Node, Observer, Reads, Schedule},
};

/// A read that may repeat an earlier one compares this many links of its run one by one. For a run with more links, a
/// set takes their place.
const FEW: usize = 8;

impl Observer {
    /// Uses the next link again: at this point, the last run has read the same dependency.
    #[inline(always)]
    pub(crate) fn goes_on<V, B>(&mut self, link: &mut Link, dep: &mut Node<V, B>) {
        link.seen = Seen::new(dep.version);
        self.cursor = self.next;
        self.next = link.next_dep;
        dep.read_by = self.run;
    }
}

impl<V, B> Graph<V, B> {
    /// Makes the observer, if there is one, depend on `dep`.
    #[inline(always)]
    pub(crate) fn track(&mut self, dep: NodeId) {
        if self.context.observer.node.is_some() && !self.has_read_again(dep) {
            self.insert(dep);
        }
    }

    /// Returns whether the observer has a link to `dep` already. Uses the next link again if the last run has read
    /// `dep` at this point.
    #[inline(always)]
    fn has_read_again(&mut self, dep: NodeId) -> bool {
        let observer = &mut self.context.observer;
        let node = &mut self.nodes[dep];
        match self.links.get_mut(observer.next) {
            Some(link) if link.dep == dep => {
                observer.goes_on(link, node);
                true
            }
            _ => {
                let before = std::mem::replace(&mut node.read_by, observer.run);
                // A greater number in `read_by` is that of a nested run, which may hide an earlier read by this run.
                before == observer.run || before > observer.run && self.has_read_before(dep)
            }
        }
    }

    /// Returns whether the observing run has a link to `dep` already. For a node that a nested run has read in between.
    #[inline(never)]
    fn has_read_before(&mut self, dep: NodeId) -> bool {
        let Observer { node, cursor, .. } = self.context.observer;
        if cursor.is_none() {
            return false;
        }
        let mut link = self.deps(node);
        for _ in 0..FEW {
            let it = &self.links[link];
            if it.dep == dep || link == cursor {
                return it.dep == dep;
            }
            link = it.next_dep;
        }
        self.has_read_among_many(dep)
    }

    /// As `has_read_before`, for a run with more than a few links. The set takes each link in once, for all such reads.
    #[cold]
    fn has_read_among_many(&mut self, dep: NodeId) -> bool {
        let Observer {
            node, cursor, run, ..
        } = self.context.observer;
        while self.reads.last().is_some_and(|it| it.run > run) {
            self.reads.pop(); // the entry of a nested run, which is over
        }
        if self.reads.last().is_none_or(|it| it.run != run) {
            self.reads.push(Reads {
                run,
                last: LinkId::NONE,
                deps: BTreeSet::new(),
            });
        }
        let Some(reads) = self.reads.last_mut() else {
            return false;
        };
        while reads.last != cursor {
            let next = match reads.last {
                LinkId::NONE => self.nodes[node].deps,
                last => self.links[last].next_dep,
            };
            reads.last = next;
            let dep = self.links[next].dep;
            if let Some(node) = self.nodes.get(dep) {
                let generation = node.generation;
                reads.deps.insert(Key {
                    node: dep,
                    generation,
                });
            } // a disposed dependency has no node any more
        }
        let generation = self.nodes[dep].generation;
        let key = Key {
            node: dep,
            generation,
        };
        reads.deps.contains(&key)
    }

    /// Links the observer to `dep`, in front of the remaining links of its last run.
    #[inline(never)]
    fn insert(&mut self, dep: NodeId) {
        let Observer {
            node: sub,
            cursor,
            next,
            ..
        } = self.context.observer;
        let node = &mut self.nodes[dep];
        let link = Link {
            dep,
            sub,
            next_dep: next,
            next_sub: LinkId::NONE,
            prev_sub: node.subs_tail,
            seen: Seen::new(node.version),
        };
        let index = if self.free_link.is_none() {
            self.links.push(self.peak, link)
        } else {
            let index = self.free_link;
            self.free_link = self.links[index].next_dep;
            self.links[index] = link;
            index
        };
        match std::mem::replace(&mut node.subs_tail, index) {
            LinkId::NONE => node.subs = index,
            last => self.links[last].next_sub = index,
        }
        match cursor {
            LinkId::NONE => self.nodes[sub].deps = index,
            cursor => self.links[cursor].next_dep = index,
        }
        self.context.observer.cursor = index;
        self.schedule.grown = self.schedule.alone;
    }

    /// Marks the last read, that of `dep`, as a `try_` read. An earlier read of `dep` in the same run takes
    /// precedence.
    #[inline(always)]
    pub(crate) fn try_last(&mut self, dep: NodeId) {
        if self.context.observer.node.is_some() {
            let cursor = self.context.observer.cursor;
            if let Some(link) = self.links.get_mut(cursor) {
                if link.dep == dep {
                    link.seen.set_tried();
                }
            }
        }
    }

    /// Ends the observing run: the node loses its links to dependencies that this run has not read.
    #[inline(always)]
    pub(crate) fn forget_unread(&mut self) {
        if self.context.observer.next.is_some() {
            self.forget_rest();
        }
    }

    #[cold]
    fn forget_rest(&mut self) {
        let Observer {
            node, cursor, next, ..
        } = self.context.observer;
        match cursor {
            LinkId::NONE => self.nodes[node].deps = LinkId::NONE,
            cursor => self.links[cursor].next_dep = LinkId::NONE,
        }
        self.context.observer.next = LinkId::NONE;
        self.unlink_all(next);
    }

    /// Ends a run that has panicked: the node depends on the reads of this run, and also on the remaining reads of its
    /// last run. For a stale value among the latter, the node depends on the dependencies of the value instead: a check
    /// of the node must not compute the value, because the body may no longer read it.
    #[cold]
    pub(crate) fn keep_unread(&mut self) {
        let Observer {
            node,
            cursor,
            next,
            run,
        } = self.context.observer;
        if node.is_none() {
            return;
        }
        let mut kept = Vec::new();
        self.list_deps(next, &mut kept);
        if next.is_some() {
            match cursor {
                LinkId::NONE => self.nodes[node].deps = LinkId::NONE,
                cursor => self.links[cursor].next_dep = LinkId::NONE,
            }
            self.context.observer.next = LinkId::NONE;
            self.unlink_all(next);
        }
        kept.reverse();
        let mut comes = false;
        while let Some((dep, tried)) = kept.pop() {
            let it = &mut self.nodes[dep];
            if dep == node || it.read_by == run {
                continue;
            }
            if it.kind == Kind::Computed && it.marks.is_stale() {
                it.read_by = run;
                let (first, deps) = (kept.len(), it.deps);
                self.list_deps(deps, &mut kept);
                kept[first..].reverse();
            } else {
                comes |= it.marks.is_in_progress();
                self.track(dep);
                let cursor = self.context.observer.cursor;
                if tried {
                    self.links[cursor].seen.set_tried();
                }
            }
        }
        if comes {
            self.queue(node, Stale::Check); // a dependency is still being computed, and may change
        }
    }

    /// Appends the dependencies of a list of links, and whether each was read by a `try_` read.
    fn list_deps(&self, mut link: LinkId, deps: &mut Vec<(NodeId, bool)>) {
        while let Some(it) = self.links.get(link) {
            if it.dep.is_some() {
                deps.push((it.dep, it.seen.is_tried()));
            }
            link = it.next_dep;
        }
    }

    pub(crate) fn untracked(&mut self) {
        self.context.observer = NOBODY;
    }

    /// Unlinks a list of dependencies, and frees its links.
    pub(crate) fn unlink_all(&mut self, mut link: LinkId) {
        while link.is_some() {
            let Link {
                dep,
                next_dep,
                next_sub,
                prev_sub,
                ..
            } = self.links[link];
            if dep.is_some() {
                let node = &mut self.nodes[dep];
                match next_sub {
                    LinkId::NONE => node.subs_tail = prev_sub,
                    next => self.links[next].prev_sub = prev_sub,
                }
                match prev_sub {
                    LinkId::NONE => node.subs = next_sub,
                    prev => self.links[prev].next_sub = next_sub,
                }
            }
            let gone = &mut self.links[link];
            (gone.sub, gone.dep) = (NodeId::NONE, NodeId::NONE);
            gone.next_dep = std::mem::replace(&mut self.free_link, link);
            link = next_dep;
        }
    }

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
    pub(crate) fn mark_up_to_resources(&mut self, source: NodeId) {
        self.schedule.stop_at_resources = true;
        self.mark(source, Stale::Check);
        self.schedule.stop_at_resources = false;
    }

    /// Queues a resource for the next settle, and marks no node below it: until phase A, the resource keeps its state.
    pub(crate) fn queue_up_to_resources(&mut self, resource: NodeId, mark: Stale) {
        self.schedule.stop_at_resources = true;
        self.queue(resource, mark);
        self.schedule.stop_at_resources = false;
    }

    /// Marks the parts of a resource that is about to run, and all nodes below the parts, even below a marked part: a
    /// batch may have read such a part in its old state and left the readers of the part unmarked.
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

    /// Returns whether a dependency has changed since the body of this node has read it.
    pub(crate) fn has_moved(&self, node: NodeId) -> bool {
        let mut link = self.deps(node);
        while link.is_some() {
            let it = &self.links[link];
            if it.dep.is_some() && self.nodes[it.dep].version != it.seen.version() {
                return true;
            }
            link = it.next_dep;
        }
        false
    }

    /// Records in the links of the node that it has seen the current versions of its dependencies.
    pub(crate) fn see_again(&mut self, node: NodeId) {
        let mut link = self.deps(node);
        while let Some(it) = self.links.get_mut(link) {
            if let Some(dep) = self.nodes.get(it.dep) {
                it.seen = Seen::new(dep.version);
            }
            link = it.next_dep;
        }
    }

    /// The version of a dependency that the body of this node has seen.
    pub(crate) fn seen(&self, node: NodeId, dep: NodeId) -> Option<Version> {
        let mut link = self.deps(node);
        while let Some(it) = self.links.get(link) {
            if it.dep == dep {
                return Some(it.seen.version());
            }
            link = it.next_dep;
        }
        None
    }

    /// Makes `node` depend on `dep` from its creation on, without a run.
    pub(crate) fn depends_on(&mut self, node: NodeId, dep: NodeId) {
        let observer = Observer::new(node, self.deps(node), self.runs);
        self.next_run();
        let before = std::mem::replace(&mut self.context.observer, observer);
        self.track(dep);
        self.context.observer = before;
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
