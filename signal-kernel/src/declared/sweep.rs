//! The pass over one word of the pending mask: generated code tests its bits in order of rank.
//!
//! Invariants: a bit is only ever set for a higher rank than the one being visited, so one pass is
//! enough; however the pass ends, the mask and the place it had reached are written back.
//!
//! Must not know: values, bodies, what a rank stands for.

use crate::state::Change;

/// Where a pass is: for the one who catches a panic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The rank that was visited last.
    pub(crate) rank: u32,
    /// Set once the node's new state is in place: what unwinds after that comes from the drop of something old.
    pub(crate) committed: Option<Change>,
}

/// One word of the pending mask, taken out of the graph while generated code works through it.
///
/// `ONE` visits a single node and marks nothing: the careful loop does that itself.
pub struct Sweep<'core, const ONE: bool, const W: usize> {
    bits: u64,
    place: Place,
    word: usize,
    pending: &'core mut [u64; W],
    reached: &'core mut Place,
}

impl<'core, const ONE: bool, const W: usize> Sweep<'core, ONE, W> {
    /// Starts the pass over `word`; with `ONE`, over `bits` of it.
    #[inline(always)]
    pub fn new(
        pending: &'core mut [u64; W],
        reached: &'core mut Place,
        word: usize,
        bits: u64,
    ) -> Self {
        Sweep {
            bits: if ONE { bits } else { pending[word] },
            place: Place::default(),
            word,
            pending,
            reached,
        }
    }

    /// Is any of these nodes due?
    #[inline(always)]
    pub fn due(&self, bits: u64) -> bool {
        self.bits & bits != 0
    }

    /// The node of this rank is visited from here on.
    #[inline(always)]
    pub fn visit(&mut self, rank: u32) {
        self.place = Place {
            rank,
            committed: None,
        };
    }

    /// The visited node's new state is in place.
    #[inline(always)]
    pub fn committed(&mut self, change: Change) {
        self.place.committed = Some(change);
    }

    /// Marks nodes of this word.
    #[inline(always)]
    pub fn mark(&mut self, bits: u64) {
        self.bits |= bits;
    }

    /// Marks nodes of a later word.
    #[inline(always)]
    pub fn mark_far(&mut self, word: usize, bits: u64) {
        self.pending[word] |= bits;
    }

    /// The pass is over and nobody unwound.
    #[inline(always)]
    pub fn end(self) {
        if !ONE {
            self.pending[self.word] = 0;
        }
        std::mem::forget(self);
    }
}

impl<const ONE: bool, const W: usize> Drop for Sweep<'_, ONE, W> {
    #[inline(always)]
    fn drop(&mut self) {
        if !ONE {
            self.pending[self.word] = self.bits;
        }
        *self.reached = self.place;
    }
}
