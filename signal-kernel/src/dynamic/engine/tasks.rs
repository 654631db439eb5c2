//! The asynchronous tasks of a thread, and the tasks of executors that wait for them.
//!
//! Invariants: every waiting task is woken when work was started or stopped without its knowledge.
//!
//! Must not know: when work is polled.

use crate::{
    dynamic::graph::ids::NodeId,
    panics::FirstPanic,
    task::{
        ready::{ReadyQueue, ReadyReceiver},
        wakers::WakerSet,
    },
};
use std::{
    collections::BTreeMap,
    panic::Location,
    rc::{Rc, Weak},
    sync::{Arc, atomic::AtomicUsize},
    task::Waker,
};

/// A declared graph, as the tasks of a thread see it.
pub(crate) trait ForeignGraph {
    /// Polls the graph's work; true if the graph has committed something. A poll of a graph in use panics with the
    /// place `here`.
    fn poll(&self, here: &'static Location<'static>) -> bool;
}

/// An inbox, as the tasks of a thread see it.
pub(crate) trait Mailbox {
    /// Handles the messages that wait, each as one batch. True if there was one.
    fn handle(&self, panics: &mut FirstPanic) -> bool;
    /// Drops the messages that wait, and refuses others.
    fn close(&self, panics: &mut FirstPanic);
}

/// The asynchronous tasks of a thread.
pub(crate) struct ThreadTasks {
    pub(crate) waiting: Rc<Waiting>,
    pub(crate) ready: ReadyReceiver,
    /// The waker in the ready queue: it wakes all waiting tasks.
    pub(crate) waker: Waker,
    /// The number of commits.
    pub(crate) commits: u64,
    /// Shared graphs that have had work, by their nodes.
    pub(crate) foreign: BTreeMap<NodeId, Weak<dyn ForeignGraph>>,
    /// The inboxes, by their nodes.
    pub(crate) mailboxes: BTreeMap<NodeId, Weak<dyn Mailbox>>,
}

/// The waiting tasks and the ready queue, shared within the thread.
pub(crate) struct Waiting {
    pub(crate) queue: Arc<ReadyQueue>,
    pub(crate) wakers: Arc<WakerSet>,
    /// The number of messages that wait in the inboxes.
    pub(crate) messages: Arc<AtomicUsize>,
}

impl ThreadTasks {
    pub(crate) fn new() -> Self {
        let wakers = Arc::<WakerSet>::default();
        let ready = ReadyReceiver::default();
        ThreadTasks {
            waker: Waker::from(wakers.clone()),
            waiting: Rc::new(Waiting {
                queue: ready.queue.clone(),
                wakers,
                messages: Arc::default(),
            }),
            ready,
            commits: 0,
            foreign: BTreeMap::new(),
            mailboxes: BTreeMap::new(),
        }
    }

    /// Takes the inboxes out of a list of ready nodes.
    pub(crate) fn take_mailboxes(&self, ready: &mut Vec<u32>) -> Vec<Rc<dyn Mailbox>> {
        let mut taken = Vec::new();
        if !self.mailboxes.is_empty() {
            ready.retain(|&node| {
                let mailbox = self.mailboxes.get(&NodeId::from_number(node));
                taken.extend(mailbox.and_then(Weak::upgrade));
                mailbox.is_none()
            });
        }
        taken
    }

    /// The waiting tasks, if they do not know yet that work was started or stopped.
    pub(crate) fn must_notify(&self) -> Option<Rc<Waiting>> {
        self.waiting
            .queue
            .must_notify()
            .then(|| self.waiting.clone())
    }
}

impl Waiting {
    /// Wakes all waiting tasks, for work was started or stopped without their knowledge.
    pub(crate) fn notify(&self) {
        self.queue.set_notified();
        self.wakers.wake_here(); // user code
    }
}
