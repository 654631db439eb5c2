//! A computed value that nothing watches: computed by the first read after a change, through `&self`.
//!
//! Invariants: while `cell` is set the value is current; it is emptied, through `&mut self`, as soon as
//! something it depends on may have changed, and then everything that reads it is emptied too. `found` is
//! written by who fills `cell`, while he does. From `arm` to `close` there is an `apart`, and `past` is the
//! value from before the batch: what is computed half-way lives in `cell` and `apart`.
//!
//! Must not know: ranks, edges, the other nodes.

use super::{
    DeclaredGraph, Payload, computing,
    pass::Pass,
    read::{self, Panicked},
};
use crate::{
    panics::{FirstPanic, judge},
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
    /// A new value, or none where the value from before still holds or the node is failed.
    cell: OnceLock<Option<T>>,
    /// The last good value of those before.
    past: Option<T>,
    found: Found,
    /// There is one while a batch is open that has touched this value.
    apart: Option<Box<Apart<T>>>,
}

/// What was found out last. Not in `cell`, whose content moves when it is emptied.
#[derive(Debug, Default)]
struct Found {
    /// When the value last changed, or how it failed: `PANICKED` or `BLOCKED`.
    changed_at: AtomicU64,
    /// When that was found out; `FAILED` and more where it failed.
    at: AtomicU64,
}

/// The body, or the comparison, panicked. In place of the time of a change, so that each reader of the value knows at
/// once.
const PANICKED: u64 = u64::MAX;
/// A dependency is failed.
const BLOCKED: u64 = PANICKED - 1;
/// Is added to `at` where the value is failed: no change is later, so that only failed values are asked for more.
const FAILED: u64 = 1 << 63;

impl Found {
    fn new(changed_at: u64, at: u64) -> Self {
        Found {
            changed_at: AtomicU64::new(changed_at),
            at: AtomicU64::new(at),
        }
    }

    // Whoever reads the value knows that `cell` is set, and so sees what was written before that.
    #[inline]
    fn changed_at(&self) -> u64 {
        self.changed_at.load(Ordering::Relaxed)
    }

    #[inline]
    fn at(&self) -> u64 {
        self.at.load(Ordering::Relaxed)
    }

    #[inline]
    fn is_failed(&self) -> bool {
        self.changed_at() >= BLOCKED
    }

    /// The node is failed.
    #[inline]
    fn fail(&self, failure: u64, at: u64) {
        self.set(failure, FAILED + at);
    }

    /// The value is a new one.
    #[inline]
    fn set(&self, changed_at: u64, at: u64) {
        self.changed_at.store(changed_at, Ordering::Relaxed);
        self.keep(at);
    }

    /// What held still does.
    #[inline]
    fn keep(&self, at: u64) {
        self.at.store(at, Ordering::Relaxed);
    }
}

/// What a batch must know of a value it has touched.
#[derive(Debug)]
struct Apart<T> {
    /// What had been found before the batch.
    before: Found,
    /// The value was current before the batch.
    held: bool,
    /// What the batch computed and outdated again, unless that is the value in `past`.
    half_way: Option<T>,
}

/// Prints as `_`: a value that was not asked for.
struct Unknown;

impl fmt::Debug for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("_")
    }
}

impl<T: fmt::Debug> fmt::Debug for Memo<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.peek() {
            Some(value) => value.fmt(formatter),
            None if self.is_failed() => Panicked.fmt(formatter),
            None => formatter.write_str("_"),
        }
    }
}

impl<T> Memo<T> {
    /// A value that has not been asked for. The rule is not kept: it only tells the type.
    pub fn new(_same: fn(&T, &T) -> bool) -> Self {
        Memo {
            cell: OnceLock::new(),
            past: None,
            found: Found::default(),
            apart: None,
        }
    }
}

