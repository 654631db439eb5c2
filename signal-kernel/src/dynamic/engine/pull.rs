//! The pull of a read: brings a node up to date for its reader, at rest or inside another body.
//!
//! Invariants: a pull at rest is a batch. Inside a body, the reader has a frame on the check stack during the pull. A
//! chain of values that were never computed pulls itself on the call stack, so the parts that need much stack are not
//! inlined.
//!
//! Must not know: the types of values, and the read itself.

use super::{batch, read_error::Cycle, refresh, run, runtime::Runtime, turn::Turn};
use crate::{
    dynamic::graph::{
        checks::{Frame, UNTRACKED},
        ids::{Key, LinkId, NodeId},
        marks::{Kind, Marks, Stale},
    },
    stack,
};
use std::cell::{RefCell, RefMut};

/// Brings a node up to date for a read. A read that fails is tracked too if `tracked`.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn node<'a>(
    cell: &'a RefCell<Runtime>,
    mut runtime: RefMut<'a, Runtime>,
    index: NodeId,
    tracked: bool,
) -> RefMut<'a, Runtime> {
    let mut marks = runtime.marks(index);
    if marks.is_in_progress() {
        refuse(runtime, index, tracked);
    }
    if marks.is_failed() {
        runtime.reopen(index);
        marks = runtime.marks(index);
    }
    if !marks.is_stale() && (!marks.is_provisional() || !runtime.log.is_empty()) {
        return runtime;
    }
    let inside = runtime.is_nested();
    if inside && stack::is_short() {
        drop(runtime);
        pull_on_new_stack(cell, index, tracked);
        return cell.borrow_mut();
    }
    let read = Read {
        node: index,
        tracked,
    };
    bring(cell, runtime, read, inside)
}

/// As `node`, for a read outside the hottest path, with less on the stack.
#[inline(never)]
pub(crate) fn outlined(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    let runtime = cell.borrow();
    let first = runtime.is_nested() && runtime.is_to_run_first(index);
    drop(runtime);
    if first {
        first_run(cell, index, tracked);
    } else {
        pull_known(cell, index, tracked);
    }
}

#[inline(never)]
fn pull_known(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    drop(node(cell, cell.borrow_mut(), index, tracked));
}

/// A read that brings its node up to date.
#[derive(Clone, Copy)]
struct Read {
    node: NodeId,
    tracked: bool,
}

/// The state of the graph before a pull.
struct PullStart {
    key: Key,
    at_rest: bool,
}

/// Brings a stale node up to date.
#[cfg_attr(not(debug_assertions), inline(always))]
fn bring<'a>(
    cell: &'a RefCell<Runtime>,
    mut runtime: RefMut<'a, Runtime>,
    read: Read,
    inside: bool,
) -> RefMut<'a, Runtime> {
    let _level = inside.then(stack::enter);
    let must_run = runtime.must_run(read.node);
    if inside {
        runtime.begin_inside(read.node, read.tracked);
    }
    let start = runtime.begin_pull(read.node);
    let mut turn = Turn::new(cell, runtime.context);
    runtime = refresh::refresh::<false>(&mut turn, runtime, read.node, must_run);
    if inside {
        runtime.end_inside();
    }
    runtime.context = turn.outer();
    if runtime.end_pull(&start) && !turn.has_panicked() {
        turn.end_unused();
        return runtime;
    }
    drop(runtime);
    finish_slow(turn, &start, read);
    cell.borrow_mut()
}

/// Computes a value for the first time, for a running body. A chain of values that were never read has one such call on
/// the stack for each value, so the parts that need much stack are not inlined here.
#[inline(never)]
pub(crate) fn first_run(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    if stack::is_short() {
        return pull_on_new_stack(cell, index, tracked);
    }
    let _level = stack::enter();
    let mut turn = Turn::begin(cell);
    let start = begin_first_run(&mut turn, index, tracked);
    run::computed_first(&mut turn, index);
    let read = Read {
        node: index,
        tracked,
    };
    end_first_run(turn, &start, read);
}

#[cold]
#[inline(never)]
fn pull_on_new_stack(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) {
    stack::elsewhere(
        || refuse_depth(cell, index, tracked),
        || outlined(cell, index, tracked),
    );
}

/// Refuses a read that is too deep. The reader is marked and checks again at its next read, because the value may exist
/// by then.
#[cold]
#[inline(never)]
fn refuse_depth(cell: &RefCell<Runtime>, index: NodeId, tracked: bool) -> String {
    let mut runtime = cell.borrow_mut();
    if tracked {
        runtime.track(index);
        let observer = runtime.context.observer.node;
        if observer.is_some() {
            runtime.queue(observer, Stale::Check);
        }
    }
    runtime.too_deep(index)
}

#[inline(never)]
fn begin_first_run(turn: &mut Turn<'_>, index: NodeId, tracked: bool) -> PullStart {
    let runtime = turn.runtime();
    runtime.begin_inside(index, tracked);
    let start = runtime.begin_pull(index);
    refresh::begin_first_run(turn, index);
    start
}

#[inline(never)]
fn end_first_run(mut turn: Turn<'_>, start: &PullStart, read: Read) {
    refresh::end_first_run(&mut turn, read.node);
    turn.restore_context();
    let runtime = turn.runtime();
    runtime.end_inside();
    if !runtime.end_pull(start) || turn.has_panicked() {
        finish_slow(turn, start, read);
    }
}

