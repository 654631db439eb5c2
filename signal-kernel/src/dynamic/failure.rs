//! Failed reads: the error of a `try_` read, and the records of failed nodes.
//!
//! Invariants: a node has a record exactly while it is marked as failed and does not run; the cause in the record is the
//! text of the panic that the failure comes from, if that panic had a text.
//!
//! Must not know: values, and the time of a run.

use super::{
    graph::ids::{Key, NodeId, RunId, Version},
    graph::marks::{Kind, Stale},
    graph::tables::Link,
    handle::Disposed,
    runtime::Runtime,
};
use crate::panics::text_of;
use std::{any::Any, collections::BTreeMap, error::Error, fmt, sync::Arc};

/// The reason for which a node cannot be read: the error of [`Computed::try_get`](crate::Computed::try_get) and of all
/// other reads whose names begin with `try_`.
///
/// A failed dependency does not block a body that reads it in such a way: the body gets the error as a value, and
/// runs again when the failure begins or ends, or when its cause changes.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ReadError, computed, signal};
///
/// let divisor = signal(2);
/// let quotient = computed(move || {
///     let divisor = divisor.get();
///     assert!(divisor != 0, "division by zero");
///     10 / divisor
/// })
/// .named("quotient");
/// let shown = computed(move || match quotient.try_get() {
///     Ok(quotient) => quotient.to_string(),
///     Err(ReadError::Failed(failure)) => failure.cause().unwrap_or("failed").to_owned(),
///     Err(error) => error.to_string(),
/// });
/// assert_eq!(shown.get(), "5");
/// divisor.set(0);
/// assert_eq!(shown.get(), "division by zero");
/// divisor.set(5);
/// assert_eq!(shown.get(), "2");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The node was disposed of.
    Disposed(Disposed),
    /// The body of the node, or of a dependency of it, has panicked.
    Failed(Failure),
    /// The node is being computed: the read would close a cycle.
    Cycle(Cycle),
}

/// A computed value is failed: its body has panicked, or depends on a value that is failed.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ReadError, computed};
///
/// let half = computed(|| -> NodeId { panic!("5 is odd") }).named("half");
/// let quarter = computed(move || half.get() / 2).named("quarter");
/// let Err(ReadError::Failed(failure)) = quarter.try_get() else { unreachable!() };
/// assert_eq!(failure.node(), "computed `quarter`");
/// assert_eq!(failure.culprit(), "computed `half`");
/// assert_eq!(failure.cause(), Some("5 is odd"));
/// assert_eq!(
///     failure.to_string(),
///     "computed `quarter` panicked: it depends on computed `half`, which did: 5 is odd"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(Arc<Reason>);

#[derive(PartialEq, Eq)]
struct Reason {
    node: String,
    /// Another node, from whose panic the failure comes.
    culprit: Option<String>,
    cause: Option<Arc<str>>,
}

impl Failure {
    /// The node that was read: its kind, and its name or the place where it was made.
    ///
    /// # Examples
    ///
    /// See [`Failure`].
    pub fn node(&self) -> &str {
        &self.0.node
    }

    /// The node whose body has panicked: the node that was read, or one of its dependencies.
    ///
    /// # Examples
    ///
    /// See [`Failure`].
    pub fn culprit(&self) -> &str {
        self.0.culprit.as_deref().unwrap_or(&self.0.node)
    }

