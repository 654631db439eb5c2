//! `Shared` over a graph with resources: its drivers, and the readers that see the answers (R6, R8).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    Shared, computed, create_effect, poll_progress, progress, reactive, resource, settled, signal,
};
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
    future::{Future, poll_fn},
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
};

reactive! {
    struct Page {
        let gates: Gates;
        let log: Log;
        pub signal id: u32 = 1;
        pub resource user = fetch(gates.open(id));
        effect show { log.push(format!("static {}", describe!(user))); }
    }
}

fn page() -> (Shared<Page>, Gates, Log) {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let page = Shared::new(Page::new(gates.clone(), log.clone()));
    log.clear();
    (page, gates, log)
}

/// A dynamic effect over the page.
fn watch(page: &Shared<Page>, log: &Log) {
    let (page, log) = (page.clone(), log.clone());
    create_effect(move || {
        log.push(format!(
            "dynamic {}",
            page.read(|page| describe!(page.user()))
        ))
    });
}

#[test]
fn a_commit_of_its_work_is_a_change_of_the_graph() {
    let (page, gates, log) = page();
    watch(&page, &log);
    log.clear();
    assert!(poll!(page).is_pending());
    assert_eq!(log.take(), ["user#1 polled"]);
    gates.ok(1, 5);
    assert!(poll!(page).is_ready());
    assert_eq!(
        log.take(),
        [
            "user#1 polled",
            "user#1 done",
            "static success #1 value=5",
            "dynamic success #1 value=5"
        ]
    );
    page.update(|page| page.set_id(2));
    assert_eq!(
        log.take(),
        [
            "user#2 created 2",
            "static pending #2 value=5",
            "dynamic pending #2 value=5"
        ]
    );
    page.update(|page| page.cancel_user("enough"));
    page.update(|page| page.reload_user());
    assert_eq!(page.read(|page| page.user().token()), 3);
}

#[test]
fn r2_a_request_that_comes_to_nothing_runs_no_reader() {
    let (page, gates, log) = page();
    gates.ok(1, 5);
    assert!(poll!(page).is_ready());
    watch(&page, &log);
    log.clear();
    page.update(|page| page.cancel_user("nothing is in flight"));
    page.update(|page| page.batch(|page| page.cancel_user("nothing is in flight")));
    assert_eq!(log.take(), NOTHING);
    page.update(|page| page.reload_user());
    page.update(|page| page.batch(|page| page.cancel_user("enough")));
    assert_eq!(
        log.take(),
        [
            "user#2 created 1",
            "static pending #2 again value=5",
            "dynamic pending #2 again value=5",
            "user#2 dropped",
            "static cancelled #2 value=5 reason=enough",
            "dynamic cancelled #2 value=5 reason=enough"
        ]
    );
    page.update(|page| page.reload_user());
    log.clear();
    gates.ok(3, 6);
    page.update(|page| assert!(poll!(page).is_ready()));
    assert_eq!(
        log.take().last().map(String::as_str),
        Some("dynamic success #3 value=6")
    );
}

#[test]
fn the_loop_of_the_thread_drives_its_shared_graphs_too() {
    let (page, gates, log) = page();
    watch(&page, &log);
    let wakes = Wakes::new();
    let (mut ends, mut commit) = (pin!(settled()), pin!(progress()));
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    assert!(wakes.poll(|cx| commit.as_mut().poll(cx)).is_pending());
    assert_eq!((gates.polls(1), wakes.take()), (1, 0));
    log.clear();
    gates.ok(1, 5);
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
    assert!(wakes.poll(|cx| commit.as_mut().poll(cx)).is_ready());
    assert_eq!(
        log.take().last().map(String::as_str),
        Some("dynamic success #1 value=5")
    );
    assert!(poll_once(poll_progress).is_pending());
    page.update(|page| page.set_id(2));
    gates.ok(2, 6);
    assert!(poll_once(poll_progress).is_ready());
    assert_eq!(page.read(|page| page.user().value().copied()), Some(6));
}

#[test]
fn the_driver_of_the_thread_is_woken_when_a_shared_graph_starts_or_stops_work_or_is_dropped() {
    let wakes = Wakes::new();
    let other = Gates::<u32, String>::new("other", &Log::new());
    let pending = signal_kernel::create_manual_resource({
        let other = other.clone();
        move |input: u32| other.open(input)
    });
    let _running = pending.run(1);
    let mut ends = pin!(settled());
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    let (page, _, _) = page();
    assert!(wakes.take() > 0, "a new graph has work");
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    other.ok(1, 1);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    let _ = wakes.take();
    page.update(|page| page.set_id(2));
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    drop(page);
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
    let (page, _, _) = self::page();
    let mut ends = pin!(settled());
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    page.update(|page| page.cancel_user("enough"));
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
}

