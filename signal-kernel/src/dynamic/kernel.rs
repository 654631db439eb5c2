//! This thread's graph: reads that bring a value up to date, and writes that settle.
//!
//! Invariants: no borrow of the graph is held while user code runs; a read that has found a value failed, or
//! being computed, depends on it all the same.
//!
//! Must not know: the types of values.

use super::{
    batch,
    graph::{CHECK, DIRTY, FAILED, Graph, HALF_WAY, NONE, RUNNING, STALE, VERIFYING},
    handle::{Disposed, Id},
    settle,
};
use crate::panics::FirstPanic;
use std::{any::Any, cell::RefCell, rc::Rc};

thread_local! {
    static GRAPH: RefCell<Graph> = const { RefCell::new(Graph::new()) };
}

#[inline(always)]
pub(super) fn with<R>(f: impl FnOnce(&RefCell<Graph>) -> R) -> R {
    GRAPH.with(f)
}

/// The same, for destructors: a thread that ends has no graph any more.
pub(super) fn try_with<R>(f: impl FnOnce(&RefCell<Graph>) -> R) -> Option<R> {
    GRAPH.try_with(f).ok()
}

/// The value of a signal, tracked if `tracked`. `None` while it is being updated.
#[inline(always)]
pub(super) fn signal_value(
    cell: &RefCell<Graph>,
    id: Id,
    tracked: bool,
) -> Result<Option<Rc<dyn Any>>, Disposed> {
    let mut graph = cell.borrow_mut();
    id.check(&graph, "signal")?;
    if tracked {
        graph.track(id.index);
    }
    Ok(graph.nodes[id.index as usize].value.clone())
}

/// The value of a computed value, brought up to date; tracked if `tracked`.
///
/// # Panics
///
/// With the panic of a body that this read has run; if the value is failed, or being computed.
#[inline(always)]
pub(super) fn computed_value(
    cell: &RefCell<Graph>,
    id: Id,
    tracked: bool,
) -> Result<Option<Rc<dyn Any>>, Disposed> {
    let mut graph = cell.borrow_mut();
    id.check(&graph, "computed value")?;
    let marks = graph.marks(id.index);
    if marks & (STALE | RUNNING | VERIFYING | FAILED | HALF_WAY) != 0 {
        drop(graph);
        return pull_value(cell, id, tracked);
    }
    if tracked {
        graph.track(id.index);
    }
    Ok(graph.nodes[id.index as usize].value.clone())
}

#[inline(never)]
fn pull_value(
    cell: &RefCell<Graph>,
    id: Id,
    tracked: bool,
) -> Result<Option<Rc<dyn Any>>, Disposed> {
    pull(cell, id.index);
    let mut graph = cell.borrow_mut();
    id.check(&graph, "computed value")?;
    if tracked {
        graph.track(id.index);
    }
    if graph.marks(id.index) & FAILED != 0 {
        let message = graph.failure(id.index);
        drop(graph);
        panic!("{message}");
    }
    Ok(graph.nodes[id.index as usize].value.clone())
}

/// Brings a node up to date for a read.
pub(super) fn pull(cell: &RefCell<Graph>, index: u32) {
    let mut graph = cell.borrow_mut();
    let marks = graph.marks(index);
    if marks & (RUNNING | VERIFYING) != 0 {
        let reader = graph.frames.last().map_or(index, |frame| frame.node);
        let message = graph.cycle(reader, index);
        graph.track(index);
        drop(graph);
        panic!("{message}");
    }
    if marks & STALE == 0 && (marks & HALF_WAY == 0 || !graph.log.is_empty()) {
        return;
    }
    let at_rest = graph.depth == 0;
    if at_rest {
        graph.renumber_if_due();
        graph.depth = 1;
    }
    let generation = graph.nodes[index as usize].generation;
    drop(graph);
    let mut panics = FirstPanic::default();
    settle::refresh(cell, index, &mut panics);
    if panics.is_empty() && !at_rest {
        return;
    }
    let mut graph = cell.borrow_mut();
    let alive = graph.is_alive(index, generation);
    let failed = alive && graph.marks(index) & (FAILED | STALE) != 0;
    if failed {
        graph.track(index);
    } else {
        // The value is there, but dropping an old one has panicked.
        graph.parked.merge(std::mem::take(&mut panics));
    }
    drop(graph);
    if at_rest {
        batch::end(cell, &mut panics);
    }
    panics.resume();
}

impl Graph {
    /// What a read of a failed computed value says.
    #[cold]
    fn failure(&self, index: u32) -> String {
        let mut link = self.deps(index);
        while link != NONE {
            let it = &self.links[link as usize];
            if it.dep != NONE && self.marks(it.dep) & FAILED != 0 {
                let (this, that) = (self.describe(index), self.describe(it.dep));
                return format!("{this} panicked: it depends on {that}, which did");
            }
            link = it.next_dep;
        }
        format!("{} panicked", self.describe(index))
    }

    /// Nothing is written while a value is computed.
    #[inline(always)]
    pub(super) fn may_write(&self, signal: u32) -> Result<(), String> {
        match self.ambient.computing {
            NONE => Ok(()),
            computing => Err(self.refusal(computing, signal)),
        }
    }

    #[cold]
    fn refusal(&self, computing: u32, signal: u32) -> String {
        let (reader, written) = (self.describe(computing), self.describe(signal));
        format!("{reader} writes {written}: computed values cannot write signals")
    }
}

/// The signal at `index` has another value. At rest, the graph settles.
#[inline(always)]
pub(super) fn changed(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    graph.touch(index);
    if graph.depth > 0 {
        graph.mark(index, CHECK);
        return;
    }
    graph.mark(index, DIRTY);
    if graph.effects.is_empty() && graph.drivers.is_empty() {
        return;
    }
    graph.depth = 1;
    drop(graph);
    batch::end(cell, panics);
}
