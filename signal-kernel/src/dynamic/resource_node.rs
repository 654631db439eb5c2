//! The node behind an asynchronous signal: the node starts, stops and commits work, and marks the changed parts.
//!
//! A resource has up to five parts: value, last whole answer, error, status, and one for a change of any kind. Readers depend on parts;
//! the first read of a part makes its node. The parts depend on the resource, and the resource depends on its source.
//! The module `task` has the rules of the states, and holds and polls work, for both kinds of graph.
//!
//! Invariants: a resource acts in phase A only, so nothing starts, stops or is committed inside a batch; the resource
//! replaces the view of its readers in one step, after it has acted; each started run ends in one event.
//!
//! Must not know: the meaning of an input, and the executor.

use super::engine::turn::Turn;
use super::{
    drive,
    engine::{
        access, current, dispose,
        handle::{Handle, create_in},
        pull,
        read_error::{Disposed, ReadError},
        runtime::{Body, Callback, Content, Runtime},
        value::Value,
    },
    events::Listeners,
    graph::{
        ids::{NodeId, Queued},
        marks::{Kind, Stale},
    },
};
use crate::{
    panics::{Apart, FirstPanic, swallow},
    task::{
        cancel::CancelToken,
        ready::ReadyQueue,
        resource::LocalFuture,
        reusable::MapOutput,
        state::{AsyncState, Change, Failure},
        status::{AsyncStatus, CancelReason, Interrupted, Policy},
        stream::{Collect, LocalStream, Rule},
        task::{Request, Task},
        transition::Told,
        work::{Start, WorkSlot},
    },
};
use futures_core::Stream;
use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    sync::Arc,
};

/// The future of a fetch, in a form that the task can hold: the counterpart of the future that `#[resource]` makes for
/// a declared graph.
pub(super) type Work<T, E> = LocalFuture<Rc<T>, Rc<E>, IntoRc>;

/// Wraps the output of a fetch in `Rc`, so that readers can share it.
pub(super) struct IntoRc;

impl<T, E> MapOutput<Result<T, E>> for IntoRc {
    type Yield = Result<Rc<T>, Rc<E>>;

    fn map(output: Result<T, E>) -> Self::Yield {
        output.map(Rc::new).map_err(Rc::new)
    }
}

/// The stream of a resource, whose items make a value by the rule `C`.
pub(super) type Items<T, E, C> = LocalStream<Rc<T>, Rc<E>, C>;

/// A run that is about to begin.
pub(super) struct StartRun<'a, W> {
    token: u64,
    start: Start<'a, W>,
}

impl<W: WorkSlot> StartRun<'_, W> {
    /// The context of the run, for a fetcher that takes one.
    pub(super) fn context(&mut self) -> FetchContext {
        FetchContext {
            token: self.token,
            cancel: self.start.token(),
        }
    }
}

impl<T: 'static, E: 'static> StartRun<'_, Work<T, E>> {
    /// Starts the work of the run.
    pub(super) fn work(self, fetch: impl Future<Output = Result<T, E>> + 'static) {
        self.start.work(fetch, |fetch| Box::pin(fetch));
    }
}

impl<T: 'static, E: 'static, C: Rule<Rc<T>> + 'static> StartRun<'_, Items<T, E, C>> {
    /// Starts the stream of the run.
    pub(super) fn stream<S>(self, stream: S)
    where
        S: Stream + 'static,
        C: Collect<S::Item, Value = Rc<T>, Error = Rc<E>>,
    {
        self.start.work(stream, |stream| Box::pin(stream));
    }
}

/// The context of a run: the second argument of a fetcher that takes two.
///
/// # Examples
///
/// ```
/// use signal_kernel::{FetchContext, create_resource, settled, signal};
///
/// async fn count(limit: u64, run: FetchContext) -> Result<u64, String> {
///     if run.cancel_token().is_cancelled() {
///         return Err("nobody waits".to_owned());
///     }
///     Ok(limit + run.token())
/// }
///
/// let limit = signal(10);
/// let (number, _meta) = create_resource(move || limit.get(), count);
/// futures::executor::block_on(settled());
/// assert_eq!(number.get(), Some(11));
/// ```
#[derive(Clone, Debug)]
pub struct FetchContext {
    token: u64,
    cancel: CancelToken,
}

