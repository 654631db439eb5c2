//! How the graph comes to rest: `refresh` brings one node up to date by pulling on what it depends on;
//! `rounds` settles all that a write or a batch has marked.
//!
//! Invariants: a round has two phases; in the first, drivers act and stale values that effects need are
//! computed; in the second, the effects whose dependencies have changed run, in the order of their creation.
//! What effects write is settled in the next round. Nothing here recurses: a pull keeps its way in `pulls`.
//! Whatever user code marks on that way is looked at from the first of its dependencies once more.
//! A panic costs one node, and is kept until all is done.
//!
//! Must not know: values, handles, and what a driver does.

use super::{
    batch, dispose, events,
    failure::Cycle,
    graph::{
        CHECK, CHECKING, DIRTY, FAILED, Graph, Kind, NONE, Node, PROVISIONAL, QUEUED, Queued,
        RUNNING, RunContext, STALE,
    },
    run, snapshots,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{
    cell::{RefCell, RefMut},
    collections::BTreeSet,
};

/// After this many rounds the effects that are due are said never to come to rest. A round does not count in which an
/// effect runs for its first time in the settle: effects that each write the input of the next come to rest.
const ROUNDS: u32 = 10_000;

/// After this many rounds of any kind too: an effect that makes another one in each round is never at rest.
const MOST_ROUNDS: u32 = 100_000;

/// What runs in this many rounds before that is part of it: effects that write each other's inputs take turns.
const TURNS: u32 = 32;

/// A node whose dependencies are being looked at.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// With `CANDIDATE`: the links are those of its candidate.
    node: u32,
    /// The next link to look at.
    link: u32,
}

/// Makes a node's number one that is beyond the table.
const CANDIDATE: u32 = 1 << 31;

/// In place of a link: who pulls here will not depend on what comes next on the way.
const UNTRACKED: u32 = NONE - 1;

impl Frame {
    fn node(self) -> u32 {
        self.node & !CANDIDATE
    }

    fn is_of_candidate(self) -> bool {
        self.node & CANDIDATE != 0
    }

    /// Begins to look at a node.
    #[inline(always)]
    fn open(nodes: &mut [Node], index: u32) -> Self {
        let node = &mut nodes[index as usize];
        node.marks |= CHECKING;
        Frame {
            node: index,
            link: node.deps,
        }
    }

    /// The next node on the way back, if there is one.
    #[inline(always)]
    fn last(check_stack: &mut Vec<Frame>, nodes: &[Node], base: usize) -> Option<Self> {
        while check_stack.len() > base {
            let pull = check_stack.pop()?;
            // Else it was disposed of by user code in the meantime.
            if nodes[pull.node() as usize].marks & CHECKING != 0 {
                return Some(pull);
            }
        }
        None
    }
}

/// The rounds of a settle that does not seem to come to an end.
struct Patience {
    /// How many rounds have run no effect for its first time.
    counted: u32,
    /// The effects that have run so far, but for those of the first rounds.
    known: BTreeSet<Queued>,
    /// The effects that have run in the last rounds before the limit.
    restless: Vec<Queued>,
}

