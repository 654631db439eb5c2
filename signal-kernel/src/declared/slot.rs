//! Where a signal or an eagerly settled computed value lives, with what a batch must remember of it.
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
use std::{
    fmt, mem,
    sync::{Mutex, PoisonError},
};

/// When a node last changed. Only nodes that a lazy value reads keep a real one (`u64`); for all others it is `()`.
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

/// What an open batch remembers of one slot. Kept allocated from one batch to the next.
#[derive(Debug)]
struct Log<T, V> {
    /// Signals: where in `Core::touched` the slot stands. If it does not, what this log says is of another batch.
    at: u32,
    /// Signals: the version from before the batch.
    origin: V,
    /// The value from before the batch, if it is known and another one.
    before: Option<T>,
    /// Signals: the way back to before each open transaction.
    entries: Vec<Entry<T>>,
    /// Signals: an `update` was made whose old value is not known, so this batch has changed the value.
    touched: bool,
    /// Computed values: the state from before the batch, if a read in it has computed the value again.
    baseline: Option<Baseline<V>>,
}

/// How the transaction at `level` takes its writes back: it restores `value`, then runs `undos` from the last to the
/// first.
#[derive(Debug)]
struct Entry<T> {
    level: u32,
    /// The value from before a write, or before an update that made a copy. Nothing that comes later is noted.
    value: Option<T>,
    /// For the updates before that.
    undos: Vec<Undo<T>>,
    /// `touched` as it was when this entry was made.
    touched: bool,
}

/// Takes one update back. The mutex is never locked: it makes the graph `Sync`, whatever the closure has captured.
struct Undo<T>(Mutex<Box<dyn FnOnce(&mut T) + Send>>);

impl<T> Undo<T> {
    fn run(self, value: &mut T) {
        let undo = self.0.into_inner();
        undo.unwrap_or_else(PoisonError::into_inner)(value); // user code
    }
}

/// Drops what an entry holds, each value on its own.
fn discard_entry<T>(value: Option<T>, undos: Vec<Undo<T>>, panics: &mut FirstPanic) {
    panics.discard(value); // user code
    for undo in undos {
        panics.discard(undo); // user code
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
            touched: false,
            baseline: None,
        })
    }

    /// The entry of the transaction at `level`, if it has written this signal.
    fn entry(&mut self, level: u32) -> Option<&mut Entry<T>> {
        self.entries.last_mut().filter(|entry| entry.level == level)
    }

    fn pop_at(&mut self, level: u32) -> Option<Entry<T>> {
        self.entry(level)?;
        self.entries.pop()
    }

    /// Does the transaction at `level` know the value to go back to?
    fn has_value(&self, level: u32) -> bool {
        let last = self.entries.last();
        last.is_some_and(|entry| entry.level == level && entry.value.is_some())
    }

    /// The entry of the transaction at `level`, a new one if there is none. `touched` is for a new one. Returns also
    /// whether it is new.
    fn entry_or_new(&mut self, level: u32, touched: bool) -> (&mut Entry<T>, bool) {
        let is_new = self.entry(level).is_none();
        if is_new {
            self.entries.push(Entry {
                level,
                value: None,
                undos: Vec::new(),
                touched,
            });
        }
        let last = self.entries.len() - 1;
        (&mut self.entries[last], is_new)
    }

    /// A closure has panicked while it changed the value. Only a kept value leads back to the value from before: every
    /// rollback that comes earlier leaves a change.
    fn lose_way_back(&mut self) {
        self.touched = true;
        for entry in self.entries.iter_mut().rev() {
            if entry.value.is_some() {
                break;
            }
            entry.touched = true;
        }
    }

    /// Keeps the value from before a write in the transaction at `level`, unless that has an earlier one.
    fn keep<const W: usize>(&mut self, core: &mut Core<W>, position: usize, level: u32, old: T) {
        let (entry, is_new) = self.entry_or_new(level, self.touched);
        if is_new {
            core.undoable(position);
        }
        if entry.value.is_none() {
            entry.value = Some(old);
        }
        // user code: the drop of `old`, where there is an earlier value
    }
}

