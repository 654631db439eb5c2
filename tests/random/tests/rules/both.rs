//! One script, carried out on a declared graph and on the same graph made with functions: the same log, line
//! by line (R1-R9).
//!
//! The log has the values that effects saw and reads gave, the events of work, and the panics.
//!
//! Not in the scripts, because only one kind of graph has it: reads that depend on a branch (a declared body depends on all
//! names that it mentions), and inputs that are equal although a dependency has changed (a declared resource restarts for a
//! dependency, a dynamic one for a value; so each source here has a computed value before it).

use signal_kernel_tests::random::Random;
use signal_kernel_tests::{
    gate::Gates,
    log::Log,
    panics::{quietly, text_of},
};
use std::task::Poll;

mod declared;
mod functions;
mod script;
use script::{Name, Step, Work};

/// A script needs this besides the graph.
struct Desk {
    log: Log,
    /// Of user, post and save.
    gates: [Gates<i64>; 3],
}

impl Desk {
    fn new() -> Desk {
        let log = Log::new();
        let gates = ["user", "post", "save"].map(|name| Gates::new(name, &log));
        Desk { log, gates }
    }

    /// Carries one step out. A panic is one line.
    fn step(&self, step: &Step, act: impl FnOnce()) {
        self.log.push(format!("> {step:?}"));
        if self.release(step) {
            return;
        }
        if let Err(message) = caught(act) {
            self.log.push(format!("panics: {message}"));
        }
    }

    /// The world answers, if it was ever asked.
    fn release(&self, step: &Step) -> bool {
        let gates = |work: &Work| &self.gates[*work as usize];
        match step {
            Step::Ok(work, run, value) if *run <= gates(work).created() => {
                gates(work).ok(*run, *value)
            }
            Step::Err(work, run, why) if *run <= gates(work).created() => {
                gates(work).err(*run, why.clone())
            }
            Step::Ok(..) | Step::Err(..) => {}
            _ => return false,
        }
        true
    }

    fn polled(&self, poll: Poll<()>) {
        self.log.push(format!("{poll:?}"));
    }
}

/// Runs code that may panic, and gives a word for its panic.
fn caught<R>(run: impl FnOnce() -> R) -> Result<R, &'static str> {
    // The two kinds of graph name the node in words of their own.
    quietly(run).map_err(|payload| match text_of(&*payload) {
        Some("thirteen") => "thirteen",
        _ => "failed",
    })
}

/// The value that is read, or that it cannot be. Whether the read ran the body is the business of each kind of graph.
fn value_or_failed(read: impl FnOnce() -> String) -> String {
    caught(read).unwrap_or_else(|_| "failed".to_owned())
}

/// The log of both, which must be the same.
fn play(script: &[Step]) -> Vec<String> {
    let (one, two) = (Desk::new(), Desk::new());
    declared::play(script, &one);
    functions::play(script, &two);
    let until_the_end = |desk: &Desk| {
        let mut lines = desk.log.take();
        let end = lines
            .iter()
            .rposition(|line| line == "end")
            .expect("it was noted");
        lines.truncate(end);
        lines
    };
    let (one, two) = (until_the_end(&one), until_the_end(&two));
    if one != two {
        let first = one.iter().zip(&two).position(|(one, two)| one != two);
        let first = first.unwrap_or(one.len().min(two.len()));
        let from = first.saturating_sub(12);
        panic!(
            "the graphs differ at line {first}\ndeclared:  {:#?}\nfunctions: {:#?}\nof {script:#?}",
            &one[from..one.len().min(first + 6)],
            &two[from..two.len().min(first + 6)],
        );
    }
    one
}

/// A script and the log that it must have, without the lines that repeat the steps.
fn check(text: &str) {
    let (script, expected) = text.split_once("---").expect("a script, then its log");
    let lines = play(&script::parse(script));
    let lines: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("> "))
        .collect();
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(lines, expected, "\n{}", lines.join("\n"));
}

#[test]
fn b013_b020_b090_b094_writes_batches_and_reads() {
    check(include_str!("both/values.txt"));
}

#[test]
fn b106_b110_b111_transactions() {
    check(include_str!("both/transactions.txt"));
}

#[test]
fn b138_b141_b148_b157_b174_b175_resources() {
    check(include_str!("both/resources.txt"));
}

#[test]
fn b152_b163_b180_requests() {
    check(include_str!("both/requests.txt"));
}

#[test]
fn b128_b130_b131_panics() {
    check(include_str!("both/panics.txt"));
}

/// Numbers that only depend on the seed.
struct Dice(Random);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn name(&mut self) -> Name {
        [Name::A, Name::B, Name::Id][self.below(3)]
    }

    fn work(&mut self) -> Work {
        [Work::User, Work::Post, Work::Save][self.below(3)]
    }

    fn steps(&mut self, most: usize, depth: usize, panics: bool) -> Vec<Step> {
        (0..self.below(most + 1))
            .map(|_| self.step(depth, panics))
            .collect()
    }

    fn step(&mut self, depth: usize, panics: bool) -> Step {
        match self.below(20) {
            0..5 => {
                let (name, value) = (self.name(), self.below(4) as i64);
                let thirteen = panics && matches!(name, Name::A) && value == 3;
                Step::Set(name, if thirteen { 13 } else { value * 3 })
            }
            5 => Step::Add(self.name(), self.below(2) as i64),
            6 | 7 if depth == 0 || !panics => Step::Read,
            8 if depth < 3 => Step::Batch(self.steps(5, depth + 1, panics)),
            9 if depth < 3 => Step::Try {
                fails: self.below(2) == 0,
                steps: self.steps(4, depth + 1, panics),
            },
            10 => Step::Reload(self.work()),
            11 => Step::Cancel(self.work(), ["enough", "later"][self.below(2)].to_owned()),
            12..15 => Step::Ok(self.work(), self.below(6) + 1, self.below(3) as i64),
            15 => Step::Err(self.work(), self.below(6) + 1, "no".to_owned()),
            _ if depth == 0 => Step::Poll,
            // The two kinds of graph try a failure that was read half-way again at different times.
            _ if panics => Step::Add(self.name(), 0),
            _ => Step::Read,
        }
    }
}

fn random(panics: bool) {
    for seed in 0..1_000u64 {
        let mut dice = Dice(Random::new(seed));
        let script: Vec<Step> = (0..40).map(|_| dice.step(0, panics)).collect();
        play(&script);
    }
}

#[test]
fn r9_random_scripts_have_one_log() {
    random(false);
}

#[test]
fn r8_random_scripts_with_panics_have_one_log() {
    random(true);
}
