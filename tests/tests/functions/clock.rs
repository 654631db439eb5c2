//! `ManualClock`: the order in which sleeps end, the wakers, and sleeps that are dropped. It knows no graph; the last
//! tests let a graph wait for it.
//!
//! Invariants: nothing sleeps but on the clock.

use futures::{FutureExt, executor::block_on, task::noop_waker};
use signal_kernel::{
    create_resource, poll_progress, signal,
    time::{ManualClock, Sleep, Sleeper},
};
use signal_kernel_tests::log::{Log, NOTHING};
use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

const SECOND: Duration = Duration::from_secs(1);

/// A waker that does this when it is called.
struct Calls<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Calls<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn calls(what: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Calls(what)))
}

/// A waker that notes its name and the time.
fn notes(log: &Log, clock: &ManualClock, name: &'static str) -> Waker {
    let (log, clock) = (log.clone(), clock.clone());
    calls(move || log.push(format!("{name} at {}", clock.elapsed().as_secs())))
}

fn poll(sleep: &mut Sleep, waker: &Waker) -> Poll<()> {
    Pin::new(sleep).poll(&mut Context::from_waker(waker))
}

#[test]
fn sleeps_end_in_order_of_time_and_then_in_the_order_in_which_they_were_made() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let mut sleeps = [3, 1, 2, 1, 3].map(|seconds| clock.sleep(seconds * SECOND));
    // The order of the polls does not count.
    for (name, at) in ["five", "four", "three", "two", "one"]
        .into_iter()
        .zip((0..5).rev())
    {
        assert!(poll(&mut sleeps[at], &notes(&log, &clock, name)).is_pending());
    }
    assert_eq!(clock.until_next(), Some(SECOND));
    clock.advance(2 * SECOND);
    assert_eq!(log.take(), ["two at 1", "four at 1", "three at 2"]);
    assert_eq!(clock.elapsed(), 2 * SECOND);
    let ended = sleeps
        .iter_mut()
        .map(|sleep| poll(sleep, Waker::noop()).is_ready());
    assert_eq!(ended.collect::<Vec<_>>(), [false, true, true, true, false]);
    clock.advance(SECOND);
    assert_eq!(log.take(), NOTHING, "their wakers were exchanged");
    assert_eq!(clock.until_next(), None);
}

#[test]
fn a_sleep_of_no_time_has_ended_and_one_that_has_ended_stays_so() {
    let clock = ManualClock::new();
    let mut none = clock.sleep(Duration::ZERO);
    assert!(poll(&mut none, Waker::noop()).is_ready());
    let mut late = clock.sleep(SECOND);
    clock.advance(SECOND); // it was never polled
    assert!(poll(&mut late, Waker::noop()).is_ready());
    assert!(poll(&mut late, Waker::noop()).is_ready());
    assert_eq!(clock.until_next(), None);
}

#[test]
fn the_time_of_a_sleep_is_counted_from_the_call_and_not_from_its_first_poll() {
    let clock = ManualClock::new();
    let mut sleep = clock.sleep(3 * SECOND);
    clock.advance(2 * SECOND);
    assert!(poll(&mut sleep, Waker::noop()).is_pending());
    assert_eq!(clock.until_next(), Some(SECOND));
}

#[test]
fn only_the_waker_of_the_last_poll_is_called_and_only_once() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let mut sleep = clock.sleep(SECOND);
    let (old, new) = (notes(&log, &clock, "old"), notes(&log, &clock, "new"));
    assert!(poll(&mut sleep, &old).is_pending());
    assert!(poll(&mut sleep, &new).is_pending());
    assert!(poll(&mut sleep, &new).is_pending());
    clock.advance(SECOND);
    clock.advance(SECOND);
    assert_eq!(log.take(), ["new at 1"]);
}

