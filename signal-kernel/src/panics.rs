//! Panics of user code that are held back until the graph has come to rest.
//!
//! Invariant: the first panic goes on to the caller; later panics are dropped.
//!
//! Must not know: graphs, nodes, batches.

use std::{
    any::Any,
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
};

/// Collects panics and lets the first one go on when all other work is done (R8).
#[derive(Default)]
pub struct FirstPanic(Option<Box<dyn Any + Send>>);

impl FirstPanic {
    /// The empty collection.
    pub(crate) const fn new() -> Self {
        FirstPanic(None)
    }

    /// Runs user code; a panic is kept and yields `None`.
    ///
    /// The state that `f` touches must be consistent at every point at which user code can unwind.
    pub(crate) fn catch<R>(&mut self, f: impl FnOnce() -> R) -> Option<R> {
        match catch_unwind(AssertUnwindSafe(f)) {
            Ok(value) => Some(value),
            Err(payload) => {
                self.keep(payload);
                None
            }
        }
    }

    /// Drops a value of a user's type.
    pub(crate) fn discard<T>(&mut self, value: T) {
        if std::mem::needs_drop::<T>() {
            #[cfg(not(debug_assertions))]
            self.catch(|| drop(value)); // user code
            // Unoptimized, rustc compiles less if all types share the code that catches.
            #[cfg(debug_assertions)]
            {
                let mut value = Some(value);
                self.run(&mut || value = None); // user code
            }
        }
    }

    /// As `catch`, for code that seldom runs: it is compiled once, not for each type. False if it panicked.
    #[cold]
    #[inline(never)]
    pub(crate) fn run(&mut self, f: &mut dyn FnMut()) -> bool {
        self.catch(f).is_some()
    }

    /// Keeps `payload` if it is the first one.
    pub(crate) fn keep(&mut self, payload: Box<dyn Any + Send>) {
        if self.0.is_none() {
            self.0 = Some(payload);
        } else {
            swallow(payload);
        }
    }

    /// Whether no panic was kept so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Takes over the panic that `later` has kept.
    pub fn merge(&mut self, later: FirstPanic) {
        if let Some(payload) = later.0 {
            self.keep(payload);
        }
    }

    /// The result of user code, or else the first panic goes on: a result that comes with a panic is dropped.
    pub(crate) fn result<R>(mut self, result: Option<R>) -> R {
        match result {
            Some(result) if self.is_empty() => result,
            result => {
                self.discard(result); // user code
                self.resume();
                unreachable!("no result without a panic")
            }
        }
    }

    /// The first panic, for a caller that hands it on.
    pub(crate) fn into_payload(self) -> Option<Box<dyn Any + Send>> {
        self.0
    }

    /// Drops the panic: there is no caller left that it could go on to.
    pub(crate) fn swallow(self) {
        if let Some(payload) = self.0 {
            swallow(payload);
        }
    }

    /// Lets the first panic go on, if there was one.
    pub fn resume(self) {
        if let Some(payload) = self.0 {
            resume_unwind(payload);
        }
    }

    /// As `resume`, at the end of a destructor: this panic ends here while another panic is unwinding.
    pub(crate) fn end_drop(self) {
        if thread::panicking() {
            self.swallow();
        } else {
            self.resume();
        }
    }
}

/// The text of a panic, if the panic has one.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> Option<Arc<str>> {
    match payload.downcast_ref::<&'static str>() {
        Some(text) => Some((*text).into()),
        None => payload.downcast_ref::<String>().map(|text| (**text).into()),
    }
}

/// Drops the payload of a panic that goes no further. A payload is a user's value too: its drop may panic, and that
/// panic ends here as well.
pub(crate) fn swallow(payload: Box<dyn Any + Send>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(std::mem::forget);
}

/// A user's value that is dropped on its own, apart from the values beside it. Two panics in one drop would end the
/// process, so the later panic ends here.
pub(crate) struct Apart<T>(Option<T>);

impl<T> Apart<T> {
    pub(crate) fn new(value: T) -> Self {
        Apart(Some(value))
    }

    pub(crate) fn into_inner(mut self) -> T {
        self.0.take().expect("it is there until it is dropped")
    }
}

/// Compares a new value of a user's type with another one. If `compare` panics, the value is dropped on its own, since
/// a second panic in its drop would end the process.
// Unoptimized, a chain of lazy values needs less stack if this function has a frame of its own.
#[cfg_attr(debug_assertions, inline(never))]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn judge<T>(value: T, compare: impl FnOnce(&T) -> bool) -> (bool, T) {
    if std::mem::needs_drop::<T>() {
        let value = Apart::new(value);
        let same = compare(&value); // user code
        (same, value.into_inner())
    } else {
        (compare(&value), value) // user code
    }
}

impl<T> Deref for Apart<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl<T> DerefMut for Apart<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("it is there until it is dropped")
    }
}

impl<T> Drop for Apart<T> {
    fn drop(&mut self) {
        if std::mem::needs_drop::<T>() {
            let mut panics = FirstPanic::default();
            panics.discard(self.0.take()); // user code
            panics.end_drop();
        }
    }
}