impl FetchContext {
    /// The number of this run: 1 for the first.
    ///
    /// # Examples
    ///
    /// See [`FetchContext`].
    pub fn token(&self) -> u64 {
        self.token
    }

    /// The token that tells work of its cancellation, also work that goes on after the drop of its future.
    ///
    /// # Examples
    ///
    /// See [`FetchContext`].
    pub fn cancel_token(&self) -> &CancelToken {
        &self.cancel
    }

    pub(super) fn into_token(self) -> CancelToken {
        self.cancel
    }
}

/// The fetch of a resource: its sources, its input and its fetcher.
pub(super) trait Fetch<W>: 'static {
    /// Tracks the sources of the input. `None`: the tracking has ended the resource.
    fn track(
        &mut self,
        _cell: &RefCell<Runtime>,
        _resource: NodeId,
        _panics: &mut FirstPanic,
    ) -> Option<SourceState> {
        Some(SourceState::default())
    }

    /// Takes over an input that was given by hand.
    fn give(&mut self, _input: Box<dyn Any>) {}

    /// Prepares the input. Returns false if there is none.
    fn ready(&mut self) -> bool;

    /// Starts the work.
    fn start(&mut self, run: StartRun<'_, W>);
}

/// The state of the sources of an input.
#[derive(Clone, Copy, Default)]
pub(super) struct SourceState {
    /// A source has changed since the resource has acted last.
    moved: bool,
    failed: bool,
}

/// The outcome of a run that was asked for by hand, for the future that awaits the run; `None` while the run goes on.
pub(super) type Completion<T> = Rc<RefCell<Option<Option<Rc<T>>>>>;

/// A future that awaits a run: for the value, or only for its arrival.
enum Waiter<T> {
    Value(Completion<T>),
    Arrival(Completion<()>),
}

impl<T: 'static> Waiter<T> {
    /// A waiter for the kind of completion that is in `out`, which becomes the completion of this waiter.
    fn new(out: &mut dyn Any) -> Self {
        if let Some(out) = out.downcast_mut::<Completion<T>>() {
            *out = Completion::default();
            return Waiter::Value(out.clone());
        }
        let arrival = Completion::default();
        put(out, arrival.clone());
        Waiter::Arrival(arrival)
    }

    /// Tells the future the outcome.
    fn end(&self, value: Option<&Rc<T>>) {
        match self {
            Waiter::Value(completion) => drop(completion.replace(Some(value.cloned()))),
            Waiter::Arrival(completion) => {
                drop(completion.replace(Some(value.map(|_| Rc::new(())))));
            }
        }
    }

    /// Takes an outcome back: the request stands again.
    fn go_on(&self) {
        match self {
            Waiter::Value(completion) => drop(completion.take()),
            Waiter::Arrival(completion) => drop(completion.take()),
        }
    }
}

/// The state that a resource shares with its handles.
pub(super) struct ResourceCell<T, E> {
    view: RefCell<AsyncState<Rc<T>, Rc<E>>>,
    request: RefCell<Option<Request>>,
    /// An input that was given by hand.
    input: RefCell<Option<Box<dyn Any>>>,
    /// The futures that await the run that the request or the input will start.
    waiters: RefCell<Vec<Waiter<T>>>,
    /// The invalidations for which the sources have run since the resource has acted last.
    reasons: RefCell<Vec<(Handle, CancelReason)>>,
    owner: Handle,
    parts: Parts,
    keep_previous: bool,
}

/// The nodes that readers of a resource depend on.
pub(super) struct Parts {
    resource: Handle,
    owner: NodeId,
    /// In the order of `Change::PARTS`; `None` for a part without a read so far.
    nodes: [Cell<Option<Handle>>; 5],
}

/// The view of a resource for its handles. A handle knows some of the types of the resource, or none.
pub(super) trait AnyResource {
    /// Puts the value into an `Option<Rc<T>>`.
    fn value(&self, out: &mut dyn Any);

    /// Puts the last whole answer into an `Option<Rc<T>>`.
    fn stable(&self, out: &mut dyn Any);

