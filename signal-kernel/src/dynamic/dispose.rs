//! The end of nodes: what a scope, an effect or a computed value owns goes before it does.
//!
//! Invariants: children go newest first, each after all that it owns; then the cleanups of the owner run,
//! newest first; nothing of a node is left in the graph when user code runs for its end. A node whose body
//! is running goes when the body returns.
//!
//! Must not know: what nodes hold.

use super::{
    graph::{DISPOSED, FAILED, Graph, Kind, RUNNING, STALE},
    half_way, run,
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

fn owned_while(
    cell: &RefCell<Graph>,
    owner: u32,
    panics: &mut FirstPanic,
    go_on: impl Fn(&Graph) -> bool,
) {
    let generation = |graph: &Graph, index: u32| graph.nodes[index as usize].generation;
    let mut path = vec![(owner, generation(&cell.borrow(), owner))];
    while let Some(&(index, known)) = path.last() {
        let graph = cell.borrow();
        if generation(&graph, index) != known {
            path.pop(); // user code was faster
        } else if path.len() == 1 && !go_on(&graph) {
            return;
        } else if let Some(child) = graph.last_owned(index) {
            path.push((child, generation(&graph, child)));
        } else {
            drop(graph);
            path.pop();
            if !path.is_empty() {
                take_out(cell, index, panics);
            }
        }
    }
}

/// Takes a node that owns nothing out of the graph and drops what was in it.
fn take_out(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let _untracked = run::Untracked::new(cell);
    let mut graph = cell.borrow_mut();
    graph.leave_owner(index);
    let name = graph.names.take(index);
    let candidate = half_way::forget(&mut graph, index);
    if graph.marks(index) & RUNNING != 0 {
        graph.set(index, DISPOSED);
        let value = graph.nodes[index as usize].value.take();
        drop(graph);
        panics.discard((candidate, value)); // user code
        drop(name);
        return;
    }
    graph.isolate(index);
    let node = &mut graph.nodes[index as usize];
    let (kind, value, mut body) = (node.kind, node.value.take(), node.run.take());
    graph.free(index);
    drop(graph);
    if let (Kind::Cleanup, Some(cleanup)) = (kind, &mut body) {
        run::cleanup(cell, &mut **cleanup, panics);
    }
    panics.discard(body); // user code
    panics.discard((candidate, value)); // user code
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
