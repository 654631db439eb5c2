//! Random programs: writes, reads, batches and transactions, carried out on a declared graph.
//!
//! Invariants: each operation leaves exactly one `Done` in the trace, after those of its own steps; a
//! panic is caught right at the operation, then goes on if the step says so.
//!
//! Must not know: what is to be expected.

use super::describe::Graph;
use super::random::Random;
use signal_kernel_graphs::{Entry, Target, take_log};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

#[derive(Debug, Clone)]
pub(crate) enum Op {
    Set(usize, i64),
    /// `update_x` that writes this value.
    Update(usize, i64),
    /// `update_x_with` that writes this value, and whose way back writes the one from before.
    UpdateWith(usize, i64),
    /// The same, and then its closure panics.
    UpdateAndPanic(usize, i64),
    Read(usize),
    Batch(Vec<Step>, End),
    Transaction(Vec<Step>, End),
}

/// One operation of a closure.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) op: Op,
    /// The closure does not catch a panic of this operation.
    pub(crate) goes_on: bool,
}

impl Op {
    /// The same operation with something left out.
    pub(crate) fn shorter(&self) -> Vec<Op> {
        let (steps, end, whole): (_, _, fn(Vec<Step>, End) -> Op) = match self {
            Op::Batch(steps, end) => (steps, *end, Op::Batch),
            Op::Transaction(steps, end) => (steps, *end, Op::Transaction),
            _ => return Vec::new(),
        };
        let mut all: Vec<Op> = steps.iter().map(|step| step.op.clone()).collect();
        for at in 0..steps.len() {
            let mut fewer = steps.clone();
            fewer.remove(at);
            all.push(whole(fewer, end));
            for op in steps[at].op.shorter() {
                let mut other = steps.clone();
                other[at].op = op;
                all.push(whole(other, end));
            }
        }
        if end == End::Panic {
            all.push(whole(steps.clone(), End::Ok));
        }
        all
    }
}

/// How a closure ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Ok,
    /// `Err`, in a transaction.
    Err,
    Panic,
}

/// An operation that is over.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    /// The log since the end of the operation before.
    pub(crate) log: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Nothing,
    Value(i64),
    Err,
    Panic(String),
}

pub(crate) const CLOSURE: &str = "boom closure";
pub(crate) const UPDATE: &str = "boom update";

/// Carries out one operation and everything in it.
pub(crate) fn perform(target: &mut dyn Target, op: &Op, trace: &mut Vec<Done>) {
    let _ = attempt(target, op, trace);
}

type Payload = Box<dyn Any + Send>;

fn attempt(target: &mut dyn Target, op: &Op, trace: &mut Vec<Done>) -> Option<Payload> {
    let result = catch_unwind(AssertUnwindSafe(|| match op {
        Op::Set(item, value) => {
            target.set(*item, *value);
            Outcome::Nothing
        }
        Op::Update(item, value) => {
            target.update(*item, &mut |it| *it = *value);
            Outcome::Nothing
        }
        Op::UpdateWith(item, value) => {
            target.update_with(*item, *value);
            Outcome::Nothing
        }
        Op::UpdateAndPanic(item, value) => {
            target.update(*item, &mut |it| {
                *it = *value;
                panic!("{UPDATE}");
            });
            Outcome::Nothing
        }
        Op::Read(item) => Outcome::Value(target.read(*item)),
        Op::Batch(steps, end) => {
            target.batch(&mut |open| {
                let _ = closure(open, steps, *end, trace);
            });
            Outcome::Nothing
        }
        Op::Transaction(steps, end) => {
            match target.transaction(&mut |open| closure(open, steps, *end, trace)) {
                Ok(()) => Outcome::Nothing,
                Err(()) => Outcome::Err,
            }
        }
    }));
    let (outcome, payload) = match result {
        Ok(outcome) => (outcome, None),
        Err(payload) => (Outcome::Panic(message(&payload)), Some(payload)),
    };
    trace.push(Done {
        outcome,
        log: take_log(),
    });
    payload
}

