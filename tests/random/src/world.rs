//! The state of a running program: its slots, its budget, and a record of each node.
//!
//! Invariants: no borrow of a cell lives across a call of the kernel; callbacks perform acts only while there is
//! fuel, so every step ends; a callback that runs in an unwinding thread lets no panic out.
//!
//! Must not know: what is right.

use crate::{
    declared::Declared,
    program::{Act, Part, Program, Recipe, Rule, Script, Settings, Slot, Source},
    value::V,
};
use signal_kernel::__private::check_dynamic;
use signal_kernel::{
    AsyncMeta, AsyncSignal, AsyncStatus, AsyncValue, Computed, Effect, Scope, Shared, Signal,
};
use signal_kernel_tests::panics;
use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    task::{Wake, Waker},
    thread,
};

/// Counted for the report, and for the check that nothing is left at the end.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) values: AtomicI64,
    pub(crate) futures: AtomicI64,
    pub(crate) callbacks: AtomicU64,
    pub(crate) acts: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) refusals: AtomicU64,
    /// Panics of destructors. rustc forgets the result of a function if a local's destructor panics.
    pub(crate) drop_panics: AtomicU64,
}

/// The waker of the main program.
#[derive(Debug, Default)]
pub(crate) struct Bell(AtomicU64);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// The payload of a panic that the program asked for.
pub(crate) struct Fuse;

#[derive(Clone)]
pub(crate) enum Handle {
    Number(Signal<i64>),
    Value(Signal<V>),
    ComputedNumber(Computed<i64>),
    ComputedValue(Computed<V>),
    Effect(Effect),
    Pair(AsyncValue<V>, AsyncMeta<V>),
    Future(AsyncSignal<V, V>),
    Manual(AsyncSignal<V, V, V>),
    Scope(Rc<Scope>),
    Shared(Shared<Declared>),
    /// Taken out while it is used.
    Owned(Rc<RefCell<Option<Declared>>>),
}

#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) uid: u64,
    pub(crate) handle: Handle,
    pub(crate) record: Rc<Record>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Signal,
    Computed,
    Effect,
    Source,
    Resource,
    Other,
}

/// The outcome of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value(i64),
    /// Failed, or in use.
    Refused,
    /// Disposed of, or never there.
    Gone,
    /// The read has panicked: a clone has, or the value is failed.
    Unseen,
    /// Read by a callback, or untracked: perhaps in the name of the body that runs.
    Loose,
}

/// A tracked read of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) source: Source,
    pub(crate) uid: u64,
    pub(crate) outcome: Outcome,
}

/// A program knows this of one of its nodes.
pub(crate) struct Record {
    pub(crate) uid: u64,
    pub(crate) slot: Slot,
    pub(crate) kind: Kind,
    pub(crate) rule: Rule,
    pub(crate) recipe: Option<Recipe>,
    /// The body is alive.
    pub(crate) alive: Cell<bool>,
    /// The call that made it has panicked.
    pub(crate) orphan: Cell<bool>,
    pub(crate) running: Cell<bool>,
    /// The reads of the last run.
    pub(crate) reads: RefCell<Vec<Seen>>,
    /// Those of the runs before, if the last ones have panicked.
    pub(crate) older: RefCell<Vec<Seen>>,
    /// The nodes that the last runs have read. Values of one of them may be put back after a batch.
    pub(crate) recent: RefCell<VecDeque<(Slot, u64)>>,
    pub(crate) has_run: Cell<bool>,
    pub(crate) last_ok: Cell<bool>,
    /// Runs in this step.
    pub(crate) runs: Cell<u32>,
    /// Made in this step.
    pub(crate) new: Cell<bool>,
    /// The result of the body, before `Rule` was asked.
    pub(crate) result: Cell<i64>,
    /// Resources: the source, and the life of the work.
    pub(crate) source: RefCell<Option<Rc<Record>>>,
    pub(crate) futures: Cell<i64>,
    /// The input of the last run.
    pub(crate) input: Cell<i64>,
    pub(crate) events: RefCell<Vec<Event>>,
    pub(crate) hooks: [Cell<u64>; 3],
}

/// The part of an `AsyncEvent` that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Start(u64),
    Success(u64),
    Error(u64),
    Cancelled(u64),
    Superseded(u64),
}

