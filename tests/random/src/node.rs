//! Nodes of a program: bodies, futures and hooks whose every call is a callback.
//!
//! Must not know: what is right.

use crate::{
    declared::Declared,
    program::{Make, Part, Recipe, Rule, Slot, Source, Work},
    value::{V, never, parity},
    world::{
        Alive, Around, Entry, Event, Handle, Kind, Outcome, Record, World, callback, destructor,
        world,
    },
};
use signal_kernel::{
    AsyncEvent, FromFutureOptions, ResourceOptions, Shared, computed, computed_with, create_effect,
    create_manual_resource_with, create_resource_when_with, from_future_with, scope, signal,
    signal_with,
};
use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    rc::Rc,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Context, Poll},
};

/// Makes a node.
pub(crate) fn make(world: &Rc<World>, slot: Slot, how: &Make) -> Entry {
    let record = |kind: Kind, rule: Rule, recipe: Option<Recipe>| {
        let record = Rc::new(Record {
            rule,
            recipe,
            ..Record::new(world, slot, kind)
        });
        world.records.borrow_mut().push(record.clone());
        record
    };
    let value = |n: i64, tag: usize| world.value(n, tag);
    let (record, handle) = match how {
        &Make::Signal(rule, n, tag) => {
            let record = Rc::new(Record {
                rule,
                ..Record::new(world, slot, Kind::Signal)
            });
            let handle = match rule {
                Rule::Plain => Handle::Number(signal(n)),
                Rule::Value => Handle::Value(signal(value(n, tag))),
                Rule::Parity => Handle::Value(signal_with(value(n, tag), parity)),
                Rule::Never => Handle::Value(signal_with(value(n, tag), never)),
            };
            (record, handle)
        }
        &Make::Computed(rule, recipe, script, tag) => {
            let record = record(Kind::Computed, rule, Some(recipe));
            let alive = Alive(record.clone());
            let number = move || body(&alive.0, recipe, script);
            let handle = if rule == Rule::Plain {
                Handle::ComputedNumber(computed(number))
            } else {
                let counts = world.counts.clone();
                let value = move || V::new(number(), tag, &counts);
                Handle::ComputedValue(match rule {
                    Rule::Parity => computed_with(value, parity),
                    Rule::Never => computed_with(value, never),
                    _ => computed(value),
                })
            };
            (record, handle)
        }
        &Make::Effect(recipe, script) => {
            let record = record(Kind::Effect, Rule::Plain, Some(recipe));
            let alive = Alive(record.clone());
            record.orphan.set(true);
            let effect = create_effect(move || {
                body(&alive.0, recipe, script);
            });
            record.orphan.set(false);
            (record, Handle::Effect(effect))
        }
        &Make::Resource(recipe, work, script) => {
            let record = record(Kind::Resource, Rule::Plain, None);
            let source = Rc::new(Record {
                recipe: Some(recipe),
                ..Record::new(world, slot, Kind::Source)
            });
            record.source.replace(Some(source.clone()));
            let (alive, counts) = (Alive(record.clone()), world.counts.clone());
            let options = hooks!(ResourceOptions::new(), record, work);
            let (value, meta) = create_resource_when_with(
                move || {
                    let n = body(&source, recipe, script);
                    (n != 6).then(|| V::new(n, work.tag, &counts))
                },
                move |input: V| fetch(&alive.0, work, input.into_number()),
                options,
            );
            (record, Handle::Pair(value, meta))
        }
        &Make::Future(work) => {
            let record = record(Kind::Resource, Rule::Plain, None);
            let alive = Alive(record.clone());
            let options = hooks!(FromFutureOptions::new(), record, work);
            let whole = from_future_with(move || fetch(&alive.0, work, 1), options);
            (record, Handle::Future(whole))
        }
        &Make::Manual(work) => {
            let record = record(Kind::Resource, Rule::Plain, None);
            let alive = Alive(record.clone());
            let options = hooks!(ResourceOptions::new(), record, work);
            let whole = create_manual_resource_with(
                move |input: V| fetch(&alive.0, work, input.into_number()),
                options,
            );
            (record, Handle::Manual(whole))
        }
        Make::Scope(acts) => {
            let record = Rc::new(Record::new(world, slot, Kind::Other));
            let mut around = world.around.borrow().clone();
            around.owned = true;
            around.inside = true;
            let inside = world.enter(around);
            let ((), owner) = scope(|| {
                for act in acts {
                    world.act(act);
                }
            });
            drop(inside);
            (record, Handle::Scope(Rc::new(owner)))
        }
        Make::Declared { shared, script } => {
            let record = Rc::new(Record::new(world, slot, Kind::Other));
            let graph = Declared::make(world, *script);
            let handle = match shared {
                true => Handle::Shared(Shared::new(graph)),
                false => Handle::Owned(Rc::new(RefCell::new(Some(graph)))),
            };
            (record, handle)
        }
    };
    Entry {
        uid: record.uid,
        handle,
        record,
    }
}

