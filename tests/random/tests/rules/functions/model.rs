//! A naive interpreter of the rules, as a world.
//!
//! The model has no links and uses no slot again: the nodes are in a map, a search of the whole map finds the dependents
//! of a node, and everything recurses. Stamps tell values apart: each change makes a new stamp, and the end of a change
//! that is taken back restores the old one.
//!
//! Each value that a body reads is compared with its definition: the body of the value, run on the signals as they are.
//! So no body ever sees a mix of old and new values.
//!
//! Must not know: the graph.

use super::program::{self, Block, Body, Env, Flow, Id, Panicked, Record, Trace, World, short};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::Arc,
};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stale {
    No,
    /// Something upstream was written.
    Check,
    /// It must run.
    Dirty,
}

enum Kind {
    Signal { never: bool },
    Computed(Arc<Body>, Env),
    Effect(Arc<Block>, Env),
    Scope,
    Cleanup(Arc<Block>, Env, bool),
}

type Deps = Vec<(Id, u64)>;

/// A value from before it was read half-way.
struct Before {
    value: i64,
    failed: bool,
    stamp: u64,
}

struct Node {
    kind: Kind,
    value: Option<i64>,
    failed: bool,
    stamp: u64,
    deps: Deps,
    /// The values that its last complete run has read.
    saw: Vec<(Id, i64)>,
    stale: Stale,
    queued: bool,
    /// An effect that could not run because of a failed value.
    blocked: bool,
    before: Option<Before>,
    owner: Option<Id>,
    children: Vec<Id>,
    cleanups: Vec<Id>,
    order: u64,
    /// Closures or bodies of it that are running.
    busy: u32,
    /// Disposed of while busy.
    zombie: bool,
    ran_in: u64,
    /// An effect: one of its runs has not panicked.
    came_through: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    value: i64,
    stamp: u64,
    always: bool,
}

#[derive(Default)]
struct State {
    nodes: BTreeMap<Id, Node>,
    /// Effects and scopes with a handle that the program still has.
    handles: BTreeSet<Id>,
    /// Scopes with a closure inside: the program cannot give up their handles.
    entered: BTreeMap<Id, u32>,
    clock: u64,
    orders: u64,
    depth: u32,
    log: Vec<BTreeMap<Id, Entry>>,
    round: bool,
    rounds: u64,
    /// The first round of this settle.
    first_round: u64,
    observer: Option<Id>,
    owner: Option<Id>,
    unordered: bool,
    parked: bool,
    trace: Trace,
    complaint: Option<String>,
}

enum Step {
    Clean,
    Run,
    Blocked,
}

/// A model that is strict also knows the reason for each run. No reason is known for values that are never equal or
/// are updated.
#[derive(Default)]
pub(crate) struct Model {
    state: RefCell<State>,
    pub(crate) strict: Cell<bool>,
}

macro_rules! with {
    ($self:ident, $state:ident => $body:expr) => {{
        let mut state = $self.state.borrow_mut();
        let $state = &mut *state;
        $body
    }};
}

impl State {
    fn alive(&self, id: Id) -> bool {
        self.nodes.get(&id).is_some_and(|it| !it.zombie)
    }

    fn node(&mut self, id: Id) -> &mut Node {
        self.nodes.get_mut(&id).expect("alive")
    }

    fn log_is_empty(&self) -> bool {
        self.log.iter().all(BTreeMap::is_empty)
    }

    fn touch(&mut self, id: Id) {
        self.clock += 1;
        let clock = self.clock;
        self.node(id).stamp = clock;
    }

    /// A reader of the last value has seen an equal one.
    fn touch_back(&mut self, id: Id, stamp: u64) {
        let last = mem::replace(&mut self.node(id).stamp, stamp);
        for node in self.nodes.values_mut() {
            for (dep, seen) in &mut node.deps {
                if *dep == id && *seen == last {
                    *seen = stamp;
                }
            }
        }
    }

    /// Marks the dependents of a node. A mark stops at a stale node: the nodes below are stale as well, except below a
    /// node that a failed value blocks. That node keeps its failure until the failed value changes, and the change
    /// marks it then.
    fn mark(&mut self, id: Id, direct: Stale) {
        let mut way = vec![(id, direct)];
        while let Some((id, level)) = way.pop() {
            for (&sub, node) in &mut self.nodes {
                if node.deps.iter().any(|dep| dep.0 == id) {
                    let before = node.stale;
                    node.stale = before.max(level);
                    node.queued |= matches!(node.kind, Kind::Effect(..));
                    if before == Stale::No {
                        way.push((sub, Stale::Check));
                    }
                }
            }
        }
    }

