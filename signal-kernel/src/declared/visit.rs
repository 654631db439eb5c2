//! The description of a graph as the loops see it, and the way from a position to the node that stands there.
//!
//! A visitor goes to a node through generated code, which calls `accept` of the node: only the node knows its type.
//!
//! Must not know: how a node keeps its value.

use super::{
    core::Core,
    names::Names,
    topology::{Kind, Topology},
    watch::Watch,
};
use crate::{
    panics::FirstPanic,
    task::{ready::ReadyQueue, state::Change, task::Request},
};
use std::{
    any::Any,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// The description of a graph, with a mask of `W` words. `reactive!` implements it.
pub trait DeclaredGraph<const W: usize>: Sized {
    /// The edges.
    const TOPOLOGY: &'static Topology;

    /// Whether there is a resource in the graph.
    const HAS_RESOURCES: bool;

    /// The state of the loops, which the struct holds.
    fn core(&self) -> &Core<W>;

    /// The state of the loops, to be changed.
    fn core_mut(&mut self) -> &mut Core<W>;

    /// The readers of the graphs inside.
    const LINKS: &'static [Links] = &[];

    /// Whether there is a graph inside. In a graph without one, rustc compiles nothing for it.
    const HAS_GRAPHS: bool = !Self::LINKS.is_empty();

    /// The first position that is not visited in phase A.
    const FIRST_EFFECT: usize = Self::TOPOLOGY.first_effect();

    /// Works through `bits`, which were taken out of this word of the pending mask, in a mode (`pass::mode`). In
    /// the mode `SINGLE`, they are one bit.
    fn pass<const MODE: u8>(&mut self, word: usize, bits: u64) -> Change;

    /// Leads the visitor to the node at `position`.
    fn node(&mut self, position: usize, visitor: &mut Visitor<'_>);

    /// The lazy value of this rank.
    fn memo(&self, rank: usize) -> &dyn MemoState;

    /// Brings the lazy value of this rank up to date. Its dependencies are up to date, and none of them is failed.
    fn compute(&self, rank: usize, revision: u64) -> Option<Payload>;
}

/// The interface of a graph to [`Shared`](crate::Shared), for any number of words in its mask. `reactive!` implements
/// it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no graph that `reactive!` has made",
    label = "this is no declared graph"
)]
pub trait Declared: Sized {
    /// The engine, for code that does not know the number of words.
    type Engine: Engine<Self> + Outermost<Self>;

    /// The names of the nodes.
    const NAMES: &'static Names;

    /// Whether anything has changed.
    fn watch(&mut self) -> &mut Watch;

    /// The ready queue, which tasks share.
    fn ready_queue(&self) -> Option<&Arc<ReadyQueue>>;

