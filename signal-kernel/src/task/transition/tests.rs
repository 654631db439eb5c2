//! The table with values as tags, so that rules about them can be checked: every event in every state that can be
//! reached, under every policy, and random lists of events.

mod before;
mod waits;

use crate::task::{
    state::{AsyncState, Change, Discarded, Step},
    status::{
        AsyncStatus::{self, Cancelled, Error, Idle, Pending, Streaming, Success},
        CancelReason, Interrupted, KeepPrevious, Policy,
    },
    transition::{self, Told},
};
use std::collections::{HashSet, VecDeque};

/// The kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Future,
    /// A stream of whole answers.
    Answers,
    /// A stream whose items make one value.
    Fold,
}

/// An event, as a task has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Event {
    Changed,
    Reload,
    /// An item in this poll; the run goes on.
    Item,
    /// `Ok` of a future; an item and then the end of a stream.
    Last,
    End,
    Failed,
    Cancel,
    Panicked,
    /// A panic in the middle of a fold.
    Torn,
    /// The input has changed, and no work can start.
    StartFailed,
    ReloadFailed,
    NoInput,
}

const EVENTS: [Event; 12] = [
    Event::Changed,
    Event::Reload,
    Event::Item,
    Event::Last,
    Event::End,
    Event::Failed,
    Event::Cancel,
    Event::Panicked,
    Event::Torn,
    Event::StartFailed,
    Event::ReloadFailed,
    Event::NoInput,
];

/// The origin of a value: the question that it answers, and the run that has made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Tag {
    question: u64,
    token: u64,
    items: u32,
    is_whole: bool,
}

/// The state, and the knowledge of the task around it.
#[derive(Clone, Debug)]
struct Model {
    kind: Kind,
    policy: Policy,
    state: AsyncState<Tag, Tag>,
    /// The number of the present question.
    question: u64,
    /// A run with the present question was started.
    started: bool,
    /// Items that the run has yielded.
    items: u32,
    /// The run that has started and has not ended, by the news.
    open: Option<u64>,
    ended: u64,
}

impl Model {
    fn new(kind: Kind, policy: Policy) -> Self {
        Model {
            kind,
            policy,
            state: AsyncState::default(),
            question: 0,
            started: false,
            items: 0,
            open: None,
            ended: 0,
        }
    }

    fn tag(&self, is_whole: bool) -> Tag {
        Tag {
            question: self.question,
            token: self.state.token(),
            items: self.items,
            is_whole,
        }
    }

    /// Grows the value in a poll. True if the value has changed.
    fn fold(&mut self) {
        self.items += 1;
        let tag = self.tag(false);
        if self.items == 1 {
            let _ = self.state.grow(tag);
        } else {
            *self.state.growing() = Some(tag);
        }
    }

    /// Carries out an event; `None` if it has no meaning for this kind of work.
    fn on(&mut self, event: Event) -> Option<Step<Tag, Tag>> {
        let is_open = matches!(self.state.status(), Pending | Streaming);
        let (policy, folds) = (self.policy, self.kind == Kind::Fold);
        Some(match event {
            Event::Changed | Event::Reload => {
                let again = event == Event::Reload && self.started;
                self.question += u64::from(event == Event::Changed);
                (self.started, self.items) = (true, 0);
                self.state.start(policy, again)
            }
            Event::Item if self.kind == Kind::Future => return None,
            Event::Item if folds => {
                if is_open {
                    self.fold();
                }
                let mut step = self.state.grown(policy);
                if is_open {
                    step.change = step.change.union(Change::GROWN);
                }
                step
            }
            Event::Item => {
                self.items += u32::from(is_open);
                self.state.answer(policy, self.tag(true), false)
            }
            Event::Last if folds => {
                if is_open {
                    self.fold();
                }
                self.state.end(policy)
            }
            Event::Last => {
                self.items += u32::from(is_open);
                self.state.succeed(policy, self.tag(true), false)
            }
            Event::End if self.kind == Kind::Future => return None,
            Event::End => {
                if folds && is_open && self.items == 0 {
                    let initial = self.tag(false);
                    let _ = self.state.grow(initial);
                }
                self.state.end(policy)
            }
            Event::Failed => self.state.fail(policy, self.tag(true)),
            Event::Cancel => self.state.cancel(policy, "enough".into()),
            Event::Panicked => self.state.panicked(policy),
            Event::Torn if !folds => return None,
            Event::Torn => {
                if is_open && self.items > 0 {
                    let _ = self.state.tear();
                }
                self.state.panicked(policy)
            }
            Event::StartFailed | Event::ReloadFailed => {
                let moved = event == Event::StartFailed;
                self.question += u64::from(moved);
                self.started = false;
                self.state.start_failed(policy, moved)
            }
            Event::NoInput => {
                self.started = false;
                self.question += 1;
                self.state.no_input(policy)
            }
        })
    }

