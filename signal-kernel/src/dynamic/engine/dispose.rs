//! The end of nodes: the nodes that a scope, an effect or a computed value owns end before their owner.
//!
//! Invariants: an owner ends its nested owners first, youngest first and each by this rule; then its effects and work,
//! then its own cleanups, newest first, then its signals and computed values. So a cleanup finds the values of its
//! owner. When user code runs for the end of a node, nothing of that node is left in the graph. A node whose body is
//! running goes when the body returns. The walk over nested owners keeps its path on a stack of its own, without
//! recursion.
//!
//! Must not know: the content of nodes.

use super::{
    runtime::{Body, Runtime},
    snapshots,
    turn::Turn,
};
use crate::dynamic::graph::{
    ids::{Key, NodeId},
    marks::Kind,
};
use std::cell::RefCell;

/// Disposes of a node and of all that it owns. The caller has a batch open.
pub(crate) fn node(turn: &mut Turn<'_>, index: NodeId) {
    let key = turn.runtime().key(index);
    owned(turn, index);
    if turn.runtime().is_alive(key) {
        take_out(turn, index);
    }
}

/// Disposes of all that a node owns.
pub(crate) fn owned(turn: &mut Turn<'_>, owner: NodeId) {
    owned_while(turn, owner, |_| true);
}

/// As `owned`, for a body that is running.
pub(crate) fn owned_now(cell: &RefCell<Runtime>, owner: NodeId) {
    let mut turn = Turn::begin(cell);
    owned(&mut turn, owner);
    turn.end();
}

/// Disposes of the nodes that the last run of a computed value has made. Stops when a cleanup has read the value: that
/// read has run the body, and the present nodes belong to the new run.
pub(crate) fn of_last_run(turn: &mut Turn<'_>, owner: NodeId) {
    owned_while(turn, owner, |runtime| runtime.marks(owner).is_stale());
}

/// A child in its state at the start of its owner's end.
#[derive(Clone, Copy)]
struct Child {
    key: Key,
    /// The child owns nodes, which go first.
    owns: bool,
    /// A signal, a computed value or a part of a resource: cleanups of the owner still find the node.
    value: bool,
}

/// An owner that is ending.
struct Ending {
    owner: Key,
    /// The owner goes too, after all nodes that it owns.
    goes: bool,
    stage: Stage,
    /// The index of the owner's first child in the common list.
    start: usize,
    /// The next child to look at in this stage.
    next: usize,
}

/// The stages in which an owner ends, in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Owners,
    Active,
    Cleanups,
    Values,
}

/// The next step of an owner that is ending.
enum Step {
    /// Ends this owner first; the flag says whether the owner itself goes.
    Down(NodeId, bool),
    /// This node goes; the node owns nothing.
    Out(NodeId),
    /// Nothing is left.
    Done,
}

impl Ending {
    fn new(runtime: &Runtime, owner: NodeId, goes: bool, children: &mut Vec<Child>) -> Self {
        let start = children.len();
        runtime.list_children(owner, children);
        Ending {
            owner: runtime.key(owner),
            goes,
            stage: Stage::Owners,
            start,
            next: start,
        }
    }

    /// The next step. The children of outer owners stand in the list before the children of this one.
    fn step(&mut self, runtime: &Runtime, children: &mut Vec<Child>) -> Step {
        loop {
            if self.stage == Stage::Cleanups {
                let cleanup = runtime.ownership[self.owner.node].first_cleanup;
                if cleanup.is_some() {
                    return Step::Out(cleanup);
                }
                (self.stage, self.next) = (Stage::Values, self.start);
            }
            while let Some(&child) = children.get(self.next) {
                let due = match self.stage {
                    Stage::Owners => child.owns,
                    Stage::Active => !child.value,
                    _ => true,
                };
                if due && runtime.is_alive(child.key) {
                    if runtime.last_owned(child.key.node).is_some() {
                        let goes = !child.value || self.stage == Stage::Values;
                        self.next += usize::from(!goes);
                        return Step::Down(child.key.node, goes);
                    }
                    if self.stage != Stage::Owners {
                        self.next += 1;
                        return Step::Out(child.key.node);
                    }
                }
                self.next += 1;
            }
            self.next = self.start;
            self.stage = match self.stage {
                Stage::Owners => Stage::Active,
                Stage::Active => Stage::Cleanups,
                _ if runtime.last_owned(self.owner.node).is_none() => return Step::Done,
                _ => {
                    // User code has made more nodes in the meantime.
                    children.truncate(self.start);
                    runtime.list_children(self.owner.node, children);
                    Stage::Owners
                }
            };
        }
    }
}

