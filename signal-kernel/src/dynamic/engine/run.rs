//! Runs the body of one node: the context of the run, and the state of the node after a return or a panic.
//!
//! Invariants: a body runs while no borrow of the graph is held, and is out of its slot meanwhile. After the run, the
//! context is the one from before, whatever the body does. A new value replaces the old one only after the body and the
//! comparison have returned.
//!
//! Must not know: why the node runs, and in which phase.

use super::{
    context::{restore_context, suspend_tracking, untracked_context},
    dispose,
    failures::Record,
    runtime::{Body, Evaluation, Node, Runtime},
    snapshots,
    value::Value,
};
use crate::{
    dynamic::graph::{
        ids::{Key, LinkId, NodeId, Queued, Version},
        marks::{Kind, Stale},
        tables::{NOBODY, Observer, RunContext},
    },
    panics::{FirstPanic, swallow},
};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

impl Evaluation<'_> {
    /// Gives the node its value before the run is over, whether the value has `changed` or not: the caller can now drop
    /// the replaced value. The reads of that drop are not tracked.
    pub(crate) fn finish(&mut self, changed: bool) {
        let mut runtime = self.cell.borrow_mut();
        runtime.forget_unread();
        let running = runtime.context.running;
        runtime.context = *self.before; // the node may end now: it must own no new node
        runtime.context.running = running;
        runtime.untracked();
        self.settle_value(&mut runtime, Ok(changed));
        self.finished = true;
    }

    /// Gives the node its value, unless the node was disposed of. `outcome`: whether the value has changed, or the
    /// record of the failure.
    fn settle_value(&mut self, runtime: &mut Runtime, mut outcome: Result<bool, Record>) {
        let node = &mut runtime.nodes[self.node];
        let marks = node.marks;
        node.marks.end_run();
        node.marks.clear_failed();
        if marks.is_disposed() {
            return;
        }
        if marks.is_failed() && outcome.is_ok() {
            outcome = Err(self.fail_for_catching(runtime));
        }
        match outcome {
            Ok(changed) => self.succeed(runtime, changed),
            Err(record) => self.fail(runtime, record),
        }
    }

    /// Ends a successful run. The end of a failure is a change, even if the value is the old one.
    #[inline(always)]
    fn succeed(&mut self, runtime: &mut Runtime, changed: bool) {
        let node = &mut runtime.nodes[self.node];
        node.marks.end_run();
        node.value = self.value.take();
        drop(runtime.failures.take(self.node));
        if changed || self.failed {
            runtime.bump_version(self.node);
        }
    }

    /// Ends a failed run. The start of a failure is a change.
    #[cold]
    fn fail(&mut self, runtime: &mut Runtime, record: Record) {
        runtime.nodes[self.node].value = self.value.take();
        runtime.fail(self.node, record);
        if self.valued && !self.failed {
            runtime.bump_version(self.node);
        }
    }

    /// Makes the record of a body that has caught the panic of a failed read.
    #[cold]
    fn fail_for_catching(&mut self, runtime: &Runtime) -> Record {
        let message = runtime.has_caught(self.node);
        let tried = runtime.is_tried(self.node);
        let record = Record::caught(&message, tried);
        // A `try_` read returns the failure as a value.
        self.caught = (!tried).then(|| Box::new(message) as _);
        record
    }
}

impl Runtime {
    /// From here to `restore_context`, the node tracks the reads and owns the new nodes. `computing` is the node itself
    /// if its body must not write.
    #[inline(always)]
    fn enter(&mut self, index: NodeId, deps: LinkId, computing: NodeId) {
        self.context = RunContext {
            observer: Observer::new(index, deps, self.runs),
            owner: index,
            computing,
            running: index,
        };
        self.next_run();
    }
}

