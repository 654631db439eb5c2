//! Running the body of one node: what it finds around it, and what is left when it returns or panics.
//!
//! Invariants: a body runs with no borrow of the graph held, and is not in its slot meanwhile; whatever it
//! does, the ambient state is afterwards what it was before; an old value is replaced only after the body
//! and the comparison have returned.
//!
//! Must not know: why the node runs, and in which phase.

use super::{
    dispose,
    failure::Record,
    graph::{
        Ambient, DIRTY, DISPOSED, Due, FAILED, FIRST, Graph, Kind, NOBODY, NONE, Node, Observer,
        QUEUED, RUNNING, STALE, VERIFYING,
    },
    half_way,
    value::Value,
};
use crate::panics::{FirstPanic, swallow};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

/// The typed half of a node with a body.
pub(super) trait Run {
    /// Computed values: runs the body, and holds what it yields against the value of the run before, which is in the
    /// pass as the new one is then. True if it is another value.
    fn compute(&mut self, _pass: &mut Pass<'_>) -> bool {
        false
    }

    /// Computed values of a primitive type that have one: runs the body. `None` if what it yields is the same as the
    /// value of these bits. All is in registers here, and the old value stays where it is.
    fn renew(&mut self, _cell: &RefCell<Graph>, _old: u64) -> Option<u64> {
        None
    }

    /// Effects, cleanups and drivers: runs the body.
    fn act(&mut self, _cell: &RefCell<Graph>, _node: u32) {}

    /// Computed values: the node's own rule.
    fn same(&self, _old: &Value, _new: &Value) -> bool {
        false
    }

    /// The node is gone: drops the user's closures and values one by one.
    fn end(self: Box<Self>, panics: &mut FirstPanic) {
        panics.discard(self); // user code
    }

    /// Drivers: polls the work; true when it has come to an end.
    fn poll(&mut self, _panics: &mut FirstPanic) -> bool {
        false
    }
}

/// One run of the body of a computed value.
pub(super) struct Pass<'a> {
    pub(super) cell: &'a RefCell<Graph>,
    pub(super) node: u32,
    generation: u32,
    /// What was around it.
    before: &'a Ambient,
    /// The value of the run before; then that of this one.
    pub(super) value: Value,
    /// There is a value of a run before.
    pub(super) valued: bool,
    /// The run before has failed.
    failed: bool,
    /// The body has caught the panic of a failed read: the panic that stands for that.
    caught: Option<Box<dyn Any + Send>>,
    /// The value is in its place already.
    finished: bool,
}

impl<'a> Pass<'a> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn new(cell: &'a RefCell<Graph>, node: u32, before: &'a Ambient) -> Self {
        Pass {
            cell,
            node,
            generation: 0,
            before,
            value: Value::NONE,
            valued: false,
            failed: false,
            caught: None,
            finished: false,
        }
    }
}

