//! Many tasks that poll one graph, by hand.
//!
//! Must not know: graphs. The test hands in a closure that polls.

use crate::gate::Wakes;
use std::{
    collections::VecDeque,
    task::{Context, Poll},
};

/// Tasks that poll once each and never again. Returns how many wakers of them are kept in the end.
pub fn come_and_go(tasks: usize, mut poll: impl FnMut(&mut Context<'_>) -> Poll<()>) -> usize {
    let tasks: Vec<Wakes> = (0..tasks).map(|_| Wakes::new()).collect();
    for task in &tasks {
        assert!(task.poll(&mut poll).is_pending());
    }
    tasks.iter().map(Wakes::held).sum()
}

/// Tasks that poll whenever they are woken, in the order in which they were, until none of them is. Returns them,
/// and the number of polls.
///
/// # Panics
///
/// If they do not come to rest.
pub fn stay(
    tasks: usize,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<()>,
) -> (Vec<Wakes>, usize) {
    let tasks: Vec<Wakes> = (0..tasks).map(|_| Wakes::new()).collect();
    let mut due: VecDeque<usize> = (0..tasks.len()).collect();
    let mut polls = 0;
    while let Some(next) = due.pop_front() {
        assert!(tasks[next].poll(&mut poll).is_pending());
        polls += 1;
        assert!(polls < 100 * tasks.len(), "they wake each other for ever");
        for (index, task) in tasks.iter().enumerate() {
            if task.take() > 0 {
                due.push_back(index);
            }
        }
    }
    (tasks, polls)
}
