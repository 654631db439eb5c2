//! The model: the state of a program at rest.
//!
//! The model takes the signals as they are. The values of all other nodes follow from the signals and the recipes: a body
//! that has run has seen the present values of its dependencies, and its value is their sum.
//!
//! Invariant: nothing here has an effect on the graph but reads of lazy values.
//!
//! Must not know: how the graph comes to its values.

use crate::{
    program::{Rule, Source},
    world::{Entry, Event, Handle, Kind, Outcome, Record, Seen, World, status_number},
};
use signal_kernel::__private::check_dynamic;
use std::rc::Rc;

type Checked = Result<(), String>;

impl World {
    /// After a step. `look` reads lazy values, too; `once`: the step was settled in one go.
    pub(crate) fn verify(self: &Rc<Self>, look: bool, once: bool) -> Checked {
        check_dynamic()?;
        if let Some(complaint) = self.complaint.borrow_mut().take() {
            return Err(complaint);
        }
        self.records.borrow_mut().retain(|it| it.alive.get());
        let records = self.records.borrow().clone();
        for record in &records {
            if record.running.get() {
                return Err(format!("{} has no end", record.name()));
            }
            match record.kind {
                Kind::Effect => self.verify_effect(record)?,
                Kind::Computed if look => self.verify_computed(record)?,
                _ => {}
            }
        }
        let entries: Vec<Entry> = self.slots.borrow().iter().flatten().cloned().collect();
        for entry in &entries {
            match &entry.handle {
                Handle::Pair(..) | Handle::Future(_) | Handle::Manual(_) => {
                    self.verify_work(entry)?;
                }
                Handle::Shared(shared) if look => {
                    shared.read(|graph| graph.check(self.flagged.get()))?;
                }
                Handle::Owned(owned) if look => {
                    if let Some(graph) = &*owned.borrow() {
                        graph.check(self.flagged.get())?;
                    }
                }
                _ => {}
            }
        }
        if once && !self.settings.reenter && !self.settings.panics {
            self.verify_runs()?;
        }
        for record in &records {
            record.runs.set(0);
            record.new.set(false);
        }
        drop(entries);
        check_dynamic()
    }

    /// Without writes in callbacks there is one round: each effect runs once, in the order of creation.
    fn verify_runs(&self) -> Checked {
        let ran = self.ran.borrow();
        let old: Vec<_> = ran.iter().filter(|it| !it.new.get()).collect();
        for pair in old.windows(2) {
            if pair[0].uid == pair[1].uid {
                return Err(format!("{} has run twice in a round", pair[0].name()));
            }
            if pair[0].uid > pair[1].uid {
                return Err(format!(
                    "{} has run before {}",
                    pair[0].name(),
                    pair[1].name()
                ));
            }
        }
        Ok(())
    }

    /// The node that was read, if it is known.
    fn node(&self, seen: &Seen) -> Option<Entry> {
        let entry = self.entry(seen.source.slot).filter(|it| it.uid == seen.uid);
        entry.or_else(|| self.nodes.borrow().get(&seen.uid).cloned())
    }

    /// The present outcome of a read, if the node is the one that was read.
    fn present(&self, seen: &Seen) -> Option<Outcome> {
        let entry = self.node(seen)?;
        if seen.outcome == Outcome::Gone {
            return None;
        }
        match self.observe(&entry, seen.source) {
            Outcome::Gone => None,
            outcome => Some(outcome),
        }
    }

    /// Is a body kept from running by a failed value? Then it stays due. So is one that reads a value that is gone.
    fn is_blocked(&self, seen: &[Seen]) -> bool {
        let failed = |seen: &Seen| match self.present(seen) {
            Some(outcome) => outcome == Outcome::Refused,
            None => seen.outcome == Outcome::Unseen,
        };
        seen.iter()
            .any(|seen| !seen.source.fallible && failed(seen))
    }

