//! The options of a resource, and its listeners.
//!
//! Must not know: the work of a resource.

use super::{
    events::{AsyncEvent, Listeners},
    items::{EachItem, FoldItems},
    resource_node::Config,
};
use crate::{
    panics::Apart,
    task::status::{CancelReason, Interrupted},
};
use std::{fmt, rc::Rc};

/// The options that both kinds have.
struct Common<T, E> {
    eager: bool,
    keep_previous: bool,
    interrupted: [Interrupted; 2],
    listeners: Listeners<T, E>,
}

impl<T: 'static, E: 'static> Common<T, E> {
    fn new() -> Self {
        Common {
            eager: true,
            keep_previous: true,
            interrupted: [Interrupted::Rollback; 2],
            listeners: Listeners {
                on_success: None,
                on_error: None,
                on_cancel: None,
                on_event: None,
            },
        }
    }

    fn config(self) -> Config<T, E> {
        let Listeners {
            on_success,
            on_error,
            on_cancel,
            on_event,
        } = &self.listeners;
        let anyone =
            on_success.is_some() || on_error.is_some() || on_cancel.is_some() || on_event.is_some();
        Config {
            eager: self.eager,
            keep_previous: self.keep_previous,
            interrupted: self.interrupted,
            listeners: anyone.then(|| Rc::new(self.listeners)),
        }
    }
}

/// The setters of the common options, for the `impl` of a type whose name is `name`.
macro_rules! setters {
    ($name:literal, $make:literal) => {
        /// Sets whether the first run starts by itself, which is the default. Otherwise the state is `Idle` until a
        /// call of `reload` or, for a resource, until its source changes.
        ///
        /// # Examples
        ///
        #[doc = concat!("```\n", $make, "\nlet options = options.eager(false);\n# let _: signal_kernel::", $name, "<u32, String> = options;\n```")]
        pub fn eager(mut self, eager: bool) -> Self {
            self.common.eager = eager;
            self
        }

        /// Sets whether the value of the previous run stays readable while the next run is pending, which is the
        /// default.
        ///
        /// # Examples
        ///
        #[doc = concat!("```\n", $make, "\nlet options = options.keep_previous_value_on_pending(false);\n# let _: signal_kernel::", $name, "<u32, String> = options;\n```")]
        pub fn keep_previous_value_on_pending(mut self, keep: bool) -> Self {
            self.common.keep_previous = keep;
            self
        }

        /// Sets the listener for values. The listener gets each value after its commit and before effects run.
        /// Reads in the listener are not tracked; the listener's writes settle in the next round. A panic in the
        /// listener goes on to the poll or the write that has caused the call, when all other code has run. There
        /// is one listener of each kind: a second call replaces the first listener.
        /// # Examples
        ///
        #[doc = concat!("```\n", $make, "\nlet options = options.on_success(|value: &u32| println!(\"{value}\"));\n# let _: signal_kernel::", $name, "<u32, String> = options;\n```")]
        pub fn on_success(mut self, tell: impl Fn(&T) + 'static) -> Self {
            self.common.listeners.on_success = Some(Box::new(tell));
            self
        }

        /// Sets the listener for errors, as [`on_success`](Self::on_success) for values.
        ///
        /// # Examples
        ///
        #[doc = concat!("```\n", $make, "\nlet options = options.on_error(|error: &String| eprintln!(\"{error}\"));\n# let _: signal_kernel::", $name, "<u32, String> = options;\n```")]
        pub fn on_error(mut self, tell: impl Fn(&E) + 'static) -> Self {
            self.common.listeners.on_error = Some(Box::new(tell));
            self
        }

        /// Sets the listener for the reason of a cancelled run. A superseded run is not cancelled.
        ///
        /// # Examples
        ///
        #[doc = concat!("```\n", $make, "\nlet options = options.on_cancel(|reason| eprintln!(\"{reason}\"));\n# let _: signal_kernel::", $name, "<u32, String> = options;\n```")]
        pub fn on_cancel(mut self, tell: impl Fn(&CancelReason) + 'static) -> Self {
            self.common.listeners.on_cancel = Some(Box::new(tell));
            self
        }

        /// Sets the listener for all events of runs.
        ///
        /// # Examples
        ///
        #[doc = concat!("```\n", $make, "\nlet options = options.on_event(|event| eprintln!(\"{event:?}\"));\n# let _: signal_kernel::", $name, "<u32, String> = options;\n```")]
        pub fn on_event(mut self, tell: impl Fn(&AsyncEvent) + 'static) -> Self {
            self.common.listeners.on_event = Some(Box::new(tell));
            self
        }
    };
}