/// Runs the body of a computed value and compares the result. Returns true if the value is certainly a new one. The
/// caller restores the context `outer`.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn computed<'a>(
    cell: &'a RefCell<Runtime>,
    mut guard: RefMut<'a, Runtime>,
    outer: &RunContext,
    index: NodeId,
    panics: &mut FirstPanic,
) -> (RefMut<'a, Runtime>, bool) {
    let runtime = &mut *guard;
    let node = &mut runtime.graph.nodes[index];
    let plain = node.version.is_some()
        && !node.marks.is_failed()
        && !node.owns_any()
        && runtime.log.is_empty();
    let (old, mut body) = match (&node.value, plain) {
        (&Value::Bits(old), true) => match node.body.take() {
            Some(body) => (old, body),
            None => return (guard, false), // the node is still being checked: see `refresh`
        },
        _ => {
            suspend_tracking(guard, outer);
            run_computed_slow(cell, index, panics);
            return (cell.borrow_mut(), false);
        }
    };
    node.marks.begin_run();
    let deps = node.deps;
    runtime.enter(index, deps, index);
    drop(guard);
    let outcome = catch_unwind(AssertUnwindSafe(|| body.compute_bits(cell, old))); // user code
    finish_run(
        cell,
        outer,
        index,
        (body, outcome),
        panics,
        |node, clock, renewed| {
            node.marks.end_run();
            let moved = renewed.is_some();
            if let Some(bits) = renewed {
                (node.value, node.version) = (Value::Bits(bits), clock.tick());
            }
            moved
        },
    )
}

/// Puts a body back into its node after a run. `keep` takes the result and returns whether the value is a new one.
/// After a panic, or if the node was disposed of meanwhile, `keep` is not called.
#[cfg_attr(not(debug_assertions), inline(always))]
fn finish_run<'a, R>(
    cell: &'a RefCell<Runtime>,
    outer: &RunContext,
    index: NodeId,
    (body, outcome): (Box<dyn Body>, thread::Result<R>),
    panics: &mut FirstPanic,
    keep: impl FnOnce(&mut Node, &mut Version, R) -> bool,
) -> (RefMut<'a, Runtime>, bool) {
    let yielded = match outcome {
        Ok(yielded) => yielded,
        Err(payload) => {
            finish_run_slow(cell, outer, index, (body, Err(payload)), panics);
            return (cell.borrow_mut(), false);
        }
    };
    let mut guard = cell.borrow_mut();
    let runtime = &mut *guard;
    runtime.forget_unread();
    let graph = &mut runtime.graph;
    let node = &mut graph.nodes[index];
    if node.marks.is_failed_or_disposed() {
        drop(guard);
        finish_run_slow(cell, outer, index, (body, Ok(())), panics);
        return (cell.borrow_mut(), false);
    }
    node.put_back(body);
    let moved = keep(node, &mut graph.clock, yielded);
    (guard, moved)
}

/// Ends a run whose body has panicked or has caught the panic of a failed read, or whose node was disposed of
/// meanwhile. The value of a computed node has not changed.
#[cold]
fn finish_run_slow(
    cell: &RefCell<Runtime>,
    outer: &RunContext,
    index: NodeId,
    (body, mut outcome): (Box<dyn Body>, thread::Result<()>),
    panics: &mut FirstPanic,
) {
    let mut runtime = cell.borrow_mut();
    end_reads(&mut runtime, index, outcome.is_err());
    runtime.context = untracked_context(outer);
    let node = &mut runtime.nodes[index];
    node.marks.end_run();
    node.marks.clear_failed();
    let (generation, kind) = (node.generation, node.kind);
    let key = Key {
        node: index,
        generation,
    };
    let mut tried = false;
    if !node.marks.is_disposed() {
        tried = kind == Kind::Computed && runtime.is_tried(index);
        let (payload, record) = match outcome {
            Ok(()) => {
                let message = runtime.has_caught(index);
                let record = Record::caught(&message, tried);
                (Box::new(message) as Box<dyn Any + Send>, record)
            }
            Err(payload) => {
                let record = Record::new(&*payload, tried);
                (payload, record)
            }
        };
        if kind == Kind::Computed {
            runtime.fail(index, record);
            runtime.bump_version(index); // the start of a failure is a change
        }
        outcome = Err(payload);
    }
    // Either no handle exists for an effect whose first run has panicked, or the handle was never of use.
    let node = &runtime.nodes[index];
    let ends = node.kind == Kind::Effect && node.marks.is_first() && outcome.is_err();
    drop(runtime);
    if tried {
        outcome = hand_over(outcome);
    }
    return_body(cell, key, (body, Value::NONE), outcome, panics);
    if ends && cell.borrow().is_alive(key) {
        dispose::node(cell, index, panics);
    }
}

/// Ends the tracking of a run. After a panic, the node also keeps the dependencies of its last run.
fn end_reads(runtime: &mut Runtime, node: NodeId, panicked: bool) {
    if panicked && !runtime.marks(node).is_disposed() {
        runtime.keep_unread();
    } else {
        runtime.forget_unread();
    }
}

