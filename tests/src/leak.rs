//! Values that live for ever, so that the closures of a dynamic graph can share them without clones.
//!
//! Must not know: graphs.

/// Gives `value` to the test for ever.
pub fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
