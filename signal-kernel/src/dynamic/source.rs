//! The nodes that stand for something outside of the dynamic graph: a declared one.
//!
//! Invariants: a body depends on the node that was refused only if its last run has found the declared graph in use;
//! it runs again as soon as that is free.
//!
//! Must not know: what it stands for.

use super::{
    batch,
    graph::{Graph, Kind, NONE},
    handle::Id,
    kernel,
    value::Value,
};
use crate::{panics::FirstPanic, stack};
use std::{
    cell::{Cell, RefCell},
    mem,
    panic::Location,
};

/// The nodes of a shared graph. They have no owner, and go when this is dropped.
pub(crate) struct SharedNode {
    /// Changes with the graph.
    whole: Id,
    /// Changes when the graph is free again after a refused read; made by the first of these.
    refused: Cell<Option<Id>>,
    /// A read has been refused since the graph was free.
    refuses: Cell<bool>,
    /// The body that has the graph in use, or `NONE`. Nothing is gained if it runs again.
    user: Cell<u32>,
}

impl SharedNode {
    pub(crate) fn new(place: &'static Location<'static>) -> Self {
        SharedNode {
            whole: source(place),
            refused: Cell::new(None),
            refuses: Cell::new(false),
            user: Cell::new(NONE),
        }
    }

    /// The running body depends on the graph.
    pub(crate) fn track(&self) {
        kernel::with(|cell| cell.borrow_mut().track(self.whole.index));
    }

    /// The running body has found the graph in use: it runs again when the graph is free.
    #[cold]
    pub(crate) fn track_refused(&self) {
        let place = kernel::with(|cell| {
            let graph = cell.borrow();
            let observer = graph.ambient.observer.node;
            let waits = observer != NONE && observer != self.user.get();
            waits.then(|| self.whole.place(&graph))
        });
        let Some(place) = place else { return };
        let refused = self.refused.get().unwrap_or_else(|| source(place));
        self.refused.set(Some(refused));
        self.refuses.set(true);
        kernel::with(|cell| cell.borrow_mut().track(refused.index));
    }

    /// Runs `f` while the graph is borrowed.
    pub(crate) fn nested<R>(&self, f: impl FnOnce() -> R) -> R {
        let way = || kernel::with(|cell| cell.borrow().too_deep(self.whole.index));
        stack::nested(way, f) // user code
    }

    /// # Panics
    ///
    /// Inside a computed value.
    #[track_caller]
    pub(crate) fn may_write(&self) {
        let allowed = kernel::with(|cell| cell.borrow().may_write(self.whole.index));
        if let Err(message) = allowed {
            panic!("{message}");
        }
    }

    /// Runs `f`, which has the declared graph in use until it returns, and says whether it has changed it. What it
    /// writes to the dynamic graph is settled together with that, when it has returned; then a panic goes on.
    pub(crate) fn change<R>(&self, f: impl FnOnce(&mut FirstPanic) -> (R, bool)) -> R {
        kernel::with(|cell| {
            batch::run(cell, || {
                let mut panics = FirstPanic::default();
                self.user.set(cell.borrow().ambient.observer.node);
                let (result, changed) = f(&mut panics);
                self.user.set(NONE);
                let whole = changed.then_some(self.whole);
                let refused = self.refused.get().filter(|_| self.refuses.take());
                for id in whole.into_iter().chain(refused) {
                    if id.is_alive(&cell.borrow()) {
                        kernel::changed(cell, cell.borrow_mut(), id.index, &mut panics);
                    }
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
                let _polls = Polls::enter(cell, self.whole.index);
                f(panics)
            })
        })
    }
}

/// A node without an owner.
fn source(place: &'static Location<'static>) -> Id {
    kernel::with(|cell| {
        let mut graph = cell.borrow_mut();
        let place = graph.names.number(place);
        let owner = mem::replace(&mut graph.ambient.owner, NONE);
        let node = graph.add(Kind::Source, Value::NONE, place);
        graph.ambient.owner = owner;
        Id::of(&graph, node)
    })
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
        let before = mem::replace(running, node);
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
        self.whole.dispose();
        if let Some(refused) = self.refused.take() {
            refused.dispose();
        }
    }
}
