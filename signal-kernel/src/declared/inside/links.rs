//! The readers of a graph inside: which of them are due after its phase A, and which a failed node in it blocks.
//!
//! Must not know: the graph inside, and how it settles.

use super::super::{
    mask::{Mask, bit},
    names::EFFECTS,
    topology::Topology,
    visit::{self, AnyGraph, DeclaredGraph, Link, Links},
};
use crate::panics::FirstPanic;

/// The readers of the graph of this rank.
pub(in crate::declared) fn of(all: &'static [Links], rank: u32) -> &'static [Link] {
    let links = all.iter().find(|links| links.rank == rank);
    links.map_or(&[], |links| links.links)
}

impl Link {
    /// Is the node of this rank among the readers?
    fn is_of(&self, rank: usize) -> bool {
        self.word as usize == rank / 64 && self.bits & bit(rank) != 0
    }
}

/// Are these readers due?
pub(in crate::declared) fn is_due(
    inside: &mut dyn AnyGraph,
    link: &Link,
    topology: &Topology,
) -> bool {
    match link.at {
        EFFECTS => inside.has_effects(),
        at => {
            let eager = topology.has_eager(link.word as usize, link.bits);
            inside.has_changed(at, link.observed, eager)
        }
    }
}

/// The readers that are due after phase A of the graph of this rank.
pub(in crate::declared) fn due<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
) -> Mask<W> {
    let mut due = Mask::EMPTY;
    for link in of(G::LINKS, rank as u32) {
        if visit::graph(graph, rank, |inside| is_due(inside, link, G::TOPOLOGY)) == Some(true) {
            due.words[link.word as usize] |= link.bits;
        }
    }
    due
}

/// Marks all readers of the graph of this rank.
pub(in crate::declared) fn mark_all<const W: usize>(
    all: &'static [Links],
    rank: usize,
    mask: &mut Mask<W>,
) {
    for link in of(all, rank as u32) {
        if link.at != EFFECTS {
            mask.words[link.word as usize] |= link.bits;
        }
    }
}

/// Marks all readers of the graphs inside that are in `mask`.
pub(in crate::declared) fn mark_readers<const W: usize>(all: &'static [Links], mask: &mut Mask<W>) {
    for links in all {
        if mask.has(links.rank as usize) {
            mark_all(all, links.rank as usize, mask);
        }
    }
}

/// Brings the nodes inside that the node of this rank reads up to date, in the middle of a batch.
pub(in crate::declared) fn refresh<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    for links in G::LINKS {
        let own = links.links.iter().filter(|link| link.is_of(rank));
        for link in own {
            let refresh = |inside: &mut dyn AnyGraph| inside.refresh_at(link.at, panics);
            visit::graph(graph, links.rank as usize, refresh);
        }
    }
}

/// Notes the graphs inside in which a node has failed before they were put in.
pub(in crate::declared) fn note_failed<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) {
    for links in G::LINKS {
        let rank = links.rank as usize;
        if visit::graph(graph, rank, |inside| inside.any_failed()) == Some(true) {
            graph.core_mut().set_failed(rank, true);
        }
    }
}

/// Does a failed node inside keep the node of this rank from running? A node that reads all of a graph runs.
pub(in crate::declared) fn block<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
) -> bool {
    G::LINKS.iter().any(|links| {
        let mut own = links.links.iter();
        own.any(|link| {
            let is_failed = |inside: &mut dyn AnyGraph| inside.is_failed(link.at);
            link.is_of(rank) && visit::graph(graph, links.rank as usize, is_failed) == Some(true)
        })
    })
}
