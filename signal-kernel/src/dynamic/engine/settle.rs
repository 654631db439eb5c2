//! Settles all nodes that a write or a batch has marked: `rounds`.
//!
//! Invariants: a round has two phases. In the first, resources run, and the stale values that effects need are
//! computed; in the second, the effects whose dependencies have changed run, in the order of their creation. The next
//! round settles the writes of these effects. A panic is kept until the graph is at rest.
//!
//! Must not know: values, handles, and the work of a resource.

use super::{net_change, refresh::refresh, run, runtime::Runtime, snapshots, turn::Turn};
use crate::dynamic::graph::{
    checks::Frame,
    ids::{NodeId, Order, Queued},
};
use std::{cell::RefMut, collections::BTreeSet};

/// After this many rounds, the settle gives the due effects up as effects that never come to rest. A round with the
/// first run of an effect in this settle does not count: a chain of effects, each of which writes the input of the
/// next, does come to rest.
const ROUNDS: u32 = 10_000;

/// The limit for rounds of any kind: an effect that creates another effect in each round never comes to rest.
const MOST_ROUNDS: u32 = 100_000;

/// The error also names the effects of this many rounds before the limit: effects that write each other's inputs run in
/// turn.
const TURNS: u32 = 32;

/// The record of a settle that does not seem to end.
struct LongSettle {
    /// The number of rounds without the first run of an effect.
    counted: u32,
    /// All effects that have run so far, except those of the first rounds.
    known: BTreeSet<Queued>,
    /// The effects that have run in the last rounds before the limit.
    restless: Vec<Queued>,
}

impl LongSettle {
    /// Records the due effects of a round after the first `TURNS` ones. Returns whether this round exceeds a limit.
    #[cold]
    #[inline(never)]
    fn ends(this: &mut Option<Box<Self>>, round: u32, due: &[Queued]) -> bool {
        let this = this.get_or_insert_with(|| {
            Box::new(LongSettle {
                counted: TURNS,
                known: BTreeSet::new(),
                restless: Vec::new(),
            })
        });
        let before = this.known.len();
        this.known.extend(due);
        this.counted += u32::from(this.known.len() == before);
        if this.counted + TURNS >= ROUNDS || round + TURNS >= MOST_ROUNDS {
            this.restless.extend_from_slice(due);
        }
        this.counted > ROUNDS || round >= MOST_ROUNDS
    }
}

/// Settles all marked nodes. The caller has a batch open, and no other batch is open.
#[inline(always)]
pub(crate) fn rounds<'a>(turn: &mut Turn<'a>) -> RefMut<'a, Runtime> {
    let mut runtime = turn.take();
    let mut long: Option<Box<LongSettle>> = None; // for a settle of many rounds only
    for round in 0.. {
        runtime = phase_a(turn, runtime);
        if runtime.failures.has_refused() {
            runtime.tell_refused();
            continue;
        }
        if round >= TURNS && LongSettle::ends(&mut long, round, &runtime.schedule.effects) {
            drop(runtime);
            give_up(turn, long.as_deref_mut(), round);
            runtime = turn.take();
            if runtime.is_settled() {
                break;
            }
            continue;
        }
        if !runtime.log.is_empty() || !runtime.schedule.resources.is_empty() {
            continue; // a cleanup has written, or a body has created a resource: phase A is not over
        }
        if !runtime.schedule.effects.is_empty() || !runtime.callbacks.is_empty() {
            runtime = phase_b(turn, runtime);
        }
        if !runtime.is_settled() {
            continue;
        }
        if runtime.snapshots.is_empty() {
            break;
        }
        drop(runtime);
        snapshots::end_all(turn);
        runtime = turn.take();
        if runtime.is_settled() {
            break;
        }
    }
    runtime
}

/// Phase A: resources run, and the stale values that effects need are computed.
#[inline(always)]
fn phase_a<'a>(turn: &mut Turn<'a>, mut runtime: RefMut<'a, Runtime>) -> RefMut<'a, Runtime> {
    if !runtime.log.is_empty() {
        drop(runtime);
        net_change::reconcile(turn);
        runtime = turn.take();
    }
    runtime.in_phase_a = true;
    if !runtime.schedule.resources.is_empty() {
        drop(runtime);
        run_resources(turn);
        runtime = turn.take();
    }
    runtime.schedule.sort_effects();
    if runtime.schedule.unverified && runtime.schedule.resources.is_empty() {
        drop(runtime);
        verify(turn);
        runtime = turn.take();
    } // else all must run; `run::effects` skips a slot of another node
    runtime.in_phase_a = false;
    runtime
}

