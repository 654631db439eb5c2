//! Code that must or may panic, and the texts of its panics.
//!
//! Invariant: code that must panic and does not fails the test at the place of the call.
//!
//! Must not know: graphs.

use std::{
    any::Any,
    cell::Cell,
    env,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

/// Runs `f`, which must panic, and gives the payload of its panic.
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
    let text = text_of(&*payload).expect("this panicked with something that is no text");
    text.to_owned()
}

/// The text of a panic, if its payload is one.
pub fn text_of(payload: &(dyn Any + Send)) -> Option<&str> {
    let literal = payload.downcast_ref::<&'static str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// From now on, panics of this thread print nothing, unless `LOUD` is in the environment.
pub fn silence() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.try_with(Cell::get).unwrap_or(true) || env::var_os("LOUD").is_some() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
}

/// Runs `f`, which may panic, and gives the payload of its panic. Nothing is printed.
pub fn quietly<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    let outer = QUIET.get();
    silence();
    let result = catch_unwind(AssertUnwindSafe(f));
    QUIET.set(outer);
    result
}
