//! Polling the work of this thread.
//!
//! Invariants: each piece of work is polled at most once a call, in the order of creation; everything that
//! has come to an end is committed in one settle. Any number of tasks may wait at once: each commit wakes
//! all of them. A driver gives way to other tasks of its executor after a number of commits. Dropping a waiting
//! future drops no work.
//!
//! Must not know: executors, and what work is.

use super::{
    access, batch,
    graph::{DIRTY, Graph, Kind, NONE},
    run,
    source::ForeignGraph,
};
use crate::{
    panics::FirstPanic,
    stack,
    task::{
        progress,
        ready::{ReadyQueue, ReadyReceiver, TaskWaker},
        wakers::{WaitKey, WakerSet},
    },
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::Future,
    marker::PhantomData,
    panic::Location,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// What a thread needs to drive its work.
pub(super) struct Drive {
    pub(super) lobby: Rc<Lobby>,
    ready: ReadyReceiver,
    /// The waker that the ready queue has: it wakes all wakers that wait.
    waker: Waker,
    /// Counts what was committed.
    commits: u64,
    /// Shared graphs that have had work, by their nodes.
    foreign: BTreeMap<u32, Weak<dyn ForeignGraph>>,
}

/// Who waits, and for what. Shared within the thread.
pub(super) struct Lobby {
    pub(super) queue: Arc<ReadyQueue>,
    wakers: Arc<WakerSet>,
}

impl Drive {
    /// Who is to be told that work was started or stopped, if they do not know.
    pub(super) fn news(&self) -> Option<Rc<Lobby>> {
        self.lobby.queue.must_notify().then(|| self.lobby.clone())
    }
}

impl Lobby {
    /// Wakes all who wait: work was started or stopped, and they do not know.
    pub(super) fn tell(&self) {
        self.queue.set_notified();
        self.wakers.wake_here(); // user code
    }
}

/// A wait for work of this thread, asked for at the place `here`.
pub(super) struct ThreadDriver {
    key: WaitKey,
    here: &'static Location<'static>,
    /// The graph is of this thread.
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
        access::with(|cell| {
            if let Some(drive) = &mut cell.borrow_mut().drive {
                drive.ready.budget.reset();
            }
        });
    }

    fn commits(&self) -> u64 {
        access::with(|cell| {
            let graph = cell.borrow();
            graph.drive.as_ref().map_or(0, |drive| drive.commits)
        })
    }

    fn is_idle(&self) -> bool {
        access::with(|cell| {
            let graph = cell.borrow();
            let drive = graph.drive.as_ref();
            drive.is_none_or(|drive| drive.lobby.queue.is_idle())
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        poll(context, Some(&mut self.key), self.here)
    }
}

/// This thread's drive, made when the first resource is, or when somebody waits.
pub(super) fn of(graph: &mut Graph) -> &mut Drive {
    graph.drive.get_or_insert_with(|| {
        let wakers = Arc::<WakerSet>::default();
        let ready = ReadyReceiver::default();
        Drive {
            waker: Waker::from(wakers.clone()),
            lobby: Rc::new(Lobby {
                queue: ready.queue.clone(),
                wakers,
            }),
            ready,
            commits: 0,
            foreign: BTreeMap::new(),
        }
    })
}

/// From now on the work of a shared graph is polled when its node is in the ready list.
pub(super) fn add(graph: &mut Graph, node: u32, foreign: Weak<dyn ForeignGraph>) -> Arc<TaskWaker> {
    let drive = of(graph);
    drive.foreign.insert(node, foreign);
    TaskWaker::new(&drive.lobby.queue, node)
}

/// A shared graph goes.
pub(super) fn remove(graph: &mut Graph, node: u32) {
    if let Some(drive) = &mut graph.drive {
        drive.foreign.remove(&node);
    }
}

/// A shared graph has committed something, polled by a driver of its own or of the thread.
pub(super) fn note_commit(cell: &RefCell<Graph>) {
    let mut graph = cell.borrow_mut();
    let Some(drive) = &mut graph.drive else {
        return;
    };
    drive.commits += 1;
    let lobby = drive.lobby.clone();
    drop(graph);
    lobby.wakers.wake_here(); // user code
}

/// Polls the shared graph that has this node; true if something was committed.
fn poll_foreign(
    cell: &RefCell<Graph>,
    node: u32,
    here: &'static Location<'static>,
    panics: &mut FirstPanic,
) -> bool {
    let graph = cell.borrow();
    let drive = graph.drive.as_ref();
    let foreign = drive.and_then(|drive| drive.foreign.get(&node)?.upgrade());
    drop(graph);
    let Some(foreign) = foreign else {
        return false;
    };
    let done = panics.catch(|| foreign.poll(here)); // user code
    panics.catch(|| stack::ending(|| drop(foreign))); // user code: it may have been the last handle
    done != Some(false)
}

/// Polls this thread's work as far as it has asked for it, that of its [`Shared`](crate::Shared) graphs included.
/// Ready once at least one transition has been committed and its effects have run; pending otherwise, also while
/// nothing is in flight, and once after 16 commits in a row each of which has left more to poll: then it wakes the
/// task of `context`.
///
/// This is what [`progress`] and [`settled`] are made of, for executors that are written by hand. The task of
/// `context` is woken when work of this thread asks to be polled, from whatever thread, and when work is
/// started or stopped foreign of a poll.
///
/// # Panics
///
/// Inside a batch, an effect or a computed value: nothing could be committed there. Inside a
/// [`read`](crate::Shared::read) of a [`Shared`](crate::Shared) graph whose work asks to be polled: with both places.
/// With the first panic of polled work or of a body that the commit has run, when all others have run.
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

/// The same, also for a wait.
pub(super) fn poll(
    context: &mut Context<'_>,
    key: Option<&mut WaitKey>,
    here: &'static Location<'static>,
) -> Poll<()> {
    access::with(|cell| {
        let mut graph = cell.borrow_mut();
        let running = graph.context.running;
        let nested = graph.depth > 0 || running != NONE;
        let kind = graph.nodes.get(running as usize).map(|node| node.kind);
        let polled = matches!(kind, Some(Kind::Resource | Kind::Passive)); // work waits for work
        // Someone waits: work that is started later must find out.
        let lobby = of(&mut graph).lobby.clone();
        drop(graph);
        let waits = key.is_some();
        lobby.queue.begin_poll();
        lobby.wakers.add(context.waker(), key); // user code
        if nested {
            assert!(
                polled,
                "work is polled inside of a batch, an effect or a computed value: nothing can be committed \
                 there"
            );
            return Poll::Pending;
        }
        let mut graph = cell.borrow_mut();
        let drive = of(&mut graph);
        if drive.ready.budget.is_spent() {
            drop(graph);
            context.waker().wake_by_ref(); // user code
            return Poll::Pending;
        }
        let mut tasks = drive.ready.take_ready(&drive.waker);
        if tasks.is_empty() {
            drive.ready.budget.reset();
            return Poll::Pending;
        }
        graph.depth = 1;
        let mut panics = FirstPanic::default();
        let mut done = false;
        tasks.sort_unstable_by_key(|&node| (graph.order(node), node));
        drop(graph);
        for &node in &tasks {
            if run::poll(cell, node, &mut panics) {
                let mut graph = cell.borrow_mut();
                if graph.nodes[node as usize].kind == Kind::Resource {
                    graph.queue_up_to_drivers(node, DIRTY);
                }
                done = true;
            } else if cell.borrow().is_foreign(node) {
                done |= poll_foreign(cell, node, here, &mut panics);
            }
        }
        of(&mut cell.borrow_mut()).ready.put_back(tasks);
        batch::end(cell, &mut panics);
        let mut graph = cell.borrow_mut();
        let drive = of(&mut graph);
        drive.commits += u64::from(done);
        // Work that an effect has started anew may be ready at once, and so on.
        let goes_on = done && (waits || drive.ready.queue.has_ready());
        drive.ready.budget.spend(goes_on);
        drop(graph);
        if done {
            panics.catch(|| lobby.wakers.wake_here()); // user code: others may wait for the same
        }
        panics.resume();
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Waits for the next commit of this thread's work: until at least one transition has been committed and its
/// effects have run. Pending while nothing is in flight. The work of this thread's [`Shared`](crate::Shared) graphs is
/// driven too.
///
/// Whoever awaits this drives the work, on any executor; several tasks may do so at once. Dropping the future
/// drops no work.
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

/// Waits until none of this thread's work is in flight, that of its [`Shared`](crate::Shared) graphs included: of all
/// that have a handle, whether or not a function has read them.
///
/// Whoever awaits this drives the work, on any executor; several tasks may do so at once. Dropping the future
/// drops no work.
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

impl Graph {
    /// Is this the node of a shared graph?
    fn is_foreign(&self, node: u32) -> bool {
        let node = self.nodes.get(node as usize);
        node.is_some_and(|node| node.kind == Kind::Passive)
    }

    fn order(&self, node: u32) -> u32 {
        self.nodes
            .get(node as usize)
            .map_or(NONE, |node| node.order)
    }
}
