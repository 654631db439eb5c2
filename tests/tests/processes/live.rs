//! `Live`: a declared graph that many tasks share.
//!
//! Invariants: the log says what happened, in order; nothing sleeps, and threads meet at barriers.
//!
//! Must not know: anything but the public interface.

mod crowd;
mod later;
mod refused;
mod until;
mod watch;

use signal_kernel::{Live, Reactive, reactive, resource};
use signal_kernel_tests::{
    gate::{Gates, Wakes, poll_once},
    log::{Log, NOTHING},
    panics::{panic_of, quietly},
};
use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Barrier, Mutex, PoisonError},
    task::{Context, Poll, Wake, Waker},
    thread,
};

/// Called by an effect.
type Hook = Arc<Mutex<Option<Box<dyn Fn(u32) + Send>>>>;

#[resource]
async fn fetch(id: u32, gates: Gates) -> Result<u32, String> {
    gates.open(id).await
}

reactive! {
    /// A room whose effect calls out.
    struct Room {
        let log: Log;
        let hook: Hook;
        let gates: Gates;
        signal count: u32 = 0;
        signal copy: u32 = 0;
        signal id: u32 = 1;
        computed double: u32 = count * 2;
        resource answer = fetch(id, gates);
        effect see {
            log.push(format!("count {count} copy {copy} answer {:?}", answer.value()));
            let hook = hook.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(hook) = &*hook { hook(*count) }
        }
    }

    /// A graph without work.
    struct Counter {
        signal count: u32 = 0;
    }
}

struct Fixture {
    live: Live<Room>,
    hook: Hook,
    gates: Gates,
    log: Log,
}

impl Fixture {
    fn new() -> Self {
        let (log, hook) = (Log::new(), Hook::default());
        let gates = Gates::new("answer", &Log::new());
        let room = Room::new(log.clone(), hook.clone(), gates.clone());
        log.clear();
        Fixture {
            live: Live::new(room),
            hook,
            gates,
            log,
        }
    }

    /// Lets the effect do this from now on.
    fn on_change(&self, act: impl Fn(&Live<Room>, u32) + Send + 'static) {
        let live = self.live.clone();
        let hook: Box<dyn Fn(u32) + Send> = Box::new(move |count| act(&live, count));
        *self.hook.lock().unwrap() = Some(hook);
    }

    /// The effect does nothing any more.
    fn quiet(&self) {
        let mut hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner);
        drop(hook.take());
    }

    /// Hears of the panics that reach no caller.
    fn listen(&self) {
        let log = self.log.clone();
        self.live.on_panic(move |payload| {
            let text = signal_kernel_tests::panics::text_of(&*payload);
            log.push(format!("panic: {}", text.unwrap_or("no text")));
        });
    }
}

/// A waker that runs code where it is woken, as some executors do.
struct Inline(Box<dyn Fn() + Send + Sync>);

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn inline(f: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Inline(Box::new(f))))
}