impl Patience {
    /// These effects are due in this round, which is not one of the first. True if that is one too many.
    #[cold]
    #[inline(never)]
    fn ends(this: &mut Option<Box<Self>>, round: u32, due: &[Queued]) -> bool {
        let this = this.get_or_insert_with(|| {
            Box::new(Patience {
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
    /// This dependency may be out of date itself.
    Down(u32),
    Clean,
    Run,
    /// A dependency is failed, and nothing before it has changed: the body could not get past it.
    Blocked,
    /// This dependency is running: it depends on itself.
    Cycle(u32),
}

/// Where `advance` stops.
enum Stop {
    /// The node that was to be refreshed needs nothing more.
    Done,
    /// The body of this computed value must run.
    Run,
    /// This driver must act.
    Act,
    /// Here it takes more than a glance.
    Look,
}

/// The body of a computed value is about to run for the first time: what `refresh` does for any body.
#[inline(always)]
pub(super) fn begin_first_run(graph: &mut RefMut<'_, Graph>, root: u32, outer: &RunContext) {
    Frame::open(&mut graph.nodes, root);
    graph.context = run::untracked_context(outer);
}

/// A body has run for the first time.
#[inline(always)]
pub(super) fn end_first_run(
    cell: &RefCell<Graph>,
    root: u32,
    outer: &RunContext,
    panics: &mut FirstPanic,
) {
    let mut graph = cell.borrow_mut();
    if graph.marks(root) & CHECKING != 0 {
        // The body was not there: a rule or a destructor of its last run has asked for it.
        let base = graph.check_stack.len();
        run::suspend_tracking(graph, outer);
        return refuse(cell, (root, root), base, panics);
    }
    graph.recheck_if_due();
}

/// Brings a node up to date. `must_run`: it is a computed value that must run, for sure. An effect is not run: it is
/// marked `DIRTY` if it must run. What is `around` comes back when the caller steps out. `AT_REST`: this is not one of many
/// pulls that run inside each other, so a driver may take room on the stack.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn refresh<'a, const AT_REST: bool>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    outer: &RunContext,
    (root, mut must_run): (u32, bool),
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
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
            Stop::Act if AT_REST => graph = run::driver(cell, graph, outer, at.node, panics),
            Stop::Act => {
                run::suspend_tracking(graph, outer);
                run::effect_inside(cell, at.node, panics);
                graph = cell.borrow_mut();
            }
            Stop::Look => {
                run::suspend_tracking(graph, outer);
                let next = check_slow(cell, at, base, panics);
                graph = cell.borrow_mut();
                match next {
                    Next::GoOn(pull) => {
                        at = pull;
                        continue;
                    }
                    Next::Back => {}
                    Next::Refused => return graph,
                }
            }
        }
        if !moved && graph.marks(at.node()) & CHECKING != 0 {
            // Its body is not there: a rule or a destructor of its last run has asked for it.
            run::suspend_tracking(graph, outer);
            refuse(cell, (at.node(), at.node()), base, panics);
            return cell.borrow_mut();
        }
        match graph.go_back(base, moved) {
            Some((pull, run)) => (at, must_run) = (pull, run),
            None => return graph,
        }
    }
}

/// Where a pull goes on after more than a glance.
enum Next {
    GoOn(Frame),
    Back,
    /// It was given up: there is a cycle.
    Refused,
}

/// Looks at a node for which a glance is not enough, and does what that comes to.
#[inline(never)]
fn check_slow(cell: &RefCell<Graph>, mut at: Frame, base: usize, panics: &mut FirstPanic) -> Next {
    let mut graph = cell.borrow_mut();
    let step = graph.check_deps(&mut at, base);
    let node = at.node();
    let generation = graph.nodes[node as usize].generation;
    match step {
        Step::Down(dep) => {
            graph.check_stack.push(at);
            graph.reopen(dep);
            let next = Frame::open(&mut graph.nodes, dep);
            return Next::GoOn(next);
        }
        Step::Cycle(dep) => {
            drop(graph);
            refuse(cell, (node, dep), base, panics);
            return Next::Refused;
        }
        _ => drop(graph),
    }
    let again = apply_check(cell, at, &step, panics);
    graph = cell.borrow_mut();
    if again && graph.is_alive(node, generation) {
        graph.recheck_if_due();
        let next = Frame::open(&mut graph.nodes, node);
        return Next::GoOn(next);
    }
    Next::Back
}

/// What was to be refreshed depends on itself, by way of `node`, which depends on `dep`. If that is the node itself, its
/// body is not there: a rule or a destructor of its last run has asked for it.
#[cold]
fn refuse(cell: &RefCell<Graph>, (node, dep): (u32, u32), base: usize, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let cycle = graph.cycle(node, dep);
    graph.next_run(); // nothing that was looked at before counts any more
    if node == dep {
        graph.unset(node, CHECKING);
    } else {
        graph.abandon_frame(node);
    }
    for pull in graph.check_stack.split_off(base) {
        graph.abandon_frame(pull.node());
    }
    drop(graph);
    panics.keep(cycle.payload());
}

/// Does what the look at a node's dependencies has come to. True when they are to be looked at again.
fn apply_check(cell: &RefCell<Graph>, at: Frame, step: &Step, panics: &mut FirstPanic) -> bool {
    let mut graph = cell.borrow_mut();
    let index = at.node();
    if at.is_of_candidate() && matches!(step, Step::Clean) {
        if graph.last_owned(index).is_some() {
            // What the half-way run has made goes before its value does.
            graph.unset(index, CHECKING);
            graph.set(index, DIRTY);
            drop(graph);
            dispose::outdated(cell, index, panics);
            return true;
        }
        let gone = snapshots::restore(&mut graph, index);
        drop(graph);
        panics.discard(gone); // user code
        return false;
    }
    let kind = graph.nodes[index as usize].kind;
    let provisional = graph.marks(index) & PROVISIONAL != 0 && graph.log.is_empty();
    match step {
        Step::Clean if provisional => {
            drop(graph);
            snapshots::accept(cell, index, panics);
        }
        Step::Clean => {
            graph.unset(index, STALE | CHECKING);
            if graph.marks(index) & PROVISIONAL != 0 {
                snapshots::note(&mut graph, index);
            }
        }
        // In a batch the body runs all the same, unless it has failed already: its reads are what the half-way
        // failure depends on.
        Step::Blocked
            if kind == Kind::Computed && (graph.log.is_empty() || graph.is_failed(index)) =>
        {
            let (last, failed) = (graph.nodes[index as usize].version, graph.is_failed(index));
            let record = graph.record_of(graph.links[at.link as usize].dep);
            let gone = if provisional {
                snapshots::revert(&mut graph, index)
            } else {
                Value::NONE
            };
            graph.unset(index, STALE | CHECKING);
            if !graph.is_failed(index) {
                graph.bump_version(index);
            }
            graph.fail(index, record);
            if provisional && failed {
                // Who has seen the half-way failure has seen this one.
                let now = std::mem::replace(&mut graph.nodes[index as usize].version, last);
                graph.restore_version(index, now);
            }
            drop(graph);
            panics.discard(gone); // user code
        }
        Step::Blocked if kind == Kind::Effect => {
            let dep = graph.links[at.link as usize].dep;
            let news = graph.break_silence(dep);
            graph.unset(index, STALE | CHECKING);
            graph.set(index, FAILED);
            drop(graph);
            if let Some(message) = news {
                panics.keep(Box::new(message)); // user code: a later one is dropped
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
                    let outer = graph.context;
                    graph = run::computed(cell, graph, &outer, index, panics).0;
                    run::restore_context(graph, &outer);
                }
                Kind::Resource => {
                    drop(graph);
                    run::effect(cell, index, panics);
                }
                Kind::Effect => {
                    graph.unset(index, CHECK | CHECKING);
                    graph.set(index, DIRTY);
                }
                _ => graph.unset(index, STALE | CHECKING), // a part: its driver has acted
            }
            panics.discard(gone); // user code
        }
    }
    false
}

impl Graph {
    /// Is a body running, or a pull on its way?
    #[inline(always)]
    pub(super) fn is_nested(&self) -> bool {
        self.context.running != NONE || !self.check_stack.is_empty()
    }

