//! Random writes, batches and transactions against a plain model of the rules R1-R5 and R8.
//!
//! Invariants: the model knows no marks and no masks, it compares values from before with values from
//! after; the random numbers are the same in every run, so a failure names a seed that repeats it.
//!
//! Must not know: anything but the public interface.

use signal_kernel::reactive;
use signal_kernel_tests::{
    log::Log,
    panics::{quietly, text_of},
};
use std::collections::BTreeMap;

/// The value of a body, which panics if it is in `fails`.
fn value(name: &str, fails: bool, value: u32) -> u32 {
    assert!(!fails, "{name}");
    value
}

reactive! {
    /// Eager and lazy values over three signals; at some values some bodies panic.
    #[derive(Debug)]
    struct Graph {
        let log: Log;
        signal a: u32 = 0;
        signal b: u32 = 0;
        signal c: u32 = 0;

        computed half: u32 = { log.push("half"); a / 2 };
        computed risky: u32 = { log.push("risky"); value("risky", *b == 3, b / 2) };
        computed sum: u32 = { log.push("sum"); half + risky };
        computed mixed: u32 = { log.push("mixed"); value("mixed", *c == 3 && *sum == 1, (sum + c) % 3) };
        computed tail: u32 = { log.push("tail"); mixed / 2 };

        computed lazy: u32 = { log.push("lazy"); (a + c) / 2 };
        computed lazy_risky: u32 = { log.push("lazy_risky"); value("lazy_risky", *lazy == 2, lazy + mixed) };
        computed lazy_top: u32 = { log.push("lazy_top"); lazy_risky + half };

        effect on_half { log.push(format!("on_half {half}")); }
        effect on_tail { log.push(format!("on_tail {tail} {b}")); }
        effect on_risky { log.push(format!("on_risky {risky}")); value("on_risky", *risky == 2, 0); }
        effect on_all { log.push(format!("on_all {a} {b} {c} {mixed}")); }
    }
}

/// The value of a computed value in the model: `None` is failed.
type Value = Option<u32>;

/// A computed value from the ones it reads.
fn derived(values: &BTreeMap<&'static str, Value>, name: &str) -> Value {
    let of = |name: &str| values[name];
    match name {
        "half" => Some(of("a")? / 2),
        "risky" => Some(of("b")? / 2).filter(|_| of("b") != Some(3)),
        "sum" => Some(of("half")? + of("risky")?),
        "mixed" => {
            let (sum, c) = (of("sum")?, of("c")?);
            Some((sum + c) % 3).filter(|_| !(c == 3 && sum == 1))
        }
        "tail" => Some(of("mixed")? / 2),
        "lazy" => Some((of("a")? + of("c")?) / 2),
        "lazy_risky" => Some(of("lazy")? + of("mixed")?).filter(|_| of("lazy") != Some(2)),
        "lazy_top" => Some(of("lazy_risky")? + of("half")?),
        _ => unreachable!("{name}"),
    }
}

// The dependencies of each node, in the order of settling.
const SIGNALS: [&str; 3] = ["a", "b", "c"];
const EAGER: [(&str, &[&str]); 5] = [
    ("half", &["a"]),
    ("risky", &["b"]),
    ("sum", &["half", "risky"]),
    ("mixed", &["c", "sum"]),
    ("tail", &["mixed"]),
];
const LAZY: [&str; 3] = ["lazy", "lazy_risky", "lazy_top"];
const EFFECTS: [(&str, &[&str]); 4] = [
    ("on_half", &["half"]),
    ("on_tail", &["tail", "b"]),
    ("on_risky", &["risky"]),
    ("on_all", &["a", "b", "c", "mixed"]),
];

#[derive(Clone)]
struct Model {
    /// Of signals and computed values, as they are now.
    values: BTreeMap<&'static str, Value>,
    /// Signals that an `update` has touched since the last settle.
    touched: Vec<&'static str>,
    /// The values as the last settle left them.
    settled: BTreeMap<&'static str, Value>,
    /// Effects that a failure blocks.
    blocked: Vec<&'static str>,
}

/// The events of a settle.
#[derive(Debug, PartialEq)]
struct Settled {
    /// Bodies of eager values that run if nothing was read half-way.
    bodies: Vec<&'static str>,
    effects: Vec<String>,
    /// The node whose panic goes on.
    first_panic: Option<&'static str>,
}

