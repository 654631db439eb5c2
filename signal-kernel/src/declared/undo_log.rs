//! The undo log of a slot: the way back to the values from before the open batch and before each open transaction.
//!
//! Only the values have the type of the node. The rest is a type of its own, so that rustc compiles it once, and not
//! again for each type of value.
//!
//! Invariants: `steps` are ordered by level, and no step of a transaction follows one that has a value; `values` has
//! the value or the closure of each step. A value is moved aside, never cloned. Outside a batch there is no step, and
//! `before` is empty or needs no drop.
//!
//! Must not know: edges, bodies.

use super::{core::Core, open_batch::Undoable};
use crate::panics::FirstPanic;
use std::{fmt, mem, sync::Mutex};

/// The undo log of one slot. It stays allocated from one batch to the next.
#[derive(Debug)]
pub(super) struct UndoLog<T> {
    /// The value from before the batch, if it is known and another one.
    pub(super) before: Option<T>,
    values: Vec<Back<T>>,
    pub(super) state: UndoState,
}

/// An undo log without its values.
#[derive(Debug, Default)]
pub(super) struct UndoState {
    /// Signals: the index of the slot's entry in `OpenBatch::written`. If that is the entry of another slot or none,
    /// the log is of another batch.
    at: u32,
    /// Signals: an update was made whose old value is not known, so this batch has changed the value.
    pub(super) updated: bool,
    /// Signals: the version from before the batch.
    pub(super) origin: u64,
    /// Signals: the way back to before each open transaction, the innermost last.
    steps: Vec<Step>,
    /// Computed values: the state from before the batch, if a read in it has computed the value again.
    pub(super) baseline: Option<Baseline>,
}

/// One step on the way back to before the transaction at `level`. A rollback goes from the last step to the first.
#[derive(Clone, Copy, Debug)]
struct Step {
    level: u32,
    /// The step puts a value back. Without one it takes an update back.
    has_value: bool,
    /// `updated` as it was when this step was made.
    updated: bool,
}

/// The effect of a step on the value of the slot.
#[derive(Debug)]
pub(super) enum Back<T> {
    /// Puts the value from before a write back, or that from before an update that made a copy.
    Value(T),
    /// Takes an update back.
    Undo(Undo<T>),
}

/// Takes an update back, once. The mutex is never locked: it makes the graph `Sync`, whatever the closure has captured.
pub(super) struct Undo<T>(Mutex<Box<dyn FnMut(&mut T) + Send>>);

impl<T> Undo<T> {
    pub(super) fn new(undo: impl FnOnce(&mut T) + Send + 'static) -> Self {
        let mut undo = Some(undo);
        Undo(Mutex::new(Box::new(move |value| {
            if let Some(undo) = undo.take() {
                undo(value); // user code
            }
        })))
    }
}

impl<T> fmt::Debug for Undo<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("_")
    }
}

/// A computed value's state from before the batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Baseline {
    pub(super) version: u64,
    pub(super) failed: bool,
}

