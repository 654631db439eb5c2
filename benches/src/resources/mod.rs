//! Async work: fetches that record their own life, and the sides that start them.
//!
//! Invariants: every side starts the same fetches; each costs the same by itself.
//!
//! Must not know: the measured workloads.

mod declared;
mod dynamic;
#[cfg(feature = "peers")]
mod futures_signals;
mod hand;
#[cfg(feature = "peers")]
mod leptos;
#[cfg(feature = "peers")]
mod sycamore;

use crate::side::Kind;
use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// The record of all fetches.
#[derive(Default)]
struct Log {
    fetches: Vec<Slot>,
    dropped: usize,
    resolved: usize,
    /// Fetches resolve at once.
    open: bool,
}

#[derive(Default)]
struct Slot {
    released: bool,
    waker: Option<Waker>,
}

/// Starts fetches and releases them; clones share it.
#[derive(Clone, Default)]
pub struct Board(Rc<RefCell<Log>>);

impl Board {
    /// A board whose fetches resolve when they are first polled.
    pub fn open() -> Self {
        let board = Board::default();
        board.0.borrow_mut().open = true;
        board
    }

    /// Starts a fetch that resolves to ten times `input` once it is released.
    pub fn fetch(&self, input: i64) -> Fetch {
        let mut log = self.0.borrow_mut();
        let released = log.open;
        log.fetches.push(Slot {
            released,
            waker: None,
        });
        Fetch {
            board: self.clone(),
            id: log.fetches.len() - 1,
            input,
            done: false,
        }
    }

    /// Lets the `id`th fetch resolve.
    pub fn release(&self, id: usize) {
        let waker = {
            let slot = &mut self.0.borrow_mut().fetches[id];
            slot.released = true;
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn started(&self) -> usize {
        self.0.borrow().fetches.len()
    }

    /// The number of fetches that were dropped before they resolved.
    pub fn dropped(&self) -> usize {
        self.0.borrow().dropped
    }

    pub fn resolved(&self) -> usize {
        self.0.borrow().resolved
    }
}

/// A piece of work.
pub struct Fetch {
    board: Board,
    id: usize,
    input: i64,
    done: bool,
}

impl Future for Fetch {
    type Output = i64;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<i64> {
        let board = self.board.clone();
        let mut log = board.0.borrow_mut();
        let slot = &mut log.fetches[self.id];
        if slot.released {
            log.resolved += 1;
            self.done = true;
            return Poll::Ready(self.input * 10);
        }
        let known = slot.waker.as_ref();
        if !known.is_some_and(|waker| waker.will_wake(context.waker())) {
            slot.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        if !self.done {
            self.board.0.borrow_mut().dropped += 1;
        }
    }
}

/// Live resources, each on a source of its own that starts at 0.
pub trait Resources {
    fn set(&mut self, at: usize, value: i64);
    /// Runs the executor until nothing is ready.
    fn tick(&mut self);
    fn value(&mut self, at: usize) -> Option<i64>;
    fn is_pending(&mut self, at: usize) -> bool;
    /// Disposes of the resources and their owner, but not of the executor.
    fn dispose(&mut self);
}

/// The work on the resources.
pub type Visitor<'a> = &'a mut dyn FnMut(&mut dyn Resources);

/// A side of the async workloads.
pub struct AsyncSide {
    pub name: &'static str,
    pub kind: Kind,
    pub how: &'static str,
    /// Calls back with this number of resources; false if the side cannot have so many.
    pub with: fn(&Board, usize, Visitor<'_>) -> bool,
}

/// Every side of this build, hand-written code first.
pub fn all() -> Vec<AsyncSide> {
    vec![
        hand::side(),
        declared::side(),
        dynamic::side(),
        #[cfg(feature = "peers")]
        leptos::side(),
        #[cfg(feature = "peers")]
        sycamore::side(),
        #[cfg(feature = "peers")]
        futures_signals::side(),
    ]
}
