//! The context of user code between runs and around them.
//!
//! Invariants: a guard restores on drop the context that it has found.
//!
//! Must not know: nodes, and the purpose of user code.

use super::runtime::Runtime;
use crate::dynamic::graph::{
    ids::NodeId,
    tables::{NOBODY, RunContext},
};
use std::cell::RefCell;

/// The context `outer` without its observer, so that a destructor between runs tracks no read.
#[inline(always)]
pub(crate) fn untracked_context(outer: &RunContext) -> RunContext {
    RunContext {
        observer: NOBODY,
        ..*outer
    }
}

/// During the life of this guard, reads are not tracked, and new nodes have no owner.
pub(crate) struct Detached<'a> {
    untracked: UntrackedGuard<'a>,
    owner: NodeId,
}

impl<'a> Detached<'a> {
    pub(crate) fn new(cell: &'a RefCell<Runtime>) -> Self {
        let untracked = UntrackedGuard::new(cell);
        let owner = std::mem::replace(&mut cell.borrow_mut().context.owner, NodeId::NONE);
        Detached { untracked, owner }
    }
}

impl Drop for Detached<'_> {
    fn drop(&mut self) {
        self.untracked.cell.borrow_mut().context.owner = self.owner;
    }
}

/// During the life of this guard, reads are not tracked.
pub(crate) struct UntrackedGuard<'a> {
    cell: &'a RefCell<Runtime>,
    /// The observer from before.
    node: NodeId,
}

impl<'a> UntrackedGuard<'a> {
    pub(crate) fn new(cell: &'a RefCell<Runtime>) -> Self {
        let node = std::mem::replace(&mut cell.borrow_mut().context.observer.node, NodeId::NONE);
        UntrackedGuard { cell, node }
    }
}

impl Drop for UntrackedGuard<'_> {
    fn drop(&mut self) {
        self.cell.borrow_mut().context.observer.node = self.node;
    }
}
