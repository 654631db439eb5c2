//! Work of graphs inside: one driver for the tree, and `Shared` over it (R6, R8).
//!
//! Invariants: no sleeping; work is made by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{Part, Reactive, Shared, create_effect, reactive, scope};
use signal_kernel_tests::{
    gate::{Gates, Wakes, poll_once},
    log::{Log, NOTHING},
    panics::panic_of,
    poll,
    profile::fetch,
};
use std::{pin::pin, thread};

reactive! {
    pub struct Page {
        let gates: Gates;
        let log: Log;
        pub signal id: u32 = 1;
        pub signal zoom: u32 = 1;
        pub resource user = fetch(gates.open(id));
        effect show { log.push(format!("page {id} {}", user.status())); }
    }

    pub struct Window {
        let gates: Gates;
        let log: Log;
        pub graph left: Page(gates, log);
        pub graph right: Page(gates, log);
        pub computed users: u32 = {
            let users = [left.user().value(), right.user().value()];
            users.iter().copied().flatten().sum()
        };
        effect show { log.push(format!("users {users}")); }
    }

    pub struct Screen {
        let gates: Gates;
        let log: Log;
        pub signal title: u32 = 0;
        pub graph window: Window(gates, log);
        pub computed users: u32 = *window.users();
    }
}

fn screen() -> (Screen, Gates, Log) {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let screen = Screen::new(gates.clone(), log.clone());
    log.clear();
    (screen, gates, log)
}

/// A screen whose two fetches have been polled once. The log is empty.
fn polled() -> (Screen, Gates, Log) {
    let (mut screen, gates, log) = screen();
    assert!(poll!(screen).is_pending());
    assert_eq!(log.take(), ["user#1 polled", "user#2 polled"]);
    (screen, gates, log)
}

#[test]
fn a_poll_asks_only_the_work_that_was_woken() {
    let (mut screen, gates, log) = polled();
    assert!(poll!(screen).is_pending());
    assert_eq!(log.take(), NOTHING);
    gates.ok(2, 5);
    assert!(poll!(screen).is_ready());
    assert_eq!(
        log.take(),
        ["user#2 polled", "user#2 done", "page 1 success", "users 5"]
    );
    assert_eq!(*screen.users(), 5);
    assert!(poll!(screen).is_pending());
    assert_eq!(log.take(), NOTHING);
}

#[test]
fn work_that_ends_at_once_is_committed_in_one_settle() {
    let (mut screen, gates, log) = polled();
    gates.ok(1, 5);
    gates.ok(2, 6);
    assert!(poll!(screen).is_ready());
    assert_eq!(
        log.take(),
        [
            "user#1 polled",
            "user#1 done",
            "user#2 polled",
            "user#2 done",
            "page 1 success",
            "page 1 success",
            "users 11"
        ]
    );
}

#[test]
fn settled_waits_for_the_work_inside_also_for_work_that_a_commit_starts() {
    let (mut screen, gates, log) = polled();
    gates.ok(1, 5);
    let mut settled = Box::pin(screen.settled());
    assert!(poll_once(|context| settled.as_mut().poll(context)).is_pending());
    gates.ok(2, 6);
    assert!(poll_once(|context| settled.as_mut().poll(context)).is_ready());
    drop(settled);
    assert_eq!(*screen.users(), 11);
    log.clear();
}

#[test]
fn a_graph_without_work_in_flight_is_settled_at_once() {
    let (mut screen, _, _) = polled();
    screen.update_window(|window| {
        window.left_mut().cancel_user("enough");
        window.right_mut().cancel_user("enough");
    });
    let mut settled = pin!(screen.settled());
    assert!(poll_once(|context| settled.as_mut().poll(context)).is_ready());
}

#[test]
fn a_write_inside_that_starts_work_wakes_the_driver() {
    let (mut screen, _, _) = screen();
    let wakes = Wakes::new();
    assert!(
        wakes
            .poll(|context| screen.poll_progress(context))
            .is_pending()
    );
    assert_eq!(wakes.take(), 0);
    screen.update_window(|window| window.left_mut().set_id(2));
    assert_eq!(wakes.take(), 1);
    assert!(
        wakes
            .poll(|context| screen.poll_progress(context))
            .is_pending()
    );
    screen.update_window(|window| window.left_mut().set_zoom(2));
    assert_eq!(wakes.take(), 0);
}

#[test]
fn a_wake_from_another_thread_reaches_the_driver_of_the_outermost_graph() {
    let (mut screen, gates, log) = polled();
    let other = thread::spawn(move || {
        gates.ok(1, 5);
        gates.ok(2, 6);
    });
    futures::executor::block_on(screen.settled());
    other.join().expect("the thread has not panicked");
    assert_eq!(*screen.users(), 11);
    log.clear();
}

#[test]
fn work_inside_that_panics_costs_its_own_resource_and_goes_on() {
    let (mut screen, gates, log) = polled();
    gates.panic(1);
    gates.ok(2, 6);
    panic_of(|| poll!(screen));
    assert_eq!(*screen.users(), 6);
    assert!(log.take().contains(&"users 6".to_owned()));
    assert!(poll!(screen).is_pending());
}