    /// Somebody pulls on `root` while a body is running, or in the middle of a pull: who does stands on the way. `tracked`:
    /// if he observes, he will depend on it.
    #[inline(always)]
    pub(super) fn begin_inside(&mut self, root: u32, tracked: bool) {
        let running = self.context.running;
        let depends = tracked && self.context.observer.node != NONE;
        self.check_stack.push(Frame {
            node: if running == NONE { root } else { running },
            link: if depends { NONE } else { UNTRACKED },
        });
    }

    /// Has somebody pulled who will not depend on it: who peeks, or cleans up?
    pub(super) fn has_untracked_reader(&self) -> bool {
        self.check_stack.iter().any(|pull| pull.link == UNTRACKED)
    }

    #[inline(always)]
    pub(super) fn end_inside(&mut self) {
        self.check_stack.pop();
    }

    /// The next node on the way back, if there is one. Must it run, for sure? `moved`: what it was looking at has a
    /// new value.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn go_back(&mut self, base: usize, moved: bool) -> Option<(Frame, bool)> {
        if moved && self.check_stack.len() > base {
            let pull = *self.check_stack.last()?;
            if let Some(node) = self.nodes.get(pull.node as usize) {
                let plain = node.marks & (CHECKING | PROVISIONAL) == CHECKING;
                if plain && node.kind == Kind::Computed {
                    self.check_stack.pop();
                    return Some((pull, true));
                }
            }
        }
        self.recheck_if_due();
        let pull = Frame::last(&mut self.check_stack, &self.nodes, base)?;
        Some((pull, false))
    }

