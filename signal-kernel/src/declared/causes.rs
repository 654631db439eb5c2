//! The reasons why values of a graph are failed: the texts of their panics, for later reads.
//!
//! Invariants: a value whose body has panicked has a text exactly if that panic had one, from the moment at which other
//! threads can see that the value is failed; a value whose failure has ended has none. A value that is blocked by a
//! dependency may have kept an old text, which no message tells.
//!
//! Must not know: edges, values.

use crate::panics::text_of;
use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The texts by rank. A graph without failures has no table.
#[derive(Debug, Default)]
pub(super) struct Causes(Mutex<Option<Box<Texts>>>);

type Texts = BTreeMap<usize, Arc<str>>;

impl Causes {
    /// Notes that the body of this rank has panicked.
    #[cold]
    pub(super) fn note(&self, rank: usize, payload: &(dyn Any + Send)) {
        match text_of(payload) {
            Some(text) => drop(self.lock().get_or_insert_default().insert(rank, text)),
            None => self.forget(rank),
        }
    }

    /// Notes that the failure of this rank has ended.
    #[cold]
    pub(super) fn forget(&self, rank: usize) {
        let mut texts = self.lock();
        if let Some(known) = &mut *texts {
            known.remove(&rank);
            if known.is_empty() {
                *texts = None;
            }
        }
    }

    /// Has no failed value a text?
    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_none()
    }

    /// The text of the panic by which the value of this rank is failed, if that panic had one.
    pub(super) fn of(&self, rank: usize) -> Option<Arc<str>> {
        self.lock().as_ref()?.get(&rank).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Texts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
