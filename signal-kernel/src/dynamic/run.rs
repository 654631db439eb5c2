//! Running the body of one node: what it finds around it, and what is left when it returns or panics.
//!
//! Invariants: a body runs with no borrow of the graph held, and is not in its slot meanwhile; whatever it
//! does, the ambient state is afterwards what it was before; an old value is replaced only after the body
//! and the comparison have returned.
//!
//! Must not know: why the node runs, and in which phase.

use super::{
    dispose,
    graph::{
        Ambient, DIRTY, DISPOSED, FAILED, Graph, Kind, NOBODY, NONE, NOTHING, Observer, RUNNING,
        STALE, VERIFYING,
    },
    half_way,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

/// The typed half of a node with a body.
pub(super) trait Run {
    /// Runs the body.
    fn run(&mut self, pass: &mut Pass<'_>);

    /// Computed values: the node's own rule.
    fn same(&self, _old: &Value, _new: &Value) -> bool {
        false
    }

    /// Drivers: polls the work; true when it has come to an end.
    fn poll(&mut self, _panics: &mut FirstPanic) -> bool {
        false
    }
}

/// One run of a body.
pub(super) struct Pass<'a> {
    pub(super) cell: &'a RefCell<Graph>,
    pub(super) node: u32,
    generation: u32,
    /// What was around it.
    before: Ambient,
    /// The value of the run before; then that of this one.
    pub(super) value: Value,
    /// There is a value of a run before.
    pub(super) valued: bool,
    pub(super) changed: bool,
    /// The value is in its place already.
    finished: bool,
}

impl<'a> Pass<'a> {
    #[inline(always)]
    fn new(cell: &'a RefCell<Graph>, node: u32) -> Self {
        Pass {
            cell,
            node,
            generation: 0,
            before: NOTHING,
            value: Value::NONE,
            valued: false,
            changed: false,
            finished: false,
        }
    }

    /// Puts the new value in its place before the run is over: what it replaces can be dropped now. What that
    /// reads is not tracked.
    pub(super) fn finish(&mut self) {
        let mut graph = self.cell.borrow_mut();
        graph.forget_unread();
        let running = graph.ambient.running;
        graph.ambient = self.before; // the node may end now: nothing is made in its name
        graph.ambient.running = running;
        graph.untracked();
        self.settle_value(&mut graph, false);
        self.finished = true;
    }

    /// Puts the value in its place, if the node still has one.
    fn settle_value(&mut self, graph: &mut Graph, panicked: bool) {
        let node = &mut graph.nodes[self.node as usize];
        node.marks &= !RUNNING;
        if node.marks & DISPOSED != 0 {
            return;
        }
        node.value = self.value.take();
        if node.marks & FAILED != 0 || panicked {
            let failed = node.marks & FAILED != 0;
            // What begins or ends a failure is a change, even if the value is the old one.
            self.changed = !panicked || (self.valued && !failed);
            node.marks &= !FAILED;
            if panicked {
                node.marks |= FAILED;
            }
        }
        if self.changed {
            graph.touch(self.node);
        }
    }
}

/// Begins a run: from here to `leave`, reads are tracked for the node, and what is made belongs to it. `computing` is
/// the node itself if it may not write.
#[inline(always)]
fn enter(graph: &mut Graph, pass: &mut Pass<'_>, computing: u32) {
    let index = pass.node;
    let node = &mut graph.nodes[index as usize];
    node.marks = node.marks & !(STALE | VERIFYING) | RUNNING;
    pass.generation = node.generation;
    pass.before = graph.ambient;
    if computing == index {
        pass.value = node.value.take();
        pass.valued = node.version != 0;
    }
    graph.ambient = Ambient {
        observer: Observer::new(index, node.deps, graph.runs),
        owner: index,
        computing,
        running: index,
    };
    graph.next_run();
}

#[inline(always)]
fn leave(graph: &mut Graph, pass: &Pass<'_>) {
    graph.forget_unread();
    graph.ambient = pass.before;
}

/// Runs the body of a computed value and compares what it yields. True if it is a new value, for sure.
#[inline(always)]
pub(super) fn computed<'a>(
    cell: &'a RefCell<Graph>,
    mut guard: RefMut<'a, Graph>,
    index: u32,
    panics: &mut FirstPanic,
) -> (RefMut<'a, Graph>, bool) {
    let graph = &mut *guard;
    let body = graph.nodes[index as usize].body as usize;
    let slot = &mut graph.bodies[body];
    let mut run = None;
    if !slot.owns_any() && graph.log.is_empty() {
        run = slot.run.take();
    } else {
        drop(guard);
        let go = prepare(cell, index, panics);
        guard = cell.borrow_mut();
        if go {
            run = guard.bodies[body].run.take();
        }
    }
    let Some(mut run) = run else {
        return (guard, false); // it is running already, and has asked for itself
    };
    let mut pass = Pass::new(cell, index);
    enter(&mut guard, &mut pass, index);
    drop(guard);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.run(&mut pass))); // user code
    let mut guard = cell.borrow_mut();
    let graph = &mut *guard;
    leave(graph, &pass);
    let node = &mut graph.nodes[index as usize];
    if outcome.is_ok() && !pass.finished && node.marks & (DISPOSED | FAILED) == 0 {
        // The common case of what `settle_value` and `give_back` do.
        node.marks &= !RUNNING;
        node.value = pass.value;
        if pass.changed {
            graph.clock += 1;
            node.version = graph.clock;
        }
        graph.bodies[body].run = Some(run);
        return (guard, pass.changed);
    }
    if !pass.finished {
        pass.settle_value(graph, outcome.is_err());
    }
    (give_back(guard, pass, run, outcome, panics), false)
}

