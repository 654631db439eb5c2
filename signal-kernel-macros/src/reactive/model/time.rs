//! Time in a declaration: lengths of time, and the attributes of a resource that need a sleep.
//!
//! Must not know: the syntax of the attributes, and the emitted code.

use std::time::Duration;
use syn::{Ident, Path};

/// A length of time.
#[derive(Clone)]
pub(crate) enum Length {
    /// `150ms`
    Known(Duration),
    /// The path of a `const Duration`.
    Path(Path),
}

/// `#[sleep(path)]`, `#[sleep(local, path)]`
pub(crate) struct Sleep {
    /// The sleeps are not `Send`.
    pub(crate) local: bool,
    /// A function, or the name of a field.
    pub(crate) path: Path,
}

/// An attribute, with its name for a message on it.
#[derive(Clone)]
pub(crate) struct Worded<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// The attributes of a resource that wait for sleeps.
#[derive(Clone, Default)]
pub(crate) struct Times {
    pub(crate) debounce: Option<Worded<Length>>,
    pub(crate) timeout: Option<Worded<Length>>,
    pub(crate) retry: Option<Worded<Retry>>,
    /// A `fn(&E) -> bool`.
    pub(crate) retry_if: Option<Worded<Path>>,
    /// A path may also be a `fn(&T) -> Option<Duration>`.
    pub(crate) refresh: Option<Worded<Length>>,
}

impl Times {
    /// Whether the resource never waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.sleeping().is_empty()
    }

    /// The attributes that wait for a sleep.
    pub(crate) fn sleeping(&self) -> Vec<&Ident> {
        let words = [
            self.debounce.as_ref().map(|it| &it.word),
            self.timeout.as_ref().map(|it| &it.word),
            self.retry.as_ref().map(|it| &it.word),
            self.refresh.as_ref().map(|it| &it.word),
        ];
        words.into_iter().flatten().collect()
    }
}

/// `retry(times, first..=most)`
#[derive(Clone)]
pub(crate) struct Retry {
    pub(crate) times: Count,
    pub(crate) first: Length,
    pub(crate) most: Length,
}

/// A number of attempts.
#[derive(Clone)]
pub(crate) enum Count {
    Known(u32),
    /// The path of a `const u32`.
    Path(Path),
}
