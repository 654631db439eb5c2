//! How the interpreter ends a batch: R1, R2 and R8.
//!
//! Must not know: the runtime under test.

use super::super::describe::{Kind, Rule};
use super::super::ledger::Log;
use super::{Before, Failure, HalfWay, Model, State, Verdict};
use signal_kernel_graphs::Entry;

/// The knowledge about each item while a batch is closed.
struct Ending {
    /// It is another one than before the batch.
    changed: Vec<bool>,
    /// The values of it that half-way values have seen may be gone: put back, or recomputed, perhaps to the same value.
    shaken: Vec<bool>,
    /// A lazy value that was read half-way, or that depends on one.
    disturbed: Vec<bool>,
}

impl Model<'_> {
    pub(super) fn settle(&mut self, before: &Before, log: &mut Log) -> Verdict<Option<String>> {
        let none = vec![false; self.states.len()];
        let mut ending = Ending {
            changed: none.clone(),
            shaken: none.clone(),
            disturbed: none,
        };
        for item in self.signals() {
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
        for item in self.watched_values() {
            ending.changed[item] =
                self.settle_watched(item, &before.states[item], &mut ending, log)?;
        }
        self.run_effects(&|_| true, &|item| ending.changed[item], log)?;
        for item in self.lazy_values() {
            self.settle_lazy(item, before, &mut ending);
        }
        self.tell_apart(before, &ending);
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
        let moved = self.states[item].half_way.moved;
        let mentions = self.graph.mentions(item);
        if !mentions.iter().any(|&mention| ending.changed[mention]) {
            // The body may find a failure from before the batch once more, which nobody is told of again.
            let panicked = before.failure == Some(Failure::Panicked);
            if panicked && self.states[item].half_way.read && log.has(item) {
                log.take(item)?;
            }
            self.states[item] = before.clone();
            ending.shaken[item] = moved;
            return Ok(false);
        }
        let marks = self.marks(item);
        if self.is_blocked(item) {
            ending.shaken[item] = moved;
            self.states[item] = State {
                failure: Some(Failure::Blocked),
                ..before.clone()
            };
            return Ok(before.failure.is_none());
        }
        let state = &self.states[item];
        let may = state.half_way.touched || mentions.iter().any(|&mention| ending.shaken[mention]);
        if state.is_stale(&marks) || (may && log.has(item)) {
            let read = self.states[item].half_way.read;
            self.run(item, marks, log)?;
            if read && before.failure.is_some() && self.states[item].failure.is_some() {
                log.tell_not(item);
            }
            self.states[item].value = self.evaluate(item).unwrap_or(before.value);
            ending.shaken[item] = true;
        }
        let rule = self.graph.rule(item);
        let state = &mut self.states[item];
        if rule == Rule::SameTen && state.failure.is_none() {
            // Of equal values, which one stays is a choice where there was another one for a time.
            let shown = self.shown[item].filter(|&shown| rule.same(shown, state.value));
            state.value = shown.unwrap_or(state.value);
            ending.shaken[item] |= moved;
        }
        let same = match (state.failure, before.failure) {
            (Some(_), Some(_)) => true,
            (None, None) => before.has_value && rule.same(before.value, state.value),
            _ => false,
        };
        if same {
            (state.value, state.changes) = (before.value, before.changes);
            ending.shaken[item] |= moved;
        }
        Ok(!same)
    }

    /// Settles a lazy value at the end of a batch.
    fn settle_lazy(&mut self, item: usize, before: &Before, ending: &mut Ending) {
        let mentions = self.graph.mentions(item);
        let state = &self.states[item];
        let read = state.half_way.read;
        let disturbed = read || mentions.iter().any(|&mention| ending.disturbed[mention]);
        let below = |of: &dyn Fn(usize) -> bool| {
            self.signals()
                .any(|signal| self.sources[item][signal] && of(signal))
        };
        if !below(&|signal| before.written[signal]) {
            return; // nothing here was half-way
        }
        ending.disturbed[item] = disturbed;
        let net_changed = below(&|signal| ending.changed[signal]);
        let put_back = below(&|signal| before.written[signal] && !ending.changed[signal]);
        let holds = read
            && !state.half_way.upstream
            && !state.free
            && !put_back
            && state.failure != Some(Failure::Blocked)
            && !state.is_stale(&self.marks(item))
            && !self.is_blocked(item)
            && !mentions.iter().any(|&mention| ending.shaken[mention]);
        if !disturbed || (!net_changed && before.current[item]) {
            self.states[item] = before.states[item].clone();
            // Values that were read half-way too have seen another one, and a failure is found once more.
            ending.shaken[item] = read;
            self.states[item].free |= read && before.states[item].failure.is_some();
        } else if holds {
            let then = &before.states[item];
            ending.changed[item] = state.failure.is_some()
                || then.failure.is_some()
                || !then.has_value
                || !self.graph.rule(item).same(then.value, state.value);
            // The value that it had last before the batch comes back if the two are equal.
            ending.shaken[item] = !ending.changed[item] || !before.current[item];
            if !ending.changed[item] {
                self.states[item].changes = then.changes;
            }
        } else {
            ending.shaken[item] = true;
            self.states[item].free = true;
        }
    }

    /// From here on every change counts, even if a later one leads back.
    fn tell_apart(&mut self, before: &Before, ending: &Ending) {
        let current: Vec<_> = (0..self.states.len())
            .map(|item| !self.states[item].is_stale(&self.marks(item)))
            .collect();
        for item in (0..self.states.len()).filter(|&item| ending.changed[item]) {
            let (now, then) = (&self.states[item], &before.states[item]);
            let failed = now.failure.is_some() || then.failure.is_some();
            if !failed || now.value != then.value {
                self.states[item].changes = self.count();
            }
            if failed {
                // A reader that has not looked meanwhile may or may not know of it.
                self.free_dependents(item);
            }
        }
        for &item in &self.graph.order {
            let mut mentions = self.graph.mentions(item).iter();
            let seems_new = mentions.any(|&mention| {
                ending.changed[mention] || ending.shaken[mention] || self.states[mention].unverified
            });
            let marks = self.marks(item);
            let state = &mut self.states[item];
            state.half_way = HalfWay::default();
            if self.watched[item] {
                state.seen = marks;
            } else {
                state.unverified |= seems_new || ending.disturbed[item];
                if ending.disturbed[item] && current[item] && !state.free {
                    state.seen = marks;
                }
            }
        }
    }

    /// Phase B, for the effects that take part in it.
    pub(super) fn run_effects(
        &mut self,
        takes_part: &dyn Fn(usize) -> bool,
        changed: &dyn Fn(usize) -> bool,
        log: &mut Log,
    ) -> Verdict {
        let effects = (0..self.states.len()).filter(|&item| self.graph.is_effect(item));
        for item in effects.filter(|&item| takes_part(item)).collect::<Vec<_>>() {
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

    fn keeps(&self, item: usize) -> bool {
        matches!(
            self.graph.items[item].kind,
            Kind::Effect { typed: true, .. }
        )
    }
}
