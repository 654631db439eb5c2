//! The creation of asynchronous signals: from a future, and from a source and a fetcher.
//!
//! Invariants: the code that makes the work runs untracked; a source is a computed value, so the rules of computed
//! values say whether the source has changed.
//!
//! Must not know: the storage of work, and its states.

use super::engine::turn::Turn;
use super::{
    async_signal::{AsyncMeta, AsyncSignal, AsyncValue},
    computed::{self, Computed},
    engine::{
        access, current,
        handle::{Handle, create},
        runtime::{Content, Runtime},
    },
    graph::{ids::NodeId, marks::Kind},
    options::{FromFutureOptions, ResourceOptions},
    resource_node::{self, Config, Fetch, FetchContext, SourceState, StartRun, Work},
    scope::OwnerGuard,
};
use crate::{
    panics::{Apart, FirstPanic},
    task::{cancel::CancelToken, work::WorkSlot},
};
use std::{any::Any, cell::RefCell, future::Future, marker::PhantomData, panic::Location, rc::Rc};

/// Turns a function that makes a future into an asynchronous signal. The first run starts at once.
///
/// The function runs untracked. The tasks of this thread that await [`progress`](crate::progress()) or
/// [`settled`](crate::settled()) poll the future that the function has made; this future need not be `Send`.
///
/// # Panics
///
/// If `make` panics; the status is `Cancelled` then, with the reason `Panicked`.
///
/// # Examples
///
/// ```
/// use signal_kernel::{from_future, settled};
///
/// let user = from_future(|| async { Ok::<_, std::io::Error>("Ada".to_owned()) });
/// futures::executor::block_on(settled());
/// assert_eq!(user.value().as_deref(), Some("Ada"));
/// ```
#[track_caller]
pub fn from_future<T, E, F>(make: impl FnMut() -> F + 'static) -> AsyncSignal<T, E>
where
    T: 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    from_future_with(make, FromFutureOptions::new())
}

/// As [`from_future`], with options.
///
/// # Panics
///
/// As [`from_future`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncStatus, FromFutureOptions, from_future_with};
///
/// let options = FromFutureOptions::new().eager(false);
/// let user = from_future_with(|| async { Ok::<_, String>("Ada") }, options);
/// assert_eq!(user.status(), AsyncStatus::Idle);
/// user.reload();
/// assert_eq!(user.status(), AsyncStatus::Pending);
/// ```
#[track_caller]
pub fn from_future_with<T, E, F>(
    make: impl FnMut() -> F + 'static,
    options: FromFutureOptions<T, E>,
) -> AsyncSignal<T, E>
where
    T: 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    AsyncSignal {
        handle: open(options.config(), (), Location::caller(), || Once(make)),
        marker: PhantomData,
    }
}

/// As [`from_future`], but with two handles: one for the value, and one for all the rest.
///
/// # Panics
///
/// As [`from_future`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{async_signal, settled};
///
/// let (user, meta) = async_signal(|| async { Ok::<_, String>("Ada") });
/// assert!(meta.is_pending());
/// futures::executor::block_on(settled());
/// assert_eq!(user.get(), Some("Ada"));
/// ```
#[track_caller]
pub fn async_signal<T, E, F>(make: impl FnMut() -> F + 'static) -> (AsyncValue<T>, AsyncMeta<E>)
where
    T: 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    async_signal_with(make, FromFutureOptions::new())
}

/// As [`async_signal`], with options.
///
/// # Panics
///
/// As [`from_future`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{FromFutureOptions, async_signal_with};
///
/// let options = FromFutureOptions::new().keep_previous_value_on_pending(false);
/// let (_user, meta) = async_signal_with(|| async { Ok::<_, String>("Ada") }, options);
/// assert!(!meta.keep_previous_value_on_pending());
/// ```
#[track_caller]
pub fn async_signal_with<T, E, F>(
    make: impl FnMut() -> F + 'static,
    options: FromFutureOptions<T, E>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    T: 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    pair(open(options.config(), (), Location::caller(), || {
        Once(make)
    }))
}

