//! What the user wants to be told about runs of work: collected in phase A, called before the effects of
//! the round, when everything is consistent.
//!
//! Must not know: what there is to tell.

use super::{graph::Graph, run::Untracked};
use crate::panics::FirstPanic;
use std::cell::RefCell;

/// A call that is due.
pub(super) type Hook = Box<dyn FnOnce()>;

/// Calls all that are due, in the order of what they tell.
pub(super) fn run(cell: &RefCell<Graph>, panics: &mut FirstPanic) {
    let hooks = std::mem::take(&mut cell.borrow_mut().hooks);
    if hooks.is_empty() {
        return;
    }
    let _untracked = Untracked::new(cell);
    for hook in hooks {
        panics.catch(hook); // user code
    }
}
