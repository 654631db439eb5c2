//! The log of one operation, to be accounted for entry by entry.
//!
//! Invariants: computed values stand before effects, each after what it reads, none twice (R1, R4).
//!
//! Must not know: which entries are to be expected.

use super::describe::Graph;
use super::model::Verdict;
use signal_kernel_graphs::Entry;

/// The log of one operation, to be accounted for entry by entry.
pub(crate) struct Log<'graph> {
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
    pub(crate) fn new(graph: &'graph Graph, entries: Vec<Entry>) -> Verdict<Self> {
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
    pub(crate) fn has(&self, item: usize) -> bool {
        self.at(item).is_some()
    }

    /// This computed value's body must have run.
    pub(crate) fn take(&mut self, item: usize) -> Verdict {
        let name = &self.graph.items[item].name;
        let at = self
            .at(item)
            .ok_or_else(|| format!("{name} should have run: {:?}", self.entries))?;
        self.found[at] = true;
        Ok(())
    }

    /// The next entry of the effects must be this one.
    pub(crate) fn expect(&mut self, entry: Entry) -> Verdict {
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

    /// Did any body panic that is accounted for?
    pub(crate) fn has_panicked(&self) -> bool {
        !self.panicked.is_empty()
    }

    /// This body panicked in its run.
    pub(crate) fn panicked(&mut self, item: usize) {
        self.panicked.push(item);
    }

    /// Nobody is told of the panic of this body: the failure was there before the batch.
    pub(crate) fn tell_not(&mut self, item: usize) {
        self.panicked.retain(|&it| it != item);
    }

    /// Nothing must be left. Returns the first panic.
    pub(crate) fn end(&self) -> Verdict<Option<String>> {
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
