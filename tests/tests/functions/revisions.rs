//! Revisions: changes outside of the graph, told by hand (Q).
//!
//! Invariants: the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::__private::dynamic_size;
use signal_kernel::{
    AsyncMeta, CancelReason, CancelToken, InvalidationTarget, KeyedRevision, ResourceOptions,
    Revision, batch, computed, create_effect, create_manual_resource_with, create_resource,
    create_resource_with, scope, signal, transaction,
};
use signal_kernel_tests::{
    log::{Log, NOTHING},
    panics::panic_of,
    resources::{by_hand, gates, noting, opens, poll, user_with},
};
use std::{
    cell::{Cell, RefCell},
    future::pending,
    hash::{Hash, Hasher},
    rc::Rc,
};

/// The tokens of the runs of a resource, in their order.
type Tokens = Rc<RefCell<Vec<CancelToken>>>;

/// A resource that never yields, and asks for `source`.
fn endless<S: Clone + PartialEq + 'static>(
    source: impl FnMut() -> S + 'static,
    options: ResourceOptions<(), ()>,
) -> (AsyncMeta<()>, Tokens) {
    let tokens = Tokens::default();
    let given = tokens.clone();
    let fetch = move |_: S, token: CancelToken| {
        given.borrow_mut().push(token);
        pending::<Result<(), ()>>()
    };
    (create_resource_with(source, fetch, options).1, tokens)
}

fn reasons(tokens: &Tokens) -> Vec<Option<CancelReason>> {
    tokens.borrow().iter().map(CancelToken::reason).collect()
}

fn because(reason: &'static str) -> Option<CancelReason> {
    Some(reason.into())
}

#[test]
fn b189_a_revision_is_a_dependency_of_effects_computed_values_and_resources() {
    let log = Log::new();
    let revision = Revision::new();
    let doubled = computed(move || revision.get() * 2);
    let seen = log.clone();
    create_effect(move || seen.push(format!("effect {} {}", revision.get(), doubled.get())));
    let gates = gates("source", &log);
    create_resource(move || revision.get() as u32, opens(&gates));
    let options = noting(&log).observe(move || {
        revision.get();
    });
    let user = user_with(&log, options);
    log.clear();
    revision.invalidate("changed");
    assert_eq!(
        log.take(),
        [
            "source#1 dropped",
            "source#2 created 1",
            "user#1 dropped",
            "user#2 created 1",
            "superseded 1 by 2",
            "start 2",
            "effect 1 2",
            "pending #2",
        ]
    );
    assert_eq!((revision.peek(), doubled.get()), (1, 2));
    user.answer(2, 5);
    revision.invalidate("changed again");
    assert!(user.meta.is_pending() && user.value.get() == Some(5));
}

#[test]
fn b189_peek_is_no_dependency() {
    let log = Log::new();
    let (revision, keyed) = (Revision::new(), KeyedRevision::new());
    let seen = log.clone();
    create_effect(move || seen.push(format!("{} {}", revision.peek(), keyed.peek(&1))));
    log.clear();
    revision.invalidate("changed");
    keyed.invalidate(&1, "changed");
    assert_eq!(log.take(), NOTHING);
    assert_eq!((revision.get(), keyed.observed_keys()), (1, 0));
}

#[test]
fn b189_invalidations_in_one_batch_are_one_change_and_a_failed_transaction_takes_them_back() {
    let log = Log::new();
    let (revision, keyed) = (Revision::new(), KeyedRevision::new());
    let seen = log.clone();
    create_effect(move || seen.push(format!("{} {}", revision.get(), keyed.get(&1))));
    log.clear();
    batch(|| {
        revision.invalidate("once");
        revision.invalidate("twice");
        keyed.invalidate(&1, "once");
        keyed.invalidate(&2, "nobody");
        assert_eq!((revision.get(), keyed.get(&1), keyed.get(&2)), (2, 1, 0));
    });
    assert_eq!(log.take(), ["2 1"]);
    assert_eq!(revision.reason(), because("twice"));
    let result: Result<(), ()> = transaction(|| {
        revision.invalidate("no");
        keyed.invalidate(&1, "no");
        Err(())
    });
    assert_eq!((result, log.take()), (Err(()), vec![]));
    assert_eq!((revision.get(), keyed.get(&1)), (2, 1));
    assert_eq!(keyed.reason(&1), because("once"));
}