impl Pass<'_> {
    /// Puts the value in its place before the run is over, whether it has `changed` or not: what it replaces can be
    /// dropped now. What that reads is not tracked.
    pub(super) fn finish(&mut self, changed: bool) {
        let mut graph = self.cell.borrow_mut();
        graph.forget_unread();
        let running = graph.ambient.running;
        graph.ambient = *self.before; // the node may end now: nothing is made in its name
        graph.ambient.running = running;
        graph.untracked();
        self.settle_value(&mut graph, Ok(changed));
        self.finished = true;
    }

    /// Puts the value in its place, if the node still has one. The outcome of the run: has the value changed, or how is
    /// the node failed?
    fn settle_value(&mut self, graph: &mut Graph, mut outcome: Result<bool, Record>) {
        let node = &mut graph.nodes[self.node as usize];
        let marks = node.marks;
        node.marks = marks & !(RUNNING | FAILED);
        if marks & DISPOSED != 0 {
            return;
        }
        if marks & FAILED != 0 && outcome.is_ok() {
            outcome = Err(self.fail_for_catching(graph));
        }
        match outcome {
            Ok(changed) => self.succeed(graph, changed),
            Err(record) => self.fail(graph, record),
        }
    }

    /// The run has ended well. The end of a failure is a change, even if the value is the old one.
    #[inline(always)]
    fn succeed(&mut self, graph: &mut Graph, changed: bool) {
        let node = &mut graph.nodes[self.node as usize];
        node.marks &= !RUNNING;
        node.value = self.value.take();
        drop(graph.failures.take(self.node));
        if changed || self.failed {
            graph.touch(self.node);
        }
    }

    /// The run has ended badly. The begin of a failure is a change.
    #[cold]
    fn fail(&mut self, graph: &mut Graph, record: Record) {
        graph.nodes[self.node as usize].value = self.value.take();
        graph.fail(self.node, record);
        if self.valued && !self.failed {
            graph.touch(self.node);
        }
    }

    /// The body has caught the panic of a failed read.
    #[cold]
    fn fail_for_catching(&mut self, graph: &Graph) -> Record {
        let message = graph.has_caught(self.node);
        let tried = graph.is_tried(self.node);
        let record = Record::caught(&message, tried);
        // A `try_` read gets it as a value.
        self.caught = (!tried).then(|| Box::new(message) as _);
        record
    }
}

impl Graph {
    /// From here to `step_out`, reads are tracked for this node, and what is made belongs to it. `computing` is the node
    /// itself if it may not write.
    #[inline(always)]
    fn enter(&mut self, index: u32, deps: u32, computing: u32) {
        self.ambient = Ambient {
            observer: Observer::new(index, deps, self.runs),
            owner: index,
            computing,
            running: index,
        };
        self.next_run();
    }
}

/// Lets go of the graph after runs, or before other code than that of bodies runs: from here on the ambient state is
/// what it was `around` the runs. Between one run and the next it need not be.
#[inline(always)]
pub(super) fn step_out(mut graph: RefMut<'_, Graph>, around: &Ambient) {
    graph.ambient = *around;
}

/// Lets go of the graph between runs, for other code than that of bodies.
#[inline(always)]
pub(super) fn step_aside(mut graph: RefMut<'_, Graph>, around: &Ambient) {
    graph.ambient = between(around);
}

/// What is dropped on the way is tracked for nobody: what is `around` comes back as it was.
#[inline(always)]
pub(super) fn between(around: &Ambient) -> Ambient {
    Ambient {
        observer: NOBODY,
        ..*around
    }
}

/// Runs the body of a computed value and compares what it yields. True if it is a new value, for sure. What is
/// `around` comes back when the caller steps out.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn computed<'a>(
    cell: &'a RefCell<Graph>,
    mut guard: RefMut<'a, Graph>,
    around: &Ambient,
    index: u32,
    panics: &mut FirstPanic,
) -> (RefMut<'a, Graph>, bool) {
    let graph = &mut *guard;
    let node = &mut graph.nodes[index as usize];
    let plain =
        node.version != 0 && node.marks & FAILED == 0 && !node.owns_any() && graph.log.is_empty();
    let (old, mut run) = match (&node.value, plain) {
        (&Value::Bits(old), true) => match node.run.take() {
            Some(run) => (old, run),
            None => return (guard, false), // it is still `VERIFYING`: see `refresh`
        },
        _ => {
            step_aside(guard, around);
            computed_with_care(cell, index, panics);
            return (cell.borrow_mut(), false);
        }
    };
    node.marks = node.marks & !(STALE | VERIFYING) | RUNNING;
    let deps = node.deps;
    graph.enter(index, deps, index);
    drop(guard);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.renew(cell, old))); // user code
    come_back(
        cell,
        around,
        index,
        (run, outcome),
        panics,
        !RUNNING,
        |node, clock, renewed| {
            let moved = renewed.is_some();
            if let Some(bits) = renewed {
                *clock += 1;
                (node.value, node.version) = (Value::Bits(bits), *clock);
            }
            moved
        },
    )
}