    fn add(&mut self, id: Id, kind: Kind, value: Option<i64>) {
        self.orders += 1;
        let owner = self.owner;
        if let Some(owner) = owner {
            match kind {
                Kind::Cleanup(..) => self.node(owner).cleanups.push(id),
                _ => self.node(owner).children.push(id),
            }
        }
        let node = Node {
            kind,
            value,
            failed: false,
            stamp: self.clock,
            deps: Vec::new(),
            saw: Vec::new(),
            stale: Stale::No,
            queued: false,
            blocked: false,
            before: None,
            owner,
            children: Vec::new(),
            cleanups: Vec::new(),
            order: self.orders,
            busy: 0,
            zombie: false,
            ran_in: 0,
            came_through: false,
        };
        self.nodes.insert(id, node);
    }

    fn track(&mut self, id: Id) {
        let Some(observer) = self.observer else {
            return;
        };
        let stamp = self.nodes[&id].stamp;
        let deps = &mut self.node(observer).deps;
        if deps.iter().all(|dep| dep.0 != id) {
            deps.push((id, stamp));
        }
    }

    /// A run has panicked: the node also keeps the dependencies of the run before. For a stale one, it takes the
    /// dependencies of that.
    fn keep_unread(&mut self, id: Id, kept: Deps) {
        let mut way: Vec<Id> = kept.into_iter().rev().map(|dep| dep.0).collect();
        let mut known = BTreeSet::from([id]);
        while let Some(dep) = way.pop() {
            let known = !known.insert(dep) || self.node(id).deps.iter().any(|it| it.0 == dep);
            let Some(node) = self.nodes.get(&dep).filter(|_| !known) else {
                continue;
            };
            if matches!(node.kind, Kind::Computed(..)) && node.stale != Stale::No {
                way.extend(node.deps.iter().rev().map(|dep| dep.0));
            } else {
                let stamp = node.stamp;
                self.node(id).deps.push((dep, stamp));
            }
        }
    }

    fn complain(&mut self, what: String) {
        self.complaint.get_or_insert(what);
    }
}

impl Model {
    /// Carries out one step. Returns the runs, and whether the step has panicked.
    pub(crate) fn step(&self, f: &mut dyn FnMut(&dyn World) -> Flow<()>) -> (Vec<Record>, bool) {
        let panicked = f(self).is_err();
        let records = mem::take(&mut self.state.borrow_mut().trace.records);
        (records, panicked)
    }

    pub(crate) fn complaint(&self) -> Option<String> {
        self.state.borrow_mut().complaint.take()
    }

    pub(crate) fn signals(&self) -> Vec<(Id, i64)> {
        let state = self.state.borrow();
        let signals = state.nodes.iter().filter_map(|(&id, it)| match it.kind {
            Kind::Signal { .. } => Some((id, it.value?)),
            _ => None,
        });
        signals.collect()
    }

    fn alive(&self, id: Id) -> bool {
        self.state.borrow().alive(id)
    }

    // Batches.

    fn open(&self) {
        with!(self, it => {
            it.depth += 1;
            if it.log.is_empty() {
                it.log.push(BTreeMap::new());
            }
        });
    }

    fn end(&self, panics: &mut bool) {
        if self.state.borrow().depth > 1 {
            self.state.borrow_mut().depth -= 1;
            return;
        }
        self.settle(panics);
        with!(self, it => {
            it.depth = 0;
            *panics |= mem::take(&mut it.parked);
        });
    }

    fn within(&self, f: impl FnOnce(&mut bool)) -> Flow<()> {
        self.open();
        let mut panics = false;
        f(&mut panics);
        self.end(&mut panics);
        if panics { Err(Panicked) } else { Ok(()) }
    }

    /// Judges the writes.
    fn close(&self) {
        with!(self, it => {
            let Some(written) = it.log.first_mut().map(mem::take) else {
                return;
            };
            for (id, entry) in written {
                if !it.alive(id) {
                    continue;
                }
                let node = it.node(id);
                let never = matches!(node.kind, Kind::Signal { never: true });
                if !entry.always && !never && node.value == Some(entry.value) {
                    it.touch_back(id, entry.stamp);
                    it.mark(id, Stale::Check);
                }
            }
        });
    }

