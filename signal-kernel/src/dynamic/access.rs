//! The graph of this thread: reads that bring a value up to date, and writes that settle.
//!
//! Invariants: no borrow of the graph is held while user code runs; a tracked read of a failed value, or of a value
//! that is being computed, still makes the reader depend on the value.
//!
//! Must not know: the types of values.

use super::{
    batch,
    current::with,
    graph::ids::{Key, NodeId},
    graph::marks::{Kind, Marks, Stale},
    graph::tables::RunContext,
    handle::Handle,
    read_error::Disposed,
    read_error::{Cycle, ReadError},
    run,
    runtime::Runtime,
    settle,
    value::Value,
};
use crate::{
    panics::{FirstPanic, swallow},
    stack,
};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

/// Returns the bits of a computed value of a primitive type, brought up to date.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn bits(handle: Handle, tracked: bool) -> Result<u64, Disposed> {
    match read_bits_fast(handle, tracked) {
        Some(bits) => Ok(bits),
        None if is_new(handle) => new_bits(handle, tracked),
        None => known_bits(handle, tracked),
    }
}

/// As `bits`, for all other types.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn value(handle: Handle, tracked: bool) -> Result<Value, Disposed> {
    match read_value_fast(handle, tracked) {
        Some(value) => Ok(value),
        None if is_new(handle) => new_value(handle, tracked),
        None => known_value(handle, tracked),
    }
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn read_bits_fast(handle: Handle, tracked: bool) -> Option<u64> {
    with(|cell| {
        let mut graph = cell.borrow_mut();
        graph
            .read_fast(handle, Marks::NOT_CURRENT, tracked)
            .map(Value::bits)
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn read_value_fast(handle: Handle, tracked: bool) -> Option<Value> {
    with(|cell| {
        let mut graph = cell.borrow_mut();
        graph
            .read_fast(handle, Marks::NOT_CURRENT, tracked)
            .cloned()
    })
}

/// Returns whether a body is running and the value was never computed.
#[cfg_attr(not(debug_assertions), inline(always))]
fn is_new(handle: Handle) -> bool {
    with(|cell| {
        let graph = cell.borrow();
        let node = graph.nodes.get(handle.key.node);
        graph.is_nested() && node.is_some_and(|node| node.version.is_none())
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn known_bits(handle: Handle, tracked: bool) -> Result<u64, Disposed> {
    with(|cell| {
        let graph = up_to_date(cell, handle, tracked)?;
        Ok(graph.nodes[handle.key.node].value.bits())
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn known_value(handle: Handle, tracked: bool) -> Result<Value, Disposed> {
    with(|cell| {
        let graph = up_to_date(cell, handle, tracked)?;
        Ok(graph.nodes[handle.key.node].value.clone())
    })
}

#[inline(never)]
fn new_bits(handle: Handle, tracked: bool) -> Result<u64, Disposed> {
    if !pull_new(handle, tracked) {
        return known_bits(handle, tracked);
    }
    with(|cell| {
        let graph = pulled(cell.borrow_mut(), handle, tracked)?;
        Ok(graph.nodes[handle.key.node].value.bits())
    })
}

#[inline(never)]
fn new_value(handle: Handle, tracked: bool) -> Result<Value, Disposed> {
    if !pull_new(handle, tracked) {
        return known_value(handle, tracked);
    }
    with(|cell| {
        let graph = pulled(cell.borrow_mut(), handle, tracked)?;
        Ok(graph.nodes[handle.key.node].value.clone())
    })
}

/// Computes a value for the first time, for a running body. Returns false if no body is running or if the value needs
/// another path. Of all frames of such a read, only those of this path are on the stack while the body runs.
#[cfg_attr(not(debug_assertions), inline(always))]
fn pull_new(handle: Handle, tracked: bool) -> bool {
    with(|cell| {
        let new = is_pulled_new(cell, handle);
        if new {
            pull_inside(cell, handle.key.node, tracked);
        }
        new
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn is_pulled_new(cell: &RefCell<Runtime>, handle: Handle) -> bool {
    let graph = cell.borrow();
    graph.is_nested() && handle.is_alive(&graph) && graph.is_to_run_first(handle.key.node)
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
    let mut graph = cell.borrow_mut();
    handle.check(&graph, "computed value")?;
    if graph.marks(handle.key.node).has_any(Marks::NOT_CURRENT) {
        return pulled(pull(cell, graph, handle.key.node, tracked), handle, tracked);
    }
    if tracked {
        graph.track(handle.key.node);
    }
    Ok(graph)
}

/// Finishes a read after a pull of the computed value.
#[cfg_attr(not(debug_assertions), inline(always))]
fn pulled(
    mut graph: RefMut<'_, Runtime>,
    handle: Handle,
    tracked: bool,
) -> Result<RefMut<'_, Runtime>, Disposed> {
    if graph
        .read_fast(handle, Marks::UNREADABLE, tracked)
        .is_some()
    {
        return Ok(graph);
    }
    handle.check(&graph, "computed value")?;
    if tracked {
        graph.track(handle.key.node);
    }
    if graph.marks(handle.key.node).has_any(Marks::UNREADABLE) {
        graph = read_not_current(graph, handle.key.node, tracked);
    }
    Ok(graph)
}

/// As `up_to_date`, for a `try_` read: returns a failure as an error. A panic that concerns another value goes on.
#[inline(never)]
pub(super) fn try_up_to_date(
    cell: &RefCell<Runtime>,
    handle: Handle,
    tracked: bool,
) -> Result<RefMut<'_, Runtime>, ReadError> {
    let mut graph = cell.borrow_mut();
    handle.check(&graph, "computed value")?;
    let marks = graph.marks(handle.key.node);
    if marks.is_in_progress() {
        let cycle = graph.refuse(handle.key.node, tracked);
        if tracked {
            graph.try_last(handle.key.node);
        }
        return Err(ReadError::Cycle(cycle));
    }
    if marks.has_any(Marks::NOT_CURRENT) {
        let observer = graph.context.observer.node;
        let before = graph.nodes.get(observer).map(|it| it.marks);
        drop(graph);
        let pulled = catch_unwind(AssertUnwindSafe(|| {
            pull_part(cell, handle.key.node, tracked); // user code
        }));
        graph = cell.borrow_mut();
        if before.is_some_and(|before| !before.is_failed()) {
            graph.nodes[observer].marks.clear_failed(); // the observer is not unwound
        }
        if let Err(payload) = pulled {
            if tracked {
                graph.try_last(handle.key.node);
            }
            let error = graph.error_of(handle, &*payload);
            drop(graph);
            let Some(error) = error else {
                resume_unwind(payload);
            };
            swallow(payload); // user code
            return Err(error);
        }
        handle.check(&graph, "computed value")?;
    }
    if tracked {
        graph.track(handle.key.node);
        graph.try_last(handle.key.node);
    }
    let marks = graph.marks(handle.key.node);
    let observer = graph.context.observer.node;
    if tracked && observer.is_some() && marks.is_stale() {
        graph.queue(observer, Stale::Check);
    }
    if marks.is_failed() {
        return Err(ReadError::Failed(graph.failure(handle.key.node)));
    }
    Ok(graph)
}

/// Finishes a read of a node that is failed, or stale again: an effect created by the node's body has written a signal.
#[cold]
fn read_not_current(
    mut graph: RefMut<'_, Runtime>,
    index: NodeId,
    tracked: bool,
) -> RefMut<'_, Runtime> {
    let observer = graph.context.observer.node;
    if tracked && observer.is_some() && graph.marks(index).is_stale() {
        graph.queue(observer, Stale::Check);
    }
    if graph.marks(index).is_failed() {
        let failure = graph.failure(index);
        if tracked {
            graph.unwind_observer();
        }
        drop(graph);
        panic!("{failure}");
    }
    graph
}

/// Brings a node up to date for a read. A read that fails is tracked too if `tracked`.
#[cfg_attr(not(debug_assertions), inline(always))]
fn pull<'a>(
    cell: &'a RefCell<Runtime>,
    mut graph: RefMut<'a, Runtime>,
    index: NodeId,
    tracked: bool,
) -> RefMut<'a, Runtime> {
    let mut marks = graph.marks(index);
    if marks.is_in_progress() {
        refuse(graph, index, tracked);
    }
    if marks.is_failed() {
        graph.reopen(index);
        marks = graph.marks(index);
    }
    if !marks.is_stale() && (!marks.is_provisional() || !graph.log.is_empty()) {
        return graph;
    }
    let inside = graph.is_nested();
    if inside && stack::is_short() {
        drop(graph);
        pull_on_new_stack(cell, index, tracked);
        return cell.borrow_mut();
    }
    let read = Read {
        node: index,
        tracked,
    };
    bring(cell, graph, read, inside)
}

/// As `pull`, for a read outside the hottest path, with less on the stack.
#[inline(never)]
pub(super) fn pull_part(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    let graph = cell.borrow();
    let first = graph.is_nested() && graph.is_to_run_first(index);
    drop(graph);
    match first {
        true => pull_inside(cell, index, tracked),
        false => pull_known(cell, index, tracked),
    }
}

#[inline(never)]
fn pull_known(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    drop(pull(cell, cell.borrow_mut(), index, tracked));
}

/// A read that brings its node up to date.
#[derive(Clone, Copy)]
struct Read {
    node: NodeId,
    tracked: bool,
}

/// The state of the graph before a pull.
struct PullStart {
    outer: RunContext,
    key: Key,
    at_rest: bool,
}

/// Brings a stale node up to date.
#[cfg_attr(not(debug_assertions), inline(always))]
fn bring<'a>(
    cell: &'a RefCell<Runtime>,
    mut graph: RefMut<'a, Runtime>,
    read: Read,
    inside: bool,
) -> RefMut<'a, Runtime> {
    let _level = inside.then(stack::enter);
    let must_run = graph.must_run(read.node);
    if inside {
        graph.begin_inside(read.node, read.tracked);
    }
    let start = graph.begin_pull(read.node);
    let mut panics = FirstPanic::default();
    graph = settle::refresh::<false>(cell, graph, &start.outer, read.node, must_run, &mut panics);
    if inside {
        graph.end_inside();
    }
    let done = graph.end_pull(&start);
    if done && panics.is_empty() {
        return graph;
    }
    drop(graph);
    finish_pull_slow(cell, &start, read, panics);
    cell.borrow_mut()
}

/// Computes a value for the first time, for a running body. A chain of values that were never read has one such call on
/// the stack for each value, so the parts that need much stack are not inlined here.
#[inline(never)]
fn pull_inside(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    if stack::is_short() {
        return pull_on_new_stack(cell, index, tracked);
    }
    let _level = stack::enter();
    let mut panics = FirstPanic::default();
    let start = begin_inside(cell, index, tracked);
    run::computed_first(cell, index, &mut panics);
    let read = Read {
        node: index,
        tracked,
    };
    end_inside(cell, &start, read, panics);
}

#[cold]
#[inline(never)]
fn pull_on_new_stack(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    stack::elsewhere(
        || refuse_depth(cell, index, tracked),
        || pull_part(cell, index, tracked),
    );
}

/// Refuses a read that is too deep. The reader is marked and checks again at its next read, because the value may exist
/// by then.
#[cold]
#[inline(never)]
fn refuse_depth(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) -> String {
    let mut graph = cell.borrow_mut();
    if tracked {
        graph.track(index);
        let observer = graph.context.observer.node;
        if observer.is_some() {
            graph.queue(observer, Stale::Check);
        }
    }
    graph.too_deep(index)
}

#[inline(never)]
fn begin_inside(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) -> PullStart {
    let mut graph = cell.borrow_mut();
    graph.begin_inside(index, tracked);
    let start = graph.begin_pull(index);
    settle::begin_first_run(&mut graph, index, &start.outer);
    start
}

#[inline(never)]
fn end_inside(cell: &RefCell<Runtime>, start: &PullStart, read: Read, mut panics: FirstPanic) {
    settle::end_first_run(cell, read.node, &start.outer, &mut panics);
    let mut graph = cell.borrow_mut();
    graph.end_inside();
    let done = graph.end_pull(start);
    drop(graph);
    if !done || !panics.is_empty() {
        finish_pull_slow(cell, start, read, panics);
    }
}

/// Refuses the read of a node that is being computed: the node depends on itself.
#[cold]
fn refuse(mut graph: RefMut<'_, Runtime>, index: NodeId, tracked: bool) -> ! {
    let cycle = graph.refuse(index, tracked);
    drop(graph);
    panic!("{cycle}");
}

/// Ends the batch of a pull at rest, and resumes the first panic.
#[cold]
fn finish_pull_slow(
    cell: &RefCell<Runtime>,
    start: &PullStart,
    read: Read,
    mut panics: FirstPanic,
) {
    let mut graph = cell.borrow_mut();
    let alive = graph.is_alive(start.key);
    let Read { node, tracked } = read;
    let failed = alive && graph.marks(node).has_any(Marks::UNREADABLE);
    if failed {
        if tracked {
            graph.track_refused(node);
        }
        if tracked && graph.is_failed(node) {
            graph.unwind_observer();
        }
    } else {
        // The value is current; only the drop of an old value has panicked.
        graph.deferred_panics.merge(std::mem::take(&mut panics));
    }
    drop(graph);
    if start.at_rest {
        batch::end(cell, &mut panics);
    }
    panics.resume();
}

impl Runtime {
    /// Returns whether the node is a computed value that is due for its first run.
    #[inline(always)]
    fn is_to_run_first(&self, index: NodeId) -> bool {
        let node = &self.nodes[index];
        node.version.is_none() && node.kind == Kind::Computed && node.marks.is_just_dirty()
    }

    /// Begins a pull. A pull at rest is a batch.
    #[inline(always)]
    fn begin_pull(&mut self, index: NodeId) -> PullStart {
        let at_rest = self.depth == 0;
        if at_rest {
            self.renumber_if_due();
            self.depth = 1;
        }
        PullStart {
            outer: self.context,
            key: self.key(index),
            at_rest,
        }
    }

    /// Ends a pull. Returns false if the graph has something to settle.
    #[inline(always)]
    fn end_pull(&mut self, start: &PullStart) -> bool {
        if self.failures.has_refused() {
            self.tell_refused();
        }
        self.context = start.outer;
        if !start.at_rest {
            return true;
        }
        let done =
            self.is_settled() && self.snapshots.is_empty() && self.deferred_panics.is_empty();
        if done {
            self.depth = 0;
        }
        done
    }

    /// Returns whether the node is a computed value that must run: a check of its dependencies could only confirm the
    /// run.
    #[inline(always)]
    pub(super) fn must_run(&self, index: NodeId) -> bool {
        let node = &self.nodes[index];
        node.marks.must_run() && node.kind == Kind::Computed
    }

    /// Returns the value of a node, and tracks the read if `tracked`. Most reads take this path. Returns `None` if the
    /// read needs another path or if the node has one of the marks in `odd`.
    #[inline(always)]
    pub(super) fn read_fast(
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

    /// Tracks a read that finds no value. If the value is only incomplete, and does not depend on its reader, some
    /// readers check again once the value is complete: an effect, on which no node depends, and a node inside an
    /// untracked read.
    #[cold]
    fn track_refused(&mut self, index: NodeId) {
        let observer = self.context.observer.node;
        if observer == index && !self.has_untracked_reader() {
            return; // only a change of its own dependencies can remove this cycle
        }
        self.track(index);
        let marks = self.marks(index);
        // The body is out of its slot also during the drop of the last run's value.
        let away = self.nodes[index].is_away();
        let comes = marks.is_in_progress() || away;
        let waits = comes || marks.is_stale() || self.is_open(index).is_some();
        // The read was too deep, or has failed because of a read that was too deep: the next read tries again.
        let tries = stack::REFUSES && marks.is_stale() && !comes && self.is_failed(index);
        if !waits || observer.is_none() {
            return;
        }
        let effect = self.nodes[observer].kind == Kind::Effect;
        if tries || effect || self.has_untracked_reader() {
            // An effect has not seen the value even if the completed value equals the old one.
            self.queue(
                observer,
                if effect && comes {
                    Stale::Dirty
                } else {
                    Stale::Check
                },
            );
        }
        if tries || effect {
            return;
        }
        let cursor = self.context.observer.cursor;
        if let Some(link) = self.links.get_mut(cursor) {
            if link.dep == index {
                link.seen.set_refused();
                link.seen.set_tried();
            }
        }
        self.note_refused(observer, index);
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

    /// Returns the cycle that a read of this node would close: the node is being computed.
    #[cold]
    pub(super) fn refuse(&mut self, index: NodeId, tracked: bool) -> Cycle {
        let running = self.context.running;
        let reader = if running.is_none() { index } else { running };
        let cycle = self.cycle(reader, index);
        if tracked {
            self.track_refused(index);
        }
        cycle
    }

    /// Returns an error while a computed value is being computed: its body must not write.
    #[inline(always)]
    pub(super) fn may_write(&self, signal: NodeId) -> Result<(), String> {
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

/// Marks the dependents of the signal at `index`, whose value has changed. At rest, the graph settles.
#[inline(always)]
pub(super) fn changed(
    cell: &RefCell<Runtime>,
    mut graph: RefMut<'_, Runtime>,
    index: NodeId,
    panics: &mut FirstPanic,
) {
    graph.renumber_if_due();
    graph.bump_version(index);
    if graph.depth > 0 {
        graph.mark(index, Stale::Check);
        return;
    }
    graph.mark(index, Stale::Dirty);
    if graph.schedule.are_empty() {
        return;
    }
    graph.depth = 1;
    drop(graph);
    batch::settle(cell, panics);
}

/// Settles the scheduled nodes, unless a batch is open.
#[inline(always)]
pub(super) fn settle_at_rest(cell: &RefCell<Runtime>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    if graph.depth == 0 && !graph.schedule.are_empty() {
        graph.depth = 1;
        drop(graph);
        batch::settle(cell, panics);
    }
}
