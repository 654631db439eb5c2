//! The naive interpreter: what a graph must show and do, by the rules in the header of `declared.rs`.
//!
//! It keeps every state twice while a batch is open (from before, and half-way) and goes over all nodes
//! for every settle. It shares nothing with the runtime: no marks on edges, no revisions, no masks.
//!
//! Invariants: outside a batch every watched value agrees with its inputs; `seen` is what a body saw of
//! its dependencies when it last ran, so a value is current exactly if `seen` is what they are now; a
//! lazy value that is `free` may or may not be current.
//!
//! Must not know: the runtime under test.

mod check;
mod settle;

use super::describe::{Graph, Rule};
use super::ledger::Log;
use super::program::{CLOSURE, Done, End, Op, Outcome, Step, UPDATE};
use signal_kernel_graphs::Entry;

/// The knowledge of a dependent about a node: its value (none if failed), and how often it changed in a way
/// that the value alone does not show.
type Mark = (Option<i64>, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Panicked,
    /// A dependency is failed.
    Blocked,
}

#[derive(Debug, Clone)]
struct State {
    /// The last good value.
    value: i64,
    /// There is a last good value.
    has_value: bool,
    /// A body has run, or tried to.
    tried: bool,
    failure: Option<Failure>,
    changes: u64,
    seen: Vec<Mark>,
    /// An effect that a failed dependency keeps from running.
    due: bool,
    /// A lazy value of which the rules do not say whether it must be computed when it is read next.
    free: bool,
    /// A lazy value that is current, but was not read since a dependency changed: `Debug` may print `_`.
    unverified: bool,
    half_way: HalfWay,
}

/// The events of a node in the open batch.
#[derive(Debug, Clone, Copy, Default)]
struct HalfWay {
    /// A dependency was another one since the body last ran, be it there and back again.
    touched: bool,
    /// Something upstream, at any distance, was written since the body last ran or was spared.
    upstream: bool,
    /// It was another one at some time.
    moved: bool,
    /// A read after the first write needed it.
    read: bool,
}

/// The state from before the open batch.
struct Before {
    states: Vec<State>,
    current: Vec<bool>,
    /// Signals this batch has changed at any time.
    written: Vec<bool>,
    /// The same, write by write.
    journal: Vec<usize>,
}

pub(crate) struct Model<'graph> {
    graph: &'graph Graph,
    watched: Vec<bool>,
    dependents: Vec<Vec<usize>>,
    /// By item: all signals it depends on, at any distance.
    sources: Vec<Vec<bool>>,
    states: Vec<State>,
    /// The results that the typed effects keep.
    kept: Vec<Option<i64>>,
    before: Option<Before>,
    changes: u64,
    /// The values that the graph shows after the operation that is being checked, if the rules leave a choice.
    shown: Vec<Option<i64>>,
}

/// A complaint, if something is not as it must be.
pub(crate) type Verdict<T = ()> = Result<T, String>;

impl<'graph> Model<'graph> {
    /// Before `new` has settled.
    pub(crate) fn new(graph: &'graph Graph, first: &dyn Fn(usize) -> i64) -> Self {
        let count = graph.items.len();
        let mut dependents = vec![Vec::new(); count];
        let mut sources = vec![vec![false; count]; count];
        for item in (0..count).filter(|&item| graph.is_signal(item)) {
            sources[item][item] = true;
        }
        for &item in &graph.order {
            for &mention in graph.mentions(item) {
                dependents[mention].push(item);
                let more = sources[mention].clone();
                sources[item]
                    .iter_mut()
                    .zip(more)
                    .for_each(|(all, one)| *all |= one);
            }
        }
        let state = |item| State {
            value: if graph.is_signal(item) {
                first(item)
            } else {
                0
            },
            has_value: graph.is_signal(item),
            tried: false,
            failure: None,
            changes: 0,
            seen: Vec::new(),
            due: false,
            free: false,
            unverified: false,
            half_way: HalfWay::default(),
        };
        Model {
            graph,
            watched: graph.watched(),
            dependents,
            sources,
            states: (0..count).map(state).collect(),
            kept: vec![None; count],
            before: None,
            changes: 0,
            shown: vec![None; count],
        }
    }