    /// Polls the work. Ready as soon as something was committed, without a budget.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

/// The engine of a graph inside another, without the number of words in its mask. The graph around it, or the list, calls
/// these methods; `level` is that of a transaction of the outermost graph.
pub trait Engine<G> {
    /// The graph is put in. If it has not started, its first effects are due after its first phase A, whatever is written
    /// before that.
    fn put_in(graph: &mut G, has_started: bool);
    /// The graph is about to be written, by a transaction at `level`; level 0 is a batch without one.
    fn enter(graph: &mut G, level: u32);
    /// The graph is about to be fed: its signals that the open batch has written are left alone.
    fn enter_fed(graph: &mut G);
    /// Has the open batch written the signal at this position, be it with an equal value?
    fn is_by_hand(graph: &G, position: usize) -> bool;
    /// Phase A: the net changes of the open batch, and all values.
    fn close(graph: &mut G, panics: &mut FirstPanic) -> Closed;
    /// Frees the memory of the open batch, after phase A. The changes are forgotten.
    fn release(graph: &mut G);
    /// Phase B.
    fn effects(graph: &mut G, panics: &mut FirstPanic);
    /// Is there an effect to run in phase B?
    fn has_effects(graph: &G) -> bool;
    /// A transaction at `level` failed.
    fn roll_back(graph: &mut G, level: u32, panics: &mut FirstPanic);
    /// A transaction at `level` succeeded.
    fn merge_into_outer(graph: &mut G, level: u32, panics: &mut FirstPanic);
    /// Brings all values up to date, in the middle of a batch.
    fn refresh(graph: &mut G, panics: &mut FirstPanic);
    /// Brings the node at this position up to date, in the middle of a batch.
    fn refresh_at(graph: &mut G, position: usize, panics: &mut FirstPanic);
    /// Has this part of the node at this position changed in the last phase A? A lazy value is computed for an `eager`
    /// reader; for others true means perhaps.
    fn has_changed(graph: &mut G, position: usize, part: Change, eager: bool) -> bool;
    /// Has anything changed in the last phase A?
    fn has_changed_anything(graph: &G) -> bool;
    /// Is the node at this position failed?
    fn is_failed(graph: &G, position: usize) -> bool;
    /// Is any eager value failed?
    fn any_failed(graph: &G) -> bool;
    /// Polls the work; true if there is an output to commit.
    fn poll(graph: &mut G, waker: &Waker, panics: &mut FirstPanic) -> bool;
    /// The ready queue, if there may be work in the graph.
    fn queue(graph: &G) -> Option<&Arc<ReadyQueue>>;
}

/// The batches of a graph that is in no other, without the number of words in its mask.
pub trait Outermost<G> {
    /// Runs `f` as the outermost batch and settles, also if it panics. The caller lets the panics go on.
    fn batch<R>(graph: &mut G, panics: &mut FirstPanic, f: impl FnOnce(&mut G) -> R) -> Option<R>;
    /// The same, and takes back the writes and requests of an `f` that fails or panics.
    fn transaction<R, E>(
        graph: &mut G,
        panics: &mut FirstPanic,
        f: impl FnOnce(&mut G) -> Result<R, E>,
    ) -> Option<Result<R, E>>;
}

/// The outcome of phase A of a graph inside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Closed {
    /// A node has changed.
    pub changed: bool,
    /// Something that can be read has changed, be it a field.
    pub counts: bool,
}

/// The engine with masks of `W` words.
#[derive(Debug)]
pub struct Words<const W: usize>;

/// The readers of a graph inside, or of a list.
#[derive(Debug)]
pub struct Links {
    /// The rank of the graph inside.
    pub rank: u32,
    /// The readers of each part.
    pub links: &'static [Link],
}

/// Readers of one part of a graph inside.
#[derive(Debug)]
pub struct Link {
    /// A position in the graph inside, or one of the constants of `names`.
    pub at: usize,
    /// Of a resource, the part.
    pub observed: Change,
    /// The word of the readers in the mask.
    pub word: u32,
    /// Their bits.
    pub bits: u64,
}

/// The payload of a panic.
pub type Payload = Box<dyn Any + Send>;

