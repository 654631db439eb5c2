//! Reading computed values.
//!
//! Invariants: a lazy value is forced only when everything it depends on is current, so forcing never
//! recurses, however long the chain.
//!
//! Must not know: what is in a node.

use super::{Wired, lazy::Lazy, put, wiring::WireKind};
use crate::panics::FirstPanic;
use std::fmt;

/// Reads a lazy value that is not at hand.
///
/// # Panics
///
/// With the panic of a body that this read ran; by `failed` where an earlier read did.
#[track_caller]
pub fn lazy<'graph, G: Wired<W>, const W: usize, T>(
    graph: &'graph G,
    rank: usize,
    peek: impl FnOnce(&'graph G) -> Option<&'graph T>,
) -> &'graph T {
    let mut panics = FirstPanic::default();
    if !graph.lazy(rank).is_fresh() {
        force(graph, rank, &mut panics);
    }
    panics.resume();
    match peek(graph) {
        Some(value) => value,
        None => failed(graph, rank),
    }
}

/// A lazy value that a body is about to read: `force` has seen to it that there is one.
pub fn current<T>(lazy: &Lazy<T>) -> &T {
    match lazy.peek() {
        Some(value) => value,
        None => unreachable!("a body runs only when all it reads is current"),
    }
}

/// There is no lazy value of this rank.
#[cold]
pub fn not_lazy(rank: usize) -> ! {
    unreachable!("rank {rank} is not lazy")
}

/// Brings a lazy value, and the lazy values under it, up to date; keeps the panics of the bodies it runs.
#[cold]
pub(super) fn force<G: Wired<W>, const W: usize>(graph: &G, rank: usize, panics: &mut FirstPanic) {
    let nodes = G::WIRING.nodes;
    let mut needed = [0; W];
    put(&mut needed, rank);
    for word in (0..=rank / 64).rev() {
        // Ranks only lead downwards, so bits added to this word stand below the one being looked at.
        let mut left = needed[word];
        while left != 0 {
            let rank = word * 64 + 63 - left.leading_zeros() as usize;
            for &dependency in nodes[rank].dependencies {
                let dependency = dependency as usize;
                if nodes[dependency].kind == WireKind::Lazy && !graph.lazy(dependency).is_fresh() {
                    put(&mut needed, dependency);
                }
            }
            left = needed[word] & ((1 << (rank % 64)) - 1);
        }
    }
    for (word, &(mut left)) in needed.iter().enumerate() {
        while left != 0 {
            let rank = word * 64 + left.trailing_zeros() as usize;
            left &= left - 1;
            if blocker(graph, rank).is_some() {
                graph.lazy(rank).block(graph.core().revision);
            } else if let Some(payload) = graph.force(rank) {
                panics.keep(payload);
            }
        }
    }
}

/// The failed dependency that keeps this node from running, if any.
fn blocker<G: Wired<W>, const W: usize>(graph: &G, rank: usize) -> Option<usize> {
    let nodes = G::WIRING.nodes;
    nodes[rank]
        .dependencies
        .iter()
        .map(|&node| node as usize)
        .find(|&node| match nodes[node].kind {
            WireKind::Computed => graph.core().is_failed(node),
            WireKind::Lazy => graph.lazy(node).is_failed(),
            _ => false,
        })
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
/// Always: with the name of the node, and of the one whose panic it comes from.
#[cold]
#[track_caller]
pub fn failed<G: Wired<W>, const W: usize>(graph: &G, rank: usize) -> ! {
    let wiring = G::WIRING;
    let mut culprit = rank;
    while let Some(node) = blocker(graph, culprit) {
        culprit = node;
    }
    let (name, name_of_culprit) = (wiring.nodes[rank].name, wiring.nodes[culprit].name);
    if culprit == rank {
        panic!("computed `{name}` of `{}` panicked", wiring.graph);
    }
    panic!(
        "computed `{name}` of `{}` panicked: it depends on `{name_of_culprit}`, which did",
        wiring.graph
    );
}