impl Runtime {
    /// The children of an owner, youngest first.
    fn list_children(&self, owner: NodeId, children: &mut Vec<Child>) {
        let mut index = self.ownership[owner].first_child;
        while index.is_some() {
            let kind = self.nodes[index].kind;
            children.push(Child {
                key: self.key(index),
                owns: self.last_owned(index).is_some(),
                value: matches!(kind, Kind::Signal | Kind::Passive | Kind::Computed),
            });
            index = self.ownership[index].next_sibling;
        }
    }
}

fn owned_while(turn: &mut Turn<'_>, owner: NodeId, go_on: impl Fn(&Runtime) -> bool) {
    let mut children = Vec::new();
    let mut stack = vec![Ending::new(turn.runtime(), owner, false, &mut children)];
    loop {
        let first = stack.len() == 1;
        let Some(ending) = stack.last_mut() else {
            return;
        };
        let runtime = turn.runtime();
        let (index, goes) = (ending.owner.node, ending.goes);
        if runtime.key(index) != ending.owner {
            children.truncate(ending.start); // user code has ended the owner in the meantime
            stack.pop();
            continue;
        }
        if first && !go_on(runtime) {
            return;
        }
        match ending.step(runtime, &mut children) {
            Step::Down(child, goes) => {
                let next = Ending::new(runtime, child, goes, &mut children);
                stack.push(next);
            }
            Step::Out(child) => take_out(turn, child),
            Step::Done => {
                children.truncate(ending.start);
                stack.pop();
                if goes {
                    take_out(turn, index);
                }
            }
        }
    }
}

/// Takes a node that owns nothing out of the graph and drops its content. The reads of the drop are not tracked.
fn take_out(turn: &mut Turn<'_>, index: NodeId) {
    let observer = &mut turn.runtime().context.observer.node;
    let observer = std::mem::replace(observer, NodeId::NONE);
    remove(turn, index);
    turn.runtime().context.observer.node = observer;
}

fn remove(turn: &mut Turn<'_>, index: NodeId) {
    let runtime = turn.runtime();
    runtime.leave_owner(index);
    let name = runtime.names.take(index);
    drop(runtime.failures.take(index));
    let snapshot = snapshots::forget(runtime, index);
    let node = &mut runtime.nodes[index];
    let value = node.value.take();
    let mut body = None;
    if node.marks.is_running() {
        node.marks.set_disposed(); // see `finish`
    } else {
        let kind = node.kind;
        body = node.body.take();
        runtime.isolate(index);
        free(runtime, index);
        if let (Kind::Cleanup, Some(cleanup)) = (kind, &mut body) {
            run_cleanup(turn, &mut **cleanup);
        }
    }
    if let Some(body) = body {
        turn.end_body(body);
    }
    turn.discard(snapshot);
    turn.discard(value);
    drop(name);
}

/// Releases the slot of a node. A `with` that still borrows the value owns it by now.
fn free(runtime: &mut Runtime, index: NodeId) {
    for borrowed in &mut runtime.reading {
        if borrowed.0 == index {
            borrowed.0 = NodeId::NONE;
        }
    }
    runtime.free(index);
}

/// Ends a node that was disposed of while its body ran: the body has returned.
pub(crate) fn finish(turn: &mut Turn<'_>, index: NodeId) {
    owned(turn, index);
    let runtime = turn.runtime();
    let node = &mut runtime.nodes[index];
    node.marks.clear_stale();
    node.marks.clear_failed();
    let value = node.value.take();
    runtime.isolate(index);
    free(runtime, index);
    turn.discard(value);
}

/// Runs a callback of `on_cleanup`: reads are not tracked, and new nodes have no owner. Within the body of a computed
/// value, the callback must not write either.
fn run_cleanup(turn: &mut Turn<'_>, body: &mut dyn Body) {
    let runtime = turn.runtime();
    let before = runtime.context;
    runtime.untracked();
    runtime.context.owner = NodeId::NONE;
    turn.release(|cell, panics| panics.catch(|| body.run(cell, NodeId::NONE))); // user code
    turn.runtime().context = before;
}