#[test]
fn a_new_question_inside_drops_the_old_work_and_its_late_wake_commits_nothing() {
    let (mut screen, gates, log) = polled();
    screen.update_window(|window| window.left_mut().set_id(2));
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#3 created 2", "page 2 pending"]
    );
    gates.ok(1, 5);
    assert!(poll!(screen).is_pending());
    assert_eq!(log.take(), ["user#3 polled"]);
    gates.ok(3, 7);
    assert!(poll!(screen).is_ready());
    assert_eq!(*screen.users(), 7);
}

#[test]
fn a_failed_transaction_interrupts_no_work_inside() {
    let (mut screen, gates, log) = polled();
    let failed = screen.transaction(|screen| {
        let mut window = screen.window_mut();
        window.left_mut().set_id(2);
        window.right_mut().reload_user();
        Err::<(), u8>(1)
    });
    assert_eq!(failed, Err(1));
    assert_eq!(log.take(), NOTHING);
    gates.ok(1, 5);
    assert!(poll!(screen).is_ready());
    assert_eq!(*screen.users(), 5);
}

#[test]
fn readers_of_a_shared_graph_run_for_changes_inside_and_for_no_other_writes() {
    let (screen, gates, log) = screen();
    let _scope = scope(|| {
        let shared = Shared::new(screen);
        let (read, seen) = (shared.clone(), log.clone());
        create_effect(move || {
            seen.push(read.read(|screen| {
                let zoom = *screen.window().left().zoom();
                format!("seen {} {zoom}", screen.users())
            }));
        });
        assert_eq!(log.take(), ["seen 0 1"]);
        // An equal value, there and back, a batch without a write, a failed transaction.
        shared.update(|screen| {
            screen.update_window(|window| window.left_mut().set_zoom(1));
        });
        shared.update(|screen| {
            screen.batch(|screen| {
                screen.window_mut().left_mut().set_zoom(2);
                screen.window_mut().left_mut().set_zoom(1);
            });
        });
        shared.update(|screen| screen.batch(|screen| _ = screen.window_mut()));
        shared.update(|screen| {
            let failed = screen.transaction(|screen| {
                screen.window_mut().left_mut().set_zoom(5);
                Err::<(), ()>(())
            });
            assert_eq!(failed, Err(()));
        });
        assert_eq!(log.take(), NOTHING);
        shared.update(|screen| screen.update_window(|window| window.left_mut().set_zoom(3)));
        assert_eq!(log.take(), ["seen 0 3"]);

        assert!(poll!(shared).is_pending());
        log.clear();
        gates.ok(1, 5);
        assert!(poll!(shared).is_ready());
        assert_eq!(
            log.take(),
            [
                "user#1 polled",
                "user#1 done",
                "page 1 success",
                "users 5",
                "seen 5 3"
            ]
        );
    });
}

#[test]
fn a_request_inside_that_changes_nothing_counts_as_no_change() {
    let (mut screen, _, _) = polled();
    let cancel = |screen: &mut Screen| {
        screen.update_window(|window| window.left_mut().cancel_user("enough"));
    };
    let version = screen.version();
    cancel(&mut screen);
    let cancelled = screen.version();
    assert_ne!(cancelled, version);
    cancel(&mut screen);
    assert_eq!(screen.version(), cancelled);
}

reactive! {
    pub struct Holder {
        pub graph page: Page;
        pub computed user: u32 = page.user().value().copied().unwrap_or_default();
    }
}

#[test]
fn the_work_of_a_running_graph_goes_on_where_it_is_put_in() {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let mut page = Page::new(gates.clone(), log.clone());
    assert!(poll!(page).is_pending()); // another driver
    log.clear();
    let mut holder = Holder::new(Part::from(page));
    let wakes = Wakes::new();
    assert!(
        wakes
            .poll(|context| holder.poll_progress(context))
            .is_pending()
    );
    gates.ok(1, 5);
    assert_eq!(wakes.take(), 1);
    assert!(
        wakes
            .poll(|context| holder.poll_progress(context))
            .is_ready()
    );
    assert_eq!(*holder.user(), 5);
    assert_eq!(
        log.take(),
        ["user#1 polled", "user#1 done", "page 1 success"]
    );
}

#[test]
fn work_that_a_running_graph_has_ended_before_it_is_put_in_is_committed() {
    let log = Log::new();
    let gates = Gates::new("user", &log);
    let mut page = Page::new(gates.clone(), log.clone());
    assert!(poll!(page).is_pending());
    gates.ok(1, 5);
    let mut holder = Holder::new(Part::from(page));
    assert!(poll!(holder).is_ready());
    assert_eq!(*holder.user(), 5);
    log.clear();
}

reactive! {
    pub struct Saved {
        let log: Log;
        pub signal text: u32 = 0;
        pub signal fed: u32 = 0;
        #[after_first]
        effect save { log.push(format!("save {text} {fed}")); }
        effect show { log.push(format!("show {text} {fed}")); }
    }

    pub struct Around {
        let log: Log;
        pub signal value: u32 = 7;
        pub graph saved: Saved(log) { fed: *value };
    }
}

#[test]
fn an_effect_after_the_first_run_does_not_run_for_the_feeds_of_the_start() {
    let log = Log::new();
    let mut around = Around::new(log.clone());
    assert_eq!(log.take(), ["show 0 7"]);
    around.set_value(8);
    assert_eq!(log.take(), ["save 0 8", "show 0 8"]);
}