    /// Puts the error into an `Option<Rc<E>>`.
    fn error(&self, out: &mut dyn Any);

    /// Puts the error of the newest attempt that has failed into an `Option<Rc<E>>`.
    fn last_error(&self, out: &mut dyn Any);

    /// The number of attempts that have failed.
    fn failures(&self) -> u32;

    fn view(&self) -> (AsyncStatus, u64, bool, Option<CancelReason>);

    /// Returns whether the resource has a value that belongs to the present input.
    fn is_current(&self) -> bool;

    /// Requests a reload, which replaces a pending request. Puts the `Completion<T>` or the `Completion<()>` into `out`.
    fn reload(self: Rc<Self>, out: &mut dyn Any);

    /// Requests a cancel, which replaces a pending request.
    fn cancel(self: Rc<Self>, reason: CancelReason);

    /// Requests a run with this input, which replaces a pending request. Puts the `Completion<T>` into `out`.
    fn give(self: Rc<Self>, input: Box<dyn Any>, out: &mut dyn Any);

    /// Notes why a source has run again: for the invalidation of this revision, or for another reason.
    fn note_reason(&self, revision: Handle, reason: Option<CancelReason>);

    fn parts(&self) -> &Parts;
    fn keep_previous(&self) -> bool;
    fn owner(&self) -> Handle;
}

/// Puts a value into a variable of its type.
fn put<T: 'static>(out: &mut dyn Any, value: T) {
    *out.downcast_mut().expect("a handle knows its type") = value;
}

impl<T, E> Drop for ResourceCell<T, E> {
    /// Drops the user's values one by one.
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        self.view.get_mut().take().discard(&mut panics);
        panics.discard(self.input.get_mut().take()); // user code
        panics.end_drop();
    }
}

impl<T: 'static, E: 'static> AnyResource for ResourceCell<T, E> {
    fn value(&self, out: &mut dyn Any) {
        put(out, self.view.borrow().value().cloned());
    }

    fn stable(&self, out: &mut dyn Any) {
        put(out, self.view.borrow().stable().cloned());
    }

    fn error(&self, out: &mut dyn Any) {
        put(out, self.view.borrow().error().cloned());
    }

    fn last_error(&self, out: &mut dyn Any) {
        let view = self.view.borrow();
        if let Some(Failure::Error(error)) = view.last_failure() {
            put(out, Some(error.clone()));
        }
    }

    fn failures(&self) -> u32 {
        self.view.borrow().failures()
    }

    fn view(&self) -> (AsyncStatus, u64, bool, Option<CancelReason>) {
        let view = self.view.borrow();
        let reason = view.cancel_reason().cloned();
        (view.status(), view.token(), view.is_reloading(), reason)
    }

    fn is_current(&self) -> bool {
        self.view.borrow().is_current()
    }

    fn reload(self: Rc<Self>, out: &mut dyn Any) {
        let resource = self.parts.resource.key.node;
        assert_may_write(resource);
        let mut waiters = self.waiters.borrow_mut();
        let count = waiters.len();
        waiters.push(Waiter::new(out));
        drop(waiters);
        let before = self.request.replace(Some(Request::Reload));
        queue_request(resource, move || {
            let mut waiters = self.waiters.borrow_mut();
            let count = count.min(waiters.len());
            end_all(&waiters.split_off(count));
            drop(waiters);
            drop(self.request.replace(before)); // user code: a reason
        });
    }

    fn cancel(self: Rc<Self>, reason: CancelReason) {
        let resource = self.parts.resource.key.node;
        assert_may_write(resource);
        let superseded = self.supersede(None);
        let before = self.request.replace(Some(Request::Cancel(reason)));
        queue_request(resource, move || {
            self.stand_again(superseded);
            drop(self.request.replace(before));
        });
    }

    fn give(self: Rc<Self>, input: Box<dyn Any>, out: &mut dyn Any) {
        let resource = self.parts.resource.key.node;
        assert_may_write(resource);
        let superseded = self.supersede(Some(Waiter::new(out)));
        let request = self.request.take();
        let before = self.input.replace(Some(input));
        queue_request(resource, move || {
            self.stand_again(superseded);
            self.request.replace(request);
            drop(self.input.replace(before)); // user code
        });
    }

