//! Failed nodes: the start and the end of a failure, and its message.
//!
//! Invariants: a node has a record exactly while it is marked as failed and does not run; the cause in the record is the
//! text of the panic that the failure comes from, if that panic had a text.
//!
//! Must not know: values, and the time of a run.

use super::{
    failures::{Record, Refused},
    read_error::NodeFailure,
    runtime::Runtime,
};
use crate::dynamic::graph::{
    ids::{NodeId, RunId, Version},
    marks::{Kind, Stale},
    tables::Link,
};

impl Runtime {
    /// Marks a node as failed, with this record. Bodies that have read an earlier failure run again if the cause is
    /// another one.
    #[cold]
    pub(crate) fn fail(&mut self, index: NodeId, record: Record) {
        self.nodes[index].marks.set_failed();
        let cause = record.cause.clone();
        let before = self.failures.known.insert(index, record);
        if before.is_none_or(|before| before.cause == cause) {
            return;
        }
        let mut readers = Vec::new();
        let mut link = self.nodes[index].subs;
        while link.is_some() {
            let it = &mut self.links[link];
            if it.seen.is_tried() {
                it.seen.set_version(Version::OTHER);
                readers.push(it.sub);
            }
            link = it.next_sub;
        }
        for reader in readers {
            self.queue(reader, Stale::Check); // the reader may have been checked since the earlier failure
        }
    }

    /// The record of a node that cannot run because this dependency is failed.
    #[cold]
    pub(crate) fn record_of(&self, dep: NodeId) -> Record {
        let known = self.failures.known.get(&dep);
        Record {
            cause: known.and_then(|known| known.cause.clone()),
            ..Record::default()
        }
    }

    /// Is this node failed? A node with the mark may also be one that was in progress when a read closed a cycle.
    #[cold]
    pub(crate) fn is_failed(&self, index: NodeId) -> bool {
        self.marks(index).is_failed() && !self.is_sound(index)
    }

    /// Does this node carry the mark of a failure only because it was in progress when a read closed a cycle?
    #[cold]
    pub(crate) fn is_sound(&self, index: NodeId) -> bool {
        self.failures.known.get(&index).is_some_and(|it| it.sound)
    }

    /// Was this node in progress when a read closed a cycle? The result is the count of runs at that time.
    #[cold]
    pub(crate) fn is_open(&self, index: NodeId) -> Option<RunId> {
        self.failures.known.get(&index)?.open
    }

    /// Leaves open a node that cannot be brought up to date now, because of a cycle.
    #[cold]
    pub(crate) fn leave_open(&mut self, index: NodeId, runs: RunId) {
        let marks = self.marks(index);
        let record = self.failures.known.entry(index).or_default();
        record.open = Some(runs);
        record.sound |= !marks.is_failed();
        record.dirty = marks.is_dirty();
        self.nodes[index].marks.set_failed();
    }

    /// Makes an open node stale, since a reader asks for it.
    #[cold]
    pub(crate) fn reopen(&mut self, index: NodeId) {
        let Some(record) = self.failures.known.get_mut(&index) else {
            return;
        };
        if record.open.take().is_some() {
            let mark = if record.dirty {
                Stale::Dirty
            } else {
                Stale::Check
            };
            if record.sound {
                drop(self.failures.take(index));
                self.nodes[index].marks.clear_failed();
            }
            self.nodes[index].marks.set_stale(mark);
        }
    }

    /// Notes that this computed value was refused the read of `dep`, which is in progress.
    #[cold]
    pub(crate) fn note_refused(&mut self, reader: NodeId, dep: NodeId) {
        let (reader, dep) = (self.key(reader), self.key(dep));
        self.failures.refused.push(Refused { reader, dep });
    }

    /// As [`note_refused`](Self::note_refused), for all dependents of `dep`.
    #[cold]
    pub(crate) fn note_refused_subs(&mut self, dep: NodeId) {
        let mut link = self.nodes[dep].subs;
        while let Some(&Link { sub, next_sub, .. }) = self.links.get(link) {
            self.note_refused(sub, dep);
            link = next_sub;
        }
    }

