//! The calls of the user's listeners for runs of work: a resource queues the calls in phase A, and the settle makes
//! them before the effects of the round, when the graph is consistent.
//!
//! Invariants: each started run has the event of its start, and then one of success, error, cancelled or superseded,
//! with the same token; a run whose owner is disposed of ends without an event.
//!
//! Must not know: the changes of a state.

use super::engine::runtime::Callback;
use crate::{
    panics::{Apart, FirstPanic},
    task::{
        state::AsyncState,
        status::{AsyncStatus, CancelReason},
        transition::Told,
    },
};
use std::rc::Rc;

/// An event in a run of work: the argument of `on_event`.
///
/// Each run begins with `Start` and ends in exactly one of the other events, with the same token; only a run whose
/// owner is disposed of ends without an event.
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncEvent, FromFutureOptions, from_future_with, settled};
/// use std::{cell::RefCell, rc::Rc};
///
/// let log = Rc::new(RefCell::new(Vec::new()));
/// let options = FromFutureOptions::new().on_event({
///     let log = log.clone();
///     move |event| log.borrow_mut().push(event.clone())
/// });
/// let seven = from_future_with(|| async { Ok::<_, String>(7) }, options);
/// futures::executor::block_on(settled());
/// seven.reload();
/// seven.cancel("enough");
/// assert_eq!(
///     *log.borrow(),
///     [
///         AsyncEvent::Start { token: 1 },
///         AsyncEvent::Success { token: 1 },
///         AsyncEvent::Start { token: 2 },
///         AsyncEvent::Cancelled { token: 2, reason: "enough".into() },
///     ],
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsyncEvent {
    /// A run was started.
    Start {
        /// The number of the run.
        token: u64,
    },
    /// The run has yielded a value.
    Success {
        /// The number of the run.
        token: u64,
    },
    /// The run has yielded an error.
    Error {
        /// The number of the run.
        token: u64,
    },
    /// The run was stopped, or has panicked.
    Cancelled {
        /// The number of the run.
        token: u64,
        /// The reason of the end.
        reason: CancelReason,
    },
    /// A newer run has replaced this run, or the resource has no input any more.
    Superseded {
        /// The number of the run.
        token: u64,
        /// The number of the newer run, if there is one.
        by: Option<u64>,
    },
}

/// The user's listeners.
pub(super) struct Listeners<T, E> {
    pub(super) on_success: Option<Box<dyn Fn(&T)>>,
    pub(super) on_error: Option<Box<dyn Fn(&E)>>,
    pub(super) on_cancel: Option<Box<dyn Fn(&CancelReason)>>,
    pub(super) on_event: Option<Box<dyn Fn(&AsyncEvent)>>,
}

impl<T, E> Drop for Listeners<T, E> {
    /// Drops the user's closures one by one.
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        panics.discard(self.on_success.take()); // user code
        panics.discard(self.on_error.take()); // user code
        panics.discard(self.on_cancel.take()); // user code
        panics.discard(self.on_event.take()); // user code
        panics.end_drop();
    }
}

impl<T: 'static, E: 'static> Listeners<T, E> {
    /// The calls for the news from the table; `state` is the state after it.
    pub(super) fn calls(
        self: &Rc<Self>,
        told: Told,
        state: &AsyncState<Rc<T>, Rc<E>>,
    ) -> Vec<Callback> {
        let (value, error) = (state.value(), state.error());
        let mut calls = Vec::new();
        for event in events(told, state) {
            let listeners = self.clone();
            match &event {
                AsyncEvent::Success { .. } if self.on_success.is_some() => {
                    let value = Apart::new(value.cloned());
                    calls.push(Box::new(move || {
                        if let (Some(tell), Some(value)) = (&listeners.on_success, &*value) {
                            tell(value); // user code
                        }
                    }) as Callback);
                }
                AsyncEvent::Error { .. } if self.on_error.is_some() => {
                    let error = Apart::new(error.cloned());
                    calls.push(Box::new(move || {
                        if let (Some(tell), Some(error)) = (&listeners.on_error, &*error) {
                            tell(error); // user code
                        }
                    }));
                }
                AsyncEvent::Cancelled { reason, .. } if self.on_cancel.is_some() => {
                    let reason = reason.clone();
                    calls.push(Box::new(move || {
                        if let Some(tell) = &listeners.on_cancel {
                            tell(&reason); // user code
                        }
                    }));
                }
                _ => {}
            }
            if self.on_event.is_some() {
                let listeners = self.clone();
                calls.push(Box::new(move || {
                    if let Some(tell) = &listeners.on_event {
                        tell(&event); // user code
                    }
                }));
            }
        }
        calls
    }
}

/// The events of the news from the table; `state` is the state after it.
fn events<T, E>(told: Told, state: &AsyncState<T, E>) -> impl Iterator<Item = AsyncEvent> {
    let token = state.token();
    let (first, second) = match told {
        Told::Nothing => (None, None),
        Told::Started { superseded } => {
            let before = AsyncEvent::Superseded {
                token: token - 1,
                by: Some(token),
            };
            let start = AsyncEvent::Start { token };
            (superseded.then_some(before), Some(start))
        }
        Told::Superseded => (Some(AsyncEvent::Superseded { token, by: None }), None),
        Told::Ended => (Some(end(token, state)), None),
    };
    first.into_iter().chain(second)
}

fn end<T, E>(token: u64, state: &AsyncState<T, E>) -> AsyncEvent {
    match (state.status(), state.cancel_reason()) {
        (_, Some(reason)) => AsyncEvent::Cancelled {
            token,
            reason: reason.clone(),
        },
        (AsyncStatus::Error, None) => AsyncEvent::Error { token },
        (_, None) => AsyncEvent::Success { token },
    }
}
