//! Streams made by hand: they yield and end when a test says so.
//!
//! Invariants: everything that happens to a tap is one line in the log, written when it happens; a tap is polled and
//! dropped only by the graph that holds it, fed only by the test; the waker of a dropped tap is kept, so that a late
//! wake can be tried.
//!
//! Must not know: graphs.

use crate::log::Log;
use futures::Stream;
use std::{
    collections::VecDeque,
    fmt::{self, Display},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Makes taps and numbers them from 1. Clones share them.
pub struct Taps<T = u32, E = String> {
    shared: Arc<Mutex<Vec<State<T, E>>>>,
    name: &'static str,
    log: Log,
}

impl<T, E> Clone for Taps<T, E> {
    fn clone(&self) -> Self {
        Taps {
            shared: self.shared.clone(),
            name: self.name,
            log: self.log.clone(),
        }
    }
}

impl<T, E> fmt::Debug for Taps<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Taps({})", self.name)
    }
}

struct State<T, E> {
    drops: VecDeque<Drip<T, E>>,
    waker: Option<Waker>,
    polls: usize,
    is_gone: bool,
    panics_when_dropped: bool,
}

enum Drip<T, E> {
    Item(Result<T, E>),
    End,
    Panic,
}

impl<T, E> Taps<T, E> {
    /// Taps that are called `name` in `log`.
    pub fn new(name: &'static str, log: &Log) -> Self {
        Taps {
            shared: Arc::default(),
            name,
            log: log.clone(),
        }
    }

    /// The next tap: `price#1 opened ACME`.
    pub fn open(&self, input: impl Display) -> Tap<T, E> {
        let mut states = self.states();
        states.push(State {
            drops: VecDeque::new(),
            waker: None,
            polls: 0,
            is_gone: false,
            panics_when_dropped: false,
        });
        let tap = Tap {
            taps: self.clone(),
            number: states.len(),
            is_over: false,
        };
        drop(states);
        tap.note(format_args!("opened {input}"));
        tap
    }

    /// Lets a tap yield this item, after those that wait.
    pub fn item(&self, number: usize, item: T) {
        self.feed(number, Drip::Item(Ok(item)));
    }

    /// Lets a tap yield these items.
    pub fn items(&self, number: usize, items: impl IntoIterator<Item = T>) {
        for item in items {
            self.item(number, item);
        }
    }

    /// Lets a tap yield an error.
    pub fn error(&self, number: usize, error: E) {
        self.feed(number, Drip::Item(Err(error)));
    }

    /// Lets a tap end.
    pub fn end(&self, number: usize) {
        self.feed(number, Drip::End);
    }

    /// Lets a tap panic.
    pub fn panic(&self, number: usize) {
        self.feed(number, Drip::Panic);
    }

    fn feed(&self, number: usize, drip: Drip<T, E>) {
        self.states()[number - 1].drops.push_back(drip);
        self.wake(number);
    }

    /// Wakes the task that polled a tap last.
    pub fn wake(&self, number: usize) {
        let waker = self.states()[number - 1].waker.clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// From now on, dropping this tap panics.
    pub fn panic_when_dropped(&self, number: usize) {
        self.states()[number - 1].panics_when_dropped = true;
    }

    /// The number of taps that were opened.
    pub fn opened(&self) -> usize {
        self.states().len()
    }

    /// The number of taps that are not dropped yet.
    pub fn alive(&self) -> usize {
        self.states().iter().filter(|it| !it.is_gone).count()
    }

    /// The number of polls of a tap.
    pub fn polls(&self, number: usize) -> usize {
        self.states()[number - 1].polls
    }

    /// The number of items that wait in a tap.
    pub fn waiting(&self, number: usize) -> usize {
        self.states()[number - 1].drops.len()
    }

    fn states(&self) -> MutexGuard<'_, Vec<State<T, E>>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that yields when the test says so.
pub struct Tap<T = u32, E = String> {
    taps: Taps<T, E>,
    number: usize,
    is_over: bool,
}

impl<T, E> Tap<T, E> {
    fn note(&self, what: impl Display) {
        let Taps { name, log, .. } = &self.taps;
        log.push(format!("{name}#{} {what}", self.number));
    }
}

impl<T, E> fmt::Debug for Tap<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.taps.name, self.number)
    }
}

impl<T, E> Stream for Tap<T, E> {
    type Item = Result<T, E>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, E>>> {
        assert!(!self.is_over, "{self:?} is polled after its end");
        let drip = {
            let mut states = self.taps.states();
            let state = &mut states[self.number - 1];
            state.polls += 1;
            state.waker = Some(context.waker().clone());
            state.drops.pop_front()
        };
        match drip {
            None => Poll::Pending,
            Some(Drip::Item(item)) => {
                self.is_over = item.is_err();
                Poll::Ready(Some(item))
            }
            Some(Drip::End) => {
                self.is_over = true;
                Poll::Ready(None)
            }
            Some(Drip::Panic) => {
                self.is_over = true;
                panic!("{self:?} panicked")
            }
        }
    }
}

impl<T, E> Drop for Tap<T, E> {
    fn drop(&mut self) {
        let panics = {
            let mut states = self.taps.states();
            let state = &mut states[self.number - 1];
            state.is_gone = true;
            state.panics_when_dropped
        };
        let what = if self.is_over { "over" } else { "dropped" };
        self.note(what);
        assert!(!panics, "{self:?} panicked when dropped");
    }
}
