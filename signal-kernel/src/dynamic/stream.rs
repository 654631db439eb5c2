//! The creation of asynchronous signals from streams.
//!
//! Invariants: the code that makes a stream runs untracked.
//!
//! Must not know: the storage of a stream, and its states.

use super::{
    async_signal::{AsyncMeta, AsyncSignal, AsyncValue},
    engine::runtime::Runtime,
    graph::ids::NodeId,
    items::{EachItem, ItemRule},
    options::StreamOptions,
    resource::{Plain, Source, WithContext, open, pair},
    resource_node::{Fetch, FetchContext, Items, SourceState, StartRun},
};
use crate::panics::FirstPanic;
use futures_core::Stream;
use std::{cell::RefCell, marker::PhantomData, panic::Location};

/// The answers of a stream: the handle shows the last item. `make` opens the stream now, and for each `reload`.
///
/// The status is Pending until the first item, and [`Streaming`](crate::AsyncStatus::Streaming) until the end of the
/// stream, which is Success. An item that is an `Err` ends the run. Of the items that are ready in one poll only the last
/// is seen. [`from_stream_with`] takes options, one of which makes one value of all items.
///
/// # Panics
///
/// With a panic of `make`.
///
/// # Examples
///
/// ```
/// use futures::{StreamExt, executor::block_on, stream};
/// use signal_kernel::{AsyncStatus, from_stream, progress, settled};
///
/// let price = from_stream(|| stream::iter([Ok::<_, String>(5), Ok(6)]).chain(stream::pending()));
/// block_on(settled()); // waits for the first item only
/// assert_eq!(price.value(), Some(6));
/// assert_eq!(price.status(), AsyncStatus::Streaming);
/// price.cancel("enough");
/// assert_eq!(price.value(), Some(6));
/// ```
#[track_caller]
pub fn from_stream<T, E, S>(make: impl FnMut() -> S + 'static) -> AsyncSignal<T, E>
where
    T: 'static,
    E: 'static,
    S: Stream<Item = Result<T, E>> + 'static,
{
    from_stream_with(make, StreamOptions::<T, E, EachItem>::new())
}

/// As [`from_stream`], with options.
///
/// # Panics
///
/// As [`from_stream`].
///
/// # Examples
///
/// ```
/// use futures::{executor::block_on, stream};
/// use signal_kernel::{StreamOptions, from_stream_with, settled};
///
/// let tokens = || stream::iter(["Hel", "lo"].map(Ok::<_, String>));
/// let push = |answer: &mut String, token: &str| answer.push_str(token);
/// let answer = from_stream_with(tokens, StreamOptions::new().fold(push));
/// block_on(settled());
/// assert_eq!(answer.value().as_deref(), Some("Hello"));
/// ```
#[track_caller]
pub fn from_stream_with<I, T, E, S, R>(
    make: impl FnMut() -> S + 'static,
    options: StreamOptions<T, E, R>,
) -> AsyncSignal<T, E>
where
    I: 'static,
    T: 'static,
    E: 'static,
    S: Stream<Item = Result<I, E>> + 'static,
    R: ItemRule<I, T, E>,
{
    let (config, rule) = options.into_parts();
    AsyncSignal {
        handle: open::<T, E, Items<T, E, R>, _>(config, rule, Location::caller(), || Once(make)),
        marker: PhantomData,
    }
}

/// A stream for each input: the resource opens one with what `source` yields, and drops it when the source changes.
///
/// A plain `fn(S) -> impl Stream<Item = Result<T, E>>` is a streamer; see [`from_stream`] for the states.
///
/// # Panics
///
/// With a panic of `source` or of `streamer`.
///
/// # Examples
///
/// ```
/// use futures::{Stream, StreamExt, executor::block_on, stream};
/// use signal_kernel::{create_stream_resource, settled, signal};
///
/// fn prices(symbol: String) -> impl Stream<Item = Result<usize, String>> {
///     stream::iter([Ok(symbol.len())]).chain(stream::pending()) // a socket that stays open
/// }
///
/// let symbol = signal("ACME".to_owned());
/// let (price, meta) = create_stream_resource(move || symbol.get(), prices);
/// block_on(settled());
/// assert_eq!(price.get(), Some(4));
/// symbol.set("INITECH".to_owned());
/// assert!(meta.is_pending() && !meta.is_current());
/// block_on(settled());
/// assert_eq!(price.get(), Some(7));
/// ```
#[track_caller]
pub fn create_stream_resource<S, T, E, K>(
    source: impl FnMut() -> S + 'static,
    streamer: impl Streamer<S, T, E, K>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    S: Clone + PartialEq + 'static,
    T: 'static,
    E: 'static,
    K: 'static,
{
    let options = StreamOptions::<T, E, EachItem>::new();
    create_stream_resource_with(source, streamer, options)
}

/// As [`create_stream_resource`], with options.
///
/// # Panics
///
/// As [`create_stream_resource`].
///
/// # Examples
///
/// See [`StreamOptions`].
#[track_caller]
pub fn create_stream_resource_with<S, I, T, E, R, K>(
    source: impl FnMut() -> S + 'static,
    streamer: impl Streamer<S, I, E, K>,
    options: StreamOptions<T, E, R>,
) -> (AsyncValue<T>, AsyncMeta<E>)
where
    S: Clone + PartialEq + 'static,
    I: 'static,
    T: 'static,
    E: 'static,
    R: ItemRule<I, T, E>,
    K: 'static,
{
    let place = Location::caller();
    let (config, rule) = options.into_parts();
    let handle = open::<T, E, Items<T, E, R>, _>(config, rule, place, || TrackedStream {
        source: Source::new(source, Some, place),
        streamer,
        types: PhantomData,
    });
    pair(handle)
}

/// A function that opens a stream for an input. It may take a [`FetchContext`] as a second argument.
///
/// # Examples
///
/// See [`create_stream_resource`].
#[diagnostic::on_unimplemented(
    message = "this is not a streamer",
    label = "not an `fn(S) -> impl Stream<Item = Result<T, E>>`, where `S` is what the source yields",
    note = "a streamer may take a `FetchContext` as a second argument; one that cannot fail yields `Result`s \
            all the same, with `Infallible` as their error"
)]
pub trait Streamer<S, T, E, K>: 'static {
    /// The stream.
    #[doc(hidden)]
    type Work: Stream<Item = Result<T, E>> + 'static;

    /// Opens the stream.
    #[doc(hidden)]
    fn stream(&mut self, input: S, context: impl FnOnce() -> FetchContext) -> Self::Work;
}