    /// Each value that the last run has read is the present one.
    fn verify_effect(&self, record: &Rc<Record>) -> Checked {
        if record.orphan.get() {
            return Ok(());
        }
        let (reads, older) = (record.reads.borrow().clone(), record.older.borrow().clone());
        if self.is_blocked(&reads) || self.is_blocked(&older) {
            return Ok(());
        }
        for (index, seen) in reads.iter().enumerate() {
            // A body that writes its dependency between two reads, and puts it back, has seen the first value.
            let parts = self
                .node(seen)
                .is_some_and(|it| it.record.kind == Kind::Resource);
            let again =
                |it: &Seen| it.uid == seen.uid && (!parts || it.source.part == seen.source.part);
            if reads[..index].iter().any(again) {
                continue;
            }
            if matches!(seen.outcome, Outcome::Unseen | Outcome::Loose) {
                continue;
            }
            match self.present(seen) {
                Some(now) if now != seen.outcome => {
                    return Err(format!(
                        "{} has seen {:?} of slot {} ({:?}), which is {now:?}",
                        record.name(),
                        seen.outcome,
                        seen.source.slot,
                        seen.source.part
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn verify_computed(&self, record: &Rc<Record>) -> Checked {
        let entry = self.entry(record.slot);
        let Some(entry) = entry.filter(|entry| entry.uid == record.uid) else {
            return Ok(());
        };
        let outcome = self.observe(&entry, crate::node::value_of(record.slot));
        let Outcome::Value(is) = outcome else {
            let allowed = self.flagged.get() || self.settings.cycles;
            return match outcome == Outcome::Gone || allowed {
                true => Ok(()),
                false => Err(format!(
                    "{} is failed, and nothing has panicked",
                    record.name()
                )),
            };
        };
        if self.is_in_cycle(record.slot) {
            return Ok(());
        }
        let Some(should) = self.recipe_of(record) else {
            return Ok(());
        };
        let same = match record.rule {
            Rule::Parity => is == should.rem_euclid(2),
            _ => is == should,
        };
        match same {
            true => Ok(()),
            false => Err(format!("{} is {is}, should be {should}", record.name())),
        }
    }

    /// The value of a body by definition. Unknown if a value that one of the last runs has read is gone: the value
    /// stays then, as long as nothing else changes.
    fn recipe_of(&self, record: &Record) -> Option<i64> {
        let recipe = record.recipe?;
        // A read may run the body, which adds to the list.
        let recent = record.recent.borrow().clone();
        for (slot, uid) in recent {
            let entry = self.entry(slot)?;
            let source = crate::node::value_of(slot);
            if entry.uid != uid || self.observe(&entry, source) == Outcome::Gone {
                return None;
            }
        }
        let first = self.now(recipe.first)?;
        let second = self.now(match first % 2 != 0 {
            true => recipe.odd,
            false => recipe.even,
        })?;
        let wrong = i64::from(self.settings.wrong_model && first == 3);
        Some((first + second + wrong) % 7)
    }

    fn now(&self, source: Source) -> Option<i64> {
        let entry = self.entry(source.slot);
        let outcome = entry.map_or(Outcome::Gone, |entry| self.observe(&entry, source));
        match outcome {
            Outcome::Refused if !source.fallible => None,
            Outcome::Gone => None,
            outcome => Some(outcome.number()),
        }
    }

    /// Only where programs may have cycles: does a node reach one by what it has read? So it may by a value that has lost its
    /// slot to another one.
    fn is_in_cycle(&self, slot: usize) -> bool {
        if !self.settings.cycles {
            return false;
        }
        let mut path = vec![slot];
        self.reaches_cycle(&mut path)
    }

    fn reaches_cycle(&self, path: &mut Vec<usize>) -> bool {
        let Some(entry) = path.last().and_then(|&slot| self.entry(slot)) else {
            return false;
        };
        if entry.record.kind != Kind::Computed || path.len() > crate::program::SLOTS {
            return path.len() > crate::program::SLOTS;
        }
        let Some(recipe) = entry.record.recipe else {
            return false;
        };
        let recent = entry.record.recent.borrow().clone();
        let replaced =
            |&(slot, uid): &(usize, u64)| self.entry(slot).is_none_or(|it| it.uid != uid);
        if recent.iter().any(replaced) {
            return true;
        }
        // The last run has taken one branch; the value may be that of a run before, which has taken the other.
        let odd = self.now(recipe.first).map(|first| first % 2 != 0);
        for (source, when) in [
            (recipe.first, None),
            (recipe.odd, Some(true)),
            (recipe.even, Some(false)),
        ] {
            let taken = odd == when
                || entry
                    .record
                    .reads
                    .borrow()
                    .iter()
                    .any(|seen| seen.source.slot == source.slot);
            if !taken {
                continue;
            }
            if path.contains(&source.slot) {
                return true;
            }
            path.push(source.slot);
            if self.reaches_cycle(path) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// A resource is in a state that the machine allows, and its answer answers the present input.
    fn verify_work(&self, entry: &Entry) -> Checked {
        let record = &entry.record;
        if !record.alive.get() {
            return Ok(());
        }
        macro_rules! state {
            ($value:expr, $meta:expr) => {{
                let meta = $meta;
                let reason = meta.cancel_reason().is_some();
                let (status, token) = (meta.status(), meta.token());
                let (value, error) = ($value.map(|it| it.n()), meta.error().map(|it| it.n()));
                (status_number(status), token, value, error, reason)
            }};
        }
        let (status, token, value, error, reason) = match &entry.handle {
            Handle::Pair(value, meta) => state!(value.get(), meta),
            Handle::Future(whole) => state!(whole.value(), whole),
            Handle::Manual(whole) => state!(whole.value(), whole),
            _ => return Ok(()),
        };
        let source = record.source.borrow().clone();
        let text = || {
            format!(
                "{}: status {status} #{token} {value:?} {error:?}, {} alive, source {:?}, events {:?}",
                record.name(),
                record.futures.get(),
                source.as_ref().map(|it| it.result.get()),
                record.events.borrow()
            )
        };
        let allowed = match status {
            0 => value.is_none() && error.is_none() && !reason,
            1 => error.is_none() && !reason,
            2 => value.is_some() && error.is_none() && !reason,
            3 => error.is_some() && !reason,
            _ => error.is_none() && reason,
        };
        if !allowed || record.futures.get() != i64::from(status == 1) {
            return Err(format!("no state of the machine: {}", text()));
        }
        self.verify_events(record, status, token)
            .map_err(|error| format!("{error}: {}", text()))?;
        let Some(source) = &source else {
            return Ok(());
        };
        if !source.has_run.get() {
            return Ok(());
        }
        let Some(input) = self.recipe_of(source) else {
            return Ok(());
        };
        let answers = match status {
            1 => input != 6 && record.input.get() == input,
            2 => value == Some(input),
            3 => error == Some(input),
            _ => true,
        };
        if !answers {
            return Err(format!("no answer to the input {input}: {}", text()));
        }
        Ok(())
    }

    /// Each run that was started ends in one event; a hook is called once for each.
    fn verify_events(&self, record: &Record, status: i64, token: u64) -> Checked {
        let mut running = None;
        let mut last = 0;
        let mut ends = [0; 3];
        for event in record.events.borrow().iter() {
            let (is, end) = match *event {
                Event::Start(token) => {
                    if running.is_some() || token != last + 1 {
                        return Err(format!("{event:?} comes out of turn"));
                    }
                    (running, last) = (Some(token), token);
                    continue;
                }
                Event::Success(token) => (token, Some(0)),
                Event::Error(token) => (token, Some(1)),
                Event::Cancelled(token) => (token, Some(2)),
                Event::Superseded(token) => (token, None),
            };
            if running.take() != Some(is) {
                return Err(format!("{event:?} comes out of turn"));
            }
            if let Some(end) = end {
                ends[end] += 1;
            }
        }
        if last != token || running.is_some() != (status == 1) {
            return Err("events are missing".to_owned());
        }
        if record.hooks.iter().map(|it| it.get()).ne(ends) {
            return Err(format!(
                "hooks were called {:?} times, not {ends:?}",
                record.hooks
            ));
        }
        Ok(())
    }

    /// Is a value failed that nothing here can bring back?
    pub(crate) fn is_any_failed(&self) -> bool {
        let entries: Vec<Entry> = self.slots.borrow().iter().flatten().cloned().collect();
        entries.iter().any(|entry| {
            let source = crate::node::value_of(entry.record.slot);
            let declared = match &entry.handle {
                Handle::Shared(shared) => shared.read(|graph| graph.check(false)),
                Handle::Owned(owned) => {
                    let graph = owned.borrow();
                    graph.as_ref().map_or(Ok(()), |graph| graph.check(false))
                }
                _ => Ok(()),
            };
            declared.is_err() || self.observe(entry, source) == Outcome::Refused
        })
    }

    /// After everything has been written anew and all work is done, nothing is failed and nothing pending.
    pub(crate) fn verify_recovered(self: &Rc<Self>) -> Checked {
        let records = self.records.borrow().clone();
        for record in &records {
            if record.kind == Kind::Effect && record.alive.get() && !record.orphan.get() {
                let mut reads = record.reads.borrow().clone();
                if self.settings.early {
                    reads.extend_from_slice(&record.older.borrow());
                }
                if !record.last_ok.get() && self.has_changed(&reads) && !self.is_blocked(&reads) {
                    return Err(format!("{} has not run since it panicked", record.name()));
                }
            }
            if record.kind == Kind::Computed && record.alive.get() {
                let entry = self.entry(record.slot);
                let Some(entry) = entry.filter(|entry| entry.uid == record.uid) else {
                    continue;
                };
                let failed =
                    || self.observe(&entry, crate::node::value_of(record.slot)) == Outcome::Refused;
                if !failed() {
                    continue;
                }
                let mut reads = record.reads.borrow().clone();
                if self.settings.early {
                    reads.extend_from_slice(&record.older.borrow());
                }
                if self.has_changed(&reads) && !self.is_blocked(&reads) {
                    return Err(format!("{} stays failed", record.name()));
                }
            }
        }
        for entry in self.slots.borrow().iter().flatten() {
            let pending = match &entry.handle {
                _ if !entry.record.alive.get() => false,
                Handle::Pair(_, meta) => meta.is_pending(),
                Handle::Future(whole) => whole.is_pending(),
                Handle::Manual(whole) => whole.is_pending(),
                Handle::Shared(shared) => shared.read(|graph| graph.fetched().is_pending()),
                _ => false,
            };
            if pending {
                return Err(format!("{} stays pending", entry.record.name()));
            }
        }
        Ok(())
    }

    /// Is one of these reads a signal that was written anew?
    fn has_changed(&self, reads: &[Seen]) -> bool {
        let tracked = reads.iter().filter(|seen| seen.outcome != Outcome::Loose);
        tracked.into_iter().any(|seen| {
            let entry = self.entry(seen.source.slot);
            entry.is_some_and(|entry| {
                entry.uid == seen.uid
                    && matches!(entry.handle, Handle::Number(_) | Handle::Value(_))
                    && self.observe(&entry, seen.source) != Outcome::Gone
            })
        })
    }
}
