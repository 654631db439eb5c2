//! A row of a list: a graph, and its work.
//!
//! Must not know: keys, the order of a list (`rows`, `open`).

use super::super::{
    inside::work::Inner,
    visit::{Closed, Declared, Engine},
};
use crate::{
    panics::FirstPanic,
    reactive::Reactive,
    task::{ready::ReadyQueue, state::Change},
};
use std::sync::Arc;

/// A graph in a list.
pub(super) struct Row<G> {
    graph: G,
    /// Only if there may be work in the graph.
    work: Option<Inner>,
}

impl<G> Row<G> {
    pub(super) fn new(graph: G) -> Self {
        Row { graph, work: None }
    }

    pub(super) fn graph(&self) -> &G {
        &self.graph
    }

    pub(super) fn into_graph(self) -> G {
        self.graph
    }
}

/// The engine of a graph, whatever the number of words in its mask.
type EngineOf<G> = <G as Declared>::Engine;

impl<G: Reactive> Row<G> {
    /// The graph, to be written by a transaction at `level`; level 0 is a batch without one.
    pub(super) fn write(&mut self, level: u32) -> G::Batch<'_> {
        EngineOf::<G>::enter(&mut self.graph, level);
        self.graph.__write()
    }

    /// Has the open batch written the signal at this position?
    pub(super) fn is_by_hand(&self, signal: usize) -> bool {
        EngineOf::<G>::is_by_hand(&self.graph, signal)
    }

    /// The graph, to be fed.
    pub(super) fn feed(&mut self) -> G::Batch<'_> {
        EngineOf::<G>::enter_fed(&mut self.graph);
        self.graph.__write()
    }

    /// Phase A.
    pub(super) fn close(&mut self, panics: &mut FirstPanic) -> Closed {
        EngineOf::<G>::close(&mut self.graph, panics)
    }

    /// Frees the memory of the open batch, after phase A: most rows are never written again.
    pub(super) fn release(&mut self) {
        EngineOf::<G>::release(&mut self.graph);
    }

    /// Phase B.
    pub(super) fn effects(&mut self, panics: &mut FirstPanic) {
        EngineOf::<G>::effects(&mut self.graph, panics);
    }

    pub(super) fn has_effects(&self) -> bool {
        EngineOf::<G>::has_effects(&self.graph)
    }

    /// A transaction at `level` failed.
    pub(super) fn roll_back(&mut self, level: u32, panics: &mut FirstPanic) {
        EngineOf::<G>::roll_back(&mut self.graph, level, panics);
    }

    /// A transaction at `level` succeeded.
    pub(super) fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic) {
        EngineOf::<G>::merge_into_outer(&mut self.graph, level, panics);
    }

    /// Brings all values up to date, in the middle of a batch.
    pub(super) fn refresh(&mut self, panics: &mut FirstPanic) {
        EngineOf::<G>::refresh(&mut self.graph, panics);
    }

    /// Brings the node at this position up to date, in the middle of a batch.
    pub(super) fn refresh_at(&mut self, position: usize, panics: &mut FirstPanic) {
        EngineOf::<G>::refresh_at(&mut self.graph, position, panics);
    }

    /// Has this part of the node at this position changed in the last phase A?
    pub(super) fn has_changed(&mut self, position: usize, part: Change, eager: bool) -> bool {
        EngineOf::<G>::has_changed(&mut self.graph, position, part, eager)
    }

    /// May there be work in the row?
    pub(super) fn has_work(&self) -> bool {
        EngineOf::<G>::queue(&self.graph).is_some()
    }

    /// Polls the work. True if there is an output to commit.
    pub(super) fn poll(&mut self, panics: &mut FirstPanic) -> bool {
        let Some(work) = &self.work else {
            return false;
        };
        let waker = work.begin_poll();
        EngineOf::<G>::poll(&mut self.graph, &waker, panics)
    }

    /// Tells the queue of the list of the work in this row, which has this number there.
    pub(super) fn report(&mut self, number: u32, queue: &Arc<ReadyQueue>) {
        if let Some(inside) = EngineOf::<G>::queue(&self.graph) {
            let work = self.work.get_or_insert_with(|| Inner::new(queue, number));
            work.report(inside);
        }
    }
}
