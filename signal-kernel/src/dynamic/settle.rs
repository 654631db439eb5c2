//! Settles the graph: `refresh` brings one node up to date by pulling on its dependencies; `rounds` settles all nodes
//! that a write or a batch has marked.
//!
//! Invariants: a round has two phases. In the first, resources run, and the stale values that effects need are
//! computed; in the second, the effects whose dependencies have changed run, in the order of their creation. The next
//! round settles the writes of these effects. No function here recurses: a pull keeps its frames on the check stack. If
//! user code marks a node on the check stack, all frames there start again at their first dependencies. A panic costs
//! one node, and is kept until the graph is at rest.
//!
//! Must not know: values, handles, and the work of a resource.

use super::{
    context, events,
    graph::checks::{Frame, UNTRACKED},
    graph::ids::{LinkId, NodeId, Order, Queued, RunId, Seen},
    graph::marks::{Kind, Marks, Stale},
    graph::tables::RunContext,
    net_change,
    read_error::Cycle,
    run,
    runtime::Runtime,
    snapshots,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{
    cell::{RefCell, RefMut},
    collections::BTreeSet,
};

/// After this many rounds, the settle gives the due effects up as effects that never come to rest. A round with the
/// first run of an effect in this settle does not count: a chain of effects, each of which writes the input of the
/// next, does come to rest.
const ROUNDS: u32 = 10_000;

/// The limit for rounds of any kind: an effect that creates another effect in each round never comes to rest.
const MOST_ROUNDS: u32 = 100_000;

/// The error also names the effects of this many rounds before the limit: effects that write each other's inputs run in
/// turn.
const TURNS: u32 = 32;

/// The record of a settle that does not seem to end.
struct LongSettle {
    /// The number of rounds without the first run of an effect.
    counted: u32,
    /// All effects that have run so far, except those of the first rounds.
    known: BTreeSet<Queued>,
    /// The effects that have run in the last rounds before the limit.
    restless: Vec<Queued>,
}

impl LongSettle {
    /// Records the due effects of a round after the first `TURNS` ones. Returns whether this round exceeds a limit.
    #[cold]
    #[inline(never)]
    fn ends(this: &mut Option<Box<Self>>, round: u32, due: &[Queued]) -> bool {
        let this = this.get_or_insert_with(|| {
            Box::new(LongSettle {
                counted: TURNS,
                known: BTreeSet::new(),
                restless: Vec::new(),
            })
        });
        let before = this.known.len();
        this.known.extend(due);
        this.counted += u32::from(this.known.len() == before);
        if this.counted + TURNS >= ROUNDS || round + TURNS >= MOST_ROUNDS {
            this.restless.extend_from_slice(due);
        }
        this.counted > ROUNDS || round >= MOST_ROUNDS
    }
}

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

/// Prepares the first run of a computed value as `refresh` prepares any run.
#[inline(always)]
pub(super) fn begin_first_run(graph: &mut RefMut<'_, Runtime>, root: NodeId, outer: &RunContext) {
    Frame::open(&mut graph.nodes, root);
    graph.context = context::untracked_context(outer);
}

/// Ends the first run of a body.
#[inline(always)]
pub(super) fn end_first_run(
    cell: &RefCell<Runtime>,
    root: NodeId,
    outer: &RunContext,
    panics: &mut FirstPanic,
) {
    let mut graph = cell.borrow_mut();
    if graph.marks(root).is_checking() {
        // The body was out of its slot: a rule or a destructor of the last run has read the node.
        let base = graph.check_stack.len();
        context::suspend_tracking(graph, outer);
        return refuse(cell, root, root, base, panics);
    }
    graph.recheck_if_due();
}

/// Brings a node up to date. `must_run`: the node is a computed value that must run for certain. An effect does not run
/// here: an effect that must run is marked as dirty. The caller restores the context `outer`. `AT_REST`: this refresh is
/// not one of many nested ones, so a resource may use more of the stack.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn refresh<'a, const AT_REST: bool>(
    cell: &'a RefCell<Runtime>,
    mut graph: RefMut<'a, Runtime>,
    outer: &RunContext,
    root: NodeId,
    mut must_run: bool,
    panics: &mut FirstPanic,
) -> RefMut<'a, Runtime> {
    let base = graph.check_stack.len();
    let mut at = Frame::open(&mut graph.nodes, root);
    loop {
        let stop = match must_run {
            true => Stop::Run,
            false => graph.check_fast(&mut at, base),
        };
        let mut moved = false;
        match stop {
            Stop::Done => return graph,
            Stop::Run => (graph, moved) = run::computed(cell, graph, outer, at.node, panics),
            Stop::RunResource if AT_REST => {
                graph = run::resource(cell, graph, outer, at.node, panics)
            }
            Stop::RunResource => {
                context::suspend_tracking(graph, outer);
                run::effect_inside(cell, at.node, panics);
                graph = cell.borrow_mut();
            }
            Stop::Slow => {
                context::suspend_tracking(graph, outer);
                let next = check_slow(cell, at, base, panics);
                graph = cell.borrow_mut();
                match next {
                    Next::GoOn(frame) => {
                        at = frame;
                        continue;
                    }
                    Next::Back => {}
                    Next::Refused => return graph,
                }
            }
        }
        if !moved && graph.marks(at.node).is_checking() {
            // The body is out of its slot: a rule or a destructor of the last run has read the node.
            context::suspend_tracking(graph, outer);
            refuse(cell, at.node, at.node, base, panics);
            return cell.borrow_mut();
        }
        match graph.go_back(base, moved) {
            Some((frame, run)) => (at, must_run) = (frame, run),
            None => return graph,
        }
    }
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
fn check_slow(
    cell: &RefCell<Runtime>,
    mut at: Frame,
    base: usize,
    panics: &mut FirstPanic,
) -> Next {
    let mut graph = cell.borrow_mut();
    let step = graph.check_deps(&mut at, base);
    let node = at.node;
    match step {
        Step::Down(dep) => {
            graph.check_stack.push(at);
            graph.reopen(dep);
            let next = Frame::open(&mut graph.nodes, dep);
            return Next::GoOn(next);
        }
        Step::Cycle(dep) => {
            drop(graph);
            refuse(cell, node, dep, base, panics);
            return Next::Refused;
        }
        _ => drop(graph),
    }
    apply_check(cell, at, &step, panics);
    Next::Back
}

