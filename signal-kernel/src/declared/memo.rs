//! The memo of a computed value that is not needed: the first read after a change computes it, through `&self`.
//!
//! Invariants: while `cell` is full the value is current. A change of a dependency empties the cell, through
//! `&mut self`, and then the cells of all dependents. The thread that fills the cell also writes the stamp, before the cell
//! is full. While `batch` is there, `previous` is the value from before the batch, and `cell` and `batch` have
//! provisional values.
//!
//! Must not know: ranks, edges, the other nodes.

use super::{
    computing, failed,
    pass::Pass,
    visit::{AnyMemo, DeclaredGraph, MemoState, NetChange, NodeRef, Payload, Visitor},
};
use crate::{
    panics::{FirstPanic, judge},
    provisional::has_changed,
    task::state::Change,
};
use std::{
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// A lazily computed value.
pub struct Memo<T> {
    /// A new value; `None` if the value in `previous` is current, or if the node is failed.
    cell: OnceLock<Option<T>>,
    /// The last good value before the one in the cell.
    previous: Option<T>,
    stamp: Stamp,
    /// The state from before the open batch, if that has read this value.
    batch: Option<Box<BatchState<T>>>,
}

/// The outcome of the last check. It is not in `cell`, because the content of an emptied cell moves out.
#[derive(Debug, Default)]
struct Stamp {
    /// The revision of the last change, or the way of the failure: `PANICKED` or `BLOCKED`.
    changed_at: AtomicU64,
    /// The revision of the last check; for a failed value `FAILED` is added.
    verified_at: AtomicU64,
}

/// The body or the comparison has panicked. This stands in place of the revision of a change, so a reader needs no
/// second look.
const PANICKED: u64 = u64::MAX;
/// A dependency is failed. This stands in place of a revision too.
const BLOCKED: u64 = PANICKED - 1;
/// Added to `verified_at` of a failed value. No change is later than that, so a good value needs no test for failure.
const FAILED: u64 = 1 << 63;

impl Clone for Stamp {
    fn clone(&self) -> Self {
        Stamp {
            changed_at: AtomicU64::new(self.changed_at()),
            verified_at: AtomicU64::new(self.verified_at()),
        }
    }
}

impl Stamp {
    // `Relaxed`: a reader has found the cell full, so it sees all writes from before the cell was filled.
    #[inline]
    fn changed_at(&self) -> u64 {
        self.changed_at.load(Ordering::Relaxed)
    }

    #[inline]
    fn verified_at(&self) -> u64 {
        self.verified_at.load(Ordering::Relaxed)
    }

    #[inline]
    fn is_failed(&self) -> bool {
        self.changed_at() >= BLOCKED
    }

    /// Notes a failure.
    #[inline]
    fn fail(&self, failure: u64, at: u64) {
        self.set(failure, FAILED + at);
    }

    /// Notes a new value.
    #[inline]
    fn set(&self, changed_at: u64, at: u64) {
        self.changed_at.store(changed_at, Ordering::Relaxed);
        self.keep(at);
    }

    /// Notes that the value from before is still current.
    #[inline]
    fn keep(&self, at: u64) {
        self.verified_at.store(at, Ordering::Relaxed);
    }
}

/// The state of a memo that was read inside the open batch.
#[derive(Debug)]
struct BatchState<T> {
    /// The stamp from before the batch.
    baseline: Stamp,
    /// The memo was current before the batch.
    was_current: bool,
    /// The last provisional value that is not in the cell any more, unless that is equal to the value in `previous`.
    provisional: Option<T>,
}

impl<T: fmt::Debug> fmt::Debug for Memo<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.peek() {
            Some(value) => value.fmt(formatter),
            None if self.is_failed() => failed::PANICKED.fmt(formatter),
            None => failed::UNKNOWN.fmt(formatter),
        }
    }
}

impl<T> Memo<T> {
    /// A memo without a value. The rule is not kept: it only tells the type.
    pub fn new(_same: fn(&T, &T) -> bool) -> Self {
        Memo {
            cell: OnceLock::new(),
            previous: None,
            stamp: Stamp::default(),
            batch: None,
        }
    }

    /// The value for `Debug`, or a placeholder for it. No body runs.
    pub fn to_print(&self, print: fn(&T) -> &dyn fmt::Debug) -> &dyn fmt::Debug {
        match self.peek() {
            Some(value) => print(value),
            None if self.is_failed() => &failed::PANICKED,
            None => &failed::UNKNOWN,
        }
    }

    /// The value, for a body that reads it. The engine runs a body only if all values that it reads are current.
    #[inline]
    pub fn current(&self) -> &T {
        match self.peek() {
            Some(value) => value,
            None => not_current(),
        }
    }

    /// The value, if it is current and not failed.
    #[inline]
    pub fn peek(&self) -> Option<&T> {
        match self.cell.get()? {
            Some(value) => Some(value),
            None => self.peek_kept(),
        }
    }

    /// The value of the last run, if a check has found it current.
    #[inline(never)]
    fn peek_kept(&self) -> Option<&T> {
        match self.stamp.is_failed() {
            true => None,
            false => self.kept(),
        }
    }

