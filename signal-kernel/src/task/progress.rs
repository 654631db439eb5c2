//! Waiting for the work of a graph.
//!
//! Must not know: tasks, executors, and which kind of graph it is.

use std::{
    future::{Future, poll_fn},
    mem,
    task::{Context, Poll},
};

/// One waiting task on a graph.
pub(crate) trait Driver {
    /// The executor has had a turn since the last poll.
    fn reset_budget(&mut self);

    /// Counts the commits of the graph.
    fn commits(&self) -> u64;

    /// Is no work in flight?
    fn is_idle(&self) -> bool;

    /// Polls the work that is ready. Ready if something was committed.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

/// Waits for the next commit, which another driver may make as well.
pub(crate) fn progress(mut driver: impl Driver) -> impl Future<Output = ()> {
    let mut commits = None;
    poll_fn(move |context| {
        let now = driver.commits();
        match commits {
            None => commits = Some(now),
            Some(before) => {
                driver.reset_budget();
                if before != now {
                    return Poll::Ready(());
                }
            }
        }
        driver.poll(context)
    })
}

/// Waits until no work is in flight.
pub(crate) fn settled(mut driver: impl Driver) -> impl Future<Output = ()> {
    let mut polled = false;
    poll_fn(move |context| {
        if mem::replace(&mut polled, true) {
            driver.reset_budget();
        }
        while !driver.is_idle() {
            if driver.poll(context).is_pending() {
                // Stopping work is no commit, but it may have been the last.
                return if driver.is_idle() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                };
            }
        }
        Poll::Ready(())
    })
}
