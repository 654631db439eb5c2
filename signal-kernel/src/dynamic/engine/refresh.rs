//! Brings one node up to date by its dependencies: `refresh` checks them in the order of the body's reads, and runs the
//! body if one of them has changed.
//!
//! Invariants: no function here recurses: the nodes whose dependencies are being checked have frames on the check stack.
//! If user code marks a node on the check stack, all frames there start again at their first dependencies. A panic costs
//! one node. `check_fast` decides as `check_dep_list` does, for nodes without a rare mark.
//!
//! Must not know: values, handles, and the reason for which the node is needed.

use super::{run, runtime::Runtime, snapshots, turn::Turn, value::Value};
use crate::dynamic::graph::{
    checks::{Frame, UNTRACKED},
    ids::{NodeId, Seen},
    marks::{Kind, Marks, Stale},
    tables::Link,
};

use std::{cell::RefMut, ops::ControlFlow};

enum Step {
    /// This dependency may be stale itself.
    Down(NodeId),
    Clean,
    Run,
    /// A dependency is failed, and no dependency before it has changed: the body could not get past the failed one.
    Blocked,
    /// This dependency is running, so it depends on itself.
    Cycle(NodeId),
}

/// The reason that `check_fast` stops.
enum Stop {
    /// The root of the refresh needs no further step.
    Done,
    /// The body of this computed value must run.
    Run,
    /// This resource must run.
    RunResource,
    /// The node needs the slow path.
    Slow,
}

/// Brings a node up to date. `must_run`: the node is a computed value that must run for certain. An effect does not run
/// here: an effect that must run is marked as dirty. The caller restores the outer context. `AT_REST`: this refresh is
/// not one of many nested ones, so a resource may use more of the stack.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn refresh<'a, const AT_REST: bool>(
    turn: &mut Turn<'a>,
    mut runtime: RefMut<'a, Runtime>,
    root: NodeId,
    mut must_run: bool,
) -> RefMut<'a, Runtime> {
    let base = runtime.check_stack.len();
    let mut at = Frame::open(&mut runtime.nodes, root);
    loop {
        let stop = if must_run {
            Stop::Run
        } else {
            runtime.check_fast(&mut at, base)
        };
        let mut moved = false;
        match stop {
            Stop::Done => return runtime,
            Stop::Run => (runtime, moved) = run::computed(turn, runtime, at.node),
            Stop::RunResource if AT_REST => runtime = run::resource(turn, runtime, at.node),
            Stop::RunResource => {
                drop(runtime);
                turn.suspend_tracking();
                run::effect_inside(turn, at.node);
                runtime = turn.take();
            }
            Stop::Slow => {
                drop(runtime);
                let next = check_slow(turn, at, base);
                runtime = turn.take();
                match next {
                    Next::GoOn(frame) => {
                        at = frame;
                        continue;
                    }
                    Next::Back => {}
                    Next::Refused => return runtime,
                }
            }
        }
        if !moved && runtime.marks(at.node).is_checking() {
            // The body is out of its slot: a rule or a destructor of the last run has read the node.
            drop(runtime);
            refuse(turn, at.node, at.node, base);
            return turn.take();
        }
        match runtime.go_back(base, moved) {
            Some((frame, run)) => (at, must_run) = (frame, run),
            None => return runtime,
        }
    }
}

/// Prepares the first run of a computed value as `refresh` prepares any run.
#[inline(always)]
pub(crate) fn begin_first_run(turn: &mut Turn<'_>, root: NodeId) {
    Frame::open(&mut turn.runtime().nodes, root);
    turn.suspend_tracking();
}

/// Ends the first run of a body.
#[inline(always)]
pub(crate) fn end_first_run(turn: &mut Turn<'_>, root: NodeId) {
    let runtime = turn.runtime();
    if runtime.marks(root).is_checking() {
        // The body was out of its slot: a rule or a destructor of the last run has read the node.
        let base = runtime.check_stack.len();
        return refuse(turn, root, root, base);
    }
    runtime.recheck_if_due();
}

