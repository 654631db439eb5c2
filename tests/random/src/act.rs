//! Acts: the program's calls of the kernel.
//!
//! Must not know: what is right.

use crate::{
    declared::Declared,
    node::make,
    program::{Act, Inner, Mode, Slot},
    value::V,
    world::{Around, Entry, Handle, Kind, Outcome, World, callback},
};
use signal_kernel::{
    Signal, batch, computed, on_cleanup, poll_progress, progress, settled, signal, transaction,
    untrack,
};
use std::{
    cell::RefCell,
    future::Future,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// Nodes that a program makes at most, by acts.
const MADE: usize = 600;
/// Nodes with a body that are alive at once, at most.
const ALIVE: usize = 48;

impl World {
    pub(crate) fn act(self: &Rc<Self>, act: &Act) {
        self.counts
            .acts
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.tell(|| format!("{act:?}"));
        match act {
            Act::Read(source, mode) => self.read_by(*source, *mode),
            Act::Set(slot, n, tag) => {
                if self.may_write() {
                    self.set(*slot, *n, *tag);
                }
            }
            Act::Update(slot, n, script) => {
                if self.may_write() {
                    self.update(*slot, *n, *script);
                }
            }
            Act::Batch(acts) => batch(|| self.all(acts)),
            Act::Transaction(acts, ends_well) => {
                // A value that a body has read in its own transaction may be taken back.
                let mut around = self.around.borrow().clone();
                around.body = None;
                let _inside = self.enter(around);
                let _ = transaction(|| {
                    self.all(acts);
                    if *ends_well { Ok(()) } else { Err(()) }
                });
            }
            Act::Make(slot, how) => self.make(*slot, how),
            Act::Inside(slot, acts) => {
                if let Some(Entry {
                    handle: Handle::Scope(scope),
                    ..
                }) = self.entry(*slot)
                {
                    let mut around = self.around.borrow().clone();
                    around.owned = true;
                    let inside = self.enter(around);
                    scope.run(|| self.all(acts));
                    drop(inside);
                }
            }
            Act::Dispose(slot) => self.dispose(*slot),
            Act::Reload(slot) => {
                if self.may_write() {
                    self.with_work(*slot, |work| work.reload());
                }
            }
            Act::Cancel(slot) => {
                if self.may_write() {
                    self.with_work(*slot, |work| work.cancel());
                }
            }
            Act::Run(slot, n, tag) => {
                let alive = self.entry(*slot).filter(|entry| entry.record.alive.get());
                if let (Some(entry), true) = (alive, self.may_write()) {
                    if let Handle::Manual(whole) = entry.handle {
                        let running = whole.run(self.value(*n, *tag));
                        let waits = n % 2 == 0;
                        if waits {
                            self.wait(async move { drop(running.await) });
                        }
                    }
                }
            }
            Act::Progress => {
                if self.may_poll() {
                    let waker = Waker::from(self.bell.clone());
                    let _ = poll_progress(&mut Context::from_waker(&waker));
                }
            }
            Act::Wake => {
                let wakers = self.wakers.take();
                for waker in wakers {
                    waker.wake();
                }
            }
            Act::Wait(kind) => match kind {
                0 => self.wait(progress()),
                1 => self.wait(settled()),
                _ => self.wait(async {
                    progress().await;
                    settled().await;
                }),
            },
            Act::PollWaits => {
                if self.may_poll() {
                    self.poll_waits();
                }
            }
            Act::DropWaits => drop(self.waits.take()),
            Act::Cleanup(script) => {
                if self.around.borrow().owned {
                    let script = *script;
                    on_cleanup(move || callback(script));
                }
            }
            Act::CleanupReads => self.cleanup_reads(),
            Act::Panic => {
                self.fuse.set(Some(0));
                self.tick();
            }
            Act::ReadShared(slot) => {
                if let Some(Entry {
                    handle: Handle::Shared(shared),
                    ..
                }) = self.entry(*slot)
                {
                    shared.read(|graph| graph.read_all());
                }
            }
            Act::UpdateDeclared(slot, inner) => {
                let Some(entry) = self.entry(*slot) else {
                    return;
                };
                match entry.handle {
                    Handle::Shared(shared) if self.may_write() => {
                        let mut around = self.around.borrow().clone();
                        around.updating.push(entry.uid);
                        let _updating = self.enter(around);
                        shared.update(|graph| self.inner(graph, inner));
                    }
                    Handle::Owned(owned) => {
                        if let Some(mut graph) = Owned::take(&owned) {
                            self.inner(graph.get(), inner);
                        }
                    }
                    _ => {}
                }
            }
            Act::PollDeclared(slot) => {
                let Some(entry) = self.entry(*slot) else {
                    return;
                };
                let waker = Waker::from(self.bell.clone());
                let mut context = Context::from_waker(&waker);
                match entry.handle {
                    Handle::Shared(shared) if self.may_poll() => {
                        let _ = shared.poll_progress(&mut context);
                    }
                    Handle::Owned(owned) => {
                        if let Some(mut graph) = Owned::take(&owned) {
                            let _ = graph.get().poll_progress(&mut context);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn all(self: &Rc<Self>, acts: &[Act]) {
        let mut around = self.around.borrow().clone();
        around.inside = true;
        let _inside = self.enter(around);
        for act in acts {
            self.act(act);
        }
    }

    /// Computed values are refused to write; a few attempts are enough.
    fn may_write(&self) -> bool {
        !self.around.borrow().computing || self.next() % 8 == 0
    }

    /// The same for polling inside of something.
    pub(crate) fn may_poll(&self) -> bool {
        !self.around.borrow().inside || self.next() % 4 == 0
    }

    fn read_by(self: &Rc<Self>, source: crate::program::Source, mode: Mode) {
        let level = self.around.borrow().level;
        if source.slot >= level || self.settings.cycles && level != Slot::MAX {
            return;
        }
        if let (Mode::With(_), Some(entry)) = (mode, self.entry(source.slot)) {
            let by_get = crate::program::Source {
                fallible: false,
                ..source
            };
            self.note(by_get, entry.uid);
        }
        match mode {
            Mode::Get => {
                self.read(source);
            }
            Mode::Untracked => {
                let mut around = self.around.borrow().clone();
                around.body = None;
                let _inside = self.enter(around);
                untrack(|| self.read(source));
            }
            Mode::With(script) => match self.entry(source.slot).map(|entry| entry.handle) {
                Some(Handle::Number(signal)) => {
                    let _ = signal.try_with(|_| callback(script));
                }
                Some(Handle::Value(signal)) => {
                    let _ = signal.try_with(|_| callback(script));
                }
                Some(Handle::ComputedNumber(computed)) => computed.with(|_| callback(script)),
                Some(Handle::ComputedValue(computed)) => computed.with(|_| callback(script)),
                Some(Handle::Pair(value, _)) => value.with(|_| callback(script)),
                Some(Handle::Manual(whole)) => whole.with_error(|_| callback(script)),
                _ => {}
            },
            Mode::Peek => match self.entry(source.slot).map(|entry| entry.handle) {
                Some(Handle::Value(signal)) => drop(signal.peek()),
                Some(Handle::Number(signal)) => _ = signal.peek(),
                Some(Handle::ComputedNumber(computed)) => _ = computed.peek(),
                Some(Handle::ComputedValue(computed)) => drop(computed.peek()),
                _ => {}
            },
        }
    }

    pub(crate) fn set(self: &Rc<Self>, slot: Slot, n: i64, tag: usize) {
        match self.entry(slot).map(|entry| entry.handle) {
            Some(Handle::Number(signal)) => {
                let _ = signal.try_set(n);
            }
            Some(Handle::Value(signal)) => {
                let _ = signal.try_set(self.value(n, tag));
            }
            _ => {}
        }
    }

    fn update(self: &Rc<Self>, slot: Slot, n: i64, script: usize) {
        let around = self.around.borrow().clone();
        match self.entry(slot).map(|entry| entry.handle) {
            Some(Handle::Number(signal)) => {
                let _ = signal.try_update(|value| {
                    *value = n;
                    callback(script);
                });
            }
            Some(Handle::Value(signal)) => {
                let _inside = self.enter(around);
                let _ = signal.try_update(|value: &mut V| {
                    value.set(n);
                    callback(script);
                });
            }
            _ => {}
        }
    }

    /// Makes a node in a slot. It belongs to the node that is running, or to the root.
    fn make(self: &Rc<Self>, slot: Slot, how: &crate::program::Make) {
        let alive = self
            .records
            .borrow()
            .iter()
            .filter(|it| it.alive.get())
            .count();
        if self.made.get() >= MADE || alive >= ALIVE {
            return;
        }
        self.made.set(self.made.get() + 1);
        let root = self.root.borrow().clone();
        let entry = match root {
            Some(root) if !self.around.borrow().owned => root.run(|| make(self, slot, how)),
            _ => make(self, slot, how),
        };
        let before = self.slots.borrow_mut()[slot].replace(entry);
        if let Some(entry) = &before {
            if matches!(entry.record.kind, Kind::Signal | Kind::Computed) {
                self.nodes.borrow_mut().insert(entry.uid, entry.clone());
            }
        }
        drop(before);
    }

    fn dispose(self: &Rc<Self>, slot: Slot) {
        let Some(entry) = self.entry(slot) else {
            return;
        };
        match entry.handle {
            Handle::Effect(effect) => effect.dispose(),
            Handle::Scope(scope) => {
                let before = self.slots.borrow_mut()[slot].take();
                drop(scope);
                drop(before);
            }
            Handle::Pair(_, meta) => meta.dispose(),
            Handle::Future(whole) => whole.dispose(),
            Handle::Manual(whole) => whole.dispose(),
            Handle::Shared(shared) => {
                let before = self.slots.borrow_mut()[slot].take();
                drop(shared);
                drop(before);
            }
            Handle::Owned(owned) => {
                let graph = owned.borrow_mut().take();
                drop(graph);
            }
            _ => {}
        }
    }

    fn with_work(&self, slot: Slot, f: impl FnOnce(&dyn AnyWork)) {
        let entry = self.entry(slot).filter(|entry| entry.record.alive.get());
        match entry.map(|entry| entry.handle) {
            Some(Handle::Pair(_, meta)) => f(&meta),
            Some(Handle::Future(whole)) => f(&whole),
            Some(Handle::Manual(whole)) => f(&whole),
            _ => {}
        }
    }

    fn wait(self: &Rc<Self>, wait: impl Future<Output = ()> + 'static) {
        let mut waits = self.waits.borrow_mut();
        if waits.len() < 6 {
            waits.push(Box::pin(wait));
        }
    }

    pub(crate) fn poll_waits(self: &Rc<Self>) {
        let waits = self.waits.take();
        let waker = Waker::from(self.bell.clone());
        let mut context = Context::from_waker(&waker);
        for mut wait in waits {
            if wait.as_mut().poll(&mut context) == Poll::Pending {
                self.waits.borrow_mut().push(wait);
            }
        }
    }

    /// A cleanup finds the signals and computed values of its owner alive.
    fn cleanup_reads(self: &Rc<Self>) {
        if !self.around.borrow().owned {
            return;
        }
        let number: Signal<i64> = signal(5);
        let double = computed(move || number.get() * 2);
        let world = self.clone();
        on_cleanup(move || {
            let found = (number.try_get().ok(), double.try_get().ok());
            if found != (Some(5), Some(10)) {
                world.complain(|| format!("a cleanup of the owner found {found:?}"));
            }
        });
    }

    pub(crate) fn inner(self: &Rc<Self>, graph: &mut Declared, all: &[Inner]) {
        for inner in all {
            match inner {
                Inner::SetA(n, tag) => graph.set_a(self.value(*n, *tag)),
                Inner::SetB(n) => graph.set_b(*n),
                Inner::UpdateB(n) | Inner::UpdateBWith(n) => graph.update_b(|b| *b = *n),
                Inner::Read => graph.read_all(),
                Inner::Reload => graph.reload_fetched(),
                Inner::Cancel => graph.cancel_fetched("enough"),
                Inner::Batch(all) => graph.in_batch(self, all),
                Inner::Transaction(all, ends_well) => {
                    graph.in_transaction(self, all, *ends_well);
                }
                Inner::Act(act) => {
                    let mut around = self.around.borrow().clone();
                    around.inside = true;
                    let _inside = self.enter(around);
                    self.act(act);
                }
            }
        }
    }

    /// The context of the main program.
    pub(crate) fn main(self: &Rc<Self>) {
        self.around.replace(Around::main());
    }

    /// Observes a node, outside of everything.
    pub(crate) fn observe(&self, entry: &Entry, source: crate::program::Source) -> Outcome {
        let plain = crate::program::Source {
            fallible: false,
            ..source
        };
        let look = || self.look(entry, plain);
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(look)) {
            Ok(outcome) => outcome,
            Err(payload) => {
                self.refused_at_rest(payload);
                // The read of a value may run its owner, and so end the value.
                if entry.record.alive.get() {
                    Outcome::Refused
                } else {
                    Outcome::Gone
                }
            }
        }
    }

    fn refused_at_rest(&self, payload: Box<dyn std::any::Any + Send>) {
        let flagged = self.flagged.get();
        if std::env::var_os("TRACE").is_some() {
            eprintln!("refused at rest: {}", crate::world::text_of(&*payload));
        }
        self.refused(payload);
        self.flagged.set(flagged);
    }
}

/// The methods of all handles of work.
trait AnyWork {
    fn reload(&self);
    fn cancel(&self);
}

macro_rules! any_work {
    ($($type:ty)*) => {$(
        impl AnyWork for $type {
            fn reload(&self) {
                <$type>::reload(self);
            }

            fn cancel(&self) {
                <$type>::cancel(self, "enough");
            }
        }
    )*};
}

any_work! { signal_kernel::AsyncMeta<V> signal_kernel::AsyncSignal<V, V> signal_kernel::AsyncSignal<V, V, V> }

/// A declared graph that is put back after use.
pub(crate) struct Owned {
    place: Rc<RefCell<Option<Declared>>>,
    graph: Option<Declared>,
}

impl Owned {
    pub(crate) fn take(place: &Rc<RefCell<Option<Declared>>>) -> Option<Self> {
        let graph = place.borrow_mut().take()?;
        Some(Owned {
            place: place.clone(),
            graph: Some(graph),
        })
    }

    pub(crate) fn get(&mut self) -> &mut Declared {
        self.graph.as_mut().expect("it is here until the end")
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let graph = self.graph.take();
        let before = std::mem::replace(&mut *self.place.borrow_mut(), graph);
        drop(before);
    }
}
