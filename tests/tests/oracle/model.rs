//! The naive interpreter: what a graph must show and do, by the rules in the header of `oracle.rs`.
//!
//! It keeps every state twice while a batch is open (from before, and half-way) and goes over all nodes
//! for every settle. It shares nothing with the runtime: no marks on edges, no revisions, no masks.
//!
//! Invariants: outside a batch every watched value agrees with its inputs; `seen` is what a body saw of
//! its dependencies when it last ran, so a value is current exactly if `seen` is what they are now.
//!
//! Must not know: the runtime under test.

use crate::describe::{Graph, Rule};
use crate::program::{CLOSURE, Done, End, Event, Op, Outcome, Step, UPDATE};
use crate::subject::Entry;

/// What a dependent can tell about a node: its value (none if failed), and how often it changed in a way
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
    /// A body has run, or tried to.
    tried: bool,
    failure: Option<Failure>,
    changes: u64,
    seen: Vec<Mark>,
    /// What the body saw of them when it last yielded a value; none if it panicked last.
    yielded: Option<Vec<Mark>>,
    /// In a batch: a dependency changed since the body last ran, be it there and back again.
    touched: bool,
    /// In a batch: something upstream, at any distance, was written since the body last ran or was spared.
    upstream: bool,
    /// In a batch: it was another one at some time.
    moved: bool,
    /// An effect that a failed dependency keeps from running.
    due: bool,
    /// In a batch: the body has run.
    ran_half_way: bool,
    /// A dependency was failed for a time, and nobody looked: the body may run once more, but need not.
    doubt: bool,
    /// A lazy value from half-way that may be given up: this is what it was before the batch.
    or_else: Option<Box<State>>,
    /// `Debug` may already, or still, print `_`: unchanged, but not verified by a read.
    unverified: bool,
}

/// What an open batch started from.
struct Before {
    states: Vec<State>,
    /// Signals this batch has changed at any time.
    written: Vec<bool>,
    /// The same, write by write.
    journal: Vec<usize>,
    /// A value was read half-way.
    read: bool,
}

/// What is known of each item while a batch is closed.
struct Ending {
    /// It is another one than before the batch.
    changed: Vec<bool>,
    /// What half-way values saw of it may be gone: put back, or recomputed, perhaps to the same value.
    shaken: Vec<bool>,
    /// It needs no body to be run.
    current: Vec<bool>,
    /// It was this half-way, and is put back.
    other: Vec<Option<Mark>>,
}

impl Ending {
    fn new(count: usize) -> Self {
        Ending {
            changed: vec![false; count],
            shaken: vec![false; count],
            current: vec![true; count],
            other: vec![None; count],
        }
    }
}

pub(crate) struct Model<'graph> {
    graph: &'graph Graph,
    watched: Vec<bool>,
    dependents: Vec<Vec<usize>>,
    /// By item: all signals it depends on, at any distance.
    sources: Vec<Vec<bool>>,
    /// By item: all lazy values it depends on, at any distance.
    below: Vec<Vec<usize>>,
    states: Vec<State>,
    /// What the typed effects keep.
    kept: Vec<Option<i64>>,
    before: Option<Before>,
    changes: u64,
    /// What the graph shows after the operation that is being checked, where the rules leave a choice.
    shown: Vec<Option<i64>>,
}

type Verdict<T = ()> = Result<T, String>;

