//! Paths through the graph.
//!
//! Must not know: the purpose of a path.

use super::{ids::NodeId, marks::Kind, tables::Graph};
use std::collections::BTreeSet;

impl<V, B> Graph<V, B> {
    /// The node that the user knows in place of this one: the resource, for a part of the resource and for the computed
    /// values that run its source and its `observe`.
    #[cold]
    pub(crate) fn known_as(&self, node: NodeId) -> NodeId {
        let kind = |node: NodeId| self.nodes[node].kind;
        match kind(node) {
            // A part depends on its resource alone; a shared graph depends on nothing.
            Kind::Passive => match self.links.get(self.deps(node)) {
                Some(link) if link.dep.is_some() => link.dep,
                _ => node,
            },
            Kind::Computed => {
                // The scope of a resource has at most these children, oldest first: the source, the observing value,
                // the resource.
                let mut at = node;
                for _ in 0..2 {
                    let next = self.ownership[at].prev_sibling;
                    let next_kind = match self.ownership.get(next) {
                        Some(kin) if kin.next_sibling == at => kind(next),
                        _ => break,
                    };
                    match next_kind {
                        Kind::Resource => return next,
                        Kind::Computed => at = next,
                        _ => break,
                    }
                }
                node
            }
            _ => node,
        }
    }

    /// Returns whether `node` depends on `other`, directly or not. Links of refused reads count too.
    #[cold]
    pub(crate) fn leads_to(&self, node: NodeId, other: NodeId) -> bool {
        let (mut path, mut known) = (vec![node], BTreeSet::from([node]));
        while let Some(node) = path.pop() {
            let mut link = self.deps(node);
            while let Some(it) = self.links.get(link) {
                if it.dep == other {
                    return true;
                }
                if it.dep.is_some() && known.insert(it.dep) {
                    path.push(it.dep);
                }
                link = it.next_dep;
            }
        }
        false
    }

    /// Returns whether the node has more than one dependency. A single dependency is itself the reason that the node is
    /// due.
    #[inline(always)]
    pub(crate) fn has_more_deps(&self, node: NodeId) -> bool {
        let first = self.links.get(self.deps(node));
        first.is_some_and(|first| first.next_dep.is_some())
    }

    /// Returns whether the node has a dependency that is not up to date.
    #[inline(never)]
    pub(crate) fn has_stale_dep(&self, node: NodeId) -> bool {
        let mut link = self.deps(node);
        while let Some(it) = self.links.get(link) {
            let dep = self.nodes.get(it.dep);
            if dep.is_some_and(|dep| {
                dep.marks.is_stale() || dep.marks.is_provisional() || dep.marks.is_failed()
            }) {
                return true;
            }
            link = it.next_dep;
        }
        false
    }
}