impl UndoState {
    /// Notes a write to the signal at `position`. True if it is the first of this batch: the log then begins anew.
    /// `known_changed` says that if this batch makes no other write to this signal, it has changed and nothing has to
    /// be dropped in the end.
    #[inline(always)]
    pub(super) fn note<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        known_changed: bool,
    ) -> bool {
        if core.note_written_again(position, self.at) {
            return false;
        }
        self.at = core.note_written(position, known_changed);
        self.updated = false;
        true
    }

    /// Does the transaction at `level` know the value to go back to?
    pub(super) fn has_value(&self, level: u32) -> bool {
        match self.steps.last() {
            Some(step) => step.level == level && step.has_value,
            None => false,
        }
    }

    fn push<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        level: u32,
        has_value: bool,
    ) {
        if self.steps.last().is_none_or(|last| last.level != level) {
            core.open_batch().undoable.push(Undoable {
                position: position as u32,
                level,
            });
        }
        self.steps.push(Step {
            level,
            has_value,
            updated: self.updated,
        });
    }

    fn pop(&mut self, level: u32) -> Option<Step> {
        match self.steps.last() {
            Some(step) if step.level == level => self.steps.pop(),
            _ => None,
        }
    }

    /// Gives the steps of the transaction at `level` to the one around it, if that needs them. Returns whether they are
    /// the first of that one, or `None` if it does not need them.
    fn lift(&mut self, level: u32) -> Option<bool> {
        let outer = level - 1;
        let first = self.steps.partition_point(|step| step.level < level);
        let (before, steps) = self.steps.split_at_mut(first);
        let last = before.last().filter(|step| step.level == outer);
        if outer == 0 || last.is_some_and(|step| step.has_value) {
            return None;
        }
        steps.iter_mut().for_each(|step| step.level = outer);
        Some(last.is_none())
    }

    /// A closure has panicked while it changed the value. Only a kept value leads back to the value from before: every
    /// rollback that comes earlier leaves a change.
    #[cold]
    pub(super) fn lose_way_back(&mut self) {
        self.updated = true;
        let steps = self.steps.iter_mut().rev();
        for step in steps.take_while(|step| !step.has_value) {
            step.updated = true;
        }
    }
}

impl<T> UndoLog<T> {
    pub(super) fn new() -> Box<Self> {
        Box::new(UndoLog {
            before: None,
            values: Vec::new(),
            state: UndoState::default(),
        })
    }

    /// Adds a step to the way back to before the transaction at `level`, which has no value yet.
    #[inline(never)]
    pub(super) fn push<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        level: u32,
        back: Back<T>,
    ) {
        let has_value = matches!(back, Back::Value(_));
        self.state.push(core, position, level, has_value);
        self.values.push(back);
    }

    /// Goes back to before the transaction at `level`. True if it has changed `value`.
    pub(super) fn roll_back(&mut self, level: u32, value: &mut T, panics: &mut FirstPanic) -> bool {
        let mut has_steps = false;
        while let Some(step) = self.state.pop(level) {
            has_steps = true;
            self.state.updated = step.updated;
            match self.values.pop() {
                Some(Back::Value(before)) => panics.discard(mem::replace(value, before)), // user code
                Some(Back::Undo(mut undo)) => {
                    let mut run = || {
                        if let Ok(undo) = undo.0.get_mut() {
                            undo(value); // user code
                        }
                    };
                    if !panics.run(&mut run) {
                        self.state.lose_way_back();
                    }
                }
                None => {}
            }
        }
        has_steps
    }

    /// The transaction at `level` succeeded: its steps are merged into those of the transaction around it. True if they
    /// are the first of that one.
    pub(super) fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic) -> bool {
        if let Some(is_first) = self.state.lift(level) {
            return is_first;
        }
        while let Some(step) = self.state.pop(level) {
            match self.values.pop() {
                // After an update outside the transaction, or one without a copy, the signal has changed.
                Some(Back::Value(value))
                    if level == 1 && self.before.is_none() && !step.updated =>
                {
                    self.before = Some(value);
                }
                back => panics.discard(back), // user code
            }
        }
        false
    }

    /// The value from before the batch, or a later one that is equal, is `value`. A comparison that panics has not
    /// found the values equal.
    pub(super) fn is_unchanged(
        &self,
        value: &T,
        same: fn(&T, &T) -> bool,
        panics: &mut FirstPanic,
    ) -> bool {
        match &self.before {
            Some(before) => panics.catch(|| same(before, value)) == Some(true), // user code
            None => true,
        }
    }

    /// Drops the value from before the batch, or if `put_back`, the one that has replaced it.
    pub(super) fn end(&mut self, put_back: bool, value: &mut T, panics: &mut FirstPanic) {
        let mut before = self.before.take();
        if let (true, Some(before)) = (put_back, &mut before) {
            mem::swap(value, before);
        }
        panics.discard(before); // user code
    }
}
