//! Reading computed values.
//!
//! Invariants: a lazy value is forced only when everything it depends on is current, so computing never
//! recurses, however long the chain. A body may read lazy values of its own graph, by way of a handle on it; but none
//! that its own value must be computed for.
//!
//! Must not know: what is in a node.

use super::{
    DeclaredGraph, Payload, batch, bit,
    causes::Causes,
    computing::{self, Place},
    memo::Memo,
    put,
    topology::{Kind, Topology},
};
use crate::{aborted, panics::FirstPanic};
use std::{fmt, panic::Location, ptr};

/// Reads a lazy value.
///
/// # Panics
///
/// With the panic of a body that this read ran; where an earlier read did, with the name of the value and the text of
/// that panic; with both places, where a body on this thread is being computed that the value depends on.
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
            let causes = &graph.core().causes;
            refuse(G::TOPOLOGY, rank, causes, |rank| is_failed(graph, rank))
        }
    }
}

/// There is no lazy value of this rank.
#[cold]
pub fn no_memo(rank: usize) -> ! {
    unreachable!("no memo has rank {rank}")
}

/// Brings a lazy value, and the lazy values under it, up to date; keeps the panics of the bodies it runs.
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

/// A body that is computed for another read reads this value.
#[cold]
#[track_caller]
fn enter<G: DeclaredGraph<W>, const W: usize>(graph: &G, rank: usize) {
    let needed = batch::needed::<G, W>(rank);
    let ranks = (0..W * 64)
        .filter(|&rank| batch::has(&needed, rank) && G::TOPOLOGY.kind(rank) == Kind::Lazy);
    let address = |rank: usize| address(graph, rank);
    let outdated = ranks.clone().filter(|&rank| !graph.memo(rank).is_fresh());
    if let Err(around) = computing::enter(outdated.map(address)) {
        let mut ranks = ranks;
        let running = ranks.find(|&rank| address(rank) == around.memo);
        refuse_cycle(G::TOPOLOGY, rank, running.unwrap_or(rank), around.since);
    }
}

/// The place of the lazy value of this rank, while its graph is read.
fn address<G: DeclaredGraph<W>, const W: usize>(graph: &G, rank: usize) -> usize {
    ptr::from_ref(graph.memo(rank)).addr()
}

/// The rank of the lazy value at this address. It is looked for: a value that is computed does not know its rank, for
/// only one that fails needs it.
#[cold]
fn rank_at<G: DeclaredGraph<W>, const W: usize>(graph: &G, memo: usize) -> Option<usize> {
    let is_it =
        |&rank: &usize| G::TOPOLOGY.kind(rank) == Kind::Lazy && address(graph, rank) == memo;
    (0..G::TOPOLOGY.kinds.len()).find(is_it)
}

/// The body of the lazy value at this address has panicked.
#[cold]
pub(super) fn note_cause<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    memo: usize,
    payload: &Payload,
) {
    if let Some(rank) = rank_at(graph, memo) {
        graph.core().causes.note(rank, &**payload);
    }
}

/// The lazy value at this address is computed anew after a failure.
#[cold]
pub(super) fn forget_cause<G: DeclaredGraph<W>, const W: usize>(graph: &G, memo: usize) {
    let causes = &graph.core().causes;
    if !causes.is_empty() {
        if let Some(rank) = rank_at(graph, memo) {
            causes.forget(rank);
        }
    }
}

fn compute_all<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let core = graph.core();
    let mut read = G::TOPOLOGY.memos.of(rank);
    if read.all(|(word, bits)| core.outdated(word) & bits == 0) {
        compute_one(graph, rank, panics);
        core.note_current(rank / 64, bit(rank));
        return;
    }
    let mut needed = [0; W];
    put(&mut needed, rank);
    let last = rank / 64;
    let (mut word, mut first) = (last, last);
    loop {
        let outdated = core.outdated(word);
        let (mut here, mut left) = (needed[word], needed[word]);
        while left != 0 {
            let at = 63 - left.leading_zeros() as usize;
            left &= !bit(at);
            for (other, bits) in G::TOPOLOGY.memos.of(word * 64 + at) {
                if other == word {
                    here |= outdated & bits;
                    left &= !bits; // what they need is in this node's masks
                } else {
                    needed[other] |= core.outdated(other) & bits;
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

/// Brings a lazy value up to date whose lazy dependencies are.
#[inline(always)]
fn compute_one<G: DeclaredGraph<W>, const W: usize>(
    graph: &G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let core = graph.core();
    if core.watch.is_alarmed()
        && blocker(G::TOPOLOGY, rank, |rank| is_failed(graph, rank)).is_some()
    {
        graph.memo(rank).block(core.revision);
    } else if let Some(payload) = graph.compute(rank, core.revision) {
        keep(panics, payload);
    }
}

/// Apart, so that a read whose body does not panic saves no registers for one that does.
#[cold]
#[inline(never)]
fn keep(panics: &mut FirstPanic, payload: Payload) {
    panics.keep(payload);
}

/// The failed dependency that keeps this node from running, if any. Only computed values are asked whether
/// they are failed.
fn blocker(topology: &Topology, rank: usize, is_failed: impl Fn(usize) -> bool) -> Option<usize> {
    topology
        .dependencies(rank)
        .find(|&node| match topology.kind(node) {
            Kind::Computed | Kind::Lazy => is_failed(node),
            _ => false,
        })
}

fn is_failed<G: DeclaredGraph<W>, const W: usize>(graph: &G, rank: usize) -> bool {
    match G::TOPOLOGY.kind(rank) {
        Kind::Lazy => graph.memo(rank).is_failed(),
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

/// What `Debug` prints for a failed value.
pub struct Panicked;

impl fmt::Debug for Panicked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<panicked>")
    }
}

/// Refuses to read a computed value that is failed.
///
/// # Panics
///
/// Always: with the name of the node, and the name of the one whose panic it comes from, with the text of that.
#[cold]
#[track_caller]
pub(super) fn refuse(
    topology: &Topology,
    rank: usize,
    causes: &Causes,
    is_failed: impl Fn(usize) -> bool,
) -> ! {
    let mut culprit = rank;
    while let Some(node) = blocker(topology, culprit, &is_failed) {
        culprit = node;
    }
    let (name, name_of_culprit) = (topology.name(rank), topology.name(culprit));
    let mut message = format!("computed `{name}` of `{}` panicked", topology.graph.name);
    if culprit != rank {
        message += &format!(": it depends on computed `{name_of_culprit}`, which did");
    }
    if let Some(cause) = causes.of(culprit) {
        message += &format!(": {cause}");
    }
    panic!("{message}");
}