/// Refuses the read of a node that is being computed: the node depends on itself.
#[cold]
fn refuse(mut runtime: RefMut<'_, Runtime>, index: NodeId, tracked: bool) -> ! {
    let cycle = runtime.refuse(index, tracked);
    drop(runtime);
    panic!("{cycle}");
}

/// Ends the batch of a pull at rest, and lets the first panic go on.
#[cold]
fn finish_slow(mut turn: Turn<'_>, start: &PullStart, read: Read) {
    let Read { node, tracked } = read;
    let runtime = turn.runtime();
    let alive = runtime.is_alive(start.key);
    let failed = alive && runtime.marks(node).has_any(Marks::UNREADABLE);
    if failed {
        if tracked {
            runtime.track_refused(node);
        }
        if tracked && runtime.is_failed(node) {
            runtime.unwind_observer();
        }
    } else {
        // The value is current; only the drop of an old value has panicked.
        turn.defer_panics();
    }
    if start.at_rest {
        batch::end(&mut turn);
    }
    turn.end();
}

impl Runtime {
    /// Returns whether a body is running or a pull is in progress.
    #[inline(always)]
    pub(crate) fn is_nested(&self) -> bool {
        self.context.running.is_some() || !self.check_stack.is_empty()
    }

    /// Pushes a frame for the reader that pulls on `root` from a running body or during another pull. `tracked`: the
    /// reader, if it observes, will depend on `root`.
    #[inline(always)]
    pub(crate) fn begin_inside(&mut self, root: NodeId, tracked: bool) {
        let running = self.context.running;
        let depends = tracked && self.context.observer.node.is_some();
        self.check_stack.push(Frame {
            node: if running.is_none() { root } else { running },
            link: if depends { LinkId::NONE } else { UNTRACKED },
        });
    }

    #[inline(always)]
    pub(crate) fn end_inside(&mut self) {
        self.check_stack.pop();
    }

    /// Returns whether the node is a computed value that is due for its first run.
    #[inline(always)]
    pub(crate) fn is_to_run_first(&self, index: NodeId) -> bool {
        let node = &self.nodes[index];
        node.version.is_none() && node.kind == Kind::Computed && node.marks.is_just_dirty()
    }

    /// Begins a pull. A pull at rest is a batch.
    #[inline(always)]
    fn begin_pull(&mut self, index: NodeId) -> PullStart {
        let at_rest = self.depth == 0;
        if at_rest {
            self.renumber_if_due();
            self.depth = 1;
        }
        PullStart {
            key: self.key(index),
            at_rest,
        }
    }

    /// Ends a pull. Returns false if the graph has something to settle.
    #[inline(always)]
    fn end_pull(&mut self, start: &PullStart) -> bool {
        if self.failures.has_refused() {
            self.tell_refused();
        }
        if !start.at_rest {
            return true;
        }
        let done =
            self.is_settled() && self.snapshots.is_empty() && self.deferred_panics.is_empty();
        if done {
            self.depth = 0;
        }
        done
    }

    /// Returns whether the node is a computed value that must run: a check of its dependencies could only confirm the
    /// run.
    #[inline(always)]
    pub(crate) fn must_run(&self, index: NodeId) -> bool {
        let node = &self.nodes[index];
        node.marks.must_run() && node.kind == Kind::Computed
    }

    /// Returns the cycle that a read of this node would close: the node is being computed.
    #[cold]
    pub(crate) fn refuse(&mut self, index: NodeId, tracked: bool) -> Cycle {
        let running = self.context.running;
        let reader = if running.is_none() { index } else { running };
        let cycle = self.cycle(reader, index);
        if tracked {
            self.track_refused(index);
        }
        cycle
    }

    /// Tracks a read that finds no value. If the value is only incomplete, and does not depend on its reader, some
    /// readers check again once the value is complete: an effect, on which no node depends, and a node inside an
    /// untracked read.
    #[cold]
    fn track_refused(&mut self, index: NodeId) {
        let observer = self.context.observer.node;
        if observer == index && !self.has_untracked_reader() {
            return; // only a change of its own dependencies can remove this cycle
        }
        self.track(index);
        let marks = self.marks(index);
        // The body is out of its slot also during the drop of the last run's value.
        let away = self.nodes[index].is_away();
        let comes = marks.is_in_progress() || away;
        let waits = comes || marks.is_stale() || self.is_open(index).is_some();
        // The read was too deep, or has failed because of a read that was too deep: the next read tries again.
        let tries = stack::REFUSES && marks.is_stale() && !comes && self.is_failed(index);
        if !waits || observer.is_none() {
            return;
        }
        let effect = self.nodes[observer].kind == Kind::Effect;
        if tries || effect || self.has_untracked_reader() {
            // An effect has not seen the value even if the completed value equals the old one.
            self.queue(
                observer,
                if effect && comes {
                    Stale::Dirty
                } else {
                    Stale::Check
                },
            );
        }
        if tries || effect {
            return;
        }
        let cursor = self.context.observer.cursor;
        if let Some(link) = self.links.get_mut(cursor) {
            if link.dep == index {
                link.seen.set_refused();
                link.seen.set_tried();
            }
        }
        self.note_refused(observer, index);
    }
}
