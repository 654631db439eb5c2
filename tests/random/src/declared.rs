//! A declared graph whose bodies, values and futures are callbacks of the program.
//!
//! Must not know: whether it stands behind a `Shared`.

use crate::{
    program::{Inner, Part, ScriptId},
    value::V,
    world::{Around, Counts, World, callback, destructor, status_number, world},
};
use signal_kernel::{reactive, resource};
use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    rc::Rc,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Context, Poll},
};

/// Carried by a graph: the script of its bodies, and what its effect has seen.
#[derive(Clone)]
pub(crate) struct Ties {
    script: ScriptId,
    counts: Arc<Counts>,
    seen: Rc<Cell<Option<i64>>>,
    alive: Rc<Cell<i64>>,
}

impl Ties {
    fn value(&self, n: i64) -> V {
        V::new(n, self.script, &self.counts)
    }
}

/// The body of a node of a declared graph.
fn inside(ties: &Ties) {
    if let Some(world) = world() {
        let around = Around {
            body: None,
            owned: false,
            inside: true,
            ..world.around.borrow().clone()
        };
        let _inside = world.enter(around);
        if world.settings.panics {
            world.tick();
        }
        world.perform(ties.script);
    }
}

#[resource(local)]
pub(crate) async fn fetch(work: Fetch) -> Result<V, V> {
    work.await
}

pub(crate) struct Fetch {
    ties: Ties,
    input: i64,
    left: i64,
}

impl Fetch {
    fn new(ties: Ties, input: i64) -> Self {
        ties.alive.set(ties.alive.get() + 1);
        ties.counts.futures.fetch_add(1, SeqCst);
        Fetch {
            ties,
            input,
            left: input % 3,
        }
    }
}

impl Future for Fetch {
    type Output = Result<V, V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<V, V>> {
        callback(self.ties.script);
        if self.left == 0 {
            let answer = self.ties.value(self.input);
            return Poll::Ready(match self.input % 4 {
                3 => Err(answer),
                _ => Ok(answer),
            });
        }
        self.left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.ties.alive.set(self.ties.alive.get() - 1);
        self.ties.counts.futures.fetch_sub(1, SeqCst);
        destructor(self.ties.script);
    }
}

reactive! {
    /// Eager values below an effect, lazy ones, and a resource.
    pub(crate) struct Declared {
        pub(crate) let ties: Ties;
        pub(crate) signal a: V;
        pub(crate) signal b: i64 = 1;
        pub(crate) computed sum: i64 = {
            inside(ties);
            (a.n() + b) % 7
        };
        pub(crate) computed double: V = {
            inside(ties);
            ties.value(sum * 2 % 7)
        };
        pub(crate) computed lazy: i64 = {
            inside(ties);
            (b * 3 + a.n()) % 7
        };
        pub(crate) computed lazier: V = {
            inside(ties);
            ties.value((lazy + 1) % 7)
        };
        pub(crate) resource fetched = fetch(Fetch::new(ties.clone(), (*sum != 5).then_some(*sum)?));
        effect show {
            ties.seen.set(None);
            inside(ties);
            let value = fetched.value().map_or(9, V::n);
            ties.seen.set(Some(double.n() * 100 + value));
        }
    }
}

impl Declared {
    pub(crate) fn make(world: &World, script: ScriptId) -> Self {
        let ties = Ties {
            script,
            counts: world.counts.clone(),
            seen: Rc::default(),
            alive: Rc::default(),
        };
        let value = ties.value(2);
        Declared::new(ties, value)
    }

    /// A node of the functions reads this.
    pub(crate) fn observed(&self, part: Part) -> i64 {
        match part {
            Part::Value => *self.sum(),
            Part::Status => status_number(self.fetched().status()),
            Part::Error => self.lazier().n(),
            Part::Token => self.double().n(),
        }
    }

    pub(crate) fn read_all(&self) {
        let _ = (self.sum(), self.double(), self.lazy(), self.lazier());
    }

