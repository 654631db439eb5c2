//! The dynamic graph: signals, computed values, effects and resources as functions, for graphs whose shape is known only
//! at run time.
//!
//! Each thread has one graph. Its tables of nodes, links and owners, and the algorithms that need nothing else, are in
//! [`graph`]; values, bodies and all calls of user code are in [`engine`].
//!
//! The handles are in [`signal`], with [`signal_cell`], [`computed`], [`effect`], [`scope`] and [`async_signal`];
//! [`resource`] makes the last, with [`options`]; [`keyed`](mod@keyed) makes rows out of them, and [`inbox`](mod@inbox)
//! lets other threads in; [`revision`] has nodes for changes outside of the graph. [`resource_node`] is asynchronous work as a node, [`drive`] polls the work, [`events`] are the
//! arguments of a user's listeners; [`source`] is the node of a declared graph.
//!
//! Invariants: no borrow of the graph is held while user code runs; guards alone change the context, so a panic leaves
//! nothing behind; nothing here recurses over a user's graph.
//!
//! Must not know: `crate::declared`, executors.

mod async_signal;
mod computed;
mod drive;
mod effect;
mod engine;
mod events;
mod graph;
mod inbox;
mod items;
mod keyed;
#[cfg(test)]
mod limits;
mod options;
mod resource;
mod resource_node;
mod revision;
mod scope;
mod signal;
mod signal_cell;
mod source;
mod stream;

use crate::stack;
use engine::{batch, context, current};

pub use async_signal::{AsyncMeta, AsyncSignal, AsyncValue, Running};
pub use computed::{Computed, computed, computed_with};
pub use drive::{poll_progress, progress, settled};
pub use effect::{Effect, create_effect, create_effect_with, on_cleanup};
pub use engine::check::{check_dynamic, dynamic_size};
pub use engine::read_error::{Cycle, Disposed, NodeFailure, ReadError};
pub(crate) use engine::tasks::ForeignGraph;
pub use events::AsyncEvent;
pub use inbox::{Closed, Inbox, InboxSender, inbox};
pub use items::{EachItem, FoldItems, ItemRule};
pub use keyed::keyed;
pub use options::{FromFutureOptions, ResourceOptions, StreamOptions};
pub use resource::{
    Fetcher, async_signal, async_signal_with, create_manual_resource, create_manual_resource_with,
    create_resource, create_resource_when, create_resource_when_with, create_resource_with,
    from_future, from_future_with,
};
pub use resource_node::FetchContext;
pub use revision::{InvalidationTarget, KeyedRevision, Revision};
pub use scope::{Scope, scope};
pub use signal::{ReadSignal, Signal, signal, signal_with};
pub(crate) use source::SharedNode;
pub use stream::{
    Streamer, create_stream_resource, create_stream_resource_with, from_stream, from_stream_with,
};

/// Runs `f`, and settles once at its end what it has written.
///
/// Batches nest: the outermost one settles. Inside an effect, that comes after all effects of the round. Reads inside
/// see what has been written so far, also those of computed values. Only the net change counts in the end: a signal
/// that has its old value again runs nothing. Effects that are made inside run for the first time at the end.
///
/// # Panics
///
/// If `f` does: its writes stay, the graph settles, and the panic goes on. The panic of `f` comes before those of bodies
/// that the settling has run. With the first of these, if `f` returns.
///
/// # Examples
///
/// ```
/// use signal_kernel::{batch, create_effect, signal};
///
/// let (price, qty) = (signal(300), signal(2));
/// create_effect(move || println!("{}", price.get() * qty.get())); // 600
/// let before = batch(|| {
///     let before = qty.get();
///     price.set(450);
///     qty.set(3);
///     before
/// }); // 1350, and nothing in between
/// assert_eq!(before, 2);
/// ```
pub fn batch<R>(f: impl FnOnce() -> R) -> R {
    current::with(|cell| batch::run(cell, f))
}