impl Record {
    pub(crate) fn new(world: &World, slot: Slot, kind: Kind) -> Self {
        Record {
            uid: world.next(),
            slot,
            kind,
            rule: Rule::Plain,
            recipe: None,
            alive: Cell::new(true),
            orphan: Cell::new(false),
            running: Cell::new(false),
            reads: RefCell::default(),
            older: RefCell::default(),
            recent: RefCell::default(),
            has_run: Cell::new(false),
            last_ok: Cell::new(false),
            runs: Cell::new(0),
            new: Cell::new(true),
            result: Cell::new(0),
            source: RefCell::default(),
            futures: Cell::new(0),
            input: Cell::new(0),
            events: RefCell::default(),
            hooks: Default::default(),
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("{:?} {} in slot {}", self.kind, self.uid, self.slot)
    }
}

/// Lives in the closures of a node and says when they are dropped.
pub(crate) struct Alive(pub(crate) Rc<Record>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.set(false);
    }
}

pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) scripts: Rc<Vec<Script>>,
    pub(crate) slots: RefCell<Vec<Option<Entry>>>,
    /// Signals and computed values that are in no slot any more, by number.
    pub(crate) nodes: RefCell<BTreeMap<u64, Entry>>,
    pub(crate) records: RefCell<Vec<Rc<Record>>>,
    pub(crate) root: RefCell<Option<Rc<Scope>>>,
    pub(crate) wakers: RefCell<Vec<Waker>>,
    pub(crate) waits: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    pub(crate) bell: Arc<Bell>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) fuel: Cell<u32>,
    pub(crate) fuse: Cell<Option<u32>>,
    pub(crate) fuses: RefCell<Vec<u32>>,
    telling: bool,
    uids: Cell<u64>,
    depth: Cell<u32>,
    /// Something has panicked since all was set right last.
    pub(crate) flagged: Cell<bool>,
    /// An invariant that did not hold inside of a callback.
    pub(crate) complaint: RefCell<Option<String>>,
    pub(crate) around: RefCell<Around>,
    /// The effects that ran in this step.
    pub(crate) ran: RefCell<Vec<Rc<Record>>>,
    pub(crate) made: Cell<usize>,
}

/// The context of an act.
#[derive(Clone)]
pub(crate) struct Around {
    /// Only nodes below may be read.
    pub(crate) level: Slot,
    /// The body that is running, if an act here belongs to it for certain.
    pub(crate) body: Option<Rc<Record>>,
    /// The innermost body.
    pub(crate) outer: Option<Rc<Record>>,
    /// Nodes made here belong to a node.
    pub(crate) owned: bool,
    /// Writes are refused.
    pub(crate) computing: bool,
    /// Polling is refused.
    pub(crate) inside: bool,
    /// The declared graphs that the running body is updating. A read of one is refused, and the body does not run again
    /// for that.
    pub(crate) updating: Vec<u64>,
}

impl Around {
    pub(crate) fn main() -> Self {
        Around {
            level: Slot::MAX,
            body: None,
            outer: None,
            owned: false,
            computing: false,
            inside: false,
            updating: Vec::new(),
        }
    }
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

/// The world of this thread, while its program runs.
pub(crate) fn world() -> Option<Rc<World>> {
    WORLD.try_with(|world| world.borrow().clone()).ok()?
}

pub(crate) fn set_world(world: Option<Rc<World>>) {
    let before = WORLD.with(|cell| cell.replace(world));
    drop(before);
}

/// A callback of the program.
pub(crate) fn callback(script: usize) {
    if let Some(world) = world() {
        world.callback(script, true);
    }
}

/// The same for a destructor.
pub(crate) fn destructor(script: usize) {
    if let Some(world) = world() {
        let panics = world.settings.drop_panics;
        let unwinding = thread::panicking();
        let call = AssertUnwindSafe(|| world.callback(script, panics));
        if let Err(payload) = catch_unwind(call) {
            if !unwinding && panics {
                world.counts.drop_panics.fetch_add(1, SeqCst);
                resume_unwind(payload);
            }
        }
    }
}

impl World {
    pub(crate) fn new(program: &Program, counts: Arc<Counts>, bell: Arc<Bell>) -> Self {
        World {
            settings: program.settings,
            scripts: Rc::new(program.scripts.clone()),
            slots: RefCell::new(vec![None; crate::program::SLOTS]),
            nodes: RefCell::default(),
            records: RefCell::default(),
            root: RefCell::default(),
            wakers: RefCell::default(),
            waits: RefCell::default(),
            bell,
            counts,
            fuel: Cell::new(0),
            fuse: Cell::new(None),
            fuses: RefCell::default(),
            telling: std::env::var_os("TELL").is_some(),
            uids: Cell::new(0),
            depth: Cell::new(0),
            flagged: Cell::new(false),
            complaint: RefCell::default(),
            around: RefCell::new(Around::main()),
            ran: RefCell::default(),
            made: Cell::new(0),
        }
    }