impl<T> Memo<T> {
    /// The value for `Debug`, or what is to be printed instead of it; runs no body.
    pub fn to_print(&self, print: fn(&T) -> &dyn fmt::Debug) -> &dyn fmt::Debug {
        match self.peek() {
            Some(value) => print(value),
            None if self.is_failed() => &Panicked,
            None => &Unknown,
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

    /// The value from before, if that is what holds.
    #[inline(never)]
    fn peek_kept(&self) -> Option<&T> {
        match self.found.is_failed() {
            true => None,
            false => self.kept(),
        }
    }

    /// When the value last changed, for who reads it: it is current.
    #[inline]
    pub fn changed_at(&self) -> u64 {
        self.found.changed_at()
    }

    /// Brings the value up to date. `changed_at` is when the latest of its dependencies changed.
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
            // user code: what comes of dropping it says nothing about the value that is kept
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(equal))) {
                return Some(payload);
            }
        }
        panic
    }

    #[inline]
    fn kept(&self) -> Option<&T> {
        let apart = self.apart.as_ref();
        let half_way = apart.and_then(|apart| apart.half_way.as_ref());
        half_way.or(self.past.as_ref())
    }

    /// It is current: a value or a failure.
    #[inline]
    pub(super) fn is_fresh(&self) -> bool {
        self.cell.get().is_some()
    }
}

/// What a value is to be computed with, and what else comes of it.
struct Run<'a, G, T> {
    memo: &'a Memo<T>,
    graph: &'a G,
    revision: u64,
    body: fn(&G) -> T,
    same: fn(&T, &T) -> bool,
    /// A value that gives way to the one from before.
    equal: Option<T>,
    panic: Option<Payload>,
}

