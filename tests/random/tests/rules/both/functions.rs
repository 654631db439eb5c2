//! The same graph, built with functions.
//!
//! Must not know: scripts as text, and the other graph.

use super::{
    Desk,
    script::{Name, Step, Work},
    value_or_failed,
};
use signal_kernel::{
    AsyncMeta, AsyncSignal, AsyncValue, Computed, FromFutureOptions, ResourceOptions, Signal,
    batch, computed, create_effect, create_resource_when, create_resource_when_with,
    from_future_with, poll_progress, scope, signal, transaction,
};
use signal_kernel_tests::{describe, gate::poll_once, log::Log};

#[derive(Clone, Copy)]
struct World {
    a: Signal<i64>,
    b: Signal<i64>,
    id: Signal<i64>,
    sum: Computed<i64>,
    big: Computed<bool>,
    key: Computed<Option<String>>,
    lazy: Computed<String>,
    user: (AsyncValue<i64>, AsyncMeta<String>),
    post: (AsyncValue<i64>, AsyncMeta<String>),
    save: AsyncSignal<i64, String>,
}

fn world(desk: &Desk) -> World {
    let [users, posts, saves] = desk.gates.clone();
    let (a, b, id) = (signal(1), signal(2), signal(1));
    let sum = computed(move || {
        let sum = a.get() + b.get(); // it depends on both, as if it was declared
        assert!(a.get() != 13, "thirteen");
        sum
    });
    let big = computed(move || sum.get() > 10);
    let wanted = computed(move || (id.get() != 0).then_some(id.get()));
    let user = create_resource_when(move || wanted.get(), move |id: i64| users.open(id));
    let key = computed(move || user.0.get().map(|user| format!("{user}/{}", b.get())));
    let post = create_resource_when_with(
        move || key.get(),
        move |key: String| posts.open(key),
        ResourceOptions::new().keep_previous_value_on_pending(false),
    );
    let options = FromFutureOptions::new().eager(false);
    let save = from_future_with(move || saves.open("x"), options);
    let note = |line: Box<dyn Fn() -> String>| {
        let log = desk.log.clone();
        create_effect(move || log.push(line()));
    };
    // A value that may fail is read first: a tracked effect that has met a change before it meets a failure has run.
    note(Box::new(move || {
        let sum = sum.get();
        format!("{} + {} = {sum}", a.get(), b.get())
    }));
    note(Box::new(move || format!("big {}", big.get())));
    note(Box::new(move || {
        format!("user {}", describe!(user.0, user.1))
    }));
    note(Box::new(move || {
        format!("post {}", describe!(post.0, post.1))
    }));
    note(Box::new(move || format!("save {}", describe!(save))));
    note(Box::new(move || {
        format!("{} {} {}", user.1.status(), post.1.status(), save.status())
    }));
    note(Box::new(move || {
        let sum = sum.get();
        format!("{:?} {sum}", user.0.get())
    }));
    let lazy = computed(move || format!("{} {}", sum.get(), describe!(user.0, user.1)));
    World {
        a,
        b,
        id,
        sum,
        big,
        key,
        lazy,
        user,
        post,
        save,
    }
}

/// Carries a script out.
pub(crate) fn play(script: &[Step], desk: &Desk) {
    let (world, _owner) = scope(|| batch(|| world(desk)));
    for step in script {
        desk.step(step, || world.step(step, desk));
    }
    desk.log.push("end");
}

impl World {
    fn step(&self, step: &Step, desk: &Desk) {
        let signal = |name: &Name| match name {
            Name::A => self.a,
            Name::B => self.b,
            Name::Id => self.id,
        };
        match step {
            Step::Set(name, value) => signal(name).set(*value),
            Step::Add(name, more) => self.add(signal(name), *more),
            Step::Read => self.read(&desk.log),
            Step::Batch(steps) => batch(|| steps.iter().for_each(|step| self.step(step, desk))),
            Step::Try { fails, steps } => {
                let _ = transaction(|| {
                    steps.iter().for_each(|step| self.step(step, desk));
                    if *fails { Err(()) } else { Ok(()) }
                });
            }
            Step::Reload(Work::User) => drop(self.user.1.reload()),
            Step::Reload(Work::Post) => drop(self.post.1.reload()),
            Step::Reload(Work::Save) => drop(self.save.reload()),
            Step::Cancel(Work::User, why) => self.user.1.cancel(why.clone()),
            Step::Cancel(Work::Post, why) => self.post.1.cancel(why.clone()),
            Step::Cancel(Work::Save, why) => self.save.cancel(why.clone()),
            Step::Poll => desk.polled(poll_once(poll_progress)),
            step => assert!(desk.release(step)),
        }
    }

    /// As `update_x`. In a transaction a signal cannot be updated in place before it was set.
    fn add(&self, signal: Signal<i64>, more: i64) {
        signal.set(signal.get());
        signal.update(|it| *it += more);
    }

    fn read(&self, log: &Log) {
        let World { a, b, id, .. } = self;
        log.push(format!("read {} {} {}", a.get(), b.get(), id.get()));
        log.push(value_or_failed(|| {
            format!("{} {}", self.big.get(), self.sum.get())
        }));
        log.push(value_or_failed(|| self.lazy.get()));
        log.push(value_or_failed(|| format!("{:?}", self.key.get())));
        log.push(describe!(self.post.0, self.post.1));
        log.push(describe!(self.save));
    }
}