impl<'graph> Model<'graph> {
    /// Before `new` has settled.
    pub(crate) fn new(graph: &'graph Graph, first: &dyn Fn(usize) -> i64) -> Self {
        let count = graph.items.len();
        let mut dependents = vec![Vec::new(); count];
        let mut sources = vec![vec![false; count]; count];
        let mut below = vec![Vec::new(); count];
        let watched = graph.watched();
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
                if graph.is_computed(mention) && !watched[mention] {
                    let more = below[mention].clone();
                    below[item].extend(more);
                    below[item].push(mention);
                }
            }
            below[item].sort_unstable();
            below[item].dedup();
        }
        let state = |item| State {
            value: if graph.is_signal(item) {
                first(item)
            } else {
                0
            },
            tried: false,
            failure: None,
            changes: 0,
            seen: Vec::new(),
            yielded: None,
            touched: false,
            upstream: false,
            moved: false,
            due: false,
            doubt: false,
            or_else: None,
            ran_half_way: false,
            unverified: false,
        };
        Model {
            graph,
            watched,
            dependents,
            sources,
            below,
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
        let coarse = move |&item: &usize| {
            watched[item] && graph.rule(item) == Rule::SameTen && graph.is_computed(item)
        };
        (0..graph.items.len()).filter(coarse)
    }

    pub(crate) fn shows(&mut self, item: usize, value: Option<i64>) {
        self.shown[item] = value;
    }

    /// The first settle: every watched value is computed, then every effect runs. Returns the first panic.
    pub(crate) fn begin(&mut self, log: Vec<Entry>) -> Verdict<Option<String>> {
        let mut log = Log::new(self.graph, log)?;
        for &item in &self.graph.order {
            if self.watched[item] && !self.graph.is_effect(item) {
                self.bring_up_to_date(item, &mut log)?;
            }
        }
        self.run_effects(&|_| true, &mut log)?;
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
            Op::Update(item, value) => {
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
            // What the name is followed by is not laid down.
            (Outcome::Panic(seen), Outcome::Panic(start)) if seen.starts_with(start.as_str()) => {}
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
            written: vec![false; self.states.len()],
            journal: Vec::new(),
            read: false,
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

    fn written(&mut self, item: usize) {
        if let Some(before) = &mut self.before {
            before.written[item] = true;
            before.journal.push(item);
        }
        self.touch_below(item);
    }

    /// Puts every signal back; those written since `start` of the journal have changed once more.
    fn roll_back(&mut self, signals: Vec<(usize, State)>, start: usize) {
        for (item, state) in signals {
            self.states[item] = state;
        }
        let undone = self
            .before
            .as_ref()
            .map_or(Vec::new(), |before| before.journal[start..].to_vec());
        undone.into_iter().for_each(|item| self.touch_below(item));
    }

    fn read(&mut self, item: usize, log: &mut Log) -> Verdict<Outcome> {
        let mut needed = vec![false; self.states.len()];
        needed[item] = true;
        for &at in self.graph.order.iter().rev() {
            if needed[at] {
                self.graph
                    .mentions(at)
                    .iter()
                    .for_each(|&mention| needed[mention] = true);
            }
        }
        let (watched, lazy): (Vec<_>, Vec<_>) = self
            .graph
            .order
            .iter()
            .copied()
            .filter(|&at| needed[at])
            .partition(|&at| self.watched[at]);
        for at in watched {
            self.bring_up_to_date(at, log)?;
        }
        // A panic half-way may end the read before any lazy value is looked at.
        let cut_short = !log.panicked.is_empty() && !lazy.iter().any(|&at| log.has(at));
        for at in lazy.into_iter().filter(|_| !cut_short) {
            self.bring_up_to_date(at, log)?;
        }
        let name = &self.graph.items[item].name;
        Ok(match log.end()? {
            Some(message) => Outcome::Panic(message),
            None if self.states[item].failure.is_none() => Outcome::Value(self.states[item].value),
            None => Outcome::Panic(format!(
                "computed `{name}` of `{}` panicked",
                self.graph.name
            )),
        })
    }

    /// Computes a value whose dependencies are up to date, if it must be.
    fn bring_up_to_date(&mut self, item: usize, log: &mut Log) -> Verdict {
        // What this batch has not touched is not half-way: its value is one from before the batch.
        let half_way = self
            .before
            .as_ref()
            .is_some_and(|before| self.is_half_way(item, &before.written));
        let given_up = self.states[item].or_else.take();
        if let Some(before) = given_up.filter(|_| log.has(item)) {
            self.states[item] = *before;
        }
        let marks = self.marks(item);
        let state = &self.states[item];
        let (was_failed, value_before) = (state.failure.is_some(), state.value);
        let mut changed = false;
        if self.is_blocked(item) {
            changed = !was_failed;
            self.states[item].failure = Some(Failure::Blocked);
            self.states[item].tried = true;
            self.states[item].seen = marks;
        } else {
            let unblocked = state.failure == Some(Failure::Blocked);
            // There and back again half-way: the body may run once more, but need not.
            let spared = half_way && unblocked && state.yielded.as_ref() == Some(&marks);
            let due = !state.tried || (unblocked && !spared) || (!unblocked && state.seen != marks);
            let may = state.doubt || (half_way && (state.touched || spared));
            if due || (may && log.has(item)) {
                changed = self.run(item, marks, log)?;
            } else if unblocked {
                self.states[item].failure = None;
                self.states[item].seen = marks;
                changed = true;
            }
        }
        let state = &mut self.states[item];
        state.touched = false;
        state.upstream = false;
        state.unverified = false;
        state.doubt = false;
        if changed {
            let failure = (was_failed, self.states[item].failure.is_some());
            if failure != (false, false) {
                self.doubt_dependents(item);
            }
            // A value that is back is no other one, unless the rule says so.
            if !half_way && (failure == (false, false) || self.states[item].value != value_before) {
                self.states[item].changes = self.count();
            }
            self.touch_dependents(item);
        }
        if let Some(before) = self.before.as_mut().filter(|_| !half_way) {
            before.states[item] = self.states[item].clone();
        } else if let Some(before) = &mut self.before {
            before.read = true;
        }
        Ok(())
    }

    /// Runs a body; true if the value is another one than before.
    fn run(&mut self, item: usize, marks: Vec<Mark>, log: &mut Log) -> Verdict<bool> {
        log.take(item)?;
        let rule = self.graph.rule(item);
        let result = self.evaluate(item);
        let state = &mut self.states[item];
        let first = !state.tried;
        state.tried = true;
        state.ran_half_way = true;
        state.yielded = result.map(|_| marks.clone());
        state.seen = marks;
        let Some(value) = result else {
            log.panicked(item);
            return Ok(state.failure.replace(Failure::Panicked).is_none());
        };
        let recovered = state.failure.take().is_some();
        let same = !first && rule.same(state.value, value);
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
            Some(before) => self.settle(before, &mut log)?,
            None => log.end()?,
        };
        let expected = match (result, first_panic) {
            (Outcome::Panic(message), _) | (_, Some(message)) => Outcome::Panic(message),
            (result, None) => result,
        };
        Ok((outcome, expected))
    }

    fn settle(&mut self, before: Before, log: &mut Log) -> Verdict<Option<String>> {
        let mut ending = Ending::new(self.states.len());
        let signals: Vec<_> = self.signals().collect();
        for item in signals {
            let (now, then) = (&self.states[item], &before.states[item]);
            let rule = self.graph.rule(item);
            let same = now.changes == then.changes
                && (rule == Rule::Never || rule.same(then.value, now.value));
            if same {
                self.states[item] = then.clone();
            }
            ending.changed[item] = !same;
            ending.shaken[item] = same && before.written[item];
        }
        for &item in &self.graph.order {
            if self.watched[item] && !self.graph.is_effect(item) {
                let moved = self.states[item].moved;
                ending.changed[item] =
                    self.settle_watched(item, &before.states[item], &mut ending, log)?;
                ending.shaken[item] |= moved && !ending.changed[item];
            }
        }
        self.run_effects(&|item| ending.changed[item], log)?;
        for &item in &self.graph.order {
            if !self.watched[item] && !self.graph.is_effect(item) {
                (ending.current[item], ending.changed[item]) =
                    self.settle_lazy(item, &before.states[item], &mut ending);
            }
        }
        // From here on every change counts, even if a later one leads back.
        for item in (0..ending.changed.len()).filter(|&item| ending.changed[item]) {
            let (now, then) = (&self.states[item], &before.states[item]);
            let failure = now.failure.is_some() || then.failure.is_some();
            if !failure || now.value != then.value {
                self.states[item].changes = self.count();
            }
            if failure {
                self.doubt_dependents(item);
            }
        }
        for &item in &self.graph.order {
            let marks = self.marks(item);
            let touched = self
                .graph
                .mentions(item)
                .iter()
                .any(|&it| ending.changed[it] || self.states[it].unverified);
            let half_way = before.read && self.is_half_way(item, &before.written);
            let state = &mut self.states[item];
            state.touched = false;
            state.upstream = false;
            state.moved = false;
            state.ran_half_way = false;
            state.unverified |= !self.watched[item] && (touched || half_way);
            if ending.current[item] {
                if state.yielded.as_ref() == Some(&state.seen) {
                    state.yielded = Some(marks.clone());
                }
                state.seen = marks;
            }
        }
        log.end()
    }

    /// Phase A for one node; true if it is another one than before the batch.
    fn settle_watched(
        &mut self,
        item: usize,
        before: &State,
        ending: &mut Ending,
        log: &mut Log,
    ) -> Verdict<bool> {
        if !self
            .graph
            .mentions(item)
            .iter()
            .any(|&mention| ending.changed[mention])
        {
            self.states[item] = before.clone();
            return Ok(false);
        }
        let marks = self.marks(item);
        if self.is_blocked(item) {
            self.states[item] = State {
                failure: Some(Failure::Blocked),
                ..before.clone()
            };
            return Ok(before.failure.is_none());
        }
        let state = &self.states[item];
        let holds = state.tried && state.failure != Some(Failure::Blocked) && state.seen == marks;
        let may = state.touched
            || self
                .graph
                .mentions(item)
                .iter()
                .any(|&mention| ending.shaken[mention]);
        if !holds || (may && log.has(item)) {
            // An equal value from half-way may stay, or give way to the latest.
            let half_way = self.states[item].value;
            self.run(item, marks, log)?;
            self.states[item].value = match self.evaluate(item) {
                Some(value)
                    if self.graph.rule(item).same(half_way, value)
                        && self.shown[item] == Some(half_way) =>
                {
                    half_way
                }
                Some(value) => value,
                None => before.value,
            };
            ending.shaken[item] = true;
        }
        Ok(self.hold_against(item, before))
    }

    /// What becomes of a lazy value at the end of a batch: is it current, is it another one?
    fn settle_lazy(&mut self, item: usize, before: &State, ending: &mut Ending) -> (bool, bool) {
        let mentions = self.graph.mentions(item);
        let marks = self.marks(item);
        let blocked = self.is_blocked(item);
        let known = mentions.iter().all(|&mention| ending.current[mention]);
        let saw = |seen: &[Mark]| {
            let pairs = seen.iter().zip(&marks).zip(mentions);
            seen.len() == marks.len()
                && pairs.into_iter().all(|((seen, now), &mention)| {
                    seen == now || ending.other[mention] == Some(*seen)
                })
        };
        let holds = |state: &State| {
            known
                && state.tried
                && saw(&state.seen)
                && blocked == (state.failure == Some(Failure::Blocked))
        };
        let state = &self.states[item];
        let doubtful =
            blocked || state.upstream || mentions.iter().any(|&mention| ending.shaken[mention]);
        if !holds(before) && holds(state) {
            let changed = self.hold_against(item, before);
            self.states[item].or_else = doubtful.then(|| Box::new(before.clone()));
            ending.shaken[item] = doubtful;
            return (true, changed);
        }
        let current = holds(before);
        if state.ran_half_way {
            ending.shaken[item] = true;
            // By `never` even the same value is another one.
            ending.other[item] = Some(self.mark(item));
            self.doubt_dependents(item);
        }
        self.states[item] = before.clone();
        (current, false)
    }

    /// The lazy values that may have been given up, for the test to find out by a read of each in this order.
    pub(crate) fn doubtful(&self) -> Vec<usize> {
        let order = self.graph.order.iter().copied();
        order
            .filter(|&item| self.states[item].or_else.is_some())
            .collect()
    }

    /// The lazy values of which it is not laid down whether what they are at a read inside `op` counts as
    /// from before the batch or as half-way: written to later, but not before. The test reads them first.
    pub(crate) fn unclear(&self, op: &Op) -> Vec<usize> {
        let mut events = Vec::new();
        op.events(&mut events);
        let mut values: Vec<_> = self.states.iter().map(|state| Some(state.value)).collect();
        // By event: does it write this signal, and is that certain?
        let writes: Vec<_> = events
            .iter()
            .map(|event| match *event {
                Event::Read(_) => None,
                Event::Set(signal, value) => {
                    let before = values[signal].replace(value);
                    let same =
                        before.is_some_and(|before| self.graph.rule(signal).same(before, value));
                    (!same).then_some((signal, before.is_some() && !op.can_be_cut_short()))
                }
                Event::Update(signal, value) => {
                    values[signal] = Some(value);
                    Some((signal, !op.can_be_cut_short()))
                }
                Event::TakeBack(signal) => {
                    values[signal] = None;
                    Some((signal, false))
                }
            })
            .collect();
        let any = writes
            .iter()
            .position(|write| write.is_some())
            .unwrap_or(events.len());
        let is_unclear = |&item: &usize| {
            let is_source = |signal: usize| self.sources[item][signal];
            let last = writes
                .iter()
                .rposition(|write| write.is_some_and(|(signal, _)| is_source(signal)));
            let mut certain = writes
                .iter()
                .map(|write| write.is_some_and(|(signal, certain)| certain && is_source(signal)));
            let first = certain.position(|is| is).unwrap_or(events.len());
            let needs = |read: usize| read == item || self.below[read].contains(&item);
            let mut reads = events.iter().enumerate();
            reads.any(|(at, event)| {
                matches!(event, Event::Read(read) if needs(*read))
                    && any < at
                    && at < first
                    && last > Some(at)
            })
        };
        let lazy = |item: &usize| self.graph.is_computed(*item) && !self.watched[*item];
        self.graph
            .order
            .iter()
            .copied()
            .filter(lazy)
            .filter(is_unclear)
            .collect()
    }

    /// Compares the state after a batch with the one from before; an equal value is put back.
    fn hold_against(&mut self, item: usize, before: &State) -> bool {
        let rule = self.graph.rule(item);
        let state = &mut self.states[item];
        let same = match (state.failure, before.failure) {
            (Some(_), Some(_)) => true,
            (None, None) => before.tried && rule.same(before.value, state.value),
            _ => false,
        };
        if same {
            state.value = before.value;
            state.changes = before.changes;
        }
        !same
    }

    /// Phase B.
    fn run_effects(&mut self, changed: &dyn Fn(usize) -> bool, log: &mut Log) -> Verdict {
        for item in (0..self.states.len()).filter(|&item| self.graph.is_effect(item)) {
            if !self.states[item].due
                && !self
                    .graph
                    .mentions(item)
                    .iter()
                    .any(|&mention| changed(mention))
            {
                continue;
            }
            if self.is_blocked(item) {
                self.states[item].due = true;
                continue;
            }
            self.states[item].due = false;
            if let Some(value) = self.kept[item].take() {
                log.expect(Entry::Dropped(item, value))?;
            }
            log.expect(Entry::Ran(item))?;
            match self.evaluate(item) {
                Some(value) => {
                    log.expect(Entry::Saw(item, value))?;
                    self.kept[item] = self.keeps(item).then_some(value);
                }
                None => log.panicked(item),
            }
        }
        Ok(())
    }

    /// What the graph drops when it is dropped itself.
    pub(crate) fn kept(&self) -> Vec<Entry> {
        let kept = self.kept.iter().enumerate();
        kept.filter_map(|(item, value)| value.map(|value| Entry::Dropped(item, value)))
            .collect()
    }

    /// Every value that needs no body to be run: `None` is a failed one.
    pub(crate) fn settled(&self) -> impl Iterator<Item = (usize, Option<i64>)> + '_ {
        let items =
            (0..self.states.len()).filter(|&item| self.graph.is_signal(item) || self.watched[item]);
        items.map(|item| (item, self.mark(item).0))
    }

    /// A body that ran now would yield what is there (R4).
    pub(crate) fn check_itself(&self) -> Verdict {
        for &item in &self.graph.order {
            if self.watched[item] && !self.graph.is_effect(item) && !self.is_blocked(item) {
                let (now, value) = (self.evaluate(item), self.mark(item).0);
                let rule = self.graph.rule(item);
                let agree = match (now, value) {
                    (Some(now), Some(value)) => now == value || rule.same(now, value),
                    (now, value) => now == value,
                };
                if !agree {
                    return Err(format!(
                        "{}: {value:?} where its inputs give {now:?}",
                        self.graph.items[item].name
                    ));
                }
            }
        }
        Ok(())
    }

    /// Holds what `Debug` printed against the states.
    pub(crate) fn check_debug(&self, printed: &str) -> Verdict {
        let inner = printed
            .strip_prefix(&self.graph.name)
            .and_then(|rest| rest.strip_prefix(" { "));
        let inner = inner
            .and_then(|rest| rest.strip_suffix(" }"))
            .ok_or_else(|| format!("printed {printed}"))?;
        let mut fields = inner.split(", ");
        let current = self.current();
        for item in (0..self.states.len()).filter(|&item| !self.graph.is_effect(item)) {
            let field = fields.next().unwrap_or_default();
            let name = &self.graph.items[item].name;
            let mut texts = Vec::new();
            if current[item] {
                texts.push(
                    self.mark(item)
                        .0
                        .map_or("<panicked>".to_owned(), |value| value.to_string()),
                );
            }
            if !current[item] || self.states[item].unverified {
                texts.push("_".to_owned());
            }
            if !texts.iter().any(|text| *field == format!("{name}: {text}")) {
                return Err(format!(
                    "`Debug` prints `{field}`, not {name} as any of {texts:?}"
                ));
            }
        }
        match fields.next() {
            None => Ok(()),
            Some(field) => Err(format!("`Debug` prints {field} on top")),
        }
    }

    /// By item: would a read find it current?
    fn current(&self) -> Vec<bool> {
        let mut current = vec![true; self.states.len()];
        for &item in self
            .graph
            .order
            .iter()
            .filter(|&&item| self.graph.is_computed(item) && !self.watched[item])
        {
            let state = &self.states[item];
            current[item] = state.tried
                && state.seen == self.marks(item)
                && self.is_blocked(item) == (state.failure == Some(Failure::Blocked))
                && self
                    .graph
                    .mentions(item)
                    .iter()
                    .all(|&mention| current[mention]);
        }
        current
    }

    /// Can anything written in this batch be seen here?
    fn is_half_way(&self, item: usize, written: &[bool]) -> bool {
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

    fn keeps(&self, item: usize) -> bool {
        matches!(
            self.graph.items[item].kind,
            crate::describe::Kind::Effect { typed: true, .. }
        )
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

    fn touch_dependents(&mut self, item: usize) {
        self.states[item].moved = self.before.is_some();
        for &dependent in &self.dependents[item] {
            self.states[dependent].touched = true;
        }
    }

    fn doubt_dependents(&mut self, item: usize) {
        for &dependent in &self.dependents[item] {
            self.states[dependent].doubt = !self.watched[dependent];
        }
    }

    fn touch_below(&mut self, signal: usize) {
        self.touch_dependents(signal);
        for (state, sources) in self.states.iter_mut().zip(&self.sources) {
            state.upstream |= sources[signal];
        }
    }

    fn count(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }
}

fn next(trace: &mut dyn Iterator<Item = Done>) -> Verdict<Done> {
    trace
        .next()
        .ok_or_else(|| "the program ended early".to_owned())
}

/// What one operation logged, to be accounted for entry by entry.
struct Log<'graph> {
    graph: &'graph Graph,
    entries: Vec<Entry>,
    /// By entry: expected, and found.
    found: Vec<bool>,
    /// How far the effects were followed.
    next_of_effects: usize,
    panicked: Vec<usize>,
}

