//! Polling the work of a graph, for whoever drives it.
//!
//! Invariants: each piece of work is polled at most once a call, in order of rank; everything that has
//! come to an end is committed in one settle. Dropping a waiting future drops no work.
//!
//! Must not know: executors.

use super::{Wired, answer, put, settle, slot::Caught};
use std::{
    future::poll_fn,
    task::{Context, Poll},
};

/// Polls what asked to be polled; ready once something was committed and the graph has settled.
pub fn poll_progress<G: Wired<W>, const W: usize>(
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
    settle::settle_into(graph, &mut caught.0);
    if let Some(hub) = graph.core().hub() {
        hub.forget_news();
    }
    caught.0.resume();
    Poll::Ready(())
}

/// Waits for the next commit.
pub async fn progress<G: Wired<W>, const W: usize>(graph: &mut G) {
    poll_fn(|context| poll_progress(graph, context)).await;
}

/// Waits until nothing is in flight.
pub async fn settled<G: Wired<W>, const W: usize>(graph: &mut G) {
    poll_fn(|context| {
        while graph.core().hub().is_some_and(|hub| !hub.is_idle()) {
            if poll_progress(graph, context).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    })
    .await;
}