    fn settle(&self, panics: &mut bool) {
        with!(self, it => it.first_round = it.rounds + 1);
        for round in 0.. {
            assert!(round < 100, "this program does not come to rest");
            self.close();
            self.state.borrow_mut().rounds += 1;
            let due = self.phase_a(panics);
            if !self.state.borrow().log_is_empty() {
                continue;
            }
            self.state.borrow_mut().round = true;
            for &id in &due {
                self.state.borrow_mut().node(id).queued = false;
            }
            for id in due {
                let dirty = |it: &Node| !it.zombie && it.stale == Stale::Dirty;
                if self.state.borrow().nodes.get(&id).is_some_and(dirty) {
                    self.run_effect(id, panics);
                }
            }
            let settled = with!(self, it => {
                it.round = false;
                it.log_is_empty() && it.nodes.values().all(|it| !it.queued)
            });
            if settled {
                // The next change is compared with the values that are current in the end.
                let state = self.state.borrow();
                let half_way = state.nodes.iter().filter(|it| it.1.before.is_some());
                let half_way: Vec<(Id, Stale)> =
                    half_way.map(|(&id, node)| (id, node.stale)).collect();
                drop(state);
                for (id, stale) in half_way {
                    if stale == Stale::No {
                        self.accept(id);
                    } else {
                        self.put_back(id); // the next read runs the body
                        self.state.borrow_mut().node(id).stale = Stale::Dirty;
                    }
                }
                return;
            }
        }
    }

    fn phase_a(&self, panics: &mut bool) -> Vec<Id> {
        let state = self.state.borrow();
        let queued = state.nodes.iter().filter(|it| it.1.queued);
        let mut queued: Vec<(u64, Id)> = queued.map(|(&id, it)| (it.order, id)).collect();
        drop(state);
        queued.sort_unstable();
        let mut due = Vec::new();
        for (_, id) in queued {
            with!(self, it => {
                let node = it.node(id);
                if mem::take(&mut node.blocked) {
                    node.stale = Stale::Check;
                }
            });
            if self.state.borrow_mut().node(id).stale == Stale::Check {
                let step = self.verify(id, panics);
                with!(self, it => {
                    let node = it.node(id);
                    node.stale = match step {
                        Step::Run => Stale::Dirty,
                        Step::Clean | Step::Blocked => Stale::No,
                    };
                    node.blocked = matches!(step, Step::Blocked);
                });
                if matches!(step, Step::Run) {
                    self.is_justified(id);
                }
            }
            if self.state.borrow_mut().node(id).stale == Stale::Dirty && self.cover(id, panics) {
                with!(self, it => {
                    it.node(id).stale = Stale::No;
                    it.node(id).blocked = true;
                });
            }
            with!(self, it => {
                let node = it.node(id);
                if node.stale == Stale::Dirty {
                    due.push(id);
                } else {
                    node.queued = false;
                }
            });
        }
        due
    }

    /// R1: the dependencies of an effect are up to date before it runs. Returns whether one of them has failed now.
    fn cover(&self, id: Id, panics: &mut bool) -> bool {
        let deps = self.state.borrow_mut().node(id).deps.clone();
        let mut failed = false;
        for (dep, _) in deps {
            let outdated = with!(self, it => {
                let half_way = it.log_is_empty();
                let node = it.nodes.get(&dep);
                node.is_some_and(|it| it.stale != Stale::No || half_way && it.before.is_some())
            });
            if outdated {
                self.refresh(dep, panics);
                failed |= with!(self, it => it.nodes.get(&dep).is_some_and(|it| it.failed));
            }
        }
        failed
    }

    /// R2: a value that it has seen before this settle is another one now, or has failed, or is gone.
    fn is_justified(&self, id: Id) {
        if !self.strict.get() || !self.state.borrow().log_is_empty() {
            return;
        }
        with!(self, it => {
            // An effect may have taken back a value that another one has seen in the same round.
            if it.node(id).ran_in >= it.first_round {
                return;
            }
            let saw = mem::take(&mut it.node(id).saw);
            let changed = saw.iter().any(|(dep, value)| match it.nodes.get(dep) {
                Some(dep) => dep.failed || dep.stale != Stale::No || dep.value != Some(*value),
                None => true,
            });
            if !changed && !saw.is_empty() {
                it.complain(format!("{} runs, and nothing has changed", short(id)));
            }
            it.node(id).saw = saw;
        });
    }

