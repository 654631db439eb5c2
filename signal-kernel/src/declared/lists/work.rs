//! The work of all rows of a list: a ready queue inside the one of the graph around the list.
//!
//! Must not know: rows (`rows`, `row`).

use super::super::inside::work::Inner;
use crate::task::ready::{ReadyQueue, ReadyReceiver};
use std::sync::Arc;

/// The work of a list: the queue of its rows, inside the queue of the graph around it.
pub(super) struct ListWork {
    inner: Inner,
    rows: ReadyReceiver,
}

impl ListWork {
    /// The work of a list that has this rank.
    pub(super) fn new(queue: &Arc<ReadyQueue>, rank: u32) -> Self {
        ListWork {
            inner: Inner::new(queue, rank),
            rows: ReadyReceiver::default(),
        }
    }

    /// The queue of the rows.
    pub(super) fn queue(&self) -> &Arc<ReadyQueue> {
        &self.rows.queue
    }

    /// Takes out the rows that are to be polled.
    pub(super) fn take_ready(&mut self) -> Vec<u32> {
        let waker = self.inner.begin_poll();
        self.rows.take_ready(&waker)
    }

    /// Takes the list back, to use its memory again.
    pub(super) fn put_back(&mut self, ready: Vec<u32>) {
        self.rows.put_back(ready);
    }

    /// Tells the graph around of the work of all rows.
    pub(super) fn report(&mut self) {
        self.inner.report(&self.rows.queue);
    }
}
