//! Batches and transactions: their nesting, their undo log, and the rollback.
//!
//! Invariants: the log has an entry for each signal and each level with a write to the signal, oldest first, with the
//! value from before; outside a batch the log is empty. The net change counts at the end. A call that unwinds restores
//! the nesting that it has found.
//!
//! Must not know: the types of values, and the order in which nodes run.

use super::{
    current, dispose,
    handle::Handle,
    runtime::Runtime,
    settle,
    tasks::ThreadTasks,
    turn::Turn,
    undo_log::{Entry, Rule},
    value::Value,
};
use crate::{
    dynamic::graph::{
        ids::{NodeId, Version},
        marks::Stale,
    },
    stack,
};
use std::cell::{RefCell, RefMut};

/// The state of the graph at the start of a transaction.
struct Start {
    entries: usize,
    undo: usize,
    clock: Version,
}

impl Runtime {
    /// Is the signal's value from before the innermost open batch or transaction in the log?
    pub(crate) fn is_logged(&self, node: NodeId) -> bool {
        self.nodes[node].log_level() == self.level + 1
    }

    /// Notes the first write to a signal in this batch or transaction.
    pub(crate) fn record(&mut self, node: NodeId, value: Option<Value>, rule: Rule) {
        let (level, key) = (self.level, self.key(node));
        let slot = &mut self.nodes[node];
        let entry = Entry {
            key,
            level,
            previous: slot.log_level(),
            version: slot.version,
            always: value.is_none(),
            value,
            rule,
        };
        slot.set_log_level(level + 1);
        self.log.entries.push(entry);
    }

    /// Notes an update in place, which is a change even if the values are equal.
    pub(crate) fn record_always(&mut self, node: NodeId) {
        match self.log.entries.last_mut() {
            Some(entry) if entry.key.node == node => entry.always = true,
            _ => {
                let key = self.key(node);
                self.log.always.insert((key, self.level));
            }
        }
    }
}

/// Runs `f` as a batch, and settles if it is the outermost one, also if `f` panics.
pub(crate) fn run<R>(cell: &RefCell<Runtime>, f: impl FnOnce() -> R) -> R {
    let mut turn = Turn::begin(cell);
    let inside = open(turn.runtime());
    let result = nested(&mut turn, inside, f);
    end(&mut turn);
    turn.end_with(result)
}

