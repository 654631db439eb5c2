//! The error of a call that finds its graph in use.
//!
//! Must not know: graphs, handles.

use crate::aborted;
use std::{error::Error, fmt, panic::Location};

/// A place in the program.
pub(crate) type Place = &'static Location<'static>;

/// The graph is in use: the call came from inside its own settle, or from inside a `read` or an `update`.
/// Of [`Live`](crate::Live) graphs, a thread uses one at a time: there the other use may be that of another graph.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Busy, Shared, reactive};
///
/// reactive! {
///     struct Counter {
///         signal count: u32 = 0;
///     }
/// }
///
/// let counter = Shared::new(Counter::new());
/// let inside = counter.clone();
/// let error: Busy = counter.read(|_| inside.try_update(|it| it.set_count(1))).unwrap_err();
/// println!("{error}"); // the graph is in use since src/main.rs:11:21, and is asked for at src/main.rs:11:44
/// # counter.update(|it| it.update_count(|count| *count += 1));
/// # assert_eq!(counter.read(|it| *it.count()), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    since: Place,
    here: Place,
}

impl Busy {
    pub(crate) fn new(since: Place, here: Place) -> Self {
        Busy { since, here }
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Busy { since, here } = self;
        write!(
            f,
            "the graph is in use since {since}, and is asked for at {here}"
        )?;
        if aborted::has_panicked() {
            write!(f, "; if the call at {since} is over: {}", aborted::WHY)?;
        }
        Ok(())
    }
}

impl Error for Busy {}
