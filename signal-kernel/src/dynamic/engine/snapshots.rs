//! The state of a computed value from before the batch that has read the value: what the provisional value is compared
//! with when the batch has ended.
//!
//! Invariants: a node has a snapshot exactly while the node is marked as provisional. At rest no node has one. A node
//! whose body runs after the batch has given its snapshot back before.
//!
//! Must not know: which signals a batch has written, and when it ends.

use super::{
    context::UntrackedGuard, failures::Record, runtime::Runtime, turn::Turn, undo_log::Snapshot,
    value::Value,
};
use crate::{
    dynamic::graph::{
        ids::{Key, NodeId},
        marks::Stale,
    },
    provisional::has_changed,
};

/// Takes a snapshot of the node if a batch has written something. The body of the node is about to run.
#[inline]
pub(crate) fn take(runtime: &mut Runtime, node: NodeId) {
    if !runtime.log.is_empty() {
        take_slow(runtime, node);
    }
}

fn take_slow(runtime: &mut Runtime, index: NodeId) {
    let failed = runtime.is_failed(index);
    let failure = runtime.known_record(index).filter(|_| failed);
    let node = &mut runtime.nodes[index];
    if node.marks.is_provisional() || node.version.is_none() && !failed {
        return;
    }
    node.marks.set_provisional();
    let (value, version) = (node.value.clone(), node.version);
    let snapshot = Snapshot {
        value,
        version,
        failure,
    };
    runtime.snapshots.insert(index, snapshot);
}

/// Goes back to the snapshot: the provisional value is not valid any more, so the body must run. Returns the provisional
/// value, for the caller to drop.
pub(crate) fn revert(runtime: &mut Runtime, index: NodeId) -> Value {
    let Some(snapshot) = runtime.snapshots.remove(&index) else {
        return Value::NONE;
    };
    let node = &mut runtime.nodes[index];
    node.marks.clear_provisional();
    node.marks.clear_failed();
    if snapshot.failure.is_some() {
        node.marks.set_failed();
    }
    node.version = snapshot.version;
    let gone = std::mem::replace(&mut node.value, snapshot.value);
    runtime.restore_record(index, snapshot.failure);
    gone
}

/// Keeps the provisional value, which is valid in the end too. If the value equals that of the snapshot, the node has
/// not changed.
pub(crate) fn accept(turn: &mut Turn<'_>, index: NodeId) {
    let runtime = turn.runtime();
    let node = &mut runtime.nodes[index];
    node.marks.set_clean();
    node.marks.clear_provisional();
    let Some(snapshot) = runtime.snapshots.remove(&index) else {
        return;
    };
    let (was_failed, failed) = (snapshot.failure.is_some(), runtime.is_failed(index));
    let (key, newer) = (runtime.key(index), runtime.nodes[index].value.clone());
    let mut gone = snapshot.value;
    let mut equal = false;
    if !was_failed && !failed {
        let Some(body) = runtime.nodes[index].body.take() else {
            return;
        };
        let same = turn.release(|cell, panics| {
            let _untracked = UntrackedGuard::new(cell);
            panics.catch(|| body.same(&gone, &newer)) // user code
        });
        let runtime = turn.runtime();
        if !runtime.is_alive(key) {
            turn.end_body(body);
            turn.discard(newer);
            return turn.discard(gone);
        }
        runtime.nodes[index].body = Some(body);
        if same != Some(false) {
            gone = std::mem::replace(&mut runtime.nodes[index].value, gone);
        }
        if same.is_none() {
            runtime.fail(index, Record::default());
            runtime.bump_version(index);
            runtime.mark(index, Stale::Check); // a reader that has seen the provisional value carries no mark yet
        }
        equal = same == Some(true);
    }
    if !has_changed(was_failed, failed, equal) {
        turn.runtime().restore_version(index, snapshot.version);
    }
    turn.discard(newer);
    turn.discard(gone);
}

/// Ends all snapshots when the graph has come to rest. Effects have seen the provisional values that are current, so the
/// next change is compared with them. If the provisional value is stale, the next read runs the body.
#[cold]
pub(crate) fn end_all(turn: &mut Turn<'_>) {
    let runtime = turn.runtime();
    let nodes = runtime.snapshots.keys();
    let keys: Vec<Key> = nodes.map(|&it| runtime.key(it)).collect();
    for key in keys {
        let runtime = turn.runtime();
        if !runtime.is_alive(key) || !runtime.marks(key.node).is_provisional() {
            continue; // user code has disposed of the node, or has read it
        }
        if runtime.marks(key.node).is_stale() {
            let gone = revert(runtime, key.node);
            runtime.nodes[key.node].marks.set_stale(Stale::Dirty);
            turn.discard(gone);
        } else {
            accept(turn, key.node);
        }
    }
}

/// Removes the snapshot of a node that ends. Returns the value of the snapshot, for the caller to drop.
pub(crate) fn forget(runtime: &mut Runtime, index: NodeId) -> Value {
    if !runtime.marks(index).is_provisional() {
        return Value::NONE;
    }
    let Some(snapshot) = runtime.snapshots.remove(&index) else {
        return Value::NONE;
    };
    runtime.nodes[index].marks.clear_provisional();
    snapshot.value
}
