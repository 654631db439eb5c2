//! The end of nodes: what a scope, an effect or a computed value owns goes before it does.
//!
//! Invariants: an owner ends its nested owners first, youngest first and each by this rule; then its effects and
//! work, then its own cleanups, newest first, then its signals and computed values. So a cleanup finds the values of
//! its owner. When user code runs for the end of a node, nothing of that node is left in the graph. A node whose body
//! is running goes when the body returns. The ways down are kept on a stack of their own.
//!
//! Must not know: what nodes hold.

use super::{
    graph::{DISPOSED, FAILED, Graph, Kind, NONE, Node, RUNNING, STALE},
    run, snapshots,
};
use crate::panics::FirstPanic;
use std::cell::RefCell;

/// Disposes of a node and of all that it owns. The caller has a batch open.
pub(super) fn node(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let generation = cell.borrow().nodes[index as usize].generation;
    owned(cell, index, panics);
    let graph = cell.borrow();
    if graph.is_alive(index, generation) {
        drop(graph);
        take_out(cell, index, panics);
    }
}

/// Disposes of all that a node owns.
pub(super) fn owned(cell: &RefCell<Graph>, owner: u32, panics: &mut FirstPanic) {
    owned_while(cell, owner, panics, |_| true);
}

/// Disposes of what the last run of a computed value has made. Stops when a cleanup has read the value: what
/// there is now belongs to the run of that.
pub(super) fn outdated(cell: &RefCell<Graph>, owner: u32, panics: &mut FirstPanic) {
    owned_while(cell, owner, panics, |graph| graph.marks(owner) & STALE != 0);
}

/// A child as it was when its owner began to end.
#[derive(Clone, Copy)]
struct Child {
    index: u32,
    generation: u32,
    /// It owns something: that goes first.
    owns: bool,
    /// A signal, a computed value or a part of a resource: cleanups of the owner still find it.
    value: bool,
}

/// An owner that is ending.
struct Ending {
    owner: u32,
    generation: u32,
    /// The owner goes too, when all that it owns is gone.
    goes: bool,
    stage: Stage,
    /// The index of its first child in the list of all.
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
    /// Ends this owner first, and it goes or stays.
    Down(u32, bool),
    /// This node goes; it owns nothing.
    Out(u32),
    /// Nothing is left.
    Done,
}

impl Ending {
    fn new(graph: &Graph, (owner, goes): (u32, bool), children: &mut Vec<Child>) -> Self {
        let start = children.len();
        graph.list_children(owner, children);
        Ending {
            owner,
            generation: graph.nodes[owner as usize].generation,
            goes,
            stage: Stage::Owners,
            start,
            next: start,
        }
    }

    /// The children of all owners further up stand before those of this one.
    fn step(&mut self, graph: &Graph, children: &mut Vec<Child>) -> Step {
        loop {
            if self.stage == Stage::Cleanups {
                match graph.ownership[self.owner as usize].first_cleanup {
                    NONE => (self.stage, self.next) = (Stage::Values, self.start),
                    cleanup => return Step::Out(cleanup),
                }
            }
            while let Some(&child) = children.get(self.next) {
                let due = match self.stage {
                    Stage::Owners => child.owns,
                    Stage::Active => !child.value,
                    _ => true,
                };
                if due && graph.is_alive(child.index, child.generation) {
                    if graph.last_owned(child.index).is_some() {
                        let goes = !child.value || self.stage == Stage::Values;
                        self.next += usize::from(!goes);
                        return Step::Down(child.index, goes);
                    }
                    if self.stage != Stage::Owners {
                        self.next += 1;
                        return Step::Out(child.index);
                    }
                }
                self.next += 1;
            }
            self.next = self.start;
            self.stage = match self.stage {
                Stage::Owners => Stage::Active,
                Stage::Active => Stage::Cleanups,
                _ if graph.last_owned(self.owner).is_none() => return Step::Done,
                _ => {
                    // User code has made more in the meantime.
                    children.truncate(self.start);
                    graph.list_children(self.owner, children);
                    Stage::Owners
                }
            };
        }
    }
}

impl Graph {
    /// The children of an owner, youngest first.
    fn list_children(&self, owner: u32, children: &mut Vec<Child>) {
        let mut index = self.ownership[owner as usize].first_child;
        while index != NONE {
            let Node {
                kind, generation, ..
            } = self.nodes[index as usize];
            children.push(Child {
                index,
                generation,
                owns: self.last_owned(index).is_some(),
                value: matches!(kind, Kind::Signal | Kind::Passive | Kind::Computed),
            });
            index = self.ownership[index as usize].next_sibling;
        }
    }
}

fn owned_while(
    cell: &RefCell<Graph>,
    owner: u32,
    panics: &mut FirstPanic,
    go_on: impl Fn(&Graph) -> bool,
) {
    let mut children = Vec::new();
    let graph = cell.borrow();
    let mut way = vec![Ending::new(&graph, (owner, false), &mut children)];
    drop(graph);
    loop {
        let first = way.len() == 1;
        let Some(ending) = way.last_mut() else {
            return;
        };
        let graph = cell.borrow();
        let (index, goes) = (ending.owner, ending.goes);
        if graph.nodes[index as usize].generation != ending.generation {
            children.truncate(ending.start); // user code was faster
            way.pop();
            continue;
        }
        if first && !go_on(&graph) {
            return;
        }
        match ending.step(&graph, &mut children) {
            Step::Down(child, goes) => {
                let next = Ending::new(&graph, (child, goes), &mut children);
                way.push(next);
            }
            Step::Out(child) => {
                drop(graph);
                take_out(cell, child, panics);
            }
            Step::Done => {
                drop(graph);
                children.truncate(ending.start);
                way.pop();
                if goes {
                    take_out(cell, index, panics);
                }
            }
        }
    }
}

/// Takes a node that owns nothing out of the graph and drops what was in it.
fn take_out(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let _untracked = run::UntrackedGuard::new(cell);
    let mut graph = cell.borrow_mut();
    graph.leave_owner(index);
    let name = graph.names.take(index);
    drop(graph.failures.take(index));
    let snapshot = snapshots::forget(&mut graph, index);
    if graph.marks(index) & RUNNING != 0 {
        graph.set(index, DISPOSED);
        let value = graph.nodes[index as usize].value.take();
        drop(graph);
        panics.discard(snapshot); // user code
        panics.discard(value); // user code
        drop(name);
        return;
    }
    graph.isolate(index);
    let node = &mut graph.nodes[index as usize];
    let (kind, value, mut body) = (node.kind, node.value.take(), node.body.take());
    graph.free(index);
    drop(graph);
    if let (Kind::Cleanup, Some(cleanup)) = (kind, &mut body) {
        run::cleanup(cell, &mut **cleanup, panics);
    }
    if let Some(body) = body {
        body.end(panics); // user code
    }
    panics.discard(snapshot); // user code
    panics.discard(value); // user code
    drop(name);
}

/// A body has returned whose node was disposed of in the meantime.
pub(super) fn finish(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    owned(cell, index, panics);
    let mut graph = cell.borrow_mut();
    graph.unset(index, STALE | FAILED);
    let value = graph.nodes[index as usize].value.take();
    graph.isolate(index);
    graph.free(index);
    drop(graph);
    panics.discard(value); // user code
}
