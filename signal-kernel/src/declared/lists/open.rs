//! Rows that a batch changes: the changes of the batch and its transactions, and the way back.
//!
//! The rows know how to go back themselves; this file only knows which rows the open transactions have written. Rows are
//! put in and taken out in the order of calls, and a rollback goes back in the reverse order. A change of the order
//! itself keeps a copy of it, once for each transaction: after that the steps of the transaction need not be exact about
//! places, since the rollback ends with the copy.
//!
//! Invariants: outside a batch the order is compact and `Changes` is empty; `steps`, `orders` and `written` are ordered
//! by level, and have no entry of level 0 but the first of `orders`, with which the end of the batch compares. Each
//! method either only asks, or is complete when user code sees the rows.
//!
//! Must not know: graphs (`crate::declared::core`, `crate::declared::visit`), and how a row goes back.

use super::rows::{Ids, KeyHash, Order, Row, RowId, Rows};

/// The rows of a list, and the changes of the open batch.
pub(super) struct OpenRows<K, R> {
    rows: Rows<K, Content<R>>,
    changes: Option<Box<Changes>>,
}

/// A row with its marks.
pub(super) struct Content<R> {
    pub(super) row: R,
    /// The level of the innermost transaction that has written the row.
    level: u32,
    /// The row is in `Changes::touched`.
    touched: bool,
    /// The batch has put the row in.
    new: bool,
}

/// The changes of the open batch. The memory is kept for the next batch.
#[derive(Debug, Default)]
struct Changes {
    /// The rows that were written or put in, each once.
    touched: Vec<RowId>,
    /// The rows that were put in, each once.
    put_in: Vec<RowId>,
    /// The rows that were taken out. Some may have come back.
    taken_out: Vec<RowId>,
    /// The rows that the open transactions have written.
    written: Vec<Written>,
    steps: Vec<Step>,
    orders: Vec<KeptOrder>,
    /// A row was taken out and removed at once.
    has_lost_rows: bool,
}

/// A transaction at `level` has written a row.
#[derive(Clone, Copy, Debug)]
struct Written {
    id: RowId,
    level: u32,
    /// The level of the transaction around it that has written the row before, or 0.
    outer: u32,
}

/// One step of a transaction at `level`.
#[derive(Clone, Copy, Debug)]
struct Step {
    level: u32,
    id: RowId,
    /// The place of a row that was taken out. None: the row was put in.
    place: Option<u32>,
}

/// The order, before a transaction at `level` has changed it for the first time.
#[derive(Debug)]
struct KeptOrder {
    level: u32,
    /// The number of steps then.
    steps: usize,
    order: Order,
}

/// The changes of a batch in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NetChange {
    /// Rows have come or gone.
    pub(super) members: bool,
    /// Rows have come, gone or moved.
    pub(super) order: bool,
}

impl<K, R> OpenRows<K, R> {
    pub(super) fn new() -> Self {
        OpenRows {
            rows: Rows::new(),
            changes: None,
        }
    }