    fn note_reason(&self, revision: Handle, reason: Option<CancelReason>) {
        let mut reasons = self.reasons.borrow_mut();
        reasons.retain(|(known, _)| *known != revision);
        reasons.extend(reason.map(|reason| (revision, reason)));
    }

    fn parts(&self) -> &Parts {
        &self.parts
    }

    fn keep_previous(&self) -> bool {
        self.keep_previous
    }

    fn owner(&self) -> Handle {
        self.owner
    }
}

impl<T: 'static, E> ResourceCell<T, E> {
    /// The futures that have awaited the pending request resolve to `None`; `next` awaits the one that replaces it.
    fn supersede(&self, next: Option<Waiter<T>>) -> Vec<Waiter<T>> {
        let superseded = self.waiters.replace(Vec::from_iter(next));
        end_all(&superseded);
        superseded
    }

    /// The inverse of `supersede`, for a transaction that has failed.
    fn stand_again(&self, superseded: Vec<Waiter<T>>) {
        for waiter in &superseded {
            waiter.go_on();
        }
        end_all(&self.waiters.replace(superseded));
    }
}

/// The futures resolve to `None`.
fn end_all<T: 'static>(waiters: &[Waiter<T>]) {
    for waiter in waiters {
        waiter.end(None);
    }
}

/// # Panics
///
/// Inside a computed value.
pub(super) fn assert_may_write(node: NodeId) {
    let allowed = current::with(|cell| cell.borrow().may_write(node));
    if let Err(message) = allowed {
        panic!("{message}");
    }
}

/// Queues a resource for phase A: now, or at the end of the batch. A failed transaction calls `undo` first.
fn queue_request(resource: NodeId, undo: impl FnOnce() + 'static) {
    current::with(|cell| {
        let mut turn = Turn::begin(cell);
        let runtime = turn.runtime();
        runtime.queue(resource, Stale::Dirty);
        let mut unused = Some(undo);
        if runtime.level > 0 {
            runtime
                .undo
                .extend(unused.take().map(|undo| Box::new(undo) as Callback));
        }
        access::settle_if_due(&mut turn);
        turn.discard(unused); // user code: an input that was given before
        turn.end();
    });
}

/// Tracks a part of a resource, for a read, and returns the resource.
pub(super) fn read(
    cell: &RefCell<Runtime>,
    handle: Handle,
    part: Change,
) -> Result<Rc<dyn AnyResource>, Disposed> {
    let resource = resource_of(cell, handle)?;
    read_part(cell, resource.parts(), part)?;
    Ok(resource)
}

/// As `read`, for a `try_` read: a cycle is an error.
pub(super) fn try_read(
    cell: &RefCell<Runtime>,
    handle: Handle,
    part: Change,
) -> Result<Rc<dyn AnyResource>, ReadError> {
    let resource = resource_of(cell, handle)?;
    try_read_part(cell, resource.parts(), part)?;
    Ok(resource)
}

/// Tracks a part. In phase A a resource that is due acts before the read, and may end. Inside a batch, and in code that
/// the resource itself runs, a read finds the resource in its earlier state.
fn read_part(cell: &RefCell<Runtime>, parts: &Parts, part: Change) -> Result<(), Disposed> {
    let mut runtime = cell.borrow_mut();
    if runtime.in_phase_a && !runtime.is_inside(parts.resource.key.node) {
        let Some(part) = parts.node(&mut runtime, part) else {
            return parts.check(&runtime);
        };
        let marks = runtime.marks(parts.resource.key.node);
        if marks.is_stale() || marks.is_in_progress() {
            runtime.nodes[part].marks.set_stale(Stale::Check); // a read inside a batch may have seen the old part
        }
        if runtime.marks(part).is_stale() {
            drop(runtime);
            pull::outlined(cell, part, true);
            runtime = cell.borrow_mut();
            parts.check(&runtime)?;
        }
    }
    if runtime.context.observer.node.is_some() {
        if let Some(part) = parts.node(&mut runtime, part) {
            runtime.track(part);
        }
    }
    Ok(())
}