    /// User code may have changed what some node on the way had looked at.
    #[inline(always)]
    fn recheck_if_due(&mut self) {
        if self.schedule.recheck {
            self.recheck();
        }
    }

    /// All nodes on the way look at their dependencies once more, from the first.
    #[cold]
    fn recheck(&mut self) {
        self.schedule.recheck = false;
        for pull in &mut self.check_stack {
            let node = &self.nodes[pull.node() as usize];
            if node.marks & CHECKING != 0 && pull.link != UNTRACKED {
                (pull.node, pull.link) = (pull.node(), node.deps);
            }
        }
    }

    /// Goes from node to node as long as a glance tells what is to be done: the nodes and what they depend on are
    /// computed values or effects, none of them running, failed or half-way.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn check_fast(&mut self, at: &mut Frame, base: usize) -> Stop {
        let Graph {
            nodes,
            links,
            check_stack,
            ..
        } = self;
        let (nodes, links) = (&mut nodes[..], &links[..]);
        'node: loop {
            let Some(node) = nodes.get(at.node as usize) else {
                return Stop::Look;
            };
            let plain = matches!(node.kind, Kind::Computed | Kind::Effect | Kind::Resource);
            if !plain || node.marks & PROVISIONAL != 0 {
                return Stop::Look;
            }
            let mut must_run = node.marks & DIRTY != 0;
            while !must_run {
                // A link that is NONE is beyond the table, and so is a dependency that is gone.
                let Some(link) = links.get(at.link as usize) else {
                    break;
                };
                if let Some(dep) = nodes.get_mut(link.dep as usize) {
                    let marks = dep.marks;
                    if marks & (STALE | RUNNING | CHECKING | FAILED | PROVISIONAL) != 0 {
                        if marks & (RUNNING | CHECKING | FAILED | PROVISIONAL) != 0 {
                            return Stop::Look;
                        }
                        dep.marks = marks | CHECKING;
                        let next = Frame {
                            node: link.dep,
                            link: dep.deps,
                        };
                        check_stack.push(std::mem::replace(at, next));
                        continue 'node;
                    }
                    if dep.version != link.seen {
                        if link.is_refused() {
                            return Stop::Look;
                        }
                        must_run = dep.version != link.version();
                    }
                }
                at.link = link.next_dep;
            }
            let node = &mut nodes[at.node as usize];
            if !must_run {
                node.marks &= !(STALE | CHECKING);
            } else if node.kind == Kind::Computed {
                return Stop::Run;
            } else if node.kind == Kind::Resource {
                return Stop::Act;
            } else {
                node.marks = node.marks & !(CHECK | CHECKING) | DIRTY;
            }
            match Frame::last(check_stack, nodes, base) {
                Some(pull) => *at = pull,
                None => return Stop::Done,
            }
        }
    }

    /// Looks at a node's dependencies, in the order in which its body has read them, up to the first that
    /// says what is to be done.
    #[inline(never)]
    fn check_deps(&mut self, at: &mut Frame, base: usize) -> Step {
        let marks = self.marks(at.node());
        let provisional = marks & PROVISIONAL != 0 && self.log.is_empty();
        if marks & DIRTY != 0 && !provisional {
            return Step::Run;
        }
        match self.check_dep_list(at, base) {
            // The half-way value is not valid in the end: what about the one from before?
            Step::Run if provisional && !at.is_of_candidate() => {
                let snapshot = self.snapshots.get(&at.node);
                let Some(snapshot) = snapshot.filter(|it| it.restorable) else {
                    return Step::Run;
                };
                (at.node, at.link) = (at.node | CANDIDATE, snapshot.deps);
                self.check_dep_list(at, base)
            }
            step => step,
        }
    }

    /// A cycle was found on the way to this node. A computed value that was known before carries no mark from here on:
    /// changes go on to the readers that were refused.
    #[cold]
    fn abandon_frame(&mut self, index: u32) {
        self.unset(index, CHECKING);
        let node = &self.nodes[index as usize];
        if node.kind == Kind::Computed && node.marks & RUNNING == 0 {
            self.leave_open(index, 0); // that is no number of runs
            self.unset(index, STALE);
        }
    }

    /// A look at `at` has come round to a node that is looked at already: what was looked at since is current only if that
    /// one is.
    #[cold]
    fn leave_cycle_open(&mut self, at: &Frame, base: usize, to: u32) {
        let since = self.check_stack[base..]
            .iter()
            .rev()
            .map(|pull| pull.node());
        let round: Vec<u32> = since.take_while(|&node| node != to).collect();
        for node in round.into_iter().chain([at.node()]) {
            if node != to && self.nodes[node as usize].kind == Kind::Computed {
                self.leave_open(node, self.runs);
            }
        }
    }

    /// Does `node` depend on `other`, directly or not? A read that was refused counts too.
    #[cold]
    pub(super) fn leads_to(&self, node: u32, other: u32) -> bool {
        let (mut way, mut known) = (vec![node], BTreeSet::from([node]));
        while let Some(node) = way.pop() {
            let mut link = self.deps(node);
            while let Some(it) = self.links.get(link as usize) {
                if it.dep == other {
                    return true;
                }
                if it.dep != NONE && known.insert(it.dep) {
                    way.push(it.dep);
                }
                link = it.next_dep;
            }
        }
        false
    }

    fn check_dep_list(&mut self, at: &mut Frame, base: usize) -> Step {
        while at.link != NONE {
            let link = &self.links[at.link as usize];
            if link.dep != NONE {
                let dep = &self.nodes[link.dep as usize];
                if dep.kind == Kind::Resource && !self.acting {
                    return Step::Clean; // no resource starts, stops or commits inside a batch
                }
                if dep.marks & (STALE | RUNNING | CHECKING | FAILED | PROVISIONAL) != 0 {
                    if dep.marks & RUNNING != 0 {
                        return Step::Cycle(link.dep);
                    }
                    if dep.marks & CHECKING != 0 {
                        // A cycle that was refused has left its links: nothing new can come from there.
                        let ours = |pull: &Frame| pull.node() == link.dep;
                        if link.dep != at.node() && !self.check_stack[base..].iter().any(ours) {
                            return Step::Cycle(link.dep);
                        }
                        let (to, next) = (link.dep, link.next_dep);
                        if link.is_refused() || dep.version == link.version() {
                            self.leave_cycle_open(at, base, to);
                            at.link = next;
                            continue;
                        }
                    } else if dep.marks & STALE != 0
                        || dep.marks & PROVISIONAL != 0 && self.log.is_empty()
                    {
                        return Step::Down(link.dep);
                    } else if let Some(runs) = self.is_open(link.dep) {
                        let (refused, same) = (link.is_refused(), dep.version == link.version());
                        let known = runs == self.runs;
                        if !known && (!refused || !self.leads_to(link.dep, at.node())) {
                            return Step::Down(link.dep);
                        }
                        let inside = self.check_stack.len() > base;
                        if !refused && same && inside && !self.is_failed(link.dep) {
                            // It was looked at, and is current only if all that goes round is.
                            let next = link.next_dep;
                            if self.nodes[at.node() as usize].kind == Kind::Computed {
                                self.leave_open(at.node(), self.runs);
                            }
                            at.link = next;
                            continue;
                        }
                    }
                    let failed = dep.marks & (FAILED | CHECKING) == FAILED;
                    if failed && !link.is_tried() && self.is_failed(link.dep) {
                        return Step::Blocked;
                    }
                }
                let (dep, refused) = (link.dep, link.is_refused());
                let moved = self.nodes[dep as usize].version != link.version();
                if !refused && moved {
                    return Step::Run;
                }
                if refused
                    && (moved || self.is_open(dep).is_none())
                    && !self.leads_to(dep, at.node())
                {
                    // It is known without this node: that is on no cycle any more. Nobody was told.
                    self.mark(at.node(), CHECK);
                    return Step::Run;
                }
            }
            at.link = link.next_dep;
        }
        Step::Clean
    }

    /// The way to a level too many: `node` is to run inside of all that run now.
    #[cold]
    pub(super) fn too_deep(&self, node: u32) -> String {
        let running = self.context.running;
        let mut way: Vec<u32> = self.check_stack.iter().map(|it| it.node()).collect();
        way.extend([running, node].into_iter().filter(|&node| node != NONE));
        way.dedup_by_key(|node| self.known_as(*node));
        let count = way.len();
        let mut names: Vec<String> = Vec::new();
        for (at, &node) in way.iter().enumerate() {
            match (at, count - at) {
                (0..3, _) | (_, 0..=3) => names.push(self.name(self.known_as(node))),
                (3, _) => names.push(format!("{} more", count - 6)),
                _ => {}
            }
        }
        names.join(" -> ")
    }

    /// Is there a `try_` read on the way to this node, from where a body has pulled on it? A panic goes no further than
    /// that read.
    #[cold]
    pub(super) fn is_tried(&self, mut node: u32) -> bool {
        for pull in self.check_stack.iter().rev() {
            match self.links.get(pull.link as usize) {
                Some(link) if link.dep == node && link.is_tried() => return true,
                Some(link) if link.dep == node => node = pull.node(),
                _ => break,
            }
        }
        false
    }

    /// The cycle that `from` closes by depending on `to`, which is being computed.
    #[cold]
    pub(super) fn cycle(&mut self, from: u32, to: u32) -> Cycle {
        // Pulls, and the bodies that have begun some of them, depend on each other in this order.
        let mut way: Vec<u32> = self.check_stack.iter().map(|it| it.node()).collect();
        way.push(from);
        let start = way.iter().position(|&node| node == to).unwrap_or(0);
        let mut way: Vec<u32> = way[start..].iter().map(|&it| self.known_as(it)).collect();
        way.dedup();
        if way.len() > 1 && way.first() == way.last() {
            way.pop(); // it begins in the middle of a resource
        }
        let to = way[0];
        let mut names: Vec<String> = way.into_iter().map(|node| self.name(node)).collect();
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

/// Settles all that is marked. The caller has a batch open, and no other one is.
#[inline(always)]
pub(super) fn rounds<'a>(cell: &'a RefCell<Graph>, panics: &mut FirstPanic) -> RefMut<'a, Graph> {
    let mut graph = cell.borrow_mut();
    let mut patience: Option<Box<Patience>> = None; // of rounds that are many
    for round in 0.. {
        if !graph.log.is_empty() {
            drop(graph);
            batch::reconcile(cell, panics);
            graph = cell.borrow_mut();
        }
        graph.acting = true;
        if !graph.schedule.resources.is_empty() {
            drop(graph);
            act(cell, panics);
            graph = cell.borrow_mut();
        }
        graph.schedule.sort_effects();
        if graph.schedule.unverified && graph.schedule.resources.is_empty() {
            drop(graph);
            verify(cell, panics);
            graph = cell.borrow_mut();
        } // else all must run; whether they are still the same effects is asked then
        graph.acting = false;
        if graph.failures.has_refused() {
            graph.tell_refused();
            continue;
        }
        if round >= TURNS && Patience::ends(&mut patience, round, &graph.schedule.effects) {
            let rounds = if round < MOST_ROUNDS {
                ROUNDS
            } else {
                MOST_ROUNDS
            };
            let restless = patience.as_mut().map(|it| std::mem::take(&mut it.restless));
            let message = graph.give_up(restless, rounds);
            let callbacks = std::mem::take(&mut graph.callbacks);
            let settled = graph.is_settled();
            drop(graph);
            for hook in callbacks {
                panics.discard(hook); // user code
            }
            panics.keep(Box::new(message));
            graph = cell.borrow_mut();
            if settled {
                break;
            }
            continue;
        }
        if !graph.log.is_empty() || !graph.schedule.resources.is_empty() {
            continue; // cleanups have written, or a body has made a resource: the first phase is not over
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
            if graph.provisional.is_empty() {
                return graph;
            }
            drop(graph);
            snapshots::accept_current(cell, panics);
            graph = cell.borrow_mut();
            if graph.is_settled() {
                return graph;
            }
        }
    }
    graph
}