    /// Keeps account of the runs: each begins with one start and ends in one way.
    fn hear(&mut self, told: Told, place: &str) {
        let token = self.state.token();
        let mut end = |open: &mut Option<u64>, token| {
            assert_eq!(open.take(), Some(token), "{place}");
            self.ended += 1;
        };
        match told {
            Told::Nothing => {}
            Told::Started { superseded } => {
                if superseded {
                    end(&mut self.open, token - 1);
                }
                assert_eq!(self.open.replace(token), None, "{place}");
            }
            Told::Superseded => {
                end(&mut self.open, token);
                assert_eq!(self.state.status(), Idle, "{place}");
            }
            Told::Ended => {
                end(&mut self.open, token);
                assert!(
                    matches!(self.state.status(), Success | Error | Cancelled),
                    "{place}"
                );
            }
        }
    }

    /// The state without absolute numbers, so that the reachable states are few.
    fn shape(&self) -> impl std::hash::Hash + Eq + use<> {
        let state = &self.state;
        let tag = |tag: &Tag| {
            let is_present = tag.question == self.question;
            (is_present, tag.token == state.token(), tag.is_whole)
        };
        (
            (state.status(), state.is_reloading(), state.is_current()),
            (state.value().map(tag), state.stable().map(tag)),
            (state.value() == state.stable(), self.items.min(2)),
            (state.last_failure().is_some(), state.failures().min(2)),
            (self.started, state.cancel_reason().cloned()),
            state.token() > 0,
        )
    }

    fn check(&self, place: &str) {
        let state = &self.state;
        let status = state.status();
        let is_open = matches!(status, Pending | Streaming);
        assert_eq!(self.open.is_some(), is_open, "{place}");
        assert_eq!(state.is_pending(), status == Pending, "{place}");
        assert_eq!(
            state.cancel_reason().is_some(),
            status == Cancelled,
            "{place}"
        );
        assert_eq!(state.error().is_some(), status == Error, "{place}");
        let failed = state.last_failure().is_some();
        assert_eq!(
            failed,
            state.failures() > 0,
            "each failure shown counts: {place}"
        );
        assert!(!state.is_reloading() || status == Pending, "{place}");
        assert!(!state.is_current() || state.value().is_some(), "{place}");
        assert!(
            state.stable().is_none() || state.value().is_some(),
            "{place}"
        );
        if status == Idle {
            assert!(state.value().is_none() && !failed, "{place}");
        }
        if status == Success {
            assert_eq!(state.value(), state.stable(), "{place}");
            assert!(!failed, "{place}");
        }
        if self.kind != Kind::Fold {
            assert_eq!(state.value(), state.stable(), "{place}");
        }
        if self.kind == Kind::Fold && is_open {
            let token = state.stable().map(|tag| tag.token);
            assert_ne!(token, Some(state.token()), "whole before its end: {place}");
        }
        if self.kind == Kind::Future {
            assert_ne!(status, Streaming, "{place}");
        }
        if status == Streaming {
            assert!(self.items > 0 && state.is_current(), "{place}");
        }
        if let (true, Some(value)) = (state.is_current(), state.value()) {
            assert_eq!(value.question, self.question, "{place}");
        }
    }

