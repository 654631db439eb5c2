//! Waiting for the work of a graph.
//!
//! Must not know: tasks, executors, and the kind of graph.

use std::{
    future::{Future, poll_fn},
    mem,
    task::{Context, Poll},
};

/// One waiting task on a graph.
pub(crate) trait Driver {
    /// Resets the budget: the executor has had a turn since the last poll.
    fn reset_budget(&mut self);

    /// The number of commits of the graph so far.
    fn commits(&self) -> u64;

    /// Whether no work is in flight.
    fn is_idle(&self) -> bool;

    /// Polls the work that is ready. The result is ready after a commit.
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
                // A stop of work is no commit, but the stopped work may have been the last.
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