/// Phase B: makes the calls of listeners, and runs the effects.
#[inline(always)]
fn phase_b<'a>(turn: &mut Turn<'a>, mut runtime: RefMut<'a, Runtime>) -> RefMut<'a, Runtime> {
    let spare = std::mem::take(&mut runtime.schedule.spare);
    let mut due = std::mem::replace(&mut runtime.schedule.effects, spare);
    runtime.round = true;
    let calls = !runtime.callbacks.is_empty();
    drop(runtime);
    if calls {
        run_callbacks(turn);
    }
    run::effects(turn, &due);
    let mut runtime = turn.take();
    runtime.round = false;
    due.clear();
    runtime.schedule.spare = due;
    runtime
}

/// Makes all calls of listeners that are due, in the order of their events. Nodes that a call makes have no owner.
fn run_callbacks(turn: &mut Turn<'_>) {
    let runtime = turn.runtime();
    let callbacks = std::mem::take(&mut runtime.callbacks);
    let before = runtime.context;
    runtime.untracked();
    (runtime.context.owner, runtime.context.computing) = (NodeId::NONE, NodeId::NONE);
    for callback in callbacks {
        turn.call(callback); // user code
    }
    turn.runtime().context = before;
}

/// Phase A: runs the resources, in the order of their creation and after their dependencies. Resources that
/// earlier ones have queued run in the same call, unless one of them is new or older than the last one that has run:
/// the queue then stays for the next round, because only rounds are counted.
#[inline(never)]
fn run_resources(turn: &mut Turn<'_>) {
    let mut runtime = turn.take();
    let newest = runtime.orders;
    loop {
        let mut due = std::mem::take(&mut runtime.schedule.resources);
        due.sort_unstable();
        let last = due.last().map_or(Order::START, |it| it.order());
        let alone = due.len() == 1;
        if !alone {
            for it in &due {
                runtime.mark_parts(*it);
            }
        }
        for &it in &due {
            let node = &mut runtime.nodes[it.node()];
            if node.order == it.order() {
                node.marks.clear_queued();
                if node.marks.is_stale() {
                    (runtime.schedule.alone, runtime.schedule.grown) = (alone, false);
                    runtime = refresh::<true>(turn, runtime, it.node(), false);
                    runtime.context = turn.outer();
                    runtime.schedule.alone = false;
                }
                runtime.unmark_parts(it);
            }
        }
        let next = &mut runtime.schedule.resources;
        if next.is_empty() {
            due.clear();
            *next = due;
            return;
        }
        let forward = |it: &Queued| it.order() > last && it.order() <= newest;
        if !next.iter().all(forward) {
            return;
        }
    }
}

/// Phase A: computes the values that queued effects need, and removes the effects that need not run from the queue.
/// Stops when a cleanup has written a signal: the write must be reconciled first.
#[inline(never)]
fn verify(turn: &mut Turn<'_>) {
    let mut runtime = turn.take();
    let (mut next, mut kept) = (0, 0);
    while let Some(&it) = runtime.schedule.effects.get(next) {
        if !runtime.log.is_empty() {
            break;
        }
        let mut node = &mut runtime.nodes[it.node()];
        if node.order == it.order() && node.marks.is_failed() {
            // A blocked effect must not run before a check of its dependencies.
            node.marks.clear_failed();
            node.marks.downgrade();
        }
        if node.order == it.order() && node.marks.needs_check() {
            runtime = refresh::<false>(turn, runtime, it.node(), false);
            let unfinished = !runtime.log.is_empty();
            node = &mut runtime.nodes[it.node()];
            if node.order == it.order() && unfinished && node.marks.is_dirty() {
                node.marks.downgrade();
                break;
            }
        }
        next += 1;
        if node.order != it.order() {
            continue;
        }
        if !node.marks.is_dirty() {
            // The effect is unchanged, or blocked by a failed dependency, whose version rises when the failure ends.
            node.marks.clear_queued();
            continue;
        }
        if runtime.has_more_deps(it.node()) && runtime.has_stale_dep(it.node()) {
            drop(runtime);
            let due = refresh_all(turn, it);
            runtime = turn.take();
            if !runtime.log.is_empty() {
                next -= 1;
                break;
            }
            if !due {
                continue;
            }
        }
        runtime.schedule.effects[kept] = it;
        kept += 1;
    }
    runtime.context = turn.outer();
    let schedule = &mut runtime.schedule;
    schedule.unverified = next < schedule.effects.len();
    if kept < next {
        schedule.effects.drain(kept..next);
    }
}

