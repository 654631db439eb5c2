//! The owners of nodes that are made around asynchronous work, and the acts of a resource upon itself (H, N, R7).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::__private::{check_dynamic, dynamic_size};
use signal_kernel::{
    AsyncMeta, AsyncSignal, AsyncStatus, AsyncValue, CancelReason, CancelToken, Computed,
    FetchContext, ResourceOptions, Scope, Signal, batch, computed, create_effect,
    create_manual_resource_with, create_resource, create_resource_when, create_resource_when_with,
    from_future, on_cleanup, scope, settled, signal, untrack,
};
use signal_kernel_tests::{
    describe,
    gate::poll_once,
    leak::leak,
    log::{Log, NOTHING},
    panics::panic_of,
};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::{Future, ready},
    panic::catch_unwind,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread,
};

use signal_kernel_tests::resources::{gates, noting, opens, poll, show, user, user_with};

#[test]
fn b087_nodes_made_by_a_fetcher_end_with_its_cancelled_run() {
    let log = Log::new();
    let (outer, inner) = (gates("outer", &log), gates("inner", &log));
    let id = signal(1);
    let fetcher = {
        let (outer, inner, log) = (outer.clone(), inner.clone(), log.clone());
        move |id: u32| {
            let (inner, log) = (inner.clone(), log.clone());
            from_future(move || inner.open(id));
            on_cleanup(move || log.push("cleanup"));
            outer.open(id)
        }
    };
    let (value, meta) = create_resource(move || id.get(), fetcher);
    show(&log, value, meta);
    log.clear();
    meta.cancel("enough");
    assert_eq!(
        log.take(),
        [
            "outer#1 dropped",
            "inner#1 dropped",
            "cleanup",
            "cancelled #1 reason=enough"
        ]
    );
    meta.reload();
    outer.panic(2);
    log.clear();
    assert_eq!(panic_of(poll), "outer#2 panicked");
    assert_eq!(
        log.take(),
        [
            "outer#2 polled",
            "inner#2 polled",
            "inner#2 dropped",
            "cleanup",
            "cancelled #2 reason=panicked"
        ]
    );
}

#[test]
fn b087_nodes_made_by_a_run_live_with_its_answer_until_the_next_start() {
    let make = signal(1);
    let (value, meta) = create_resource(
        move || make.get(),
        |number: u32| {
            let made = signal(number);
            async move { Ok::<Signal<u32>, String>(made) }
        },
    );
    assert!(poll().is_ready());
    let made = value.get().expect("it was made");
    made.set(7);
    assert_eq!(made.get(), 7);
    meta.reload();
    assert!(made.try_get().is_err());
}

