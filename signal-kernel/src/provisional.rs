//! The decision whether a computed value that was read inside a batch has changed in the end (R2, R8).
//!
//! Invariant: only the states before the batch and at its end count, none of those in between.
//!
//! Must not know: values, nodes, graphs.

/// Compares the state of a computed value at the end of a batch with its state from before the batch. `is_equal` is the
/// answer of the node's rule of equality for two values; it does not count if either state is a failure.
pub(crate) const fn has_changed(was_failed: bool, is_failed: bool, is_equal: bool) -> bool {
    if was_failed || is_failed {
        was_failed != is_failed
    } else {
        !is_equal
    }
}

#[cfg(test)]
mod tests {
    use super::has_changed;

    #[test]
    fn every_row_of_the_table() {
        let rows = [
            // failed before, failed at the end, equal; changed
            (false, false, false, true),
            (false, false, true, false),
            (false, true, false, true),
            (false, true, true, true),
            (true, false, false, true),
            (true, false, true, true),
            (true, true, false, false),
            (true, true, true, false),
        ];
        for (was_failed, is_failed, is_equal, changed) in rows {
            let row = (was_failed, is_failed, is_equal);
            assert_eq!(
                has_changed(was_failed, is_failed, is_equal),
                changed,
                "{row:?}"
            );
        }
    }
}
