//! Reading computed values.
//!
//! Invariants: a lazy value is computed only when all its dependencies are current, so a read never recurses, however
//! long the chain is. A body may read lazy values of its own graph through a handle on the graph, except those that
//! depend on its own value.
//!
//! Must not know: what is in a node.

use super::{
    causes::{blocker, refuse},
    computing::{self, Place},
    failed::address,
    mask::{Mask, bit},
    memo::Memo,
    topology::{Kind, Topology},
    visit::{DeclaredGraph, Payload},
};
use crate::{aborted, panics::FirstPanic};
use std::panic::Location;

pub use super::failed::PANICKED;

/// Reads a lazy value.
///
/// # Panics
///
/// With the panic of a body that this read has run. If an earlier read has run it: with the name of the value and the
/// text of that panic. If the value depends on a body that is running on this thread: with both places.
#[track_caller]
#[inline]
pub fn memo<'graph, G: DeclaredGraph<W>, const W: usize, T>(
    graph: &'graph G,
    rank: usize,
    memo: &'graph Memo<T>,
) -> &'graph T {
    match memo.peek() {
        Some(value) => value,
        None => computed(graph, rank, memo),
    }
}

#[track_caller]
fn computed<'graph, G: DeclaredGraph<W>, const W: usize, T>(
    graph: &'graph G,
    rank: usize,
    memo: &'graph Memo<T>,
) -> &'graph T {
    let mut panics = FirstPanic::default();
    if !memo.is_fresh() {
        compute(graph, rank, &mut panics);
    }
    panics.resume();
    match memo.peek() {
        Some(value) => value,
        None => {
            let core = graph.core();
            refuse(G::TOPOLOGY, rank, &core.causes, |rank| {
                is_failed(graph, rank) || core.is_failed(rank)
            })
        }
    }
}

/// Refuses a rank that is not that of a lazy value.
#[cold]
pub fn no_memo(rank: usize) -> ! {
    unreachable!("no memo has rank {rank}")
}

/// Brings a lazy value and its lazy dependencies up to date, and keeps the panics of the bodies that it runs.
///
/// # Panics
///
/// If a body that is running on this thread must come to its end first.
#[inline(always)]
#[track_caller]
pub(super) fn compute<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let inside = computing::is_inside();
    if inside {
        enter(graph, rank);
    }
    computing::begin(Location::caller());
    compute_all(graph, rank, panics);
    computing::end();
    if inside {
        computing::leave();
    }
}

/// The computed values and the graphs inside that must be current before the value of this rank is, and that value. No
/// resource is among them: none acts in a batch.
pub(super) fn needed<G: DeclaredGraph<W>, const W: usize>(rank: usize) -> Mask<W> {
    let mut needed = Mask::EMPTY;
    needed.insert(rank);
    let mut left = needed;
    while let Some(rank) = left.highest() {
        left.take(rank);
        for dependency in G::TOPOLOGY.dependencies(rank) {
            let kind = G::TOPOLOGY.kind(dependency);
            if matches!(kind, Kind::Computed | Kind::Lazy | Kind::Graph) {
                needed.insert(dependency);
                left.insert(dependency);
            }
        }
    }
    needed
}

/// Begins a read by a body that runs for another read.
#[cold]
#[track_caller]
fn enter<G: DeclaredGraph<W>, const W: usize>(graph: &G, rank: usize) {
    let needed = needed::<G, W>(rank);
    let ranks =
        (0..W * 64).filter(|&rank| needed.has(rank) && G::TOPOLOGY.kind(rank) == Kind::Lazy);
    let address = |rank: usize| address(graph, rank);
    let stale = ranks.clone().filter(|&rank| !graph.memo(rank).is_fresh());
    if let Err(around) = computing::enter(stale.map(address)) {
        let mut ranks = ranks;
        let running = ranks.find(|&rank| address(rank) == around.memo);
        refuse_cycle(G::TOPOLOGY, rank, running.unwrap_or(rank), around.since);
    }
}

fn compute_all<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let core = graph.core();
    let mut read = G::TOPOLOGY.memos.of(rank);
    if read.all(|(word, bits)| core.stale(word) & bits == 0) {
        compute_one(graph, rank, panics);
        core.note_current(rank / 64, bit(rank));
        return;
    }
    let last = rank / 64;
    let mut needed = [0; W];
    needed[last] = bit(rank);
    let (mut word, mut first) = (last, last);
    loop {
        let stale = core.stale(word);
        let (mut here, mut left) = (needed[word], needed[word]);
        while left != 0 {
            let at = 63 - left.leading_zeros() as usize;
            left &= !bit(at);
            for (other, bits) in G::TOPOLOGY.memos.of(word * 64 + at) {
                if other == word {
                    here |= stale & bits;
                    left &= !bits; // the masks of this node contain what they need
                } else {
                    needed[other] |= core.stale(other) & bits;
                    first = first.min(other);
                }
            }
        }
        needed[word] = here;
        if word == first {
            break;
        }
        word -= 1;
    }
    for (word, &needed) in (first..).zip(&needed[first..=last]) {
        let mut left = needed;
        while left != 0 {
            compute_one(graph, word * 64 + left.trailing_zeros() as usize, panics);
            left &= left - 1;
        }
        if needed != 0 {
            core.note_current(word, needed);
        }
    }
}

/// Brings a lazy value up to date. Its lazy dependencies are up to date.
#[inline(always)]
fn compute_one<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let core = graph.core();
    if core.watch.any_failed()
        && blocker(G::TOPOLOGY, rank, |rank| is_failed(graph, rank)).is_some()
    {
        graph.memo(rank).block(core.revision);
    } else if let Some(payload) = graph.compute(rank, core.revision) {
        keep(panics, payload);
    }
}

/// Out of line: a read whose body does not panic saves no registers for this.
#[cold]
#[inline(never)]
fn keep(panics: &mut FirstPanic, payload: Payload) {
    panics.keep(payload);
}

/// Is the value of this rank failed?
pub(super) fn is_failed<G: DeclaredGraph<W>, const W: usize>(graph: &G, rank: usize) -> bool {
    match G::TOPOLOGY.kind(rank) {
        Kind::Lazy => graph.memo(rank).is_failed(),
        // A node that reads all of a graph inside is not failed by a failed node in it.
        Kind::Graph => false,
        _ => graph.core().is_failed(rank),
    }
}

/// Refuses to read a value that depends on a body that is running on this thread.
#[cold]
#[track_caller]
fn refuse_cycle(topology: &Topology, rank: usize, running: usize, since: Place) -> ! {
    let (name, graph) = (topology.name(rank), topology.graph.name);
    let here = Location::caller();
    if aborted::has_panicked() {
        let why = aborted::WHY;
        panic!("computed `{name}` of `{graph}`, read at {since}, cannot be read any more: {why}");
    }
    if rank == running {
        panic!(
            "computed `{name}` of `{graph}` is being computed since {since}, and is read at {here}"
        );
    }
    let running = topology.name(running);
    panic!(
        "computed `{name}` of `{graph}` is read at {here}: it depends on `{running}`, which is being computed since \
         {since}"
    );
}