    // Bringing up to date.

    /// Checks the dependencies of a node. The stamps that the node has seen may change meanwhile.
    fn verify(&self, id: Id, panics: &mut bool) -> Step {
        for at in 0.. {
            let dep = || {
                let state = self.state.borrow();
                let node = state.nodes.get(&id)?;
                node.deps.get(at).copied()
            };
            let Some((index, _)) = dep() else {
                break;
            };
            let half_way = self.state.borrow().log_is_empty();
            let needs = match self.state.borrow().nodes.get(&index) {
                None => continue,
                Some(it) => it.stale != Stale::No || (half_way && it.before.is_some()),
            };
            if needs {
                self.refresh(index, panics);
            }
            let seen = dep().map(|it| it.1);
            let state = self.state.borrow();
            match state.nodes.get(&index) {
                None => {}
                Some(it) if it.failed => return Step::Blocked,
                Some(it) if Some(it.stamp) != seen => return Step::Run,
                Some(_) => {}
            }
        }
        Step::Clean
    }

    fn refresh(&self, id: Id, panics: &mut bool) {
        let outside = self.state.borrow().log_is_empty();
        let half_way = with!(self, it => it.node(id).before.is_some()) && outside;
        let stale = self.state.borrow_mut().node(id).stale;
        let step = if stale == Stale::Dirty && !half_way {
            Step::Run
        } else {
            self.verify(id, panics)
        };
        match step {
            Step::Clean if half_way => self.accept(id),
            Step::Clean => self.state.borrow_mut().node(id).stale = Stale::No,
            Step::Blocked if outside || self.state.borrow().nodes[&id].failed => {
                let (last, failed) = with!(self, it => (it.node(id).stamp, it.node(id).failed));
                if half_way {
                    self.put_back(id);
                }
                with!(self, it => {
                    it.node(id).stale = Stale::No;
                    if !mem::replace(&mut it.node(id).failed, true) {
                        it.touch(id);
                    }
                    if half_way && failed {
                        let now = mem::replace(&mut it.node(id).stamp, last);
                        it.touch_back(id, now);
                    }
                });
            }
            _ => {
                if half_way {
                    self.put_back(id);
                }
                let was_failed = half_way && with!(self, it => it.node(id).failed);
                let mut own = false;
                self.run_computed(id, &mut own);
                // A failure from before the batch that comes again is no change.
                let told = was_failed && self.alive(id) && self.state.borrow().nodes[&id].failed;
                *panics |= own && !told;
            }
        }
    }

    /// The node gets its value from before again.
    fn put_back(&self, id: Id) {
        with!(self, it => {
            let node = it.node(id);
            if let Some(before) = node.before.take() {
                node.value = Some(before.value).filter(|&value| value != i64::MIN);
                node.failed = before.failed;
                node.stamp = before.stamp;
            }
        });
    }

    /// The half-way value is valid in the end: it is a change if it differs from the value before.
    fn accept(&self, id: Id) {
        with!(self, it => {
            let node = it.node(id);
            node.stale = Stale::No;
            let Some(before) = node.before.take() else {
                return;
            };
            let never = matches!(&node.kind, Kind::Computed(body, _) if body.never);
            let same = match (node.failed, before.failed) {
                (false, false) => !never && node.value == Some(before.value),
                (now, then) => now && then,
            };
            if same {
                it.touch_back(id, before.stamp);
            }
        });
    }

    fn run_computed(&self, id: Id, panics: &mut bool) {
        self.dispose_owned(id, panics);
        let (body, env) = with!(self, it => match &it.node(id).kind {
            Kind::Computed(body, env) => (body.clone(), env.clone()),
            _ => unreachable!(),
        });
        let before = with!(self, it => {
            let (writing, round) = (!it.log_is_empty(), it.rounds);
            let node = it.node(id);
            if writing && node.before.is_none() && (node.value.is_some() || node.failed) {
                node.before = Some(Before {
                    value: node.value.unwrap_or(i64::MIN),
                    failed: node.failed,
                    stamp: node.stamp,
                });
            }
            let kept = node.deps.clone();
            let again = !writing && it.depth > 0 && it.node(id).ran_in == round;
            if again && it.round {
                it.complain(format!("{} runs twice in a round", short(id)));
            }
            if !writing {
                it.node(id).ran_in = round;
            }
            let node = it.node(id);
            node.deps.clear();
            node.saw.clear();
            node.stale = Stale::No;
            node.busy += 1;
            let before = (it.observer, it.owner, it.unordered);
            (it.observer, it.owner, it.unordered) = (Some(id), Some(id), true);
            (before, kept)
        });
        let (before, kept) = before;
        let result = program::run_computed(self, id, &body, &env);
        with!(self, it => {
            if result.is_err() {
                it.keep_unread(id, kept);
            }
            (it.observer, it.owner, it.unordered) = before;
            let node = it.node(id);
            node.busy -= 1;
            let was = mem::replace(&mut node.failed, result.is_err());
            let changed = match result {
                Ok(value) => {
                    let old = node.value.replace(value);
                    was || body.never || old != Some(value)
                }
                Err(_) => {
                    *panics = true;
                    !was
                }
            };
            if changed {
                it.touch(id);
            }
        });
    }

