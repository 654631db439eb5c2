//! Settles a graph after a write.
//!
//! Two loops do the same. The fast one is the generated straight-line pass, which assumes that no node is failed. The
//! careful one visits one node at a time. It takes over when a node panics, and as long as one is failed.
//!
//! Invariants: ranks are visited in ascending order, each at most once. A body that panics costs its own node only.
//! While user code runs, every part of the graph is in a valid state.
//!
//! Must not know: values.

use super::{
    inside::links,
    mask::bit,
    pass::mode,
    topology::Kind,
    visit::{DeclaredGraph, Payload, is_by_hand, resource},
};
use crate::{panics::FirstPanic, task::state::Change};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// In a mask of more words than this, empty words are skipped.
const MANY: usize = 8;

/// Settles a new graph: every effect runs for the first time.
#[inline(never)]
pub fn begin<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) {
    if G::HAS_GRAPHS {
        links::note_failed(graph);
    }
    settle(graph);
}

/// Settles after marks were made. The first panic of user code goes on when everything else has run.
#[inline]
pub fn settle<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) {
    let bits = std::mem::take(&mut graph.core_mut().pending.words[0]);
    settle_from(graph, 0, bits);
}

/// Settles after marks were made. `bits` are the marks in `word`; they are not in `pending`, so they need not go
/// through memory. The words before are empty.
#[inline]
fn settle_from<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, word: usize, bits: u64) {
    let any_failed = graph.core().watch.any_failed();
    let first = if !any_failed {
        try_fast::<G, W, { mode::WHOLE }>(graph, word, bits)
    } else {
        graph.core_mut().pending.words[word] |= bits;
        None
    };
    if any_failed || first.is_some() {
        go_on(graph, first);
    } else if G::HAS_RESOURCES {
        let mut panics = FirstPanic::default();
        wake(graph, &mut panics);
        panics.resume();
    }
}

/// Settles the rest after the fast pass, or everything if a value is failed.
#[cold]
fn go_on<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, first: Option<Payload>) {
    let mut panics = FirstPanic::default();
    match first {
        Some(first) => {
            panics.keep(first);
            settle_carefully::<G, W, { mode::WHOLE }>(graph, &mut panics);
        }
        None => settle_into(graph, &mut panics),
    }
    wake(graph, &mut panics);
    panics.resume();
}

/// Settles after a signal was replaced: drops the old value, then settles as `settle_from` does.
#[inline]
pub fn changed<G: DeclaredGraph<W>, const W: usize, T>(
    graph: &mut G,
    old: T,
    word: usize,
    bits: u64,
) {
    if std::mem::needs_drop::<T>() {
        graph.core_mut().pending.words[word] |= bits;
        changed_and_dropped(graph, old);
    } else {
        graph.core_mut().note_change();
        settle_from(graph, word, bits);
    }
}

fn changed_and_dropped<G: DeclaredGraph<W>, const W: usize, T>(graph: &mut G, old: T) {
    let mut panics = FirstPanic::default();
    panics.discard(old); // user code
    updated(graph, Some(()), panics);
}

/// Settles after a signal was changed in place, also if the change has panicked. Returns the `result` of the change.
pub fn updated<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    result: Option<R>,
    mut panics: FirstPanic,
) -> R {
    graph.core_mut().note_change();
    settle_into(graph, &mut panics);
    wake(graph, &mut panics);
    panics.result(result)
}

/// Carries out a `reload` or `cancel`.
pub fn request<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) {
    let core = graph.core_mut();
    let revision = core.tick();
    core.pending.insert(rank);
    let mut panics = FirstPanic::default();
    settle_into(graph, &mut panics);
    if has_moved(graph, rank, revision) {
        graph.core_mut().note_change();
    }
    wake(graph, &mut panics);
    panics.resume();
}

/// Has a request to the resource of this rank, carried out at this revision, changed anything?
pub(super) fn has_moved<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    revision: u64,
) -> bool {
    resource(graph, rank, |it| it.changed_at()) == Some(revision)
}

/// Drops a replaced value.
#[inline(always)]
pub fn discard<T>(old: T) {
    drop(old); // user code
}

