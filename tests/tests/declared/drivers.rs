//! The tasks that poll a graph, and their wakes: `progress`, `settled`, `poll_progress`, wakers, executors.
//!
//! Invariants: nothing sleeps and nothing depends on time; a test with parallel tasks
//! waits for the message of an effect.
//!
//! Must not know: the rules of the states.

use futures::{
    channel::oneshot,
    executor::{LocalPool, block_on},
    task::LocalSpawnExt,
};
use signal_kernel::{AsyncStatus, reactive, resource};
use signal_kernel_tests::{
    crowd::{come_and_go, stay},
    describe,
    gate::{Gate, Gates, Wakes, poll_once},
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::fetch,
};
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    sync::{
        Arc, Barrier, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    thread,
};
use tokio::sync::{Mutex as AsyncMutex, mpsc};

reactive! {
    struct Profile {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        signal unrelated: u32 = 0;
        resource user = fetch(gates.open(id));
        effect show { log.push(describe!(user)); }
        effect other { log.push(format!("unrelated {unrelated}")); }
    }
}

fn profile() -> (Profile, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let profile = Profile::new(gates.clone(), log.clone());
    log.clear();
    (profile, gates, log)
}

reactive! {
    struct Pair {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource left = fetch(gates.open(id));
        resource right = fetch(gates.open(""));
        effect show { log.push(format!("{} / {}", describe!(left), describe!(right))); }
    }
}

fn pair() -> (Pair, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let pair = Pair::new(gates.clone(), log.clone());
    log.clear();
    (pair, gates, log)
}

reactive! {
    struct Chain {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource first = fetch(gates.open(id));
        resource second = fetch(gates.open(first.value()?));
        effect show { log.push(format!("{} / {}", describe!(first), describe!(second))); }
    }
}

reactive! {
    struct Idle {
        signal id: u32 = 1;
        effect show { let _ = id; }
    }
}

#[test]
fn a_graph_without_resources_makes_no_progress_and_is_settled() {
    let mut graph = Idle::new();
    assert!(poll!(graph).is_pending());
    assert!(poll_once(|context| pin!(graph.progress()).poll(context)).is_pending());
    assert!(poll_once(|context| pin!(graph.settled()).poll(context)).is_ready());
}

#[test]
fn progress_is_pending_while_nothing_is_in_flight_and_settled_is_ready() {
    let (mut graph, gates, log) = profile();
    gates.ok(1, 5);
    assert!(poll_once(|context| pin!(graph.progress()).poll(context)).is_ready());
    log.clear();
    assert!(poll_once(|context| pin!(graph.progress()).poll(context)).is_pending());
    assert!(poll_once(|context| pin!(graph.settled()).poll(context)).is_ready());
    assert_eq!(log.take(), NOTHING);
    graph.set_id(2);
    graph.cancel_user("enough");
    assert!(poll_once(|context| pin!(graph.progress()).poll(context)).is_pending());
    assert!(poll_once(|context| pin!(graph.settled()).poll(context)).is_ready());
}

#[test]
fn progress_resolves_after_a_commit_and_its_effects() {
    let (mut graph, gates, log) = pair();
    {
        let mut progress = Box::pin(graph.progress());
        assert!(poll_once(|context| progress.as_mut().poll(context)).is_pending());
        gates.ok(2, 5);
        assert!(poll_once(|context| progress.as_mut().poll(context)).is_ready());
    }
    assert_eq!(
        log.take(),
        [
            "it#1 polled",
            "it#2 polled",
            "it#2 polled",
            "it#2 done",
            "pending #1 / success #1 value=5"
        ],
        "one of the two is enough"
    );
}

#[test]
fn b149_settled_waits_for_everything_also_for_work_that_a_commit_starts() {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Chain::new(gates.clone(), log.clone());
    {
        let mut settled = Box::pin(graph.settled());
        assert!(poll_once(|context| settled.as_mut().poll(context)).is_pending());
        log.clear();
        gates.ok(1, 10);
        assert!(poll_once(|context| settled.as_mut().poll(context)).is_pending());
        assert_eq!(
            log.take(),
            [
                "it#1 polled",
                "it#1 done",
                "it#2 created 10",
                "success #1 value=10 / pending #1",
                "it#2 polled"
            ],
            "the new work has been polled: it can wake"
        );
        gates.ok(2, 20);
        assert!(poll_once(|context| settled.as_mut().poll(context)).is_ready());
    }
    assert_eq!(
        log.take()[2..],
        ["success #1 value=10 / success #1 value=20"]
    );
}

