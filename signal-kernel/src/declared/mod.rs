//! The engine under `reactive!`: what every declared graph shares, as ordinary code.
//!
//! The macro emits a description (the trait [`DeclaredGraph`] and the constant [`Topology`]) and one body function
//! for each node. The loops, the batch, the transaction and the work in flight live here, one file each:
//! [`settle`] after a write, [`batch`] around several, [`drive`] for polls, [`read`] and [`computing`] for
//! lazy values, [`pass`] for the pass over a word of the mask. [`slot`], [`memo`] and [`resource`] hold the
//! nodes, [`watch`] tells whether anything has changed, [`causes`] and [`failed`] tell why values are failed.
//!
//! Invariants: outside a call into the graph `pending` is empty and no batch is open; `failed` has the
//! ranks of the failed eager values; `watch` knows of a failure exactly if `failed` is not empty.
//!
//! Must not know: how a declaration is written, and which executor polls.

pub mod batch;
mod causes;
pub(crate) mod computing;
pub(crate) mod drive;
mod failed;
pub mod make;
pub(crate) mod memo;
pub(crate) mod pass;
pub mod read;
pub(crate) mod resource;
pub mod settle;
pub(crate) mod slot;
mod template;
pub(crate) mod topology;
pub(crate) mod watch;

use crate::{
    panics::FirstPanic,
    task::{
        ready::{ReadyQueue, ReadyReceiver},
        reusable::FutureSlot,
        state::Change,
        task::Request,
    },
};
use causes::Causes;
use memo::{AnyMemo, Memo, MemoRef, MemoState};
use pass::Progress;
use resource::{AnyResource, ResourceSlot};
use slot::{AnySlot, Finished, Slot, SlotRef, Version, Write};
use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use topology::{Kind, Topology};
use watch::Watch;

/// The description of a graph, with a mask of `W` words. `reactive!` implements it.
pub trait DeclaredGraph<const W: usize>: Sized {
    /// The edges.
    const TOPOLOGY: &'static Topology;

    /// Whether there is a resource in the graph.
    const HAS_RESOURCES: bool;

    /// The state of the loops, which the struct holds.
    fn core(&self) -> &Core<W>;

    /// The same, to change.
    fn core_mut(&mut self) -> &mut Core<W>;

    /// Works through `bits`, which were taken out of this word of the pending mask. With `SINGLE`, they are one bit.
    fn pass<const SINGLE: bool>(&mut self, word: usize, bits: u64) -> Change;

    /// Shows the node at `position` to the visitor.
    fn node(&mut self, position: usize, visitor: &mut Visitor<'_>);

    /// The lazy value of this rank.
    fn memo(&self, rank: usize) -> &dyn MemoState;

    /// Brings the lazy value of this rank up to date. Its dependencies are up to date, and none of them is failed.
    fn compute(&self, rank: usize, revision: u64) -> Option<Payload>;
}

/// The interface of a graph to [`Shared`](crate::Shared), for any number of words in its mask. `reactive!` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no graph that `reactive!` has made",
    label = "this is no declared graph"
)]
pub trait Declared: Sized {
    /// Whether anything has changed.
    fn watch(&mut self) -> &mut Watch;

    /// The ready queue, which tasks share.
    fn ready_queue(&self) -> Option<&Arc<ReadyQueue>>;

    /// Polls the work. Ready as soon as something was committed, however often in a row.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

/// The payload of a panic.
pub type Payload = Box<dyn Any + Send>;

/// A node of any type.
enum NodeRef<'a> {
    /// A signal or an eager computed value.
    Slot(&'a mut dyn AnySlot),
    /// A lazy computed value.
    Memo(&'a mut dyn AnyMemo),
    /// A resource.
    Resource(&'a mut dyn AnyResource),
}

/// Visits one node of any type.
pub struct Visitor<'a>(Query<'a>);

enum Query<'a> {
    /// Calls a function with the node.
    Node(&'a mut dyn FnMut(NodeRef<'_>)),
    /// Ends the batch for this signal. Most batches ask nothing else.
    Finish(&'a mut FirstPanic, Finished),
}

// Not inlined: a graph has as many calls as nodes.
impl Visitor<'_> {
    /// A signal or an eager computed value.
    #[inline(never)]
    pub fn slot<T, V: Version>(&mut self, slot: &mut Slot<T, V>, same: fn(&T, &T) -> bool) {
        let mut slot = SlotRef { slot, same };
        match &mut self.0 {
            Query::Node(show) => show(NodeRef::Slot(&mut slot)),
            Query::Finish(panics, finished) => *finished = slot.finish(panics),
        }
    }

    /// A lazy computed value.
    #[inline(never)]
    pub fn memo<T>(&mut self, memo: &mut Memo<T>, same: fn(&T, &T) -> bool) {
        self.other(NodeRef::Memo(&mut MemoRef { memo, same }));
    }

    fn other(&mut self, node: NodeRef<'_>) {
        if let Query::Node(show) = &mut self.0 {
            show(node);
        }
    }