#[test]
fn a_sleep_that_is_dropped_leaves_nothing_on_the_clock() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let held = Arc::new(());
    let waker = calls({
        let (log, held) = (log.clone(), held.clone());
        move || {
            let _ = &held;
            log.push("woken");
        }
    });
    let (mut stays, mut goes) = (clock.sleep(2 * SECOND), clock.sleep(SECOND));
    assert!(poll(&mut stays, &waker).is_pending());
    assert!(poll(&mut goes, &waker).is_pending());
    drop(waker);
    drop(goes);
    assert_eq!(clock.until_next(), Some(2 * SECOND));
    assert_eq!(
        format!("{clock:?}"),
        "ManualClock { elapsed: 0ns, sleeping: 1 }"
    );
    drop(stays);
    assert_eq!(Arc::strong_count(&held), 1);
    clock.advance(3 * SECOND);
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn a_waker_finds_the_time_at_which_its_sleep_ended_and_may_sleep_again_in_the_same_advance() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let sleep = Arc::new(Mutex::new(clock.sleep(SECOND)));
    let again = calls({
        let (clock, log, sleep) = (clock.clone(), log.clone(), sleep.clone());
        move || {
            log.push(clock.elapsed().as_secs());
            let mut next = clock.sleep(SECOND);
            assert!(poll(&mut next, &notes(&log, &clock, "next")).is_pending());
            *sleep.lock().unwrap() = next;
        }
    });
    assert!(poll(&mut sleep.lock().unwrap(), &again).is_pending());
    clock.advance(5 * SECOND);
    assert_eq!(log.take(), ["1", "next at 2"]);
    assert_eq!(clock.elapsed(), 5 * SECOND);
}

#[test]
fn a_waker_may_advance_the_clock_and_the_times_add_up() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let mut sleeps = [1, 2, 6, 14].map(|seconds| clock.sleep(seconds * SECOND));
    let advances = calls({
        let (clock, log) = (clock.clone(), log.clone());
        move || {
            log.push(format!("advances at {}", clock.elapsed().as_secs()));
            clock.advance(10 * SECOND);
            log.push(format!("has advanced to {}", clock.elapsed().as_secs()));
        }
    });
    assert!(poll(&mut sleeps[0], &advances).is_pending());
    for (sleep, name) in sleeps[1..].iter_mut().zip(["a", "b", "c"]) {
        assert!(poll(sleep, &notes(&log, &clock, name)).is_pending());
    }
    clock.advance(5 * SECOND);
    let expected = [
        "advances at 1",
        "a at 2",
        "b at 6",
        "c at 14",
        "has advanced to 15",
    ];
    assert_eq!(log.take(), expected);
    assert_eq!(clock.elapsed(), 15 * SECOND);
}

#[test]
fn every_sleep_is_woken_though_a_waker_panics_and_the_first_panic_goes_on() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let mut sleeps = [1, 2, 3, 4].map(|seconds| clock.sleep(seconds * SECOND));
    let wakers = [
        calls(|| panic!("first")),
        notes(&log, &clock, "second"),
        calls(|| panic!("third")),
        notes(&log, &clock, "fourth"),
    ];
    for (sleep, waker) in sleeps.iter_mut().zip(&wakers) {
        assert!(poll(sleep, waker).is_pending());
    }
    let panic = catch_unwind(AssertUnwindSafe(|| clock.advance(5 * SECOND)));
    let panic = panic.expect_err("two wakers have panicked");
    assert_eq!(panic.downcast_ref(), Some(&"first"));
    assert_eq!(log.take(), ["second at 2", "fourth at 4"]);
    assert_eq!(clock.elapsed(), 5 * SECOND);
    assert_eq!(clock.until_next(), None);
}

/// A waker that uses the clock when it is dropped.
struct UsesItsClock(ManualClock, Log);

impl Wake for UsesItsClock {
    fn wake(self: Arc<Self>) {}
}

impl Drop for UsesItsClock {
    fn drop(&mut self) {
        self.1
            .push(format!("dropped at {}", self.0.elapsed().as_secs()));
    }
}

#[test]
fn a_waker_may_use_the_clock_when_it_is_dropped() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let waker = || Waker::from(Arc::new(UsesItsClock(clock.clone(), log.clone())));
    let mut sleep = clock.sleep(SECOND);
    assert!(poll(&mut sleep, &waker()).is_pending());
    assert_eq!(log.take(), NOTHING);
    assert!(poll(&mut sleep, &waker()).is_pending());
    assert_eq!(log.take(), ["dropped at 0"], "exchanged");
    drop(sleep);
    assert_eq!(log.take(), ["dropped at 0"], "with its sleep");
    let mut sleep = clock.sleep(SECOND);
    assert!(poll(&mut sleep, &waker()).is_pending());
    clock.advance(2 * SECOND);
    assert_eq!(log.take(), ["dropped at 1"], "woken");
}

