//! The rows of a list: their order, and the way from a key to its row.
//!
//! A row keeps its id, and its place in memory, from when it is put in until it is removed. A row that is taken out is
//! no longer found, but stays where it is: it can be brought back, or removed. Its id also stays in the order until the
//! order is compacted, so that taking out many rows moves the others once.
//!
//! Rows that are taken out at the front of the list stay before the head of the order, until these are as many as those in
//! the list: a list that is used as a queue moves few rows.
//!
//! Invariants: for each row that is in the list, `order.ids[places[row]]` is this row, and `by_key` has it; no two rows in
//! the list have the same key; `out_in_order` is the number of rows behind the head of `order` that are taken out. User code (the `Hash`
//! and `Eq` of a key) runs only in `look_up`, which changes nothing.
//!
//! Must not know: batches, graphs (`crate::declared::core`, `crate::declared::visit`).

use hashbrown::{DefaultHashBuilder, HashTable};
use std::{
    borrow::Borrow,
    hash::{BuildHasher, Hash},
};

/// The number of a row. It is used again after the row has been removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowId(u32);

/// The hash of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyHash(u32);

/// The place of a row that is taken out.
const OUT: u32 = u32::MAX;

/// Rows with keys of type `K` and contents of type `R`.
pub(super) struct Rows<K, R> {
    order: Order,
    /// For each row its index in `order.ids`, or `OUT`.
    places: Vec<u32>,
    table: Vec<Option<Row<K, R>>>,
    /// The ids without a row.
    free: Vec<RowId>,
    by_key: HashTable<RowId>,
    hasher: DefaultHashBuilder,
    out_in_order: u32,
}

/// The rows in the order of the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    ids: Vec<RowId>,
    /// The start of the list. The ids before it are no rows of the list.
    head: usize,
}

/// A row.
pub(super) struct Row<K, R> {
    pub(super) key: K,
    hash: KeyHash,
    pub(super) content: R,
}

impl RowId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    /// The number of the row in the ready queue of its list.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    pub(super) fn from_number(number: u32) -> Self {
        RowId(number)
    }
}

impl Order {
    pub(super) fn new(ids: Vec<RowId>) -> Self {
        Order { ids, head: 0 }
    }

    /// The rows, with those that are taken out.
    pub(super) fn ids(&self) -> &[RowId] {
        &self.ids[self.head..]
    }
}

impl KeyHash {
    /// The hash table looks at both ends of a number.
    pub(super) fn spread(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.0)
    }
}

impl<K, R> Rows<K, R> {
    pub(super) fn new() -> Self {
        Rows {
            order: Order::default(),
            places: Vec::new(),
            table: Vec::new(),
            free: Vec::new(),
            by_key: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            out_in_order: 0,
        }
    }