/// A node of any type.
pub(super) enum NodeRef<'a> {
    /// A signal or an eager computed value.
    Slot(&'a mut dyn AnySlot),
    /// The mark of a signal that starts anew, and whether the mark is set.
    ByHand(&'a mut dyn AnySlot, bool),
    /// A lazy computed value.
    Memo(&'a mut dyn AnyMemo),
    /// A resource.
    Resource(&'a mut dyn AnyResource),
    /// A graph inside, or a list.
    Graph(&'a mut dyn AnyGraph),
}

/// A slot of any type, as a batch sees it.
pub(super) trait AnySlot {
    /// A transaction at `level` failed: the value from before it is put back, at this revision.
    fn roll_back(&mut self, level: u32, revision: u64, panics: &mut FirstPanic);
    /// A transaction at `level` succeeded: its undo log is merged into that of the transaction around it. True if that
    /// one has not written this signal itself.
    fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic) -> bool;
    /// The outermost batch ends: did this signal change in the end? If not, the value from before is put back.
    fn finish(&mut self, panics: &mut FirstPanic) -> NetChange;
    /// A batch is about to compute this value again: the present one is the value from before the batch.
    fn save_baseline(&mut self, failed: bool);
    /// Was this computed value failed before the batch?
    fn was_failed(&self) -> bool;
    /// The outermost batch ends. The value from before the batch comes back with its version, unless the dependencies
    /// have changed in the end (`due`) and the present value differs from the earlier one.
    fn reconcile(&mut self, due: bool, failed: bool, panics: &mut FirstPanic) -> NetChange;
}

/// A memo of any type, as a batch sees it.
pub(super) trait AnyMemo {
    /// A batch is about to compute this value: the present state is the one from before the batch.
    fn save_baseline(&mut self, panics: &mut FirstPanic);
    /// The outermost batch ends. `due`: a dependency has changed in the end. `stale`: the provisional value, if there
    /// is one, does not hold any more. The state from before the batch comes back if it was current and the memo is not
    /// due. A provisional value that holds is compared with the value from before the batch; of equal ones the earlier
    /// one comes back with its version. Without either the next read verifies the state from before the batch.
    fn reconcile(&mut self, due: bool, stale: bool, panics: &mut FirstPanic) -> NetChange;
}

/// A memo of any type, as a read sees it.
pub trait MemoState {
    /// Is it current, as a value or as a failure?
    fn is_fresh(&self) -> bool;
    /// Is it current, as a failure?
    fn is_failed(&self) -> bool;
    /// The revision of the last change of the current value.
    fn changed_at(&self) -> u64;
    /// Notes that a failed dependency blocks the value.
    fn block(&self, revision: u64);
}

/// A resource of any type, for the loops of the graph.
pub(super) trait AnyResource {
    /// When anything last changed.
    fn changed_at(&self) -> u64;
    /// When this part last changed.
    fn part_changed_at(&self, part: Change) -> u64;
    /// Is a start due, so that the input is needed?
    fn is_due(&self) -> bool;
    /// A transaction failed: the pending request from before it is pending again.
    fn restore_request(&mut self, request: Option<Request>);
    /// A start is due, but the input depends on a failed node.
    fn start_failed(&mut self, revision: u64, panics: &mut FirstPanic) -> Change;
    /// Polls the work; true if it has come to an end and there is an output to commit.
    fn poll(&mut self, panics: &mut FirstPanic) -> bool;
    /// Makes the sleep that is due, if there is one.
    fn begin_sleep(&mut self, panics: &mut FirstPanic);
}

/// A graph inside, or a list of graphs, of any type.
pub(super) trait AnyGraph {
    /// Phase A, at this revision of the graph around.
    fn close(&mut self, revision: u64, panics: &mut FirstPanic) -> Closed;
    /// Phase B.
    fn effects(&mut self, panics: &mut FirstPanic);
    /// Is there an effect to run in phase B?
    fn has_effects(&self) -> bool;
    /// A transaction at `level` failed, at this revision of the graph around.
    fn roll_back(&mut self, level: u32, revision: u64, panics: &mut FirstPanic);
    /// A transaction at `level` succeeded.
    fn merge_into_outer(&mut self, level: u32, panics: &mut FirstPanic);
    /// Brings all values up to date, in the middle of a batch.
    fn refresh(&mut self, panics: &mut FirstPanic);
    /// The same for what a body reads of it: a node at a position, or one of the constants of [`names`](super::names).
    fn refresh_at(&mut self, at: usize, panics: &mut FirstPanic);
    /// Has this part of the graph changed in the last phase A? A lazy value is computed for an `eager` reader; for others
    /// true means perhaps.
    fn has_changed(&mut self, at: usize, part: Change, eager: bool) -> bool;
    /// Is a node that is read by its name failed?
    fn is_failed(&self, at: usize) -> bool;
    /// Is any node failed that may be read by its name?
    fn any_failed(&self) -> bool;
    /// Polls the work; true if there is an output to commit.
    fn poll(&mut self, panics: &mut FirstPanic) -> bool;
    /// Tells the graph around of the work.
    fn report(&mut self);
}

/// The outcome of a batch for a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NetChange {
    /// The node differs from its state before the batch, or must be verified: its dependents are due.
    pub(super) changed: bool,
    /// The node has another value than the one from which its dependents computed provisional values.
    pub(super) moved: bool,
}

/// Visits one node of any type.
pub struct Visitor<'a>(Query<'a>);

enum Query<'a> {
    /// Calls a function with the node.
    Node(&'a mut dyn FnMut(NodeRef<'_>)),
    /// Ends the batch for this signal. Most batches ask nothing else, so no function is called for it.
    Finish(&'a mut FirstPanic, NetChange),
}