    /// The revision of the last change of the current value.
    #[inline]
    pub fn changed_at(&self) -> u64 {
        self.stamp.changed_at()
    }

    /// Brings the value up to date. `changed_at` is the latest revision at which a dependency has changed.
    ///
    /// Returns the panic of the body if this call ran it and it panicked; the graph keeps the text of that.
    ///
    /// The body is a plain function so that there is one `compute` for a type, not for each value.
    #[inline(never)]
    pub fn compute<G: DeclaredGraph<W>, const W: usize>(
        &self,
        graph: &G,
        revision: u64,
        changed_at: u64,
        body: fn(&G) -> T,
        same: fn(&T, &T) -> bool,
    ) -> Option<Payload> {
        computing::at(ptr::from_ref(self).addr());
        let mut run = Run {
            memo: self,
            graph,
            revision,
            body,
            same,
            equal: None,
            panic: None,
        };
        self.cell.get_or_init(|| run.fresh(changed_at));
        let Run { equal, panic, .. } = run;
        if mem::needs_drop::<T>() {
            // user code: a panic of this drop does not make the kept value a failed one
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(equal))) {
                return Some(payload);
            }
        }
        panic
    }

    #[inline]
    fn kept(&self) -> Option<&T> {
        let batch = self.batch.as_ref();
        let provisional = batch.and_then(|batch| batch.provisional.as_ref());
        provisional.or(self.previous.as_ref())
    }

    /// Is it current, as a value or as a failure?
    #[inline]
    pub(super) fn is_fresh(&self) -> bool {
        self.cell.get().is_some()
    }
}

#[cold]
fn not_current() -> ! {
    unreachable!("a body runs only when all it reads is current")
}

/// The inputs of a run, and its results besides the value.
struct Run<'a, G, T> {
    memo: &'a Memo<T>,
    graph: &'a G,
    revision: u64,
    body: fn(&G) -> T,
    same: fn(&T, &T) -> bool,
    /// The new value, if it is equal to the one from before, which stays.
    equal: Option<T>,
    panic: Option<Payload>,
}

impl<G, T> Run<'_, G, T> {
    /// Is a failed value still failed? It is if no dependency has changed since its body panicked.
    #[cold]
    #[inline(never)]
    fn is_failed_still<const W: usize>(&self, changed_at: u64) -> bool
    where
        G: DeclaredGraph<W>,
    {
        let stamp = &self.memo.stamp;
        let still = stamp.changed_at() == PANICKED && changed_at <= stamp.verified_at() - FAILED;
        if still {
            stamp.fail(PANICKED, self.revision);
        } else {
            failed::forget_cause(self.graph, ptr::from_ref(self.memo).addr());
        }
        still
    }

    /// Notes that the body has panicked.
    #[cold]
    #[inline(never)]
    fn fail<const W: usize>(&mut self, payload: Payload)
    where
        G: DeclaredGraph<W>,
    {
        // Before the cell is full: a thread that finds it full knows the text.
        failed::note_cause(self.graph, ptr::from_ref(self.memo).addr(), &payload);
        self.memo.stamp.fail(PANICKED, self.revision);
        self.panic = Some(payload);
    }

    /// Computes the content of the cell.
    #[inline]
    fn fresh<const W: usize>(&mut self, changed_at: u64) -> Option<T>
    where
        G: DeclaredGraph<W>,
    {
        let (stamp, revision) = (&self.memo.stamp, self.revision);
        if changed_at >= BLOCKED {
            stamp.fail(BLOCKED, revision);
            return None;
        }
        let kept = self.memo.kept();
        if changed_at <= stamp.verified_at() {
            if stamp.is_failed() {
                if self.is_failed_still(changed_at) {
                    return None;
                }
            } else if kept.is_some() {
                stamp.keep(revision);
                return None;
            }
        }
        let run = || {
            let value = (self.body)(self.graph); // user code
            // user code; the end of a failure counts as a change
            let (equal, value) = judge(value, |value| {
                kept.is_some_and(|kept| (self.same)(kept, value))
            });
            (value, equal && !stamp.is_failed())
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok((value, false)) => {
                stamp.set(revision, revision);
                Some(value)
            }
            Ok((value, true)) => {
                stamp.keep(revision);
                self.equal = Some(value);
                None
            }
            Err(payload) => {
                self.fail(payload);
                None
            }
        }
    }
}

impl<T> MemoState for Memo<T> {
    fn is_fresh(&self) -> bool {
        self.is_fresh()
    }

    fn is_failed(&self) -> bool {
        self.is_fresh() && self.stamp.is_failed()
    }

    fn changed_at(&self) -> u64 {
        self.changed_at()
    }

    fn block(&self, revision: u64) {
        self.cell.get_or_init(|| {
            self.stamp.fail(BLOCKED, revision);
            None
        });
    }
}