/// As `read_part`, for a `try_` read.
fn try_read_part(cell: &RefCell<Runtime>, parts: &Parts, part: Change) -> Result<(), ReadError> {
    let mut runtime = cell.borrow_mut();
    if runtime.in_phase_a && !runtime.is_inside(parts.resource.key.node) {
        if let Some(node) = parts.node(&mut runtime, part) {
            if runtime.marks(node).is_in_progress() {
                return Err(ReadError::Cycle(runtime.refuse(node, true)));
            }
            drop(runtime);
            let read = catch_unwind(AssertUnwindSafe(|| read_part(cell, parts, part))); // user code
            let payload = match read {
                Ok(read) => return Ok(read?),
                Err(payload) => payload,
            };
            let cycle = cell.borrow_mut().failures.cycle_of(&*payload);
            let Some(cycle) = cycle else {
                resume_unwind(payload)
            };
            swallow(payload);
            return Err(ReadError::Cycle(cycle));
        }
    }
    drop(runtime);
    Ok(read_part(cell, parts, part)?)
}

impl Parts {
    fn check(&self, runtime: &Runtime) -> Result<(), Disposed> {
        self.resource.check(runtime, "resource")
    }

    /// The node of a part, made by the first read of the part. `None` if the node is gone: the owner of the resource is
    /// being disposed of.
    fn node(&self, runtime: &mut Runtime, part: Change) -> Option<NodeId> {
        let index = Change::PARTS.iter().position(|&known| known == part);
        let node = &self.nodes[index.unwrap_or(3)];
        match node.get() {
            Some(id) => id.is_alive(runtime).then_some(id.key.node),
            None => {
                let made = self.make(runtime);
                node.set(Some(made));
                Some(made.key.node)
            }
        }
    }

    #[cold]
    fn make(&self, runtime: &mut Runtime) -> Handle {
        let resource = self.resource.key.node;
        let place = runtime.ownership[resource].place;
        let content = Content::Body(None);
        let handle = create_in(runtime, self.owner, Kind::Passive, content, place);
        let part = handle.key.node;
        runtime.depends_on(part, resource);
        let marks = runtime.marks(resource);
        let acts = marks.is_running() && runtime.in_phase_a; // otherwise the node polls, which alone changes nothing
        if marks.is_due() || acts {
            runtime.nodes[part].marks.set_stale(Stale::Check); // the mark that an older part would have
        }
        handle
    }
}

impl Runtime {
    /// A resource that is due alone has not marked its readers. If a source has come to depend on such a reader in the
    /// source's last run, the source runs once more: its read of the marked node now finds the cycle.
    #[cold]
    fn look_for_cycle(&mut self, resource: NodeId, sources: impl Iterator<Item = NodeId>) {
        (self.schedule.alone, self.schedule.grown) = (false, false);
        let order = self.nodes[resource].order;
        self.mark_parts(Queued::new(order, resource));
        for source in sources {
            if self.marks(source).is_stale() {
                self.nodes[source].marks.set_stale(Stale::Dirty);
            }
        }
    }

    /// Does this resource itself run the code that reads one of its parts, untracked?
    fn is_inside(&self, resource: NodeId) -> bool {
        self.context.observer.node.is_none() && self.marks(resource).is_in_progress()
    }
}

/// The user's options for a resource.
pub(super) struct Config<T, E> {
    pub(super) eager: bool,
    pub(super) keep_previous: bool,
    /// The rules for a fold that is interrupted, by a cancel and by an error.
    pub(super) interrupted: [Interrupted; 2],
    pub(super) listeners: Option<Rc<Listeners<T, E>>>,
}

struct ResourceBody<T, E, W, F>
where
    W: WorkSlot<Value = Rc<T>, Error = Rc<E>, Inside = W>,
{
    task: Task<Rc<T>, Rc<E>, W>,
    collect: Apart<W::Collect>,
    fetch: Apart<F>,
    shared: Rc<ResourceCell<T, E>>,
    listeners: Option<Rc<Listeners<T, E>>>,
    queue: Option<Arc<ReadyQueue>>,
    /// The resource has acted before, or does not start by itself.
    begun: bool,
    /// The futures that await the run in flight, and its token.
    awaited: (Vec<Waiter<T>>, u64),
}