/// Asynchronous work that is fed by a source: the work starts at once, and again when the source yields another value.
/// The work in flight is then dropped before its successor is made.
///
/// `source` is tracked, as the body of a [`computed`](crate::computed()); `fetcher` runs untracked and gets the value
/// of the source. An `async fn(S) -> Result<T, E>` is a fetcher, with [`#[resource]`](macro@crate::resource) or without;
/// so is a function that also takes a [`FetchContext`], or a `#[cancel]` token.
/// Write down the types of a closure's arguments.
///
/// For a source that may have nothing to ask, there is [`create_resource_when`].
///
/// # Panics
///
/// If the source or the fetcher panics; the status is `Cancelled` then, with the reason `Panicked`.
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_resource, settled, signal};
///
/// async fn fetch_user(id: u32) -> Result<String, std::io::Error> {
///     Ok(format!("user {id}"))
/// }
///
/// # futures::executor::block_on(async {
/// let id = signal(1);
/// let (user, meta) = create_resource(move || id.get(), fetch_user);
/// settled().await;
/// id.set(2); // starts #2
/// id.set(3); // drops #2's future, starts #3
/// assert!(meta.is_pending());
/// assert_eq!(user.get().as_deref(), Some("user 1")); // kept meanwhile
/// settled().await;
/// assert_eq!(user.get().as_deref(), Some("user 3"));
/// # });
/// ```
#[track_caller]
pub fn create_resource<S, T, E, K>(
    source: impl FnMut() -> S + 'static,
    fetcher: impl Fetcher<S, T, E, K>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    S: Clone + PartialEq + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    create_resource_with(source, fetcher, ResourceOptions::new())
}

/// As [`create_resource`], with options.
///
/// # Panics
///
/// As [`create_resource`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncStatus, ResourceOptions, create_resource_with, signal};
///
/// let id = signal(1);
/// let (_user, meta) = create_resource_with(
///     move || id.get(),
///     |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
///     ResourceOptions::new().eager(false),
/// );
/// assert_eq!(meta.status(), AsyncStatus::Idle);
/// id.set(2);
/// assert_eq!(meta.status(), AsyncStatus::Pending);
/// ```
#[track_caller]
pub fn create_resource_with<S, T, E, K>(
    source: impl FnMut() -> S + 'static,
    fetcher: impl Fetcher<S, T, E, K>,
    options: ResourceOptions<T, E>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    S: Clone + PartialEq + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    sourced(source, Some, fetcher, options, Location::caller())
}

/// As [`create_resource`], for a source that may have nothing to ask: `None` means `Idle`, without a value.
///
/// # Panics
///
/// As [`create_resource`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncStatus, create_resource_when, signal};
///
/// let selected = signal(None);
/// let (_user, meta) = create_resource_when(
///     move || selected.get(),
///     |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
/// );
/// assert_eq!(meta.status(), AsyncStatus::Idle);
/// selected.set(Some(1));
/// assert_eq!(meta.status(), AsyncStatus::Pending);
/// selected.set(None); // drops the fetch
/// assert_eq!(meta.status(), AsyncStatus::Idle);
/// ```
#[track_caller]
pub fn create_resource_when<S, T, E, K>(
    source: impl FnMut() -> Option<S> + 'static,
    fetcher: impl Fetcher<S, T, E, K>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    S: Clone + PartialEq + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    create_resource_when_with(source, fetcher, ResourceOptions::new())
}

/// As [`create_resource_when`], with options.
///
/// # Panics
///
/// As [`create_resource`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{ResourceOptions, create_resource_when_with, signal};
///
/// let selected = signal(Some(1));
/// let (_user, meta) = create_resource_when_with(
///     move || selected.get(),
///     |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
///     ResourceOptions::new().on_success(|user: &String| println!("{user}")),
/// );
/// assert!(meta.is_pending());
/// ```
#[track_caller]
pub fn create_resource_when_with<S, T, E, K>(
    source: impl FnMut() -> Option<S> + 'static,
    fetcher: impl Fetcher<S, T, E, K>,
    options: ResourceOptions<T, E>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    S: Clone + PartialEq + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    sourced(source, |input| input, fetcher, options, Location::caller())
}

