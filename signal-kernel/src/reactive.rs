//! The public trait of all declared graphs, and a graph that has not started.
//!
//! Must not know: how a graph settles.

use crate::{
    declared::{Declared, Engine},
    graph::Graph,
};
use std::{
    fmt,
    task::{Context, Poll},
};

/// A declared graph: every struct of [`reactive!`](crate::reactive), and no other type.
///
/// Drivers and helpers for any graph are written over this trait, and generic types hold graphs by it.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Reactive, reactive};
///
/// reactive! {
///     pub struct Counter {
///         signal count: u32 = 0;
///         computed double: u32 = count * 2;
///     }
/// }
///
/// /// Saves a graph when it has changed.
/// struct Saver {
///     saved: u64,
/// }
///
/// impl Saver {
///     fn is_due<G: Reactive>(&mut self, graph: &G) -> bool {
///         std::mem::replace(&mut self.saved, graph.version()) != graph.version()
///     }
/// }
///
/// let mut counter = Counter::new();
/// let mut saver = Saver { saved: counter.version() };
/// counter.set_count(0);
/// assert!(!saver.is_due(&counter));
/// counter.set_count(1);
/// assert!(saver.is_due(&counter));
/// # assert_eq!(*counter.double(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made by `reactive!`",
    label = "this is not a graph",
    note = "a graph is a struct that `reactive!` declares; inside of one, a plain value is a `let` or a `signal`",
    note = "SK030"
)]
pub trait Reactive: Declared {
    /// The shape of the graph: its nodes and the edges between them.
    const GRAPH: Graph;

    /// For one error instead of many: see `KnownGraph`.
    #[doc(hidden)]
    const IS: bool = true;

    /// The graph while it is being written: what `batch` and `transaction` hand out.
    type Batch<'g>
    where
        Self: 'g;

    /// Polls the work in flight; ready once at least one piece of it was committed and its effects have run.
    fn poll_progress(&mut self, context: &mut Context<'_>) -> Poll<()>;

    /// A number that goes up with each settle, each `x_mut` and each commit in which something that can be read has
    /// changed, in the graph or in a graph inside it.
    fn version(&self) -> u64;

    #[doc(hidden)]
    fn __write(&mut self) -> Self::Batch<'_>;
}

/// A graph that was made and has not started. It goes into another graph, and starts where it is put in.
///
/// `Search::part(..)` makes one with the arguments of `Search::new`. Its values are there, but no effect has run and no
/// work was polled. A part that is dropped has run no effect. [`Part::from`] turns a graph that runs into a part.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Part, reactive};
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// static SAVED: AtomicU32 = AtomicU32::new(0);
///
/// reactive! {
///     pub struct Draft {
///         signal text: String = String::new();
///         effect save {
///             let _ = text;
///             SAVED.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let part: Part<Draft> = Draft::part();
/// assert_eq!(SAVED.load(Ordering::Relaxed), 0);
/// drop(part);
/// assert_eq!(SAVED.load(Ordering::Relaxed), 0);
///
/// let draft = Draft::new();
/// assert_eq!(SAVED.load(Ordering::Relaxed), 1);
/// drop(Part::from(draft));
/// ```
#[must_use]
pub struct Part<G> {
    graph: G,
    has_started: bool,
}

impl<G: Reactive> Part<G> {
    /// The graph, about to be put in.
    #[doc(hidden)]
    pub fn into_graph(mut self) -> G {
        <G as Declared>::Engine::put_in(&mut self.graph, self.has_started);
        self.graph
    }
}

impl<G: Reactive> From<G> for Part<G> {
    /// A graph that has started, with its state and its work.
    fn from(graph: G) -> Self {
        Part {
            graph,
            has_started: true,
        }
    }
}

impl<G> fmt::Debug for Part<G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Part").finish_non_exhaustive()
    }
}

/// The part of a graph that was made and has not started.
#[doc(hidden)]
pub fn part<G>(graph: G) -> Part<G> {
    Part {
        graph,
        has_started: false,
    }
}

/// Names `G` through `Judged<{G::IS}>`: rustc then reports a type that is no graph once, at that constant.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
pub type KnownGraph<G, const IS: bool> =
    <crate::task::resource::Judged<IS> as GivenGraph<G>>::Itself;

/// The same for an editor, which reports no such error.
#[cfg(rust_analyzer)]
#[doc(hidden)]
pub type KnownGraph<G, const IS: bool> = G;

#[doc(hidden)]
pub trait GivenGraph<G> {
    type Itself: Reactive;
}

impl<G: Reactive> GivenGraph<G> for crate::task::resource::Judged<true> {
    type Itself = G;
}

/// The same for the key of a list.
#[doc(hidden)]
pub type KnownKey<K, const IS: bool> = <crate::task::resource::Judged<IS> as GivenKey<K>>::Itself;

#[doc(hidden)]
pub trait GivenKey<K> {
    type Itself: crate::needs::Key;
}

impl<K: crate::needs::Key> GivenKey<K> for crate::task::resource::Judged<true> {
    type Itself = K;
}
