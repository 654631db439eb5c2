//! Rows: a scope for each key of a source.
//!
//! Invariants: a row lives from the first read that finds its key until the settle whose source has the key no more;
//! a key that only an open batch takes away keeps its row. No table is borrowed while user code runs, but for the
//! `Hash`, `Eq` and `Clone` of keys and results.
//!
//! Must not know: the graph.

use super::{
    computed::{self, Computed},
    effect,
    engine::{context::UntrackedGuard, current},
    scope::{Scope, scope},
};
use crate::eq;
use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    panic::Location,
    rc::Rc,
};

/// Makes a row for each key of a list, once; a row ends when its key goes.
///
/// `source` yields the data of the rows, in their order; `key` tells which row a piece of data belongs to. For a key
/// that appears, `make` runs in a [`scope`](crate::scope()) of its own with the data of the row, as a computed value: it
/// changes when the data under this key does. The result of `make` is the row. A row whose key stays keeps its nodes,
/// its state and its work in flight, wherever it moves to; of a row whose key has gone, all nodes are disposed of before
/// the effects run that the new list concerns. A key that comes twice counts once, at its first place.
///
/// The rows are in the order of the source, and change only if a row comes, goes or moves. They follow the source with
/// each settle, as if an effect read them: their effects and their work need no reader. In the middle of a
/// [`batch`](crate::batch) a read shows what has been written so far; a row that only an open batch has taken out is
/// there again with all its nodes if the batch puts its key back.
///
/// `source` and `key` are tracked, `make` is not. All rows belong to the owner that is current when `keyed` is called.
/// A change of the source costs its length: it asks for each key, and compares the data of the rows that are watched.
///
/// # Panics
///
/// If the first run of `source`, `key` or `make` panics: nothing is left then. A panic in a later run goes on to the
/// caller of the write, and the rows are failed, as a [`computed`](crate::computed) value is, until the source changes;
/// rows that were made already stay, and the others are tried again then.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ReadError, Signal, keyed, signal};
///
/// #[derive(Clone, PartialEq)]
/// struct Todo {
///     id: u64,
///     text: &'static str,
/// }
///
/// let todos = signal(vec![Todo { id: 1, text: "milk" }, Todo { id: 2, text: "bread" }]);
/// // Each row has state of its own beside its data.
/// let rows = keyed(
///     move || todos.get(),
///     |todo| todo.id,
///     |todo| (todo, signal(false)),
/// );
/// let (milk, milk_done) = rows.get()[0];
/// milk_done.set(true);
///
/// todos.set(vec![Todo { id: 2, text: "bread" }, Todo { id: 1, text: "oat milk" }]);
/// assert_eq!(rows.with(Vec::len), 2);
/// let (text, done) = rows.get()[1];
/// assert_eq!((text.get().text, done.get()), ("oat milk", true)); // the row has moved, and kept its state
///
/// todos.set(Vec::new());
/// assert!(matches!(milk.try_get(), Err(ReadError::Disposed(_))));
/// ```
#[track_caller]
pub fn keyed<T, I, K, R>(
    mut source: impl FnMut() -> I + 'static,
    key: impl Fn(&T) -> K + 'static,
    mut make: impl FnMut(Computed<T>) -> R + 'static,
) -> Computed<Vec<R>>
where
    T: Clone + PartialEq + 'static,
    I: IntoIterator<Item = T>,
    K: Eq + Hash + Clone + 'static,
    R: Clone + 'static,
{
    let place = Location::caller();
    let (rows, owner) = scope(|| {
        let items = computed::make::<_, _, _, true>(
            move || Rc::new(Items::new(source(), &key)), // user code
            eq::same_rc,
            place,
        );
        let table = Rc::new(Table::new());
        let known = table.clone();
        effect::make_plain(move || known.retain(&items.get()), place);
        let order = computed::make::<_, _, _, true>(
            move || {
                let now = items.get();
                let rows = now.keys.iter().map(|key| {
                    let data = || data(items, key.clone(), now.data[key].clone(), place);
                    table.row(key, || make(data())) // user code
                });
                rows.collect::<Vec<_>>()
            },
            |old, new| old.iter().map(Rc::as_ptr).eq(new.iter().map(Rc::as_ptr)),
            place,
        );
        let rows = computed::make::<_, _, _, true>(
            move || order.with(|rows| rows.iter().map(|row| row.as_ref().clone()).collect()),
            eq::never,
            place,
        );
        effect::make_plain(move || rows.with(|_: &Vec<R>| ()), place);
        rows
    });
    // The owner around this call disposes of the scope.
    std::mem::forget(owner);
    rows
}

/// The data of the row of this key. While the key is gone and the row is not, the data stays.
fn data<T, K>(
    items: Computed<Rc<Items<K, T>>>,
    key: K,
    mut last: Rc<T>,
    place: &'static Location<'static>,
) -> Computed<T>
where
    T: Clone + PartialEq + 'static,
    K: Eq + Hash + 'static,
{
    computed::make::<_, _, _, false>(
        move || {
            if let Some(now) = items.with(|items| items.data.get(&key).cloned()) {
                last = now;
            }
            T::clone(&last) // user code
        },
        T::eq,
        place,
    )
}

/// The items of one run of a source: the keys, each once and in order, with their data.
struct Items<K, T> {
    keys: Vec<K>,
    data: HashMap<K, Rc<T>>,
}

impl<K: Eq + Hash + Clone, T> Items<K, T> {
    fn new(source: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Self {
        let mut items = Items {
            keys: Vec::new(),
            data: HashMap::new(),
        };
        for item in source {
            let key = key(&item); // user code
            if let Entry::Vacant(entry) = items.data.entry(key) {
                items.keys.push(entry.key().clone());
                entry.insert(Rc::new(item));
            }
        }
        items
    }
}

/// The rows that there are, each with the owner of its nodes.
struct Table<K, R> {
    rows: RefCell<HashMap<K, (Rc<R>, Scope)>>,
    /// The owner of all rows: they outlive the run that makes them.
    owner: Scope,
}

impl<K: Eq + Hash + Clone, R> Table<K, R> {
    fn new() -> Self {
        Table {
            rows: RefCell::default(),
            owner: scope(|| ()).1,
        }
    }

    /// The row of this key, made if there is none.
    fn row(&self, key: &K, make: impl FnOnce() -> R) -> Rc<R> {
        if let Some((row, _)) = self.rows.borrow().get(key) {
            return row.clone();
        }
        let (row, nodes) = current::with(|cell| {
            let _untracked = UntrackedGuard::new(cell);
            self.owner.run(|| scope(make)) // user code
        });
        let row = Rc::new(row);
        let known = (row.clone(), nodes);
        self.rows.borrow_mut().insert(key.clone(), known);
        row
    }

    /// Ends the rows whose keys are gone.
    fn retain<T>(&self, items: &Items<K, T>) {
        let gone = |key: &&K| !items.data.contains_key(*key);
        let mut rows = self.rows.borrow_mut();
        let keys: Vec<_> = rows.keys().filter(gone).cloned().collect();
        let gone: Vec<_> = keys.iter().map(|key| rows.remove(key)).collect();
        drop(rows);
        drop(gone); // user code
    }
}