/// The next step of a refresh after the slow path.
enum Next {
    GoOn(Frame),
    Back,
    /// The refresh was given up because of a cycle.
    Refused,
}

/// Checks a node that `check_fast` cannot decide, and acts on the outcome.
#[inline(never)]
fn check_slow(turn: &mut Turn<'_>, mut at: Frame, base: usize) -> Next {
    turn.suspend_tracking();
    let runtime = turn.runtime();
    match runtime.check_deps(&mut at, base) {
        Step::Down(dep) => {
            runtime.check_stack.push(at);
            runtime.reopen(dep);
            return Next::GoOn(Frame::open(&mut runtime.nodes, dep));
        }
        Step::Cycle(dep) => {
            refuse(turn, at.node, dep, base);
            return Next::Refused;
        }
        Step::Clean => keep(turn, at.node),
        Step::Blocked => block(turn, at),
        Step::Run => run_checked(turn, at.node),
    }
    Next::Back
}

/// Gives up a refresh whose root depends on itself through the edge from `node` to `dep`. If `node` is `dep`, the body
/// is out of its slot: a rule or a destructor of the last run has read the node.
#[cold]
fn refuse(turn: &mut Turn<'_>, node: NodeId, dep: NodeId, base: usize) {
    turn.suspend_tracking();
    let runtime = turn.runtime();
    let cycle = runtime.cycle(node, dep);
    runtime.next_run(); // no earlier check counts any more
    if node == dep {
        runtime.nodes[node].marks.end_check();
    } else {
        runtime.abandon_frame(node);
    }
    for frame in runtime.check_stack.split_off(base) {
        runtime.abandon_frame(frame.node);
    }
    turn.keep(cycle.payload());
}

/// Keeps the value of a node whose dependencies have not changed.
fn keep(turn: &mut Turn<'_>, index: NodeId) {
    let runtime = turn.runtime();
    if runtime.is_provisional(index) {
        snapshots::accept(turn, index);
    } else {
        runtime.nodes[index].marks.set_clean();
    }
}

/// Acts on a failed dependency at the link of the frame: a computed value fails as well, an effect does not run.
fn block(turn: &mut Turn<'_>, at: Frame) {
    let runtime = turn.runtime();
    let index = at.node;
    let dep = runtime.links[at.link].dep;
    match runtime.nodes[index].kind {
        // In a batch the body runs all the same, unless the node is failed already: the provisional failure depends on
        // the reads of the body.
        Kind::Computed if runtime.log.is_empty() || runtime.is_failed(index) => {
            fail_with(turn, index, dep);
        }
        Kind::Effect => {
            let message = runtime.break_silence(dep);
            runtime.nodes[index].marks.set_clean();
            runtime.nodes[index].marks.set_failed();
            if let Some(message) = message {
                turn.keep(Box::new(message));
            }
        }
        _ => run_checked(turn, index),
    }
}

/// Marks a computed value as failed because of this dependency.
fn fail_with(turn: &mut Turn<'_>, index: NodeId, dep: NodeId) {
    let runtime = turn.runtime();
    let (last, failed) = (runtime.version(index), runtime.is_failed(index));
    let record = runtime.record_of(dep);
    let provisional = runtime.is_provisional(index);
    let gone = runtime.revert(index);
    runtime.nodes[index].marks.set_clean();
    if !runtime.is_failed(index) {
        runtime.bump_version(index);
    }
    runtime.fail(index, record);
    if provisional && failed {
        // A reader that has seen the provisional failure has seen this one.
        let now = std::mem::replace(&mut runtime.nodes[index].version, last);
        runtime.restore_version(index, now);
    }
    turn.discard(gone);
}