#[test]
fn time_has_an_end_and_no_sleep_ends_later() {
    let clock = ManualClock::new();
    clock.advance(SECOND);
    let mut longest = clock.sleep(Duration::MAX);
    assert!(poll(&mut longest, Waker::noop()).is_pending());
    clock.advance(Duration::MAX - 2 * SECOND);
    assert!(poll(&mut longest, Waker::noop()).is_pending());
    clock.advance(Duration::MAX);
    assert!(poll(&mut longest, Waker::noop()).is_ready());
    assert_eq!(clock.elapsed(), Duration::MAX);
    assert!(poll(&mut clock.sleep(SECOND), Waker::noop()).is_ready());
}

#[test]
fn threads_may_sleep_and_advance_at_once_and_no_sleep_is_missed() {
    const THREADS: usize = 4;
    let clock = ManualClock::new();
    let (ended, asleep) = (AtomicUsize::new(0), AtomicBool::new(true));
    thread::scope(|scope| {
        let sleepers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (clock, ended) = (clock.clone(), &ended);
                scope.spawn(move || {
                    for round in 0..500u32 {
                        let time = Duration::from_millis(u64::from(round) % 7 + thread as u64);
                        block_on(clock.sleep(time));
                        ended.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for _ in 0..2 {
            scope.spawn(|| {
                while asleep.load(Ordering::Relaxed) {
                    clock.advance(Duration::from_millis(1));
                }
            });
        }
        sleepers
            .into_iter()
            .for_each(|sleeper| sleeper.join().unwrap());
        asleep.store(false, Ordering::Relaxed);
    });
    assert_eq!(ended.into_inner(), THREADS * 500);
    assert_eq!(clock.until_next(), None);
}

#[test]
fn a_function_is_a_sleeper_and_so_is_a_clock() {
    async fn nap(sleeper: impl Sleeper) -> u8 {
        sleeper.sleep(SECOND).await;
        7
    }
    /// The type of this sleep has no name, and the sleep yields something.
    async fn mine(time: Duration) -> Duration {
        time
    }
    assert_eq!(nap(mine).now_or_never(), Some(7));
    assert_eq!(
        nap(futures::future::ready::<Duration>).now_or_never(),
        Some(7)
    );
    assert_eq!(nap(|_| std::future::pending::<()>()).now_or_never(), None);
    let clock = ManualClock::new();
    let mut work = pin!(nap(clock.clone()));
    assert_eq!(work.as_mut().now_or_never(), None);
    clock.advance(SECOND);
    assert_eq!(work.now_or_never(), Some(7));
    let tokio = tokio::runtime::Builder::new_current_thread();
    let tokio = { tokio }.enable_time().start_paused(true).build().unwrap();
    assert_eq!(tokio.block_on(nap(tokio::time::sleep)), 7);
}

#[test]
fn a_clock_and_its_sleeps_go_to_any_thread() {
    fn goes<T: Send + Sync + Unpin + 'static>() {}
    goes::<ManualClock>();
    goes::<Sleep>();
}

#[test]
fn work_of_a_graph_sleeps_on_a_clock_and_outdated_sleeps_leave_it() {
    let (clock, question) = (ManualClock::new(), signal(1));
    let (value, meta) = create_resource(move || question.get(), {
        let clock = clock.clone();
        move |question: u32| {
            let sleep = clock.sleep(SECOND);
            async move {
                sleep.await;
                Ok::<_, ()>(question * 10)
            }
        }
    });
    let waker = noop_waker();
    let drive = || poll_progress(&mut Context::from_waker(&waker)).is_ready();
    for keystroke in 2..5 {
        assert!(!drive());
        clock.advance(SECOND / 2);
        question.set(keystroke);
    }
    assert!(!drive());
    assert_eq!(clock.until_next(), Some(SECOND));
    clock.advance(SECOND);
    assert!(drive());
    assert_eq!((value.get(), meta.is_pending()), (Some(40), false));
}
