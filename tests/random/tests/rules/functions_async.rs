//! Random histories of dynamic resources against a model of a few lines that knows the state machine and
//! nothing else (R5-R7, R9).
//!
//! Invariants: a seed decides everything; after every step each resource is what the model says, its effects
//! have seen each transition of their parts once, work is in flight exactly while it is pending, and the graph
//! holds its invariants.
//!
//! Must not know: executors; how a resource comes to its state.

use signal_kernel::{
    __private::check_dynamic, AsyncEvent, AsyncMeta, AsyncValue, Computed, ResourceOptions, Scope,
    Signal, batch, computed, create_effect, create_resource_when_with, scope, signal, transaction,
};
use signal_kernel_tests::random::Random;
use signal_kernel_tests::{
    describe,
    gate::Gates,
    log::Log,
    panics::panic_of,
    resources::{gates, opens, poll},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// Numbers that only depend on the seed (a linear congruence; its high bits are good enough).
struct Dice(Random);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn id(&mut self) -> Option<u32> {
        [None, Some(1), Some(2), Some(3)][self.below(4)]
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Idle,
    Pending { again: bool },
    Success,
    Error(usize),
    Cancelled(&'static str),
}

/// A request for the end of a batch.
#[derive(Clone, Copy)]
enum Request {
    Reload,
    Cancel(&'static str),
}

/// One resource as it must be.
#[derive(Clone)]
struct Model {
    keep: bool,
    status: Status,
    token: usize,
    value: Option<u32>,
    /// The input that was asked with last.
    asked: Option<u32>,
    /// Its source when it acted last; the outer `None` before it has.
    source: Option<Option<u32>>,
    request: Option<Request>,
    /// The result of the newest run when it is polled.
    result: Option<Result<u32, ()>>,
    seen: Vec<String>,
    /// For each of `PAIRS`, in the order of events.
    pairs: [Vec<String>; 3],
    /// A new value, or none instead of the old one, since the last settle.
    new_value: bool,
    /// The last run that has failed; a reload does not end it.
    failure: Option<usize>,
    ends: BTreeMap<usize, Vec<&'static str>>,
}

/// Parts that one body reads, in the order of reading.
const PAIRS: [[char; 2]; 3] = [['s', 'v'], ['v', 'e'], ['e', 's']];

impl Model {
    /// A part as an effect logs it.
    fn part(&self, part: char) -> String {
        match (part, self.status) {
            ('s', Status::Idle) => "idle".to_owned(),
            ('s', Status::Pending { .. }) => "pending".to_owned(),
            ('s', Status::Success) => "success".to_owned(),
            ('s', Status::Error(_)) => "error".to_owned(),
            ('s', Status::Cancelled(_)) => "cancelled".to_owned(),
            ('v', _) => format!("{:?}", self.value),
            _ => format!("{:?}", self.error()),
        }
    }

    fn pair(&self, index: usize) -> String {
        PAIRS[index].map(|part| self.part(part)).join(" ")
    }

    fn error(&self) -> Option<String> {
        match self.status {
            Status::Error(run) => Some(format!("no {run}")),
            _ => None,
        }
    }

    fn line(&self) -> String {
        let value = self
            .value
            .map_or(String::new(), |value| format!(" value={value}"));
        let token = self.token;
        match self.status {
            Status::Idle => format!("idle #{token}{value}"),
            Status::Pending { again: false } => format!("pending #{token}{value}"),
            Status::Pending { again: true } => format!("pending #{token} again{value}"),
            Status::Success => format!("success #{token}{value}"),
            Status::Error(run) => format!("error #{token}{value} error=no {run}"),
            Status::Cancelled(reason) => format!("cancelled #{token}{value} reason={reason}"),
        }
    }

    fn is_pending(&self) -> bool {
        matches!(self.status, Status::Pending { .. })
    }

    fn end(&mut self, what: &'static str) {
        self.ends.entry(self.token).or_default().push(what);
    }

    /// The end of a batch, or of a poll.
    fn settle(&mut self, source: Option<u32>, polled: bool) {
        let before = self.line();
        let parts = ['s', 'v', 'e'].map(|part| self.part(part));
        let failure = self.failure;
        self.new_value = false;
        let moved = self.source.replace(source) != Some(source);
        let request = self.request.take();
        if moved || matches!(request, Some(Request::Reload)) {
            if self.is_pending() {
                self.end("superseded");
            }
            self.result = None;
            match source {
                None => (self.status, self.value, self.failure) = (Status::Idle, None, None),
                Some(_) => {
                    let again = !moved && self.asked.is_some();
                    self.failure = self.failure.filter(|_| again);
                    self.token += 1;
                    self.status = Status::Pending { again };
                    if !self.keep {
                        self.value = None;
                    }
                    self.end("start");
                }
            }
            self.asked = source;
        } else if polled {
            self.commit();
        }
        match request {
            Some(Request::Cancel(reason)) if self.is_pending() => {
                self.status = Status::Cancelled(reason);
                self.end("cancelled");
                self.result = None;
            }
            _ => {}
        }
        let line = self.line();
        if line != before {
            self.seen.push(line);
        }
        let is_new = |part| match part {
            's' => self.part('s') != parts[0],
            'v' => self.part('v') != parts[1] || self.new_value,
            _ => self.part('e') != parts[2] || self.failure != failure,
        };
        let moved = PAIRS.map(|pair| pair.into_iter().any(is_new));
        for index in (0..PAIRS.len()).filter(|&index| moved[index]) {
            let line = self.pair(index);
            self.pairs[index].push(line);
        }
    }

    fn commit(&mut self) {
        match self.result.take() {
            Some(Ok(value)) => {
                (self.status, self.value) = (Status::Success, Some(value));
                self.new_value = true;
                self.failure = None;
                self.end("success");
            }
            Some(Err(())) => {
                self.status = Status::Error(self.token);
                self.failure = Some(self.token);
                self.end("error");
            }
            None => {}
        }
    }
}

type Source = Rc<dyn Fn() -> Option<u32>>;

/// One resource as it is.
struct Real {
    value: AsyncValue<u32>,
    meta: AsyncMeta<String>,
    gates: Gates,
    seen: Log,
    pairs: [Log; 3],
    ends: Rc<RefCell<BTreeMap<usize, Vec<&'static str>>>>,
    model: Model,
    owner: Option<Scope>,
}

impl Real {
    fn new(source: &Source, keep: bool, eager: bool) -> Real {
        let (log, seen) = (Log::new(), Log::new());
        let gates = gates("work", &log);
        let ends = Rc::<RefCell<BTreeMap<usize, Vec<&'static str>>>>::default();
        let events = ends.clone();
        let options = ResourceOptions::new()
            .eager(eager)
            .keep_previous_value_on_pending(keep)
            .on_event(move |event| {
                let (token, what) = match event {
                    AsyncEvent::Start { token } => (token, "start"),
                    AsyncEvent::Success { token } => (token, "success"),
                    AsyncEvent::Error { token } => (token, "error"),
                    AsyncEvent::Cancelled { token, .. } => (token, "cancelled"),
                    AsyncEvent::Superseded { token, .. } => (token, "superseded"),
                    other => panic!("{other:?}"),
                };
                events
                    .borrow_mut()
                    .entry(*token as usize)
                    .or_default()
                    .push(what);
            });
        let mut model = Model {
            keep,
            status: Status::Idle,
            token: 0,
            value: None,
            asked: None,
            source: None,
            request: None,
            result: None,
            seen: Vec::new(),
            pairs: Default::default(),
            new_value: false,
            failure: None,
            ends: BTreeMap::new(),
        };
        if eager {
            model.settle(source(), false);
        } else {
            model.source = Some(source());
        }
        model.seen = vec![model.line()];
        model.pairs = [0, 1, 2].map(|index| vec![model.pair(index)]);
        let pairs = <[Log; 3]>::default();
        let ((value, meta), owner) = scope(|| {
            let source = source.clone();
            let (value, meta) = create_resource_when_with(move || source(), opens(&gates), options);
            let seen = seen.clone();
            create_effect(move || seen.push(describe!(value, meta)));
            for (log, pair) in pairs.clone().into_iter().zip(PAIRS) {
                let read = move |part| match part {
                    's' => meta.status().to_string(),
                    'v' => format!("{:?}", value.get()),
                    _ => format!("{:?}", meta.error()),
                };
                create_effect(move || log.push(pair.map(read).join(" ")));
            }
            (value, meta)
        });
        Real {
            value,
            meta,
            gates,
            seen,
            pairs,
            ends,
            model,
            owner: Some(owner),
        }
    }

    /// Events from before do not count.
    fn dispose(&mut self) {
        self.seen.clear();
        self.pairs.iter().for_each(Log::clear);
        self.model.result = None;
        self.owner = None;
    }

    fn check(&mut self, place: &str) {
        let Real {
            value,
            meta,
            gates,
            model,
            ..
        } = self;
        if self.owner.is_none() {
            assert!(
                value.try_get().is_err() && meta.try_status().is_err(),
                "{place}"
            );
            assert!(gates.all_dropped_once(), "{place}");
            assert_eq!(self.seen.take(), [""; 0], "{place}");
            return;
        }
        assert_eq!(describe!(*value, *meta), model.line(), "{place}");
        assert_eq!(self.seen.take(), std::mem::take(&mut model.seen), "{place}");
        for (log, expected) in self.pairs.iter().zip(&mut model.pairs) {
            assert_eq!(log.take(), std::mem::take(expected), "{place}");
        }
        assert_eq!(gates.alive(), usize::from(model.is_pending()), "{place}");
        assert_eq!(gates.created(), model.token, "{place}");
        assert_eq!(*self.ends.borrow(), model.ends, "{place}");
        if let Some(asked) = model.asked {
            assert_eq!(gates.input(model.token), asked.to_string(), "{place}");
        }
    }
}

struct World {
    signals: [Signal<Option<u32>>; 2],
    /// Two signals, the value of the first resource, and whether it has an error.
    sources: [Source; 4],
    reals: Vec<Real>,
    /// Has seen, of the first resource, whether it has an error, with the status of the last.
    across: Log,
    /// It must have seen this last.
    last: String,
}

impl World {
    /// Steps that are possible anywhere.
    fn write(&mut self, dice: &mut Dice) {
        let index = dice.below(self.reals.len());
        let real = &mut self.reals[index];
        match dice.below(6) {
            0..3 => self.signals[index % 2].set(dice.id()),
            _ if real.owner.is_none() => {}
            3 => {
                real.model.request = Some(Request::Reload);
                real.meta.reload();
            }
            _ => {
                let reason = ["enough", "later"][dice.below(2)];
                real.model.request = Some(Request::Cancel(reason));
                real.meta.cancel(reason);
            }
        }
    }

    /// A transaction that may fail.
    fn attempt(&mut self, dice: &mut Dice) {
        let before = self.signals.map(|signal| signal.get());
        let fails = dice.below(2) == 0;
        let requests: Vec<_> = self.reals.iter().map(|real| real.model.request).collect();
        let _ = transaction(|| {
            for _ in 0..dice.below(4) {
                self.write(dice);
            }
            if fails { Err(()) } else { Ok(()) }
        });
        if fails {
            for (real, request) in self.reals.iter_mut().zip(requests) {
                real.model.request = request;
            }
        }
        assert!(!fails || self.signals.map(|signal| signal.get()) == before);
    }

    /// Dependencies first.
    fn settle(&mut self, polled: bool) {
        for index in 0..self.reals.len() {
            let source = match index {
                2 => self.reals[0].model.value,
                3 => Some(u32::from(self.reals[0].model.error().is_some())),
                index => self.signals[index].get(),
            };
            if self.reals[index].owner.is_some() {
                self.reals[index].model.settle(source, polled);
            }
        }
    }

    /// An effect over two resources sees both before a transition or both after it.
    fn check_across(&mut self, place: &str) {
        let (first, last) = (&self.reals[0].model, &self.reals[3].model);
        let now = format!("{} {}", first.error().is_some(), last.part('s'));
        let mut expected = Vec::new();
        if now != self.last {
            expected.push(now.clone());
            self.last = now;
        }
        assert_eq!(self.across.take(), expected, "{place}");
    }

    fn lines(&self) -> Vec<String> {
        let alive = self.reals.iter().filter(|real| real.owner.is_some());
        alive.map(|real| describe!(real.value, real.meta)).collect()
    }

    fn step(&mut self, dice: &mut Dice) {
        match dice.below(12) {
            0..3 => self.write(dice),
            3 | 4 => batch(|| {
                let before = self.lines();
                for _ in 0..dice.below(6) {
                    if dice.below(4) == 0 {
                        self.attempt(dice);
                    } else {
                        self.write(dice);
                    }
                    assert_eq!(self.lines(), before, "inside a batch nothing happens");
                }
            }),
            5 => self.attempt(dice),
            6..9 => {
                let index = dice.below(self.reals.len());
                let real = &mut self.reals[index];
                let created = real.gates.created();
                if created == 0 {
                    return;
                }
                let number = match dice.below(3) {
                    0 => dice.below(created) + 1,
                    _ => created,
                };
                let result = match dice.below(4) {
                    0 => Err(()),
                    _ => Ok(dice.below(4) as u32),
                };
                match result {
                    Ok(value) => real.gates.ok(number, value),
                    Err(()) => real.gates.err(number, format!("no {number}")),
                }
                if number == created && real.model.is_pending() && real.owner.is_some() {
                    real.model.result = Some(result);
                }
            }
            9 | 10 => {
                let done = self.reals.iter().any(|real| real.model.result.is_some());
                assert_eq!(poll().is_ready(), done);
                return self.settle(true);
            }
            _ => {
                let index = dice.below(2) + 1; // the first one is a source
                if dice.below(4) == 0 {
                    self.reals[index].dispose();
                } else if self.reals[index].owner.is_none() {
                    let (keep, eager) = (dice.below(2) == 0, dice.below(3) > 0);
                    self.reals[index] = Real::new(&self.sources[index], keep, eager);
                }
            }
        }
        self.settle(false);
    }
}

fn see_across(log: &Log, failed: Computed<bool>, meta: AsyncMeta<String>) {
    let log = log.clone();
    create_effect(move || log.push(format!("{} {}", failed.get(), meta.status())));
}

fn history(seed: u64) {
    let mut dice = Dice(Random::new(seed));
    let (signals, inputs) = scope(|| [signal(dice.id()), signal(dice.id())]);
    let [one, two] = signals.map(|signal| Rc::new(move || signal.get()) as Source);
    let first = Real::new(&one, seed % 2 == 0, true);
    let value = first.value;
    let third: Source = Rc::new(move || value.get());
    let second = Real::new(&two, seed % 3 == 0, true);
    let meta = first.meta;
    let (failed, outer) = scope(|| computed(move || meta.error().is_some()));
    let fourth: Source = Rc::new(move || Some(u32::from(failed.get())));
    let reals = vec![
        first,
        second,
        Real::new(&third, true, seed % 5 > 0),
        Real::new(&fourth, true, true),
    ];
    let across = Log::new();
    let ((), inner) = scope(|| see_across(&across, failed, reals[3].meta));
    let mut world = World {
        signals,
        sources: [one, two, third, fourth],
        reals,
        across,
        last: String::new(),
    };
    for step in 0..=60 {
        let place = format!("seed {seed} step {step}");
        assert_eq!(check_dynamic(), Ok(()), "{place}");
        world.check_across(&place);
        for (index, real) in world.reals.iter_mut().enumerate() {
            real.check(&format!("{place} resource {index}"));
        }
        world.step(&mut dice);
    }
    drop(inner);
    for real in world.reals.iter_mut().rev() {
        real.owner = None;
        assert_eq!(check_dynamic(), Ok(()), "seed {seed}");
        assert!(real.gates.all_dropped_once(), "seed {seed}");
    }
    drop((outer, inputs));
}

#[test]
fn random_histories_leave_each_resource_as_the_model_says() {
    let histories = if cfg!(debug_assertions) { 250 } else { 10_000 };
    for seed in 0..histories {
        history(seed);
    }
}

#[test]
fn a_model_that_is_wrong_is_noticed() {
    let source: Source = Rc::new(|| Some(1));
    let mut real = Real::new(&source, true, true);
    real.check("at first");
    real.model.value = Some(1);
    assert!(panic_of(|| real.check("then")).contains("then"));
}
