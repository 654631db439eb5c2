//! An outdated answer is never seen, in any order of events (O, R6, R7).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{
    AsyncMeta, AsyncSignal, ResourceOptions, Signal, batch, create_effect, create_manual_resource,
    create_resource, create_resource_when, create_resource_with, from_future, signal,
};
use signal_kernel_tests::{
    describe,
    log::{Log, NOTHING},
};
use std::{cell::RefCell, rc::Rc};

use signal_kernel_tests::resources::{
    User, by_hand, gates, noting, opens, poll, show, user, user_with,
};

#[test]
fn b168_the_second_runs_value_stays_although_the_first_completes_later() {
    let user = user();
    assert!(poll().is_pending());
    user.id.set(2);
    user.gates.ok(2, 20);
    assert!(poll().is_ready());
    user.log.clear();
    user.gates.ok(1, 10);
    assert!(poll().is_pending());
    assert_eq!(user.log.take(), NOTHING);
    assert_eq!(user.line(), "success #2 value=20");
}

#[test]
fn b170_a_superseded_run_that_errors_changes_nothing() {
    let user = user();
    assert!(poll().is_pending());
    user.id.set(2);
    user.log.clear();
    user.gates.err(1, "offline".to_owned());
    assert!(poll().is_pending());
    assert_eq!(user.log.take(), ["user#2 polled"]);
    assert_eq!(user.line(), "pending #2");
}

#[test]
fn b172_of_two_runs_by_hand_the_second_counts() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, ResourceOptions::new());
    drop(save.run(1));
    drop(save.run(2));
    gates.ok(2, 20);
    gates.ok(1, 10);
    assert!(poll().is_ready());
    assert_eq!(describe!(save), "success #2 value=20");
}

#[test]
fn b173_a_source_that_changes_before_the_first_poll_starts_no_work() {
    let log = Log::new();
    let id = signal(1);
    let ran = log.clone();
    let (value, meta) = create_resource(
        move || id.get(),
        move |id: u32| {
            let ran = ran.clone();
            async move {
                ran.push(format!("runs for {id}"));
                Ok(id * 10)
            }
        },
    );
    show(&log, value, meta);
    id.set(2);
    id.set(3);
    log.clear();
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["runs for 3", "success #3 value=30"]);
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Start,
    Complete(usize),
}

/// Every order of `runs` starts and of their completions, each after its start.
fn orders(runs: usize) -> Vec<Vec<Event>> {
    fn extend(
        runs: usize,
        started: usize,
        open: &[usize],
        so_far: &[Event],
        all: &mut Vec<Vec<Event>>,
    ) {
        if started == runs && open.is_empty() {
            all.push(so_far.to_vec());
        }
        if started < runs {
            let open: Vec<_> = open.iter().copied().chain([started + 1]).collect();
            extend(
                runs,
                started + 1,
                &open,
                &[so_far, &[Event::Start]].concat(),
                all,
            );
        }
        for (index, &run) in open.iter().enumerate() {
            let mut open = open.to_vec();
            open.remove(index);
            extend(
                runs,
                started,
                &open,
                &[so_far, &[Event::Complete(run)]].concat(),
                all,
            );
        }
    }
    let mut all = Vec::new();
    extend(runs, 0, &[], &[], &mut all);
    all
}

/// The starts.
#[derive(Clone, Copy, Debug)]
enum How {
    SourceChanges,
    Reload,
}

/// Plays one order on a resource, with a poll after each event or at the end only.
fn play(order: &[Event], how: How, fails: bool, polls: bool) {
    let log = Log::new();
    let user = user_with(&log, ResourceOptions::new().eager(false));
    let place = format!("{order:?} {how:?} fails: {fails} polls: {polls}");
    let mut newest = 0;
    let mut expected = vec!["idle #0".to_owned()];
    let mut ready = None;
    let mut value = None;
    let commit = |user: &User,
                  ready: &mut Option<usize>,
                  value: &mut Option<usize>,
                  expected: &mut Vec<String>| {
        let run = ready.take();
        assert_eq!(poll().is_ready(), run.is_some(), "{place}");
        let kept = value.map_or(String::new(), |value| format!(" value={value}"));
        match run {
            Some(run) if fails => expected.push(format!("error #{run}{kept} error=no {run}")),
            Some(run) => {
                *value = Some(run * 10);
                expected.push(format!("success #{run} value={}", run * 10));
            }
            None => {}
        }
        assert_eq!(
            user.gates.alive(),
            usize::from(user.meta.is_pending()),
            "{place}"
        );
    };
    for event in order {
        match *event {
            Event::Start => {
                newest += 1;
                match how {
                    How::SourceChanges => user.id.update(|id| *id += 1),
                    How::Reload => drop(user.meta.reload()),
                }
                let again = if newest > 1 && matches!(how, How::Reload) {
                    " again"
                } else {
                    ""
                };
                let kept = value.map_or(String::new(), |value| format!(" value={value}"));
                expected.push(format!("pending #{newest}{again}{kept}"));
                ready = None; // a run that was not polled before a newer start is superseded
            }
            Event::Complete(run) => {
                if fails {
                    user.gates.err(run, format!("no {run}"));
                } else {
                    user.gates.ok(run, run as u32 * 10);
                }
                if run == newest {
                    ready = Some(run);
                }
            }
        }
        if polls {
            commit(&user, &mut ready, &mut value, &mut expected);
        }
    }
    commit(&user, &mut ready, &mut value, &mut expected);
    let seen: Vec<String> = log
        .take()
        .into_iter()
        .filter(|line| !line.starts_with("user#"))
        .collect();
    assert_eq!(seen, expected, "{place}");
    user.meta.dispose();
    assert!(user.gates.all_dropped_once(), "{place}");
}

