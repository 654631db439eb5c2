//! Polling the work of a graph.
//!
//! Invariants: each piece of work is polled at most once a call, in order of rank. One settle commits all work that has
//! come to an end. A driver gives way to other tasks of its executor after a number of commits. The drop of a waiting
//! future drops no work.
//!
//! Must not know: executors.

use super::{
    settle,
    visit::{DeclaredGraph, NodeRef, node},
};
use crate::{panics::FirstPanic, task::progress};
use std::task::{Context, Poll, Waker};

/// Polls the ready tasks. Ready as soon as something was committed and the graph has settled.
pub fn poll_progress<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    context: &mut Context<'_>,
) -> Poll<()> {
    poll(graph, context, false)
}

/// As `poll_progress`. `waits` says that the next wait may follow in the same turn of the executor.
#[inline]
fn poll<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    context: &mut Context<'_>,
    waits: bool,
) -> Poll<()> {
    let Some(ready) = &mut graph.core_mut().ready else {
        return Poll::Pending;
    };
    if ready.budget.is_spent() {
        context.waker().wake_by_ref(); // user code
        return Poll::Pending;
    }
    let polled = poll_work(graph, context);
    if let Some(ready) = &mut graph.core_mut().ready {
        // A commit may start work that is ready at once, whose commit starts work again, and so on.
        let goes_on = polled.is_ready() && (waits || ready.queue.has_ready());
        ready.budget.spend(goes_on);
    }
    polled
}

/// As `poll_progress`, for a driver that has a budget of its own.
pub fn poll_work<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    context: &mut Context<'_>,
) -> Poll<()> {
    let mut panics = FirstPanic::default();
    let done = poll_tasks(graph, context.waker(), &mut panics);
    if !done {
        return Poll::Pending;
    }
    graph.core_mut().tick();
    graph.core_mut().note_change();
    settle::settle_into(graph, &mut panics);
    if let Some(ready) = &mut graph.core_mut().ready {
        ready.queue.clear_changed();
        ready.notify_others(&mut panics);
        if ready.queue.take_sleeps() {
            begin_sleeps(graph, &mut panics);
        }
    }
    panics.resume();
    Poll::Ready(())
}

/// Makes the sleeps that the settle of a poll has asked for: their time is counted from now on.
#[cold]
#[inline(never)]
fn begin_sleeps<G: DeclaredGraph<W>, const W: usize>(graph: &mut G, panics: &mut FirstPanic) {
    for position in 0..G::FIRST_EFFECT {
        node(graph, position, |node| match node {
            NodeRef::Resource(it) => {
                it.begin_sleep(panics);
                Some(())
            }
            _ => None,
        });
    }
}

/// Polls each ready task once. True if there is an output to commit.
pub(super) fn poll_tasks<G: DeclaredGraph<W>, const W: usize>(
    graph: &mut G,
    waker: &Waker,
    panics: &mut FirstPanic,
) -> bool {
    let Some(ready) = &mut graph.core_mut().ready else {
        return false;
    };
    let tasks = ready.take_ready(waker);
    let mut done = false;
    for &rank in &tasks {
        let rank = rank as usize;
        let polled = node(graph, rank, |node| match node {
            NodeRef::Resource(it) => Some(it.poll(panics)),
            NodeRef::Graph(it) => Some(it.poll(panics)),
            _ => None,
        });
        if polled == Some(true) {
            graph.core_mut().pending.insert(rank);
            done = true;
        }
    }
    if let Some(ready) = &mut graph.core_mut().ready {
        ready.put_back(tasks);
    }
    done
}

struct Exclusive<'a, G, const W: usize>(&'a mut G);

impl<G: DeclaredGraph<W>, const W: usize> progress::Driver for Exclusive<'_, G, W> {
    fn reset_budget(&mut self) {
        if let Some(ready) = &mut self.0.core_mut().ready {
            ready.budget.reset();
        }
    }

    fn commits(&self) -> u64 {
        0 // the graph is borrowed exclusively
    }

    fn is_idle(&self) -> bool {
        let queue = self.0.core().ready_queue();
        queue.is_none_or(|queue| queue.is_idle())
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        poll(self.0, context, true)
    }
}

/// Waits for the next commit.
pub async fn progress<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) {
    progress::progress(Exclusive(graph)).await;
}

/// Waits until no work is in flight.
pub async fn settled<G: DeclaredGraph<W>, const W: usize>(graph: &mut G) {
    progress::settled(Exclusive(graph)).await;
}
