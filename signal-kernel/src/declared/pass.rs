//! The pass over one word of the pending mask: generated code tests its bits in order of rank.
//!
//! Invariants: a visit sets bits of higher ranks only, so one pass is enough. A pass that unwinds writes back the rest
//! of its mask and its progress.
//!
//! Must not know: values, bodies, kinds of nodes.

use super::{
    core::{Core, Progress},
    mask::bit,
    topology::Topology,
    visit::{Closed, Links},
};
use crate::task::{ready::ReadyQueue, state::Change};
use std::sync::Arc;

/// The modes of a pass. Each is compiled on its own: with a mask known at run time only, a write to a chain of 50 takes
/// 1042 instructions instead of 458.
pub(super) mod mode {
    /// All nodes that are due.
    pub(in super::super) const WHOLE: u8 = 0;
    /// A single node. The pass marks nothing: the careful loop marks, by the result of `end`.
    pub(in super::super) const SINGLE: u8 = 1;
    /// Phase A of a graph inside another: effects stay pending, and the nodes that change are noted.
    pub(in super::super) const INSIDE: u8 = 2;
}

/// One word of the pending mask, taken out of the graph while generated code works through it.
pub struct Pass<'core, const MODE: u8, const W: usize> {
    bits: u64,
    /// Marks for the next word, which is read soon. In memory they would be written byte by byte, and a processor waits
    /// if it reads a word as a whole right after it was written in parts.
    next: u64,
    progress: Progress,
    word: usize,
    core: &'core mut Core<W>,
    /// The lazy values of this word that have become stale.
    stale: u64,
    /// In the mode `SINGLE`, the change of the node.
    change: Change,
    /// In the mode `INSIDE`, the nodes of this word that come before all effects.
    allowed: u64,
    /// In the mode `INSIDE`, the marks of effects in this word.
    effects: u64,
    /// In the mode `INSIDE`, the nodes of this word that have changed.
    changed: u64,
    /// The readers of the graphs inside.
    links: &'static [Links],
}

impl<'core, const MODE: u8, const W: usize> Pass<'core, MODE, W> {
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
            allowed: !0,
            effects: 0,
            changed: 0,
            links: &[],
        }
    }

    /// The readers of the graphs inside, and the rank of the first effect.
    #[inline(always)]
    pub fn with(&mut self, links: &'static [Links], first: usize) {
        self.links = links;
        if const { MODE == mode::INSIDE } {
            self.allowed = match first.checked_sub(self.word * 64) {
                None => 0,
                Some(first) if first < 64 => bit(first) - 1,
                Some(_) => !0,
            };
            self.set_effects_aside();
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
        if const { MODE == mode::SINGLE } {
            self.change = change;
        }
        if const { MODE == mode::INSIDE } && !change.is_none() {
            self.changed |= bit(self.progress.rank as usize);
        }
    }

    /// The readers of the graphs inside.
    #[inline(always)]
    pub(super) fn links(&self) -> &'static [Links] {
        self.links
    }

    pub(super) fn topology(&self) -> &'static Topology {
        self.core.topology
    }

    /// The rank of the visited node.
    #[inline(always)]
    pub(super) fn rank(&self) -> u32 {
        self.progress.rank
    }

    /// Does a failed dependency keep the feed of this rank from running? Only the careful loop visits a graph with a failed
    /// node.
    #[inline(always)]
    pub fn is_blocked(&self, feed: usize) -> bool {
        (const { MODE == mode::SINGLE }) && self.core.is_failed(feed)
    }

    /// Notes the end of phase A of the visited node, a graph inside: its outcome, and whether a node in it is failed.
    pub(super) fn closed_inside(&mut self, closed: Closed, any_failed: bool) {
        let rank = self.progress.rank as usize;
        self.core.set_failed(rank, any_failed);
        if closed.counts {
            self.core.note_change();
        }
        if closed.changed {
            self.committed(Change::TRANSITION);
        } else {
            self.committed(Change::NONE);
        }
    }

    /// Marks nodes of any word.
    pub(super) fn mark_in(&mut self, word: usize, bits: u64) {
        if word == self.word {
            self.mark(bits);
        } else {
            self.mark_far(word, bits);
        }
    }

    /// Marks nodes of this word.
    #[inline(always)]
    pub fn mark(&mut self, bits: u64) {
        if const { MODE != mode::SINGLE } {
            self.bits |= bits;
        }
        if const { MODE == mode::INSIDE } {
            self.set_effects_aside();
        }
    }

    /// Takes the marks of effects out of those that the pass visits.
    fn set_effects_aside(&mut self) {
        self.effects |= self.bits & !self.allowed;
        self.bits &= self.allowed;
    }

    /// Marks nodes of a later word.
    #[inline(always)]
    pub fn mark_far(&mut self, word: usize, bits: u64) {
        if const { MODE == mode::SINGLE } {
            return;
        }
        if word == self.word + 1 {
            self.next |= bits;
        } else {
            self.core.pending.words[word] |= bits;
        }
    }

    /// Ends a pass that has not unwound. In the mode `SINGLE`, returns the change of the node.
    #[inline(always)]
    pub fn end(mut self) -> Change {
        if const { MODE == mode::INSIDE } {
            self.core.pending.words[self.word] |= self.effects;
        }
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
        if const { MODE == mode::INSIDE } {
            self.core.note_changed_word(self.word, self.changed);
        }
    }
}

