//! The failures of lazy values: the causes that their bodies note, and the texts that `Debug` prints.
//!
//! Invariants: the run of a body knows the address of its value, but not the rank. Only a failure needs the rank, and
//! searches for it.
//!
//! Must not know: values.

use super::{
    topology::Kind,
    visit::{DeclaredGraph, Payload},
};
use std::{fmt, ptr};

/// The address of the lazy value of this rank. The value does not move while its graph is read.
pub(super) fn address<G: DeclaredGraph<W>, const W: usize>(graph: &G, rank: usize) -> usize {
    ptr::from_ref(graph.memo(rank)).addr()
}

/// The rank of the lazy value at this address.
#[cold]
fn rank_at<G: DeclaredGraph<W>, const W: usize>(graph: &G, memo: usize) -> Option<usize> {
    let is_it =
        |&rank: &usize| G::TOPOLOGY.kind(rank) == Kind::Lazy && address(graph, rank) == memo;
    (0..G::TOPOLOGY.kinds.len()).find(is_it)
}

/// Notes that the body of the lazy value at this address has panicked.
#[cold]
pub(super) fn note_cause<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    memo: usize,
    payload: &Payload,
) {
    if let Some(rank) = rank_at(graph, memo) {
        graph.core().causes.note(rank, &**payload);
    }
}

/// Forgets why the lazy value at this address has failed: its body runs again.
#[cold]
pub(super) fn forget_cause<G: DeclaredGraph<W>, const W: usize>(graph: &G, memo: usize) {
    let causes = &graph.core().causes;
    if !causes.is_empty() {
        if let Some(rank) = rank_at(graph, memo) {
            causes.forget(rank);
        }
    }
}

/// A text in place of a value.
pub struct Placeholder(&'static str);

/// `Debug` shows it for a failed value.
pub static PANICKED: Placeholder = Placeholder("<panicked>");

/// `Debug` shows it for a value that is not current.
pub(super) static UNKNOWN: Placeholder = Placeholder("_");

impl fmt::Debug for Placeholder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}