/// Puts a body that has run back into its node, and has `keep` take what it has yielded and say whether that is a new
/// value. Not if it has panicked, or its node was disposed of meanwhile.
#[cfg_attr(not(debug_assertions), inline(always))]
fn come_back<'a, R>(
    cell: &'a RefCell<Graph>,
    around: &Ambient,
    index: u32,
    (run, outcome): (Box<dyn Run>, thread::Result<R>),
    panics: &mut FirstPanic,
    remaining: u8,
    keep: impl FnOnce(&mut Node, &mut u32, R) -> bool,
) -> (RefMut<'a, Graph>, bool) {
    let yielded = match outcome {
        Ok(yielded) => yielded,
        Err(payload) => {
            end_badly(cell, around, index, (run, Err(payload)), panics);
            return (cell.borrow_mut(), false);
        }
    };
    let mut guard = cell.borrow_mut();
    let graph = &mut *guard;
    graph.forget_unread();
    let node = &mut graph.nodes[index as usize];
    if node.marks & (DISPOSED | FAILED) != 0 {
        drop(guard);
        end_badly(cell, around, index, (run, Ok(())), panics);
        return (cell.borrow_mut(), false);
    }
    node.marks &= remaining;
    node.put_back(run);
    let moved = keep(node, &mut graph.clock, yielded);
    (guard, moved)
}

/// A body has panicked, or has caught the panic of a failed read, or its node was disposed of while it was running. The
/// value of a computed one has not changed.
#[cold]
fn end_badly(
    cell: &RefCell<Graph>,
    around: &Ambient,
    index: u32,
    (run, mut outcome): (Box<dyn Run>, thread::Result<()>),
    panics: &mut FirstPanic,
) {
    let mut graph = cell.borrow_mut();
    match outcome.is_err() && graph.marks(index) & DISPOSED == 0 {
        true => graph.keep_unread(),
        false => graph.forget_unread(),
    }
    graph.ambient = between(around);
    let node = &mut graph.nodes[index as usize];
    node.marks &= !(RUNNING | FAILED);
    let (id, kind) = ((index, node.generation), node.kind);
    let mut tried = false;
    if node.marks & DISPOSED == 0 {
        tried = kind == Kind::Computed && graph.is_tried(index);
        let (payload, record) = match outcome {
            Ok(()) => {
                let message = graph.has_caught(index);
                let record = Record::caught(&message, tried);
                (Box::new(message) as Box<dyn Any + Send>, record)
            }
            Err(payload) => {
                let record = Record::new(&*payload, tried);
                (payload, record)
            }
        };
        if kind == Kind::Computed {
            graph.fail(index, record);
            graph.touch(index); // the begin of a failure is a change
        }
        outcome = Err(payload);
    }
    // Nobody has a handle on an effect whose first run has panicked, or somebody has one that was never of use.
    let node = &graph.nodes[index as usize];
    let ends = node.kind == Kind::Effect && node.marks & FIRST != 0 && outcome.is_err();
    drop(graph);
    if tried {
        outcome = hand_over(outcome);
    }
    give_back(cell, id, (run, Value::NONE), outcome, panics);
    if ends && cell.borrow().is_alive(id.0, id.1) {
        dispose::node(cell, index, panics);
    }
}

/// Runs the body of a computed value of any type, also if the last run has made something, or if a batch reads the
/// value half-way.
#[inline(never)]
fn computed_with_care(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let before = cell.borrow().ambient;
    let mut pass = Pass::new(cell, index, &before);
    if let Some(mut run) = begin_pass(&mut pass, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| run.compute(&mut pass))); // user code
        end_pass(&mut pass, run, outcome, panics);
    }
}

/// The same for a value that was never computed. Such bodies run one inside the other, so what needs room is not inlined.
#[inline(never)]
pub(super) fn computed_first(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let before = cell.borrow().ambient;
    let mut pass = Pass::new(cell, index, &before);
    if let Some(mut run) = begin_pass_apart(&mut pass, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| run.compute(&mut pass))); // user code
        end_pass_apart(&mut pass, run, outcome, panics);
    }
}

