//! How the graph comes to rest: `refresh` brings one node up to date by pulling on what it depends on;
//! `rounds` settles all that a write or a batch has marked.
//!
//! Invariants: a round has two phases; in the first, drivers act and stale values that effects need are
//! computed; in the second, the effects whose dependencies have changed run, in the order of their creation.
//! What effects write is settled in the next round. Nothing here recurses: a pull keeps its way in `pulls`.
//! A panic costs one node, and is kept until all is done.
//!
//! Must not know: values, handles, and what a driver does.

use super::{
    batch, dispose,
    graph::{
        CHECK, DIRTY, DISPOSED, Due, FAILED, Graph, HALF_WAY, Kind, NONE, QUEUED, RUNNING, STALE,
        VERIFYING,
    },
    half_way, hooks, run,
    value::Value,
};
use crate::panics::FirstPanic;
use std::cell::{RefCell, RefMut};

/// After this many rounds the effects that are due are said never to come to rest.
const ROUNDS: u32 = 10_000;

/// What runs in this many rounds before that is part of it: effects that write each other's inputs take turns.
const TURNS: u32 = 32;

/// A node whose dependencies are being looked at.
#[derive(Clone, Copy)]
pub(super) struct Pull {
    pub(super) node: u32,
    generation: u32,
    /// The next link to look at.
    link: u32,
    /// The links are those of the candidate.
    candidate: bool,
    /// A computed value or an effect, and no batch has read it half-way.
    plain: bool,
    kind: Kind,
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

/// Brings a node up to date. An effect is not run: it is marked `DIRTY` if it must run.
pub(super) fn refresh<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    root: u32,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    let base = graph.pulls.len();
    let mut at = graph.open(root);
    loop {
        let step = match graph.glance(&mut at) {
            Some(step) => step,
            None => graph.look(&mut at, base),
        };
        match step {
            Step::Down(dep) => {
                graph.pulls.push(at);
                at = graph.open(dep);
                continue;
            }
            Step::Clean if at.plain => graph.unset(at.node, STALE | VERIFYING),
            Step::Run if at.plain => {
                if at.kind == Kind::Computed {
                    graph = run::computed(cell, graph, at.node, panics);
                } else {
                    let node = &mut graph.nodes[at.node as usize];
                    node.marks = node.marks & !(CHECK | VERIFYING) | DIRTY;
                }
            }
            Step::Cycle(dep) => {
                let message = graph.cycle(at.node, dep);
                graph.unset(at.node, VERIFYING);
                while graph.pulls.len() > base {
                    let pull = graph.pulls.pop().map_or(NONE, |pull| pull.node);
                    graph.unset(pull, VERIFYING);
                }
                drop(graph);
                panics.keep(Box::new(message));
                return cell.borrow_mut();
            }
            step => {
                let generation = graph.nodes[at.node as usize].generation;
                drop(graph);
                let again = conclude(cell, at, &step, panics);
                graph = cell.borrow_mut();
                if again && graph.is_alive(at.node, generation) {
                    at = graph.open(at.node);
                    continue;
                }
            }
        }
        at = loop {
            if graph.pulls.len() == base {
                return graph;
            }
            match graph.pulls.pop() {
                Some(pull) if graph.is_same(pull) => break pull,
                _ => {} // disposed of by user code in the meantime
            }
        };
    }
}