    /// The row with this key, or the hash of the key.
    pub(super) fn look_up<Q>(&self, key: &Q) -> Result<RowId, KeyHash>
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        let hash = self.hasher.hash_one(key); // user code
        let hash = KeyHash((hash >> 32) as u32 ^ hash as u32);
        let is_this = |id: &RowId| match self.row(*id) {
            row if row.hash == hash => row.key.borrow() == key, // user code
            _ => false,
        };
        match self.by_key.find(hash.spread(), is_this) {
            Some(id) => Ok(*id),
            None => Err(hash),
        }
    }

    /// The row with this key.
    pub(super) fn find<Q>(&self, key: &Q) -> Option<RowId>
    where
        K: Borrow<Q>,
        Q: ?Sized + Eq + Hash,
    {
        self.look_up(key).ok()
    }

    pub(super) fn len(&self) -> usize {
        self.order.ids().len() - self.out_in_order as usize
    }

    /// The row with this id. It may have been taken out, but not been removed.
    pub(super) fn row(&self, id: RowId) -> &Row<K, R> {
        self.table[id.index()].as_ref().expect("the row is there")
    }

    /// The content of the row with this id, to be changed.
    pub(super) fn content_mut(&mut self, id: RowId) -> &mut R {
        self.row_mut(id).1
    }

    /// The key of the row with this id, and its content to be changed.
    pub(super) fn row_mut(&mut self, id: RowId) -> (&K, &mut R) {
        let row = self.table[id.index()].as_mut().expect("the row is there");
        (&row.key, &mut row.content)
    }

    /// The rows in the order of the list, to be changed.
    pub(super) fn in_order_mut(&mut self) -> Vec<(RowId, &K, &mut R)> {
        let mut rows: Vec<_> = self.table.iter_mut().map(Option::as_mut).collect();
        let order = Ids {
            order: self.order.ids().iter(),
            places: &self.places,
            left: self.order.ids().len() - self.out_in_order as usize,
        };
        let row = |id: RowId| {
            let row = rows[id.index()].take()?;
            Some((id, &row.key, &mut row.content))
        };
        order.filter_map(row).collect()
    }

    /// Is there a row with this id, in the list or taken out?
    pub(super) fn exists(&self, id: RowId) -> bool {
        self.table.get(id.index()).is_some_and(Option::is_some)
    }

    /// Is the row with this id in the list?
    pub(super) fn is_in(&self, id: RowId) -> bool {
        self.places[id.index()] != OUT
    }

    /// The rows in the order of the list.
    pub(super) fn ids(&self) -> Ids<'_> {
        Ids {
            order: self.order.ids().iter(),
            places: &self.places,
            left: self.len(),
        }
    }

    /// The row at this index of the list.
    pub(super) fn at(&self, index: usize) -> Option<RowId> {
        match self.out_in_order {
            0 => self.order.ids().get(index).copied(),
            _ => self.ids().nth(index),
        }
    }

    /// The index of a row in the list.
    pub(super) fn index_of(&self, id: RowId) -> Option<usize> {
        match self.out_in_order {
            0 => self
                .is_in(id)
                .then(|| self.place(id) as usize - self.order.head),
            _ => self.ids().position(|other| other == id),
        }
    }

    /// A number that is higher for a row that comes later in the list.
    pub(super) fn place(&self, id: RowId) -> u32 {
        self.places[id.index()]
    }

    /// Puts a row in at the end of the list. No row has its key, and `hash` is what `look_up` has returned for that.
    pub(super) fn put_in(&mut self, key: K, hash: KeyHash, content: R) -> RowId {
        let id = self.free.pop().unwrap_or_else(|| {
            self.table.push(None);
            self.places.push(OUT);
            RowId(self.table.len() as u32 - 1)
        });
        self.table[id.index()] = Some(Row { key, hash, content });
        self.places[id.index()] = self.order.ids.len() as u32;
        self.order.ids.push(id);
        self.enter(id);
        id
    }

    /// Takes a row out of the list. Returns its place, to bring it back.
    pub(super) fn take_out(&mut self, id: RowId) -> u32 {
        let hash = self.row(id).hash.spread();
        if let Ok(entry) = self.by_key.find_entry(hash, |&other| other == id) {
            entry.remove();
        }
        let place = std::mem::replace(&mut self.places[id.index()], OUT);
        if self.order.ids.last() == Some(&id) {
            self.order.ids.pop();
        } else {
            self.out_in_order += 1;
        }
        place
    }

    /// Brings a row back that was taken out. No row has its key. The order is what it was after the row was taken out,
    /// or will be set.
    pub(super) fn bring_back(&mut self, id: RowId, place: u32) {
        if place as usize == self.order.ids.len() {
            self.order.ids.push(id);
        } else {
            self.out_in_order = self.out_in_order.saturating_sub(1);
        }
        self.places[id.index()] = place;
        self.enter(id);
    }

    fn enter(&mut self, id: RowId) {
        let table = &self.table;
        let hash = |id: &RowId| {
            table[id.index()]
                .as_ref()
                .map_or(0, |row| row.hash.spread())
        };
        self.by_key.insert_unique(hash(&id), id, hash);
    }

    /// Removes a row that was taken out from the memory. The order has been compacted.
    pub(super) fn remove(&mut self, id: RowId) -> Option<(K, R)> {
        let row = self.table[id.index()].take()?;
        self.free.push(id);
        Some((row.key, row.content))
    }

    /// The order, with rows that are taken out.
    pub(super) fn order(&self) -> &Order {
        &self.order
    }

    /// Sets the order, which has all rows of the list once.
    pub(super) fn set_order(&mut self, order: Order) {
        self.order = order;
        self.out_in_order = 0;
        for (place, id) in (self.order.head as u32..).zip(self.order.ids()) {
            match &mut self.places[id.index()] {
                &mut OUT => self.out_in_order += 1,
                at => *at = place,
            }
        }
    }

    /// Removes rows that are taken out from the order.
    pub(super) fn compact(&mut self) {
        let Order { ids, head } = &mut self.order;
        while self.out_in_order > 0 && self.places[ids[*head].index()] == OUT {
            *head += 1;
            self.out_in_order -= 1;
        }
        let drop_head = *head > ids.len() / 2;
        if self.out_in_order == 0 && !drop_head {
            return;
        }
        let mut len = if drop_head { 0 } else { *head };
        let live = std::mem::replace(head, len);
        for at in live..ids.len() {
            let id = ids[at];
            if self.places[id.index()] != OUT {
                self.places[id.index()] = len as u32;
                ids[len] = id;
                len += 1;
            }
        }
        ids.truncate(len);
        self.out_in_order = 0;
    }

    /// Moves a row to this index of the list, or to the end if the list is shorter. The order has been compacted.
    pub(super) fn move_to(&mut self, id: RowId, index: usize) {
        let from = self.place(id) as usize;
        let Order { ids, head } = &mut self.order;
        let to = (*head + index).min(ids.len() - 1);
        if from < to {
            ids[from..=to].rotate_left(1);
        } else {
            ids[to..=from].rotate_right(1);
        }
        let first = from.min(to);
        for (place, id) in (first as u32..).zip(&ids[first..=from.max(to)]) {
            self.places[id.index()] = place;
        }
    }

    /// The number of ids that are in use or were: each id is below it.
    pub(super) fn id_count(&self) -> usize {
        self.table.len()
    }
}

/// The ids of the rows in the order of the list.
#[derive(Clone)]
pub(super) struct Ids<'a> {
    order: std::slice::Iter<'a, RowId>,
    places: &'a [u32],
    left: usize,
}

impl Iterator for Ids<'_> {
    type Item = RowId;

    fn next(&mut self) -> Option<RowId> {
        let places = self.places;
        let next = self.order.find(|id| places[id.index()] != OUT);
        self.left -= usize::from(next.is_some());
        next.copied()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Ids<'_> {
    fn next_back(&mut self) -> Option<RowId> {
        let places = self.places;
        let next = self.order.rfind(|id| places[id.index()] != OUT);
        self.left -= usize::from(next.is_some());
        next.copied()
    }
}

impl ExactSizeIterator for Ids<'_> {}
