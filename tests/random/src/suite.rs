//! Carries programs out, each on a thread of its own, and reports the first that fails.
//!
//! Invariants: a seed decides everything; a failing program is shrunk within a bounded number of attempts and
//! printed.

use crate::{
    program::{Act, Program, Settings, Step},
    shrink::shrink,
    world::{Bell, Counts, Fuse, Handle, World, set_world, text_of},
};
use signal_kernel::__private::{check_dynamic, dynamic_size};
use signal_kernel::{poll_progress, scope};
use signal_kernel_tests::panics::silence;
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Context, Waker},
    thread,
    time::Instant,
};

/// The extent of a search.
#[derive(Debug, Default)]
pub struct Tally {
    seeds: std::ops::Range<u64>,
    steps: u64,
    counts: Counts,
    seconds: f64,
}

impl Tally {
    /// The number of panics that programs have thrown.
    pub fn panics(&self) -> u64 {
        self.counts.panics.load(SeqCst)
    }

    /// The number of calls of user callbacks.
    pub fn callbacks(&self) -> u64 {
        self.counts.callbacks.load(SeqCst)
    }

    fn add(&mut self, steps: usize, counts: &Counts) {
        self.steps += steps as u64;
        for (sum, it) in [
            (&self.counts.callbacks, &counts.callbacks),
            (&self.counts.acts, &counts.acts),
            (&self.counts.panics, &counts.panics),
            (&self.counts.refusals, &counts.refusals),
        ] {
            sum.fetch_add(it.load(SeqCst), SeqCst);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        write!(
            f,
            "seeds {:?}, {} steps, {} acts, {} callbacks, {} panics, {} refusals, {:.1} s",
            self.seeds,
            self.steps,
            counts.acts.load(SeqCst),
            counts.callbacks.load(SeqCst),
            counts.panics.load(SeqCst),
            counts.refusals.load(SeqCst),
            self.seconds
        )
    }
}

fn from_environment(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().expect("a number"))
}

/// Runs programs of these settings until so many steps were taken: `STEPS`, or `steps`. The first seed is `SEED`,
/// or `first`.
///
/// # Panics
///
/// With the shrunk program, if one fails.
pub fn search(settings: Settings, first: u64, steps: u64) -> Tally {
    let first = from_environment("SEED", first);
    let wanted = from_environment("STEPS", steps);
    let begin = Instant::now();
    let mut tally = Tally::default();
    let keep_going = std::env::var_os("KEEP_GOING").is_some();
    let mut failures = 0;
    let mut seed = first;
    while tally.steps < wanted {
        let program = Program::new(seed, settings);
        if std::env::var_os("TRACE").is_some() {
            eprintln!("seed {seed}");
        }
        let counts = Arc::<Counts>::default();
        let steps = program.steps.len();
        if let Err(failure) = run(&program, &counts) {
            let (program, failure, attempts) = shrink(program, failure, &|program| {
                run(program, &Arc::default()).err()
            });
            if std::env::var_os("TRACE").is_some() {
                eprintln!("the shrunk program once more");
                let _ = run(&program, &Arc::default());
            }
            let report = format!(
                "seed {seed}, shrunk in {attempts} attempts:\n{}{}",
                show(&program),
                failure.text
            );
            assert!(keep_going, "{report}");
            println!("{report}");
            failures += 1;
        }
        tally.add(steps, &counts);
        seed += 1;
    }
    tally.seeds = first..seed;
    tally.seconds = begin.elapsed().as_secs_f64();
    println!("{tally}");
    assert_eq!(failures, 0, "programs have failed");
    tally
}

/// Like `search`, for one program; gives the report of its failure, and the number of its steps after shrinking.
///
/// # Errors
///
/// If the program fails.
pub fn try_seed(settings: Settings, seed: u64) -> Result<(), (String, usize, usize)> {
    let program = Program::new(seed, settings);
    run(&program, &Arc::default()).map_err(|failure| {
        let (program, failure, attempts) = shrink(program, failure, &|program| {
            run(program, &Arc::default()).err()
        });
        let steps = program.steps.len();
        (
            format!("{}{}", show(&program), failure.text),
            steps,
            attempts,
        )
    })
}

fn show(program: &Program) -> String {
    let mut text = format!("{:?}, rooted: {}\n", program.settings, program.rooted);
    for (number, script) in program.scripts.iter().enumerate() {
        if !script.acts.is_empty() {
            text += &format!("script {number}: {script:?}\n");
        }
    }
    for step in &program.steps {
        let Step {
            act,
            fuses,
            fuel,
            look,
            recover,
        } = step;
        text += &format!("{act:?}");
        if !fuses.is_empty() || *fuel > 0 {
            text += &format!(", fuses {fuses:?}, fuel {fuel}");
        }
        if *look {
            text += ", look";
        }
        if *recover {
            text += ", recover";
        }
        text.push('\n');
    }
    text
}

/// Why a program fails, and at which step.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) step: usize,
    pub(crate) text: String,
}

