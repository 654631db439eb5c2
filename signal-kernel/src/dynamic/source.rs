//! A node that stands for something outside of the dynamic graph: a declared one.
//!
//! Must not know: what it stands for.

use super::{
    dispose,
    graph::{Kind, NONE},
    handle::Id,
    kernel,
    scope::Owner,
    value::Value,
};
use crate::panics::FirstPanic;
use std::panic::Location;

/// The node of a shared graph. It has no owner, and goes when this is dropped.
pub(crate) struct SharedNode(Id);

impl SharedNode {
    pub(crate) fn new(place: &'static Location<'static>) -> Self {
        kernel::with(|cell| {
            let _unowned = Owner::enter(cell, NONE);
            let mut graph = cell.borrow_mut();
            let place = graph.names.number(place);
            let node = graph.add(Kind::Source, Value::NONE, place);
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

    /// What it stands for has changed: settles, or marks if a batch is open.
    pub(crate) fn changed(&self) {
        let mut panics = FirstPanic::default();
        kernel::with(|cell| kernel::changed(cell, cell.borrow_mut(), self.0.index, &mut panics));
        panics.resume();
    }
}

impl Drop for SharedNode {
    fn drop(&mut self) {
        kernel::with(|cell| {
            let mut panics = FirstPanic::default();
            dispose::node(cell, self.0.index, &mut panics);
        });
    }
}
