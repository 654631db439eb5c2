//! The bytes of threads that have ended: none is left of a program, whether its nodes were disposed of or ended with
//! their thread. None is left of a `Live` graph either. A `ManualClock` needs none for its sleeps, a graph none to sleep
//! again, and a fold none for the items of a stream (`STEPS` of them).
//!
//! A program of its own, since the allocator counts for the whole process.

use futures::{Stream, StreamExt, stream};
use signal_kernel::{AsyncStatus, Live, reactive, resource, time::ManualClock};
use signal_kernel_random::{Settings, try_seed};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::{
    alloc::System,
    env,
    future::{Future, pending},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

fn main() {
    threads();
    live_graphs();
    sleeps();
    waits();
    items();
}

/// A thread that has ended leaves no bytes.
fn threads() {
    let base = Settings {
        work: true,
        ..Settings::PLAIN
    };
    let reenter = Settings {
        reenter: true,
        ..base
    };
    let panics = Settings {
        panics: true,
        ..reenter
    };
    let declared = Settings {
        declared: true,
        ..panics
    };
    for settings in [base, reenter, panics, declared] {
        // The process makes some things once.
        for seed in 0..5 {
            assert_eq!(try_seed(settings, seed), Ok(()));
        }
        let before = bytes();
        for seed in 5..40 {
            assert_eq!(try_seed(settings, seed), Ok(()));
            assert_eq!(bytes(), before, "seed {seed} of {settings:?}");
        }
    }
}

#[resource(infallible)]
async fn work(id: u64) -> u64 {
    if id % 2 == 0 { id } else { pending().await }
}

reactive! {
    struct Short {
        signal id: u64;
        resource answer = work(id);
    }
}

/// A graph with a driver, a wait that is dropped half-way, two readers and a write; then its last handle goes.
fn open_and_drop(id: u64) {
    let mut context = Context::from_waker(Waker::noop());
    let live = Live::new(Short::new(id));
    let mut driver = pin!(live.driver());
    assert!(driver.as_mut().poll(&mut context).is_pending());
    let mut updates = live.watch(|it| it.answer().value().copied());
    let mut other = updates.clone();
    assert!(updates.poll_next_unpin(&mut context).is_ready());
    {
        let mut wait = pin!(live.until(|it| (*it.id() == id + 2).then_some(())));
        assert!(wait.as_mut().poll(&mut context).is_pending());
    }
    live.update_later(move |it| it.set_id(id + 1));
    assert!(other.poll_next_unpin(&mut context).is_ready());
    drop(live);
    assert!(driver.as_mut().poll(&mut context).is_ready());
}

/// 40 000 graphs leave no bytes.
fn live_graphs() {
    (0..10).for_each(open_and_drop);
    let before = bytes();
    (0..40_000).for_each(open_and_drop);
    assert_eq!(bytes(), before);
}

/// A clock that has had as many sleeps before allocates nothing, whether they end or are dropped.
fn sleeps() {
    const COUNT: usize = 50;
    let clock = ManualClock::new();
    let mut context = Context::from_waker(Waker::noop());
    let mut round = |round: u64| {
        let sleeps: [_; COUNT] = std::array::from_fn(|at| {
            let time = Duration::from_millis(at as u64 * 7 % 5 + round);
            let mut sleep = Box::pin(clock.sleep(time));
            let _ = sleep.as_mut().poll(&mut context);
            sleep
        });
        clock.advance(Duration::from_millis(2));
        drop(sleeps);
    };
    round(0);
    let before = ALLOCATOR.stats().allocations;
    (1..100).for_each(round);
    assert_eq!(
        ALLOCATOR.stats().allocations - before,
        99 * COUNT,
        "the boxes"
    );
}

reactive! {
    #[sleep(clock)]
    struct Search {
        let clock: ManualClock;
        signal query: u64 = 0;
        #[debounce(150ms)]
        #[timeout(2s)]
        #[retry(3, 1s..=8s)]
        #[refresh(60s)]
        resource hits = find(query);
    }
}

#[resource]
async fn find(query: u64) -> Result<u64, u64> {
    match query % 3 {
        0 => pending().await, // until it takes too long
        1 => Err(query),
        _ => Ok(query),
    }
}

/// A burst of writes, answers, errors, time-outs, waits and a refresh, each of them again: nothing is allocated but the
/// durations of time-outs.
fn waits() {
    let clock = ManualClock::new();
    let mut search = Search::new(clock.clone());
    let mut context = Context::from_waker(Waker::noop());
    let mut round = |round: u64| {
        for keystroke in 0..5 {
            search.set_query(round * 6 + keystroke);
            while search.poll_progress(&mut context).is_ready() {}
        }
        for _ in 0..12 {
            let Some(time) = clock.until_next() else {
                break;
            };
            clock.advance(time);
            while search.poll_progress(&mut context).is_ready() {}
        }
        search.hits().failures()
    };
    for number in 0..3 {
        round(number);
    }
    let before = ALLOCATOR.stats().allocations;
    let failures: u32 = (3..100).map(round).sum();
    let late = ALLOCATOR.stats().allocations - before;
    assert!(
        late <= failures as usize,
        "{late} allocations, {failures} failures"
    );
}

#[resource(infallible, fold(u64, add))]
fn numbers(count: u64) -> impl Stream<Item = u64> {
    stream::iter(1..=count)
}

fn add(sum: &mut u64, number: u64) {
    *sum += number;
}

reactive! {
    struct Sum {
        let settles: Arc<AtomicU64>;
        signal count: u64;
        resource sum = numbers(count);
        effect see { let _ = sum.value(); settles.fetch_add(1, Ordering::Relaxed); }
    }
}

/// Only the first poll allocates. Each poll that takes items is one settle, and the driver yields after each.
fn items() {
    let count = env::var("STEPS").map_or(1_000_000, |steps| steps.parse().expect("a number"));
    let settles = Arc::new(AtomicU64::new(0));
    let mut sum = Sum::new(settles.clone(), count);
    let mut context = Context::from_waker(Waker::noop());
    assert!(sum.poll_progress(&mut context).is_ready());
    let (before, mut polls, mut yields) = (ALLOCATOR.stats().allocations, 0, 0);
    settles.store(0, Ordering::Relaxed);
    while sum.sum().status() == AsyncStatus::Streaming {
        match sum.poll_progress(&mut context) {
            Poll::Ready(()) => polls += 1,
            Poll::Pending => yields += 1,
        }
    }
    assert_eq!(sum.sum().stable(), Some(&(count * (count + 1) / 2)));
    assert_eq!(ALLOCATOR.stats().allocations, before);
    assert_eq!((settles.load(Ordering::Relaxed), yields), (polls, polls));
    println!("{count} items: {polls} polls, as many settles and yields, 0 allocations");
}
