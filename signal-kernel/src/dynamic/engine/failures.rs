//! The records of failed nodes, of the last cycle, and of refused reads.
//!
//! Must not know: the graph, and the time of a run.

use super::read_error::Cycle;
use crate::{
    dynamic::graph::ids::{Key, NodeId, RunId},
    panics::text_of,
};
use std::{any::Any, collections::BTreeMap, sync::Arc};

/// The records of failed nodes.
pub(crate) struct Failures {
    pub(crate) known: BTreeMap<NodeId, Record>,
    /// The last cycle that a read has closed.
    pub(crate) last: Option<Cycle>,
    /// The refused reads of the pulls in progress.
    pub(crate) refused: Vec<Refused>,
}

/// A computed value whose read was refused, since the node that it has asked for was in progress.
pub(crate) struct Refused {
    pub(crate) reader: Key,
    pub(crate) dep: Key,
}

/// The record of a failed node.
#[derive(Clone, Default)]
pub(crate) struct Record {
    pub(crate) cause: Option<Arc<str>>,
    /// A `try_` read got the panic as a value: no caller was unwound.
    pub(crate) silent: bool,
    /// The body has caught the panic of a read, and is failed for that reason.
    pub(crate) caught: bool,
    /// The node was in progress when a read closed a cycle; the next read checks the node. The node may be failed
    /// besides, or may be no failure at all. An open node carries no other mark, so that changes go on to the refused
    /// readers. The number is the count of runs at that time.
    pub(crate) open: Option<RunId>,
    /// Before the cycle, the node was not failed.
    pub(crate) sound: bool,
    /// At that time the body had to run for certain.
    pub(crate) dirty: bool,
}

impl Record {
    /// The record of a body that has panicked. `silent`: a `try_` read gets the panic as a value.
    #[cold]
    pub(crate) fn new(payload: &(dyn Any + Send), silent: bool) -> Self {
        Record {
            cause: text_of(payload),
            silent,
            ..Record::default()
        }
    }

    /// The record of a body that has caught the panic of a read.
    #[cold]
    pub(crate) fn caught(message: &str, silent: bool) -> Self {
        Record {
            cause: Some(message.into()),
            silent,
            caught: true,
            ..Record::default()
        }
    }
}

impl Failures {
    pub(crate) const fn new() -> Self {
        Failures {
            known: BTreeMap::new(),
            last: None,
            refused: Vec::new(),
        }
    }

    /// Takes the record of a node that is gone, or failed no more.
    #[inline(always)]
    pub(crate) fn take(&mut self, node: NodeId) -> Option<Record> {
        if self.known.is_empty() {
            None
        } else {
            self.known.remove(&node)
        }
    }

    /// Keeps the cycle that was found last, for the read that has closed it.
    pub(crate) fn note(&mut self, cycle: &Cycle) {
        self.last = Some(cycle.clone());
    }

    /// The cycle that this panic reports.
    pub(crate) fn cycle_of(&mut self, payload: &(dyn Any + Send)) -> Option<Cycle> {
        self.last.take_if(|cycle| cycle.is(payload))
    }

    /// Has a pull refused a read?
    #[inline(always)]
    pub(crate) fn has_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// The nodes that have a record.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.known.keys()
    }
}