impl<G, T> Run<'_, G, T> {
    /// The value was failed: has nothing changed since its body panicked? If something has, it is tried again.
    #[cold]
    #[inline(never)]
    fn is_failed_still<const W: usize>(&self, changed_at: u64) -> bool
    where
        G: DeclaredGraph<W>,
    {
        let found = &self.memo.found;
        let still = found.changed_at() == PANICKED && changed_at <= found.at() - FAILED;
        if still {
            found.fail(PANICKED, self.revision);
        } else {
            read::forget_cause(self.graph, ptr::from_ref(self.memo).addr());
        }
        still
    }

    /// The body has panicked.
    #[cold]
    #[inline(never)]
    fn fail<const W: usize>(&mut self, payload: Payload)
    where
        G: DeclaredGraph<W>,
    {
        // The cell is not filled yet: threads that find it so know the text.
        read::note_cause(self.graph, ptr::from_ref(self.memo).addr(), &payload);
        self.memo.found.fail(PANICKED, self.revision);
        self.panic = Some(payload);
    }

    /// What to fill the cell with.
    #[inline]
    fn fresh<const W: usize>(&mut self, changed_at: u64) -> Option<T>
    where
        G: DeclaredGraph<W>,
    {
        let (found, revision) = (&self.memo.found, self.revision);
        if changed_at >= BLOCKED {
            found.fail(BLOCKED, revision);
            return None;
        }
        let kept = self.memo.kept();
        if changed_at <= found.at() {
            if found.is_failed() {
                if self.is_failed_still(changed_at) {
                    return None;
                }
            } else if kept.is_some() {
                found.keep(revision);
                return None;
            }
        }
        let run = || {
            let value = (self.body)(self.graph); // user code
            // user code; what ends a failure counts as a change
            let (equal, value) = judge(value, |value| {
                kept.is_some_and(|kept| (self.same)(kept, value))
            });
            (value, equal && !found.is_failed())
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok((value, false)) => {
                found.set(revision, revision);
                Some(value)
            }
            Ok((value, true)) => {
                found.keep(revision);
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

/// A lazy value's state, whatever its type.
pub trait MemoState {
    /// It is current: a value or a failure.
    fn is_fresh(&self) -> bool;
    /// It is current, and failed.
    fn is_failed(&self) -> bool;
    /// Notes that a dependency is failed.
    fn block(&self, revision: u64);
}

impl<T> MemoState for Memo<T> {
    fn is_fresh(&self) -> bool {
        self.is_fresh()
    }

    fn is_failed(&self) -> bool {
        self.is_fresh() && self.found.is_failed()
    }

    fn block(&self, revision: u64) {
        self.cell.get_or_init(|| {
            self.found.fail(BLOCKED, revision);
            None
        });
    }
}

impl<T> Memo<T> {
    /// Something this value depends on may have changed. Unless it was outdated already, `marks` are nodes to be
    /// marked, and it returns that there may be more of them.
    #[inline(always)]
    pub fn invalidate<const SINGLE: bool, const W: usize>(
        &mut self,
        marks: u64,
        pass: &mut Pass<'_, SINGLE, W>,
    ) -> bool {
        if mem::needs_drop::<T>() {
            let Some(old) = self.empty() else {
                return false;
            };
            pass.outdated();
            pass.committed(Change::TRANSITION);
            drop(old); // user code
        } else if self.is_emptied() {
            pass.outdated();
            pass.came_to(Change::TRANSITION);
        } else {
            return false;
        }
        pass.mark(marks);
        true
    }

    /// As `empty`, where there is nothing to drop. Not inlined, for there are as many calls as lazy values.
    #[inline(never)]
    fn is_emptied(&mut self) -> bool {
        self.empty().is_some()
    }

    /// Empties the cell. Unless it is empty, returns what its value replaces.
    fn empty(&mut self) -> Option<Option<T>> {
        let Some(value) = self.cell.take()? else {
            return Some(None);
        };
        let past = match &mut self.apart {
            None => &mut self.past,
            Some(apart) => &mut apart.half_way,
        };
        Some(past.replace(value))
    }
}

/// A lazy value as the batch sees it, whatever its type.
pub(crate) trait AnyMemo {
    /// A batch is about to outdate this value.
    fn arm(&mut self, panics: &mut FirstPanic);
    /// The outermost batch ends. `tainted`: something this value depends on may have changed in the end;
    /// `stale`: what was computed half-way, if anything, does not hold any more.
    fn close(&mut self, tainted: bool, stale: bool, panics: &mut FirstPanic) -> Closed;
}

/// The outcome of a batch for a lazy value.
#[derive(Default)]
pub(crate) struct Closed {
    /// A value that others may have been computed from is gone.
    pub(super) gone: bool,
    /// The findings from before the batch hold again.
    pub(super) restored: bool,
}

/// A lazy value with its node's rule of equality: what `AnyMemo` needs to know.
pub(crate) struct MemoRef<'a, T> {
    /// The value.
    pub memo: &'a mut Memo<T>,
    /// The rule.
    pub same: fn(&T, &T) -> bool,
    /// The rule is `PartialEq`: of two equal values, either will do.
    pub exact: bool,
}

impl<T> AnyMemo for MemoRef<'_, T> {
    fn arm(&mut self, panics: &mut FirstPanic) {
        let Memo {
            cell,
            past,
            found,
            apart,
        } = &mut *self.memo;
        let held = cell.take();
        *apart = Some(Box::new(Apart {
            before: Found::new(found.changed_at(), found.at()),
            held: held.is_some(),
            half_way: None,
        }));
        if let Some(value) = held {
            *cell = OnceLock::from(None);
            if value.is_some() {
                // It moves to `past`, where nothing computed half-way replaces it.
                panics.discard(mem::replace(past, value));
            }
        }
    }

    fn close(&mut self, tainted: bool, stale: bool, panics: &mut FirstPanic) -> Closed {
        let Memo {
            cell,
            past,
            found,
            apart,
        } = &mut *self.memo;
        let Some(apart) = apart.take() else {
            return Closed::default();
        };
        let Apart {
            before,
            held,
            half_way,
        } = *apart;
        let value = cell.take();
        let (current, at) = (value.is_some(), found.at());
        let (was_failed, is_failed) = (before.is_failed(), current && found.is_failed());
        // What was computed half-way, `None` where that is the value in `past`.
        let computed = match value.flatten() {
            Some(value) => {
                panics.discard(half_way);
                Some(value)
            }
            None => half_way,
        };
        let unchanged = match (&computed, &*past) {
            _ if was_failed || is_failed => false,
            (None, _) => true,
            (Some(_), None) => false,
            // user code; a comparison that panics has not found the values equal
            (Some(computed), Some(value)) => {
                panics.catch(|| (self.same)(value, computed)) == Some(true)
            }
        };
        let mut dropped = computed;
        let mut restored = true;
        let gone = if held && !tainted {
            *cell = OnceLock::from(None);
            *found = before;
            match (was_failed, is_failed) {
                (false, false) => !(unchanged && (self.exact || dropped.is_none())),
                (was, is) => !(was && is),
            }
        } else if current && !stale {
            restored = false;
            *cell = OnceLock::from(None);
            // An equal value by a rule of the node's own gives way to the one from before.
            let gone = unchanged && !self.exact && dropped.is_some();
            if unchanged {
                *found = Found::new(before.changed_at(), at);
            } else if !is_failed {
                *found = Found::new(at, at);
                mem::swap(past, &mut dropped);
            }
            gone
        } else {
            // Nothing is current any more, so nothing that reads this may be.
            *found = before;
            true
        };
        panics.discard(dropped);
        Closed { gone, restored }
    }
}
