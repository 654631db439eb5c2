//! A list of graphs, as a batch writes it.
//!
//! Invariants: each method runs the user code that it needs (the maker, `Hash`, `Eq` and `Clone` of a key, a comparison)
//! before it changes anything, so that after a panic the list is as it was before the call. No row leaves the list for
//! good before the batch ends, for it may have to come back.
//!
//! Must not know: how a list settles (`settle`).

use super::{
    super::{core::Core, inside::graph::note_written, visit::AnyGraph},
    list::List,
    open::RowsMut,
    row::Row,
    rows::RowId,
};
use crate::{
    needs::{HasMaker, IsWritten, Key, TakesParts},
    panics::FirstPanic,
    reactive::{Part, Reactive},
};
use std::{borrow::Borrow, cmp::Ordering, fmt, hash::Hash, marker::PhantomData};

/// A list that is made by a maker: `list todos: Todo by u64 => |id| Todo(id);`.
#[derive(Debug)]
pub enum Made {}

/// A list whose rows are parts: `list todos: Todo by u64;`.
#[derive(Debug)]
pub enum ByParts {}

/// A list that follows its keys: `list todos: Todo by u64 = ids.clone() => |id| Todo(id);`.
#[derive(Debug)]
pub enum Follows {}

impl HasMaker for Made {}
impl TakesParts for ByParts {}
impl IsWritten for Made {}
impl IsWritten for ByParts {}

/// The maker of a list.
pub enum Maker<'list, K, G> {
    /// On the stack of the caller.
    Borrowed(&'list dyn Fn(K) -> Part<G>),
    /// For a batch that is handed on. A closure that captures nothing takes no memory.
    Boxed(Box<dyn Fn(K) -> Part<G> + 'list>),
}

/// A [`List`] that is being written, in a batch of the graph around it.
///
/// Rows that are taken out are dropped, with their work, when the outermost batch ends. If a transaction fails, the list is
/// as it was before it: rows that were taken out are there, and their work was not interrupted; rows that were put in are
/// gone, and nothing in them has run.
///
/// `Kind` tells how rows come to the list: by its maker, as parts, or by the keys that it follows. A function that names the
/// type without it takes a list with a maker.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ListBatch, reactive};
///
/// reactive! {
///     pub struct Todo {
///         pub signal done: bool = false;
///     }
///
///     pub struct App {
///         pub list todos: Todo by u64 => |_| Todo();
///         pub computed left: usize = todos.each(Todo::done).filter(|done| !**done).count();
///     }
/// }
///
/// /// Works in every batch, and for every list of these rows that has a maker.
/// fn fill(todos: &mut ListBatch<'_, u64, Todo>, keys: impl IntoIterator<Item = u64>) {
///     for key in keys {
///         todos.insert(key);
///     }
/// }
///
/// let mut app = App::new();
/// app.update_todos(|todos| fill(todos, 0..4));
/// app.batch(|app| {
///     fill(&mut app.todos_mut(), [9]);
///     app.todos_mut().remove(&0);
///     for (_, mut todo) in app.todos_mut().rows_mut().take(2) {
///         todo.set_done(true);
///     }
///     app.todos_mut().sort_by(|(a, _), (b, _)| b.cmp(a));
/// });
/// assert_eq!(app.todos().keys().collect::<Vec<_>>(), [&9, &3, &2, &1]);
/// assert_eq!(*app.left(), 2);
/// ```
pub struct ListBatch<'list, K, G, Kind = Made> {
    pub(super) list: &'list mut List<K, G>,
    pub(super) level: u32,
    maker: Option<Maker<'list, K, G>>,
    kind: PhantomData<fn() -> Kind>,
}

impl<K, G> List<K, G> {
    /// The list, to be written in the batch that is open around it.
    #[doc(hidden)]
    pub fn write<'list, Kind, const W: usize>(
        &'list mut self,
        core: &mut Core<W>,
        position: usize,
        maker: Option<Maker<'list, K, G>>,
    ) -> ListBatch<'list, K, G, Kind> {
        let level = note_written(core, position, &mut self.written_at, &mut self.changed_at);
        ListBatch {
            list: self,
            level,
            maker,
            kind: PhantomData,
        }
    }

    /// The list, to be filled before it begins.
    #[doc(hidden)]
    pub fn write_first<'list, Kind>(
        &'list mut self,
        maker: Option<Maker<'list, K, G>>,
    ) -> ListBatch<'list, K, G, Kind> {
        ListBatch {
            list: self,
            level: 0,
            maker,
            kind: PhantomData,
        }
    }
}

impl<K: Key, G: Reactive> List<K, G> {
    /// Takes a graph out for good, in a batch of its own.
    #[doc(hidden)]
    pub fn take<const W: usize>(
        &mut self,
        core: &mut Core<W>,
        position: usize,
        key: &K,
    ) -> Option<G> {
        let id = self.rows.rows().find(key)?;
        note_written(core, position, &mut self.written_at, &mut self.changed_at);
        let (key, row) = self.rows.take(id)?;
        let mut panics = FirstPanic::default();
        let graph = row.into_graph();
        panics.discard(key); // user code
        panics.result(Some(Some(graph)))
    }
}