/// Runs the body of a computed value of any type, also if the last run has left owned nodes, or if a batch reads a
/// provisional value.
#[inline(never)]
fn run_computed_slow(cell: &RefCell<Runtime>, index: NodeId, panics: &mut FirstPanic) {
    let before = cell.borrow().context;
    let mut evaluation = Evaluation::new(cell, index, &before);
    if let Some(mut body) = begin_evaluation(&mut evaluation, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| body.compute(&mut evaluation))); // user code
        end_evaluation(&mut evaluation, body, outcome, panics);
    }
}

/// As `run_computed_slow`, for a value that was never computed. Such bodies run nested, so the parts that need much
/// stack are not inlined.
#[inline(never)]
pub(crate) fn computed_first(cell: &RefCell<Runtime>, index: NodeId, panics: &mut FirstPanic) {
    let before = cell.borrow().context;
    let mut evaluation = Evaluation::new(cell, index, &before);
    if let Some(mut body) = begin_evaluation_outlined(&mut evaluation, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| body.compute(&mut evaluation))); // user code
        end_evaluation_outlined(&mut evaluation, body, outcome, panics);
    }
}

#[inline(never)]
fn begin_evaluation_outlined(
    evaluation: &mut Evaluation<'_>,
    panics: &mut FirstPanic,
) -> Option<Box<dyn Body>> {
    begin_evaluation(evaluation, panics)
}

#[inline(never)]
fn end_evaluation_outlined(
    evaluation: &mut Evaluation<'_>,
    body: Box<dyn Body>,
    outcome: thread::Result<bool>,
    panics: &mut FirstPanic,
) {
    end_evaluation(evaluation, body, outcome, panics);
}

/// Takes the body and the value of a computed value out of the node. Returns `None` if they are gone.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin_evaluation(
    evaluation: &mut Evaluation<'_>,
    panics: &mut FirstPanic,
) -> Option<Box<dyn Body>> {
    let (cell, index) = (evaluation.cell, evaluation.node);
    let mut guard = cell.borrow_mut();
    let node = &guard.nodes[index];
    node.body.as_ref()?; // else a cleanup was faster, or the node is still being checked: see `refresh`
    if node.owns_any() {
        drop(guard);
        if !dispose_of_last_run(cell, index, panics) {
            return None;
        }
        guard = cell.borrow_mut();
    }
    snapshots::take(&mut guard, index);
    let runtime = &mut *guard;
    let node = &mut runtime.nodes[index];
    let (deps, marks) = (node.deps, node.marks);
    let body = node.body.take()?; // else a cleanup was faster
    node.marks.begin_run();
    node.marks.clear_failed();
    evaluation.generation = node.generation;
    evaluation.value = node.value.take();
    evaluation.valued = node.version.is_some();
    if marks.is_failed() {
        evaluation.failed = !runtime.is_sound(index);
    }
    runtime.enter(index, deps, index);
    Some(body)
}

/// Puts the value and the body back into the node.
#[cfg_attr(not(debug_assertions), inline(always))]
fn end_evaluation(
    evaluation: &mut Evaluation<'_>,
    body: Box<dyn Body>,
    outcome: thread::Result<bool>,
    panics: &mut FirstPanic,
) {
    let mut guard = evaluation.cell.borrow_mut();
    let runtime = &mut *guard;
    let plain = !evaluation.finished && !runtime.marks(evaluation.node).is_failed_or_disposed();
    match outcome {
        Ok(changed) if plain => {
            runtime.forget_unread();
            runtime.context = *evaluation.before;
            evaluation.succeed(runtime, changed);
            runtime.nodes[evaluation.node].put_back(body);
        }
        outcome => {
            drop(guard);
            end_evaluation_slow(evaluation, body, outcome, panics);
        }
    }
}

