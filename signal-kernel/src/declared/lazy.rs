//! A computed value that nothing watches: computed by the first read after a change, through `&self`.
//!
//! Invariants: while `cell` is set the value is current; it is emptied, through `&mut self`, as soon as
//! something it depends on may have changed, and then everything that reads it is emptied too.
//! From `arm` to `close` there is an `apart`, and `past` is the state from before the batch: what is
//! computed half-way lives in `cell` and `apart`.
//!
//! Must not know: ranks, edges, the other nodes.

use super::{Payload, read::Panicked, slot::Caught, sweep::Sweep};
use crate::state::Change;
use std::{
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

/// A lazily computed value.
pub struct Lazy<T> {
    cell: OnceLock<Fresh<T>>,
    past: Past<T>,
    /// There is one while a batch is open that has touched this value.
    apart: Option<Box<Apart<T>>>,
}

/// What holds now.
#[derive(Debug)]
struct Fresh<T> {
    /// A new value, or none where the value from before still holds or the node is failed.
    value: Option<T>,
    /// When the value last changed, or how it failed: `PANICKED` or `BLOCKED`.
    changed_at: u64,
    /// When that was found out.
    revision: u64,
}

/// The body, or the comparison, panicked. In place of a time, so that who reads the value knows at once.
const PANICKED: u64 = u64::MAX;
/// A dependency is failed.
const BLOCKED: u64 = PANICKED - 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Panicked,
    Blocked,
}

/// The last good value and what is known of it.
#[derive(Debug)]
struct Past<T> {
    value: Option<T>,
    changed_at: u64,
    verified_at: u64,
    failure: Option<Failure>,
}

impl<T> Default for Past<T> {
    fn default() -> Self {
        Past {
            value: None,
            changed_at: 0,
            verified_at: 0,
            failure: None,
        }
    }
}

/// What a batch must know of a value it has touched.
#[derive(Debug)]
struct Apart<T> {
    /// How the state in `past` was current before the batch, if it was.
    held: Option<Held>,
    /// What the batch computed and outdated again. `None` inside means: the value in `past`.
    half_way: Option<Past<T>>,
}

/// That the state in `past` is current.
#[derive(Debug, Clone, Copy)]
struct Held {
    failure: Option<Failure>,
    revision: u64,
}

impl Held {
    fn cell<T>(self, past: &Past<T>) -> OnceLock<Fresh<T>> {
        OnceLock::from(match self.failure {
            Some(failure) => Fresh::failed(failure, self.revision),
            None => Fresh {
                value: None,
                changed_at: past.changed_at,
                revision: self.revision,
            },
        })
    }
}

impl<T> Fresh<T> {
    fn failed(failure: Failure, revision: u64) -> Self {
        let changed_at = match failure {
            Failure::Panicked => PANICKED,
            Failure::Blocked => BLOCKED,
        };
        Fresh {
            value: None,
            changed_at,
            revision,
        }
    }

    #[inline]
    fn failure(&self) -> Option<Failure> {
        match self.changed_at {
            PANICKED => Some(Failure::Panicked),
            BLOCKED => Some(Failure::Blocked),
            _ => None,
        }
    }
}

/// Prints as `_`: a value that was not asked for.
struct Unknown;

impl fmt::Debug for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("_")
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.peek() {
            Some(value) => value.fmt(formatter),
            None if self.is_failed() => Panicked.fmt(formatter),
            None => formatter.write_str("_"),
        }
    }
}

impl<T> Lazy<T> {
    /// A value that has not been asked for. The rule is not kept: it only tells the type.
    pub fn new(_same: fn(&T, &T) -> bool) -> Self {
        Lazy {
            cell: OnceLock::new(),
            past: Past::default(),
            apart: None,
        }
    }
}

