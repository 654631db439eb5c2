//! A declared graph behind a handle: for callbacks, GUIs, and bodies of the dynamic graph.
//!
//! Invariants: in the dynamic graph, one node represents the whole declared graph; the node changes with every commit
//! and with every update that changes anything. The declared graph has settled, and no caller borrows it, before the
//! dynamic graph settles. After each call that may start or stop work, the dynamic graph knows whether any work is in
//! flight.
//!
//! Must not know: the content of the declared graph.

use crate::{
    busy::{Busy, Place},
    declared::{Outermost, computing, watch::Watch},
    dynamic::{ForeignGraph, SharedNode},
    later::{self, Later, Update},
    panics::FirstPanic,
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
    fmt,
    future::Future,
    ops::Deref,
    panic::{Location, RefUnwindSafe, UnwindSafe},
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Waker},
};

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
    /// Updates that wait until the graph is free.
    later: RefCell<Later<Update<G>>>,
    hooks: Hooks<G>,
    this: Weak<Self>,
}

/// The functions that a handle needs of a graph, for code that knows only the graph's type.
struct Hooks<G> {
    watch: fn(&mut G) -> &mut Watch,
    queue: fn(&G) -> Option<&Arc<ReadyQueue>>,
    poll: fn(&mut G, &mut Context<'_>) -> Poll<()>,
}

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
                later: RefCell::default(),
                hooks: Hooks {
                    watch: G::watch,
                    queue: G::ready_queue,
                    poll: G::poll,
                },
                this: this.clone(),
            }
        });
        if inner.queue(false, ReadyQueue::has_work) {
            // The change opens a batch, so that waiting tasks are told.
            inner.node.change(|_| {
                inner.note_work(&inner.graph.borrow());
                inner.node.poll_soon(|| inner.this.clone());
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
        let _later; // carried out when the read has ended
        let _reading; // ends after the borrow
        let Ok(graph) = inner.graph.try_borrow() else {
            inner.node.track_refused();
            return Err(inner.busy(here));
        };
        _later = CarryOut(inner);
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
            inner.run_later(&mut graph, panics);
            let changed = (inner.hooks.watch)(&mut graph).end(&watcher);
            inner.note_work(&graph);
            drop(graph);
            (result, changed)
        });
        Ok(result.expect("there is a result if nothing has panicked"))
    }

    /// Lets `f` write the graph as one batch: at once if the graph is free, else when the present settle, `read` or
    /// `update` has ended, before the readers of the graph settle. For handlers and effects, which may run inside of a
    /// settle of the graph itself.
    ///
    /// Updates run in the order of the calls, each settles before the next one, and none is lost. They may ask for further
    /// updates, which run in the next round.
    ///
    /// # Panics
    ///
    /// - Inside a dynamic computed value, for computed values cannot write.
    /// - If the graph is free: if `f` does, or a body that has run. Otherwise such a panic reaches the call that has the
    ///   graph in use.
    /// - That call panics too if the updates have asked for 100 000 more, directly or by effects; the rest waits for the
    ///   next use of the graph.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Shared, reactive};
    /// use std::{cell::RefCell, rc::Rc};
    ///
    /// type OnResize = Rc<RefCell<Option<Box<dyn Fn(u32)>>>>;
    ///
    /// reactive! {
    ///     struct Window {
    ///         let on_resize: OnResize;
    ///         signal width: u32 = 80;
    ///         signal columns: u32 = 8;
    ///         effect resized {
    ///             if let Some(call) = &*on_resize.borrow() { call(*width) }
    ///         }
    ///     }
    /// }
    ///
    /// let on_resize = OnResize::default();
    /// let window = Shared::new(Window::new(on_resize.clone()));
    /// let handle = window.clone();
    /// *on_resize.borrow_mut() = Some(Box::new(move |width| {
    ///     handle.update_later(move |window| window.set_columns(width / 10)); // `update` would panic here
    /// }));
    /// window.update(|window| window.set_width(120));
    /// assert_eq!(window.read(|window| *window.columns()), 12);
    /// # on_resize.take();
    /// ```
    #[track_caller]
    pub fn update_later(&self, f: impl FnOnce(&mut G::Batch<'_>) + 'static)
    where
        G: Reactive,
    {
        let inner = &*self.inner;
        inner.node.may_write();
        let update = |graph: &mut G, panics: &mut FirstPanic| {
            G::Engine::batch(graph, panics, |graph| f(&mut graph.__write())); // user code
        };
        let inside = inner.graph.try_borrow_mut().is_err();
        inner.later.borrow_mut().push(Box::new(update), inside);
        let mut panics = FirstPanic::default();
        inner.carry_out(Location::caller(), &mut panics);
        panics.resume();
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
        Busy::new(self.place.get(), here)
    }

    /// Asks the ready queue of a graph that is not in use; `without` is the answer for a graph without resources. False
    /// for a graph in use.
    fn queue(&self, without: bool, ask: fn(&ReadyQueue) -> bool) -> bool {
        let graph = self.graph.try_borrow();
        graph.is_ok_and(|graph| (self.hooks.queue)(&graph).map_or(without, |queue| ask(queue)))
    }

    /// Runs the updates that wait; the caller settles the readers of the graph.
    fn run_later(&self, graph: &mut G, panics: &mut FirstPanic) {
        if !self.later.borrow().is_empty() {
            self.run_rounds(graph, panics);
        }
    }

    #[cold]
    fn run_rounds(&self, graph: &mut G, panics: &mut FirstPanic) {
        let next = || self.later.borrow_mut().next_round();
        later::rounds(panics, next, |update, panics| {
            self.node.detached(|| update(graph, panics)); // user code
        });
    }

    /// Runs the updates that wait, if the graph is free.
    #[cold]
    fn carry_out(&self, here: Place, panics: &mut FirstPanic) {
        let Ok(mut graph) = self.graph.try_borrow_mut() else {
            return; // the user of the graph runs them
        };
        self.place.set(here);
        panics.catch(|| {
            self.node.change(|panics| {
                let watcher = (self.hooks.watch)(&mut graph).begin();
                self.run_later(&mut graph, panics); // user code
                let changed = (self.hooks.watch)(&mut graph).end(&watcher);
                self.note_work(&graph);
                drop(graph);
                ((), changed)
            });
        });
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

/// Runs the updates that a read has put off.
struct CarryOut<'a, G: 'static>(&'a Inner<G>);

impl<G: 'static> Drop for CarryOut<'_, G> {
    fn drop(&mut self) {
        if !self.0.later.borrow().is_empty() {
            let mut panics = FirstPanic::default();
            self.0.carry_out(self.0.place.get(), &mut panics);
            panics.end_drop();
        }
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
            let updates = !self.later.borrow().is_empty();
            self.run_later(&mut graph, panics);
            self.note_work(&graph);
            drop(graph);
            let done = polled != Some(Poll::Pending) || updates;
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