/// Carries a program out on a thread of its own: one that failed may have left anything.
pub(crate) fn run(program: &Program, counts: &Arc<Counts>) -> Result<(), Failure> {
    let bell = Arc::<Bell>::default();
    let mut step = 0;
    let outcome = thread::scope(|scope| {
        let thread = scope.spawn(|| {
            silence();
            let world = Rc::new(World::new(program, counts.clone(), bell.clone()));
            set_world(Some(world.clone()));
            let outcome = catch_unwind(AssertUnwindSafe(|| steps(&world, program, &mut step)));
            let outcome = outcome.unwrap_or_else(|payload| {
                Err(format!("the model panicked: {}", text_of(&*payload)))
            });
            world.fuel.set(0);
            world.fuse.set(None);
            set_world(None);
            outcome
        });
        thread.join()
    });
    let left = |what: &str, left: i64| match left {
        0 => Ok(()),
        left => Err(format!("{left} {what} are left when the thread has ended")),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(payload) => Err(format!("the thread panicked: {}", text_of(&*payload))),
    };
    if counts.drop_panics.load(SeqCst) > 0 {
        return outcome.map_err(|text| Failure { step, text });
    }
    outcome
        .and_then(|()| left("values", counts.values.load(SeqCst)))
        .and_then(|()| left("futures", counts.futures.load(SeqCst)))
        .and_then(|()| left("wakers", Arc::strong_count(&bell) as i64 - 1))
        .map_err(|text| Failure { step, text })
}

fn steps(world: &Rc<World>, program: &Program, number: &mut usize) -> Result<(), String> {
    if program.rooted {
        let ((), root) = scope(|| ());
        world.root.replace(Some(Rc::new(root)));
    }
    for (index, step) in program.steps.iter().enumerate() {
        *number = index;
        world.ran.borrow_mut().clear();
        guarded(world, step.fuel, &step.fuses, || world.act(&step.act));
        world.verify(step.look, settles_once(&step.act))?;
        if step.recover {
            recover(world)?;
        }
    }
    let fuses: Vec<u32> = program
        .steps
        .last()
        .map_or(Vec::new(), |it| it.fuses.clone());
    end(world, &fuses)
}

fn settles_once(act: &Act) -> bool {
    matches!(
        act,
        Act::Set(..)
            | Act::Update(..)
            | Act::Batch(_)
            | Act::Transaction(..)
            | Act::Reload(_)
            | Act::Cancel(_)
            | Act::Progress
    )
}

/// The main program: its panics are caught.
fn guarded(world: &Rc<World>, fuel: u32, fuses: &[u32], f: impl FnOnce()) -> bool {
    world.fuel.set(fuel);
    world.fuses.replace(fuses.to_vec());
    world.fuse.set(world.fuses.borrow_mut().pop());
    world.main();
    let outcome = catch_unwind(AssertUnwindSafe(f));
    world.main();
    let ends_well = match outcome {
        Ok(()) => true,
        Err(payload) => {
            world.flagged.set(true);
            if !payload.is::<Fuse>() {
                world.refused(payload);
            }
            false
        }
    };
    world.fuel.set(0);
    world.fuse.set(None);
    ends_well
}

/// Writes all signals anew, so that all that has failed is tried again, and lets all work end.
fn recover(world: &Rc<World>) -> Result<(), String> {
    // Every second value is even, by itself and as bodies take it: with the last one there are no cycles.
    for value in [3, 14, 5, 16] {
        for slot in 0..crate::program::SLOTS {
            guarded(world, 0, &[], || world.set(slot, value, 0));
        }
        let declared: Vec<_> = world.slots.borrow().iter().flatten().cloned().collect();
        for entry in declared {
            guarded(world, 0, &[], || match &entry.handle {
                Handle::Shared(shared) => shared.update(|graph| {
                    graph.set_a(world.value(value, 0));
                    graph.set_b(value);
                }),
                Handle::Owned(owned) => {
                    if let Some(mut graph) = crate::act::Owned::take(owned) {
                        graph.get().set_a(world.value(value, 0));
                        graph.get().set_b(value);
                    }
                }
                _ => {}
            });
        }
    }
    for _ in 0..40 {
        guarded(world, 0, &[], || {
            world.act(&Act::Wake);
            let waker = Waker::from(world.bell.clone());
            let _ = poll_progress(&mut Context::from_waker(&waker));
        });
        let entries: Vec<_> = world.slots.borrow().iter().flatten().cloned().collect();
        for entry in entries {
            let slot = entry.record.slot;
            if matches!(entry.handle, Handle::Shared(_) | Handle::Owned(_)) {
                guarded(world, 0, &[], || {
                    world.act(&Act::PollDeclared(slot));
                });
            }
        }
    }
    world.verify(true, false)?;
    world.verify_recovered()?;
    world.flagged.set(world.is_any_failed());
    Ok(())
}

/// Everything ends; with a root, nothing is left of it.
fn end(world: &Rc<World>, fuses: &[u32]) -> Result<(), String> {
    world.made.set(usize::MAX);
    let root = world.root.take();
    let rooted = root.is_some();
    guarded(world, 30, fuses, || drop(root));
    check_dynamic()?;
    let slots = world.slots.take();
    world.slots.replace(vec![None; crate::program::SLOTS]);
    for entry in slots {
        guarded(world, 0, &[], || drop(entry));
    }
    guarded(world, 0, &[], || drop(world.waits.take()));
    drop(world.wakers.take());
    check_dynamic()?;
    if let Some(complaint) = world.complaint.borrow_mut().take() {
        return Err(complaint);
    }
    // Acts of destructors may have made nodes again, which have no owner then.
    let last: Vec<_> = world.slots.take();
    world.records.take();
    world.ran.take();
    guarded(world, 0, &[], || drop(last));
    if !rooted {
        return Ok(());
    }
    match dynamic_size() {
        (0, 0) => Ok(()),
        (nodes, links) => Err(format!("{nodes} nodes and {links} links are left")),
    }
}