/// As `run`, for an `f` that ends nodes.
pub(crate) fn dispose(cell: &RefCell<Runtime>, f: impl FnOnce(&mut Turn<'_>)) {
    let mut turn = Turn::begin(cell);
    open(turn.runtime());
    stack::ending(|| f(&mut turn));
    end(&mut turn);
    turn.end();
}

/// Disposes of the node of a handle; a second call does nothing.
pub(crate) fn dispose_node(handle: Handle) {
    current::with(|cell| {
        if handle.is_alive(&cell.borrow()) {
            dispose(cell, |turn| dispose::node(turn, handle.key.node));
        }
    });
}

/// Opens a batch. Returns whether the batch is inside another one, or in a settle.
fn open(runtime: &mut Runtime) -> bool {
    runtime.renumber_if_due();
    runtime.depth += 1;
    runtime.depth > 1
}

/// Runs the content of a batch.
#[inline(always)]
fn nested<R>(turn: &mut Turn<'_>, inside: bool, f: impl FnOnce() -> R) -> Option<R> {
    turn.release(|cell, panics| {
        panics.catch(|| {
            if inside {
                stack::nested(|| cell.borrow().too_deep(NodeId::NONE), f) // user code
            } else {
                f() // user code
            }
        })
    })
}

/// Ends a batch: the outermost one settles.
pub(crate) fn end(turn: &mut Turn<'_>) {
    let runtime = turn.runtime();
    if runtime.depth > 1 {
        runtime.depth -= 1;
        return;
    }
    settle(turn);
}

/// Settles the graph at rest, and lets the first panic go on.
#[inline(always)]
pub(crate) fn settle_at_rest(cell: &RefCell<Runtime>) {
    let mut runtime = cell.borrow_mut();
    runtime.depth = 1;
    let mut turn = Turn::new(cell, runtime.context);
    drop(runtime);
    settle(&mut turn);
    turn.end();
}

/// Settles at the end of the outermost batch.
#[inline(never)]
pub(crate) fn settle(turn: &mut Turn<'_>) {
    let runtime = settle::rounds(turn);
    close_at_rest(turn, runtime);
}

/// Closes the outermost batch without anything left to settle.
#[inline(always)]
pub(crate) fn close_at_rest(turn: &mut Turn<'_>, mut runtime: RefMut<'_, Runtime>) {
    runtime.depth = 0;
    runtime.shrink_if_empty();
    let waiting = runtime.tasks.as_ref().and_then(ThreadTasks::must_notify);
    if waiting.is_none() && runtime.deferred_panics.is_empty() {
        return;
    }
    let deferred_panics = std::mem::take(&mut runtime.deferred_panics);
    drop(runtime);
    turn.merge(deferred_panics);
    if let Some(waiting) = waiting {
        turn.call(|| waiting.notify()); // user code
    }
}

/// Runs `f` as a transaction: an error or a panic of `f` restores every signal that `f` has written.
pub(crate) fn transaction<R, E>(
    cell: &RefCell<Runtime>,
    f: impl FnOnce() -> Result<R, E>,
) -> Result<R, E> {
    let mut turn = Turn::begin(cell);
    let runtime = turn.runtime();
    let level = runtime.level + 1;
    assert!(level < u16::MAX, "transactions nest less than 65535 deep");
    let inside = open(runtime);
    let start = Start {
        entries: runtime.log.entries.len(),
        undo: runtime.undo.len(),
        clock: runtime.clock,
    };
    runtime.level = level;
    let result = nested(&mut turn, inside, f);
    turn.runtime().level = level - 1;
    if matches!(result, Some(Ok(_))) {
        merge_into_outer(&mut turn, start.entries);
    } else {
        roll_back(&mut turn, &start);
    }
    end(&mut turn);
    turn.end_with(result)
}

/// Hands the writes of the transaction over to the outer batch or transaction.
fn merge_into_outer(turn: &mut Turn<'_>, start: usize) {
    let runtime = turn.runtime();
    let mut gone = Vec::new();
    let mut kept = start;
    for index in start..runtime.log.entries.len() {
        let always = runtime.log.take_always(index);
        let entry = &runtime.log.entries[index];
        let (key, previous, level) = (entry.key, entry.previous, entry.level);
        let alive = runtime.is_alive(key);
        if !alive || previous == level {
            // The value was replaced, or written at that level before: the older value is the one to restore.
            let entry = &mut runtime.log.entries[index];
            gone.extend(entry.value.take());
            if alive {
                if always {
                    runtime.log.always.insert((key, level - 1));
                }
                runtime.nodes[key.node].set_log_level(level);
            }
        } else {
            runtime.log.entries[index].level = level - 1;
            runtime.nodes[key.node].set_log_level(level);
            runtime.log.entries.swap(index, kept);
            kept += 1;
        }
    }
    runtime.log.entries.truncate(kept);
    let undo = match runtime.level {
        0 => std::mem::take(&mut runtime.undo),
        _ => Vec::new(),
    };
    // User code may write, so the log is in order before any of it runs.
    for undo in undo {
        turn.discard(undo); // user code: an input that was given before
    }
    for value in gone {
        turn.discard(value); // user code
    }
}

/// Restores the values from before the writes of the transaction, and takes back its requests.
fn roll_back(turn: &mut Turn<'_>, start: &Start) {
    let runtime = turn.runtime();
    let mut gone = Vec::new();
    while runtime.log.entries.len() > start.entries {
        let last = runtime.log.entries.len() - 1;
        runtime.log.take_always(last);
        let Some(entry) = runtime.log.entries.pop() else {
            break;
        };
        if runtime.is_alive(entry.key) {
            let node = &mut runtime.nodes[entry.key.node];
            node.set_log_level(entry.previous);
            node.version = entry.version;
            let value = entry.value.unwrap_or(Value::NONE);
            gone.push(std::mem::replace(&mut node.value, value));
            runtime.mark(entry.key.node, Stale::Check);
        } else {
            gone.extend(entry.value);
        }
    }
    see_as_before(runtime, start.clock);
    let undo = runtime.undo.split_off(start.undo);
    // User code may write, so the log is in order before any of it runs.
    for undo in undo.into_iter().rev() {
        turn.call(undo); // user code: an input that was given
    }
    for value in gone {
        turn.discard(value); // user code
    }
}

/// Makes the body of a failed transaction see the restored values as the ones that it has read. The body need not run
/// again for the rollback: the body itself has made the attempt, and another run would make the same attempt.
fn see_as_before(runtime: &mut Runtime, clock: Version) {
    let observer = runtime.context.observer.node;
    let Some(observer) = runtime.nodes.get(observer) else {
        return;
    };
    let mut next = observer.deps;
    while let Some(link) = runtime.graph.links.get_mut(next) {
        if let Some(dep) = runtime.graph.nodes.get(link.dep) {
            let before = match runtime.snapshots.get(&link.dep) {
                Some(snapshot) if dep.marks.is_stale() => snapshot.version,
                _ => dep.version,
            };
            if link.seen.version() > clock && before <= clock {
                link.seen.set_version(before);
            }
        }
        next = link.next_dep;
    }
}
