//! The state of a graph as plain data, as the graph around it takes and restores it.
//!
//! Must not know: lists; how a graph settles.

use crate::{
    reactive::{Part, Reactive},
    task::resource::Judged,
};

/// A graph with `#[state(Name)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[state]`, so the graph around it cannot save it",
    label = "its state is a field of the state of the graph around it",
    note = "add `#[state(Saved{Self})]` to `{Self}`, or leave this item out with `#[state(skip)]`",
    note = "SK035"
)]
pub trait Stateful: Reactive {
    /// The struct that `#[state(Name)]` declares.
    type State;

    /// For one error instead of many: see `KnownState`.
    #[doc(hidden)]
    const IS: bool = true;

    /// The values of the signals, and the states of the graphs inside.
    #[doc(hidden)]
    fn __state(&self) -> Self::State;

    /// Writes them back, in a batch.
    #[doc(hidden)]
    fn __restore(graph: &mut Self::Batch<'_>, state: Self::State);
}

/// A graph that can be made from its state alone.
#[diagnostic::on_unimplemented(
    message = "a new `{Self}` cannot be made from its state alone",
    label = "the state may have rows that the list has not",
    note = "`{Self}::with_state` takes more than the state: give the list a maker, `=> |key| {Self}(..)`, or leave it out with `#[state(skip)]`",
    note = "SK036"
)]
pub trait FromState: Stateful {
    /// For one error instead of many: see `KnownFromState`.
    #[doc(hidden)]
    const IS: bool = true;

    #[doc(hidden)]
    fn __from_state(state: Self::State) -> Part<Self>;
}

/// Names `G` through `Judged<{G::IS}>`: rustc then reports a graph without state once, at that constant.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
pub type KnownState<G, const IS: bool> = <Judged<IS> as GivenState<G>>::Itself;

/// The same for an editor, which reports no such error.
#[cfg(rust_analyzer)]
#[doc(hidden)]
pub type KnownState<G, const IS: bool> = G;

#[doc(hidden)]
pub trait GivenState<G> {
    type Itself: Stateful;
}

impl<G: Stateful> GivenState<G> for Judged<true> {
    type Itself = G;
}

/// The same for a graph that is made from its state alone.
#[cfg(not(rust_analyzer))]
#[doc(hidden)]
pub type KnownFromState<G, const IS: bool> = <Judged<IS> as GivenFromState<G>>::Itself;

/// The same for an editor.
#[cfg(rust_analyzer)]
#[doc(hidden)]
pub type KnownFromState<G, const IS: bool> = G;

#[doc(hidden)]
pub trait GivenFromState<G> {
    type Itself: FromState;
}

impl<G: FromState> GivenFromState<G> for Judged<true> {
    type Itself = G;
}