#[inline(never)]
fn begin_pass_apart(pass: &mut Pass<'_>, panics: &mut FirstPanic) -> Option<Box<dyn Run>> {
    begin_pass(pass, panics)
}

#[inline(never)]
fn end_pass_apart(
    pass: &mut Pass<'_>,
    run: Box<dyn Run>,
    outcome: thread::Result<bool>,
    panics: &mut FirstPanic,
) {
    end_pass(pass, run, outcome, panics);
}

/// Takes the body of a computed value, and its value, out of the node. `None`: they are gone.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin_pass(pass: &mut Pass<'_>, panics: &mut FirstPanic) -> Option<Box<dyn Run>> {
    let (cell, index) = (pass.cell, pass.node);
    let mut guard = cell.borrow_mut();
    let node = &guard.nodes[index as usize];
    node.run.as_ref()?; // else a cleanup was faster; or it is still `VERIFYING`: see `refresh`
    let owned = node.owns_any();
    if owned {
        drop(guard);
        if !dispose_of_last_run(cell, index, panics) {
            return None;
        }
        guard = cell.borrow_mut();
    }
    half_way::remember(&mut guard, index, owned);
    let graph = &mut *guard;
    let node = &mut graph.nodes[index as usize];
    let (deps, marks) = (node.deps, node.marks);
    let run = node.run.take()?; // else a cleanup was faster
    node.marks = marks & !(STALE | VERIFYING | FAILED) | RUNNING;
    pass.generation = node.generation;
    pass.value = node.value.take();
    pass.valued = node.version != 0;
    if marks & FAILED != 0 {
        pass.failed = !graph.is_sound(index);
    }
    graph.enter(index, deps, index);
    Some(run)
}

/// Puts the value and the body into their places.
#[cfg_attr(not(debug_assertions), inline(always))]
fn end_pass(
    pass: &mut Pass<'_>,
    run: Box<dyn Run>,
    outcome: thread::Result<bool>,
    panics: &mut FirstPanic,
) {
    let mut guard = pass.cell.borrow_mut();
    let graph = &mut *guard;
    let plain = !pass.finished && graph.marks(pass.node) & (DISPOSED | FAILED) == 0;
    match outcome {
        Ok(changed) if plain => {
            graph.forget_unread();
            graph.ambient = *pass.before;
            pass.succeed(graph, changed);
            graph.nodes[pass.node as usize].put_back(run);
        }
        outcome => {
            drop(guard);
            end_pass_with_care(pass, run, outcome, panics);
        }
    }
}

/// The same if the value is in its place already, or the run has ended badly.
#[inline(never)]
fn end_pass_with_care(
    pass: &mut Pass<'_>,
    run: Box<dyn Run>,
    outcome: thread::Result<bool>,
    panics: &mut FirstPanic,
) {
    let (cell, index) = (pass.cell, pass.node);
    let mut guard = cell.borrow_mut();
    let graph = &mut *guard;
    match outcome.is_err() && graph.marks(index) & DISPOSED == 0 {
        true => graph.keep_unread(),
        false => graph.forget_unread(),
    }
    graph.ambient = *pass.before;
    let tried = outcome.is_err() && graph.is_tried(index);
    if !pass.finished {
        let outcome = match &outcome {
            Ok(changed) => Ok(*changed),
            Err(payload) => Err(Record::new(&**payload, tried)),
        };
        pass.settle_value(graph, outcome);
    }
    drop(guard);
    let outcome = match pass.caught.take() {
        Some(message) => Err(message),
        None if tried => hand_over(outcome.map(drop)),
        None => outcome.map(drop),
    };
    let (id, value) = ((index, pass.generation), pass.value.take());
    give_back(cell, id, (run, value), outcome, panics);
}

