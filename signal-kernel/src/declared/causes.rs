//! Why the failed values of a graph are failed: the texts of their panics, for the reads that come later.
//!
//! Invariants: a value whose body has panicked has a text exactly if that panic had one, from the moment at which other
//! threads can see that it is failed; a value whose failure has ended has none. A value that is blocked by a dependency
//! may have kept an old one, which no message tells. `before` is empty outside a batch.
//!
//! Must not know: edges, values.

use crate::panics::text_of;
use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The texts by rank. A graph without failures has no table.
#[derive(Debug, Default)]
pub(super) struct Causes(Mutex<Option<Box<Texts>>>);

#[derive(Debug, Default)]
struct Texts {
    now: BTreeMap<usize, Arc<str>>,
    /// Values that the open batch has armed, with their texts from before it.
    before: BTreeMap<usize, Arc<str>>,
}

impl Causes {
    /// The body of this rank has panicked.
    #[cold]
    pub(super) fn note(&self, rank: usize, payload: &(dyn Any + Send)) {
        let text = text_of(payload);
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match text {
            Some(text) => drop(texts.get_or_insert_default().now.insert(rank, text)),
            None => forget(&mut texts, rank),
        }
    }

    /// The failure of this rank has ended.
    #[cold]
    pub(super) fn forget(&self, rank: usize) {
        forget(
            &mut self.0.lock().unwrap_or_else(PoisonError::into_inner),
            rank,
        );
    }

    /// No value is known to be failed.
    pub(super) fn is_empty(&self) -> bool {
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.is_none()
    }

    /// The text of the panic by which the value of this rank is failed, if it had one.
    pub(super) fn of(&self, rank: usize) -> Option<Arc<str>> {
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.as_ref()?.now.get(&rank).cloned()
    }

    /// A batch is about to compute this value half-way.
    pub(super) fn arm(&mut self, rank: usize) {
        if let Some(texts) = self.texts() {
            if let Some(text) = texts.now.get(&rank) {
                texts.before.insert(rank, text.clone());
            }
        }
    }

    /// The batch ends. `restored`: the value is in the state from before it.
    pub(super) fn close(&mut self, rank: usize, restored: bool) {
        let Some(texts) = self.texts() else {
            return;
        };
        let before = texts.before.remove(&rank);
        if restored {
            match before {
                Some(text) => drop(texts.now.insert(rank, text)),
                None => drop(texts.now.remove(&rank)),
            }
        }
        if texts.is_empty() {
            self.0 = Mutex::default();
        }
    }

    fn texts(&mut self) -> Option<&mut Texts> {
        self.0
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .as_deref_mut()
    }
}

impl Texts {
    fn is_empty(&self) -> bool {
        self.now.is_empty() && self.before.is_empty()
    }
}

fn forget(texts: &mut Option<Box<Texts>>, rank: usize) {
    if let Some(known) = texts {
        known.now.remove(&rank);
        if known.is_empty() {
            *texts = None;
        }
    }
}
