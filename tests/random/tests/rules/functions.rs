//! Random dynamic graphs against a naive interpreter of the rules.
//!
//! `functions/generate.rs` makes programs, the same ones for the same seed; `program.rs` carries one out in a world:
//! `subject.rs` is the graph, `model.rs` the interpreter. A program makes signals, computed values, effects and scopes,
//! also inside bodies; the reads of a body depend on the values that the body has read before. After each step the test
//! compares the runs of all effects and cleanups, in their order, with each value that they have read; the runs of all
//! computed values, in any order; whether the step has panicked; and the values of all signals. The graph checks its
//! invariants after each step and at the start of each body. The model compares each value that a body reads with its
//! definition, and refuses a body that runs twice in a round or, if every value has an equality, without a reason.
//!
//! A failing program is made as short as possible before it is shown.
//!
//! Not here, but in tests of their own: cycles; effects that computed values make; cleanups of computed
//! values; comparisons, clones and destructors that panic or use the graph.
//!
//! Must not know: how the graph does any of this.

mod generate;
mod model;
mod program;
mod shorten;
mod subject;

use generate::Generator;
use model::Model;
use program::{Frame, Record, Stmt, World};
use shorten::shorten;
use signal_kernel::__private::dynamic_size;
use signal_kernel_tests::panics::{silence, text_of};
use std::thread;
use subject::Subject;

/// R1-R5.
#[test]
fn graphs_that_change_do_what_the_rules_say() {
    check_programs(0, 300, 40, false, false);
}

/// The same for values that change even if they are equal.
#[test]
fn values_that_are_never_equal_do_what_the_rules_say() {
    check_programs(1_000_000, 200, 40, false, true);
}

/// R8.
#[test]
fn graphs_that_panic_do_what_the_rules_say() {
    check_programs(2_000_000, 300, 40, true, true);
}

/// Long lives: slots, links and bodies are used again and again.
#[test]
fn graphs_that_live_long_do_what_the_rules_say() {
    check_programs(3_000_000, 6, 500, true, true);
}

/// Optimised, it tries ten times as many.
fn check_programs(first: u64, count: u64, steps: usize, traps: bool, always: bool) {
    let count = if cfg!(debug_assertions) {
        count
    } else {
        10 * count
    };
    for seed in first..first + count {
        let program = Generator::new(seed, traps, always).program(steps);
        let strict = !traps && !always;
        if let Err((step, complaint)) = check(&program, strict) {
            let mut program = program;
            program.truncate(step + 1);
            let fails = |program: &[Stmt]| check(program, strict).err();
            let (program, complaint) = shorten(program, complaint, fails);
            let lines: String = program.iter().map(|it| format!("{it:?}\n")).collect();
            panic!("seed {seed}\n{lines}{complaint}");
        }
    }
}

/// Carries a program out in both worlds, on a graph of its own: one that failed may have left anything. The
/// step that fails, and why.
fn check(program: &[Stmt], strict: bool) -> Result<(), (usize, String)> {
    let mut step = 0;
    let result = thread::scope(|scope| {
        let thread = scope.spawn(|| {
            silence();
            compare(program, strict, &mut step)
        });
        thread.join()
    });
    match result {
        Ok(result) => result.map_err(|complaint| (step, complaint)),
        Err(payload) => {
            let text = text_of(&*payload).unwrap_or_default();
            Err((step, format!("panicked: {text}")))
        }
    }
}

/// The owner of everything.
const ROOT: u64 = 1;

fn compare(program: &[Stmt], strict: bool, step: &mut usize) -> Result<(), String> {
    let (subject, model) = (Subject::default(), Model::default());
    model.strict.set(strict);
    let frame = || Frame::new(ROOT, 0, Vec::new(), usize::MAX);
    let (mut here, mut there) = (frame(), frame());
    both(
        &subject,
        &model,
        &mut |world| world.scope(ROOT, &mut || Ok(())),
        &mut |world| world.scope(ROOT, &mut || Ok(())),
    )?;
    for (index, stmt) in program.iter().enumerate() {
        *step = index;
        let stmt = std::slice::from_ref(stmt);
        both(
            &subject,
            &model,
            &mut |world| world.inside(ROOT, &mut || program::block(world, &mut here, stmt)),
            &mut |world| world.inside(ROOT, &mut || program::block(world, &mut there, stmt)),
        )?;
    }
    both(
        &subject,
        &model,
        &mut |world| world.dispose(ROOT),
        &mut |world| world.dispose(ROOT),
    )?;
    match dynamic_size() {
        (0, 0) => Ok(()),
        (nodes, links) => Err(format!("{nodes} nodes and {links} links are left")),
    }
}

type Step<'a> = &'a mut dyn FnMut(&dyn World) -> program::Flow<()>;

fn both(subject: &Subject, model: &Model, here: Step<'_>, there: Step<'_>) -> Result<(), String> {
    let (mut should, should_panic) = model.step(there);
    let (mut did, panicked) = subject.step(here);
    if let Some(complaint) = model.complaint() {
        return Err(format!("the model: {complaint}\n{}", show(&should)));
    }
    // The order of computed values is not told.
    did.sort_by(|a, b| a.ordered.cmp(&b.ordered).then_with(|| by_text(a, b)));
    should.sort_by(|a, b| a.ordered.cmp(&b.ordered).then_with(|| by_text(a, b)));
    if did != should {
        return Err(format!("did\n{}should\n{}", show(&did), show(&should)));
    }
    if let Some(error) = subject.unsound() {
        return Err(format!("unsound: {error}\n{}", show(&did)));
    }
    if panicked != should_panic {
        let both = format!("panicked: {panicked}, should: {should_panic}");
        return Err(format!("{both}\n{}", show(&did)));
    }
    let (are, should_be) = (subject.signals(), model.signals());
    if are != should_be {
        return Err(format!("signals are {are:?}, should be {should_be:?}"));
    }
    Ok(())
}

fn by_text(a: &Record, b: &Record) -> std::cmp::Ordering {
    match a.ordered {
        true => std::cmp::Ordering::Equal,
        false => a.text.cmp(&b.text),
    }
}

fn show(records: &[Record]) -> String {
    let lines = records.iter().map(|it| format!("    {}\n", it.text));
    lines.collect()
}
