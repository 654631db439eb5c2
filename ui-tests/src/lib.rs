//! Programs that do not compile live beside this crate in `fail/`, programs that do are the package `pass/`.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls a future to its end. No program here needs a larger executor, which trybuild would compile again.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

/// The folder in which trybuild compiles, from the folder that Cargo gives to tests. Packages that a test compiles there
/// find the macros and their dependencies compiled.
///
/// # Panics
///
/// If the folder has no parent.
pub fn target(temporary: &str) -> PathBuf {
    let target = Path::new(temporary).parent();
    target.expect("a target folder").join("tests/trybuild")
}
