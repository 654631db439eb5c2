//! A value whose comparison, clone and destructor are callbacks of the program.

use crate::world::{Counts, callback, destructor};
use std::{
    fmt,
    sync::{Arc, atomic::Ordering::SeqCst},
};

pub(crate) struct V {
    n: i64,
    tag: usize,
    counts: Arc<Counts>,
}

impl V {
    pub(crate) fn new(n: i64, tag: usize, counts: &Arc<Counts>) -> Self {
        let left = counts.values.fetch_add(1, SeqCst) + 1;
        if let Some(world) = crate::world::world() {
            world.tell(|| format!("a value {n} of {tag}, {left} now"));
        }
        V {
            n,
            tag,
            counts: counts.clone(),
        }
    }

    pub(crate) fn n(&self) -> i64 {
        self.n
    }

    pub(crate) fn into_number(self) -> i64 {
        self.n
    }

    pub(crate) fn set(&mut self, n: i64) {
        self.n = n;
    }
}

impl PartialEq for V {
    fn eq(&self, other: &Self) -> bool {
        callback(self.tag);
        self.n == other.n
    }
}

impl Clone for V {
    fn clone(&self) -> Self {
        callback(self.tag);
        V::new(self.n, self.tag, &self.counts)
    }
}

impl Drop for V {
    fn drop(&mut self) {
        let left = self.counts.values.fetch_sub(1, SeqCst) - 1;
        if let Some(world) = crate::world::world() {
            world.tell(|| format!("value {} of {} goes, {left} left", self.n, self.tag));
        }
        destructor(self.tag);
    }
}

impl fmt::Debug for V {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V({})", self.n)
    }
}

/// A rule for `computed_with`.
pub(crate) fn parity(one: &V, other: &V) -> bool {
    callback(one.tag);
    (one.n - other.n) % 2 == 0
}

/// Another one: every value counts.
pub(crate) fn never(one: &V, _: &V) -> bool {
    callback(one.tag);
    false
}
