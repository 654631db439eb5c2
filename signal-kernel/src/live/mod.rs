//! `Live`: a declared graph that many tasks share.
//!
//! [`lock`] is the graph behind its lock and the way in and out, [`beside`] the state that needs no lock, [`held`] the
//! one graph that a thread has in use. [`waits`] has the drivers and the waits for a state, [`updates`] values as streams.
//!
//! Invariants: those of the files.
//!
//! Must not know: executors, and the content of the declared graph.

mod beside;
mod held;
mod lock;
mod updates;
mod waits;

use crate::{busy::Busy, declared::Outermost, reactive::Reactive};
use lock::{Handle, Inner};
use std::{
    any::Any,
    fmt,
    future::Future,
    panic::{Location, RefUnwindSafe, UnwindSafe},
    sync::Arc,
};
pub use updates::Updates;

/// A handle on a graph that [`reactive!`](crate::reactive) has made, for many tasks and threads: clonable, `Send` and
/// `Sync` if the graph is `Send`. It needs no executor. The graph goes with its last handle.
///
/// [`update`](Self::update) and [`transaction`](Self::transaction) write the graph as one batch, which has settled when
/// they return; [`read`](Self::read) shows it. [`until`](Self::until) waits for a state, [`watch`](Self::watch) is a
/// stream of states. A task that awaits a [`driver`](Self::driver) polls the async work of the graph; while there is none,
/// the tasks that wait do it. The chapter [`sharing`](crate::sharing) compares `Live` with the other ways to share a
/// graph.
///
/// # Locks
///
/// The graph is behind a lock, which each call takes for its own duration. Nothing is awaited under it, and no waker is
/// called. A panic of user code leaves the graph settled, so there is no poisoning.
///
/// **A thread uses one `Live` graph at a time.** Inside of a `read`, an `update`, a body, an effect or the work of a
/// resource, a call of this or any other `Live` graph is refused: `read`, `update` and `transaction` panic, and
/// [`try_read`](Self::try_read), [`try_update`](Self::try_update) and [`try_transaction`](Self::try_transaction) return
/// [`Busy`]. With two locks, two threads could wait for each other for ever. An effect that has to write calls
/// [`update_later`](Self::update_later).
///
/// # Panics
///
/// A panic of a body reaches the task that has written; a panic of a closure reaches its caller, or the task that polls.
/// Panics of polled work, and of updates that have waited, go to [`on_panic`](Self::on_panic).
///
/// # Examples
///
/// ```
/// use signal_kernel::{Live, reactive, resource};
///
/// #[resource(infallible)]
/// async fn rate_of(currency: String) -> f64 {
///     if currency == "EUR" { 1.0 } else { 1.25 } // any async Rust
/// }
///
/// reactive! {
///     struct Account {
///         signal balance: f64 = 0.0;
///         signal currency: String = "EUR".to_owned();
///         resource rate = rate_of(currency);
///         computed value: Option<f64> = rate.value().map(|rate| balance * rate);
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() {
/// let account = Live::new(Account::new());
/// tokio::spawn(account.driver());
///
/// let handler = account.clone();
/// let deposit = tokio::spawn(async move {
///     handler.update(|account| {
///         account.update_balance(|balance| *balance += 80.0);
///         account.set_currency("USD".to_owned());
///     });
/// });
/// let value = account.until(|account| account.value().filter(|&value| value > 0.0)).await;
/// assert_eq!(value, 100.0);
/// # deposit.await.unwrap();
/// # }
/// ```
pub struct Live<G> {
    handle: Handle<G>,
}

impl<G: Reactive + Send + 'static> Live<G> {
    /// Puts a graph behind a handle. Tasks that have polled the graph before are woken: from now on the handle polls it.
    ///
    /// # Examples
    ///
    /// See [`Live`].
    pub fn new(graph: G) -> Self {
        Live {
            handle: Handle::new(Arc::new(Inner::new(graph))),
        }
    }

    /// Shows the graph to `f`. Waits until no other thread uses it.
    ///
    /// # Panics
    ///
    /// If this thread uses a `Live` graph already: with both places. If `f` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Cart {
    ///         signal price: u64 = 300;
    ///         signal qty: u64 = 2;
    ///         computed total: u64 = price * qty;
    ///     }
    /// }
    ///
    /// let cart = Live::new(Cart::new());
    /// cart.update(|cart| cart.set_qty(3));
    /// assert_eq!(cart.read(|cart| *cart.total()), 900);
    /// # cart.update(|cart| cart.set_price(3));
    /// ```
    #[track_caller]
    pub fn read<R>(&self, f: impl FnOnce(&G) -> R) -> R {
        self.try_read(f).unwrap_or_else(refuse)
    }

    /// As [`read`](Self::read), from code in which this thread may use a `Live` graph already.
    ///
    /// # Errors
    ///
    /// [`Busy`], if this thread uses a `Live` graph already; `f` is not called then. A graph that another thread uses is
    /// waited for.
    ///
    /// # Panics
    ///
    /// If `f` does.
    ///
    /// # Examples
    ///
    /// See [`try_update`](Self::try_update).
    #[track_caller]
    pub fn try_read<R>(&self, f: impl FnOnce(&G) -> R) -> Result<R, Busy> {
        self.handle.run(Location::caller(), |graph| f(graph))
    }

    /// Lets `f` write the graph as one batch, which settles when `f` returns. Waits until no other thread uses the graph.
    ///
    /// # Panics
    ///
    /// - If this thread uses a `Live` graph already: with both places.
    /// - If `f` does, or a body that has run: everything settles before the panic goes on.
    ///
    /// # Examples
    ///
    /// See [`Live`] and [`read`](Self::read).
    #[track_caller]
    pub fn update<R>(&self, f: impl FnOnce(&mut G::Batch<'_>) -> R) -> R {
        self.try_update(f).unwrap_or_else(refuse)
    }

    /// As [`update`](Self::update), from code in which this thread may use a `Live` graph already.
    ///
    /// # Errors
    ///
    /// [`Busy`], if this thread uses a `Live` graph already; `f` is not called then. A graph that another thread uses is
    /// waited for.
    ///
    /// # Panics
    ///
    /// If `f` does, or a body that has run.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Counter {
    ///         signal count: u32 = 0;
    ///     }
    /// }
    ///
    /// let (one, other) = (Live::new(Counter::new()), Live::new(Counter::new()));
    /// one.read(|one| {
    ///     let error = other.try_update(|other| other.set_count(*one.count())).unwrap_err();
    ///     println!("{error}"); // the graph is in use since src/main.rs:10:5, and is asked for at src/main.rs:11:23
    ///     assert!(other.try_read(|other| *other.count()).is_err());
    /// });
    /// let count = one.read(|one| *one.count());
    /// assert_eq!(other.try_update(|other| other.set_count(count)), Ok(()));
    /// ```
    #[track_caller]
    pub fn try_update<R>(&self, f: impl FnOnce(&mut G::Batch<'_>) -> R) -> Result<R, Busy> {
        self.handle
            .run_keeping(Location::caller(), |graph, panics| {
                G::Engine::batch(graph, panics, |graph| f(&mut graph.__write()))
            })
    }

    /// As [`update`](Self::update); if `f` returns an error or panics, its writes and requests are taken back.
    ///
    /// # Errors
    ///
    /// That of `f`.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Account {
    ///         signal balance: u64 = 100;
    ///     }
    /// }
    ///
    /// let account = Live::new(Account::new());
    /// let pay = |sum: u64| {
    ///     account.transaction(|account| {
    ///         let rest = account.balance().checked_sub(sum).ok_or("not enough")?;
    ///         account.set_balance(rest);
    ///         Ok(rest)
    ///     })
    /// };
    /// assert_eq!(pay(70), Ok(30));
    /// assert_eq!(pay(70), Err("not enough"));
    /// ```
    #[track_caller]
    pub fn transaction<R, E>(
        &self,
        f: impl FnOnce(&mut G::Batch<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.try_transaction(f).unwrap_or_else(refuse)
    }

    /// As [`transaction`](Self::transaction), from code in which this thread may use a `Live` graph already.
    ///
    /// # Errors
    ///
    /// [`Busy`], if this thread uses a `Live` graph already; `f` is not called then. Inside of `Ok`, the error of `f`.
    ///
    /// # Panics
    ///
    /// If `f` does, or a body that has run.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Account {
    ///         signal balance: u64 = 100;
    ///     }
    /// }
    ///
    /// let account = Live::new(Account::new());
    /// assert_eq!(account.try_transaction(|_| Err::<(), _>("not open")), Ok(Err("not open")));
    /// let busy = account.read(|_| account.try_transaction(|account| Ok::<_, ()>(account.set_balance(0))));
    /// assert!(busy.is_err());
    /// # assert_eq!(account.read(|account| *account.balance()), 100);
    /// ```
    #[track_caller]
    pub fn try_transaction<R, E>(
        &self,
        f: impl FnOnce(&mut G::Batch<'_>) -> Result<R, E>,
    ) -> Result<Result<R, E>, Busy> {
        self.handle
            .run_keeping(Location::caller(), |graph, panics| {
                G::Engine::transaction(graph, panics, |graph| f(&mut graph.__write()))
            })
    }

    /// Lets `f` write the graph as one batch: at once if the graph is free, else after the present use of it, on the
    /// thread of that use. It never waits, so effects and bodies may call it, also those of other `Live` graphs: then `f`
    /// runs after the use of that graph.
    ///
    /// Updates run in the order of the calls, each settles before the next one, and none is lost. They may ask for further
    /// updates, which run in the next round; if they have asked for 100 000 in a row, the rest waits for the next use of
    /// the graph, and [`on_panic`](Self::on_panic) gets a message.
    ///
    /// # Panics
    ///
    /// Not here: panics of `f`, and of bodies that run for it, go to [`on_panic`](Self::on_panic).
    ///
    /// # Examples
    ///
    /// An effect that writes to the graph of somebody else:
    ///
    /// ```
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Audit {
    ///         signal entries: Vec<u64> = Vec::new();
    ///     }
    ///
    ///     struct Account {
    ///         let audit: Live<Audit>;
    ///         signal balance: u64 = 100;
    ///         effect write_down {
    ///             let balance = *balance;
    ///             audit.update_later(move |audit| audit.update_entries(|entries| entries.push(balance)));
    ///         }
    ///     }
    /// }
    ///
    /// let audit = Live::new(Audit::new());
    /// let account = Live::new(Account::new(audit.clone()));
    /// account.update(|account| account.set_balance(70));
    /// assert_eq!(audit.read(|audit| audit.entries().clone()), [100, 70]);
    /// ```
    #[track_caller]
    pub fn update_later(&self, f: impl FnOnce(&mut G::Batch<'_>) + Send + 'static) {
        self.handle.update_later(Location::caller(), f);
    }

    /// The [`version`](Reactive::version) of the graph: it goes up with each change. It is read without the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Counter {
    ///         signal count: u32 = 0;
    ///     }
    /// }
    ///
    /// let counter = Live::new(Counter::new());
    /// let before = counter.version();
    /// counter.update(|counter| counter.set_count(0));
    /// assert_eq!(counter.version(), before);
    /// counter.update(|counter| counter.set_count(1));
    /// assert!(counter.version() > before);
    /// # assert_eq!(counter.read(|counter| *counter.count()), 1);
    /// ```
    #[must_use]
    pub fn version(&self) -> u64 {
        self.handle.beside.version()
    }

    /// Polls the async work of the graph, for as long as there is a handle: the future holds none, and is ready when the
    /// last one is gone. Spawn it on any executor, one for each graph; more are of no harm. Without a driver, the tasks
    /// that wait in [`until`](Self::until) or [`watch`](Self::watch) poll the work.
    ///
    /// A driver gives way to callers that wait for the graph, and yields to its executor after 16 commits. A panic of the
    /// work does not end it: see [`on_panic`](Self::on_panic).
    ///
    /// # Panics
    ///
    /// When polled, if this thread uses a `Live` graph already: with both places.
    ///
    /// # Examples
    ///
    /// See [`Live`].
    #[must_use = "the future does nothing unless it is polled"]
    #[track_caller]
    pub fn driver(&self) -> impl Future<Output = ()> + Send + use<G> {
        waits::driver(Arc::downgrade(&self.handle), Location::caller())
    }

    /// Waits until `find` finds something in a settled state of the graph. `find` runs at once, and after each change; the
    /// states between two polls of the task are not seen. The future holds a handle; dropped, it leaves nothing behind.
    ///
    /// # Panics
    ///
    /// When polled: if this thread uses a `Live` graph already, with both places; if `find` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive, resource};
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
    /// let page = Live::new(Page::new());
    /// assert_eq!(page.until(|page| page.user().value().copied()).await, 100); // no driver: the wait drives
    /// # page.update(|page| page.set_id(2));
    /// # });
    /// ```
    #[must_use = "the future does nothing unless it is polled"]
    #[track_caller]
    pub fn until<R, F>(&self, find: F) -> impl Future<Output = R> + Send + use<G, R, F>
    where
        F: FnMut(&G) -> Option<R> + Send,
    {
        waits::until(self.handle.clone(), Location::caller(), find)
    }

    /// A stream of what `select` finds: the present value first, then each settled value that differs from the one before,
    /// with its version. Newest wins: a reader that is slow misses values, but never the last one. Clones are readers of
    /// their own, and begin with the present value. The stream holds no handle, and ends with the last one.
    ///
    /// `select` runs when a reader is polled after a change, and once for all readers; a settle only wakes them. Values are
    /// compared and dropped outside of the lock.
    ///
    /// # Panics
    ///
    /// Not here. A reader panics when polled: if this thread uses a `Live` graph already, with both places; if `select`
    /// does, or the comparison: then the next reader tries again.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::StreamExt;
    /// use signal_kernel::{Live, reactive};
    ///
    /// reactive! {
    ///     struct Poll {
    ///         signal yes: u32 = 0;
    ///         signal no: u32 = 0;
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let poll = Live::new(Poll::new());
    /// let mut updates = poll.watch(|poll| (*poll.yes(), *poll.no()));
    /// let (first, counts) = updates.next().await.unwrap();
    /// assert_eq!(*counts, (0, 0));
    ///
    /// poll.update(|poll| poll.set_yes(1));
    /// poll.update(|poll| poll.set_no(1));
    /// let (version, counts) = updates.next().await.unwrap();
    /// assert_eq!(*counts, (1, 1));
    /// assert!(version > first);
    ///
    /// drop(poll);
    /// assert!(updates.next().await.is_none());
    /// # });
    /// ```
    #[track_caller]
    pub fn watch<T, F>(&self, select: F) -> Updates<T>
    where
        T: PartialEq + Send + Sync + 'static,
        F: Fn(&G) -> T + Send + Sync + 'static,
    {
        updates::watch(Arc::downgrade(&self.handle), Location::caller(), select)
    }

    /// Hands the panics of polled work, and of updates that have waited, to `hook`; there is no caller whom they could
    /// reach. Without a hook such a panic ends there: the panic hook of the process has reported it, and the graph goes on.
    /// A new hook replaces the one before.
    ///
    /// The hook may use the graph. A panic of the hook ends there.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Live, reactive, resource};
    /// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
    ///
    /// #[resource(infallible)]
    /// async fn work(id: u32) -> u32 {
    ///     panic!("work {id}")
    /// }
    ///
    /// reactive! {
    ///     struct Page {
    ///         signal id: u32 = 1;
    ///         resource user = work(id);
    ///     }
    /// }
    ///
    /// # futures::executor::block_on(async {
    /// let page = Live::new(Page::new());
    /// let panics = Arc::new(AtomicU32::new(0));
    /// page.on_panic({
    ///     let panics = panics.clone();
    ///     move |_payload| {
    ///         panics.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// page.until(|page| page.user().cancel_reason().cloned()).await;
    /// assert_eq!(panics.load(Ordering::Relaxed), 1);
    /// # page.update(|page| page.set_id(2));
    /// # });
    /// ```
    pub fn on_panic(&self, hook: impl Fn(Box<dyn Any + Send>) + Send + Sync + 'static) {
        self.handle.on_panic(Arc::new(hook));
    }
}

#[cold]
#[track_caller]
fn refuse<R>(busy: Busy) -> R {
    panic!("{busy}")
}

/// A panic of a body leaves the graph settled, and a panic of a closure leaves the graph free: no handle shows a half-done
/// state.
impl<G> UnwindSafe for Live<G> {}

/// As [`UnwindSafe`].
impl<G> RefUnwindSafe for Live<G> {}

impl<G> Clone for Live<G> {
    fn clone(&self) -> Self {
        Live {
            handle: self.handle.clone(),
        }
    }
}

impl<G: Reactive + Send + 'static> From<G> for Live<G> {
    fn from(graph: G) -> Self {
        Live::new(graph)
    }
}

impl<G> fmt::Debug for Live<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}
