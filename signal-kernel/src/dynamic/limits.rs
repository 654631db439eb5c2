//! The limits of the numbers: no test outside of the crate could count that far.

use super::graph::ids::{Order, RunId, Version};
use super::{Signal, batch, computed, create_effect, engine::current, scope, signal, transaction};
use std::{cell::RefCell, rc::Rc};

#[track_caller]
fn assert_sound() {
    current::with(|cell| {
        if let Err(error) = cell.borrow().check() {
            panic!("{error}");
        }
    });
}

fn set_clock(clock: Version) {
    current::with(|cell| cell.borrow_mut().clock = clock);
}

fn clock() -> Version {
    current::with(|cell| cell.borrow().clock)
}

/// An effect that records the values that it reads.
fn notes(count: Signal<u32>) -> Rc<RefCell<Vec<u32>>> {
    let notes = Rc::new(RefCell::new(Vec::new()));
    create_effect({
        let notes = notes.clone();
        move || notes.borrow_mut().push(count.get())
    });
    notes
}

#[test]
fn versions_are_numbered_anew_by_writes_alone() {
    let count = signal(0);
    let double = computed(move || count.get() * 2);
    assert_eq!(double.get(), 0);
    set_clock(Version::before_last(2));
    for step in 1..6 {
        count.set(step);
        assert_sound();
    }
    assert!(clock() < Version::nth(100));
    assert_eq!(double.get(), 10);
    let seen = notes(count);
    set_clock(Version::before_last(2));
    for step in 6..12 {
        count.set(step);
        assert_sound();
    }
    assert!(clock() < Version::nth(100));
    assert_eq!(*seen.borrow(), [5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(double.get(), 22);
}

#[test]
fn what_was_outdated_before_is_outdated_after() {
    let (a, b) = (signal(1), signal(1));
    let (of_a, of_b) = (computed(move || a.get()), computed(move || b.get()));
    let sum = computed(move || of_a.get() + of_b.get());
    assert_eq!(sum.get(), 2);
    a.set(2);
    assert_eq!(of_a.get(), 2); // `sum` has not seen the new value
    set_clock(Version::LAST);
    batch(|| ());
    assert!(clock() < Version::nth(100));
    assert_sound();
    assert_eq!(sum.get(), 3);
}

/// A lazy value with a provisional value may get its value from before back; an older reader has seen neither of the
/// two.
#[test]
fn a_reader_that_has_seen_neither_value_is_outdated() {
    let (s, which) = (signal(1), signal(0));
    let x = computed(move || s.get() * 10);
    let reader = computed(move || match which.get() {
        0 => x.get(),
        _ => x.get() + 1,
    });
    assert_eq!(reader.get(), 10);
    s.set(2);
    assert_eq!(x.get(), 20);
    batch(|| {
        s.set(3);
        assert_eq!(x.get(), 30);
        s.set(2);
    });
    set_clock(Version::LAST);
    batch(|| ());
    assert!(clock() < Version::nth(100));
    assert_sound();
    assert_eq!(reader.get(), 20);
    assert_eq!(x.get(), 20);
    assert_sound();
}

#[test]
fn a_batch_that_crosses_the_limit_is_judged_as_any_other() {
    let count = signal(0);
    let seen = notes(count);
    set_clock(Version::before_last(2));
    batch(|| {
        for step in 1..6 {
            count.set(step);
        }
        count.set(0);
    });
    assert_eq!(*seen.borrow(), [0]);
    batch(|| {
        for step in 1..6 {
            count.set(step);
        }
    });
    count.set(0);
    assert_eq!(*seen.borrow(), [0, 5, 0]);
    assert_sound();
}

#[test]
fn effects_run_in_the_order_of_their_creation_also_when_that_is_numbered_anew() {
    let go = signal(0);
    let log = Rc::new(RefCell::new(String::new()));
    let effect = |name: char| {
        let log = log.clone();
        create_effect(move || {
            go.get();
            log.borrow_mut().push(name);
        })
    };
    effect('a');
    effect('b').dispose();
    current::with(|cell| cell.borrow_mut().orders = Order::before_last(1));
    effect('c');
    effect('d');
    effect('e');
    assert!(current::with(|cell| cell.borrow().orders) < Order::nth(100));
    assert_sound();
    log.borrow_mut().clear();
    go.set(1);
    assert_eq!(*log.borrow(), "acde");
}

#[test]
fn a_slot_whose_generations_are_used_up_is_never_used_again() {
    let (_, gone) = scope(|| signal(1));
    drop(gone);
    current::with(|cell| {
        for node in cell.borrow_mut().nodes.iter_mut() {
            node.generation = u32::MAX;
        }
    });
    let (old, owner) = scope(|| signal(1));
    assert_eq!(old.get(), 1);
    drop(owner);
    assert!(old.try_get().is_err());
    assert_sound();
    let new = signal(2);
    assert!(old.try_get().is_err());
    assert!(old.try_set(3).is_err());
    assert_eq!(new.get(), 2);
    assert_sound();
}

#[test]
fn an_effect_in_a_slot_that_is_used_up_ends_once() {
    let count = signal(0);
    create_effect(|| ()).dispose();
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let free = runtime.free_node;
        assert!(free.is_some());
        runtime.nodes[free].generation = u32::MAX;
    });
    let runs = Rc::new(RefCell::new(0));
    let effect = create_effect({
        let runs = runs.clone();
        move || {
            count.get();
            *runs.borrow_mut() += 1;
        }
    });
    effect.dispose();
    effect.dispose();
    count.set(1);
    assert_eq!(*runs.borrow(), 1);
    assert_sound();
}

