//! The states of all rows of a list, with their keys.
//!
//! Invariants: a key that comes twice in a state counts once, at its first place; a row that cannot be made or restored
//! costs no other row.
//!
//! Must not know: how a list settles (`settle`), and how it follows its keys (`follow`).

use super::{
    batch::{ByParts, Follows, ListBatch, Made},
    list::List,
    rows::RowId,
};
use crate::{
    needs::Key,
    panics::FirstPanic,
    state::{FromState, Stateful},
};

/// The way in which the rows of a state that a list has not come to be.
pub trait FromRows<K, G: Stateful>: Sized {
    /// The state decides which rows are there, and their order.
    const IS_WRITTEN: bool;

    /// Puts a row in, if the list can.
    fn put_in(list: &mut ListBatch<'_, K, G, Self>, key: K, state: G::State);
}

impl<K: Key, G: Stateful> FromRows<K, G> for Made {
    const IS_WRITTEN: bool = true;

    fn put_in(list: &mut ListBatch<'_, K, G, Self>, key: K, state: G::State) {
        G::__restore(&mut list.insert(key), state);
    }
}

impl<K: Key, G: FromState> FromRows<K, G> for ByParts {
    const IS_WRITTEN: bool = true;

    fn put_in(list: &mut ListBatch<'_, K, G, Self>, key: K, state: G::State) {
        list.insert_part(key, G::__from_state(state));
    }
}

/// The keys that the list follows decide.
impl<K: Key, G: Stateful> FromRows<K, G> for Follows {
    const IS_WRITTEN: bool = false;

    fn put_in(_: &mut ListBatch<'_, K, G, Self>, _: K, _: G::State) {}
}

/// The keys and the states of the rows, in the order of the list.
pub fn states_of<K: Clone, G: Stateful>(list: &List<K, G>) -> Vec<(K, G::State)> {
    let states = list.iter();
    let states = states.map(|(key, row)| (key.clone(), row.__state())); // user code
    states.collect()
}

/// Rows with these keys take these states, and keep their work. Others are put in and taken out, if the list does not
/// follow its keys. The first panic of user code goes on when all rows are done; after one, no row is taken out or moved.
pub fn restore_rows<K: Key, G: Stateful, Kind: FromRows<K, G>>(
    mut list: ListBatch<'_, K, G, Kind>,
    states: Vec<(K, G::State)>,
) {
    list.restore(states);
}

impl<K: Key, G: Stateful, Kind: FromRows<K, G>> ListBatch<'_, K, G, Kind> {
    fn restore(&mut self, states: Vec<(K, G::State)>) {
        let mut panics = FirstPanic::default();
        let mut order: Vec<RowId> = Vec::with_capacity(states.len());
        let mut is_done = vec![false; self.list.rows.rows().id_count()];
        for (key, state) in states {
            let id = panics.catch(|| self.restore_row(&key, state, &is_done)); // user code
            if let Some(Some(id)) = id {
                is_done.resize(is_done.len().max(id.index() + 1), false);
                if !std::mem::replace(&mut is_done[id.index()], true) {
                    order.push(id);
                }
            }
            panics.discard(key); // user code
        }
        if Kind::IS_WRITTEN && panics.is_empty() {
            let is_gone = |id: &RowId| is_done.get(id.index()) != Some(&true);
            self.take_out(self.list.rows.ids().filter(is_gone).collect());
            self.list.rows.set_order(self.level, order);
        }
        panics.resume();
    }

    /// The row with this key after it was restored, if there is one. A row that is done stays as it is.
    fn restore_row(&mut self, key: &K, state: G::State, is_done: &[bool]) -> Option<RowId> {
        match self.list.rows.rows().find(key) {
            Some(id) => {
                if is_done.get(id.index()) != Some(&true) {
                    G::__restore(&mut self.write(id), state);
                }
                Some(id)
            }
            None => {
                Kind::put_in(self, key.clone(), state);
                self.list.rows.rows().find(key)
            }
        }
    }
}