/// Asynchronous work that is started by hand, for each input of [`AsyncSignal::run`]. The status is `Idle` until then.
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncStatus, create_manual_resource};
///
/// # futures::executor::block_on(async {
/// let save = create_manual_resource(|text: String| async move { Ok::<_, String>(text.len()) });
/// assert_eq!(save.status(), AsyncStatus::Idle);
/// assert_eq!(save.run("draft".to_owned()).await, Some(5));
/// # });
/// ```
#[track_caller]
pub fn create_manual_resource<I, T, E, K>(fetcher: impl Fetcher<I, T, E, K>) -> AsyncSignal<T, E, I>
where
    I: Clone + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    create_manual_resource_with(fetcher, ResourceOptions::new())
}

/// As [`create_manual_resource`], with options. A change of an observed value starts the last input again, if there was
/// one; `eager` means nothing here.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ResourceOptions, create_manual_resource_with, from_future};
///
/// # futures::executor::block_on(async {
/// let list = from_future(|| async { Ok::<_, String>(vec!["draft"]) });
/// let save = create_manual_resource_with(
///     |text: String| async move { Ok::<_, String>(text.len()) },
///     ResourceOptions::new().on_success(move |_| drop(list.reload())), // the list is outdated
/// );
/// assert_eq!(save.run("text".to_owned()).await, Some(4));
/// assert!(list.is_pending());
/// # });
/// ```
#[track_caller]
pub fn create_manual_resource_with<I, T, E, K>(
    fetcher: impl Fetcher<I, T, E, K>,
    options: ResourceOptions<T, E>,
) -> AsyncSignal<T, E, I>
where
    I: Clone + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    let (config, observe) = options.into_parts();
    let config = Config {
        eager: false,
        ..config
    };
    let place = Location::caller();
    let handle = open(config, (), place, || ManualFetch {
        observe: observe.map(|read| observer(read, place)),
        last: Apart::new(None),
        fetcher: Apart::new(fetcher),
        types: PhantomData,
    });
    AsyncSignal {
        handle,
        marker: PhantomData,
    }
}

/// A function that makes the work of a resource: an `async fn(S) -> Result<T, E>`, or one that also takes a
/// [`FetchContext`] or a [`CancelToken`].
///
/// All such functions and closures implement the trait; `K` tells the shapes apart and is inferred. So a function with
/// [`#[resource]`](macro@crate::resource) and one argument, with or without `#[cancel]`, is a fetcher too. For a function
/// of several arguments write a closure; likewise for one that is `infallible`, which returns no `Result`.
///
/// # Examples
///
/// ```
/// use signal_kernel::{CancelToken, FetchContext, create_resource, resource, signal};
/// use std::convert::Infallible;
///
/// async fn plain(id: u32) -> Result<String, String> {
///     Ok(format!("user {id}"))
/// }
///
/// async fn with_context(id: u32, run: FetchContext) -> Result<String, String> {
///     Ok(format!("user {id}, run {}", run.token()))
/// }
///
/// #[resource]
/// async fn fetch_user(id: u32, #[cancel] token: CancelToken) -> Result<String, String> {
///     Ok(format!("user {id}, {}", token.is_cancelled()))
/// }
///
/// #[resource]
/// async fn fetch_page(id: u32, page: usize) -> Result<String, String> {
///     Ok(format!("page {page} of user {id}"))
/// }
///
/// #[resource(infallible)]
/// async fn double(id: u32) -> u32 {
///     id * 2
/// }
///
/// let (id, page) = (signal(1), signal(0));
/// create_resource(move || id.get(), plain);
/// create_resource(move || id.get(), with_context);
/// create_resource(move || id.get(), fetch_user);
/// create_resource(
///     move || (id.get(), page.get()),
///     |(id, page)| fetch_page(id, page),
/// );
/// create_resource(
///     move || id.get(),
///     |id| async move { Ok::<_, Infallible>(double(id).await) },
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "this is not a fetcher",
    label = "not an `async fn(S) -> Result<T, E>`, where `S` is what the source yields",
    note = "a fetcher may take a `FetchContext` or a `CancelToken` beside its one argument; for a function of \
            several arguments, write a closure: `|(id, page)| fetch_page(id, page)`",
    note = "a fetcher that cannot fail returns a `Result` all the same, with `Infallible` as its error; for a \
            function that returns none, write a closure with an async block: `Ok::<_, Infallible>(double(id).await)`"
)]
pub trait Fetcher<S, T, E, K>: 'static {
    /// The future that does the work.
    #[doc(hidden)]
    type Work: Future<Output = Result<T, E>> + 'static;

    /// Makes the work.
    #[doc(hidden)]
    fn fetch(&mut self, input: S, context: impl FnOnce() -> FetchContext) -> Self::Work;
}