    /// Tells what happens, if `TELL` is in the environment.
    pub(crate) fn tell(&self, text: impl FnOnce() -> String) {
        if self.telling {
            let depth = self.depth.get() as usize;
            eprintln!("{:1$}{2}", "", 2 * depth, text());
        }
    }

    pub(crate) fn next(&self) -> u64 {
        self.uids.set(self.uids.get() + 1);
        self.uids.get()
    }

    pub(crate) fn complain(&self, text: impl FnOnce() -> String) {
        let mut complaint = self.complaint.borrow_mut();
        if complaint.is_none() {
            *complaint = Some(text());
        }
    }

    pub(crate) fn entry(&self, slot: Slot) -> Option<Entry> {
        self.slots.borrow().get(slot)?.clone()
    }

    /// A value of this program.
    pub(crate) fn value(&self, n: i64, tag: usize) -> V {
        V::new(n, tag, &self.counts)
    }

    /// May panic, if it is the turn of this callback.
    pub(crate) fn tick(&self) {
        match self.fuse.get() {
            Some(0) if !thread::panicking() => {
                self.fuse.set(self.fuses.borrow_mut().pop());
                self.flagged.set(true);
                self.tell(|| "panics".to_owned());
                self.counts.panics.fetch_add(1, SeqCst);
                resume_unwind(Box::new(Fuse));
            }
            Some(left) => self.fuse.set(Some(left.saturating_sub(1))),
            None => {}
        }
    }

    fn callback(self: &Rc<Self>, script: usize, panics: bool) {
        self.counts.callbacks.fetch_add(1, SeqCst);
        let mut around = self.around.borrow().clone();
        around.body = None;
        around.owned = false;
        around.inside = true;
        let _inside = self.enter(around);
        if self.settings.panics && panics {
            self.tick();
        }
        self.perform(script);
    }

    /// From here until the result is dropped, acts find this around them.
    pub(crate) fn enter(self: &Rc<Self>, around: Around) -> Inside {
        let before = self.around.replace(around);
        Inside {
            world: self.clone(),
            before: Some(before),
            panicking: thread::panicking(),
        }
    }