/// Defines one kind of options, from the common options and its own one.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident $text:literal { $($own:ident: $type:ty)? }, $make:literal) => {
        $(#[$doc])*
        pub struct $name<T, E> {
            common: Common<T, E>,
            $($own: Option<$type>,)?
        }

        impl<T: 'static, E: 'static> $name<T, E> {
            /// The defaults: eager, keeps the previous value, has no listeners.
            ///
            /// # Examples
            ///
            #[doc = concat!("See [`", stringify!($name), "`].")]
            pub fn new() -> Self {
                $name {
                    common: Common::new(),
                    $($own: None,)?
                }
            }

            setters!($text, $make);
        }

        impl<T: 'static, E: 'static> Default for $name<T, E> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T, E> fmt::Debug for $name<T, E> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("eager", &self.common.eager)
                    .field("keep_previous_value_on_pending", &self.common.keep_previous)
                    .finish_non_exhaustive()
            }
        }
    };
}

options!(
    /// The options of [`from_future_with`](crate::from_future_with) and
    /// [`async_signal_with`](crate::async_signal_with).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{AsyncStatus, FromFutureOptions, from_future_with};
    ///
    /// let options = FromFutureOptions::new().eager(false);
    /// let seven = from_future_with(|| async { Ok::<_, String>(7) }, options);
    /// assert_eq!(seven.status(), AsyncStatus::Idle);
    /// ```
    FromFutureOptions "FromFutureOptions" {},
    "let options = signal_kernel::FromFutureOptions::new();"
);

options!(
    /// The options of [`create_resource_with`](crate::create_resource_with) and its relatives.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{ResourceOptions, create_resource_with, settled, signal};
    ///
    /// let (id, revision) = (signal(1), signal(0));
    /// let options = ResourceOptions::new()
    ///     .observe(move || revision.with(|_| ()))
    ///     .on_error(|error: &String| eprintln!("{error}"));
    /// let (user, _meta) = create_resource_with(
    ///     move || id.get(),
    ///     |id: u32| async move { Ok(format!("user {id}")) },
    ///     options,
    /// );
    /// futures::executor::block_on(settled());
    /// revision.set(1); // asks again
    /// assert_eq!(user.get().as_deref(), Some("user 1"));
    /// ```
    ResourceOptions "ResourceOptions" { observe: Apart<Box<dyn FnMut()>> },
    "let options = signal_kernel::ResourceOptions::new();"
);

impl<T: 'static, E: 'static> FromFutureOptions<T, E> {
    pub(super) fn config(self) -> Config<T, E> {
        self.common.config()
    }
}

impl<T: 'static, E: 'static> ResourceOptions<T, E> {
    /// Asks again whenever a value changes that `read` reads, though the fetcher does not get the value. A change of
    /// the source at the same time makes no second run.
    ///
    /// # Examples
    ///
    /// See [`ResourceOptions`].
    pub fn observe(mut self, read: impl FnMut() + 'static) -> Self {
        self.observe = Some(Apart::new(Box::new(read)));
        self
    }
    /// Takes the options apart.
    pub(super) fn into_parts(self) -> (Config<T, E>, Option<Box<dyn FnMut()>>) {
        (self.common.config(), self.observe.map(Apart::into_inner))
    }
}

