//! A list as a settle writes it: by the keys that the list follows, and the values that feed its rows.
//!
//! Must not know: transactions, batches (`batch`).

use super::{super::names::position, list::List, open::Next, row::Row, rows::RowId};
use crate::{
    needs::{Fed, Key},
    panics::FirstPanic,
    reactive::{Part, Reactive},
};
use hashbrown::HashTable;

impl<K: Key, G: Reactive> List<K, G> {
    /// The list gets these keys, in this order; a key that comes again does not count. `make` makes a graph for each new
    /// key: if it panics, there is no row for the key. If a key panics, the list stays as it is.
    #[must_use]
    pub fn follow(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        mut make: impl FnMut(&K) -> Part<G>,
    ) -> FirstPanic {
        let mut panics = FirstPanic::default();
        let keys = keys.into_iter().map(|key| (key, ()));
        let rows = panics.catch(|| self.resolve(keys)); // user code
        let Some(rows) = rows else {
            return panics;
        };
        let mut next = Vec::with_capacity(rows.len());
        for (row, ()) in rows {
            match row {
                Next::Same(id) => next.push(Next::Same(id)),
                Next::New(key, hash, ()) => match panics.catch(|| make(&key)) {
                    Some(part) => next.push(Next::New(key, hash, Row::new(part.into_graph()))),
                    None => panics.discard(key), // user code
                },
            }
        }
        self.rows.replace(next);
        panics
    }

    /// Takes out the rows that a restore has put in, if the list has not followed since: its keys have not changed, or have
    /// failed. Nothing else in a batch changes the order of a list that follows.
    pub fn keep_named(&mut self) {
        if !self.rows.has_new_order() {
            for id in self.rows.put_in_rows() {
                self.rows.take_out(0, id);
            }
        }
    }

    /// The rows of these keys, each once, with what comes with the key at its first place.
    pub(super) fn resolve<T>(
        &self,
        keys: impl IntoIterator<Item = (K, T)>,
    ) -> Vec<(Next<K, ()>, T)> {
        let rows = self.rows.rows();
        let mut seen = vec![false; rows.id_count()];
        let mut new: HashTable<usize> = HashTable::new();
        let mut next: Vec<(Next<K, ()>, T)> = Vec::new();
        for (key, with) in keys {
            match rows.look_up(&key) {
                Ok(id) => {
                    if !std::mem::replace(&mut seen[id.index()], true) {
                        next.push((Next::Same(id), with));
                    }
                }
                Err(hash) => {
                    let is_this = |&at: &usize| match &next[at].0 {
                        Next::New(other, its, ()) => *its == hash && *other == key, // user code
                        Next::Same(_) => false,
                    };
                    if new.find(hash.spread(), is_this).is_none() {
                        let hash_of = |&at: &usize| match &next[at].0 {
                            Next::New(_, hash, ()) => hash.spread(),
                            Next::Same(_) => 0,
                        };
                        new.insert_unique(hash.spread(), next.len(), hash_of);
                        next.push((Next::New(key, hash, ()), with));
                    }
                }
            }
        }
        next
    }

    /// Feeds the signal of this name in each row that was there before this batch, unless the batch has written it.
    #[must_use]
    pub fn feed_all<const HASH: u64>(
        &mut self,
        feed: impl FnOnce(&mut FedRows<'_, K, G>),
    ) -> FirstPanic {
        let rows = self.rows.ids().filter(|&id| !self.rows.is_new(id));
        self.feed::<HASH>(rows.collect(), feed)
    }

    /// Feeds the signal of this name in each row that this batch has put in, unless the batch has written it.
    #[must_use]
    pub fn feed_new<const HASH: u64>(
        &mut self,
        feed: impl FnOnce(&mut FedRows<'_, K, G>),
    ) -> FirstPanic {
        self.feed::<HASH>(self.rows.put_in_rows(), feed)
    }

    fn feed<const HASH: u64>(
        &mut self,
        mut rows: Vec<RowId>,
        feed: impl FnOnce(&mut FedRows<'_, K, G>),
    ) -> FirstPanic {
        let signal = const { position(G::NAMES, HASH) };
        rows.retain(|&id| !self.rows.row(id).is_by_hand(signal));
        let mut fed = FedRows {
            list: self,
            rows,
            panics: FirstPanic::default(),
        };
        if fed.rows.is_empty() {
            return fed.panics;
        }
        let mut panics = FirstPanic::default();
        panics.catch(|| feed(&mut fed)); // user code
        panics.merge(fed.panics);
        panics
    }
}

/// The rows of a list that a value is fed to. A panic costs the row that it is about.
pub struct FedRows<'list, K, G> {
    list: &'list mut List<K, G>,
    rows: Vec<RowId>,
    panics: FirstPanic,
}

impl<K: Key, G: Reactive> FedRows<'_, K, G> {
    /// Feeds one value to all rows.
    pub fn all<T: Fed>(&mut self, value: T, mut set: impl FnMut(&mut G::Batch<'_>, T)) {
        let rows = std::mem::take(&mut self.rows);
        let Some((last, others)) = rows.split_last() else {
            return;
        };
        for id in others {
            self.feed(*id, |row, _| set(row, value.copy_for_row())); // user code
        }
        self.feed(*last, |row, _| set(row, value)); // user code
    }

    /// Feeds each row a value of its own.
    pub fn each(&mut self, mut set: impl FnMut(&mut G::Batch<'_>, &K)) {
        for id in std::mem::take(&mut self.rows) {
            self.feed(id, &mut set); // user code
        }
    }

    fn feed(&mut self, id: RowId, set: impl FnOnce(&mut G::Batch<'_>, &K)) {
        let (key, row) = self.list.rows.touch(0, id);
        let mut row = row.feed();
        self.panics.catch(|| set(&mut row, key)); // user code
    }
}
