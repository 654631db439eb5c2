//! A declared graph behind a handle: for callbacks, GUIs, and bodies of the dynamic graph.
//!
//! Invariants: in the dynamic graph, one node represents the whole declared graph; the node changes with every commit
//! and with every update that changes anything. The declared graph has settled, and no caller borrows it, before the
//! dynamic graph settles. After each call that may start or stop work, the dynamic graph knows whether any work is in
//! flight.
//!
//! Must not know: the content of the declared graph.

use crate::{
    aborted,
    declared::{computing, watch::Watch},
    dynamic::{ForeignGraph, SharedNode},
    reactive::Reactive,
    stack,
    task::{
        progress,
        ready::{Budget, ReadyQueue},
        wakers::WaitKey,
    },
};
use std::{
    cell::{Cell, RefCell},
    error::Error,
    fmt,
    future::Future,
    ops::Deref,
    panic::{Location, RefUnwindSafe, UnwindSafe},
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Waker},
};

type Place = &'static Location<'static>;

/// A handle on a graph that [`reactive!`](crate::reactive) has made: clonable, for the closures of a GUI. The handle
/// stays on its thread; the graph goes with its last handle.
///
/// The handle joins the two kinds of graph: in the body of a [`computed`](crate::computed()) or an effect,
/// [`read`](Self::read) is tracked, with the graph as one dependency. A computed value over the graph cuts off: its
/// dependents run only when the selected part of the graph has changed.
///
/// An update settles the graph itself first, as any write to the graph does; then its readers in the dynamic graph. A
/// dynamic [`batch`](crate::batch) around the update delays only the second step; a [`transaction`](crate::transaction)
/// does not undo the update. Readers of the graph run only after a change: of a signal, of a resource, or of a lent
/// `let mut` field. The graph does not notice a change through a shared reference, of a `Cell` in a `let` field.
///
/// [`progress`](Self::progress) and [`settled`](Self::settled) drive the work of the graph. The functions of the same
/// names drive this work together with all other work of the thread: one driver is enough.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Shared, computed, create_effect, reactive};
///
/// reactive! {
///     pub struct Cart {
///         signal price: u64 = 300;
///         signal qty: u64 = 2;
///         computed total: u64 = price * qty;
///     }
/// }
///
/// let cart = Shared::new(Cart::new());
/// let total = computed({
///     let cart = cart.clone();
///     move || cart.read(|cart| *cart.total())
/// });
/// create_effect(move || println!("{}", total.get())); // 600
///
/// let on_click = {
///     let cart = cart.clone();
///     move || cart.update(|cart| cart.set_qty(cart.qty() + 1))
/// };
/// on_click(); // 900
/// # cart.update(|cart| cart.set_price(300));
/// ```
pub struct Shared<G> {
    inner: Handle<G>,
}

/// Always holds a graph, until the handle is dropped.
struct Handle<G>(Option<Rc<Inner<G>>>);

impl<G> Deref for Handle<G> {
    type Target = Inner<G>;

    fn deref(&self) -> &Inner<G> {
        self.0.as_deref().expect("taken by `drop` alone")
    }
}

impl<G> Clone for Handle<G> {
    fn clone(&self) -> Self {
        Handle(self.0.clone())
    }
}

/// Drops without recursion on a short stack: only memory limits a chain of graphs that hold each other's handles.
impl<G> Drop for Handle<G> {
    fn drop(&mut self) {
        let inner = self.0.take();
        stack::ending(|| drop(inner)); // user code
    }
}

struct Inner<G> {
    graph: RefCell<G>,
    /// The place of the last borrow.
    place: Cell<Place>,
    node: SharedNode,
    /// The waker of the node, as a `Waker`.
    waker: Waker,
    commits: Cell<u64>,
    budget: Cell<Budget>,
    hooks: Hooks<G>,
    this: Weak<Self>,
}

