//! The options of a resource, and its listeners.
//!
//! Must not know: the work of a resource.

use super::{
    events::{AsyncEvent, Listeners},
    resource_node::Config,
};
use crate::{panics::Apart, task::status::CancelReason};
use std::{fmt, rc::Rc};

/// The options that both kinds have.
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

/// Defines one kind of options, from the common options and its own one.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident { $($own:ident: $type:ty)? }, $make:literal) => {
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

            /// Sets whether the first run starts by itself, which is the default. Otherwise the state is `Idle` until a
            /// call of `reload` or, for a resource, until its source changes.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.eager(false);\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn eager(mut self, eager: bool) -> Self {
                self.common.eager = eager;
                self
            }

            /// Sets whether the value of the previous run stays readable while the next run is pending, which is the
            /// default.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.keep_previous_value_on_pending(false);\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
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
            #[doc = concat!("```\n", $make, "\nlet options = options.on_success(|value: &u32| println!(\"{value}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_success(mut self, tell: impl Fn(&T) + 'static) -> Self {
                self.common.listeners.on_success = Some(Box::new(tell));
                self
            }

            /// Sets the listener for errors, as [`on_success`](Self::on_success) for values.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.on_error(|error: &String| eprintln!(\"{error}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_error(mut self, tell: impl Fn(&E) + 'static) -> Self {
                self.common.listeners.on_error = Some(Box::new(tell));
                self
            }

            /// Sets the listener for the reason of a cancelled run. A superseded run is not cancelled.
            ///
            /// # Examples
            ///
            #[doc = concat!("```\n", $make, "\nlet options = options.on_cancel(|reason| eprintln!(\"{reason}\"));\n# let _: signal_kernel::", stringify!($name), "<u32, String> = options;\n```")]
            pub fn on_cancel(mut self, tell: impl Fn(&CancelReason) + 'static) -> Self {
                self.common.listeners.on_cancel = Some(Box::new(tell));
                self
            }

            /// Sets the listener for all events of runs.
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
    FromFutureOptions {},
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
    ResourceOptions { observe: Apart<Box<dyn FnMut()>> },
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