/// Makes the node of a resource.
pub(super) fn open<T, E, W, F>(
    cell: &RefCell<Runtime>,
    owner: Handle,
    fetch: F,
    collect: W::Collect,
    config: Config<T, E>,
) -> Handle
where
    T: 'static,
    E: 'static,
    W: WorkSlot<Value = Rc<T>, Error = Rc<E>, Collect: 'static, Inside = W> + 'static,
    F: Fetch<W>,
{
    let mut runtime = cell.borrow_mut();
    let queue = drive::thread_tasks(&mut runtime).waiting.queue.clone();
    let scope = owner.key.node;
    let place = runtime.ownership[scope].place;
    let content = Content::Body(None);
    let handle = create_in(&mut runtime, scope, Kind::Resource, content, place);
    let resource = handle.key.node;
    let shared = Rc::new(ResourceCell {
        view: RefCell::default(),
        request: RefCell::new(None),
        input: RefCell::new(None),
        waiters: RefCell::default(),
        reasons: RefCell::default(),
        owner,
        parts: Parts {
            resource: handle,
            owner: scope,
            nodes: [const { Cell::new(None) }; 5],
        },
        keep_previous: config.keep_previous,
    });
    let any: Rc<dyn AnyResource> = shared.clone();
    let [on_cancel, on_error] = config.interrupted;
    let policy = Policy::new(config.keep_previous.into(), false)
        .on_cancel(on_cancel)
        .on_error(on_error);
    runtime.nodes[resource].value = Value::Cell(Rc::new(any));
    runtime.nodes[resource].body = Some(Box::new(ResourceBody::<T, E, W, F> {
        task: Task::new(resource.to_number(), policy),
        collect: Apart::new(collect),
        fetch: Apart::new(fetch),
        shared,
        listeners: config.listeners,
        queue: Some(queue),
        begun: !config.eager,
        awaited: (Vec::new(), 0),
    }));
    runtime.queue(resource, Stale::Dirty);
    handle
}