    /// The text of the panic. `None` if its payload was neither a `&str` nor a `String`.
    ///
    /// # Examples
    ///
    /// See [`Failure`].
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason {
            node,
            culprit,
            cause,
        } = &*self.0;
        write!(f, "{node} panicked")?;
        if let Some(culprit) = culprit {
            write!(f, ": it depends on {culprit}, which did")?;
        }
        match cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl Error for Failure {}

/// Values depend on each other in a circle, and a read would close the circle.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Computed, ReadError, computed};
/// use std::{cell::Cell, rc::Rc};
///
/// let first: Rc<Cell<Option<Computed<String>>>> = Rc::default();
/// let b = computed({
///     let first = first.clone();
///     move || match first.get().unwrap().try_get() {
///         Err(ReadError::Cycle(cycle)) => cycle.nodes().collect::<Vec<_>>().join(", "),
///         other => format!("{other:?}"),
///     }
/// })
/// .named("b");
/// let a = computed(move || b.get()).named("a");
/// first.set(Some(a));
/// assert_eq!(a.get(), "`a`, `b`");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Cycle(Arc<Path>);

#[derive(PartialEq, Eq)]
struct Path {
    nodes: Vec<String>,
    text: String,
}

impl Cycle {
    /// The nodes of the cycle, each once, by name or by the place where the node was made. Each node depends on the
    /// next one, and the last node on the first.
    ///
    /// # Examples
    ///
    /// See [`Cycle`].
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.0.nodes.iter().map(String::as_str)
    }

    pub(super) fn new(nodes: Vec<String>, text: String) -> Self {
        Cycle(Arc::new(Path { nodes, text }))
    }

    /// The panic of a read that has closed this cycle.
    pub(super) fn payload(&self) -> Box<dyn Any + Send> {
        Box::new(self.0.text.clone())
    }

    fn is(&self, payload: &(dyn Any + Send)) -> bool {
        payload.downcast_ref::<String>() == Some(&self.0.text)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl fmt::Debug for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cycle({self})")
    }
}

impl Error for Cycle {}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Disposed(error) => error.fmt(f),
            ReadError::Failed(error) => error.fmt(f),
            ReadError::Cycle(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Disposed(error) => error.fmt(f),
            ReadError::Failed(error) => error.fmt(f),
            ReadError::Cycle(error) => error.fmt(f),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ReadError::Disposed(error) => Some(error),
            ReadError::Failed(error) => Some(error),
            ReadError::Cycle(error) => Some(error),
        }
    }
}

impl From<Disposed> for ReadError {
    fn from(error: Disposed) -> Self {
        ReadError::Disposed(error)
    }
}

/// The records of failed nodes.
pub(super) struct Failures {
    known: BTreeMap<NodeId, Record>,
    /// The last cycle that a read has closed.
    last: Option<Cycle>,
    /// The refused reads of the pulls in progress.
    refused: Vec<Refused>,
}

/// A computed value whose read was refused, since the node that it has asked for was in progress.
struct Refused {
    reader: Key,
    dep: Key,
}

/// The record of a failed node.
#[derive(Clone, Default)]
pub(super) struct Record {
    cause: Option<Arc<str>>,
    /// A `try_` read got the panic as a value: no caller was unwound.
    silent: bool,
    /// The body has caught the panic of a read, and is failed for that reason.
    caught: bool,
    /// The node was in progress when a read closed a cycle; the next read checks the node. The node may be failed
    /// besides, or may be no failure at all. An open node carries no other mark, so that changes go on to the refused
    /// readers. The number is the count of runs at that time.
    open: Option<RunId>,
    /// Before the cycle, the node was not failed.
    sound: bool,
    /// At that time the body had to run for certain.
    dirty: bool,
}

impl Record {
    /// The record of a body that has panicked. `silent`: a `try_` read gets the panic as a value.
    #[cold]
    pub(super) fn new(payload: &(dyn Any + Send), silent: bool) -> Self {
        Record {
            cause: text_of(payload),
            silent,
            ..Record::default()
        }
    }

    /// The record of a body that has caught the panic of a read.
    #[cold]
    pub(super) fn caught(message: &str, silent: bool) -> Self {
        Record {
            cause: Some(message.into()),
            silent,
            caught: true,
            ..Record::default()
        }
    }
}

impl Failures {
    pub(super) const fn new() -> Self {
        Failures {
            known: BTreeMap::new(),
            last: None,
            refused: Vec::new(),
        }
    }

    /// Takes the record of a node that is gone, or failed no more.
    #[inline(always)]
    pub(super) fn take(&mut self, node: NodeId) -> Option<Record> {
        match self.known.is_empty() {
            true => None,
            false => self.known.remove(&node),
        }
    }

