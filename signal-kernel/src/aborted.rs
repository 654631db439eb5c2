//! Detection of a panic that ended a call of the graph, in a program that goes on.
//!
//! With `panic = "abort"` on wasm a panic is a trap: no destructor runs and no frame returns, but the page goes on and
//! calls again. A graph that was at work then stays at work for ever, and takes its next call for a call from inside of
//! a body. The panic count of the standard library tells the two apart, since no trap resets it.
//!
//! Must not know: graphs.

use std::{cell::Cell, thread};

/// Whether this build goes on after an uncaught panic. In all other builds this module costs nothing.
pub(crate) const GOES_ON: bool = cfg!(all(panic = "abort", target_family = "wasm"));

thread_local! {
    /// The panic came from other code: the next call of the thread's graph found the graph at rest.
    static ELSEWHERE: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic has ended a call of this thread.
#[inline(always)]
pub(crate) fn has_panicked() -> bool {
    GOES_ON && thread::panicking()
}

/// Checks a call of the thread's graph after a panic. If the graph is `at_work`, the panic has left it so, unless an
/// earlier call after the panic has found the graph at rest: then the present call may come from a body.
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

/// The explanation, for messages.
pub(crate) const WHY: &str = "a body has panicked, and this build aborts at a panic (`panic = \"abort\"`), so \
     its call never came to an end. Load the page anew; or build with `panic = \"unwind\"`, where a panic costs \
     one node";
