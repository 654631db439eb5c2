//! The runtime of this thread.
//!
//! Invariants: the runtime has no destructor of its own, so destructors of values may use it until the thread has ended.
//!
//! Must not know: the use of the runtime.

use super::{names::Names, runtime::Runtime};
use crate::{aborted, panics::FirstPanic};
use std::{cell::RefCell, mem::ManuallyDrop};

thread_local! {
    /// The graph has no destructor of its own, so the destructors of values can use the graph until the end of the
    /// thread.
    static GRAPH: ManuallyDrop<RefCell<Runtime>> =
        const { ManuallyDrop::new(RefCell::new(Runtime::new())) };
    static END: End = const { End };
}

/// Empties the graph when its thread ends, without running cleanups. A panic of a destructor must not reach the end of
/// the thread, because the panic would end the process.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        let mut all = with(|cell| cell.borrow_mut().take_all());
        let mut panics = FirstPanic::default();
        for node in all.nodes.iter_mut() {
            panics.discard(node.value.take()); // user code
        }
        for node in all.graph.nodes.into_rows() {
            if let Some(body) = node.body {
                body.end(&mut panics); // user code
            }
        }
        for (_, snapshot) in all.snapshots {
            panics.discard(snapshot); // user code
        }
        for callback in all.callbacks {
            panics.discard(callback); // user code
        }
        for undo in all.undo {
            panics.discard(undo); // user code
        }
        while let Some(value) = all.log.take_value() {
            panics.discard(value); // user code
        }
        panics.discard(all.tasks); // user code: wakes the waiting tasks
        panics.merge(all.deferred_panics);
        panics.swallow(); // user code
        // No message can ask for a name any more.
        let names = with(|cell| std::mem::replace(&mut cell.borrow_mut().names, Names::new()));
        drop(names);
    }
}

/// Registers `End`, which drops the values of the graph when the thread ends.
pub(crate) fn end_with_thread() {
    let _ = END.try_with(|_| ());
}

#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&RefCell<Runtime>) -> R) -> R {
    local(|cell| {
        if aborted::has_panicked() {
            check_aborted(cell);
        }
        f(cell)
    })
}

#[cfg(not(debug_assertions))]
#[inline(always)]
fn local<R>(f: impl FnOnce(&RefCell<Runtime>) -> R) -> R {
    GRAPH.with(|cell| f(cell))
}

/// In debug builds, `try_with` needs less stack than `LocalKey::with`.
#[cfg(debug_assertions)]
fn local<R>(f: impl FnOnce(&RefCell<Runtime>) -> R) -> R {
    match GRAPH.try_with(|cell| f(cell)) {
        Ok(result) => result,
        Err(_) => unreachable!("it has no destructor"),
    }
}

/// A panic has ended a call on this thread: decides whether the graph was at work in that call.
#[cold]
fn check_aborted(cell: &RefCell<Runtime>) {
    let at_work = cell.try_borrow().map_or(true, |runtime| {
        let outer = &runtime.context;
        let inside = [outer.running, outer.owner, outer.observer.node];
        runtime.depth > 0 || inside.iter().any(|&node| node.is_some())
    });
    aborted::look(at_work);
}