/// As `end_evaluation`, if the node has its value already or the run has failed.
#[inline(never)]
fn end_evaluation_slow(
    evaluation: &mut Evaluation<'_>,
    body: Box<dyn Body>,
    outcome: thread::Result<bool>,
    panics: &mut FirstPanic,
) {
    let (cell, index) = (evaluation.cell, evaluation.node);
    let mut guard = cell.borrow_mut();
    let runtime = &mut *guard;
    end_reads(runtime, index, outcome.is_err());
    runtime.context = *evaluation.before;
    let tried = outcome.is_err() && runtime.is_tried(index);
    if !evaluation.finished {
        let outcome = match &outcome {
            Ok(changed) => Ok(*changed),
            Err(payload) => Err(Record::new(&**payload, tried)),
        };
        evaluation.settle_value(runtime, outcome);
    }
    drop(guard);
    let outcome = match evaluation.caught.take() {
        Some(message) => Err(message),
        None if tried => hand_over(outcome.map(drop)),
        None => outcome.map(drop),
    };
    let key = Key {
        node: index,
        generation: evaluation.generation,
    };
    let value = evaluation.value.take();
    return_body(cell, key, (body, value), outcome, panics);
}

/// Drops the panic of a body whose failure a `try_` read returns as a value.
#[cold]
fn hand_over(outcome: thread::Result<()>) -> thread::Result<()> {
    if let Err(payload) = outcome {
        swallow(payload); // user code
    }
    Ok(())
}

/// Disposes of the nodes that the last run of a node owns. Returns false if a cleanup has disposed of the node, or has
/// read the node and so run it.
#[cold]
fn dispose_of_last_run(cell: &RefCell<Runtime>, index: NodeId, panics: &mut FirstPanic) -> bool {
    let mut runtime = cell.borrow_mut();
    let key = runtime.key(index);
    // No cleanup may take the old value for current.
    runtime.nodes[index].marks.end_check();
    runtime.nodes[index].marks.set_stale(Stale::Dirty);
    drop(runtime);
    dispose::outdated(cell, index, panics);
    let runtime = cell.borrow();
    runtime.is_alive(key) && runtime.marks(index).is_stale()
}

/// Runs the remaining effects of a round, one after the other.
#[inline(never)]
pub(crate) fn effects(cell: &RefCell<Runtime>, round: &[Queued], panics: &mut FirstPanic) {
    let mut guard = cell.borrow_mut();
    let outer = guard.context;
    for &due in round {
        let runtime = &mut *guard;
        let index = due.node();
        let node = &mut runtime.nodes[index];
        if node.order != due.order() {
            continue;
        }
        let marks = node.marks;
        node.marks.clear_queued();
        if !marks.is_to_run() {
            continue;
        }
        if node.owns_any() {
            suspend_tracking(guard, &outer);
            effect(cell, index, panics);
            guard = cell.borrow_mut();
        } else if let Some(body) = node.body.take() {
            node.marks.begin_run();
            let at = (index, node.deps);
            guard = run_taken_body(cell, guard, &outer, at, body, panics);
        }
    }
    restore_context(guard, &outer);
}

/// Runs an effect, after the end of the nodes it owns, or runs a resource.
#[inline(never)]
pub(crate) fn effect(cell: &RefCell<Runtime>, index: NodeId, panics: &mut FirstPanic) {
    let outer = cell.borrow().context;
    if let Some(mut body) = begin_effect(cell, index, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| body.run(cell, index))); // user code
        end_effect(cell, &outer, index, (body, outcome), panics);
    }
}

/// As `effect`, for effects and resources that run nested: the parts that need much stack are not inlined.
#[inline(never)]
pub(crate) fn effect_inside(cell: &RefCell<Runtime>, index: NodeId, panics: &mut FirstPanic) {
    let outer = cell.borrow().context;
    if let Some(mut body) = begin_effect_outlined(cell, index, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| body.run(cell, index))); // user code
        end_effect_outlined(cell, &outer, index, (body, outcome), panics);
    }
}

#[inline(never)]
fn begin_effect_outlined(
    cell: &RefCell<Runtime>,
    index: NodeId,
    panics: &mut FirstPanic,
) -> Option<Box<dyn Body>> {
    begin_effect(cell, index, panics)
}

#[inline(never)]
fn end_effect_outlined(
    cell: &RefCell<Runtime>,
    outer: &RunContext,
    index: NodeId,
    ran: (Box<dyn Body>, thread::Result<()>),
    panics: &mut FirstPanic,
) {
    end_effect(cell, outer, index, ran, panics);
}