#[test]
fn b190_the_keys_of_a_revision_are_independent() {
    let log = Log::new();
    let files = KeyedRevision::new();
    for name in ["a", "b"] {
        let seen = log.clone();
        create_effect(move || seen.push(format!("{name} {}", files.get(&name))));
    }
    log.clear();
    files.invalidate(&"a", "saved");
    files.invalidate(&"c", "saved");
    assert_eq!(log.take(), ["a 1"]);
    batch(|| {
        files.invalidate(&"b", "saved");
        files.invalidate(&"a", "saved");
    });
    assert_eq!(log.take(), ["a 2", "b 1"]);
}

#[test]
fn b187_an_invalidated_key_reloads_only_the_resources_that_observe_it() {
    let users = KeyedRevision::new();
    let watch = |id: u32| {
        let options = ResourceOptions::new().observe(move || {
            users.get(&id);
        });
        endless(move || id, options)
    };
    let ((_, ada), (_, bob)) = (watch(1), watch(2));
    users.invalidate(&1, "Ada was saved");
    assert_eq!(reasons(&ada), [because("Ada was saved"), None]);
    assert_eq!(reasons(&bob), [None]);
}

#[test]
fn b191_a_target_allows_only_to_invalidate() {
    let log = Log::new();
    let (list, users) = (Revision::new(), KeyedRevision::new());
    let seen = log.clone();
    create_effect(move || seen.push(format!("{} {}", list.get(), users.get(&1))));
    let outdates: Vec<InvalidationTarget> = vec![list.target(), users.target(1), users.target(2)];
    let options = ResourceOptions::new()
        .on_success(move |_| outdates.iter().for_each(|it| it.invalidate("saved")));
    let (save, gates) = by_hand(&log, options);
    log.clear();
    drop(save.run(7));
    gates.ok(1, 70);
    assert!(poll().is_ready());
    assert_eq!(
        log.take(),
        [
            "save#1 created 7",
            "pending #1",
            "save#1 polled",
            "save#1 done",
            "success #1 value=70",
            "1 1",
        ]
    );
    drop(save.run(8));
    gates.err(2, "no".to_owned());
    assert!(poll().is_ready());
    assert_eq!(list.get(), 1, "a failure invalidates nothing");
}

#[test]
fn b192_the_reason_reaches_the_token_of_the_outdated_work() {
    let (id, list, other) = (signal(1), Revision::new(), Revision::new());
    let options = ResourceOptions::new().observe(move || {
        list.get();
        other.get();
    });
    let (meta, tokens) = endless(move || id.get(), options);
    list.invalidate("a row was added");
    other.invalidate("another device");
    id.set(2);
    batch(|| {
        id.set(3);
        list.invalidate("both");
    });
    meta.reload();
    assert_eq!(
        reasons(&tokens),
        [
            because("a row was added"),
            because("another device"),
            Some(CancelReason::SourceChanged),
            because("both"),
            Some(CancelReason::Reloaded),
            None,
        ]
    );
    list.invalidate("and in the end");
    meta.cancel(list.reason().expect("it was invalidated"));
    assert_eq!(meta.cancel_reason(), because("and in the end"));
    assert_eq!(reasons(&tokens)[6], because("and in the end"));
}