impl<K, G, Kind> ListBatch<'_, K, G, Kind> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Is there no row?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The keys, in the order of the list.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.list.keys()
    }
}

impl<K: Key, G: Reactive, Kind> ListBatch<'_, K, G, Kind> {
    /// Is there a row with this key?
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        self.list.contains_key(key)
    }

    /// The index of the row with this key.
    pub fn position<Q>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        self.list.position(key)
    }

    /// The row with this key, to be written.
    pub fn row_mut<Q>(&mut self, key: &Q) -> Option<G::Batch<'_>>
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        let id = self.list.rows.rows().find(key)?;
        Some(self.write(id))
    }

    /// All rows, to be written, in the order of the list.
    pub fn rows_mut(&mut self) -> impl ExactSizeIterator<Item = (&K, G::Batch<'_>)> {
        let level = self.level;
        let rows: RowsMut<'_, K, Row<G>> = self.list.rows.rows_mut(level);
        rows.map(move |(key, row)| (key, row.write(level)))
    }

    /// The row with this key: a new one at the end of the list if there is none. Inside the batch nothing of a new row
    /// runs; it is fed and starts when the batch ends.
    pub fn insert(&mut self, key: K) -> G::Batch<'_>
    where
        Kind: HasMaker,
    {
        self.row_or_new(key)
            .expect("`Kind` is for a list with a maker")
    }

    /// Puts a graph in at the end of the list. If there is a row with this key, the part is dropped, and the result is
    /// false.
    pub fn insert_part(&mut self, key: K, part: Part<G>) -> bool
    where
        Kind: TakesParts,
    {
        match self.list.rows.rows().look_up(&key) {
            Ok(_) => false,
            Err(hash) => {
                let row = Row::new(part.into_graph());
                self.list.rows.put_in(self.level, key, hash, row);
                true
            }
        }
    }

    /// Takes the row with this key out of the list. False if there is none.
    pub fn remove<Q>(&mut self, key: &Q) -> bool
    where
        Kind: IsWritten,
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        let id = self.list.rows.rows().find(key);
        if let Some(id) = id {
            self.list.rows.take_out(self.level, id);
        }
        id.is_some()
    }

    /// Takes all rows out.
    pub fn clear(&mut self)
    where
        Kind: IsWritten,
    {
        self.take_out(self.list.rows.ids().collect());
    }

    /// Takes the rows out for which `keep` is false. `keep` sees them as the batch has left them.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &G) -> bool)
    where
        Kind: IsWritten,
    {
        self.refresh();
        let rows = &self.list.rows;
        let gone = |id: &RowId| !keep(rows.key(*id), rows.row(*id).graph()); // user code
        let gone = rows.ids().filter(gone).collect();
        self.take_out(gone);
    }

    /// Moves the row with this key to this index of the list, or to its end if the list is shorter. False if there is no
    /// such row.
    pub fn move_to<Q>(&mut self, key: &Q, index: usize) -> bool
    where
        Kind: IsWritten,
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        let id = self.list.rows.rows().find(key);
        if let Some(id) = id {
            self.list.rows.move_to(self.level, id, index);
        }
        id.is_some()
    }

    /// Sorts the list; rows that are equal keep their order. `compare` sees the rows as the batch has left them.
    pub fn sort_by(&mut self, mut compare: impl FnMut((&K, &G), (&K, &G)) -> Ordering)
    where
        Kind: IsWritten,
    {
        self.refresh();
        let rows = &self.list.rows;
        let entry = |id: RowId| (rows.key(id), rows.row(id).graph());
        let mut order: Vec<RowId> = rows.ids().collect();
        order.sort_by(|&a, &b| compare(entry(a), entry(b))); // user code
        self.list.rows.set_order(self.level, order);
    }

    /// The row with this key: a new one at the end of the list if there is none. None if the batch has no maker.
    pub(super) fn row_or_new(&mut self, key: K) -> Option<G::Batch<'_>> {
        let id = match self.list.rows.rows().look_up(&key) {
            Ok(id) => id,
            Err(hash) => {
                let part = match self.maker.as_ref()? {
                    Maker::Borrowed(make) => make(key.clone()), // user code
                    Maker::Boxed(make) => make(key.clone()),    // user code
                };
                let row = Row::new(part.into_graph());
                self.list.rows.put_in(self.level, key, hash, row)
            }
        };
        Some(self.write(id))
    }

    pub(super) fn write(&mut self, id: RowId) -> G::Batch<'_> {
        let (_, row) = self.list.rows.touch(self.level, id);
        row.write(self.level)
    }

    fn take_out(&mut self, gone: Vec<RowId>) {
        for id in gone {
            self.list.rows.take_out(self.level, id);
        }
    }

    /// Brings all rows up to date.
    fn refresh(&mut self) {
        let mut panics = FirstPanic::default();
        self.list.refresh(&mut panics);
        panics.resume();
    }
}

impl<K: fmt::Debug, G, Kind> fmt::Debug for ListBatch<'_, K, G, Kind> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.keys()).finish()
    }
}

impl<K, G> fmt::Debug for Maker<'_, K, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Maker")
    }
}
