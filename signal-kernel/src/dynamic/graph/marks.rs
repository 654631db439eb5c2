//! The kind of a node, and its marks: the state of the node in checks, runs and queues.
//!
//! Invariants: the bits of the marks are combined in this file only. All other code asks questions and makes
//! transitions, each of which has a name.
//!
//! Must not know: tables, values, and when anything runs.

use std::fmt;

/// The kind of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A free slot.
    Free,
    /// A node that code outside the graph writes.
    Signal,
    /// A node without a value of its own: a part of a resource, or a declared graph.
    Passive,
    Computed,
    Effect,
    /// A node that starts, stops and commits work, in phase A.
    Resource,
    Scope,
    Cleanup,
}

/// The two degrees of a stale node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stale {
    /// A dependency may have changed.
    Check,
    /// The body must run.
    Dirty,
}

/// The marks of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks(u8);

const CHECK: u8 = 1;
const DIRTY: u8 = 1 << 1;
const QUEUED: u8 = 1 << 2;
const RUNNING: u8 = 1 << 3;
const FAILED: u8 = 1 << 4;
const DISPOSED: u8 = 1 << 5;
const PROVISIONAL: u8 = 1 << 6;
/// No effect is provisional, so both marks share a bit.
const FIRST: u8 = PROVISIONAL;
const CHECKING: u8 = 1 << 7;
const STALE: u8 = CHECK | DIRTY;
/// Signals stand in no queue, so both marks share a bit. A check for changes must not take a signal in an update for a
/// node that is being computed.
const UPDATING: u8 = QUEUED;

impl Stale {
    #[inline(always)]
    fn bits(self) -> u8 {
        match self {
            Stale::Check => CHECK,
            Stale::Dirty => DIRTY,
        }
    }
}

impl Marks {
    pub(crate) const NONE: Self = Marks(0);

    /// The mark of a free slot whose generations have all been handed out. The mark keeps the last handle from taking
    /// the slot for a live node.
    pub(crate) const USED_UP: Self = Marks(DISPOSED);

    /// The marks that keep a read of a computed value from the fast path.
    pub(crate) const NOT_CURRENT: Self = Marks(STALE | RUNNING | CHECKING | FAILED | PROVISIONAL);

    /// The marks of a computed value that has no value for a reader, also after a pull.
    pub(crate) const UNREADABLE: Self = Marks(STALE | FAILED);

    /// The mark of a signal during an update in place.
    pub(crate) const UPDATING: Self = Marks(UPDATING);

