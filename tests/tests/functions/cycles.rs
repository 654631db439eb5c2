//! Cycles in the dynamic graph (BEHAVIOURS K): an error that names the whole way, and never an overflow.
//!
//! Not offered by the functions: fixpoint iteration from an initial value (126).
//!
//! Invariants: one behaviour a test; after each cycle the graph is shown to work.
//!
//! Must not know: anything but the public interface.

use super::kernel::__private::check_dynamic;
use super::kernel::{
    AsyncMeta, AsyncValue, Computed, ReadError, ResourceOptions, Signal, batch, computed,
    create_effect, create_resource, create_resource_with, on_cleanup, scope, signal, transaction,
    untrack,
};
use signal_kernel_tests::leak::leak;
use signal_kernel_tests::log::Log;
use signal_kernel_tests::panics::panic_of;
use signal_kernel_tests::random::Random;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A computed value that may be read before it is made.
type Later = &'static Cell<Option<Computed<i32>>>;

fn later() -> Later {
    leak(Cell::new(None))
}

fn read(it: Later) -> i32 {
    it.get().expect("it was made").get()
}

/// `on` switches a cycle of three: a -> b -> c -> a.
fn three(on: Signal<bool>) -> (Computed<i32>, Computed<i32>, Computed<i32>) {
    let first = later();
    let c = computed(move || if on.get() { read(first) + 1 } else { 1 }).named("c");
    let b = computed(move || c.get() + 1).named("b");
    let a = computed(move || b.get() + 1).named("a");
    first.set(Some(a));
    (a, b, c)
}

#[test]
fn b121_a_computed_value_that_reads_itself_says_so() {
    let own = later();
    let a = computed(move || read(own)).named("a");
    own.set(Some(a));
    assert_eq!(panic_of(|| a.get()), "computed `a` reads itself");
    let later = "computed `a` panicked: computed `a` reads itself";
    assert_eq!(panic_of(|| a.get()), later);
    assert_eq!(panic_of(|| a.peek()), later);
}

#[test]
fn b121_without_a_name_its_place_is_told() {
    let own = later();
    own.set(Some(computed(move || read(own))));
    let said = panic_of(|| read(own));
    assert!(
        said.starts_with(&format!("computed made at {}:", file!())),
        "{said}"
    );
    assert!(said.ends_with(" reads itself"), "{said}");
}

#[test]
fn b122_two_that_read_each_other_are_both_named() {
    let first = later();
    let b = computed(move || read(first)).named("b");
    let a = computed(move || b.get()).named("a");
    first.set(Some(a));
    assert_eq!(panic_of(|| a.get()), "cyclic dependency: `a` -> `b` -> `a`");
    assert_eq!(
        panic_of(|| a.get()),
        "computed `a` panicked: it depends on computed `b`, which did: cyclic dependency: `a` -> `b` -> `a`"
    );
}

#[test]
fn b122_from_the_other_end_the_way_begins_there() {
    let (a, b, c) = three(signal(true));
    assert_eq!(
        panic_of(|| b.get()),
        "cyclic dependency: `b` -> `c` -> `a` -> `b`"
    );
    for it in [a, b, c] {
        assert!(panic_of(|| it.get()).contains("panicked"));
    }
}

#[test]
fn b122_values_that_lead_to_a_cycle_are_not_named_as_part_of_it() {
    let (a, ..) = three(signal(true));
    let outside = computed(move || a.get()).named("outside");
    assert_eq!(
        panic_of(|| outside.get()),
        "cyclic dependency: `a` -> `b` -> `c` -> `a`"
    );
}

#[test]
fn b122_nodes_without_names_are_told_by_their_places() {
    let first = later();
    let b = computed(move || read(first));
    first.set(Some(computed(move || b.get())));
    let said = panic_of(|| read(first));
    assert_eq!(said.matches(file!()).count(), 3, "{said}");
    assert_eq!(said.matches(" -> ").count(), 2, "{said}");
}