impl<T> Lazy<T> {
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
        match self.cell.get()?.value {
            Some(ref value) => Some(value),
            None => self.peek_kept(),
        }
    }

    /// The value from before, if that is what holds.
    #[inline(never)]
    fn peek_kept(&self) -> Option<&T> {
        let fresh = self.cell.get()?;
        match fresh.failure() {
            None => self.kept(),
            Some(_) => None,
        }
    }

    /// When the value last changed, for who reads it: it is current.
    #[inline]
    pub fn changed_at(&self) -> u64 {
        self.cell.get().map_or(BLOCKED, |fresh| fresh.changed_at)
    }

    /// Brings the value up to date. `changed_at` is when the latest of its dependencies changed.
    ///
    /// Returns the panic of the body if this call ran it and it panicked.
    ///
    /// The body is a plain function so that there is one `force` for a type, not for each value.
    #[inline(never)]
    pub fn force<G>(
        &self,
        graph: &G,
        revision: u64,
        changed_at: u64,
        body: fn(&G) -> T,
        same: fn(&T, &T) -> bool,
    ) -> Option<Payload> {
        let mut run = Run {
            lazy: self,
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
    fn latest(&self) -> &Past<T> {
        let apart = self.apart.as_ref();
        let half_way = apart.and_then(|apart| apart.half_way.as_ref());
        half_way.unwrap_or(&self.past)
    }

    #[inline]
    fn kept(&self) -> Option<&T> {
        let apart = self.apart.as_ref();
        let half_way = apart.and_then(|apart| apart.half_way.as_ref());
        let half_way = half_way.and_then(|past| past.value.as_ref());
        half_way.or(self.past.value.as_ref())
    }

    /// It is current: a value or a failure.
    #[inline]
    pub(super) fn is_fresh(&self) -> bool {
        self.cell.get().is_some()
    }
}

/// What a value is to be computed with, and what else comes of it.
struct Run<'a, G, T> {
    lazy: &'a Lazy<T>,
    graph: &'a G,
    revision: u64,
    body: fn(&G) -> T,
    same: fn(&T, &T) -> bool,
    /// A value that gives way to the one from before.
    equal: Option<T>,
    panic: Option<Payload>,
}

impl<G, T> Run<'_, G, T> {
    #[inline]
    fn fresh(&mut self, changed_at: u64) -> Fresh<T> {
        let revision = self.revision;
        if changed_at >= BLOCKED {
            return Fresh::failed(Failure::Blocked, revision);
        }
        let latest = self.lazy.latest();
        let kept = self.lazy.kept();
        if changed_at <= latest.verified_at {
            match latest.failure {
                Some(Failure::Panicked) => return Fresh::failed(Failure::Panicked, revision),
                None if kept.is_some() => {
                    return Fresh {
                        value: None,
                        changed_at: latest.changed_at,
                        revision,
                    };
                }
                _ => {}
            }
        }
        let run = || {
            let value = (self.body)(self.graph); // user code
            // user code; what ends a failure counts as a change
            let equal = kept.is_some_and(|kept| (self.same)(kept, &value));
            (value, equal && latest.failure.is_none())
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok((value, false)) => Fresh {
                value: Some(value),
                changed_at: revision,
                revision,
            },
            Ok((value, true)) => {
                self.equal = Some(value);
                Fresh {
                    value: None,
                    changed_at: latest.changed_at,
                    revision,
                }
            }
            Err(payload) => {
                self.panic = Some(payload);
                Fresh::failed(Failure::Panicked, revision)
            }
        }
    }
}

/// A lazy value's state, whatever its type.
pub trait LazyState {
    /// It is current: a value or a failure.
    fn is_fresh(&self) -> bool;
    /// It is current, and failed.
    fn is_failed(&self) -> bool;
    /// Notes that a dependency is failed.
    fn block(&self, revision: u64);
}

impl<T> LazyState for Lazy<T> {
    fn is_fresh(&self) -> bool {
        self.is_fresh()
    }

    fn is_failed(&self) -> bool {
        self.cell
            .get()
            .is_some_and(|fresh| fresh.failure().is_some())
    }

    fn block(&self, revision: u64) {
        self.cell
            .get_or_init(|| Fresh::failed(Failure::Blocked, revision));
    }
}

impl<T> Lazy<T> {
    /// Something this value depends on may have changed. Unless it was outdated already, `marks` are nodes to be
    /// marked, and it returns that there may be more of them.
    #[inline(always)]
    pub fn outdate<const ONE: bool, const W: usize>(
        &mut self,
        marks: u64,
        sweep: &mut Sweep<'_, ONE, W>,
    ) -> bool {
        if mem::needs_drop::<T>() {
            let Some(old) = self.empty() else {
                return false;
            };
            sweep.outdated();
            sweep.committed(Change::TRANSITION);
            drop(old); // user code
        } else if self.is_emptied() {
            sweep.outdated();
            sweep.came_to(Change::TRANSITION);
        } else {
            return false;
        }
        sweep.mark(marks);
        true
    }

    /// As `empty`, where there is nothing to drop. Not inlined, for there are as many calls as lazy values.
    #[inline(never)]
    fn is_emptied(&mut self) -> bool {
        self.empty().is_some()
    }