/// Gives up a refresh whose root depends on itself through the edge from `node` to `dep`. If `node` is `dep`, the body
/// is out of its slot: a rule or a destructor of the last run has read the node.
#[cold]
fn refuse(
    cell: &RefCell<Runtime>,
    node: NodeId,
    dep: NodeId,
    base: usize,
    panics: &mut FirstPanic,
) {
    let mut graph = cell.borrow_mut();
    let cycle = graph.cycle(node, dep);
    graph.next_run(); // no earlier check counts any more
    if node == dep {
        graph.nodes[node].marks.end_check();
    } else {
        graph.abandon_frame(node);
    }
    for frame in graph.check_stack.split_off(base) {
        graph.abandon_frame(frame.node);
    }
    drop(graph);
    panics.keep(cycle.payload());
}

/// Acts on the outcome of a check.
fn apply_check(cell: &RefCell<Runtime>, at: Frame, step: &Step, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let index = at.node;
    let kind = graph.nodes[index].kind;
    let provisional = graph.marks(index).is_provisional() && graph.log.is_empty();
    match step {
        Step::Clean if provisional => {
            drop(graph);
            snapshots::accept(cell, index, panics);
        }
        Step::Clean => graph.nodes[index].marks.set_clean(),
        // In a batch the body runs all the same, unless the node is failed already: the provisional failure depends on
        // the reads of the body.
        Step::Blocked
            if kind == Kind::Computed && (graph.log.is_empty() || graph.is_failed(index)) =>
        {
            let (last, failed) = (graph.nodes[index].version, graph.is_failed(index));
            let record = graph.record_of(graph.links[at.link].dep);
            let gone = if provisional {
                snapshots::revert(&mut graph, index)
            } else {
                Value::NONE
            };
            graph.nodes[index].marks.set_clean();
            if !graph.is_failed(index) {
                graph.bump_version(index);
            }
            graph.fail(index, record);
            if provisional && failed {
                // A reader that has seen the provisional failure has seen this one.
                let now = std::mem::replace(&mut graph.nodes[index].version, last);
                graph.restore_version(index, now);
            }
            drop(graph);
            panics.discard(gone); // user code
        }
        Step::Blocked if kind == Kind::Effect => {
            let dep = graph.links[at.link].dep;
            let message = graph.break_silence(dep);
            graph.nodes[index].marks.set_clean();
            graph.nodes[index].marks.set_failed();
            drop(graph);
            if let Some(message) = message {
                panics.keep(Box::new(message)); // user code: drops a later panic
            }
        }
        _ => {
            let gone = if provisional {
                snapshots::revert(&mut graph, index)
            } else {
                Value::NONE
            };
            match kind {
                Kind::Computed => {
                    let was_failed = provisional && graph.is_failed(index);
                    let key = graph.key(index);
                    let outer = graph.context;
                    let mut own = FirstPanic::new();
                    graph = run::computed(cell, graph, &outer, index, &mut own).0;
                    let failed = graph.is_alive(key) && graph.is_failed(index);
                    context::restore_context(graph, &outer);
                    if was_failed && failed {
                        own.swallow(); // the failure from before the batch is no change
                    } else {
                        panics.merge(own);
                    }
                }
                Kind::Resource => {
                    drop(graph);
                    run::effect(cell, index, panics);
                }
                Kind::Effect => {
                    graph.nodes[index].marks.confirm();
                }
                _ => graph.nodes[index].marks.set_clean(), // a part: its resource has run
            }
            panics.discard(gone); // user code
        }
    }
}