/// Polls a future once with this waker.
fn poll_with<F: Future>(future: std::pin::Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

fn is_shared<T: Send + Sync + Clone + 'static>(_: &T) {}
fn is_send<T: Send + 'static>(_: &T) {}

#[test]
fn a_handle_goes_to_any_thread_also_of_a_graph_that_is_only_send() {
    reactive! {
        struct Lonely {
            signal cell: std::cell::Cell<u32>;
        }
    }
    let live: Live<Lonely> = Lonely::new(std::cell::Cell::new(1)).into();
    is_shared(&live);
    is_shared(&live.watch(|it| it.cell().get()));
    is_send(&live.driver());
    is_send(&live.until(|it| Some(it.cell().get())));
    let other = live.clone();
    let value = thread::spawn(move || other.read(|it| it.cell().get()));
    assert_eq!(value.join().unwrap(), 1);
    assert_eq!(format!("{live:?}"), "Live { .. }");
}

#[test]
fn an_update_is_one_batch_and_returns_what_its_closure_does() {
    let it = Fixture::new();
    let seen = it.live.update(|room| {
        room.set_count(1);
        room.set_copy(2);
        *room.double()
    });
    assert_eq!(seen, 2);
    assert_eq!(it.log.take(), ["count 1 copy 2 answer None"]);
    assert_eq!(it.live.read(|room| *room.double()), 2);
    assert_eq!(it.live.try_update(|room| room.set_count(1)), Ok(()));
    assert_eq!(it.log.take(), NOTHING, "an equal value");
}

#[test]
fn a_transaction_that_fails_or_panics_takes_its_writes_back() {
    let it = Fixture::new();
    let failed = it.live.transaction(|room| {
        room.set_count(5);
        if *room.count() == 5 {
            Err("no")
        } else {
            Ok(())
        }
    });
    assert_eq!(failed, Err("no"));
    let panicked = || {
        it.live.transaction(|room| -> Result<(), ()> {
            room.set_count(6);
            panic!("half-way")
        })
    };
    assert_eq!(panic_of(panicked), "half-way");
    assert_eq!(it.log.take(), NOTHING);
    let succeeded = it.live.try_transaction(|room| {
        room.set_count(7);
        Ok::<_, ()>(*room.double())
    });
    assert_eq!(succeeded, Ok(Ok(14)));
    assert_eq!(it.log.take(), ["count 7 copy 0 answer None"]);
}

#[test]
fn a_panic_reaches_its_caller_and_the_graph_goes_on_for_all_threads() {
    let it = Fixture::new();
    assert_eq!(panic_of(|| it.live.read(|_| panic!("a read"))), "a read");
    let update = || {
        it.live.update(|room| {
            room.set_count(1);
            panic!("an update")
        })
    };
    assert_eq!(panic_of(update), "an update");
    it.on_change(|_, count| assert_ne!(count, 2, "an effect"));
    let text = panic_of(|| it.live.update(|room| room.set_count(2)));
    assert!(text.contains("an effect"), "{text}");
    let other = it.live.clone();
    let count = thread::spawn(move || {
        other.update(|room| room.set_copy(9));
        other.read(|room| (*room.count(), *room.copy()))
    });
    assert_eq!(
        quietly(|| count.join().unwrap()).ok(),
        None,
        "the effect again"
    );
    assert_eq!(it.live.read(|room| (*room.count(), *room.copy())), (2, 9));
    it.quiet();
}

#[test]
fn the_version_is_that_of_the_graph_and_needs_no_lock() {
    let it = Fixture::new();
    let version = it.live.version();
    assert_eq!(it.live.read(Room::version), version);
    it.live.update(|room| room.set_count(0));
    assert_eq!(it.live.version(), version);
    it.live.update(|room| room.set_count(1));
    assert_eq!(it.live.version(), it.live.read(Room::version));
    assert!(it.live.version() > version);
    let (now, other) = (it.live.version(), it.live.clone());
    it.live.read(|_| {
        assert_eq!(it.live.version(), now);
        let other = thread::spawn(move || other.version()); // and does not wait for this thread
        assert_eq!(other.join().unwrap(), now);
    });
}

#[test]
fn a_driver_polls_the_work_and_holds_no_handle() {
    let it = Fixture::new();
    let task = Wakes::new();
    let mut driver = pin!(it.live.driver());
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    assert_eq!(it.gates.created(), 1);
    it.gates.ok(1, 7);
    assert_eq!(task.take(), 1);
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    assert_eq!(it.log.take(), ["count 0 copy 0 answer Some(7)"]);
    it.live.update(|room| room.set_id(2));
    assert_eq!(task.take(), 1, "new work");
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    assert_eq!(it.gates.alive(), 1);
    let Fixture { live, gates, .. } = it;
    drop(live);
    assert_eq!(gates.alive(), 0, "the graph goes with its last handle");
    assert!(task.take() > 0);
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_ready());
    assert_eq!(task.held(), 0);
    gates.wake(2); // late
}

#[test]
fn several_drivers_may_run_and_come_and_go() {
    let it = Fixture::new();
    let tasks = [(); 3].map(|()| Wakes::new());
    let mut drivers: Vec<_> = tasks.iter().map(|_| Box::pin(it.live.driver())).collect();
    for (task, driver) in tasks.iter().zip(&mut drivers) {
        assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    }
    it.gates.ok(1, 7);
    assert_eq!(tasks.each_ref().map(Wakes::take), [1, 1, 1]);
    drop(drivers.remove(0));
    assert_eq!(
        tasks[0].held(),
        0,
        "a driver that was dropped leaves nothing"
    );
    for (task, driver) in tasks[1..].iter().zip(&mut drivers) {
        assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    }
    assert_eq!(it.log.take(), ["count 0 copy 0 answer Some(7)"]);
}

