//! A graph inside another: a node of the graph around it, which it settles with.
//!
//! Invariants: nobody writes the graph inside but through `write` and `feed`, so the graph around knows of each write.
//!
//! Must not know: lists.

use super::{
    super::{
        core::Core,
        names::{EFFECTS, NOTHING, WHOLE},
        pass::{Pass, mode},
        visit::{AnyGraph, Closed, Declared, Engine, NodeRef, Visitor},
    },
    links,
    work::Inner,
};
use crate::{
    panics::FirstPanic,
    reactive::{Part, Reactive},
    state::Stateful,
    task::{ready::ReadyReceiver, state::Change},
};
use std::fmt;

/// A graph inside, as the field of the graph around.
pub struct Inside<G> {
    graph: G,
    /// The index of the graph in the list of what the open batch has written.
    written_at: u32,
    /// The revision of the graph around at which anything inside last changed, or was written: lazy values that read it
    /// are verified by this.
    changed_at: u64,
    /// Only if there may be work in the graph.
    work: Option<Inner>,
}

/// The engine of a graph, whatever the number of words in its mask.
type EngineOf<G> = <G as Declared>::Engine;

/// Notes that the open batch writes the graph inside at `position`. Returns the level of the open transaction.
pub(in crate::declared) fn note_written<const W: usize>(
    core: &mut Core<W>,
    position: usize,
    written_at: &mut u32,
    changed_at: &mut u64,
) -> u32 {
    *changed_at = core.tick();
    if !core.note_written_again(position, *written_at) {
        *written_at = core.note_written(position, false);
    }
    core.note_undoable(position)
}

/// Phase A of something inside: marks the readers that are due.
pub(in crate::declared) fn visit<const MODE: u8, const W: usize>(
    inside: &mut dyn AnyGraph,
    pass: &mut Pass<'_, MODE, W>,
    mut panics: FirstPanic,
) {
    let closed = inside.close(pass.revision(), &mut panics);
    pass.closed_inside(closed, inside.any_failed());
    if MODE != mode::SINGLE {
        for link in links::of(pass.links(), pass.rank()) {
            if links::is_due(inside, link, pass.topology()) {
                pass.mark_in(link.word as usize, link.bits);
            }
        }
    }
    panics.resume();
}

/// Phase B of something inside.
pub(in crate::declared) fn visit_effects(inside: &mut dyn AnyGraph) {
    let mut panics = FirstPanic::default();
    inside.effects(&mut panics);
    panics.resume();
}

/// Restores a graph before it begins. A value that the state has written is neither fed nor starts anew.
pub fn restore_inside<G: Stateful>(inside: &mut Inside<G>, state: G::State) {
    EngineOf::<G>::enter(&mut inside.graph, 0);
    G::__restore(&mut inside.graph.__write(), state);
}

impl<G: Reactive> Inside<G> {
    /// A part at this rank of the graph around.
    pub fn new(part: Part<G>, ready: &Option<ReadyReceiver>, rank: u32) -> Self {
        let graph = part.into_graph();
        let queue = EngineOf::<G>::queue(&graph).and(ready.as_ref());
        let work = queue.map(|ready| Inner::new(&ready.queue, rank));
        Inside {
            graph,
            written_at: 0,
            changed_at: 0,
            work,
        }
    }

    /// Phase A of a part that was just put in and fed: the first values around read it.
    #[must_use]
    pub fn begin(&mut self) -> FirstPanic {
        let mut panics = FirstPanic::default();
        self.close(0, &mut panics);
        EngineOf::<G>::release(&mut self.graph);
        panics
    }

    /// The graph.
    #[inline(always)]
    pub fn get(&self) -> &G {
        &self.graph
    }

    /// The revision of the graph around at which anything inside last changed.
    pub fn changed_at(&self) -> u64 {
        self.changed_at
    }

    /// The graph, to be written in the batch that is open around it.
    pub fn write<const W: usize>(&mut self, core: &mut Core<W>, position: usize) -> G::Batch<'_> {
        let level = note_written(core, position, &mut self.written_at, &mut self.changed_at);
        EngineOf::<G>::enter(&mut self.graph, level);
        self.graph.__write()
    }

    /// The graph, to be fed before it begins.
    pub fn feed_first(&mut self) -> G::Batch<'_> {
        EngineOf::<G>::enter_fed(&mut self.graph);
        self.graph.__write()
    }

    /// The graph, to be fed while the graph around it settles. None if the batch has written the signal at this position.
    pub fn feed(&mut self, signal: usize) -> Option<G::Batch<'_>> {
        (!EngineOf::<G>::is_by_hand(&self.graph, signal)).then(|| self.feed_first())
    }

    /// The visit of phase A.
    pub fn visit<const MODE: u8, const W: usize>(&mut self, pass: &mut Pass<'_, MODE, W>) {
        visit(self, pass, FirstPanic::default());
    }

    /// The visit of phase B.
    pub fn visit_effects(&mut self) {
        visit_effects(self);
    }

    /// Shows this graph to the visitor.
    pub fn accept(&mut self, visitor: &mut Visitor<'_>) {
        visitor.other(NodeRef::Graph(self));
    }
}

impl<G: Reactive> AnyGraph for Inside<G> {
    fn close(&mut self, revision: u64, panics: &mut FirstPanic) -> Closed {
        let closed = EngineOf::<G>::close(&mut self.graph, panics);
        if closed.changed {
            self.changed_at = revision;
        }
        self.report();
        closed
    }

    fn effects(&mut self, panics: &mut FirstPanic) {
        EngineOf::<G>::effects(&mut self.graph, panics);
    }

    fn has_effects(&self) -> bool {
        EngineOf::<G>::has_effects(&self.graph)
    }

    fn roll_back(&mut self, level: u32, revision: u64, panics: &mut FirstPanic) {
        self.changed_at = revision;
        EngineOf::<G>::roll_back(&mut self.graph, level, panics);
    }

    fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic) {
        EngineOf::<G>::merge_into_outer(&mut self.graph, level, panics);
    }

    fn refresh(&mut self, panics: &mut FirstPanic) {
        EngineOf::<G>::refresh(&mut self.graph, panics);
    }

    fn refresh_at(&mut self, at: usize, panics: &mut FirstPanic) {
        match at {
            NOTHING | EFFECTS => {}
            WHOLE => self.refresh(panics),
            position => EngineOf::<G>::refresh_at(&mut self.graph, position, panics),
        }
    }

    fn has_changed(&mut self, at: usize, part: Change, eager: bool) -> bool {
        match at {
            NOTHING => false,
            WHOLE => EngineOf::<G>::has_changed_anything(&self.graph),
            position => EngineOf::<G>::has_changed(&mut self.graph, position, part, eager),
        }
    }

    fn is_failed(&self, at: usize) -> bool {
        EngineOf::<G>::is_failed(&self.graph, at)
    }

    fn any_failed(&self) -> bool {
        EngineOf::<G>::any_failed(&self.graph)
    }

    fn poll(&mut self, panics: &mut FirstPanic) -> bool {
        let Some(work) = &self.work else {
            return false;
        };
        let waker = work.begin_poll();
        let is_done = EngineOf::<G>::poll(&mut self.graph, &waker, panics);
        self.report();
        is_done
    }

    fn report(&mut self) {
        if let (Some(work), Some(inside)) = (&mut self.work, EngineOf::<G>::queue(&self.graph)) {
            work.report(inside);
        }
    }
}

impl<G: fmt::Debug> fmt::Debug for Inside<G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.graph.fmt(formatter)
    }
}