    /// The parts that differ between two states.
    fn difference(&self, before: &AsyncState<Tag, Tag>) -> Change {
        let after = &self.state;
        let parts = [
            (before.value() != after.value(), Change::VALUE),
            (before.stable() != after.stable(), Change::STABLE),
            (before.status() != after.status(), Change::STATUS),
            (
                before.error() != after.error()
                    || before.last_failure() != after.last_failure()
                    || before.failures() != after.failures(),
                Change::ERROR,
            ),
            (observed(before) != observed(after), Change::TRANSITION),
        ];
        let differ = parts.into_iter().filter(|(differs, _)| *differs);
        differ.fold(Change::NONE, |all, (_, part)| all.union(part))
    }
}

/// All that a reader can see.
fn observed(state: &AsyncState<Tag, Tag>) -> impl PartialEq + use<'_> {
    (
        (state.status(), state.token(), state.cancel_reason()),
        (state.value(), state.stable(), state.is_current()),
        (state.last_failure(), state.failures(), state.is_reloading()),
    )
}

fn interrupted() -> [Interrupted; 3] {
    [Interrupted::Rollback, Interrupted::Keep, Interrupted::Clear]
}

fn models() -> Vec<Model> {
    let mut models = Vec::new();
    for keep_previous in [
        KeepPrevious::Always,
        KeepPrevious::Reload,
        KeepPrevious::Never,
    ] {
        let plain = Policy::new(keep_previous, false);
        models.push(Model::new(Kind::Future, plain));
        models.push(Model::new(Kind::Answers, plain));
        for on_cancel in interrupted() {
            for on_error in interrupted() {
                let policy = plain.on_cancel(on_cancel).on_error(on_error);
                models.push(Model::new(Kind::Fold, policy));
            }
        }
    }
    models
}

/// Carries out the event and checks all that a reader may rely on. `None` if it has no meaning for this kind of work.
fn apply(before: &Model, event: Event) -> Option<Model> {
    let mut model = before.clone();
    let step = model.on(event)?;
    let place = format!("{event:?} in {before:?}\n{model:?}\n{step:?}");
    model.hear(step.told, &place);
    model.check(&place);
    let (was, is) = (&before.state, &model.state);

    let parts = Change::PARTS
        .into_iter()
        .filter(|&part| step.change.contains(part));
    let changed = parts.fold(Change::NONE, Change::union);
    let mut differs = model.difference(was);
    if is.value() == was.value() && step.change.contains(Change::GROWN) {
        differs = differs.union(Change::VALUE);
    }
    if event == Event::Last || event == Event::End || event == Event::Torn {
        // The poll has noted the change of the value.
        let noted = Change::VALUE.union(Change::TRANSITION);
        assert_eq!(changed.union(noted), differs.union(noted), "{place}");
    } else {
        assert_eq!(changed, differs, "{place}");
    }

    let token = was.token() + u64::from(matches!(event, Event::Changed | Event::Reload));
    assert_eq!(is.token(), token, "{place}");
    if event == Event::Reload {
        assert_eq!(
            is.failures(),
            if before.started { was.failures() } else { 0 },
            "{place}"
        );
        assert_eq!(is.is_reloading(), before.started, "{place}");
    }
    let keeps = before.policy.keep_previous == KeepPrevious::Always;
    if keeps && before.kind != Kind::Fold && event != Event::NoInput {
        assert!(was.value().is_none() || is.value().is_some(), "{place}");
    }
    if before.kind == Kind::Fold && step.told == Told::Ended {
        check_interruption(before, &model, event, &place);
    }
    Some(model)
}