#[test]
fn b149_settled_resolves_however_the_work_ends() {
    let (mut graph, gates, log) = pair();
    gates.err(1, "offline".to_owned());
    gates.ok(2, 5);
    assert!(poll_once(|context| pin!(graph.settled()).poll(context)).is_ready());
    assert_eq!(
        log.take().last().unwrap(),
        "error #1 error=offline / success #1 value=5"
    );

    graph.reload_left();
    gates.panic(3);
    let said = panic_of(|| poll_once(|context| pin!(graph.settled()).poll(context)));
    assert_eq!(said, "it#3 panicked");
    assert_eq!(graph.left().status(), AsyncStatus::Cancelled);
    assert!(poll_once(|context| pin!(graph.settled()).poll(context)).is_ready());
}

#[test]
fn b150_a_dropped_wait_keeps_the_work() {
    let (mut graph, gates, log) = profile();
    for _ in 0..2 {
        assert!(poll_once(|context| pin!(graph.progress()).poll(context)).is_pending());
        assert!(poll_once(|context| pin!(graph.settled()).poll(context)).is_pending());
        drop(graph.progress());
        drop(graph.settled());
    }
    assert_eq!(log.take(), ["user#1 polled"]);
    gates.ok(1, 5);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        ["user#1 polled", "user#1 done", "success #1 value=5"]
    );
}

#[test]
fn a_wake_between_two_waits_is_not_lost() {
    let (mut graph, gates, _) = profile();
    let (first, second) = (Wakes::new(), Wakes::new());
    assert!(
        first
            .poll(|context| pin!(graph.progress()).poll(context))
            .is_pending()
    );
    gates.ok(1, 5);
    assert_eq!(
        first.take(),
        1,
        "nobody waits any more, but the task is told"
    );
    assert!(
        second
            .poll(|context| pin!(graph.progress()).poll(context))
            .is_ready()
    );
}

#[resource]
async fn for_ever(alive: Arc<()>, id: u32) -> Result<u32, String> {
    pending::<()>().await;
    drop(alive);
    Ok(id)
}

reactive! {
    struct Endless {
        let alive: Arc<()>;
        signal id: u32 = 1;
        resource never = for_ever(alive, id);
    }
}

#[test]
fn b150_work_that_never_ends_leaks_nothing() {
    let alive = Arc::new(());
    let wakes = Wakes::new();
    let mut graph = Endless::new(alive.clone());
    let idle = Arc::strong_count(&alive) - 1; // the field's own, without the work's
    for id in 2..100 {
        assert!(
            wakes
                .poll(|context| pin!(graph.settled()).poll(context))
                .is_pending()
        );
        graph.set_id(id);
        assert_eq!(Arc::strong_count(&alive) - 1, idle, "one run at a time");
    }
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    assert!(
        wakes.held() <= 1,
        "the last waker is remembered, and only once"
    );
    graph.cancel_never("enough");
    assert!(
        wakes
            .poll(|context| pin!(graph.settled()).poll(context))
            .is_ready()
    );
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(graph);
    assert_eq!(Arc::strong_count(&alive), 1);
    assert_eq!(wakes.held(), 0);
}

#[test]
fn every_task_that_has_polled_and_was_not_woken_since_is_woken_by_the_work() {
    let (mut graph, gates, _) = profile();
    let (old, new) = (Wakes::new(), Wakes::new());
    assert!(old.poll(|cx| graph.poll_progress(cx)).is_pending());
    assert!(new.poll(|cx| graph.poll_progress(cx)).is_pending());
    assert_eq!(
        gates.polls(1),
        1,
        "the work has not been polled with the new waker"
    );
    gates.wake(1);
    assert_eq!((old.take(), new.take()), (1, 1));
    assert!(old.poll(|cx| graph.poll_progress(cx)).is_pending());
    gates.wake(1);
    assert_eq!(
        (old.take(), new.take()),
        (1, 0),
        "the new one has not polled since it was woken"
    );
    assert!(new.poll(|cx| graph.poll_progress(cx)).is_pending());
    assert!(old.poll(|cx| graph.poll_progress(cx)).is_pending());
    gates.ok(1, 5);
    assert_eq!((old.take(), new.take()), (1, 1));
    assert!(old.poll(|cx| graph.poll_progress(cx)).is_ready());
}

