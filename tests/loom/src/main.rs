//! A model check of the waking path: the ready queue and the wakers of a graph, and the state of a `Live` graph beside
//! its lock, as they are, in every order that the memory model allows for a few threads.
//!
//! `cargo run --release --manifest-path tests/loom/Cargo.toml [-- model]`
//!
//! Invariants: the files under check are those of the runtime crate, with loom's types in the place of the
//! standard library's. A model fails if a wake is lost, if threads wait for each other for ever, or if a waker is
//! kept by what is gone.
//!
//! Must not know: graphs, nodes, values.

#![allow(dead_code)] // the models do not use all of what they check

#[path = "../../../signal-kernel/src/panics.rs"]
mod panics;
/// The files under check, in a module of the name that they have in the crate.
#[path = "."]
mod task {
    #[path = "../../../signal-kernel/src/task/ready.rs"]
    pub(crate) mod ready;
    #[path = "../../../signal-kernel/src/task/wakers.rs"]
    pub(crate) mod wakers;
}

#[path = "."]
mod live {
    #[path = "../../../signal-kernel/src/live/beside.rs"]
    pub(crate) mod beside;
}

/// The shared types of the waking path.
mod sync {
    pub(crate) use loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
    };

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

use live::beside::Beside;
use loom::thread;
use panics::FirstPanic;
use std::{
    env,
    process::ExitCode,
    sync::Arc,
    task::{Wake, Waker},
    time::Instant,
};
use sync::{AtomicBool, Ordering};
use task::ready::{ReadyReceiver, TaskWaker};
use task::wakers::{WaitKey, WakerSet};

type Model = (&'static str, fn());

const MODELS: [Model; 17] = [
    ("a wake while the work is polled", wake_in_a_poll),
    ("a flag and no registration", relaxed_flag),
    ("old wakes while new work begins", old_wakes),
    ("two works ring at once", two_works),
    ("one work rings twice", rings_twice),
    ("a second task polls while work rings", second_task),
    ("a task polls and goes away", gone_task),
    ("a write tells while work rings", news_and_ring),
    ("the graph goes while work rings", graph_goes),
    ("a graph in a mutex, two tasks", in_a_mutex),
    ("a waiter comes while all are woken", waiter_comes),
    ("a wait is dropped while all are woken", waiter_goes),
    ("wakers behind the waker of a graph", waiters_behind),
    ("live: a change while a reader registers", reader_registers),
    ("live: an update while the graph is in use", update_comes),
    ("live: a driver gives way", driver_gives_way),
    ("live: a driver goes while a wait registers", driver_goes),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let wanted = wanted.join(" ");
    for (name, model) in MODELS.iter().filter(|(name, _)| name.contains(&wanted)) {
        let began = Instant::now();
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(4);
        builder.max_branches = 10_000;
        builder.check(*model);
        println!("{name}: holds ({:.1?})", began.elapsed());
    }
    ExitCode::SUCCESS
}

/// A task of an executor: woken or not.
#[derive(Debug)]
struct Task(AtomicBool);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.swap(true, Ordering::AcqRel); // as executors do: a plain store would hide an earlier wake
    }
}

