//! The edges: the links of a run.
//!
//! Invariants: a body that repeats the reads of its last run in the same order uses the same links again.
//!
//! Must not know: values, user code, and when anything runs.

use std::collections::BTreeSet;

use super::{
    ids::{Key, LinkId, NodeId, Seen, Version},
    marks::{Kind, Stale},
    tables::{Graph, Link, NOBODY, Node, Observer, Reads},
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

    /// Returns whether a node depends on this one.
    pub(crate) fn is_observed(&self, key: Key) -> bool {
        self.is_alive(key) && self.nodes[key.node].subs.is_some()
    }

    /// The nodes that depend on this one.
    pub(crate) fn subs(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let first = self.links.get(self.nodes[node].subs);
        let links = std::iter::successors(first, |it| self.links.get(it.next_sub));
        links.map(|it| it.sub)
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

#[cfg(test)]
mod tests {
    use super::super::{
        marks::{Kind, Stale},
        sample::{Random, begin, deps, graph, node, run, subs},
    };
    use super::*;

    const SIGNALS: [Kind; 20] = [Kind::Signal; 20];

    /// 20 signals, and two computed values under the numbers 20 and 21.
    fn kinds() -> Vec<Kind> {
        [&SIGNALS[..], &[Kind::Computed; 2]].concat()
    }

    fn dep_numbers(graph: &Graph<(), ()>, sub: usize) -> Vec<usize> {
        deps(graph, sub).into_iter().map(|(dep, _)| dep).collect()
    }

    #[test]
    fn a_run_that_repeats_its_reads_uses_the_same_links() {
        let mut graph = graph(&kinds(), &[(20, 3), (20, 1), (20, 2)]);
        let before = deps(&graph, 20);
        run(&mut graph, 20, &[3, 1, 2]);
        assert_eq!(deps(&graph, 20), before);
        run(&mut graph, 20, &[3, 1, 1, 3, 2]);
        assert_eq!(deps(&graph, 20), before);
    }

    #[test]
    fn a_run_loses_the_links_to_what_it_has_not_read() {
        let mut graph = graph(&kinds(), &[(20, 1), (20, 2), (20, 3), (21, 2)]);
        run(&mut graph, 20, &[1, 3]);
        assert_eq!(dep_numbers(&graph, 20), [1, 3]);
        assert_eq!((subs(&graph, 2), subs(&graph, 3)), (vec![21], vec![20]));
        run(&mut graph, 20, &[]);
        assert_eq!(dep_numbers(&graph, 20), []);
        let links = graph.links.len();
        run(&mut graph, 20, &[4, 5, 6]);
        assert_eq!(graph.links.len(), links); // free links are used again
    }

    #[test]
    fn a_nested_run_hides_no_earlier_read() {
        for reads in [1, 4, 18] {
            let mut graph = graph(&kinds(), &[]);
            let outer = begin(&mut graph, 20);
            for dep in 0..reads {
                graph.track(node(dep));
            }
            run(&mut graph, 21, &(0..reads).collect::<Vec<_>>());
            for dep in 0..=reads {
                graph.track(node(dep));
            }
            graph.forget_unread();
            graph.context.observer = outer;
            assert_eq!(dep_numbers(&graph, 20), (0..=reads).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_run_that_panics_keeps_the_reads_of_the_run_before() {
        let mut graph = graph(&kinds(), &[(20, 1), (20, 2), (20, 3)]);
        begin(&mut graph, 20);
        graph.track(node(2));
        graph.keep_unread();
        let mut kept = dep_numbers(&graph, 20);
        kept.sort_unstable();
        assert_eq!(kept, [1, 2, 3]);
    }

    #[test]
    fn a_run_that_panics_depends_on_the_dependencies_of_a_stale_value_it_has_not_read() {
        let mut graph = graph(&kinds(), &[(20, 1), (20, 21), (21, 5), (21, 6)]);
        graph.nodes[node(21)].marks.set_stale(Stale::Check);
        begin(&mut graph, 20);
        graph.track(node(1));
        graph.keep_unread();
        assert_eq!(dep_numbers(&graph, 20), [1, 5, 6]);
        assert_eq!(subs(&graph, 21), []);
    }

    #[test]
    fn a_link_has_moved_when_its_dependency_has_a_new_version() {
        let mut graph = graph(&kinds(), &[(20, 1), (20, 2)]);
        assert!(!graph.has_moved(node(20)));
        graph.bump_version(node(2));
        assert!(graph.has_moved(node(20)));
        graph.see_again(node(20));
        assert!(!graph.has_moved(node(20)));
    }

    /// A read that comes again at the place of a link from the run before uses that link too, so a dependency may have
    /// two links.
    #[test]
    fn runs_that_read_at_random_have_the_dependencies_of_a_plain_list() {
        let mut random = Random(7);
        let mut graph = graph(&kinds(), &[]);
        let mut expected = [Vec::new(), Vec::new()];
        for _ in 0..2000 {
            let sub = random.below(2);
            let reads = random.some(20);
            run(&mut graph, 20 + sub, &reads);
            expected[sub] = once(reads);
            let found = [20, 21].map(|sub| once(dep_numbers(&graph, sub)));
            assert_eq!(found, expected);
            for dep in 0..20 {
                let mut found = once(subs(&graph, dep));
                found.sort_unstable();
                let reading = (0..2).filter(|&sub| expected[sub].contains(&dep));
                assert_eq!(found, reading.map(|sub| 20 + sub).collect::<Vec<_>>());
            }
        }
    }

    /// Each number at its first place.
    fn once(numbers: Vec<usize>) -> Vec<usize> {
        let mut known = BTreeSet::new();
        numbers.into_iter().filter(|&it| known.insert(it)).collect()
    }
}
