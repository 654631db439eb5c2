//! Random declared graphs against a naive interpreter of the rules.
//!
//! `declared/generate.rs` makes the graphs, always the same ones; the package `graphs` prints them as `reactive!`
//! structs, `declared/model.rs` interprets them. Random programs (`declared/program.rs`) are carried out on
//! both; after each operation all values, the exact runs of every body, their order, and `Debug` are
//! compared. A program that fails is made as short as possible before it is shown.
//!
//! The rules of the oracle, which are those of the design made exact:
//!
//! - **Write.** A write of an equal value (by the node's rule) does nothing, the old value stays.
//!   Outside a batch a write is a batch of its own.
//! - **Net change.** At the end of the outermost batch a signal has changed if it was updated in
//!   place (and not rolled back), or differs, by its rule, from before; `never` has changed once
//!   written. If it has not changed it gets its value from before back.
//! - **Phase A.** A watched value with a changed dependency runs once, unless it ran half-way and
//!   saw what its dependencies are in the end. If it did, it *may* run once more only if what it
//!   saw was written or computed again since, or is put back. Held against the value from before,
//!   an equal one is put back and changes nothing. A watched value none of whose dependencies has
//!   changed is what it was before the batch, and does not run; but if its body had panicked before
//!   the batch, and was read half-way, it may run once more, and panics again.
//! - **Phase B.** An effect with a changed dependency runs once, after phase A, in declaration
//!   order; what it kept is dropped right before. Effects with `#[after_first]` do not run in `new`.
//! - **Half-way.** A read brings exactly what the value needs up to date: a watched body runs if
//!   it saw something else than its dependencies are now, and *may* run if one of them went away
//!   and came back. A lazy body may run only if something upstream was written since it ran last;
//!   if it does not, the value must be what it would yield.
//! - **Watched.** A computed value is watched if it is `#[eager]`, or an effect or a watched value mentions it. The
//!   others are lazy.
//! - **Lazy.** A lazy value runs when it is read and a dependency has changed since it last ran;
//!   every settle counts, so there and back again in two writes is two changes. After a batch
//!   with reads half-way: a value that was current before and no signal upstream of which has
//!   changed in the end does not run, unless it was failed and was read half-way; neither does one that was read
//!   half-way and nothing upstream was written, put back or computed again since. A value from
//!   before may be put back where it is equal in the end. For the other lazy values that such a
//!   batch could reach, only the value is checked, and that they run at most once.
//! - **Panics.** A node that depends on a failed value, at any distance, is failed and does not run.
//!   A failed value is tried again when a dependency changes. The end of a failure is a change (a
//!   lazy value that nobody read meanwhile may know nothing of it). A state from before the batch
//!   that is put back may be a failed one. The caller gets the panic of the first body in the log
//!   that panicked; a batch whose closure panicked gives that panic. A failure found half-way is
//!   not tried again at the end if its inputs are the same, and reaches only the read that found
//!   it. A failure from before the batch that comes again at its end is not told again, if the
//!   value was read half-way.
//! - **`Debug`** prints a value that is current, `<panicked>` where it is failed, `_` where a
//!   body would have to run. A lazy value that is unchanged but has not been read since may be
//!   printed either way.
//!
//! Left open by the rules, and so by the oracle: which of two values that are equal by a rule of
//! the node's own (`same_ten`) is kept if there was another one for a time. It is taken from the
//! graph, and must be equal.
//!
//! Must not know: how the runtime does any of this.

mod describe;
mod generate;
mod ledger;
mod model;
mod program;

use describe::{Graph, Kind};
use model::Model;
use program::{Op, message};
use random::Random;
use signal_kernel::NodeKind;
use signal_kernel_graphs::{BUILD, Build, Entry, Subject, take_log};
use signal_kernel_tests::{panics::quietly, random};
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Graphs without a body that can panic come first.
const STRICT: usize = 23;

/// R1-R5: behaviours 11-15, 20-25, 30, 44-50, 52 and 67 on random graphs.
#[test]
fn small_graphs_do_what_the_rules_say() {
    check_graphs(0..16, 2_500);
}

/// R1-R5 around the edges of the mask's words, and far beyond.
#[test]
fn large_graphs_do_what_the_rules_say() {
    check_graphs(16..STRICT - 1, 600);
}

/// R1-R5, a thousand ranks.
#[test]
fn a_graph_of_a_thousand_nodes_does_what_the_rules_say() {
    check_graphs(STRICT - 1..STRICT, 250);
}