#[test]
fn b192_the_reason_reaches_work_whose_source_reads_the_revision_itself() {
    let (list, id) = (Revision::new(), signal(1));
    let (_, direct) = endless(move || list.get(), ResourceOptions::new());
    let through = computed(move || list.get());
    let (_, indirect) = endless(move || through.get(), ResourceOptions::new());
    // An invalidation after which the source is equal outdates nothing.
    let source = move || {
        list.get();
        id.get()
    };
    let (_, equal) = endless(source, ResourceOptions::new());
    list.invalidate("a row was added");
    assert_eq!(reasons(&direct), [because("a row was added"), None]);
    let changed = Some(CancelReason::SourceChanged);
    assert_eq!(reasons(&indirect), [changed.clone(), None]);
    assert_eq!(reasons(&equal), [None]);
    id.set(2);
    assert_eq!(
        reasons(&equal),
        [changed, None],
        "the reason is not that of before"
    );
}

#[test]
fn b192_work_that_has_come_to_its_end_is_not_cancelled() {
    let log = Log::new();
    let gates = gates("list", &log);
    let tokens = Tokens::default();
    let list = Revision::new();
    let fetch = {
        let (gates, tokens) = (gates.clone(), tokens.clone());
        move |(), token: CancelToken| {
            tokens.borrow_mut().push(token);
            gates.open("")
        }
    };
    let options = ResourceOptions::new().observe(move || {
        list.get();
    });
    let (value, _meta) = create_resource_with(|| (), fetch, options);
    gates.ok(1, 5);
    assert!(poll().is_ready());
    list.invalidate("a row was added");
    list.invalidate("another row");
    assert_eq!(value.get(), Some(5));
    assert_eq!(reasons(&tokens), [None, because("another row"), None]);
}

#[test]
fn b192_observers_read_the_reason_and_work_that_is_started_by_hand_gets_it_too() {
    let log = Log::new();
    let (list, tokens) = (Revision::new(), Tokens::default());
    let seen = log.clone();
    create_effect(move || seen.push(format!("{:?}", list.reason().map(|it| it.to_string()))));
    let given = tokens.clone();
    let save = create_manual_resource_with(
        move |_: u32, token: CancelToken| {
            given.borrow_mut().push(token);
            pending::<Result<(), ()>>()
        },
        ResourceOptions::new().observe(move || {
            list.get();
        }),
    );
    drop(save.run(1));
    list.invalidate("a row was added");
    list.invalidate(CancelReason::Reloaded);
    assert_eq!(
        log.take(),
        ["None", "Some(\"a row was added\")", "Some(\"reloaded\")"]
    );
    let again = Some(CancelReason::Reloaded);
    assert_eq!(reasons(&tokens), [because("a row was added"), again, None]);
}

#[test]
fn b193_a_key_is_freed_with_its_last_observer() {
    let files = KeyedRevision::new();
    let switch = signal(true);
    let first = create_effect(move || {
        if switch.get() {
            files.get(&"a");
        }
    });
    let second = create_effect(move || {
        files.get(&"a");
    });
    let length = computed(move || files.get(&"b"));
    assert_eq!((length.get(), files.observed_keys()), (0, 2));
    files.invalidate(&"a", "saved");
    second.dispose();
    assert_eq!((files.observed_keys(), files.peek(&"a")), (2, 1));
    switch.set(false);
    assert_eq!((files.observed_keys(), files.peek(&"a")), (1, 0));
    switch.set(true);
    assert_eq!(files.observed_keys(), 2);
    first.dispose();
    files.invalidate(&"a", "saved"); // frees the key too
    files.invalidate(&"b", "saved");
    assert_eq!((length.get(), files.observed_keys()), (1, 1));
}

#[test]
fn b193_ten_thousand_keys_that_come_and_go_take_the_memory_of_those_that_are_observed() {
    let files = KeyedRevision::new();
    let runs = Rc::new(Cell::new(0));
    let observe = |keys: std::ops::Range<u32>| {
        let runs = &runs;
        scope(|| {
            for key in keys {
                let runs = runs.clone();
                create_effect(move || {
                    files.get(&key);
                    runs.set(runs.get() + 1);
                });
            }
        })
        .1
    };
    let all = observe(0..10_000);
    assert_eq!(files.observed_keys(), 10_000);
    runs.set(0);
    for key in 0..10_000 {
        files.invalidate(&key, "saved");
    }
    assert_eq!(runs.get(), 10_000);
    drop(all);
    assert_eq!(files.observed_keys(), 0);
    let (empty, _) = dynamic_size();
    for turn in 1..1_000 {
        drop(observe(turn * 10..turn * 10 + 10));
        let kept = dynamic_size().0 - empty;
        assert!(kept <= 20, "{kept} keys are kept");
    }
    assert_eq!(files.observed_keys(), 0);
    assert_eq!(dynamic_size().0, empty);
}