impl Runtime {
    /// Returns whether a body is running or a pull is in progress.
    #[inline(always)]
    pub(super) fn is_nested(&self) -> bool {
        self.context.running.is_some() || !self.check_stack.is_empty()
    }

    /// Pushes a frame for the reader that pulls on `root` from a running body or during another pull. `tracked`: the
    /// reader, if it observes, will depend on `root`.
    #[inline(always)]
    pub(super) fn begin_inside(&mut self, root: NodeId, tracked: bool) {
        let running = self.context.running;
        let depends = tracked && self.context.observer.node.is_some();
        self.check_stack.push(Frame {
            node: if running.is_none() { root } else { running },
            link: if depends { LinkId::NONE } else { UNTRACKED },
        });
    }

    /// Returns whether an untracked reader stands on the check stack: a peek or a cleanup.
    pub(super) fn has_untracked_reader(&self) -> bool {
        self.check_stack.iter().any(|frame| frame.link == UNTRACKED)
    }

    #[inline(always)]
    pub(super) fn end_inside(&mut self) {
        self.check_stack.pop();
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

    /// Abandons the check of a node because of a cycle. A computed value with an earlier result loses its marks: later
    /// changes then pass through it to the refused readers.
    #[cold]
    fn abandon_frame(&mut self, index: NodeId) {
        self.nodes[index].marks.end_check();
        let node = &self.nodes[index];
        if node.kind == Kind::Computed && !node.marks.is_running() {
            self.leave_open(index, RunId::NONE);
            self.nodes[index].marks.clear_stale();
        }
    }

    /// The check of `at` has reached a node that is being checked already: the nodes checked since then are current
    /// only if that node is.
    #[cold]
    fn leave_cycle_open(&mut self, at: &Frame, base: usize, to: NodeId) {
        let since = self.check_stack[base..]
            .iter()
            .rev()
            .map(|frame| frame.node);
        let round: Vec<NodeId> = since.take_while(|&node| node != to).collect();
        for node in round.into_iter().chain([at.node]) {
            if node != to && self.nodes[node].kind == Kind::Computed {
                self.leave_open(node, self.runs);
            }
        }
    }

    fn check_dep_list(&mut self, at: &mut Frame, base: usize) -> Step {
        while at.link.is_some() {
            let link = &self.links[at.link];
            if link.dep.is_some() {
                let dep = &self.nodes[link.dep];
                if dep.kind == Kind::Resource && !self.in_phase_a {
                    return Step::Clean; // no resource starts, stops or commits inside a batch
                }
                if dep.marks.has_any(Marks::NOT_CURRENT) {
                    if dep.marks.is_running() {
                        return Step::Cycle(link.dep);
                    }
                    if dep.marks.is_checking() {
                        // A refused cycle has left its links: no change can come through such a link.
                        let ours = |frame: &Frame| frame.node == link.dep;
                        if link.dep != at.node && !self.check_stack[base..].iter().any(ours) {
                            return Step::Cycle(link.dep);
                        }
                        let (to, next) = (link.dep, link.next_dep);
                        if link.seen.is_refused() || dep.version == link.seen.version() {
                            self.leave_cycle_open(at, base, to);
                            at.link = next;
                            continue;
                        }
                    } else if dep.marks.is_stale()
                        || dep.marks.is_provisional() && self.log.is_empty()
                    {
                        return Step::Down(link.dep);
                    } else if let Some(runs) = self.is_open(link.dep) {
                        let (refused, same) =
                            (link.seen.is_refused(), dep.version == link.seen.version());
                        let known = runs == self.runs;
                        if !known && (!refused || !self.leads_to(link.dep, at.node)) {
                            return Step::Down(link.dep);
                        }
                        let inside = self.check_stack.len() > base;
                        if !refused && same && inside && !self.is_failed(link.dep) {
                            // The dependency was checked, and is current only if the whole cycle is.
                            let next = link.next_dep;
                            if self.nodes[at.node].kind == Kind::Computed {
                                self.leave_open(at.node, self.runs);
                            }
                            at.link = next;
                            continue;
                        }
                    }
                    let failed = dep.marks.is_failed() && !dep.marks.is_checking();
                    if failed && !link.seen.is_tried() && self.is_failed(link.dep) {
                        return Step::Blocked;
                    }
                }
                let (dep, refused) = (link.dep, link.seen.is_refused());
                let moved = self.nodes[dep].version != link.seen.version();
                if !refused && moved {
                    return Step::Run;
                }
                if refused && (moved || self.is_open(dep).is_none()) && !self.leads_to(dep, at.node)
                {
                    // The dependency is current without this node, so this node is on no cycle any more. The dependents
                    // of this node carry no mark yet.
                    self.mark(at.node, Stale::Check);
                    return Step::Run;
                }
            }
            at.link = link.next_dep;
        }
        Step::Clean
    }

    /// Names the path to a read that is too deep: `node` would run inside all bodies that run now.
    #[cold]
    pub(super) fn too_deep(&self, node: NodeId) -> String {
        let running = self.context.running;
        let mut path: Vec<NodeId> = self.check_stack.iter().map(|it| it.node).collect();
        path.extend([running, node].into_iter().filter(|&node| node.is_some()));
        path.dedup_by_key(|node| self.known_as(*node));
        let count = path.len();
        let mut names: Vec<String> = Vec::new();
        for (at, &node) in path.iter().enumerate() {
            match (at, count - at) {
                (0..3, _) | (_, 0..=3) => names.push(self.name(self.known_as(node))),
                (3, _) => names.push(format!("{} more", count - 6)),
                _ => {}
            }
        }
        names.join(" -> ")
    }

    /// Returns whether a `try_` read leads to this node, on the part of the check stack above the last read by a body.
    /// A panic of the node goes no further than that `try_` read.
    #[cold]
    pub(super) fn is_tried(&self, mut node: NodeId) -> bool {
        for frame in self.check_stack.iter().rev() {
            match self.links.get(frame.link) {
                Some(link) if link.dep == node && link.seen.is_tried() => return true,
                Some(link) if link.dep == node => node = frame.node,
                _ => break,
            }
        }
        false
    }

    /// Returns the cycle that `from` closes by depending on `to`, which is being computed.
    #[cold]
    pub(super) fn cycle(&mut self, from: NodeId, to: NodeId) -> Cycle {
        // On the check stack, each node depends on the next one: nodes being checked, and nodes whose bodies have begun
        // a pull.
        let mut path: Vec<NodeId> = self.check_stack.iter().map(|it| it.node).collect();
        path.push(from);
        let start = path.iter().position(|&node| node == to).unwrap_or(0);
        let mut path: Vec<NodeId> = path[start..].iter().map(|&it| self.known_as(it)).collect();
        path.dedup();
        if path.len() > 1 && path.first() == path.last() {
            path.pop(); // the cycle begins in the middle of a resource
        }
        let to = path[0];
        let mut names: Vec<String> = path.into_iter().map(|node| self.name(node)).collect();
        let text = match &names[..] {
            [_] => format!("{} reads itself", self.describe(to)),
            [first, ..] => {
                let back = first.clone();
                names.push(back);
                let text = format!("cyclic dependency: {}", names.join(" -> "));
                names.pop();
                text
            }
            [] => unreachable!("a cycle has a node"),
        };
        let cycle = Cycle::new(names, text);
        self.failures.note(&cycle);
        cycle
    }
}

/// Settles all marked nodes. The caller has a batch open, and no other batch is open.
#[inline(always)]
pub(super) fn rounds<'a>(
    cell: &'a RefCell<Runtime>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Runtime> {
    let mut graph = cell.borrow_mut();
    let mut long: Option<Box<LongSettle>> = None; // for a settle of many rounds only
    for round in 0.. {
        if !graph.log.is_empty() {
            drop(graph);
            net_change::reconcile(cell, panics);
            graph = cell.borrow_mut();
        }
        graph.in_phase_a = true;
        if !graph.schedule.resources.is_empty() {
            drop(graph);
            run_resources(cell, panics);
            graph = cell.borrow_mut();
        }
        graph.schedule.sort_effects();
        if graph.schedule.unverified && graph.schedule.resources.is_empty() {
            drop(graph);
            verify(cell, panics);
            graph = cell.borrow_mut();
        } // else all must run; `run::effects` skips a slot of another node
        graph.in_phase_a = false;
        if graph.failures.has_refused() {
            graph.tell_refused();
            continue;
        }
        if round >= TURNS && LongSettle::ends(&mut long, round, &graph.schedule.effects) {
            let rounds = if round < MOST_ROUNDS {
                ROUNDS
            } else {
                MOST_ROUNDS
            };
            let restless = long.as_mut().map(|it| std::mem::take(&mut it.restless));
            let message = graph.give_up(restless, rounds);
            let callbacks = std::mem::take(&mut graph.callbacks);
            let settled = graph.is_settled();
            drop(graph);
            for callback in callbacks {
                panics.discard(callback); // user code
            }
            panics.keep(Box::new(message));
            graph = cell.borrow_mut();
            if settled {
                break;
            }
            continue;
        }
        if !graph.log.is_empty() || !graph.schedule.resources.is_empty() {
            continue; // a cleanup has written, or a body has created a resource: phase one is not over
        }
        if !graph.schedule.effects.is_empty() || !graph.callbacks.is_empty() {
            let spare = std::mem::take(&mut graph.schedule.spare);
            let mut due = std::mem::replace(&mut graph.schedule.effects, spare);
            graph.round = true;
            if !graph.callbacks.is_empty() {
                drop(graph);
                events::run(cell, panics);
                graph = cell.borrow_mut();
            }
            drop(graph);
            run::effects(cell, &due, panics);
            graph = cell.borrow_mut();
            graph.round = false;
            due.clear();
            graph.schedule.spare = due;
        }
        if graph.is_settled() {
            if graph.snapshots.is_empty() {
                return graph;
            }
            drop(graph);
            snapshots::end_all(cell, panics);
            graph = cell.borrow_mut();
            if graph.is_settled() {
                return graph;
            }
        }
    }
    graph
}

