//! Wakes from other threads, at the worst of moments: none is lost.
//!
//! Invariants: nothing waits for ever: the polling thread sees a lost wake, since it knows that the other thread is through
//! and that no wake has come; on tokio, a round that does not end is given up.
//!
//! The number of rounds on tokio is `STEPS`. Under ThreadSanitizer, with the sources of the standard library:
//! `RUSTFLAGS=-Zsanitizer=thread cargo +nightly test -Zbuild-std --target x86_64-unknown-linux-gnu
//! -p signal-kernel-tests --test processes -- wakes`.

use signal_kernel::{AsyncStatus, reactive, resource};
use signal_kernel_tests::gate::Wakes;
use std::{
    env,
    future::poll_fn,
    hint::spin_loop,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Poll, Waker},
    thread,
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{JoinSet, yield_now},
    time::timeout,
};

/// A one-shot that does nothing but load once its waker is registered, as the ones of tokio do.
#[derive(Default)]
struct Shot {
    fired: AtomicBool,
    registered: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

#[resource]
async fn wait_for(shot: Arc<Shot>) -> Result<(), ()> {
    poll_fn(|context| {
        if shot.fired.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        if !shot.registered.load(Ordering::Relaxed) {
            *shot.waker.lock().unwrap() = Some(context.waker().clone());
            shot.registered.store(true, Ordering::Release);
        }
        Poll::Pending
    })
    .await
}

reactive! {
    struct Waiting {
        #[eq(never)]
        signal shot: Arc<Shot>;
        #[allow(dead_code)]
        resource answer = wait_for(shot);
    }
}

#[test]
fn a_wake_while_the_work_is_being_polled_is_not_lost() {
    const ROUNDS: usize = 50_000;
    let shots: Vec<Arc<Shot>> = (0..ROUNDS).map(|_| Arc::default()).collect();
    let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wakes = Wakes::new();
    let mut graph = Waiting::new(shots[0].clone());
    let lost = thread::scope(|scope| {
        // Wakes once for nothing, so that a poll is under way, and soon after for something.
        scope.spawn(|| {
            for (round, shot) in shots.iter().enumerate() {
                while begun.load(Ordering::Acquire) <= round {
                    thread::yield_now();
                }
                let Some(waker) = shot.waker.lock().unwrap().clone() else {
                    return; // given up
                };
                waker.wake_by_ref();
                for _ in 0..round % 64 {
                    spin_loop();
                }
                shot.fired.store(true, Ordering::Release);
                waker.wake();
                ended.store(round + 1, Ordering::Release);
            }
        });
        for (round, shot) in shots.iter().enumerate() {
            graph.set_shot(shot.clone());
            assert!(
                wakes
                    .poll(|context| graph.poll_progress(context))
                    .is_pending()
            );
            let _ = wakes.take(); // the other side is waiting: none of its wakes is among these
            begun.store(round + 1, Ordering::Release);
            loop {
                let over = ended.load(Ordering::Acquire) > round;
                if wakes.take() > 0 {
                    if wakes
                        .poll(|context| graph.poll_progress(context))
                        .is_ready()
                    {
                        break;
                    }
                } else if over {
                    begun.store(usize::MAX, Ordering::Release);
                    return Some(round);
                } else {
                    thread::yield_now();
                }
            }
            while ended.load(Ordering::Acquire) <= round {
                thread::yield_now();
            }
        }
        None
    });
    assert_eq!(
        lost, None,
        "in this round the other side was through, and nobody had been woken"
    );
}

type Asking = oneshot::Sender<u64>;

/// Asked of another task.
#[resource]
async fn ask(asks: mpsc::UnboundedSender<Asking>, id: u64) -> Result<u64, String> {
    let (answer, answered) = oneshot::channel();
    asks.send(answer).map_err(|error| error.to_string())?;
    let answer = answered.await.map_err(|error| error.to_string())?;
    Ok(id + answer)
}

reactive! {
    struct Asked {
        let asks: mpsc::UnboundedSender<Asking>;
        let seen: watch::Sender<(u64, AsyncStatus)>;
        signal id: u64 = 0;
        resource answer = ask(asks, id);
        effect show { seen.send_replace((answer.token(), answer.status())); }
    }
}

#[test]
fn a_driver_waiters_that_come_and_go_and_writers_share_a_graph_and_no_wake_is_lost() {
    let rounds = env::var("STEPS").map_or(1000, |steps| steps.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (asks, mut asked) = mpsc::unbounded_channel::<Asking>();
        let (seen, mut states) = watch::channel((0, AsyncStatus::Idle));
        let graph = Arc::new(Mutex::new(Asked::new(asks, seen)));
        let mut background = JoinSet::new();
        background.spawn(async move {
            while let Some(answer) = asked.recv().await {
                let _ = answer.send(1); // outdated by now, perhaps
            }
        });
        background.spawn({
            let graph = graph.clone();
            async move {
                loop {
                    poll_fn(|context| graph.lock().unwrap().poll_progress(context)).await;
                }
            }
        });
        for round in 1..=rounds {
            let mut tasks = JoinSet::new();
            for writer in 0..2 {
                let graph = graph.clone();
                tasks.spawn(async move {
                    let mut graph = graph.lock().unwrap();
                    graph.set_id(2 * round + writer);
                    graph.answer().token()
                });
            }
            for waiter in 0..10 {
                let graph = graph.clone();
                tasks.spawn(async move {
                    for _ in 0..(round + waiter) % 4 {
                        yield_now().await;
                    }
                    tokio::select! {
                        biased;
                        () = poll_fn(|context| graph.lock().unwrap().poll_progress(context)) => {}
                        () = yield_now() => {}
                    }
                    0
                });
            }
            let ended = timeout(Duration::from_secs(60), async {
                let tokens = tasks.join_all().await;
                let newest = tokens.into_iter().max();
                let is_there = |&(token, status): &(u64, AsyncStatus)| {
                    Some(token) == newest && status == AsyncStatus::Success
                };
                states.wait_for(is_there).await.unwrap();
            });
            assert!(ended.await.is_ok(), "a wake was lost in round {round}");
        }
        background.shutdown().await;
    });
}