#[test]
fn every_task_that_has_polled_is_woken_by_a_write_that_starts_or_stops_work() {
    let (mut graph, _, _) = profile();
    let tasks = [Wakes::new(), Wakes::new(), Wakes::new()];
    let poll = |graph: &mut Profile, indices: &[usize]| {
        for &index in indices {
            let polled = tasks[index].poll(|cx| graph.poll_progress(cx));
            assert!(polled.is_pending());
        }
    };
    let woken = || tasks.each_ref().map(Wakes::take);
    poll(&mut graph, &[0, 1, 2, 1]);
    graph.set_id(2);
    assert_eq!(woken(), [1, 1, 1]);
    graph.set_id(3);
    assert_eq!(woken(), [0, 0, 0], "they have not polled since");
    poll(&mut graph, &[2, 0]);
    graph.cancel_user("enough");
    assert_eq!(woken(), [1, 0, 1]);
    poll(&mut graph, &[1, 2, 0]);
    graph.reload_user();
    assert_eq!(woken(), [1, 1, 1]);
    poll(&mut graph, &[0]);
    drop(graph);
    assert_eq!(woken(), [1, 0, 0]);
    assert_eq!(tasks.each_ref().map(Wakes::held), [0, 0, 0]);
}

#[test]
fn a_task_that_waits_once_and_goes_away_leaves_the_driver_awake() {
    let (graph, gates, _) = profile();
    let graph = Mutex::new(graph);
    let poll = |cx: &mut Context<'_>| graph.lock().unwrap().poll_progress(cx);
    let (driver, handler) = (Wakes::new(), Wakes::new());
    assert!(driver.poll(poll).is_pending());
    assert!(handler.poll(poll).is_pending());
    drop(handler);
    gates.ok(1, 5);
    assert_eq!(driver.take(), 1);
    assert!(driver.poll(poll).is_ready());

    // The handler takes the result that the driver was woken for, and ends.
    let handler = Wakes::new();
    assert!(driver.poll(poll).is_pending());
    graph.lock().unwrap().reload_user();
    assert_eq!(driver.take(), 1);
    assert!(driver.poll(poll).is_pending());
    gates.ok(2, 6);
    assert_eq!(driver.take(), 1);
    assert!(handler.poll(poll).is_ready());
    assert!(driver.poll(poll).is_pending());
    graph.lock().unwrap().set_id(2);
    assert_eq!(driver.take(), 1);
}

