//! How often a graph has changed, and whether a handle that notifies its readers must do so.
//!
//! Invariants: nothing has changed since `begin` if the version is the same and so is the watcher. No watcher is given
//! twice, so a graph that was put in the place of another is known as a change.
//!
//! Must not know: the kinds of changes, and the readers of the handle.

use std::sync::atomic::{AtomicU64, Ordering};

/// The changes of a graph.
#[derive(Debug, Default)]
pub struct Watch {
    /// The version, and `ANY_FAILED`: one word, so that a write counts and finds a failed value by one instruction.
    state: u64,
    /// The last watcher.
    watcher: u64,
}

/// Some eager value is failed. The highest bit, which is the sign: the processor tells it when it has counted.
const ANY_FAILED: u64 = 1 << 63;

/// The last watcher of all graphs.
static LAST: AtomicU64 = AtomicU64::new(0);

/// The state of a handle that watches.
#[derive(Debug)]
pub(crate) struct Watcher {
    number: u64,
    version: u64,
}

impl Watch {
    /// The number of changes of something that can be read.
    #[inline(always)]
    pub(super) fn version(&self) -> u64 {
        self.state & !ANY_FAILED
    }

    /// Is an eager value failed?
    #[inline(always)]
    pub(super) fn any_failed(&self) -> bool {
        self.state & ANY_FAILED != 0
    }

    pub(super) fn set_any_failed(&mut self, any_failed: bool) {
        let failed = if any_failed { ANY_FAILED } else { 0 };
        self.state = self.version() | failed;
    }

    /// Notes a change of something that can be read.
    #[inline(always)]
    pub(super) fn note_change(&mut self) {
        self.state = self.state.wrapping_add(1);
    }

    /// Begins to watch.
    pub(crate) fn begin(&mut self) -> Watcher {
        self.watcher = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Watcher {
            number: self.watcher,
            version: self.version(),
        }
    }

    /// Ends what `begin` has begun. Has anything changed, or is this another graph?
    pub(crate) fn end(&mut self, watcher: &Watcher) -> bool {
        self.watcher != watcher.number || self.version() != watcher.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_known_and_so_is_another_graph() {
        let [mut one, mut other] = [Watch::default(), Watch::default()];
        let watcher = one.begin();
        assert!(!one.end(&watcher));

        let watcher = one.begin();
        one.note_change();
        assert!(one.end(&watcher));

        let watchers = (one.begin(), other.begin());
        std::mem::swap(&mut one, &mut other);
        assert!(one.end(&watchers.0) && other.end(&watchers.1));
    }

    #[test]
    fn a_failure_is_no_change() {
        let mut watch = Watch::default();
        watch.set_any_failed(true);
        let watcher = watch.begin();
        assert!(watch.any_failed());
        watch.set_any_failed(false);
        assert!(!watch.any_failed() && !watch.end(&watcher));
        assert_eq!(watch.version(), 0);
    }
}
