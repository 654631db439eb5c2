//! Drivers of the dynamic graph: `poll_progress`, `progress` and `settled` by hand, on tokio and on the executor of
//! `futures`; the tasks that are woken, and the causes (M, R6).
//!
//! Invariants: nothing sleeps; the test lets each later event happen.

use futures::{
    FutureExt,
    executor::{LocalPool, block_on},
    task::LocalSpawnExt,
};
use signal_kernel::{
    ResourceOptions, Scope, Signal, create_effect, create_manual_resource, create_resource,
    from_future, poll_progress, progress, scope, settled, signal,
};
use signal_kernel_tests::{
    crowd::{come_and_go, stay},
    describe,
    gate::{Wakes, poll_once},
    log::{Log, NOTHING},
};
use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, mpsc},
    task::Poll,
    thread,
    time::Duration,
};
use tokio::{sync::oneshot, task::LocalSet};

use signal_kernel_tests::resources::{by_hand, gates, opens, poll, user};

fn on_tokio<R>(test: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test)
}

#[test]
fn b149_with_nothing_in_flight_settled_is_ready_and_progress_pending() {
    assert!(
        poll_once(|cx| pin!(settled()).poll(cx)).is_ready(),
        "no resource at all"
    );
    assert!(poll_once(|cx| pin!(progress()).poll(cx)).is_pending());
    assert!(poll().is_pending());
    let user = user();
    user.answer(1, 5);
    assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_ready());
    assert!(poll_once(|cx| pin!(progress()).poll(cx)).is_pending());
    user.meta.reload();
    assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_pending());
}

#[test]
fn progress_is_ready_after_a_commit_of_any_poller_whose_effects_have_run() {
    let user = user();
    let mut waits = pin!(progress());
    assert!(poll_once(|cx| waits.as_mut().poll(cx)).is_pending());
    user.gates.wake(1);
    assert!(
        poll_once(|cx| waits.as_mut().poll(cx)).is_pending(),
        "nothing was committed"
    );
    user.gates.ok(1, 5);
    user.log.clear();
    assert!(poll().is_ready());
    assert_eq!(user.log.take()[2..], ["success #1 value=5"]);
    assert!(
        poll_once(|cx| waits.as_mut().poll(cx)).is_ready(),
        "someone else polled it"
    );
    assert!(
        poll_once(|cx| pin!(progress()).poll(cx)).is_pending(),
        "that is over"
    );
}

#[test]
fn a_wake_of_the_work_wakes_the_polling_tasks_and_each_is_kept_once() {
    let user = user();
    let wakes = Wakes::new();
    for _ in 0..3 {
        assert!(wakes.poll(poll_progress).is_pending());
    }
    assert_eq!((wakes.take(), wakes.held()), (0, 1));
    user.gates.wake(1);
    user.gates.wake(1);
    assert_eq!(
        (wakes.take(), wakes.held()),
        (1, 0),
        "once until it polls again"
    );
    assert!(wakes.poll(poll_progress).is_pending());
    user.gates.ok(1, 5);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(poll_progress).is_ready());
}