#[test]
fn all_waiting_tasks_hear_of_a_commit_by_any_poller_of_a_shared_graph() {
    let (page, gates, _) = page();
    let wakes = [Wakes::new(), Wakes::new()];
    let (mut own, mut all) = (pin!(page.progress()), pin!(progress()));
    assert!(wakes[0].poll(|cx| own.as_mut().poll(cx)).is_pending());
    assert!(wakes[1].poll(|cx| all.as_mut().poll(cx)).is_pending());
    gates.ok(1, 5);
    assert!(wakes.iter().all(|wakes| wakes.take() > 0));
    assert!(wakes[0].poll(|cx| own.as_mut().poll(cx)).is_ready());
    assert!(wakes[1].poll(|cx| all.as_mut().poll(cx)).is_ready());
    page.update(|page| page.set_id(2));
    let (mut own, mut all) = (pin!(page.progress()), pin!(progress()));
    assert!(wakes[0].poll(|cx| own.as_mut().poll(cx)).is_pending());
    assert!(wakes[1].poll(|cx| all.as_mut().poll(cx)).is_pending());
    gates.ok(2, 6);
    let _ = wakes.each_ref().map(Wakes::take);
    assert!(wakes[1].poll(|cx| all.as_mut().poll(cx)).is_ready());
    assert!(wakes[0].poll(|cx| own.as_mut().poll(cx)).is_ready());
}

#[test]
fn the_loop_of_the_thread_commits_its_work_and_that_of_shared_graphs_together() {
    let (page, users, log) = page();
    let posts = Gates::<u32, String>::new("post", &log);
    let gates = posts.clone();
    let post = signal_kernel::from_future(move || gates.open(""));
    let (reader, seen) = (page.clone(), log.clone());
    create_effect(move || {
        let user = reader.read(|page| page.user().value().copied());
        seen.push(format!("{user:?} {:?}", post.value()));
    });
    assert!(poll_once(poll_progress).is_pending());
    log.clear();
    users.ok(1, 5);
    posts.ok(1, 6);
    assert!(poll_once(poll_progress).is_ready());
    assert_eq!(
        log.take().last().map(String::as_str),
        Some("Some(5) Some(6)")
    );
    assert!(poll_once(|cx| pin!(settled()).poll(cx)).is_ready());
}

#[test]
fn polling_the_thread_inside_a_read_of_a_graph_that_has_work_to_poll_names_both_places() {
    let (page, _, _) = page();
    let line = line!() + 1;
    let message = panic_of(|| page.read(|_| poll_once(|cx| pin!(settled()).poll(cx))));
    let (since, here) = (
        format!("the graph is in use since {}:{line}:", file!()),
        format!("and is asked for at {}:{line}:", file!()),
    );
    assert!(
        message.starts_with(&since) && message.contains(&here),
        "{message}"
    );
    let other = self::page().0;
    assert!(other.read(|other| {
        let _ = other.id();
        poll!(page).is_pending()
    }));
}

#[test]
fn several_tasks_wait_and_all_are_woken() {
    let (page, gates, _) = page();
    let wakes = [Wakes::new(), Wakes::new(), Wakes::new()];
    let mut first = pin!(page.progress());
    let mut second = pin!(page.progress());
    let mut ends = pin!(page.settled());
    assert!(wakes[0].poll(|cx| first.as_mut().poll(cx)).is_pending());
    assert!(wakes[1].poll(|cx| second.as_mut().poll(cx)).is_pending());
    assert!(wakes[2].poll(|cx| ends.as_mut().poll(cx)).is_pending());
    gates.ok(1, 5);
    assert_eq!(wakes.each_ref().map(Wakes::take), [1, 1, 1]);
    assert!(wakes[1].poll(|cx| second.as_mut().poll(cx)).is_ready());
    assert!(wakes[2].poll(|cx| ends.as_mut().poll(cx)).is_ready());
    assert!(wakes[0].poll(|cx| first.as_mut().poll(cx)).is_ready());
    assert!(
        poll_once(|cx| pin!(page.progress()).poll(cx)).is_pending(),
        "nothing in flight"
    );
}

#[test]
fn a_waiting_task_is_woken_when_an_update_starts_or_stops_work() {
    let (page, _, _) = page();
    let wakes = Wakes::new();
    let mut ends = pin!(page.settled());
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    page.update(|page| page.set_id(2));
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_pending());
    page.update(|page| page.cancel_user("enough"));
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| ends.as_mut().poll(cx)).is_ready());
}

