//! Tables: rows under numbers of a type of their own.
//!
//! Must not know: the content of a row.

use std::{
    marker::PhantomData,
    ops::{Index, IndexMut},
    slice,
};

/// The number of a row of a table.
pub(crate) trait RowId: Copy {
    fn new(row: usize) -> Self;
    fn row(self) -> usize;
}

/// The rows of one kind, under their numbers.
pub(crate) struct Table<K, R> {
    rows: Vec<R>,
    keys: PhantomData<fn() -> K>,
}

/// All rows of a table, for a loop that keeps their address and their number in registers.
pub(crate) struct Rows<'a, K, R> {
    rows: &'a [R],
    keys: PhantomData<fn() -> K>,
}

/// As `Rows`, for changes.
pub(crate) struct RowsMut<'a, K, R> {
    rows: &'a mut [R],
    keys: PhantomData<fn() -> K>,
}

impl<K, R> Table<K, R> {
    pub(crate) const fn new() -> Self {
        Table {
            rows: Vec::new(),
            keys: PhantomData,
        }
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.rows.capacity()
    }

    pub(crate) fn iter(&self) -> slice::Iter<'_, R> {
        self.rows.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> slice::IterMut<'_, R> {
        self.rows.iter_mut()
    }

    pub(crate) fn into_rows(self) -> Vec<R> {
        self.rows
    }
}

impl<K: RowId, R> Table<K, R> {
    #[inline(always)]
    pub(crate) fn get(&self, key: K) -> Option<&R> {
        self.rows.get(key.row())
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut R> {
        self.rows.get_mut(key.row())
    }

    #[inline(always)]
    pub(crate) fn rows(&self) -> Rows<'_, K, R> {
        Rows {
            rows: &self.rows,
            keys: PhantomData,
        }
    }

    #[inline(always)]
    pub(crate) fn rows_mut(&mut self) -> RowsMut<'_, K, R> {
        RowsMut {
            rows: &mut self.rows,
            keys: PhantomData,
        }
    }

    /// The rows with their numbers.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (K, &R)> {
        let number = |(row, entry)| (K::new(row), entry);
        self.rows.iter().enumerate().map(number)
    }

    /// The number of the next row.
    #[inline(always)]
    pub(crate) fn next_key(&self) -> K {
        K::new(self.rows.len())
    }

    /// Appends a row. `peak` is an earlier length of the table.
    #[inline(always)]
    pub(crate) fn push(&mut self, peak: usize, row: R) -> K {
        let key = self.next_key();
        if self.rows.len() == self.rows.capacity() {
            make_room(&mut self.rows, peak);
        }
        self.rows.push(row);
        key
    }
}

/// Lets a long table grow by a sixteenth: a move of the table costs little, idle capacity costs much. A table that has
/// been longer before grows in a few large steps.
#[cold]
#[inline(never)]
fn make_room<R>(rows: &mut Vec<R>, peak: usize) {
    let len = rows.len();
    if len >= 4096 {
        let again = peak.saturating_sub(len).min(len);
        rows.reserve_exact(again.max(len / 16));
    }
}

impl<K: RowId, R> Index<K> for Table<K, R> {
    type Output = R;

    #[inline(always)]
    fn index(&self, key: K) -> &R {
        &self.rows[key.row()]
    }
}

impl<K: RowId, R> IndexMut<K> for Table<K, R> {
    #[inline(always)]
    fn index_mut(&mut self, key: K) -> &mut R {
        &mut self.rows[key.row()]
    }
}

impl<K, R> Clone for Rows<'_, K, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, R> Copy for Rows<'_, K, R> {}

impl<'a, K: RowId, R> Rows<'a, K, R> {
    #[inline(always)]
    pub(crate) fn get(self, key: K) -> Option<&'a R> {
        self.rows.get(key.row())
    }
}

impl<K: RowId, R> RowsMut<'_, K, R> {
    /// The same rows, for a call.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> RowsMut<'_, K, R> {
        RowsMut {
            rows: self.rows,
            keys: PhantomData,
        }
    }

    #[inline(always)]
    pub(crate) fn get(&self, key: K) -> Option<&R> {
        self.rows.get(key.row())
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut R> {
        self.rows.get_mut(key.row())
    }
}

impl<K: RowId, R> Index<K> for RowsMut<'_, K, R> {
    type Output = R;

    #[inline(always)]
    fn index(&self, key: K) -> &R {
        &self.rows[key.row()]
    }
}

impl<K: RowId, R> IndexMut<K> for RowsMut<'_, K, R> {
    #[inline(always)]
    fn index_mut(&mut self, key: K) -> &mut R {
        &mut self.rows[key.row()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamic::graph::ids::NodeId;

    /// The capacities of a table during the insertion of `count` entries.
    fn steps(count: usize, peak: usize) -> Vec<usize> {
        let mut table: Table<NodeId, usize> = Table::new();
        let mut steps = Vec::new();
        for entry in 0..count {
            table.push(peak, entry);
            if steps.last() != Some(&table.capacity()) {
                steps.push(table.capacity());
            }
        }
        steps
    }

    #[test]
    fn a_long_table_grows_by_a_sixteenth() {
        let all = steps(100_000, 0);
        let long = all.iter().skip_while(|&&capacity| capacity < 4096);
        let long: Vec<_> = long.collect();
        assert!(long.len() > 40);
        assert!(long.windows(2).all(|two| *two[1] == two[0] + two[0] / 16));
    }

    #[test]
    fn a_table_that_was_long_before_doubles_up_to_that_length() {
        let all = steps(40_000, 30_000);
        let long = all.into_iter().skip_while(|&capacity| capacity < 4096);
        let long: Vec<_> = long.take(5).collect();
        assert_eq!(long, [4096, 8192, 16_384, 30_000, 31_875]);
    }
}