reactive! {
    /// A page with an effect that panics for one value.
    struct Unlucky {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(gates.open(id));
        effect alarm {
            let bad = user.is_current() && user.value() == Some(&13);
            assert!(!bad && *id != 13, "unlucky");
        }
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn a_graph_in_a_mutex_outlives_the_panics_of_its_effects_and_so_does_its_driver() {
    fn lock(graph: &Mutex<Unlucky>) -> MutexGuard<'_, Unlucky> {
        graph.lock().unwrap_or_else(PoisonError::into_inner)
    }
    async fn drive(graph: &Mutex<Unlucky>) {
        loop {
            poll_fn(|cx| {
                let poll = AssertUnwindSafe(|| lock(graph).poll_progress(cx));
                catch_unwind(poll).unwrap_or(Poll::Ready(()))
            })
            .await;
        }
    }
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let graph = Mutex::new(Unlucky::new(gates.clone(), log.clone()));
    let (driver, waiter) = (Wakes::new(), Wakes::new());
    let mut drives = pin!(drive(&graph));
    assert!(driver.poll(|cx| drives.as_mut().poll(cx)).is_pending());
    assert!(
        waiter
            .poll(|cx| lock(&graph).poll_progress(cx))
            .is_pending()
    );
    log.clear();

    // The commit makes an effect panic: the others run, the driver goes on, the waiter hears of it.
    gates.ok(1, 13);
    assert_eq!((driver.take(), waiter.take()), (1, 1));
    assert!(driver.poll(|cx| drives.as_mut().poll(cx)).is_pending());
    assert_eq!(
        (graph.is_poisoned(), log.take().pop()),
        (true, Some("success #1 value=13".to_owned()))
    );

    // Another task writes, and its write makes the effect panic; the next one does not.
    let said = thread::scope(|scope| {
        let write = scope.spawn(|| panic_of(|| lock(&graph).set_id(13)));
        write.join().expect("it was caught")
    });
    assert_eq!((said.as_str(), driver.take()), ("unlucky", 1));
    lock(&graph).set_id(3);
    assert!(driver.poll(|cx| drives.as_mut().poll(cx)).is_pending());
    gates.ok(3, 5);
    assert_eq!(driver.take(), 1);
    assert!(driver.poll(|cx| drives.as_mut().poll(cx)).is_pending());
    assert_eq!(lock(&graph).user().value(), Some(&5));
}

#[test]
fn tasks_that_come_and_go_do_not_pile_up() {
    let (mut graph, gates, _) = profile();
    let driver = Wakes::new();
    assert!(driver.poll(|cx| graph.poll_progress(cx)).is_pending());
    let mut polls = 0;
    let held = come_and_go(20_000, |cx| {
        if driver.take() > 0 {
            polls += 1;
            assert!(driver.poll(|cx| graph.poll_progress(cx)).is_pending());
        }
        graph.poll_progress(cx)
    });
    assert!(held <= 200, "{held} wakers");
    assert!(polls < 1000, "the driver was woken {polls} times");
    assert_eq!(driver.held(), 1);
    gates.ok(1, 5);
    assert_eq!(driver.take(), 1);
    assert!(driver.poll(|cx| graph.poll_progress(cx)).is_ready());
}

#[test]
fn a_crowd_of_tasks_waits_and_all_are_woken() {
    let (mut graph, gates, _) = profile();
    let (tasks, polls) = stay(1000, |cx| graph.poll_progress(cx));
    assert!(polls < 20_000, "{polls} polls");
    assert_eq!(stay(10, |cx| graph.poll_progress(cx)).1, 10);
    gates.ok(1, 5);
    assert!(tasks.iter().all(|task| task.take() == 1));
}

#[test]
fn dropping_or_replacing_a_graph_wakes_every_task_that_waits_for_it() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let graph = Mutex::new(Some(Profile::new(gates.clone(), log.clone())));
    let poll = |cx: &mut Context<'_>| match &mut *graph.lock().unwrap() {
        Some(graph) => graph.poll_progress(cx),
        None => Poll::Ready(()),
    };
    let tasks = [Wakes::new(), Wakes::new(), Wakes::new()];
    let woken = || tasks.each_ref().map(Wakes::take);
    let held = || tasks.each_ref().map(Wakes::held);
    for task in &tasks {
        assert!(task.poll(poll).is_pending());
    }
    *graph.lock().unwrap() = Some(Profile::new(gates.clone(), log.clone()));
    assert_eq!((woken(), held()), ([1, 1, 1], [0, 0, 0]));
    gates.wake(1);
    assert_eq!(woken(), [0, 0, 0], "work of a graph that is gone");
    for task in &tasks {
        assert!(task.poll(poll).is_pending());
    }
    gates.wake(2);
    assert_eq!(woken(), [1, 1, 1], "they wait for the new one");
    assert!(tasks[0].poll(poll).is_pending());
    assert!(tasks[1].poll(poll).is_pending());
    *graph.lock().unwrap() = None;
    assert_eq!((woken(), held()), ([1, 1, 0], [0, 0, 0]));
    assert!(tasks.iter().all(|task| task.poll(poll).is_ready()));
}

/// Its waker panics.
struct Broken;

impl std::task::Wake for Broken {
    fn wake(self: Arc<Self>) {
        panic!("the waker is broken");
    }
}

#[test]
fn a_waker_that_panics_keeps_no_other_from_being_woken() {
    let (mut graph, gates, _) = profile();
    let broken = Arc::new(Broken).into();
    let tasks = [Wakes::new(), Wakes::new()];
    let poll = |graph: &mut Profile| {
        assert!(tasks[0].poll(|cx| graph.poll_progress(cx)).is_pending());
        let mut context = Context::from_waker(&broken);
        assert!(graph.poll_progress(&mut context).is_pending());
        assert!(tasks[1].poll(|cx| graph.poll_progress(cx)).is_pending());
    };
    let woken = || tasks.each_ref().map(Wakes::take);
    poll(&mut graph);
    assert_eq!(panic_of(|| gates.wake(1)), "the waker is broken");
    assert_eq!(woken(), [1, 1]);
    poll(&mut graph);
    assert_eq!(panic_of(|| graph.set_id(2)), "the waker is broken");
    assert_eq!((woken(), *graph.id()), ([1, 1], 2));
    poll(&mut graph);
    assert_eq!(panic_of(|| drop(graph)), "the waker is broken");
    assert_eq!((woken(), gates.alive()), ([1, 1], 0));
}

#[test]
fn a_waiting_task_is_woken_once_by_work_that_begins_and_again_after_its_poll() {
    let (mut graph, _, _) = profile();
    let wakes = Wakes::new();
    for id in [10, 20] {
        assert!(
            wakes
                .poll(|context| graph.poll_progress(context))
                .is_pending()
        );
        for step in 0..3 {
            graph.set_id(id + step);
        }
        assert_eq!(wakes.take(), 1);
    }
    graph.cancel_user("enough");
    assert_eq!(wakes.take(), 0, "it will see that nothing is left");
    assert!(
        wakes
            .poll(|context| pin!(graph.settled()).poll(context))
            .is_ready()
    );
}

