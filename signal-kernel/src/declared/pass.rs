//! The pass over one word of the pending mask: generated code tests its bits in order of rank.
//!
//! Invariants: a bit is only ever set for a higher rank than the one being visited, so one pass is
//! enough; if the pass unwinds, what is left of the mask and the place it had reached are written back.
//!
//! Must not know: values, bodies, what a rank stands for.

use super::{Core, bit};
use crate::task::{ready::ReadyQueue, state::Change};
use std::sync::Arc;

/// Where a pass is: for the one who catches a panic.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// The rank that was visited last.
    pub(crate) rank: u32,
    /// Set once the node's new state is in place: what unwinds after that comes from the drop of something old.
    pub(crate) committed: Option<Change>,
}

/// One word of the pending mask, taken out of the graph while generated code works through it.
///
/// `SINGLE` visits a single node and marks nothing: the careful loop does that itself, by what `end` says.
pub struct Pass<'core, const SINGLE: bool, const W: usize> {
    bits: u64,
    /// Marks for the next word, which is read soon: in memory they would be set byte by byte, and a processor
    /// waits where it reads as a whole what was just written in parts.
    next: u64,
    place: Place,
    word: usize,
    core: &'core mut Core<W>,
    /// The lazy values of this word that were outdated.
    outdated: u64,
    /// With `SINGLE`, what became of the node.
    change: Change,
}

impl<'core, const SINGLE: bool, const W: usize> Pass<'core, SINGLE, W> {
    /// Starts the pass over `bits`, which were taken out of `word`.
    #[inline(always)]
    pub fn new(core: &'core mut Core<W>, word: usize, bits: u64) -> Self {
        Pass {
            bits,
            next: 0,
            place: Place::default(),
            word,
            core,
            outdated: 0,
            change: Change::NONE,
        }
    }

    /// Is any of these nodes due?
    #[inline(always)]
    pub fn due(&self, bits: u64) -> bool {
        self.bits & bits != 0
    }

    /// Is the node of this rank due? Then it is visited from here on.
    #[inline(always)]
    pub fn visit(&mut self, rank: u32) -> bool {
        let due = self.due(1 << (rank % 64));
        if due {
            self.place = Place {
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

    /// The visited node's new state is in place.
    #[inline(always)]
    pub fn committed(&mut self, change: Change) {
        self.place.committed = Some(change);
        self.came_to(change);
    }

    /// The visited node is a lazy value that holds no more.
    #[inline(always)]
    pub(super) fn outdated(&mut self) {
        self.outdated |= bit(self.place.rank as usize);
    }

    /// The visited node has come to this.
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
            self.core.pending[word] |= bits;
        }
    }

    /// The pass is over and nobody unwound. With `SINGLE`, says what became of the node.
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
            self.core.pending[self.word + 1] |= self.next;
        }
        if self.outdated != 0 {
            self.core.outdate(self.word, self.outdated);
        }
    }
}

impl<const SINGLE: bool, const W: usize> Drop for Pass<'_, SINGLE, W> {
    #[inline(always)]
    fn drop(&mut self) {
        if !SINGLE {
            self.core.pending[self.word] = self.bits;
        }
        self.core.reached = self.place;
        self.write_back();
    }
}
