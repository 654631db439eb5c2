//! The invariants of the dynamic graph.

use signal_kernel::__private::check_dynamic;

/// Fails the test if the dynamic graph of this thread breaks an invariant.
#[track_caller]
pub fn assert_sound() {
    assert_eq!(check_dynamic(), Ok(()));
}