#[test]
fn several_tasks_wait_at_once_and_all_are_woken() {
    let user = user();
    let all = [Wakes::new(), Wakes::new(), Wakes::new()];
    let mut waits = [
        Box::pin(progress()),
        Box::pin(progress()),
        Box::pin(progress()),
    ];
    let mut ends = pin!(settled());
    for (wakes, wait) in all.iter().zip(&mut waits) {
        assert!(wakes.poll(|cx| wait.as_mut().poll(cx)).is_pending());
    }
    let last = Wakes::new();
    assert!(last.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    user.gates.ok(1, 5);
    for wakes in all.iter().chain([&last]) {
        assert_eq!(wakes.take(), 1);
    }
    for (wakes, wait) in all.iter().zip(&mut waits) {
        assert!(wakes.poll(|cx| wait.as_mut().poll(cx)).is_ready());
    }
    assert!(last.poll(|cx| ends.as_mut().poll(cx)).is_ready());
    assert_eq!(
        user.gates.polls(1),
        2,
        "only the first of them polled the work"
    );
}

#[test]
fn a_task_that_waits_is_woken_by_the_commit_that_another_task_made() {
    let (one, two) = (user(), user());
    let (first, second) = (Wakes::new(), Wakes::new());
    let mut waits = pin!(progress());
    assert!(first.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    one.gates.ok(1, 5); // takes the first waker
    let _ = first.take();
    assert!(second.poll(poll_progress).is_ready());
    assert!(first.poll(|cx| waits.as_mut().poll(cx)).is_ready());

    let mut waits = pin!(progress());
    assert!(first.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    two.id.set(2); // work that starts outside of a poll tells all tasks that wait
    assert_eq!(first.take(), 1);
    two.gates.ok(2, 6);
    assert!(second.poll(poll_progress).is_ready());
    assert!(first.poll(|cx| waits.as_mut().poll(cx)).is_ready());
}

#[test]
fn b150_dropping_the_future_that_waits_drops_no_work() {
    let user = user();
    for _ in 0..3 {
        assert!(poll_once(|cx| pin!(progress()).poll(cx)).is_pending());
        assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_pending());
    }
    assert_eq!(user.gates.alive(), 1);
    user.gates.ok(1, 5);
    block_on(settled());
    assert_eq!(user.value.get(), Some(5));
}

#[test]
fn b150_dropping_a_run_drops_no_work_either() {
    let (save, gates) = by_hand(&Log::new(), ResourceOptions::new());
    {
        let mut run = pin!(save.run(1));
        assert!(poll_once(|cx| run.as_mut().poll(cx)).is_pending());
    }
    gates.ok(1, 10);
    block_on(progress());
    assert_eq!(save.value(), Some(10));
}

#[test]
fn starting_work_outside_of_a_poll_wakes_waiting_tasks() {
    let (save, gates) = by_hand(&Log::new(), ResourceOptions::new());
    let wakes = Wakes::new();
    let mut waits = pin!(progress());
    assert!(wakes.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    drop(save.run(1));
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    assert_eq!(gates.polls(1), 1);
    save.reload();
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    gates.ok(2, 20);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| waits.as_mut().poll(cx)).is_ready());
}

#[test]
fn a_waiting_task_is_woken_once_by_work_that_begins_and_again_after_its_poll() {
    let user = user();
    let (first, second) = (Wakes::new(), Wakes::new());
    let (mut one, mut other) = (pin!(settled()), pin!(settled()));
    for id in [10, 20] {
        assert!(first.poll(|cx| one.as_mut().poll(cx)).is_pending());
        for step in 0..3 {
            user.id.set(id + step);
        }
        assert_eq!(first.take(), 1);
    }
    assert!(second.poll(|cx| other.as_mut().poll(cx)).is_pending());
    user.id.set(30);
    assert_eq!((first.take(), second.take()), (0, 1), "the first knows");
    user.meta.cancel("enough");
    assert!(first.poll(|cx| one.as_mut().poll(cx)).is_ready());
    assert!(second.poll(|cx| other.as_mut().poll(cx)).is_ready());
}

#[test]
fn a_task_that_waits_before_the_first_resource_exists_is_woken_by_it() {
    let wakes = Wakes::new();
    let mut waits = pin!(progress());
    assert!(wakes.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    let user = user();
    assert_eq!(wakes.take(), 1);
    user.gates.ok(1, 5);
    assert!(wakes.poll(|cx| waits.as_mut().poll(cx)).is_ready());
}

#[test]
fn work_that_an_effect_of_a_commit_starts_is_polled_by_the_same_driver() {
    let log = Log::new();
    let user = user();
    let posts = gates("post", &log);
    create_effect({
        let (value, posts) = (user.value, posts.clone());
        move || {
            if let Some(id) = value.get() {
                let posts = posts.clone();
                from_future(move || posts.open(id));
            }
        }
    });
    let wakes = Wakes::new();
    let mut ends = pin!(settled());
    user.gates.ok(1, 5);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    assert_eq!(log.take(), ["post#1 created 5", "post#1 polled"]);
    let _ = wakes.take();
    posts.ok(1, 6);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
}

#[test]
fn settled_is_told_when_the_last_work_is_stopped_or_its_owner_goes() {
    let (one, owner) = scope(user);
    let two = user();
    let wakes = Wakes::new();
    let mut ends = pin!(settled());
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    two.meta.cancel("enough");
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    drop(owner);
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
    assert_eq!(one.gates.alive(), 0);
}

#[test]
fn a_late_wake_of_dropped_work_costs_nothing_but_a_poll() {
    let user = user();
    let wakes = Wakes::new();
    assert!(wakes.poll(poll_progress).is_pending());
    user.id.set(2);
    let _ = wakes.take();
    assert!(wakes.poll(poll_progress).is_pending());
    user.gates.wake(1);
    user.log.clear();
    assert!(wakes.poll(poll_progress).is_pending());
    user.meta.dispose();
    user.gates.wake(1);
    user.gates.wake(2);
    assert!(wakes.poll(poll_progress).is_pending());
    let other = self::user(); // may get the place of the first
    user.gates.wake(2);
    other.gates.ok(1, 7);
    assert!(wakes.poll(poll_progress).is_ready());
    assert_eq!(other.line(), "success #1 value=7");
}

#[test]
fn work_that_ends_on_another_thread_wakes_the_task_of_this_one() {
    let (send, receive) = oneshot::channel();
    let receive = Rc::new(RefCell::new(Some(receive)));
    let id = signal(1);
    let (value, _) = create_resource(
        move || id.get(),
        move |_: u32| {
            let receive = receive.borrow_mut().take().expect("it is asked once");
            async move { receive.await.map_err(|error| error.to_string()) }
        },
    );
    let (go, gone) = mpsc::channel::<()>();
    let other = thread::spawn(move || {
        gone.recv().unwrap();
        send.send(5).unwrap();
    });
    let mut ends = pin!(settled());
    let wakes = Wakes::new();
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    go.send(()).unwrap();
    other.join().unwrap();
    assert_eq!(wakes.take(), 1);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
    assert_eq!(value.get(), Some(5));
}

#[test]
fn block_on_sleeps_until_another_thread_has_answered() {
    let gates = gates("user", &Log::new());
    let (value, _) = create_resource(|| 1, opens(&gates));
    let other = thread::spawn({
        let gates = gates.clone();
        move || {
            while gates.polls(1) == 0 {
                thread::yield_now();
            }
            gates.ok(1, 5);
        }
    });
    block_on(settled());
    other.join().unwrap();
    assert_eq!(value.get(), Some(5));
}

#[test]
fn each_thread_drives_its_own_graph() {
    let user = user();
    user.gates.ok(1, 5);
    thread::spawn(|| {
        assert!(poll().is_pending());
        block_on(settled());
    })
    .join()
    .unwrap();
    assert_eq!(user.gates.polls(1), 0);
    block_on(settled());
    assert_eq!(user.value.get(), Some(5));
}

#[test]
fn on_tokio_one_task_drives_while_others_write_and_wait() {
    let log = Log::new();
    on_tokio(async {
        let user = user();
        let seen = log.clone();
        let value = user.value;
        create_effect(move || seen.push(format!("{:?}", value.get())));
        let driver = tokio::task::spawn_local(async {
            loop {
                progress().await;
            }
        });
        let writer = tokio::task::spawn_local({
            let (gates, id) = (user.gates.clone(), user.id);
            async move {
                for run in 2..5 {
                    id.set(run);
                    gates.ok(run as usize, run * 10);
                    progress().await;
                }
            }
        });
        writer.await.unwrap();
        settled().await;
        driver.abort();
        assert!(driver.await.unwrap_err().is_cancelled());
    });
    assert_eq!(log.take(), ["None", "Some(20)", "Some(30)", "Some(40)"]);
}

#[test]
fn on_tokio_select_drops_the_wait_and_not_the_work() {
    on_tokio(async {
        let user = user();
        let (send, mut keys) = tokio::sync::mpsc::unbounded_channel();
        let mut seen = Vec::new();
        send.send("a").unwrap();
        for _ in 0..2 {
            tokio::select! {
                biased;
                () = progress() => seen.push(user.line()),
                Some(key) = keys.recv() => {
                    seen.push(key.to_owned());
                    user.gates.ok(1, 5);
                }
            }
        }
        assert_eq!(seen, ["a", "success #1 value=5"]);
        assert_eq!(user.gates.created(), 1);
    });
}

#[test]
fn futures_select_works_too() {
    block_on(async {
        let user = user();
        let mut ready = pin!(async {}.fuse());
        let mut waits = pin!(progress().fuse());
        futures::select_biased! {
            () = waits => panic!("nothing has ended"),
            () = ready => user.gates.ok(1, 5),
        }
        waits.await;
        assert_eq!(user.value.get(), Some(5));
    });
}

#[test]
fn on_a_local_pool_several_tasks_wait_for_different_runs() {
    let log = Log::new();
    let gates = gates("save", &log);
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let saves = [(); 3].map(|()| create_manual_resource(opens(&gates)));
    for (index, save) in saves.into_iter().enumerate() {
        let seen = log.clone();
        let task = async move {
            let answer = save.run(index as u32).await;
            seen.push(format!("{index}: {answer:?}"));
        };
        spawner.spawn_local(task).unwrap();
    }
    pool.run_until_stalled();
    log.clear();
    gates.ok(3, 30);
    pool.run_until_stalled();
    assert_eq!(log.take(), ["save#3 polled", "save#3 done", "2: Some(30)"]);
    gates.err(1, "no".to_owned());
    saves[1].cancel("enough");
    pool.run_until_stalled();
    let mut ends = log.take().split_off(1); // the drop comes first
    ends.retain(|line| !line.starts_with("save"));
    ends.sort();
    assert_eq!(ends, ["0: None", "1: None"]);
    pool.run();
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn work_may_wait_for_other_work_of_the_same_graph() {
    let log = Log::new();
    let gates = gates("inner", &log);
    let inner = create_manual_resource(opens(&gates));
    let id = signal(1);
    let (value, meta) = create_resource(
        move || id.get(),
        move |id: u32| async move {
            inner
                .run(id)
                .await
                .map(|it| it + 1)
                .ok_or_else(|| "no answer".to_owned())
        },
    );
    assert!(poll().is_pending());
    assert!(poll().is_pending());
    gates.ok(1, 10);
    block_on(settled());
    assert_eq!(describe!(value, meta), "success #1 value=11");
    id.set(2);
    let wakes = Wakes::new();
    let mut ends = pin!(settled());
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    inner.cancel("enough");
    assert!(wakes.take() > 0);
    block_on(ends);
    assert_eq!(describe!(value, meta), "error #2 value=11 error=no answer");
}

#[test]
fn a_poll_that_only_starts_or_stops_work_is_pending_and_wakes_for_the_rest() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    let chain = from_future(move || async move {
        drop(save.run(1));
        std::future::pending::<Result<u32, String>>().await
    });
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(poll_progress), Poll::Pending);
    assert!(wakes.take() > 0, "there is new work to poll");
    assert_eq!(wakes.poll(poll_progress), Poll::Pending);
    assert_eq!((gates.polls(1), chain.is_pending()), (1, true));
    let _ = wakes.take();
    gates.ok(1, 10);
    assert_eq!(wakes.take(), 1);
    assert_eq!(wakes.poll(poll_progress), Poll::Ready(()));
}

#[test]
fn tasks_that_come_and_go_do_not_pile_up() {
    let user = user();
    let driver = Wakes::new();
    let mut waits = pin!(progress());
    assert!(driver.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    let held = come_and_go(20_000, poll_progress);
    assert!(held <= 200, "{held} wakers");
    assert_eq!(driver.held(), 1);
    user.gates.ok(1, 5);
    assert_eq!(driver.take(), 1);
}

#[test]
fn a_crowd_of_tasks_waits_and_all_are_woken() {
    let user = user();
    let (tasks, polls) = stay(1000, poll_progress);
    assert!(polls < 20_000, "{polls} polls");
    user.gates.ok(1, 5);
    assert!(tasks.iter().all(|task| task.take() == 1));
}

#[test]
fn the_end_of_a_thread_wakes_the_tasks_that_have_polled_there() {
    struct Broken;
    impl std::task::Wake for Broken {
        fn wake(self: Arc<Self>) {
            panic!("the waker is broken");
        }
    }
    let tasks = Arc::new([Wakes::new(), Wakes::new()]);
    let there = tasks.clone();
    let thread = thread::spawn(move || {
        let _user = user();
        let broken = Arc::new(Broken).into();
        assert!(there[0].poll(poll_progress).is_pending());
        let _ = poll_progress(&mut std::task::Context::from_waker(&broken));
        assert!(there[1].poll(poll_progress).is_pending());
    });
    thread.join().unwrap();
    assert_eq!(tasks.each_ref().map(Wakes::take), [1, 1]);
    assert_eq!(tasks.each_ref().map(Wakes::held), [0, 0]);
}

/// Work that is ready at once, and an effect that asks anew as soon as there is an answer, up to a limit.
fn restless() -> (Signal<u32>, Scope) {
    scope(|| {
        let id = signal(0);
        let (value, _) = create_resource(
            move || id.get(),
            |id: u32| async move { Ok::<_, String>(id) },
        );
        create_effect(move || {
            if let Some(id_now) = value.get().filter(|&it| it < 1000) {
                id.set(id_now + 1);
            }
        });
        id
    })
}

#[test]
fn a_driver_of_work_that_is_ready_at_once_yields_after_sixteen_commits() {
    type Drive = Pin<Box<dyn Future<Output = ()>>>;
    let drives: [fn() -> Drive; 4] = [
        || Box::pin(settled()),
        || {
            Box::pin(async {
                loop {
                    progress().await;
                }
            })
        },
        || {
            Box::pin(async {
                loop {
                    poll_fn(poll_progress).await;
                }
            })
        },
        || {
            let never = |_: u32| std::future::pending::<Result<u32, String>>();
            let run = create_manual_resource(never).run(1);
            Box::pin(async {
                run.await;
            })
        },
    ];
    for drive in drives {
        let (id, owner) = restless();
        let (mut task, _task_owner) = scope(drive);
        let (wakes, other) = (Wakes::new(), Wakes::new());
        for turn in 1..4 {
            assert!(wakes.poll(|cx| task.as_mut().poll(cx)).is_pending());
            assert_eq!(id.peek(), 16 * turn);
            assert!(wakes.take() > 0);
        }
        assert!(other.poll(poll_progress).is_ready(), "another may go on");
        assert_eq!(id.peek(), 49);
        drop(owner);
        assert!(poll().is_pending()); // at rest: the next one begins to count anew
    }
}

#[test]
fn commits_that_were_waited_for_are_not_counted() {
    let user = user();
    for number in 1..40 {
        user.answer(number, 5);
        user.meta.reload();
    }
    for number in 40..80 {
        let mut waits = pin!(progress());
        assert!(poll_once(|cx| waits.as_mut().poll(cx)).is_pending());
        user.gates.ok(number, 5);
        assert!(poll_once(|cx| waits.as_mut().poll(cx)).is_ready());
        user.meta.reload();
    }
}

#[test]
fn on_tokio_a_time_out_ends_the_wait_for_work_that_never_rests() {
    fn runs<F: Future<Output = ()> + 'static>(drive: impl Fn() -> F) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let (id, _owner) = restless();
        LocalSet::new().block_on(&runtime, async {
            let limit = Duration::from_millis(100);
            let clock = tokio::task::spawn_local(tokio::time::advance(limit * 2));
            let ended = tokio::time::timeout(limit, drive()).await;
            clock.await.unwrap();
            assert!(ended.is_err());
        });
        assert!(id.peek() < 1000, "the clock was not asked before the end");
    }
    runs(settled);
    runs(|| async {
        loop {
            progress().await;
        }
    });
}

#[test]
fn the_futures_that_wait_hold_nothing() {
    fn is_static(_: impl Future + 'static) {}
    is_static(progress());
    is_static(settled());
    let waits = progress();
    let user = user();
    user.gates.ok(1, 5);
    block_on(waits);
    assert_eq!(user.value.get(), Some(5));
}
