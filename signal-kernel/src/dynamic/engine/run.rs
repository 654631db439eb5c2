//! Runs the body of one node: the context of the run, and the state of the node after a return or a panic.
//!
//! Invariants: a body runs while no borrow of the graph is held, and is out of its slot meanwhile. After the run, the
//! context is the one from before, whatever the body does. A new value replaces the old one only after the body and the
//! comparison have returned.
//!
//! Must not know: why the node runs, and in which phase.

use super::{
    dispose,
    failures::Record,
    runtime::{Body, Evaluation, Node, Runtime},
    snapshots,
    turn::Turn,
    value::Value,
};
use crate::dynamic::graph::{
    ids::{Key, LinkId, NodeId, Queued, Version},
    marks::{Kind, Stale},
    tables::{NOBODY, Observer, RunContext},
};
use std::{any::Any, cell::RefMut, thread};

impl<'a> Evaluation<'a> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn new(turn: &mut Turn<'a>, node: NodeId) -> Self {
        Evaluation {
            cell: turn.cell(),
            node,
            generation: 0,
            before: turn.runtime().context,
            value: Value::NONE,
            valued: false,
            failed: false,
            caught: None,
            finished: false,
        }
    }

    /// Gives the node its value before the run is over, whether the value has `changed` or not: the caller can now drop
    /// the replaced value. The reads of that drop are not tracked.
    pub(crate) fn finish(&mut self, changed: bool) {
        let mut runtime = self.cell.borrow_mut();
        runtime.forget_unread();
        let running = runtime.context.running;
        runtime.context = self.before; // the node may end now: it must own no new node
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
/// caller restores the outer context.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn computed<'a>(
    turn: &mut Turn<'a>,
    mut runtime: RefMut<'a, Runtime>,
    index: NodeId,
) -> (RefMut<'a, Runtime>, bool) {
    let it = &mut *runtime;
    let node = &mut it.graph.nodes[index];
    let plain =
        node.version.is_some() && !node.marks.is_failed() && !node.owns_any() && it.log.is_empty();
    let (old, mut body) = match (&node.value, plain) {
        (&Value::Bits(old), true) => match node.body.take() {
            Some(body) => (old, body),
            None => return (runtime, false), // the node is still being checked: see `refresh`
        },
        _ => {
            drop(runtime);
            run_computed_slow(turn, index);
            return (turn.take(), false);
        }
    };
    node.marks.begin_run();
    let deps = node.deps;
    it.enter(index, deps, index);
    drop(runtime);
    let outcome = turn.run_next(|cell| body.compute_bits(cell, old)); // user code
    finish_run(turn, index, (body, outcome), |node, clock, renewed| {
        node.marks.end_run();
        let moved = renewed.is_some();
        if let Some(bits) = renewed {
            (node.value, node.version) = (Value::Bits(bits), clock.tick());
        }
        moved
    })
}

/// Puts a body back into its node after a run. `keep` takes the result and returns whether the value is a new one.
/// After a panic, or if the node was disposed of meanwhile, `keep` is not called.
#[cfg_attr(not(debug_assertions), inline(always))]
fn finish_run<'a, R>(
    turn: &mut Turn<'a>,
    index: NodeId,
    (body, outcome): (Box<dyn Body>, thread::Result<R>),
    keep: impl FnOnce(&mut Node, &mut Version, R) -> bool,
) -> (RefMut<'a, Runtime>, bool) {
    let yielded = match outcome {
        Ok(yielded) => yielded,
        Err(payload) => {
            finish_run_slow(turn, index, (body, Err(payload)));
            return (turn.take(), false);
        }
    };
    let mut runtime = turn.cell().borrow_mut();
    runtime.forget_unread();
    let graph = &mut runtime.graph;
    let node = &mut graph.nodes[index];
    if node.marks.is_failed_or_disposed() {
        drop(runtime);
        finish_run_slow(turn, index, (body, Ok(())));
        return (turn.take(), false);
    }
    node.put_back(body);
    let moved = keep(node, &mut graph.clock, yielded);
    (runtime, moved)
}

