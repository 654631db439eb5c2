//! The check stack: the nodes whose dependencies are being checked, each with its next link.
//!
//! Must not know: the outcome of a check.

use super::{
    ids::{LinkId, NodeId},
    rows::{RowsMut, Table},
    tables::Node,
};

/// A node whose dependencies are being checked.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) node: NodeId,
    /// The next link to check.
    pub(crate) link: LinkId,
}

/// In place of a link: the node of this frame pulls untracked, and will not depend on the node of the next frame.
pub(crate) const UNTRACKED: LinkId = LinkId::NEVER;

impl Frame {
    /// Begins the check of a node.
    #[inline(always)]
    pub(crate) fn open<V, B>(nodes: &mut Table<NodeId, Node<V, B>>, index: NodeId) -> Self {
        let node = &mut nodes[index];
        node.marks.begin_check();
        Frame {
            node: index,
            link: node.deps,
        }
    }

    /// Pops the next frame above `base` whose node is still being checked, if there is one.
    #[inline(always)]
    pub(crate) fn last<V, B>(
        check_stack: &mut Vec<Frame>,
        nodes: &RowsMut<'_, NodeId, Node<V, B>>,
        base: usize,
    ) -> Option<Self> {
        while check_stack.len() > base {
            let frame = check_stack.pop()?;
            // User code has disposed of a node without this mark in the meantime.
            if nodes[frame.node].marks.is_checking() {
                return Some(frame);
            }
        }
        None
    }
}