#[test]
fn a_driver_yields_after_sixteen_commits() {
    #[resource(infallible)]
    async fn at_once(id: u32) -> u32 {
        id
    }
    type Again = Arc<Mutex<Option<Live<Endless>>>>;
    reactive! {
        struct Endless {
            let again: Again;
            signal id: u32 = 0;
            resource answer = at_once(id);
            effect next {
                if answer.value() == Some(id) {
                    let again = again.lock().unwrap().clone();
                    if let Some(live) = again { live.update_later(|it| it.update_id(|id| *id += 1)) }
                }
            }
        }
    }
    let again = Again::default();
    let live = Live::new(Endless::new(again.clone()));
    *again.lock().unwrap() = Some(live.clone());
    let task = Wakes::new();
    let mut driver = pin!(live.driver());
    for round in 1..=3 {
        assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
        assert!(task.take() > 0, "it goes on");
        assert_eq!(live.read(|it| *it.id()), 16 * round);
    }
    again.lock().unwrap().take();
    let mut wait = pin!(live.until(|it| (*it.id() == 1000).then_some(())));
    assert!(task.poll(|cx| wait.as_mut().poll(cx)).is_pending());
}

#[test]
fn a_panic_of_polled_work_goes_to_the_hook_and_the_driver_goes_on() {
    let it = Fixture::new();
    let task = Wakes::new();
    let mut driver = pin!(it.live.driver());
    let mut drive = || {
        assert!(
            quietly(|| task.poll(|cx| driver.as_mut().poll(cx))).is_ok_and(|it| it.is_pending())
        );
    };
    drive();
    it.gates.panic(1);
    drive(); // nobody listens
    it.listen();
    it.live.update(|room| room.set_id(2));
    drive();
    it.gates.panic(2);
    drive();
    assert_eq!(it.log.take(), ["panic: answer#2 panicked"]);
    it.live.update(|room| room.set_id(3));
    drive();
    it.on_change(|_, _| panic!("an effect"));
    it.gates.ok(3, 3);
    drive();
    it.quiet();
    assert_eq!(
        it.log.take(),
        ["count 0 copy 0 answer Some(3)", "panic: an effect"]
    );
    it.live.update(|room| room.set_id(4));
    drive();
    it.gates.ok(4, 4);
    drive();
    assert_eq!(it.log.take(), ["count 0 copy 0 answer Some(4)"]);
}

#[test]
fn the_hook_may_use_the_graph_and_may_panic() {
    let it = Fixture::new();
    let (live, log) = (it.live.clone(), it.log.clone());
    it.live.on_panic(move |_| {
        log.push(format!("hook {}", live.read(|room| *room.count())));
        live.update(|room| room.update_count(|count| *count += 1));
        panic!("the hook");
    });
    quietly(|| it.live.update_later(|_| panic!("an update"))).unwrap();
    assert_eq!(it.log.take(), ["hook 0", "count 1 copy 0 answer None"]);
    it.live.on_panic(|_| {}); // that one holds no handle
}

#[test]
fn tasks_that_have_polled_the_graph_before_are_woken_once_and_never_inside_of_it() {
    let (log, gates) = (Log::new(), Gates::new("answer", &Log::new()));
    let mut room = Room::new(log.clone(), Hook::default(), gates.clone());
    let (first, second) = (Wakes::new(), Wakes::new());
    assert!(first.poll(|cx| room.poll_progress(cx)).is_pending());
    assert!(second.poll(|cx| room.poll_progress(cx)).is_pending());
    let live = Live::new(room);
    assert_eq!((first.take(), second.take()), (1, 1));
    assert_eq!((first.held(), second.held()), (0, 0));
    let task = Wakes::new();
    let mut driver = pin!(live.driver());
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    gates.ok(1, 1);
    assert_eq!(task.take(), 1);
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    assert_eq!(log.take().last().unwrap(), "count 0 copy 0 answer Some(1)");
}