/// Ends a run whose body has panicked or has caught the panic of a failed read, or whose node was disposed of
/// meanwhile. The value of a computed node has not changed.
#[cold]
fn finish_run_slow(
    turn: &mut Turn<'_>,
    index: NodeId,
    (body, mut outcome): (Box<dyn Body>, thread::Result<()>),
) {
    end_reads(turn.runtime(), index, outcome.is_err());
    turn.suspend_tracking();
    let runtime = turn.runtime();
    let node = &mut runtime.nodes[index];
    node.marks.end_run();
    node.marks.clear_failed();
    let (kind, first, disposed) = (node.kind, node.marks.is_first(), node.marks.is_disposed());
    let key = runtime.key(index);
    let mut tried = false;
    if !disposed {
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
    let ends = kind == Kind::Effect && first && outcome.is_err();
    if tried {
        hand_over(turn, &mut outcome);
    }
    return_body(turn, key, (body, Value::NONE), outcome);
    if ends && turn.runtime().is_alive(key) {
        dispose::node(turn, index);
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
fn run_computed_slow(turn: &mut Turn<'_>, index: NodeId) {
    turn.suspend_tracking();
    let mut evaluation = Evaluation::new(turn, index);
    if let Some(mut body) = begin_evaluation(turn, &mut evaluation) {
        let outcome = turn.run(|_| body.compute(&mut evaluation)); // user code
        end_evaluation(turn, &mut evaluation, body, outcome);
    }
}

/// As `run_computed_slow`, for a value that was never computed. Such bodies run nested, so the parts that need much
/// stack are not inlined.
#[inline(never)]
pub(crate) fn computed_first(turn: &mut Turn<'_>, index: NodeId) {
    let mut evaluation = Evaluation::new(turn, index);
    if let Some(mut body) = begin_evaluation_outlined(turn, &mut evaluation) {
        let outcome = turn.run(|_| body.compute(&mut evaluation)); // user code
        end_evaluation_outlined(turn, &mut evaluation, body, outcome);
    }
}

#[inline(never)]
fn begin_evaluation_outlined(
    turn: &mut Turn<'_>,
    evaluation: &mut Evaluation<'_>,
) -> Option<Box<dyn Body>> {
    begin_evaluation(turn, evaluation)
}

#[inline(never)]
fn end_evaluation_outlined(
    turn: &mut Turn<'_>,
    evaluation: &mut Evaluation<'_>,
    body: Box<dyn Body>,
    outcome: thread::Result<bool>,
) {
    end_evaluation(turn, evaluation, body, outcome);
}

/// Takes the body and the value of a computed value out of the node. Returns `None` if they are gone.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin_evaluation(turn: &mut Turn<'_>, evaluation: &mut Evaluation<'_>) -> Option<Box<dyn Body>> {
    let index = evaluation.node;
    let node = &turn.runtime().nodes[index];
    node.body.as_ref()?; // else a cleanup was faster, or the node is still being checked: see `refresh`
    if node.owns_any() && !dispose_of_last_run(turn, index) {
        return None;
    }
    let runtime = turn.runtime();
    snapshots::take(runtime, index);
    let node = &mut runtime.graph.nodes[index];
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
    turn: &mut Turn<'_>,
    evaluation: &mut Evaluation<'_>,
    body: Box<dyn Body>,
    outcome: thread::Result<bool>,
) {
    let runtime = turn.runtime();
    let plain = !evaluation.finished && !runtime.marks(evaluation.node).is_failed_or_disposed();
    match outcome {
        Ok(changed) if plain => {
            runtime.forget_unread();
            evaluation.succeed(runtime, changed);
            runtime.nodes[evaluation.node].put_back(body);
            turn.suspend_tracking();
        }
        outcome => end_evaluation_slow(turn, evaluation, body, outcome),
    }
}

/// As `end_evaluation`, if the node has its value already or the run has failed.
#[inline(never)]
fn end_evaluation_slow(
    turn: &mut Turn<'_>,
    evaluation: &mut Evaluation<'_>,
    body: Box<dyn Body>,
    outcome: thread::Result<bool>,
) {
    let index = evaluation.node;
    end_reads(turn.runtime(), index, outcome.is_err());
    turn.suspend_tracking();
    let runtime = turn.runtime();
    let tried = outcome.is_err() && runtime.is_tried(index);
    if !evaluation.finished {
        let outcome = match &outcome {
            Ok(changed) => Ok(*changed),
            Err(payload) => Err(Record::new(&**payload, tried)),
        };
        evaluation.settle_value(runtime, outcome);
    }
    let mut outcome = outcome.map(drop);
    if let Some(message) = evaluation.caught.take() {
        outcome = Err(message);
    } else if tried {
        hand_over(turn, &mut outcome);
    }
    let key = Key {
        node: index,
        generation: evaluation.generation,
    };
    let value = evaluation.value.take();
    return_body(turn, key, (body, value), outcome);
}

/// Drops the panic of a body whose failure a `try_` read returns as a value.
#[cold]
fn hand_over(turn: &mut Turn<'_>, outcome: &mut thread::Result<()>) {
    if let Err(payload) = std::mem::replace(outcome, Ok(())) {
        turn.swallow(payload); // user code
    }
}

/// Disposes of the nodes that the last run of a node owns. Returns false if a cleanup has disposed of the node, or has
/// read the node and so run it.
#[cold]
fn dispose_of_last_run(turn: &mut Turn<'_>, index: NodeId) -> bool {
    let runtime = turn.runtime();
    let key = runtime.key(index);
    // No cleanup may take the old value for current.
    runtime.nodes[index].marks.end_check();
    runtime.nodes[index].marks.set_stale(Stale::Dirty);
    dispose::of_last_run(turn, index);
    let runtime = turn.runtime();
    runtime.is_alive(key) && runtime.marks(index).is_stale()
}

/// Runs the remaining effects of a round, one after the other.
#[inline(never)]
pub(crate) fn effects(turn: &mut Turn<'_>, round: &[Queued]) {
    let mut runtime = turn.take();
    for &due in round {
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
            drop(runtime);
            turn.suspend_tracking();
            effect(turn, index);
            runtime = turn.take();
        } else if let Some(body) = node.body.take() {
            node.marks.begin_run();
            let at = (index, node.deps);
            runtime = run_taken_body(turn, runtime, at, body);
        }
    }
    runtime.context = turn.outer();
}

/// Runs an effect, after the end of the nodes it owns, or runs a resource.
#[inline(never)]
pub(crate) fn effect(turn: &mut Turn<'_>, index: NodeId) {
    if let Some(mut body) = begin_effect(turn, index) {
        let outcome = turn.run(|cell| body.run(cell, index)); // user code
        end_effect(turn, index, (body, outcome));
    }
}

/// As `effect`, for effects and resources that run nested: the parts that need much stack are not inlined.
#[inline(never)]
pub(crate) fn effect_inside(turn: &mut Turn<'_>, index: NodeId) {
    if let Some(mut body) = begin_effect_outlined(turn, index) {
        let outcome = turn.run(|cell| body.run(cell, index)); // user code
        end_effect_outlined(turn, index, (body, outcome));
    }
}

#[inline(never)]
fn begin_effect_outlined(turn: &mut Turn<'_>, index: NodeId) -> Option<Box<dyn Body>> {
    begin_effect(turn, index)
}

#[inline(never)]
fn end_effect_outlined(
    turn: &mut Turn<'_>,
    index: NodeId,
    ran: (Box<dyn Body>, thread::Result<()>),
) {
    end_effect(turn, index, ran);
}

/// Takes the body of an effect or a resource out of its node. Returns `None` if the node is running already and its own
/// body has pulled on it, or if the body is gone.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin_effect(turn: &mut Turn<'_>, index: NodeId) -> Option<Box<dyn Body>> {
    let node = &turn.runtime().nodes[index];
    if node.kind == Kind::Effect && node.owns_any() && !dispose_of_last_run(turn, index) {
        return None;
    }
    let runtime = turn.runtime();
    let node = &mut runtime.nodes[index];
    let deps = node.deps;
    let body = node.body.take()?;
    node.marks.begin_run();
    runtime.enter(index, deps, NodeId::NONE);
    Some(body)
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn end_effect(turn: &mut Turn<'_>, index: NodeId, ran: (Box<dyn Body>, thread::Result<()>)) {
    drop(finish_run(turn, index, ran, end_effect_run));
    turn.suspend_tracking();
}

/// Ends a run of an effect or a resource, which has no value of its own.
#[inline(always)]
fn end_effect_run(node: &mut Node, _: &mut Version, (): ()) -> bool {
    node.marks.end_effect_run();
    false
}

/// Runs a resource. The caller restores the outer context.
#[inline(always)]
pub(crate) fn resource<'a>(
    turn: &mut Turn<'a>,
    mut runtime: RefMut<'a, Runtime>,
    index: NodeId,
) -> RefMut<'a, Runtime> {
    let node = &mut runtime.nodes[index];
    let Some(body) = node.body.take() else {
        return runtime; // the resource is running already, and has pulled on itself
    };
    node.marks.begin_run();
    let at = (index, node.deps);
    run_taken_body(turn, runtime, at, body)
}

