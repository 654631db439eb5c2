//! Graphs that are deeper than a stack: no program ends because its graph is deep.

use signal_kernel::{
    AsyncValue, Computed, Scope, Shared, Signal, batch, computed, create_effect, create_resource,
    poll_progress, reactive, scope, signal, transaction, untrack,
};
use signal_kernel_tests::{process::alone, sound::assert_sound};
use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    task::{Context, Waker},
    thread,
};

/// Runs `f` in a process of its own, on a thread with the default stack, also if the environment sets another size.
fn on_two_mebibytes<F: FnOnce() + Send + 'static>(f: F) {
    alone(f, |f| {
        let thread = thread::Builder::new().stack_size(2 << 20).spawn(|| {
            f();
            assert_sound();
        });
        if let Err(panic) = thread.unwrap().join() {
            resume_unwind(panic);
        }
    });
}

/// `count` computed values, each of which adds one to that before. None has been read.
fn chain(count: u32) -> (Signal<u32>, Computed<u32>) {
    let first = signal(0);
    let mut last = computed(move || first.get());
    for _ in 0..count {
        let before = last;
        last = computed(move || before.get() + 1);
    }
    (first, last)
}

#[test]
fn a_chain_of_a_hundred_thousand_cold_values_gives_its_value() {
    on_two_mebibytes(|| {
        let (first, last) = chain(100_000);
        assert_eq!(last.get(), 100_000);
        first.set(1);
        assert_eq!(last.get(), 100_001);
    });
}

#[test]
fn an_effect_reads_a_long_chain_of_cold_values_and_follows_it() {
    on_two_mebibytes(|| {
        let (first, last) = chain(10_000);
        let seen = Rc::new(Cell::new(0));
        create_effect({
            let seen = seen.clone();
            move || seen.set(last.get())
        });
        assert_eq!(seen.get(), 10_000);
        first.set(5);
        assert_eq!(seen.get(), 10_005);
    });
}

#[test]
fn a_long_chain_of_cold_values_that_are_shown_and_not_cloned() {
    on_two_mebibytes(|| {
        let first = signal("a".to_owned());
        let mut last = computed(move || first.get());
        for _ in 0..10_000 {
            let before = last;
            last = computed(move || before.with(|text| text.clone()));
        }
        assert_eq!(last.get(), "a");
        first.set("b".to_owned());
        assert_eq!(last.get(), "b");
    });
}

#[test]
fn a_panic_at_the_end_of_a_long_chain_reaches_its_reader_and_the_chain_recovers() {
    on_two_mebibytes(|| {
        let first = signal(None);
        let mut last = computed(move || first.get().expect("there is no value"));
        for _ in 0..10_000 {
            let before = last;
            last = computed(move || before.get() + 1);
        }
        assert!(catch_unwind(AssertUnwindSafe(|| last.get())).is_err());
        first.set(Some(1));
        assert_eq!(last.get(), 10_001);
    });
}

#[test]
fn a_cycle_of_many_values_is_found() {
    on_two_mebibytes(|| {
        let end = Rc::new(Cell::new(None::<Computed<u32>>));
        let mut last = computed({
            let end = end.clone();
            move || end.get().map_or(0, |end| end.get())
        });
        for _ in 0..1000 {
            let before = last;
            last = computed(move || before.get() + 1);
        }
        end.set(Some(last));
        let panic = catch_unwind(AssertUnwindSafe(|| last.get())).unwrap_err();
        let message = panic.downcast_ref::<String>().unwrap();
        assert!(message.starts_with("cyclic dependency: "), "{message:.200}");
    });
}

#[test]
fn effects_in_effects_run_and_are_disposed_of_however_deep() {
    fn nest(go: Signal<u32>, runs: Rc<Cell<u32>>, depth: u32) {
        create_effect(move || {
            runs.set(runs.get() + 1);
            if depth > 0 && go.get() < 2 {
                nest(go, runs.clone(), depth - 1);
            }
        });
    }
    on_two_mebibytes(|| {
        let (go, runs) = (signal(0), Rc::new(Cell::new(0)));
        let (_, owner) = scope(|| nest(go, runs.clone(), 5000));
        assert_eq!(runs.take(), 5001);
        go.set(1);
        assert_eq!(runs.take(), 5001);
        go.set(2);
        assert_eq!(runs.take(), 1);
        go.set(0);
        assert_eq!(runs.take(), 5001);
        drop(owner);
        go.set(1);
        assert_eq!(runs.take(), 0);
    });
}