    /// The marks of a new node.
    #[inline(always)]
    pub(crate) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Computed => Marks(DIRTY),
            Kind::Effect => Marks(FIRST),
            _ => Marks::NONE,
        }
    }

    #[inline(always)]
    fn has(self, marks: u8) -> bool {
        self.0 & marks != 0
    }

    #[inline(always)]
    pub(crate) fn has_any(self, marks: Marks) -> bool {
        self.has(marks.0)
    }

    /// Returns whether the node was disposed of or has one of these marks.
    #[inline(always)]
    pub(crate) fn is_disposed_or(self, marks: Marks) -> bool {
        self.has(marks.0 | DISPOSED)
    }

    // The degrees of staleness.

    #[inline(always)]
    pub(crate) fn is_stale(self) -> bool {
        self.has(STALE)
    }

    /// The body must run.
    #[inline(always)]
    pub(crate) fn is_dirty(self) -> bool {
        self.has(DIRTY)
    }

    /// A check of the dependencies decides whether the body must run.
    pub(crate) fn needs_check(self) -> bool {
        self.0 & STALE == CHECK
    }

    /// The body must run, and no provisional value may take the place of its result.
    #[inline(always)]
    pub(crate) fn must_run(self) -> bool {
        self.0 & (DIRTY | PROVISIONAL) == DIRTY
    }

    /// The body must run, and nothing else is the matter with the node.
    #[inline(always)]
    pub(crate) fn is_just_dirty(self) -> bool {
        self.0 & (DIRTY | PROVISIONAL | RUNNING | CHECKING | FAILED) == DIRTY
    }

    #[inline(always)]
    pub(crate) fn set_stale(&mut self, stale: Stale) {
        self.0 |= stale.bits();
    }

    #[inline(always)]
    pub(crate) fn clear_stale(&mut self) {
        self.0 &= !STALE;
    }

    /// Takes back that the body must run: a check decides again.
    pub(crate) fn downgrade(&mut self) {
        self.0 = self.0 & !DIRTY | CHECK;
    }

    // The check of the dependencies.

    /// The node's dependencies are being checked.
    #[inline(always)]
    pub(crate) fn is_checking(self) -> bool {
        self.has(CHECKING)
    }

    /// The node is being checked, and has no provisional value.
    #[inline(always)]
    pub(crate) fn is_plain_check(self) -> bool {
        self.0 & (CHECKING | PROVISIONAL) == CHECKING
    }

    /// A check of a dependent must look at the dependency with these marks closely.
    #[inline(always)]
    pub(crate) fn needs_slow_check(self) -> bool {
        self.has(RUNNING | CHECKING | FAILED | PROVISIONAL)
    }

    #[inline(always)]
    pub(crate) fn begin_check(&mut self) {
        self.0 |= CHECKING;
    }

    #[inline(always)]
    pub(crate) fn end_check(&mut self) {
        self.0 &= !CHECKING;
    }

    /// Ends the check: the node is up to date.
    #[inline(always)]
    pub(crate) fn set_clean(&mut self) {
        self.0 &= !(STALE | CHECKING);
    }

    /// Ends the check: the body must run.
    #[inline(always)]
    pub(crate) fn confirm(&mut self) {
        self.0 = self.0 & !(CHECK | CHECKING) | DIRTY;
    }

    // The run of the body.

    #[inline(always)]
    pub(crate) fn is_running(self) -> bool {
        self.has(RUNNING)
    }

    /// The node is being checked, or its body is running.
    #[inline(always)]
    pub(crate) fn is_in_progress(self) -> bool {
        self.has(RUNNING | CHECKING)
    }

    /// The node is being checked, or is stale.
    pub(crate) fn is_due(self) -> bool {
        self.has(STALE | CHECKING)
    }

    /// Begins a run, which ends the check.
    #[inline(always)]
    pub(crate) fn begin_run(&mut self) {
        self.0 = self.0 & !(STALE | CHECKING) | RUNNING;
    }

    #[inline(always)]
    pub(crate) fn end_run(&mut self) {
        self.0 &= !RUNNING;
    }

    /// As `end_run`, for an effect that has completed a run, and for a resource.
    #[inline(always)]
    pub(crate) fn end_effect_run(&mut self) {
        self.0 &= !(RUNNING | FIRST);
    }

    /// Keeps the slot, without a run of a body.
    pub(crate) fn hold(&mut self) {
        self.0 |= RUNNING;
    }

    /// The effect has not completed a run yet. Only for effects.
    pub(crate) fn is_first(self) -> bool {
        self.has(FIRST)
    }

    // Failure, and the end of the node.

    /// The body has panicked, or could not run because a dependency is failed.
    #[inline(always)]
    pub(crate) fn is_failed(self) -> bool {
        self.has(FAILED)
    }

    /// The failure is that of the last run, since no run is in progress.
    pub(crate) fn is_failed_at_rest(self) -> bool {
        self.0 & (FAILED | RUNNING) == FAILED
    }

    #[inline(always)]
    pub(crate) fn set_failed(&mut self) {
        self.0 |= FAILED;
    }

    #[inline(always)]
    pub(crate) fn clear_failed(&mut self) {
        self.0 &= !FAILED;
    }

    /// The node was disposed of during a run of its body: the node ends when the body returns.
    #[inline(always)]
    pub(crate) fn is_disposed(self) -> bool {
        self.has(DISPOSED)
    }

    /// The run of the node has not ended in the usual way.
    #[inline(always)]
    pub(crate) fn is_failed_or_disposed(self) -> bool {
        self.has(FAILED | DISPOSED)
    }

    pub(crate) fn set_disposed(&mut self) {
        self.0 |= DISPOSED;
    }

    // Queues. Only for effects and resources.

    /// The node stands in a queue.
    #[inline(always)]
    pub(crate) fn is_queued(self) -> bool {
        self.has(QUEUED)
    }

    /// The marks of an effect that was at rest before it was queued.
    #[inline(always)]
    pub(crate) fn is_at_rest(self) -> bool {
        !self.has(!FIRST)
    }

    #[inline(always)]
    pub(crate) fn set_queued(&mut self) {
        self.0 |= QUEUED;
    }

    #[inline(always)]
    pub(crate) fn clear_queued(&mut self) {
        self.0 &= !QUEUED;
    }

    /// The effect must run, and was not disposed of.
    #[inline(always)]
    pub(crate) fn is_to_run(self) -> bool {
        self.0 & (DIRTY | DISPOSED) == DIRTY
    }

    // Provisional values. Only for computed values.

    /// The node has a `Snapshot` from before a batch that has read the node.
    #[inline(always)]
    pub(crate) fn is_provisional(self) -> bool {
        self.has(PROVISIONAL)
    }

    pub(crate) fn set_provisional(&mut self) {
        self.0 |= PROVISIONAL;
    }

    pub(crate) fn clear_provisional(&mut self) {
        self.0 &= !PROVISIONAL;
    }

    // Updates in place. Only for signals.

    #[inline(always)]
    pub(crate) fn is_updating(self) -> bool {
        self.has(UPDATING)
    }

    pub(crate) fn begin_update(&mut self) {
        self.0 |= UPDATING;
    }

    pub(crate) fn end_update(&mut self) {
        self.0 &= !UPDATING;
    }

    // The invariants of the marks.

    /// The marks that a node of this kind never has.
    pub(crate) fn forbidden(self, kind: Kind) -> Self {
        let allowed = match kind {
            Kind::Free | Kind::Cleanup => 0,
            Kind::Signal => UPDATING,
            Kind::Passive => STALE | CHECKING,
            Kind::Scope => RUNNING | DISPOSED,
            Kind::Computed => !QUEUED,
            Kind::Effect => !0,
            Kind::Resource => !PROVISIONAL,
        };
        Marks(self.0 & !allowed)
    }

    /// The marks that no node has at rest.
    pub(crate) fn busy(self) -> Self {
        Marks(self.0 & (RUNNING | CHECKING | DISPOSED | QUEUED))
    }

    /// A node without these marks depends on nodes without marks.
    pub(crate) fn is_clean(self) -> bool {
        !self.has(STALE | RUNNING | CHECKING | FAILED | DISPOSED)
    }
}

