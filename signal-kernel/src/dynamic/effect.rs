//! Effects, and cleanups.
//!
//! Must not know: the time of a run.

use super::engine::turn::Turn;
use super::{
    engine::{
        batch, current, dispose,
        handle::{Handle, create, handle},
        run,
        runtime::{Body, Content, Runtime},
    },
    graph::{
        ids::NodeId,
        marks::{Kind, Stale},
    },
};
use crate::stack;
use std::{
    borrow::Cow,
    cell::{RefCell, RefMut},
    panic::Location,
};

/// A body that runs when a value that it has read has changed.
///
/// A handle: `Copy`. The drop of the handle changes nothing; the effect lives as long as its owner, or until
/// [`dispose`](Self::dispose).
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_effect, signal};
///
/// let count = signal(1);
/// let effect = create_effect(move || println!("{}", count.get())); // 1
/// count.set(2); // 2
/// effect.dispose();
/// count.set(3); // nothing
/// ```
pub struct Effect {
    handle: Handle,
    marker: std::marker::PhantomData<*const ()>,
}

/// Makes an effect and runs it. The first run comes at once, also inside another effect; inside a
/// [`batch`](crate::batch) at the end of the batch; inside a computed value that a write brings up to date, with the
/// effects of that write.
///
/// The effect runs again when a value that it has read has really changed: once in each round of a write or batch,
/// after all values that it has read are up to date, in the order in which effects were made. If one of these values
/// fails then, the effect does not start: it runs when the failure ends, or when another value changes that it has
/// read.
///
/// An effect may write signals. The next round settles the writes, when all effects of this round have run; an effect
/// that runs later in the same round sees the written values. Effects that do not come to rest within 10 000 rounds are
/// an error that names them, and effects that have no part in the error go on working. A round in which an effect runs
/// for its first time in this settle is not counted, up to 100 000 rounds in all.
///
/// The effect belongs to the [`scope`](crate::scope()), the effect or the computed value that is running. The nodes
/// that its own body makes (signals, other effects, cleanups) are disposed of before the next run.
///
/// # Panics
///
/// With the panic of the first run: the effect is disposed of then, and never runs again. The same holds for an effect
/// that was made inside a [`batch`](crate::batch): its handle is stale after the batch. A panic of a later run goes on
/// to the caller of the write, and the effect runs again when a value changes that the effect has read in that run or
/// in the run before.
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_effect, signal};
/// use std::{cell::RefCell, rc::Rc};
///
/// let log = Rc::new(RefCell::new(Vec::new()));
/// let name = signal("Ada");
/// create_effect({
///     let log = log.clone();
///     move || log.borrow_mut().push(name.get())
/// });
/// name.set("Grace");
/// assert_eq!(*log.borrow(), ["Ada", "Grace"]);
/// ```
#[track_caller]
pub fn create_effect(body: impl FnMut() + 'static) -> Effect {
    make_plain(body, Location::caller())
}

/// Makes an effect whose creation is reported at `place`.
pub(super) fn make_plain(
    body: impl FnMut() + 'static,
    place: &'static Location<'static>,
) -> Effect {
    make(Box::new(Plain(body)), place)
}

/// Makes an effect whose body gets the handle of the effect itself, so that the body can end the effect in any run, the
/// first one included. In all other points as [`create_effect`].
///
/// # Panics
///
/// As [`create_effect`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_effect_with, signal};
///
/// let (ready, greeted) = (signal(true), signal(0));
/// create_effect_with(move |effect| {
///     if ready.get() {
///         greeted.set(greeted.peek() + 1);
///         effect.dispose(); // once is enough
///     }
/// });
/// ready.set(false);
/// ready.set(true);
/// assert_eq!(greeted.get(), 1);
/// ```
#[track_caller]
pub fn create_effect_with(body: impl FnMut(Effect) + 'static) -> Effect {
    make(Box::new(WithHandle(body)), Location::caller())
}

#[inline(never)]
fn make(body: Box<dyn Body>, place: &'static Location<'static>) -> Effect {
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let handle = create(&mut runtime, Kind::Effect, Content::Body(Some(body)), place);
        first_run(cell, runtime, handle.key.node);
        Effect {
            handle,
            marker: std::marker::PhantomData,
        }
    })
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn first_run(cell: &RefCell<Runtime>, mut runtime: RefMut<'_, Runtime>, node: NodeId) {
    if runtime.depth == 0 && runtime.is_settled() {
        // The first run is a round of its own.
        runtime.nodes[node].marks.set_stale(Stale::Dirty);
        (runtime.depth, runtime.round) = (1, true);
        let mut turn = Turn::new(cell, runtime.context);
        drop(runtime);
        run::effect(&mut turn, node);
        let mut runtime = turn.take();
        runtime.context = turn.outer();
        runtime.round = false;
        if runtime.is_settled() && runtime.snapshots.is_empty() {
            batch::close_at_rest(&mut turn, runtime);
        } else {
            drop(runtime);
            batch::settle(&mut turn);
        }
        turn.end();
    } else if runtime.depth == 1 && runtime.round {
        // Another effect has made this one: the first run is a part of the other's run.
        drop(runtime);
        run_inside(cell, node);
    } else {
        runtime.queue(node, Stale::Dirty);
        if runtime.depth == 0 {
            drop(runtime);
            batch::settle_at_rest(cell);
        }
    }
}

