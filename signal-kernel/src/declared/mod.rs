//! The engine under `reactive!`: what every declared graph shares, as ordinary code.
//!
//! The macro emits a description (the trait [`Wired`] and the constant [`Wiring`]) and one body function
//! for each node; the loops, the batch, the transaction and the work in flight live here, one file each:
//! [`settle`] after a write, [`batch`] around several, [`drive`] for whoever polls, [`read`] for lazy
//! values, [`sweep`] for the pass over a word of the mask; [`slot`], [`lazy`] and [`answer`] hold what a
//! node holds.
//!
//! Invariants: outside a call into the graph `pending` is empty and no batch is open; `failed` has the
//! ranks of the failed eager values; `alarmed` is true exactly when `failed` is not empty.
//!
//! Must not know: how a declaration is written, and which executor polls.

pub(crate) mod answer;
pub mod batch;
pub(crate) mod drive;
pub(crate) mod lazy;
pub mod read;
pub mod settle;
pub(crate) mod slot;
pub(crate) mod sweep;
pub(crate) mod wiring;

use crate::hub::Hub;
use crate::state::Change;
use answer::AnyAnswer;
use lazy::{AnyLazy, LazyState};
use slot::{AnySlot, Stamp};
use std::{any::Any, sync::Arc};
use sweep::Place;
use wiring::{Dependents, Wire, Wiring};

/// What `reactive!` implements for a struct, with a mask of `W` words.
pub trait Wired<const W: usize>: Sized {
    /// The edges.
    const WIRING: &'static Wiring;

    /// Whether there is a resource in the graph.
    const HAS_RESOURCES: bool;

    /// What the loops keep in the struct.
    fn core(&self) -> &Core<W>;

    /// The same, to change.
    fn core_mut(&mut self) -> &mut Core<W>;

    /// Works through one word of the pending mask; with `ONE`, visits the one node in `bits`.
    fn sweep<const ONE: bool>(&mut self, word: usize, bits: u64) -> Change;

    /// Shows the node at `position` to `with`.
    fn node(&mut self, position: usize, with: &mut dyn FnMut(NodeRef<'_>));

    /// The lazy value of this rank.
    fn lazy(&self, rank: usize) -> &dyn LazyState;

    /// Brings the lazy value of this rank up to date; what it depends on is.
    fn force(&self, rank: usize) -> Option<Payload>;
}

/// What a panic carries.
pub type Payload = Box<dyn Any + Send>;

/// A node, whatever its type.
pub enum NodeRef<'a> {
    /// A signal or an eager computed value.
    Slot(&'a mut dyn AnySlot),
    /// A lazy computed value.
    Lazy(&'a mut dyn AnyLazy),
    /// A resource.
    Answer(&'a mut dyn AnyAnswer),
}

/// The part of a graph that is the same for all.
#[derive(Debug)]
pub struct Core<const W: usize> {
    /// Ranks that must be visited.
    pub pending: [u64; W],
    /// How far a pass has come.
    pub reached: Place,
    /// Counts changes: the time of this graph.
    pub revision: u64,
    /// Where work in flight reports; only in graphs with resources.
    pub hub: Option<Arc<Hub>>,
    failed: [u64; W],
    alarmed: bool,
    /// Open transactions.
    level: u32,
    /// Positions the open batch has to do with, once each: signals it wrote, resources with a request.
    touched: Vec<u32>,
    /// Signals the open transactions have written, once for each: what would be taken back.
    undoable: Vec<u32>,
    /// Computed values the open batch has recomputed half-way.
    half_way: [u64; W],
    /// `half_way` is not empty.
    read: bool,
}

impl<const W: usize> Core<W> {
    /// The core of a new graph, all of whose effects are pending.
    pub fn new(effects: [u64; W], hub: Option<Arc<Hub>>) -> Self {
        Core {
            pending: effects,
            reached: Place::default(),
            revision: 1,
            hub,
            failed: [0; W],
            alarmed: false,
            level: 0,
            touched: Vec::new(),
            undoable: Vec::new(),
            half_way: [0; W],
            read: false,
        }
    }

    /// The next point in the graph's time.
    #[inline(always)]
    pub fn tick(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// What a write inside a batch is marked with.
    pub fn stamp(&mut self) -> Stamp {
        Stamp {
            level: self.level,
            revision: self.tick(),
        }
    }

    /// Is the eager value of this rank failed?
    #[inline(always)]
    pub fn is_failed(&self, rank: usize) -> bool {
        self.failed[rank / 64] & bit(rank) != 0
    }

    fn blocks(&self, wire: &Wire) -> bool {
        self.alarmed
            && wire
                .dependencies
                .iter()
                .any(|&node| (node as usize) < W * 64 && self.is_failed(node as usize))
    }

    /// Notes a failure or its end; returns whether that is new.
    fn set_failed(&mut self, rank: usize, failed: bool) -> bool {
        if self.is_failed(rank) == failed {
            return false;
        }
        self.failed[rank / 64] ^= bit(rank);
        self.alarmed = self.failed.iter().any(|&word| word != 0);
        true
    }

    fn mark(&mut self, dependents: &Dependents, change: Change) {
        mark(&mut self.pending, dependents, change);
    }
}

#[inline(always)]
const fn bit(rank: usize) -> u64 {
    1 << (rank % 64)
}

fn mark<const W: usize>(mask: &mut [u64; W], dependents: &Dependents, change: Change) {
    dependents.each(change, |word, bits| mask[word] |= bits);
}

/// The lowest rank in a mask.
fn lowest<const W: usize>(mask: &[u64; W]) -> Option<usize> {
    let word = mask.iter().position(|&word| word != 0)?;
    Some(word * 64 + mask[word].trailing_zeros() as usize)
}

/// Takes a rank out of a mask; returns whether it was there.
fn take<const W: usize>(mask: &mut [u64; W], rank: usize) -> bool {
    let was = mask[rank / 64] & bit(rank) != 0;
    mask[rank / 64] &= !bit(rank);
    was
}

fn put<const W: usize>(mask: &mut [u64; W], rank: usize) {
    mask[rank / 64] |= bit(rank);
}

/// Shows the node at `position` to `with`, and returns what that returns.
fn node<G: Wired<W>, const W: usize, R>(
    graph: &mut G,
    position: usize,
    with: impl FnOnce(NodeRef<'_>) -> Option<R>,
) -> Option<R> {
    let mut with = Some(with);
    let mut result = None;
    graph.node(position, &mut |node| {
        result = with.take().and_then(|with| with(node));
    });
    result
}

fn slot<G: Wired<W>, const W: usize, R>(
    graph: &mut G,
    position: usize,
    with: impl FnOnce(&mut dyn AnySlot) -> R,
) -> Option<R> {
    node(graph, position, |node| match node {
        NodeRef::Slot(slot) => Some(with(slot)),
        _ => None,
    })
}

fn lazy<G: Wired<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyLazy) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Lazy(lazy) => Some(with(lazy)),
        _ => None,
    })
}

fn answer<G: Wired<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyAnswer) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Answer(answer) => Some(with(answer)),
        _ => None,
    })
}
