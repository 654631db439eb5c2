//! The table of a resource that is one future at a time and has no attributes, as it was before the table knew streams:
//! the oracle for that part of the table.

use crate::task::status::{AsyncStatus, CancelReason, KeepPrevious};

/// An event of the work, or of its input.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The work is started: for the first time, because its source changed, or once more.
    Started {
        /// Whether the previous value stays readable during the run.
        keep_previous: KeepPrevious,
        /// The input is that of the last start: a reload.
        again: bool,
    },
    /// The work yielded `Ok`.
    Succeeded {
        /// The resource's own rule calls the new value equal to the present one.
        same: bool,
    },
    /// The work yielded `Err`.
    Failed,
    /// The work was asked to stop.
    Cancelled(CancelReason),
    /// The work panicked while it was polled, dropped or compared.
    Panicked,
    /// No work can start: the arguments panicked, or depend on a failed node.
    StartFailed,
    /// There is no input: an argument is `None`.
    NoInput,
}

/// The effect of an event on the state.
#[derive(Debug, PartialEq)]
#[must_use]
pub(crate) struct Transition {
    pub(crate) to: AsyncStatus,
    pub(crate) value: Part,
    pub(crate) error: Part,
    /// Why the work was cancelled; `None` in every status but `Cancelled`.
    pub(crate) reason: Option<CancelReason>,
    /// A new run begins: the token is incremented, so that the result of an older run is recognised.
    pub(crate) next_token: bool,
    pub(crate) reloading: bool,
    /// Whether the value belongs to the present input from now on; `None`: as before.
    pub(crate) answers: Option<bool>,
}

/// The effect on the value or the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It stays; the value or the error of the event is returned.
    Keep,
    /// It is removed.
    Clear,
    /// The value or the error of the event takes its place.
    Replace,
}

/// The table. `None`: the event means nothing in this status, and nothing changes.
pub(crate) fn step(from: AsyncStatus, event: Event) -> Option<Transition> {
    use AsyncStatus::{Cancelled, Error, Idle, Pending, Streaming, Success};
    // In most rows the value stays and the error goes.
    let into = |to| Transition {
        to,
        value: Part::Keep,
        error: Part::Clear,
        reason: None,
        next_token: false,
        reloading: false,
        answers: None,
    };
    Some(match (from, event) {
        (
            _,
            Event::Started {
                keep_previous,
                again,
            },
        ) => Transition {
            value: match keep_previous {
                KeepPrevious::Always => Part::Keep,
                KeepPrevious::Reload if again => Part::Keep,
                KeepPrevious::Reload | KeepPrevious::Never => Part::Clear,
            },
            next_token: true,
            reloading: again,
            answers: if again { None } else { Some(false) },
            ..into(Pending)
        },
        (Pending, Event::Succeeded { same }) => Transition {
            value: if same { Part::Keep } else { Part::Replace },
            answers: Some(true),
            ..into(Success)
        },
        (Pending, Event::Failed) => Transition {
            error: Part::Replace,
            ..into(Error)
        },
        (Pending, Event::Cancelled(reason)) => Transition {
            reason: Some(reason),
            ..into(Cancelled)
        },
        (Pending, Event::Panicked) => Transition {
            reason: Some(CancelReason::Panicked),
            ..into(Cancelled)
        },
        (_, Event::StartFailed) => Transition {
            reason: Some(CancelReason::Panicked),
            answers: Some(false),
            ..into(Cancelled)
        },
        (_, Event::NoInput) => Transition {
            value: Part::Clear,
            answers: Some(false),
            ..into(Idle)
        },

        // A result, a panic or a request to stop comes too late: nothing is in flight.
        (
            Idle | Streaming | Success | Error | Cancelled,
            Event::Succeeded { .. } | Event::Failed | Event::Cancelled(_) | Event::Panicked,
        ) => return None,
    })
}