/// Runs an effect that keeps its result. The result of the last run is dropped first.
pub fn rerun<T>(kept: &mut Option<T>, body: impl FnOnce() -> T) {
    let mut panics = FirstPanic::default();
    panics.discard(kept.take()); // user code
    if panics.is_empty() {
        *kept = Some(body()); // user code
    } else {
        *kept = panics.catch(body); // user code
        panics.resume();
    }
}

/// Wakes the wakers that wait, if the settle has started or stopped work.
#[inline]
pub(super) fn wake<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, panics: &mut FirstPanic) {
    if let Some(ready) = &graph.core().ready {
        ready.notify_if_changed(panics);
    }
}

pub(super) fn settle_into<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    settle_in_mode::<G, W, { mode::WHOLE }>(graph, panics);
}

/// Phase A of a graph inside another: notes which nodes have changed.
pub(super) fn settle_inside<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    settle_in_mode::<G, W, { mode::INSIDE }>(graph, panics);
}

#[inline(always)]
fn settle_in_mode<G: DeclaredGraph<W>, const W: usize, const MODE: u8>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    if !graph.core().watch.any_failed() {
        let bits = std::mem::take(&mut graph.core_mut().pending.words[0]);
        match try_fast::<G, W, MODE>(graph, 0, bits) {
            None => return,
            Some(first) => panics.keep(first),
        }
    }
    settle_carefully::<G, W, MODE>(graph, panics);
}

/// The fast pass, if no node is failed. Returns the panic that has stopped it.
#[inline]
fn try_fast<G: DeclaredGraph<W>, const W: usize, const MODE: u8>(
    graph: &mut G,
    mut word: usize,
    mut bits: u64,
) -> Option<Payload> {
    let pass = catch_unwind(AssertUnwindSafe(|| {
        loop {
            if bits != 0 {
                let _ = graph.pass::<MODE>(word, bits);
            }
            word += 1;
            if word >= W {
                break;
            }
            let pending = &mut graph.core_mut().pending;
            if W > MANY && pending.words[word] == 0 {
                match pending.first_word(word) {
                    Some(next) => word = next,
                    None => break,
                }
            }
            bits = std::mem::take(&mut pending.words[word]);
        }
    }));
    match pass {
        Ok(()) => None,
        Err(payload) => {
            let (rank, change) = interrupted(graph, &payload);
            if const { MODE == mode::INSIDE } && !change.is_none() {
                graph.core_mut().note_changed(rank);
            }
            Some(payload)
        }
    }
}

/// Corrects the masks after the fast pass has unwound. Returns the node that has panicked, and its change.
#[cold]
fn interrupted<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    payload: &Payload,
) -> (usize, Change) {
    let rank = graph.core().reached.rank as usize;
    // The pass puts the bits of the visited nodes back into its word.
    graph.core_mut().pending.remove_up_to(rank);
    let change = unwound(graph, rank, payload);
    mark_after_visit(graph, rank, change);
    (rank, change)
}

/// Ends a visit that has unwound. Returns the change of the node.
fn unwound<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    payload: &Payload,
) -> Change {
    let core = graph.core();
    let change = core.reached.committed;
    if change.is_none() && G::TOPOLOGY.kind(rank).is_eager() {
        core.causes.note(rank, &**payload);
    }
    conclude(graph, rank, change)
}

/// Settles one node at a time, in ascending order of rank.
#[cold]
fn settle_carefully<G: DeclaredGraph<W>, const W: usize, const MODE: u8>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    while let Some(rank) = graph.core().pending.lowest() {
        if const { MODE == mode::INSIDE } && rank >= G::FIRST_EFFECT {
            break;
        }
        graph.core_mut().pending.take(rank);
        let change = visit(graph, rank, panics);
        if const { MODE == mode::INSIDE } && !change.is_none() {
            graph.core_mut().note_changed(rank);
        }
    }
}

/// Visits one node and marks its dependents. Returns the change of the node.
pub(super) fn visit<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) -> Change {
    let change = visit_alone(graph, rank, panics);
    mark_after_visit(graph, rank, change);
    change
}