impl<T, E, W, F> Body for ResourceBody<T, E, W, F>
where
    T: 'static,
    E: 'static,
    W: WorkSlot<Value = Rc<T>, Error = Rc<E>, Collect: 'static, Inside = W> + 'static,
    F: Fetch<W>,
{
    fn run(&mut self, cell: &RefCell<Runtime>, node: NodeId) {
        let mut panics = FirstPanic::default();
        let fetch = &mut *self.fetch;
        let Some(source) = fetch.track(cell, node, &mut panics) else {
            return panics.resume();
        };
        let mut runtime = cell.borrow_mut();
        runtime.forget_unread();
        runtime.untracked(); // from here to the end of the run
        drop(runtime);
        let given = self.shared.input.borrow_mut().take();
        let waiters = if self.shared.waiters.borrow().is_empty() {
            Vec::new()
        } else {
            self.shared.waiters.take()
        };
        let by_hand = given.is_some();
        if let Some(input) = given {
            panics.catch(|| fetch.give(input)); // user code: drops the previous input
        }
        let first = !mem::replace(&mut self.begun, true);
        if source.moved || by_hand || first {
            self.task.invalidate();
        }
        if source.moved && !self.shared.reasons.borrow().is_empty() {
            invalidated(
                &self.shared.reasons,
                &mut self.task,
                source.failed,
                &mut panics,
            );
        }
        if let Some(request) = self.shared.request.take() {
            self.task.request(request);
        }
        let token = self.task.state.token() + 1;
        let (mut news, listens) = (Vec::new(), self.listeners.is_some());
        let tell = |told, _: &_| {
            if listens {
                news.push(told);
            }
        };
        let is_gone = || cell.borrow().marks(node).is_disposed();
        let change = if source.failed && self.task.is_due() {
            let (change, discarded) = self.task.start_failed(tell, &mut panics);
            discarded.discard(&mut panics);
            change
        } else {
            let start = || {
                if cell.borrow().owns_any(node) {
                    dispose::owned_now(cell, node);
                }
                // The drop of the outdated work, a cleanup or the clone of the input may end the resource; its source
                // is gone then.
                let asked = SeesAgain { cell, node };
                let ready = !is_gone() && fetch.ready() && !is_gone(); // user code
                drop(asked);
                // user code
                ready.then_some(move |start: Start<'_, W>| fetch.start(StartRun { token, start }))
            };
            let queue = self.queue.as_ref();
            self.task.act(queue, start, None, |_| (), tell, &mut panics)
        };
        if is_gone() {
            return panics.resume(); // no listener hears of a disposed resource
        }
        let changed = !change.is_none();
        if changed && self.task.state.cancel_reason().is_some() {
            panics.catch(|| dispose::owned_now(cell, node)); // nodes that the run has made end with the run
        }
        self.resolve(waiters);
        if changed {
            self.publish(cell, change, &mut panics);
        }
        self.queue_callbacks(cell, &news);
        panics.resume();
    }

    fn poll(&mut self, panics: &mut FirstPanic) -> bool {
        if !W::GROWS {
            return self.task.poll(&mut self.collect, panics);
        }
        // The poll changes the value in its place, so nobody else may hold it.
        let shown = self.shared.view.borrow_mut().take_partial();
        let is_shown = shown.is_some();
        drop(shown); // the state of the task has the same value
        let done = self.task.poll(&mut self.collect, panics);
        if is_shown {
            let value = self.task.state.value().cloned();
            self.shared.view.borrow_mut().put_partial(value);
        }
        done
    }
}

/// The sources have moved because of an invalidation: its reason reaches the work in flight.
#[cold]
fn invalidated<T, E, W>(
    reasons: &RefCell<Vec<(Handle, CancelReason)>>,
    task: &mut Task<Rc<T>, Rc<E>, W>,
    failed: bool,
    panics: &mut FirstPanic,
) where
    W: WorkSlot<Value = Rc<T>, Error = Rc<E>, Inside = W>,
{
    let first = reasons.take().into_iter().next();
    let token = task.token().filter(|_| !failed);
    if let (Some((_, reason)), Some(token)) = (first, token) {
        panics.catch(|| token.cancel(reason)); // user code: wakers
    }
}

/// The drop of this guard notes that the resource has seen the present state of its sources: the input of the next
/// run is read after the destructor of the last run, and that destructor may write. A later write makes another input,
/// also if the write restores the earlier value.
struct SeesAgain<'a> {
    cell: &'a RefCell<Runtime>,
    node: NodeId,
}

impl Drop for SeesAgain<'_> {
    fn drop(&mut self) {
        self.cell.borrow_mut().see_again(self.node);
    }
}

impl<T, E, W, Q> ResourceBody<T, E, W, Q>
where
    T: 'static,
    E: 'static,
    W: WorkSlot<Value = Rc<T>, Error = Rc<E>, Inside = W>,
{
    /// Hands the outcome of a run to the futures that await it; `next` await the run that was asked for last.
    #[inline(always)]
    fn resolve(&mut self, next: Vec<Waiter<T>>) {
        if !next.is_empty() || !self.awaited.0.is_empty() {
            self.resolve_some(next);
        }
    }

    #[inline(never)]
    fn resolve_some(&mut self, next: Vec<Waiter<T>>) {
        let state = &self.task.state;
        if !next.is_empty() {
            let (superseded, _) = mem::replace(&mut self.awaited, (next, state.token()));
            end_all(&superseded);
        }
        let (waiters, token) = &mut self.awaited;
        let is_awaited = *token == state.token();
        if is_awaited && state.is_open() {
            return;
        }
        let succeeded = is_awaited && state.status() == AsyncStatus::Success;
        let value = state.value().filter(|_| succeeded);
        for waiter in mem::take(waiters) {
            waiter.end(value);
        }
    }

    /// Replaces the view of the readers, and gives each changed part a new version.
    fn publish(&self, cell: &RefCell<Runtime>, change: Change, panics: &mut FirstPanic) {
        let mut view = self.shared.view.borrow_mut();
        let stale = view.catch_up(&self.task.state, change);
        drop(view);
        let mut runtime = cell.borrow_mut();
        let alone = runtime.schedule.alone && runtime.schedule.resources.is_empty();
        let changed = change.bits();
        for (index, node) in self.shared.parts.nodes.iter().enumerate() {
            let node = node.get().filter(|it| it.is_alive(&runtime));
            if let (Some(node), true) = (node, changed & (1 << index) != 0) {
                runtime.bump_version(node.key.node);
                if alone {
                    runtime.mark_up_to_resources(node.key.node);
                } else {
                    runtime.mark(node.key.node, Stale::Check);
                }
            }
        }
        drop(runtime);
        stale.discard(panics); // user code: the last handle on an outdated value
    }

    /// Queues the calls of the user's listeners.
    fn queue_callbacks(&self, cell: &RefCell<Runtime>, news: &[Told]) {
        let Some(listeners) = &self.listeners else {
            return;
        };
        let state = &self.task.state;
        let calls = news.iter().flat_map(|&told| listeners.calls(told, state));
        cell.borrow_mut().callbacks.extend(calls);
    }
}

