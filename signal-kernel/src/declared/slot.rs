//! The place of the value of a signal or an eager computed value, and its undo log while a batch is open.
//!
//! Invariants: `entries` are ordered by level, at most one for each; a value that is replaced while an
//! older one must be kept for the end of the batch is moved aside, never cloned; outside a batch nothing is
//! armed, and what a log still has is nothing that needs to be dropped: `note` clears it.
//!
//! Must not know: ranks, edges, the other nodes.

use super::{Core, Reconciled, pass::Pass};
use crate::{
    panics::{FirstPanic, judge},
    provisional::has_changed,
    task::state::Change,
};
use std::{fmt, mem, sync::Mutex};

/// The revision of a node's last change. Only a node that a lazy value reads keeps one (`u64`); for the others it is `()`.
pub trait Version: Copy + Default {
    /// Notes a change at this revision.
    fn note_change(&mut self, revision: u64);
    /// The revision of the last change.
    fn changed_at(self) -> u64;
}

impl Version for () {
    #[inline(always)]
    fn note_change(&mut self, _revision: u64) {}
    #[inline(always)]
    fn changed_at(self) -> u64 {
        0
    }
}

impl Version for u64 {
    #[inline(always)]
    fn note_change(&mut self, revision: u64) {
        *self = revision;
    }
    #[inline(always)]
    fn changed_at(self) -> u64 {
        self
    }
}

/// A signal's or a computed value's current value.
#[derive(Debug)]
pub struct Slot<T, V = ()> {
    /// The current value.
    pub value: T,
    /// When it last changed.
    pub version: V,
    log: Option<Box<Log<T, V>>>,
}

/// The undo log of one slot. It stays allocated from one batch to the next.
#[derive(Debug)]
struct Log<T, V> {
    /// Signals: where in `Core::written` the slot stands. If it does not, what this log says is of another batch.
    at: u32,
    /// Signals: the version from before the batch.
    origin: V,
    /// The value from before the batch, if it is known and another one.
    before: Option<T>,
    /// Signals: the way back to before each open transaction, the innermost last.
    entries: Vec<Entry<T>>,
    /// Signals: an `update` was made whose old value is not known, so this batch has changed the value.
    updated: bool,
    /// Computed values: the state from before the batch, if a read in it has computed the value again.
    baseline: Option<Baseline<V>>,
}

/// One step on the way back to before the transaction at `level`. A rollback goes from the last step to the first.
#[derive(Debug)]
struct Entry<T> {
    level: u32,
    back: Back<T>,
    /// `updated` as it was when this entry was made.
    updated: bool,
}

#[derive(Debug)]
enum Back<T> {
    /// The value from before a write, or before an update that made a copy. Nothing later in its transaction is noted.
    Value(T),
    /// Takes an update back.
    Undo(Undo<T>),
}

/// The mutex is never locked: it makes the graph `Sync`, whatever the closure has captured.
struct Undo<T>(Mutex<Box<dyn FnOnce(&mut T) + Send>>);

impl<T> Undo<T> {
    fn run(self, value: &mut T) {
        let undo = match self.0.into_inner() {
            Ok(undo) => undo,
            Err(poisoned) => poisoned.into_inner(),
        };
        undo(value); // user code
    }
}

impl<T> fmt::Debug for Undo<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("_")
    }
}

/// A computed value's state from before the batch.
#[derive(Debug, Clone, Copy)]
struct Baseline<V> {
    version: V,
    failed: bool,
}

impl<T, V: Default> Log<T, V> {
    fn new() -> Box<Self> {
        Box::new(Log {
            at: 0,
            origin: V::default(),
            before: None,
            entries: Vec::new(),
            updated: false,
            baseline: None,
        })
    }

    fn pop_at(&mut self, level: u32) -> Option<Entry<T>> {
        match self.entries.last() {
            Some(entry) if entry.level == level => self.entries.pop(),
            _ => None,
        }
    }

    /// Does the transaction at `level` know the value to go back to?
    fn has_value(&self, level: u32) -> bool {
        match self.entries.last() {
            Some(entry) => entry.level == level && matches!(entry.back, Back::Value(_)),
            None => false,
        }
    }

    /// Keeps the value from before a write in the transaction at `level`, unless that has an earlier one.
    #[inline(never)]
    fn keep_for<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        level: u32,
        old: T,
    ) {
        if self.has_value(level) {
            return; // user code: the drop of `old`
        }
        let entry = Entry {
            level,
            back: Back::Value(old),
            updated: self.updated,
        };
        self.push(core, position, entry);
    }

    /// Notes a step of the way back.
    fn push<const W: usize>(&mut self, core: &mut Core<W>, position: usize, entry: Entry<T>) {
        let is_first = match self.entries.last() {
            Some(last) => last.level != entry.level,
            None => true,
        };
        if is_first {
            core.undoable(position);
        }
        self.entries.push(entry);
    }

    /// A closure has panicked while it changed the value. Only a kept value leads back to the value from before: every
    /// rollback that comes earlier leaves a change.
    #[cold]
    fn lose_way_back(&mut self) {
        self.updated = true;
        for entry in self.entries.iter_mut().rev() {
            if let Back::Value(_) = entry.back {
                break;
            }
            entry.updated = true;
        }
    }
}