    /// A resource.
    pub fn resource<T, E, F>(&mut self, resource: &mut ResourceSlot<T, E, F>)
    where
        F: FutureSlot<Output = Result<T, E>>,
    {
        self.other(NodeRef::Resource(resource));
    }
}

/// The outcome of a batch for a computed value that it has read.
#[derive(Debug, Default)]
pub(crate) struct Reconciled {
    /// Its dependents must take note: it is not the value from before the batch, or it must be verified.
    changed: bool,
    /// It is not the value from which provisional values of its dependents were computed.
    moved: bool,
}

/// The part of a graph that is the same for all.
#[derive(Debug)]
pub struct Core<const W: usize> {
    /// Ranks that must be visited.
    pub pending: [u64; W],
    /// The progress of the last pass that has unwound, or of the last visit.
    reached: Progress,
    /// The number of changes so far: the time of this graph.
    pub revision: u64,
    /// The tasks that are ready to be polled; only in graphs with resources.
    ready: Option<ReadyReceiver>,
    /// [`DeclaredGraph::TOPOLOGY`], for functions without a graph.
    topology: &'static Topology,
    failed: [u64; W],
    /// The texts of the failures, of lazy values too.
    causes: Causes,
    watch: Watch,
    /// Lazy values that may be stale: all that are, and perhaps some that were computed since.
    outdated: [AtomicU64; W],
    /// Open transactions.
    level: u32,
    /// The signals that the open batch has written and the resources that it has made requests to, each once.
    written: Vec<Written>,
    /// The number of entries in `written` whose dependents were marked for a read.
    marked: usize,
    /// The signals that the open transactions would take back, once for each transaction.
    undoable: Vec<u32>,
    /// Resources that the open transactions have made requests to, each with the request that was replaced.
    replaced_requests: Vec<(usize, Option<Request>)>,
    /// Computed values that the open batch has read after it wrote: their values are provisional.
    provisional: [u64; W],
}

/// A signal that the open batch has written, or a resource that it has made a request to.
#[derive(Clone, Copy, Debug)]
struct Written {
    position: u32,
    /// The signal has certainly changed, and its log has nothing to drop.
    known_changed: bool,
}

impl<const W: usize> Core<W> {
    /// The core of a new graph: all effects are pending, and no lazy value was computed.
    pub fn new(
        effects: [u64; W],
        lazy: [u64; W],
        ready: Option<ReadyReceiver>,
        topology: &'static Topology,
    ) -> Self {
        Core {
            pending: effects,
            reached: Progress::default(),
            revision: 1,
            ready,
            topology,
            failed: [0; W],
            causes: Causes::default(),
            watch: Watch::default(),
            outdated: lazy.map(AtomicU64::new),
            level: 0,
            written: Vec::new(),
            marked: 0,
            undoable: Vec::new(),
            replaced_requests: Vec::new(),
            provisional: [0; W],
        }
    }

    /// The watch, which knows whether anything has changed.
    pub fn watch(&mut self) -> &mut Watch {
        &mut self.watch
    }

    /// Notes a change on which no node depends.
    #[inline(always)]
    pub fn note_change(&mut self) {
        self.watch.note_change();
    }

    /// The ready queue, which tasks share.
    #[inline(always)]
    pub fn ready_queue(&self) -> Option<&Arc<ReadyQueue>> {
        self.ready.as_ref().map(|ready| &ready.queue)
    }

