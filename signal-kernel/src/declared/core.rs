//! The state of a graph besides its nodes: the pending and the failed ones, and the open batch. One type for all
//! graphs.
//!
//! Invariants: outside a call into the graph `pending` is empty and no batch is open; `failed` has the ranks of the
//! failed eager values; `watch` knows of a failure exactly if `failed` is not empty.
//!
//! Must not know: the types of nodes, bodies.

use super::{
    causes::{self, Causes},
    mask::{Mask, bit},
    open_batch::{OpenBatch, Undoable, Written},
    topology::{Kind, Topology},
    watch::Watch,
};
use crate::task::{
    ready::{ReadyQueue, ReadyReceiver},
    state::Change,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The part of a graph that is the same for all graphs with a mask of `W` words.
#[derive(Debug)]
pub struct Core<const W: usize> {
    /// Ranks that must be visited.
    pub(super) pending: Mask<W>,
    /// The progress of the last pass that has unwound, or of the last visit.
    pub(super) reached: Progress,
    /// The number of changes so far: the time of this graph.
    pub revision: u64,
    /// The tasks that are ready to be polled; only in graphs with resources.
    pub(super) ready: Option<Box<ReadyReceiver>>,
    /// `DeclaredGraph::TOPOLOGY`, for functions without a graph.
    pub(super) topology: &'static Topology,
    failed: Mask<W>,
    /// The texts of the failures, also of lazy values.
    pub(super) causes: Causes,
    pub(super) watch: Watch,
    /// Lazy values that may be stale: all that are, and perhaps some that were computed since.
    stale: [AtomicU64; W],
    /// The open batch. Made by the first batch and kept for the next one: most graphs of a list are never written.
    open: Option<Box<OpenBatch<W>>>,
}

/// The progress of a pass, for the code that catches a panic.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// The rank that was visited last.
    pub(super) rank: u32,
    /// Set as soon as the node's new state is in place. A panic after that comes from the drop of an old value.
    pub(super) committed: Option<Change>,
}

impl<const W: usize> Core<W> {
    /// The core of a new graph: all effects are pending, and no lazy value was computed.
    pub fn new(
        effects: [u64; W],
        lazy: [u64; W],
        ready: Option<ReadyReceiver>,
        topology: &'static Topology,
    ) -> Self {
        Core {
            pending: Mask { words: effects },
            reached: Progress::default(),
            revision: 1,
            ready: ready.map(Box::new),
            topology,
            failed: Mask::EMPTY,
            causes: Causes::default(),
            watch: Watch::default(),
            stale: lazy.map(AtomicU64::new),
            open: None,
        }
    }

    /// The watch, which knows whether anything has changed.
    pub fn watch(&mut self) -> &mut Watch {
        &mut self.watch
    }

    /// Notes a change of something that can be read.
    #[inline(always)]
    pub fn note_change(&mut self) {
        self.watch.note_change();
    }

    /// The number of changes of something that can be read.
    pub fn version(&self) -> u64 {
        self.watch.version()
    }

    /// The ready queue, which tasks share.
    #[inline(always)]
    pub fn ready_queue(&self) -> Option<&Arc<ReadyQueue>> {
        self.ready.as_ref().map(|ready| &ready.queue)
    }

    /// Advances the time of the graph.
    #[inline(always)]
    pub fn tick(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// Marks nodes of a word, which has no marks yet.
    #[inline(always)]
    pub fn set_pending(&mut self, word: usize, bits: u64) {
        self.pending.words[word] = bits;
    }

    /// Marks the dependents of the changed parts of the node at `position`.
    pub(super) fn mark_dependents(&mut self, position: usize, change: Change) {
        self.topology
            .mark_dependents(position, change, &mut self.pending);
    }

    /// The same for a node that was visited.
    pub(super) fn mark_after_visit(&mut self, rank: usize, change: Change) {
        self.topology
            .mark_after_visit(rank, change, &mut self.pending);
    }

    /// The open batch.
    #[inline(always)]
    pub(super) fn open_batch(&mut self) -> &mut OpenBatch<W> {
        self.open
            .get_or_insert_with(|| OpenBatch::new(self.watch.version()))
    }

    /// Frees the memory of the last batch.
    pub(super) fn forget_batch(&mut self) {
        self.open = None;
    }

    /// Has the open batch written anything?
    #[inline]
    pub(super) fn has_written(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| !open.written.is_empty())
    }

    /// Notes the open batch's first write to the signal at `position`, and returns the index of the entry.
    pub(super) fn note_written(&mut self, position: usize, known_changed: bool) -> u32 {
        let written = &mut self.open_batch().written;
        let position = position as u32;
        written.push(Written {
            position,
            known_changed,
        });
        written.len() as u32 - 1
    }

    /// Notes another write to the signal at `position`, if the entry `at` is one of this signal.
    pub(super) fn note_written_again(&mut self, position: usize, at: u32) -> bool {
        let open = self.open_batch();
        match open.written.get_mut(at as usize) {
            Some(written) if written.position == position as u32 => written.known_changed = false,
            _ => return false,
        }
        if open.marked != 0 {
            self.mark_stale(position);
        }
        true
    }

    /// Marks the nodes that a write at `position` makes stale for a read in the open batch: the dependents of a signal. A
    /// graph inside must be refreshed, and knows its readers itself.
    pub(super) fn mark_stale(&mut self, position: usize) {
        match self.topology.kind(position) {
            Kind::Graph => self.pending.insert(position),
            _ => self.mark_dependents(position, Change::TRANSITION),
        }
    }

