//! Answers to old inputs: they cannot arrive; and the changes that count as a new input (O, P, R2, R6).
//!
//! Invariants: work is made by hand and polled by hand; the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::reactive;
use signal_kernel_tests::{
    describe,
    gate::Gates,
    log::{Log, NOTHING},
    poll,
    profile::{begun as profile, fetch},
};
use std::task::Poll;

#[test]
fn b168_the_second_answers_first_and_stays() {
    let (mut profile, gates, log) = profile();
    assert!(poll!(profile).is_pending());
    profile.set_id(2);
    gates.ok(2, 20);
    assert!(poll!(profile).is_ready());
    log.clear();
    gates.ok(1, 10);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(describe!(profile.user()), "success #2 value=20");
}

#[test]
fn b169_in_any_order_of_completion_only_the_last_run_commits() {
    for order in permutations(&[1, 2, 3, 4]) {
        for polled_between in [false, true] {
            let (mut profile, gates, _) = profile();
            for id in 2..=4 {
                assert!(poll!(profile).is_pending());
                profile.set_id(id);
            }
            assert!(poll!(profile).is_pending());
            let mut committed = 0;
            for &number in &order {
                gates.ok(number, number as u32 * 10);
                if polled_between {
                    committed += usize::from(poll!(profile).is_ready());
                    assert_eq!(committed == 1, profile.user().value().is_some());
                }
            }
            committed += usize::from(poll!(profile).is_ready());
            assert_eq!(committed, 1, "{order:?}");
            assert_eq!(
                describe!(profile.user()),
                "success #4 value=40",
                "{order:?}"
            );
        }
    }
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, &first) in items.iter().enumerate() {
        let rest: Vec<_> = [&items[..index], &items[index + 1..]].concat();
        all.extend(
            permutations(&rest)
                .into_iter()
                .map(|tail| [&[first], &tail[..]].concat()),
        );
    }
    all
}

#[test]
fn b170_an_error_of_a_superseded_run_changes_nothing() {
    let (mut profile, gates, log) = profile();
    assert!(poll!(profile).is_pending());
    profile.set_id(2);
    gates.ok(2, 20);
    assert!(poll!(profile).is_ready());
    log.clear();
    gates.err(1, "late".to_owned());
    gates.panic(1);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(log.take(), NOTHING);
    assert_eq!(describe!(profile.user()), "success #2 value=20");
}

#[test]
fn a_late_wake_of_dropped_work_costs_a_poll_at_most() {
    let (mut profile, gates, log) = profile();
    assert!(poll!(profile).is_pending());
    profile.set_id(2);
    assert!(poll!(profile).is_pending());
    log.clear();
    gates.wake(1);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(describe!(profile.user()), "pending #2");
    gates.ok(2, 20);
    assert!(poll!(profile).is_ready());
    assert_eq!(describe!(profile.user()), "success #2 value=20");
}

#[test]
fn b173_a_run_superseded_before_the_first_poll_never_begins() {
    let (mut profile, gates, log) = profile();
    profile.set_id(2);
    assert!(poll!(profile).is_pending());
    assert_eq!(gates.polls(1), 0);
    assert_eq!(
        log.take(),
        [
            "user#1 dropped",
            "user#2 created 2",
            "pending #2",
            "user#2 polled"
        ]
    );
}

#[test]
fn a_run_that_is_ready_to_yield_is_outdated_by_a_write_before_the_poll() {
    let (mut profile, gates, log) = profile();
    assert!(poll!(profile).is_pending());
    gates.ok(1, 10);
    log.clear();
    profile.set_id(2);
    assert_eq!(poll!(profile), Poll::Pending);
    assert_eq!(
        log.take(),
        [
            "user#1 dropped",
            "user#2 created 2",
            "pending #2",
            "user#2 polled"
        ]
    );
}

#[test]
fn b181_an_equal_input_asks_nothing_anew() {
    let (mut profile, gates, log) = profile();
    profile.set_id(1);
    profile.batch(|batch| batch.set_id(1));
    assert_eq!(log.take(), NOTHING);
    gates.ok(1, 10);
    assert!(poll!(profile).is_ready());
    log.clear();
    profile.set_id(1);
    assert_eq!(log.take(), NOTHING);
    profile.update_id(|_| {});
    assert_eq!(
        log.take(),
        ["user#2 created 1", "pending #2 value=10"],
        "an update always counts"
    );
}

#[test]
fn r2_a_b_a_in_one_batch_is_no_change_and_the_work_goes_on() {
    let (mut profile, gates, log) = profile();
    assert!(poll!(profile).is_pending());
    log.clear();
    profile.batch(|batch| {
        batch.set_id(2);
        assert_eq!(batch.user().token(), 1);
        batch.set_id(1);
    });
    assert_eq!(log.take(), NOTHING);
    assert_eq!((gates.created(), gates.alive()), (1, 1));
    gates.ok(1, 10);
    assert!(poll!(profile).is_ready());
}