/// The place of a write in the nesting of transactions, and its revision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write {
    /// 0 in a batch, one more for each open transaction.
    pub level: u32,
    /// The revision of this write.
    pub revision: u64,
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

    /// As `replace`, for a signal that no node depends on, of a type whose equal values are the same: it need not be
    /// compared, unless somebody watches.
    #[inline(always)]
    pub fn put<const W: usize>(&mut self, core: &mut Core<W>, value: T)
    where
        T: Copy + PartialEq,
    {
        if core.watch.is_quiet() {
            self.value = value;
        } else {
            self.put_carefully(core, value);
        }
    }

    #[cold]
    fn put_carefully<const W: usize>(&mut self, core: &mut Core<W>, value: T)
    where
        T: Copy + PartialEq,
    {
        if self.value != value {
            self.value = value;
            core.note_change();
        }
    }

    /// Changes the signal at `position` in place, outside any batch, and marks who reads it, even if `change`
    /// panics half-way. Returns what `change` returns, if it does.
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
    pub fn store<const SINGLE: bool, const W: usize>(
        &mut self,
        value: T,
        same: fn(&T, &T) -> bool,
        marks: u64,
        pass: &mut Pass<'_, SINGLE, W>,
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
        if SINGLE && self.log.is_some() {
            old = self.keep(old);
        }
        pass.came_to(Change::TRANSITION);
        if mem::needs_drop::<T>() {
            pass.committed(Change::TRANSITION);
            drop(old); // user code
        }
        pass.mark(marks);
        true
    }

    /// Puts a value from before the batch aside, once a batch has read this one half-way.
    #[cold]
    fn keep(&mut self, old: Option<T>) -> Option<T> {
        match &mut self.log {
            Some(log) if log.baseline.is_some() && log.before.is_none() => {
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
        if equal {
            return; // user code: the drop of `value`
        }
        let Write { level, revision } = core.write();
        let old = mem::replace(&mut self.value, value);
        // The only write of a batch has been found to differ already.
        let known_changed = level == 0 && !mem::needs_drop::<T>();
        let log = self.note(core, position, revision, known_changed);
        if level > 0 {
            log.keep_for(core, position, level, old); // user code
        } else if log.before.is_some() || log.updated {
            drop(old); // user code
        } else {
            log.before = Some(old);
        }
    }

    /// The value of the signal at `position`, for a batch to change it in place. Inside a transaction a copy stays
    /// behind, unless it has one.
    pub fn touch<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        copy: impl FnOnce(&T) -> T,
    ) -> &mut T {
        let Write { level, revision } = core.write();
        let copy = if level == 0 || self.log.as_ref().is_some_and(|log| log.has_value(level)) {
            None
        } else {
            Some(copy(&self.value)) // user code
        };
        let log = self.note(core, position, revision, level == 0);
        let updated = mem::replace(&mut log.updated, true);
        if let Some(copy) = copy {
            let back = Back::Value(copy);
            log.push(
                core,
                position,
                Entry {
                    level,
                    back,
                    updated,
                },
            );
        }
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
        let Write { level, revision } = core.write();
        let log = self.note(core, position, revision, level == 0);
        let updated = mem::replace(&mut log.updated, true);
        let mut panics = FirstPanic::default();
        let result = panics.catch(|| change(&mut self.value)); // user code
        match &mut self.log {
            Some(log) if level > 0 && result.is_some() && !log.has_value(level) => {
                let back = Back::Undo(Undo(Mutex::new(Box::new(undo))));
                log.push(
                    core,
                    position,
                    Entry {
                        level,
                        back,
                        updated,
                    },
                );
            }
            Some(log) if result.is_none() => {
                log.lose_way_back();
                panics.discard(undo);
            }
            _ => panics.discard(undo),
        }
        panics.result(result)
    }

    /// Notes a write inside a batch. `known_changed` says that if this batch makes no other to this signal, it has
    /// changed and nothing has to be dropped in the end.
    fn note<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        revision: u64,
        known_changed: bool,
    ) -> &mut Log<T, V> {
        let log = self.log.get_or_insert_with(Log::new);
        if !core.note_written_again(position, log.at) {
            log.at = core.note_written(position, known_changed);
            log.origin = self.version;
            log.before = None;
            log.updated = false;
        }
        self.version.note_change(revision);
        log
    }
}

/// A slot of any type, as a batch sees it.
pub(crate) trait AnySlot {
    /// A transaction failed: the value from before it is put back.
    fn roll_back(&mut self, write: Write, panics: &mut FirstPanic);
    /// A transaction at `level` succeeded: its way back now belongs to the transaction around it. True if that has
    /// not written this signal itself.
    fn hand_up(&mut self, level: u32, panics: &mut FirstPanic) -> bool;
    /// A batch is about to compute this value again: the present one is the value from before the batch.
    fn save_baseline(&mut self, failed: bool);
    /// Was this computed value failed before the batch?
    fn was_failed(&self) -> bool;
    /// The outermost batch ends. The value from before the batch comes back with its version, unless the dependencies
    /// have changed in the end (`due`) and the present value differs from the earlier one.
    fn reconcile(&mut self, due: bool, failed: bool, panics: &mut FirstPanic) -> Reconciled;
}

