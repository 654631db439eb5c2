//! The runtime of one thread: its graph, and the state of batches, phases, failures and tasks around it.
//!
//! Invariants: outside a batch the undo log is empty; at rest no call is queued and no panic is held back.
//!
//! Must not know: when anything runs.

use super::{
    failures::Failures,
    names::Names,
    tasks::ThreadTasks,
    undo_log::{Snapshot, UndoLog},
    value::Value,
};
use crate::{
    dynamic::graph::{
        checks::Frame,
        ids::{NodeId, Order, Version},
        tables::{self, Graph, RunContext},
    },
    panics::FirstPanic,
};
use std::{
    any::Any,
    cell::RefCell,
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    panic::Location,
};

/// A node of the runtime's graph.
pub(crate) type Node = tables::Node<Value, Box<dyn Body>>;

/// The content of a new node.
pub(crate) type Content = tables::Content<Value, Box<dyn Body>>;

/// A call that is due.
pub(crate) type Callback = Box<dyn FnOnce()>;

/// The typed half of a node with a body.
pub(crate) trait Body {
    /// Computed values: runs the body, and compares its result with the value of the last run. The evaluation holds the
    /// old value before the call and the new one after it. Returns whether the two differ.
    fn compute(&mut self, _evaluation: &mut Evaluation<'_>) -> bool {
        false
    }

    /// Computed values of a primitive type whose last run has left a value: runs the body. Returns `None` if the result
    /// equals the value of these bits. All operands stay in registers, and the old value stays in its node.
    fn compute_bits(&mut self, _cell: &RefCell<Runtime>, _old: u64) -> Option<u64> {
        None
    }

    /// Effects, cleanups and resources: runs the body.
    fn run(&mut self, _cell: &RefCell<Runtime>, _node: NodeId) {}

    /// Computed values: compares two values by the node's own rule.
    fn same(&self, _old: &Value, _new: &Value) -> bool {
        false
    }

    /// The node has ended: drops the user's closures and values one by one.
    fn end(self: Box<Self>, panics: &mut FirstPanic) {
        panics.discard(self); // user code
    }

    /// Resources: polls the work. Returns whether the work has come to an end.
    fn poll(&mut self, _panics: &mut FirstPanic) -> bool {
        false
    }
}

/// One run of the body of a computed value.
pub(crate) struct Evaluation<'a> {
    pub(crate) cell: &'a RefCell<Runtime>,
    pub(crate) node: NodeId,
    pub(crate) generation: u32,
    /// The context from before the run.
    pub(crate) before: RunContext,
    /// The value of the last run; after the body, the value of this run.
    pub(crate) value: Value,
    /// The last run has left a value.
    pub(crate) valued: bool,
    /// The last run has failed.
    pub(crate) failed: bool,
    /// The body has caught the panic of a failed read: the panic that takes its place.
    pub(crate) caught: Option<Box<dyn Any + Send>>,
    /// The node has its value already.
    pub(crate) finished: bool,
}

/// Everything that a thread keeps for its dynamic graph.
pub(crate) struct Runtime {
    pub(crate) graph: Graph<Value, Box<dyn Body>>,
    pub(crate) check_stack: Vec<Frame>,
    /// The number of open batches. A settle counts as one.
    pub(crate) depth: u32,
    /// The number of open transactions.
    pub(crate) level: u16,
    /// Phase A: resources run, stale values are computed.
    pub(crate) in_phase_a: bool,
    /// Effects are running, and no batch is open but that of their round.
    pub(crate) round: bool,
    pub(crate) log: UndoLog,
    /// The snapshots of the computed values with a provisional value; empty at rest.
    pub(crate) snapshots: BTreeMap<NodeId, Snapshot>,
    /// Signals that a `with` has borrowed, and the place of each `with`.
    pub(crate) reading: Vec<(NodeId, &'static Location<'static>)>,
    /// Signals in an update, and the place of each update.
    pub(crate) updating: Vec<(NodeId, &'static Location<'static>)>,
    pub(crate) names: Names,
    pub(crate) failures: Failures,
    /// Panics of destructors, held back until the graph has come to rest.
    pub(crate) deferred_panics: FirstPanic,
    pub(crate) callbacks: Vec<Callback>,
    /// The callbacks that take back the requests of open transactions to resources, the newest last.
    pub(crate) undo: Vec<Callback>,
    pub(crate) tasks: Option<ThreadTasks>,
}

impl Runtime {
    pub(crate) const fn new() -> Self {
        Runtime {
            graph: Graph::new(),
            check_stack: Vec::new(),
            depth: 0,
            level: 0,
            in_phase_a: false,
            round: false,
            log: UndoLog::new(),
            snapshots: BTreeMap::new(),
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

    /// Numbers versions and creations anew before the counters run out. The renumbering happens at rest only.
    #[inline(always)]
    pub(crate) fn renumber_if_due(&mut self) {
        if self.graph.clock >= Version::LAST || self.orders >= Order::LAST {
            self.renumber_at_rest();
        }
    }

    #[cold]
    fn renumber_at_rest(&mut self) {
        if self.depth == 0 && self.context.running.is_none() && self.schedule.effects.is_empty() {
            self.renumber();
        }
    }

    /// A node in a message: ``computed `total` `` or `computed made at src/main.rs:7:15`.
    pub(crate) fn describe(&self, node: NodeId) -> String {
        self.names.describe(&self.graph, node)
    }

    /// As `describe`, without the kind.
    pub(crate) fn name(&self, node: NodeId) -> String {
        self.names.name(&self.graph, node)
    }

    /// Releases the memory of the tables when no node is left in them.
    #[inline(always)]
    pub(crate) fn shrink_if_empty(&mut self) {
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
    pub(crate) fn take_all(&mut self) -> Runtime {
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
