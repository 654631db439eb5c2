//! The constant description of a graph that the loops of this module work on.
//!
//! It is the largest part of an expansion, so it is a few flat lists of numbers: the time of rustc for a constant grows
//! with the expressions in it.
//!
//! Invariants: positions are ranks, in topological order, as far as nodes are settled; signals follow. An edge leads
//! from a lower rank to a higher one.
//!
//! Must not know: values, generated code.

use super::mask::Mask;
use crate::{graph::Graph, task::state::Change};

/// All that the loops know about a graph: a constant that `reactive!` writes.
#[derive(Debug)]
pub struct Topology {
    /// The description for people.
    pub graph: Graph,
    /// How each node is settled, one letter by position: see `Kind`.
    pub kinds: &'static [u8],
    /// The positions that each node reads. A resource is read at its second rank.
    pub dependencies: Lists<u32>,
    /// For each lazy value the lazy values that it depends on: the direct ones, and the indirect ones through lazy
    /// values of its own word.
    pub memos: Masks,
    /// The readers of all of a node.
    pub whole: Masks,
    /// The readers of a resource's value only.
    pub value: Masks,
    /// The readers of a resource's error only.
    pub error: Masks,
    /// The readers of a resource's status only.
    pub status: Masks,
    /// The readers of a resource's last whole answer only.
    pub stable: Masks,
    /// The signals that start anew when a value of a resource is committed.
    pub new_value: Masks,
    /// The signals that start anew when an error of a resource is committed.
    pub new_error: Masks,
    /// The signals that start anew when a whole answer of a resource is committed.
    pub new_stable: Masks,
}

/// A list for each position.
#[derive(Debug)]
pub struct Lists<T: 'static> {
    /// The end of each list, which is the start of the next one. A position without an end has no list.
    pub ends: &'static [u32],
    /// All lists, one after the other.
    pub items: &'static [T],
}

/// Masks of nodes, as words of the mask and their bits, for each position.
#[derive(Debug)]
pub struct Masks {
    /// The words.
    pub words: Lists<u32>,
    /// The bits in each of `words`.
    pub bits: &'static [u64],
}

/// The kind of a node: how it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `s`: a source.
    Signal,
    /// `c`: recomputed as soon as it is stale, because an effect or a resource needs it.
    Computed,
    /// `l`: recomputed when it is read.
    Lazy,
    /// `q`: the first rank of a resource. Its bit says that a dependency of the arguments has changed.
    ResourceInput,
    /// `a`: the second rank of a resource: it starts, stops or commits.
    Resource,
    /// `e`: run in phase B.
    Effect,
    /// `p`: a signal that starts anew when a dependency has changed in the end of a batch.
    Per,
    /// `h`: the mark of a write by hand to such a signal, its only dependent.
    ByHand,
    /// `d`: feeds a signal of a graph inside, or of the rows of a list.
    Feed,
    /// `k`: the keys that a list follows.
    Keys,
    /// `g`: phase A of a graph inside, or of a list.
    Graph,
    /// `f`: phase B of a graph inside, or of a list.
    GraphEffects,
}

impl Topology {
    /// The topology of a graph, as yet without masks.
    pub const fn new(graph: Graph, kinds: &'static [u8], dependencies: Lists<u32>) -> Self {
        Topology {
            graph,
            kinds,
            dependencies,
            memos: Masks::NONE,
            whole: Masks::NONE,
            value: Masks::NONE,
            error: Masks::NONE,
            status: Masks::NONE,
            stable: Masks::NONE,
            new_value: Masks::NONE,
            new_error: Masks::NONE,
            new_stable: Masks::NONE,
        }
    }

    /// The first position that is not visited in phase A: effects come after all values, and then what is not visited.
    pub(super) const fn first_effect(&self) -> usize {
        let mut position = 0;
        while position < self.kinds.len() {
            if matches!(self.kinds[position], b'e' | b'f' | b's' | b'h') {
                break;
            }
            position += 1;
        }
        position
    }

    /// How the node at `position` is settled.
    #[inline]
    pub(super) fn kind(&self, position: usize) -> Kind {
        match self.kinds[position] {
            b's' => Kind::Signal,
            b'c' => Kind::Computed,
            b'l' => Kind::Lazy,
            b'q' => Kind::ResourceInput,
            b'a' => Kind::Resource,
            b'p' => Kind::Per,
            b'h' => Kind::ByHand,
            b'd' => Kind::Feed,
            b'k' => Kind::Keys,
            b'g' => Kind::Graph,
            b'f' => Kind::GraphEffects,
            _ => Kind::Effect,
        }
    }