#[test]
fn several_writes_in_a_batch_are_one_start_with_the_last_input() {
    let (mut profile, _, log) = profile();
    profile.batch(|batch| {
        batch.set_id(2);
        batch.set_id(3);
    });
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 3", "pending #2"]
    );
}

reactive! {
    struct Rounded {
        let gates: Gates;
        let log: Log;
        signal id: u32 = 1;
        computed tens: u32 = *id / 10;
        resource user = fetch(gates.open(tens));
        effect show { log.push(describe!(user)); }
    }
}

#[test]
fn b181_r2_a_computed_input_that_stays_equal_restarts_nothing() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Rounded::new(gates.clone(), log.clone());
    log.clear();
    graph.set_id(9);
    assert_eq!(log.take(), NOTHING);
    graph.batch(|batch| {
        batch.set_id(10);
        assert_eq!(batch.tens(), &1);
        batch.set_id(8);
    });
    assert_eq!(log.take(), NOTHING, "even if it was read half-way");
    graph.set_id(10);
    assert_eq!(
        log.take(),
        ["user#1 dropped", "user#2 created 1", "pending #2"]
    );
}

fn same_parity(a: &u32, b: &u32) -> bool {
    a % 2 == b % 2
}

/// An input that cannot be compared.
#[derive(Clone)]
struct Opaque(u32);

reactive! {
    struct Rules {
        let gates: Gates;
        #[allow(dead_code)]
        let log: Log;
        #[eq(same_parity)]
        signal parity: u32 = 1;
        #[eq(never)]
        signal opaque: Opaque = Opaque(1);
        signal half: u32 = 2;
        #[allow(dead_code)]
        resource by_parity = fetch(gates.open(format!("parity {parity}")));
        #[allow(dead_code)]
        resource by_opaque = fetch(gates.open(format!("opaque {}", opaque.0)));
        #[allow(dead_code)]
        resource by_half = fetch(gates.open(format!("half {}", half / 2)));
    }
}

#[test]
fn a_restart_follows_the_dependencys_rule_of_equality_not_the_arguments() {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    let mut graph = Rules::new(gates.clone(), log.clone());
    log.clear();
    graph.set_parity(3);
    assert_eq!(log.take(), NOTHING, "equal by its own rule");
    graph.set_parity(4);
    assert_eq!(log.take(), ["user#1 dropped", "user#4 created parity 4"]);
    graph.set_opaque(Opaque(1));
    assert_eq!(
        log.take(),
        ["user#2 dropped", "user#5 created opaque 1"],
        "never equal"
    );
    graph.set_half(3);
    assert_eq!(
        log.take(),
        ["user#3 dropped", "user#6 created half 1"],
        "the dependency changed; arguments are not compared"
    );
}

reactive! {
    struct Chain {
        let users: Gates;
        let posts: Gates;
        let log: Log;
        signal id: u32 = 1;
        resource user = fetch(users.open(id));
        computed author: Option<u32> = user.value().copied();
        resource post = fetch(posts.open((*author)?));
        effect user_seen { log.push(format!("user {}", describe!(user))); }
        effect post_seen { log.push(format!("post {}", describe!(post))); }
    }
}

fn chain() -> (Chain, Gates, Gates, Log) {
    let log = Log::default();
    let (users, posts) = (Gates::new("u", &log), Gates::new("p", &log));
    (
        Chain::new(users.clone(), posts.clone(), log.clone()),
        users,
        posts,
        log,
    )
}

#[test]
fn r6_a_result_whose_input_an_earlier_one_changed_is_dropped_as_superseded() {
    let (mut graph, users, posts, log) = chain();
    users.ok(1, 50);
    assert!(poll!(graph).is_ready());
    assert!(poll!(graph).is_pending());
    graph.set_id(2);
    assert!(poll!(graph).is_pending());
    log.clear();
    posts.ok(1, 9);
    users.ok(2, 51);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        [
            "u#2 polled",
            "u#2 done",
            "p#1 polled",
            "p#1 done",
            "p#2 created 51",
            "user success #2 value=51",
            "post pending #2",
        ]
    );
}

#[test]
fn r6_a_result_whose_input_stays_is_committed_together_with_the_earlier_one() {
    let (mut graph, users, posts, log) = chain();
    users.ok(1, 50);
    assert!(poll!(graph).is_ready());
    assert!(poll!(graph).is_pending());
    graph.set_id(2);
    assert!(poll!(graph).is_pending());
    log.clear();
    posts.ok(1, 9);
    users.ok(2, 50);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[4..],
        ["user success #2 value=50", "post success #1 value=9"],
        "`author` is equal: `post` still answers the right input"
    );
}