/// R8: behaviours 127-133, 136 and 137 on random graphs.
#[test]
fn graphs_that_panic_do_what_the_rules_say() {
    check_graphs(STRICT..BUILD.len(), 2_500);
}

/// R8: a panic in `new` reaches the caller once, and what was built is dropped.
#[test]
fn b136_a_panic_in_new_is_the_first_one() {
    quiet(|| {
        let mut random = Random::new(7);
        let mut panics = 0;
        let graphs = generate::all();
        for (graph, build) in graphs.iter().zip(BUILD).skip(STRICT) {
            for _ in 0..50 {
                panics += usize::from(build_at_random(graph, *build, &mut random));
            }
        }
        assert!(panics > 50, "only {panics} panics");
    });
}

/// Builds a graph with random parameters; true if that panicked.
fn build_at_random(graph: &Graph, build: Build, random: &mut Random) -> bool {
    let parameters: Vec<i64> = graph.items.iter().map(|_| random.between(-3, 12)).collect();
    let first = |item: usize| match graph.items[item].kind {
        Kind::Signal {
            first,
            parameter: false,
            ..
        } => first,
        _ => parameters[item],
    };
    let result = catch_unwind(AssertUnwindSafe(|| drop(build(&first))));
    let log = take_log();
    let mut kept = vec![0; graph.items.len()];
    for entry in &log {
        match *entry {
            Entry::Saw(item, _)
                if matches!(graph.items[item].kind, Kind::Effect { typed: true, .. }) =>
            {
                kept[item] += 1
            }
            Entry::Dropped(item, _) => kept[item] -= 1,
            _ => {}
        }
    }
    assert!(
        kept.iter().all(|&kept| kept == 0),
        "{}: what an effect kept is leaked: {log:?}",
        graph.name
    );
    let mut values: Vec<Option<i64>> = (0..graph.items.len())
        .map(|item| Some(first(item)))
        .collect();
    let mut panics = vec![false; graph.items.len()];
    for &item in &graph.order {
        let body = graph.body(item).expect("signals are not in the order");
        let ready = body
            .mentions
            .iter()
            .all(|&mention| values[mention].is_some());
        let read = |mention: usize| values[mention].expect("a value that is there");
        let value = if ready { body.run(&read) } else { None };
        panics[item] = ready && value.is_none();
        values[item] = value;
    }
    let first_panic = log.iter().find_map(|entry| match *entry {
        Entry::Ran(item) if panics[item] => Some(format!("boom {}", graph.items[item].name)),
        _ => None,
    });
    let seen = result.err().map(|payload| message(&payload));
    assert_eq!(seen, first_panic, "{} with {parameters:?}", graph.name);
    seen.is_some()
}

/// The macro has found the same mentions, and knows what is watched (the edges, and R3).
#[test]
fn the_description_of_each_graph_is_its_declaration() {
    for (graph, build) in generate::all().iter().zip(BUILD) {
        let shape = build(&|item| first(graph, item)).shape();
        take_log();
        let watched = graph.watched();
        assert_eq!(shape.name, graph.name);
        assert_eq!(shape.nodes.len(), graph.items.len());
        for (index, (node, item)) in shape.nodes.iter().zip(&graph.items).enumerate() {
            let kind = match item.kind {
                Kind::Signal { .. } => NodeKind::Signal,
                Kind::Computed { .. } if watched[index] => NodeKind::Computed,
                Kind::Computed { .. } => NodeKind::Lazy,
                Kind::Effect { .. } => NodeKind::Effect,
            };
            assert_eq!(
                (node.name, node.kind),
                (item.name.as_str(), kind),
                "{}",
                graph.name
            );
            assert_eq!(
                node.dependencies,
                graph.mentions(index),
                "{} {}",
                graph.name,
                node.name
            );
            assert!(
                node.dependencies
                    .iter()
                    .all(|&it| shape.nodes[it].rank < node.rank),
                "{} {}",
                graph.name,
                node.name
            );
        }
    }
}

fn first(graph: &Graph, item: usize) -> i64 {
    match graph.items[item].kind {
        Kind::Signal { first, .. } => first,
        _ => unreachable!("{item} is no signal"),
    }
}

