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
    task::{Context, Poll},
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

    /// Works through `bits`, which were taken out of this word of the pending mask. With `SINGLE`, they are one bit.
    fn pass<const SINGLE: bool>(&mut self, word: usize, bits: u64) -> Change;

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
    type Engine: Engine<Self>;

    /// The names of the nodes.
    const NAMES: &'static Names;

    /// Whether anything has changed.
    fn watch(&mut self) -> &mut Watch;

    /// The ready queue, which tasks share.
    fn ready_queue(&self) -> Option<&Arc<ReadyQueue>>;

    /// Polls the work. Ready as soon as something was committed, without a budget.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

/// The engine of a graph, without the number of words in its mask.
pub trait Engine<G> {}

/// The engine with masks of `W` words.
#[derive(Debug)]
pub struct Words<const W: usize>;

impl<G: DeclaredGraph<W>, const W: usize> Engine<G> for Words<W> {}

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
    /// Notes that a failed dependency blocks the value.
    fn block(&self, revision: u64);
}

/// A resource of any type, for the loops of the graph.
pub(super) trait AnyResource {
    /// When anything last changed.
    fn changed_at(&self) -> u64;
    /// Is a start due, so that the input is needed?
    fn is_due(&self) -> bool;
    /// A transaction failed: the pending request from before it is pending again.
    fn restore_request(&mut self, request: Option<Request>);
    /// A start is due, but the input depends on a failed node.
    fn start_failed(&mut self, revision: u64, panics: &mut FirstPanic) -> Change;
    /// Polls the work; true if it has come to an end and there is an output to commit.
    fn poll(&mut self, panics: &mut FirstPanic) -> bool;
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