/// The panic of a body is handed to a `try_` read, as a value.
#[cold]
fn hand_over(outcome: thread::Result<()>) -> thread::Result<()> {
    if let Err(payload) = outcome {
        swallow(payload); // user code
    }
    Ok(())
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

/// Runs the effects of a round that are still to run, one after the other.
#[inline(never)]
pub(super) fn effects(cell: &RefCell<Graph>, round: &[Due], panics: &mut FirstPanic) {
    let mut guard = cell.borrow_mut();
    let around = guard.ambient;
    for &due in round {
        let graph = &mut *guard;
        let index = due.node();
        let node = &mut graph.nodes[index as usize];
        if node.order != due.order() {
            continue;
        }
        let marks = node.marks;
        node.marks = marks & !QUEUED;
        if marks & (DIRTY | DISPOSED) != DIRTY {
            continue;
        }
        if node.owns_any() {
            step_aside(guard, &around);
            effect(cell, index, panics);
            guard = cell.borrow_mut();
        } else if let Some(run) = node.run.take() {
            node.marks = marks & !(QUEUED | STALE | VERIFYING) | RUNNING;
            let at = (index, node.deps);
            guard = act(cell, guard, &around, at, run, panics);
        }
    }
    step_out(guard, &around);
}

/// Runs an effect, after what it owns has been disposed of, or lets a driver act.
#[inline(never)]
pub(super) fn effect(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let around = cell.borrow().ambient;
    if let Some(mut run) = begin_effect(cell, index, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| run.act(cell, index))); // user code
        end_effect(cell, &around, index, (run, outcome), panics);
    }
}

/// The same for an effect or a driver inside of others, one in the other: what needs room is not inlined.
#[inline(never)]
pub(super) fn effect_inside(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) {
    let around = cell.borrow().ambient;
    if let Some(mut run) = begin_effect_apart(cell, index, panics) {
        let outcome = catch_unwind(AssertUnwindSafe(|| run.act(cell, index))); // user code
        end_effect_apart(cell, &around, index, (run, outcome), panics);
    }
}

#[inline(never)]
fn begin_effect_apart(
    cell: &RefCell<Graph>,
    index: u32,
    panics: &mut FirstPanic,
) -> Option<Box<dyn Run>> {
    begin_effect(cell, index, panics)
}

#[inline(never)]
fn end_effect_apart(
    cell: &RefCell<Graph>,
    around: &Ambient,
    index: u32,
    ran: (Box<dyn Run>, thread::Result<()>),
    panics: &mut FirstPanic,
) {
    end_effect(cell, around, index, ran, panics);
}

/// Takes the body of an effect or a driver out of its node. `None`: it is running already, and has asked for itself, or
/// it is gone.
#[cfg_attr(not(debug_assertions), inline(always))]
fn begin_effect(
    cell: &RefCell<Graph>,
    index: u32,
    panics: &mut FirstPanic,
) -> Option<Box<dyn Run>> {
    let mut guard = cell.borrow_mut();
    let node = &guard.nodes[index as usize];
    if node.kind == Kind::Effect && node.owns_any() {
        drop(guard);
        if !dispose_of_last_run(cell, index, panics) {
            return None;
        }
        guard = cell.borrow_mut();
    }
    let graph = &mut *guard;
    let node = &mut graph.nodes[index as usize];
    let deps = node.deps;
    let run = node.run.take()?;
    node.marks = node.marks & !(STALE | VERIFYING) | RUNNING;
    graph.enter(index, deps, NONE);
    Some(run)
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn end_effect(
    cell: &RefCell<Graph>,
    around: &Ambient,
    index: u32,
    ran: (Box<dyn Run>, thread::Result<()>),
    panics: &mut FirstPanic,
) {
    let remaining = !(RUNNING | FIRST);
    let (graph, _) = come_back(cell, around, index, ran, panics, remaining, |_, _, ()| {
        false
    });
    step_out(graph, around);
}

/// Lets a driver act. What is `around` comes back when the caller steps out.
#[inline(always)]
pub(super) fn driver<'a>(
    cell: &'a RefCell<Graph>,
    mut guard: RefMut<'a, Graph>,
    around: &Ambient,
    index: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    let node = &mut guard.nodes[index as usize];
    let Some(run) = node.run.take() else {
        return guard; // it is running already, and has asked for itself
    };
    node.marks = node.marks & !(STALE | VERIFYING) | RUNNING;
    let at = (index, node.deps);
    act(cell, guard, around, at, run, panics)
}

