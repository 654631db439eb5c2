//! Whether a graph has changed, for a handle that notifies its readers.
//!
//! Invariants: while `watcher` is not 0 nothing has changed since it was set. No watcher is given twice, so a graph
//! that was put in the place of another is known as a change.
//!
//! Must not know: the kinds of changes, and the readers of the handle.

use std::sync::atomic::{AtomicU64, Ordering};

/// One word, so that a write needs one test for both: a failed value and a watcher.
#[derive(Debug, Default)]
pub struct Watch(u64);

/// Some eager value is failed.
const ANY_FAILED: u64 = 1;

/// The last watcher; even, because the lowest bit stands for a failure.
static LAST: AtomicU64 = AtomicU64::new(0);

impl Watch {
    /// Is no value failed, and is there no watcher?
    #[inline(always)]
    pub(super) fn is_quiet(&self) -> bool {
        self.0 == 0
    }

    #[inline(always)]
    pub(super) fn any_failed(&self) -> bool {
        self.0 & ANY_FAILED != 0
    }

    pub(super) fn set_any_failed(&mut self, any_failed: bool) {
        self.0 = self.0 & !ANY_FAILED | u64::from(any_failed);
    }

    /// Notes a change.
    #[inline(always)]
    pub(super) fn note_change(&mut self) {
        self.0 &= ANY_FAILED;
    }

    /// The number of the watcher, or 0.
    #[inline(always)]
    pub(super) fn watcher(&self) -> u64 {
        self.0 & !ANY_FAILED
    }

    /// Continues to watch: nothing has changed since this watcher stopped.
    pub(super) fn go_on(&mut self, watcher: u64) {
        self.0 |= watcher;
    }

    /// Begins to watch, and returns the number of the watcher.
    pub(crate) fn begin(&mut self) -> u64 {
        let watcher = LAST.fetch_add(2, Ordering::Relaxed).wrapping_add(2);
        self.note_change();
        self.go_on(watcher);
        watcher
    }

    /// Ends what `begin` has begun. Has anything changed, or is this another graph?
    pub(crate) fn end(&mut self, watcher: u64) -> bool {
        let changed = self.watcher() != watcher;
        self.note_change();
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_known_and_so_is_another_graph() {
        let [mut one, mut other] = [Watch::default(), Watch::default()];
        let watcher = one.begin();
        assert!(!one.is_quiet() && !one.any_failed());
        assert!(!one.end(watcher) && one.is_quiet());

        let watcher = one.begin();
        one.note_change();
        assert!(one.is_quiet() && one.end(watcher));

        let watchers = (one.begin(), other.begin());
        std::mem::swap(&mut one, &mut other);
        assert!(one.end(watchers.0) && other.end(watchers.1));
    }

    #[test]
    fn a_failure_is_no_change() {
        let mut watch = Watch::default();
        watch.set_any_failed(true);
        let watcher = watch.begin();
        assert!(watch.any_failed());
        watch.set_any_failed(false);
        assert!(!watch.any_failed() && !watch.end(watcher));
    }
}