impl<'graph> Log<'graph> {
    /// Checks the order first: computed values, each after what it reads, at most once each; then effects.
    fn new(graph: &'graph Graph, entries: Vec<Entry>) -> Verdict<Self> {
        let is_effect =
            |entry: &Entry| !matches!(entry, Entry::Ran(item) if graph.is_computed(*item));
        let effects = entries.iter().position(is_effect).unwrap_or(entries.len());
        if !entries[effects..].iter().all(is_effect) {
            return Err(format!(
                "a value was computed after an effect had run: {entries:?}"
            ));
        }
        let mut position = vec![None; graph.items.len()];
        for (at, entry) in entries[..effects].iter().enumerate() {
            if let Entry::Ran(item) = entry {
                if position[*item].replace(at).is_some() {
                    return Err(format!("c{item} ran twice: {entries:?}"));
                }
            }
        }
        for item in (0..graph.items.len()).filter(|&item| position[item].is_some()) {
            if graph
                .mentions(item)
                .iter()
                .any(|&mention| position[mention] > position[item])
            {
                return Err(format!("c{item} ran before what it reads: {entries:?}"));
            }
        }
        let found = vec![false; entries.len()];
        Ok(Log {
            graph,
            entries,
            found,
            next_of_effects: effects,
            panicked: Vec::new(),
        })
    }

