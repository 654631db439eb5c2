//! A resource of a declared graph: its task, and the revisions at which the parts of its state have changed.
//!
//! Must not know: the rules of the states, drivers.

use super::{
    pass::Pass,
    visit::{AnyResource, NodeRef, Visitor},
};
use crate::{
    panics::FirstPanic,
    task::{
        ready::{ReadyQueue, ReadyReceiver},
        state::Change,
        status::Policy,
        task::{Request, Task},
        work::{Start, WorkSlot},
    },
};
use std::sync::Arc;

/// A resource of a declared graph, that yields a `T` or an `E` through the future or stream in `F`.
pub struct ResourceSlot<T, E, F> {
    /// The work, and the state that readers see.
    pub task: Task<T, E, F>,
    /// The revision of the last change of each part, in the order of [`Change::PARTS`].
    versions: [u64; 5],
}

/// Notes a change of parts at this revision. If no fold `grows` the value, the whole answer is the value.
#[inline(always)]
fn note_change(versions: &mut [u64; 5], change: Change, revision: u64, grows: bool) {
    let (stable, parts) = versions.split_last_mut().expect("there are five");
    for (version, part) in parts.iter_mut().zip(Change::PARTS) {
        if change.contains(part) {
            *version = revision;
        }
    }
    if grows && change.contains(Change::STABLE) {
        *stable = revision;
    }
}

impl<T, E, F> ResourceSlot<T, E, F>
where
    F: WorkSlot<Value = T, Error = E, Collect: Default>,
{
    /// A resource that was never started. `rank` is its place in the order of the graph.
    pub fn new(rank: u32, policy: Policy) -> Self {
        ResourceSlot {
            task: Task::new(rank, policy),
            versions: [0; 5],
        }
    }

    /// A resource whose work waits, in this slot.
    pub fn timed(rank: u32, policy: Policy, slot: F) -> Self {
        ResourceSlot {
            task: Task::timed(rank, policy, slot),
            versions: [0; 5],
        }
    }

    /// The first start, while the graph is being built.
    pub fn begin<S>(&mut self, ready: &Option<ReadyReceiver>, start: Option<S>)
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        if let Some(start) = start {
            self.task
                .begin(ready.as_ref().map(|ready| &ready.queue), start);
        }
    }

    /// Shows this resource to the visitor.
    pub fn accept(&mut self, visitor: &mut Visitor<'_>) {
        visitor.other(NodeRef::Resource(self));
    }

    /// The revision of the last change of this part.
    pub fn version(&self, part: Change) -> u64 {
        let is_value = !F::GROWS && part == Change::STABLE;
        let part = if is_value { Change::VALUE } else { part };
        part.index().map_or(0, |index| self.versions[index])
    }

    /// Notes a request, and returns the pending one that it replaces.
    pub fn request(&mut self, request: Request) -> Option<Request> {
        self.task.request(request)
    }

    /// The dependencies of the input have changed. True if the resource must act.
    #[inline]
    pub fn input_changed<const MODE: u8, const W: usize>(
        &mut self,
        pass: &mut Pass<'_, MODE, W>,
    ) -> bool {
        self.task.invalidate();
        let acts = !self.task.is_manual();
        if acts {
            pass.came_to(Change::TRANSITION);
        }
        acts
    }

    /// Starts, stops or commits, whichever is due.
    ///
    /// The caller notes the change before it lets a panic go on.
    pub fn act<S>(
        &mut self,
        queue: Option<&Arc<ReadyQueue>>,
        revision: u64,
        start: impl FnOnce() -> Option<S>,
        same: Option<fn(&T, &T) -> bool>,
    ) -> (Change, FirstPanic)
    where
        S: FnOnce(Start<'_, F::Inside>),
    {
        let mut panics = FirstPanic::default();
        let note = |change| note_change(&mut self.versions, change, revision, F::GROWS);
        let change = self
            .task
            .act(queue, start, same, note, |_, _| (), &mut panics);
        (change, panics)
    }
}

impl<T, E, F> AnyResource for ResourceSlot<T, E, F>
where
    F: WorkSlot<Value = T, Error = E, Collect: Default>,
{
    fn changed_at(&self) -> u64 {
        self.version(Change::TRANSITION)
    }

    fn part_changed_at(&self, part: Change) -> u64 {
        self.version(part)
    }

    fn is_due(&self) -> bool {
        self.task.is_due()
    }

    fn restore_request(&mut self, request: Option<Request>) {
        self.task.restore_request(request);
    }

    fn start_failed(&mut self, revision: u64, panics: &mut FirstPanic) -> Change {
        let (change, discarded) = self.task.start_failed(|_, _| (), panics);
        note_change(&mut self.versions, change, revision, F::GROWS);
        discarded.discard(panics);
        change
    }

    fn poll(&mut self, panics: &mut FirstPanic) -> bool {
        self.task.poll(&mut F::Collect::default(), panics)
    }

    fn begin_sleep(&mut self, panics: &mut FirstPanic) {
        if F::TIMED {
            self.task.begin_sleep(panics);
        }
    }
}
