//! The reasons why values of a graph are failed: the texts of their panics, and the panics of later reads.
//!
//! Invariants: a value whose body has panicked has a text exactly if that panic had one, from the moment at which other
//! threads can see that the value is failed; a value whose failure has ended has none. A value that is blocked by a
//! dependency may have kept an old text, which no message tells.
//!
//! Must not know: values.

use super::topology::{Kind, Topology};
use crate::{panics::text_of, sync};
use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
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
        sync::lock(&self.0)
    }
}

/// The failed dependency that keeps this node from running, if any. Only values of bodies are asked whether they are
/// failed.
pub(super) fn blocker(
    topology: &Topology,
    rank: usize,
    is_failed: impl Fn(usize) -> bool,
) -> Option<usize> {
    topology
        .dependencies(rank)
        .find(|&node| match topology.kind(node) {
            Kind::Computed | Kind::Lazy | Kind::Per => is_failed(node),
            _ => false,
        })
}

/// Refuses to read a computed value that is failed.
///
/// # Panics
///
/// Always: with the name of the node, and the name of the one whose panic it comes from, with the text of that or the name
/// of the graph inside that has the failed node.
#[cold]
#[track_caller]
pub(super) fn refuse(
    topology: &Topology,
    rank: usize,
    causes: &Causes,
    is_failed: impl Fn(usize) -> bool,
) -> ! {
    let mut culprit = rank;
    while let Some(node) = blocker(topology, culprit, &is_failed) {
        culprit = node;
    }
    let (name, name_of_culprit) = (topology.name(rank), topology.name(culprit));
    let noun = |rank| match topology.kind(rank) {
        Kind::Per => "signal",
        _ => "computed",
    };
    let mut message = format!(
        "{} `{name}` of `{}` panicked",
        noun(rank),
        topology.graph.name
    );
    if culprit != rank {
        let noun = noun(culprit);
        message += &format!(": it depends on {noun} `{name_of_culprit}`, which did");
    }
    let mut before = topology.dependencies(culprit);
    let inside = before.find(|&node| topology.kind(node) == Kind::Graph && is_failed(node));
    if let Some(cause) = causes.of(culprit) {
        message += &format!(": {cause}");
    } else if let Some(inside) = inside {
        let name = topology.name(inside);
        message += &format!(": it depends on a failed node of graph `{name}`");
    }
    panic!("{message}");
}
