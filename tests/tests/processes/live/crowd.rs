//! Many tasks on one graph, on a runtime of several threads.
//!
//! The number of transactions is `STEPS`; under ThreadSanitizer as the tests of `wakes`.

use super::*;
use futures::StreamExt;
use signal_kernel_tests::panics::silence;
use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use tokio::{
    task::{JoinSet, yield_now},
    time::timeout,
};

#[resource(infallible)]
async fn tenfold(id: u64) -> u64 {
    for _ in 0..id % 4 {
        yield_now().await;
    }
    id * 10
}

reactive! {
    /// Two numbers that are always equal, and work.
    struct Pair {
        signal left: u64 = 0;
        signal right: u64 = 0;
        signal later: u64 = 0;
        signal id: u64 = 0;
        computed sum: u64 = left + right;
        resource answer = tenfold(id);
        effect fails {
            if sum % 998 == 996 { panic!("an effect") }
        }
    }
}

const WRITERS: u64 = 8;
const READERS: u64 = 16;
const WAITERS: u64 = 16;
const WATCHERS: u64 = 4;

/// The observations of the tasks.
#[derive(Default)]
struct Seen {
    committed: AtomicU64,
    failed: AtomicU64,
    panicked: AtomicU64,
    reported: AtomicU64,
    later: AtomicU64,
    torn: AtomicU64,
    gave_up: AtomicU64,
    over: AtomicBool,
}

impl Seen {
    fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn check(&self, left: u64, right: u64) {
        if left != right {
            Self::add(&self.torn);
        }
    }
}

/// A third of the transactions fails half-way. Each commit runs an effect that may panic.
async fn write(live: Live<Pair>, seen: Arc<Seen>, writer: u64, steps: u64) {
    silence();
    for step in 0..steps {
        let transaction = || {
            live.transaction(|pair| {
                let next = pair.left() + 1;
                pair.set_left(next);
                if step % 3 == writer % 3 {
                    return Err(());
                }
                pair.set_right(next);
                Ok(())
            })
        };
        match catch_unwind(AssertUnwindSafe(transaction)) {
            Ok(Ok(())) => Seen::add(&seen.committed),
            Ok(Err(())) => Seen::add(&seen.failed),
            Err(_) => {
                Seen::add(&seen.committed); // the panic of the effect comes after the commit
                Seen::add(&seen.panicked);
            }
        }
        if step % 64 == 0 {
            let id = step * WRITERS + writer;
            live.update(|pair| pair.set_id(id));
            live.update_later(|pair| pair.update_later_with_one());
            Seen::add(&seen.later);
            yield_now().await;
        }
    }
}

impl PairBatch<'_> {
    fn update_later_with_one(&mut self) {
        self.update_later(|later| *later += 1);
    }
}

async fn read(live: Live<Pair>, seen: Arc<Seen>) {
    while !seen.over.load(Ordering::Relaxed) {
        let (left, right) = live.read(|pair| (*pair.left(), *pair.right()));
        seen.check(left, right);
        yield_now().await;
    }
}

/// Waits that come and go: some give up at once, the others wait for the next few commits.
async fn wait(live: Live<Pair>, seen: Arc<Seen>, waiter: u64, total: u64) {
    let mut round = waiter;
    loop {
        let now = live.read(|pair| *pair.left());
        let target = (now + 1 + round % 50).min(total);
        round += 1;
        if round % 3 == 0 {
            let never = live.until(|pair| (*pair.left() > total).then_some(()));
            tokio::select! {
                biased;
                () = never => unreachable!("more commits than transactions"),
                () = yield_now() => Seen::add(&seen.gave_up),
            }
        }
        let reached =
            live.until(|pair| (*pair.left() >= target).then(|| (*pair.left(), *pair.right())));
        let (left, right) = reached.await;
        seen.check(left, right);
        if left == total {
            return;
        }
    }
}

