//! The runtime of one thread: its graph, and the state of batches, phases, failures and tasks around it.
//!
//! Invariants: outside a batch the undo log is empty; at rest no call is queued and no panic is held back.
//!
//! Must not know: when anything runs.

use super::{
    batch::UndoLog,
    drive::ThreadTasks,
    events::Callback,
    failure::Failures,
    graph::{
        ids::{Key, NodeId},
        tables::{self, Graph},
    },
    names::Names,
    run::Body,
    settle::Frame,
    snapshots::Snapshot,
    value::Value,
};
use crate::panics::FirstPanic;
use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    panic::Location,
};

/// A node of the runtime's graph.
pub(super) type Node = tables::Node<Value, Box<dyn Body>>;

/// The content of a new node.
pub(super) type Content = tables::Content<Value, Box<dyn Body>>;

/// Everything that a thread keeps for its dynamic graph.
pub(super) struct Runtime {
    pub(super) graph: Graph<Value, Box<dyn Body>>,
    pub(super) check_stack: Vec<Frame>,
    /// The number of open batches. A settle counts as one.
    pub(super) depth: u32,
    /// The number of open transactions.
    pub(super) level: u16,
    /// Phase A: resources run, stale values are computed.
    pub(super) in_phase_a: bool,
    /// Effects are running, and no batch is open but that of their round.
    pub(super) round: bool,
    pub(super) log: UndoLog,
    /// The snapshots of the computed values with a provisional value.
    pub(super) snapshots: BTreeMap<NodeId, Snapshot>,
    /// The nodes whose provisional value may be current; empty at rest.
    pub(super) provisional: Vec<Key>,
    /// Signals that a `with` has borrowed, and the place of each `with`.
    pub(super) reading: Vec<(NodeId, &'static Location<'static>)>,
    /// Signals in an update, and the place of each update.
    pub(super) updating: Vec<(NodeId, &'static Location<'static>)>,
    pub(super) names: Names,
    pub(super) failures: Failures,
    /// Panics of destructors, held back until the graph has come to rest.
    pub(super) deferred_panics: FirstPanic,
    pub(super) callbacks: Vec<Callback>,
    /// The callbacks that take back the requests of open transactions to resources, the newest last.
    pub(super) undo: Vec<Callback>,
    pub(super) tasks: Option<ThreadTasks>,
}

impl Runtime {
    pub(super) const fn new() -> Self {
        Runtime {
            graph: Graph::new(),
            check_stack: Vec::new(),
            depth: 0,
            level: 0,
            in_phase_a: false,
            round: false,
            log: UndoLog::new(),
            snapshots: BTreeMap::new(),
            provisional: Vec::new(),
            reading: Vec::new(),
            updating: Vec::new(),
            names: Names::new(),
            failures: Failures::new(),
            deferred_panics: FirstPanic::new(),
            callbacks: Vec::new(),
            undo: Vec::new(),
            tasks: None,
        }
    }

    /// Releases the memory of the tables when no node is left in them.
    #[inline(always)]
    pub(super) fn shrink_if_empty(&mut self) {
        if self.graph.is_empty_and_large() && self.graph.context.running.is_none() {
            self.shrink();
        }
    }

    #[cold]
    fn shrink(&mut self) {
        self.graph.shrink();
        self.check_stack = Vec::new();
    }

    /// Takes everything out when the thread ends. The first generation rises, so that every handle is stale from now
    /// on.
    pub(super) fn take_all(&mut self) -> Runtime {
        let mut all = std::mem::replace(self, Runtime::new());
        std::mem::swap(&mut self.names, &mut all.names); // messages of destructors still name places
        self.graph.first_generation = all.graph.next_generation();
        all
    }
}

impl Deref for Runtime {
    type Target = Graph<Value, Box<dyn Body>>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.graph
    }
}

impl DerefMut for Runtime {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.graph
    }
}
