//! The place of a signal that starts anew when one of its dependencies changes, and the mark of a write by hand.
//!
//! The signal is a rank among the computed values. At the end of the outermost batch its visit evaluates the expression,
//! unless the batch has written the signal. The mark of such a write is a hidden signal with a position of its own: its
//! undo log takes the mark back with the write, and its change leads to the visit of the rank.
//!
//! Invariants: outside a batch no mark is set. In the middle of a batch the rank is not visited, so the value is the one
//! from before the batch or a written one, and the undo log of the slot has the role of a signal's.
//!
//! Must not know: edges, the expression, failures.

use super::{core::Core, slot::Slot, visit::Visitor};
use std::mem;

/// A signal that starts anew.
#[derive(Debug)]
pub struct PerSlot<T, V = ()> {
    /// The value.
    pub slot: Slot<T, V>,
    /// Whether the open batch has written the signal.
    pub hand: ByHand,
}

/// Whether the open batch has written a signal that starts anew.
#[derive(Debug)]
pub struct ByHand {
    is_set: Slot<bool>,
}

impl ByHand {
    pub(super) fn new() -> Self {
        ByHand {
            is_set: Slot::new(false),
        }
    }

    /// Notes a write in the open batch. `position` is the position of the mark.
    pub fn set<const W: usize>(&mut self, core: &mut Core<W>, position: usize) {
        self.is_set.mark(core, position);
    }

    /// Removes the mark, at the end of the batch. Returns whether it was set.
    #[inline]
    pub fn take(&mut self) -> bool {
        mem::take(&mut self.is_set.value)
    }

    /// Has the open batch written the signal?
    #[inline]
    pub fn is_set(&self) -> bool {
        self.is_set.value
    }

    /// Shows this mark to the visitor.
    pub fn accept(&mut self, visitor: &mut Visitor<'_>) {
        let is_set = self.is_set();
        visitor.by_hand(&mut self.is_set.with_rule(bool::eq), is_set);
    }
}