#[test]
fn nodes_made_by_a_future_while_polled_belong_to_its_run() {
    let log = Log::new();
    let count = signal(0);
    let seen = log.clone();
    let work = from_future(move || {
        let seen = seen.clone();
        async move {
            create_effect(move || seen.push(format!("count {}", count.get())));
            std::future::pending::<Result<u32, String>>().await
        }
    });
    assert!(poll().is_pending());
    count.set(1);
    assert_eq!(log.take(), ["count 0", "count 1"]);
    work.cancel("enough");
    count.set(2);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn nodes_made_by_a_hook_do_not_belong_to_the_writer() {
    let log = Log::new();
    let made = Rc::new(RefCell::new(Vec::<Signal<u32>>::new()));
    let keep = made.clone();
    let options = ResourceOptions::new().on_event(move |_| keep.borrow_mut().push(signal(7)));
    let user = user_with(&log, options);
    let ((), writer) = scope(|| user.id.set(2));
    drop(writer);
    assert!(made.borrow().iter().all(|made| made.try_get() == Ok(7)));
    assert_eq!(made.borrow().len(), 3);
}

#[test]
fn a_computed_value_owns_the_work_that_its_body_starts() {
    let log = Log::new();
    let gates = gates("inner", &log);
    let input = signal(1);
    let inner = {
        let gates = gates.clone();
        computed(move || {
            let (gates, input) = (gates.clone(), input.get());
            from_future(move || gates.open(input))
        })
    };
    let first: AsyncSignal<u32, String> = inner.get();
    assert_eq!(log.take(), ["inner#1 created 1"]);
    input.set(2);
    assert!(first.is_pending(), "nobody has asked yet");
    let second = inner.get();
    assert_eq!(log.take(), ["inner#1 dropped", "inner#2 created 2"]);
    assert!(first.try_status().is_err() && second.is_pending());
}

#[test]
fn a_source_that_reads_the_value_of_its_own_resource_is_a_cycle() {
    let log = Log::new();
    let gates = gates("user", &log);
    let slot = Rc::new(RefCell::new(None::<AsyncValue<u32>>));
    let id = signal(1);
    let source = {
        let slot = slot.clone();
        move || {
            let id = id.get();
            let own = slot.borrow().map_or(Some(0), |value| value.get());
            Some(id + own.unwrap_or(0))
        }
    };
    let (value, meta) = create_resource_when(source, opens(&gates));
    let meta = meta.named("user");
    *slot.borrow_mut() = Some(value);
    let message = panic_of(|| id.set(2));
    assert!(
        message.contains("cyclic dependency") || message.contains("reads itself"),
        "{message}"
    );
    assert_eq!(meta.cancel_reason(), Some(CancelReason::Panicked));
    *slot.borrow_mut() = None;
    id.set(3);
    assert_eq!(describe!(value, meta), "pending #2");
}

#[test]
fn a_source_that_reads_its_own_value_untracked_sees_the_value_from_before() {
    let log = Log::new();
    let gates = gates("user", &log);
    let slot = Rc::new(RefCell::new(None::<AsyncValue<u32>>));
    let id = signal(1);
    let source = {
        let slot = slot.clone();
        move || {
            (
                id.get(),
                untrack(|| slot.borrow().and_then(|value| value.get())),
            )
        }
    };
    let fetcher = {
        let gates = gates.clone();
        move |(id, last): (u32, Option<u32>)| gates.open(format!("{id} {last:?}"))
    };
    let (value, _) = create_resource(source, fetcher);
    *slot.borrow_mut() = Some(value);
    gates.ok(1, 5);
    assert!(poll().is_ready());
    log.clear();
    id.set(2);
    assert_eq!(log.take(), ["user#2 created 2 Some(5)"]);
}

#[test]
fn b161_the_end_of_the_thread_drops_the_work_and_tells_its_token() {
    let log = Log::new();
    let gates = gates("user", &log);
    let (tokens, token) = std::sync::mpsc::channel::<CancelToken>();
    thread::spawn({
        let gates = gates.clone();
        move || {
            let (value, meta) = create_resource(
                || 1,
                move |id: u32, run: FetchContext| {
                    tokens
                        .send(run.cancel_token().clone())
                        .expect("the test waits");
                    gates.open(id)
                },
            );
            assert!(poll().is_pending());
            assert_eq!(describe!(value, meta), "pending #1");
        }
    })
    .join()
    .unwrap();
    assert_eq!(
        log.take(),
        ["user#1 created 1", "user#1 polled", "user#1 dropped"]
    );
    assert_eq!(token.recv().unwrap().reason(), Some(CancelReason::Disposed));
    gates.ok(1, 5); // a late wake from another thread
    assert!(gates.all_dropped_once());
}

#[test]
fn b089_resources_that_come_and_go_are_polled_no_more() {
    let log = Log::new();
    for round in 0..200 {
        let ((value, meta), owner) = scope(|| {
            let id = signal(round);
            let gates = gates("user", &log);
            create_resource(move || id.get(), opens(&gates))
        });
        assert_eq!(describe!(value, meta), "pending #1");
        drop(owner);
    }
    log.clear();
    assert!(poll().is_pending());
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn b161_b162_disposing_of_the_owner_drops_the_future_and_calls_no_hook() {
    let log = Log::new();
    let (user, owner) = scope(|| user_with(&log, noting(&log)));
    let guards = user.gates.clone();
    assert!(poll().is_pending());
    log.clear();
    drop(owner);
    assert_eq!(log.take(), ["user#1 dropped"]);
    assert_eq!(guards.alive(), 0);
    guards.ok(1, 5);
    assert!(poll().is_pending());
    assert_eq!(log.take(), NOTHING);
    assert!(user.value.try_get().is_err());
    assert!(user.meta.try_status().is_err());
}

#[test]
fn b161_dispose_on_a_handle_does_the_same_and_a_second_time_nothing() {
    let user = user();
    user.log.clear();
    user.meta.dispose();
    user.meta.dispose();
    assert_eq!(user.log.take(), ["user#1 dropped"]);
    assert!(user.value.try_get().is_err());
    user.id.set(2);
    assert_eq!(user.gates.created(), 1, "nobody asks any more");
}

#[test]
fn b161_an_effect_that_runs_again_drops_the_work_that_it_had_started() {
    let log = Log::new();
    let gates = gates("inner", &log);
    let outer = signal(1);
    let effect = create_effect({
        let gates = gates.clone();
        move || {
            let input = outer.get();
            let gates = gates.clone();
            from_future(move || gates.open(input));
        }
    });
    assert_eq!(log.take(), ["inner#1 created 1"]);
    outer.set(2);
    assert_eq!(log.take(), ["inner#1 dropped", "inner#2 created 2"]);
    effect.dispose();
    assert_eq!(log.take(), ["inner#2 dropped"]);
}

#[test]
fn b161_nodes_made_by_a_fetcher_belong_to_the_run() {
    let log = Log::new();
    let (outer, inner) = (gates("outer", &log), gates("inner", &log));
    let id = signal(1);
    let fetcher = {
        let (outer, inner) = (outer.clone(), inner.clone());
        move |id: u32| {
            let inner = inner.clone();
            from_future(move || inner.open(id));
            outer.open(id)
        }
    };
    let (_, meta) = create_resource(move || id.get(), fetcher);
    assert_eq!(log.take(), ["outer#1 created 1", "inner#1 created 1"]);
    id.set(2);
    assert_eq!(
        log.take(),
        [
            "outer#1 dropped",
            "inner#1 dropped",
            "outer#2 created 2",
            "inner#2 created 2"
        ]
    );
    meta.dispose();
    let mut gone = log.take();
    gone.sort();
    assert_eq!(gone, ["inner#2 dropped", "outer#2 dropped"]);
}

#[test]
fn b161_work_that_disposes_of_its_own_owner_while_polled_is_dropped_after_the_poll() {
    for yields in [true, false] {
        let log = Log::new();
        let owner = Rc::new(RefCell::new(None));
        let gates = gates("work", &log);
        let (work, scope) = scope(|| {
            from_future({
                let (owner, gates, log) = (owner.clone(), gates.clone(), log.clone());
                move || {
                    let (owner, log, gate) = (owner.clone(), log.clone(), gates.open(""));
                    async move {
                        drop(owner.borrow_mut().take());
                        log.push("still here");
                        gate.await
                    }
                }
            })
        });
        *owner.borrow_mut() = Some(scope);
        if yields {
            gates.ok(1, 5);
        }
        log.clear();
        let _ = poll();
        let end = if yields {
            "work#1 done"
        } else {
            "work#1 dropped"
        };
        assert_eq!(log.take(), ["still here", "work#1 polled", end]);
        assert!(work.try_status().is_err());
        assert!(poll().is_pending());
    }
}

#[test]
fn the_source_of_a_resource_is_named_by_the_place_of_the_resource() {
    let a = signal(0);
    let line = line!() + 1;
    let said = panic_of(|| create_resource(move || a.set(1), |()| async { Ok::<_, ()>(()) }));
    let place = format!("computed made at {}:{line}:", file!());
    assert!(said.starts_with(&place), "{said}");
}

#[test]
fn a_resource_may_end_while_another_one_reads_it() {
    let (step, owner) = (signal(0), Rc::new(RefCell::new(None)));
    let other = Rc::new(RefCell::new(None));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let source = {
        let (other, seen) = (other.clone(), seen.clone());
        move || {
            let meta: Option<AsyncMeta<String>> = *other.borrow();
            let status = meta.map(|meta| meta.try_status().ok());
            seen.borrow_mut().push(status);
            step.get()
        }
    };
    let (_, first) = create_resource(source, |_: u32| async { Ok::<u32, String>(1) });
    let ends = owner.clone();
    let (meta, scope) = scope(|| {
        let source = move || {
            if step.get() == 2 {
                drop(ends.take());
            }
            step.get()
        };
        create_resource(source, |_: u32| async { Ok::<u32, String>(2) }).1
    });
    *owner.borrow_mut() = Some(scope);
    *other.borrow_mut() = Some(meta);
    step.set(1);
    step.set(2);
    let pending = Some(Some(AsyncStatus::Pending));
    assert_eq!(*seen.borrow(), [None, pending, Some(None)]);
    assert!(first.is_pending() && meta.try_status().is_err());
    assert_eq!(check_dynamic(), Ok(()));
    step.set(3);
    assert_eq!(seen.borrow().len(), 4);
}

#[test]
fn a_source_may_end_its_resource_when_it_is_asked_for_a_reload() {
    let log = Log::new();
    let gates = gates("user", &log);
    let (step, owner) = (signal(0), Rc::new(RefCell::new(None)));
    let ends = owner.clone();
    let (meta, scope) = scope(|| {
        let source = move || {
            if step.get() == 1 {
                drop(ends.take());
            }
            step.get()
        };
        create_resource(source, opens(&gates)).1
    });
    *owner.borrow_mut() = Some(scope);
    log.clear();
    batch(|| {
        step.set(1);
        meta.reload();
    });
    assert_eq!(log.take(), ["user#1 dropped"], "and nothing is started");
    assert!(meta.try_status().is_err());
    assert_eq!(check_dynamic(), Ok(()));
    step.set(2);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_cleanup_that_reads_its_resource_while_that_goes_leaves_no_link_to_another_node() {
    let late = leak(Cell::new(None::<Computed<Option<u32>>>));
    let read_late = move |id: u32| {
        on_cleanup(move || assert!(late.get().is_some_and(|it| it.get().is_none())));
        ready(Ok::<_, String>(id))
    };
    let (value, owner) = scope(|| create_resource(|| 1, read_late).0);
    let (runs, outer) = scope(|| {
        create_effect(move || assert_eq!(value.try_get(), Ok(None)));
        late.set(Some(computed(move || value.try_get().ok().flatten())));
        leak(Cell::new(0))
    });
    drop(owner);
    assert_eq!(check_dynamic(), Ok(()));
    let innocent = [signal(0), signal(0), signal(0), signal(0)];
    create_effect(move || {
        runs.set(runs.get() + 1);
        assert!(innocent.iter().all(|it| it.get() < 2));
    });
    drop(outer);
    for signal in innocent {
        let before = runs.get();
        signal.set(1);
        assert_eq!(runs.get(), before + 1);
    }
    assert_eq!(check_dynamic(), Ok(()));
}

thread_local! {
    /// The place of user code that ends its resource, and how.
    static END: RefCell<Option<(&'static str, Box<dyn FnOnce()>)>> = const { RefCell::new(None) };
}

/// User code at a place, which may be the one that ends its resource.
fn at(place: &'static str) {
    let here = END.with_borrow_mut(|end| end.take_if(|it| it.0 == place));
    if let Some((_, end)) = here {
        end();
    }
}

/// A value whose every use is a place.
struct Lively(u32, &'static [&'static str; 3]);

const QUESTION: &[&str; 3] = &["source ==", "source clone", "source drop"];
const VALUE: &[&str; 3] = &["", "", "value drop"];
const ERROR: &[&str; 3] = &["", "", "error drop"];
const INPUT: &[&str; 3] = &["", "input clone", "input drop"];

impl PartialEq for Lively {
    fn eq(&self, other: &Self) -> bool {
        at(self.1[0]);
        self.0 == other.0
    }
}

impl Clone for Lively {
    fn clone(&self) -> Self {
        at(self.1[1]);
        Lively(self.0, self.1)
    }
}

impl Drop for Lively {
    fn drop(&mut self) {
        at(self.1[2]);
    }
}

/// Work that yields its number when it is polled for the second time: an even one is a value.
struct Work {
    number: u32,
    polled: bool,
    token: CancelToken,
    stopped: Pin<Box<dyn Future<Output = ()>>>,
    alive: &'static Cell<usize>,
}

impl Future for Work {
    type Output = Result<Lively, Lively>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        at("poll");
        let waker = Waker::from(Arc::new(Stopped(self.token.clone())));
        let _ = self.stopped.as_mut().poll(&mut Context::from_waker(&waker));
        if !std::mem::replace(&mut self.polled, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(match self.number % 2 {
            0 => Ok(Lively(self.number, VALUE)),
            _ => Err(Lively(self.number, ERROR)),
        })
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
        at(match self.token.reason() {
            None => "future drop, ended",
            Some(CancelReason::SourceChanged) => "future drop, source changed",
            Some(CancelReason::Reloaded) => "future drop, reloaded",
            Some(_) => "future drop, cancelled",
        });
    }
}

/// Is woken when the token of a run is cancelled.
struct Stopped(CancelToken);

impl Wake for Stopped {
    fn wake(self: Arc<Self>) {
        at(match self.0.reason() {
            Some(CancelReason::SourceChanged) => "waker, source changed",
            Some(CancelReason::Reloaded) => "waker, reloaded",
            _ => "waker, cancelled",
        });
    }
}

fn listening() -> ResourceOptions<Lively, Lively> {
    ResourceOptions::new()
        .on_success(|_| at("on_success"))
        .on_error(|_| at("on_error"))
        .on_cancel(|_| at("on_cancel"))
        .on_event(|_| at("on_event"))
}

/// Work for a run, one of the things that are counted.
fn begin(number: u32, run: &FetchContext, alive: &'static Cell<usize>) -> Work {
    on_cleanup(|| at("cleanup"));
    at("fetcher");
    alive.set(alive.get() + 1);
    Work {
        number,
        polled: false,
        token: run.cancel_token().clone(),
        stopped: Box::pin(run.cancel_token().cancelled()),
        alive,
    }
}

/// How a resource ends from within.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Scope,
    Resource,
}

/// The steps from outside, until user code ends the resource.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Asks for another number.
    Set(u32),
    /// There is nothing to ask for.
    Unset,
    Reload,
    Cancel,
    Poll,
}

use Step::{Cancel, Poll as PollOnce, Reload, Set, Unset};

const STEPS: [&[Step]; 3] = [
    &[
        Set(2),
        PollOnce,
        PollOnce,
        Set(4),
        PollOnce,
        PollOnce,
        Set(3),
        PollOnce,
        PollOnce,
        Set(5),
    ],
    &[
        Set(2),
        PollOnce,
        Set(3),
        PollOnce,
        Reload,
        PollOnce,
        Cancel,
        Reload,
        PollOnce,
        Cancel,
    ],
    &[
        Set(2),
        PollOnce,
        PollOnce,
        Reload,
        PollOnce,
        Unset,
        Set(3),
        PollOnce,
        PollOnce,
        Unset,
    ],
];

/// Takes these steps with a resource, until user code at `place` ends it. False if that code was not reached.
fn end_from_within(place: &'static str, how: How, steps: &[Step]) -> bool {
    let empty = dynamic_size();
    let (id, outer) = scope(|| signal(Some(1)));
    let alive = leak(Cell::new(0));
    let make = || {
        let source = move || {
            at("source");
            Some(Lively(id.get()?, QUESTION))
        };
        let observe = move || {
            at("observe");
            id.get();
        };
        let fetcher = move |it: Lively, run: FetchContext| begin(it.0, &run, alive);
        let options = listening().observe(observe);
        let (value, meta) = create_resource_when_with(source, fetcher, options);
        create_effect(move || {
            if meta.try_status().is_ok() {
                value.with(|_| at("effect"));
            }
        });
        meta
    };
    let (meta, owner) = scope(make);
    let mut owner = Some(owner);
    arm(place, how, &mut owner, move || meta.dispose());
    for step in steps {
        match step {
            Set(number) => id.set(Some(*number)), // the writer knows nothing of the resource
            Unset => id.set(None),
            PollOnce => drop(poll()),
            Reload if meta.try_status().is_ok() => drop(meta.reload()),
            Cancel if meta.try_status().is_ok() => meta.cancel("enough"),
            Reload | Cancel => {}
        }
    }
    let left = END.take();
    let reached = left.is_none();
    assert_eq!(meta.try_status().is_err(), reached);
    drop((owner, left));
    all_is_gone(alive, outer, empty);
    reached
}

/// The same for work that is started by hand.
fn end_from_within_by_hand(place: &'static str, how: How, steps: &[Step]) -> bool {
    let empty = dynamic_size();
    let alive = leak(Cell::new(0));
    let fetcher = move |it: Lively, run: FetchContext| begin(it.0, &run, alive);
    let (work, owner) = scope(|| create_manual_resource_with(fetcher, listening()));
    let mut owner = Some(owner);
    let ((), outer) = scope(|| ());
    arm(place, how, &mut owner, move || work.dispose());
    let mut runs = Vec::new();
    for step in steps {
        match step {
            PollOnce => drop(poll()),
            _ if work.try_status().is_err() => {}
            // A run that is awaited keeps its value.
            Set(number) if number % 2 == 0 => drop(work.run(Lively(*number, INPUT))),
            Set(number) => runs.push(work.run(Lively(*number, INPUT))),
            Unset | Reload => drop(work.reload()),
            Cancel => work.cancel("enough"),
        }
    }
    let left = END.take();
    let reached = left.is_none();
    assert_eq!(work.try_status().is_err(), reached);
    drop((owner, left));
    for run in &mut runs {
        assert!(poll_once(|context| Pin::new(run).poll(context)).is_ready());
    }
    drop(runs);
    all_is_gone(alive, outer, empty);
    reached
}

fn arm(place: &'static str, how: How, owner: &mut Option<Scope>, dispose: impl FnOnce() + 'static) {
    let end: Box<dyn FnOnce()> = match how {
        How::Resource => Box::new(dispose),
        How::Scope => {
            let owner = owner.take();
            Box::new(move || drop(owner))
        }
    };
    END.set(Some((place, end)));
}

fn text_of(panic: &dyn Any) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_default()
}