/// Takes the body of an effect or a resource out of its node. Returns `None` if the node is running already and its own
/// body has pulled on it, or if the body is gone.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin_effect(
    cell: &RefCell<Runtime>,
    index: NodeId,
    panics: &mut FirstPanic,
) -> Option<Box<dyn Body>> {
    let mut guard = cell.borrow_mut();
    let node = &guard.nodes[index];
    if node.kind == Kind::Effect && node.owns_any() {
        drop(guard);
        if !dispose_of_last_run(cell, index, panics) {
            return None;
        }
        guard = cell.borrow_mut();
    }
    let runtime = &mut *guard;
    let node = &mut runtime.nodes[index];
    let deps = node.deps;
    let body = node.body.take()?;
    node.marks.begin_run();
    runtime.enter(index, deps, NodeId::NONE);
    Some(body)
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn end_effect(
    cell: &RefCell<Runtime>,
    outer: &RunContext,
    index: NodeId,
    ran: (Box<dyn Body>, thread::Result<()>),
    panics: &mut FirstPanic,
) {
    let (runtime, _) = finish_run(cell, outer, index, ran, panics, end_effect_run);
    restore_context(runtime, outer);
}

/// Ends a run of an effect or a resource, which has no value of its own.
#[inline(always)]
fn end_effect_run(node: &mut Node, _: &mut Version, (): ()) -> bool {
    node.marks.end_effect_run();
    false
}

/// Runs a resource. The caller restores the context `outer`.
#[inline(always)]
pub(crate) fn resource<'a>(
    cell: &'a RefCell<Runtime>,
    mut guard: RefMut<'a, Runtime>,
    outer: &RunContext,
    index: NodeId,
    panics: &mut FirstPanic,
) -> RefMut<'a, Runtime> {
    let node = &mut guard.nodes[index];
    let Some(body) = node.body.take() else {
        return guard; // the resource is running already, and has pulled on itself
    };
    node.marks.begin_run();
    let at = (index, node.deps);
    run_taken_body(cell, guard, outer, at, body, panics)
}

/// Runs a body that is out of its slot, and puts the body back. The caller restores the context `outer`.
#[inline(always)]
fn run_taken_body<'a>(
    cell: &'a RefCell<Runtime>,
    mut guard: RefMut<'a, Runtime>,
    outer: &RunContext,
    (index, deps): (NodeId, LinkId),
    mut body: Box<dyn Body>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Runtime> {
    let runtime = &mut *guard;
    runtime.enter(index, deps, NodeId::NONE);
    drop(guard);
    let outcome = catch_unwind(AssertUnwindSafe(|| body.run(cell, index))); // user code
    finish_run(cell, outer, index, (body, outcome), panics, end_effect_run).0
}

/// Puts a body back into its node. If the node was disposed of meanwhile, drops the body and the value.
fn return_body(
    cell: &RefCell<Runtime>,
    key: Key,
    (body, value): (Box<dyn Body>, Value),
    outcome: thread::Result<()>,
    panics: &mut FirstPanic,
) {
    if let Err(payload) = outcome {
        panics.keep(payload); // user code: drops a later panic
    }
    let mut runtime = cell.borrow_mut();
    if runtime.is_alive(key) {
        runtime.nodes[key.node].body = Some(body);
        return;
    }
    // After `Evaluation::finish` the node does not count as running, so its slot may be free already.
    let waits = runtime.key(key.node) == key && runtime.nodes[key.node].kind != Kind::Free;
    drop(runtime);
    body.end(panics); // user code
    panics.discard(value); // user code
    if waits {
        dispose::finish(cell, key.node, panics);
    }
}

/// Polls the work of a resource. Returns whether the work has come to an end.
pub(crate) fn poll(cell: &RefCell<Runtime>, index: NodeId, panics: &mut FirstPanic) -> bool {
    let mut runtime = cell.borrow_mut();
    let slot = runtime.nodes.get(index);
    if slot.is_none_or(|slot| slot.kind != Kind::Resource) {
        return false; // a late wake
    }
    let key = runtime.key(index);
    let Some(mut body) = runtime.nodes[index].body.take() else {
        return false;
    };
    let outer = RunContext {
        observer: NOBODY,
        owner: index,
        computing: NodeId::NONE,
        running: index,
    };
    let before = std::mem::replace(&mut runtime.context, outer);
    runtime.nodes[index].marks.hold();
    drop(runtime);
    let done = body.poll(panics);
    let mut runtime = cell.borrow_mut();
    runtime.context = before;
    runtime.nodes[index].marks.end_run();
    drop(runtime);
    return_body(cell, key, (body, Value::NONE), Ok(()), panics);
    done
}