/// Phase A: lets the drivers act, in the order of their creation and after their dependencies. A driver that an earlier
/// one has queued acts in the same call, unless that leads backwards: then it is left in the queue for the next round,
/// since only rounds are counted.
#[inline(never)]
fn act(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let outer = graph.context;
    let newest = graph.orders;
    loop {
        let mut due = std::mem::take(&mut graph.schedule.resources);
        due.sort_unstable();
        let last = due.last().map_or(0, |it| it.order());
        let alone = due.len() == 1;
        if !alone {
            for it in &due {
                graph.mark_parts(*it);
            }
        }
        for &it in &due {
            let node = &mut graph.nodes[it.node() as usize];
            if node.order == it.order() {
                node.marks &= !QUEUED;
                if node.marks & STALE != 0 {
                    (graph.schedule.alone, graph.schedule.grown) = (alone, false);
                    graph = refresh::<true>(cell, graph, &outer, (it.node(), false), panics);
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

/// Phase A: computes what the queued effects need, and lets those go that need not run. Stops when a cleanup
/// has written something: that must be judged first.
#[inline(never)]
fn verify(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let mut graph = cell.borrow_mut();
    let outer = graph.context;
    let mut next = 0;
    let mut kept = 0;
    while let Some(&it) = graph.schedule.effects.get(next) {
        if !graph.log.is_empty() {
            break;
        }
        next += 1;
        let mut node = &mut graph.nodes[it.node() as usize];
        if node.order != it.order() {
            continue;
        }
        if node.marks & FAILED != 0 {
            // It was blocked: it must not run before its dependencies have been looked at.
            node.marks = node.marks & !(FAILED | DIRTY) | CHECK;
        }
        if node.marks & STALE == CHECK {
            graph = refresh::<false>(cell, graph, &outer, (it.node(), false), panics);
            let unfinished = !graph.log.is_empty();
            node = &mut graph.nodes[it.node() as usize];
            if node.order != it.order() {
                continue;
            }
            if unfinished && node.marks & DIRTY != 0 {
                node.marks = node.marks & !DIRTY | CHECK;
                next -= 1;
                break;
            }
        }
        if node.marks & DIRTY != 0 {
            if graph.has_more_deps(it.node()) && graph.has_stale_dep(it.node()) {
                // Whatever hands a guard over hides that it is one of this cell: the loop wants registers for both then.
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
                    let node = &mut graph.nodes[it.node() as usize];
                    node.marks = node.marks & !(STALE | QUEUED) | FAILED;
                    continue;
                }
            }
            graph.schedule.effects[kept] = it;
            kept += 1;
        } else {
            // It is unchanged; or blocked by a failed dependency, whose version moves on with the end of that.
            node.marks &= !QUEUED;
        }
    }
    graph.context = outer;
    graph.schedule.unverified = next < graph.schedule.effects.len();
    if kept < next {
        graph.schedule.effects.drain(kept..next);
    }
}

/// Brings up to date all that an effect has read which must run: its body finds nothing stale that it has read before. True
/// if some of that has failed: then the effect does not start, since it would come half of its way.
#[cold]
#[inline(never)]
fn refresh_all(
    cell: &RefCell<Graph>,
    outer: &RunContext,
    effect: Queued,
    panics: &mut FirstPanic,
) -> bool {
    let mut graph = cell.borrow_mut();
    let mut failed = false;
    let mut link = graph.deps(effect.node());
    while link != NONE && graph.is_due(effect) && graph.log.is_empty() {
        let dep = graph.links[link as usize].dep;
        if dep != NONE && graph.is_stale(dep) {
            let node = effect.node();
            graph.reopen(dep);
            graph.check_stack.push(Frame { node, link });
            graph = refresh::<false>(cell, graph, outer, (dep, false), panics);
            graph.check_stack.pop();
            let it = &graph.links[link as usize]; // without a dependency, if that was disposed of
            if it.dep != NONE && !it.is_tried() && graph.is_failed(it.dep) {
                failed = true;
                let news = graph.break_silence(dep);
                drop(graph);
                if let Some(message) = news {
                    panics.keep(Box::new(message)); // user code: a later one is dropped
                }
                graph = cell.borrow_mut();
            }
        }
        link = graph.links[link as usize].next_dep;
    }
    failed
}

impl Graph {
    /// Does the node depend on more than one other? If not, that one is why it is due.
    #[inline(always)]
    fn has_more_deps(&self, node: u32) -> bool {
        let first = self.links.get(self.deps(node) as usize);
        first.is_some_and(|first| first.next_dep != NONE)
    }

    /// Has the node read something that is not up to date?
    #[inline(never)]
    fn has_stale_dep(&self, node: u32) -> bool {
        let mut link = self.deps(node);
        while let Some(it) = self.links.get(link as usize) {
            let dep = self.nodes.get(it.dep as usize);
            if dep.is_some_and(|dep| dep.marks & (STALE | PROVISIONAL | FAILED) != 0) {
                return true;
            }
            link = it.next_dep;
        }
        false
    }

    /// May this dependency be out of date? One that is running is not to be asked.
    fn is_stale(&self, dep: u32) -> bool {
        let marks = self.marks(dep);
        let provisional = marks & PROVISIONAL != 0 && self.log.is_empty();
        let stale = marks & STALE != 0 || provisional || self.is_open(dep).is_some();
        marks & (RUNNING | CHECKING) == 0 && stale
    }

    pub(super) fn is_settled(&self) -> bool {
        self.log.is_empty()
            && self.schedule.effects.is_empty()
            && self.schedule.resources.is_empty()
            && self.callbacks.is_empty()
    }

    /// The effects that are due go on for ever: takes them off the queue, and names them with those that
    /// have run before. Each runs again when something that it reads changes.
    #[cold]
    fn give_up(&mut self, restless: Option<Vec<Queued>>, rounds: u32) -> String {
        let mut restless = restless.unwrap_or_default();
        for index in 0..self.schedule.resources.len() {
            self.mark_parts(self.schedule.resources[index]); // what is marked stays so
        }
        let effects = std::mem::take(&mut self.schedule.effects);
        let resources = std::mem::take(&mut self.schedule.resources);
        for it in effects.into_iter().chain(resources) {
            if self.is_due(it) {
                self.unset(it.node(), QUEUED); // what it has missed it has still not seen
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