    /// Keeps the cycle that was found last, for the read that has closed it.
    pub(super) fn note(&mut self, cycle: &Cycle) {
        self.last = Some(cycle.clone());
    }

    /// The cycle that this panic reports.
    pub(super) fn cycle_of(&mut self, payload: &(dyn Any + Send)) -> Option<Cycle> {
        self.last.take_if(|cycle| cycle.is(payload))
    }

    /// Has a pull refused a read?
    #[inline(always)]
    pub(super) fn has_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// The nodes that have a record.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.known.keys()
    }
}

impl Runtime {
    /// Marks a node as failed, with this record. Bodies that have read an earlier failure run again if the cause is
    /// another one.
    #[cold]
    pub(super) fn fail(&mut self, index: NodeId, record: Record) {
        self.nodes[index].marks.set_failed();
        let cause = record.cause.clone();
        let before = self.failures.known.insert(index, record);
        if before.is_none_or(|before| before.cause == cause) {
            return;
        }
        let mut readers = Vec::new();
        let mut link = self.nodes[index].subs;
        while link.is_some() {
            let it = &mut self.links[link];
            if it.seen.is_tried() {
                it.seen.set_version(Version::OTHER);
                readers.push(it.sub);
            }
            link = it.next_sub;
        }
        for reader in readers {
            self.queue(reader, Stale::Check); // the reader may have been checked since the earlier failure
        }
    }

    /// The record of a node that cannot run because this dependency is failed.
    #[cold]
    pub(super) fn record_of(&self, dep: NodeId) -> Record {
        let known = self.failures.known.get(&dep);
        Record {
            cause: known.and_then(|known| known.cause.clone()),
            ..Record::default()
        }
    }

    /// Is this node failed? A node with the mark may also be one that was in progress when a read closed a cycle.
    #[cold]
    pub(super) fn is_failed(&self, index: NodeId) -> bool {
        self.marks(index).is_failed() && !self.is_sound(index)
    }

    /// Does this node carry the mark of a failure only because it was in progress when a read closed a cycle?
    #[cold]
    pub(super) fn is_sound(&self, index: NodeId) -> bool {
        self.failures.known.get(&index).is_some_and(|it| it.sound)
    }

    /// Was this node in progress when a read closed a cycle? The result is the count of runs at that time.
    #[cold]
    pub(super) fn is_open(&self, index: NodeId) -> Option<RunId> {
        self.failures.known.get(&index)?.open
    }

    /// Leaves open a node that cannot be brought up to date now, because of a cycle.
    #[cold]
    pub(super) fn leave_open(&mut self, index: NodeId, runs: RunId) {
        let marks = self.marks(index);
        let record = self.failures.known.entry(index).or_default();
        record.open = Some(runs);
        record.sound |= !marks.is_failed();
        record.dirty = marks.is_dirty();
        self.nodes[index].marks.set_failed();
    }

    /// Makes an open node stale, since a reader asks for it.
    #[cold]
    pub(super) fn reopen(&mut self, index: NodeId) {
        let Some(record) = self.failures.known.get_mut(&index) else {
            return;
        };
        if record.open.take().is_some() {
            let mark = if record.dirty {
                Stale::Dirty
            } else {
                Stale::Check
            };
            if record.sound {
                drop(self.failures.take(index));
                self.nodes[index].marks.clear_failed();
            }
            self.nodes[index].marks.set_stale(mark);
        }
    }

    /// Notes that this computed value was refused the read of `dep`, which is in progress.
    #[cold]
    pub(super) fn note_refused(&mut self, reader: NodeId, dep: NodeId) {
        let (reader, dep) = (self.key(reader), self.key(dep));
        self.failures.refused.push(Refused { reader, dep });
    }

    /// As [`note_refused`](Self::note_refused), for all dependents of `dep`.
    #[cold]
    pub(super) fn note_refused_subs(&mut self, dep: NodeId) {
        let mut link = self.nodes[dep].subs;
        while let Some(&Link { sub, next_sub, .. }) = self.links.get(link) {
            self.note_refused(sub, dep);
            link = next_sub;
        }
    }

