//! The nodes that represent a declared graph in the dynamic graph.
//!
//! Invariants: a body depends on the node `refused` only if the body's last run has found the declared graph in use, or
//! one of its values; the body runs again as soon as the declared graph is free. The thread's tasks know the declared graph from its
//! first work in flight until its drop, and counts the declared graph as one piece of work while any of its work is in
//! flight.
//!
//! Must not know: the content of the declared graph.

use super::{
    drive,
    engine::{
        batch, context, current,
        handle::{Handle, create_in},
        runtime::{Content, Runtime},
        tasks::ForeignGraph,
        value::Value,
    },
    graph::{ids::NodeId, marks::Kind},
};
use crate::{
    panics::FirstPanic,
    stack,
    task::{ready::TaskWaker, wakers::WakerSet},
};
use std::{
    cell::{Cell, RefCell},
    mem,
    panic::Location,
    rc::Weak,
    sync::{Arc, OnceLock},
    task::Wake,
};

/// The waker of all work of a shared graph: it wakes the tasks that wait for this graph, and the tasks that drive the
/// thread.
#[derive(Default)]
pub(crate) struct SharedWaker {
    pub(crate) wakers: Arc<WakerSet>,
    /// Made for the first work in flight.
    task: OnceLock<Arc<TaskWaker>>,
}

impl Wake for SharedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut panics = FirstPanic::default();
        panics.catch(|| self.wakers.wake_by_ref()); // user code
        if let Some(waker) = self.task.get() {
            panics.catch(|| waker.wake_by_ref()); // user code
        }
        panics.resume();
    }
}

impl SharedWaker {
    /// Notes that a poll of the work begins: a wake counts again from here on.
    fn begin_poll(&self) {
        if let Some(waker) = self.task.get() {
            waker.begin_poll();
        }
    }
}

/// The nodes of a shared graph, without an owner: the drop of this struct disposes of them.
pub(crate) struct SharedNode {
    /// The node that changes with the graph.
    whole: Handle,
    /// The node that changes when the graph is free again after a refused read; the first refused read makes the node.
    refused: Cell<Option<Handle>>,
    /// The graph has refused a read since the graph was free last.
    refuses: Cell<bool>,
    /// The body that has the graph in use, or `NONE`. Another run of that body would gain nothing.
    user: Cell<NodeId>,
    /// The number of reads in progress, one inside the other.
    reads: Cell<usize>,
    pub(crate) waker: Arc<SharedWaker>,
    /// Work is in flight.
    busy: Cell<bool>,
}

impl SharedNode {
    pub(crate) fn new(place: &'static Location<'static>) -> Self {
        SharedNode {
            whole: source(place),
            refused: Cell::new(None),
            refuses: Cell::new(false),
            user: Cell::new(NodeId::NONE),
            reads: Cell::new(0),
            waker: Arc::default(),
            busy: Cell::new(false),
        }
    }

    /// Makes the running body depend on the graph.
    pub(crate) fn track(&self) {
        current::with(|cell| cell.borrow_mut().track(self.whole.key.node));
    }

    /// Notes that the running body has found the graph in use: the body runs again when the graph is free.
    #[cold]
    pub(crate) fn track_refused(&self) {
        let place = current::with(|cell| {
            let runtime = cell.borrow();
            let observer = runtime.context.observer.node;
            let waits = observer.is_some() && observer != self.user.get();
            waits.then(|| self.whole.place(&runtime))
        });
        let Some(place) = place else { return };
        let refused = self.refused.get().unwrap_or_else(|| source(place));
        self.refused.set(Some(refused));
        self.refuses.set(true);
        current::with(|cell| cell.borrow_mut().track(refused.key.node));
    }

    /// Begins a read of the graph.
    pub(crate) fn begin_read(&self) {
        let reads = self.reads.get();
        if reads == 0 {
            let observer = current::with(|cell| cell.borrow().context.observer.node);
            self.user.set(observer);
        }
        self.reads.set(reads + 1);
    }

    /// Ends the innermost read; `refused` tells whether the read has met a value that is being computed.
    pub(crate) fn end_read(&self, refused: bool) {
        let reads = self.reads.get() - 1;
        self.reads.set(reads);
        if reads == 0 {
            self.user.set(NodeId::NONE);
            if self.refuses.get() {
                self.tell_refused(); // user code
            }
        } else if refused {
            self.track_refused();
        }
    }

    /// Lets the bodies that a read has refused run again, since no read goes on any more.
    #[cold]
    fn tell_refused(&self) {
        let computes = current::with(|cell| cell.borrow().context.computing.is_some());
        if !computes {
            return self.change(|_| ((), false));
        }
        // A computed value is running: the end of its pull tells them.
        let Some(refused) = self.refused.get().filter(|_| self.refuses.take()) else {
            return;
        };
        current::with(|cell| {
            let mut runtime = cell.borrow_mut();
            if refused.is_alive(&runtime) {
                runtime.bump_version(refused.key.node);
                runtime.note_refused_subs(refused.key.node);
            }
        });
    }

