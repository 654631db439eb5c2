//! Cancellation of work that goes on after its future was dropped.
//!
//! Invariants: a token is cancelled at most once, and the first reason stands; a cancelled token has a reason; every
//! waiter registered before the cancel is woken, in the order of arrival, and no waiter outlives its `Cancelled`.
//! Wakers are cloned, woken and dropped outside the lock, since they are user code.
//!
//! Must not know: states, resources, graphs, and the holders of a token.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::status::CancelReason;
use crate::{panics::FirstPanic, sync};

/// Tells work that it is no longer wanted, if dropping its future is not enough: a thread, a child process, a job on
/// another machine.
///
/// A parameter of a `#[resource]` function that is marked `#[cancel]` receives the token of the run, and a fetcher
/// finds it in its [`FetchContext`](crate::FetchContext). The graph cancels the token when the run is superseded,
/// cancelled or disposed of, before it drops the future. A run that completes does not cancel its token.
///
/// Clones are handles on the same token and may be sent anywhere. A token costs one allocation, each clone a reference
/// count, [`is_cancelled`](Self::is_cancelled) one atomic load.
///
/// # Examples
///
/// ```
/// use signal_kernel::{CancelReason, CancelToken};
/// use std::thread;
///
/// let token = CancelToken::new();
/// let worker = thread::spawn({
///     let token = token.clone();
///     move || {
///         let mut rounds = 0_u64;
///         while !token.is_cancelled() {
///             rounds += 1;
///             thread::yield_now();
///         }
///         (rounds, token.reason())
///     }
/// });
///
/// token.cancel("enough");
/// let (_rounds, reason) = worker.join().unwrap();
/// assert_eq!(reason, Some(CancelReason::from("enough")));
/// ```
#[derive(Clone, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Set under the lock, after the reason: a fast check for loops that check in every round.
    cancelled: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    reason: Option<CancelReason>,
    /// Ordered by arrival. Neither map nor lock allocates before the first waiter.
    waiters: BTreeMap<u64, Waker>,
    next_waiter: u64,
}

impl CancelToken {
    /// A new token, to call a function with a `#[cancel]` parameter directly.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::CancelToken;
    ///
    /// async fn count(token: CancelToken) -> u32 {
    ///     if token.is_cancelled() { 0 } else { 1 }
    /// }
    ///
    /// assert_eq!(futures::executor::block_on(count(CancelToken::new())), 1);
    /// ```
    pub fn new() -> Self {
        CancelToken::default()
    }

    /// Whether the work is no longer wanted.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::CancelToken;
    ///
    /// let token = CancelToken::new();
    /// assert!(!token.is_cancelled());
    /// token.cancel("enough");
    /// assert!(token.is_cancelled());
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Acquire)
    }

    /// Why the work is no longer wanted; `None` as long as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{CancelReason, CancelToken};
    ///
    /// let token = CancelToken::new();
    /// assert_eq!(token.reason(), None);
    /// token.cancel(CancelReason::Disposed);
    /// assert_eq!(token.reason(), Some(CancelReason::Disposed));
    /// ```
    pub fn reason(&self) -> Option<CancelReason> {
        self.lock().reason.clone()
    }

    /// Waits until the work is no longer wanted.
    ///
    /// The future owns a handle on the token, so it may be moved into another task. It may be dropped before it is
    /// ready, and a token may have any number of such futures.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::CancelToken;
    /// use std::thread;
    ///
    /// let token = CancelToken::new();
    /// let waiter = thread::spawn({
    ///     let cancelled = token.cancelled();
    ///     move || futures::executor::block_on(cancelled)
    /// });
    ///
    /// token.cancel("enough");
    /// waiter.join().unwrap();
    /// ```
    pub fn cancelled(&self) -> Cancelled {
        Cancelled {
            token: self.clone(),
            waiter: None,
        }
    }

    /// Cancels the token and wakes the tasks that wait for that. The first reason stands.
    ///
    /// A graph cancels the tokens of its runs; a test may do so in its place. The call does not reach the graph: to
    /// stop a resource, call its `cancel_x`.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, after the others have been woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{CancelReason, CancelToken};
    ///
    /// let token = CancelToken::new();
    /// token.cancel("first");
    /// token.cancel("second");
    /// assert_eq!(token.reason(), Some(CancelReason::from("first")));
    /// ```
    pub fn cancel(&self, reason: impl Into<CancelReason>) {
        let reason = reason.into(); // user code
        let waiters = {
            let mut inner = self.lock();
            if inner.reason.is_some() {
                return;
            }
            inner.reason = Some(reason);
            self.shared.cancelled.store(true, Ordering::Release);
            mem::take(&mut inner.waiters)
        };
        let mut panics = FirstPanic::default();
        for waker in waiters.into_values() {
            panics.catch(|| waker.wake()); // user code
        }
        panics.resume();
    }

    /// No user code runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        sync::lock(&self.shared.inner)
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken")
            .field("reason", &self.reason())
            .finish()
    }
}

