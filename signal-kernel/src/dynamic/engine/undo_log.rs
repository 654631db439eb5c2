//! The state from before open batches, as data: the undo log of signals, and the snapshots of computed values.
//!
//! Invariants: the log has an entry for each signal and each level with a write to the signal, oldest first, with the
//! value from before.
//!
//! Must not know: the graph, and the end of a batch.

use super::{failures::Record, value::Value};
use crate::dynamic::graph::ids::{Key, Version};
use std::{any::Any, collections::BTreeSet, rc::Rc};

/// The number of values that are kept for the next batch.
const SPARES: usize = 64;

/// The writes of open batches.
pub(crate) struct UndoLog {
    pub(crate) entries: Vec<Entry>,
    /// Cells of values that need no drop, for later writes.
    pool: Vec<Rc<dyn Any>>,
    /// Entries of outer levels that count as a change: signals that were updated again, with the level.
    pub(crate) always: BTreeSet<(Key, u16)>,
}

pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) level: u16,
    /// The `log_level` of the node before the write.
    pub(crate) previous: u16,
    pub(crate) version: Version,
    /// The value from before; `None` after an update in place, which cannot be undone.
    pub(crate) value: Option<Value>,
    /// The entry counts as a change, even if the values are equal.
    pub(crate) always: bool,
    pub(crate) rule: Rule,
}

/// The part of a signal's type that the log must know.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// Are these two values the same by the signal's rule?
    pub(crate) same: fn(&Value, &Value) -> bool,
    /// Values of this type need no drop.
    pub(crate) plain: bool,
}

impl UndoLog {
    pub(crate) const fn new() -> Self {
        UndoLog {
            entries: Vec::new(),
            pool: Vec::new(),
            always: BTreeSet::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A cell for a new value, of any type.
    pub(crate) fn spare(&mut self) -> Option<Rc<dyn Any>> {
        self.pool.pop()
    }

    /// Takes out the next kept value, in the order of the writes.
    pub(crate) fn take_value(&mut self) -> Option<Value> {
        self.entries.iter_mut().find_map(|entry| entry.value.take())
    }

    /// Does this entry count as a change, even if the values are equal? From now on the entry itself has the answer.
    pub(crate) fn take_always(&mut self, index: usize) -> bool {
        let entry = &mut self.entries[index];
        if !self.always.is_empty() {
            let key = (entry.key, entry.level);
            entry.always |= self.always.remove(&key);
        }
        entry.always
    }

    /// Moves the marks of `always` into the entries themselves.
    #[cold]
    pub(crate) fn mark_always(&mut self) {
        for index in 0..self.entries.len() {
            self.take_always(index);
        }
        self.always.clear();
    }

    pub(crate) fn keep_spare(&mut self, cell: Rc<dyn Any>) {
        if self.pool.len() < SPARES {
            self.pool.push(cell);
        }
    }
}

/// The state of a computed value from before the batch.
pub(crate) struct Snapshot {
    pub(crate) value: Value,
    pub(crate) version: Version,
    pub(crate) failure: Option<Record>,
}
