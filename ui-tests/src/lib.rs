//! Programs that do not compile live beside this crate in `fail/`, programs that do are the package `pass/`.

use std::{
    env,
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    process::Command,
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

pub use futures_core::Stream;

/// Streams for programs that need one. No program here needs a larger crate, which trybuild would compile again.
pub mod stream {
    use super::Stream;
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    /// A stream of these items.
    pub fn iter<I: IntoIterator>(items: I) -> Iter<I::IntoIter> {
        Iter(items.into_iter())
    }

    /// The stream of [`iter`].
    pub struct Iter<I>(I);

    impl<I> Unpin for Iter<I> {}

    impl<I: Iterator> Stream for Iter<I> {
        type Item = I::Item;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
            Poll::Ready(self.0.next())
        }
    }
}

/// The folder in which trybuild compiles, from the folder that Cargo gives to tests.
fn target(temporary: &str) -> PathBuf {
    let target = Path::new(temporary).parent();
    target.expect("a target folder").join("tests/trybuild")
}

/// The triple of this machine, as trybuild names it to Cargo.
fn host() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output();
    let output = output.expect("the compiler that compiled this test");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

/// Cargo for a package that a test has made in `folder`, and the folder of the results. The options and the target
/// folder are those of trybuild, so that the macros and their dependencies are compiled once. `temporary` is the folder
/// that Cargo gives to tests.
///
/// # Panics
///
/// If there is no compiler.
pub fn cargo(subcommand: &str, folder: &Path, temporary: &str) -> (Command, PathBuf) {
    let (target, host) = (target(temporary), host());
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args([subcommand, "--offline", "--quiet", "--target", &host])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", "");
    (cargo, target.join(host))
}
