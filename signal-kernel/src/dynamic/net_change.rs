//! The net change of a batch: each signal that has its old value again counts as unchanged.
//!
//! Invariants: the log is empty while a rule of equality runs, so a write inside a rule begins a new log.
//!
//! Must not know: the types of values, and the settle.

use super::{graph::marks::Stale, runtime::Runtime, value::Value};
use crate::panics::FirstPanic;
use std::cell::RefCell;

/// Judges the writes of the outermost batch, or of a round of effects: a signal without a net change gets its old value
/// back.
pub(super) fn reconcile(cell: &RefCell<Runtime>, panics: &mut FirstPanic) {
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