/// What is to be done before a computed value runs, in the less common cases. False: it must not run.
#[cold]
fn prepare(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) -> bool {
    let owned = cell.borrow().owns_any(index);
    if owned && !dispose_of_last_run(cell, index, panics) {
        return false;
    }
    half_way::remember(&mut cell.borrow_mut(), index, owned);
    true
}

/// Disposes of what the last run of a node has made. False: a cleanup has disposed of the node, or has read
/// it, and with that run it.
#[cold]
fn dispose_of_last_run(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) -> bool {
    let mut graph = cell.borrow_mut();
    let generation = graph.nodes[index as usize].generation;
    // Nobody may take the old value for current while cleanups run.
    graph.unset(index, VERIFYING);
    graph.set(index, DIRTY);
    drop(graph);
    dispose::outdated(cell, index, panics);
    let graph = cell.borrow();
    graph.is_alive(index, generation) && graph.marks(index) & STALE != 0
}

/// Runs an effect, after what it owns has been disposed of, or lets a driver act.
#[inline]
pub(super) fn effect<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    index: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    let body = graph.nodes[index as usize].body as usize;
    if graph.bodies[body].owns_any() && graph.nodes[index as usize].kind == Kind::Effect {
        drop(graph);
        if !dispose_of_last_run(cell, index, panics) {
            return cell.borrow_mut();
        }
        graph = cell.borrow_mut();
    }
    let Some(mut run) = graph.bodies[body].run.take() else {
        return graph; // it is running already, and has asked for itself
    };
    let mut pass = Pass::new(cell, index);
    enter(&mut graph, &mut pass, NONE);
    drop(graph);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.run(&mut pass))); // user code
    let mut guard = cell.borrow_mut();
    let graph = &mut *guard;
    leave(graph, &pass);
    let node = &mut graph.nodes[index as usize];
    node.marks &= !RUNNING;
    if outcome.is_ok() && node.marks & DISPOSED == 0 {
        graph.bodies[body].run = Some(run);
        return guard;
    }
    end_badly(guard, pass, run, outcome, panics)
}

/// Puts a body back, or lets it go if its node was disposed of meanwhile.
#[inline(always)]
fn give_back<'a>(
    mut graph: RefMut<'a, Graph>,
    pass: Pass<'a>,
    run: Box<dyn Run>,
    outcome: thread::Result<()>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if outcome.is_ok() && graph.is_alive(pass.node, pass.generation) {
        graph.body(pass.node).run = Some(run);
        return graph;
    }
    end_badly(graph, pass, run, outcome, panics)
}

#[cold]
fn end_badly<'a>(
    graph: RefMut<'a, Graph>,
    pass: Pass<'a>,
    run: Box<dyn Run>,
    outcome: thread::Result<()>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    let Pass {
        cell,
        node,
        generation,
        value,
        ..
    } = pass;
    drop(graph);
    if let Err(payload) = outcome {
        panics.keep(payload); // user code: a later one is dropped
    }
    let mut graph = cell.borrow_mut();
    if graph.is_alive(node, generation) {
        graph.body(node).run = Some(run);
        return graph;
    }
    // After `Pass::finish` the node does not count as running: it may be gone already.
    let slot = &graph.nodes[node as usize];
    let waits = slot.generation == generation && slot.kind != Kind::Free;
    drop(graph);
    panics.discard(run); // user code
    panics.discard(value); // user code
    if waits {
        dispose::finish(cell, node, panics);
    }
    cell.borrow_mut()
}

/// Polls the work of a driver; true when it has come to an end.
pub(super) fn poll(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) -> bool {
    let mut graph = cell.borrow_mut();
    let slot = graph.nodes.get(index as usize);
    if slot.is_none_or(|slot| slot.kind != Kind::Driver) {
        return false; // a late wake
    }
    let generation = slot.map_or(0, |slot| slot.generation);
    let Some(mut run) = graph.body(index).run.take() else {
        return false;
    };
    let around = Ambient {
        observer: NOBODY,
        owner: index,
        computing: NONE,
        running: index,
    };
    let before = std::mem::replace(&mut graph.ambient, around);
    graph.set(index, RUNNING);
    drop(graph);
    let done = run.poll(panics);
    let mut graph = cell.borrow_mut();
    graph.ambient = before;
    graph.unset(index, RUNNING);
    let mut pass = Pass::new(cell, index);
    pass.generation = generation;
    drop(give_back(graph, pass, run, Ok(()), panics));
    done
}

/// Runs what `on_cleanup` was given: nothing is tracked, and nobody owns what is made. Within the body of a
/// computed value it may not write either.
pub(super) fn cleanup(cell: &RefCell<Graph>, run: &mut dyn Run, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let before = graph.ambient;
    graph.untracked();
    graph.ambient.owner = NONE;
    drop(graph);
    let mut pass = Pass::new(cell, NONE);
    panics.catch(|| run.run(&mut pass)); // user code
    cell.borrow_mut().ambient = before;
}

/// Puts the observer back that was there before, however the scope is left.
pub(super) struct Untracked<'a> {
    cell: &'a RefCell<Graph>,
    observer: Observer,
}

impl<'a> Untracked<'a> {
    pub(super) fn new(cell: &'a RefCell<Graph>) -> Self {
        let mut graph = cell.borrow_mut();
        let observer = graph.ambient.observer;
        graph.untracked();
        drop(graph);
        Untracked { cell, observer }
    }
}

impl Drop for Untracked<'_> {
    fn drop(&mut self) {
        self.cell.borrow_mut().ambient.observer = self.observer;
    }
}
