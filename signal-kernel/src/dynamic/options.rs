//! How a resource behaves, and who is told.
//!
//! Must not know: what a resource does.

use super::{
    events::{AsyncEvent, Listeners},
    resource_node::Config,
};
use crate::{panics::Apart, task::status::CancelReason};
use std::{fmt, rc::Rc};

/// What both kinds of options have.
struct Common<T, E> {
    eager: bool,
    keep_previous: bool,
    listeners: Listeners<T, E>,
}

impl<T: 'static, E: 'static> Common<T, E> {
    fn new() -> Self {
        Common {
            eager: true,
            keep_previous: true,
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
            listeners: anyone.then(|| Rc::new(self.listeners)),
        }
    }
}

/// Defines one kind of options, with what both have and what only this one has.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident { $($own:ident: $type:ty)? }, $make:literal) => {
        $(#[$doc])*
        pub struct $name<T, E> {
            common: Common<T, E>,
            $($own: Option<$type>,)?
        }

        impl<T: 'static, E: 'static> $name<T, E> {
            /// The defaults: eager, keeps the previous value, tells nobody.
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

            /// Whether the first run starts by itself, which is the default. If not, the state is `Idle` until
            /// `reload` is called or, for a resource, its source changes.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.eager(false);\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn eager(mut self, eager: bool) -> Self {
                self.common.eager = eager;
                self
            }

            /// Whether the value of the run before stays readable while the next one is pending, which is the
            /// default.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.keep_previous_value_on_pending(false);\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn keep_previous_value_on_pending(mut self, keep: bool) -> Self {
                self.common.keep_previous = keep;
                self
            }

            /// Is told each value, after it has been committed and before effects run. What it reads is not
            /// tracked; what it writes is settled in the next round. A panic in it goes on to whoever has
            /// polled or written, when all else has run. There is one of each kind: a second call replaces it.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.on_success(|value: &u32| println!(\"{value}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_success(mut self, tell: impl Fn(&T) + 'static) -> Self {
                self.common.listeners.on_success = Some(Box::new(tell));
                self
            }

            /// Is told each error, as [`on_success`](Self::on_success) each value.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.on_error(|error: &String| eprintln!(\"{error}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_error(mut self, tell: impl Fn(&E) + 'static) -> Self {
                self.common.listeners.on_error = Some(Box::new(tell));
                self
            }

            /// Is told why a run was cancelled. Being superseded is not being cancelled.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.on_cancel(|reason| eprintln!(\"{reason}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_cancel(mut self, tell: impl Fn(&CancelReason) + 'static) -> Self {
                self.common.listeners.on_cancel = Some(Box::new(tell));
                self
            }

            /// Is told everything that happens to runs.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.on_event(|event| eprintln!(\"{event:?}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_event(mut self, tell: impl Fn(&AsyncEvent) + 'static) -> Self {
                self.common.listeners.on_event = Some(Box::new(tell));
                self
            }
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
    /// How [`from_future_with`](crate::from_future_with) and [`async_signal_with`](crate::async_signal_with)
    /// behave.
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
    FromFutureOptions {},
    "let options = signal_kernel::FromFutureOptions::new();"
);

options!(
    /// How [`create_resource_with`](crate::create_resource_with) and its relatives behave.
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
    ResourceOptions { observe: Apart<Box<dyn FnMut()>> },
    "let options = signal_kernel::ResourceOptions::new();"
);

impl<T: 'static, E: 'static> FromFutureOptions<T, E> {
    pub(super) fn config(self) -> Config<T, E> {
        self.common.config()
    }
}

impl<T: 'static, E: 'static> ResourceOptions<T, E> {
    /// Asks again whenever something changes that this reads, though it is not passed to the fetcher. Together
    /// with a change of the source that is one run.
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
