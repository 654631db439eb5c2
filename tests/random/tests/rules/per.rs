//! Random batches on a graph whose signals start anew, held against a model that is told only what a batch has written
//! (R1, R2, R5, R8).
//!
//! Invariants: the model knows neither ranks nor undo logs; a program follows from its seed.
//!
//! `STEPS` is the number of programs, `SEED` the first seed.

use signal_kernel::reactive;
use signal_kernel_tests::{
    log::Log,
    panics::{quietly, text_of},
    random::Random,
};
use std::env;

/// A source of this value makes `first` panic.
const BAD: u32 = 3;

reactive! {
    struct Chain {
        let log: Log;
        pub signal source: u32 = 0;
        pub signal first: u32 = grown(first, *source) per source;
        pub signal second: u32 = second.map_or(*first, |second| second.wrapping_mul(3).wrapping_add(*first)) per first;
        pub computed sum: u32 = first.wrapping_add(*second);
        pub computed lazy: u32 = first.wrapping_mul(2);
        effect show { log.push(sum); }
    }
}

fn grown(before: Option<&u32>, source: u32) -> u32 {
    assert!(source != BAD, "bad source");
    before.map_or(1, |before| before.wrapping_mul(10).wrapping_add(source))
}

/// A signal that starts anew, outside of any batch.
#[derive(Clone, Copy, Debug, PartialEq)]
struct State {
    /// The last good value.
    value: u32,
    is_failed: bool,
}

impl State {
    fn seen(self) -> Option<u32> {
        (!self.is_failed).then_some(self.value)
    }
}

/// The writes of a batch so far.
#[derive(Clone, Copy, Debug, Default)]
struct Writes {
    source: Option<u32>,
    first: Option<u32>,
    second: Option<u32>,
    /// `first` was updated in place, which always counts.
    is_updated: bool,
}

#[derive(Debug)]
struct Model {
    source: u32,
    first: State,
    second: State,
    /// The last value of `sum`, and whether `sum` is failed.
    sum: State,
}

impl Model {
    fn new() -> Self {
        Model {
            source: 0,
            first: good(1),
            second: good(1),
            sum: good(2),
        }
    }

    /// The values in the middle of a batch: nothing has started anew.
    fn half_way(&self, writes: &Writes) -> (Option<u32>, Option<u32>) {
        let first = writes.first.or(self.first.seen());
        (first, writes.second.or(self.second.seen()))
    }

    /// The end of a batch. Returns whether it panics, and the log of the effect.
    fn settle(&mut self, writes: &Writes) -> (bool, Vec<String>) {
        let source = writes.source.unwrap_or(self.source);
        let due = source != self.source;
        self.source = source;
        let before = self.first;
        let mut panics = false;
        if let Some(value) = writes.first {
            self.first = good(value);
        } else if due && source == BAD {
            self.first.is_failed = true;
            panics = true;
        } else if due {
            self.first = good(before.value.wrapping_mul(10).wrapping_add(source));
        }
        let due = changed(before, self.first) || writes.is_updated;
        if let Some(value) = writes.second {
            self.second = good(value);
        } else if due && self.first.is_failed {
            self.second.is_failed = true;
        } else if due {
            let grown = self.second.value.wrapping_mul(3);
            self.second = good(grown.wrapping_add(self.first.value));
        }
        let before = self.sum;
        match (self.first.seen(), self.second.seen()) {
            (Some(first), Some(second)) => self.sum = good(first.wrapping_add(second)),
            _ => self.sum.is_failed = true,
        }
        let runs = changed(before, self.sum) && !self.sum.is_failed;
        let log = runs.then(|| self.sum.value.to_string());
        (panics, log.into_iter().collect())
    }
}

fn good(value: u32) -> State {
    State {
        value,
        is_failed: false,
    }
}

/// The end of a failure is a change for any value.
fn changed(before: State, after: State) -> bool {
    before.is_failed != after.is_failed || (!after.is_failed && before.value != after.value)
}

struct Program {
    random: Random,
    model: Model,
    told: String,
}

impl Program {
    fn tell(&mut self, what: &str) {
        self.told.push_str(what);
    }

    /// A value that is often the present one.
    fn value(&mut self, present: u32) -> u32 {
        if self.random.chance(40) {
            present
        } else {
            self.random.below(4) as u32
        }
    }

    fn read(&mut self, graph: &mut ChainBatch<'_>, writes: &Writes) {
        let (first, second) = self.model.half_way(writes);
        let sum = first
            .zip(second)
            .map(|(first, second)| first.wrapping_add(second));
        let told = &self.told;
        match self.random.below(4) {
            0 => assert_eq!(quietly(|| *graph.first()).ok(), first, "first: {told}"),
            1 => assert_eq!(quietly(|| *graph.second()).ok(), second, "second: {told}"),
            2 => assert_eq!(quietly(|| *graph.sum()).ok(), sum, "sum: {told}"),
            _ => {
                let lazy = first.map(|first| first.wrapping_mul(2));
                assert_eq!(quietly(|| *graph.lazy()).ok(), lazy, "lazy: {told}");
            }
        }
    }

