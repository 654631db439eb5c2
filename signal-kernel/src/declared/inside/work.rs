//! The way of work inside a graph to the ready queue around it.
//!
//! Must not know: what is inside.

use crate::task::ready::{ReadyQueue, TaskWaker};
use std::{sync::Arc, task::Waker};

/// The work of something inside, as the queue around it sees it: one task.
pub(in crate::declared) struct Inner {
    waker: Arc<TaskWaker>,
    /// The number of tasks in flight that the queue around has counted. Small, since each row of a list has one.
    counted: u32,
    /// Streams that are not in flight know this waker.
    knows_quiet: bool,
}

impl Inner {
    /// Something inside that has this number in the queue around it.
    pub(in crate::declared) fn new(queue: &Arc<ReadyQueue>, number: u32) -> Self {
        Inner {
            waker: TaskWaker::new(queue, number),
            counted: 0,
            knows_quiet: false,
        }
    }

    /// The waker, for a poll that begins.
    pub(in crate::declared) fn begin_poll(&self) -> Waker {
        self.waker.begin_poll();
        Waker::from(self.waker.clone())
    }

    /// Tells the queue around of the work in the `inside` queue.
    #[inline]
    pub(in crate::declared) fn report(&mut self, inside: &ReadyQueue) {
        let is_other = running(inside) != self.counted || inside.has_changed();
        let is_new = inside.has_quiet() && !self.knows_quiet;
        if is_other || inside.has_ready() || is_new {
            self.report_change(inside);
        }
    }

    #[inline(never)]
    fn report_change(&mut self, inside: &ReadyQueue) {
        let running = running(inside);
        // The work of a graph that has run elsewhere knows another waker: the next poll puts this one in its place.
        let is_new =
            (self.counted == 0 && running != 0) || (inside.has_quiet() && !self.knows_quiet);
        self.knows_quiet = true; // the next poll sees all of them
        if inside.has_changed() || running != self.counted {
            self.waker
                .count_inside(self.counted as usize, running as usize);
            self.counted = running;
        }
        if inside.has_ready() || is_new {
            self.waker.wake_quietly();
        }
        inside.clear_changed();
    }
}

/// The number of tasks in flight.
fn running(inside: &ReadyQueue) -> u32 {
    inside.in_flight() as u32
}

/// None of the work inside is in flight any more.
impl Drop for Inner {
    fn drop(&mut self) {
        if self.counted != 0 {
            self.waker.count_inside(self.counted as usize, 0);
        }
    }
}