/// Where in the nesting of transactions a write is made, and the revision it makes.
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

    /// The new result of a computed value's body. If it is another than the one before, `marks` are nodes to be
    /// marked, and it returns that there may be more of them.
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
        // What is written once has been found to differ already.
        let sure = level == 0 && !mem::needs_drop::<T>();
        let log = self.note(core, position, revision, sure);
        if level > 0 {
            log.keep(core, position, level, old);
        } else if log.before.is_some() || log.touched {
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
        if let Some(copy) = copy {
            log.keep(core, position, level, copy);
        }
        log.touched = true;
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
        let touched = mem::replace(&mut log.touched, true);
        let mut panics = FirstPanic::default();
        let result = panics.catch(|| change(&mut self.value)); // user code
        match &mut self.log {
            Some(log) if level > 0 && result.is_some() && !log.has_value(level) => {
                let (entry, is_new) = log.entry_or_new(level, touched);
                entry.undos.push(Undo(Mutex::new(Box::new(undo))));
                if is_new {
                    core.undoable(position);
                }
            }
            Some(log) if result.is_none() => {
                log.lose_way_back();
                panics.discard(undo);
            }
            _ => panics.discard(undo),
        }
        panics.result(result)
    }

    /// Notes a write inside a batch. `sure` says that if this batch makes no other to this signal, it has
    /// changed and nothing has to be dropped in the end.
    fn note<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        revision: u64,
        sure: bool,
    ) -> &mut Log<T, V> {
        let log = self.log.get_or_insert_with(Log::new);
        if !core.written_again(position, log.at) {
            log.at = core.written(position, sure);
            log.origin = self.version;
            log.before = None;
            log.touched = false;
        }
        self.version.note_change(revision);
        log
    }
}

/// A slot as the batch sees it, whatever its type.
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

/// What a batch came to for one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    /// Nothing is left of what it wrote.
    Untouched,
    /// The value was equal to the one from before the batch; the signal has that one again.
    PutBack,
    /// The value is another one.
    Changed,
}

/// A slot with its node's rule of equality: what `AnySlot` needs to know.
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
            return Finished::Untouched;
        };
        let mut old = log.before.take();
        let unchanged = match &old {
            _ if log.touched => false,
            None => true, // all it wrote was taken back
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
            (true, false) => Finished::Untouched,
        }
    }
}

impl<T, V: Version> AnySlot for SlotRef<'_, T, V> {
    fn roll_back(&mut self, write: Write, panics: &mut FirstPanic) {
        let Some(log) = &mut self.slot.log else {
            return;
        };
        let Some(entry) = log.pop_at(write.level) else {
            return;
        };
        log.touched = entry.touched;
        self.slot.version.note_change(write.revision);
        if let Some(value) = entry.value {
            panics.discard(mem::replace(&mut self.slot.value, value));
        }
        for undo in entry.undos.into_iter().rev() {
            let undone = panics.catch(|| undo.run(&mut self.slot.value)); // user code
            if undone.is_none() {
                log.lose_way_back();
            }
        }
    }

    fn hand_up(&mut self, level: u32, panics: &mut FirstPanic) -> bool {
        let Some(log) = &mut self.slot.log else {
            return false;
        };
        let Some(entry) = log.pop_at(level) else {
            return false;
        };
        let outer = level - 1;
        let Entry {
            value,
            undos,
            touched,
            ..
        } = entry;
        if outer == 0 {
            // After an update outside the transaction, or one that made no copy, the signal has changed.
            if log.before.is_some() || touched || !undos.is_empty() {
                discard_entry(value, undos, panics);
            } else {
                log.before = value;
            }
            return false;
        }
        let (around, is_new) = log.entry_or_new(outer, touched);
        if around.value.is_some() {
            discard_entry(value, undos, panics);
        } else {
            around.value = value;
            around.undos.extend(undos);
        }
        is_new
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
