//! Cancelling dynamic work: the hooks and effects that are told, the time of each drop, and the states that no effect sees (N, R7).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    AsyncStatus, CancelReason, CancelToken, FetchContext, ResourceOptions, batch, create_effect,
    create_resource, create_resource_when, from_future, poll_progress, scope, signal,
};
use signal_kernel_tests::{
    describe,
    gate::{Gate, Wakes},
    log::{Log, NOTHING},
};
use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use signal_kernel_tests::resources::{by_hand, gates, noting, poll, user, user_with};

#[test]
fn b152_a_later_completion_of_cancelled_work_changes_nothing() {
    let user = user();
    assert!(poll().is_pending());
    user.log.clear();
    user.meta.cancel("enough");
    assert_eq!(
        user.log.take(),
        ["user#1 dropped", "cancelled #1 reason=enough"]
    );
    user.gates.ok(1, 5);
    assert!(poll().is_pending());
    assert_eq!(user.log.take(), NOTHING);
    assert_eq!(user.line(), "cancelled #1 reason=enough");
    assert_eq!(
        user.meta.cancel_reason(),
        Some(CancelReason::from("enough"))
    );
}

#[test]
fn b152_cancelled_before_it_was_polled_it_never_is() {
    let user = user();
    user.meta.cancel("enough");
    assert!(poll().is_pending());
    assert_eq!(user.gates.polls(1), 0);
}

/// Work that does something in its first poll and then yields.
struct Acts<F>(Option<F>, u32);

impl<F: FnOnce() + Unpin> Future for Acts<F> {
    type Output = Result<u32, String>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(act) = self.0.take() {
            act();
        }
        Poll::Ready(Ok(self.1))
    }
}

#[test]
fn b152_work_that_yields_after_its_cancel_in_the_same_poll_changes_nothing() {
    let log = Log::new();
    let second = gates("second", &log);
    let handle = Rc::new(RefCell::new(None));
    let first = from_future({
        let handle = handle.clone();
        move || {
            let handle = handle.clone();
            Acts(
                Some(move || {
                    let second: signal_kernel::AsyncSignal<u32, String> =
                        handle.borrow().expect("it was made");
                    second.cancel("not needed");
                }),
                1,
            )
        }
    });
    let waiting = from_future({
        let second = second.clone();
        move || second.open("")
    });
    *handle.borrow_mut() = Some(waiting);
    second.ok(1, 2);
    log.clear();
    assert!(poll().is_ready());
    assert_eq!(first.value(), Some(1));
    assert_eq!(describe!(waiting), "cancelled #1 reason=not needed");
}

#[test]
fn b152_work_that_cancels_itself_is_cancelled_even_if_it_yields_at_once() {
    let handle = Rc::new(RefCell::new(None));
    let work = from_future({
        let handle = handle.clone();
        move || {
            let handle = handle.clone();
            Acts(
                Some(move || {
                    let me: signal_kernel::AsyncSignal<u32, String> =
                        handle.borrow().expect("it was made");
                    me.cancel("changed my mind");
                    assert_eq!(me.status(), AsyncStatus::Pending, "not inside a poll");
                }),
                1,
            )
        }
    });
    *handle.borrow_mut() = Some(work);
    assert!(poll().is_ready());
    assert_eq!(describe!(work), "cancelled #1 reason=changed my mind");
}

#[test]
fn b153_the_works_token_and_on_cancel_receive_the_reason() {
    let log = Log::new();
    let gates = gates("user", &log);
    let tokens: Rc<RefCell<Vec<CancelToken>>> = Rc::default();
    let id = signal(1);
    let fetcher = {
        let (gates, tokens) = (gates.clone(), tokens.clone());
        move |id: u32, run: FetchContext| {
            assert_eq!(run.token(), tokens.borrow().len() as u64 + 1);
            tokens.borrow_mut().push(run.cancel_token().clone());
            gates.open(id)
        }
    };
    let ((_, meta), owner) = scope(|| create_resource(move || id.get(), fetcher));
    let reason = |run: usize| tokens.borrow()[run - 1].reason();
    assert_eq!(reason(1), None);
    id.set(2);
    assert_eq!(reason(1), Some(CancelReason::SourceChanged));
    meta.reload();
    assert_eq!(reason(2), Some(CancelReason::Reloaded));
    meta.cancel("enough".to_owned());
    assert_eq!(reason(3), Some(CancelReason::from("enough")));
    meta.reload();
    drop(owner);
    assert_eq!(reason(4), Some(CancelReason::Disposed));
    assert!(tokens.borrow().iter().all(CancelToken::is_cancelled));

    let user = user_with(&log, noting(&log));
    log.clear();
    user.meta.cancel("enough");
    assert_eq!(
        log.take(),
        [
            "user#1 dropped",
            "on_cancel enough",
            "cancelled 1: enough",
            "cancelled #1 reason=enough"
        ]
    );
}

