//! Batches and transactions: writes at once, one settle at the end, and the way back of a transaction that fails.
//!
//! Invariants: while a batch is open, `pending` has the values that are stale because of its writes, as far as a read
//! has asked for them; only reads bring values up to date. At the end of the outermost batch the net change counts. A
//! panic leaves the nesting of batches as it was.
//!
//! Must not know: values.

use super::{
    inside::links,
    mask::{Mask, bit},
    open_batch::{Replaced, Undoable, Written},
    read, settle,
    topology::Kind,
    visit::{
        self, DeclaredGraph, NetChange, NodeRef, Outermost, Words, memo, node, resource, slot,
    },
};
use crate::{
    panics::FirstPanic,
    task::{state::Change, task::Request},
};

/// Runs `f` as the outermost batch and settles, also if it panics.
pub fn batch<G: DeclaredGraph<W>, const W: usize, R>(
    graph: &mut G,
    f: impl FnOnce(&mut G) -> R,
) -> R {
    let mut panics = FirstPanic::default();
    let result = panics.catch(|| f(graph)); // user code
    close::<G, W, false>(graph, &mut panics);
    settle::wake(graph, &mut panics);
    panics.result(result)
}

impl<G: DeclaredGraph<W>, const W: usize> Outermost<G> for Words<W> {
    #[inline(always)]
    fn batch<R>(graph: &mut G, panics: &mut FirstPanic, f: impl FnOnce(&mut G) -> R) -> Option<R> {
        let result = panics.catch(|| f(graph)); // user code
        if !close_simple(graph, panics) {
            close::<G, W, false>(graph, panics);
        }
        if G::HAS_RESOURCES {
            settle::wake(graph, panics);
        }
        result
    }

    #[inline(always)]
    fn transaction<R, E>(
        graph: &mut G,
        panics: &mut FirstPanic,
        f: impl FnOnce(&mut G) -> Result<R, E>,
    ) -> Option<Result<R, E>> {
        Self::batch(graph, panics, |graph| transaction(graph, f))
    }
}

/// Runs `f` as a transaction inside an open batch: if it fails or panics, every signal written in it is restored, and
/// the requests made in it are forgotten.
pub fn transaction<G: DeclaredGraph<W>, const W: usize, R, E>(
    graph: &mut G,
    f: impl FnOnce(&mut G) -> Result<R, E>,
) -> Result<R, E> {
    let open = graph.core_mut().open_batch();
    open.level += 1;
    let level = open.level();
    let mut panics = FirstPanic::default();
    let result = panics.catch(|| f(graph)); // user code
    graph.core_mut().open_batch().level -= 1;
    if matches!(result, Some(Ok(_))) {
        merge_into_outer(graph, level, &mut panics);
    } else {
        roll_back(graph, level, &mut panics);
    }
    panics.result(result)
}

/// Notes that a request to the resource of this rank has replaced another one, or none. The end of the batch carries
/// out the last request.
pub fn request<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    replaced: Option<Request>,
) {
    let core = graph.core_mut();
    if replaced.is_none() {
        core.note_written(rank, false);
    }
    let open = core.open_batch();
    if open.level() > 0 {
        open.replaced_requests.push(Replaced {
            rank: rank as u32,
            level: open.level(),
            request: replaced,
        });
    }
}

/// Brings the eager values that the value of this rank needs up to date, in the middle of a batch.
///
/// # Panics
///
/// With the first panic of a body that this read ran.
#[track_caller]
pub fn refresh<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, rank: usize) {
    // Without a write in the batch, only values are stale that were stale before it.
    if !graph.core().has_written() {
        return;
    }
    graph.core_mut().mark_written();
    let mut panics = FirstPanic::default();
    if graph.core().watch.any_failed() {
        refresh_with_failures(graph, rank, &mut panics);
    } else {
        bring_up_to_date(graph, rank, &mut panics);
    }
    panics.resume();
}

