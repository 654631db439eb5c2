//! Polling the work of a graph, for whoever drives it.
//!
//! Invariants: each piece of work is polled at most once a call, in order of rank; everything that has
//! come to an end is committed in one settle. A driver gives way to other tasks of its executor after a number
//! of commits. Dropping a waiting future drops no work.
//!
//! Must not know: executors.

use super::{Wired, answer, put, settle, slot::Caught};
use std::{
    future::poll_fn,
    mem,
    task::{Context, Poll},
};

/// Polls what asked to be polled; ready once something was committed and the graph has settled.
pub fn poll_progress<G: Wired<W>, const W: usize>(
    graph: &mut G,
    context: &mut Context<'_>,
) -> Poll<()> {
    poll(graph, context, false)
}

/// The same, also for a wait that may be followed by the next one within a turn of the executor.
#[inline]
fn poll<G: Wired<W>, const W: usize>(
    graph: &mut G,
    context: &mut Context<'_>,
    waits: bool,
) -> Poll<()> {
    let Some(post) = &mut graph.core_mut().post else {
        return Poll::Pending;
    };
    if post.streak.is_over() {
        context.waker().wake_by_ref(); // user code
        return Poll::Pending;
    }
    let polled = poll_work(graph, context);
    if let Some(post) = &mut graph.core_mut().post {
        // Work that a commit has started anew may be ready at once, and so on.
        let goes_on = polled.is_ready() && (waits || post.hub.is_due());
        post.streak.count(goes_on);
    }
    polled
}

/// The same, for a driver that has a streak of its own.
pub fn poll_work<G: Wired<W>, const W: usize>(
    graph: &mut G,
    context: &mut Context<'_>,
) -> Poll<()> {
    let Some(post) = &mut graph.core_mut().post else {
        return Poll::Pending;
    };
    let ready = post.take_ready(context.waker());
    let mut caught = Caught::default();
    let mut done = false;
    for &rank in &ready {
        let rank = rank as usize;
        if answer(graph, rank, |it| it.poll(&mut caught)) == Some(true) {
            put(&mut graph.core_mut().pending, rank);
            done = true;
        }
    }
    if let Some(post) = &mut graph.core_mut().post {
        post.give_back(ready);
    }
    if !done {
        return Poll::Pending;
    }
    graph.core_mut().tick();
    graph.core_mut().note_change();
    settle::settle_into(graph, &mut caught.0);
    if let Some(post) = &mut graph.core_mut().post {
        post.hub.forget_news();
        post.tell_others(&mut caught.0);
    }
    caught.0.resume();
    Poll::Ready(())
}

/// A wait is polled again: the executor has had its turn.
fn next_turn<G: Wired<W>, const W: usize>(graph: &mut G, first: &mut bool) {
    if !mem::take(first) {
        if let Some(post) = &mut graph.core_mut().post {
            post.streak.end();
        }
    }
}

/// Waits for the next commit.
pub async fn progress<G: Wired<W>, const W: usize>(graph: &mut G) {
    let mut first = true;
    poll_fn(|context| {
        next_turn(graph, &mut first);
        poll(graph, context, true)
    })
    .await;
}

/// Waits until nothing is in flight.
pub async fn settled<G: Wired<W>, const W: usize>(graph: &mut G) {
    let mut first = true;
    poll_fn(|context| {
        next_turn(graph, &mut first);
        while graph.core().hub().is_some_and(|hub| !hub.is_idle()) {
            if poll(graph, context, true).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    })
    .await;
}