/// The future of [`CancelToken::cancelled`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{CancelToken, Cancelled};
///
/// let token = CancelToken::new();
/// let cancelled: Cancelled = token.cancelled();
/// token.cancel("enough");
/// futures::executor::block_on(cancelled);
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Cancelled {
    token: CancelToken,
    /// The key of this future's waker in the token; `None` before the first poll.
    waiter: Option<u64>,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone(); // user code
        let replaced = {
            let this = &mut *self;
            let mut inner = this.token.lock();
            if inner.reason.is_some() {
                return Poll::Ready(());
            }
            let waiter = *this.waiter.get_or_insert_with(|| {
                inner.next_waiter += 1;
                inner.next_waiter
            });
            inner.waiters.insert(waiter, waker)
        };
        drop(replaced); // user code
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter {
            let removed = self.token.lock().waiters.remove(&waiter);
            drop(removed); // user code
        }
    }
}

impl fmt::Debug for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancelled")
            .field("token", &self.token)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Count {
        fn woken(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn poll(future: &mut Cancelled, count: &Arc<Count>) -> Poll<()> {
        let waker = Waker::from(Arc::clone(count));
        Pin::new(future).poll(&mut Context::from_waker(&waker))
    }

    #[test]
    fn every_waiter_is_woken_once() {
        let token = CancelToken::new();
        let counts = [Arc::<Count>::default(), Arc::default(), Arc::default()];
        let mut futures = counts.each_ref().map(|_| token.clone().cancelled());
        for (future, count) in futures.iter_mut().zip(&counts) {
            assert_eq!(poll(future, count), Poll::Pending);
        }
        token.cancel("enough");
        token.cancel("again");
        assert_eq!(counts.each_ref().map(|count| count.woken()), [1, 1, 1]);
        for (future, count) in futures.iter_mut().zip(&counts) {
            assert_eq!(poll(future, count), Poll::Ready(()));
            assert_eq!(poll(future, count), Poll::Ready(()), "it stays ready");
        }
        assert_eq!(token.reason(), Some("enough".into()));
    }

    #[test]
    fn waiters_are_woken_in_the_order_of_arrival() {
        struct Log(usize, Arc<Mutex<Vec<usize>>>);
        impl Wake for Log {
            fn wake(self: Arc<Self>) {
                self.1.lock().unwrap().push(self.0);
            }
        }
        let token = CancelToken::new();
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut futures: Vec<Cancelled> = (0..20).map(|_| token.cancelled()).collect();
        for (index, future) in futures.iter_mut().enumerate() {
            let waker = Waker::from(Arc::new(Log(index, Arc::clone(&log))));
            assert!(
                Pin::new(future)
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
        }
        token.cancel("enough");
        assert_eq!(*log.lock().unwrap(), Vec::from_iter(0..20));
    }

    #[test]
    fn only_the_last_waker_of_a_waiter_is_woken() {
        let token = CancelToken::new();
        let mut future = token.cancelled();
        let (first, second) = (Arc::<Count>::default(), Arc::<Count>::default());
        assert!(poll(&mut future, &first).is_pending());
        assert!(poll(&mut future, &second).is_pending());
        assert!(poll(&mut future, &second).is_pending());
        assert_eq!(
            Arc::strong_count(&first),
            1,
            "the older waker is given up at once"
        );
        assert_eq!(
            Arc::strong_count(&second),
            2,
            "one waker, however often it is polled"
        );
        token.cancel("enough");
        assert_eq!((first.woken(), second.woken()), (0, 1));
    }

    #[test]
    fn a_dropped_waiter_leaves_nothing_behind() {
        let token = CancelToken::new();
        let (gone, stays) = (Arc::<Count>::default(), Arc::<Count>::default());
        let mut dropped = token.cancelled();
        let mut kept = token.cancelled();
        assert!(poll(&mut dropped, &gone).is_pending());
        assert!(poll(&mut kept, &stays).is_pending());
        drop(dropped);
        drop(token.cancelled());
        assert_eq!(Arc::strong_count(&gone), 1);
        assert_eq!(token.lock().waiters.len(), 1);
        token.cancel("enough");
        assert_eq!((gone.woken(), stays.woken()), (0, 1));
        drop(kept);
        assert_eq!(Arc::strong_count(&stays), 1);
        assert_eq!(Arc::strong_count(&token.shared), 1);
    }

    #[test]
    fn a_cancelled_token_is_ready_without_registering() {
        let token = CancelToken::new();
        token.cancel(CancelReason::Disposed);
        let count = Arc::<Count>::default();
        assert!(poll(&mut token.cancelled(), &count).is_ready());
        assert_eq!((count.woken(), Arc::strong_count(&count)), (0, 1));
    }

    #[test]
    fn a_waker_may_use_the_token() {
        struct Nosy(CancelToken, Mutex<Option<CancelReason>>);
        impl Wake for Nosy {
            fn wake(self: Arc<Self>) {
                assert!(self.0.is_cancelled());
                self.0.cancel("from the waker");
                *self.1.lock().unwrap() = self.0.reason();
            }
        }
        impl Drop for Nosy {
            fn drop(&mut self) {
                self.0.reason();
            }
        }
        let token = CancelToken::new();
        let nosy = Arc::new(Nosy(token.clone(), Mutex::new(None)));
        let mut future = token.cancelled();
        for _ in 0..2 {
            let waker = Waker::from(Arc::new(Nosy(token.clone(), Mutex::new(None))));
            assert!(
                Pin::new(&mut future)
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
        }
        let waker = Waker::from(Arc::clone(&nosy));
        assert!(
            Pin::new(&mut future)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        token.cancel("first");
        assert_eq!(*nosy.1.lock().unwrap(), Some("first".into()));
    }

    #[test]
    fn a_waker_that_panics_stops_no_other() {
        struct Broken;
        impl Wake for Broken {
            fn wake(self: Arc<Self>) {
                panic!("no executor");
            }
        }
        let token = CancelToken::new();
        let (mut broken, mut sound) = (token.cancelled(), token.cancelled());
        let waker = Waker::from(Arc::new(Broken));
        assert!(
            Pin::new(&mut broken)
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
        let count = Arc::<Count>::default();
        assert!(poll(&mut sound, &count).is_pending());
        let panic = std::panic::catch_unwind(|| token.cancel("enough")).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"no executor"));
        assert_eq!((count.woken(), token.is_cancelled()), (1, true));
    }

    #[test]
    fn a_poisoned_lock_is_no_obstacle() {
        let token = CancelToken::new();
        let result = std::thread::spawn({
            let token = token.clone();
            move || {
                let _inner = token.lock();
                panic!("poison");
            }
        })
        .join();
        assert!(result.is_err() && token.shared.inner.is_poisoned());
        let count = Arc::<Count>::default();
        let mut future = token.cancelled();
        assert!(poll(&mut future, &count).is_pending());
        token.cancel("enough");
        assert_eq!(count.woken(), 1);
        assert_eq!(
            format!("{token:?}"),
            r#"CancelToken { reason: Some(Manual("enough")) }"#
        );
    }

    #[test]
    fn tokens_and_waiters_travel() {
        fn travels<T: Send + Sync + Unpin + 'static>() {}
        travels::<CancelToken>();
        travels::<Cancelled>();
    }

    #[test]
    fn one_reason_wins_between_threads() {
        for _ in 0..50 {
            let token = CancelToken::new();
            let seen: Vec<CancelReason> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|index| {
                        let token = &token;
                        scope.spawn(move || {
                            token.cancel(index.to_string());
                            token.reason().expect("a cancelled token has a reason")
                        })
                    })
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            });
            assert!(
                seen.iter()
                    .all(|reason| Some(reason) == token.reason().as_ref())
            );
        }
    }
}
