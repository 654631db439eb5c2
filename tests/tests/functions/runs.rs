//! Runs that are started by hand, and their futures (M).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    AsyncMeta, FromFutureOptions, ResourceOptions, Running, batch, create_manual_resource,
    create_resource_when, from_future_with, scope, settled, signal, transaction,
};
use signal_kernel_tests::{
    gate::{Wakes, poll_once},
    log::Log,
};
use std::{
    future::Future,
    pin::{Pin, pin},
    task::Poll,
};

use signal_kernel_tests::resources::{by_hand, gates, opens, poll, user};

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

/// Polls a run once.
fn outcome<T: Clone + 'static>(run: &mut Running<T, String>) -> Poll<Option<T>> {
    poll_once(|cx| Pin::new(&mut *run).poll(cx))
}

#[test]
fn b145_reload_resolves_to_the_value_and_to_none_when_it_fails_is_superseded_or_cancelled() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    gates.ok(1, 70);
    assert!(poll().is_ready());

    let mut reload = save.reload();
    assert_eq!(outcome(&mut reload), Poll::Pending);
    gates.ok(2, 71);
    assert_eq!(outcome(&mut reload), Poll::Ready(Some(71)));

    let mut failed = save.reload();
    gates.err(3, "no".to_owned());
    assert_eq!(outcome(&mut failed), Poll::Ready(None));

    let mut by_a_reload = save.reload();
    let mut by_a_run = save.reload();
    assert_eq!(outcome(&mut by_a_reload), Poll::Ready(None));
    let mut run = save.run(8);
    assert_eq!(outcome(&mut by_a_run), Poll::Ready(None));
    let mut cancelled = save.reload();
    assert_eq!(outcome(&mut run), Poll::Ready(None));
    save.cancel("enough");
    assert_eq!(outcome(&mut cancelled), Poll::Ready(None));
    assert_eq!(gates.created(), 7);
}

#[test]
fn b145_a_reload_through_the_state_handle_resolves_to_the_news_that_the_value_is_there() {
    let user = user();
    user.answer(1, 5);
    let mut reload: Running<(), String> = user.meta.reload();
    assert_eq!(outcome(&mut reload), Poll::Pending);
    user.gates.ok(2, 6);
    assert_eq!(outcome(&mut reload), Poll::Ready(Some(())));
    assert_eq!(user.value.get(), Some(6));

    let mut failed = user.meta.reload();
    user.gates.err(3, "no".to_owned());
    assert_eq!(outcome(&mut failed), Poll::Ready(None));

    let mut superseded = user.meta.reload();
    user.id.set(2);
    assert_eq!(outcome(&mut superseded), Poll::Ready(None));
    let mut disposed = user.meta.reload();
    user.meta.dispose();
    assert_eq!(outcome(&mut disposed), Poll::Ready(None));
}

#[test]
fn b145_a_reload_whose_fetcher_panics_resolves_to_none() {
    let broken = signal(false);
    let save = create_manual_resource(move |number: u32| {
        assert!(!broken.peek(), "no");
        async move { Ok::<_, String>(number) }
    });
    futures::executor::block_on(async {
        assert_eq!(save.run(1).await, Some(1));
        broken.set(true);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| save.reload()));
        assert!(panicked.is_err());
        broken.set(false);
        let mut reload = None;
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            batch(|| {
                reload = Some(save.reload());
                broken.set(true);
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(reload.expect("it was made").await, None);
    });
}

#[test]
fn b145_a_reload_without_an_input_resolves_to_none() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    assert_eq!(outcome(&mut save.reload()), Poll::Ready(None));
    let selected = signal(None);
    let (_value, meta) = create_resource_when(move || selected.get(), opens(&gates));
    let meta: AsyncMeta<String> = meta;
    assert_eq!(outcome(&mut meta.reload()), Poll::Ready(None));
    let mut with_input = batch(|| {
        selected.set(Some(1));
        meta.reload()
    });
    gates.ok(1, 10);
    assert_eq!(outcome(&mut with_input), Poll::Ready(Some(())));
    let mut gone = batch(|| {
        selected.set(None);
        meta.reload()
    });
    assert_eq!(outcome(&mut gone), Poll::Ready(None));
}

#[test]
fn b145_the_first_reload_of_work_that_does_not_start_by_itself_resolves() {
    let one = from_future_with(
        || async { Ok::<_, String>(1) },
        FromFutureOptions::new().eager(false),
    );
    assert_eq!(futures::executor::block_on(one.reload()), Some(1));
}