/// Runs the body of a node of which a dependency has changed. An effect runs later.
fn run_checked(turn: &mut Turn<'_>, index: NodeId) {
    let runtime = turn.runtime();
    let provisional = runtime.is_provisional(index);
    let gone = runtime.revert(index);
    match runtime.nodes[index].kind {
        Kind::Computed => {
            let was_failed = provisional && runtime.is_failed(index);
            let key = runtime.key(index);
            let before = turn.take_panics();
            let runtime = turn.take();
            drop(run::computed(turn, runtime, index));
            turn.suspend_tracking();
            let runtime = turn.runtime();
            if was_failed && runtime.is_alive(key) && runtime.is_failed(index) {
                turn.swallow_panics(); // the failure from before the batch is no change
            }
            turn.put_before(before);
        }
        Kind::Resource => run::effect(turn, index),
        Kind::Effect => {
            runtime.nodes[index].marks.confirm();
        }
        _ => runtime.nodes[index].marks.set_clean(), // a part: its resource has run
    }
    turn.discard(gone);
}

impl Runtime {
    /// Returns whether the value was computed in a batch that has ended.
    fn is_provisional(&self, index: NodeId) -> bool {
        self.marks(index).is_provisional() && self.log.is_empty()
    }

    /// Goes back to the snapshot of a provisional value whose batch has ended. Returns the provisional value, for the
    /// caller to drop.
    fn revert(&mut self, index: NodeId) -> Value {
        if self.is_provisional(index) {
            snapshots::revert(self, index)
        } else {
            Value::NONE
        }
    }

