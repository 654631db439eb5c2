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
    /// The number of open transactions, and `BY_HAND`.
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
    /// In a graph inside another: the nodes that were due before the batch.
    pub(super) due: Mask<W>,
    /// In a graph inside another that has not started: the effects that run first.
    pub(super) first_effects: Option<Mask<W>>,
    /// In a graph inside another: the signals that were written by hand, also with an equal value.
    pub(super) by_hand: Vec<Undoable>,
    /// In a graph inside another: the revision before the batch.
    pub(super) before: u64,
    /// In a graph inside another: the version of the graph at the end of the last batch.
    pub(super) version: u64,
    /// In a graph inside another: the positions that have changed in the last settle, as words.
    pub(super) changed: Vec<u64>,
}

/// In a graph inside another: the writes that follow are made by hand, and not by a feed. A bit of the level, so that one
/// test finds that a write needs no more work.
pub(super) const BY_HAND: u32 = 1 << 31;

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
    pub(super) fn new(version: u64) -> Box<Self> {
        Box::new(OpenBatch {
            level: 0,
            written: Vec::new(),
            marked: 0,
            undoable: Vec::new(),
            replaced_requests: Vec::new(),
            provisional: Mask::EMPTY,
            due: Mask::EMPTY,
            first_effects: None,
            before: 0,
            version,
            by_hand: Vec::new(),
            changed: Vec::new(),
        })
    }

    /// The number of open transactions.
    pub(super) fn level(&self) -> u32 {
        self.level & !BY_HAND
    }

    /// As [`level`](Self::level), for a write to the signal at `position`, which is noted if it is made by hand.
    #[inline(never)]
    pub(super) fn level_of_write(&mut self, position: usize) -> u32 {
        let (position, level) = (position as u32, self.level());
        let is_noted = |it: &Undoable| it.position == position && it.level == level;
        if self.level & BY_HAND != 0 && !self.by_hand.last().is_some_and(is_noted) {
            self.by_hand.push(Undoable { position, level });
        }
        level
    }

    /// The start of the writes of the transaction at `level`, which is the innermost.
    pub(super) fn first_undoable(&self, level: u32) -> usize {
        self.undoable.partition_point(|it| it.level < level)
    }

    /// Has the transaction at `level` no entry for this position? Its entries come right before the entry `end`.
    pub(super) fn is_first(&self, position: u32, level: u32, end: usize) -> bool {
        let own = self.undoable[..end].iter().rev();
        let mut own = own.take_while(|it| it.level == level);
        level > 0 && own.all(|it| it.position != position)
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

    /// Forgets the writes by hand of the transaction at `level`, which is the innermost.
    pub(super) fn forget_by_hand(&mut self, level: u32) {
        let start = self.by_hand.partition_point(|it| it.level < level);
        self.by_hand.truncate(start);
    }

    /// Gives the writes by hand of the transaction at `level`, which is the innermost, to the one around it.
    pub(super) fn merge_by_hand(&mut self, level: u32) {
        let writes = self.by_hand.iter_mut().rev();
        for write in writes.take_while(|it| it.level == level) {
            write.level = level - 1;
        }
    }
}