#[test]
fn starting_work_outside_a_poll_wakes_the_remembered_waker() {
    let (mut graph, _, _) = profile();
    let wakes = Wakes::new();
    graph.set_id(2); // no task has polled yet: none to wake
    let poll = |graph: &mut Profile| {
        assert!(
            wakes
                .poll(|context| graph.poll_progress(context))
                .is_pending()
        );
        assert_eq!(wakes.take(), 0);
    };
    poll(&mut graph);
    graph.set_id(3);
    assert_eq!(wakes.take(), 1, "a new input");
    poll(&mut graph);
    graph.reload_user();
    assert_eq!(wakes.take(), 1, "a reload");
    poll(&mut graph);
    graph.batch(|batch| {
        batch.set_id(4);
        assert_eq!(wakes.take(), 0, "nothing starts inside a batch");
    });
    assert_eq!(wakes.take(), 1, "a batch");
    poll(&mut graph);
    assert_eq!(
        graph.transaction(|transaction| {
            transaction.set_id(5);
            Ok::<_, ()>(())
        }),
        Ok(())
    );
    assert_eq!(wakes.take(), 1, "a transaction");
    poll(&mut graph);
    let _ = panic_of(|| {
        graph.batch(|batch| {
            batch.set_id(6);
            panic!("in the batch")
        })
    });
    assert_eq!(wakes.take(), 1, "a batch that panics");
    poll(&mut graph);
    graph.set_id(6);
    graph.set_unrelated(1);
    assert_eq!(wakes.take(), 0, "nothing was started");
    assert_eq!(
        graph.transaction(|transaction| {
            transaction.set_id(7);
            Err::<(), _>(())
        }),
        Err(())
    );
    assert_eq!(wakes.take(), 0, "nothing was started");
}

/// A waker that notes when it is woken.
struct Noting(Log);

impl std::task::Wake for Noting {
    fn wake(self: Arc<Self>) {
        self.0.push("woken");
    }
}

#[test]
fn the_write_that_wakes_has_settled_before() {
    let (mut graph, _, log) = profile();
    let waker = Arc::new(Noting(log.clone())).into();
    assert!(
        graph
            .poll_progress(&mut Context::from_waker(&waker))
            .is_pending()
    );
    log.clear();
    graph.set_id(2);
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2", "woken"]
    );
}

#[test]
fn a_wake_of_one_resource_does_not_poll_the_others() {
    let (mut graph, gates, log) = pair();
    let wakes = Wakes::new();
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    log.clear();
    gates.wake(2);
    gates.wake(2);
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    assert_eq!(log.take(), ["it#2 polled"]);
    graph.set_id(2);
    log.clear();
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    assert_eq!(
        log.take(),
        ["it#3 polled"],
        "new work is polled, the other is left alone"
    );
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    assert_eq!(log.take(), NOTHING);
}

/// Pending once, and awake at once.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[resource]
async fn slowly(id: u32) -> Result<u32, String> {
    yield_once().await;
    yield_once().await;
    Ok(id * 10)
}

reactive! {
    struct Slow {
        signal id: u32 = 1;
        resource user = slowly(id);
        computed shown: u32 = user.value().copied().unwrap_or(0);
    }
}

#[test]
fn work_that_wakes_itself_while_it_is_polled_is_polled_again() {
    let mut graph = Slow::new();
    let wakes = Wakes::new();
    for _ in 0..2 {
        assert!(
            wakes
                .poll(|context| graph.poll_progress(context))
                .is_pending()
        );
        assert_eq!(wakes.take(), 1);
    }
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_ready()
    );
    assert_eq!(graph.user().value(), Some(&10));
}

/// Wakes the polling task when it is dropped, as the end of a channel does.
#[derive(Default)]
struct Parting(Option<std::task::Waker>);

impl Drop for Parting {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }
}

#[resource]
async fn part(gate: Gate) -> Result<u32, String> {
    let mut parting = Parting::default();
    poll_fn(|context| {
        parting.0 = Some(context.waker().clone());
        Poll::Ready(())
    })
    .await;
    gate.await
}

reactive! {
    struct Partings {
        let gates: Gates;
        signal id: u32 = 1;
        resource user = part(gates.open(id));
    }
}

