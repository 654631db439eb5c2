//! Polling this thread's work, for whoever drives it.
//!
//! Invariants: each piece of work is polled at most once a call, in the order of creation; everything that
//! has come to an end is committed in one settle. Any number of tasks may wait at once: each commit wakes
//! all of them. A driver gives way to other tasks of its executor after a number of commits. Dropping a waiting
//! future drops no work.
//!
//! Must not know: executors, and what work is.

use super::{
    batch,
    graph::{DIRTY, Graph, Kind, NONE},
    kernel, run,
    source::Outside,
};
use crate::{
    hub::{Bell, Hub, Post},
    panics::FirstPanic,
    stack,
    waiters::{Seat, Waiters},
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::{Future, poll_fn},
    marker::PhantomData,
    mem,
    panic::Location,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// What a thread needs to drive its work.
pub(super) struct Drive {
    pub(super) hub: Rc<Lobby>,
    post: Post,
    /// The waker that the hub knows: it wakes all who wait.
    waker: Waker,
    /// Counts what was committed.
    commits: u64,
    /// Shared graphs that have had work, by their nodes.
    outside: BTreeMap<u32, Weak<dyn Outside>>,
}

/// Who waits, and for what. Shared within the thread.
pub(super) struct Lobby {
    pub(super) hub: Arc<Hub>,
    waiters: Arc<Waiters>,
}

impl Drive {
    /// Who is to be told that work was started or stopped, if they do not know.
    pub(super) fn news(&self) -> Option<Rc<Lobby>> {
        self.hub.hub.has_news().then(|| self.hub.clone())
    }
}

impl Lobby {
    /// Wakes all who wait: work was started or stopped, and they do not know.
    pub(super) fn tell(&self) {
        self.hub.tell();
        self.waiters.wake_here(); // user code
    }
}

/// The state of a future that waits, between its polls. It stays on the thread whose work it waits for.
#[derive(Default)]
pub(super) struct Wait {
    seat: Seat,
    polled: bool,
    local: PhantomData<*const ()>,
}

impl Wait {
    /// The future is polled; again, if the executor has had its turn.
    pub(super) fn begin(&mut self) {
        if mem::replace(&mut self.polled, true) {
            kernel::with(|cell| {
                if let Some(drive) = &mut cell.borrow_mut().drive {
                    drive.post.streak.end();
                }
            });
        }
    }
}

/// This thread's drive, made when the first resource is, or when somebody waits.
pub(super) fn of(graph: &mut Graph) -> &mut Drive {
    graph.drive.get_or_insert_with(|| {
        let waiters = Arc::<Waiters>::default();
        let post = Post::default();
        Drive {
            waker: Waker::from(waiters.clone()),
            hub: Rc::new(Lobby {
                hub: post.hub.clone(),
                waiters,
            }),
            post,
            commits: 0,
            outside: BTreeMap::new(),
        }
    })
}

/// From now on the work of a shared graph is polled when its node is in the ready list.
pub(super) fn add(graph: &mut Graph, node: u32, outside: Weak<dyn Outside>) -> Arc<Bell> {
    let drive = of(graph);
    drive.outside.insert(node, outside);
    Bell::new(&drive.hub.hub, node)
}

/// A shared graph goes.
pub(super) fn remove(graph: &mut Graph, node: u32) {
    if let Some(drive) = &mut graph.drive {
        drive.outside.remove(&node);
    }
}

/// A shared graph has committed something, whoever has polled it.
pub(super) fn note_commit(cell: &RefCell<Graph>) {
    let mut graph = cell.borrow_mut();
    let Some(drive) = &mut graph.drive else {
        return;
    };
    drive.commits += 1;
    let lobby = drive.hub.clone();
    drop(graph);
    lobby.waiters.wake_here(); // user code
}

/// Polls the shared graph that has this node; true if something was committed.
fn poll_outside(
    cell: &RefCell<Graph>,
    node: u32,
    here: &'static Location<'static>,
    panics: &mut FirstPanic,
) -> bool {
    let graph = cell.borrow();
    let drive = graph.drive.as_ref();
    let outside = drive.and_then(|drive| drive.outside.get(&node)?.upgrade());
    drop(graph);
    let Some(outside) = outside else {
        return false;
    };
    let done = panics.catch(|| outside.poll(here)); // user code
    panics.catch(|| stack::ending(|| drop(outside))); // user code: it may have been the last handle
    done != Some(false)
}

/// How many commits there were, if there is work at all.
fn commits(cell: &RefCell<Graph>) -> u64 {
    let graph = cell.borrow();
    graph.drive.as_ref().map_or(0, |drive| drive.commits)
}

/// Polls this thread's work as far as it has asked for it, that of its [`Shared`](crate::Shared) graphs included.
/// Ready once at least one transition has been committed and its effects have run; pending otherwise, also while
/// nothing is in flight, and once after 16 commits in a row each of which has left more to poll: then it wakes the
/// task of `context`.
///
/// This is what [`progress`] and [`settled`] are made of, for executors that are written by hand. The task of
/// `context` is woken when work of this thread asks to be polled, from whatever thread, and when work is
/// started or stopped outside of a poll.
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
    wait: Option<&mut Wait>,
    here: &'static Location<'static>,
) -> Poll<()> {
    kernel::with(|cell| {
        let mut graph = cell.borrow_mut();
        let running = graph.ambient.running;
        let nested = graph.depth > 0 || running != NONE;
        let kind = graph.nodes.get(running as usize).map(|node| node.kind);
        let polled = matches!(kind, Some(Kind::Driver | Kind::Source)); // work waits for work
        // Someone waits: work that is started later must find out.
        let lobby = of(&mut graph).hub.clone();
        drop(graph);
        let waits = wait.is_some();
        lobby.hub.listen();
        lobby
            .waiters
            .add(context.waker(), wait.map(|wait| &mut wait.seat)); // user code
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
        if drive.post.streak.is_over() {
            drop(graph);
            context.waker().wake_by_ref(); // user code
            return Poll::Pending;
        }
        let mut ready = drive.post.take_ready(&drive.waker);
        if ready.is_empty() {
            drive.post.streak.end();
            return Poll::Pending;
        }
        graph.depth = 1;
        let mut panics = FirstPanic::default();
        let mut done = false;
        ready.sort_unstable_by_key(|&node| (graph.order(node), node));
        drop(graph);
        for &node in &ready {
            if run::poll(cell, node, &mut panics) {
                let mut graph = cell.borrow_mut();
                if graph.nodes[node as usize].kind == Kind::Driver {
                    graph.queue_up_to_drivers(node, DIRTY);
                }
                done = true;
            } else if cell.borrow().is_outside(node) {
                done |= poll_outside(cell, node, here, &mut panics);
            }
        }
        of(&mut cell.borrow_mut()).post.give_back(ready);
        batch::end(cell, &mut panics);
        let mut graph = cell.borrow_mut();
        let drive = of(&mut graph);
        drive.commits += u64::from(done);
        // Work that an effect has started anew may be ready at once, and so on.
        let goes_on = done && (waits || drive.post.hub.is_due());
        drive.post.streak.count(goes_on);
        drop(graph);
        if done {
            panics.catch(|| lobby.waiters.wake_here()); // user code: others may wait for the same
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
    let here = Location::caller();
    let (mut begun, mut wait) = (None, Wait::default());
    poll_fn(move |context| {
        wait.begin();
        let now = kernel::with(commits);
        if *begun.get_or_insert(now) != now {
            return Poll::Ready(());
        }
        poll(context, Some(&mut wait), here)
    })
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
    let here = Location::caller();
    let mut wait = Wait::default();
    poll_fn(move |context| {
        wait.begin();
        let idle = || {
            kernel::with(|cell| {
                let graph = cell.borrow();
                graph
                    .drive
                    .as_ref()
                    .is_none_or(|drive| drive.hub.hub.is_idle())
            })
        };
        while !idle() {
            if poll(context, Some(&mut wait), here).is_pending() {
                // Stopping work is no commit, but it may have been the last.
                return if idle() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                };
            }
        }
        Poll::Ready(())
    })
}

impl Graph {
    /// Is this the node of a shared graph?
    fn is_outside(&self, node: u32) -> bool {
        let node = self.nodes.get(node as usize);
        node.is_some_and(|node| node.kind == Kind::Source)
    }

    fn order(&self, node: u32) -> u32 {
        self.nodes
            .get(node as usize)
            .map_or(NONE, |node| node.order)
    }
}