impl Task {
    fn new() -> (Arc<Task>, Waker) {
        let task = Arc::new(Task(AtomicBool::new(false)));
        (task.clone(), Waker::from(task))
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

/// A graph with work that ends when it sees its flag.
struct Graph {
    ready: ReadyReceiver,
    works: Vec<Work>,
}

struct Work {
    waker: Arc<TaskWaker>,
    flag: Arc<AtomicBool>,
    order: Ordering,
    done: bool,
}

impl Graph {
    fn new(works: u32, order: Ordering) -> Self {
        let ready = ReadyReceiver::default();
        let works = (0..works).map(|rank| {
            let waker = TaskWaker::new(&ready.queue, rank);
            waker.start();
            Work {
                waker,
                flag: Arc::new(AtomicBool::new(false)),
                order,
                done: false,
            }
        });
        let works = works.collect();
        Graph { ready, works }
    }

    /// Another thread has this of the work.
    fn outside(&self, work: usize) -> (Arc<AtomicBool>, Waker) {
        let work = &self.works[work];
        (work.flag.clone(), Waker::from(work.waker.clone()))
    }

    /// As `poll_progress`. True: something was committed.
    fn poll(&mut self, waker: &Waker) -> bool {
        let ready = self.ready.take_ready(waker);
        let mut done = false;
        for &rank in &ready {
            let work = &mut self.works[rank as usize];
            work.waker.begin_poll();
            if !work.done && work.flag.load(work.order) {
                work.done = true;
                work.waker.stop();
                done = true;
            }
        }
        self.ready.put_back(ready);
        if done {
            self.ready.queue.clear_changed();
            let mut panics = FirstPanic::default();
            self.ready.notify_others(&mut panics);
        }
        done
    }

    fn write(&mut self, f: impl FnOnce(&mut Self)) {
        f(self);
        let mut panics = FirstPanic::default();
        self.ready.notify_if_changed(&mut panics);
    }

    fn is_done(&self) -> bool {
        self.works.iter().all(|work| work.done)
    }

    /// The other threads are through: polls for as long as the task is woken.
    fn drive(&mut self, task: &Task, waker: &Waker) {
        while task.take() {
            self.poll(waker);
        }
    }
}

/// Another thread that lets work end.
fn ends((flag, waker): (Arc<AtomicBool>, Waker), order: Ordering) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        flag.store(true, order);
        waker.wake();
    })
}

