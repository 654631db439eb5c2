//! Wakes from other threads, at the worst of moments: none is lost.
//!
//! Invariants: nothing waits for ever: a lost wake is seen by the one who polls, who knows that the
//! other thread is through and that nobody woke him.
//!
//! Must not know: executors.

use signal_kernel::{reactive, resource};
use signal_kernel_tests::gate::Wakes;
use std::{
    future::poll_fn,
    hint::spin_loop,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Poll, Waker},
    thread,
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