    /// Pops the next frame of this refresh, if there is one. Returns with the frame whether its node must run for
    /// certain. `moved`: the dependency at the link of the frame has a new value.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn go_back(&mut self, base: usize, moved: bool) -> Option<(Frame, bool)> {
        if moved && self.check_stack.len() > base {
            let frame = *self.check_stack.last()?;
            if let Some(node) = self.nodes.get(frame.node) {
                let plain = node.marks.is_plain_check();
                if plain && node.kind == Kind::Computed {
                    self.check_stack.pop();
                    return Some((frame, true));
                }
            }
        }
        self.recheck_if_due();
        let frame = Frame::last(&mut self.check_stack, &self.graph.nodes.rows_mut(), base)?;
        Some((frame, false))
    }

    /// Restarts the frames if user code may have changed a dependency that one of them has passed.
    #[inline(always)]
    fn recheck_if_due(&mut self) {
        if self.schedule.recheck {
            self.recheck();
        }
    }

    /// Restarts every frame on the check stack at its node's first dependency.
    #[cold]
    fn recheck(&mut self) {
        self.schedule.recheck = false;
        for frame in &mut self.check_stack {
            let node = &self.graph.nodes[frame.node];
            if node.marks.is_checking() && frame.link != UNTRACKED {
                frame.link = node.deps;
            }
        }
    }

    /// Walks from node to node while each step is simple: the nodes and their dependencies are computed values or
    /// effects, and none of them is running, failed or provisional.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn check_fast(&mut self, at: &mut Frame, base: usize) -> Stop {
        let Runtime {
            graph, check_stack, ..
        } = self;
        let (mut nodes, links) = (graph.nodes.rows_mut(), graph.links.rows());
        'node: loop {
            let Some(node) = nodes.get(at.node) else {
                return Stop::Slow;
            };
            let plain = matches!(node.kind, Kind::Computed | Kind::Effect | Kind::Resource);
            if !plain || node.marks.is_provisional() {
                return Stop::Slow;
            }
            let mut must_run = node.marks.is_dirty();
            while !must_run {
                // The index `NONE` lies outside both tables: it ends the list of links, and skips a disposed
                // dependency.
                let Some(link) = links.get(at.link) else {
                    break;
                };
                if let Some(dep) = nodes.get_mut(link.dep) {
                    if dep.marks.has_any(Marks::NOT_CURRENT) {
                        if dep.marks.needs_slow_check() {
                            return Stop::Slow;
                        }
                        dep.marks.begin_check();
                        let next = Frame {
                            node: link.dep,
                            link: dep.deps,
                        };
                        check_stack.push(std::mem::replace(at, next));
                        continue 'node;
                    }
                    if link.seen != Seen::new(dep.version) {
                        if link.seen.is_refused() {
                            return Stop::Slow;
                        }
                        must_run = dep.version != link.seen.version();
                    }
                }
                at.link = link.next_dep;
            }
            let node = &mut nodes[at.node];
            if !must_run {
                node.marks.set_clean();
            } else if node.kind == Kind::Computed {
                return Stop::Run;
            } else if node.kind == Kind::Resource {
                return Stop::RunResource;
            } else {
                node.marks.confirm();
            }
            match Frame::last(check_stack, &nodes, base) {
                Some(frame) => *at = frame,
                None => return Stop::Done,
            }
        }
    }

    /// Checks the dependencies of a node, in the order of the body's reads, up to the first one that decides the next
    /// step.
    #[inline(never)]
    fn check_deps(&mut self, at: &mut Frame, base: usize) -> Step {
        let marks = self.marks(at.node);
        let provisional = marks.is_provisional() && self.log.is_empty();
        if marks.is_dirty() && !provisional {
            return Step::Run;
        }
        self.check_dep_list(at, base)
    }

    fn check_dep_list(&mut self, at: &mut Frame, base: usize) -> Step {
        while at.link.is_some() {
            if let ControlFlow::Break(step) = self.check_dep(at, base) {
                return step;
            }
            at.link = self.links[at.link].next_dep;
        }
        Step::Clean
    }

    /// Checks the dependency at the link of the frame. Breaks if that dependency decides the next step.
    fn check_dep(&mut self, at: &Frame, base: usize) -> ControlFlow<Step> {
        let Link { dep, seen, .. } = self.links[at.link];
        let Some(it) = self.nodes.get(dep) else {
            return ControlFlow::Continue(()); // a disposed dependency
        };
        if it.kind == Kind::Resource && !self.in_phase_a {
            return ControlFlow::Break(Step::Clean); // no resource starts, stops or commits inside a batch
        }
        let (marks, same) = (it.marks, it.version == seen.version());
        if marks.has_any(Marks::NOT_CURRENT) {
            if marks.is_running() {
                return ControlFlow::Break(Step::Cycle(dep));
            }
            if marks.is_checking() {
                // A refused cycle has left its links: no change can come through such a link.
                let ours = |frame: &Frame| frame.node == dep;
                if dep != at.node && !self.check_stack[base..].iter().any(ours) {
                    return ControlFlow::Break(Step::Cycle(dep));
                }
                if seen.is_refused() || same {
                    self.leave_cycle_open(at, base, dep);
                    return ControlFlow::Continue(());
                }
            } else if marks.is_stale() || self.is_provisional(dep) {
                return ControlFlow::Break(Step::Down(dep));
            } else if let Some(runs) = self.is_open(dep) {
                if runs != self.runs && (!seen.is_refused() || !self.leads_to(dep, at.node)) {
                    return ControlFlow::Break(Step::Down(dep));
                }
                let inside = self.check_stack.len() > base;
                if !seen.is_refused() && same && inside && !self.is_failed(dep) {
                    // The dependency was checked, and is current only if the whole cycle is.
                    if self.nodes[at.node].kind == Kind::Computed {
                        self.leave_open(at.node, self.runs);
                    }
                    return ControlFlow::Continue(());
                }
            }
            let failed = marks.is_failed() && !marks.is_checking();
            if failed && !seen.is_tried() && self.is_failed(dep) {
                return ControlFlow::Break(Step::Blocked);
            }
        }
        if !seen.is_refused() && !same {
            return ControlFlow::Break(Step::Run);
        }
        let alone = seen.is_refused() && (!same || self.is_open(dep).is_none());
        if alone && !self.leads_to(dep, at.node) {
            // The dependency is current without this node, so this node is on no cycle any more. The dependents of this
            // node carry no mark yet.
            self.mark(at.node, Stale::Check);
            return ControlFlow::Break(Step::Run);
        }
        ControlFlow::Continue(())
    }
}