    /// The values for which the rules leave a choice: those of which the last may be equal, but not the same.
    pub(crate) fn coarse(&self) -> impl Iterator<Item = usize> + use<'graph> {
        let (graph, watched) = (self.graph, self.watched.clone());
        let items = graph.order.iter().copied();
        items.filter(move |&item| watched[item] && graph.rule(item) == Rule::SameTen)
    }

    pub(crate) fn shows(&mut self, item: usize, value: Option<i64>) {
        self.shown[item] = value;
    }

    /// The first settle: every watched value is computed, then every effect runs that does not leave its first run out.
    /// Returns the first panic.
    pub(crate) fn begin(&mut self, log: Vec<Entry>) -> Verdict<Option<String>> {
        let mut log = Log::new(self.graph, log)?;
        for item in self.watched_values() {
            self.compute_watched(item, &mut log)?;
        }
        let graph = self.graph;
        self.run_effects(&|item| !graph.is_after_first(item), &|_| true, &mut log)?;
        self.states
            .iter_mut()
            .for_each(|state| state.half_way = HalfWay::default());
        log.end()
    }

    /// Checks what an operation did, and the operations in it, which stand before it in the trace.
    pub(crate) fn check(
        &mut self,
        op: &Op,
        trace: &mut dyn Iterator<Item = Done>,
    ) -> Verdict<Outcome> {
        let (done, expected) = match op {
            Op::Set(item, value) => {
                let opened = self.open();
                self.set(*item, *value);
                self.close(opened, Outcome::Nothing, trace)?
            }
            Op::Update(item, value) | Op::UpdateWith(item, value) => {
                let opened = self.open();
                self.update(*item, *value);
                self.close(opened, Outcome::Nothing, trace)?
            }
            Op::UpdateAndPanic(item, value) => {
                let opened = self.open();
                self.update(*item, *value);
                self.close(opened, Outcome::Panic(UPDATE.to_owned()), trace)?
            }
            Op::Read(item) => {
                let Done { outcome, log } = next(trace)?;
                let mut log = Log::new(self.graph, log)?;
                let expected = self.read(*item, &mut log)?;
                (outcome, expected)
            }
            Op::Batch(steps, end) => {
                let opened = self.open();
                let result = self.steps(steps, *end, trace)?;
                self.close(opened, result, trace)?
            }
            Op::Transaction(steps, end) => {
                let opened = self.open();
                let signals: Vec<_> = self
                    .signals()
                    .map(|item| (item, self.states[item].clone()))
                    .collect();
                let start = self
                    .before
                    .as_ref()
                    .map_or(0, |before| before.journal.len());
                let result = self.steps(steps, *end, trace)?;
                if result != Outcome::Nothing {
                    self.roll_back(signals, start);
                }
                self.close(opened, result, trace)?
            }
        };
        match (&done, &expected) {
            // Which of several failed dependencies a read names is not laid down.
            (Outcome::Panic(seen), Outcome::Panic(start))
                if seen.starts_with(start.as_str()) && tells_its_culprit(seen) => {}
            _ if done == expected => {}
            _ => return Err(format!("{op:?} gave {done:?}, not {expected:?}")),
        }
        Ok(expected)
    }

    fn steps(
        &mut self,
        steps: &[Step],
        end: End,
        trace: &mut dyn Iterator<Item = Done>,
    ) -> Verdict<Outcome> {
        for Step { op, goes_on } in steps {
            let outcome = self.check(op, trace)?;
            if *goes_on && matches!(outcome, Outcome::Panic(_)) {
                return Ok(outcome);
            }
        }
        Ok(match end {
            End::Ok => Outcome::Nothing,
            End::Err => Outcome::Err,
            End::Panic => Outcome::Panic(CLOSURE.to_owned()),
        })
    }

    /// Opens a batch; true if it is the outermost.
    fn open(&mut self) -> bool {
        if self.before.is_some() {
            return false;
        }
        self.before = Some(Before {
            states: self.states.clone(),
            current: self.current(),
            written: vec![false; self.states.len()],
            journal: Vec::new(),
        });
        true
    }

    fn set(&mut self, item: usize, value: i64) {
        let rule = self.graph.rule(item);
        if rule.same(self.states[item].value, value) {
            return;
        }
        self.states[item].value = value;
        if rule == Rule::Never {
            self.states[item].changes = self.count();
        }
        self.written(item);
    }

    fn update(&mut self, item: usize, value: i64) {
        self.states[item].value = value;
        self.states[item].changes = self.count();
        self.written(item);
    }

    fn written(&mut self, signal: usize) {
        if let Some(before) = &mut self.before {
            before.written[signal] = true;
            before.journal.push(signal);
        }
        self.touch_dependents(signal);
        for (state, sources) in self.states.iter_mut().zip(&self.sources) {
            state.half_way.upstream |= sources[signal];
        }
    }

    /// Puts every signal back; those written since `start` of the journal have changed once more.
    fn roll_back(&mut self, signals: Vec<(usize, State)>, start: usize) {
        for (item, state) in signals {
            self.states[item] = state;
        }
        let undone = match &self.before {
            Some(before) => before.journal[start..].to_vec(),
            None => Vec::new(),
        };
        undone.into_iter().for_each(|signal| self.written(signal));
    }

    fn read(&mut self, item: usize, log: &mut Log) -> Verdict<Outcome> {
        let mut needed = vec![false; self.states.len()];
        needed[item] = true;
        for &at in self.graph.order.iter().rev().chain([&item]) {
            if needed[at] {
                self.graph
                    .mentions(at)
                    .iter()
                    .for_each(|&mention| needed[mention] = true);
            }
        }
        for at in self.watched_values().filter(|&at| needed[at]) {
            self.compute_watched(at, log)?;
        }
        let lazy: Vec<_> = self.lazy_values().filter(|&at| needed[at]).collect();
        // A panic half-way may end the read before any lazy value is looked at.
        if log.has_panicked() && !lazy.iter().any(|&at| log.has(at)) {
            lazy.into_iter().for_each(|at| self.set_free(at));
        } else {
            for at in lazy {
                self.compute_lazy(at, log)?;
            }
        }
        if !self.states[item].free && self.mark(item).0 != self.fresh()[item] {
            let (mark, fresh) = (self.mark(item), self.fresh()[item]);
            return Err(format!(
                "the oracle is wrong about {item}: {mark:?}, {fresh:?}"
            ));
        }
        let name = &self.graph.items[item].name;
        Ok(match log.end()? {
            Some(message) => Outcome::Panic(message),
            None if self.states[item].failure.is_none() => Outcome::Value(self.states[item].value),
            None => {
                let why = match self.states[item].failure {
                    Some(Failure::Blocked) => "it depends on computed `".to_owned(),
                    _ => format!("boom {name}"),
                };
                let graph = &self.graph.name;
                Outcome::Panic(format!("computed `{name}` of `{graph}` panicked: {why}"))
            }
        })
    }

    /// Brings a watched value up to date, in `new` and half-way: outside of both it is.
    fn compute_watched(&mut self, item: usize, log: &mut Log) -> Verdict {
        let marks = self.marks(item);
        let state = &self.states[item];
        let has_written = self
            .before
            .as_ref()
            .is_some_and(|it| !it.journal.is_empty());
        let again = has_written && (state.half_way.touched || state.seen != marks);
        let changed = if self.is_blocked(item) {
            let state = &mut self.states[item];
            (state.tried, state.seen) = (true, marks);
            state.failure.replace(Failure::Blocked).is_none()
        } else if state.is_stale(&marks) || (state.half_way.touched && log.has(item)) {
            // There and back again half-way: the body may run once more, but need not.
            self.run(item, marks, log)?
        } else {
            false
        };
        let half_way = &mut self.states[item].half_way;
        half_way.read |= again;
        (half_way.touched, half_way.upstream) = (false, false);
        if changed {
            self.touch_dependents(item);
        }
        Ok(())
    }

    /// Brings a lazy value up to date whose dependencies are.
    fn compute_lazy(&mut self, item: usize, log: &mut Log) -> Verdict {
        let marks = self.marks(item);
        let state = &self.states[item];
        let (value, failed) = (state.value, state.failure.is_some());
        // Something upstream was another one half-way: whether the body must run is not laid down, only
        // that the value is right.
        let free = state.free || state.half_way.upstream;
        if self.is_blocked(item) {
            let state = &mut self.states[item];
            (state.tried, state.seen, state.failure) = (true, marks, Some(Failure::Blocked));
        } else if if free {
            log.has(item)
        } else {
            state.is_stale(&marks)
        } {
            self.run(item, marks, log)?;
        } else if free {
            self.spare(item, marks)?;
        }
        let is_written_below = self.is_written_below(item);
        let state = &mut self.states[item];
        let failure_changed = state.failure.is_some() != failed;
        state.half_way.upstream = false;
        (state.free, state.unverified) = (false, false);
        if !is_written_below && state.value != value {
            self.states[item].changes = self.count();
        }
        if free || failure_changed {
            self.free_dependents(item);
        }
        if let Some(before) = &mut self.before {
            let state = &mut self.states[item];
            state.half_way.read |= !before.journal.is_empty();
            if !is_written_below {
                before.states[item] = state.clone();
            }
        }
        Ok(())
    }

    /// The body need not run, and did not: then what is there must be what it would yield.
    fn spare(&mut self, item: usize, marks: Vec<Mark>) -> Verdict {
        let result = self.evaluate(item);
        let state = &mut self.states[item];
        match result {
            Some(value) if state.has_value => (state.value, state.failure) = (value, None),
            None if state.tried => state.failure = Some(Failure::Panicked),
            _ => return Err(format!("{} never ran", self.graph.items[item].name)),
        }
        state.seen = marks;
        Ok(())
    }

    /// Runs a body; true if the value is another one than before.
    fn run(&mut self, item: usize, marks: Vec<Mark>, log: &mut Log) -> Verdict<bool> {
        log.take(item)?;
        let rule = self.graph.rule(item);
        let result = self.evaluate(item);
        let state = &mut self.states[item];
        (state.tried, state.seen) = (true, marks);
        let Some(value) = result else {
            log.panicked(item);
            return Ok(state.failure.replace(Failure::Panicked).is_none());
        };
        let recovered = state.failure.take().is_some();
        let same = state.has_value && rule.same(state.value, value);
        state.has_value = true;
        if !same {
            state.value = value;
        }
        if rule == Rule::Never {
            self.states[item].changes = self.count();
        }
        Ok(recovered || !same)
    }

    /// Closes the batch, if it is the outermost: what was changed in the end is settled.
    fn close(
        &mut self,
        outermost: bool,
        result: Outcome,
        trace: &mut dyn Iterator<Item = Done>,
    ) -> Verdict<(Outcome, Outcome)> {
        let Done { outcome, log } = next(trace)?;
        let mut log = Log::new(self.graph, log)?;
        let first_panic = match self.before.take_if(|_| outermost) {
            Some(before) => self.settle(&before, &mut log)?,
            None => log.end()?,
        };
        let expected = match (result, first_panic) {
            (Outcome::Panic(message), _) | (_, Some(message)) => Outcome::Panic(message),
            (result, None) => result,
        };
        Ok((outcome, expected))
    }

    /// By item: would a read find it current?
    fn current(&self) -> Vec<bool> {
        let mut current = vec![true; self.states.len()];
        for item in self.lazy_values() {
            let state = &self.states[item];
            let blocked = self.is_blocked(item);
            current[item] = state.tried
                && !state.free
                && state.seen == self.marks(item)
                && blocked == (state.failure == Some(Failure::Blocked))
                && self
                    .graph
                    .mentions(item)
                    .iter()
                    .all(|&mention| current[mention]);
        }
        current
    }

    fn is_written_below(&self, item: usize) -> bool {
        let written = self
            .before
            .as_ref()
            .map_or(&[][..], |before| &before.written);
        written
            .iter()
            .zip(&self.sources[item])
            .any(|(&written, &source)| written && source)
    }

    fn is_blocked(&self, item: usize) -> bool {
        self.graph
            .mentions(item)
            .iter()
            .any(|&mention| self.states[mention].failure.is_some())
    }

    fn evaluate(&self, item: usize) -> Option<i64> {
        self.graph
            .body(item)?
            .run(&|mention| self.states[mention].value)
    }

    fn marks(&self, item: usize) -> Vec<Mark> {
        self.graph
            .mentions(item)
            .iter()
            .map(|&mention| self.mark(mention))
            .collect()
    }

    fn mark(&self, item: usize) -> Mark {
        let state = &self.states[item];
        (
            state.failure.is_none().then_some(state.value),
            state.changes,
        )
    }

    fn signals(&self) -> impl Iterator<Item = usize> + use<'graph> {
        let graph = self.graph;
        (0..graph.items.len()).filter(move |&item| graph.is_signal(item))
    }

    /// In topological order.
    fn watched_values(&self) -> impl Iterator<Item = usize> + use<'graph> {
        let (graph, watched) = (self.graph, self.watched.clone());
        graph
            .order
            .iter()
            .copied()
            .filter(move |&item| watched[item])
    }

    /// In topological order.
    fn lazy_values(&self) -> impl Iterator<Item = usize> + use<'graph> {
        let (graph, watched) = (self.graph, self.watched.clone());
        graph
            .order
            .iter()
            .copied()
            .filter(move |&item| graph.is_computed(item) && !watched[item])
    }

    fn touch_dependents(&mut self, item: usize) {
        self.states[item].half_way.moved = true;
        for &dependent in &self.dependents[item] {
            self.states[dependent].half_way.touched = true;
        }
    }

    fn free_dependents(&mut self, item: usize) {
        for dependent in self.dependents[item].clone() {
            self.set_free(dependent);
        }
    }

    fn set_free(&mut self, item: usize) {
        self.states[item].free = !self.watched[item] && self.graph.is_computed(item);
    }

    fn count(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }
}

impl State {
    /// Outside a batch: must the body run?
    fn is_stale(&self, marks: &[Mark]) -> bool {
        !self.tried || self.failure == Some(Failure::Blocked) || self.seen != marks
    }
}

fn next(trace: &mut dyn Iterator<Item = Done>) -> Verdict<Done> {
    trace
        .next()
        .ok_or_else(|| "the program ended early".to_owned())
}

/// A read that names another node as the cause tells the panic of that one.
fn tells_its_culprit(seen: &str) -> bool {
    seen.split_once("`, which did: ")
        .is_none_or(|(read, cause)| {
            let culprit = read.rsplit('`').next().unwrap_or_default();
            cause == format!("boom {culprit}")
        })
}