/// Does what the look at a node's dependencies has come to. True when they are to be looked at again.
#[inline(never)]
fn conclude(cell: &RefCell<Graph>, at: Pull, step: &Step, panics: &mut FirstPanic) -> bool {
    let mut graph = cell.borrow_mut();
    let index = at.node;
    if at.candidate && matches!(step, Step::Clean) {
        if graph.last_owned(index).is_some() {
            // What the half-way run has made goes before its value does.
            graph.unset(index, VERIFYING);
            graph.set(index, DIRTY);
            drop(graph);
            dispose::outdated(cell, index, panics);
            return true;
        }
        let gone = half_way::restore(&mut graph, index);
        drop(graph);
        panics.discard(gone); // user code
        return false;
    }
    let kind = graph.nodes[index as usize].kind;
    let half_way = graph.marks(index) & HALF_WAY != 0 && graph.log.is_empty();
    match step {
        Step::Clean if half_way => {
            drop(graph);
            half_way::accept(cell, index, panics);
        }
        Step::Clean => graph.unset(index, STALE | VERIFYING),
        // In a batch the body runs all the same: its reads are what the half-way failure depends on.
        Step::Blocked if kind == Kind::Computed && graph.log.is_empty() => {
            let gone = if half_way {
                half_way::revert(&mut graph, index)
            } else {
                Value::NONE
            };
            graph.unset(index, STALE | VERIFYING);
            if graph.marks(index) & FAILED == 0 {
                graph.set(index, FAILED);
                graph.touch(index);
            }
            drop(graph);
            panics.discard(gone); // user code
        }
        Step::Blocked if kind == Kind::Effect => {
            graph.unset(index, STALE | VERIFYING);
            graph.set(index, FAILED);
        }
        _ => {
            let gone = if half_way {
                half_way::revert(&mut graph, index)
            } else {
                Value::NONE
            };
            graph.unset(index, CHECK | VERIFYING);
            match kind {
                Kind::Computed => drop(run::computed(cell, graph, index, panics)),
                Kind::Driver => drop(run::effect(cell, graph, index, panics)),
                Kind::Effect => graph.set(index, DIRTY),
                _ => graph.unset(index, DIRTY), // a part: its driver has acted
            }
            panics.discard(gone); // user code
        }
    }
    false
}

impl Graph {
    #[inline(always)]
    fn open(&mut self, index: u32) -> Pull {
        let node = &mut self.nodes[index as usize];
        let marks = node.marks;
        node.marks = marks | VERIFYING;
        let kind = node.kind;
        let body = self.bodies.get(node.body as usize);
        Pull {
            node: index,
            generation: node.generation,
            link: body.map_or(NONE, |body| body.deps),
            candidate: false,
            plain: marks & HALF_WAY == 0 && matches!(kind, Kind::Computed | Kind::Effect),
            kind,
        }
    }

    #[inline(always)]
    fn is_same(&self, pull: Pull) -> bool {
        let node = &self.nodes[pull.node as usize];
        node.generation == pull.generation && node.marks & VERIFYING != 0
    }

    /// The look at a plain node whose dependencies are plain too. `None`: it takes more than a glance.
    #[inline(always)]
    fn glance(&self, at: &mut Pull) -> Option<Step> {
        if !at.plain {
            return None;
        }
        if self.nodes[at.node as usize].marks & DIRTY != 0 {
            return Some(Step::Run);
        }
        // A link that is NONE is beyond the table, and so is a dependency that is gone.
        while let Some(link) = self.links.get(at.link as usize) {
            if let Some(dep) = self.nodes.get(link.dep as usize) {
                if dep.marks & (RUNNING | VERIFYING | FAILED | HALF_WAY) != 0 {
                    return None;
                }
                if dep.marks & STALE != 0 {
                    return Some(Step::Down(link.dep));
                }
                if dep.version != link.seen {
                    return Some(Step::Run);
                }
            }
            at.link = link.next_dep;
        }
        Some(Step::Clean)
    }

    /// Looks at a node's dependencies, in the order in which its body has read them, up to the first that
    /// says what is to be done.
    #[inline(never)]
    fn look(&mut self, at: &mut Pull, base: usize) -> Step {
        let marks = self.marks(at.node);
        let half_way = marks & HALF_WAY != 0 && self.log.is_empty();
        if marks & DIRTY != 0 && !half_way {
            return Step::Run;
        }
        match self.look_at_links(at, base) {
            // The half-way value is not valid in the end: what about the one from before?
            Step::Run if half_way && !at.candidate => {
                let candidate = self.candidates.get(&at.node);
                let Some(candidate) = candidate.filter(|it| it.restorable) else {
                    return Step::Run;
                };
                (at.candidate, at.link) = (true, candidate.deps);
                self.look_at_links(at, base)
            }
            step => step,
        }
    }