#[test]
fn tasks_that_come_and_go_do_not_pile_up() {
    let (page, gates, _) = page();
    let driver = Wakes::new();
    let mut waits = pin!(page.progress());
    assert!(driver.poll(|cx| waits.as_mut().poll(cx)).is_pending());
    let held = come_and_go(20_000, |cx| page.poll_progress(cx));
    assert!(held <= 200, "{held} wakers");
    assert_eq!(driver.held(), 1);
    gates.ok(1, 5);
    assert_eq!(driver.take(), 1);
}

#[test]
fn a_crowd_of_tasks_waits_and_all_are_woken() {
    let (page, gates, _) = page();
    let (tasks, polls) = stay(1000, |cx| page.poll_progress(cx));
    assert!(polls < 20_000, "{polls} polls");
    gates.ok(1, 5);
    assert!(tasks.iter().all(|task| task.take() == 1));
}

#[test]
fn replacing_or_dropping_the_graph_wakes_every_task_that_waits() {
    let (page, gates, log) = page();
    let tasks = [Wakes::new(), Wakes::new()];
    let woken = || tasks.each_ref().map(Wakes::take);
    {
        let mut waits = pin!(page.progress());
        let mut ends = pin!(page.settled());
        assert!(tasks[0].poll(|cx| waits.as_mut().poll(cx)).is_pending());
        assert!(tasks[1].poll(|cx| ends.as_mut().poll(cx)).is_pending());
        page.update(|page| *page = Page::new(gates.clone(), log.clone()));
        assert_eq!(woken(), [1, 1]);
        assert!(tasks[0].poll(|cx| waits.as_mut().poll(cx)).is_pending());
        assert!(tasks[1].poll(|cx| ends.as_mut().poll(cx)).is_pending());
        gates.ok(2, 5);
        assert_eq!(woken(), [1, 1]);
        assert!(tasks[0].poll(|cx| waits.as_mut().poll(cx)).is_ready());
        assert!(tasks[1].poll(|cx| ends.as_mut().poll(cx)).is_ready());
    }
    let _ = woken();
    for task in &tasks {
        assert!(task.poll(|cx| page.poll_progress(cx)).is_pending());
    }
    drop(page);
    assert_eq!(woken(), [1, 1]);
    assert_eq!(tasks.each_ref().map(Wakes::held), [0, 0]);
}

#[resource(infallible)]
async fn at_once(id: u32) -> u32 {
    id
}

reactive! {
    struct Restless {
        signal id: u32 = 0;
        resource user = at_once(id);
    }
}

#[test]
fn a_driver_of_work_that_is_ready_at_once_yields_after_sixteen_commits() {
    type Drive = Pin<Box<dyn Future<Output = ()>>>;
    let drives: [fn(Shared<Restless>) -> Drive; 3] = [
        |page| Box::pin(page.settled()),
        |page| {
            Box::pin(async move {
                loop {
                    page.progress().await;
                }
            })
        },
        |page| {
            Box::pin(async move {
                loop {
                    poll_fn(|cx| page.poll_progress(cx)).await;
                }
            })
        },
    ];
    for drive in drives {
        let page = Shared::new(Restless::new());
        let watched = page.clone();
        create_effect(move || {
            let user = watched.read(|page| {
                let user = page.user();
                user.value().copied().filter(|_| !user.is_pending())
            });
            if let Some(id) = user.filter(|&it| it < 1000) {
                watched.update(|page| page.set_id(id + 1));
            }
        });
        let id = || page.read(|page| *page.id());
        let mut task = drive(page.clone());
        let (wakes, other) = (Wakes::new(), Wakes::new());
        for turn in 1..4 {
            assert!(wakes.poll(|cx| task.as_mut().poll(cx)).is_pending());
            assert_eq!(id(), 16 * turn);
            assert!(wakes.take() > 0);
        }
        assert!(other.poll(|cx| page.poll_progress(cx)).is_ready());
        assert_eq!(id(), 49);
    }
}

#[test]
fn b150_a_dropped_wait_drops_no_work_and_the_future_keeps_the_graph() {
    let (page, gates, _) = page();
    drop(page.progress());
    {
        let mut ends = pin!(page.settled());
        assert!(poll_once(|cx| ends.as_mut().poll(cx)).is_pending());
    }
    assert_eq!(gates.alive(), 1);
    let ends = page.settled();
    drop(page);
    gates.ok(1, 5);
    assert_eq!(futures::executor::block_on(ends), ());
    assert!(gates.all_dropped_once());
}