#[test]
fn no_waker_is_called_while_a_graph_is_in_use() {
    let it = Fixture::new();
    let other = Fixture::new();
    let log = Log::new();
    let read = |what: &'static str| {
        let (live, log) = (it.live.clone(), log.clone());
        inline(move || {
            let count = live.try_read(|room| *room.count());
            log.push(format!("{what}: {count:?}"));
        })
    };
    let (drives, waits, elsewhere) = (read("drives"), read("waits"), read("elsewhere"));
    let mut driver = pin!(it.live.driver());
    let mut wait = pin!(it.live.until(|room| (*room.count() == 9).then_some(())));
    let mut elsewhere_driver = Box::pin(other.live.driver());
    let _ = poll_with(driver.as_mut(), &drives);
    let _ = poll_with(wait.as_mut(), &waits);
    let _ = poll_with(elsewhere_driver.as_mut(), &elsewhere);

    it.live.update(|room| room.set_id(2)); // new work
    let mut woken = log.take();
    woken.sort();
    assert_eq!(woken, ["drives: Ok(0)", "waits: Ok(0)"]);

    // Work of this graph and of another one rings while this one is in use.
    let _ = poll_with(driver.as_mut(), &drives);
    it.live.read(|_| {
        it.gates.wake(2);
        other.gates.wake(1);
        assert_eq!(log.take(), NOTHING);
    });
    assert_eq!(log.take(), ["drives: Ok(0)", "elsewhere: Ok(0)"]);

    // So does the end of another graph.
    let _ = poll_with(wait.as_mut(), &waits);
    let _ = poll_with(elsewhere_driver.as_mut(), &elsewhere);
    let mut last = Some(other);
    it.live.update(|room| {
        drop(last.take());
        room.set_count(1);
        assert_eq!(log.take(), NOTHING);
    });
    let mut woken = log.take();
    woken.sort();
    assert_eq!(woken, ["elsewhere: Ok(1)", "waits: Ok(1)"]);
    assert!(poll_with(elsewhere_driver.as_mut(), &elsewhere).is_ready());
}

#[test]
fn a_waker_that_panics_reaches_the_writer_and_the_others_are_woken() {
    let it = Fixture::new();
    let task = Wakes::new();
    let panics = inline(|| panic!("a waker"));
    let mut first = pin!(it.live.until(|_| None::<()>));
    let mut second = pin!(it.live.until(|_| None::<()>));
    let _ = poll_with(first.as_mut(), &panics);
    let _ = task.poll(|cx| second.as_mut().poll(cx));
    assert_eq!(
        panic_of(|| it.live.update(|room| room.set_count(1))),
        "a waker"
    );
    assert_eq!(task.take(), 1);
    assert_eq!(it.live.read(|room| *room.count()), 1);
}

#[test]
fn the_last_handle_may_go_inside_of_a_poll_of_its_own_graph() {
    let it = Fixture::new();
    let log = it.log.clone();
    let task = Wakes::new();
    let mut driver = pin!(it.live.driver());
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_pending());
    let Fixture {
        live, hook, gates, ..
    } = it;
    let last = Mutex::new(Some(live));
    *hook.lock().unwrap() = Some(Box::new({
        let log = log.clone();
        move |_| {
            drop(last.lock().unwrap().take());
            log.push("the last handle is gone");
        }
    }));
    gates.ok(1, 7);
    assert!(task.poll(|cx| driver.as_mut().poll(cx)).is_ready());
    assert_eq!(
        log.take(),
        ["count 0 copy 0 answer Some(7)", "the last handle is gone"]
    );
    assert_eq!(Arc::strong_count(&hook), 1, "the graph is gone");
}

#[test]
fn graphs_that_hold_each_other_in_a_long_chain_end_without_recursion() {
    reactive! {
        struct Link {
            #[allow(dead_code)]
            let next: Option<Live<Link>>;
        }
    }
    let mut last = None;
    for _ in 0..100_000 {
        last = Some(Live::new(Link::new(last)));
    }
    drop(last);
}

#[test]
fn threads_that_write_wait_for_each_other() {
    const THREADS: u32 = 4;
    let live = Live::new(Counter::new());
    let barrier = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..1000 {
                    live.update(|it| it.update_count(|count| *count += 1));
                }
            });
        }
    });
    assert_eq!(live.read(|it| *it.count()), 1000 * THREADS);
    assert!(poll_once(|cx| pin!(live.driver()).poll(cx)).is_pending());
}
