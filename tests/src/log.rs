//! A log that the bodies of a graph write to and a test reads, in the order of events.
//!
//! Invariants: clones share one list; `take` leaves it empty, so each assertion speaks of the events
//! since the last one.
//!
//! Must not know: graphs.

use std::{
    fmt::Display,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// An empty log is equal to this.
pub const NOTHING: [&str; 0] = [];

/// A shared list of what happened.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that something happened.
    pub fn push(&self, what: impl Display) {
        let what = what.to_string();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what);
    }

    /// Notes that something happened and passes a value on.
    pub fn pass<T>(&self, what: impl Display, value: T) -> T {
        self.push(what);
        value
    }

    /// The events since the last time.
    #[must_use = "to forget what happened so far, call `clear`"]
    pub fn take(&self) -> Vec<String> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what happened so far.
    pub fn clear(&self) {
        drop(self.take());
    }
}
