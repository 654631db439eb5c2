//! The dynamic graph at sizes at which anything that recurses, or looks at all nodes, shows.
//!
//! Must not know: how the graph is kept.

use signal_kernel::__private::dynamic_size;
use signal_kernel::{
    AsyncValue, Computed, Scope, Signal, batch, computed, create_effect, create_resource,
    create_resource_when, on_cleanup, poll_progress, scope, signal, transaction,
};
use signal_kernel_tests::gate::poll_once;
use signal_kernel_tests::sound::assert_sound;
use std::{cell::Cell, future::ready, rc::Rc};

const MANY: usize = 100_000;

#[test]
fn a_chain_is_as_long_as_memory_allows() {
    let ((root, last, sum), owner) = scope(|| {
        let root = signal(0u64);
        let mut last = computed(move || root.get());
        last.get();
        for _ in 1..MANY {
            let before = last;
            last = computed(move || before.get() + 1);
            // Link by link: a first read of the whole chain would nest its bodies.
            last.get();
        }
        let sum = Rc::new(Cell::new(0));
        create_effect({
            let sum = sum.clone();
            move || sum.set(last.get())
        });
        (root, last, sum)
    });
    assert_eq!(last.get(), MANY as u64 - 1);
    root.set(5);
    assert_eq!((last.get(), sum.get()), (MANY as u64 + 4, MANY as u64 + 4));
    assert_sound();
    // Half-way, and back again.
    batch(|| {
        root.set(6);
        assert_eq!(last.get(), MANY as u64 + 5);
        root.set(5);
    });
    assert_eq!(last.get(), MANY as u64 + 4);
    assert_sound();
    drop(owner);
    assert_eq!(dynamic_size(), (0, 0));
    assert_sound();
}

#[test]
fn a_value_has_as_many_readers_as_memory_allows() {
    let runs = Rc::new(Cell::new(0));
    let ((root, values), owner) = scope(|| {
        let root = signal(1);
        let values: Vec<Computed<usize>> = (0..MANY)
            .map(|at| computed(move || root.get() * at))
            .collect();
        for &value in &values {
            let runs = runs.clone();
            create_effect(move || {
                value.get();
                runs.set(runs.get() + 1);
            });
        }
        (root, values)
    });
    assert_eq!(runs.get(), MANY);
    root.set(2);
    assert_eq!(runs.get(), 2 * MANY - 1); // nothing times two is nothing
    assert_eq!(values[MANY - 1].get(), 2 * (MANY - 1));
    assert_eq!(dynamic_size(), (2 * MANY + 2, 2 * MANY));
    assert_sound();
    drop(owner);
    assert_eq!(dynamic_size(), (0, 0));
    assert_sound();
}

#[test]
fn scopes_nest_as_deep_as_memory_allows() {
    let ended = Rc::new(Cell::new(0));
    let mut scopes: Vec<Scope> = Vec::new();
    for _ in 0..MANY {
        let inside = || {
            signal(1);
            let ended = ended.clone();
            on_cleanup(move || ended.set(ended.get() + 1));
        };
        let made = match scopes.last() {
            None => scope(inside).1,
            Some(outer) => outer.run(|| scope(inside).1),
        };
        scopes.push(made);
    }
    assert_eq!(dynamic_size(), (3 * MANY, 0));
    assert_sound();
    drop(scopes.remove(0));
    assert_eq!(ended.get(), MANY);
    assert_eq!(dynamic_size(), (0, 0));
    assert_sound();
}

/// A chain of resources, each fed by the value of the one before.
fn chain(len: usize) -> (Signal<u64>, AsyncValue<u64>, Scope) {
    let ((root, last), owner) = scope(|| {
        let root = signal(1);
        let fetcher = |it: u64| ready(Ok::<_, String>(it + 1));
        let mut last = create_resource(move || root.get(), fetcher).0;
        for _ in 1..len {
            let before = last;
            last = create_resource_when(move || before.get(), fetcher).0;
        }
        (root, last)
    });
    (root, last, owner)
}

#[test]
fn an_answer_in_a_chain_of_resources_costs_what_its_reader_costs() {
    // Were all below an answer looked at each time, this would take minutes.
    const LEN: usize = 20_000;
    let (root, last, owner) = chain(LEN);
    let drive = |expected: u64| {
        let mut polls = 0;
        while last.get() != Some(expected) {
            polls += usize::from(poll_once(poll_progress).is_ready());
        }
        assert_eq!(polls, LEN, "one answer after the other");
    };
    drive(LEN as u64 + 1);
    root.set(11);
    drive(LEN as u64 + 11);
    assert_sound();
    drop(owner);
    assert_sound();
}

/// One link for each value that a body has read, however many bodies run in between.
#[test]
fn a_table_of_rows_has_as_many_links_as_it_reads_values() {
    const ROWS: usize = 1000;
    let shared: Vec<_> = (0..5).map(signal).collect();
    let rows: Vec<Computed<i32>> = (0..ROWS)
        .map(|_| {
            let shared = shared.clone();
            computed(move || shared.iter().map(|it| it.get()).sum())
        })
        .collect();
    let total = Rc::new(Cell::new(0));
    create_effect({
        let (shared, total) = (shared.clone(), total.clone());
        move || {
            let row =
                |row: &Computed<i32>| row.get() + shared.iter().map(|it| it.get()).sum::<i32>();
            total.set(rows.iter().map(row).sum());
        }
    });
    let links = 5 * ROWS + ROWS + 5;
    assert_eq!(
        (dynamic_size(), total.get()),
        ((5 + ROWS + 1, links), 20_000)
    );
    for it in 1..4 {
        shared[2].set(2 + it);
        assert_eq!(dynamic_size(), (5 + ROWS + 1, links));
        assert_eq!(total.get(), 2000 * (10 + it));
    }
    assert_sound();
}

/// Steps that look through all that was written would take minutes here.
#[test]
fn repeated_writes_of_a_batch_are_found_without_a_search() {
    let all: Vec<_> = (0..MANY).map(|_| signal(0)).collect();
    let changed = Rc::new(Cell::new(0));
    for &it in &all[..3] {
        let changed = changed.clone();
        create_effect(move || {
            it.get();
            changed.set(changed.get() + 1);
        });
    }
    batch(|| {
        for step in [1, -1] {
            all.iter().for_each(|it| it.update(|it| *it += step));
        }
    });
    assert_eq!(
        changed.get(),
        6,
        "an update counts, also one there and back"
    );
    let result = transaction(|| {
        all.iter().for_each(|it| it.set(1));
        transaction(|| {
            all.iter().for_each(|it| it.set(2));
            Ok(())
        })?;
        transaction(|| {
            all.iter().rev().for_each(|it| it.set(0));
            Ok::<_, ()>(())
        })
    });
    assert_eq!((result, changed.get()), (Ok(()), 6));
    assert_sound();
}
