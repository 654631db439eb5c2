//! The graph of this thread: reads that bring a value up to date, and writes that settle.
//!
//! Invariants: no borrow of the graph is held while user code runs; a tracked read of a failed value, or of a value
//! that is being computed, still makes the reader depend on the value.
//!
//! Must not know: the types of values.

use super::turn::Turn;
use super::{
    batch,
    current::with,
    handle::Handle,
    pull,
    read_error::{Disposed, ReadError},
    runtime::Runtime,
    value::Value,
};
use crate::{
    dynamic::graph::{
        ids::NodeId,
        marks::{Marks, Stale},
    },
    panics::swallow,
};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

/// Returns the bits of a computed value of a primitive type, brought up to date.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn bits(handle: Handle, tracked: bool) -> Result<u64, Disposed> {
    match read_bits_fast(handle, tracked) {
        Some(bits) => Ok(bits),
        None if is_new(handle) => new_bits(handle, tracked),
        None => known_bits(handle, tracked),
    }
}

/// As `bits`, for all other types.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn value(handle: Handle, tracked: bool) -> Result<Value, Disposed> {
    match read_value_fast(handle, tracked) {
        Some(value) => Ok(value),
        None if is_new(handle) => new_value(handle, tracked),
        None => known_value(handle, tracked),
    }
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn read_bits_fast(handle: Handle, tracked: bool) -> Option<u64> {
    with(|cell| {
        let mut runtime = cell.borrow_mut();
        runtime
            .read_fast(handle, Marks::NOT_CURRENT, tracked)
            .map(Value::bits)
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn read_value_fast(handle: Handle, tracked: bool) -> Option<Value> {
    with(|cell| {
        let mut runtime = cell.borrow_mut();
        runtime
            .read_fast(handle, Marks::NOT_CURRENT, tracked)
            .cloned()
    })
}

/// Returns whether a body is running and the value was never computed.
#[cfg_attr(not(debug_assertions), inline(always))]
fn is_new(handle: Handle) -> bool {
    with(|cell| {
        let runtime = cell.borrow();
        let node = runtime.nodes.get(handle.key.node);
        runtime.is_nested() && node.is_some_and(|node| node.version.is_none())
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn known_bits(handle: Handle, tracked: bool) -> Result<u64, Disposed> {
    with(|cell| {
        let runtime = up_to_date(cell, handle, tracked)?;
        Ok(runtime.nodes[handle.key.node].value.bits())
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn known_value(handle: Handle, tracked: bool) -> Result<Value, Disposed> {
    with(|cell| {
        let runtime = up_to_date(cell, handle, tracked)?;
        Ok(runtime.nodes[handle.key.node].value.clone())
    })
}

#[inline(never)]
fn new_bits(handle: Handle, tracked: bool) -> Result<u64, Disposed> {
    if !pull_new(handle, tracked) {
        return known_bits(handle, tracked);
    }
    with(|cell| {
        let runtime = pulled(cell.borrow_mut(), handle, tracked)?;
        Ok(runtime.nodes[handle.key.node].value.bits())
    })
}

#[inline(never)]
fn new_value(handle: Handle, tracked: bool) -> Result<Value, Disposed> {
    if !pull_new(handle, tracked) {
        return known_value(handle, tracked);
    }
    with(|cell| {
        let runtime = pulled(cell.borrow_mut(), handle, tracked)?;
        Ok(runtime.nodes[handle.key.node].value.clone())
    })
}

/// Computes a value for the first time, for a running body. Returns false if no body is running or if the value needs
/// another path. Of all frames of such a read, only those of this path are on the stack while the body runs.
#[cfg_attr(not(debug_assertions), inline(always))]
fn pull_new(handle: Handle, tracked: bool) -> bool {
    with(|cell| {
        let new = is_pulled_new(cell, handle);
        if new {
            pull::first_run(cell, handle.key.node, tracked);
        }
        new
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn is_pulled_new(cell: &RefCell<Runtime>, handle: Handle) -> bool {
    let runtime = cell.borrow();
    runtime.is_nested() && handle.is_alive(&runtime) && runtime.is_to_run_first(handle.key.node)
}

/// Returns the graph with the computed value up to date, and tracks the read if `tracked`.
///
/// # Panics
///
/// With the panic of a body that this read has run; if the value is failed, or is being computed.
#[inline(never)]
fn up_to_date(
    cell: &RefCell<Runtime>,
    handle: Handle,
    tracked: bool,
) -> Result<RefMut<'_, Runtime>, Disposed> {
    let mut runtime = cell.borrow_mut();
    handle.check(&runtime, "computed value")?;
    if runtime.marks(handle.key.node).has_any(Marks::NOT_CURRENT) {
        return pulled(
            pull::node(cell, runtime, handle.key.node, tracked),
            handle,
            tracked,
        );
    }
    if tracked {
        runtime.track(handle.key.node);
    }
    Ok(runtime)
}

/// Finishes a read after a pull of the computed value.
#[cfg_attr(not(debug_assertions), inline(always))]
fn pulled(
    mut runtime: RefMut<'_, Runtime>,
    handle: Handle,
    tracked: bool,
) -> Result<RefMut<'_, Runtime>, Disposed> {
    if runtime
        .read_fast(handle, Marks::UNREADABLE, tracked)
        .is_some()
    {
        return Ok(runtime);
    }
    handle.check(&runtime, "computed value")?;
    if tracked {
        runtime.track(handle.key.node);
    }
    if runtime.marks(handle.key.node).has_any(Marks::UNREADABLE) {
        runtime = read_not_current(runtime, handle.key.node, tracked);
    }
    Ok(runtime)
}

/// As `up_to_date`, for a `try_` read: returns a failure as an error. A panic that concerns another value goes on.
#[inline(never)]
pub(crate) fn try_up_to_date(
    cell: &RefCell<Runtime>,
    handle: Handle,
    tracked: bool,
) -> Result<RefMut<'_, Runtime>, ReadError> {
    let mut runtime = cell.borrow_mut();
    handle.check(&runtime, "computed value")?;
    let marks = runtime.marks(handle.key.node);
    if marks.is_in_progress() {
        let cycle = runtime.refuse(handle.key.node, tracked);
        if tracked {
            runtime.try_last(handle.key.node);
        }
        return Err(ReadError::Cycle(cycle));
    }
    if marks.has_any(Marks::NOT_CURRENT) {
        let observer = runtime.context.observer.node;
        let before = runtime.nodes.get(observer).map(|it| it.marks);
        drop(runtime);
        let pulled = catch_unwind(AssertUnwindSafe(|| {
            pull::outlined(cell, handle.key.node, tracked); // user code
        }));
        runtime = cell.borrow_mut();
        if before.is_some_and(|before| !before.is_failed()) {
            runtime.nodes[observer].marks.clear_failed(); // the observer is not unwound
        }
        if let Err(payload) = pulled {
            if tracked {
                runtime.try_last(handle.key.node);
            }
            let error = runtime.error_of(handle, &*payload);
            drop(runtime);
            let Some(error) = error else {
                resume_unwind(payload);
            };
            swallow(payload); // user code
            return Err(error);
        }
        handle.check(&runtime, "computed value")?;
    }
    if tracked {
        runtime.track(handle.key.node);
        runtime.try_last(handle.key.node);
    }
    let marks = runtime.marks(handle.key.node);
    let observer = runtime.context.observer.node;
    if tracked && observer.is_some() && marks.is_stale() {
        runtime.queue(observer, Stale::Check);
    }
    if marks.is_failed() {
        return Err(ReadError::Failed(runtime.failure(handle.key.node)));
    }
    Ok(runtime)
}

/// Finishes a read of a node that is failed, or stale again: an effect created by the node's body has written a signal.
#[cold]
fn read_not_current(
    mut runtime: RefMut<'_, Runtime>,
    index: NodeId,
    tracked: bool,
) -> RefMut<'_, Runtime> {
    let observer = runtime.context.observer.node;
    if tracked && observer.is_some() && runtime.marks(index).is_stale() {
        runtime.queue(observer, Stale::Check);
    }
    if runtime.marks(index).is_failed() {
        let failure = runtime.failure(index);
        if tracked {
            runtime.unwind_observer();
        }
        drop(runtime);
        panic!("{failure}");
    }
    runtime
}

impl Runtime {
    /// Returns the value of a node, and tracks the read if `tracked`. Most reads take this path. Returns `None` if the
    /// read needs another path or if the node has one of the marks in `odd`.
    #[inline(always)]
    pub(crate) fn read_fast(
        &mut self,
        handle: Handle,
        odd: Marks,
        tracked: bool,
    ) -> Option<&Value> {
        let graph = &mut self.graph;
        let node = graph.nodes.get_mut(handle.key.node)?;
        if node.generation != handle.key.generation || node.marks.is_disposed_or(odd) {
            return None;
        }
        let observer = &mut graph.context.observer;
        if tracked && observer.node.is_some() {
            match graph.links.get_mut(observer.next) {
                Some(link) if link.dep == handle.key.node => observer.goes_on(link, node),
                _ if node.read_by == observer.run => {} // a repeated read in this run
                _ => return None,
            }
        }
        Some(&node.value)
    }

    /// Returns the error of a node whose pull has ended in a panic. Returns `None` if the panic concerns neither the
    /// node nor a cycle.
    #[cold]
    fn error_of(&mut self, handle: Handle, payload: &(dyn Any + Send)) -> Option<ReadError> {
        if handle.is_alive(self) && self.is_failed(handle.key.node) {
            self.silence(handle.key.node);
            return Some(ReadError::Failed(self.failure(handle.key.node)));
        }
        self.failures.cycle_of(payload).map(ReadError::Cycle)
    }

    /// Returns an error while a computed value is being computed: its body must not write.
    #[inline(always)]
    pub(crate) fn may_write(&self, signal: NodeId) -> Result<(), String> {
        let computing = self.context.computing;
        if computing.is_none() {
            return Ok(());
        }
        Err(self.refusal(computing, signal))
    }

    #[cold]
    fn refusal(&self, computing: NodeId, signal: NodeId) -> String {
        let (reader, written) = (self.describe(computing), self.describe(signal));
        format!("{reader} writes {written}: computed values cannot write signals")
    }
}

impl Runtime {
    /// Gives the signal at `index` a new version and marks its dependents. Returns whether the graph must settle.
    #[inline(always)]
    pub(crate) fn change(&mut self, index: NodeId) -> bool {
        self.renumber_if_due();
        self.bump_version(index);
        if self.depth > 0 {
            self.mark(index, Stale::Check);
            return false;
        }
        self.mark(index, Stale::Dirty);
        !self.schedule.are_empty()
    }
}

/// Notes a new value of the signal at `index`. At rest, the graph settles.
#[inline(always)]
pub(crate) fn change(turn: &mut Turn<'_>, index: NodeId) {
    let runtime = turn.runtime();
    if runtime.change(index) {
        runtime.depth = 1;
        batch::settle(turn);
    }
}

/// Settles the scheduled nodes, unless a batch is open.
#[inline(always)]
pub(crate) fn settle_if_due(turn: &mut Turn<'_>) {
    let runtime = turn.runtime();
    if runtime.depth == 0 && !runtime.schedule.are_empty() {
        runtime.depth = 1;
        batch::settle(turn);
    }
}