/// The outcome of a batch for one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    /// None of its writes is left.
    Unchanged,
    /// The value was equal to the one from before the batch; the signal has that one again.
    PutBack,
    /// The value is another one.
    Changed,
}

/// A slot with the rule of equality of its node.
pub(crate) struct SlotRef<'a, T, V> {
    /// The slot.
    pub slot: &'a mut Slot<T, V>,
    /// The rule.
    pub same: fn(&T, &T) -> bool,
}

impl<T, V: Version> SlotRef<'_, T, V> {
    /// The outermost batch ends: did this signal change in the end? If not, the value from before is put back.
    pub(crate) fn finish(&mut self, panics: &mut FirstPanic) -> Finished {
        let Some(log) = &mut self.slot.log else {
            return Finished::Unchanged;
        };
        let mut old = log.before.take();
        let unchanged = match &old {
            _ if log.updated => false,
            None => true, // all writes were taken back
            // user code; a comparison that panics has not found the values equal
            Some(old) => panics.catch(|| (self.same)(old, &self.slot.value)) == Some(true),
        };
        let put_back = unchanged && old.is_some();
        if unchanged {
            self.slot.version = log.origin;
        }
        if let (true, Some(old)) = (put_back, &mut old) {
            mem::swap(&mut self.slot.value, old);
        }
        panics.discard(old);
        match (unchanged, put_back) {
            (false, _) => Finished::Changed,
            (true, true) => Finished::PutBack,
            (true, false) => Finished::Unchanged,
        }
    }
}

impl<T, V: Version> AnySlot for SlotRef<'_, T, V> {
    fn roll_back(&mut self, write: Write, panics: &mut FirstPanic) {
        let Some(log) = &mut self.slot.log else {
            return;
        };
        while let Some(entry) = log.pop_at(write.level) {
            log.updated = entry.updated;
            self.slot.version.note_change(write.revision);
            match entry.back {
                Back::Value(value) => {
                    panics.discard(mem::replace(&mut self.slot.value, value)); // user code
                }
                Back::Undo(undo) => {
                    let mut undo = Some(undo);
                    let mut run = || {
                        if let Some(undo) = undo.take() {
                            undo.run(&mut self.slot.value); // user code
                        }
                    };
                    if !panics.run(&mut run) {
                        log.lose_way_back();
                    }
                }
            }
        }
    }

    fn hand_up(&mut self, level: u32, panics: &mut FirstPanic) -> bool {
        let Some(log) = &mut self.slot.log else {
            return false;
        };
        let outer = level - 1;
        let mut start = log.entries.len();
        while start > 0 && log.entries[start - 1].level == level {
            start -= 1;
        }
        let has_entry = start > 0 && log.entries[start - 1].level == outer;
        let is_kept =
            outer > 0 && !(has_entry && matches!(log.entries[start - 1].back, Back::Value(_)));
        if is_kept {
            for entry in &mut log.entries[start..] {
                entry.level = outer;
            }
            return !has_entry;
        }
        while let Some(entry) = log.pop_at(level) {
            match entry.back {
                // After an update outside the transaction, or one without a copy, the signal has changed.
                Back::Value(value) if outer == 0 && log.before.is_none() && !entry.updated => {
                    log.before = Some(value);
                }
                back => {
                    let mut back = Some(back);
                    panics.run(&mut || back = None); // user code
                }
            }
        }
        false
    }

    fn save_baseline(&mut self, failed: bool) {
        let version = self.slot.version;
        let log = self.slot.log.get_or_insert_with(Log::new);
        log.baseline = Some(Baseline { version, failed });
    }

    fn was_failed(&self) -> bool {
        let baseline = self.slot.log.as_ref().and_then(|log| log.baseline);
        baseline.is_some_and(|baseline| baseline.failed)
    }

    fn reconcile(&mut self, due: bool, failed: bool, panics: &mut FirstPanic) -> Reconciled {
        let Some(log) = &mut self.slot.log else {
            return Reconciled::default();
        };
        let Some(baseline) = log.baseline.take() else {
            return Reconciled::default();
        };
        let mut before = log.before.take();
        let mut is_equal = || match &before {
            // user code; a comparison that panics has not found the values equal
            Some(before) => panics.catch(|| (self.same)(before, &self.slot.value)) == Some(true),
            None => true,
        };
        let changed = due && has_changed(baseline.failed, failed, is_equal());
        if !changed {
            self.slot.version = baseline.version;
        }
        let moved = (!changed || failed) && before.is_some();
        if let (true, Some(before)) = (moved, &mut before) {
            mem::swap(&mut self.slot.value, before);
        }
        panics.discard(before); // user code
        Reconciled { changed, moved }
    }
}
