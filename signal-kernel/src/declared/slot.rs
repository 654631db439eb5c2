//! The place of the value of a signal or an eager computed value.
//!
//! Invariants: a write compares first, and an equal value changes nothing but an undo log. The replaced value is
//! dropped last, when the new one and its version are in place.
//!
//! Must not know: ranks, edges, the other nodes.

use super::{
    core::Core,
    pass::{Pass, mode},
    undo_log::{Back, Baseline, Undo, UndoLog},
    visit::{AnySlot, NetChange, Visitor},
};
use crate::{
    panics::{FirstPanic, judge},
    provisional::has_changed,
    task::state::Change,
};
use std::mem;

/// The revision of a node's last change. Only a node that a lazy value reads keeps one (`u64`); for the others it is
/// `()`.
pub trait Version: Copy + Default {
    /// Notes a change at this revision.
    fn note_change(&mut self, revision: u64);
    /// Writes the revision of the last change to `place`, if one is kept.
    fn save(self, place: &mut u64);
}

impl Version for () {
    #[inline(always)]
    fn note_change(&mut self, _revision: u64) {}
    #[inline(always)]
    fn save(self, _place: &mut u64) {}
}

impl Version for u64 {
    #[inline(always)]
    fn note_change(&mut self, revision: u64) {
        *self = revision;
    }
    #[inline(always)]
    fn save(self, place: &mut u64) {
        *place = self;
    }
}

/// A signal's or a computed value's current value.
#[derive(Debug)]
pub struct Slot<T, V = ()> {
    /// The current value.
    pub value: T,
    /// When it last changed.
    pub version: V,
    log: Option<Box<UndoLog<T>>>,
}

impl<T, V: Version> Slot<T, V> {
    /// A slot with its first value.
    #[inline]
    pub fn new(value: T) -> Self {
        Slot {
            value,
            version: V::default(),
            log: None,
        }
    }

    /// Shows this slot to the visitor, with the rule of equality of its node.
    // Not inlined: a graph has as many calls as nodes.
    #[inline(never)]
    pub fn accept(&mut self, visitor: &mut Visitor<'_>, same: fn(&T, &T) -> bool) {
        visitor.slot(&mut self.with_rule(same));
    }

