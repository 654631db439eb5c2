//! The one `Live` graph that a thread has in use, and the calls that it puts off until it has none.
//!
//! A thread that waits for a second lock with the first one in hand may wait for ever. And a waker is a piece of an
//! executor, which must not run inside of a graph.
//!
//! Invariants: the calls that were put off follow as soon as the thread uses no graph, one after the other, on a stack
//! that does not grow with their number.
//!
//! Must not know: graphs, locks.

use crate::{busy::Place, panics::FirstPanic};
use std::{
    cell::{Cell, RefCell},
    mem::{self, ManuallyDrop},
    ptr,
    sync::Arc,
};

/// A call that a thread has put off.
pub(super) trait PutOff: Send + Sync {
    /// Makes the call. `restless`: the calls go on and on, so updates are left alone.
    fn follow(&self, restless: bool, panics: &mut FirstPanic);
}

struct Thread {
    /// The place of the use; none if the thread uses no graph.
    since: Cell<Option<Place>>,
    /// The address of the graph.
    graph: Cell<usize>,
    /// Calls were put off.
    owes: Cell<bool>,
    /// The calls that were put off are being made.
    follows: Cell<bool>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            since: Cell::new(None),
            graph: Cell::new(0),
            owes: Cell::new(false),
            follows: Cell::new(false),
        }
    };
    /// Has no destructor, so that those of other thread-locals may use graphs.
    static CALLS: ManuallyDrop<RefCell<Vec<Arc<dyn PutOff>>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// The number of calls in a row after which they count as endless.
const MOST: usize = 100_000;

/// The place since which the thread uses a graph.
#[inline(always)]
pub(super) fn since() -> Option<Place> {
    THREAD.with(|thread| thread.since.get())
}

/// Does the thread use the graph at this address?
pub(super) fn is_held(graph: usize) -> bool {
    THREAD.with(|thread| thread.since.get().is_some() && thread.graph.get() == graph)
}

/// The thread uses the graph at this address from now on.
#[inline(always)]
pub(super) fn begin(graph: usize, here: Place) {
    THREAD.with(|thread| {
        thread.since.set(Some(here));
        thread.graph.set(graph);
    });
}

/// The thread uses no graph any more. True if `follow_up` has something to do.
#[inline(always)]
pub(super) fn end() -> bool {
    THREAD.with(|thread| {
        thread.since.set(None);
        thread.owes.get()
    })
}

/// Puts off a call until the thread uses no graph. The same call is made once.
pub(super) fn put_off(call: Arc<dyn PutOff>) {
    THREAD.with(|thread| thread.owes.set(true));
    CALLS.with(|calls| {
        let mut calls = calls.borrow_mut();
        let same = |known: &Arc<dyn PutOff>| ptr::addr_eq(Arc::as_ptr(known), Arc::as_ptr(&call));
        if !calls.iter().any(same) {
            calls.push(call);
        }
    });
}

/// Makes the calls that were put off, and those that they put off. The outermost call does it all.
#[cold]
pub(super) fn follow_up(panics: &mut FirstPanic) {
    let is_inside = THREAD.with(|thread| thread.follows.replace(true));
    if is_inside {
        return;
    }
    let mut made = 0;
    loop {
        THREAD.with(|thread| thread.owes.set(false));
        let calls = CALLS.with(|calls| mem::take(&mut *calls.borrow_mut()));
        if calls.is_empty() {
            break;
        }
        for call in calls {
            call.follow(made >= MOST, panics); // user code
            made += 1;
            panics.discard(call); // user code: this may be the last handle
        }
    }
    THREAD.with(|thread| thread.follows.set(false));
}