    fn run_effect(&self, id: Id, panics: &mut bool) {
        self.dispose_owned(id, panics);
        if !self.alive(id) {
            return;
        }
        let (block, env, before, kept) = with!(self, it => {
            let kept = it.node(id).deps.clone();
            let round = it.rounds;
            let node = it.node(id);
            if node.ran_in == round {
                it.complain(format!("{} runs twice in a round", short(id)));
            }
            let node = it.node(id);
            node.ran_in = round;
            node.deps.clear();
            node.saw.clear();
            node.stale = Stale::No;
            node.busy += 1;
            let (block, env) = match &node.kind {
                Kind::Effect(block, env) => (block.clone(), env.clone()),
                _ => unreachable!(),
            };
            let before = (it.observer, it.owner, it.unordered);
            (it.observer, it.owner, it.unordered) = (Some(id), Some(id), false);
            (block, env, before, kept)
        });
        let result = program::run_effect(self, id, &block, &env);
        with!(self, it => {
            if result.is_err() {
                it.keep_unread(id, kept);
                it.node(id).saw.clear();
            }
        });
        *panics |= result.is_err();
        let ends = with!(self, it => {
            (it.observer, it.owner, it.unordered) = before;
            let node = it.node(id);
            node.busy -= 1;
            let first = !mem::replace(&mut node.came_through, result.is_ok());
            node.came_through |= !first;
            first && result.is_err()
        });
        self.leave(id, panics);
        if ends && self.alive(id) {
            self.dispose_node(id, panics);
        }
    }

    /// Removes a node that was disposed of while it was busy.
    fn leave(&self, id: Id, panics: &mut bool) {
        let gone = with!(self, it => it.nodes.get(&id).is_some_and(|it| it.zombie && it.busy == 0));
        if gone {
            self.dispose_owned(id, panics);
            self.state.borrow_mut().nodes.remove(&id);
        }
    }

    // The end of nodes.

    /// Nested owners, effects and scopes, cleanups, values; of each the youngest first.
    fn dispose_owned(&self, id: Id, panics: &mut bool) {
        loop {
            let state = self.state.borrow();
            let Some(owner) = state.nodes.get(&id) else {
                return;
            };
            let is_value = |it: Id| {
                matches!(
                    state.nodes[&it].kind,
                    Kind::Signal { .. } | Kind::Computed(..)
                )
            };
            let owns = |it: Id| {
                let node = &state.nodes[&it];
                !node.children.is_empty() || !node.cleanups.is_empty()
            };
            let youngest = |due: &dyn Fn(Id) -> bool| {
                let all = owner.children.iter().rev().copied();
                all.into_iter().find(|&it| due(it))
            };
            let nested = youngest(&owns);
            let next = nested
                .or(youngest(&|it| !is_value(it)))
                .or(owner.cleanups.last().copied())
                .or(youngest(&|_| true));
            let Some(next) = next else {
                return;
            };
            let stays = nested.is_some() && is_value(next);
            drop(state);
            if stays {
                self.dispose_owned(next, panics);
            } else {
                self.dispose_node(next, panics);
            }
        }
    }