#[test]
fn work_that_wakes_when_it_is_dropped_does_no_harm() {
    let gates = Gates::new("user", &Log::default());
    let mut graph = Partings::new(gates.clone());
    let wakes = Wakes::new();
    for id in 2..5 {
        assert!(
            wakes
                .poll(|context| graph.poll_progress(context))
                .is_pending()
        );
        let _ = wakes.take();
        graph.set_id(id);
        assert!(wakes.take() > 0);
    }
    graph.cancel_user("enough");
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    graph.reload_user();
    gates.ok(5, 5);
    let _ = wakes.take();
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_ready()
    );
    assert_eq!(graph.user().value(), Some(&5));
    graph.reload_user();
    assert!(
        wakes
            .poll(|context| graph.poll_progress(context))
            .is_pending()
    );
    drop(graph);
}

#[resource(infallible)]
async fn at_once(id: u32) -> u32 {
    id + 1
}

reactive! {
    struct AtOnce {
        let seen: Arc<AtomicUsize>;
        signal id: u32 = 0;
        resource a1 = at_once(id);
        resource a2 = at_once(*a1.value()?);
        resource a3 = at_once(*a2.value()?);
        resource a4 = at_once(*a3.value()?);
        resource a5 = at_once(*a4.value()?);
        resource a6 = at_once(*a5.value()?);
        resource a7 = at_once(*a6.value()?);
        resource a8 = at_once(*a7.value()?);
        resource a9 = at_once(*a8.value()?);
        resource a10 = at_once(*a9.value()?);
        resource a11 = at_once(*a10.value()?);
        resource a12 = at_once(*a11.value()?);
        resource a13 = at_once(*a12.value()?);
        resource a14 = at_once(*a13.value()?);
        resource a15 = at_once(*a14.value()?);
        resource a16 = at_once(*a15.value()?);
        resource a17 = at_once(*a16.value()?);
        resource a18 = at_once(*a17.value()?);
        effect count {
            let all = [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18];
            seen.store(all.iter().filter(|it| it.value().is_some()).count(), Ordering::SeqCst);
        }
    }
}

#[test]
fn a_driver_of_work_that_is_ready_at_once_yields_after_sixteen_commits() {
    async fn by_settled(mut graph: AtOnce) {
        graph.settled().await;
    }
    async fn by_progress(mut graph: AtOnce) {
        for _ in 0..18 {
            graph.progress().await;
        }
    }
    async fn by_poll(mut graph: AtOnce) {
        for _ in 0..18 {
            poll_fn(|cx| graph.poll_progress(cx)).await;
        }
    }
    async fn by_writes(mut graph: AtOnce) {
        for id in 1..19 {
            graph.progress().await;
            graph.set_id(id);
        }
    }
    type Drive = Pin<Box<dyn Future<Output = ()>>>;
    let drives: [fn(AtOnce) -> Drive; 4] = [
        |graph| Box::pin(by_settled(graph)),
        |graph| Box::pin(by_progress(graph)),
        |graph| Box::pin(by_poll(graph)),
        |graph| Box::pin(by_writes(graph)),
    ];
    for (index, drive) in drives.into_iter().enumerate() {
        let (seen, wakes) = (Arc::<AtomicUsize>::default(), Wakes::new());
        let mut task = drive(AtOnce::new(seen.clone()));
        assert!(wakes.poll(|cx| task.as_mut().poll(cx)).is_pending());
        if index < 3 {
            assert_eq!(seen.load(Ordering::SeqCst), 16);
        }
        assert!(wakes.take() > 0);
        assert!(wakes.poll(|cx| task.as_mut().poll(cx)).is_ready());
    }
}

#[test]
fn commits_that_were_waited_for_are_not_counted() {
    let (mut graph, gates, _) = profile();
    for number in 1..40 {
        gates.ok(number, 5);
        assert!(poll!(graph).is_ready());
        graph.reload_user();
    }
    for number in 40..80 {
        let mut waits = Box::pin(graph.progress());
        assert!(poll_once(|cx| waits.as_mut().poll(cx)).is_pending());
        gates.ok(number, 5);
        assert!(poll_once(|cx| waits.as_mut().poll(cx)).is_ready());
        drop(waits);
        graph.reload_user();
    }
}

#[test]
fn a_wake_from_another_thread_reaches_the_polling_task() {
    let (mut graph, gates, _) = profile();
    let releasing = thread::spawn({
        let gates = gates.clone();
        move || {
            while gates.polls(1) == 0 {
                thread::yield_now();
            }
            gates.ok(1, 5);
        }
    });
    block_on(graph.progress());
    releasing.join().unwrap();
    assert_eq!(graph.user().value(), Some(&5));
}

