//! One turn of the runtime: from the call of a handle to the return to the caller, with all user code in between.
//!
//! Invariants: the engine calls user code through a turn only, which releases the runtime first. A loop over many nodes
//! takes the borrow out of the turn, and drops it before each body: a borrow in a register is cheaper than one in the
//! turn. The first panic of user code is kept until the turn ends.
//!
//! Must not know: the purpose of a turn, and nodes.

use super::{
    context::untracked_context,
    runtime::{Body, Runtime},
};
use crate::{
    dynamic::graph::tables::RunContext,
    panics::{self, FirstPanic},
};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

/// The use of the runtime by one call.
pub(crate) struct Turn<'a> {
    cell: &'a RefCell<Runtime>,
    /// `None` while user code runs, and while a loop has the borrow.
    runtime: Option<RefMut<'a, Runtime>>,
    /// The context of the caller.
    outer: RunContext,
    panics: FirstPanic,
}

impl<'a> Turn<'a> {
    /// Begins a turn for a loop, which has the borrow itself. The present context is `outer`.
    #[inline(always)]
    pub(crate) fn new(cell: &'a RefCell<Runtime>, outer: RunContext) -> Self {
        Turn {
            cell,
            runtime: None,
            outer,
            panics: FirstPanic::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn begin(cell: &'a RefCell<Runtime>) -> Self {
        let runtime = cell.borrow_mut();
        Turn {
            cell,
            outer: runtime.context,
            runtime: Some(runtime),
            panics: FirstPanic::new(),
        }
    }

    /// The runtime, which the turn borrows until it calls user code.
    pub(crate) fn runtime(&mut self) -> &mut Runtime {
        let cell = self.cell;
        self.runtime.get_or_insert_with(|| cell.borrow_mut())
    }

    /// Takes the borrow out of the turn, for a loop that hands it on from body to body.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> RefMut<'a, Runtime> {
        self.runtime = None;
        self.cell.borrow_mut()
    }

    #[inline(always)]
    pub(crate) fn cell(&self) -> &'a RefCell<Runtime> {
        self.cell
    }

    /// Releases the runtime and calls `f`, which keeps the panics of user code itself.
    pub(crate) fn release<R>(
        &mut self,
        f: impl FnOnce(&'a RefCell<Runtime>, &mut FirstPanic) -> R,
    ) -> R {
        self.runtime = None;
        f(self.cell, &mut self.panics)
    }

    /// Runs the body of a node.
    #[inline(always)]
    pub(crate) fn run<R>(
        &mut self,
        body: impl FnOnce(&'a RefCell<Runtime>) -> R,
    ) -> thread::Result<R> {
        self.runtime = None;
        catch_unwind(AssertUnwindSafe(|| body(self.cell))) // user code
    }

    /// As `run`, from a loop that has taken the borrow and has dropped it.
    #[inline(always)]
    pub(crate) fn run_next<R>(
        &mut self,
        body: impl FnOnce(&'a RefCell<Runtime>) -> R,
    ) -> thread::Result<R> {
        debug_assert!(self.runtime.is_none());
        catch_unwind(AssertUnwindSafe(|| body(self.cell))) // user code
    }

    /// Calls other user code. A panic is kept, and yields `None`.
    #[inline(always)]
    pub(crate) fn call<R>(&mut self, f: impl FnOnce() -> R) -> Option<R> {
        self.release(|_, panics| panics.catch(f)) // user code
    }

    /// Drops a value of a user's type.
    pub(crate) fn discard<T>(&mut self, value: T) {
        self.release(|_, panics| panics.discard(value)); // user code
    }

    /// Ends the body of a node that is gone.
    pub(crate) fn end_body(&mut self, body: Box<dyn Body>) {
        self.release(|_, panics| body.end(panics)); // user code
    }

    /// Keeps the payload of a panic if it is the first one.
    pub(crate) fn keep(&mut self, payload: Box<dyn Any + Send>) {
        self.release(|_, panics| panics.keep(payload)); // user code: drops a later panic
    }

    /// Keeps the panic of `later` if it is the first one.
    pub(crate) fn merge(&mut self, later: FirstPanic) {
        if !later.is_empty() {
            self.release(|_, panics| panics.merge(later)); // user code: drops a later panic
        }
    }

    /// Drops the payload of a panic that goes no further.
    pub(crate) fn swallow(&mut self, payload: Box<dyn Any + Send>) {
        self.release(|_, _| panics::swallow(payload)); // user code
    }

    /// Leaves the panics so far to the next settle.
    pub(crate) fn defer_panics(&mut self) {
        let panics = self.take_panics();
        let deferred = &mut self.runtime().deferred_panics;
        if deferred.is_empty() {
            *deferred = panics;
        } else {
            self.release(|_, _| panics.swallow()); // user code: drops a later panic
        }
    }

    /// Takes out the panics so far.
    pub(crate) fn take_panics(&mut self) -> FirstPanic {
        std::mem::take(&mut self.panics)
    }

    /// Gives back panics that were taken out: they come before the panics since then.
    pub(crate) fn put_before(&mut self, before: FirstPanic) {
        let later = std::mem::replace(&mut self.panics, before);
        self.merge(later);
    }

    /// Drops the panics so far.
    pub(crate) fn swallow_panics(&mut self) {
        let panics = self.take_panics();
        self.release(|_, _| panics.swallow()); // user code
    }

    #[inline(always)]
    pub(crate) fn has_panicked(&self) -> bool {
        !self.panics.is_empty()
    }

    /// From here to the next run of a body, user code tracks no read.
    pub(crate) fn suspend_tracking(&mut self) {
        let outer = untracked_context(&self.outer);
        self.runtime().context = outer;
    }

    /// From here on, user code runs in the context of the caller.
    pub(crate) fn restore_context(&mut self) {
        let outer = self.outer;
        self.runtime().context = outer;
    }

    /// The context of the caller.
    #[inline(always)]
    pub(crate) fn outer(&self) -> RunContext {
        self.outer
    }

    /// Ends the turn: the first panic goes on.
    #[inline(always)]
    pub(crate) fn end(self) {
        drop(self.runtime);
        self.panics.resume();
    }

    /// Ends a turn that has kept no panic, and whose borrow a loop has taken. No drop code is emitted.
    #[inline(always)]
    pub(crate) fn end_unused(self) {
        debug_assert!(self.runtime.is_none() && self.panics.is_empty());
        std::mem::forget(self);
    }

    /// As `end`, with the result of user code.
    pub(crate) fn end_with<R>(self, result: Option<R>) -> R {
        drop(self.runtime);
        self.panics.result(result)
    }
}