impl<T> Memo<T> {
    /// Shows this memo to the visitor, with the rule of equality of its node.
    #[inline(never)]
    pub fn accept(&mut self, visitor: &mut Visitor<'_>, same: fn(&T, &T) -> bool) {
        visitor.other(NodeRef::Memo(&mut MemoRef { memo: self, same }));
    }

    /// Notes that a dependency may have changed. If the memo was current, marks `marks` and returns true: the caller
    /// then marks the dependents in other words.
    #[inline(always)]
    pub fn invalidate<const MODE: u8, const W: usize>(
        &mut self,
        marks: u64,
        pass: &mut Pass<'_, MODE, W>,
    ) -> bool {
        if mem::needs_drop::<T>() {
            let Some(old) = self.empty() else {
                return false;
            };
            pass.note_stale();
            pass.committed(Change::TRANSITION);
            drop(old); // user code
        } else if self.is_emptied() {
            pass.note_stale();
            pass.came_to(Change::TRANSITION);
        } else {
            return false;
        }
        pass.mark(marks);
        true
    }

    /// As `empty`, for a type that needs no drop. Not inlined, because a graph has as many calls as lazy values.
    #[inline(never)]
    fn is_emptied(&mut self) -> bool {
        self.empty().is_some()
    }

    /// Empties the cell. Returns the value that is replaced, or `None` if the cell was empty.
    fn empty(&mut self) -> Option<Option<T>> {
        let Some(value) = self.cell.take()? else {
            return Some(None);
        };
        let replaced = match &mut self.batch {
            None => &mut self.previous,
            Some(batch) => &mut batch.provisional,
        };
        Some(replaced.replace(value))
    }
}

/// A memo with the rule of equality of its node.
struct MemoRef<'a, T> {
    memo: &'a mut Memo<T>,
    same: fn(&T, &T) -> bool,
}

impl<T> AnyMemo for MemoRef<'_, T> {
    fn save_baseline(&mut self, panics: &mut FirstPanic) {
        let Memo {
            cell,
            previous,
            stamp,
            batch,
        } = &mut *self.memo;
        *batch = Some(Box::new(BatchState {
            baseline: stamp.clone(),
            was_current: cell.get().is_some(),
            provisional: None,
        }));
        if let Some(value) = cell.take() {
            *cell = OnceLock::from(None);
            if value.is_some() {
                // In `previous` no provisional value replaces it.
                panics.discard(mem::replace(previous, value)); // user code
            }
        }
    }

    fn reconcile(&mut self, due: bool, stale: bool, panics: &mut FirstPanic) -> NetChange {
        let Some(batch) = self.memo.batch.take() else {
            return NetChange::default();
        };
        let BatchState {
            baseline,
            was_current,
            mut provisional,
        } = *batch;
        let value = self.memo.cell.take();
        let unchanged = was_current && !due && !baseline.is_failed();
        let holds = !unchanged && !stale && value.is_some();
        if let Some(value) = value.flatten() {
            panics.discard(provisional.replace(value)); // user code
        }
        if holds {
            self.accept(&baseline, provisional, panics)
        } else {
            self.restore(baseline, unchanged, provisional, panics)
        }
    }
}

impl<T> MemoRef<'_, T> {
    /// Goes back to the state from before the batch. It is current again if it is `unchanged`; else the next read
    /// verifies it.
    fn restore(
        &mut self,
        baseline: Stamp,
        unchanged: bool,
        provisional: Option<T>,
        panics: &mut FirstPanic,
    ) -> NetChange {
        let Memo { cell, stamp, .. } = &mut *self.memo;
        let is_failed = stamp.is_failed();
        let was_failed = baseline.is_failed();
        *stamp = baseline;
        if unchanged {
            *cell = OnceLock::from(None);
        }
        if was_failed {
            // The text of that panic is forgotten: the next read runs the body again.
            stamp.fail(BLOCKED, 0);
        }
        let moved = !unchanged || is_failed || provisional.is_some();
        panics.discard(provisional); // user code
        NetChange {
            changed: !unchanged,
            moved,
        }
    }

    /// The provisional state holds. If its value is equal to the one from before the batch, that one stays, with its
    /// version.
    fn accept(
        &mut self,
        baseline: &Stamp,
        mut provisional: Option<T>,
        panics: &mut FirstPanic,
    ) -> NetChange {
        let Memo {
            cell,
            previous,
            stamp,
            ..
        } = &mut *self.memo;
        let is_equal = match (&provisional, &*previous) {
            (None, _) => true,
            (Some(_), None) => false,
            // user code; a comparison that panics has not found the values equal
            (Some(value), Some(before)) => {
                panics.catch(|| (self.same)(before, value)) == Some(true)
            }
        };
        let is_failed = stamp.is_failed();
        let changed = has_changed(baseline.is_failed(), is_failed, is_equal);
        let moved = !changed && provisional.is_some();
        if changed && !is_failed {
            mem::swap(previous, &mut provisional);
        } else if !is_failed {
            stamp.set(baseline.changed_at(), stamp.verified_at());
        }
        *cell = OnceLock::from(None);
        panics.discard(provisional); // user code
        NetChange { changed, moved }
    }
}