/// A failed signal that the open batch has written is good for this read, and failed again after it: the end of the batch
/// decides whether the failure has ended.
#[cold]
fn refresh_with_failures<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let mut good = Mask::<W>::EMPTY;
    let mut failed = mark_readers_of_failed(graph);
    while let Some(signal) = failed.lowest() {
        failed.take(signal);
        if visit::is_by_hand(graph, signal) {
            graph.core_mut().set_failed(signal, false);
            good.insert(signal);
        }
    }
    bring_up_to_date(graph, rank, panics);
    if !good.is_empty() && panics.is_empty() && G::TOPOLOGY.kind(rank) == Kind::Lazy {
        read::compute(graph, rank, panics);
    }
    while let Some(signal) = good.lowest() {
        good.take(signal);
        graph.core_mut().set_failed(signal, true);
    }
}

/// Marks the readers of failed signals: reads inside the open batch may have seen other states of these. Returns the
/// signals.
fn mark_readers_of_failed<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) -> Mask<W> {
    let mut signals = graph.core().failed();
    let mut left = signals;
    while let Some(rank) = left.lowest() {
        left.take(rank);
        if G::TOPOLOGY.kind(rank) == Kind::Per {
            graph.core_mut().mark_dependents(rank, Change::TRANSITION);
        } else {
            signals.take(rank);
        }
    }
    signals
}

fn bring_up_to_date<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let needed = read::needed::<G, W>(rank);
    let is_graph = G::HAS_GRAPHS && G::TOPOLOGY.kind(rank) == Kind::Graph;
    bring_marked_up_to_date(graph, &needed, is_graph, panics);
    if G::HAS_GRAPHS && is_graph {
        visit::graph(graph, rank, |inside| inside.refresh(panics));
    }
    if !panics.is_empty() && G::TOPOLOGY.kind(rank) == Kind::Lazy {
        read::compute(graph, rank, panics); // every body without a failed dependency runs
    }
}

/// Brings all values up to date, in the middle of a batch of a graph inside another.
pub(super) fn refresh_all<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    let is_value = |&rank: &usize| {
        let kind = G::TOPOLOGY.kind(rank);
        matches!(kind, Kind::Computed | Kind::Lazy | Kind::Graph)
    };
    let values = (0..G::FIRST_EFFECT).filter(is_value);
    if !graph.core().has_written() {
        return;
    }
    if graph.core().watch.any_failed() {
        for rank in values {
            panics.catch(|| refresh(graph, rank));
        }
        return;
    }
    let mut needed = Mask::EMPTY;
    values.for_each(|rank| needed.insert(rank));
    graph.core_mut().mark_written();
    bring_marked_up_to_date(graph, &needed, true, panics);
}

/// Brings the marked values among the `needed` ones up to date, and of the graphs inside the nodes that these name.
/// `whole`: all of the needed graphs inside.
fn bring_marked_up_to_date<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    needed: &Mask<W>,
    whole: bool,
    panics: &mut FirstPanic,
) {
    while let Some(rank) = graph.core().pending.and(needed).lowest() {
        let core = graph.core_mut();
        core.pending.take(rank);
        if G::HAS_GRAPHS && G::TOPOLOGY.kind(rank) == Kind::Graph {
            if whole {
                visit::graph(graph, rank, |inside| inside.refresh(panics));
            }
            links::mark_all(G::LINKS, rank, &mut graph.core_mut().pending);
            continue;
        }
        if G::HAS_GRAPHS {
            links::refresh(graph, rank, panics);
        }
        let core = graph.core_mut();
        if !core.open_batch().provisional.has(rank) {
            save_baseline(graph, rank, panics);
        }
        let _ = settle::visit(graph, rank, panics);
    }
    save_stale(graph, needed, panics);
}

/// Saves the state of lazy values that were stale before the batch: they are about to be computed from its writes.
fn save_stale<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    needed: &Mask<W>,
    panics: &mut FirstPanic,
) {
    let mut left = *needed;
    while let Some(rank) = left.lowest() {
        left.take(rank);
        if G::TOPOLOGY.kind(rank) == Kind::Lazy
            && !graph.memo(rank).is_fresh()
            && !graph.core_mut().open_batch().provisional.has(rank)
        {
            if G::HAS_GRAPHS {
                links::refresh(graph, rank, panics);
            }
            save_baseline(graph, rank, panics);
        }
    }
}