/// Marks the dependents of a node that was visited, and the readers of a graph inside.
fn mark_after_visit<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    change: Change,
) {
    graph.core_mut().mark_after_visit(rank, change);
    if G::HAS_GRAPHS && G::TOPOLOGY.kind(rank) == Kind::Graph {
        let due = links::due(graph, rank);
        graph.core_mut().pending = graph.core().pending.or(&due);
    }
}

/// Visits one node, marks nothing, and returns the change of the node.
pub(super) fn visit_alone<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) -> Change {
    if is_blocked(graph, rank) {
        let change = start_failed(graph, rank, panics);
        return conclude(graph, rank, change);
    }
    mark_blocked_feeds(graph, rank);
    let visited = catch_unwind(AssertUnwindSafe(|| {
        graph.pass::<{ mode::SINGLE }>(rank / 64, bit(rank))
    }));
    for feed in feeds::<G, W>(rank) {
        graph.core_mut().set_failed(feed, false);
    }
    match visited {
        Ok(change) => conclude(graph, rank, Some(change)),
        Err(payload) => {
            let change = unwound(graph, rank, &payload);
            panics.keep(payload);
            change
        }
    }
}

/// The feeds of the graph or list of this rank.
fn feeds<G: DeclaredGraph<W>, const W: usize>(rank: usize) -> impl Iterator<Item = usize> {
    let is_inside = G::HAS_GRAPHS && G::TOPOLOGY.kind(rank) == Kind::Graph;
    let before = is_inside.then(|| G::TOPOLOGY.dependencies(rank));
    let before = before.into_iter().flatten();
    before.filter(|&rank| G::TOPOLOGY.kind(rank) == Kind::Feed)
}

/// Counts the feeds that depend on a failed node as failed during the visit of the list of this rank: they do not feed the
/// rows that were put in.
fn mark_blocked_feeds<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) {
    for feed in feeds::<G, W>(rank) {
        let is_blocked = blocks(graph, feed);
        graph.core_mut().set_failed(feed, is_blocked);
    }
}

/// Does a failed dependency keep this node from running?
fn is_blocked<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) -> bool {
    match G::TOPOLOGY.kind(rank) {
        Kind::Computed | Kind::Effect | Kind::Feed | Kind::Keys => blocks(graph, rank),
        // A value that was written needs no dependency.
        Kind::Per => blocks(graph, rank) && !is_by_hand(graph, rank),
        // The arguments belong to the first rank; only a start needs them.
        Kind::Resource => {
            blocks(graph, rank - 1) && resource(graph, rank, |it| it.is_due()) == Some(true)
        }
        Kind::ResourceInput
        | Kind::Lazy
        | Kind::Signal
        | Kind::ByHand
        | Kind::Graph
        | Kind::GraphEffects => false,
    }
}

fn blocks<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) -> bool {
    graph.core().blocks(rank)
        || (G::HAS_GRAPHS && graph.core().watch.any_failed() && links::block(graph, rank))
}

/// Cancels a resource that cannot start because a dependency is failed.
fn start_failed<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) -> Option<Change> {
    let revision = graph.core().revision;
    resource(graph, rank, |it| it.start_failed(revision, panics))
}

/// Notes that the eager value of this rank is not failed. Returns whether it was.
pub(super) fn recover<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) -> bool {
    let recovered = graph.core_mut().set_failed(rank, false);
    if recovered {
        graph.core().causes.forget(rank);
    }
    recovered
}

/// Notes failures and their ends, and returns the change of a visited node. `change` is `None` if the visit could not
/// bring the node up to date.
fn conclude<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    change: Option<Change>,
) -> Change {
    match (G::TOPOLOGY.kind(rank), change) {
        (kind @ (Kind::Computed | Kind::Per), Some(change)) => {
            // The end of a failure is a change, even if the recovered value is the old one.
            if recover(graph, rank) {
                if kind == Kind::Per {
                    graph.core_mut().note_change(); // a write of an equal value may be all that the batch has done
                }
                Change::TRANSITION
            } else {
                change
            }
        }
        (Kind::Computed | Kind::Per, None) => {
            if graph.core_mut().set_failed(rank, true) {
                Change::TRANSITION
            } else {
                Change::NONE
            }
        }
        (_, change) => change.unwrap_or(Change::NONE),
    }
}