#[test]
fn a_revision_ends_with_its_owner() {
    let ((one, keyed, target), owner) = scope(|| {
        let (one, keyed) = (Revision::new(), KeyedRevision::new());
        (one, keyed, keyed.target(1))
    });
    let runs = Rc::new(Cell::new(0));
    let counted = runs.clone();
    create_effect(move || {
        counted.set(counted.get() + 1);
        let _ = (one.try_get(), keyed.try_get(&1));
    });
    drop(owner);
    assert!(one.try_get().is_err() && keyed.try_get(&1).is_err());
    assert!(one.try_invalidate("late").is_err());
    assert!(keyed.try_invalidate(&1, "late").is_err());
    assert!(target.try_invalidate("late").is_err());
    let text = panic_of(|| keyed.invalidate(&1, "late"));
    assert!(text.contains("disposed"), "{text}");
    let text = panic_of(|| one.get());
    assert!(text.contains("disposed"), "{text}");
}

#[test]
fn a_key_outlives_the_body_that_has_read_it_first() {
    let log = Log::new();
    let files = KeyedRevision::new();
    let first = create_effect(move || {
        files.get(&"a");
    });
    let seen = log.clone();
    create_effect(move || seen.push(format!("{}", files.get(&"a"))));
    files.invalidate(&"a", "saved");
    first.dispose();
    files.invalidate(&"a", "saved");
    assert_eq!(log.take(), ["0", "1", "2"]);
}

#[test]
fn a_computed_value_cannot_invalidate() {
    let (one, keyed) = (
        Revision::new().named("one"),
        KeyedRevision::new().named("keyed"),
    );
    let bad = computed(move || one.invalidate("no")).named("bad");
    assert_eq!(
        panic_of(|| bad.get()),
        "computed `bad` writes signal `one`: computed values cannot write signals"
    );
    let bad = computed(move || keyed.invalidate(&1, "no")).named("bad");
    assert_eq!(
        panic_of(|| bad.get()),
        "computed `bad` writes signal `keyed`: computed values cannot write signals"
    );
}

/// A key whose hash may panic.
#[derive(Clone, PartialEq, Eq)]
struct Brittle(u32, Rc<Cell<bool>>);

impl Hash for Brittle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        assert!(!self.1.get(), "no hash");
        self.0.hash(state);
    }
}

#[test]
fn a_key_that_panics_leaves_the_others_as_they_are() {
    let log = Log::new();
    let broken = Rc::new(Cell::new(false));
    let files = KeyedRevision::new();
    let key = |number| Brittle(number, broken.clone());
    let (seen, one) = (log.clone(), key(1));
    create_effect(move || seen.push(format!("{}", files.get(&one))));
    broken.set(true);
    assert_eq!(panic_of(|| files.invalidate(&key(1), "saved")), "no hash");
    assert_eq!(panic_of(|| files.get(&key(2))), "no hash");
    broken.set(false);
    files.invalidate(&key(1), "saved");
    assert_eq!(log.take(), ["0", "1"]);
    assert_eq!(files.observed_keys(), 1);
}

#[test]
fn an_observer_that_panics_does_not_stop_the_others() {
    let log = Log::new();
    let list = Revision::new();
    create_effect(move || assert!(list.get() != 1, "the first"));
    let seen = log.clone();
    create_effect(move || seen.push(format!("{}", list.get())));
    assert_eq!(panic_of(|| list.invalidate("saved")), "the first");
    list.invalidate("saved");
    assert_eq!(log.take(), ["0", "1", "2"]);
}