    pub(crate) fn in_batch(&mut self, world: &Rc<World>, all: &[Inner]) {
        self.batch(|batch| in_batch(batch, world, all));
    }

    pub(crate) fn in_transaction(&mut self, world: &Rc<World>, all: &[Inner], ends_well: bool) {
        let _: Result<(), ()> = self.transaction(|batch| {
            in_batch(batch, world, all);
            if ends_well { Ok(()) } else { Err(()) }
        });
    }

    /// Compares a graph at rest with its definition. Failed values are allowed for `flagged` ones.
    pub(crate) fn check(&self, flagged: bool) -> Result<(), String> {
        let (a, b) = (self.a().n(), *self.b());
        let sum = (a + b) % 7;
        let double = sum * 2 % 7;
        let lazy = (b * 3 + a) % 7;
        let value = |name: &str, is: Option<i64>, should: i64| match is {
            None if flagged => Ok(()),
            is if is == Some(should) => Ok(()),
            is => Err(format!("declared `{name}` is {is:?}, should be {should}")),
        };
        let caught =
            |f: &dyn Fn() -> i64| std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).ok();
        let is = caught(&|| *self.sum());
        value("sum", is, sum)?;
        value("double", caught(&|| self.double().n()), double)?;
        value("lazy", caught(&|| *self.lazy()), lazy)?;
        value("lazier", caught(&|| self.lazier().n()), (lazy + 1) % 7)?;
        let state = self.fetched();
        let answer = state.value().map(V::n);
        let error = state.error().map(V::n);
        let input = (sum != 5).then_some(sum);
        let right = match status_number(state.status()) {
            0 => input.is_none() && answer.is_none() && error.is_none(),
            1 => input.is_some() && error.is_none(),
            2 => answer == input && error.is_none(),
            3 => error == input,
            _ => error.is_none() && state.cancel_reason().is_some(),
        };
        let (pending, alive) = (state.is_pending(), self.ties().alive.get());
        let text = || {
            let status = state.status();
            format!("declared resource: {status} {answer:?} {error:?} for {input:?}, {alive} alive")
        };
        if is.is_none() {
            // Its arguments have failed: it shows no answer to a present input.
            if matches!(status_number(state.status()), 1..=3) {
                return Err(format!("{}, and its arguments failed", text()));
            }
        } else if !right {
            return Err(text());
        }
        if alive != i64::from(pending) {
            // An outdated future goes before the status shows it.
            return Err(text());
        }
        let should = double * 100 + answer.unwrap_or(9);
        match self.ties().seen.get() {
            Some(seen) if seen == should => Ok(()),
            _ if flagged => Ok(()),
            seen => Err(format!(
                "the declared effect has seen {seen:?}, not {should}"
            )),
        }
    }
}

fn in_batch(batch: &mut DeclaredBatch<'_>, world: &Rc<World>, all: &[Inner]) {
    for inner in all {
        match inner {
            Inner::SetA(n, tag) => batch.set_a(world.value(*n, *tag)),
            Inner::SetB(n) => batch.set_b(*n),
            Inner::UpdateB(n) => batch.update_b(|b| *b = *n),
            Inner::UpdateBWith(n) => {
                let before = *batch.b();
                batch.update_b_with(|b| *b = *n, move |b| *b = before);
            }
            Inner::Read => {
                let sum = *batch.sum();
                let _ = (sum, batch.lazier().n());
            }
            Inner::Reload => batch.reload_fetched(),
            Inner::Cancel => batch.cancel_fetched("later"),
            Inner::Act(act) => world.act(act),
            Inner::Batch(all) => batch.batch(|batch| in_batch(batch, world, all)),
            Inner::Transaction(all, ends_well) => {
                let _: Result<(), ()> = batch.transaction(|batch| {
                    in_batch(batch, world, all);
                    if *ends_well { Ok(()) } else { Err(()) }
                });
            }
        }
    }
}
