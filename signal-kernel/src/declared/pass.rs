//! The pass over one word of the pending mask: generated code tests its bits in order of rank.
//!
//! Invariants: a visit sets bits of higher ranks only, so one pass is enough. A pass that unwinds writes back the rest
//! of its mask and its progress.
//!
//! Must not know: values, bodies, kinds of nodes.

use super::{
    core::{Core, Progress},
    mask::bit,
};
use crate::task::{ready::ReadyQueue, state::Change};
use std::sync::Arc;

/// One word of the pending mask, taken out of the graph while generated code works through it.
///
/// With `SINGLE`, it visits a single node and marks nothing: the careful loop marks, by the result of `end`. The loop
/// that may visit any node is compiled on its own: with a mask known at run time only, a write to a chain of 50 takes
/// 1042 instructions instead of 458.
pub struct Pass<'core, const SINGLE: bool, const W: usize> {
    bits: u64,
    /// Marks for the next word, which is read soon. In memory they would be written byte by byte, and a processor waits
    /// if it reads a word as a whole right after it was written in parts.
    next: u64,
    progress: Progress,
    word: usize,
    core: &'core mut Core<W>,
    /// The lazy values of this word that have become stale.
    stale: u64,
    /// With `SINGLE`, the change of the node.
    change: Change,
}

impl<'core, const SINGLE: bool, const W: usize> Pass<'core, SINGLE, W> {
    /// Starts the pass over `bits`, which were taken out of `word`.
    #[inline(always)]
    pub fn new(core: &'core mut Core<W>, word: usize, bits: u64) -> Self {
        Pass {
            bits,
            next: 0,
            progress: Progress::default(),
            word,
            core,
            stale: 0,
            change: Change::NONE,
        }
    }

    /// Is any of these nodes due?
    #[inline(always)]
    pub fn due(&self, bits: u64) -> bool {
        self.bits & bits != 0
    }

    /// Is the node of this rank due? If it is, its visit begins.
    #[inline(always)]
    pub fn visit(&mut self, rank: u32) -> bool {
        let due = self.due(1 << (rank % 64));
        if due {
            self.progress = Progress {
                rank,
                committed: None,
            };
        }
        due
    }

    /// The graph's time.
    #[inline(always)]
    pub fn revision(&self) -> u64 {
        self.core.revision
    }

    /// The ready queue, which tasks share.
    #[inline(always)]
    pub fn ready_queue(&self) -> Option<&Arc<ReadyQueue>> {
        self.core.ready_queue()
    }

    /// Notes that the new state of the visited node is in place.
    #[inline(always)]
    pub fn committed(&mut self, change: Change) {
        self.progress.committed = Some(change);
        self.came_to(change);
    }

    /// Notes that the visited node, a lazy value, has become stale.
    #[inline(always)]
    pub(super) fn note_stale(&mut self) {
        self.stale |= bit(self.progress.rank as usize);
    }

    /// Notes the change of the visited node.
    #[inline(always)]
    pub(super) fn came_to(&mut self, change: Change) {
        if SINGLE {
            self.change = change;
        }
    }

    /// Marks nodes of this word.
    #[inline(always)]
    pub fn mark(&mut self, bits: u64) {
        if !SINGLE {
            self.bits |= bits;
        }
    }

    /// Marks nodes of a later word.
    #[inline(always)]
    pub fn mark_far(&mut self, word: usize, bits: u64) {
        if SINGLE {
            return;
        }
        if word == self.word + 1 {
            self.next |= bits;
        } else {
            self.core.pending.words[word] |= bits;
        }
    }

    /// Ends a pass that has not unwound. With `SINGLE`, returns the change of the node.
    #[inline(always)]
    pub fn end(mut self) -> Change {
        self.write_back();
        let change = self.change;
        std::mem::forget(self);
        change
    }

    #[inline(always)]
    fn write_back(&mut self) {
        if self.word + 1 < W {
            self.core.pending.words[self.word + 1] |= self.next;
        }
        if self.stale != 0 {
            self.core.note_stale(self.word, self.stale);
        }
    }
}

impl<const SINGLE: bool, const W: usize> Drop for Pass<'_, SINGLE, W> {
    #[inline(always)]
    fn drop(&mut self) {
        if !SINGLE {
            self.core.pending.words[self.word] = self.bits;
        }
        self.core.reached = self.progress;
        self.write_back();
    }
}