#[test]
fn b122_a_cycle_that_an_effect_finds_does_not_name_the_effect() {
    let log = leak(Log::new());
    let on = signal(false);
    let (a, ..) = three(on);
    create_effect(move || log.push(format!("show {}", a.get()))).named("show");
    create_effect(move || log.push(format!("on {}", on.get())));
    log.clear();
    let said = panic_of(|| on.set(true));
    let ways = [
        "cyclic dependency: `a` -> `b` -> `c` -> `a`",
        "cyclic dependency: `c` -> `a` -> `b` -> `c`",
    ];
    assert!(ways.contains(&said.as_str()), "{said}");
    assert_eq!(log.take(), ["on true"]);
    on.set(false);
    assert_eq!(log.take(), ["show 3", "on false"]);
}

#[test]
fn b123_a_cycle_in_a_branch_that_is_not_taken_is_none() {
    let on = signal(false);
    let (a, b, c) = three(on);
    assert_eq!((a.get(), b.get(), c.get()), (3, 2, 1));
    on.set(true);
    let said = panic_of(|| a.get());
    assert!(said.starts_with("cyclic dependency: "), "{said}");
    for name in ["`a`", "`b`", "`c`"] {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn b123_two_branches_that_read_each_other_in_turn_are_no_cycle() {
    let which = signal(true);
    let first = later();
    let b = computed(move || if which.get() { 1 } else { read(first) + 1 }).named("b");
    let a = computed(move || if which.get() { b.get() + 1 } else { 10 }).named("a");
    first.set(Some(a));
    assert_eq!((a.get(), b.get()), (2, 1));
    which.set(false);
    assert_eq!((a.get(), b.get()), (10, 11));
    which.set(true);
    assert_eq!((b.get(), a.get()), (1, 2));
}

#[test]
fn b123_the_direction_may_turn_under_an_effect() {
    let log = leak(Log::new());
    let which = signal(true);
    let first = later();
    let b = computed(move || if which.get() { 1 } else { read(first) + 1 });
    let a = computed(move || if which.get() { b.get() + 1 } else { 10 });
    first.set(Some(a));
    create_effect(move || log.push(format!("{} {}", a.get(), b.get())));
    create_effect(move || log.push(format!("{} {}", b.get(), a.get())));
    which.set(false);
    which.set(true);
    assert_eq!(log.take(), ["2 1", "1 2", "10 11", "11 10", "2 1", "1 2"]);
}

#[test]
fn b124_a_self_read_is_a_cycle_however_it_is_read() {
    let ways: [fn(Computed<i32>) -> i32; 4] = [
        |it| untrack(|| it.get()),
        |it| it.peek(),
        |it| it.with(|it| *it),
        |it| batch(|| it.get()),
    ];
    for way in ways {
        let own = later();
        let a = computed(move || way(own.get().unwrap())).named("a");
        own.set(Some(a));
        assert_eq!(panic_of(|| a.get()), "computed `a` reads itself");
    }
}

#[test]
fn b124_an_effect_in_the_middle_does_not_hide_a_cycle() {
    let own = later();
    let a = computed(move || {
        create_effect(move || _ = read(own));
        1
    })
    .named("a");
    own.set(Some(a));
    let log = leak(Log::new());
    create_effect(move || {
        log.push("outer");
        let failure = match a.try_get() {
            Err(ReadError::Failed(failure)) => failure,
            other => panic!("{other:?}"),
        };
        let said = failure.cause().expect("a cycle has a text");
        assert!(
            said.starts_with("cyclic dependency: `a` -> ") && said.ends_with(" -> `a`"),
            "{said}"
        );
        log.push("named");
    });
    assert_eq!(log.take(), ["outer", "named"]);
}

#[test]
fn b125_when_the_cycle_is_gone_the_values_work() {
    let on = signal(true);
    let (a, b, c) = three(on);
    panic_of(|| a.get());
    on.set(false);
    assert_eq!((a.get(), b.get(), c.get()), (3, 2, 1));
    on.set(true);
    panic_of(|| b.get());
    on.set(false);
    assert_eq!((c.get(), b.get(), a.get()), (1, 2, 3));
}

#[test]
fn b125_a_body_may_catch_the_cycle_it_has_closed() {
    let log = leak(Log::new());
    let (on, own) = (signal(true), later());
    let a = computed(move || {
        if on.get() {
            log.push(panic_of(|| read(own)));
        }
        7
    })
    .named("a");
    own.set(Some(a));
    assert_eq!(a.get(), 7);
    assert_eq!(log.take(), ["computed `a` reads itself"]);
    create_effect(move || log.push(a.get()));
    on.set(false);
    on.set(true);
    assert_eq!(log.take(), ["7", "computed `a` reads itself"]);
    assert_eq!(a.get(), 7);
}

#[test]
fn b125_unrelated_values_are_not_touched_by_a_cycle() {
    let log = leak(Log::new());
    let (on, other) = (signal(true), signal(1));
    let (a, ..) = three(on);
    let beside = computed(move || other.get() * 2);
    create_effect(move || log.push(format!("beside {}", beside.get())));
    panic_of(|| a.get());
    other.set(2);
    assert_eq!(log.take(), ["beside 2", "beside 4"]);
}

#[test]
fn b122_a_cycle_of_a_thousand_is_found_on_every_way_in() {
    const LENGTH: usize = 1_000;
    let on = signal(false);
    let first = later();
    let mut last = computed(move || if on.get() { read(first) } else { 0 });
    for _ in 1..LENGTH {
        let before = last;
        last = computed(move || before.get() + 1);
        last.get();
    }
    first.set(Some(last));
    on.set(true);
    let said = panic_of(|| last.get());
    assert!(said.starts_with("cyclic dependency: "), "{said}");
    assert_eq!(said.matches(" -> ").count(), LENGTH);
    on.set(false);
    assert_eq!(last.get(), LENGTH as i32 - 1);
}

#[test]
fn an_effect_that_writes_in_its_cleanup_and_body_names_itself_only_when_it_never_rests() {
    let log = leak(Log::new());
    let (a, on) = (signal(0), signal(false));
    let restless = create_effect(move || {
        let seen = a.get();
        if on.get() {
            on_cleanup(move || a.set(seen + 1));
            a.set(seen + 1);
        }
    })
    .named("restless");
    create_effect(move || log.push(format!("on {}", on.get())));
    let said = panic_of(|| on.set(true));
    assert!(said.ends_with("effect `restless`"), "{said}");
    restless.dispose();
    on.set(false);
    assert_eq!(log.take(), ["on false", "on true", "on false"]);
}

fn tried(it: Later) -> Result<i32, ReadError> {
    it.get().expect("it was made").try_get()
}

#[test]
fn no_value_of_a_cycle_outlives_it() {
    let log = leak(Log::new());
    let (a_is_b, b_is_a) = (signal(false), signal(true));
    let first = later();
    let b = computed(move || match b_is_a.get() {
        true => tried(first).map_or(-1, |a| a + 1),
        false => 7,
    });
    let a = computed(move || match a_is_b.get() {
        true => b.try_get().unwrap_or(-1),
        false => 1,
    });
    first.set(Some(a));
    create_effect(move || log.push(a.get()));
    assert_eq!(b.get(), 2);
    a_is_b.set(true);
    assert_eq!(check_dynamic(), Ok(()));
    b_is_a.set(false);
    assert_eq!((a.get(), b.get()), (7, 7));
    assert_eq!(check_dynamic(), Ok(()));
    assert_eq!(log.take(), ["1", "-1", "7"]);
    a_is_b.set(false);
    b_is_a.set(true);
    assert_eq!((a.get(), b.get()), (1, 2));
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn the_read_that_closes_a_cycle_gets_it_as_an_error() {
    let on = signal(true);
    let first = later();
    let b = computed(move || match tried(first) {
        Err(ReadError::Cycle(cycle)) if on.get() => cycle.to_string(),
        other => format!("{other:?}"),
    })
    .named("b");
    let a = computed(move || b.with(|b| b.len() as i32)).named("a");
    first.set(Some(a));
    let way = "cyclic dependency: `a` -> `b` -> `a`";
    assert_eq!(a.get(), way.len() as i32);
    assert_eq!(b.get(), way);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_refused_read_whose_value_comes_back_unchanged_is_made_again() {
    let (around, left) = (signal(true), signal(false));
    let first = later();
    let one = computed(move || match around.get() {
        true => tried(first).unwrap_or(-1),
        false => 1,
    });
    let five = computed(move || one.get() + 3);
    let four = computed(move || match left.get() {
        true => five.try_get().unwrap_or(-1),
        false => 1,
    });
    first.set(Some(four));
    let log = leak(Log::new());
    create_effect(move || log.push(four.get()));
    assert_eq!(five.get(), 4);
    left.set(true);
    assert_eq!(check_dynamic(), Ok(()));
    around.set(false);
    assert_eq!((five.get(), four.get()), (4, 4));
    assert_eq!(check_dynamic(), Ok(()));
    assert_eq!(log.take().last().map(String::as_str), Some("4"));
}

#[test]
fn a_refused_read_whose_value_has_changed_is_made_again_and_its_readers_look() {
    let (s, last) = (signal(4), later());
    let number = computed(move || match s.get() % 2 {
        0 => s.get(),
        _ => (s.get() + tried(last).unwrap_or(6)) % 7,
    });
    let same = computed(move || number.get());
    last.set(Some(same));
    create_effect(move || _ = same.try_get());
    transaction(|| {
        s.set(1);
        same.peek();
        Ok::<(), ()>(())
    })
    .unwrap();
    assert_eq!(check_dynamic(), Ok(()));
    assert_eq!((number.get(), same.get()), (0, 0));
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_read_that_was_refused_on_the_way_to_the_end_of_the_cycle_is_made_again() {
    let (s, on, first) = (signal(0), leak(Cell::new(true)), later());
    let last = computed(move || s.get() + tried(first).unwrap_or(6));
    let middle = computed(move || last.get());
    let value = computed(move || match on.get() {
        true => middle.try_get().unwrap_or(0),
        false => 3,
    });
    first.set(Some(value));
    let log = leak(Log::new());
    assert_eq!(value.get(), 6);
    on.set(false); // seen by the next run
    s.set(2);
    create_effect(move || log.push(format!("{} {} {}", value.get(), last.get(), middle.get())));
    assert_eq!(log.take(), ["3 5 5"]);
    assert_eq!(check_dynamic(), Ok(()));
    on.set(true);
    s.set(4);
    assert_eq!(check_dynamic(), Ok(()));
    on.set(false);
    s.set(5);
    assert_eq!((value.get(), middle.get()), (3, 8));
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_computed_value_that_reads_itself_and_tries_keeps_its_cut_off() {
    let log = leak(Log::new());
    let (s, own) = (signal(1), later());
    let tens = computed(move || s.get() / 10);
    let a = computed(move || {
        log.push("a");
        tens.get() + tried(own).unwrap_or(-1)
    });
    own.set(Some(a));
    create_effect(move || _ = a.get());
    for n in 2..6 {
        s.set(n);
        assert_eq!(check_dynamic(), Ok(()));
    }
    assert_eq!(log.take(), ["a"]);
    s.set(20);
    assert_eq!((a.get(), log.take()), (1, vec!["a".to_owned()]));
}

/// The reads of a value of the random graphs: the numbers of two others, and of a signal that chooses between them.
type Recipe = [usize; 3];

/// The value, if no node below it is on a cycle.
fn truth(recipes: &[Recipe], signals: &[i32], at: usize, way: &mut Vec<usize>) -> Option<i32> {
    if way.contains(&at) {
        return None;
    }
    way.push(at);
    let [one, other, by] = recipes[at];
    let value = match signals[by] {
        0 => Some(at as i32),
        chosen => truth(recipes, signals, [one, other][chosen as usize % 2], way)
            .map(|it| (it * 3 + chosen) % 1000),
    };
    way.pop();
    value
}

#[test]
fn cycles_that_form_and_dissolve_leave_nothing_behind() {
    let steps = std::env::var("STEPS").map_or(40, |it| it.parse().expect("a number"));
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let ((), owner) = scope(|| walk(&mut random, seed, steps));
        drop(owner);
        assert_eq!(check_dynamic(), Ok(()), "seed {seed}, at the end");
    }
}

fn walk(random: &mut Random, seed: u64, steps: usize) {
    const VALUES: usize = 7;
    const SIGNALS: usize = 5;
    let signals: Vec<Signal<i32>> = (0..SIGNALS).map(|_| signal(0)).collect();
    let recipes: Vec<Recipe> = (0..VALUES)
        .map(|_| {
            [
                random.below(VALUES),
                random.below(VALUES),
                random.below(SIGNALS),
            ]
        })
        .collect();
    let made: Rc<RefCell<Vec<Computed<i32>>>> = Rc::default();
    for (at, &[one, other, by]) in recipes.iter().enumerate() {
        let (known, by) = (made.clone(), signals[by]);
        let value = computed(move || match by.get() {
            0 => at as i32,
            chosen => {
                let read = known.borrow()[[one, other][chosen as usize % 2]];
                read.try_get().map_or(-1, |it| match it {
                    -1 => -1,
                    it => (it * 3 + chosen) % 1000,
                })
            }
        });
        made.borrow_mut().push(value);
    }
    let seen: Vec<Rc<Cell<i32>>> = (0..VALUES).map(|_| Rc::default()).collect();
    for (at, shown) in seen.iter().enumerate().filter(|it| it.0 % 2 == 0) {
        let (value, shown) = (made.borrow()[at], shown.clone());
        create_effect(move || shown.set(value.try_get().unwrap_or(-1)));
    }
    for step in 0..steps {
        let write = |random: &mut Random| {
            let value = random.below(3) as i32;
            random.pick(&signals).set(value);
        };
        match random.below(4) {
            0 => batch(|| {
                write(random);
                drop(random.pick(&made.borrow()).try_get());
                write(random);
            }),
            1 => drop(random.pick(&made.borrow()).try_get()),
            _ => write(random),
        }
        assert_eq!(check_dynamic(), Ok(()), "seed {seed}, step {step}");
        let now: Vec<i32> = signals.iter().map(|it| it.peek()).collect();
        for (at, seen) in seen.iter().enumerate() {
            let Some(truth) = truth(&recipes, &now, at, &mut Vec::new()) else {
                continue;
            };
            if at % 2 == 0 {
                assert_eq!(
                    seen.get(),
                    truth,
                    "seed {seed}, step {step}, effect of {at}"
                );
            }
            if random.chance(50) {
                let value = made.borrow()[at];
                assert_eq!(value.peek(), truth, "seed {seed}, step {step}, value {at}");
                assert_eq!(
                    check_dynamic(),
                    Ok(()),
                    "seed {seed}, step {step}, after a read"
                );
            }
        }
    }
}

type Own = &'static Cell<Option<AsyncValue<u32>>>;

/// A resource named `name` whose source reads the result of `own`.
fn asks(
    name: &'static str,
    own: impl Fn() -> u32 + 'static,
) -> (AsyncValue<u32>, AsyncMeta<String>) {
    let (value, meta) = create_resource(own, async |id: u32| Ok::<u32, String>(id));
    (value, meta.named(name))
}

fn told(own: Own) -> u32 {
    own.get().and_then(|own| own.get()).unwrap_or(0)
}

#[test]
fn a_resource_whose_source_reads_it_is_named_once() {
    let (id, own) = (signal(1), leak(Cell::new(None)));
    let (value, _) = asks("user", move || id.get() + told(own));
    own.set(Some(value));
    assert_eq!(panic_of(|| id.set(2)), "resource `user` reads itself");
    own.set(None);
    id.set(3);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_resource_without_a_name_is_told_by_its_place_once() {
    let (id, own) = (signal(1), leak(Cell::new(None)));
    let source = move || id.get() + told(own);
    let (value, _) = create_resource(source, async |id: u32| Ok::<u32, String>(id));
    own.set(Some(value));
    let said = panic_of(|| id.set(2));
    assert!(said.starts_with("resource made at "), "{said}");
    assert!(said.ends_with(" reads itself"), "{said}");
    assert_eq!(said.matches(file!()).count(), 1, "{said}");
}

#[test]
fn a_cycle_through_a_resource_names_each_once() {
    let (id, on, own) = (signal(1), signal(false), leak(Cell::new(None)));
    let (value, _) = asks("user", move || {
        let below = if on.get() {
            own.get().map_or(0, |it: Computed<u32>| it.get())
        } else {
            0
        };
        id.get() + below
    });
    let below = computed(move || value.get().unwrap_or(0)).named("below");
    own.set(Some(below));
    create_effect(move || _ = below.try_get());
    let ways = [
        "cyclic dependency: `user` -> `below` -> `user`",
        "cyclic dependency: `below` -> `user` -> `below`",
    ];
    let said = panic_of(|| on.set(true));
    assert!(ways.contains(&said.as_str()), "{said}");
    let said = panic_of(|| id.set(2));
    assert!(ways.contains(&said.as_str()), "{said}");
    on.set(false);
    assert_eq!(check_dynamic(), Ok(()));
}

#[test]
fn a_cycle_through_two_resources_names_each_once() {
    let (id, own) = (signal(1), leak(Cell::new(None)));
    let (first, _) = asks("first", move || id.get() + told(own));
    let (second, _) = asks("second", move || first.get().unwrap_or(0) + id.get());
    own.set(Some(second));
    let said = panic_of(|| id.set(2));
    let ways = [
        "cyclic dependency: `first` -> `second` -> `first`",
        "cyclic dependency: `second` -> `first` -> `second`",
    ];
    assert!(ways.contains(&said.as_str()), "{said}");
}

#[test]
fn a_cycle_through_a_status_names_the_resource_once() {
    let (id, own) = (signal(1), leak(Cell::new(None::<AsyncMeta<String>>)));
    let (_, meta) = asks("user", move || {
        id.get() + own.get().map_or(0, |it| u32::from(it.is_pending()))
    });
    own.set(Some(meta));
    assert_eq!(panic_of(|| id.set(2)), "resource `user` reads itself");
}

#[test]
fn a_cycle_through_an_observed_read_names_the_resource_once() {
    let (id, own) = (signal(1), leak(Cell::new(None)));
    let options = ResourceOptions::new().observe(move || _ = id.get() + told(own));
    let (value, meta) = create_resource_with(|| 1, async |id: u32| Ok::<u32, String>(id), options);
    let _ = meta.named("user");
    own.set(Some(value));
    assert_eq!(panic_of(|| id.set(2)), "resource `user` reads itself");
}

#[test]
fn a_cycle_that_the_first_run_of_a_resource_closes_names_it_once() {
    let own: Own = leak(Cell::new(None));
    let said = panic_of(|| {
        batch(|| {
            let (value, _) = asks("user", move || told(own));
            own.set(Some(value));
        });
    });
    assert_eq!(said, "resource `user` reads itself");
}

#[test]
fn a_try_read_that_closes_a_cycle_through_a_resource_has_each_node_once() {
    let (id, own) = (signal(1), leak(Cell::new(None::<AsyncValue<u32>>)));
    let log = leak(Log::new());
    let (value, _) = asks("user", move || {
        let read = own.get().map(|own| own.try_get());
        if let Some(Err(ReadError::Cycle(cycle))) = read {
            log.push(format!("{cycle}: {:?}", cycle.nodes().collect::<Vec<_>>()));
        }
        id.get()
    });
    own.set(Some(value));
    id.set(2);
    let mut events = log.take();
    events.dedup(); // a source whose cycle is new may run twice
    assert_eq!(events, ["resource `user` reads itself: [\"`user`\"]"]);
}