fn check_graphs(numbers: Range<usize>, steps: usize) {
    quiet(|| {
        let graphs = generate::all();
        assert_eq!(graphs.len(), BUILD.len());
        for number in numbers {
            let seed = 1_000 + number as u64;
            let program = program::random(&graphs[number], steps, &mut Random::new(seed));
            if let Err((step, complaint)) = check(&graphs[number], BUILD[number], &program, 4) {
                let before = &program[step.saturating_sub(3)..=step.min(steps - 1)];
                let short = shorten(
                    &graphs[number],
                    BUILD[number],
                    program[..=step.min(steps - 1)].to_vec(),
                );
                let (_, in_short) =
                    check(&graphs[number], BUILD[number], &short, 1).expect_err("it fails");
                panic!(
                    "{} with seed {seed}, step {step}: {complaint}\nthe last steps: {before:?}\n\
                     {} with a shorter program: {in_short}\n{short:#?}",
                    graphs[number].name, graphs[number].name,
                );
            }
        }
    });
}

/// Carries a program out on a new graph and compares after every step, in depth after `every` one.
fn check(graph: &Graph, build: Build, program: &[Op], every: usize) -> Result<(), (usize, String)> {
    take_log();
    let mut subject = build(&|item| first(graph, item));
    let mut model = Model::new(graph, &|item| first(graph, item));
    model
        .begin(take_log())
        .map_err(|complaint| (0, complaint))?;
    for (step, op) in program.iter().enumerate() {
        check_step(&mut *subject, &mut model, op, step % every == 0)
            .map_err(|complaint| (step, complaint))?;
    }
    drop(subject);
    let (mut dropped, mut kept) = (take_log(), model.kept());
    dropped.sort();
    kept.sort();
    if dropped == kept {
        Ok(())
    } else {
        Err((program.len(), format!("dropped {dropped:?}, not {kept:?}")))
    }
}

fn check_step(
    subject: &mut dyn Subject,
    model: &mut Model<'_>,
    op: &Op,
    in_depth: bool,
) -> Result<(), String> {
    check_op(subject, model, op)?;
    for (item, value) in model.settled() {
        let seen = match value {
            // A panic is slow: not at every step.
            None if !in_depth => continue,
            None => catch_unwind(AssertUnwindSafe(|| subject.read(item))).ok(),
            Some(_) => Some(subject.read(item)),
        };
        if seen != value {
            return Err(format!("item {item} is {seen:?}, not {value:?}"));
        }
    }
    if in_depth {
        model.check_itself()?;
        model.check_debug(&subject.debug())?;
    }
    match take_log() {
        log if log.is_empty() => Ok(()),
        log => Err(format!("a look at the graph has run {log:?}")),
    }
}

fn check_op(subject: &mut dyn Subject, model: &mut Model<'_>, op: &Op) -> Result<(), String> {
    let mut trace = Vec::new();
    program::perform(subject, op, &mut trace);
    for item in model.coarse() {
        let shown = catch_unwind(AssertUnwindSafe(|| subject.read(item))).ok();
        model.shows(item, shown);
    }
    let mut trace = trace.into_iter();
    model.check(op, &mut trace)?;
    match trace.next() {
        None => Ok(()),
        Some(done) => Err(format!("{done:?} is left")),
    }
}

/// How many operations are carried out to make a program shorter, whatever comes of them: a graph that is all wrong must
/// be told of soon.
const LIMIT: usize = 50_000;

/// Leaves out operations as long as the program still fails.
fn shorten(graph: &Graph, build: Build, mut program: Vec<Op>) -> Vec<Op> {
    let done = Cell::new(0);
    let fails = |program: &[Op]| {
        done.set(done.get() + program.len().max(1));
        done.get() <= LIMIT && check(graph, build, program, 1).is_err()
    };
    loop {
        let length = program.len();
        // In ever smaller pieces.
        let mut size = length;
        while size > 0 {
            let mut start = 0;
            while start < program.len() {
                let mut shorter = program.clone();
                shorter.drain(start..(start + size).min(program.len()));
                if fails(&shorter) {
                    program = shorter;
                } else {
                    start += size;
                }
            }
            size /= 2;
        }
        let mut at = 0;
        while at < program.len() {
            let shorter = program[at].shorter().into_iter().find_map(|op| {
                let mut shorter = program.clone();
                shorter[at] = op;
                fails(&shorter).then_some(shorter)
            });
            match shorter {
                Some(shorter) => program = shorter,
                None => at += 1,
            }
        }
        if program.len() == length {
            return program;
        }
    }
}

/// Runs `f` without a message for each panic that is caught in it.
fn quiet(f: impl FnOnce()) {
    if let Err(payload) = quietly(f) {
        panic!("{}", message(&payload));
    }
}