fn closure(
    open: &mut dyn Target,
    steps: &[Step],
    end: End,
    trace: &mut Vec<Done>,
) -> Result<(), ()> {
    for step in steps {
        if let Some(payload) = attempt(open, &step.op, trace).filter(|_| step.goes_on) {
            resume_unwind(payload);
        }
    }
    match end {
        End::Ok => Ok(()),
        End::Err => Err(()),
        End::Panic => panic!("{CLOSURE}"),
    }
}

/// The text of a panic.
pub(crate) fn message(payload: &Payload) -> String {
    match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => payload
            .downcast_ref::<String>()
            .expect("a panic with a text")
            .clone(),
    }
}

/// A random program for this graph.
pub(crate) fn random(graph: &Graph, steps: usize, random: &mut Random) -> Vec<Op> {
    let of_kind = |is: &dyn Fn(usize) -> bool| {
        (0..graph.items.len())
            .filter(|&item| is(item))
            .collect::<Vec<_>>()
    };
    let watched = graph.watched();
    let maker = Maker {
        signals: of_kind(&|item| graph.is_signal(item)),
        values: of_kind(&|item| !graph.is_effect(item)),
        lazy: of_kind(&|item| graph.is_computed(item) && !watched[item]),
    };
    (0..steps).map(|_| maker.op(3, random)).collect()
}

struct Maker {
    signals: Vec<usize>,
    values: Vec<usize>,
    lazy: Vec<usize>,
}

impl Maker {
    fn op(&self, depth: usize, random: &mut Random) -> Op {
        let signal = random.pick(&self.signals);
        match random.below(100) {
            0..=34 => Op::Set(signal, value(random)),
            35..=38 => Op::Update(signal, value(random)),
            39..=41 => Op::UpdateWith(signal, value(random)),
            42 => Op::UpdateAndPanic(signal, value(random)),
            43..=64 => Op::Read(self.value(random)),
            65..=69 if depth > 0 => self.there_and_back(signal, random),
            70..=84 if depth > 0 => {
                let end = if random.chance(10) {
                    End::Panic
                } else {
                    End::Ok
                };
                Op::Batch(self.steps(depth - 1, random), end)
            }
            85..=99 if depth > 0 => {
                let end = random.pick(&[End::Ok, End::Ok, End::Err, End::Err, End::Panic]);
                Op::Transaction(self.steps(depth - 1, random), end)
            }
            _ => Op::Set(signal, value(random)),
        }
    }

    fn steps(&self, depth: usize, random: &mut Random) -> Vec<Step> {
        let count = random.below(7);
        (0..count)
            .map(|_| Step {
                op: self.op(depth, random),
                goes_on: random.chance(15),
            })
            .collect()
    }

    /// A -> B -> A, read or not.
    fn there_and_back(&self, signal: usize, random: &mut Random) -> Op {
        let (a, b) = (value(random), value(random));
        let mut ops = vec![Op::Set(signal, a), Op::Set(signal, b)];
        if random.chance(50) {
            ops.push(Op::Read(self.value(random)));
        }
        ops.push(Op::Set(signal, a));
        let steps = ops
            .into_iter()
            .map(|op| Step { op, goes_on: false })
            .collect();
        Op::Batch(steps, End::Ok)
    }

    fn value(&self, random: &mut Random) -> usize {
        let from = if self.lazy.is_empty() || random.chance(30) {
            &self.values
        } else {
            &self.lazy
        };
        random.pick(from)
    }
}

/// Small numbers, so that writes are often equal; now and then an extreme one.
fn value(random: &mut Random) -> i64 {
    match random.below(20) {
        0 => random.pick(&[i64::MIN, i64::MAX, -1, 1_000_003]),
        1..=4 => random.between(-20, 30),
        _ => random.between(0, 5),
    }
}
