//! The words of an asynchronous state: its status, the reason of a cancel, and the rule for a value that is there already.
//!
//! Must not know: transitions, values, futures.

use std::{borrow::Cow, fmt};

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
    /// There is nothing to answer: no work was started yet, or its input is `None`.
    #[default]
    Idle,
    /// The work is in flight.
    Pending,
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
            AsyncStatus::Success => "success",
            AsyncStatus::Error => "error",
            AsyncStatus::Cancelled => "cancelled",
        })
    }
}

/// Why a piece of work was stopped.
///
/// A [`CancelToken`](crate::CancelToken) tells it to the work,
/// [`AsyncState::cancel_reason`](crate::AsyncState::cancel_reason) to those who watch the work.
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
    /// An input changed: newer work took the place of this one, or there is nothing to ask any more.
    SourceChanged,
    /// The same question was asked again.
    Reloaded,
    /// The work panicked, or what its arguments are computed from did.
    Panicked,
    /// The owner of the work was dropped.
    Disposed,
    /// Someone asked for it, in these words.
    Manual(Cow<'static, str>),
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CancelReason::SourceChanged => "source changed",
            CancelReason::Reloaded => "reloaded",
            CancelReason::Panicked => "panicked",
            CancelReason::Disposed => "disposed",
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

/// Whether a start leaves the value of the run before readable.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepPrevious {
    /// Each start does.
    Always,
    /// If the question is the one asked before.
    Reload,
    /// No start does.
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
