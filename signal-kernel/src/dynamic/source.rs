//! A node that stands for something outside of the dynamic graph: a declared one.
//!
//! Must not know: what it stands for.

use super::{
    batch,
    graph::{Graph, Kind, NONE},
    handle::Id,
    kernel,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{cell::RefCell, panic::Location};

/// The node of a shared graph. It has no owner, and goes when this is dropped.
pub(crate) struct SharedNode(Id);

impl SharedNode {
    pub(crate) fn new(place: &'static Location<'static>) -> Self {
        kernel::with(|cell| {
            let mut graph = cell.borrow_mut();
            let place = graph.names.number(place);
            let owner = std::mem::replace(&mut graph.ambient.owner, NONE);
            let node = graph.add(Kind::Source, Value::NONE, place);
            graph.ambient.owner = owner;
            SharedNode(Id::of(&graph, node))
        })
    }

    /// Whoever is running depends on it.
    pub(crate) fn track(&self) {
        kernel::with(|cell| cell.borrow_mut().track(self.0.index));
    }

    /// # Panics
    ///
    /// Inside a computed value.
    #[track_caller]
    pub(crate) fn may_write(&self) {
        let allowed = kernel::with(|cell| cell.borrow().may_write(self.0.index));
        if let Err(message) = allowed {
            panic!("{message}");
        }
    }

    /// Runs `f`, which says whether it has changed what this stands for. What it writes to the dynamic graph is
    /// settled together with that, when it has returned; then what has panicked goes on.
    pub(crate) fn change<R>(&self, f: impl FnOnce(&mut FirstPanic) -> (R, bool)) -> R {
        kernel::with(|cell| {
            batch::run(cell, || {
                let mut panics = FirstPanic::default();
                let (result, changed) = f(&mut panics);
                if changed && self.0.is_alive(&cell.borrow()) {
                    kernel::changed(cell, cell.borrow_mut(), self.0.index, &mut panics);
                }
                panics.resume();
                result
            })
        })
    }

    /// As [`change`](Self::change), for an `f` that polls work: this may wait for work of the dynamic graph.
    pub(crate) fn poll<R>(&self, f: impl FnOnce(&mut FirstPanic) -> (R, bool)) -> R {
        self.change(|panics| {
            kernel::with(|cell| {
                let _polls = Polls::enter(cell, self.0.index);
                f(panics)
            })
        })
    }
}

/// While it lives, it is known what polls.
struct Polls<'a> {
    cell: &'a RefCell<Graph>,
    /// What was running before.
    before: u32,
}

impl<'a> Polls<'a> {
    fn enter(cell: &'a RefCell<Graph>, node: u32) -> Self {
        let running = &mut cell.borrow_mut().ambient.running;
        let before = std::mem::replace(running, node);
        Polls { cell, before }
    }
}

impl Drop for Polls<'_> {
    fn drop(&mut self) {
        self.cell.borrow_mut().ambient.running = self.before;
    }
}

impl Drop for SharedNode {
    fn drop(&mut self) {
        self.0.dispose();
    }
}