fn all_is_gone(alive: &Cell<usize>, outer: Scope, empty: (usize, usize)) {
    assert_eq!(alive.get(), 0, "work is left");
    let mut settled = Box::pin(settled());
    let idle = poll_once(|context| settled.as_mut().poll(context)).is_ready();
    assert!(idle, "work counts as in flight");
    assert_eq!(check_dynamic(), Ok(()));
    drop(outer);
    assert_eq!(dynamic_size(), empty, "nodes are left");
}

#[test]
fn user_code_at_any_place_may_end_its_resource_or_the_scope_of_it() {
    let places = [
        "source",
        "source ==",
        "source clone",
        "source drop",
        "observe",
        "effect",
    ];
    let by_hand = ["input clone", "input drop"];
    let both = [
        "fetcher",
        "cleanup",
        "poll",
        "future drop, ended",
        "future drop, source changed",
        "future drop, reloaded",
        "future drop, cancelled",
        "waker, source changed",
        "waker, reloaded",
        "waker, cancelled",
        "value drop",
        "error drop",
        "on_success",
        "on_error",
        "on_cancel",
        "on_event",
    ];
    let mut wrong = Vec::new();
    for how in [How::Scope, How::Resource] {
        for (places, run) in [
            (&places[..], end_from_within as fn(_, _, &[Step]) -> bool),
            (&both, end_from_within),
            (&by_hand, end_from_within_by_hand),
            (&both, end_from_within_by_hand),
        ] {
            for &place in places {
                let mut reached = false;
                for steps in STEPS {
                    // A thread each: the nodes that one leaves behind do not belong to the next.
                    let alone = move || {
                        let outcome = catch_unwind(|| run(place, how, steps));
                        drop(END.take());
                        outcome.map_err(|panic| text_of(&*panic))
                    };
                    match thread::spawn(alone).join().expect("it is caught") {
                        Ok(here) => reached |= here,
                        Err(text) => wrong.push(format!("{place} {how:?} {steps:?}: {text}")),
                    }
                }
                let never = format!("{place} {how:?}: it was never reached");
                wrong.extend((!reached).then_some(never));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}
