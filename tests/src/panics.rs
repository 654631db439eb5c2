//! Code that must panic, and what its panic says.
//!
//! Invariant: code that does not panic fails the test at the place of the call.
//!
//! Must not know: graphs.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `f`, which must panic, and gives what its panic carries.
#[track_caller]
pub fn payload_of<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("this should have panicked"),
        Err(payload) => payload,
    }
}

/// Runs `f`, which must panic, and gives the text of its panic.
#[track_caller]
pub fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    let payload = payload_of(f);
    match payload.downcast::<&'static str>() {
        Ok(text) => (*text).to_owned(),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(_) => panic!("this panicked with something that is no text"),
        },
    }
}
