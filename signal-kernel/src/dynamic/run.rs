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
        Ambient, DIRTY, DISPOSED, FAILED, Frame, Graph, Kind, NOBODY, NONE, Observer, RUNNING,
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
    /// The value of the run before; then that of this one.
    pub(super) value: Value,
    /// There is a value of a run before.
    pub(super) valued: bool,
    pub(super) changed: bool,
    /// The value is in its place already; who was observing before this run goes on after it.
    finished: Option<Observer>,
}

impl<'a> Pass<'a> {
    #[inline(always)]
    fn new(cell: &'a RefCell<Graph>, node: u32, generation: u32) -> Self {
        Pass {
            cell,
            node,
            generation,
            value: Value::NONE,
            valued: false,
            changed: false,
            finished: None,
        }
    }

    /// Puts the new value in its place before the run is over: what it replaces can be dropped now.
    pub(super) fn finish(&mut self) {
        let mut graph = self.cell.borrow_mut();
        self.finish_in(&mut graph, false);
        self.finished = Some(graph.ambient.observer);
        graph.untracked();
    }

    #[inline(always)]
    fn finish_in(&mut self, graph: &mut Graph, panicked: bool) {
        leave(graph, self.node);
        let node = &mut graph.nodes[self.node as usize];
        if node.marks & DISPOSED != 0 {
            return;
        }
        node.value = self.value.take();
        let failed = node.marks & FAILED != 0;
        if failed || panicked {
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

/// From here to `leave`, reads are tracked for the node, and what is made belongs to it. `computing` is the
/// node itself if it may not write. `None`: it is running already, and has asked for itself.
#[inline(always)]
fn enter<'a>(
    cell: &'a RefCell<Graph>,
    graph: &mut Graph,
    index: u32,
    computing: u32,
) -> Option<(Box<dyn Run>, Pass<'a>)> {
    let node = &mut graph.nodes[index as usize];
    let body = node.body;
    let run = graph.bodies[body as usize].run.take()?;
    node.marks = node.marks & !(STALE | VERIFYING) | RUNNING;
    let mut pass = Pass::new(cell, index, node.generation);
    pass.valued = node.version != 0;
    let ambient = Ambient {
        observer: graph.observer(index, body),
        owner: index,
        computing,
    };
    let before = std::mem::replace(&mut graph.ambient, ambient);
    let pulls = graph.pulls.len() as u32;
    graph.frames.push(Frame {
        node: index,
        pulls,
        before,
    });
    Some((run, pass))
}

#[inline(always)]
fn leave(graph: &mut Graph, node: u32) {
    graph.forget_unread();
    if let Some(frame) = graph.frames.pop() {
        graph.ambient = frame.before;
    }
    graph.unset(node, RUNNING);
}

/// Runs the body of a computed value and compares what it yields.
pub(super) fn computed<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    index: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    let owned = graph.owns_any(index);
    if owned {
        drop(graph);
        if !dispose_of_last_run(cell, index, panics) {
            return cell.borrow_mut();
        }
        graph = cell.borrow_mut();
    }
    half_way::remember(&mut graph, index, owned);
    let Some((mut run, mut pass)) = enter(cell, &mut graph, index, index) else {
        return graph;
    };
    pass.value = graph.nodes[index as usize].value.take();
    drop(graph);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.run(&mut pass))); // user code
    let mut graph = cell.borrow_mut();
    match pass.finished {
        Some(observer) => graph.ambient.observer = observer,
        None => pass.finish_in(&mut graph, outcome.is_err()),
    }
    give_back(graph, pass, run, outcome, panics)
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
pub(super) fn effect<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    index: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if graph.owns_any(index) && graph.nodes[index as usize].kind == Kind::Effect {
        drop(graph);
        if !dispose_of_last_run(cell, index, panics) {
            return cell.borrow_mut();
        }
        graph = cell.borrow_mut();
    }
    let Some((mut run, mut pass)) = enter(cell, &mut graph, index, NONE) else {
        return graph;
    };
    drop(graph);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.run(&mut pass))); // user code
    let mut graph = cell.borrow_mut();
    leave(&mut graph, index);
    give_back(graph, pass, run, outcome, panics)
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
    drop(graph);
    end_badly(pass, run, outcome, panics)
}

#[cold]
fn end_badly<'a>(
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
    if let Err(payload) = outcome {
        panics.keep(payload);
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
    };
    let before = std::mem::replace(&mut graph.ambient, around);
    let pulls = graph.pulls.len() as u32;
    graph.frames.push(Frame {
        node: index,
        pulls,
        before,
    });
    graph.set(index, RUNNING);
    drop(graph);
    let done = run.poll(panics);
    let mut graph = cell.borrow_mut();
    graph.frames.pop();
    graph.ambient = before;
    graph.unset(index, RUNNING);
    let pass = Pass::new(cell, index, generation);
    drop(give_back(graph, pass, run, Ok(()), panics));
    done
}

/// Runs what `on_cleanup` was given: nothing is tracked, and nobody owns what is made.
pub(super) fn cleanup(cell: &RefCell<Graph>, run: &mut dyn Run, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let before = graph.ambient;
    graph.untracked();
    (graph.ambient.owner, graph.ambient.computing) = (NONE, NONE);
    drop(graph);
    let mut pass = Pass::new(cell, NONE, 0);
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