    fn at(&self, item: usize) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| *entry == Entry::Ran(item))
    }

    /// Did this computed value's body run?
    fn has(&self, item: usize) -> bool {
        self.at(item).is_some()
    }

    /// This computed value's body must have run.
    fn take(&mut self, item: usize) -> Verdict {
        let name = &self.graph.items[item].name;
        let at = self
            .at(item)
            .ok_or_else(|| format!("{name} should have run: {:?}", self.entries))?;
        self.found[at] = true;
        Ok(())
    }

    /// The next entry of the effects must be this one.
    fn expect(&mut self, entry: Entry) -> Verdict {
        if self.entries.get(self.next_of_effects) != Some(&entry) {
            let at = self.next_of_effects;
            return Err(format!(
                "{entry:?} should stand at {at} of {:?}",
                self.entries
            ));
        }
        self.found[self.next_of_effects] = true;
        self.next_of_effects += 1;
        Ok(())
    }

    /// This body panicked in its run.
    fn panicked(&mut self, item: usize) {
        self.panicked.push(item);
    }

    /// Nothing must be left. Returns the first panic.
    fn end(&self) -> Verdict<Option<String>> {
        if let Some(left) = self.found.iter().position(|found| !found) {
            return Err(format!(
                "{:?} should not be in {:?}",
                self.entries[left], self.entries
            ));
        }
        let first = self.panicked.iter().min_by_key(|&&item| self.at(item));
        Ok(first.map(|&item| format!("boom {}", self.graph.items[item].name)))
    }
}