    fn look_at_links(&self, at: &mut Pull, base: usize) -> Step {
        while at.link != NONE {
            let link = &self.links[at.link as usize];
            if link.dep != NONE {
                let dep = &self.nodes[link.dep as usize];
                if dep.kind == Kind::Driver && !self.acting {
                    return Step::Clean; // no resource starts, stops or commits inside a batch
                }
                if dep.marks & (STALE | RUNNING | VERIFYING | FAILED | HALF_WAY) != 0 {
                    if dep.marks & RUNNING != 0 {
                        return Step::Cycle(link.dep);
                    }
                    if dep.marks & VERIFYING != 0 {
                        // A cycle that was refused has left its links: nothing new can come from there.
                        let ours = |pull: &Pull| pull.node == link.dep;
                        if link.dep != at.node && !self.pulls[base..].iter().any(ours) {
                            return Step::Cycle(link.dep);
                        }
                    } else if dep.marks & STALE != 0
                        || dep.marks & HALF_WAY != 0 && self.log.is_empty()
                    {
                        return Step::Down(link.dep);
                    }
                    if dep.marks & FAILED != 0 {
                        return Step::Blocked;
                    }
                }
                if dep.version != link.seen {
                    return Step::Run;
                }
            }
            at.link = link.next_dep;
        }
        Step::Clean
    }

    /// The message for a cycle that `from` closes by depending on `to`, which is being computed.
    #[cold]
    pub(super) fn cycle(&self, from: u32, to: u32) -> String {
        // Pulls and running bodies depend on each other in the order in which they began.
        let mut way = Vec::new();
        let mut pulls = 0;
        for frame in &self.frames {
            way.extend(
                self.pulls[pulls..frame.pulls as usize]
                    .iter()
                    .map(|it| it.node),
            );
            way.push(frame.node);
            pulls = frame.pulls as usize;
        }
        way.extend(self.pulls[pulls..].iter().map(|it| it.node));
        way.push(from);
        let start = way.iter().position(|&node| node == to).unwrap_or(0);
        let mut way = way.split_off(start);
        way.dedup();
        if way.len() == 1 {
            return format!("{} reads itself", self.describe(to));
        }
        way.push(to);
        let names: Vec<String> = way.into_iter().map(|node| self.name(node)).collect();
        format!("cyclic dependency: {}", names.join(" -> "))
    }
}

/// Settles all that is marked. The caller has a batch open, and no other one is.
pub(super) fn rounds<'a>(cell: &'a RefCell<Graph>, panics: &mut FirstPanic) -> RefMut<'a, Graph> {
    let mut restless = Vec::new();
    for round in 0.. {
        batch::close(cell, panics);
        let mut graph = cell.borrow_mut();
        graph.acting = true;
        graph = act(cell, graph, panics);
        graph = verify(cell, graph, panics);
        graph.acting = false;
        if round >= ROUNDS {
            let message = graph.give_up(std::mem::take(&mut restless));
            let settled = graph.is_settled();
            drop(graph);
            panics.keep(Box::new(message));
            if settled {
                break;
            }
            continue;
        }
        if !graph.log.is_empty() {
            continue; // cleanups have written: the first phase is not over
        }
        if !graph.effects.is_empty() || !graph.hooks.is_empty() {
            let spare = std::mem::take(&mut graph.spare);
            let mut due = std::mem::replace(&mut graph.effects, spare);
            graph.round = true;
            if round + TURNS >= ROUNDS {
                restless.extend_from_slice(&due);
            }
            if !graph.hooks.is_empty() {
                drop(graph);
                hooks::run(cell, panics);
                graph = cell.borrow_mut();
            }
            graph = run_effects(cell, graph, &due, panics);
            graph.round = false;
            due.clear();
            graph.spare = due;
        }
        if graph.is_settled() {
            return graph;
        }
    }
    cell.borrow_mut()
}

