//! The states of all rows of a list, with their keys.
//!
//! Invariants: a key that comes twice in a state counts once, at its first place; a row that cannot be made or restored
//! costs no other row.
//!
//! Must not know: how a list settles (`settle`).

use super::{
    batch::{ByParts, Follows, ListBatch, Made},
    list::List,
    open::Next,
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

/// The keys that the list follows decide: see [`List::keep_named`]. In a new graph they have decided already, so there is no
/// maker.
impl<K: Key, G: Stateful> FromRows<K, G> for Follows {
    const IS_WRITTEN: bool = false;

    fn put_in(list: &mut ListBatch<'_, K, G, Self>, key: K, state: G::State) {
        if let Some(mut row) = list.row_or_new(key) {
            G::__restore(&mut row, state);
        }
    }
}

/// The keys and the states of the rows, in the order of the list.
pub fn states_of<K: Clone, G: Stateful>(list: &List<K, G>) -> Vec<(K, G::State)> {
    let states = list.iter();
    let states = states.map(|(key, row)| (key.clone(), row.__state())); // user code
    states.collect()
}

/// Rows with these keys take these states, and keep their work. Others are put in, and taken out if the list does not
/// follow its keys. If a key panics, the list stays as it is. The first panic goes on when all rows are done; after one, no
/// row is taken out or moved.
pub fn restore_rows<K: Key, G: Stateful, Kind: FromRows<K, G>>(
    mut list: ListBatch<'_, K, G, Kind>,
    states: Vec<(K, G::State)>,
) {
    let mut panics = FirstPanic::default();
    let rows = panics
        .catch(|| list.list.resolve(states))
        .unwrap_or_default(); // user code
    let mut order = Vec::with_capacity(rows.len());
    for (row, state) in rows {
        let restored = match row {
            Next::Same(id) => panics.catch(|| {
                G::__restore(&mut list.write(id), state); // user code
                Some(id)
            }),
            Next::New(key, _, ()) => {
                let found = panics.catch(|| {
                    Kind::put_in(&mut list, key.clone(), state); // user code
                    list.list.rows.rows().find(&key)
                });
                panics.discard(key); // user code
                found
            }
        };
        order.extend(restored.flatten());
    }
    let ListBatch { list, level, .. } = &mut list;
    if Kind::IS_WRITTEN && panics.is_empty() {
        list.rows.take_out_others(*level, order.iter().copied());
        list.rows.set_order(*level, order);
    }
    panics.resume();
}
