//! The words of an asynchronous state: its status, the reason of a cancel, and the rules for values that are in the way.
//!
//! Must not know: transitions, values, futures.

use std::{borrow::Cow, fmt, time::Duration};

/// The status of asynchronous work.
///
/// # Examples
///
/// ```
/// use signal_kernel::AsyncStatus;
///
/// fn icon(status: AsyncStatus) -> &'static str {
///     match status {
///         AsyncStatus::Idle => " ",
///         AsyncStatus::Pending => "…",
///         AsyncStatus::Streaming => "»",
///         AsyncStatus::Success => "✓",
///         AsyncStatus::Error => "✗",
///         AsyncStatus::Cancelled => "-",
///     }
/// }
///
/// assert_eq!(icon(AsyncStatus::default()), " ");
/// assert_eq!(AsyncStatus::Pending.to_string(), "pending");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AsyncStatus {
    /// No work was started yet, or its input is `None`.
    #[default]
    Idle,
    /// The work is in flight, and has yielded nothing yet.
    Pending,
    /// A stream has yielded an item, and goes on.
    Streaming,
    /// The last work to run yielded a value.
    Success,
    /// The last work to run yielded an error.
    Error,
    /// The last work to run was stopped, or panicked.
    Cancelled,
}

impl fmt::Display for AsyncStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            AsyncStatus::Idle => "idle",
            AsyncStatus::Pending => "pending",
            AsyncStatus::Streaming => "streaming",
            AsyncStatus::Success => "success",
            AsyncStatus::Error => "error",
            AsyncStatus::Cancelled => "cancelled",
        })
    }
}

/// The reason why a piece of work was stopped.
///
/// The work finds the reason in its [`CancelToken`](crate::CancelToken), an observer in
/// [`AsyncState::cancel_reason`](crate::AsyncState::cancel_reason).
///
/// # Examples
///
/// ```
/// use signal_kernel::CancelReason;
///
/// let reason = CancelReason::from("the user closed the dialog");
/// assert_eq!(reason, CancelReason::Manual("the user closed the dialog".into()));
/// assert_eq!(reason.to_string(), "the user closed the dialog");
/// assert_eq!(CancelReason::SourceChanged.to_string(), "source changed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelReason {
    /// The input changed: newer work has replaced this work, or the input is `None` now.
    SourceChanged,
    /// A reload has replaced this work by a run with the same input.
    Reloaded,
    /// The work panicked, or its arguments panicked or depend on a failed node.
    Panicked,
    /// The owner of the work was dropped.
    Disposed,
    /// The last attempt took longer than this time.
    TimedOut(Duration),
    /// The caller cancelled the work for this reason, or invalidated a [`Revision`](crate::Revision) that the work
    /// depends on.
    Manual(Cow<'static, str>),
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CancelReason::SourceChanged => "source changed",
            CancelReason::Reloaded => "reloaded",
            CancelReason::Panicked => "panicked",
            CancelReason::Disposed => "disposed",
            CancelReason::TimedOut(after) => return f.pad(&format!("timed out after {after:?}")),
            CancelReason::Manual(words) => words,
        })
    }
}

impl From<&'static str> for CancelReason {
    fn from(words: &'static str) -> Self {
        CancelReason::Manual(Cow::Borrowed(words))
    }
}

impl From<String> for CancelReason {
    fn from(words: String) -> Self {
        CancelReason::Manual(Cow::Owned(words))
    }
}

impl From<Cow<'static, str>> for CancelReason {
    fn from(words: Cow<'static, str>) -> Self {
        CancelReason::Manual(words)
    }
}

/// Whether the previous value stays readable when a run starts.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepPrevious {
    /// At each start.
    Always,
    /// At a start with the input of the last start.
    Reload,
    /// At no start.
    Never,
}

impl From<bool> for KeepPrevious {
    fn from(keep: bool) -> Self {
        if keep {
            KeepPrevious::Always
        } else {
            KeepPrevious::Never
        }
    }
}

/// The rule for the value that a fold has made so far, when its run is interrupted: of a resource in
/// [`reactive!`](crate::reactive) the word in `#[on_cancel(..)]` and `#[on_error(..)]`, of the functions an option of
/// [`StreamOptions`](crate::StreamOptions).
///
/// # Examples
///
/// ```
/// use futures::{StreamExt, executor::block_on, stream};
/// use signal_kernel::{Interrupted, StreamOptions, from_stream_with, progress};
///
/// let answer = |rule| {
///     let tokens = || stream::iter(["Hel", "lo"].map(Ok::<_, String>)).chain(stream::pending());
///     let push = |answer: &mut String, token: &str| answer.push_str(token);
///     from_stream_with(tokens, StreamOptions::new().fold(push).after_cancel(rule))
/// };
/// let (kept, rolled_back) = (answer(Interrupted::Keep), answer(Interrupted::Rollback));
/// block_on(progress());
/// kept.cancel("enough");
/// rolled_back.cancel("enough");
/// assert_eq!(kept.value().as_deref(), Some("Hello"));
/// assert_eq!(rolled_back.value(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// The value goes; the last whole answer is visible again.
    Rollback,
    /// The value stays visible.
    Keep,
    /// The value goes, and so does the last whole answer.
    Clear,
}

/// The attributes of a resource that decide about its transitions.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    pub(crate) keep_previous: KeepPrevious,
    /// A change of the input starts nothing.
    pub(crate) manual: bool,
    /// For a cancel and for a panic.
    pub(crate) on_cancel: Interrupted,
    pub(crate) on_error: Interrupted,
    /// A fold makes the value, so that it may be one that is not whole.
    pub(crate) grows: bool,
}

#[doc(hidden)]
impl Policy {
    /// The policy of a resource without other attributes.
    pub const fn new(keep_previous: KeepPrevious, manual: bool) -> Self {
        Policy {
            keep_previous,
            manual,
            on_cancel: Interrupted::Rollback,
            on_error: Interrupted::Rollback,
            grows: true,
        }
    }

    /// The value of a fold after a cancel or a panic.
    #[must_use]
    pub const fn on_cancel(self, on_cancel: Interrupted) -> Self {
        Policy { on_cancel, ..self }
    }

    /// The value of a fold after an error.
    #[must_use]
    pub const fn on_error(self, on_error: Interrupted) -> Self {
        Policy { on_error, ..self }
    }
}