/// The values of a fold after its end.
fn check_interruption(before: &Model, model: &Model, event: Event, place: &str) {
    let (was, is) = (&before.state, &model.state);
    let policy = match event {
        Event::Failed => before.policy.on_error,
        Event::Cancel | Event::Panicked | Event::Torn => before.policy.on_cancel,
        _ => return,
    };
    match policy {
        Interrupted::Rollback => assert_eq!(
            (is.value(), is.stable()),
            (was.stable(), was.stable()),
            "{place}"
        ),
        Interrupted::Keep if event != Event::Torn => {
            assert_eq!(
                (is.value(), is.stable()),
                (was.value(), was.stable()),
                "{place}"
            );
        }
        Interrupted::Keep => {
            assert_eq!(is.stable(), was.stable(), "{place}");
            let torn = is.value().filter(|tag| tag.token == is.token());
            assert_eq!(torn, None, "{place}");
        }
        Interrupted::Clear => assert_eq!((is.value(), is.stable()), (None, None), "{place}"),
    }
}

#[test]
fn every_event_in_every_state_under_every_policy() {
    let mut cells = 0;
    for model in models() {
        let mut seen = HashSet::from([model.shape()]);
        let mut queue = VecDeque::from([model]);
        while let Some(model) = queue.pop_front() {
            for event in EVENTS {
                let Some(next) = apply(&model, event) else {
                    continue;
                };
                cells += 1;
                if seen.insert(next.shape()) {
                    queue.push_back(next);
                }
            }
        }
    }
    assert!(cells > 10_000, "{cells}");
}

fn random(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed % 1_000_003).expect("it is small")
}

#[test]
fn random_lists_of_events_end_each_run_once() {
    let (models, mut seed) = (models(), 88_172_645_463_325_252);
    for _ in 0..5_000 {
        let mut model = models[random(&mut seed) % models.len()].clone();
        for _ in 0..40 {
            let event = EVENTS[random(&mut seed) % EVENTS.len()];
            model = apply(&model, event).unwrap_or(model);
        }
        model = apply(&model, Event::Cancel).expect("a cancel has a meaning for all work");
        assert_eq!(model.ended, model.state.token(), "{model:?}");
    }
}

#[test]
fn a_late_event_changes_nothing() {
    for model in models() {
        for ending in [Event::Last, Event::Failed, Event::Cancel, Event::NoInput] {
            let started = apply(&model, Event::Changed).expect("it is started");
            let over = apply(&started, ending).expect("it has ended");
            for event in [
                Event::Item,
                Event::Last,
                Event::End,
                Event::Failed,
                Event::Cancel,
                Event::Panicked,
            ] {
                if let Some(after) = apply(&over, event) {
                    assert_eq!(after.state, over.state, "{event:?} after {ending:?}");
                }
            }
        }
    }
}

/// The view of a reader on a fold, in one line.
fn seen(model: &Model) -> String {
    let state = &model.state;
    let items = |tag: Option<&Tag>| {
        tag.map_or("-".to_owned(), |tag| format!("{}#{}", tag.items, tag.token))
    };
    let (value, stable) = (items(state.value()), items(state.stable()));
    format!("{} {value} {stable}", state.status())
}

#[test]
fn a_fold_in_the_order_of_events() {
    let keep = Policy::new(KeepPrevious::Always, false).on_cancel(Interrupted::Keep);
    let mut model = Model::new(Kind::Fold, keep);
    for (event, expected) in [
        (Event::Changed, "pending - -"),
        (Event::Item, "streaming 1#1 -"),
        (Event::Item, "streaming 2#1 -"),
        (Event::End, "success 2#1 2#1"),
        (Event::Changed, "pending 2#1 2#1"),
        (Event::Item, "streaming 1#2 2#1"),
        (Event::Cancel, "cancelled 1#2 2#1"),
        (Event::Reload, "pending 1#2 2#1"),
        (Event::Item, "streaming 1#3 2#1"),
        (Event::Failed, "error 2#1 2#1"),
        (Event::Reload, "pending 2#1 2#1"),
        (Event::End, "success 0#4 0#4"),
        (Event::NoInput, "idle - -"),
    ] {
        model = apply(&model, event).expect("it has a meaning");
        assert_eq!(seen(&model), expected, "{event:?}");
    }
}