/// Runs an effect that another effect has just made, as a part of the other's run.
#[inline(never)]
fn run_inside(cell: &RefCell<Runtime>, node: NodeId) {
    stack::nested(
        || refuse_depth(cell, node),
        || {
            let mut turn = Turn::begin(cell);
            let inside = begin_inside(turn.runtime(), node);
            run::effect_inside(&mut turn, node);
            turn.restore_context();
            if inside {
                turn.runtime().end_inside();
            }
            turn.end();
        },
    );
}

#[inline(never)]
fn begin_inside(runtime: &mut Runtime, node: NodeId) -> bool {
    runtime.nodes[node].marks.set_stale(Stale::Dirty);
    let inside = runtime.is_nested();
    if inside {
        runtime.begin_inside(node, false);
    }
    inside
}

#[cold]
#[inline(never)]
fn refuse_depth(cell: &RefCell<Runtime>, node: NodeId) -> String {
    let mut turn = Turn::begin(cell);
    let path = turn.runtime().too_deep(node);
    dispose::node(&mut turn, node);
    turn.swallow_panics();
    path
}

struct Plain<F>(F);

impl<F: FnMut()> Body for Plain<F> {
    fn run(&mut self, _: &RefCell<Runtime>, _: NodeId) {
        (self.0)(); // user code
    }
}

struct WithHandle<F>(F);

impl<F: FnMut(Effect)> Body for WithHandle<F> {
    fn run(&mut self, cell: &RefCell<Runtime>, node: NodeId) {
        let effect = Effect::of(&cell.borrow(), node);
        (self.0)(effect); // user code
    }
}

/// Runs its closure once.
struct Once<F>(Option<F>);

impl<F: FnOnce()> Body for Once<F> {
    fn run(&mut self, _: &RefCell<Runtime>, _: NodeId) {
        if let Some(cleanup) = self.0.take() {
            cleanup(); // user code
        }
    }
}

impl Effect {
    fn of(runtime: &Runtime, node: NodeId) -> Self {
        Effect {
            handle: Handle::of(runtime, node),
            marker: std::marker::PhantomData,
        }
    }

    /// Ends the effect: disposes of the nodes that it owns, runs its cleanups, and never runs it again. A second call
    /// does nothing.
    ///
    /// An effect may dispose of itself while it runs: see [`create_effect_with`].
    ///
    /// # Panics
    ///
    /// With the first panic of a cleanup or a destructor, after all others have run.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{create_effect, on_cleanup, signal};
    ///
    /// let count = signal(1);
    /// let effect = create_effect(move || {
    ///     let seen = count.get();
    ///     on_cleanup(move || println!("done with {seen}"));
    /// });
    /// effect.dispose(); // done with 1
    /// effect.dispose();
    /// ```
    pub fn dispose(&self) {
        batch::dispose_node(self.handle);
    }

    /// Gives the effect a name for messages. Messages of the first run do not have the name, unless the effect is made
    /// inside a [`batch`](crate::batch).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::create_effect;
    ///
    /// let show = create_effect(|| {}).named("show");
    /// assert_eq!(format!("{show:?}"), "effect `show`");
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.handle.name(name.into());
        self
    }
}

handle!(Effect, "effect");

/// Registers a cleanup, for the end of the effect, the computed value or the scope that is running now: before its next
/// run, or when it is disposed of.
///
/// An owner ends in this order: first the owners that it owns (the youngest first, each in this order), then its
/// effects and its asynchronous work, then its cleanups, newest first, and last its signals and computed values. So a
/// cleanup can read and write the values of its owner.
///
/// Reads in a cleanup are not tracked, and its writes settle together with the end of its owner; within the body of a
/// computed value a cleanup cannot write, as no code can there. The nodes that a cleanup makes have no owner. Cleanups
/// do not run when a thread ends.
///
/// # Panics
///
/// If no owner is running.
///
/// # Examples
///
/// ```
/// use signal_kernel::{on_cleanup, scope};
///
/// let ((), owner) = scope(|| {
///     on_cleanup(|| println!("closed"));
/// });
/// drop(owner); // closed
/// ```
///
/// A draft that is saved when its window closes:
///
/// ```
/// use signal_kernel::{on_cleanup, scope, signal};
///
/// let saved = signal(String::new());
/// let (draft, window) = scope(|| {
///     let draft = signal("untitled".to_owned());
///     on_cleanup(move || saved.set(draft.get()));
///     draft
/// });
/// draft.set("notes".to_owned());
/// drop(window);
/// assert_eq!(saved.get(), "notes");
/// ```
#[track_caller]
pub fn on_cleanup(cleanup: impl FnOnce() + 'static) {
    let place = Location::caller();
    let cleanup = Box::new(Once(Some(cleanup)));
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        if runtime.context.owner.is_none() {
            drop(runtime);
            panic!(
                "`on_cleanup` at {place} is outside of any scope, effect or computed value: nothing would \
                 ever run it"
            );
        }
        create(
            &mut runtime,
            Kind::Cleanup,
            Content::Body(Some(cleanup)),
            place,
        );
    });
}