/// The functions that a handle needs of a graph, for code that knows only the graph's type.
struct Hooks<G> {
    watch: fn(&mut G) -> &mut Watch,
    queue: fn(&G) -> Option<&Arc<ReadyQueue>>,
    poll: fn(&mut G, &mut Context<'_>) -> Poll<()>,
}

/// The graph is in use: the call came from inside its own settle, or from inside a `read` or an `update`.
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

impl<G: 'static> Shared<G> {
    /// Puts a graph behind a handle.
    ///
    /// # Examples
    ///
    /// See [`Shared`].
    #[track_caller]
    pub fn new(graph: G) -> Self
    where
        G: Reactive,
    {
        let place = Location::caller();
        let inner = Rc::new_cyclic(|this| {
            let node = SharedNode::new(place);
            Inner {
                graph: RefCell::new(graph),
                place: Cell::new(place),
                waker: Waker::from(node.waker.clone()),
                node,
                commits: Cell::new(0),
                budget: Cell::default(),
                hooks: Hooks {
                    watch: G::watch,
                    queue: G::ready_queue,
                    poll: G::poll,
                },
                this: this.clone(),
            }
        });
        if !inner.queue(true, ReadyQueue::is_idle) {
            // The change opens a batch, so that waiting tasks are told.
            inner.node.change(|_| {
                inner.note_work(&inner.graph.borrow());
                ((), false)
            });
        }
        Shared {
            inner: Handle(Some(inner)),
        }
    }

    /// Shows the graph to `f`. The running body depends on the graph from now on.
    ///
    /// # Panics
    ///
    /// From inside an [`update`](Self::update), in which the graph settles: with both places.
    ///
    /// # Examples
    ///
    /// See [`Shared`].
    #[track_caller]
    pub fn read<R>(&self, f: impl FnOnce(&G) -> R) -> R {
        match self.try_read(f) {
            Ok(result) => result,
            Err(busy) => panic!("{busy}"),
        }
    }

    /// As [`read`](Self::read), from code in which the graph may be in use. The running body depends on the graph in
    /// any case.
    ///
    /// # Errors
    ///
    /// [`Busy`], if the graph is in use; `f` is not called then. A refused body runs again when the graph is free,
    /// whether or not the graph has changed; so does a body in which [`read`](Self::read) has panicked for this reason,
    /// or since the value that `f` reads is being computed.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Shared, reactive};
    ///
    /// reactive! {
    ///     struct Counter {
    ///         signal count: u32 = 0;
    ///     }
    /// }
    ///
    /// let counter = Shared::new(Counter::new());
    /// assert_eq!(counter.try_read(|it| *it.count()), Ok(0));
    /// let inside = counter.clone();
    /// counter.update(|it| {
    ///     it.set_count(1);
    ///     assert!(inside.try_read(|it| *it.count()).is_err());
    /// });
    /// # counter.update(|it| it.update_count(|count| *count += 1));
    /// ```
    #[track_caller]
    pub fn try_read<R>(&self, f: impl FnOnce(&G) -> R) -> Result<R, Busy> {
        let here = Location::caller();
        let inner = &*self.inner;
        inner.node.track();
        let _reading; // ends after the borrow
        let Ok(graph) = inner.graph.try_borrow() else {
            inner.node.track_refused();
            return Err(inner.busy(here));
        };
        _reading = Reading::begin(&inner.node);
        inner.place.set(here);
        Ok(inner.node.nested(|| f(&graph))) // user code
    }

    /// Lets `f` change the graph; the graph settles, and then its readers in the dynamic graph settle. The readers are
    /// marked only if something that can be read has changed, in the graph or in a graph inside it.
    ///
    /// # Panics
    ///
    /// - From inside another `update` or a [`read`](Self::read) of the same graph: with both places.
    /// - Inside a dynamic computed value, for computed values cannot write.
    /// - If `f` does, or a body that has run: everything settles before the panic goes on.
    ///
    /// # Examples
    ///
    /// See [`Shared`].
    #[track_caller]
    pub fn update<R>(&self, f: impl FnOnce(&mut G) -> R) -> R {
        match self.try_update(f) {
            Ok(result) => result,
            Err(busy) => panic!("{busy}"),
        }
    }