/// The shape of a fetcher that takes its input.
#[doc(hidden)]
pub struct Plain<F>(PhantomData<F>);

/// The shape of a fetcher that takes a context too.
#[doc(hidden)]
pub struct WithContext<F>(PhantomData<F>);

/// The shape of a fetcher that takes a token too.
#[doc(hidden)]
pub struct WithToken<F>(PhantomData<F>);

/// The shape of a fetcher that takes a token first.
#[doc(hidden)]
pub struct TokenFirst<F>(PhantomData<F>);

impl<S, T, E, C, F> Fetcher<S, T, E, Plain<F>> for C
where
    C: FnMut(S) -> F + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    type Work = F;

    fn fetch(&mut self, input: S, _: impl FnOnce() -> FetchContext) -> F {
        self(input)
    }
}

impl<S, T, E, C, F> Fetcher<S, T, E, WithContext<F>> for C
where
    C: FnMut(S, FetchContext) -> F + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    type Work = F;

    fn fetch(&mut self, input: S, context: impl FnOnce() -> FetchContext) -> F {
        self(input, context())
    }
}

impl<S, T, E, C, F> Fetcher<S, T, E, WithToken<F>> for C
where
    C: FnMut(S, CancelToken) -> F + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    type Work = F;

    fn fetch(&mut self, input: S, context: impl FnOnce() -> FetchContext) -> F {
        self(input, context().into_token())
    }
}

impl<S, T, E, C, F> Fetcher<S, T, E, TokenFirst<F>> for C
where
    C: FnMut(CancelToken, S) -> F + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    type Work = F;

    fn fetch(&mut self, input: S, context: impl FnOnce() -> FetchContext) -> F {
        self(context().into_token(), input)
    }
}

/// A fetch without an input.
struct Once<M>(M);

impl<T, E, M, F> Fetch<Work<T, E>> for Once<M>
where
    T: 'static,
    E: 'static,
    M: FnMut() -> F + 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    fn ready(&mut self) -> bool {
        true
    }

    fn start(&mut self, run: StartRun<'_, Work<T, E>>) {
        run.work((self.0)()); // user code
    }
}

/// A source of `V`, which has the `S` in its value as an input.
pub(super) struct Source<V, S> {
    source: Computed<V>,
    observe: Option<Computed<()>>,
    pick: fn(V) -> Option<S>,
    next: Apart<Option<S>>,
}

impl<V: Clone + 'static, S> Source<V, S> {
    pub(super) fn new(
        source: impl FnMut() -> V + 'static,
        pick: fn(V) -> Option<S>,
        place: &'static Location<'static>,
    ) -> Self
    where
        V: PartialEq,
    {
        Source {
            source: computed::make::<_, _, _, false>(source, V::eq, place),
            observe: None,
            pick,
            next: Apart::new(None),
        }
    }

    /// See [`Fetch::track`].
    pub(super) fn track(
        &self,
        cell: &RefCell<Runtime>,
        resource: NodeId,
        panics: &mut FirstPanic,
    ) -> Option<SourceState> {
        let observe = self.observe.iter().map(Computed::node);
        let sources = std::iter::once(self.source.node()).chain(observe);
        resource_node::follow(cell, resource, sources, panics)
    }

    /// See [`Fetch::ready`].
    pub(super) fn ready(&mut self) -> bool {
        *self.next = (self.pick)(self.source.peek()); // user code
        self.next.is_some()
    }

    /// The input, which is ready.
    pub(super) fn take(&mut self) -> S {
        self.next.take().expect("it is ready")
    }
}

/// A fetch whose input comes from a source.
struct TrackedFetch<V, S, C, K> {
    source: Source<V, S>,
    fetcher: C,
    types: PhantomData<fn() -> K>,
}