    fn dispose_node(&self, id: Id, panics: &mut bool) {
        self.dispose_owned(id, panics);
        if !self.alive(id) {
            return;
        }
        let gone = with!(self, it => {
            if let Some(owner) = it.node(id).owner.take() {
                let owner = it.node(owner);
                owner.children.retain(|&it| it != id);
                owner.cleanups.retain(|&it| it != id);
            }
            let node = it.node(id);
            if node.busy > 0 {
                node.zombie = true;
                node.queued = false;
                return;
            }
            if node.failed {
                it.mark(id, Stale::Check); // a node that it has blocked may go on
            }
            it.nodes.remove(&id)
        });
        if let Some(Node {
            kind: Kind::Cleanup(block, env, ordered),
            ..
        }) = gone
        {
            let before = with!(self, it => {
                let before = (it.observer, it.owner);
                (it.observer, it.owner) = (None, None);
                before
            });
            *panics |= program::run_cleanup(self, id, ordered, &block, &env).is_err();
            with!(self, it => (it.observer, it.owner) = before);
        }
    }

    // The definition of a value.

    fn hold_against_definition(&self, id: Id, value: Option<i64>) {
        let scratch = Scratch {
            model: self,
            made: RefCell::default(),
            known: RefCell::default(),
            dead: Cell::new(false),
        };
        let truth = scratch.value(id);
        if !scratch.dead.get() && truth != value {
            let what = format!("{} is {value:?}, and should be {truth:?}", short(id));
            self.state.borrow_mut().complain(what);
        }
    }

    fn pull(&self, id: Id, tracked: bool) -> Flow<()> {
        let at_rest = with!(self, it => {
            let half_way = it.log_is_empty();
            let node = it.node(id);
            if node.stale == Stale::No && !(half_way && node.before.is_some()) {
                return Ok(());
            }
            let at_rest = it.depth == 0;
            if at_rest {
                it.depth = 1;
            }
            at_rest
        });
        let mut panics = false;
        self.refresh(id, &mut panics);
        let failed = self.alive(id) && self.state.borrow().nodes[&id].failed;
        with!(self, it => {
            if panics && failed && tracked {
                it.track(id);
            }
            if panics && !failed {
                it.parked = true;
                panics = false;
            }
        });
        if at_rest {
            self.end(&mut panics);
        }
        if panics { Err(Panicked) } else { Ok(()) }
    }
}

impl World for Model {
    fn begin(&self, id: Id, kind: &str, ordered: bool) -> (u64, usize) {
        self.state.borrow_mut().trace.begin(id, kind, ordered)
    }

    fn note(&self, record: usize, text: &str) {
        self.state.borrow_mut().trace.note(record, text);
    }

    fn read(&self, id: Id, tracked: bool) -> Flow<Option<i64>> {
        if !self.alive(id) {
            return Ok(None);
        }
        let computed = match self.state.borrow().nodes[&id].kind {
            Kind::Signal { .. } => false,
            Kind::Computed(..) => true,
            _ => return Ok(None),
        };
        if computed {
            let observer = match tracked {
                true => None,
                false => with!(self, it => it.observer.take()),
            };
            let result = self.pull(id, tracked);
            if !tracked {
                self.state.borrow_mut().observer = observer;
            }
            result?;
            if !self.alive(id) {
                return Ok(None);
            }
        }
        let (value, failed) = with!(self, it => {
            if tracked {
                it.track(id);
            }
            let (value, failed) = (it.node(id).value, it.node(id).failed);
            if let (Some(observer), Some(value), true, false) = (it.observer, value, tracked, failed) {
                it.node(observer).saw.push((id, value));
            }
            (value, failed)
        });
        self.hold_against_definition(id, value.filter(|_| !failed));
        if failed {
            return Err(Panicked);
        }
        Ok(value)
    }

    fn untrack(&self, f: &mut dyn FnMut() -> Flow<i64>) -> Flow<i64> {
        let observer = with!(self, it => it.observer.take());
        let result = f();
        self.state.borrow_mut().observer = observer;
        result
    }

    fn set(&self, id: Id, value: i64) -> Flow<()> {
        let settles = with!(self, it => {
            let Some(node) = it.nodes.get_mut(&id) else {
                return Ok(());
            };
            let Kind::Signal { never } = node.kind else {
                return Ok(());
            };
            if !never && node.value == Some(value) {
                return Ok(());
            }
            let stamp = node.stamp;
            let old = node.value.replace(value).unwrap_or(0);
            it.touch(id);
            if it.depth == 0 {
                it.mark(id, Stale::Dirty);
                it.nodes.values().any(|it| it.queued)
            } else {
                let entry = Entry { value: old, stamp, always: false };
                it.log.last_mut().expect("open").entry(id).or_insert(entry);
                it.mark(id, Stale::Check);
                false
            }
        });
        if settles { self.within(|_| ()) } else { Ok(()) }
    }