    /// Notes that the innermost transaction would take back what is written at `position`. Returns its level.
    pub(super) fn note_undoable(&mut self, position: usize) -> u32 {
        let open = self.open_batch();
        let (position, level) = (position as u32, open.level());
        if level > 0 && open.is_first(position, level, open.undoable.len()) {
            open.undoable.push(Undoable { position, level });
        }
        level
    }

    /// The marks from before the batch, of effects and of work that has come to an end, are kept for its end.
    pub(super) fn set_due_aside(&mut self) {
        if !self.has_written() {
            let due = std::mem::replace(&mut self.pending, Mask::EMPTY);
            let revision = self.revision;
            let open = self.open_batch();
            open.due = open.due.or(&due);
            open.before = revision;
        }
    }

    /// In a graph inside another: the revision before the last batch.
    pub(super) fn revision_before_batch(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.before)
    }

    /// The level of a write to the signal at `position`. In a graph inside another, the write is noted if it is made by
    /// hand. A batch without transactions, in a graph that is not inside another, only sees that the level is 0.
    #[inline(always)]
    pub(super) fn level_of_write(&mut self, position: usize) -> u32 {
        match self.open_batch().level {
            0 => 0,
            _ => self.open_batch().level_of_write(position),
        }
    }

    /// Has the open batch written the signal at `position`, be it with an equal value?
    pub(super) fn is_by_hand(&self, position: usize) -> bool {
        let open = self.open.as_ref();
        open.is_some_and(|open| {
            open.by_hand
                .iter()
                .any(|it| it.position as usize == position)
        })
    }

    /// Marks the dependents of the signals that the open batch has written: a read is about to begin.
    pub(super) fn mark_written(&mut self) {
        let open = self
            .open
            .get_or_insert_with(|| OpenBatch::new(self.watch.version()));
        for written in &open.written[open.marked..] {
            let position = written.position as usize;
            match self.topology.kind(position) {
                Kind::Resource => {}
                Kind::Graph => self.pending.insert(position),
                _ => {
                    let change = Change::TRANSITION;
                    self.topology
                        .mark_dependents(position, change, &mut self.pending);
                }
            }
        }
        open.marked = open.written.len();
    }

    /// Notes that the node at `position` has changed, in a graph inside another.
    pub(super) fn note_changed(&mut self, position: usize) {
        self.note_changed_word(position / 64, bit(position));
    }

    /// Notes that these positions in this word have changed.
    #[inline]
    pub(super) fn note_changed_word(&mut self, word: usize, bits: u64) {
        if bits != 0 {
            match self.open_batch().changed.get_mut(word) {
                Some(changed) => *changed |= bits,
                None => self.note_first_changed(word, bits),
            }
        }
    }

    #[cold]
    fn note_first_changed(&mut self, word: usize, bits: u64) {
        let changed = &mut self.open_batch().changed;
        changed.resize(word + 1, 0);
        changed[word] = bits;
    }

    /// Has the node at `position` changed in the last settle, in a graph inside another?
    pub(super) fn has_changed(&self, position: usize) -> bool {
        let open = self.open.as_ref();
        let word = open.and_then(|open| open.changed.get(position / 64));
        word.is_some_and(|word| word & bit(position) != 0)
    }

    /// Has anything changed in the last settle, in a graph inside another?
    pub(super) fn has_changed_anything(&self) -> bool {
        let open = self.open.as_ref();
        open.is_some_and(|open| open.changed.iter().any(|&word| word != 0))
    }

    /// Refuses to go on if the eager value of this rank is failed: it is about to be read.
    #[inline(always)]
    #[track_caller]
    pub fn assert_good(&self, rank: usize) {
        if self.is_failed(rank) {
            self.refuse(rank);
        }
    }

    #[cold]
    #[track_caller]
    fn refuse(&self, rank: usize) -> ! {
        // The dependencies of an eager value are eager.
        causes::refuse(self.topology, rank, &self.causes, |rank| {
            self.is_failed(rank)
        })
    }

    /// Is the eager value of this rank failed?
    #[inline(always)]
    pub fn is_failed(&self, rank: usize) -> bool {
        self.failed.has(rank)
    }

    /// The ranks of the failed eager values.
    pub(super) fn failed(&self) -> Mask<W> {
        self.failed
    }

    /// Does a failed eager value keep the node of this rank from running?
    pub(super) fn blocks(&self, rank: usize) -> bool {
        // A node that reads all of a graph inside is not failed by a failed node in it.
        let failed = |node: usize| {
            node < W * 64 && self.is_failed(node) && self.topology.kind(node) != Kind::Graph
        };
        self.watch.any_failed() && self.topology.dependencies(rank).any(failed)
    }

    /// Notes a failure or its end; returns whether that is new.
    pub(super) fn set_failed(&mut self, rank: usize, failed: bool) -> bool {
        if self.is_failed(rank) == failed {
            return false;
        }
        self.failed.words[rank / 64] ^= bit(rank);
        self.watch.set_any_failed(!self.failed.is_empty());
        true
    }

    /// The lazy values in this word that may be stale. All others can be read.
    #[inline]
    pub(super) fn stale(&self, word: usize) -> u64 {
        self.stale[word].load(Ordering::Acquire)
    }

    /// Notes that these lazy values in this word are stale.
    #[inline]
    pub(super) fn note_stale(&mut self, word: usize, bits: u64) {
        *self.stale[word].get_mut() |= bits;
    }

    /// Notes that these lazy values in this word are current. A thread that notes the same for others may undo that:
    /// the next read then finds them current.
    pub(super) fn note_current(&self, word: usize, bits: u64) {
        let stale = self.stale[word].load(Ordering::Acquire);
        self.stale[word].store(stale & !bits, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_is_small_because_a_list_may_hold_many_graphs() {
        assert!(size_of::<Core<1>>() <= 96);
    }
}