/// Runs `f` as a [`batch`]; if it returns an error or panics, every signal that it has written gets its old
/// value back.
///
/// No effect sees the attempt; effects that were due before still run. Requests to resources (`reload`, `cancel`,
/// `run`) that were made inside are forgotten too, and those from before stand again. Nodes that were made inside
/// stay, and nodes that were disposed of inside are gone; an update of a [`Shared`](crate::Shared) graph stays too. A
/// transaction inside another one undoes only itself. It ends when `f` returns: nothing spans an `.await`.
///
/// # Errors
///
/// That of `f`.
///
/// # Panics
///
/// If `f` does, after all was put back, and as [`batch`] does for bodies that run at the end. A signal cannot be updated
/// in place inside, unless the same transaction has set it to another value before, or it holds a number: see
/// [`Signal::update`]. Transactions may be open inside each other 65 534 deep.
///
/// # Examples
///
/// ```
/// use signal_kernel::{signal, transaction};
///
/// let (ours, theirs) = (signal(100), signal(0));
/// let pay = |sum: i32| {
///     transaction(|| {
///         theirs.set(theirs.get() + sum);
///         ours.set(ours.get() - sum);
///         if ours.get() < 0 { Err("not enough") } else { Ok(()) }
///     })
/// };
/// assert_eq!(pay(70), Ok(()));
/// assert_eq!(pay(70), Err("not enough"));
/// assert_eq!((ours.get(), theirs.get()), (30, 70));
/// ```
pub fn transaction<R, E>(f: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    current::with(|cell| batch::transaction(cell, f))
}

/// Runs `f`, and whatever is running does not depend on what it reads.
///
/// # Examples
///
/// ```
/// use signal_kernel::{computed, signal, untrack};
///
/// let (count, step) = (signal(1), signal(10));
/// let next = computed(move || count.get() + untrack(|| step.get()));
/// assert_eq!(next.get(), 11);
/// step.set(20);
/// assert_eq!(next.get(), 11);
/// count.set(2);
/// assert_eq!(next.get(), 22);
/// ```
pub fn untrack<R>(f: impl FnOnce() -> R) -> R {
    current::with(|cell| {
        let _untracked = context::UntrackedGuard::new(cell);
        stack::nested(|| cell.borrow().too_deep(graph::ids::NodeId::NONE), f) // user code
    })
}

/// Makes a callback of `f`, for code that calls back whenever it likes: a toolkit, the DOM, a timer.
///
/// Each call is untracked, and one [`batch`]. Without that, a handler that is called while an effect runs (for the effect
/// has set the focus, say) would make the effect depend on what the handler reads, and would own what the handler makes;
/// called at rest, it would settle after each write. Here both calls do the same, except that inside of an effect the
/// writes settle with those of the effect. The nodes that a call makes have no owner, unless a [`Scope`] is
/// [entered](Scope::run) in it.
///
/// A handler has one argument; for none, let that be `()`: `let click = callback(|()| ..)` is called as `click(())`. One
/// that keeps something from call to call keeps it in a signal or a [`Cell`](std::cell::Cell). The closure that is
/// returned is as `'static` as `f`, and stays on its thread if `f` does.
///
/// # Panics
///
/// Not here. A call panics if `f` does, after what it has written has settled; and if `f` writes a signal while a
/// computed value runs, as every write there.
///
/// # Examples
///
/// ```
/// use signal_kernel::{callback, create_effect, signal};
/// use std::{cell::Cell, rc::Rc};
///
/// let (x, y) = (signal(0), signal(0));
/// let moves = Rc::new(Cell::new(0));
/// let on_move = callback(move |(dx, dy): (i32, i32)| {
///     x.set(x.get() + dx);
///     y.set(y.get() + dy);
/// });
/// create_effect({
///     let moves = moves.clone();
///     move || moves.set((x.get(), y.get(), moves.get()).2 + 1)
/// });
/// on_move((2, 3));
/// assert_eq!((x.get(), y.get(), moves.get()), (2, 3, 2)); // one run for both writes
///
/// // Called while an effect runs, it adds no dependency to that.
/// create_effect(move || on_move((1, 1)));
/// assert_eq!((x.get(), y.get()), (3, 4));
/// x.set(10);
/// assert_eq!((x.get(), y.get()), (10, 4));
/// ```
pub fn callback<A, R>(f: impl Fn(A) -> R) -> impl Fn(A) -> R {
    move |argument| {
        current::with(|cell| {
            let _outside = context::Detached::new(cell);
            batch::run(cell, || f(argument)) // user code
        })
    }
}