    /// Ends a pull. A run that refused its value to other readers may have read other nodes than the run before. If the
    /// value is on no cycle any more, the refused readers are checked again.
    #[cold]
    pub(super) fn tell_refused(&mut self) {
        for it in std::mem::take(&mut self.failures.refused) {
            let (reader, dep) = (it.reader.node, it.dep.node);
            if !self.is_alive(it.reader) {
                continue;
            }
            let known = self.is_alive(it.dep);
            if known && self.marks(dep).is_in_progress() {
                self.failures.refused.push(it);
            } else if !known || !self.leads_to(dep, reader) {
                self.queue(reader, Stale::Check);
            }
        }
    }

    pub(super) fn known_record(&self, index: NodeId) -> Option<Record> {
        self.failures.known.get(&index).cloned()
    }

    /// Restores an earlier record.
    pub(super) fn restore_record(&mut self, index: NodeId, record: Option<Record>) {
        match record {
            Some(record) => drop(self.failures.known.insert(index, record)),
            None => drop(self.failures.take(index)),
        }
    }

    /// The failed dependency that a failed node has read by `get`.
    fn blocker(&self, index: NodeId) -> Option<NodeId> {
        let mut link = self.deps(index);
        while let Some(it) = self.links.get(link) {
            let failed = it.dep.is_some()
                && self.marks(it.dep).is_failed_at_rest()
                && self.is_failed(it.dep);
            if failed && it.dep != index && !it.seen.is_tried() {
                return Some(it.dep);
            }
            link = it.next_dep;
        }
        None
    }

    /// The node from whose panic a failure comes.
    fn culprit(&self, index: NodeId) -> NodeId {
        let mut culprit = index;
        for _ in 0..self.nodes.len() {
            let caught = self
                .failures
                .known
                .get(&culprit)
                .is_some_and(|it| it.caught);
            match self.blocker(culprit) {
                Some(node) if node != index && !caught => culprit = node,
                _ => break,
            }
        }
        culprit
    }

    /// The message of a read of a failed computed value.
    #[cold]
    pub(super) fn failure(&self, index: NodeId) -> Failure {
        let culprit = self.culprit(index);
        let cause = |node: NodeId| self.failures.known.get(&node)?.cause.clone();
        Failure(Arc::new(Reason {
            node: self.describe(index),
            culprit: (culprit != index).then(|| self.describe(culprit)),
            cause: cause(culprit).or_else(|| cause(index)),
        }))
    }

    /// Notes that a `try_` read has got this failure as a value, with the panic of the body.
    #[cold]
    pub(super) fn silence(&mut self, index: NodeId) {
        let culprit = self.culprit(index);
        if let Some(record) = self.failures.known.get_mut(&culprit) {
            record.silent = true;
        }
    }

    /// The message for an effect that cannot run because of this dependency, if no caller has got the failure yet.
    #[cold]
    pub(super) fn break_silence(&mut self, dep: NodeId) -> Option<String> {
        let culprit = self.culprit(dep);
        let record = self.failures.known.get_mut(&culprit)?;
        if !std::mem::take(&mut record.silent) {
            return None;
        }
        Some(self.failure(dep).to_string())
    }

    /// Notes that the read of a failed value unwinds the observing body. A body that catches the panic is failed all
    /// the same.
    #[cold]
    pub(super) fn unwind_observer(&mut self) {
        let observer = self.context.observer.node;
        if let Some(node) = self.nodes.get_mut(observer) {
            let runs = node.marks.is_running();
            if runs && matches!(node.kind, Kind::Computed | Kind::Effect) {
                node.marks.set_failed();
            }
        }
    }

    /// The message for a body that has caught the panic of a read.
    #[cold]
    pub(super) fn has_caught(&self, index: NodeId) -> String {
        let this = self.describe(index);
        let read = match self.blocker(index) {
            Some(dep) => self.failure(dep).to_string(),
            None => "it is there again".to_owned(),
        };
        format!(
            "{this} reads a failed value with `get` and catches the panic ({read}): `try_get` returns the error"
        )
    }
}
