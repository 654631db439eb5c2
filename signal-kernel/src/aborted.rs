//! The state that a panic leaves behind where it ends the call, and the program goes on.
//!
//! With `panic = "abort"` on wasm a panic is a trap: no destructor runs and no frame returns, but the page goes on and
//! calls again. A graph that was at work then stays at work for ever, and to its next call everything looks as if
//! that came from inside of a body. The standard library goes on to count the panic, and that tells the two apart.
//!
//! Must not know: graphs.

use std::{cell::Cell, thread};

/// Does this build go on after a panic that nothing has caught? Elsewhere all of this costs nothing.
pub(crate) const GOES_ON: bool = cfg!(all(panic = "abort", target_family = "wasm"));

thread_local! {
    /// A panic was of other code: the thread's graph was at rest when it was called next.
    static ELSEWHERE: Cell<bool> = const { Cell::new(false) };
}

/// Has a panic ended a call of this thread?
#[inline(always)]
pub(crate) fn has_panicked() -> bool {
    GOES_ON && thread::panicking()
}

/// After a panic the thread's graph is called. That it is `at_work` is the trace of the panic, unless it has been
/// seen at rest since: then the call may come from a body.
///
/// # Panics
///
/// If a body has panicked.
#[cold]
pub(crate) fn look(at_work: bool) {
    if !at_work {
        ELSEWHERE.set(true);
    } else if !ELSEWHERE.get() {
        panic!("the graph of this thread cannot be used any more: {WHY}");
    }
}

/// For messages.
pub(crate) const WHY: &str = "a body has panicked, and this build aborts at a panic (`panic = \"abort\"`), so \
     its call never came to an end. Load the page anew; or build with `panic = \"unwind\"`, where a panic costs \
     one node";