/// Options of [`from_stream_with`](crate::from_stream_with) and
/// [`create_stream_resource_with`](crate::create_stream_resource_with). `R` is the rule by which items make the value.
///
/// # Examples
///
/// ```
/// use futures::{Stream, executor::block_on, stream};
/// use signal_kernel::{
///     Interrupted, StreamOptions, create_stream_resource_with, progress, settled, signal,
/// };
///
/// fn chat(prompt: String) -> impl Stream<Item = Result<char, String>> {
///     stream::iter(prompt.chars().rev().map(Ok).collect::<Vec<_>>())
/// }
///
/// let prompt = signal("olleh".to_owned());
/// let (answer, meta) = create_stream_resource_with(
///     move || prompt.get(),
///     chat,
///     StreamOptions::new()
///         .fold(|answer: &mut String, token| answer.push(token))
///         .after_cancel(Interrupted::Keep),
/// );
/// block_on(settled());
/// assert_eq!(answer.get().as_deref(), Some("hello"));
/// assert_eq!(answer.stable(), answer.get());
/// assert!(meta.is_current());
/// ```
pub struct StreamOptions<T, E, R = EachItem> {
    common: Common<T, E>,
    rule: Apart<R>,
}

impl<T: 'static, E: 'static> StreamOptions<T, E> {
    /// The defaults: eager, keeps the previous value, has no listeners, and each item is an answer.
    ///
    /// # Examples
    ///
    /// See [`StreamOptions`].
    pub fn new() -> Self {
        StreamOptions {
            common: Common::new(),
            rule: Apart::new(EachItem(())),
        }
    }

    /// Makes one value of all items: `fold` puts each into the value, which starts as the default one of its type.
    ///
    /// The value grows with each poll that brings items; the end of the stream makes it the
    /// [`stable`](crate::AsyncSignal::stable) one. A function that panics has torn the value: it goes, and the last
    /// stable one is visible again. While a caller of `with_value` has the value, the stream is not polled. Inside of
    /// `fold` and of the stream, the growing value cannot be read.
    ///
    /// # Examples
    ///
    /// See [`StreamOptions`].
    pub fn fold<I, F>(self, fold: F) -> StreamOptions<T, E, FoldItems<T, F>>
    where
        T: Default,
        F: FnMut(&mut T, I) + 'static,
    {
        StreamOptions {
            common: self.common,
            rule: Apart::new(FoldItems::new(fold)),
        }
    }
}

impl<T: 'static, E: 'static, R> StreamOptions<T, E, R> {
    setters!(
        "StreamOptions",
        "let options = signal_kernel::StreamOptions::new();"
    );

    pub(super) fn into_parts(self) -> (Config<T, E>, R) {
        (self.common.config(), self.rule.into_inner())
    }
}

impl<T: 'static, E: 'static, F> StreamOptions<T, E, FoldItems<T, F>> {
    /// Sets the rule for the value of a run that is cancelled or panics. The default is
    /// [`Rollback`](Interrupted::Rollback).
    ///
    /// # Examples
    ///
    /// See [`Interrupted`].
    pub fn after_cancel(mut self, rule: Interrupted) -> Self {
        self.common.interrupted[0] = rule;
        self
    }

    /// Sets the rule for the value of a run that ends with an error. The default is
    /// [`Rollback`](Interrupted::Rollback).
    ///
    /// # Examples
    ///
    /// See [`Interrupted`].
    pub fn after_error(mut self, rule: Interrupted) -> Self {
        self.common.interrupted[1] = rule;
        self
    }
}

impl<T: 'static, E: 'static> Default for StreamOptions<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E, R> fmt::Debug for StreamOptions<T, E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamOptions")
            .field("eager", &self.common.eager)
            .field("keep_previous_value_on_pending", &self.common.keep_previous)
            .finish_non_exhaustive()
    }
}