#[test]
fn b161_the_last_handle_drops_the_work() {
    let (page, gates, log) = page();
    let other = page.clone();
    drop(page);
    assert_eq!(gates.alive(), 1);
    drop(other);
    assert_eq!(log.take(), ["user#1 dropped"]);
}

#[test]
fn work_that_panics_reaches_the_poller_after_the_dynamic_effects() {
    let (page, gates, log) = page();
    watch(&page, &log);
    gates.panic(1);
    log.clear();
    assert_eq!(panic_of(|| poll!(page)), "user#1 panicked");
    assert_eq!(
        log.take(),
        [
            "user#1 polled",
            "static cancelled #1 reason=panicked",
            "dynamic cancelled #1 reason=panicked"
        ]
    );
    page.update(|page| page.reload_user());
    gates.ok(2, 5);
    assert!(poll!(page).is_ready());
}

#[test]
fn polling_from_inside_an_update_names_both_places() {
    let (page, _, _) = page();
    let message = panic_of(|| page.update(|_| poll!(page)));
    assert!(
        message.starts_with("the graph is in use since "),
        "{message}"
    );
}

#[resource(local)]
async fn ask(ask: Rc<dyn Fn() -> Gate>) -> Result<u32, String> {
    ask().await
}

reactive! {
    struct Asks {
        let ask: Rc<dyn Fn() -> Gate>;
        signal id: u32 = 1;
        resource user = ask({ let _ = id; ask.clone() });
    }
}

#[test]
fn work_that_uses_a_handle_on_its_own_graph_finds_it_busy() {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let slot: Rc<std::cell::OnceCell<Shared<Asks>>> = Rc::default();
    let (inside, open) = (slot.clone(), gates.clone());
    let page = Shared::new(Asks::new(Rc::new(move || {
        let page = inside.get().expect("it was made");
        assert!(page.try_update(|page| page.set_id(2)).is_err());
        open.open("")
    })));
    assert!(slot.set(page.clone()).is_ok());
    assert!(poll!(page).is_pending());
    gates.ok(1, 5);
    assert!(poll!(page).is_ready());
    assert_eq!(page.read(|page| page.user().value().copied()), Some(5));
}

#[test]
fn a_dynamic_resource_may_have_a_shared_graph_as_its_source_and_both_are_driven_together() {
    let (page, users, log) = page();
    let posts = Gates::<u32, String>::new("post", &log);
    let source = {
        let page = page.clone();
        move || page.read(|page| page.user().value().copied())
    };
    let (post, meta) = signal_kernel::create_resource_when(source, {
        let posts = posts.clone();
        move |id: u32| posts.open(id)
    });
    let both = || async {
        futures::future::select(Box::pin(progress()), Box::pin(page.progress())).await;
    };
    let mut once = pin!(both());
    users.ok(1, 50);
    assert!(poll_once(|cx| once.as_mut().poll(cx)).is_ready());
    assert_eq!(describe!(post, meta), "pending #1");
    posts.ok(1, 9);
    let mut once = pin!(both());
    assert!(poll_once(|cx| once.as_mut().poll(cx)).is_ready());
    assert_eq!(describe!(post, meta), "success #1 value=9");
    page.update(|page| page.reload_user());
    users.ok(2, 50);
    assert!(poll!(page).is_ready());
    assert_eq!(meta.token(), 1, "equal: not asked again");
}

reactive! {
    struct Tells {
        let gates: Gates;
        let tell: Rc<dyn Fn(u32)>;
        resource user = fetch(gates.open(""));
        effect told { if let Some(value) = user.value() { tell.as_ref()(*value) } }
    }
}

#[test]
fn b050_writes_of_a_declared_effect_after_a_commit_settle_when_the_graph_is_free() {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let echo = signal(0);
    let page = Shared::new(Tells::new(
        gates.clone(),
        Rc::new(move |value| echo.set(value)),
    ));
    let reader = page.clone();
    let value = computed(move || reader.read(|page| page.user().value().copied()));
    let seen = log.clone();
    create_effect(move || seen.push(format!("{:?} {}", value.get(), echo.get())));
    gates.ok(1, 5);
    log.clear();
    assert_eq!(poll!(page), Poll::Ready(()));
    assert_eq!(log.take()[2..], ["Some(5) 5"]);
}

#[resource(local)]
async fn through(
    save: signal_kernel::AsyncSignal<u32, String, u32>,
    id: u32,
) -> Result<u32, String> {
    save.run(id).await.ok_or_else(|| "no answer".to_owned())
}

