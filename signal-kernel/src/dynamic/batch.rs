//! Batches and transactions: the undo log of their writes, and its judgement or rollback at the end.
//!
//! Invariants: the log has an entry for each signal and each level with a write to the signal, oldest first, with the
//! value from before; outside a batch the log is empty. The net change counts at the end. A call that unwinds restores
//! the nesting that it has found.
//!
//! Must not know: the types of values, and the settle.

use super::{
    drive::ThreadTasks,
    graph::ids::{Key, NodeId, Version},
    graph::marks::Stale,
    runtime::Runtime as Graph,
    settle,
    value::Value,
};
use crate::{panics::FirstPanic, stack};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    collections::BTreeSet,
    rc::Rc,
};

/// The number of values that are kept for the next batch.
const SPARES: usize = 64;

/// The writes of open batches.
pub(super) struct UndoLog {
    entries: Vec<Entry>,
    /// Cells of values that need no drop, for later writes.
    pool: Vec<Rc<dyn Any>>,
    /// Entries of outer levels that count as a change: signals that were updated again, with the level.
    always: BTreeSet<(Key, u16)>,
}

struct Entry {
    key: Key,
    level: u16,
    /// `Node::aside` before the write.
    previous: u16,
    version: Version,
    /// The value from before; `None` after an update in place, which cannot be undone.
    value: Option<Value>,
    /// The entry counts as a change, even if the values are equal.
    always: bool,
    rule: Rule,
}

/// The state of the graph at the start of a transaction.
struct Start {
    entries: usize,
    undo: usize,
    clock: Version,
}

/// The part of a signal's type that the log must know.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Are these two values the same by the signal's rule?
    pub(super) same: fn(&Value, &Value) -> bool,
    /// Values of this type need no drop.
    pub(super) plain: bool,
}

impl UndoLog {
    pub(super) const fn new() -> Self {
        UndoLog {
            entries: Vec::new(),
            pool: Vec::new(),
            always: BTreeSet::new(),
        }
    }

    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A cell for a new value, of any type.
    pub(super) fn spare(&mut self) -> Option<Rc<dyn Any>> {
        self.pool.pop()
    }

    /// Takes out the next kept value, in the order of the writes.
    pub(super) fn take_value(&mut self) -> Option<Value> {
        self.entries.iter_mut().find_map(|entry| entry.value.take())
    }

    /// Does this entry count as a change, even if the values are equal? From now on the entry itself has the answer.
    fn take_always(&mut self, index: usize) -> bool {
        let entry = &mut self.entries[index];
        if !self.always.is_empty() {
            let key = (entry.key, entry.level);
            entry.always |= self.always.remove(&key);
        }
        entry.always
    }

    /// Moves the marks of `always` into the entries themselves.
    #[cold]
    fn mark_always(&mut self) {
        for index in 0..self.entries.len() {
            self.take_always(index);
        }
        self.always.clear();
    }

    fn keep_spare(&mut self, cell: Rc<dyn Any>) {
        if self.pool.len() < SPARES {
            self.pool.push(cell);
        }
    }
}

impl Graph {
    /// Is the signal's value from before the innermost open batch or transaction in the log?
    pub(super) fn is_logged(&self, node: NodeId) -> bool {
        self.nodes[node].aside == self.level + 1
    }

    /// Notes the first write to a signal in this batch or transaction.
    pub(super) fn record(&mut self, node: NodeId, value: Option<Value>, rule: Rule) {
        let (level, key) = (self.level, self.key(node));
        let slot = &mut self.nodes[node];
        let entry = Entry {
            key,
            level,
            previous: std::mem::replace(&mut slot.aside, level + 1),
            version: slot.version,
            always: value.is_none(),
            value,
            rule,
        };
        self.log.entries.push(entry);
    }