/// The names of the marks. `first` and `provisional`, and `queued` and `updating`, are one bit each.
impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (CHECK, "check"),
            (DIRTY, "dirty"),
            (QUEUED, "queued or updating"),
            (RUNNING, "running"),
            (FAILED, "failed"),
            (DISPOSED, "disposed"),
            (PROVISIONAL, "first or provisional"),
            (CHECKING, "checking"),
        ];
        let set = names.iter().filter(|(bit, _)| self.has(*bit));
        let set: Vec<&str> = set.map(|(_, name)| *name).collect();
        f.write_str(&set.join(" + "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Marks> {
        (0..=u8::MAX).map(Marks)
    }

    /// The marks after a transition.
    fn after(mut marks: Marks, transition: impl FnOnce(&mut Marks)) -> Marks {
        transition(&mut marks);
        marks
    }

    #[test]
    fn a_run_ends_the_check_and_the_staleness() {
        for marks in all() {
            let run = after(marks, Marks::begin_run);
            assert!(run.is_running() && !run.is_due());
            assert!(!after(run, Marks::end_run).is_in_progress());
            assert_eq!(run.is_failed(), marks.is_failed());
            assert_eq!(run.is_queued(), marks.is_queued());
            assert_eq!(run.is_disposed(), marks.is_disposed());
        }
    }

    #[test]
    fn a_check_ends_in_one_of_two_ways() {
        for marks in all() {
            let begun = after(marks, Marks::begin_check);
            assert!(begun.is_checking() && begun.is_in_progress() && begun.is_due());
            let clean = after(begun, Marks::set_clean);
            assert!(!clean.is_due());
            let confirmed = after(begun, Marks::confirm);
            assert!(confirmed.is_dirty() && !confirmed.is_checking() && !confirmed.needs_check());
        }
    }

    #[test]
    fn a_stale_node_needs_a_check_or_is_dirty() {
        for marks in all() {
            assert_eq!(marks.is_stale(), marks.is_dirty() || marks.needs_check());
            assert!(after(marks, Marks::downgrade).needs_check());
            for stale in [Stale::Check, Stale::Dirty] {
                let set = after(marks, |marks| marks.set_stale(stale));
                assert!(set.is_stale() && (set.is_dirty() || stale == Stale::Check));
            }
        }
    }

    #[test]
    fn a_mark_that_keeps_a_read_from_the_fast_path_has_a_name() {
        for marks in all() {
            let odd = marks.is_stale() || marks.needs_slow_check();
            assert_eq!(odd, marks.has_any(Marks::NOT_CURRENT));
            assert!(!marks.has_any(Marks::UNREADABLE) || odd);
        }
    }
}