    /// Is one of these nodes of a word not lazy?
    pub(super) fn has_eager(&self, word: usize, mut bits: u64) -> bool {
        while bits != 0 {
            if self.kind(word * 64 + bits.trailing_zeros() as usize) != Kind::Lazy {
                return true;
            }
            bits &= bits - 1;
        }
        false
    }

    /// The positions that the node at `position` reads.
    #[inline]
    pub(super) fn dependencies(&self, position: usize) -> impl Iterator<Item = usize> + use<> {
        let (start, end) = self.dependencies.range(position);
        let dependencies = &self.dependencies.items[start..end];
        dependencies.iter().map(|&position| position as usize)
    }

    /// The name of the node of this rank.
    pub(super) fn name(&self, rank: usize) -> &'static str {
        let mut nodes = self.graph.nodes.iter();
        let node = nodes.find(|node| node.rank == Some(rank));
        node.map_or("", |node| node.name)
    }

    /// Marks the dependents of the node at `position`, which is no resource: all of them depend on the whole of it.
    #[inline]
    pub(super) fn mark_whole<const W: usize>(&self, position: usize, mask: &mut Mask<W>) {
        let (start, end) = self.whole.words.range(position);
        if start < end {
            // Most positions have one word: a loop would be unrolled for many.
            let word = self.whole.words.items[start] as usize;
            mask.words[if W == 1 { 0 } else { word }] |= self.whole.bits[start];
            if W > 1 && start + 1 < end {
                self.mark_other_words(start + 1, end, mask);
            }
        }
    }

    #[inline(never)]
    fn mark_other_words<const W: usize>(&self, start: usize, end: usize, mask: &mut Mask<W>) {
        let words = self.whole.words.items[start..end].iter();
        for (&word, &bits) in words.zip(&self.whole.bits[start..end]) {
            mask.words[word as usize] |= bits;
        }
    }

    /// Marks the dependents of the parts `change` of the node at `position` in `mask`.
    pub(super) fn mark_dependents<const W: usize>(
        &self,
        position: usize,
        change: Change,
        mask: &mut Mask<W>,
    ) {
        let parts = [
            (Change::TRANSITION, &self.whole),
            (Change::VALUE, &self.value),
            (Change::ERROR, &self.error),
            (Change::STATUS, &self.status),
            (Change::STABLE, &self.stable),
        ];
        for (part, masks) in parts {
            if change.contains(part) {
                let marks = masks.of(position);
                marks.for_each(|(word, bits)| mask.words[word] |= bits);
            }
        }
    }

    /// Marks the dependents of the node of this rank, which was visited and has changed. Not inlined: the fast pass, which
    /// comes here after a panic only, would be compiled in another way.
    #[inline(never)]
    pub(super) fn mark_after_visit<const W: usize>(
        &self,
        rank: usize,
        change: Change,
        mask: &mut Mask<W>,
    ) {
        self.mark_dependents(rank, change, mask);
        let parts = [
            (Change::NEW_VALUE, &self.new_value),
            (Change::NEW_ERROR, &self.new_error),
            (Change::NEW_STABLE, &self.new_stable),
        ];
        for (part, masks) in parts {
            if change.contains(part) {
                let marks = masks.of(rank);
                marks.for_each(|(word, bits)| mask.words[word] |= bits);
            }
        }
    }
}

impl Kind {
    /// Does a body yield the value, as soon as the graph settles? Only such a node fails for good.
    pub(super) fn is_eager(self) -> bool {
        matches!(self, Kind::Computed | Kind::Per)
    }
}

impl<T> Lists<T> {
    /// For every position an empty list.
    pub const NONE: Self = Lists {
        ends: &[],
        items: &[],
    };

    /// The start and the end of the list of this position in `items`.
    #[inline]
    fn range(&self, position: usize) -> (usize, usize) {
        match self.ends.get(position) {
            Some(&end) if position > 0 => (self.ends[position - 1] as usize, end as usize),
            Some(&end) => (0, end as usize),
            None => (0, 0),
        }
    }
}

impl Masks {
    /// The words and their bits for the node at `position`.
    #[inline]
    pub(super) fn of(&self, position: usize) -> impl Iterator<Item = (usize, u64)> + use<> {
        let (start, end) = self.words.range(position);
        let words = self.words.items[start..end].iter();
        let bits = self.bits[start..end].iter();
        words.zip(bits).map(|(&word, &bits)| (word as usize, bits))
    }

    /// No readers.
    pub const NONE: Self = Masks {
        words: Lists::NONE,
        bits: &[],
    };
}
