//! Paths through the graph.
//!
//! Must not know: the purpose of a path.

use super::{ids::NodeId, marks::Kind, tables::Graph};

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
}