macro_rules! hooks {
    ($options:expr, $record:expr, $work:expr) => {{
        let (work, hook) = ($work, $work.hook);
        let [one, two, three, four] = [(); 4].map(|()| $record.clone());
        $options
            .eager(work.eager)
            .keep_previous_value_on_pending(work.keep)
            .on_success(move |_: &V| hooked(&one, 0, hook))
            .on_error(move |_: &V| hooked(&two, 1, hook))
            .on_cancel(move |_| hooked(&three, 2, hook))
            .on_event(move |event| {
                four.events.borrow_mut().push(match event {
                    AsyncEvent::Start { token } => Event::Start(*token),
                    AsyncEvent::Success { token } => Event::Success(*token),
                    AsyncEvent::Error { token } => Event::Error(*token),
                    AsyncEvent::Cancelled { token, .. } => Event::Cancelled(*token),
                    AsyncEvent::Superseded { token, .. } => Event::Superseded(*token),
                    _ => return,
                });
                callback(hook);
            })
    }};
}
use hooks;

fn hooked(record: &Record, index: usize, script: usize) {
    record.hooks[index].set(record.hooks[index].get() + 1);
    callback(script);
}

/// The body of a computed value, an effect or a source.
pub(crate) fn body(record: &Rc<Record>, recipe: Recipe, script: usize) -> i64 {
    let Some(world) = world() else {
        return 0;
    };
    if record.running.replace(true) {
        world.complain(|| format!("{} runs inside of itself", record.name()));
    }
    let computing = record.kind != Kind::Effect;
    let before = world.around.borrow().clone();
    let level = match record.kind {
        Kind::Effect => Slot::MAX,
        _ => record.slot,
    };
    let inside = world.enter(Around {
        level: level.min(before.level),
        body: Some(record.clone()),
        outer: Some(record.clone()),
        owned: true,
        computing: computing || before.computing,
        inside: true,
        updating: Vec::new(),
    });
    let run = Run::begin(record, &world);
    world.tell(|| format!("{} runs", record.name()));
    let early = world.settings.early;
    let tick = || {
        if world.settings.panics {
            world.tick();
        }
        if recipe.script_first {
            world.perform(script);
        }
    };
    if early {
        tick();
    }
    let first = world.read(recipe.first);
    if !early {
        tick();
    }
    let second = match first % 2 != 0 {
        true => world.read(recipe.odd),
        false => world.read(recipe.even),
    };
    if world.settings.parts {
        world.read_parts(recipe.odd.slot);
    }
    if !recipe.script_first {
        world.perform(script);
    }
    let result = (first + second) % 7;
    world.tell(|| format!("{} has run: {first} + {second}", record.name()));
    record.result.set(result);
    run.ends_well();
    drop(inside);
    result
}

/// One run of a body. If it panics, the reads of the run before count as well.
struct Run<'a> {
    record: &'a Record,
    before: Vec<crate::world::Seen>,
    ends_well: bool,
}

impl<'a> Run<'a> {
    fn begin(record: &'a Rc<Record>, world: &World) -> Self {
        record.has_run.set(true);
        record.runs.set(record.runs.get() + 1);
        if record.kind == Kind::Effect {
            world.ran.borrow_mut().push(record.clone());
        }
        Run {
            record,
            before: record.reads.take(),
            ends_well: false,
        }
    }

    fn ends_well(mut self) {
        self.ends_well = true;
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.record.running.set(false);
        self.record.last_ok.set(self.ends_well);
        let mut older = self.record.older.borrow_mut();
        if self.ends_well {
            older.clear();
        } else {
            older.append(&mut self.before);
        }
    }
}

/// The input of a run, answered by a future: `Ok` with the input, or `Err` with it.
fn fetch(record: &Rc<Record>, work: Work, input: i64) -> Fetch {
    if let Some(world) = world() {
        if record.futures.get() != 0 {
            world.complain(|| format!("{} starts beside its outdated work", record.name()));
        }
        world.counts.futures.fetch_add(1, SeqCst);
        record.futures.set(record.futures.get() + 1);
        record.input.set(input);
        world.tell(|| format!("{} is asked {input}", record.name()));
        let fetch = Fetch {
            record: record.clone(),
            counts: world.counts.clone(),
            work,
            input,
            left: work.polls,
        };
        let mut around = world.around.borrow().clone();
        around.owned = true;
        around.body = None;
        around.inside = true;
        let inside = world.enter(around);
        if world.settings.panics {
            world.tick();
        }
        world.perform(work.fetch);
        drop(inside);
        return fetch;
    }
    unreachable!("nothing is fetched when a program has ended")
}

pub(crate) struct Fetch {
    record: Rc<Record>,
    counts: Arc<crate::world::Counts>,
    work: Work,
    input: i64,
    left: usize,
}

impl Future for Fetch {
    type Output = Result<V, V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<V, V>> {
        callback(self.work.poll);
        if self.left == 0 {
            let answer = V::new(self.input, self.work.tag, &self.counts);
            return Poll::Ready(if self.input % 4 == 3 {
                Err(answer)
            } else {
                Ok(answer)
            });
        }
        self.left -= 1;
        if self.work.wakes_itself {
            context.waker().wake_by_ref();
        } else if let Some(world) = world() {
            world.wakers.borrow_mut().push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.counts.futures.fetch_sub(1, SeqCst);
        self.record.futures.set(self.record.futures.get() - 1);
        destructor(self.work.end);
    }
}

/// The whole value of a node.
pub(crate) fn value_of(slot: Slot) -> Source {
    Source {
        slot,
        part: Part::Value,
        fallible: false,
    }
}

impl Outcome {
    pub(crate) fn number(self) -> i64 {
        match self {
            Outcome::Value(value) => value.rem_euclid(7),
            Outcome::Refused => 6,
            Outcome::Gone | Outcome::Unseen | Outcome::Loose => 0,
        }
    }
}