/// Brings the dependencies of an effect that must run up to date: its body then finds no stale value among its earlier
/// reads. Returns whether the effect is still due. If a dependency has failed, the effect does not start, because its
/// body would stop halfway.
#[cold]
#[inline(never)]
fn refresh_all(turn: &mut Turn<'_>, effect: Queued) -> bool {
    let mut runtime = turn.take();
    let mut failed = false;
    let mut link = runtime.deps(effect.node());
    while link.is_some() && runtime.is_due(effect) && runtime.log.is_empty() {
        let dep = runtime.links[link].dep;
        if dep.is_some() && runtime.is_stale(dep) {
            let node = effect.node();
            runtime.reopen(dep);
            runtime.check_stack.push(Frame { node, link });
            runtime = refresh::<false>(turn, runtime, dep, false);
            runtime.check_stack.pop();
            let it = &runtime.links[link]; // `dep` is `NONE` if the dependency was disposed of
            if it.dep.is_some() && !it.seen.is_tried() && runtime.is_failed(it.dep) {
                failed = true;
                let message = runtime.break_silence(dep);
                drop(runtime);
                if let Some(message) = message {
                    turn.keep(Box::new(message));
                }
                runtime = turn.take();
            }
        }
        link = runtime.links[link].next_dep;
    }
    if failed && runtime.log.is_empty() && runtime.is_due(effect) {
        let node = &mut runtime.nodes[effect.node()];
        node.marks.clear_stale();
        node.marks.clear_queued();
        node.marks.set_failed();
        return false;
    }
    runtime.is_due(effect)
}

/// Gives up the due effects, which never come to rest.
#[cold]
#[inline(never)]
fn give_up(turn: &mut Turn<'_>, long: Option<&mut LongSettle>, round: u32) {
    let rounds = if round < MOST_ROUNDS {
        ROUNDS
    } else {
        MOST_ROUNDS
    };
    let runtime = turn.runtime();
    let restless = long.map(|it| std::mem::take(&mut it.restless));
    let message = runtime.give_up(restless, rounds);
    let callbacks = std::mem::take(&mut runtime.callbacks);
    for callback in callbacks {
        turn.discard(callback); // user code
    }
    turn.keep(Box::new(message));
}

impl Runtime {
    /// Returns whether this dependency may be stale. A running dependency must not be pulled.
    fn is_stale(&self, dep: NodeId) -> bool {
        let marks = self.marks(dep);
        let provisional = marks.is_provisional() && self.log.is_empty();
        let stale = marks.is_stale() || provisional || self.is_open(dep).is_some();
        !marks.is_in_progress() && stale
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.log.is_empty()
            && self.schedule.effects.is_empty()
            && self.schedule.resources.is_empty()
            && self.callbacks.is_empty()
    }

    /// Gives up the due effects, which never come to rest: takes them off the queue, and names them with the effects of
    /// the last rounds. Each effect runs again when one of its dependencies changes.
    #[cold]
    fn give_up(&mut self, restless: Option<Vec<Queued>>, rounds: u32) -> String {
        let mut restless = restless.unwrap_or_default();
        for index in 0..self.schedule.resources.len() {
            let resource = self.schedule.resources[index];
            self.mark_parts(resource); // the marks stay
        }
        let effects = std::mem::take(&mut self.schedule.effects);
        let resources = std::mem::take(&mut self.schedule.resources);
        for it in effects.into_iter().chain(resources) {
            if self.is_due(it) {
                self.nodes[it.node()].marks.clear_queued(); // the node has still not seen the missed changes
                restless.push(it);
            }
        }
        restless.sort_unstable();
        restless.dedup();
        restless.retain(|&it| self.is_due(it));
        let names: Vec<String> = restless.iter().map(|it| self.describe(it.node())).collect();
        format!(
            "effects never come to rest: after {rounds} rounds there is still {}",
            names.join(", ")
        )
    }
}