#[test]
fn b169_in_every_order_of_completions_only_the_newest_run_commits() {
    let mut count = 0;
    for runs in 1..=4 {
        for order in orders(runs) {
            for how in [How::SourceChanges, How::Reload] {
                for (fails, polls) in [(false, false), (false, true), (true, false), (true, true)] {
                    play(&order, how, fails, polls);
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, (1 + 3 + 15 + 105) * 8);
}

#[test]
fn b169_runs_by_hand_resolve_only_for_the_newest_in_every_order() {
    for order in orders(4) {
        let gates = gates("save", &Log::new());
        let save = create_manual_resource(opens(&gates));
        let mut running = Vec::new();
        for event in &order {
            match *event {
                Event::Start => running.push(Box::pin(save.run(running.len() as u32 + 1))),
                Event::Complete(run) => gates.ok(run, run as u32 * 10),
            }
        }
        let _ = poll();
        let outcomes: Vec<_> = running
            .iter_mut()
            .map(|run| signal_kernel_tests::gate::poll_once(|cx| run.as_mut().poll(cx)))
            .collect();
        let ready = std::task::Poll::Ready;
        assert_eq!(
            outcomes,
            [ready(None), ready(None), ready(None), ready(Some(40))],
            "{order:?}"
        );
        save.dispose();
    }
}

#[test]
fn several_that_complete_in_one_poll_are_committed_together() {
    let log = Log::new();
    let (one, two) = (gates("one", &log), gates("two", &log));
    let first = from_future({
        let one = one.clone();
        move || one.open("")
    });
    let second = from_future({
        let two = two.clone();
        move || two.open("")
    });
    let seen = log.clone();
    create_effect(move || seen.push(format!("{:?} {:?}", first.value(), second.value())));
    log.clear();
    two.ok(1, 2);
    one.ok(1, 1);
    assert!(poll().is_ready());
    assert_eq!(
        log.take(),
        [
            "one#1 polled",
            "one#1 done",
            "two#1 polled",
            "two#1 done",
            "Some(1) Some(2)"
        ],
        "in the order of creation, and seen at once"
    );
}

#[test]
fn a_result_whose_input_changed_in_the_same_commit_is_superseded() {
    // `late` belongs to a node that was made after the resource that reads it.
    let log = Log::new();
    let (posts, users) = (gates("post", &log), gates("user", &log));
    let author = Rc::new(RefCell::new(None::<signal_kernel::AsyncValue<u32>>));
    let known = signal(false);
    let (post, post_meta) = create_resource(
        {
            let author = author.clone();
            move || {
                known.get();
                let author = *author.borrow();
                author.map_or(0, |author| author.get().unwrap_or(0))
            }
        },
        opens(&posts),
    );
    let (user, user_meta) = create_resource(|| 1, opens(&users));
    *author.borrow_mut() = Some(user);
    known.set(true);
    let seen = log.clone();
    create_effect(move || {
        seen.push(format!(
            "{} / {}",
            describe!(user, user_meta),
            describe!(post, post_meta)
        ));
    });
    assert!(poll().is_pending());
    log.clear();
    posts.ok(1, 9);
    users.ok(1, 50);
    assert!(poll().is_ready());
    assert_eq!(
        log.take(),
        [
            "post#1 polled",
            "post#1 done",
            "user#1 polled",
            "user#1 done",
            "post#2 created 50",
            "success #1 value=50 / pending #2"
        ]
    );
}

#[test]
fn a_result_that_was_polled_when_its_future_wrote_the_source_is_superseded() {
    let log = Log::new();
    let id = signal(1);
    let (value, meta) = create_resource(
        move || id.get(),
        move |input: u32| async move {
            if input == 1 {
                id.set(2);
                assert_eq!(id.get(), 2);
            }
            Ok(input * 10)
        },
    );
    show(&log, value, meta);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["pending #1", "pending #2"]);
    assert!(poll().is_ready());
    assert_eq!(log.take(), ["success #2 value=20"]);
}

#[test]
fn work_that_reloads_itself_while_polled_starts_anew_after_the_poll() {
    let log = Log::new();
    let handle = Rc::new(RefCell::new(
        None::<signal_kernel::AsyncSignal<u32, String>>,
    ));
    let gates = gates("work", &log);
    let work = from_future({
        let (handle, gates, log) = (handle.clone(), gates.clone(), log.clone());
        move || {
            let (handle, gate, log) = (handle.clone(), gates.open(""), log.clone());
            async move {
                let me = handle.borrow().expect("it was made");
                if me.token() == 1 {
                    me.reload();
                    log.push(format!("still {}", describe!(me)));
                }
                gate.await
            }
        }
    });
    *handle.borrow_mut() = Some(work);
    log.clear();
    assert!(poll().is_pending(), "nothing was committed");
    assert_eq!(
        log.take(),
        [
            "still pending #1",
            "work#1 polled",
            "work#1 dropped",
            "work#2 created "
        ]
    );
    gates.ok(2, 5);
    assert!(poll().is_ready());
    assert_eq!(describe!(work), "success #2 value=5");
}

#[test]
fn a_source_change_and_a_completion_before_the_same_poll() {
    let user = user();
    assert!(poll().is_pending());
    user.gates.ok(1, 10);
    user.id.set(2);
    user.log.clear();
    user.gates.ok(2, 20);
    assert!(poll().is_ready());
    assert_eq!(
        user.log.take(),
        ["user#2 polled", "user#2 done", "success #2 value=20"]
    );
}

#[test]
fn a_batch_that_goes_back_to_the_old_source_leaves_the_run_alone() {
    let user = user();
    assert!(poll().is_pending());
    user.log.clear();
    batch(|| {
        user.id.set(2);
        user.id.set(1);
    });
    assert_eq!(user.log.take(), NOTHING);
    user.gates.ok(1, 10);
    assert!(poll().is_ready());
    assert_eq!(user.line(), "success #1 value=10");
}

/// A newer question that comes up while an answer is on its way.
type Ask = fn(Signal<u32>, Signal<u32>, AsyncMeta<String>);

#[test]
fn an_answer_that_arrives_together_with_a_newer_question_is_not_committed() {
    let asks: [Ask; 4] = [
        |id, _, _| id.set(2),
        |_, other, _| other.set(2),
        |_, _, meta| drop(meta.reload()),
        |id, _, meta| {
            meta.cancel("too late");
            id.set(2);
            meta.reload();
        },
    ];
    for (index, ask) in asks.into_iter().enumerate() {
        // The question is asked by work that is polled before the answer, or after it.
        for before in [true, false] {
            let log = Log::new();
            let gates = gates("user", &log);
            let (id, other) = (signal(1), signal(1));
            let handle = Rc::new(RefCell::new(None));
            let asks = || {
                let handle = handle.clone();
                from_future(move || {
                    let handle = handle.clone();
                    async move {
                        let meta = handle.borrow().expect("it was made");
                        ask(id, other, meta);
                        Ok::<_, String>(())
                    }
                })
            };
            let first = before.then(asks);
            let options = noting(&log).observe(move || other.with(|_| ()));
            let (value, meta) = create_resource_with(move || id.get(), opens(&gates), options);
            let second = (!before).then(asks);
            *handle.borrow_mut() = Some(meta);
            gates.ok(1, 9);
            log.clear();
            assert!(poll().is_ready());
            let mut happened = log.take();
            happened.retain(|line| !line.contains("user#1") && !line.contains("created"));
            let place = format!("{index} {before}");
            assert_eq!(happened, ["superseded 1 by 2", "start 2"], "{place}");
            assert_eq!((value.get(), meta.token()), (None, 2), "{place}");
            assert!(meta.is_pending(), "{place}");
            first.or(second).inspect(AsyncSignal::dispose);
        }
    }
}

#[test]
fn a_run_by_hand_that_is_asked_for_together_with_an_answer_outdates_it() {
    let log = Log::new();
    let (save, gates) = by_hand(&log, noting(&log));
    let first = save.run(1);
    from_future(move || async move {
        drop(save.run(2));
        Ok::<_, String>(())
    });
    gates.ok(1, 9);
    log.clear();
    assert!(poll().is_ready());
    assert_eq!(
        log.take(),
        [
            "save#1 polled",
            "save#1 done",
            "save#2 created 2",
            "superseded 1 by 2",
            "start 2",
            "pending #2"
        ]
    );
    assert_eq!(futures::executor::block_on(first), None);
}

#[test]
fn a_question_that_outdated_work_asks_by_its_drop_is_outdated_by_a_fetcher() {
    struct Writes(u32, Signal<u32>);
    impl Drop for Writes {
        fn drop(&mut self) {
            if self.0 == 0 {
                self.1.set(2);
            }
        }
    }
    let id = signal(0);
    let (value, meta) = create_resource_when(
        move || (id.get() != 3).then(|| id.get()),
        move |question: u32| {
            id.set(3);
            let writes = Writes(question, id);
            async move {
                let _writes = writes;
                std::future::pending::<()>().await;
                Ok::<_, String>(question)
            }
        },
    );
    // The run for 0 has written 3 and, when it was dropped, 2; the run for 2 has written 3: there is no question.
    assert_eq!(
        (id.get(), describe!(value, meta)),
        (3, "idle #2".to_owned())
    );
}