impl Visitor<'_> {
    #[inline(always)]
    pub(super) fn slot(&mut self, slot: &mut dyn AnySlot) {
        match &mut self.0 {
            Query::Node(show) => show(NodeRef::Slot(slot)),
            Query::Finish(panics, change) => *change = slot.finish(panics),
        }
    }

    /// The mark of a signal that starts anew.
    pub(super) fn by_hand(&mut self, mark: &mut dyn AnySlot, is_set: bool) {
        match &mut self.0 {
            Query::Node(show) => show(NodeRef::ByHand(mark, is_set)),
            Query::Finish(panics, change) => *change = mark.finish(panics),
        }
    }

    /// A node that is no signal.
    pub(super) fn other(&mut self, node: NodeRef<'_>) {
        if let Query::Node(show) = &mut self.0 {
            show(node);
        }
    }
}

/// Shows the node at `position` to `with`, and returns what that returns.
pub(super) fn node<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    position: usize,
    with: impl FnOnce(NodeRef<'_>) -> Option<R>,
) -> Option<R> {
    let mut with = Some(with);
    let mut result = None;
    let mut show = |node: NodeRef<'_>| result = with.take().and_then(|with| with(node));
    graph.node(position, &mut Visitor(Query::Node(&mut show)));
    result
}

/// Ends the outermost batch for the signal at `position`.
pub(super) fn finish<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    position: usize,
    panics: &mut FirstPanic,
) -> NetChange {
    let mut visitor = Visitor(Query::Finish(panics, NetChange::default()));
    graph.node(position, &mut visitor);
    match visitor.0 {
        Query::Finish(_, change) => change,
        Query::Node(_) => NetChange::default(),
    }
}

/// Shows the slot at `position` to `with`.
pub(super) fn slot<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    position: usize,
    with: impl FnOnce(&mut dyn AnySlot) -> R,
) -> Option<R> {
    node(graph, position, |node| match node {
        NodeRef::Slot(slot) | NodeRef::ByHand(slot, _) => Some(with(slot)),
        _ => None,
    })
}

/// Has the open batch written the signal of this rank, which starts anew?
pub(super) fn is_by_hand<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) -> bool {
    let mut dependencies = G::TOPOLOGY.dependencies(rank);
    let mark = dependencies.find(|&position| G::TOPOLOGY.kind(position) == Kind::ByHand);
    let is_set = mark.and_then(|mark| {
        node(graph, mark, |node| match node {
            NodeRef::ByHand(_, is_set) => Some(is_set),
            _ => None,
        })
    });
    is_set == Some(true)
}

/// Shows the memo of this rank to `with`.
pub(super) fn memo<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyMemo) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Memo(memo) => Some(with(memo)),
        _ => None,
    })
}

/// Shows the graph inside of this rank to `with`.
pub(super) fn graph<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyGraph) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Graph(inside) => Some(with(inside)),
        _ => None,
    })
}

/// Shows the resource of this rank to `with`.
pub(super) fn resource<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyResource) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Resource(resource) => Some(with(resource)),
        _ => None,
    })
}