impl<const MODE: u8, const W: usize> Drop for Pass<'_, MODE, W> {
    #[inline(always)]
    fn drop(&mut self) {
        if const { MODE != mode::SINGLE } {
            self.core.pending.words[self.word] = self.bits | self.effects;
        }
        self.core.reached = self.progress;
        self.write_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        declared::{
            mask::Mask,
            topology::{Lists, Topology},
        },
        graph::Graph,
    };

    /// The topology of ranks without edges, of which the ones from `effects` on are effects.
    fn topology(ranks: usize, effects: usize) -> &'static Topology {
        let kinds: Vec<u8> = (0..ranks)
            .map(|rank| if rank < effects { b'c' } else { b'e' })
            .chain([b's'])
            .collect();
        let graph = Graph::new("Test", &[]);
        Box::leak(Box::new(Topology::new(graph, kinds.leak(), Lists::NONE)))
    }

    fn core<const W: usize>(effects: usize) -> Core<W> {
        Core::new([0; W], [0; W], None, topology(W * 64 - 1, effects))
    }

    /// Visits the ranks of `due` in a pass over this word; each of them changes.
    fn inside<const W: usize>(core: &mut Core<W>, word: usize, due: &[usize]) -> Vec<usize> {
        let first = core.topology.first_effect();
        let bits = due.iter().fold(0, |bits, &rank| bits | bit(rank));
        let mut pass = Pass::<{ mode::INSIDE }, W>::new(core, word, bits);
        pass.with(&[], first);
        let mut visited = Vec::new();
        for rank in word * 64..word * 64 + 64 {
            if pass.visit(rank as u32) {
                pass.came_to(Change::TRANSITION);
                visited.push(rank);
            }
        }
        let _ = pass.end();
        visited
    }

    #[test]
    fn a_pass_inside_leaves_the_effects_pending() {
        let mut it = core::<1>(3);
        assert_eq!(inside(&mut it, 0, &[0, 2, 3, 5]), [0, 2]);
        assert_eq!(it.pending.words, [0b10_1000]);
        assert!(it.has_changed(0) && !it.has_changed(1) && it.has_changed(2) && !it.has_changed(3));
    }

    #[test]
    fn the_effects_begin_in_any_word() {
        for effects in [0, 63, 64, 65, 128, 190, 191] {
            let mut it = core::<3>(effects);
            let mut visited = Vec::new();
            for word in 0..3 {
                let due: Vec<usize> = (word * 64..(word * 64 + 64).min(191)).collect();
                visited.extend(inside(&mut it, word, &due));
            }
            assert_eq!(visited, (0..effects).collect::<Vec<_>>());
            let mut pending = Mask::<3>::EMPTY;
            (effects..191).for_each(|rank| pending.insert(rank));
            assert_eq!(it.pending, pending);
            assert!((0..191).all(|rank| it.has_changed(rank) == (rank < effects)));
        }
    }

    #[test]
    fn marks_of_a_pass_inside_reach_later_words_and_effects() {
        let mut it = core::<2>(70);
        let mut pass = Pass::<{ mode::INSIDE }, 2>::new(&mut it, 0, 1);
        pass.with(&[], 70);
        assert!(pass.visit(0));
        pass.mark(bit(5));
        pass.mark_far(1, bit(66) | bit(100));
        assert!(pass.visit(5) && !pass.visit(6));
        let _ = pass.end();
        assert_eq!(it.pending.words, [0, bit(66) | bit(100)]);
    }

    #[test]
    fn a_pass_inside_that_unwinds_keeps_the_rest() {
        let mut it = core::<1>(8);
        let mut pass = Pass::<{ mode::INSIDE }, 1>::new(&mut it, 0, bit(1) | bit(2) | bit(9));
        pass.with(&[], 8);
        assert!(pass.visit(1));
        pass.came_to(Change::TRANSITION);
        drop(pass);
        assert_eq!(it.pending.words, [bit(1) | bit(2) | bit(9)]);
        assert!(it.has_changed(1) && it.reached.rank == 1);
    }
}