/// Phase A: runs the resources, in the order of their creation and after their dependencies. Resources that
/// earlier ones have queued run in the same call, unless one of them is new or older than the last one that has run:
/// the queue then stays for the next round, because only rounds are counted.
#[inline(never)]
fn run_resources(cell: &RefCell<Runtime>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let outer = graph.context;
    let newest = graph.orders;
    loop {
        let mut due = std::mem::take(&mut graph.schedule.resources);
        due.sort_unstable();
        let last = due.last().map_or(Order::START, |it| it.order());
        let alone = due.len() == 1;
        if !alone {
            for it in &due {
                graph.mark_parts(*it);
            }
        }
        for &it in &due {
            let node = &mut graph.nodes[it.node()];
            if node.order == it.order() {
                node.marks.clear_queued();
                if node.marks.is_stale() {
                    (graph.schedule.alone, graph.schedule.grown) = (alone, false);
                    graph = refresh::<true>(cell, graph, &outer, it.node(), false, panics);
                    graph.context = outer;
                    graph.schedule.alone = false;
                }
                graph.unmark_parts(it);
            }
        }
        let next = &mut graph.schedule.resources;
        if next.is_empty() {
            due.clear();
            *next = due;
            return;
        }
        let forward = |it: &Queued| it.order() > last && it.order() <= newest;
        if !next.iter().all(forward) {
            return;
        }
    }
}

