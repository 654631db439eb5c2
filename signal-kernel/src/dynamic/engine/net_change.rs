//! The net change of a batch: each signal that has its old value again counts as unchanged.
//!
//! Invariants: the log is empty while a rule of equality runs, so a write inside a rule begins a new log.
//!
//! Must not know: the types of values, and the settle.

use super::{turn::Turn, undo_log::Entry, value::Value};
use crate::dynamic::graph::marks::Stale;

/// Judges the writes of the outermost batch, or of a round of effects: a signal without a net change gets its old value
/// back.
pub(crate) fn reconcile(turn: &mut Turn<'_>) {
    let log = &mut turn.runtime().log;
    if !log.always.is_empty() {
        log.mark_always();
    }
    let mut entries = std::mem::take(&mut log.entries);
    for entry in &mut entries {
        let runtime = turn.runtime();
        let alive = runtime.is_alive(entry.key);
        if alive {
            runtime.nodes[entry.key.node].set_log_level(0);
        }
        if let Some(old) = entry.value.take() {
            judge(turn, entry, old, alive);
        }
    }
    entries.clear();
    let log = &mut turn.runtime().log;
    if log.entries.capacity() < entries.capacity() && log.is_empty() {
        log.entries = entries;
    }
}

/// Compares the value of a signal with the one from before, unless the signal has changed in any case.
fn judge(turn: &mut Turn<'_>, entry: &Entry, old: Value, alive: bool) {
    let node = entry.key.node;
    let new = turn.runtime().nodes[node].value.clone();
    let mut gone = old;
    if alive && !entry.always {
        let same = turn.call(|| (entry.rule.same)(&gone, &new)); // user code
        let runtime = turn.runtime();
        // The comparison itself may have written the signal: the written value stays, and the next round judges it.
        let unwritten = runtime.is_alive(entry.key) && runtime.nodes[node].log_level() == 0;
        if same == Some(true) && unwritten {
            runtime.restore_version(node, entry.version);
            gone = std::mem::replace(&mut runtime.nodes[node].value, gone);
            runtime.mark(node, Stale::Check); // provisional values that were read are outdated
        }
    }
    if let Value::Cell(new) = new {
        turn.discard(new); // user code: a rule may have disposed of the signal
    }
    match gone {
        Value::Bits(_) => {}
        Value::Cell(gone) if entry.rule.plain => turn.runtime().log.keep_spare(gone),
        Value::Cell(gone) => turn.discard(gone),
    }
}