    /// The rows in the list.
    pub(super) fn ids(&self) -> Ids<'_> {
        self.rows.ids()
    }

    pub(super) fn key(&self, id: RowId) -> &K {
        &self.rows.row(id).key
    }

    pub(super) fn row(&self, id: RowId) -> &R {
        let Row { content, .. } = self.rows.row(id);
        &content.row
    }

    /// A row to be changed without a mark: the list cares for that.
    pub(super) fn row_mut(&mut self, id: RowId) -> &mut R {
        &mut self.rows.content_mut(id).row
    }

    /// The row with this id, if there is one.
    pub(super) fn get_mut(&mut self, id: RowId) -> Option<&mut R> {
        self.rows.exists(id).then(|| self.row_mut(id))
    }

    /// For questions that change nothing.
    pub(super) fn rows(&self) -> &Rows<K, Content<R>> {
        &self.rows
    }

    fn changes(&mut self) -> &mut Changes {
        self.changes.get_or_insert_default()
    }

    /// A row that a transaction at `level` is about to write; level 0 is a batch without a transaction, or a settle.
    pub(super) fn touch(&mut self, level: u32, id: RowId) -> (&K, &mut R) {
        let changes = self.changes.get_or_insert_default();
        let (key, content) = self.rows.row_mut(id);
        changes.note_touched(level, id, content);
        (key, &mut content.row)
    }

    /// Each row that was touched and is in the list.
    pub(super) fn for_each_touched(&mut self, mut then: impl FnMut(&mut R)) {
        if let Some(changes) = &self.changes {
            for &id in &changes.touched {
                if self.rows.exists(id) && self.rows.is_in(id) {
                    then(&mut self.rows.content_mut(id).row);
                }
            }
        }
    }

    /// All rows in the order of the list, each of which a transaction at `level` is about to write.
    pub(super) fn rows_mut(&mut self, level: u32) -> RowsMut<'_, K, R> {
        let changes = self.changes.get_or_insert_default();
        RowsMut {
            rows: self.rows.in_order_mut().into_iter(),
            changes,
            level,
        }
    }

    /// Puts a row in at the end. No row has its key; `hash` is of the key.
    pub(super) fn put_in(&mut self, level: u32, key: K, hash: KeyHash, row: R) -> RowId {
        let content = Content {
            row,
            level: 0,
            touched: true,
            new: true,
        };
        let id = self.rows.put_in(key, hash, content);
        let changes = self.changes();
        changes.touched.push(id);
        changes.put_in.push(id);
        changes.note_step(level, id, None);
        id
    }

    /// Takes a row out. It stays in memory until the batch ends.
    pub(super) fn take_out(&mut self, level: u32, id: RowId) {
        let place = self.rows.take_out(id);
        let changes = self.changes();
        changes.taken_out.push(id);
        changes.note_step(level, id, Some(place));
    }

    /// Moves a row to this index, or to the end.
    pub(super) fn move_to(&mut self, level: u32, id: RowId, index: usize) {
        let index = index.min(self.rows.len() - 1);
        if self.rows.index_of(id) != Some(index) {
            self.keep_order(level);
            self.rows.compact();
            self.rows.move_to(id, index);
        }
    }

    /// Sets the order of the rows in the list.
    pub(super) fn set_order(&mut self, level: u32, order: Vec<RowId>) {
        if self.ids().ne(order.iter().copied()) {
            self.keep_order(level);
            self.rows.set_order(Order::new(order));
        }
    }

    /// The list gets these rows, outside of all transactions. A row that is not among them is taken out.
    pub(super) fn replace(&mut self, rows: Vec<Next<K, R>>) {
        self.keep_order(0);
        self.take_out_others(
            0,
            rows.iter().filter_map(|next| match next {
                Next::Same(id) => Some(*id),
                Next::New(..) => None,
            }),
        );
        let order = rows.into_iter().map(|next| match next {
            Next::Same(id) => id,
            Next::New(key, hash, row) => self.put_in(0, key, hash, row),
        });
        let order = order.collect();
        self.rows.set_order(Order::new(order));
    }

    /// Takes out each row that is not among these.
    pub(super) fn take_out_others(&mut self, level: u32, stay: impl Iterator<Item = RowId>) {
        let mut stays = vec![false; self.rows.id_count()];
        stay.for_each(|id| stays[id.index()] = true);
        let go = self.ids().filter(|id| !stays[id.index()]);
        for id in go.collect::<Vec<_>>() {
            self.take_out(level, id);
        }
    }

    /// The order is about to change.
    fn keep_order(&mut self, level: u32) {
        let changes = self.changes.get_or_insert_default();
        if changes.orders.last().is_none_or(|kept| kept.level < level) {
            changes.orders.push(KeptOrder {
                level,
                steps: changes.steps.len(),
                order: self.rows.order().clone(),
            });
        }
    }

    /// A transaction at `level` failed. `undo` takes back what it has written to a row.
    pub(super) fn roll_back(&mut self, level: u32, mut undo: impl FnMut(&mut R)) {
        let Some(changes) = self.changes.as_deref_mut() else {
            return;
        };
        loop {
            if let Some(kept) = changes.take_order(level) {
                self.rows.set_order(kept.order);
            } else if let Some(step) = changes.take_step(level) {
                match step.place {
                    Some(place) => self.rows.bring_back(step.id, place),
                    None => {
                        self.rows.take_out(step.id);
                        changes.taken_out.push(step.id);
                    }
                }
            } else {
                break;
            }
        }
        while let Some(written) = pop_if(&mut changes.written, |it| it.level >= level) {
            let content = self.rows.content_mut(written.id);
            content.level = written.outer;
            undo(&mut content.row);
        }
    }

    /// A transaction at `level` succeeded: its changes are those of the transaction around it. `merge` does the same for
    /// a row that it has written.
    pub(super) fn merge_into_outer(&mut self, level: u32, mut merge: impl FnMut(&mut R)) {
        let Some(changes) = self.changes.as_deref_mut() else {
            return;
        };
        changes.lift(level);
        let outer = level - 1;
        let first = changes.written.partition_point(|it| it.level < level);
        let mut kept = first;
        for at in first..changes.written.len() {
            let written = changes.written[at];
            let content = self.rows.content_mut(written.id);
            content.level = outer;
            merge(&mut content.row);
            if written.outer < outer {
                changes.written[kept] = Written {
                    level: outer,
                    ..written
                };
                kept += 1;
            }
        }
        changes.written.truncate(kept);
    }

    /// The outermost batch ends. From here on only `take_touched` and `remove_gone` know of it.
    pub(super) fn finish(&mut self) -> NetChange {
        let Some(changes) = self.changes.as_deref_mut() else {
            return NetChange::default();
        };
        if !changes.has_structure() {
            return NetChange::default();
        }
        let rows = &mut self.rows;
        let has_come = |&id: &RowId| rows.is_in(id);
        let has_gone = |&id: &RowId| !rows.is_in(id) && !rows.row(id).content.new;
        let has_lost_rows = std::mem::take(&mut changes.has_lost_rows);
        let members = has_lost_rows
            || changes.put_in.iter().any(has_come)
            || changes.taken_out.iter().any(has_gone);
        let order = members
            || changes.orders.first().is_some_and(|kept| {
                let before = kept.order.ids().iter().filter(|&&id| rows.is_in(id));
                before.copied().ne(rows.ids())
            });
        rows.compact();
        changes.steps.clear();
        changes.orders.clear();
        empty(&mut changes.put_in);
        NetChange { members, order }
    }

    /// Has the batch set or changed the order?
    pub(super) fn has_new_order(&self) -> bool {
        let changes = self.changes.as_ref();
        changes.is_some_and(|changes| !changes.orders.is_empty())
    }

    /// The rows that the batch has put in and that are in the list.
    pub(super) fn put_in_rows(&self) -> Vec<RowId> {
        let put_in = self.changes.as_ref().map(|changes| changes.put_in.iter());
        let put_in = put_in.into_iter().flatten().copied();
        put_in.filter(|&id| self.rows.is_in(id)).collect()
    }

    /// Has the batch put this row in?
    pub(super) fn is_new(&self, id: RowId) -> bool {
        self.rows.row(id).content.new
    }

    /// Has the batch put this row in? From here on the row is no longer new.
    pub(super) fn take_new(&mut self, id: RowId) -> bool {
        std::mem::take(&mut self.rows.content_mut(id).new)
    }

    /// The rows that were touched and are in the list, in its order. The memory of `last`, which are those of the batch
    /// before, is used again.
    pub(super) fn take_touched(&mut self, mut last: Vec<RowId>) -> Vec<RowId> {
        empty(&mut last);
        let Some(changes) = self.changes.as_deref_mut() else {
            return last;
        };
        let mut touched = std::mem::replace(&mut changes.touched, last);
        let rows = &mut self.rows;
        touched.retain(|&id| {
            if !rows.exists(id) {
                return false;
            }
            rows.content_mut(id).touched = false;
            rows.is_in(id)
        });
        if touched.len() > 1 {
            touched.sort_unstable_by_key(|&id| rows.place(id));
        }
        touched
    }

    /// Takes a row out and removes it, outside of all transactions.
    pub(super) fn take(&mut self, id: RowId) -> Option<(K, R)> {
        self.rows.take_out(id);
        self.rows.compact();
        self.changes().has_lost_rows = true;
        let (key, content) = self.rows.remove(id)?;
        Some((key, content.row))
    }

    /// Removes the rows that are gone from memory, after `finish` and `take_touched`. `then` gets each of them.
    pub(super) fn remove_gone(&mut self, mut then: impl FnMut(K, R)) {
        let Some(changes) = self.changes.as_deref_mut() else {
            return;
        };
        if changes.taken_out.is_empty() {
            return;
        }
        while let Some(id) = changes.taken_out.pop() {
            if self.rows.exists(id) && !self.rows.is_in(id) {
                if let Some((key, content)) = self.rows.remove(id) {
                    then(key, content.row);
                }
            }
        }
        empty(&mut changes.taken_out);
    }
}