/// Runs a body that is out of its slot, and puts the body back. The caller restores the outer context.
#[inline(always)]
fn run_taken_body<'a>(
    turn: &mut Turn<'a>,
    mut runtime: RefMut<'a, Runtime>,
    (index, deps): (NodeId, LinkId),
    mut body: Box<dyn Body>,
) -> RefMut<'a, Runtime> {
    runtime.enter(index, deps, NodeId::NONE);
    drop(runtime);
    let outcome = turn.run_next(|cell| body.run(cell, index)); // user code
    finish_run(turn, index, (body, outcome), end_effect_run).0
}

/// Puts a body back into its node. If the node was disposed of meanwhile, drops the body and the value.
fn return_body(
    turn: &mut Turn<'_>,
    key: Key,
    (body, value): (Box<dyn Body>, Value),
    outcome: thread::Result<()>,
) {
    if let Err(payload) = outcome {
        turn.keep(payload);
    }
    let runtime = turn.runtime();
    if runtime.is_alive(key) {
        runtime.nodes[key.node].body = Some(body);
        return;
    }
    // After `Evaluation::finish` the node does not count as running, so its slot may be free already.
    let waits = runtime.key(key.node) == key && runtime.nodes[key.node].kind != Kind::Free;
    turn.end_body(body);
    turn.discard(value); // user code
    if waits {
        dispose::finish(turn, key.node);
    }
}

/// Polls the work of a resource. Returns whether the work has come to an end.
pub(crate) fn poll(turn: &mut Turn<'_>, index: NodeId) -> bool {
    let runtime = turn.runtime();
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
    let done = turn.release(|_, panics| body.poll(panics)); // user code
    let runtime = turn.runtime();
    runtime.context = before;
    runtime.nodes[index].marks.end_run();
    return_body(turn, key, (body, Value::NONE), Ok(()));
    done
}