/// Phase A: lets the drivers act, in the order of their creation and after what they depend on.
#[inline(always)]
fn act<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if graph.drivers.is_empty() {
        return graph;
    }
    let mut due = std::mem::take(&mut graph.drivers);
    due.sort_unstable();
    for &it in &due {
        if graph.is_due(it) {
            graph.unset(it.node, QUEUED);
            if graph.marks(it.node) & STALE != 0 {
                graph = refresh(cell, graph, it.node, panics);
            }
        }
    }
    if graph.drivers.is_empty() {
        due.clear();
        graph.drivers = due;
    }
    graph
}

/// Phase A: computes what the queued effects need, and lets those go that need not run. Stops when a cleanup
/// has written something: that must be judged first.
#[inline(always)]
fn verify<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    if !graph.effects.is_sorted() {
        graph.effects.sort_unstable();
    }
    let mut next = 0;
    let mut kept = 0;
    while let Some(&it) = graph.effects.get(next) {
        if !graph.log.is_empty() {
            break;
        }
        next += 1;
        if !graph.is_due(it) {
            continue;
        }
        let node = &mut graph.nodes[it.node as usize];
        if node.marks & FAILED != 0 {
            // It was blocked: it must not run before its dependencies have been looked at.
            node.marks = node.marks & !(FAILED | DIRTY) | CHECK;
        }
        if node.marks & STALE == CHECK {
            graph = refresh(cell, graph, it.node, panics);
            if !graph.is_due(it) {
                continue;
            }
            if !graph.log.is_empty() && graph.marks(it.node) & DIRTY != 0 {
                graph.unset(it.node, DIRTY);
                graph.set(it.node, CHECK);
                next -= 1;
                break;
            }
        }
        // Else it is unchanged; or blocked by a failed dependency, whose version moves on with the end of that.
        let node = &mut graph.nodes[it.node as usize];
        node.marks &= !QUEUED;
        if node.marks & DIRTY != 0 {
            graph.effects[kept] = it;
            kept += 1;
        }
    }
    graph.effects.drain(kept..next);
    graph
}

/// Phase B.
#[inline(always)]
fn run_effects<'a>(
    cell: &'a RefCell<Graph>,
    mut graph: RefMut<'a, Graph>,
    round: &[Due],
    panics: &mut FirstPanic,
) -> RefMut<'a, Graph> {
    for &it in round {
        if graph.is_due(it) && graph.marks(it.node) & (DIRTY | DISPOSED) == DIRTY {
            graph = run::effect(cell, graph, it.node, panics);
        }
    }
    graph
}

impl Graph {
    pub(super) fn is_settled(&self) -> bool {
        self.log.is_empty()
            && self.effects.is_empty()
            && self.drivers.is_empty()
            && self.hooks.is_empty()
    }

    /// The effects that are due go on for ever: takes them off the queue, and names them with those that
    /// have run before. Each runs again when something that it reads changes.
    #[cold]
    fn give_up(&mut self, mut restless: Vec<Due>) -> String {
        let effects = std::mem::take(&mut self.effects);
        let drivers = std::mem::take(&mut self.drivers);
        for it in effects.into_iter().chain(drivers) {
            if self.is_due(it) {
                self.unset(it.node, QUEUED); // what it has missed it has still not seen
                restless.push(it);
            }
        }
        restless.sort_unstable();
        restless.dedup();
        restless.retain(|&it| self.is_due(it));
        let names: Vec<String> = restless.iter().map(|it| self.describe(it.node)).collect();
        self.hooks.clear();
        format!(
            "effects never come to rest: after {ROUNDS} rounds there is still {}",
            names.join(", ")
        )
    }
}