#[test]
fn a_graph_may_move_between_threads_while_work_is_in_flight() {
    let (mut graph, gates, _) = profile();
    assert!(poll!(graph).is_pending());
    let mut graph = thread::spawn(move || {
        assert!(poll!(graph).is_pending());
        graph.set_id(2);
        graph
    })
    .join()
    .unwrap();
    gates.ok(2, 5);
    assert!(poll!(graph).is_ready());
}

#[test]
fn block_on_drives_a_graph() {
    let mut graph = Slow::new();
    block_on(graph.settled());
    assert_eq!(graph.user().value(), Some(&10));
    block_on(async {
        graph.set_id(2);
        graph.progress().await;
        graph.set_id(3);
        graph.set_id(4);
        graph.settled().await;
    });
    assert_eq!((*graph.shown(), graph.user().token()), (40, 4));
}

#[resource(local)]
async fn receive(
    answers: Rc<RefCell<Vec<oneshot::Receiver<u32>>>>,
    id: u32,
) -> Result<u32, String> {
    let answer = answers.borrow_mut().remove(0);
    answer
        .await
        .map(|answer| answer + id)
        .map_err(|_| "nobody answers".to_owned())
}

reactive! {
    struct Local {
        let answers: Rc<RefCell<Vec<oneshot::Receiver<u32>>>>;
        let log: Log;
        signal id: u32 = 1;
        resource user = receive(answers, id);
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn a_local_pool_drives_a_local_graph() {
    let log = Log::default();
    let (answer, first) = oneshot::channel();
    let (silence, second) = oneshot::channel();
    let mut graph = Local::new(Rc::new(RefCell::new(vec![first, second])), log.clone());
    let mut pool = LocalPool::new();
    let driver = pool
        .spawner()
        .spawn_local_with_handle(async move {
            graph.settled().await;
            graph.set_id(2);
            graph.settled().await;
            graph
        })
        .unwrap();
    pool.run_until_stalled();
    assert_eq!(log.take(), ["pending #1"]);
    answer.send(40).unwrap();
    pool.run_until_stalled();
    assert_eq!(log.take(), ["success #1 value=41", "pending #2 value=41"]);
    drop(silence);
    let graph = pool.run_until(driver);
    assert_eq!(log.take(), ["error #2 value=41 error=nobody answers"]);
    assert_eq!(*graph.id(), 2);
}

#[test]
fn a_graph_with_resources_is_send_and_sync_and_so_are_its_waits_send() {
    fn shared<T: Send + Sync>(_: &T) {}
    fn sent<T: Send>(_: T) {}
    let (mut graph, _, _) = profile();
    shared(&graph);
    sent(graph.progress());
    sent(graph.settled());
    let mut graph = Celled::new();
    shared(&graph);
    block_on(graph.settled());
    assert_eq!(graph.count().value(), Some(&1));
}

/// The future is `Send` but not `Sync`.
#[resource]
async fn with_a_cell() -> Result<u32, String> {
    let cell = Cell::new(0);
    yield_once().await;
    cell.set(cell.get() + 1);
    Ok(cell.get())
}

reactive! {
    struct Celled {
        resource count = with_a_cell();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graph_is_moved_into_a_task_and_selects_with_a_channel() {
    enum Command {
        Load(u32),
        Quit,
    }
    let (commands, mut received) = mpsc::unbounded_channel();
    let (mut graph, gates, log) = profile();
    let seen = Arc::new(AtomicUsize::new(0));
    let task = tokio::spawn({
        let seen = seen.clone();
        async move {
            loop {
                tokio::select! {
                    () = graph.progress() => { seen.fetch_add(1, Ordering::SeqCst); }
                    command = received.recv() => match command {
                        Some(Command::Load(id)) => graph.set_id(id),
                        Some(Command::Quit) | None => {
                            graph.settled().await;
                            return graph;
                        }
                    }
                }
            }
        }
    });
    commands.send(Command::Load(2)).unwrap_or_default();
    commands.send(Command::Load(3)).unwrap_or_default();
    while gates.created() < 3 {
        tokio::task::yield_now().await;
    }
    gates.ok(3, 30);
    while seen.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    commands.send(Command::Load(4)).unwrap_or_default();
    commands.send(Command::Quit).unwrap_or_default();
    while gates.created() < 4 {
        tokio::task::yield_now().await;
    }
    gates.ok(4, 40);
    let graph = task.await.unwrap();
    assert_eq!(describe!(graph.user()), "success #4 value=40");
    let states: Vec<_> = log
        .take()
        .into_iter()
        .filter(|line| !line.starts_with("user"))
        .collect();
    assert_eq!(
        states,
        [
            "pending #2",
            "pending #3",
            "success #3 value=30",
            "pending #4 value=30",
            "success #4 value=40"
        ]
    );
}

#[tokio::test]
async fn in_a_select_the_wait_is_dropped_and_the_fetch_is_not() {
    let (mut graph, gates, log) = profile();
    let (keys, mut keyboard) = mpsc::unbounded_channel();
    keys.send('q').unwrap();
    tokio::select! {
        biased;
        () = graph.progress() => panic!("nothing has arrived"),
        key = keyboard.recv() => assert_eq!(key, Some('q')),
    }
    assert_eq!(log.take(), ["user#1 polled"]);
    gates.ok(1, 5);
    tokio::select! {
        biased;
        () = graph.progress() => {}
        _ = keyboard.recv() => panic!("nobody types"),
    }
    assert_eq!(log.take().last().unwrap(), "success #1 value=5");
}

/// Ten times the input, after a turn of the executor; every transition is sent.
#[resource]
async fn multiply(id: u32) -> Result<u32, String> {
    tokio::task::yield_now().await;
    Ok(id * 10)
}

reactive! {
    struct Sending {
        let sender: mpsc::UnboundedSender<String>;
        signal id: u32 = 1;
        resource user = multiply(id);
        effect show { let _ = sender.send(describe!(user)); }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_an_async_mutex_one_task_drives_and_another_writes() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let graph = Arc::new(AsyncMutex::new(Sending::new(sender)));
    let driver = tokio::spawn({
        let graph = graph.clone();
        async move {
            loop {
                // The wait for the lock is kept until it is there: dropping it would lose its place.
                let mut lock = Box::pin(graph.clone().lock_owned());
                poll_fn(|context| {
                    let mut graph_now = ready!(lock.as_mut().poll(context));
                    lock = Box::pin(graph.clone().lock_owned());
                    graph_now.poll_progress(context)
                })
                .await;
            }
        }
    });
    assert_eq!(seen.recv().await.unwrap(), "pending #1");
    assert_eq!(seen.recv().await.unwrap(), "success #1 value=10");
    for id in 2..50 {
        graph.lock().await.set_id(id);
        let before = (id - 1) * 10;
        assert_eq!(
            seen.recv().await.unwrap(),
            format!("pending #{id} value={before}")
        );
        assert_eq!(
            seen.recv().await.unwrap(),
            format!("success #{id} value={}", id * 10)
        );
    }
    driver.abort();
    assert!(driver.await.unwrap_err().is_cancelled());
}

/// Drives a graph in a plain mutex that is never held for long.
struct Drive(Arc<Mutex<Sending>>);

impl Future for Drive {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.lock().unwrap().poll_progress(context)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_std_mutex_one_task_drives_and_a_thread_writes() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let graph = Arc::new(Mutex::new(Sending::new(sender)));
    let driver = tokio::spawn({
        let graph = graph.clone();
        async move {
            loop {
                Drive(graph.clone()).await;
            }
        }
    });
    assert_eq!(seen.recv().await.unwrap(), "pending #1");
    assert_eq!(seen.recv().await.unwrap(), "success #1 value=10");
    let writer = thread::spawn({
        let graph = graph.clone();
        move || {
            for id in 2..=1000 {
                graph.lock().unwrap().set_id(id);
            }
        }
    });
    writer.join().unwrap();
    while seen.recv().await.unwrap() != "success #1000 value=10000" {}
    assert_eq!(graph.lock().unwrap().user().token(), 1000);
    driver.abort();
    assert!(driver.await.unwrap_err().is_cancelled());
}

#[test]
fn behind_a_rw_lock_many_read_while_work_is_in_flight() {
    let graph = Arc::new(RwLock::new(Slow::new()));
    let read_by_four = |expected: (AsyncStatus, u32)| {
        let together = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let graph = graph.read().unwrap();
                    together.wait(); // all four hold the lock
                    assert_eq!((graph.user().status(), *graph.shown()), expected);
                });
            }
        });
    };
    read_by_four((AsyncStatus::Pending, 0));
    block_on(poll_fn(|context| {
        graph.write().unwrap().poll_progress(context)
    }));
    read_by_four((AsyncStatus::Success, 10));
    graph.write().unwrap().set_id(2);
    read_by_four((AsyncStatus::Pending, 10));
    block_on(poll_fn(|context| {
        graph.write().unwrap().poll_progress(context)
    }));
    read_by_four((AsyncStatus::Success, 20));
}