impl<S, T, E, C, W> Streamer<S, T, E, Plain<W>> for C
where
    C: FnMut(S) -> W + 'static,
    W: Stream<Item = Result<T, E>> + 'static,
{
    type Work = W;

    fn stream(&mut self, input: S, _: impl FnOnce() -> FetchContext) -> W {
        self(input)
    }
}

impl<S, T, E, C, W> Streamer<S, T, E, WithContext<W>> for C
where
    C: FnMut(S, FetchContext) -> W + 'static,
    W: Stream<Item = Result<T, E>> + 'static,
{
    type Work = W;

    fn stream(&mut self, input: S, context: impl FnOnce() -> FetchContext) -> W {
        self(input, context())
    }
}

/// A stream without an input.
struct Once<M>(M);

impl<I, T, E, M, S, R> Fetch<Items<T, E, R>> for Once<M>
where
    T: 'static,
    E: 'static,
    M: FnMut() -> S + 'static,
    S: Stream<Item = Result<I, E>> + 'static,
    R: ItemRule<I, T, E>,
{
    fn ready(&mut self) -> bool {
        true
    }

    fn start(&mut self, run: StartRun<'_, Items<T, E, R>>) {
        run.stream((self.0)()); // user code
    }
}

/// A stream whose input comes from a source.
struct TrackedStream<V, S, C, I, K> {
    source: Source<V, S>,
    streamer: C,
    types: PhantomData<fn() -> (I, K)>,
}

impl<I, T, E, V, S, C, R, K> Fetch<Items<T, E, R>> for TrackedStream<V, S, C, I, K>
where
    I: 'static,
    T: 'static,
    E: 'static,
    V: Clone + 'static,
    S: 'static,
    C: Streamer<S, I, E, K>,
    R: ItemRule<I, T, E>,
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

    fn start(&mut self, mut run: StartRun<'_, Items<T, E, R>>) {
        let input = self.source.take();
        let stream = self.streamer.stream(input, || run.context()); // user code
        run.stream(stream);
    }
}
