//! The transitions of asynchronous work as a table: an event in, a transition out. Every race of the kernel is a list
//! of these events.
//!
//! Invariants: only an open run can end, and each run that was started ends in one way; only a start increments the
//! token; a state has an error to show in status `Error` alone, and a reason in status `Cancelled` alone; without an
//! input there is no value and no failure; a success leaves no failure.
//!
//! Must not know: values and errors, futures, streams, wakers, clocks, graphs.

use super::status::{AsyncStatus, CancelReason, Interrupted, KeepPrevious, Policy};
use std::time::Duration;

/// An event of the work, or of its input.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The work is started: for the first time, because its source changed, or once more.
    Started {
        /// The input is that of the last start: a reload.
        again: bool,
        /// The first attempt waits until the input is quiet.
        waits: bool,
    },
    /// The wait of a run is over: the next attempt begins.
    Resumed {
        /// As before.
        reloading: bool,
    },
    /// An attempt has failed, and the next one waits.
    Retried {
        /// `None`: the error of the event.
        timed_out: Option<Duration>,
        /// As before.
        reloading: bool,
    },
    /// The last attempt took too long.
    TimedOut(Duration),
    /// A stream yielded an item, which is a whole answer.
    Answered {
        /// The resource's own rule calls the new value equal to the present one.
        same: bool,
    },
    /// A stream yielded items, which a fold has put into the value.
    Grown,
    /// The work yielded `Ok`, or the stream a last item and its end.
    Succeeded {
        /// As in `Answered`.
        same: bool,
    },
    /// A stream came to its end.
    Ended,
    /// The work yielded `Err`.
    Failed,
    /// The work was asked to stop.
    Cancelled(CancelReason),
    /// The work panicked while it was polled, folded, dropped or compared.
    Panicked,
    /// No work can start: the arguments panicked, or depend on a failed node.
    StartFailed {
        /// The input has changed since the last start.
        moved: bool,
    },
    /// There is no input: an argument is `None`.
    NoInput,
}

/// The effect of an event on the state.
#[derive(Debug, PartialEq)]
#[must_use]
pub(crate) struct Transition {
    pub(crate) to: AsyncStatus,
    pub(crate) values: Values,
    pub(crate) failure: Part,
    /// Why the work was cancelled; `None` in every status but `Cancelled`.
    pub(crate) reason: Option<CancelReason>,
    /// A new run begins: the token is incremented, so that the result of an older run is recognised.
    pub(crate) next_token: bool,
    pub(crate) reloading: bool,
    /// The run waits for a sleep.
    pub(crate) waits: bool,
    /// Whether the values belong to the present input from now on; `None`: as before.
    pub(crate) answers: Option<bool>,
    pub(crate) told: Told,
}

/// The effect on the two values: the visible one, and the last whole answer. They differ only where a fold grows, or was
/// interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Both stay; the value of the event is returned.
    Keep,
    /// Both go.
    Clear,
    /// The value of the event takes the place of both.
    Replace,
    /// The visible value becomes the last whole answer.
    Complete,
    /// The last whole answer becomes visible.
    Rollback,
}

/// The effect on the failure: the error, and the number of attempts that have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Both stay.
    Keep,
    /// The error goes, and the number is 0.
    Clear,
    /// The error of the event takes its place, and the number grows.
    Replace,
    /// A time-out takes its place, and the number grows.
    TimedOut(Duration),
}

/// The news about runs, for those who listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    /// A run has started, and has superseded the one before it if that was open.
    Started {
        superseded: bool,
    },
    /// The run was superseded by none.
    Superseded,
    /// The run has ended: the status says how.
    Ended,
}

