//! The snapshot of a computed value from before a batch that reads the value. If the batch changes nothing in the end,
//! the value of the snapshot comes back and the body does not run.
//!
//! Invariants: a node has a snapshot exactly while the node is marked as provisional. The links of the snapshot stay in
//! the lists of their dependencies, so a change of such a dependency marks the node. After the batch, the first check
//! of the node gives the snapshot up; so does the end of a settle if the provisional value is current; so does the end
//! of the node at the latest.
//!
//! Must not know: which signals a batch has written, and when it ends.

use super::{
    context::UntrackedGuard,
    failures::Record,
    graph::ids::{LinkId, NodeId, RunId, Version},
    graph::marks::Stale,
    runtime::Runtime as Graph,
    value::Value,
};
use crate::panics::FirstPanic;
use std::cell::RefCell;

/// A value with everything that makes it valid.
pub(super) struct Snapshot {
    value: Value,
    pub(super) version: Version,
    pub(super) deps: LinkId,
    failed: bool,
    /// The record of the failure, if the value is failed.
    record: Option<Record>,
    /// The run that computed the value owned nothing. The next run disposes of owned nodes, so a value whose run owned
    /// some cannot come back.
    pub(super) restorable: bool,
}

/// Takes a snapshot of the node if a batch has written something. The body of the node is about to run. `owned`: the
/// last run has left nodes or cleanups to dispose of.
#[inline]
pub(super) fn take(graph: &mut Graph, node: NodeId, owned: bool) {
    if !graph.log.is_empty() {
        take_slow(graph, node, owned);
    }
}

fn take_slow(graph: &mut Graph, index: NodeId, owned: bool) {
    let failed = graph.is_failed(index);
    let node = &mut graph.nodes[index];
    if node.marks.is_provisional() {
        note(graph, index);
        return;
    }
    if node.version.is_none() && !failed {
        return;
    }
    node.marks.set_provisional();
    let (value, version) = (node.value.clone(), node.version);
    let deps = std::mem::replace(&mut node.deps, LinkId::NONE);
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

/// Lists the node among those whose provisional value may be current.
pub(super) fn note(graph: &mut Graph, index: NodeId) {
    let key = graph.key(index);
    if graph.provisional.last() != Some(&key) {
        graph.provisional.push(key);
    }
}

/// Removes the snapshot, and makes its value and version those of the node. Returns the replaced value, for the caller
/// to drop, and the links of the snapshot.
fn take_snapshot_back(graph: &mut Graph, index: NodeId) -> (Value, LinkId) {
    let Some(snapshot) = graph.snapshots.remove(&index) else {
        return (Value::NONE, LinkId::NONE);
    };
    let node = &mut graph.nodes[index];
    node.marks.clear_provisional();
    node.marks.clear_failed();
    if snapshot.failed {
        node.marks.set_failed();
    }
    node.version = snapshot.version;
    graph.restore_record(index, snapshot.record);
    let node = &mut graph.nodes[index];
    let gone = std::mem::replace(&mut node.value, snapshot.value);
    (gone, snapshot.deps)
}

/// Makes the snapshot the value of the node again: no dependency of the snapshot has changed. Returns the provisional
/// value, for the caller to drop.
pub(super) fn restore(graph: &mut Graph, index: NodeId) -> Value {
    let open = graph.is_open(index).is_some();
    let (gone, deps) = take_snapshot_back(graph, index);
    let newer = std::mem::replace(&mut graph.nodes[index].deps, deps);
    graph.unlink_all(newer);
    graph.nodes[index].marks.set_clean();
    if open {
        graph.leave_open(index, RunId::NONE);
    }
    gone
}

/// Goes back to the snapshot before the body runs: neither value is valid any more, and the new value is compared with
/// that of the snapshot. Returns the provisional value, for the caller to drop.
pub(super) fn revert(graph: &mut Graph, index: NodeId) -> Value {
    let (gone, deps) = take_snapshot_back(graph, index);
    graph.unlink_all(deps);
    gone
}

/// Keeps the provisional value, which is valid in the end too. The node has changed only if the provisional value
/// differs from the snapshot.
pub(super) fn accept(cell: &RefCell<Graph>, index: NodeId, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let node = &mut graph.nodes[index];
    node.marks.set_clean();
    node.marks.clear_provisional();
    let Some(snapshot) = graph.snapshots.remove(&index) else {
        return;
    };
    graph.unlink_all(snapshot.deps);
    let failed = graph.is_failed(index);
    let node = &graph.nodes[index];
    let (key, newer) = (graph.key(index), node.value.clone());
    let mut gone = snapshot.value;
    let valued = !node.version.is_none() && !snapshot.version.is_none();
    if valued && !failed && !snapshot.failed {
        let Some(body) = graph.nodes[index].body.take() else {
            return;
        };
        drop(graph);
        let untracked = UntrackedGuard::new(cell);
        let same = panics.catch(|| body.same(&gone, &newer)); // user code
        drop(untracked);
        graph = cell.borrow_mut();
        if !graph.is_alive(key) {
            drop(graph);
            body.end(panics); // user code
            panics.discard(newer); // user code
            panics.discard(gone); // user code
            return;
        }
        graph.nodes[index].body = Some(body);
        if same != Some(false) {
            gone = std::mem::replace(&mut graph.nodes[index].value, gone);
        }
        match same {
            Some(true) => graph.restore_version(index, snapshot.version),
            Some(false) => {}
            None => {
                graph.fail(index, Record::default());
                graph.bump_version(index);
                graph.mark(index, Stale::Check); // a reader that has seen the provisional value carries no mark yet
            }
        }
    } else if failed && snapshot.failed {
        graph.restore_version(index, snapshot.version);
    }
    drop(graph);
    panics.discard(newer); // user code
    panics.discard(gone); // user code
}

/// Accepts the current provisional values when the graph has come to rest. Effects have seen these values, so the next
/// change is compared with them. A provisional value that is stale again waits for its next reader.
pub(super) fn accept_current(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let next = || cell.borrow_mut().provisional.pop();
    while let Some(key) = next() {
        let graph = cell.borrow();
        let alive = graph.is_alive(key);
        let current = alive
            && graph.marks(key.node).is_provisional_and_current()
            && graph.is_open(key.node).is_none();
        drop(graph);
        if current {
            accept(cell, key.node, panics);
        }
    }
}

/// Removes the snapshot of a node that ends. Returns the value of the snapshot, for the caller to drop.
pub(super) fn forget(graph: &mut Graph, index: NodeId) -> Value {
    if !graph.marks(index).is_provisional() {
        return Value::NONE;
    }
    let Some(snapshot) = graph.snapshots.remove(&index) else {
        return Value::NONE;
    };
    graph.nodes[index].marks.clear_provisional();
    graph.unlink_all(snapshot.deps);
    snapshot.value
}