reactive! {
    struct Through {
        let save: signal_kernel::AsyncSignal<u32, String, u32>;
        signal id: u32 = 1;
        resource saved = through(save, id);
    }
}

#[test]
fn work_of_the_graph_may_wait_for_dynamic_work() {
    let gates = Gates::<u32, String>::new("save", &Log::new());
    let save = signal_kernel::create_manual_resource({
        let gates = gates.clone();
        move |input: u32| gates.open(input)
    });
    let page = Shared::new(Through::new(save));
    let wakes = Wakes::new();
    assert!(wakes.poll(|cx| page.poll_progress(cx)).is_pending());
    assert_eq!(gates.input(1), "1");
    assert!(wakes.poll(|cx| page.poll_progress(cx)).is_pending());
    let _ = wakes.take();
    gates.ok(1, 10);
    assert!(poll_once(poll_progress).is_ready());
    assert!(wakes.take() > 0);
    assert!(wakes.poll(|cx| page.poll_progress(cx)).is_ready());
    assert_eq!(page.read(|page| page.saved().value().copied()), Some(10));
}

reactive! {
    /// Work that carries out an order of the test when it is polled.
    struct Pokes {
        let poke: Rc<dyn Fn()>;
        let gates: Gates;
        signal id: u32 = 1;
        resource user = poked(poke, gates.open(id));
    }
}

#[resource(local)]
async fn poked(poke: Rc<dyn Fn()>, gate: Gate) -> Result<u32, String> {
    poke();
    gate.await
}

#[test]
fn a_body_that_was_refused_in_a_poll_runs_again_though_nothing_was_committed() {
    let log = Log::new();
    let poke: Rc<std::cell::RefCell<Box<dyn Fn()>>> =
        Rc::new(std::cell::RefCell::new(Box::new(|| ())));
    let pokes = {
        let poke = poke.clone();
        let gates = Gates::new("user", &log);
        Shared::new(Pokes::new(Rc::new(move || poke.borrow()()), gates))
    };
    let reader = pokes.clone();
    let tried = computed(move || reader.try_read(|it| *it.id() as i32).unwrap_or(-1));
    let reader = pokes.clone();
    let read = computed(move || reader.read(|it| *it.id() as i32));
    *poke.borrow_mut() = Box::new(move || {
        assert_eq!(tried.get(), -1);
        assert!(panic_of(|| read.get()).starts_with("the graph is in use since "));
    });
    assert!(poll!(pokes).is_pending());
    assert_eq!((tried.get(), read.get()), (1, 1));
    assert!(pokes.read(|it| it.user().is_pending()));
}

#[test]
fn b034_a_dynamic_computed_value_cannot_poll() {
    let (page, gates, _) = page();
    gates.ok(1, 5);
    let inside = page.clone();
    let bad = computed(move || {
        let before = inside.read(|page| page.user().value().copied());
        let _ = poll!(inside);
        (before, inside.read(|page| page.user().value().copied()))
    })
    .named("bad");
    let message = panic_of(|| bad.get());
    assert!(
        message.starts_with("computed `bad` writes shared graph made at "),
        "{message}"
    );
    let inside = page.clone();
    let bad = computed(move || poll_once(|cx| pin!(inside.progress()).poll(cx)));
    assert!(panic_of(|| bad.get()).contains("cannot write signals"));
    assert_eq!(gates.polls(1), 0);
    assert!(poll!(page).is_ready());
}

#[test]
fn a_wait_that_finds_the_graph_in_use_names_the_place_where_it_began() {
    let (page, _, _) = page();
    let line = line!() + 1;
    let (progress, settled) = (page.progress(), page.settled());
    let (mut progress, mut settled) = (pin!(progress), pin!(settled));
    let here = format!("asked for at {}:{line}:", file!());
    let message = panic_of(|| page.read(|_| poll_once(|cx| progress.as_mut().poll(cx))));
    assert!(message.contains(&here), "{message}");
    let message = panic_of(|| page.update(|_| poll_once(|cx| settled.as_mut().poll(cx))));
    assert!(message.contains(&here), "{message}");
}

#[test]
fn the_methods_of_a_graph_drive_that_graph_alone() {
    let ((one, ones, _), (other, others, _)) = (page(), page());
    ones.ok(1, 5);
    others.ok(1, 6);
    assert!(poll_once(|cx| pin!(one.settled()).poll(cx)).is_ready());
    assert_eq!((ones.polls(1), others.polls(1)), (1, 0));
    assert!(poll_once(|cx| pin!(other.progress()).poll(cx)).is_ready());
    assert_eq!(other.read(|page| page.user().value().copied()), Some(6));
}