/// Phase A: computes the values that queued effects need, and removes the effects that need not run from the queue.
/// Stops when a cleanup has written a signal: the write must be reconciled first.
#[inline(never)]
fn verify(cell: &RefCell<Runtime>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let outer = graph.context;
    let mut next = 0;
    let mut kept = 0;
    while let Some(&it) = graph.schedule.effects.get(next) {
        if !graph.log.is_empty() {
            break;
        }
        next += 1;
        let mut node = &mut graph.nodes[it.node()];
        if node.order != it.order() {
            continue;
        }
        if node.marks.is_failed() {
            // A blocked effect must not run before a check of its dependencies.
            node.marks.clear_failed();
            node.marks.downgrade();
        }
        if node.marks.needs_check() {
            graph = refresh::<false>(cell, graph, &outer, it.node(), false, panics);
            let unfinished = !graph.log.is_empty();
            node = &mut graph.nodes[it.node()];
            if node.order != it.order() {
                continue;
            }
            if unfinished && node.marks.is_dirty() {
                node.marks.downgrade();
                next -= 1;
                break;
            }
        }
        if node.marks.is_dirty() {
            if graph.has_more_deps(it.node()) && graph.has_stale_dep(it.node()) {
                // A call that takes the guard hides from the compiler that the guard belongs to this cell: the loop
                // would then need registers for both.
                drop(graph);
                let failed = refresh_all(cell, &outer, it, panics);
                graph = cell.borrow_mut();
                if !graph.log.is_empty() {
                    next -= 1;
                    break;
                }
                if !graph.is_due(it) {
                    continue;
                }
                if failed {
                    let node = &mut graph.nodes[it.node()];
                    node.marks.clear_stale();
                    node.marks.clear_queued();
                    node.marks.set_failed();
                    continue;
                }
            }
            graph.schedule.effects[kept] = it;
            kept += 1;
        } else {
            // The effect is unchanged, or blocked by a failed dependency, whose version rises when the failure ends.
            node.marks.clear_queued();
        }
    }
    graph.context = outer;
    graph.schedule.unverified = next < graph.schedule.effects.len();
    if kept < next {
        graph.schedule.effects.drain(kept..next);
    }
}

