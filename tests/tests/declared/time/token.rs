//! A token that renews itself for years, from an endpoint that fails, hangs and lies.
//!
//! Must not know: executors.

use signal_kernel::{AsyncStatus, reactive, resource, time::ManualClock};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Waker},
    time::Duration,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Numbers that look random, and are the same in each run.
#[derive(Clone, Default)]
struct Endpoint {
    asked: Arc<AtomicU64>,
    open: Arc<AtomicU64>,
}

#[derive(Clone, Debug, PartialEq)]
struct Token {
    number: u64,
    lifetime: Duration,
}

/// One request at a time; it is counted while it is open.
#[resource]
async fn fetch_token(endpoint: Endpoint, clock: ManualClock) -> Result<Token, &'static str> {
    struct Open(Arc<AtomicU64>);
    impl Drop for Open {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let number = endpoint.asked.fetch_add(1, Ordering::Relaxed);
    assert_eq!(
        endpoint.open.fetch_add(1, Ordering::Relaxed),
        0,
        "one request at a time"
    );
    let _open = Open(endpoint.open.clone());
    let dice = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    clock.sleep(Duration::from_millis(dice)).await;
    match dice {
        0..16 => Err("down"),
        16..20 => pending().await,
        20 => Ok(Token {
            number,
            lifetime: Duration::ZERO,
        }), // expired on arrival
        _ => Ok(Token {
            number,
            lifetime: Duration::from_secs(3600),
        }),
    }
}

fn before_expiry(token: &Token) -> Option<Duration> {
    Some(token.lifetime.saturating_sub(Duration::from_secs(60)))
}

reactive! {
    #[sleep(clock)]
    struct Session {
        let clock: ManualClock;
        let endpoint: Endpoint;
        #[timeout(10s)]
        #[retry(5, 250ms..=8s)]
        #[refresh(before_expiry)]
        resource token = fetch_token(endpoint, clock);
    }
}

/// The time and the state of each transition, as a number; and the number of transitions.
fn trace(days: u32) -> (u64, u64) {
    let (clock, endpoint) = (ManualClock::new(), Endpoint::default());
    let mut session = Session::new(clock.clone(), endpoint.clone());
    let mut context = Context::from_waker(Waker::noop());
    let (mut hash, mut count) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while clock.elapsed() < days * DAY {
        while session.poll_progress(&mut context).is_ready() {
            let token = session.token();
            let of_value = token.value().map_or(0, |token| token.number);
            let parts = [
                clock.elapsed().as_millis() as u64,
                token.status() as u64,
                token.token(),
                of_value,
                u64::from(token.failures()),
                u64::from(token.is_waiting()),
            ];
            for part in parts {
                hash = (hash ^ part).wrapping_mul(0x0100_0000_01b3);
            }
            count += 1;
            // A run has six attempts at most, and its failures are counted until a success.
            assert!(token.status() != AsyncStatus::Success || token.failures() == 0);
        }
        clock.advance(clock.until_next().expect("it always goes on"));
    }
    let hours = u64::from(days) * 24;
    assert!(endpoint.asked.load(Ordering::Relaxed) > hours);
    (hash, count)
}

#[test]
fn a_token_renews_itself_for_two_years_and_does_the_same_again() {
    let (hash, count) = trace(730);
    assert!(count > 730 * 24);
    assert_eq!(trace(730), (hash, count));
}