#[test]
fn b153_the_token_of_work_that_ended_by_itself_is_not_cancelled() {
    let log = Log::new();
    let gates = gates("user", &log);
    let token: Rc<RefCell<Option<CancelToken>>> = Rc::default();
    let ((), owner) = scope(|| {
        let (gates, token) = (gates.clone(), token.clone());
        create_resource(
            || 1,
            move |id: u32, run: FetchContext| {
                *token.borrow_mut() = Some(run.cancel_token().clone());
                gates.open(id)
            },
        );
    });
    gates.ok(1, 5);
    assert!(poll().is_ready());
    drop(owner);
    assert_eq!(token.borrow().as_ref().and_then(CancelToken::reason), None);
}

#[test]
fn b154_b164_cancel_when_nothing_runs_is_no_event_and_no_change() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, noting(&log));
    log.clear();
    save.cancel("idle");
    drop(save.run(1));
    gates.ok(1, 10);
    assert!(poll().is_ready());
    log.clear();
    save.cancel("finished");
    save.reload();
    gates.err(2, "no".to_owned());
    assert!(poll().is_ready());
    log.clear();
    save.cancel("failed");
    save.reload();
    save.cancel("first");
    log.clear();
    save.cancel("second");
    assert_eq!(log.take(), NOTHING);
    assert_eq!(describe!(save), "cancelled #3 value=10 reason=first");
}

#[test]
fn b155_cancel_is_not_an_error() {
    let log = Log::new();
    let user = user_with(&log, noting(&log));
    user.meta.cancel("enough");
    assert!(!log.take().iter().any(|line| line.contains("on_error")));
    assert_eq!(user.meta.error(), None);
}

#[test]
fn b156_b157_the_old_work_is_dropped_before_the_new_is_created_and_no_effect_sees_cancelled() {
    let user = user();
    let (meta, log) = (user.meta, user.log.clone());
    create_effect(move || log.push(format!("status {}", meta.status())));
    assert!(poll().is_pending());
    user.log.clear();
    user.id.set(2);
    assert_eq!(
        user.log.take(),
        ["user#1 dropped", "user#2 created 2", "pending #2"]
    );
    user.meta.reload();
    assert_eq!(
        user.log.take(),
        ["user#2 dropped", "user#3 created 2", "pending #3 again"]
    );
    batch(|| {
        user.meta.cancel("never mind");
        user.meta.reload();
    });
    assert_eq!(
        user.log.take(),
        ["user#3 dropped", "user#4 created 2", "pending #4 again"]
    );
    batch(|| {
        user.meta.reload();
        user.meta.cancel("the last request wins");
    });
    assert_eq!(
        user.log.take(),
        [
            "user#4 dropped",
            "cancelled #4 reason=the last request wins",
            "status cancelled"
        ]
    );
}

/// Logs the state of the resource in its drop.
struct Looks<F: Fn()>(F, Gate);

impl<F: Fn() + Unpin> Future for Looks<F> {
    type Output = Result<u32, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.1).poll(cx)
    }
}

impl<F: Fn()> Drop for Looks<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn b156_the_drop_of_the_old_work_sees_the_state_from_before() {
    let log = Log::new();
    let gates = gates("work", &log);
    let handle: Rc<RefCell<Option<signal_kernel::AsyncSignal<u32, String>>>> = Rc::default();
    let work = from_future({
        let (gates, handle, log) = (gates.clone(), handle.clone(), log.clone());
        move || {
            let (handle, log) = (handle.clone(), log.clone());
            let look = move || {
                if let Some(work) = *handle.borrow() {
                    log.push(format!("from the drop: {}", describe!(work)));
                }
            };
            Looks(look, gates.open(""))
        }
    });
    *handle.borrow_mut() = Some(work);
    gates.ok(1, 5);
    assert!(poll().is_ready());
    work.reload();
    log.clear();
    work.reload();
    assert_eq!(
        log.take(),
        [
            "from the drop: pending #2 again value=5",
            "work#2 dropped",
            "work#3 created "
        ]
    );
    work.cancel("enough");
    assert_eq!(log.take()[0], "from the drop: pending #3 again value=5");
    work.dispose();
}