#[test]
fn r6_an_error_of_the_earlier_keeps_its_value_and_the_later_result() {
    let (mut graph, users, posts, log) = chain();
    users.ok(1, 50);
    assert!(poll!(graph).is_ready());
    graph.set_id(2);
    assert!(poll!(graph).is_pending());
    log.clear();
    users.err(2, "offline".to_owned());
    posts.err(1, "offline too".to_owned());
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[4..],
        [
            "user error #2 value=50 error=offline",
            "post error #1 error=offline too"
        ]
    );
}

reactive! {
    struct Many {
        let gates: Gates;
        let log: Log;
        resource first = fetch(gates.open("first"));
        resource second = fetch(gates.open("second"));
        resource third = fetch(gates.open("third"));
        computed sum: u32 = {
            let values = [first.value(), second.value(), third.value()];
            values.into_iter().flatten().sum()
        };
        effect show { log.push(format!("sum {sum}")); }
    }
}

#[test]
fn r6_completions_of_one_poll_are_committed_together() {
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Many::new(gates.clone(), log.clone());
    assert!(poll!(graph).is_pending());
    log.clear();
    gates.ok(3, 100);
    gates.ok(1, 1);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take(),
        [
            "it#1 polled",
            "it#1 done",
            "it#3 polled",
            "it#3 done",
            "sum 101"
        ],
        "in the graph's order, whoever was released first; the effect ran once"
    );
    gates.ok(2, 10);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take(), ["it#2 polled", "it#2 done", "sum 111"]);
}

#[test]
fn a_hundred_thousand_changes_leave_one_run_alive_and_drop_each_other_once() {
    const CHANGES: u32 = 100_000;
    let (mut profile, gates, _) = profile();
    for id in 2..=CHANGES {
        profile.set_id(id);
        if id % 3 == 0 {
            assert!(poll!(profile).is_pending());
        }
        if id % 10_000 == 0 {
            assert_eq!(gates.alive(), 1);
        }
    }
    assert_eq!((gates.created(), gates.alive()), (CHANGES as usize, 1));
    assert_eq!(profile.user().token(), u64::from(CHANGES));
    gates.ok(CHANGES as usize, 7);
    assert!(poll!(profile).is_ready());
    assert_eq!(describe!(profile.user()), "success #100000 value=7");
    assert!(gates.all_dropped_once());
}

/// Ten words of computed values stand before, between and behind the resources.
macro_rules! long {
    ($($before:ident)* / $($behind:ident)*) => {
        reactive! {
            struct Long {
                let gates: Gates;
                let log: Log;
                signal id: u32 = 1;
                $(computed $before: u32 = *id;)*
                computed input: u32 = [$($before),*].into_iter().sum();
                resource near = fetch(gates.open(input));
                $(computed $behind: u32 = near.value().copied().unwrap_or(0);)*
                computed output: u32 = [$($behind),*].into_iter().sum();
                resource far = fetch(gates.open(output));
                effect show { log.push(format!("{} / {}", describe!(near), describe!(far))); }
            }
        }
    };
}

long! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1
    / h0 h1 h2 h3 h4 h5 h6 h7 h8 h9 i0 i1 i2 i3 i4 i5 i6 i7 i8 i9 j0 j1 j2 j3 j4 j5 j6 j7 j8 j9
    k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 l0 l1 l2 l3 l4 l5 l6 l7 l8 l9 m0 m1 m2 m3 m4 m5 m6 m7 m8 m9
}

#[test]
fn resources_work_across_the_words_of_a_big_graph() {
    // 62 values and `input` come first: the first rank of `near` is 63, its second 64.
    let log = Log::default();
    let gates = Gates::new("it", &log);
    let mut graph = Long::new(gates.clone(), log.clone());
    assert_eq!(
        log.take(),
        [
            "it#1 created 62",
            "it#2 created 0",
            "pending #1 / pending #1"
        ]
    );
    gates.ok(1, 1);
    gates.ok(2, 7);
    assert!(poll!(graph).is_ready());
    assert_eq!(
        log.take()[4..],
        ["it#3 created 60", "success #1 value=1 / pending #2"]
    );
    graph.set_id(2);
    assert_eq!(
        log.take(),
        ["it#4 created 124", "pending #2 value=1 / pending #2"]
    );
    gates.ok(3, 8);
    gates.ok(4, 1);
    assert!(poll!(graph).is_ready());
    assert_eq!(log.take()[4..], ["success #2 value=1 / success #2 value=8"]);
    graph.reload_near();
    graph.cancel_far("nothing");
    assert_eq!(
        log.take(),
        [
            "it#5 created 124",
            "pending #3 again value=1 / success #2 value=8"
        ]
    );
}