    fn steps(&mut self, graph: &mut ChainBatch<'_>, writes: &mut Writes, depth: usize) {
        for _ in 0..self.random.below(7) {
            match self.random.below(8) {
                0 => {
                    let value = self.value(self.model.source);
                    self.tell(&format!("source={value};"));
                    graph.set_source(value);
                    writes.source = Some(value);
                }
                1 => {
                    let value = self.value(self.model.first.value);
                    self.tell(&format!("first={value};"));
                    graph.set_first(value);
                    writes.first = Some(value);
                }
                2 => {
                    let value = self.value(self.model.first.value);
                    let before = writes.first.unwrap_or(self.model.first.value);
                    if self.random.chance(50) {
                        self.tell(&format!("first:{value};"));
                        graph.update_first(|first| *first = value);
                    } else {
                        self.tell(&format!("first::{value};"));
                        let undo = move |first: &mut u32| *first = before;
                        graph.update_first_with(|first| *first = value, undo);
                    }
                    (writes.first, writes.is_updated) = (Some(value), true);
                }
                3 => {
                    let value = self.value(self.model.second.value);
                    self.tell(&format!("second={value};"));
                    graph.set_second(value);
                    writes.second = Some(value);
                }
                4 if depth < 3 => {
                    self.tell("{");
                    let before = *writes;
                    let succeeds = self.random.chance(50);
                    let result = graph.transaction(|graph| {
                        self.steps(graph, writes, depth + 1);
                        if succeeds { Ok(()) } else { Err(()) }
                    });
                    if result.is_err() {
                        *writes = before;
                    }
                    self.tell(if succeeds { "}" } else { "}!" });
                }
                _ => {
                    self.tell("read;");
                    self.read(graph, writes);
                }
            }
        }
    }

    /// One write, or one batch. The writes are known too if the settle at the end panics.
    fn write(&mut self, graph: &mut Chain, writes: &mut Writes) {
        match self.random.below(6) {
            0 => {
                let value = self.value(self.model.source);
                self.tell(&format!("SOURCE={value};"));
                writes.source = Some(value);
                graph.set_source(value);
            }
            1 => {
                let value = self.value(self.model.first.value);
                self.tell(&format!("FIRST={value};"));
                writes.first = Some(value);
                graph.set_first(value);
            }
            2 => {
                let value = self.value(self.model.first.value);
                self.tell(&format!("FIRST:{value};"));
                (writes.first, writes.is_updated) = (Some(value), true);
                graph.update_first(|first| *first = value);
            }
            _ => {
                self.tell("[");
                graph.batch(|graph| {
                    self.steps(graph, writes, 0);
                    self.tell("]");
                });
            }
        }
    }
}

fn run(seed: u64) {
    let log = Log::new();
    let mut graph = Chain::new(log.clone());
    log.clear();
    let mut program = Program {
        random: Random::new(seed),
        model: Model::new(),
        told: format!("seed {seed}: "),
    };
    for _ in 0..5 {
        let mut writes = Writes::default();
        let outcome = quietly(|| program.write(&mut graph, &mut writes));
        let text = outcome
            .err()
            .and_then(|payload| text_of(&*payload).map(str::to_owned));
        let (panics, shown) = program.model.settle(&writes);
        let told = &program.told;
        if text.is_some() != panics || text.iter().any(|text| !text.ends_with("bad source")) {
            panic!("{told}{text:?}");
        }
        assert_eq!(log.take(), shown, "effect: {told}");
        let Model {
            source,
            first,
            second,
            sum,
        } = program.model;
        assert_eq!(*graph.source(), source, "{told}");
        assert_eq!(
            quietly(|| *graph.first()).ok(),
            first.seen(),
            "first: {told}"
        );
        assert_eq!(
            quietly(|| *graph.second()).ok(),
            second.seen(),
            "second: {told}"
        );
        assert_eq!(quietly(|| *graph.sum()).ok(), sum.seen(), "sum: {told}");
        if program.random.chance(50) {
            let lazy = first.seen().map(|first| first.wrapping_mul(2));
            assert_eq!(quietly(|| *graph.lazy()).ok(), lazy, "lazy: {told}");
        }
    }
}

#[test]
fn signals_that_start_anew_follow_their_model() {
    let from_environment = |name, default| {
        let text = env::var(name).ok();
        text.map_or(default, |text| text.parse::<u64>().expect("a number"))
    };
    let first = from_environment("SEED", 1);
    for seed in first..first + from_environment("STEPS", 2_000) {
        run(seed);
    }
}
