//! What a computed value was before a batch read it half-way, for the case that the batch changes nothing
//! in the end: then the old value comes back without running its body.
//!
//! Invariants: a node has a candidate exactly while it is marked `PROVISIONAL`; the candidate's links stay in
//! the lists of their dependencies, so whatever changes them marks the node; a candidate is given up by the
//! first look at the node after the batch, when all has come to rest and the half-way value is current, at the
//! latest with the node.
//!
//! Must not know: which signals a batch has written, and when it ends.

use super::{
    failure::Record,
    graph::{CHECK, CHECKING, FAILED, Graph, NONE, PROVISIONAL, STALE},
    run::UntrackedGuard,
    value::Value,
};
use crate::panics::FirstPanic;
use std::cell::RefCell;

/// A value with all that makes it valid.
pub(super) struct Snapshot {
    value: Value,
    pub(super) version: u32,
    pub(super) deps: u32,
    failed: bool,
    /// How it is failed.
    record: Option<Record>,
    /// The run that has yielded it has made nothing: that would be gone by now.
    pub(super) restorable: bool,
}

/// Keeps what the node is now, if a batch has written something and its body is about to run. Has it `owned`
/// anything?
#[inline]
pub(super) fn take(graph: &mut Graph, node: u32, owned: bool) {
    if !graph.log.is_empty() {
        take_slow(graph, node, owned);
    }
}

fn take_slow(graph: &mut Graph, index: u32, owned: bool) {
    let failed = graph.is_failed(index);
    let node = &mut graph.nodes[index as usize];
    if node.marks & PROVISIONAL != 0 {
        note(graph, index);
        return;
    }
    if node.version == 0 && !failed {
        return;
    }
    node.marks |= PROVISIONAL;
    let (value, version) = (node.value.clone(), node.version);
    let deps = std::mem::replace(&mut node.deps, NONE);
    let snapshot = Snapshot {
        value,
        version,
        deps,
        failed,
        record: graph.known_record(index).filter(|_| failed),
        restorable: !owned,
    };
    graph.snapshots.insert(index, snapshot);
    note(graph, index);
}

/// The half-way value of this node is current for now.
pub(super) fn note(graph: &mut Graph, index: u32) {
    let generation = graph.nodes[index as usize].generation;
    if graph.provisional.last() != Some(&(index, generation)) {
        graph.provisional.push((index, generation));
    }
}

/// Takes the candidate, and makes its value and version those of the node. Returns what to drop.
fn take_snapshot_back(graph: &mut Graph, index: u32) -> (Value, u32) {
    let Some(snapshot) = graph.snapshots.remove(&index) else {
        return (Value::NONE, NONE);
    };
    let node = &mut graph.nodes[index as usize];
    node.marks &= !(PROVISIONAL | FAILED);
    if snapshot.failed {
        node.marks |= FAILED;
    }
    node.version = snapshot.version;
    graph.restore_record(index, snapshot.record);
    let node = &mut graph.nodes[index as usize];
    let gone = std::mem::replace(&mut node.value, snapshot.value);
    (gone, snapshot.deps)
}

/// Nothing that the candidate was computed from has changed: it is the value again.
pub(super) fn restore(graph: &mut Graph, index: u32) -> Value {
    let open = graph.is_open(index).is_some();
    let (gone, deps) = take_snapshot_back(graph, index);
    let newer = std::mem::replace(&mut graph.nodes[index as usize].deps, deps);
    graph.unlink_all(newer);
    graph.unset(index, STALE | CHECKING);
    if open {
        graph.leave_open(index, 0);
    }
    gone
}

/// Neither value is valid any more: the body must run, and what it yields is held against the candidate.
pub(super) fn revert(graph: &mut Graph, index: u32) -> Value {
    let (gone, deps) = take_snapshot_back(graph, index);
    graph.unlink_all(deps);
    gone
}

/// The half-way value is valid in the end too: it counts as a change if it differs from the candidate.
pub(super) fn accept(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    graph.unset(index, STALE | CHECKING | PROVISIONAL);
    let Some(snapshot) = graph.snapshots.remove(&index) else {
        return;
    };
    graph.unlink_all(snapshot.deps);
    let failed = graph.is_failed(index);
    let node = &graph.nodes[index as usize];
    let (generation, newer) = (node.generation, node.value.clone());
    let mut gone = snapshot.value;
    let valued = node.version != 0 && snapshot.version != 0;
    if valued && !failed && !snapshot.failed {
        let Some(body) = graph.nodes[index as usize].body.take() else {
            return;
        };
        drop(graph);
        let untracked = UntrackedGuard::new(cell);
        let same = panics.catch(|| body.same(&gone, &newer)); // user code
        drop(untracked);
        graph = cell.borrow_mut();
        if !graph.is_alive(index, generation) {
            drop(graph);
            body.end(panics); // user code
            panics.discard(newer); // user code
            panics.discard(gone); // user code
            return;
        }
        graph.nodes[index as usize].body = Some(body);
        if same != Some(false) {
            gone = std::mem::replace(&mut graph.nodes[index as usize].value, gone);
        }
        match same {
            Some(true) => graph.restore_version(index, snapshot.version),
            Some(false) => {}
            None => {
                graph.fail(index, Record::default());
                graph.bump_version(index);
                graph.mark(index, CHECK); // those who have seen the half-way value are not marked
            }
        }
    } else if failed && snapshot.failed {
        graph.restore_version(index, snapshot.version);
    }
    drop(graph);
    panics.discard(newer); // user code
    panics.discard(gone); // user code
}

/// Everything has come to rest: a half-way value that is current is what the next change is held against, as
/// it is what effects have seen. One that is outdated again waits for somebody to want it.
pub(super) fn accept_current(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let next = || cell.borrow_mut().provisional.pop();
    while let Some((index, generation)) = next() {
        let graph = cell.borrow();
        let alive = graph.is_alive(index, generation);
        let current = alive
            && graph.marks(index) & (PROVISIONAL | STALE) == PROVISIONAL
            && graph.is_open(index).is_none();
        drop(graph);
        if current {
            accept(cell, index, panics);
        }
    }
}

/// The node goes, and its candidate with it. Returns what to drop.
pub(super) fn forget(graph: &mut Graph, index: u32) -> Value {
    if graph.marks(index) & PROVISIONAL == 0 {
        return Value::NONE;
    }
    let Some(snapshot) = graph.snapshots.remove(&index) else {
        return Value::NONE;
    };
    graph.unset(index, PROVISIONAL);
    graph.unlink_all(snapshot.deps);
    snapshot.value
}