    /// Advances the time of the graph.
    #[inline(always)]
    pub fn tick(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// The place and the revision of a write inside a batch.
    fn write(&mut self) -> Write {
        Write {
            level: self.level,
            revision: self.tick(),
        }
    }

    /// Notes the open batch's first write to the signal at `position`, and returns the index of the entry.
    fn note_written(&mut self, position: usize, known_changed: bool) -> u32 {
        let position = position as u32;
        self.written.push(Written {
            position,
            known_changed,
        });
        self.written.len() as u32 - 1
    }

    /// Notes another write to the signal at `position`, if the entry `at` is one of this signal.
    fn note_written_again(&mut self, position: usize, at: u32) -> bool {
        match self.written.get_mut(at as usize) {
            Some(written) if written.position == position as u32 => written.known_changed = false,
            _ => return false,
        }
        if self.marked != 0 {
            self.mark_dependents(position, Change::TRANSITION);
        }
        true
    }

    /// Notes the first write to the signal at `position` in the innermost transaction.
    fn undoable(&mut self, position: usize) {
        self.undoable.push(position as u32);
    }

    /// Marks the dependents of the signals that the open batch has written: a read is about to begin.
    fn mark_written(&mut self) {
        for written in &self.written[self.marked..] {
            let position = written.position as usize;
            if self.topology.kind(position) == Kind::Signal {
                let change = Change::TRANSITION;
                mark_dependents(&mut self.pending, self.topology, position, change);
            }
        }
        self.marked = self.written.len();
    }

    /// Refuses to go on if the eager value of this rank is failed: it is about to be read.
    #[inline(always)]
    #[track_caller]
    pub fn assert_good(&self, rank: usize) {
        if self.is_failed(rank) {
            self.refuse(rank);
        }
    }

    #[cold]
    #[track_caller]
    fn refuse(&self, rank: usize) -> ! {
        // The dependencies of an eager value are eager.
        read::refuse(self.topology, rank, &self.causes, |rank| {
            self.is_failed(rank)
        })
    }

    /// Is the eager value of this rank failed?
    #[inline(always)]
    pub fn is_failed(&self, rank: usize) -> bool {
        self.failed[rank / 64] & bit(rank) != 0
    }

    /// Does a failed eager value keep the node of this rank from running?
    fn blocks(&self, rank: usize) -> bool {
        let failed = |node: usize| node < W * 64 && self.is_failed(node);
        self.watch.any_failed() && self.topology.dependencies(rank).any(failed)
    }

    /// The lazy values in this word that may be stale. All others can be read.
    #[inline]
    fn outdated(&self, word: usize) -> u64 {
        self.outdated[word].load(Ordering::Acquire)
    }

    /// Notes that these lazy values in this word are stale.
    #[inline]
    fn outdate(&mut self, word: usize, bits: u64) {
        *self.outdated[word].get_mut() |= bits;
    }

    /// Notes that these lazy values in this word are current. A thread that notes the same for others may undo that: the
    /// next read then finds them current.
    fn note_current(&self, word: usize, bits: u64) {
        let outdated = self.outdated[word].load(Ordering::Acquire);
        self.outdated[word].store(outdated & !bits, Ordering::Release);
    }

    /// Notes a failure or its end; returns whether that is new.
    fn set_failed(&mut self, rank: usize, failed: bool) -> bool {
        if self.is_failed(rank) == failed {
            return false;
        }
        self.failed[rank / 64] ^= bit(rank);
        let any_failed = self.failed.iter().any(|&word| word != 0);
        self.watch.set_any_failed(any_failed);
        true
    }

    /// Marks the dependents of the changed parts of the node at `position`.
    fn mark_dependents(&mut self, position: usize, change: Change) {
        mark_dependents(&mut self.pending, self.topology, position, change);
    }
}

#[inline(always)]
const fn bit(rank: usize) -> u64 {
    1 << (rank % 64)
}

fn mark_dependents<const W: usize>(
    mask: &mut [u64; W],
    topology: &Topology,
    position: usize,
    change: Change,
) {
    topology.dependents(position, change, |word, bits| mask[word] |= bits);
}

/// The lowest rank in a mask.
fn lowest<const W: usize>(mask: &[u64; W]) -> Option<usize> {
    let word = first_word(mask, 0)?;
    Some(word * 64 + mask[word].trailing_zeros() as usize)
}

/// The first word of a mask that is not empty, from this one on. Most words of a large mask are empty, so it tests several
/// at once.
#[inline]
fn first_word<const W: usize>(mask: &[u64; W], mut from: usize) -> Option<usize> {
    while let Some(words) = mask.get(from..from + 8) {
        if words.iter().fold(0, |all, word| all | word) != 0 {
            break;
        }
        from += 8;
    }
    let word = mask.get(from..)?.iter().position(|&word| word != 0)?;
    Some(from + word)
}

/// Takes a rank out of a mask; returns whether it was there.
fn take<const W: usize>(mask: &mut [u64; W], rank: usize) -> bool {
    let was = mask[rank / 64] & bit(rank) != 0;
    mask[rank / 64] &= !bit(rank);
    was
}

/// Is this rank in the mask?
fn has<const W: usize>(mask: &[u64; W], rank: usize) -> bool {
    mask[rank / 64] & bit(rank) != 0
}

fn put<const W: usize>(mask: &mut [u64; W], rank: usize) {
    mask[rank / 64] |= bit(rank);
}

/// Shows the node at `position` to `with`, and returns what that returns.
fn node<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    position: usize,
    with: impl FnOnce(NodeRef<'_>) -> Option<R>,
) -> Option<R> {
    let mut with = Some(with);
    let mut result = None;
    let mut visitor = |node: NodeRef<'_>| result = with.take().and_then(|with| with(node));
    graph.node(position, &mut Visitor(Query::Node(&mut visitor)));
    result
}

/// Ends the outermost batch for the signal at `position`.
fn finish<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    position: usize,
    panics: &mut FirstPanic,
) -> Finished {
    let mut visitor = Visitor(Query::Finish(panics, Finished::Unchanged));
    graph.node(position, &mut visitor);
    match visitor.0 {
        Query::Finish(_, finished) => finished,
        Query::Node(_) => Finished::Unchanged,
    }
}

fn slot<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    position: usize,
    with: impl FnOnce(&mut dyn AnySlot) -> R,
) -> Option<R> {
    node(graph, position, |node| match node {
        NodeRef::Slot(slot) => Some(with(slot)),
        _ => None,
    })
}

fn memo<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyMemo) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Memo(memo) => Some(with(memo)),
        _ => None,
    })
}

fn resource<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    rank: usize,
    with: impl FnOnce(&mut dyn AnyResource) -> R,
) -> Option<R> {
    node(graph, rank, |node| match node {
        NodeRef::Resource(resource) => Some(with(resource)),
        _ => None,
    })
}