    /// Ends a pull. A run that refused its value to other readers may have read other nodes than the run before. If the
    /// value is on no cycle any more, the refused readers are checked again.
    #[cold]
    pub(crate) fn tell_refused(&mut self) {
        for it in std::mem::take(&mut self.failures.refused) {
            let (reader, dep) = (it.reader.node, it.dep.node);
            if !self.is_alive(it.reader) {
                continue;
            }
            let known = self.is_alive(it.dep);
            if known && self.marks(dep).is_in_progress() {
                self.failures.refused.push(it);
            } else if !known || !self.leads_to(dep, reader) {
                self.queue(reader, Stale::Check);
            }
        }
    }

    pub(crate) fn known_record(&self, index: NodeId) -> Option<Record> {
        self.failures.known.get(&index).cloned()
    }

    /// Restores an earlier record.
    pub(crate) fn restore_record(&mut self, index: NodeId, record: Option<Record>) {
        match record {
            Some(record) => drop(self.failures.known.insert(index, record)),
            None => drop(self.failures.take(index)),
        }
    }

    /// The failed dependency that a failed node has read by `get`.
    fn blocker(&self, index: NodeId) -> Option<NodeId> {
        let mut link = self.deps(index);
        while let Some(it) = self.links.get(link) {
            let failed = it.dep.is_some()
                && self.marks(it.dep).is_failed_at_rest()
                && self.is_failed(it.dep);
            if failed && it.dep != index && !it.seen.is_tried() {
                return Some(it.dep);
            }
            link = it.next_dep;
        }
        None
    }

    /// The node from whose panic a failure comes.
    fn culprit(&self, index: NodeId) -> NodeId {
        let mut culprit = index;
        for _ in 0..self.nodes.len() {
            let caught = self
                .failures
                .known
                .get(&culprit)
                .is_some_and(|it| it.caught);
            match self.blocker(culprit) {
                Some(node) if node != index && !caught => culprit = node,
                _ => break,
            }
        }
        culprit
    }

    /// The message of a read of a failed computed value.
    #[cold]
    pub(crate) fn failure(&self, index: NodeId) -> NodeFailure {
        let culprit = self.culprit(index);
        let cause = |node: NodeId| self.failures.known.get(&node)?.cause.clone();
        NodeFailure::new(
            self.describe(index),
            (culprit != index).then(|| self.describe(culprit)),
            cause(culprit).or_else(|| cause(index)),
        )
    }

    /// Notes that a `try_` read has got this failure as a value, with the panic of the body.
    #[cold]
    pub(crate) fn silence(&mut self, index: NodeId) {
        let culprit = self.culprit(index);
        if let Some(record) = self.failures.known.get_mut(&culprit) {
            record.silent = true;
        }
    }

    /// The message for an effect that cannot run because of this dependency, if no caller has got the failure yet.
    #[cold]
    pub(crate) fn break_silence(&mut self, dep: NodeId) -> Option<String> {
        let culprit = self.culprit(dep);
        let record = self.failures.known.get_mut(&culprit)?;
        if !std::mem::take(&mut record.silent) {
            return None;
        }
        Some(self.failure(dep).to_string())
    }

    /// Notes that the read of a failed value unwinds the observing body. A body that catches the panic is failed all
    /// the same.
    #[cold]
    pub(crate) fn unwind_observer(&mut self) {
        let observer = self.context.observer.node;
        if let Some(node) = self.nodes.get_mut(observer) {
            let runs = node.marks.is_running();
            if runs && matches!(node.kind, Kind::Computed | Kind::Effect) {
                node.marks.set_failed();
            }
        }
    }

    /// The message for a body that has caught the panic of a read.
    #[cold]
    pub(crate) fn has_caught(&self, index: NodeId) -> String {
        let this = self.describe(index);
        let read = match self.blocker(index) {
            Some(dep) => self.failure(dep).to_string(),
            None => "it is there again".to_owned(),
        };
        format!(
            "{this} reads a failed value with `get` and catches the panic ({read}): `try_get` returns the error"
        )
    }
}