    /// As [`update`](Self::update), from code in which the graph may be in use.
    ///
    /// # Errors
    ///
    /// [`Busy`], if the graph is in use; `f` is not called then.
    ///
    /// # Panics
    ///
    /// Inside a dynamic computed value; if `f` does, or a body that has run.
    ///
    /// # Examples
    ///
    /// See [`Busy`].
    #[track_caller]
    pub fn try_update<R>(&self, f: impl FnOnce(&mut G) -> R) -> Result<R, Busy> {
        self.inner.node.may_write();
        let here = Location::caller();
        let inner = &*self.inner;
        let Ok(mut graph) = inner.graph.try_borrow_mut() else {
            return Err(inner.busy(here));
        };
        inner.place.set(here);
        let result = inner.node.change(|panics| {
            let watcher = (inner.hooks.watch)(&mut graph).begin();
            let result = panics.catch(|| f(&mut graph)); // user code
            let changed = (inner.hooks.watch)(&mut graph).end(&watcher);
            inner.note_work(&graph);
            drop(graph);
            (result, changed)
        });
        Ok(result.expect("there is a result if nothing has panicked"))
    }

    /// Polls the graph's work; ready once a transition was committed and everything has settled. Any number of tasks
    /// may wait.
    ///
    /// # Panics
    ///
    /// - From inside an [`update`](Self::update) or a [`read`](Self::read): with both places.
    /// - Inside a dynamic computed value, for computed values cannot write.
    /// - With the first panic of polled work or of a body that the commit has run.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Shared, reactive, resource};
    /// use std::task::{Context, Waker};
    ///
    /// #[resource]
    /// async fn fetch(id: u32) -> Result<u32, String> {
    ///     Ok(id * 100)
    /// }
    ///
    /// reactive! {
    ///     struct Page {
    ///         signal id: u32 = 1;
    ///         resource user = fetch(id);
    ///     }
    /// }
    ///
    /// let page = Shared::new(Page::new());
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(page.poll_progress(&mut context).is_ready());
    /// assert_eq!(page.read(|page| page.user().value().copied()), Some(100));
    /// # page.update(|page| page.set_id(2));
    /// ```
    #[track_caller]
    pub fn poll_progress(&self, context: &mut Context<'_>) -> Poll<()> {
        self.poll(context, None, Location::caller())
    }

    /// As [`poll_progress`](Self::poll_progress), also for a wait.
    #[track_caller]
    fn poll(&self, context: &mut Context<'_>, key: Option<&mut WaitKey>, here: Place) -> Poll<()> {
        let inner = &*self.inner;
        inner.node.may_write();
        let waits = key.is_some();
        inner.node.waker.wakers.add(context.waker(), key); // user code
        let mut budget = inner.budget.take();
        if budget.is_spent() {
            context.waker().wake_by_ref(); // user code
            return Poll::Pending;
        }
        let done = inner.poll(here);
        // An effect may start work that is ready at once, and so on without end.
        budget.spend(done && (waits || inner.queue(false, ReadyQueue::has_ready)));
        inner.budget.set(budget);
        if done { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Waits for the next commit of the graph's work: until at least one transition has been committed and everything
    /// has settled. Pending while no work is in flight. The drop of the future drops no work.
    ///
    /// # Panics
    ///
    /// When polled, as [`poll_progress`](Self::poll_progress).
    ///
    /// # Examples
    ///
    /// See [`settled`](Self::settled).
    #[track_caller]
    pub fn progress(&self) -> impl Future<Output = ()> + use<G> {
        progress::progress(self.driver(Location::caller()))
    }

    /// Waits until no work of the graph is in flight. The drop of the future drops no work.
    ///
    /// # Panics
    ///
    /// When polled, as [`poll_progress`](Self::poll_progress).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Shared, reactive, resource};
    ///
    /// #[resource]
    /// async fn fetch(id: u32) -> Result<u32, String> {
    ///     Ok(id * 100)
    /// }
    ///
    /// reactive! {
    ///     struct Page {
    ///         signal id: u32 = 1;
    ///         resource user = fetch(id);
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let page = Shared::new(Page::new());
    /// page.progress().await;
    /// page.update(|page| page.set_id(2));
    /// page.settled().await;
    /// assert_eq!(page.read(|page| page.user().value().copied()), Some(200));
    /// # });
    /// ```
    #[track_caller]
    pub fn settled(&self) -> impl Future<Output = ()> + use<G> {
        progress::settled(self.driver(Location::caller()))
    }
}

impl<G: 'static> Shared<G> {
    fn driver(&self, here: Place) -> SharedDriver<G> {
        SharedDriver {
            shared: self.clone(),
            key: WaitKey::default(),
            here,
        }
    }
}

/// A wait for a shared graph, asked for at the place `here`.
struct SharedDriver<G> {
    shared: Shared<G>,
    key: WaitKey,
    here: Place,
}

impl<G: 'static> progress::Driver for SharedDriver<G> {
    fn reset_budget(&mut self) {
        self.shared.inner.budget.set(Budget::default());
    }