    #[inline(always)]
    pub(super) fn with_rule(&mut self, same: fn(&T, &T) -> bool) -> SlotRef<'_, T, V> {
        SlotRef { slot: self, same }
    }

    /// The value, for an expression that also runs when there is none.
    #[inline(always)]
    pub fn previous(&self) -> Option<&T> {
        Some(&self.value)
    }

    /// A write to a signal outside any batch: the old value, if the new one differs.
    #[inline(always)]
    pub fn replace(&mut self, value: T, same: fn(&T, &T) -> bool, revision: u64) -> Option<T> {
        let (equal, value) = judge(value, |value| same(&self.value, value)); // user code
        if equal {
            return None; // user code: the drop of `value`
        }
        self.version.note_change(revision);
        Some(mem::replace(&mut self.value, value))
    }

    /// As `replace`, for a signal that no node depends on, of a type without a drop and without a rule.
    #[inline(always)]
    pub fn put<const W: usize>(&mut self, core: &mut Core<W>, value: T)
    where
        T: Copy + PartialEq,
    {
        if self.value != value {
            self.value = value;
            core.note_change();
        }
    }

    /// Changes the signal at `position` in place, outside any batch, and marks its dependents, even if `change`
    /// panics half-way. Returns the result of `change`, if there is one.
    pub fn change<R, const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        change: impl FnOnce(&mut T) -> R,
    ) -> (Option<R>, FirstPanic) {
        self.version.note_change(core.tick());
        let mut panics = FirstPanic::default();
        let result = panics.catch(|| change(&mut self.value)); // user code
        core.mark_dependents(position, Change::TRANSITION);
        (result, panics)
    }

    /// Stores the result of a computed value's body. If the result differs from the last one, marks `marks` and returns
    /// true: the caller then marks the dependents in other words.
    #[inline(always)]
    pub fn store<const MODE: u8, const W: usize>(
        &mut self,
        value: T,
        same: fn(&T, &T) -> bool,
        marks: u64,
        pass: &mut Pass<'_, MODE, W>,
    ) -> bool {
        let (equal, value) = judge(value, |value| same(&self.value, value)); // user code
        if equal {
            if mem::needs_drop::<T>() {
                pass.committed(Change::NONE);
                drop(value); // user code
            }
            return false;
        }
        self.version.note_change(pass.revision());
        let mut old = Some(mem::replace(&mut self.value, value));
        // Only the careful loop, one node at a time, recomputes anything while a batch is open.
        if const { MODE == mode::SINGLE } && self.log.is_some() {
            old = self.keep_from_before_the_batch(old);
        }
        pass.came_to(Change::TRANSITION);
        if mem::needs_drop::<T>() {
            pass.committed(Change::TRANSITION);
            drop(old); // user code
        }
        pass.mark(marks);
        true
    }

    /// Keeps a value from before the batch for the end of the batch. Returns any other value.
    #[cold]
    fn keep_from_before_the_batch(&mut self, old: Option<T>) -> Option<T> {
        match &mut self.log {
            Some(log) if log.state.baseline.is_some() && log.before.is_none() => {
                log.before = old;
                None
            }
            _ => old,
        }
    }

    /// A write to the signal at `position` inside a batch or transaction.
    pub fn write<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        value: T,
        same: fn(&T, &T) -> bool,
    ) {
        let (equal, value) = judge(value, |value| same(&self.value, value)); // user code
        if core.open_batch().level != 0 {
            return self.write_at_level(core, position, equal, value);
        }
        if equal {
            return; // user code: the drop of `value`
        }
        let revision = core.tick();
        let old = mem::replace(&mut self.value, value);
        // The only write of a batch has been found to differ already.
        let log = self.note_inline(core, position, revision, !mem::needs_drop::<T>());
        if log.before.is_none() && !log.state.updated {
            log.before = Some(old);
        }
        // user code: the drop of `old`, if it was not kept
    }

    /// A write inside a transaction, or in a graph inside another.
    #[inline(never)]
    fn write_at_level<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        equal: bool,
        value: T,
    ) {
        let level = core.level_of_write(position);
        if equal {
            return; // user code: the drop of `value`
        }
        let revision = core.tick();
        let old = mem::replace(&mut self.value, value);
        let known_changed = level == 0 && !mem::needs_drop::<T>();
        let log = self.note(core, position, revision, known_changed);
        if level > 0 {
            if !log.state.has_value(level) {
                log.push(core, position, level, Back::Value(old));
            }
        } else if log.before.is_none() && !log.state.updated {
            log.before = Some(old);
        }
        // user code: the drop of `old`, if it was not kept
    }

    /// The value of the signal at `position`, for a batch to change it in place. Inside a transaction a copy stays
    /// behind, unless it has one.
    pub fn touch<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        copy: impl FnOnce(&T) -> T,
    ) -> &mut T {
        let (level, revision) = (core.level_of_write(position), core.tick());
        let has_value = match &self.log {
            Some(log) => log.state.has_value(level),
            None => false,
        };
        let copy = if level == 0 || has_value {
            None
        } else {
            Some(copy(&self.value)) // user code
        };
        let log = self.note(core, position, revision, level == 0);
        if let Some(copy) = copy {
            log.push(core, position, level, Back::Value(copy));
        }
        log.state.updated = true;
        &mut self.value
    }

    /// Changes the signal at `position` in place, inside a batch, without a copy: a transaction that fails runs `undo`,
    /// if `change` has returned.
    pub fn touch_with<R, const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        change: impl FnOnce(&mut T) -> R,
        undo: impl FnOnce(&mut T) + Send + 'static,
    ) -> R {
        let (level, revision) = (core.level_of_write(position), core.tick());
        self.note(core, position, revision, level == 0);
        let mut panics = FirstPanic::default();
        let result = panics.catch(|| change(&mut self.value)); // user code
        match &mut self.log {
            Some(log) if result.is_none() => {
                log.state.lose_way_back();
                panics.discard(undo); // user code
            }
            Some(log) if level > 0 && !log.state.has_value(level) => {
                log.push(core, position, level, Back::Undo(Undo::new(undo)));
                log.state.updated = true;
            }
            Some(log) => {
                log.state.updated = true;
                panics.discard(undo); // user code
            }
            None => {}
        }
        panics.result(result)
    }

    /// Notes a write inside a batch. `known_changed` says that if this batch makes no other to this signal, it has
    /// changed and nothing has to be dropped in the end.
    #[inline(never)]
    fn note<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        revision: u64,
        known_changed: bool,
    ) -> &mut UndoLog<T> {
        self.note_inline(core, position, revision, known_changed)
    }

    /// As `note`, for the write that most batches make.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn note_inline<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        revision: u64,
        known_changed: bool,
    ) -> &mut UndoLog<T> {
        let log = self.log.get_or_insert_with(UndoLog::new);
        if log.state.note(core, position, known_changed) {
            log.before = None;
            self.version.save(&mut log.state.origin);
        }
        self.version.note_change(revision);
        log
    }
}

