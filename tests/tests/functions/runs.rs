//! Runs that are started by hand, and their futures (M).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{ResourceOptions, batch, scope};
use signal_kernel_tests::{
    gate::{Wakes, poll_once},
    log::Log,
};
use std::{future::Future, pin::pin, task::Poll};

use signal_kernel_tests::resources::{by_hand, poll};

#[test]
fn b145_run_resolves_to_the_value_and_to_none_when_it_fails_is_superseded_or_cancelled() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    let mut run = pin!(save.run(7));
    assert_eq!(log.take(), ["idle #0", "save#1 created 7", "pending #1"]);
    assert_eq!(poll_once(|cx| run.as_mut().poll(cx)), Poll::Pending);
    gates.ok(1, 70);
    assert_eq!(poll_once(|cx| run.as_mut().poll(cx)), Poll::Ready(Some(70)));

    let mut failed = pin!(save.run(8));
    gates.err(2, "no".to_owned());
    assert_eq!(poll_once(|cx| failed.as_mut().poll(cx)), Poll::Ready(None));

    let mut superseded = pin!(save.run(9));
    let mut cancelled = pin!(save.run(10));
    assert_eq!(
        poll_once(|cx| superseded.as_mut().poll(cx)),
        Poll::Ready(None)
    );
    save.cancel("enough");
    assert_eq!(
        poll_once(|cx| cancelled.as_mut().poll(cx)),
        Poll::Ready(None)
    );
    assert_eq!(gates.created(), 4);
}

#[test]
fn b145_a_run_that_is_not_awaited_runs_too() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    gates.ok(1, 70);
    assert!(poll().is_ready());
    assert_eq!(save.value(), Some(70));
}

#[test]
fn b145_a_run_that_succeeded_says_so_although_another_was_started_before_it_was_polled() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    let mut first = pin!(save.run(1));
    gates.ok(1, 10);
    assert!(poll().is_ready());
    let mut second = pin!(save.run(2));
    gates.ok(2, 20);
    assert!(poll().is_ready());
    save.reload();
    assert_eq!(
        poll_once(|cx| first.as_mut().poll(cx)),
        Poll::Ready(Some(10))
    );
    assert_eq!(
        poll_once(|cx| second.as_mut().poll(cx)),
        Poll::Ready(Some(20))
    );
}

#[test]
fn b145_several_runs_in_one_batch_are_one_run_with_the_last_input() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    log.clear();
    let (first, second) = batch(|| (save.run(1), save.run(2)));
    let (mut first, mut second) = (pin!(first), pin!(second));
    assert_eq!(log.take(), ["save#1 created 2", "pending #1"]);
    assert_eq!(poll_once(|cx| first.as_mut().poll(cx)), Poll::Ready(None));
    gates.ok(1, 20);
    assert_eq!(
        poll_once(|cx| second.as_mut().poll(cx)),
        Poll::Ready(Some(20))
    );
}

#[test]
fn b145_a_run_whose_owner_is_disposed_of_resolves_to_none() {
    let log = Log::new();
    let ((save, _gates), owner) = scope(|| by_hand(&log, ResourceOptions::new()));
    let mut run = pin!(save.run(1));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(|cx| run.as_mut().poll(cx)), Poll::Pending);
    let _ = wakes.take();
    drop(owner);
    assert!(wakes.take() > 0, "who waits finds out");
    assert_eq!(wakes.poll(|cx| run.as_mut().poll(cx)), Poll::Ready(None));
}
