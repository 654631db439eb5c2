//! Panics at random places of user code: bodies, comparisons, clones, destructors, cleanups.
//!
//! One call in each step panics, the next step another one. After each step the graph is held against its
//! invariants, and nodes that have nothing to do with it work; when all is quiet again every value recovers
//! and every effect has seen it.
//!
//! Must not know: how the graph is kept.

use signal_kernel::__private::{check_dynamic, dynamic_size};
use signal_kernel::{
    Computed, Signal, batch, computed, create_effect, on_cleanup, scope, signal, transaction,
};
use signal_kernel_tests::{panics::quietly, random::Random};
use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
};

thread_local! {
    /// So many calls of user code until one panics.
    static FUSE: Cell<Option<usize>> = const { Cell::new(None) };
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// A call of user code, which may be the one that panics.
fn tick() {
    match FUSE.get() {
        Some(0) if !std::thread::panicking() => {
            FUSE.set(None);
            PANICS.set(PANICS.get() + 1);
            resume_unwind(Box::new("fuse"));
        }
        Some(left) => FUSE.set(Some(left.saturating_sub(1))),
        None => {}
    }
}

/// A number whose every use is user code.
struct Live(i64);

impl PartialEq for Live {
    fn eq(&self, other: &Self) -> bool {
        tick();
        self.0 == other.0
    }
}

impl Clone for Live {
    fn clone(&self) -> Self {
        tick();
        Live(self.0)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        tick();
    }
}

/// A value reads the nodes with these numbers, signals first; the second only if the first is odd.
type Recipe = (usize, usize, usize);

struct World {
    signals: Vec<Signal<Live>>,
    values: Vec<Computed<Live>>,
    recipes: Vec<Recipe>,
    seen: Vec<Rc<RefCell<Vec<i64>>>>,
}

fn read(signals: &[Signal<Live>], values: &[Computed<Live>], at: usize) -> i64 {
    match at.checked_sub(signals.len()) {
        None => signals[at].with(|it| it.0),
        Some(at) => values[at].get().0,
    }
}

fn build(random: &mut Random) -> World {
    let signals: Vec<Signal<Live>> = (0..4).map(|_| signal(Live(random.between(0, 3)))).collect();
    let mut values: Vec<Computed<Live>> = Vec::new();
    let mut recipes = Vec::new();
    for at in 0..8 {
        let below = signals.len() + at;
        let recipe = (
            random.below(below),
            random.below(below),
            random.below(below),
        );
        let (known, before, cleans) = (signals.clone(), values.clone(), random.chance(30));
        values.push(computed(move || {
            known[0].with(|_| ()); // a body that has read nothing is never tried again
            tick();
            if cleans {
                on_cleanup(tick);
            }
            Live(cook(recipe, |at| read(&known, &before, at)))
        }));
        recipes.push(recipe);
    }
    let mut seen = Vec::new();
    for &value in &values {
        if !random.chance(50) {
            seen.push(Rc::default());
            continue;
        }
        let log: Rc<RefCell<Vec<i64>>> = Rc::default();
        let (notes, nested, first) = (log.clone(), random.chance(30), signals[0]);
        create_effect(move || {
            first.with(|_| ());
            tick();
            on_cleanup(tick);
            let now = value.with(|it| it.0);
            if nested {
                create_effect(move || value.with(|_| tick()));
            }
            notes.borrow_mut().push(now);
        });
        seen.push(log);
    }
    World {
        signals,
        values,
        recipes,
        seen,
    }
}

fn cook((first, odd, even): Recipe, read: impl Fn(usize) -> i64) -> i64 {
    let way = read(first);
    (way + read(if way % 2 != 0 { odd } else { even })) % 5
}

fn step(world: &World, random: &mut Random) {
    let write = |random: &mut Random| {
        let signal = random.pick(&world.signals);
        signal.set(Live(random.between(0, 3)));
    };
    let look = |random: &mut Random| drop(random.pick(&world.values).get());
    match random.below(6) {
        0..2 => write(random),
        2 => look(random),
        3 => batch(|| {
            for _ in 0..3 {
                write(random);
                look(random);
            }
        }),
        4 => {
            let _ = transaction(|| {
                write(random);
                look(random);
                write(random);
                if random.chance(50) { Ok(()) } else { Err(()) }
            });
        }
        _ => random.pick(&world.signals).update(|it| {
            it.0 = (it.0 + 1) % 4;
            tick();
        }),
    }
}

fn recovers(world: &World) -> Result<(), String> {
    // Twice, so that each signal changes.
    for value in [7, 8] {
        for signal in &world.signals {
            // A value that is still failed may be read by an effect.
            let _ = quietly(|| signal.set(Live(value)));
        }
    }
    let mut truth = vec![8; world.signals.len()];
    for (at, &recipe) in world.recipes.iter().enumerate() {
        truth.push(cook(recipe, |at| truth[at]));
        let (is, should) = (world.values[at].get().0, truth[world.signals.len() + at]);
        if is != should {
            return Err(format!("value {at} is {is}, should be {should}"));
        }
        let last = world.seen[at].borrow().last().copied();
        if last.is_some_and(|last| last != should) {
            return Err(format!(
                "the effect of {at} has seen {last:?}, not {should}"
            ));
        }
    }
    Ok(())
}

#[test]
fn a_panic_anywhere_costs_one_node() {
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let size = dynamic_size();
        let ((world, unrelated), owner) = scope(|| {
            let world = build(&mut random);
            let (count, seen) = (signal(0), Rc::new(Cell::new(0)));
            create_effect({
                let seen = seen.clone();
                move || seen.set(count.get())
            });
            (world, (count, seen))
        });
        for number in 0..40 {
            FUSE.set(Some(random.below(40)));
            let _ = quietly(|| step(&world, &mut random));
            FUSE.set(None);
            assert_eq!(check_dynamic(), Ok(()), "seed {seed}, step {number}");
            unrelated.0.set(number);
            assert_eq!(unrelated.1.get(), number, "seed {seed}, step {number}");
            if number % 8 == 7 {
                assert_eq!(recovers(&world), Ok(()), "seed {seed}, step {number}");
                assert_eq!(check_dynamic(), Ok(()), "seed {seed}, step {number}");
            }
        }
        FUSE.set(Some(random.below(60)));
        let _ = catch_unwind(AssertUnwindSafe(|| drop(owner)));
        FUSE.set(None);
        assert_eq!(check_dynamic(), Ok(()), "seed {seed}, at the end");
        assert_eq!(dynamic_size(), size, "seed {seed}, at the end");
    }
    assert!(PANICS.get() > 1000, "only {} panics", PANICS.get());
}