/// The table. `None`: the event means nothing in this status, and nothing changes.
#[inline(always)]
pub(crate) fn step(policy: Policy, from: AsyncStatus, event: Event) -> Option<Transition> {
    use AsyncStatus::{Cancelled, Error, Idle, Pending, Streaming, Success};
    let is_open = matches!(from, Pending | Streaming);
    let into = |to| Transition {
        to,
        values: Values::Keep,
        failure: Part::Keep,
        reason: None,
        next_token: false,
        reloading: false,
        waits: false,
        answers: None,
        told: Told::Nothing,
    };
    Some(match event {
        Event::Started { again, waits } => Transition {
            values: match policy.keep_previous {
                KeepPrevious::Always => Values::Keep,
                KeepPrevious::Reload if again => Values::Keep,
                KeepPrevious::Reload | KeepPrevious::Never => Values::Clear,
            },
            failure: if again { Part::Keep } else { Part::Clear },
            next_token: true,
            reloading: again,
            waits,
            answers: if again { None } else { Some(false) },
            told: Told::Started {
                superseded: is_open,
            },
            ..into(Pending)
        },
        Event::Resumed { reloading } if is_open => Transition {
            reloading,
            ..into(Pending)
        },
        Event::Retried {
            timed_out,
            reloading,
        } if is_open => Transition {
            failure: timed_out.map_or(Part::Replace, Part::TimedOut),
            reloading,
            waits: true,
            ..into(Pending)
        },
        Event::TimedOut(after) if is_open => Transition {
            values: interrupted(policy.on_cancel),
            failure: Part::TimedOut(after),
            reason: Some(CancelReason::TimedOut(after)),
            told: Told::Ended,
            ..into(Cancelled)
        },
        Event::Answered { same } if is_open => Transition {
            values: answer(same),
            failure: Part::Clear,
            answers: Some(true),
            ..into(Streaming)
        },
        Event::Grown if is_open => into(Streaming),
        Event::Succeeded { same } if is_open => Transition {
            values: answer(same),
            failure: Part::Clear,
            answers: Some(true),
            told: Told::Ended,
            ..into(Success)
        },
        Event::Ended if is_open => Transition {
            values: Values::Complete,
            failure: Part::Clear,
            told: Told::Ended,
            ..into(Success)
        },
        Event::Failed if is_open => Transition {
            values: interrupted(policy.on_error),
            failure: Part::Replace,
            told: Told::Ended,
            ..into(Error)
        },
        Event::Cancelled(reason) if is_open => Transition {
            values: interrupted(policy.on_cancel),
            reason: Some(reason),
            told: Told::Ended,
            ..into(Cancelled)
        },
        Event::Panicked if is_open => Transition {
            values: interrupted(policy.on_cancel),
            reason: Some(CancelReason::Panicked),
            told: Told::Ended,
            ..into(Cancelled)
        },
        Event::StartFailed { moved } => Transition {
            values: interrupted(policy.on_cancel),
            failure: if moved { Part::Clear } else { Part::Keep },
            reason: Some(CancelReason::Panicked),
            answers: Some(false),
            told: if is_open { Told::Ended } else { Told::Nothing },
            ..into(Cancelled)
        },
        Event::NoInput => Transition {
            values: Values::Clear,
            failure: Part::Clear,
            answers: Some(false),
            told: if is_open {
                Told::Superseded
            } else {
                Told::Nothing
            },
            ..into(Idle)
        },

        // A result, a panic or a request to stop comes too late: no run is open.
        Event::Resumed { .. }
        | Event::Retried { .. }
        | Event::TimedOut(_)
        | Event::Answered { .. }
        | Event::Grown
        | Event::Succeeded { .. }
        | Event::Ended
        | Event::Failed
        | Event::Cancelled(_)
        | Event::Panicked => return None,
    })
}

fn answer(same: bool) -> Values {
    if same { Values::Keep } else { Values::Replace }
}

/// The effect of the interruption of a fold. Of other work the visible value is the last whole answer.
fn interrupted(policy: Interrupted) -> Values {
    match policy {
        Interrupted::Rollback => Values::Rollback,
        Interrupted::Keep => Values::Keep,
        Interrupted::Clear => Values::Clear,
    }
}

#[cfg(test)]
mod tests;