/// From here on the value of this rank is provisional.
fn save_baseline<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    panics: &mut FirstPanic,
) {
    let core = graph.core_mut();
    core.open_batch().provisional.insert(rank);
    let failed = core.is_failed(rank);
    node(graph, rank, |node| {
        match node {
            NodeRef::Slot(slot) => slot.save_baseline(failed),
            NodeRef::Memo(memo) => memo.save_baseline(panics),
            NodeRef::Resource(_) | NodeRef::ByHand(..) | NodeRef::Graph(_) => {}
        }
        Some(())
    });
}

/// Takes back everything that the transaction at `level` has written and requested.
pub(super) fn roll_back<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    level: u32,
    panics: &mut FirstPanic,
) {
    let requests = graph.core_mut().open_batch().take_requests(level);
    for Replaced { rank, request, .. } in requests.into_iter().rev() {
        resource(graph, rank as usize, |it| it.restore_request(request));
    }
    let revision = graph.core_mut().tick();
    let open = graph.core_mut().open_batch();
    open.forget_by_hand(level);
    let (first, last) = (open.first_undoable(level), open.undoable.len());
    for at in first..last {
        let position = graph.core_mut().open_batch().undoable[at].position as usize;
        node(graph, position, |node| {
            match node {
                NodeRef::Slot(it) | NodeRef::ByHand(it, _) => {
                    it.roll_back(level, revision, panics);
                }
                NodeRef::Graph(it) => it.roll_back(level, revision, panics),
                NodeRef::Memo(_) | NodeRef::Resource(_) => {}
            }
            Some(())
        });
        let core = graph.core_mut();
        if core.open_batch().marked != 0 {
            core.mark_stale(position);
        }
    }
    graph.core_mut().open_batch().undoable.truncate(first);
}

/// Merges the undo log of the transaction at `level` into that of the outer one, if there is one.
pub(super) fn merge_into_outer<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    level: u32,
    panics: &mut FirstPanic,
) {
    graph.core_mut().open_batch().merge_requests(level);
    let open = graph.core_mut().open_batch();
    open.merge_by_hand(level);
    let (first, last) = (open.first_undoable(level), open.undoable.len());
    let mut kept = first;
    for at in first..last {
        let open = graph.core_mut().open_batch();
        let position = open.undoable[at].position;
        let is_new = open.is_first(position, level - 1, first);
        let new = node(graph, position as usize, |node| match node {
            NodeRef::Slot(it) | NodeRef::ByHand(it, _) => Some(it.merge_into_outer(level, panics)),
            NodeRef::Graph(it) => {
                it.merge_into_outer(level, panics);
                Some(is_new)
            }
            NodeRef::Memo(_) | NodeRef::Resource(_) => None,
        });
        if new == Some(true) {
            let level = level - 1;
            graph.core_mut().open_batch().undoable[kept] = Undoable { position, level };
            kept += 1;
        }
    }
    graph.core_mut().open_batch().undoable.truncate(kept);
}

/// Ends the batch of a graph inside another, but for its effects.
pub(super) fn close_inside<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    close::<G, W, true>(graph, panics);
}