/// Without streams and attributes, each transition is that of the table before, but for the failure, which stays through
/// a reload.
#[test]
fn a_future_is_the_machine_of_before() {
    for status in [Idle, Pending, Success, Error, Cancelled] {
        for keep_previous in [
            KeepPrevious::Always,
            KeepPrevious::Reload,
            KeepPrevious::Never,
        ] {
            for again in [false, true] {
                for same in [false, true] {
                    compare(status, keep_previous, again, same);
                }
            }
        }
    }
}

fn compare(from: AsyncStatus, keep_previous: KeepPrevious, again: bool, same: bool) {
    use transition::{Event as New, Values};
    let policy = Policy::new(keep_previous, false);
    let started = before::Event::Started {
        keep_previous,
        again,
    };
    let pairs = [
        (
            started,
            New::Started {
                again,
                waits: false,
            },
        ),
        (before::Event::Succeeded { same }, New::Succeeded { same }),
        (before::Event::Failed, New::Failed),
        (
            before::Event::Cancelled(CancelReason::Reloaded),
            New::Cancelled(CancelReason::Reloaded),
        ),
        (before::Event::Panicked, New::Panicked),
        (before::Event::StartFailed, New::StartFailed { moved: true }),
        (before::Event::NoInput, New::NoInput),
    ];
    for (old, new) in pairs {
        let place = format!("{new:?} in {from:?}");
        let (old, new) = (before::step(from, old), transition::step(policy, from, new));
        let (Some(old), Some(new)) = (&old, &new) else {
            assert!(old.is_none() && new.is_none(), "{place}");
            continue;
        };
        let values = match new.values {
            Values::Keep | Values::Rollback | Values::Complete => before::Part::Keep,
            Values::Clear => before::Part::Clear,
            Values::Replace => before::Part::Replace,
        };
        let error = match new.failure {
            transition::Part::Replace => before::Part::Replace,
            transition::Part::TimedOut(_) => unreachable!("there was no such event"),
            transition::Part::Keep | transition::Part::Clear => before::Part::Clear,
        };
        assert_eq!(
            (new.to, values, error),
            (old.to, old.value, old.error),
            "{place}"
        );
        assert_eq!(
            (&new.reason, new.next_token),
            (&old.reason, old.next_token),
            "{place}"
        );
        assert_eq!(
            (new.reloading, new.answers),
            (old.reloading, old.answers),
            "{place}"
        );
    }
}

#[test]
fn an_answer_before_an_error_resets_the_failures() {
    let mut model = Model::new(Kind::Answers, Policy::new(KeepPrevious::Always, false));
    let mut failures = Vec::new();
    for event in [
        Event::Changed,
        Event::Failed,
        Event::Reload,
        Event::Failed,
        Event::Reload,
        Event::Item,
        Event::Failed,
    ] {
        model = apply(&model, event).expect("it has a meaning");
        failures.push(model.state.failures());
    }
    assert_eq!(failures, [0, 1, 1, 2, 2, 0, 1]);
}

#[test]
fn the_discarded_values_are_those_that_went() {
    let mut model = Model::new(Kind::Fold, Policy::new(KeepPrevious::Never, false));
    for event in [Event::Changed, Event::Last, Event::Changed, Event::Item] {
        let _ = model.on(event);
    }
    let step = model.on(Event::Failed).expect("it has a meaning");
    let items = |gone: Discarded<Tag, Tag>| gone.value.map(|tag| tag.items);
    assert_eq!(items(step.discarded), Some(1));
}
