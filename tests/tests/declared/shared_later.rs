//! Updates of a `Shared` graph that wait until it is free.
//!
//! Invariants: the log says what happened, in order.
//!
//! Must not know: executors.

use signal_kernel::{Shared, computed, create_effect, reactive, resource, signal};
use signal_kernel_tests::{
    gate::{Gates, Wakes},
    log::{Log, NOTHING},
    panics::{panic_of, quietly},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

type Hook = Rc<RefCell<Option<Box<dyn Fn(u32)>>>>;

#[resource(local)]
async fn fetch(id: u32, gates: Gates) -> Result<u32, String> {
    gates.open(id).await
}

reactive! {
    /// A counter whose effect calls out.
    struct Counter {
        let log: Log;
        let hook: Hook;
        let gates: Gates;
        signal count: u32 = 0;
        signal copy: u32 = 0;
        signal id: u32 = 0;
        resource answer = fetch(id, gates);
        effect see {
            log.push(format!("count {count} copy {copy} answer {:?}", answer.value()));
            if let Some(hook) = &*hook.borrow() { hook(*count) }
        }
    }
}

struct Fixture {
    shared: Shared<Counter>,
    hook: Hook,
    gates: Gates,
    log: Log,
}

fn counter() -> Fixture {
    let (log, hook) = (Log::new(), Hook::default());
    let gates = Gates::new("answer", &Log::new());
    let counter = Counter::new(log.clone(), hook.clone(), gates.clone());
    log.clear();
    Fixture {
        shared: Shared::new(counter),
        hook,
        gates,
        log,
    }
}

impl Fixture {
    /// Lets the effect of the graph do this from now on.
    fn on_change(&self, act: impl Fn(&Shared<Counter>, u32) + 'static) {
        let shared = self.shared.clone();
        *self.hook.borrow_mut() = Some(Box::new(move |count| act(&shared, count)));
    }

    /// A dynamic effect that reads the graph.
    fn reader(&self) {
        let (shared, log) = (self.shared.clone(), self.log.clone());
        create_effect(move || {
            log.push(format!("reader {}", shared.read(|it| *it.copy())));
        });
        self.log.clear();
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.hook.take(); // the hook holds a handle
    }
}

#[test]
fn an_update_asked_for_by_an_effect_follows_the_settle_and_comes_before_the_readers() {
    let it = counter();
    it.reader();
    it.on_change(|shared, count| shared.update_later(move |it| it.set_copy(count)));
    it.shared.update(|it| it.set_count(1));
    assert_eq!(
        it.log.take(),
        [
            "count 1 copy 0 answer None",
            "count 1 copy 1 answer None",
            "reader 1"
        ]
    );
}

#[test]
fn a_free_graph_is_updated_at_once_as_one_batch() {
    let it = counter();
    it.reader();
    it.shared.update_later(|it| {
        it.set_count(3);
        it.set_copy(4);
    });
    assert_eq!(it.log.take(), ["count 3 copy 4 answer None", "reader 4"]);
}

#[test]
fn updates_run_in_the_order_of_arrival_and_each_settles() {
    let it = counter();
    let log = it.log.clone();
    let is_first = Cell::new(true);
    it.on_change(move |shared, _| {
        if is_first.take() {
            for copy in 1..=3 {
                let log = log.clone();
                shared.update_later(move |it| {
                    log.push(format!("update {copy}"));
                    it.set_copy(copy);
                });
            }
        }
    });
    it.shared.update(|it| it.set_count(1));
    let log = it.log.take();
    assert_eq!(
        log,
        [
            "count 1 copy 0 answer None",
            "update 1",
            "count 1 copy 1 answer None",
            "update 2",
            "count 1 copy 2 answer None",
            "update 3",
            "count 1 copy 3 answer None"
        ]
    );
}

#[test]
fn an_update_asked_for_inside_a_read_or_an_update_follows_it() {
    let it = counter();
    let (inside, log) = (it.shared.clone(), it.log.clone());
    it.shared.read(|_| {
        inside.read(|_| inside.update_later(|it| it.set_count(1)));
        log.push("inner read ends");
    });
    assert_eq!(
        it.log.take(),
        ["inner read ends", "count 1 copy 0 answer None"]
    );
    it.shared.update(|graph| {
        inside.update_later(|it| it.set_count(3));
        graph.set_count(2);
    });
    assert_eq!(
        it.log.take(),
        ["count 2 copy 0 answer None", "count 3 copy 0 answer None"]
    );
}

#[test]
fn an_update_waits_also_for_a_read_or_an_update_that_panics() {
    let it = counter();
    let inside = it.shared.clone();
    let read = || {
        it.shared.read(|_| {
            inside.update_later(|it| it.set_count(1));
            panic!("the read");
        })
    };
    assert_eq!(panic_of(read), "the read");
    assert_eq!(it.log.take(), ["count 1 copy 0 answer None"]);
    let update = || {
        it.shared.update(|_| {
            inside.update_later(|it| it.set_count(2));
            panic!("the update");
        })
    };
    assert_eq!(panic_of(update), "the update");
    assert_eq!(it.log.take(), ["count 2 copy 0 answer None"]);
}

#[test]
fn a_panic_of_an_update_reaches_the_user_of_the_graph_and_costs_no_other_update() {
    let it = counter();
    it.on_change(|shared, count| {
        if count == 1 {
            shared.update_later(|_| panic!("an update"));
            shared.update_later(|it| it.set_count(2));
        }
    });
    let write = || it.shared.update(|it| it.set_count(1));
    assert_eq!(panic_of(write), "an update");
    assert_eq!(
        it.log.take(),
        ["count 1 copy 0 answer None", "count 2 copy 0 answer None"]
    );
    let at_once = || it.shared.update_later(|_| panic!("at once"));
    assert_eq!(panic_of(at_once), "at once");
    let inside = it.shared.clone();
    let read = || {
        it.shared.read(|it| {
            inside.update_later(|_| panic!("after a read"));
            *it.count()
        })
    };
    assert_eq!(panic_of(read), "after a read");
}

#[test]
fn a_computed_value_cannot_ask_for_an_update() {
    let it = counter();
    let inside = it.shared.clone();
    let value = computed(move || {
        inside.update_later(|it| it.set_count(1));
        0
    });
    assert!(quietly(|| value.get()).is_err());
    assert_eq!(it.log.take(), NOTHING);
    assert_eq!(it.shared.read(|it| *it.count()), 0);
}

#[test]
fn an_update_is_untracked_and_owns_nothing() {
    let it = counter();
    let (trigger, other) = (signal(0), signal(0));
    let (shared, log) = (it.shared.clone(), it.log.clone());
    create_effect(move || {
        log.push(format!("effect {}", trigger.get()));
        shared.update_later(move |it| it.set_count(other.get()));
    });
    it.log.clear();
    other.set(5);
    assert_eq!(it.log.take(), NOTHING);
    trigger.set(1);
    assert_eq!(it.log.take(), ["effect 1", "count 5 copy 0 answer None"]);
}

#[test]
fn an_update_asked_for_while_work_is_polled_follows_the_commit() {
    let it = counter();
    it.on_change(|shared, _| {
        shared.update_later(|it| {
            let answer = it.answer().value().copied().unwrap_or(0);
            it.set_copy(answer);
        });
    });
    let task = Wakes::new();
    assert!(task.poll(|cx| it.shared.poll_progress(cx)).is_pending());
    it.log.clear();
    it.gates.ok(1, 7);
    assert!(task.poll(|cx| it.shared.poll_progress(cx)).is_ready());
    assert_eq!(
        it.log.take(),
        [
            "count 0 copy 0 answer Some(7)",
            "count 0 copy 7 answer Some(7)"
        ]
    );
}

#[test]
fn updates_that_never_come_to_rest_are_a_panic_and_none_is_lost() {
    let it = counter();
    it.on_change(|shared, _| shared.update_later(|it| it.update_count(|count| *count += 1)));
    let text = panic_of(|| it.shared.update(|it| it.set_count(1)));
    assert!(text.contains("again and again"), "{text}");
    it.hook.take();
    let stopped = it.shared.read(|it| *it.count());
    assert!((100_000..100_010).contains(&stopped), "{stopped}");
    it.shared.update(|_| {}); // the one that waits
    assert_eq!(it.shared.read(|it| *it.count()), stopped + 1);
}

#[test]
fn updates_that_ask_for_more_each_time_come_to_an_end_too() {
    let it = counter();
    it.on_change(|shared, _| {
        for _ in 0..3 {
            shared.update_later(|it| it.update_count(|count| *count += 1));
        }
    });
    let text = panic_of(|| it.shared.update(|it| it.set_count(1)));
    assert!(text.contains("again and again"), "{text}");
}

#[test]
fn the_last_handle_may_end_inside_an_update_that_it_has_asked_for() {
    let log = Log::new();
    let counter = Counter::new(
        log.clone(),
        Hook::default(),
        Gates::new("answer", &Log::new()),
    );
    let shared = Shared::new(counter);
    log.clear();
    let last = shared.clone();
    shared.read(|_| {
        shared.update_later(move |it| {
            drop(last);
            it.set_count(1);
        });
    });
    drop(shared);
    assert_eq!(log.take(), ["count 1 copy 0 answer None"]);
}