/// Ends the outermost batch: finds the net changes and settles them. A graph that is `INSIDE` another notes what has
/// changed, and leaves its effects.
fn close<G: DeclaredGraph<W>, const W: usize, const INSIDE: bool>(
    graph: &mut G,
    panics: &mut FirstPanic,
) {
    let has_provisional = !graph.core_mut().open_batch().provisional.is_empty();
    if has_provisional {
        mark_stale(graph);
    }
    let core = graph.core_mut();
    // Only provisional values are stale because of a write that may not count in the end.
    let mut stale = std::mem::replace(&mut core.pending, Mask::EMPTY);
    let open = core.open_batch();
    let mut written = std::mem::take(&mut open.written);
    open.marked = 0;
    if INSIDE {
        core.pending = std::mem::replace(&mut open.due, Mask::EMPTY);
    }
    if G::HAS_GRAPHS && has_provisional {
        mark_readers_of_written::<G, W>(&written, &mut stale);
    }
    let mut changed = false;
    for &Written {
        position,
        known_changed,
    } in &written
    {
        let position = position as usize;
        if known_changed {
            changed = true;
            let core = graph.core_mut();
            if INSIDE {
                core.note_changed(position);
            }
            G::TOPOLOGY.mark_whole(position, &mut core.pending);
        } else {
            changed |= conclude::<G, W, INSIDE>(graph, position, &mut stale, panics);
        }
    }
    let core = graph.core_mut();
    let revision = core.tick();
    if has_provisional {
        settle_provisional::<G, W, INSIDE>(graph, stale, panics);
    }
    if INSIDE {
        settle::settle_inside(graph, panics);
    } else {
        settle::settle_into(graph, panics);
    }
    if !changed {
        let positions = written.iter().map(|it| it.position as usize);
        let mut requests = positions.filter(|&it| G::TOPOLOGY.kind(it) == Kind::Resource);
        changed = requests.any(|rank| settle::has_moved(graph, rank, revision));
    }
    written.clear();
    let core = graph.core_mut();
    core.open_batch().written = written;
    if changed {
        core.note_change();
    }
}

/// Does the same as `close`, if the batch has read no value, and has done one write that is known to have changed its
/// signal. False if not: then nothing was done.
#[inline(always)]
fn close_simple<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    panics: &mut FirstPanic,
) -> bool {
    let core = graph.core_mut();
    let any_failed = core.watch.any_failed();
    let open = core.open_batch();
    let &[
        Written {
            position,
            known_changed: true,
        },
    ] = &open.written[..]
    else {
        return false;
    };
    if open.marked != 0 || any_failed || !open.provisional.is_empty() {
        return false;
    }
    open.written.clear();
    G::TOPOLOGY.mark_whole(position as usize, &mut core.pending);
    core.tick();
    settle::settle_into(graph, panics);
    graph.core_mut().note_change();
    true
}

/// Marks the values whose provisional values may not hold any more.
#[inline(never)]
fn mark_stale<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) {
    graph.core_mut().mark_written();
    if graph.core().watch.any_failed() {
        mark_readers_of_failed(graph);
    }
}

/// Marks the readers of the graphs inside that the batch has written: their provisional values hold no more, since a lazy
/// value inside may not be current again when the batch has ended.
fn mark_readers_of_written<G: DeclaredGraph<W>, const W: usize>(
    written: &[Written],
    stale: &mut Mask<W>,
) {
    let graphs = written.iter().map(|it| it.position as usize);
    let graphs = graphs.filter(|&position| G::TOPOLOGY.kind(position) == Kind::Graph);
    graphs.for_each(|position| stale.insert(position));
    links::mark_readers(G::LINKS, stale);
}

/// Ends the batch for a signal or a resource, and marks the nodes that are due for it. True if something that can be read
/// has changed. Not inlined: the loop would prepare the places of all nodes for it.
#[inline(never)]
fn conclude<G: DeclaredGraph<W>, const W: usize, const INSIDE: bool>(
    graph: &mut G,
    position: usize,
    stale: &mut Mask<W>,
    panics: &mut FirstPanic,
) -> bool {
    let kind = G::TOPOLOGY.kind(position);
    if matches!(kind, Kind::Resource | Kind::Graph) {
        graph.core_mut().pending.insert(position);
        return false;
    }
    let change = visit::finish(graph, position, panics);
    if kind == Kind::ByHand {
        mark::<G, W, false>(graph, position, change, stale);
        return false; // the mark of a write by hand cannot be read
    }
    mark::<G, W, INSIDE>(graph, position, change, stale);
    change.changed
}