#[test]
fn readers_writers_and_waiters_see_nothing_torn_and_nothing_is_lost_or_asleep() {
    let steps = env::var("STEPS").map_or(20_000, |steps| steps.parse().unwrap());
    let each: u64 = (steps / WRITERS).next_multiple_of(3);
    let total = WRITERS * each / 3 * 2;
    silence();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .on_thread_start(silence)
        .enable_time()
        .build()
        .unwrap();
    let seen = Arc::new(Seen::default());
    runtime.block_on(async {
        let live = Live::new(Pair::new());
        live.on_panic({
            let seen = seen.clone();
            move |_| Seen::add(&seen.reported)
        });
        let drivers = [(); 2].map(|()| tokio::spawn(live.driver()));
        let updates = live.watch(|pair| (*pair.left(), *pair.right()));
        let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
        let (mut waiters, mut watchers) = (JoinSet::new(), JoinSet::new());
        for _ in 0..WATCHERS {
            let (mut updates, seen) = (updates.clone(), seen.clone());
            watchers.spawn(async move {
                let mut last = (None, 0);
                while let Some((version, pair)) = updates.next().await {
                    seen.check(pair.0, pair.1);
                    assert!(last.0 < Some(version) && last.1 <= pair.0, "in order");
                    last = (Some(version), pair.0);
                    if pair.0 == total {
                        return; // the newest is never missed
                    }
                }
                panic!("the stream has ended");
            });
        }
        drop(updates);
        for waiter in 0..WAITERS {
            waiters.spawn(wait(live.clone(), seen.clone(), waiter, total));
        }
        for _ in 0..READERS {
            readers.spawn(read(live.clone(), seen.clone()));
        }
        for writer in 0..WRITERS {
            writers.spawn(write(live.clone(), seen.clone(), writer, each));
        }
        let ended = timeout(Duration::from_secs(3000), async {
            writers.join_all().await;
            waiters.join_all().await;
            watchers.join_all().await;
            let answer = live.until(|pair| {
                let answer = pair.answer();
                answer.value().copied().filter(|_| !answer.is_pending())
            });
            let answer = answer.await;
            seen.over.store(true, Ordering::Relaxed);
            readers.join_all().await;
            assert_eq!(live.read(|pair| *pair.id()) * 10, answer);
        });
        assert!(ended.await.is_ok(), "a task sleeps for ever");
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (left, right, later) = live.read(|pair| (*pair.left(), *pair.right(), *pair.later()));
        assert_eq!((left, right, count(&seen.committed)), (total, total, total));
        assert_eq!(count(&seen.failed), WRITERS * each - total);
        assert_eq!(count(&seen.torn), 0);
        assert_eq!(later, count(&seen.later));
        assert_eq!(count(&seen.panicked), (2 * total + 2) / 998);
        println!(
            "{} transactions: {left} committed, {} failed, {} with a panic of an effect ({} reported), {} waits given up, \
             {later} later",
            WRITERS * each,
            count(&seen.failed),
            count(&seen.panicked),
            count(&seen.reported),
            count(&seen.gave_up),
        );
        drop(live);
        for driver in drivers {
            driver.await.unwrap();
        }
    });
}

#[test]
fn forty_thousand_graphs_that_come_and_go_leave_no_task() {
    const ROUNDS: usize = 40;
    const AT_ONCE: usize = 1000;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let metrics = runtime.metrics();
    let alive = Arc::new(());
    runtime.block_on(async {
        for round in 0..ROUNDS {
            let mut tasks = JoinSet::new();
            let mut graphs = Vec::new();
            for _ in 0..AT_ONCE {
                reactive! {
                    struct Short {
                        #[allow(dead_code)]
                        let alive: Arc<()>;
                        signal id: u64 = 0;
                        resource answer = tenfold(id);
                    }
                }
                let live = Live::new(Short::new(alive.clone()));
                tasks.spawn(live.driver());
                let mut updates = live.watch(|it| it.answer().value().copied());
                tasks.spawn(async move { while updates.next().await.is_some() {} });
                live.update(|it| it.set_id(round as u64));
                graphs.push(live);
            }
            let last = graphs.last().unwrap();
            last.until(|it| it.answer().value().copied()).await;
            drop(graphs);
            tasks.join_all().await;
            assert_eq!(Arc::strong_count(&alive), 1, "graphs are left");
        }
        // A join returns before the runtime takes the task off its list.
        let none = async {
            while metrics.num_alive_tasks() > 0 {
                yield_now().await;
            }
        };
        assert!(
            timeout(Duration::from_secs(60), none).await.is_ok(),
            "tasks are left"
        );
    });
}
