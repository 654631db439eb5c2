//! The transitions of asynchronous work as a table: an event in, a transition out. Every race of the kernel is a list
//! of these events.
//!
//! Invariants: only pending work can end; only a start increments the token; a state has an error in status `Error`
//! alone, and a reason in status `Cancelled` alone; without an input there is no value.
//!
//! Must not know: values and errors, futures, wakers, clocks, graphs.

use super::status::{AsyncStatus, CancelReason, KeepPrevious};

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
#[inline(always)]
pub(crate) fn step(from: AsyncStatus, event: Event) -> Option<Transition> {
    use AsyncStatus::{Cancelled, Error, Idle, Pending, Success};
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
            Idle | Success | Error | Cancelled,
            Event::Succeeded { .. } | Event::Failed | Event::Cancelled(_) | Event::Panicked,
        ) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use AsyncStatus::{Cancelled, Error, Idle, Pending, Success};

    const STATUSES: [AsyncStatus; 5] = [Idle, Pending, Success, Error, Cancelled];

    fn row(
        to: AsyncStatus,
        value: Part,
        error: Part,
        reason: Option<CancelReason>,
        next_token: bool,
        reloading: bool,
        answers: Option<bool>,
    ) -> Option<Transition> {
        Some(Transition {
            to,
            value,
            error,
            reason,
            next_token,
            reloading,
            answers,
        })
    }

    /// Each event, with the transition of pending work and the transition from every other status. The table is
    /// repeated here on purpose, written out instead of derived.
    fn table() -> Vec<(Event, Option<Transition>, Option<Transition>)> {
        use Part::{Clear, Keep, Replace};
        let manual = || CancelReason::from("enough");
        let panicked = || Some(CancelReason::Panicked);
        let mut table = Vec::new();
        for (keep_previous, again, value, answers) in [
            (KeepPrevious::Always, true, Keep, None),
            (KeepPrevious::Always, false, Keep, Some(false)),
            (KeepPrevious::Reload, true, Keep, None),
            (KeepPrevious::Reload, false, Clear, Some(false)),
            (KeepPrevious::Never, true, Clear, None),
            (KeepPrevious::Never, false, Clear, Some(false)),
        ] {
            let started = || row(Pending, value, Clear, None, true, again, answers);
            let event = Event::Started {
                keep_previous,
                again,
            };
            table.push((event, started(), started()));
        }
        table.extend([
            (
                Event::Succeeded { same: false },
                row(Success, Replace, Clear, None, false, false, Some(true)),
                None,
            ),
            (
                Event::Succeeded { same: true },
                row(Success, Keep, Clear, None, false, false, Some(true)),
                None,
            ),
            (
                Event::Failed,
                row(Error, Keep, Replace, None, false, false, None),
                None,
            ),
            (
                Event::Cancelled(manual()),
                row(Cancelled, Keep, Clear, Some(manual()), false, false, None),
                None,
            ),
            (
                Event::Panicked,
                row(Cancelled, Keep, Clear, panicked(), false, false, None),
                None,
            ),
            (
                Event::StartFailed,
                row(
                    Cancelled,
                    Keep,
                    Clear,
                    panicked(),
                    false,
                    false,
                    Some(false),
                ),
                row(
                    Cancelled,
                    Keep,
                    Clear,
                    panicked(),
                    false,
                    false,
                    Some(false),
                ),
            ),
            (
                Event::NoInput,
                row(Idle, Clear, Clear, None, false, false, Some(false)),
                row(Idle, Clear, Clear, None, false, false, Some(false)),
            ),
        ]);
        table
    }

    #[test]
    fn every_event_in_every_status() {
        for (event, pending, otherwise) in table() {
            for from in STATUSES {
                let expected = if from == Pending {
                    &pending
                } else {
                    &otherwise
                };
                let got = step(from, event.clone());
                assert_eq!(&got, expected, "{event:?} in {from:?}");
            }
        }
    }

    #[test]
    fn the_invariants_hold_in_every_row() {
        for (event, ..) in table() {
            for from in STATUSES {
                let Some(next) = step(from, event.clone()) else {
                    continue;
                };
                let place = format!("{event:?} in {from:?}");
                assert_eq!(
                    next.next_token,
                    matches!(event, Event::Started { .. }),
                    "{place}"
                );
                assert_eq!(next.reason.is_some(), next.to == Cancelled, "{place}");
                assert_eq!(next.error == Part::Replace, next.to == Error, "{place}");
                assert_ne!(next.error, Part::Keep, "{place}");
                assert!(!next.reloading || next.to == Pending, "{place}");
                assert!(next.to != Idle || next.value == Part::Clear, "{place}");
                assert_eq!(next.answers == Some(true), next.to == Success, "{place}");
            }
        }
    }
}