#[test]
fn scopes_in_scopes_own_what_is_made_however_deep() {
    fn nest(depth: u32) -> (Signal<u32>, Vec<Scope>) {
        let ((signal, mut scopes), owner) = scope(|| match depth {
            0 => (signal(7), Vec::new()),
            _ => nest(depth - 1),
        });
        scopes.push(owner);
        (signal, scopes)
    }
    on_two_mebibytes(|| {
        let (inmost, mut scopes) = nest(20_000);
        assert_eq!(inmost.get(), 7);
        drop(scopes.pop()); // the outermost
        assert!(inmost.try_get().is_err());
    });
}

#[test]
fn a_scope_is_entered_again_however_deep() {
    fn nest(scope: &Scope, depth: u32) -> u32 {
        scope.run(|| match depth {
            0 => 0,
            _ => nest(scope, depth - 1) + 1,
        })
    }
    on_two_mebibytes(|| {
        let ((), scope) = scope(|| ());
        assert_eq!(nest(&scope, 20_000), 20_000);
    });
}

#[test]
fn batches_and_transactions_in_each_other_settle_once_however_deep() {
    fn nest(count: Signal<u32>, depth: u32) {
        let deeper = move || {
            count.set(count.get() + 1);
            if depth > 0 {
                nest(count, depth - 1);
            }
        };
        match depth % 3 {
            0 => batch(deeper),
            1 => untrack(deeper),
            _ => transaction(|| {
                deeper();
                Ok::<_, ()>(())
            })
            .unwrap(),
        }
    }
    on_two_mebibytes(|| {
        let (count, seen) = (signal(0), Rc::new(RefCell::new(Vec::new())));
        create_effect({
            let seen = seen.clone();
            move || seen.borrow_mut().push(count.get())
        });
        nest(count, 20_000);
        assert_eq!(*seen.borrow(), [0, 20_001]);
    });
}

#[test]
fn resources_whose_sources_are_each_other_start_however_deep_the_chain() {
    on_two_mebibytes(|| {
        let first = signal(1);
        let answers = Rc::new(RefCell::new(Vec::<AsyncValue<u32>>::new()));
        // The newest first: each finds the next one not yet ready.
        let starts = Rc::new(Cell::new(0));
        batch(|| {
            for index in 0..1000 {
                let (answers, starts) = (answers.clone(), starts.clone());
                let all = answers.clone();
                let source = move || match all.borrow().get(index + 1) {
                    Some(next) => next.get().unwrap_or(0),
                    None => first.get(),
                };
                let (answer, _) = create_resource(source, move |input| {
                    starts.set(starts.get() + 1);
                    async move { Ok::<_, ()>(input) }
                });
                answers.borrow_mut().push(answer);
            }
        });
        assert_eq!(starts.get(), 1000);
        let mut context = Context::from_waker(Waker::noop());
        assert!(poll_progress(&mut context).is_ready());
        first.set(2);
    });
}

#[test]
fn scopes_that_are_held_by_what_others_own_end_however_many() {
    on_two_mebibytes(|| {
        let ended = Rc::new(Cell::new(0));
        let mut held = None::<Scope>;
        for _ in 0..20_000 {
            let (inside, ended) = (held.take(), ended.clone());
            let ((), owner) = scope(|| {
                signal_kernel::on_cleanup(move || ended.set(ended.get() + 1));
                computed(move || inside.is_some());
            });
            held = Some(owner);
        }
        drop(held);
        assert_eq!(ended.get(), 20_000);
    });
}

reactive! {
    struct Link {
        let next: Option<Shared<Link>>;
        computed length: u32 = match next {
            Some(next) => next.read(|next| *next.length()) + 1,
            None => 0,
        };
    }
}

#[test]
fn declared_graphs_that_hold_each_other_are_read_and_dropped_however_many() {
    on_two_mebibytes(|| {
        let mut first = Shared::new(Link::new(None));
        for _ in 0..20_000 {
            first = Shared::new(Link::new(Some(first)));
        }
        assert_eq!(first.read(|first| *first.length()), 20_000);
        drop(first);
    });
}