    /// Performs a script, if there is fuel.
    pub(crate) fn perform(self: &Rc<Self>, script: usize) {
        if self.fuel.get() == 0 || self.depth.get() >= 5 {
            return;
        }
        let scripts = self.scripts.clone();
        let script = &scripts[script];
        if script.acts.is_empty() {
            return;
        }
        if self.uids.get() % 16 == 0 {
            self.check_inside();
        }
        self.depth.set(self.depth.get() + 1);
        let unwinding = thread::panicking();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for act in &script.acts {
                if !self.take_fuel() {
                    break;
                }
                if script.caught {
                    self.caught(act);
                } else {
                    self.act(act);
                }
            }
        }));
        self.depth.set(self.depth.get() - 1);
        match outcome {
            Err(payload) if !unwinding => resume_unwind(payload),
            _ => {}
        }
    }

    fn take_fuel(&self) -> bool {
        let fuel = self.fuel.get();
        self.fuel.set(fuel.saturating_sub(1));
        fuel > 0
    }

    /// Performs an act. A refusal of the kernel ends it; a panic of the program goes on.
    fn caught(self: &Rc<Self>, act: &Act) {
        let around = self.around.borrow().clone();
        let inside = self.enter(around);
        let outcome = catch_unwind(AssertUnwindSafe(|| self.act(act)));
        drop(inside);
        if let Err(payload) = outcome {
            if payload.is::<Fuse>() {
                resume_unwind(payload);
            }
            self.refused(payload);
        }
    }

    /// The kernel has refused something, or a failed value was read.
    pub(crate) fn refused(&self, payload: Box<dyn Any + Send>) {
        self.flagged.set(true);
        if !payload.is::<Fuse>() {
            self.counts.refusals.fetch_add(1, SeqCst);
            let text = text_of(&*payload);
            // The kernel's own assertions are no refusals.
            let own = [
                "called `Option::unwrap",
                "called `Result::unwrap",
                "index out of bounds",
                "already borrowed",
                "already mutably borrowed",
                "assertion failed",
                "overflow",
                "there is a result if",
                "internal error",
                "it is ready",
                "a resource keeps its desk",
                "a handle knows its type",
            ];
            if own.iter().any(|own| text.contains(own)) {
                self.complain(|| format!("the kernel panicked: {text}"));
            }
        }
        drop(payload);
    }

    pub(crate) fn check_inside(&self) {
        if let Err(error) = check_dynamic() {
            // A phase has taken a queue, or has marked the parts of resources that are still to act.
            if error.ends_with("is queued in no queue") || error.contains(" is not marked, ") {
                return;
            }
            self.complain(|| format!("inside of a callback: {error}"));
        }
    }

    /// Reads for a body, or for an act: tracked, and written down if a body is running.
    pub(crate) fn read(self: &Rc<Self>, source: Source) -> i64 {
        let level = self.around.borrow().level;
        if source.slot >= level && !self.settings.cycles {
            return 0;
        }
        let body = self.around.borrow().body.clone();
        let entry = self.entry(source.slot);
        let uid = entry.as_ref().map_or(0, |entry| entry.uid);
        if body.is_none() {
            self.note(source, uid);
        }
        let place = body.as_ref().map(|body| {
            let mut reads = body.reads.borrow_mut();
            reads.push(Seen {
                source,
                uid,
                outcome: Outcome::Unseen,
            });
            let mut recent = body.recent.borrow_mut();
            recent.push_back((source.slot, uid));
            if recent.len() > 40 {
                recent.pop_front();
            }
            reads.len() - 1
        });
        let outcome = entry.map_or(Outcome::Gone, |entry| self.look(&entry, source));
        let refuses_itself =
            outcome == Outcome::Refused && self.around.borrow().updating.contains(&uid);
        let seen = if refuses_itself {
            Outcome::Unseen
        } else {
            outcome
        };
        if let (Some(body), Some(place)) = (body, place) {
            if let Some(read) = body.reads.borrow_mut().get_mut(place) {
                read.outcome = seen;
            }
        }
        match outcome {
            Outcome::Value(value) => value.rem_euclid(7),
            Outcome::Refused => 6,
            Outcome::Gone | Outcome::Unseen | Outcome::Loose => 0,
        }
    }

    /// Reads all parts of a resource: they belong to one state.
    pub(crate) fn read_parts(self: &Rc<Self>, slot: Slot) {
        let uid = |world: &World| world.entry(slot).map(|it| (it.uid, it.record.alive.get()));
        let resource = self
            .entry(slot)
            .is_some_and(|it| it.record.kind == Kind::Resource);
        let level = self.around.borrow().level;
        if !resource || slot >= level {
            return;
        }
        let before = uid(self);
        let token = self.part(slot, Part::Token);
        let [status, value, error] =
            [Part::Status, Part::Value, Part::Error].map(|part| self.part(slot, part));
        // Clones are callbacks, which may make another resource or another state.
        if uid(self) != before || token != self.part(slot, Part::Token) || self.settings.reenter {
            return;
        }
        let right = match status {
            0 => value == 9 && error == 9,
            2 => value != 9 && error == 9,
            3 => error != 9,
            _ => error == 9,
        };
        if !right && before.is_some_and(|it| it.1) {
            self.complain(|| {
                format!("slot {slot} shows a mix: status {status}, value {value}, error {error}")
            });
        }
    }

    fn part(self: &Rc<Self>, slot: Slot, part: Part) -> i64 {
        let source = Source {
            slot,
            part,
            fallible: false,
        };
        self.read(source);
        let seen = self.around.borrow().body.clone();
        let seen = seen.and_then(|body| body.reads.borrow().last().map(|it| it.outcome));
        match seen {
            Some(Outcome::Value(value)) => value,
            _ => -1,
        }
    }

    /// A read that a callback makes. If that fails, it may keep the body from running.
    pub(crate) fn note(&self, source: Source, uid: u64) {
        if let Some(outer) = &self.around.borrow().outer {
            outer.reads.borrow_mut().push(Seen {
                source,
                uid,
                outcome: Outcome::Loose,
            });
        }
    }

    /// One read. A failed value panics, unless the read is fallible. Values that the node's rule takes for equal are
    /// one value here.
    pub(crate) fn look(&self, entry: &Entry, source: Source) -> Outcome {
        match self.look_closer(entry, source) {
            Outcome::Value(value) if entry.record.rule == Rule::Parity => {
                Outcome::Value(value.rem_euclid(2))
            }
            outcome => outcome,
        }
    }

    fn look_closer(&self, entry: &Entry, source: Source) -> Outcome {
        let gone = !entry.record.alive.get();
        let of_resource = |value: Option<V>| value.map_or(9, |value| value.n());
        match &entry.handle {
            Handle::Number(signal) => signal.try_get().map_or(Outcome::Gone, Outcome::Value),
            Handle::Value(signal) => match signal.try_get() {
                Ok(value) => Outcome::Value(value.n()),
                Err(_) => Outcome::Gone,
            },
            Handle::ComputedNumber(_) | Handle::ComputedValue(_) if gone => Outcome::Gone,
            Handle::ComputedNumber(computed) => look(
                source.fallible,
                || computed.get(),
                || computed.try_get().ok(),
            ),
            Handle::ComputedValue(computed) => look(
                source.fallible,
                || computed.get().n(),
                || computed.try_get().ok().map(|value| value.n()),
            ),
            Handle::Pair(..) | Handle::Future(_) | Handle::Manual(_) if gone => Outcome::Gone,
            Handle::Pair(value, meta) => Outcome::Value(match source.part {
                Part::Value => of_resource(value.get()),
                Part::Status => status_number(meta.status()),
                Part::Error => of_resource(meta.error()),
                Part::Token => meta.token() as i64,
            }),
            Handle::Future(whole) => Outcome::Value(match source.part {
                Part::Value => of_resource(whole.value()),
                Part::Status => status_number(whole.status()),
                Part::Error => of_resource(whole.error()),
                Part::Token => whole.token() as i64,
            }),
            Handle::Manual(whole) => Outcome::Value(match source.part {
                Part::Value => of_resource(whole.value()),
                Part::Status => status_number(whole.status()),
                Part::Error => of_resource(whole.error()),
                Part::Token => whole.token() as i64,
            }),
            Handle::Shared(shared) => {
                let read = catch_unwind(AssertUnwindSafe(|| {
                    shared.try_read(|graph| graph.observed(source.part))
                }));
                match read {
                    Ok(Ok(value)) => Outcome::Value(value),
                    Ok(Err(_)) => Outcome::Refused,
                    Err(payload) => {
                        self.refused(payload);
                        Outcome::Refused
                    }
                }
            }
            Handle::Effect(_) | Handle::Scope(_) | Handle::Owned(_) => Outcome::Gone,
        }
    }
}

fn look(
    fallible: bool,
    get: impl FnOnce() -> i64,
    try_get: impl FnOnce() -> Option<i64>,
) -> Outcome {
    if !fallible {
        return Outcome::Value(get());
    }
    match try_get() {
        Some(value) => Outcome::Value(value),
        None => Outcome::Refused,
    }
}

pub(crate) fn status_number(status: AsyncStatus) -> i64 {
    match status {
        AsyncStatus::Idle => 0,
        AsyncStatus::Pending => 1,
        AsyncStatus::Success => 2,
        AsyncStatus::Error => 3,
        AsyncStatus::Cancelled => 4,
        AsyncStatus::Streaming => 5,
    }
}

pub(crate) fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = panics::text_of(payload).unwrap_or("a payload without a text");
    text.to_owned()
}

/// Restores what was around, and notes that a panic went through.
pub(crate) struct Inside {
    world: Rc<World>,
    before: Option<Around>,
    panicking: bool,
}

impl Drop for Inside {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.world.around.replace(before);
        }
        if thread::panicking() && !self.panicking {
            self.world.flagged.set(true);
        }
    }
}