#[test]
fn runs_are_numbered_anew() {
    let (a, b) = (signal(1), signal(2));
    let inner = computed(move || a.get() + b.get());
    let outer = computed(move || a.get() + inner.get() + a.get() + b.get());
    assert_eq!(outer.get(), 7);
    for before in 0..4 {
        current::with(|cell| cell.borrow_mut().runs = RunId::before_end(1 + before));
        a.set(a.get() + 1);
        assert_eq!(inner.get(), a.get() + b.get());
        assert_eq!(outer.get(), 3 * a.get() + 2 * b.get());
        assert_sound();
        b.set(b.get() + 1);
        assert_eq!(outer.get(), 3 * a.get() + 2 * b.get());
        assert_sound();
    }
}

#[test]
fn a_transaction_that_is_nested_too_deep_leaves_the_nesting_as_it_was() {
    let count = signal(0);
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        (runtime.depth, runtime.level) = (1, u16::MAX - 1);
    });
    let outcome = std::panic::catch_unwind(|| transaction(|| Ok::<_, ()>(())));
    assert!(outcome.is_err());
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        assert_eq!((runtime.depth, runtime.level), (1, u16::MAX - 1));
        (runtime.depth, runtime.level) = (0, 0);
    });
    count.set(1);
    assert_sound();
}

/// Only the test run without default features has this test.
#[cfg(not(feature = "grow-stack"))]
#[test]
fn where_the_stack_cannot_grow_a_level_too_many_is_a_panic_that_names_the_nodes() {
    let count = signal(0_u32);
    let beside = notes(count);
    let mut chain = vec![computed(move || count.get()).named("value 0")];
    for index in 1..3000 {
        let before = chain[index - 1];
        chain.push(computed(move || before.get() + 1).named(format!("value {index}")));
    }
    let last = chain[2999];
    let panic = std::panic::catch_unwind(|| last.get()).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(
        said.contains("run inside each other, and the stack cannot grow here: ")
            && said.contains("`value 2999`")
            && said.contains("`grow-stack`"),
        "{said}"
    );
    assert_sound();
    // The panic costs those values alone.
    count.set(1);
    assert_eq!(*beside.borrow(), [0, 1]);
    // The values are tried again when a dependency changes: by then, their dependencies have been read.
    for value in &chain {
        let _ = value.try_get();
    }
    count.set(2);
    assert_eq!(last.get(), 3001);
    // Values that are read right after they are made need no stack later.
    let mut last = computed(move || count.get());
    for _ in 1..3000 {
        let before = last;
        last = computed(move || before.get() + 1);
        last.get();
    }
    count.set(3);
    assert_eq!(last.get(), 3002);
    assert_sound();
}

#[cfg(not(feature = "grow-stack"))]
#[test]
fn where_the_stack_cannot_grow_whatever_nests_too_deep_panics_and_leaves_nothing_open() {
    fn batches(depth: u32) {
        if depth > 0 {
            batch(|| batches(depth - 1));
        }
    }
    fn transactions(depth: u32) {
        if depth > 0 {
            let _ = transaction(|| {
                transactions(depth - 1);
                Ok::<_, ()>(())
            });
        }
    }
    fn scopes(depth: u32) {
        if depth > 0 {
            let _ = scope(|| scopes(depth - 1));
        }
    }
    fn effects(depth: u32) {
        if depth > 0 {
            create_effect(move || effects(depth - 1));
        }
    }
    for nest in [batches, transactions, scopes, effects] {
        let panic = std::panic::catch_unwind(|| nest(10_000)).unwrap_err();
        let said = panic.downcast_ref::<String>().unwrap();
        assert!(said.contains("the stack cannot grow here"), "{said}");
        assert_sound();
        let count = signal(1);
        let seen = notes(count);
        count.set(2);
        assert_eq!(*seen.borrow(), [1, 2]);
        nest(10);
    }
}