/// Runs a body that was taken out of its slot, and puts it back. What is `around` comes back when the caller steps out.
#[inline(always)]
fn act<'a>(
    cell: &'a RefCell<Graph>,
    mut guard: RefMut<'a, Graph>,
    around: &Ambient,
    (index, deps): (u32, u32),
    mut run: Box<dyn Run>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    let graph = &mut *guard;
    graph.enter(index, deps, NONE);
    drop(guard);
    let outcome = catch_unwind(AssertUnwindSafe(|| run.act(cell, index))); // user code
    let remaining = !(RUNNING | FIRST);
    let ran = (run, outcome);
    come_back(cell, around, index, ran, panics, remaining, |_, _, ()| {
        false
    })
    .0
}

/// Puts a body back, or lets it go with the value if its node was disposed of meanwhile.
fn give_back(
    cell: &RefCell<Graph>,
    (node, generation): (u32, u32),
    (run, value): (Box<dyn Run>, Value),
    outcome: thread::Result<()>,
    panics: &mut FirstPanic,
) {
    if let Err(payload) = outcome {
        panics.keep(payload); // user code: a later one is dropped
    }
    let mut graph = cell.borrow_mut();
    if graph.is_alive(node, generation) {
        graph.nodes[node as usize].run = Some(run);
        return;
    }
    // After `Pass::finish` the node does not count as running: it may be gone already.
    let slot = &graph.nodes[node as usize];
    let waits = slot.generation == generation && slot.kind != Kind::Free;
    drop(graph);
    run.end(panics); // user code
    panics.discard(value); // user code
    if waits {
        dispose::finish(cell, node, panics);
    }
}

/// Polls the work of a driver; true when it has come to an end.
pub(super) fn poll(cell: &RefCell<Graph>, index: u32, panics: &mut FirstPanic) -> bool {
    let mut graph = cell.borrow_mut();
    let slot = graph.nodes.get(index as usize);
    if slot.is_none_or(|slot| slot.kind != Kind::Driver) {
        return false; // a late wake
    }
    let generation = slot.map_or(0, |slot| slot.generation);
    let Some(mut run) = graph.nodes[index as usize].run.take() else {
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
    drop(graph);
    let id = (index, generation);
    give_back(cell, id, (run, Value::NONE), Ok(()), panics);
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
    panics.catch(|| run.act(cell, NONE)); // user code
    cell.borrow_mut().ambient = before;
}

/// While it lives, nothing is tracked, and nobody owns what is made.
pub(super) struct Outside<'a> {
    untracked: Untracked<'a>,
    owner: u32,
}

impl<'a> Outside<'a> {
    pub(super) fn new(cell: &'a RefCell<Graph>) -> Self {
        let untracked = Untracked::new(cell);
        let owner = std::mem::replace(&mut cell.borrow_mut().ambient.owner, NONE);
        Outside { untracked, owner }
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        self.untracked.cell.borrow_mut().ambient.owner = self.owner;
    }
}

/// Nothing is tracked while it lives.
pub(super) struct Untracked<'a> {
    cell: &'a RefCell<Graph>,
    /// Who observes otherwise.
    node: u32,
}

impl<'a> Untracked<'a> {
    pub(super) fn new(cell: &'a RefCell<Graph>) -> Self {
        let node = std::mem::replace(&mut cell.borrow_mut().ambient.observer.node, NONE);
        Untracked { cell, node }
    }
}

impl Drop for Untracked<'_> {
    fn drop(&mut self) {
        self.cell.borrow_mut().ambient.observer.node = self.node;
    }
}
