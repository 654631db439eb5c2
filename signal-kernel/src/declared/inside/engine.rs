//! The engine of a graph inside another: the ends of a batch without its effects, and the effects.
//!
//! Invariants: an effect that is due before a batch is opened, as all are in a graph that has not started, is due when
//! the batch ends.
//!
//! Must not know: the graph around.

use super::{
    super::{
        batch, drive,
        mask::Mask,
        open_batch::BY_HAND,
        read, settle,
        topology::Kind,
        visit::{Closed, DeclaredGraph, Engine, Words, resource},
    },
    links,
};
use crate::{
    panics::FirstPanic,
    task::{ready::ReadyQueue, state::Change},
};
use std::{sync::Arc, task::Waker};

impl<G: DeclaredGraph<W>, const W: usize> Engine<G> for Words<W> {
    fn put_in(graph: &mut G, has_started: bool) {
        if !has_started {
            if G::HAS_GRAPHS {
                links::note_failed(graph);
            }
            let core = graph.core_mut();
            let first = std::mem::replace(&mut core.pending, Mask::EMPTY);
            core.open_batch().first_effects = Some(first);
        }
    }

    fn enter(graph: &mut G, level: u32) {
        let core = graph.core_mut();
        core.set_due_aside();
        core.open_batch().level = level | BY_HAND;
    }

    fn enter_fed(graph: &mut G) {
        Self::enter(graph, 0);
        graph.core_mut().open_batch().level = 0;
    }

    fn is_by_hand(graph: &G, position: usize) -> bool {
        graph.core().is_by_hand(position)
    }

    fn close(graph: &mut G, panics: &mut FirstPanic) -> Closed {
        let core = graph.core_mut();
        core.set_due_aside();
        let version = core.version();
        let open = core.open_batch();
        let mut counts = open.version != version;
        open.level = 0;
        open.by_hand.clear();
        // Most graphs have one word: no call.
        match &mut open.changed[..] {
            [word] => *word = 0,
            words => words.fill(0),
        }
        batch::close_inside(graph, panics);
        let core = graph.core_mut();
        if let Some(first) = core.open_batch().first_effects.take() {
            core.pending = first.or(&inner_effects::<G, W>(&core.pending));
        }
        let (changed, version) = (core.has_changed_anything(), core.version());
        core.open_batch().version = version;
        counts |= changed;
        Closed { changed, counts }
    }

    fn release(graph: &mut G) {
        graph.core_mut().forget_batch();
    }

    fn effects(graph: &mut G, panics: &mut FirstPanic) {
        settle::settle_into(graph, panics);
    }

    fn has_effects(graph: &G) -> bool {
        !graph.core().pending.is_empty()
    }

    fn roll_back(graph: &mut G, level: u32, panics: &mut FirstPanic) {
        batch::roll_back(graph, level, panics);
        graph.core_mut().open_batch().level = level - 1;
    }

    fn merge_into_outer(graph: &mut G, level: u32, panics: &mut FirstPanic) {
        batch::merge_into_outer(graph, level, panics);
        graph.core_mut().open_batch().level = level - 1;
    }

    fn refresh(graph: &mut G, panics: &mut FirstPanic) {
        batch::refresh_all(graph, panics);
    }

    fn refresh_at(graph: &mut G, position: usize, panics: &mut FirstPanic) {
        let kind = G::TOPOLOGY.kind(position);
        if matches!(kind, Kind::Computed | Kind::Lazy | Kind::Graph) {
            panics.catch(|| batch::refresh(graph, position));
        }
    }

    fn has_changed(graph: &mut G, position: usize, part: Change, eager: bool) -> bool {
        if !graph.core().has_changed(position) {
            return false;
        }
        let revision = graph.core().revision;
        match G::TOPOLOGY.kind(position) {
            Kind::Resource => {
                resource(graph, position, |it| it.part_changed_at(part)) == Some(revision)
            }
            Kind::Lazy if eager => {
                let mut panics = FirstPanic::default();
                read::compute(graph, position, &mut panics);
                panics.swallow(); // the reader finds the failed value
                let memo = graph.memo(position);
                memo.is_failed() || memo.changed_at() > graph.core().revision_before_batch()
            }
            _ => true,
        }
    }

    fn has_changed_anything(graph: &G) -> bool {
        graph.core().has_changed_anything()
    }

    fn is_failed(graph: &G, position: usize) -> bool {
        position < G::FIRST_EFFECT && read::is_failed(graph, position)
    }

    fn any_failed(graph: &G) -> bool {
        graph.core().watch.any_failed()
    }

    fn poll(graph: &mut G, waker: &Waker, panics: &mut FirstPanic) -> bool {
        drive::poll_tasks(graph, waker, panics)
    }

    fn queue(graph: &G) -> Option<&Arc<ReadyQueue>> {
        graph.core().ready_queue()
    }
}

/// The effects of graphs inside that are among these nodes.
fn inner_effects<G: DeclaredGraph<W>, const W: usize>(nodes: &Mask<W>) -> Mask<W> {
    let mut left = *nodes;
    let mut inner = Mask::EMPTY;
    while let Some(rank) = left.lowest() {
        left.take(rank);
        if G::TOPOLOGY.kind(rank) == Kind::GraphEffects {
            inner.insert(rank);
        }
    }
    inner
}
