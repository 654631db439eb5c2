//! The state that only an open batch needs.
//!
//! Invariants: outside a batch it is empty. `undoable` and `replaced_requests` are ordered by level.
//!
//! Must not know: values, edges.

use super::mask::Mask;
use crate::task::task::Request;

/// The writes, requests and reads of the open batch and its transactions.
#[derive(Debug)]
pub(super) struct OpenBatch<const W: usize> {
    /// The number of open transactions.
    pub(super) level: u32,
    /// The signals that the batch has written and the resources that it has made requests to, each once.
    pub(super) written: Vec<Written>,
    /// The number of entries in `written` whose dependents were marked for a read.
    pub(super) marked: usize,
    /// The signals that the open transactions would take back, once for each transaction.
    pub(super) undoable: Vec<Undoable>,
    /// Resources that the open transactions have made requests to, each with the request that was replaced.
    pub(super) replaced_requests: Vec<Replaced>,
    /// Computed values that the batch has read after it wrote: their values are provisional.
    pub(super) provisional: Mask<W>,
}

/// A signal that the open batch has written, or a resource that it has made a request to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) position: u32,
    /// The signal has certainly changed, and its undo log has nothing to drop.
    pub(super) known_changed: bool,
}

/// A signal that the transaction at `level` has written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undoable {
    pub(super) position: u32,
    pub(super) level: u32,
}

/// A request of the transaction at `level`.
#[derive(Debug)]
pub(super) struct Replaced {
    pub(super) rank: u32,
    pub(super) level: u32,
    /// The request that it has replaced.
    pub(super) request: Option<Request>,
}

impl<const W: usize> OpenBatch<W> {
    #[cold]
    pub(super) fn new() -> Box<Self> {
        Box::new(OpenBatch {
            level: 0,
            written: Vec::new(),
            marked: 0,
            undoable: Vec::new(),
            replaced_requests: Vec::new(),
            provisional: Mask::EMPTY,
        })
    }

    /// The start of the writes of the transaction at `level`, which is the innermost.
    pub(super) fn first_undoable(&self, level: u32) -> usize {
        self.undoable.partition_point(|it| it.level < level)
    }

    /// Takes out the requests of the transaction at `level`, which is the innermost.
    pub(super) fn take_requests(&mut self, level: u32) -> Vec<Replaced> {
        let start = self
            .replaced_requests
            .partition_point(|it| it.level < level);
        self.replaced_requests.split_off(start)
    }

    /// Gives the requests of the transaction at `level`, which is the innermost, to the one around it.
    pub(super) fn merge_requests(&mut self, level: u32) {
        if level == 1 {
            self.replaced_requests.clear();
        }
        let requests = self.replaced_requests.iter_mut().rev();
        for request in requests.take_while(|it| it.level == level) {
            request.level = level - 1;
        }
    }
}