impl<T, E, V, S, C, K> Fetch<Work<T, E>> for TrackedFetch<V, S, C, K>
where
    T: 'static,
    E: 'static,
    V: Clone + 'static,
    S: 'static,
    C: Fetcher<S, T, E, K>,
    K: 'static,
{
    fn track(
        &mut self,
        cell: &RefCell<Runtime>,
        resource: NodeId,
        panics: &mut FirstPanic,
    ) -> Option<SourceState> {
        self.source.track(cell, resource, panics)
    }

    fn ready(&mut self) -> bool {
        self.source.ready() // user code
    }

    fn start(&mut self, mut run: StartRun<'_, Work<T, E>>) {
        let input = self.source.take();
        let work = self.fetcher.fetch(input, || run.context()); // user code
        run.work(work);
    }
}

/// A fetch whose input is the last one that was given to `run`.
struct ManualFetch<I, C, K> {
    observe: Option<Computed<()>>,
    last: Apart<Option<I>>,
    fetcher: Apart<C>,
    types: PhantomData<fn() -> K>,
}

impl<T, E, I, C, K> Fetch<Work<T, E>> for ManualFetch<I, C, K>
where
    T: 'static,
    E: 'static,
    I: Clone + 'static,
    C: Fetcher<I, T, E, K>,
    K: 'static,
{
    fn track(
        &mut self,
        cell: &RefCell<Runtime>,
        resource: NodeId,
        panics: &mut FirstPanic,
    ) -> Option<SourceState> {
        let observe = self.observe.iter().map(Computed::node);
        resource_node::follow(cell, resource, observe, panics)
    }

    fn give(&mut self, input: Box<dyn Any>) {
        let input = input.downcast().ok().map(|input| *input);
        let before = std::mem::replace(&mut *self.last, input);
        drop(before); // user code
    }

    fn ready(&mut self) -> bool {
        self.last.is_some()
    }

    fn start(&mut self, mut run: StartRun<'_, Work<T, E>>) {
        let input = self.last.clone().expect("it is ready"); // user code
        let work = self.fetcher.fetch(input, || run.context()); // user code
        run.work(work);
    }
}

/// A computed value of `read`, whose every change counts.
fn observer(read: Box<dyn FnMut()>, place: &'static Location<'static>) -> Computed<()> {
    computed::make::<_, _, _, true>(read, |(), ()| false, place)
}

/// Makes a resource with a source of `V`; the fetcher gets the `S` in the source's value.
fn sourced<V, S, T, E, K>(
    source: impl FnMut() -> V + 'static,
    pick: fn(V) -> Option<S>,
    fetcher: impl Fetcher<S, T, E, K>,
    options: ResourceOptions<T, E>,
    place: &'static Location<'static>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    V: Clone + PartialEq + 'static,
    S: 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    let (config, observe) = options.into_parts();
    let handle = open(config, (), place, || {
        let mut source = Source::new(source, pick, place);
        source.observe = observe.map(|read| observer(read, place));
        TrackedFetch {
            source,
            fetcher,
            types: PhantomData,
        }
    });
    pair(handle)
}

/// Makes a resource, whose owner is the running one, and lets the resource act.
pub(super) fn open<T, E, W, F>(
    config: Config<T, E>,
    collect: W::Collect,
    place: &'static Location<'static>,
    fetch: impl FnOnce() -> F,
) -> Handle
where
    T: 'static,
    E: 'static,
    W: WorkSlot<Value = Rc<T>, Error = Rc<E>, Collect: 'static, Inside = W> + 'static,
    F: Fetch<W>,
{
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let owner = create(&mut runtime, Kind::Scope, Content::Body(None), place);
        let inside = OwnerGuard::enter(cell, &mut runtime, owner.key.node);
        drop(runtime);
        let fetch = fetch();
        drop(inside);
        let handle = resource_node::open(cell, owner, fetch, collect, config);
        let mut turn = Turn::begin(cell);
        access::settle_if_due(&mut turn);
        turn.end();
        handle
    })
}

pub(super) fn pair<T, E>(handle: Handle) -> (AsyncValue<T>, AsyncMeta<E>) {
    let marker = PhantomData;
    (
        AsyncValue { handle, marker },
        AsyncMeta {
            handle,
            marker: PhantomData,
        },
    )
}