#[test]
fn b159_an_abort_that_the_work_raises_itself_is_an_error() {
    let user = user();
    user.gates.err(1, "aborted: timeout".to_owned());
    assert!(poll().is_ready());
    assert_eq!(user.line(), "error #1 error=aborted: timeout");
}

#[test]
fn b160_an_abort_of_a_superseded_run_leaves_the_newer_one_pending() {
    let user = user();
    assert!(poll().is_pending());
    user.id.set(2);
    user.gates.err(1, "aborted".to_owned());
    assert!(poll().is_pending());
    assert_eq!(user.line(), "pending #2");
}

#[test]
fn b163_cancel_then_reload_is_a_fresh_run() {
    let user = user();
    user.answer(1, 5);
    user.meta.reload();
    user.meta.cancel("enough");
    user.log.clear();
    user.meta.reload();
    assert_eq!(
        user.log.take(),
        ["user#3 created 1", "pending #3 again value=5"]
    );
    user.gates.ok(3, 6);
    assert!(poll().is_ready());
    assert_eq!(user.line(), "success #3 value=6");
}

#[test]
fn b165_cancel_of_a_run_that_had_cleared_the_value_does_not_bring_it_back() {
    let log = Log::new();
    let options = ResourceOptions::new().keep_previous_value_on_pending(false);
    let user = user_with(&log, options);
    user.answer(1, 5);
    user.id.set(2);
    user.meta.cancel("enough");
    assert_eq!(
        log.take(),
        [
            "user#2 created 2",
            "pending #2",
            "user#2 dropped",
            "cancelled #2 reason=enough"
        ]
    );
}

#[test]
fn b166_a_token_reaches_work_on_another_thread() {
    let id = signal(1);
    let (tokens, told) = std::sync::mpsc::channel();
    let (value, meta) = create_resource(
        move || id.get(),
        move |_: u32, run: FetchContext| {
            let token = run.cancel_token().clone();
            let thread = std::thread::spawn(move || {
                while !token.is_cancelled() {
                    std::thread::yield_now();
                }
                token.reason()
            });
            tokens.send(thread).expect("the test waits");
            std::future::pending::<Result<u32, String>>()
        },
    );
    let first = told.recv().expect("a run was started");
    id.set(2);
    assert_eq!(first.join().unwrap(), Some(CancelReason::SourceChanged));
    let second = told.recv().expect("a run was started");
    meta.cancel("enough");
    assert_eq!(second.join().unwrap(), Some(CancelReason::from("enough")));
    assert_eq!(value.get(), None);
}

#[test]
fn losing_the_input_tells_the_token_that_the_source_has_changed() {
    let log = Log::new();
    let selected = signal(Some(1));
    let token: Rc<RefCell<Option<CancelToken>>> = Rc::default();
    let fetcher = {
        let (gates, token) = (gates("user", &log), token.clone());
        move |id: u32, run: FetchContext| {
            *token.borrow_mut() = Some(run.cancel_token().clone());
            gates.open(id)
        }
    };
    create_resource_when(move || selected.get(), fetcher);
    selected.set(None);
    let token = token.borrow().clone().expect("a run was started");
    assert_eq!(token.reason(), Some(CancelReason::SourceChanged));
}

#[test]
fn a_cancel_from_an_effect_is_carried_out_in_the_next_round() {
    let user = user();
    let (meta, log) = (user.meta, user.log.clone());
    create_effect(move || {
        if meta.status() == AsyncStatus::Pending && meta.token() == 2 {
            meta.cancel("not this one");
            log.push(format!("still {}", meta.status()));
        }
    });
    user.log.clear();
    user.id.set(2);
    assert_eq!(
        user.log.take(),
        [
            "user#1 dropped",
            "user#2 created 2",
            "pending #2",
            "still pending",
            "user#2 dropped",
            "cancelled #2 reason=not this one"
        ]
    );
}

#[test]
fn a_cancel_wakes_tasks_that_wait_for_the_work_to_end() {
    let user = user();
    let wakes = Wakes::new();
    assert!(wakes.poll(poll_progress).is_pending());
    let _ = wakes.take();
    user.meta.cancel("enough");
    assert!(wakes.take() > 0);
}