impl Model {
    fn new() -> Self {
        let mut values: BTreeMap<_, _> = SIGNALS.map(|name| (name, Some(0))).into();
        for name in EAGER.iter().map(|(name, _)| *name).chain(LAZY) {
            let value = derived(&values, name);
            values.insert(name, value);
        }
        Model {
            settled: values.clone(),
            values,
            touched: Vec::new(),
            blocked: Vec::new(),
        }
    }

    /// Brings derived values up to date with the signals, as a read in a batch would see them.
    fn refresh(&mut self) {
        for name in EAGER.iter().map(|(name, _)| *name).chain(LAZY) {
            let value = derived(&self.values, name);
            self.values.insert(name, value);
        }
    }

    fn settle(&mut self) -> Settled {
        self.refresh();
        let before = &self.settled;
        let touched = std::mem::take(&mut self.touched);
        let changed = |name: &str| self.values[name] != before[name] || touched.contains(&name);
        let mut done = Settled {
            bodies: Vec::new(),
            effects: Vec::new(),
            first_panic: None,
        };
        for (name, reads) in EAGER {
            let runs = reads.iter().all(|read| self.values[read].is_some());
            if runs && reads.iter().any(|read| changed(read)) {
                done.bodies.push(name);
                if self.values[name].is_none() {
                    done.first_panic = done.first_panic.or(Some(name));
                }
            }
        }
        for (name, reads) in EFFECTS {
            if !reads.iter().any(|read| changed(read)) && !self.blocked.contains(&name) {
                continue;
            }
            self.blocked.retain(|blocked| *blocked != name);
            let seen: Option<Vec<String>> = reads
                .iter()
                .map(|read| Some(self.values[read]?.to_string()))
                .collect();
            match seen {
                Some(seen) => {
                    done.effects.push(format!("{name} {}", seen.join(" ")));
                    if name == "on_risky" && self.values["risky"] == Some(2) {
                        done.first_panic = done.first_panic.or(Some(name));
                    }
                }
                None => self.blocked.push(name),
            }
        }
        self.settled = self.values.clone();
        done
    }
}

/// Small numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % end
    }
}

fn caught<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    quietly(f).map_err(|payload| text_of(&*payload).expect("a text").to_owned())
}

/// The graph, a batch or a transaction: all have these methods.
macro_rules! read {
    ($graph:expr, $name:expr) => {
        caught(|| match $name {
            "half" => *$graph.half(),
            "risky" => *$graph.risky(),
            "sum" => *$graph.sum(),
            "mixed" => *$graph.mixed(),
            "tail" => *$graph.tail(),
            "lazy" => *$graph.lazy(),
            "lazy_risky" => *$graph.lazy_risky(),
            "lazy_top" => *$graph.lazy_top(),
            "a" => *$graph.a(),
            "b" => *$graph.b(),
            _ => *$graph.c(),
        })
    };
}

const READABLE: [&str; 11] = [
    "half",
    "risky",
    "sum",
    "mixed",
    "tail",
    "lazy",
    "lazy_risky",
    "lazy_top",
    "a",
    "b",
    "c",
];

fn agree(seed: u64, name: &str, model: &Model, read: Result<u32, String>) {
    match (model.values[name], &read) {
        (Some(value), Ok(read)) if value == *read => {}
        (None, Err(_)) => {}
        (value, read) => panic!("seed {seed}: {name} should be {value:?} but is {read:?}"),
    }
}

/// One write, to the model and to the open batch or transaction.
macro_rules! write {
    ($graph:expr, $model:expr, $random:expr) => {{
        let (signal, value, update) = ($random.below(3), $random.below(6), $random.below(4) == 0);
        let name = SIGNALS[signal as usize];
        if update && !$model.touched.contains(&name) {
            $model.touched.push(name);
        }
        $model.values.insert(name, Some(value));
        match (name, update) {
            ("a", false) => $graph.set_a(value),
            ("b", false) => $graph.set_b(value),
            (_, false) => $graph.set_c(value),
            ("a", true) => $graph.update_a(|it| *it = value),
            ("b", true) => $graph.update_b(|it| *it = value),
            (_, true) => $graph.update_c(|it| *it = value),
        }
    }};
}

/// Some reads; returns whether a derived value was read, which may run bodies half-way.
macro_rules! reads {
    ($seed:expr, $graph:expr, $model:expr, $random:expr) => {{
        $model.refresh();
        let mut derived = false;
        for _ in 0..$random.below(3) {
            let name = READABLE[$random.below(11) as usize];
            derived |= !SIGNALS.contains(&name);
            agree($seed, name, $model, read!($graph, name));
        }
        derived
    }};
}