/// Marks the dependents of a node by the outcome of the batch for that node. `stale` has the nodes whose provisional
/// values do not hold any more.
fn mark<G: DeclaredGraph<W>, const W: usize, const INSIDE: bool>(
    graph: &mut G,
    position: usize,
    NetChange { changed, moved }: NetChange,
    stale: &mut Mask<W>,
) {
    if changed {
        let core = graph.core_mut();
        if INSIDE {
            core.note_changed(position);
        }
        G::TOPOLOGY.mark_whole(position, &mut core.pending);
    }
    if moved {
        G::TOPOLOGY.mark_whole(position, stale);
    }
}

/// Settles the values that the batch has read, and all that comes before them. `pending` has the nodes whose
/// dependencies have changed in the end, `stale` those whose provisional values do not hold any more.
fn settle_provisional<G: DeclaredGraph<W>, const W: usize, const INSIDE: bool>(
    graph: &mut G,
    mut stale: Mask<W>,
    panics: &mut FirstPanic,
) {
    while let Some(rank) = graph.core_mut().open_batch().provisional.lowest() {
        let core = graph.core_mut();
        // Everything before this value must be settled first.
        if let Some(before) = core.pending.lowest().filter(|&before| before < rank) {
            core.pending.take(before);
            let change = settle::visit_alone(graph, before, panics);
            let core = graph.core_mut();
            if INSIDE && !change.is_none() {
                core.note_changed(before);
            }
            core.mark_after_visit(before, change);
            G::TOPOLOGY.mark_after_visit(before, change, &mut stale);
            if G::HAS_GRAPHS && G::TOPOLOGY.kind(before) == Kind::Graph {
                let due = links::due(graph, before);
                graph.core_mut().pending = graph.core().pending.or(&due);
                stale = stale.or(&due);
            }
            continue;
        }
        core.open_batch().provisional.take(rank);
        let is_due = core.pending.take(rank);
        let is_stale = stale.take(rank);
        if G::TOPOLOGY.kind(rank) == Kind::Lazy {
            let change = reconcile_memo(graph, rank, is_due, is_stale, panics);
            mark::<G, W, false>(graph, rank, change, &mut stale);
            // A memo that was stale before the batch, and is again, has not changed.
            if INSIDE && is_due {
                graph.core_mut().note_changed(rank);
            }
        } else {
            let change = reconcile_slot(graph, rank, is_due, is_stale, panics);
            mark::<G, W, INSIDE>(graph, rank, change, &mut stale);
        }
    }
}

/// The body runs once more if the provisional value does not hold, and either a dependency has changed in the end or
/// the value was failed before the batch: only the body can tell the text of that failure.
fn reconcile_slot<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    due: bool,
    stale: bool,
    panics: &mut FirstPanic,
) -> NetChange {
    let was_failed = slot(graph, rank, |it| it.was_failed()) == Some(true);
    let counts = due || was_failed;
    let moved = if counts && stale {
        let mut again = FirstPanic::default();
        let change = settle::visit_alone(graph, rank, &mut again);
        if was_failed && graph.core().is_failed(rank) {
            again.swallow(); // the failure from before the batch is no change
        } else {
            panics.merge(again);
        }
        !change.is_none()
    } else {
        !counts && settle::recover(graph, rank)
    };
    let failed = graph.core().is_failed(rank);
    let reconciled = slot(graph, rank, |it| it.reconcile(counts, failed, panics));
    let reconciled = reconciled.unwrap_or_default();
    NetChange {
        moved: moved || reconciled.moved,
        ..reconciled
    }
}

fn reconcile_memo<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    rank: usize,
    due: bool,
    stale: bool,
    panics: &mut FirstPanic,
) -> NetChange {
    let reconciled = memo(graph, rank, |it| it.reconcile(due, stale, panics)).unwrap_or_default();
    if !graph.memo(rank).is_fresh() {
        let core = graph.core_mut();
        core.causes.forget(rank);
        core.note_stale(rank / 64, bit(rank));
    }
    reconciled
}