/// Brings the dependencies of an effect that must run up to date: its body then finds no stale value among its earlier
/// reads. Returns whether a dependency has failed: the effect then does not start, because its body would stop halfway.
#[cold]
#[inline(never)]
fn refresh_all(
    cell: &RefCell<Runtime>,
    outer: &RunContext,
    effect: Queued,
    panics: &mut FirstPanic,
) -> bool {
    let mut graph = cell.borrow_mut();
    let mut failed = false;
    let mut link = graph.deps(effect.node());
    while link.is_some() && graph.is_due(effect) && graph.log.is_empty() {
        let dep = graph.links[link].dep;
        if dep.is_some() && graph.is_stale(dep) {
            let node = effect.node();
            graph.reopen(dep);
            graph.check_stack.push(Frame { node, link });
            graph = refresh::<false>(cell, graph, outer, dep, false, panics);
            graph.check_stack.pop();
            let it = &graph.links[link]; // `dep` is `NONE` if the dependency was disposed of
            if it.dep.is_some() && !it.seen.is_tried() && graph.is_failed(it.dep) {
                failed = true;
                let message = graph.break_silence(dep);
                drop(graph);
                if let Some(message) = message {
                    panics.keep(Box::new(message)); // user code: drops a later panic
                }
                graph = cell.borrow_mut();
            }
        }
        link = graph.links[link].next_dep;
    }
    failed
}

impl Runtime {
    /// Returns whether this dependency may be stale. A running dependency must not be pulled.
    fn is_stale(&self, dep: NodeId) -> bool {
        let marks = self.marks(dep);
        let provisional = marks.is_provisional() && self.log.is_empty();
        let stale = marks.is_stale() || provisional || self.is_open(dep).is_some();
        !marks.is_in_progress() && stale
    }

    pub(super) fn is_settled(&self) -> bool {
        self.log.is_empty()
            && self.schedule.effects.is_empty()
            && self.schedule.resources.is_empty()
            && self.callbacks.is_empty()
    }

    /// Gives up the due effects, which never come to rest: takes them off the queue, and names them with the effects of
    /// the last rounds. Each effect runs again when one of its dependencies changes.
    #[cold]
    fn give_up(&mut self, restless: Option<Vec<Queued>>, rounds: u32) -> String {
        let mut restless = restless.unwrap_or_default();
        for index in 0..self.schedule.resources.len() {
            let resource = self.schedule.resources[index];
            self.mark_parts(resource); // the marks stay
        }
        let effects = std::mem::take(&mut self.schedule.effects);
        let resources = std::mem::take(&mut self.schedule.resources);
        for it in effects.into_iter().chain(resources) {
            if self.is_due(it) {
                self.nodes[it.node()].marks.clear_queued(); // the node has still not seen the missed changes
                restless.push(it);
            }
        }
        restless.sort_unstable();
        restless.dedup();
        restless.retain(|&it| self.is_due(it));
        let names: Vec<String> = restless.iter().map(|it| self.describe(it.node())).collect();
        format!(
            "effects never come to rest: after {rounds} rounds there is still {}",
            names.join(", ")
        )
    }
}