    /// Empties the cell. Unless it is empty, returns what its value replaces.
    fn empty(&mut self) -> Option<Option<T>> {
        let fresh = self.cell.take()?;
        let Some(apart) = &mut self.apart else {
            return Some(self.past.take_in(fresh));
        };
        let half_way = apart.half_way.get_or_insert_with(|| Past {
            value: None,
            changed_at: self.past.changed_at,
            verified_at: self.past.verified_at,
            failure: self.past.failure,
        });
        Some(half_way.take_in(fresh))
    }
}

impl<T> Past<T> {
    /// Takes over what held until now; returns the value it replaces.
    #[inline]
    fn take_in(&mut self, fresh: Fresh<T>) -> Option<T> {
        self.verified_at = fresh.revision;
        self.failure = fresh.failure();
        self.changed_at = match self.failure {
            None => fresh.changed_at,
            Some(_) => fresh.revision,
        };
        match fresh.value {
            Some(value) => self.value.replace(value),
            None => None,
        }
    }
}

/// A lazy value as the batch sees it, whatever its type.
pub(crate) trait AnyLazy {
    /// A batch is about to outdate this value.
    fn arm(&mut self, panics: &mut Caught);
    /// The outermost batch ends. `tainted`: something this value depends on may have changed in the end;
    /// `stale`: what was computed half-way, if anything, does not hold any more. Returns whether a value
    /// that others may have been computed from is gone.
    fn close(&mut self, tainted: bool, stale: bool, panics: &mut Caught) -> bool;
}

/// A lazy value with its node's rule of equality: what `AnyLazy` needs to know.
pub(crate) struct LazyRef<'a, T> {
    /// The value.
    pub lazy: &'a mut Lazy<T>,
    /// The rule.
    pub same: fn(&T, &T) -> bool,
    /// The rule is `PartialEq`: of two equal values, either will do.
    pub exact: bool,
}

impl<T> AnyLazy for LazyRef<'_, T> {
    fn arm(&mut self, Caught(panics): &mut Caught) {
        let Lazy { cell, past, apart } = &mut *self.lazy;
        let held = cell.take().map(|fresh| {
            let held = Held {
                failure: fresh.failure(),
                revision: fresh.revision,
            };
            // The value moves to `past`, where nothing computed half-way replaces it.
            panics.discard(past.take_in(fresh));
            held
        });
        *cell = held.map_or_else(OnceLock::new, |held| held.cell(past));
        *apart = Some(Box::new(Apart {
            held,
            half_way: None,
        }));
    }

    fn close(&mut self, tainted: bool, stale: bool, Caught(panics): &mut Caught) -> bool {
        let Lazy { cell, past, apart } = &mut *self.lazy;
        let Some(apart) = apart.take() else {
            return false;
        };
        let Apart { held, half_way } = *apart;
        let half_way = half_way.and_then(|past| past.value);
        // What was computed half-way, `None` where that is the value in `past`; why it failed; since when it holds.
        let (computed, failure, since) = match cell.take() {
            None => (half_way, None, None),
            Some(fresh) => {
                let (failure, revision) = (fresh.failure(), fresh.revision);
                match fresh.value {
                    Some(value) => {
                        panics.discard(half_way);
                        (Some(value), failure, Some(revision))
                    }
                    None => (half_way, failure, Some(revision)),
                }
            }
        };
        let unchanged = match (&computed, &past.value) {
            _ if failure.is_some() || past.failure.is_some() => false,
            (None, _) => true,
            (Some(_), None) => false,
            // user code; a comparison that panics has not found the values equal
            (Some(computed), Some(value)) => {
                panics.catch(|| (self.same)(value, computed)) == Some(true)
            }
        };
        let (gone, dropped) = match (held, since) {
            (Some(held), _) if !tainted => {
                *cell = held.cell(past);
                let same = match (held.failure.is_some(), failure.is_some()) {
                    (false, false) => unchanged && (self.exact || computed.is_none()),
                    (before, half_way) => before && half_way,
                };
                (!same, computed)
            }
            (_, Some(revision)) if !stale => {
                // An equal value by a rule of the node's own gives way to the one from before.
                let gone = unchanged && !self.exact && computed.is_some();
                let mut dropped = computed;
                if failure.is_none() {
                    past.verified_at = revision;
                    past.failure = None;
                    if !unchanged {
                        past.changed_at = revision;
                        mem::swap(&mut past.value, &mut dropped);
                    }
                }
                *cell = Held { failure, revision }.cell(past);
                (gone, dropped)
            }
            // Nothing is current any more, so nothing that reads this may be.
            _ => (true, computed),
        };
        panics.discard(dropped);
        gone
    }
}