    /// Runs `f` while the graph is borrowed.
    pub(crate) fn nested<R>(&self, f: impl FnOnce() -> R) -> R {
        let path = || current::with(|cell| cell.borrow().too_deep(self.whole.key.node));
        stack::nested(path, f) // user code
    }

    /// Runs `f` untracked and without an owner: it does not belong to the body that runs.
    pub(crate) fn detached<R>(&self, f: impl FnOnce() -> R) -> R {
        current::with(|cell| {
            let _outside = context::Detached::new(cell);
            f() // user code
        })
    }

    /// # Panics
    ///
    /// Inside a computed value.
    #[track_caller]
    pub(crate) fn may_write(&self) {
        let allowed = current::with(|cell| cell.borrow().may_write(self.whole.key.node));
        if let Err(message) = allowed {
            panic!("{message}");
        }
    }

    /// Runs `f`, which has the declared graph in use until it returns, and which says whether it has changed the graph.
    /// After the return of `f`, one settle covers this change and the writes of `f` to the dynamic graph; then a panic
    /// goes on.
    pub(crate) fn change<R>(&self, f: impl FnOnce(&mut FirstPanic) -> (R, bool)) -> R {
        current::with(|cell| {
            batch::run(cell, || {
                let mut panics = FirstPanic::default();
                self.user.set(cell.borrow().context.observer.node);
                let (result, changed) = f(&mut panics);
                self.user.set(NodeId::NONE);
                let whole = changed.then_some(self.whole);
                let refused = self.refused.get().filter(|_| self.refuses.take());
                for id in whole.into_iter().chain(refused) {
                    if id.is_alive(&cell.borrow()) {
                        cell.borrow_mut().change(id.key.node); // the batch settles
                    }
                }
                panics.resume();
                result
            })
        })
    }

    /// As [`change`](Self::change), for an `f` that polls work: polled work may wait for work of the dynamic graph. `f`
    /// returns whether it has committed something: a commit wakes all tasks that wait for this graph, and all that wait
    /// for the thread.
    pub(crate) fn poll(&self, f: impl FnOnce(&mut FirstPanic) -> bool) -> bool {
        self.change(|panics| {
            current::with(|cell| {
                self.waker.begin_poll();
                let polls = PollGuard::enter(cell, self.whole.key.node);
                let done = f(panics);
                drop(polls);
                if done {
                    panics.catch(|| self.waker.wakers.wake_here()); // user code: other tasks may wait for the commit
                    panics.catch(|| drive::note_commit(cell)); // user code
                }
                (done, done)
            })
        })
    }

    /// Notes whether work of the declared graph is in flight, so that the thread's tasks include the work, and wait for
    /// its end.
    pub(crate) fn note_work(&self, busy: bool, foreign: impl FnOnce() -> Weak<dyn ForeignGraph>) {
        if self.busy.replace(busy) == busy {
            return;
        }
        let waker = self.task(foreign);
        if busy {
            waker.start();
        } else {
            waker.stop();
        }
    }

    /// The work of the declared graph knows the waker of another driver: the next poll of the thread puts its own in the
    /// place.
    pub(crate) fn poll_soon(&self, foreign: impl FnOnce() -> Weak<dyn ForeignGraph>) {
        self.task(foreign).wake_by_ref();
    }

    /// The task of the declared graph, which the thread polls from the first call on.
    fn task(&self, foreign: impl FnOnce() -> Weak<dyn ForeignGraph>) -> &Arc<TaskWaker> {
        self.waker.task.get_or_init(|| {
            current::with(|cell| {
                drive::add_shared(&mut cell.borrow_mut(), self.whole.key.node, foreign())
            })
        })
    }
}

/// A node without an owner.
fn source(place: &'static Location<'static>) -> Handle {
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let place = runtime.names.number(place);
        let content = Content::Value(Value::NONE);
        create_in(&mut runtime, NodeId::NONE, Kind::Passive, content, place)
    })
}

/// While the guard lives, the context names the polling node as the running one.
struct PollGuard<'a> {
    cell: &'a RefCell<Runtime>,
    /// The node that was running before.
    before: NodeId,
}

impl<'a> PollGuard<'a> {
    fn enter(cell: &'a RefCell<Runtime>, node: NodeId) -> Self {
        let running = &mut cell.borrow_mut().context.running;
        let before = mem::replace(running, node);
        PollGuard { cell, before }
    }
}

impl Drop for PollGuard<'_> {
    fn drop(&mut self) {
        self.cell.borrow_mut().context.running = self.before;
    }
}

impl Drop for SharedNode {
    fn drop(&mut self) {
        if let Some(waker) = self.waker.task.get() {
            if self.busy.get() {
                waker.stop();
            }
            current::with(|cell| drive::remove_shared(&mut cell.borrow_mut(), self.whole.key.node));
        }
        batch::dispose_node(self.whole); // also tells the waiting tasks
        if let Some(refused) = self.refused.take() {
            batch::dispose_node(refused);
        }
    }
}