#[test]
fn b145_b180_several_reloads_in_one_batch_resolve_to_the_value_of_their_one_run() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    log.clear();
    let (mut first, mut second) = batch(|| (save.reload(), save.reload()));
    assert_eq!(
        log.take(),
        ["save#1 dropped", "save#2 created 7", "pending #2 again"]
    );
    assert_eq!(outcome(&mut first), Poll::Pending);
    gates.ok(2, 70);
    assert_eq!(outcome(&mut first), Poll::Ready(Some(70)));
    assert_eq!(outcome(&mut second), Poll::Ready(Some(70)));
}

#[test]
fn b145_b180_of_the_requests_of_one_batch_those_that_a_later_one_replaces_resolve_to_none() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    let (mut before, mut run, mut after) = batch(|| (save.reload(), save.run(8), save.reload()));
    assert_eq!(outcome(&mut before), Poll::Ready(None));
    gates.ok(2, 80);
    assert_eq!(outcome(&mut run), Poll::Ready(Some(80)));
    assert_eq!(outcome(&mut after), Poll::Ready(Some(80)));

    let (mut run, mut reload, mut after) = batch(|| {
        let (run, reload) = (save.run(9), save.reload());
        save.cancel("enough");
        (run, reload, save.reload())
    });
    assert_eq!(outcome(&mut run), Poll::Ready(None));
    assert_eq!(outcome(&mut reload), Poll::Ready(None));
    gates.ok(3, 90);
    assert_eq!(outcome(&mut after), Poll::Ready(Some(90)));

    let mut cancelled = batch(|| {
        let reload = save.reload();
        save.cancel("enough");
        reload
    });
    assert_eq!(outcome(&mut cancelled), Poll::Ready(None));
    assert_eq!(gates.created(), 3, "nothing has started");
}

#[test]
fn b145_a_failed_transaction_forgets_its_reloads_and_those_from_before_stand_again() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(7));
    gates.ok(1, 70);
    assert!(poll().is_ready());
    let mut forgotten = None;
    let _: Result<(), ()> = transaction(|| {
        forgotten = Some(save.reload());
        Err(())
    });
    let mut forgotten = forgotten.expect("it was made");
    assert_eq!(outcome(&mut forgotten), Poll::Ready(None));
    assert_eq!(gates.created(), 1);

    let mut inside = Vec::new();
    let mut stands = batch(|| {
        let stands = save.reload();
        let _: Result<(), ()> = transaction(|| {
            inside.push(save.reload());
            save.cancel("no");
            inside.push(save.reload());
            inside.push(save.run(8));
            inside.push(save.reload());
            Err(())
        });
        stands
    });
    assert_eq!(outcome(&mut stands), Poll::Pending);
    for run in &mut inside {
        assert_eq!(outcome(run), Poll::Ready(None));
    }
    gates.ok(2, 71);
    assert_eq!(outcome(&mut stands), Poll::Ready(Some(71)));
    assert_eq!(
        log.take().last().map(String::as_str),
        Some("success #2 value=71")
    );
}

#[test]
fn b145_a_reload_that_is_not_awaited_runs_too_and_one_whose_owner_ends_resolves_to_none() {
    let log = Log::new();
    let ((save, gates), owner) = scope(|| by_hand(&log, ResourceOptions::new()));
    drop(save.run(7));
    save.reload();
    gates.ok(2, 70);
    assert!(poll().is_ready());
    assert_eq!(save.value(), Some(70));
    let mut reload = save.reload();
    let wakes = Wakes::new();
    let waiting = wakes.poll(|cx| Pin::new(&mut reload).poll(cx));
    assert_eq!(waiting, Poll::Pending);
    let _ = wakes.take();
    drop(owner);
    assert!(wakes.take() > 0, "the waiting task finds out");
    assert_eq!(outcome(&mut reload), Poll::Ready(None));
}

#[test]
fn b145_a_reload_of_one_resource_drives_the_others_and_waits_for_none_of_them() {
    let log = Log::new();
    let slow = gates("slow", &log);
    let (_value, _meta) = create_resource_when(|| Some(1), opens(&slow));
    let chained = create_manual_resource(|number: u32| async move { Ok::<_, String>(number) });
    futures::executor::block_on(async {
        assert_eq!(chained.run(1).await, Some(1));
        assert_eq!(chained.reload().await, Some(1));
        slow.ok(1, 1);
        settled().await;
    });
}