    /// Notes an update in place, which is a change even if the values are equal.
    pub(super) fn record_always(&mut self, node: NodeId) {
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
pub(super) fn run<R>(cell: &RefCell<Graph>, f: impl FnOnce() -> R) -> R {
    let inside = open(cell);
    let mut panics = FirstPanic::default();
    let result = panics.catch(|| nested(cell, inside, f));
    finish(cell, result, panics)
}

/// As `run`, for an `f` that ends nodes.
pub(super) fn dispose(cell: &RefCell<Graph>, f: impl FnOnce(&mut FirstPanic)) {
    open(cell);
    let mut panics = FirstPanic::default();
    stack::ending(|| f(&mut panics));
    end(cell, &mut panics);
    panics.resume();
}

/// Opens a batch. True inside another batch, or in a settle.
fn open(cell: &RefCell<Graph>) -> bool {
    let mut graph = cell.borrow_mut();
    graph.renumber_if_due();
    graph.depth += 1;
    graph.depth > 1
}

/// Runs the content of a batch.
#[inline(always)]
fn nested<R>(cell: &RefCell<Graph>, inside: bool, f: impl FnOnce() -> R) -> R {
    match inside {
        true => stack::nested(|| cell.borrow().too_deep(NodeId::NONE), f), // user code
        false => f(),                                                      // user code
    }
}

/// Ends a batch and lets the first panic go on.
fn finish<R>(cell: &RefCell<Graph>, result: Option<R>, mut panics: FirstPanic) -> R {
    end(cell, &mut panics);
    panics.result(result)
}

/// Ends a batch: the outermost one settles.
pub(super) fn end(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    if graph.depth > 1 {
        graph.depth -= 1;
        return;
    }
    drop(graph);
    settle(cell, panics);
}

/// Settles at the end of the outermost batch.
#[inline(never)]
pub(super) fn settle(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    close_at_rest(settle::rounds(cell, panics), panics);
}

/// Closes the outermost batch without anything left to settle.
#[inline(always)]
pub(super) fn close_at_rest(mut graph: RefMut<'_, Graph>, panics: &mut FirstPanic) {
    graph.depth = 0;
    graph.shrink_if_empty();
    let waiting = graph.tasks.as_ref().and_then(ThreadTasks::must_notify);
    if waiting.is_none() && graph.deferred_panics.is_empty() {
        return;
    }
    let deferred_panics = std::mem::take(&mut graph.deferred_panics);
    drop(graph);
    panics.merge(deferred_panics);
    if let Some(waiting) = waiting {
        panics.catch(|| waiting.notify()); // user code
    }
}

/// Runs `f` as a transaction: an error or a panic of `f` restores every signal that `f` has written.
pub(super) fn transaction<R, E>(
    cell: &RefCell<Graph>,
    f: impl FnOnce() -> Result<R, E>,
) -> Result<R, E> {
    let level = cell.borrow().level + 1;
    assert!(level < u16::MAX, "transactions nest less than 65535 deep");
    let inside = open(cell);
    let mut graph = cell.borrow_mut();
    let start = Start {
        entries: graph.log.entries.len(),
        undo: graph.undo.len(),
        clock: graph.clock,
    };
    graph.level = level;
    drop(graph);
    let mut panics = FirstPanic::default();
    let result = panics.catch(|| nested(cell, inside, f));
    cell.borrow_mut().level = level - 1;
    if matches!(result, Some(Ok(_))) {
        merge_into_outer(cell, start.entries, &mut panics);
    } else {
        roll_back(cell, &start, &mut panics);
    }
    finish(cell, result, panics)
}

/// Hands the writes of the transaction over to the outer batch or transaction.
fn merge_into_outer(cell: &RefCell<Graph>, start: usize, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let mut gone = Vec::new();
    let mut kept = start;
    for index in start..graph.log.entries.len() {
        let always = graph.log.take_always(index);
        let entry = &graph.log.entries[index];
        let (key, previous, level) = (entry.key, entry.previous, entry.level);
        let alive = graph.is_alive(key);
        if !alive || previous == level {
            // The value was replaced, or written at that level before: the older value is the one to restore.
            let entry = &mut graph.log.entries[index];
            gone.extend(entry.value.take());
            if alive {
                if always {
                    graph.log.always.insert((key, level - 1));
                }
                graph.nodes[key.node].aside = level;
            }
        } else {
            graph.log.entries[index].level = level - 1;
            graph.nodes[key.node].aside = level;
            graph.log.entries.swap(index, kept);
            kept += 1;
        }
    }
    graph.log.entries.truncate(kept);
    let undo = match graph.level {
        0 => std::mem::take(&mut graph.undo),
        _ => Vec::new(),
    };
    // User code may write, so the log is in order before any of it runs.
    drop(graph);
    for undo in undo {
        panics.discard(undo); // user code: an input that was given before
    }
    for value in gone {
        panics.discard(value); // user code
    }
}

/// Restores the values from before the writes of the transaction, and takes back its requests.
fn roll_back(cell: &RefCell<Graph>, start: &Start, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let mut gone = Vec::new();
    while graph.log.entries.len() > start.entries {
        let last = graph.log.entries.len() - 1;
        graph.log.take_always(last);
        let Some(entry) = graph.log.entries.pop() else {
            break;
        };
        if graph.is_alive(entry.key) {
            let node = &mut graph.nodes[entry.key.node];
            node.aside = entry.previous;
            node.version = entry.version;
            let value = entry.value.unwrap_or(Value::NONE);
            gone.push(std::mem::replace(&mut node.value, value));
            graph.mark(entry.key.node, Stale::Check);
        } else {
            gone.extend(entry.value);
        }
    }
    see_as_before(&mut graph, start.clock);
    let undo = graph.undo.split_off(start.undo);
    // User code may write, so the log is in order before any of it runs.
    drop(graph);
    for undo in undo.into_iter().rev() {
        panics.catch(undo); // user code: an input that was given
    }
    for value in gone {
        panics.discard(value); // user code
    }
}

/// Makes the body of a failed transaction see the restored values as the ones that it has read. The body need not run
/// again for the rollback: the body itself has made the attempt, and another run would make the same attempt.
fn see_as_before(graph: &mut Graph, clock: Version) {
    let observer = graph.context.observer.node;
    let Some(observer) = graph.nodes.get(observer) else {
        return;
    };
    let mut next = observer.deps;
    while let Some(link) = graph.graph.links.get_mut(next) {
        if let Some(dep) = graph.graph.nodes.get(link.dep) {
            let before = match graph.snapshots.get(&link.dep) {
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

/// Judges the writes of the outermost batch, or of a round of effects: a signal without a net change gets its old value
/// back.
pub(super) fn reconcile(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    if !graph.log.always.is_empty() {
        graph.log.mark_always();
    }
    let mut entries = std::mem::take(&mut graph.log.entries);
    drop(graph);
    for entry in &mut entries {
        let mut graph = cell.borrow_mut();
        let alive = graph.is_alive(entry.key);
        if alive {
            graph.nodes[entry.key.node].aside = 0;
        }
        let Some(old) = entry.value.take() else {
            continue;
        };
        let new = graph.nodes[entry.key.node].value.clone();
        drop(graph);
        let mut gone = old;
        if alive && !entry.always {
            let same = panics.catch(|| (entry.rule.same)(&gone, &new)); // user code
            let mut graph = cell.borrow_mut();
            let alive = graph.is_alive(entry.key);
            // The comparison itself may have written the signal: the written value stays, and the next round judges it.
            let unwritten = alive && graph.nodes[entry.key.node].aside == 0;
            if same == Some(true) && unwritten {
                graph.restore_version(entry.key.node, entry.version);
                gone = std::mem::replace(&mut graph.nodes[entry.key.node].value, gone);
                graph.mark(entry.key.node, Stale::Check); // provisional values that were read are outdated
            }
        }
        if let Value::Cell(new) = new {
            panics.discard(new); // user code: a rule may have disposed of the signal
        }
        match gone {
            Value::Bits(_) => {}
            Value::Cell(gone) if entry.rule.plain => cell.borrow_mut().log.keep_spare(gone),
            Value::Cell(gone) => panics.discard(gone), // user code
        }
    }
    entries.clear();
    let mut graph = cell.borrow_mut();
    if graph.log.entries.capacity() < entries.capacity() && graph.log.is_empty() {
        graph.log.entries = entries;
    }
}
