//! Asynchronous work made by hand: futures that end when a test says so, a waker that counts.
//!
//! Invariants: everything that happens to a gate is one line in the log, written when it happens; a
//! gate is polled, ends and is dropped only by the graph that holds it, released only by the test;
//! the waker of a dropped gate is kept, as a socket would keep it, so that a late wake can be tried.
//!
//! Must not know: graphs. A caller that polls one hands in a closure.

use crate::log::Log;
use std::{
    fmt::{self, Display},
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// One line about the state of a resource: status, token, and every other part that is there.
///
/// It takes any type with the methods of an `AsyncState`, or the two halves of a dynamic resource.
#[macro_export]
macro_rules! describe {
    ($state:expr) => {{
        let state = $state;
        $crate::describe!(@ state, state.value())
    }};
    ($value:expr, $meta:expr) => {{
        let state = $meta;
        $crate::describe!(@ state, $value.get())
    }};
    (@ $state:ident, $value:expr) => {{
        let mut line = format!("{} #{}", $state.status(), $state.token());
        if $state.is_reloading() {
            line += " again";
        }
        if let Some(value) = $value {
            line += &format!(" value={value}");
        }
        if let Some(error) = $state.error() {
            line += &format!(" error={error}");
        }
        if let Some(reason) = $state.cancel_reason() {
            line += &format!(" reason={reason}");
        }
        line
    }};
}

/// Makes gates and numbers them from 1. Clones share them.
pub struct Gates<T = u32, E = String> {
    shared: Arc<Mutex<Vec<State<T, E>>>>,
    name: &'static str,
    log: Log,
}

impl<T, E> Clone for Gates<T, E> {
    fn clone(&self) -> Self {
        Gates {
            shared: self.shared.clone(),
            name: self.name,
            log: self.log.clone(),
        }
    }
}

impl<T, E> fmt::Debug for Gates<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Gates({})", self.name)
    }
}

struct State<T, E> {
    input: String,
    release: Option<Release<T, E>>,
    waker: Option<Waker>,
    polls: usize,
    drops: usize,
    panics_when_dropped: bool,
}

enum Release<T, E> {
    Yield(Result<T, E>),
    Panic,
}

impl<T, E> Gates<T, E> {
    /// Gates that are called `name` in `log`.
    pub fn new(name: &'static str, log: &Log) -> Self {
        Gates {
            shared: Arc::default(),
            name,
            log: log.clone(),
        }
    }

    /// The next gate: `user#1 created 7`.
    pub fn open(&self, input: impl Display) -> Gate<T, E> {
        let mut states = self.states();
        states.push(State {
            input: input.to_string(),
            release: None,
            waker: None,
            polls: 0,
            drops: 0,
            panics_when_dropped: false,
        });
        let gate = Gate {
            gates: self.clone(),
            number: states.len(),
            ended: false,
        };
        drop(states);
        gate.note(format_args!("created {input}"));
        gate
    }

    /// Lets a gate yield `Ok`.
    pub fn ok(&self, number: usize, value: T) {
        self.release(number, Release::Yield(Ok(value)));
    }

    /// Lets a gate yield `Err`.
    pub fn err(&self, number: usize, error: E) {
        self.release(number, Release::Yield(Err(error)));
    }

    /// Lets a gate panic when it is polled next.
    pub fn panic(&self, number: usize) {
        self.release(number, Release::Panic);
    }

    fn release(&self, number: usize, release: Release<T, E>) {
        self.states()[number - 1].release = Some(release);
        self.wake(number);
    }

    /// Wakes the task that polled a gate last, without letting the gate end.
    pub fn wake(&self, number: usize) {
        let waker = self.states()[number - 1].waker.clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// From now on, dropping this gate unfinished panics.
    pub fn panic_when_dropped(&self, number: usize) {
        self.states()[number - 1].panics_when_dropped = true;
    }

    /// The input of a gate.
    pub fn input(&self, number: usize) -> String {
        self.states()[number - 1].input.clone()
    }

    /// How many gates were made.
    pub fn created(&self) -> usize {
        self.states().len()
    }

    /// How many of them are not dropped yet.
    pub fn alive(&self) -> usize {
        self.states().iter().filter(|it| it.drops == 0).count()
    }

    /// Was every gate dropped exactly once?
    pub fn all_dropped_once(&self) -> bool {
        self.states().iter().all(|it| it.drops == 1)
    }

    /// How often a gate was polled.
    pub fn polls(&self, number: usize) -> usize {
        self.states()[number - 1].polls
    }

    fn states(&self) -> MutexGuard<'_, Vec<State<T, E>>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A future that ends when the test says so.
pub struct Gate<T = u32, E = String> {
    gates: Gates<T, E>,
    number: usize,
    ended: bool,
}

impl<T, E> Gate<T, E> {
    fn note(&self, what: impl Display) {
        let Gates { name, log, .. } = &self.gates;
        log.push(format!("{name}#{} {what}", self.number));
    }
}

impl<T, E> fmt::Debug for Gate<T, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.gates.name, self.number)
    }
}

impl<T, E> Future for Gate<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        let release = {
            let mut states = self.gates.states();
            let state = &mut states[self.number - 1];
            state.polls += 1;
            state.waker = Some(context.waker().clone());
            state.release.take()
        };
        self.note("polled");
        let Some(release) = release else {
            return Poll::Pending;
        };
        self.ended = true;
        match release {
            Release::Yield(result) => {
                self.note("done");
                Poll::Ready(result)
            }
            Release::Panic => panic!("{self:?} panicked"),
        }
    }
}

impl<T, E> Drop for Gate<T, E> {
    fn drop(&mut self) {
        let panics = {
            let mut states = self.gates.states();
            let state = &mut states[self.number - 1];
            state.drops += 1;
            state.panics_when_dropped
        };
        if !self.ended {
            self.note("dropped");
            assert!(!panics, "{self:?} panicked when dropped");
        }
    }
}

/// A waker that counts how often it is woken.
#[derive(Debug, Default)]
pub struct Wakes(Arc<Count>);

#[derive(Debug, Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    /// Woken never so far.
    pub fn new() -> Self {
        Wakes::default()
    }

    /// How often it was woken since the last time.
    #[must_use]
    pub fn take(&self) -> usize {
        self.0.0.swap(0, Ordering::SeqCst)
    }

    /// How many wakers there are that would count here.
    #[must_use]
    pub fn held(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }

    /// Polls once with this waker.
    pub fn poll<R>(&self, poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Poll<R> {
        let waker = Waker::from(self.0.clone());
        poll(&mut Context::from_waker(&waker))
    }
}

/// Polls once with a waker that does nothing.
pub fn poll_once<R>(poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Poll<R> {
    poll(&mut Context::from_waker(Waker::noop()))
}