/// Brings the sources of an input up to date, and returns their state. The resource is the observer. `None`: a source
/// has ended the resource.
pub(super) fn follow(
    cell: &RefCell<Runtime>,
    resource: NodeId,
    sources: impl Iterator<Item = NodeId> + Clone,
    panics: &mut FirstPanic,
) -> Option<SourceState> {
    let mut runtime = cell.borrow_mut();
    if runtime.schedule.grown {
        runtime.look_for_cycle(resource, sources.clone());
    }
    let mut moved = false;
    for source in sources.clone() {
        let marks = runtime.marks(source);
        let odd = marks.is_stale() || marks.is_in_progress() || marks.is_provisional();
        if odd || runtime.is_open(source).is_some() {
            let seen = runtime.seen(resource, source);
            drop(runtime);
            // user code
            let pulled = panics.catch(|| pull::outlined(cell, source, true));
            runtime = cell.borrow_mut();
            if runtime.marks(resource).is_disposed() {
                return None;
            }
            // The read of a panicking source is tracked: after the read, the link has seen the new version.
            if pulled.is_none() && seen.is_some_and(|seen| seen != runtime.version(source)) {
                moved = true;
            }
        }
    }
    moved |= runtime.has_moved(resource);
    let mut failed = false;
    for source in sources {
        runtime.track(source);
        let marks = runtime.marks(source);
        failed |= marks.is_failed();
        if marks.is_stale() && !marks.is_failed() {
            runtime.queue(resource, Stale::Check); // the source became stale again before the link was there
        }
    }
    Some(SourceState { moved, failed })
}

/// The running body reads a revision: the resources that the body feeds note the reason of the last invalidation, if the
/// body has not seen that yet.
pub(super) fn note_reason(
    cell: &RefCell<Runtime>,
    revision: Handle,
    reason: impl Fn() -> Option<CancelReason>,
) {
    let runtime = cell.borrow();
    let body = runtime.context.observer.node;
    if body.is_none() || !revision.is_alive(&runtime) {
        return;
    }
    let is_resource = |sub: &NodeId| runtime.nodes[*sub].kind == Kind::Resource;
    let resources: Vec<_> = runtime.subs(body).filter(is_resource).collect();
    if resources.is_empty() {
        return;
    }
    let seen = runtime.seen(body, revision.key.node);
    let is_new = seen.is_some_and(|seen| seen != runtime.version(revision.key.node));
    let resources = resources.into_iter().filter_map(|it| held(&runtime, it));
    let resources: Vec<_> = resources.cloned().collect();
    drop(runtime);
    for resource in resources {
        resource.note_reason(revision, is_new.then(&reason).flatten());
    }
}

/// The resource in a node.
fn held(runtime: &Runtime, node: NodeId) -> Option<&Rc<dyn AnyResource>> {
    match &runtime.nodes[node].value {
        Value::Cell(held) => held.downcast_ref(),
        Value::Bits(_) => None,
    }
}

/// The resource behind a handle.
pub(super) fn resource_of(
    cell: &RefCell<Runtime>,
    id: Handle,
) -> Result<Rc<dyn AnyResource>, Disposed> {
    let runtime = cell.borrow();
    id.check(&runtime, "resource")?;
    let resource = held(&runtime, id.key.node);
    let resource = resource.expect("a resource keeps its shared as long as it lives");
    Ok(resource.clone())
}
