//! The polling of this thread's work.
//!
//! Invariants: a call polls each piece of work at most once, in the order of creation; one settle commits all work that
//! has come to an end. Any number of tasks may wait at once: each commit wakes all of them. A driver yields to other
//! tasks of its executor after a number of commits. The drop of a waiting future drops no work.
//!
//! Must not know: executors, and the nature of work.

use super::engine::turn::Turn;
use super::{
    engine::{
        batch, current, run,
        runtime::Runtime,
        tasks::{ForeignGraph, Mailbox, ThreadTasks},
    },
    graph::{
        ids::{NodeId, Order},
        marks::{Kind, Stale},
    },
};
use crate::{
    panics::FirstPanic,
    stack,
    task::{progress, ready::TaskWaker, wakers::WaitKey},
};
use std::{
    cell::RefCell,
    future::Future,
    marker::PhantomData,
    panic::Location,
    rc::{Rc, Weak},
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
};

/// A wait for work of this thread, asked for at the place `here`.
pub(super) struct ThreadDriver {
    key: WaitKey,
    here: &'static Location<'static>,
    /// Keeps the wait on the thread of the graph.
    local: PhantomData<*const ()>,
}

impl ThreadDriver {
    pub(super) fn new(here: &'static Location<'static>) -> Self {
        ThreadDriver {
            key: WaitKey::default(),
            here,
            local: PhantomData,
        }
    }
}

impl progress::Driver for ThreadDriver {
    fn reset_budget(&mut self) {
        current::with(|cell| {
            if let Some(tasks) = &mut cell.borrow_mut().tasks {
                tasks.ready.budget.reset();
            }
        });
    }

    fn commits(&self) -> u64 {
        current::with(|cell| {
            let runtime = cell.borrow();
            runtime.tasks.as_ref().map_or(0, |tasks| tasks.commits)
        })
    }