    fn update(&self, id: Id) -> Flow<()> {
        let settles = with!(self, it => {
            let level = it.log.len();
            let Some(node) = it.nodes.get_mut(&id) else {
                return Ok(());
            };
            let Kind::Signal { .. } = node.kind else {
                return Ok(());
            };
            let stamp = node.stamp;
            let old = node.value.unwrap_or(0);
            if it.depth > 0 {
                let top = it.log.last_mut().expect("open");
                if level > 1 && !top.contains_key(&id) {
                    return Err(Panicked); // nothing could undo it
                }
                let entry = Entry { value: old, stamp, always: true };
                top.entry(id).or_insert(entry).always = true;
            }
            it.node(id).value = Some((old + 1) % 4);
            it.touch(id);
            if it.depth == 0 {
                it.mark(id, Stale::Dirty);
                it.nodes.values().any(|it| it.queued)
            } else {
                it.mark(id, Stale::Check);
                false
            }
        });
        if settles { self.within(|_| ()) } else { Ok(()) }
    }

    fn signal(&self, id: Id, value: i64, never: bool) {
        self.state
            .borrow_mut()
            .add(id, Kind::Signal { never }, Some(value));
    }

    fn computed(&self, id: Id, body: &Arc<Body>, env: Env) {
        with!(self, it => {
            it.add(id, Kind::Computed(body.clone(), env), None);
            it.node(id).stale = Stale::Dirty;
        });
    }

    fn effect(&self, id: Id, block: &Arc<Block>, env: Env) -> Flow<()> {
        let (nested, at_rest) = with!(self, it => {
            it.add(id, Kind::Effect(block.clone(), env), None);
            it.node(id).stale = Stale::Dirty;
            let nested = it.round && it.depth == 1;
            it.node(id).queued = !nested;
            (nested, it.depth == 0)
        });
        let mut panics = false;
        if nested {
            self.run_effect(id, &mut panics);
        } else if at_rest {
            panics = self.within(|_| ()).is_err();
        }
        if panics {
            return Err(Panicked);
        }
        self.state.borrow_mut().handles.insert(id);
        Ok(())
    }

    fn scope(&self, id: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        let before = with!(self, it => {
            it.add(id, Kind::Scope, None);
            it.node(id).busy += 1;
            it.owner.replace(id)
        });
        let mut result = f();
        with!(self, it => {
            it.owner = before;
            it.node(id).busy -= 1;
        });
        let left = self.within(|panics| self.leave(id, panics));
        if result.is_ok() {
            result = left;
        }
        if result.is_err() {
            let _ = self.within(|panics| {
                if self.alive(id) {
                    self.dispose_node(id, panics);
                }
            });
        } else {
            self.state.borrow_mut().handles.insert(id);
        }
        result
    }

    fn inside(&self, id: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        if !self.state.borrow().handles.contains(&id) {
            return Ok(());
        }
        if !self.alive(id) {
            return Err(Panicked);
        }
        let before = with!(self, it => {
            it.node(id).busy += 1;
            *it.entered.entry(id).or_default() += 1;
            it.owner.replace(id)
        });
        let result = f();
        with!(self, it => {
            it.owner = before;
            it.node(id).busy -= 1;
            *it.entered.entry(id).or_default() -= 1;
        });
        let left = self.within(|panics| self.leave(id, panics));
        result.and(left)
    }

    fn cleanup(&self, id: Id, block: &Arc<Block>, env: Env) {
        with!(self, it => {
            let ordered = !it.unordered;
            it.add(id, Kind::Cleanup(block.clone(), env, ordered), None);
        });
    }

    fn dispose(&self, id: Id) -> Flow<()> {
        let state = self.state.borrow();
        let entered = state.entered.get(&id).is_some_and(|&count| count > 0);
        if !state.handles.contains(&id) || entered {
            return Ok(());
        }
        let is_scope = matches!(state.nodes.get(&id).map(|it| &it.kind), Some(Kind::Scope));
        drop(state);
        if is_scope {
            self.state.borrow_mut().handles.remove(&id);
        }
        if !self.alive(id) {
            self.state.borrow_mut().handles.remove(&id);
            return Ok(());
        }
        self.within(|panics| self.dispose_node(id, panics))
    }

    fn batch(&self, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        self.within(|panics| *panics = f().is_err())
    }