/// Runs `f` in its drop.
struct AtEnd<F: Fn()>(F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn a_thread_that_ends_leaves_no_tables() {
    use std::sync::mpsc::{Sender, channel};
    thread_local! {
        // Destructors run in the opposite order of their first uses: this one after the destructor of the graph.
        static LAST: RefCell<Option<AtEnd<Box<dyn Fn()>>>> = const { RefCell::new(None) };
    }
    fn look(tell: &Sender<(bool, usize)>) {
        current::with(|cell| {
            let runtime = cell.borrow();
            let tables =
                runtime.nodes.capacity() + runtime.ownership.capacity() + runtime.links.capacity();
            let _ = tell.send((runtime.names.are_empty(), tables));
        });
    }
    let (tell, told) = channel();
    let thread = std::thread::spawn(move || {
        LAST.with(|_| ());
        let count = signal(1).named("count");
        let at_end = AtEnd(Box::new(move || {
            assert!(count.try_get().is_err());
            assert!(format!("{count:?}").contains("disposed"));
            look(&tell);
        }) as Box<dyn Fn()>);
        LAST.with(|last| last.replace(Some(at_end)));
        let double = computed(move || count.get() * 2);
        create_effect(move || assert_eq!(double.get(), 2 * count.get()));
    });
    assert!(thread.join().is_ok());
    assert_eq!(told.recv(), Ok((true, 0)));
}

/// A depth without room on the stack, where the stack cannot grow.
#[cfg(not(feature = "grow-stack"))]
mod depth {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn message_of(f: impl FnOnce()) -> String {
        let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it is too deep");
        *panic.downcast::<String>().expect("a message")
    }

    #[track_caller]
    fn assert_advises(message: &str) {
        assert!(message.contains("the stack cannot grow here"), "{message}");
        assert!(message.contains("when it is made"), "{message}");
    }

    #[test]
    fn a_first_read_that_is_too_deep_names_the_values_and_all_of_them_recover() {
        let first = signal(1);
        let mut last = computed(move || first.get()).named("v0");
        let mut chain = vec![last];
        for number in 1..10_000 {
            let before = last;
            last = computed(move || before.get() + 1).named(format!("v{number}"));
            chain.push(last);
        }
        let message = message_of(|| assert_eq!(last.get(), 0));
        assert_advises(&message);
        let begin = "`v9999` -> `v9998` -> `v9997` -> ";
        assert!(message.contains(begin), "{message}");
        assert_sound();
        // As the message advises.
        for value in &chain {
            value.get();
        }
        assert_eq!(last.get(), 10_000);
        first.set(2);
        assert_eq!(last.get(), 10_001);
        assert_sound();
    }

    #[test]
    fn a_chain_of_resources_that_is_too_deep_names_each_once() {
        let made: Rc<RefCell<Vec<crate::AsyncValue<usize>>>> = Rc::default();
        let message = message_of(|| {
            batch(|| {
                for number in 0..1000 {
                    let known = made.clone();
                    let source = move || {
                        let next = known.borrow().get(number + 1).copied();
                        next.and_then(|next| next.get()).unwrap_or(number)
                    };
                    let fetch = async |id: usize| Ok::<usize, String>(id);
                    let (value, meta) = crate::create_resource(source, fetch);
                    let _ = meta.named(format!("r{number}"));
                    made.borrow_mut().push(value);
                }
            });
        });
        assert_advises(&message);
        let begin = "`r0` -> `r1` -> `r2` -> ";
        assert!(message.contains(begin), "{message}");
        assert_sound();
    }

    #[test]
    fn effects_and_batches_that_are_too_deep_are_refused_and_all_else_goes_on() {
        fn effects(depth: u32) {
            create_effect(move || match depth {
                0 => (),
                _ => effects(depth - 1),
            });
        }
        fn batches(count: Signal<u32>, depth: u32) {
            batch(|| {
                count.set(depth);
                if depth > 0 {
                    batches(count, depth - 1);
                }
            });
        }
        fn scopes(depth: u32) {
            if depth > 0 {
                let _inside = scope(|| scopes(depth - 1));
            }
        }
        let count = signal(0);
        let seen = notes(count);
        assert_advises(&message_of(|| effects(10_000)));
        assert_sound();
        assert_advises(&message_of(|| batches(count, 10_000)));
        assert_sound();
        assert_advises(&message_of(|| scopes(10_000)));
        assert_sound();
        assert_eq!(seen.borrow().len(), 2);
        count.set(7);
        assert_eq!(seen.borrow()[2..], [7]);
    }
}
