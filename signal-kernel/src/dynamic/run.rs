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
        Ambient, DISPOSED, FAILED, Frame, Graph, Kind, NONE, Observer, RUNNING, STALE, VERIFYING,
    },
    half_way,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind},
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
    before: Ambient,
    /// The value of the run before; then that of this one.
    pub(super) value: Value,
    /// There is a value of a run before.
    pub(super) valued: bool,
    pub(super) changed: bool,
    finished: bool,
}

impl Pass<'_> {
    /// Puts the new value in its place before the run is over: what it replaces can be dropped now.
    pub(super) fn finish(&mut self) {
        let mut graph = self.cell.borrow_mut();
        self.finish_in(&mut graph, false);
    }

    #[inline(always)]
    fn finish_in(&mut self, graph: &mut Graph, panicked: bool) {
        self.finished = true;
        leave(graph, self.node, self.before);
        let node = &mut graph.nodes[self.node as usize];
        if node.marks & DISPOSED != 0 {
            return;
        }
        node.value = self.value.take();
        let failed = node.marks & FAILED != 0;
        if failed || panicked {
            node.marks &= !FAILED;
            if panicked {
                node.marks |= FAILED;
            }
            // What begins or ends a failure is a change, even if the value is the old one.
            self.changed = if panicked {
                self.valued && !failed
            } else {
                true
            };
        }
        if self.changed {
            graph.touch(self.node);
        }
    }
}

/// From here to `leave`, reads are tracked for `node`, and what is made belongs to it.
/// `computing` is the node itself if it may not write.
#[inline(always)]
fn enter(graph: &mut Graph, node: u32, computing: u32) -> Ambient {
    let before = graph.ambient;
    let pulls = graph.pulls.len() as u32;
    graph.frames.push(Frame { node, pulls });
    graph.observe_as(node);
    graph.ambient.owner = node;
    let slot = &mut graph.nodes[node as usize];
    slot.marks = slot.marks & !(STALE | VERIFYING) | RUNNING;
    graph.ambient.computing = computing;
    before
}

#[inline(always)]
fn leave(graph: &mut Graph, node: u32, before: Ambient) {
    graph.forget_unread();
    graph.ambient = before;
    graph.frames.pop();
    graph.unset(node, RUNNING);
}

/// Runs the body of a computed value and compares what it yields.
pub(super) fn computed<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    node: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if graph.owns_any(node) {
        drop(graph);
        let alive = dispose_owned(cell, node, panics);
        graph = cell.borrow_mut();
        if !alive {
            return graph;
        }
    }
    half_way::remember(&mut graph, node);
    let Some(mut run) = graph.body(node).run.take() else {
        return graph;
    };
    let before = enter(&mut graph, node, node);
    let slot = &mut graph.nodes[node as usize];
    let mut pass = Pass {
        cell,
        node,
        before,
        value: slot.value.take(),
        valued: slot.version != 0,
        changed: false,
        finished: false,
    };
    drop(graph);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.run(&mut pass))); // user code
    let mut graph = cell.borrow_mut();
    if !pass.finished {
        pass.finish_in(&mut graph, outcome.is_err());
    }
    give_back(cell, graph, pass, run, outcome, panics)
}

/// Disposes of what a node owns before it runs again. False: the node is gone with it.
#[cold]
fn dispose_owned(cell: &RefCell<Graph>, node: u32, panics: &mut FirstPanic) -> bool {
    let generation = cell.borrow().nodes[node as usize].generation;
    dispose::owned(cell, node, panics);
    cell.borrow().is_alive(node, generation)
}

/// Runs an effect, after what it owns has been disposed of, or lets a driver act.
pub(super) fn effect<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    node: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if graph.owns_any(node) && graph.nodes[node as usize].kind == Kind::Effect {
        drop(graph);
        let alive = dispose_owned(cell, node, panics);
        graph = cell.borrow_mut();
        if !alive {
            return graph;
        }
    }
    let Some(mut run) = graph.body(node).run.take() else {
        return graph; // it is running, and has asked for itself
    };
    let before = enter(&mut graph, node, NONE);
    drop(graph);
    let mut pass = Pass {
        cell,
        node,
        before,
        value: Value::NONE,
        valued: false,
        changed: false,
        finished: true,
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| run.run(&mut pass))); // user code
    let mut graph = cell.borrow_mut();
    leave(&mut graph, node, before);
    give_back(cell, graph, pass, run, outcome, panics)
}

/// Puts a body back, or lets it go if its node was disposed of meanwhile.
#[inline(always)]
fn give_back<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    pass: Pass<'_>,
    run: Box<dyn Run>,
    outcome: std::thread::Result<()>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if graph.marks(pass.node) & DISPOSED == 0 && outcome.is_ok() {
        graph.body(pass.node).run = Some(run);
        return graph;
    }
    drop(graph);
    end_badly(cell, pass, run, outcome, panics);
    cell.borrow_mut()
}

#[cold]
fn end_badly(
    cell: &RefCell<Graph>,
    pass: Pass<'_>,
    run: Box<dyn Run>,
    outcome: std::thread::Result<()>,
    panics: &mut FirstPanic,
) {
    if let Err(payload) = outcome {
        panics.keep(payload);
    }
    let mut graph = cell.borrow_mut();
    if graph.marks(pass.node) & DISPOSED == 0 {
        graph.body(pass.node).run = Some(run);
        return;
    }
    drop(graph);
    panics.discard(run); // user code
    panics.discard(pass.value); // user code
    dispose::finish(cell, pass.node, panics);
}

/// Polls the work of a driver; true when it has come to an end.
pub(super) fn poll(cell: &RefCell<Graph>, node: u32, panics: &mut FirstPanic) -> bool {
    let mut graph = cell.borrow_mut();
    let slot = graph.nodes.get(node as usize);
    if slot.is_none_or(|slot| slot.kind != Kind::Driver) {
        return false; // a late wake
    }
    let Some(mut run) = graph.body(node).run.take() else {
        return false;
    };
    let before = graph.ambient;
    let pulls = graph.pulls.len() as u32;
    graph.frames.push(Frame { node, pulls });
    graph.set(node, RUNNING);
    graph.untracked();
    graph.ambient.owner = node;
    graph.ambient.computing = NONE;
    drop(graph);
    let done = run.poll(panics);
    let mut graph = cell.borrow_mut();
    graph.ambient = before;
    graph.frames.pop();
    graph.unset(node, RUNNING);
    let pass = Pass {
        cell,
        node,
        before,
        value: Value::NONE,
        valued: false,
        changed: false,
        finished: true,
    };
    drop(give_back(cell, graph, pass, run, Ok(()), panics));
    done
}

/// Runs what `on_cleanup` was given: nothing is tracked, and nobody owns what is made.
pub(super) fn cleanup(cell: &RefCell<Graph>, run: &mut dyn Run, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let before = graph.ambient;
    graph.untracked();
    (graph.ambient.owner, graph.ambient.computing) = (NONE, NONE);
    drop(graph);
    let mut pass = Pass {
        cell,
        node: NONE,
        before,
        value: Value::NONE,
        valued: false,
        changed: false,
        finished: true,
    };
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