    fn commits(&self) -> u64 {
        self.shared.inner.commits.get()
    }

    fn is_idle(&self) -> bool {
        self.shared.inner.queue(true, ReadyQueue::is_idle)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.shared.poll(context, Some(&mut self.key), self.here)
    }
}

impl<G: 'static> Inner<G> {
    fn busy(&self, here: Place) -> Busy {
        Busy {
            since: self.place.get(),
            here,
        }
    }

    /// Asks the ready queue of a graph that is not in use; `without` is the answer for a graph without resources. False
    /// for a graph in use.
    fn queue(&self, without: bool, ask: fn(&ReadyQueue) -> bool) -> bool {
        let graph = self.graph.try_borrow();
        graph.is_ok_and(|graph| (self.hooks.queue)(&graph).map_or(without, |queue| ask(queue)))
    }

    fn note_work(&self, graph: &G) {
        let busy = (self.hooks.queue)(graph).is_some_and(|queue| !queue.is_idle());
        self.node.note_work(busy, || self.this.clone());
    }
}

/// A read in progress.
struct Reading<'a> {
    node: &'a SharedNode,
    /// The number of reads that the thread had refused before.
    refused_before: u32,
}

impl<'a> Reading<'a> {
    fn begin(node: &'a SharedNode) -> Self {
        node.begin_read();
        Reading {
            node,
            refused_before: computing::refused(),
        }
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let refused = computing::refused() != self.refused_before;
        self.node.end_read(refused); // user code
    }
}

impl<G: 'static> ForeignGraph for Inner<G> {
    /// # Panics
    ///
    /// If the graph is in use; with a panic of the work, or of a body that has run for the commit.
    fn poll(&self, here: Place) -> bool {
        let Ok(mut graph) = self.graph.try_borrow_mut() else {
            panic!("{}", self.busy(here));
        };
        self.place.set(here);
        let mut inside = Context::from_waker(&self.waker);
        self.node.poll(|panics| {
            let polled = panics.catch(|| (self.hooks.poll)(&mut graph, &mut inside)); // user code
            self.note_work(&graph);
            drop(graph);
            let done = polled != Some(Poll::Pending);
            if done {
                self.commits.set(self.commits.get() + 1);
            }
            done
        })
    }
}

/// A panic of a body leaves the graph settled, and a panic of `update` or `read` leaves the graph free: no handle shows
/// a half-done state.
impl<G> UnwindSafe for Shared<G> {}

/// As [`UnwindSafe`].
impl<G> RefUnwindSafe for Shared<G> {}

impl<G> Clone for Shared<G> {
    fn clone(&self) -> Self {
        Shared {
            inner: self.inner.clone(),
        }
    }
}

impl<G: Reactive + 'static> From<G> for Shared<G> {
    #[track_caller]
    fn from(graph: G) -> Self {
        Shared::new(graph)
    }
}

impl<G> fmt::Debug for Shared<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