/// The steps of a transaction; at the end it succeeds, fails or panics.
fn in_transaction(
    seed: u64,
    graph: &mut GraphBatch<'_>,
    model: &mut Model,
    random: &mut Random,
    depth: u32,
    half_way: &mut bool,
) {
    let before = model.clone();
    let outcome = random.below(3);
    let result = caught(|| {
        graph.transaction(|graph| {
            for _ in 0..=random.below(3) {
                write!(graph, model, random);
                *half_way |= reads!(seed, graph, model, random);
                if depth > 0 && random.below(2) == 0 {
                    in_transaction(seed, graph, model, random, depth - 1, half_way);
                }
            }
            match outcome {
                0 => Ok(()),
                1 => Err(()),
                _ => panic!("rolled back"),
            }
        })
    });
    if outcome > 0 {
        *model = before;
    }
    match outcome {
        0 => assert_eq!(result, Ok(Ok(())), "seed {seed}"),
        1 => assert_eq!(result, Ok(Err(())), "seed {seed}"),
        _ => assert_eq!(result, Err("rolled back".to_owned()), "seed {seed}"),
    }
    *half_way |= reads!(seed, graph, model, random);
}

fn scenario(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let log = Log::new();
    let mut graph = Graph::new(log.clone());
    let mut model = Model::new();
    log.clear();
    for step in 0..60 {
        let at = format!("seed {seed}, step {step}");
        let mut half_way = false;
        let result = match random.below(4) {
            0 => caught(|| write!(graph, model, random)),
            1 => caught(|| {
                graph.batch(|graph| {
                    for _ in 0..=random.below(4) {
                        write!(graph, model, random);
                        half_way |= reads!(seed, graph, &mut model, random);
                    }
                });
            }),
            2 => caught(|| {
                graph.batch(|graph| {
                    for _ in 0..=random.below(2) {
                        write!(graph, model, random);
                        half_way |= reads!(seed, graph, &mut model, random);
                        let done: Result<(), ()> = graph.transaction(|graph| {
                            in_transaction(seed, graph, &mut model, &mut random, 1, &mut half_way);
                            Ok(())
                        });
                        assert_eq!(done, Ok(()), "{at}");
                    }
                });
            }),
            _ => caught(|| {
                let done: Result<(), ()> = graph.transaction(|graph| {
                    in_transaction(seed, graph, &mut model, &mut random, 2, &mut half_way);
                    Ok(())
                });
                assert_eq!(done, Ok(()), "{at}");
            }),
        };
        let expected = model.settle();
        let events = log.take();
        let effects: Vec<String> = events
            .iter()
            .filter(|event| event.starts_with("on_"))
            .cloned()
            .collect();
        assert_eq!(effects, expected.effects, "{at}: {graph:?}");
        if !half_way {
            assert_eq!(result.err().as_deref(), expected.first_panic, "{at}");
            let bodies = &events[..events.len() - effects.len()];
            assert_eq!(
                bodies, expected.bodies,
                "{at}: bodies come first, each once"
            );
        } else if let Err(said) = result {
            let on_risky = expected.effects.iter().any(|effect| effect == "on_risky 2");
            let failed = model.values.get(said.as_str()).is_some_and(Option::is_none);
            assert!(failed || (said == "on_risky" && on_risky), "{at}: {said}");
        }
        for _ in 0..random.below(6) {
            let name = READABLE[random.below(11) as usize];
            agree(seed, name, &model, read!(graph, name));
        }
        let first = log.take();
        assert!(
            first.iter().all(|body| body.starts_with("lazy")),
            "{at}: a read runs only lazy bodies: {first:?}"
        );
        let mut once = first.clone();
        once.sort();
        once.dedup();
        assert_eq!(
            once.len(),
            first.len(),
            "{at}: each lazy body once: {first:?}"
        );
        let _ = format!("{graph:?}");
        assert!(log.take().is_empty(), "{at}: `Debug` runs nothing");
    }
    for name in READABLE {
        agree(seed, name, &model, read!(graph, name));
    }
    log.clear();
    for name in READABLE {
        agree(seed, name, &model, read!(graph, name));
    }
    assert!(
        log.take().is_empty(),
        "seed {seed}: reading again runs nothing"
    );
}

#[test]
fn a_graph_does_what_the_rules_say() {
    for seed in 1..=300 {
        scenario(seed);
    }
}