    fn transaction(&self, f: &mut dyn FnMut() -> Flow<()>, commit: bool) -> Flow<()> {
        self.within(|panics| {
            self.state.borrow_mut().log.push(BTreeMap::new());
            let result = f();
            with!(self, it => {
                let written = it.log.pop().expect("open");
                for (id, entry) in written {
                    if !it.alive(id) {
                        continue;
                    }
                    if result.is_ok() && commit {
                        let parent = it.log.last_mut().expect("open");
                        parent.entry(id).or_insert(entry).always |= entry.always;
                    } else {
                        it.node(id).value = Some(entry.value);
                        it.node(id).stamp = entry.stamp;
                        it.mark(id, Stale::Check);
                    }
                }
            });
            *panics = result.is_err();
        })
    }

    fn panic(&self) -> Flow<()> {
        Err(Panicked)
    }
}

/// Runs bodies on the signals as they are, without a trace.
struct Scratch<'a> {
    model: &'a Model,
    made: RefCell<BTreeMap<Id, Kind>>,
    known: RefCell<BTreeMap<Id, Option<i64>>>,
    /// A node that a body has read or would read is gone. The body keeps the last value of such a node, so the value has
    /// no definition any more.
    dead: Cell<bool>,
}

impl Scratch<'_> {
    fn value(&self, id: Id) -> Option<i64> {
        if let Some(&known) = self.known.borrow().get(&id) {
            return known;
        }
        let state = self.model.state.borrow();
        let made = self.made.borrow();
        if let Some(node) = state.nodes.get(&id) {
            let ended = node
                .deps
                .iter()
                .any(|dep| !state.nodes.contains_key(&dep.0));
            self.dead.set(self.dead.get() || ended);
        }
        let (body, env) = match made.get(&id).or(state.nodes.get(&id).map(|it| &it.kind)) {
            Some(Kind::Computed(body, env)) => (body.clone(), env.clone()),
            Some(Kind::Signal { .. }) => return state.nodes.get(&id).and_then(|it| it.value),
            _ => {
                self.dead.set(true);
                return Some(0);
            }
        };
        drop((state, made));
        let value = program::run_computed(self, id ^ 0xff00, &body, &env).ok();
        self.known.borrow_mut().insert(id, value);
        value
    }
}

impl World for Scratch<'_> {
    fn begin(&self, _: Id, _: &str, _: bool) -> (u64, usize) {
        (u64::MAX, usize::MAX)
    }

    fn note(&self, _: usize, _: &str) {}

    fn read(&self, id: Id, tracked: bool) -> Flow<Option<i64>> {
        if !tracked {
            // An untracked read of a failed value fails the body, which is no function then.
            self.dead.set(self.dead.get() || !self.model.strict.get());
            return Ok(Some(0));
        }
        self.value(id).map(Some).ok_or(Panicked)
    }

    fn untrack(&self, _: &mut dyn FnMut() -> Flow<i64>) -> Flow<i64> {
        self.dead.set(self.dead.get() || !self.model.strict.get());
        Ok(0)
    }

    fn signal(&self, id: Id, value: i64, _: bool) {
        self.known.borrow_mut().insert(id, Some(value));
    }

    fn computed(&self, id: Id, body: &Arc<Body>, env: Env) {
        let made = Kind::Computed(body.clone(), env);
        self.made.borrow_mut().insert(id, made);
    }

    fn scope(&self, _: Id, f: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        f()
    }

    fn cleanup(&self, _: Id, _: &Arc<Block>, _: Env) {}

    fn panic(&self) -> Flow<()> {
        Err(Panicked)
    }

    fn set(&self, _: Id, _: i64) -> Flow<()> {
        unreachable!("a computed value writes nothing")
    }

    fn update(&self, _: Id) -> Flow<()> {
        unreachable!("a computed value writes nothing")
    }

    fn effect(&self, _: Id, _: &Arc<Block>, _: Env) -> Flow<()> {
        unreachable!("no computed value makes an effect here")
    }

    fn inside(&self, _: Id, _: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        unreachable!("a computed value enters no scope here")
    }

    fn dispose(&self, _: Id) -> Flow<()> {
        unreachable!("a computed value disposes of nothing here")
    }

    fn batch(&self, _: &mut dyn FnMut() -> Flow<()>) -> Flow<()> {
        unreachable!("a computed value writes nothing")
    }

    fn transaction(&self, _: &mut dyn FnMut() -> Flow<()>, _: bool) -> Flow<()> {
        unreachable!("a computed value writes nothing")
    }
}