impl Slot<bool> {
    /// A write of `true` to the mark at `position`, inside a batch. Its net change is always asked for.
    pub(super) fn mark<const W: usize>(&mut self, core: &mut Core<W>, position: usize) {
        if mem::replace(&mut self.value, true) {
            return;
        }
        let (level, revision) = (core.level_of_write(position), core.tick());
        let log = self.note(core, position, revision, false);
        if level > 0 {
            log.push(core, position, level, Back::Value(false));
        } else {
            log.before = Some(false);
        }
    }
}

/// A slot with the rule of equality of its node.
pub(super) struct SlotRef<'a, T, V> {
    slot: &'a mut Slot<T, V>,
    same: fn(&T, &T) -> bool,
}

impl<T, V: Version> AnySlot for SlotRef<'_, T, V> {
    fn roll_back(&mut self, level: u32, revision: u64, panics: &mut FirstPanic) {
        if let Some(log) = &mut self.slot.log {
            if log.roll_back(level, &mut self.slot.value, panics) {
                self.slot.version.note_change(revision);
            }
        }
    }

    fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic) -> bool {
        match &mut self.slot.log {
            Some(log) => log.merge_into_outer(level, panics),
            None => false,
        }
    }

    fn finish(&mut self, panics: &mut FirstPanic) -> NetChange {
        let Slot {
            value,
            version,
            log,
        } = &mut *self.slot;
        let Some(log) = log else {
            return NetChange::default();
        };
        let unchanged = !log.state.updated && log.is_unchanged(value, self.same, panics);
        if unchanged {
            version.note_change(log.state.origin);
        }
        // Equal is not the same: provisional values were computed from a value that is gone.
        let moved = unchanged && log.before.is_some();
        log.end(moved, value, panics);
        NetChange {
            changed: !unchanged,
            moved,
        }
    }

    fn save_baseline(&mut self, failed: bool) {
        let mut version = 0;
        self.slot.version.save(&mut version);
        let log = self.slot.log.get_or_insert_with(UndoLog::new);
        log.state.baseline = Some(Baseline { version, failed });
    }

    fn was_failed(&self) -> bool {
        let baseline = self.slot.log.as_ref().and_then(|log| log.state.baseline);
        baseline.is_some_and(|baseline| baseline.failed)
    }

    fn reconcile(&mut self, due: bool, failed: bool, panics: &mut FirstPanic) -> NetChange {
        let Slot {
            value,
            version,
            log,
        } = &mut *self.slot;
        let Some(log) = log else {
            return NetChange::default();
        };
        let Some(baseline) = log.state.baseline.take() else {
            return NetChange::default();
        };
        let mut is_equal = || log.is_unchanged(value, self.same, panics);
        let changed = due && has_changed(baseline.failed, failed, is_equal());
        if !changed {
            version.note_change(baseline.version);
        }
        let moved = (!changed || failed) && log.before.is_some();
        log.end(moved, value, panics);
        NetChange { changed, moved }
    }
}
