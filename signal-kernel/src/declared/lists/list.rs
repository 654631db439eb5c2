//! A list of graphs, as bodies and callers read it.
//!
//! Invariants: outside a call into the graph around the list, every row is settled.
//!
//! Must not know: how a batch writes (`batch`), and how a list follows its keys (`follow`).

use super::{
    open::{NetChange, OpenRows},
    row::Row,
    rows::RowId,
    work::ListWork,
};
use crate::task::ready::ReadyReceiver;
use std::{borrow::Borrow, fmt, hash::Hash};

/// A keyed, ordered list of graphs inside a graph: the value of a `list` item of [`reactive!`](crate::reactive).
///
/// Bodies and callers see it as `&List<K, G>`, in its order. Rows are put in, taken out and written through
/// [`ListBatch`](crate::ListBatch).
///
/// A body depends on what it uses: `len`, `is_empty` and `contains_key` on the keys that are there; `keys` and
/// `position` on their order, too; `each(Todo::done)` on that one node of each row, in its order; any other use on
/// everything in the rows.
///
/// # Examples
///
/// ```
/// use signal_kernel::{List, reactive};
///
/// reactive! {
///     pub struct Todo {
///         pub signal text: String = String::new();
///         pub signal done: bool = false;
///     }
///
///     pub struct App {
///         pub list todos: Todo by u64 => |_| Todo();
///         pub computed open: Vec<String> = open(todos);
///     }
/// }
///
/// fn open(todos: &List<u64, Todo>) -> Vec<String> {
///     let open = todos.values().filter(|todo| !todo.done());
///     open.map(|todo| todo.text().clone()).collect()
/// }
///
/// let mut app = App::new();
/// app.update_todos(|todos| {
///     todos.insert(1).set_text("milk".to_owned());
///     todos.insert(2).set_text("tea".to_owned());
///     todos.row_mut(&1).map(|mut todo| todo.set_done(true));
/// });
/// assert_eq!(*app.open(), ["tea"]);
/// assert_eq!(app.todos().position(&2), Some(1));
/// assert_eq!(app.todos().each(Todo::text).len(), 2);
/// ```
pub struct List<K, G> {
    pub(super) rows: OpenRows<K, Row<G>>,
    pub(super) settled: Settled,
    /// The index of the list in the list of what the open batch has written.
    pub(super) written_at: u32,
    /// The revision of the graph around at which anything in the list last changed, or was written: lazy values that read
    /// it are verified by this.
    pub(super) changed_at: u64,
    /// Only if the graph around the list can be asked for work.
    pub(super) work: Option<Box<ListWork>>,
}

/// The last settle.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The rows that were written, put in or committed to, in the order of the list.
    pub(super) touched: Vec<RowId>,
    /// Those with effects to run.
    pub(super) with_effects: Vec<RowId>,
    pub(super) structure: NetChange,
    /// A row has changed.
    pub(super) rows_changed: bool,
}

impl<K, G> List<K, G> {
    /// A list without rows, at this rank of a graph.
    #[doc(hidden)]
    pub fn new(ready: &Option<ReadyReceiver>, rank: u32) -> Self {
        let work = ready
            .as_ref()
            .map(|ready| ListWork::new(&ready.queue, rank));
        List {
            rows: OpenRows::new(),
            settled: Settled::default(),
            written_at: 0,
            changed_at: 0,
            work: work.map(Box::new),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.rows().len()
    }

    /// Is there no row?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key and the graph at this index of the list.
    pub fn get_index(&self, index: usize) -> Option<(&K, &G)> {
        self.rows.rows().at(index).map(|id| self.entry(id))
    }

    /// The first key and its graph.
    pub fn first(&self) -> Option<(&K, &G)> {
        self.iter().next()
    }

    /// The last key and its graph.
    pub fn last(&self) -> Option<(&K, &G)> {
        self.iter().next_back()
    }

    /// The keys with their graphs, in the order of the list.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &G)> + ExactSizeIterator + Clone {
        self.rows.ids().map(|id| self.entry(id))
    }

    /// The keys, in the order of the list.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.rows.ids().map(|id| self.rows.key(id))
    }

    /// The graphs, in the order of the list.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &G> + ExactSizeIterator + Clone {
        self.rows.ids().map(|id| self.rows.row(id).graph())
    }

    /// One node of each row, in the order of the list: `todos.each(Todo::done)`. A body that uses the list only like
    /// this does not run when another node of a row changes.
    pub fn each<'list, T: ?Sized + 'list>(
        &'list self,
        node: impl Fn(&'list G) -> &'list T + Clone,
    ) -> impl DoubleEndedIterator<Item = &'list T> + ExactSizeIterator + Clone {
        self.values().map(node)
    }

    fn entry(&self, id: RowId) -> (&K, &G) {
        (self.rows.key(id), self.rows.row(id).graph())
    }
}

impl<K: Eq + Hash, G> List<K, G> {
    /// The graph with this key.
    pub fn get<Q>(&self, key: &Q) -> Option<&G>
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        let id = self.rows.rows().find(key)?;
        Some(self.rows.row(id).graph())
    }

    /// Is there a row with this key?
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        self.rows.rows().find(key).is_some()
    }

    /// The index of the row with this key.
    pub fn position<Q>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        let rows = self.rows.rows();
        rows.find(key).and_then(|id| rows.index_of(id))
    }
}

impl<K: fmt::Debug, G: fmt::Debug> fmt::Debug for List<K, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}
