//! The net change of a batch: each signal that has its old value again counts as unchanged.
//!
//! Invariants: the log is empty while a rule of equality runs, so a write inside a rule begins a new log.
//!
//! Must not know: the types of values, and the settle.

use super::{runtime::Runtime, value::Value};
use crate::{dynamic::graph::marks::Stale, panics::FirstPanic};
use std::cell::RefCell;

/// Judges the writes of the outermost batch, or of a round of effects: a signal without a net change gets its old value
/// back.
pub(crate) fn reconcile(cell: &RefCell<Runtime>, panics: &mut FirstPanic) {
    let mut runtime = cell.borrow_mut();
    if !runtime.log.always.is_empty() {
        runtime.log.mark_always();
    }
    let mut entries = std::mem::take(&mut runtime.log.entries);
    drop(runtime);
    for entry in &mut entries {
        let mut runtime = cell.borrow_mut();
        let alive = runtime.is_alive(entry.key);
        if alive {
            runtime.nodes[entry.key.node].set_log_level(0);
        }
        let Some(old) = entry.value.take() else {
            continue;
        };
        let new = runtime.nodes[entry.key.node].value.clone();
        drop(runtime);
        let mut gone = old;
        if alive && !entry.always {
            let same = panics.catch(|| (entry.rule.same)(&gone, &new)); // user code
            let mut runtime = cell.borrow_mut();
            let alive = runtime.is_alive(entry.key);
            // The comparison itself may have written the signal: the written value stays, and the next round judges it.
            let unwritten = alive && runtime.nodes[entry.key.node].log_level() == 0;
            if same == Some(true) && unwritten {
                runtime.restore_version(entry.key.node, entry.version);
                gone = std::mem::replace(&mut runtime.nodes[entry.key.node].value, gone);
                runtime.mark(entry.key.node, Stale::Check); // provisional values that were read are outdated
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
    let mut runtime = cell.borrow_mut();
    if runtime.log.entries.capacity() < entries.capacity() && runtime.log.is_empty() {
        runtime.log.entries = entries;
    }
}