fn wake_in_a_poll() {
    let (task, waker) = Task::new();
    let mut graph = Graph::new(1, Ordering::Acquire);
    let other = ends(graph.outside(0), Ordering::Release);
    graph.poll(&waker);
    graph.poll(&waker);
    other.join().unwrap();
    graph.drive(&task, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

/// The next poll must see all writes that a waker made before it found the work queued.
fn relaxed_flag() {
    let (task, waker) = Task::new();
    let mut graph = Graph::new(1, Ordering::Relaxed);
    let outside = graph.outside(0);
    let early = outside.1.clone();
    let others = [
        thread::spawn(move || early.wake()),
        ends(outside, Ordering::Relaxed),
    ];
    graph.poll(&waker);
    others.into_iter().for_each(|other| other.join().unwrap());
    graph.drive(&task, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

/// The same for wakes that come while other work begins with the same waker.
fn old_wakes() {
    let (task, waker) = Task::new();
    let mut graph = Graph::new(1, Ordering::Relaxed);
    graph.poll(&waker);
    let outside = graph.outside(0);
    let early = outside.1.clone();
    let others = [
        thread::spawn(move || early.wake()),
        ends(outside, Ordering::Relaxed),
    ];
    graph.write(|graph| {
        graph.works[0].waker.stop();
        graph.works[0].waker.start();
    });
    graph.drive(&task, &waker);
    others.into_iter().for_each(|other| other.join().unwrap());
    graph.drive(&task, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

fn two_works() {
    let (task, waker) = Task::new();
    let mut graph = Graph::new(2, Ordering::Relaxed);
    graph.poll(&waker);
    let others = [0, 1].map(|work| ends(graph.outside(work), Ordering::Relaxed));
    graph.drive(&task, &waker);
    others.into_iter().for_each(|other| other.join().unwrap());
    graph.drive(&task, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

fn rings_twice() {
    let (task, waker) = Task::new();
    let mut graph = Graph::new(1, Ordering::Relaxed);
    graph.poll(&waker);
    let (flag, outside) = graph.outside(0);
    let other = thread::spawn(move || {
        outside.wake_by_ref();
        flag.store(true, Ordering::Relaxed);
        outside.wake();
    });
    graph.drive(&task, &waker);
    other.join().unwrap();
    graph.drive(&task, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

fn second_task() {
    let tasks = [Task::new(), Task::new()];
    let mut graph = Graph::new(1, Ordering::Relaxed);
    graph.poll(&tasks[0].1);
    let other = ends(graph.outside(0), Ordering::Relaxed);
    let done = graph.poll(&tasks[1].1);
    other.join().unwrap();
    assert!(tasks[0].0.take(), "the first was told nothing");
    let woken = tasks[1].0.take();
    assert!(woken || done, "the second was told nothing");
    if !done {
        graph.poll(&tasks[1].1);
    }
    assert!(graph.is_done(), "a wake was lost");
}

fn gone_task() {
    let (driver, waker) = Task::new();
    let (handler, once) = Task::new();
    let mut graph = Graph::new(1, Ordering::Relaxed);
    graph.poll(&waker);
    graph.outside(0).1.wake();
    graph.drive(&driver, &waker); // woken once, and has polled since
    let other = ends(graph.outside(0), Ordering::Relaxed);
    graph.poll(&once);
    drop(once);
    graph.drive(&driver, &waker);
    other.join().unwrap();
    graph.drive(&driver, &waker);
    assert!(graph.is_done(), "a wake was lost");
    drop(graph);
    assert_eq!(Arc::strong_count(&handler), 1, "a waker is kept");
}

fn news_and_ring() {
    let (task, waker) = Task::new();
    let mut graph = Graph::new(2, Ordering::Relaxed);
    graph.poll(&waker);
    let other = ends(graph.outside(0), Ordering::Relaxed);
    graph.write(|graph| {
        graph.works[1].waker.stop();
        graph.works[1].done = true;
    });
    assert!(task.0.load(Ordering::Acquire), "news were not told");
    graph.drive(&task, &waker);
    other.join().unwrap();
    graph.drive(&task, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

fn graph_goes() {
    let tasks = [Task::new(), Task::new()];
    let mut graph = Graph::new(1, Ordering::Relaxed);
    for (_, waker) in &tasks {
        graph.poll(waker);
    }
    let outside = graph.outside(0);
    let kept = outside.1.clone();
    let other = ends(outside, Ordering::Relaxed);
    drop(graph);
    other.join().unwrap();
    for (task, _) in &tasks {
        assert!(task.take(), "a task was told nothing");
        assert_eq!(Arc::strong_count(task), 2, "a waker is kept");
    }
    drop(kept);
}

fn in_a_mutex() {
    let graph = Arc::new(loom::sync::Mutex::new(Graph::new(1, Ordering::Relaxed)));
    let (driver, waker) = Task::new();
    graph.lock().unwrap().poll(&waker);
    let outside = graph.lock().unwrap().outside(0);
    let others = [
        ends(outside, Ordering::Relaxed),
        thread::spawn({
            let graph = graph.clone();
            move || {
                let (_, once) = Task::new();
                graph.lock().unwrap().poll(&once);
            }
        }),
    ];
    graph.lock().unwrap().drive(&driver, &waker);
    others.into_iter().for_each(|other| other.join().unwrap());
    let mut graph = graph.lock().unwrap();
    graph.drive(&driver, &waker);
    assert!(graph.is_done(), "a wake was lost");
}

fn waiter_comes() {
    let wakers = Arc::<WakerSet>::default();
    let tasks = [Task::new(), Task::new()];
    let flag = Arc::new(AtomicBool::new(false));
    wakers.add(&tasks[0].1, None);
    let other = thread::spawn({
        let (wakers, flag) = (wakers.clone(), flag.clone());
        move || {
            flag.store(true, Ordering::Relaxed);
            wakers.wake();
        }
    });
    let mut seat = WaitKey::default();
    wakers.add(&tasks[1].1, Some(&mut seat));
    // Each wake comes with the lock: after it, what was written before is seen.
    wakers.add(&tasks[0].1, None);
    let seen = flag.load(Ordering::Relaxed);
    other.join().unwrap();
    assert!(tasks[0].0.take(), "the first was told nothing");
    assert!(seen || tasks[1].0.take(), "the second was told nothing");
}

fn waiter_goes() {
    let wakers = Arc::<WakerSet>::default();
    let tasks = [Task::new(), Task::new()];
    let mut seats = [WaitKey::default(), WaitKey::default()];
    for ((_, waker), seat) in tasks.iter().zip(&mut seats) {
        wakers.add(waker, Some(seat));
    }
    let other = thread::spawn({
        let wakers = wakers.clone();
        move || wakers.wake()
    });
    let [first, second] = seats;
    drop(first);
    other.join().unwrap();
    assert!(tasks[1].0.take(), "the second was told nothing");
    let mut second = second;
    wakers.add(&tasks[1].1, Some(&mut second));
    drop(second);
    for (task, _) in &tasks {
        assert_eq!(Arc::strong_count(task), 2, "a waker is kept");
    }
}

/// As the functions and `Shared` have it.
fn waiters_behind() {
    let wakers = Arc::<WakerSet>::default();
    let inside = Waker::from(wakers.clone());
    let tasks = [Task::new(), Task::new()];
    let mut seats = [WaitKey::default(), WaitKey::default()];
    let mut graph = Graph::new(1, Ordering::Relaxed);
    wakers.add(&tasks[0].1, Some(&mut seats[0]));
    graph.poll(&inside);
    let other = ends(graph.outside(0), Ordering::Relaxed);
    wakers.add(&tasks[1].1, Some(&mut seats[1]));
    let mut done = graph.poll(&inside);
    other.join().unwrap();
    assert!(tasks[0].0.take(), "the first was told nothing");
    if !done {
        assert!(tasks[1].0.take(), "the second was told nothing");
        wakers.add(&tasks[1].1, Some(&mut seats[1]));
        done = graph.poll(&inside);
    }
    assert!(done, "a wake was lost");
}

/// A graph behind a lock: the lock guards the number of updates that it has seen.
struct Locked {
    graph: loom::sync::Mutex<u32>,
    later: loom::sync::Mutex<u32>,
    beside: Beside,
}

impl Locked {
    fn new() -> Arc<Self> {
        Arc::new(Locked {
            graph: loom::sync::Mutex::new(0),
            later: loom::sync::Mutex::new(0),
            beside: Beside::new(0),
        })
    }

    /// A use of the graph that has changed it, as `Inner::release` and `Inner::follow_up` end one.
    fn leave(&self, mut graph: loom::sync::MutexGuard<'_, u32>, version: u64) {
        let mut panics = FirstPanic::default();
        if self.beside.is_marked() {
            self.run_later(&mut graph);
        }
        let changed = self.beside.publish(version);
        drop(graph);
        let marked = self.beside.released();
        if changed {
            self.beside.wake_changed(&mut panics);
        }
        if marked {
            self.beside.follow_up(&mut panics);
            self.carry_out();
        }
    }

    fn run_later(&self, graph: &mut u32) {
        if self.beside.take_later() {
            *graph += std::mem::take(&mut *self.later.lock().unwrap());
        }
    }

    fn carry_out(&self) {
        while self.beside.has_later() {
            let Ok(mut graph) = self.graph.try_lock() else {
                return;
            };
            self.run_later(&mut graph);
            drop(graph);
            self.beside.released();
        }
    }
}

fn reader_registers() {
    let locked = Locked::new();
    let (task, waker) = Task::new();
    let writer = thread::spawn({
        let locked = locked.clone();
        move || locked.leave(locked.graph.lock().unwrap(), 1)
    });
    let mut key = WaitKey::default();
    locked.beside.changes.add(&waker, Some(&mut key));
    let seen = locked.beside.version_after_registration();
    writer.join().unwrap();
    assert!(seen == 1 || task.take(), "a change was missed");
}

fn update_comes() {
    let locked = Locked::new();
    let user = thread::spawn({
        let locked = locked.clone();
        move || locked.leave(locked.graph.lock().unwrap(), 1)
    });
    *locked.later.lock().unwrap() += 1;
    locked.beside.add_later();
    locked.carry_out();
    user.join().unwrap();
    assert_eq!(*locked.graph.lock().unwrap(), 1, "an update sleeps");
}

fn driver_gives_way() {
    let locked = Locked::new();
    let (task, waker) = Task::new();
    let polls = locked.graph.lock().unwrap();
    let caller = thread::spawn({
        let locked = locked.clone();
        move || {
            let graph = locked.beside.wait(|| locked.graph.lock().unwrap());
            locked.leave(graph, 1);
        }
    });
    let turn = locked.beside.turn();
    drop(polls);
    let mut key = WaitKey::default();
    locked.beside.work.add(&waker, Some(&mut key));
    let gives_way = locked.beside.gives_way(turn);
    caller.join().unwrap();
    assert!(!gives_way || task.take(), "the driver sleeps");
    assert!(
        !locked.beside.gives_way(turn),
        "the caller has had its turn"
    );
}

fn driver_goes() {
    let locked = Locked::new();
    let (task, waker) = Task::new();
    locked.beside.add_driver();
    let driver = thread::spawn({
        let locked = locked.clone();
        move || locked.beside.remove_driver()
    });
    let mut key = WaitKey::default();
    locked.beside.changes.add(&waker, Some(&mut key));
    let drives = !locked.beside.has_driver();
    driver.join().unwrap();
    assert!(drives || task.take(), "nobody drives");
}