    fn is_idle(&self) -> bool {
        current::with(|cell| {
            let runtime = cell.borrow();
            let tasks = runtime.tasks.as_ref();
            tasks.is_none_or(|tasks| {
                let waiting = &tasks.waiting;
                waiting.queue.is_idle() && waiting.messages.load(Ordering::Acquire) == 0
            })
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        poll(context, Some(&mut self.key), self.here)
    }
}

/// This thread's tasks, made for the first resource or the first wait.
pub(super) fn thread_tasks(runtime: &mut Runtime) -> &mut ThreadTasks {
    runtime.tasks.get_or_insert_with(ThreadTasks::new)
}

/// Registers a shared graph: from now on a driver polls its work when its node is in the ready list.
pub(super) fn add_shared(
    runtime: &mut Runtime,
    node: NodeId,
    foreign: Weak<dyn ForeignGraph>,
) -> Arc<TaskWaker> {
    let tasks = thread_tasks(runtime);
    tasks.foreign.insert(node, foreign);
    TaskWaker::new(&tasks.waiting.queue, node.to_number())
}

/// Removes a shared graph, which is being dropped.
pub(super) fn remove_shared(runtime: &mut Runtime, node: NodeId) {
    if let Some(tasks) = &mut runtime.tasks {
        tasks.foreign.remove(&node);
    }
}

/// Notes a commit of a shared graph, polled by a driver of its own or of the thread.
pub(super) fn note_commit(cell: &RefCell<Runtime>) {
    let mut runtime = cell.borrow_mut();
    let Some(tasks) = &mut runtime.tasks else {
        return;
    };
    tasks.commits += 1;
    let waiting = tasks.waiting.clone();
    drop(runtime);
    waiting.wakers.wake_here(); // user code
}

/// Polls the ready work once each, and ends the batch that the caller has opened. Returns whether the work has committed
/// something.
fn poll_ready(turn: &mut Turn<'_>, ready: &[u32], here: &'static Location<'static>) -> bool {
    let mut done = false;
    for &node in ready {
        let node = NodeId::from_number(node);
        let completed = run::poll(turn, node);
        let runtime = turn.runtime();
        if completed {
            if runtime.nodes[node].kind == Kind::Resource {
                runtime.queue_up_to_resources(node, Stale::Dirty);
            }
            done = true;
        } else if runtime.is_foreign(node) {
            done |= poll_foreign(turn, node, here);
        }
    }
    batch::end(turn);
    done
}

/// Handles the messages of inboxes, each as one batch; true if there was one.
#[cold]
fn handle_messages(mailboxes: Vec<Rc<dyn Mailbox>>, panics: &mut FirstPanic) -> bool {
    let mut handled = false;
    for mailbox in mailboxes {
        handled |= mailbox.handle(panics); // user code
        panics.catch(|| stack::ending(|| drop(mailbox))); // user code: it may have been disposed of
    }
    handled
}

/// Polls the shared graph of this node; true if the graph has committed something.
fn poll_foreign(turn: &mut Turn<'_>, node: NodeId, here: &'static Location<'static>) -> bool {
    let tasks = turn.runtime().tasks.as_ref();
    let Some(foreign) = tasks.and_then(|tasks| tasks.foreign.get(&node)?.upgrade()) else {
        return false;
    };
    let done = turn.call(|| foreign.poll(here)); // user code
    turn.call(|| stack::ending(|| drop(foreign))); // user code: this may be the last handle
    done != Some(false)
}

/// Polls the work of this thread that has asked for a poll, work of its [`Shared`](crate::Shared) graphs included.
/// Ready once at least one transition has been committed and its effects have run; pending otherwise, also while no
/// work is in flight. After 16 commits in a row, each of which has left more work to poll, the call is pending once and
/// wakes the task of `context`.
///
/// [`progress`] and [`settled`] are made of this call; the call is for executors that are written by hand. Work of this
/// thread that asks for a poll wakes the task of `context`, from any thread. So does work that is started or stopped
/// outside of a poll.
///
/// # Panics
///
/// Inside a batch, an effect or a computed value: no commit is possible there. Inside a [`read`](crate::Shared::read)
/// of a [`Shared`](crate::Shared) graph whose work asks for a poll: with both places. With the first panic of polled
/// work or of a body that the commit has run, after all other bodies have run.
///
/// # Examples
///
/// ```
/// use signal_kernel::{from_future, poll_progress};
/// use std::task::{Context, Waker};
///
/// let seven = from_future(|| async { Ok::<_, String>(7) });
/// let mut context = Context::from_waker(Waker::noop());
/// assert!(poll_progress(&mut context).is_ready());
/// assert_eq!(seven.value(), Some(7));
/// assert!(poll_progress(&mut context).is_pending()); // nothing is left
/// ```
#[track_caller]
pub fn poll_progress(context: &mut Context<'_>) -> Poll<()> {
    poll(context, None, Location::caller())
}

/// As [`poll_progress`], also for a wait.
pub(super) fn poll(
    context: &mut Context<'_>,
    key: Option<&mut WaitKey>,
    here: &'static Location<'static>,
) -> Poll<()> {
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let running = runtime.context.running;
        let nested = runtime.depth > 0 || running.is_some();
        let kind = runtime.nodes.get(running).map(|node| node.kind);
        let polled = matches!(kind, Some(Kind::Resource | Kind::Passive)); // work waits for work
        // A task waits from now on: work that starts later must wake the task.
        let waiting = thread_tasks(&mut runtime).waiting.clone();
        drop(runtime);
        let waits = key.is_some();
        waiting.queue.begin_poll();
        waiting.wakers.add(context.waker(), key); // user code
        if nested {
            assert!(
                polled,
                "work is polled inside of a batch, an effect or a computed value: nothing can be committed \
                 there"
            );
            return Poll::Pending;
        }
        let mut runtime = cell.borrow_mut();
        let tasks = thread_tasks(&mut runtime);
        if tasks.ready.budget.is_spent() {
            drop(runtime);
            context.waker().wake_by_ref(); // user code
            return Poll::Pending;
        }
        let mut ready = tasks.ready.take_ready(&tasks.waker);
        if ready.is_empty() {
            tasks.ready.budget.reset();
            return Poll::Pending;
        }
        let mailboxes = tasks.take_mailboxes(&mut ready);
        let mut panics = FirstPanic::new();
        let mut handled = false;
        if !mailboxes.is_empty() {
            drop(runtime);
            handled = handle_messages(mailboxes, &mut panics); // user code
            runtime = cell.borrow_mut();
        }
        ready.sort_unstable_by_key(|&node| (runtime.order(NodeId::from_number(node)), node));
        runtime.depth = 1;
        let mut turn = Turn::new(cell, runtime.context);
        drop(runtime);
        turn.release(|_, kept| kept.merge(panics));
        let done = poll_ready(&mut turn, &ready, here) | handled;
        let tasks = thread_tasks(turn.runtime());
        tasks.commits += u64::from(done);
        tasks.ready.end_poll(ready, done, waits);
        if done {
            turn.call(|| waiting.wakers.wake_here()); // user code: other tasks may wait for the same commit
        }
        turn.end();
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Waits for the next commit of this thread's work: until at least one transition has been committed and its effects
/// have run. Pending while no work is in flight. The future also drives the work of this thread's
/// [`Shared`](crate::Shared) graphs.
///
/// A task that awaits the future drives the work, on any executor; several tasks may do so at once. The drop of the
/// future drops no work.
///
/// # Panics
///
/// As [`poll_progress`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{from_future, progress};
///
/// # futures::executor::block_on(async {
/// let seven = from_future(|| async { Ok::<_, String>(7) });
/// assert_eq!(seven.value(), None);
/// progress().await;
/// assert_eq!(seven.value(), Some(7));
/// # });
/// ```
///
/// The future stays on the thread whose work it waits for:
///
/// ```compile_fail,E0277
/// tokio::spawn(signal_kernel::progress());
/// ```
#[track_caller]
pub fn progress() -> impl Future<Output = ()> {
    progress::progress(ThreadDriver::new(Location::caller()))
}

/// Waits until none of this thread's work is in flight, work of its [`Shared`](crate::Shared) graphs included: of all
/// graphs that have a handle, whether or not a function has read them.
///
/// A task that awaits the future drives the work, on any executor; several tasks may do so at once. The drop of the
/// future drops no work.
///
/// # Panics
///
/// As [`poll_progress`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_resource, settled, signal};
///
/// # futures::executor::block_on(async {
/// let id = signal(1);
/// let (user, _meta) = create_resource(
///     move || id.get(),
///     |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
/// );
/// settled().await;
/// assert_eq!(user.get().as_deref(), Some("user 1"));
/// # });
/// ```
///
/// The future stays on the thread whose work it waits for:
///
/// ```compile_fail,E0277
/// tokio::spawn(signal_kernel::settled());
/// ```
#[track_caller]
pub fn settled() -> impl Future<Output = ()> {
    progress::settled(ThreadDriver::new(Location::caller()))
}

impl Runtime {
    /// Is this the node of a shared graph?
    fn is_foreign(&self, node: NodeId) -> bool {
        let node = self.nodes.get(node);
        node.is_some_and(|node| node.kind == Kind::Passive)
    }

    fn order(&self, node: NodeId) -> Order {
        self.nodes.get(node).map_or(Order::NONE, |node| node.order)
    }
}
