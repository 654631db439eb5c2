//! The constant description of a graph that the loops of this module work on.
//!
//! Invariants: positions are ranks, in topological order, as far as nodes are settled; signals follow. An edge leads
//! from a lower rank to a higher one.
//!
//! Must not know: values, generated code.

use crate::state::Change;

/// What the loops know of a graph: a constant that `reactive!` writes.
#[derive(Debug)]
pub struct Wiring {
    /// The struct's name.
    pub graph: &'static str,
    /// By position.
    pub nodes: &'static [Wire],
}

/// One node's place in the wiring.
#[derive(Debug)]
pub struct Wire {
    /// The node's name.
    pub name: &'static str,
    /// How it is settled.
    pub kind: WireKind,
    /// The positions it reads, resources by their `Answer`.
    pub dependencies: &'static [u32],
    /// Who reads it.
    pub dependents: Dependents,
}

/// How a node is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireKind {
    /// A source.
    Signal,
    /// Recomputed as soon as it is stale: an effect or a resource needs it.
    Computed,
    /// Recomputed when it is read.
    Lazy,
    /// The first rank of a resource: its arguments' dependencies changed.
    Question,
    /// The second rank of a resource: it starts, stops or commits.
    Answer,
    /// Run in phase B.
    Effect,
}

/// Masks of the nodes that read a node, as pairs of a word and its bits.
#[derive(Debug)]
pub struct Dependents {
    /// Those that read all of it.
    pub whole: &'static [(u32, u64)],
    /// Those that read a resource's value only.
    pub value: &'static [(u32, u64)],
    /// Those that read a resource's error only.
    pub error: &'static [(u32, u64)],
    /// Those that read a resource's status only.
    pub status: &'static [(u32, u64)],
}

impl Dependents {
    /// Of a node nobody reads.
    pub const NONE: Self = Dependents::whole(&[]);

    /// Of a node that has no parts.
    pub const fn whole(whole: &'static [(u32, u64)]) -> Self {
        Dependents {
            whole,
            value: &[],
            error: &[],
            status: &[],
        }
    }

    /// Calls `mark` for each mask that `change` concerns.
    pub(crate) fn each(&self, change: Change, mut mark: impl FnMut(usize, u64)) {
        let parts = [
            (Change::TRANSITION, self.whole),
            (Change::VALUE, self.value),
            (Change::ERROR, self.error),
            (Change::STATUS, self.status),
        ];
        for (part, masks) in parts {
            if change.contains(part) {
                for &(word, bits) in masks {
                    mark(word as usize, bits);
                }
            }
        }
    }
}
