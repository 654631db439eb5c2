//! The graph of the scripts, declared.
//!
//! Must not know: scripts as text, and the other graph.

use super::{
    Desk,
    script::{Name, Step, Work},
    value_or_failed,
};
use signal_kernel::{reactive, resource};
use signal_kernel_tests::{
    describe,
    gate::{Gate, Gates, poll_once},
    log::Log,
};

#[resource]
async fn fetch(gate: Gate<i64>) -> Result<i64, String> {
    gate.await
}

reactive! {
    struct World {
        let users: Gates<i64>;
        let posts: Gates<i64>;
        let saves: Gates<i64>;
        let log: Log;
        signal a: i64 = 1;
        signal b: i64 = 2;
        signal id: i64 = 1;
        computed sum: i64 = { assert!(*a != 13, "thirteen"); a + b };
        computed big: bool = *sum > 10;
        computed wanted: Option<i64> = (*id != 0).then_some(*id);
        resource user = fetch(users.open((*wanted)?));
        computed key: Option<String> = user.value().map(|user| format!("{user}/{b}"));
        #[keep_previous(false)]
        resource post = fetch(posts.open(key.clone()?));
        #[manual]
        resource save = fetch(saves.open("x"));
        effect see_sum { log.push(format!("{a} + {b} = {sum}")); }
        effect see_big { log.push(format!("big {big}")); }
        effect see_user { log.push(format!("user {}", describe!(user))); }
        effect see_post { log.push(format!("post {}", describe!(post))); }
        effect see_save { log.push(format!("save {}", describe!(save))); }
        effect see_status { log.push(format!("{} {} {}", user.status(), post.status(), save.status())); }
        effect see_value { log.push(format!("{:?} {sum}", user.value())); }
        computed lazy: String = format!("{sum} {}", describe!(user));
    }
}

/// A step of a graph, and of one that is being written.
macro_rules! leaf {
    ($graph:expr, $step:expr, $log:expr) => {
        match $step {
            Step::Set(Name::A, value) => $graph.set_a(*value),
            Step::Set(Name::B, value) => $graph.set_b(*value),
            Step::Set(Name::Id, value) => $graph.set_id(*value),
            Step::Add(Name::A, more) => $graph.update_a(|it| *it += more),
            Step::Add(Name::B, more) => $graph.update_b(|it| *it += more),
            Step::Add(Name::Id, more) => $graph.update_id(|it| *it += more),
            Step::Read => {
                let log = $log;
                let (a, b, id) = (*$graph.a(), *$graph.b(), *$graph.id());
                log.push(format!("read {a} {b} {id}"));
                log.push(value_or_failed(|| {
                    let (big, sum) = (*$graph.big(), *$graph.sum());
                    format!("{big} {sum}")
                }));
                log.push(value_or_failed(|| $graph.lazy().clone()));
                log.push(value_or_failed(|| format!("{:?}", $graph.key())));
                log.push(describe!($graph.post()));
                log.push(describe!($graph.save()));
            }
            other => unreachable!("{other:?}"),
        }
    };
}

/// A request to either.
macro_rules! request {
    ($graph:expr, $step:expr) => {
        match $step {
            Step::Reload(Work::User) => $graph.reload_user(),
            Step::Reload(Work::Post) => $graph.reload_post(),
            Step::Reload(Work::Save) => $graph.reload_save(),
            Step::Cancel(Work::User, why) => $graph.cancel_user(why.clone()),
            Step::Cancel(Work::Post, why) => $graph.cancel_post(why.clone()),
            Step::Cancel(Work::Save, why) => $graph.cancel_save(why.clone()),
            other => unreachable!("{other:?}"),
        }
    };
}

/// Carries a script out.
pub(crate) fn play(script: &[Step], desk: &Desk) {
    let [users, posts, saves] = desk.gates.clone();
    let mut world = World::new(users, posts, saves, desk.log.clone());
    for step in script {
        desk.step(step, || match step {
            Step::Batch(steps) => world.batch(|batch| in_batch(batch, steps, desk)),
            Step::Try { fails, steps } => {
                let _ = world.transaction(|batch| {
                    in_batch(batch, steps, desk);
                    if *fails { Err(()) } else { Ok(()) }
                });
            }
            Step::Reload(_) | Step::Cancel(..) => request!(world, step),
            Step::Poll => desk.polled(poll_once(|context| world.poll_progress(context))),
            step => leaf!(world, step, &desk.log),
        });
    }
    desk.log.push("end");
}

fn in_batch(batch: &mut WorldBatch<'_>, steps: &[Step], desk: &Desk) {
    for step in steps {
        match step {
            Step::Batch(steps) => batch.batch(|batch| in_batch(batch, steps, desk)),
            Step::Try { fails, steps } => {
                let _ = batch.transaction(|batch| {
                    in_batch(batch, steps, desk);
                    if *fails { Err(()) } else { Ok(()) }
                });
            }
            Step::Reload(_) | Step::Cancel(..) => request!(batch, step),
            step if desk.release(step) => {}
            step => leaf!(batch, step, &desk.log),
        }
    }
}