/// The rows of [`OpenRows::rows_mut`].
pub(super) struct RowsMut<'a, K, R> {
    rows: std::vec::IntoIter<(RowId, &'a K, &'a mut Content<R>)>,
    changes: &'a mut Changes,
    level: u32,
}

impl<'a, K, R> Iterator for RowsMut<'a, K, R> {
    type Item = (&'a K, &'a mut R);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, key, content) = self.rows.next()?;
        self.changes.note_touched(self.level, id, content);
        Some((key, &mut content.row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<K, R> ExactSizeIterator for RowsMut<'_, K, R> {}

/// A row of the list after [`OpenRows::replace`].
#[derive(Debug)]
pub(super) enum Next<K, R> {
    /// A row that is in the list.
    Same(RowId),
    /// A row with a key that no row has, and the hash of the key.
    New(K, KeyHash, R),
}

impl Changes {
    /// Were rows put in, taken out or moved?
    fn has_structure(&self) -> bool {
        let rows = !self.put_in.is_empty() || !self.taken_out.is_empty();
        rows || !self.orders.is_empty() || self.has_lost_rows
    }

    fn note_touched<R>(&mut self, level: u32, id: RowId, content: &mut Content<R>) {
        if !content.touched {
            content.touched = true;
            self.touched.push(id);
        }
        if level > content.level {
            let outer = std::mem::replace(&mut content.level, level);
            self.written.push(Written { id, level, outer });
        }
    }

    fn note_step(&mut self, level: u32, id: RowId, place: Option<u32>) {
        if level > 0 {
            self.steps.push(Step { level, id, place });
        }
    }

    /// The kept order of a transaction at `level` or inside, if no step comes after it.
    fn take_order(&mut self, level: u32) -> Option<KeptOrder> {
        let steps = self.steps.len();
        pop_if(&mut self.orders, |kept| {
            kept.level >= level && kept.steps == steps
        })
    }

    /// The last step of a transaction at `level` or inside.
    fn take_step(&mut self, level: u32) -> Option<Step> {
        pop_if(&mut self.steps, |step| step.level >= level)
    }

    /// Gives steps and the kept order of the transaction at `level` to the one around it.
    fn lift(&mut self, level: u32) {
        let outer = level - 1;
        if outer == 0 {
            self.steps.clear();
        } else {
            let steps = self.steps.iter_mut().rev();
            let steps = steps.take_while(|step| step.level == level);
            steps.for_each(|step| step.level = outer);
        }
        if let Some(mut kept) = pop_if(&mut self.orders, |kept| kept.level == level) {
            if self.orders.last().is_none_or(|last| last.level < outer) {
                kept.level = outer;
                kept.steps = kept.steps.min(self.steps.len());
                self.orders.push(kept);
            }
        }
    }
}

/// Empties a list, whose memory is kept for the next batch; that of a long one is not, for it may be the only batch of
/// many rows.
pub(super) fn empty(list: &mut Vec<RowId>) {
    list.clear();
    list.shrink_to(64);
}

/// The last entry, if it passes the test.
fn pop_if<T>(list: &mut Vec<T>, test: impl FnOnce(&T) -> bool) -> Option<T> {
    match list.last() {
        Some(last) if test(last) => list.pop(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, rc::Rc};

    /// A row with an undo log of its own.
    struct Sample {
        value: u64,
        /// The values from before each transaction, with its level.
        before: Vec<(u32, u64)>,
        alive: Rc<Cell<usize>>,
    }

    impl Sample {
        fn write(&mut self, level: u32, value: u64) {
            if level > self.before.last().map_or(0, |it| it.0) {
                self.before.push((level, self.value));
            }
            self.value = value;
        }

        fn undo(&mut self, level: u32) {
            while let Some((_, value)) = pop_if(&mut self.before, |it| it.0 >= level) {
                self.value = value;
            }
        }

        fn merge(&mut self, level: u32) {
            if let Some((_, value)) = pop_if(&mut self.before, |it| it.0 == level) {
                if level - 1 > self.before.last().map_or(0, |it| it.0) {
                    self.before.push((level - 1, value));
                }
            }
        }
    }

    impl Drop for Sample {
        fn drop(&mut self) {
            self.alive.set(self.alive.get() - 1);
        }
    }

    /// The rows under test, and the same list as plain pairs, once more for each open transaction.
    struct Pair {
        rows: OpenRows<u64, Sample>,
        list: Vec<(u64, u64)>,
        before: Vec<Vec<(u64, u64)>>,
        alive: Rc<Cell<usize>>,
    }

    impl Pair {
        fn new() -> Self {
            Pair {
                rows: OpenRows::new(),
                list: Vec::new(),
                before: Vec::new(),
                alive: Rc::default(),
            }
        }

        fn level(&self) -> u32 {
            self.before.len() as u32
        }

        fn insert(&mut self, key: u64, value: u64) {
            match self.rows.rows().look_up(&key) {
                Ok(_) => self.write(key, value),
                Err(hash) => {
                    self.alive.set(self.alive.get() + 1);
                    let row = Sample {
                        value,
                        before: Vec::new(),
                        alive: self.alive.clone(),
                    };
                    self.rows.put_in(self.level(), key, hash, row);
                    self.list.push((key, value));
                }
            }
        }

        fn write(&mut self, key: u64, value: u64) {
            let level = self.level();
            if let Some(id) = self.rows.rows().find(&key) {
                self.rows.touch(level, id).1.write(level, value);
            }
            if let Some(pair) = self.list.iter_mut().find(|it| it.0 == key) {
                pair.1 = value;
            }
        }

        fn remove(&mut self, key: u64) {
            if let Some(id) = self.rows.rows().find(&key) {
                self.rows.take_out(self.level(), id);
            }
            self.list.retain(|it| it.0 != key);
        }

        fn move_to(&mut self, key: u64, index: usize) {
            if let Some(id) = self.rows.rows().find(&key) {
                self.rows.move_to(self.level(), id, index);
            }
            if let Some(at) = self.list.iter().position(|it| it.0 == key) {
                let pair = self.list.remove(at);
                self.list.insert(index.min(self.list.len()), pair);
            }
        }

        fn sort(&mut self, by: impl Fn(u64) -> u64) {
            let mut order: Vec<RowId> = self.rows.ids().collect();
            order.sort_by_key(|&id| by(*self.rows.key(id)));
            self.rows.set_order(self.level(), order);
            self.list.sort_by_key(|it| by(it.0));
        }

        fn replace(&mut self, keys: &[u64]) {
            let mut next = Vec::new();
            let mut list = Vec::new();
            for &key in keys {
                match self.rows.rows().look_up(&key) {
                    Ok(id) => {
                        next.push(Next::Same(id));
                        list.push((key, self.rows.row(id).value));
                    }
                    Err(hash) => {
                        self.alive.set(self.alive.get() + 1);
                        let alive = self.alive.clone();
                        let before = Vec::new();
                        let value = 7;
                        next.push(Next::New(
                            key,
                            hash,
                            Sample {
                                value,
                                before,
                                alive,
                            },
                        ));
                        list.push((key, value));
                    }
                }
            }
            self.rows.replace(next);
            self.list = list;
        }

        fn begin(&mut self) {
            self.before.push(self.list.clone());
        }

        fn end(&mut self, succeeds: bool) {
            let level = self.level();
            let before = self.before.pop().expect("a transaction is open");
            if succeeds {
                self.rows.merge_into_outer(level, |row| row.merge(level));
            } else {
                self.rows.roll_back(level, |row| row.undo(level));
                self.list = before;
            }
        }

        /// Ends the batch. Returns the net change and the keys of the touched rows.
        fn finish(&mut self) -> (NetChange, Vec<u64>) {
            assert!(self.before.is_empty());
            let change = self.rows.finish();
            let touched = self.rows.take_touched(Vec::new());
            for &id in &touched {
                let _ = self.rows.take_new(id);
            }
            let keys = touched.iter().map(|&id| *self.rows.key(id)).collect();
            self.rows
                .remove_gone(|_, row| assert!(row.before.is_empty()));
            assert_eq!(self.alive.get(), self.list.len());
            (change, keys)
        }

        fn verify(&self) {
            let ids: Vec<RowId> = self.rows.ids().collect();
            let pairs = ids
                .iter()
                .map(|&id| (*self.rows.key(id), self.rows.row(id).value));
            assert_eq!(pairs.collect::<Vec<_>>(), self.list);
            let mut back: Vec<RowId> = self.rows.ids().rev().collect();
            back.reverse();
            assert_eq!(back, ids);
            let rows = self.rows.rows();
            assert_eq!((rows.len(), rows.ids().len()), (ids.len(), ids.len()));
            for (index, &id) in ids.iter().enumerate() {
                assert_eq!(rows.at(index), Some(id));
                assert_eq!(rows.index_of(id), Some(index));
                assert_eq!(rows.find(self.rows.key(id)), Some(id));
            }
            assert_eq!(rows.at(ids.len()), None);
            for key in 0..12 {
                let there = self.list.iter().any(|it| it.0 == key);
                assert_eq!(rows.find(&key).is_some(), there, "{key}");
            }
        }

        fn with(keys: &[u64]) -> Self {
            let mut pair = Pair::new();
            keys.iter().for_each(|&key| pair.insert(key, key));
            pair.finish();
            pair
        }
    }

    #[test]
    fn a_row_is_little_more_than_its_graph() {
        let row = size_of::<Option<Row<u64, Content<[u64; 40]>>>>();
        assert!(row - 40 * 8 <= 24, "{row}");
    }

    #[test]
    fn rows_that_come_and_go_in_one_batch_are_no_change() {
        let mut pair = Pair::with(&[1, 2, 3]);
        pair.insert(4, 4);
        pair.move_to(4, 0);
        pair.remove(4);
        assert_eq!(pair.finish(), (NetChange::default(), vec![]));
        pair.move_to(3, 0);
        pair.insert(5, 5);
        pair.move_to(3, 2);
        pair.remove(5);
        assert_eq!(pair.finish(), (NetChange::default(), vec![]));
        pair.remove(2);
        pair.insert(2, 2);
        let (change, _) = pair.finish();
        assert!(change.members, "another row has the key");
    }

    #[test]
    fn moves_change_the_order_and_not_the_members() {
        let mut pair = Pair::with(&[1, 2, 3]);
        pair.move_to(3, 0);
        let moved = NetChange {
            members: false,
            order: true,
        };
        assert_eq!(pair.finish(), (moved, vec![]));
        pair.move_to(3, 0);
        assert_eq!(pair.finish().0, NetChange::default());
        pair.begin();
        pair.sort(|key| key);
        pair.end(true);
        assert_eq!(pair.finish().0, moved);
    }

    #[test]
    fn touched_rows_come_once_in_the_order_of_the_list() {
        let mut pair = Pair::with(&[5, 1, 9, 4]);
        for key in [4, 9, 5, 9, 4] {
            pair.write(key, 100);
        }
        pair.remove(9);
        pair.move_to(4, 0);
        assert_eq!(pair.finish().1, [4, 5]);
    }

    #[test]
    fn a_row_that_was_taken_out_is_rolled_back_too() {
        let mut pair = Pair::with(&[1, 2]);
        pair.begin();
        pair.begin();
        pair.write(1, 100);
        pair.end(true);
        pair.remove(1);
        pair.end(false);
        pair.verify();
        assert_eq!(pair.finish(), (NetChange::default(), vec![1]));
    }

    /// A sequence of numbers, fixed by the seed.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) % bound
        }
    }

    fn run(seed: u64) {
        let mut random = Random(seed);
        let mut pair = Pair::new();
        for _ in 0..random.below(5) {
            pair.insert(random.below(12), 0);
        }
        pair.finish();
        for _ in 0..4 {
            let before: Vec<RowId> = pair.rows.ids().collect();
            for _ in 0..random.below(20) {
                let (key, other) = (random.below(12), random.below(12));
                match random.below(10) {
                    0..=2 => pair.insert(key, other),
                    3 | 4 => pair.remove(key),
                    5 => pair.write(key, other),
                    6 => pair.move_to(key, other as usize),
                    7 => pair.sort(|it| (it + key) % 12),
                    8 if pair.before.len() < 4 => pair.begin(),
                    _ if !pair.before.is_empty() => pair.end(other < 6),
                    _ => {}
                }
                pair.verify();
            }
            while !pair.before.is_empty() {
                let succeeds = random.below(2) == 0;
                pair.end(succeeds);
                pair.verify();
            }
            if random.below(4) == 0 {
                let mut keys: Vec<u64> = (0..12).filter(|_| random.below(2) == 0).collect();
                let by = random.below(6) as usize % keys.len().max(1);
                keys.rotate_left(by);
                pair.replace(&keys);
                pair.verify();
            }
            // no id is used again before the rows that are gone are removed
            let after: Vec<RowId> = pair.rows.ids().collect();
            let members =
                before.len() != after.len() || before.iter().any(|it| !after.contains(it));
            let order = before != after;
            let (change, _) = pair.finish();
            assert_eq!(change, NetChange { members, order }, "seed {seed}");
            pair.verify();
        }
    }

    #[test]
    fn random_batches_do_what_a_plain_list_does() {
        (0..if cfg!(debug_assertions) {
            5_000
        } else {
            200_000
        })
            .for_each(run);
    }
}
