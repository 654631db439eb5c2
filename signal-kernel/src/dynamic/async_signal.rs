//! Handles on asynchronous work: the reads of its state, and the requests to it.
//!
//! Invariants: each read is tracked by part, so that a reader of the value does not run again for a change of the
//! status; a read yields the state that the resource has shown last.
//!
//! Must not know: the start of work.

use super::{
    drive::ThreadDriver,
    engine::{
        batch, current,
        handle::{Handle, handle},
        read_error::{Disposed, ReadError},
    },
    resource_node::{self, AnyResource, Completion},
};
use crate::task::{
    progress::Driver,
    state::{Change, Failure},
    status::{AsyncStatus, CancelReason},
};
use std::{
    borrow::Cow,
    future::Future,
    marker::PhantomData,
    mem,
    panic::Location,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

/// Asynchronous work and its state: status, value, error.
///
/// A handle: `Copy`, and good for as long as the owner of the node lives. The end of the owner drops the work. `I` is
/// the input of [`run`](Self::run), for work that is started by hand.
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncStatus, create_effect, from_future, settled};
///
/// async fn fetch() -> Result<String, std::io::Error> {
///     Ok("Ada".to_owned())
/// }
///
/// let user = from_future(fetch);
/// create_effect(move || println!("{} {:?}", user.status(), user.value())); // pending None
/// futures::executor::block_on(settled()); // success Some("Ada")
/// assert_eq!(user.status(), AsyncStatus::Success);
/// ```
pub struct AsyncSignal<T, E, I = ()> {
    pub(super) handle: Handle,
    pub(super) marker: PhantomData<*const (T, E, I)>,
}

/// The value of asynchronous work: the first handle that [`create_resource`](crate::create_resource) and
/// [`async_signal`](crate::async_signal) return.
///
/// # Examples
///
/// ```
/// use signal_kernel::{async_signal, computed, settled};
///
/// let (name, _meta) = async_signal(|| async { Ok::<_, String>("Ada".to_owned()) });
/// let length = computed(move || name.with(|name| name.map_or(0, String::len)));
/// assert_eq!(length.get(), 0);
/// futures::executor::block_on(settled());
/// assert_eq!(length.get(), 3);
/// ```
pub struct AsyncValue<T> {
    pub(super) handle: Handle,
    pub(super) marker: PhantomData<*const T>,
}

/// The state of asynchronous work without its value, and the requests to the work: the second handle that
/// [`create_resource`](crate::create_resource) and [`async_signal`](crate::async_signal) return.
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncStatus, async_signal, settled};
///
/// let (_name, meta) = async_signal(|| async { Err::<u32, _>("offline".to_owned()) });
/// futures::executor::block_on(settled());
/// assert_eq!(meta.status(), AsyncStatus::Error);
/// assert_eq!(meta.error().as_deref(), Some("offline"));
/// meta.reload();
/// meta.cancel("enough");
/// assert_eq!(meta.status(), AsyncStatus::Cancelled);
/// ```
pub struct AsyncMeta<E> {
    pub(super) handle: Handle,
    pub(super) marker: PhantomData<*const E>,
}

handle!(AsyncSignal<T, E, I>, "resource");
handle!(AsyncValue<T>, "resource");
handle!(AsyncMeta<E>, "resource");

fn resource_of(handle: Handle) -> Result<Rc<dyn AnyResource>, Disposed> {
    current::with(|cell| resource_node::resource_of(cell, handle))
}

/// Tracks a part and looks at the resource.
fn read<R>(
    handle: Handle,
    part: Change,
    look: impl FnOnce(&dyn AnyResource) -> R,
) -> Result<R, Disposed> {
    current::with(|cell| {
        let resource = resource_node::read(cell, handle, part)?;
        Ok(look(&*resource))
    })
}

/// Tracks the value and returns it, shared.
fn value<T: 'static>(handle: Handle) -> Result<Option<Rc<T>>, Disposed> {
    let mut value: Option<Rc<T>> = None;
    read(handle, Change::VALUE, |resource| resource.value(&mut value))?;
    Ok(value)
}

/// As `read`, for a `try_` read: a cycle is an error.
fn try_read<R>(
    handle: Handle,
    part: Change,
    look: impl FnOnce(&dyn AnyResource) -> R,
) -> Result<R, ReadError> {
    current::with(|cell| {
        let resource = resource_node::try_read(cell, handle, part)?;
        Ok(look(&*resource))
    })
}

/// As `value`, for a `try_` read.
fn try_value<T: 'static>(handle: Handle) -> Result<Option<Rc<T>>, ReadError> {
    let mut value: Option<Rc<T>> = None;
    try_read(handle, Change::VALUE, |resource| resource.value(&mut value))?;
    Ok(value)
}

/// The last whole answer of a resource, tracked.
fn stable<T: 'static>(handle: Handle) -> Result<Option<Rc<T>>, Disposed> {
    let mut value: Option<Rc<T>> = None;
    read(handle, Change::STABLE, |resource| {
        resource.stable(&mut value)
    })?;
    Ok(value)
}

/// The same, for a `try_` read.
fn try_stable<T: 'static>(handle: Handle) -> Result<Option<Rc<T>>, ReadError> {
    let mut value: Option<Rc<T>> = None;
    try_read(handle, Change::STABLE, |resource| {
        resource.stable(&mut value)
    })?;
    Ok(value)
}

#[track_caller]
fn must<R>(result: Result<R, Disposed>) -> R {
    match result {
        Ok(result) => result,
        Err(error) => error.panic(),
    }
}

impl<T: 'static> AsyncValue<T> {
    /// The last value, cloned. While other work is pending, the value still belongs to the previous input.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// See [`AsyncValue`].
    #[track_caller]
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        must(value(self.handle)).as_deref().cloned() // user code
    }

    /// As [`get`](Self::get), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Disposed`], if the resource was disposed of.
    /// - [`ReadError::Cycle`], if the source of the resource depends on this read.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{async_signal, scope};
    ///
    /// let ((name, _meta), owner) = scope(|| async_signal(|| async { Ok::<_, String>(7) }));
    /// assert_eq!(name.try_get(), Ok(None));
    /// drop(owner);
    /// assert!(name.try_get().is_err());
    /// ```
    pub fn try_get(&self) -> Result<Option<T>, ReadError>
    where
        T: Clone,
    {
        Ok(try_value(self.handle)?.as_deref().cloned()) // user code
    }

    /// Shows the last value to `f` without cloning it.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// See [`AsyncValue`].
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        let value = must(value(self.handle));
        f(value.as_deref()) // user code
    }

    /// As [`with`](Self::with), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// As [`try_get`](Self::try_get); `f` is not called then.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{async_signal, scope};
    ///
    /// let ((name, _meta), owner) = scope(|| async_signal(|| async { Ok::<_, String>(7) }));
    /// assert_eq!(name.try_with(|name| name.is_some()), Ok(false));
    /// drop(owner);
    /// assert!(name.try_with(|name| name.is_some()).is_err());
    /// ```
    pub fn try_with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> Result<R, ReadError> {
        let value = try_value(self.handle)?;
        Ok(f(value.as_deref())) // user code
    }

    /// The last whole answer, cloned: it differs from the value only if a
    /// [`fold`](crate::StreamOptions::fold) makes the value of the items of a stream, while items come in, and where a rule
    /// has kept the value of an interrupted run. A body that reads only the stable value does not run for items.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use signal_kernel::{StreamOptions, create_stream_resource_with, progress};
    ///
    /// let tokens = || stream::iter(["Hel", "lo"].map(Ok::<_, String>)).chain(stream::pending());
    /// let push = |answer: &mut String, token: &str| answer.push_str(token);
    /// let (answer, _meta) = create_stream_resource_with(|| (), move |()| tokens(), StreamOptions::new().fold(push));
    /// block_on(progress());
    /// assert_eq!(answer.get().as_deref(), Some("Hello"));
    /// assert_eq!(answer.stable(), None); // there may be more
    /// ```
    #[track_caller]
    pub fn stable(&self) -> Option<T>
    where
        T: Clone,
    {
        must(stable(self.handle)).as_deref().cloned() // user code
    }

    /// As [`stable`](Self::stable), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// If the resource was disposed of, or if the read closes a cycle.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use signal_kernel::{from_stream, scope};
    ///
    /// let (price, owner) = scope(|| from_stream(|| stream::iter([Ok::<_, String>(5)])));
    /// assert_eq!(price.try_stable(), Ok(None));
    /// drop(owner);
    /// assert!(price.try_stable().is_err());
    /// ```
    pub fn try_stable(&self) -> Result<Option<T>, ReadError>
    where
        T: Clone,
    {
        Ok(try_stable(self.handle)?.as_deref().cloned()) // user code
    }

    /// Shows the last whole answer to `f` without cloning it.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{executor::block_on, stream};
    /// use signal_kernel::{from_stream, settled};
    ///
    /// let price = from_stream(|| stream::iter([Ok::<_, String>(5)]));
    /// block_on(settled());
    /// assert!(price.with_stable(|price| price.is_some()));
    /// ```
    #[track_caller]
    pub fn with_stable<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        let value = must(stable(self.handle));
        f(value.as_deref()) // user code
    }

    /// As [`with_stable`](Self::with_stable), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// As [`try_stable`](Self::try_stable); `f` is not called then.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use signal_kernel::from_stream;
    ///
    /// let price = from_stream(|| stream::iter([Ok::<_, String>(5)]));
    /// assert_eq!(price.try_with_stable(|price| price.is_some()), Ok(false));
    /// ```
    pub fn try_with_stable<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> Result<R, ReadError> {
        let value = try_stable(self.handle)?;
        Ok(f(value.as_deref())) // user code
    }
}

impl<T: 'static, E: 'static, I: 'static> AsyncSignal<T, E, I> {
    /// The last value, cloned. While other work is pending, the value still belongs to the previous input.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// See [`AsyncSignal`].
    #[track_caller]
    pub fn value(&self) -> Option<T>
    where
        T: Clone,
    {
        self.with_value(|value| value.cloned())
    }

    /// Shows the last value to `f` without cloning it.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{from_future, settled};
    ///
    /// let name = from_future(|| async { Ok::<_, String>("Ada".to_owned()) });
    /// futures::executor::block_on(settled());
    /// assert_eq!(name.with_value(|name| name.map_or(0, String::len)), 3);
    /// ```
    #[track_caller]
    pub fn with_value<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        let value = must(value(self.handle));
        f(value.as_deref()) // user code
    }

    /// As [`value`](Self::value), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// As [`try_status`](Self::try_status).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{from_future, scope};
    ///
    /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
    /// assert_eq!(name.try_value(), Ok(None));
    /// drop(owner);
    /// assert!(name.try_value().is_err());
    /// ```
    pub fn try_value(&self) -> Result<Option<T>, ReadError>
    where
        T: Clone,
    {
        Ok(try_value(self.handle)?.as_deref().cloned()) // user code
    }

    /// As [`with_value`](Self::with_value), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// As [`try_status`](Self::try_status); `f` is not called then.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{from_future, settled};
    ///
    /// let name = from_future(|| async { Ok::<_, String>("Ada".to_owned()) });
    /// futures::executor::block_on(settled());
    /// assert_eq!(name.try_with_value(|name| name.map_or(0, String::len)), Ok(3));
    /// ```
    pub fn try_with_value<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> Result<R, ReadError> {
        let value = try_value(self.handle)?;
        Ok(f(value.as_deref())) // user code
    }

    /// The last whole answer, cloned: it differs from the value only if a
    /// [`fold`](crate::StreamOptions::fold) makes the value of the items of a stream, while items come in, and where a rule
    /// has kept the value of an interrupted run. A body that reads only the stable value does not run for items.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use signal_kernel::{StreamOptions, from_stream_with, progress};
    ///
    /// let tokens = || stream::iter(["Hel", "lo"].map(Ok::<_, String>)).chain(stream::pending());
    /// let push = |answer: &mut String, token: &str| answer.push_str(token);
    /// let answer = from_stream_with(tokens, StreamOptions::new().fold(push));
    /// block_on(progress());
    /// assert_eq!(answer.value().as_deref(), Some("Hello"));
    /// assert_eq!(answer.stable(), None); // there may be more
    /// ```
    #[track_caller]
    pub fn stable(&self) -> Option<T>
    where
        T: Clone,
    {
        must(stable(self.handle)).as_deref().cloned() // user code
    }

    /// As [`stable`](Self::stable), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// If the resource was disposed of, or if the read closes a cycle.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use signal_kernel::{from_stream, scope};
    ///
    /// let (price, owner) = scope(|| from_stream(|| stream::iter([Ok::<_, String>(5)])));
    /// assert_eq!(price.try_stable(), Ok(None));
    /// drop(owner);
    /// assert!(price.try_stable().is_err());
    /// ```
    pub fn try_stable(&self) -> Result<Option<T>, ReadError>
    where
        T: Clone,
    {
        Ok(try_stable(self.handle)?.as_deref().cloned()) // user code
    }

    /// Shows the last whole answer to `f` without cloning it.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::{executor::block_on, stream};
    /// use signal_kernel::{from_stream, settled};
    ///
    /// let price = from_stream(|| stream::iter([Ok::<_, String>(5)]));
    /// block_on(settled());
    /// assert!(price.with_stable(|price| price.is_some()));
    /// ```
    #[track_caller]
    pub fn with_stable<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        let value = must(stable(self.handle));
        f(value.as_deref()) // user code
    }

    /// As [`with_stable`](Self::with_stable), for a resource that may have been disposed of.
    ///
    /// # Errors
    ///
    /// As [`try_stable`](Self::try_stable); `f` is not called then.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use signal_kernel::from_stream;
    ///
    /// let price = from_stream(|| stream::iter([Ok::<_, String>(5)]));
    /// assert_eq!(price.try_with_stable(|price| price.is_some()), Ok(false));
    /// ```
    pub fn try_with_stable<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> Result<R, ReadError> {
        let value = try_stable(self.handle)?;
        Ok(f(value.as_deref())) // user code
    }

    /// Runs the work for this input. The work in flight is dropped; the previous run is superseded.
    ///
    /// The work starts at once (inside a [`batch`](crate::batch), at its end), whether or not a task awaits the future.
    /// A task that awaits the future drives this thread's work; the drop of the future drops no work.
    ///
    /// # Panics
    ///
    /// If the resource was disposed of, and inside a computed value.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::create_manual_resource;
    ///
    /// # futures::executor::block_on(async {
    /// let save = create_manual_resource(|text: String| async move { Ok::<_, String>(text.len()) });
    /// let first = save.run("draft".to_owned());
    /// let second = save.run("final text".to_owned());
    /// assert_eq!(second.await, Some(10));
    /// assert_eq!(first.await, None); // superseded
    /// # });
    /// ```
    #[must_use = "dropping this changes nothing for the run: if that is meant, say `drop`"]
    #[track_caller]
    pub fn run(&self, input: I) -> Running<T, E> {
        let resource = must(resource_of(self.handle));
        Running::new(resource.owner(), Location::caller(), |ticket| {
            resource.give(Box::new(input), ticket);
        })
    }
}

/// Defines the methods that `AsyncMeta` and `AsyncSignal` have in common. A reload yields `$value`.
macro_rules! meta {
    ($value:ty) => {
        /// The status of the work.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{AsyncStatus, async_signal, from_future};
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// assert_eq!(name.status(), AsyncStatus::Pending);
        /// let (_name, meta) = async_signal(|| async { Ok::<_, String>("Ada") });
        /// assert_eq!(meta.status(), AsyncStatus::Pending);
        /// ```
        #[track_caller]
        pub fn status(&self) -> AsyncStatus {
            must(read(self.handle, Change::STATUS, |it| it.view().0))
        }

        /// As [`status`](Self::status), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// - [`ReadError::Disposed`], if the resource was disposed of.
        /// - [`ReadError::Cycle`], if the source of the resource depends on this read.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// drop(owner);
        /// assert!(name.try_status().is_err());
        /// ```
        pub fn try_status(&self) -> Result<AsyncStatus, ReadError> {
            try_read(self.handle, Change::STATUS, |it| it.view().0)
        }

        /// Whether work is in flight.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// assert!(from_future(|| async { Ok::<_, String>("Ada") }).is_pending());
        /// ```
        #[track_caller]
        pub fn is_pending(&self) -> bool {
            self.status() == AsyncStatus::Pending
        }

        /// As [`is_pending`](Self::is_pending), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_is_pending(), Ok(true));
        /// drop(owner);
        /// assert!(name.try_is_pending().is_err());
        /// ```
        pub fn try_is_pending(&self) -> Result<bool, ReadError> {
            Ok(self.try_status()? == AsyncStatus::Pending)
        }

        /// Whether the work in flight fetches for the same input again, after a reload, and has yielded nothing yet.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// assert!(!name.is_reloading());
        /// name.reload();
        /// assert!(name.is_reloading());
        /// ```
        #[track_caller]
        pub fn is_reloading(&self) -> bool {
            must(read(self.handle, Change::TRANSITION, |it| it.view().2))
        }

        /// As [`is_reloading`](Self::is_reloading), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_is_reloading(), Ok(false));
        /// drop(owner);
        /// assert!(name.try_is_reloading().is_err());
        /// ```
        pub fn try_is_reloading(&self) -> Result<bool, ReadError> {
            try_read(self.handle, Change::TRANSITION, |it| it.view().2)
        }

        /// Whether the resource has a value that belongs to the present input: as
        /// [`AsyncState::is_current`](crate::AsyncState::is_current).
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{create_resource, settled, signal};
        ///
        /// let handle = signal(1);
        /// let (_name, meta) = create_resource(
        ///     move || handle.get(),
        ///     |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
        /// );
        /// futures::executor::block_on(settled());
        /// assert!(meta.is_current());
        /// meta.reload();
        /// assert!(meta.is_current());
        /// handle.set(2);
        /// assert!(!meta.is_current());
        /// ```
        #[track_caller]
        pub fn is_current(&self) -> bool {
            must(read(self.handle, Change::TRANSITION, |it| it.is_current()))
        }

        /// As [`is_current`](Self::is_current), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_is_current(), Ok(false));
        /// drop(owner);
        /// assert!(name.try_is_current().is_err());
        /// ```
        pub fn try_is_current(&self) -> Result<bool, ReadError> {
            try_read(self.handle, Change::TRANSITION, |it| it.is_current())
        }

        /// The error of the last run, cloned; `None` in every status but [`AsyncStatus::Error`].
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, settled};
        ///
        /// let name = from_future(|| async { Err::<u32, _>("offline") });
        /// futures::executor::block_on(settled());
        /// assert_eq!(name.error(), Some("offline"));
        /// ```
        #[track_caller]
        pub fn error(&self) -> Option<E>
        where
            E: Clone,
        {
            self.with_error(|error| error.cloned())
        }

        /// As [`error`](Self::error), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_error(), Ok(None));
        /// drop(owner);
        /// assert!(name.try_error().is_err());
        /// ```
        pub fn try_error(&self) -> Result<Option<E>, ReadError>
        where
            E: Clone,
        {
            self.try_with_error(|error| error.cloned())
        }

        /// Shows the error of the last run to `f` without cloning it.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, settled};
        ///
        /// let name = from_future(|| async { Err::<u32, _>(std::io::Error::other("offline")) });
        /// futures::executor::block_on(settled());
        /// assert_eq!(name.with_error(|error| error.unwrap().to_string()), "offline");
        /// ```
        #[track_caller]
        pub fn with_error<R>(&self, f: impl FnOnce(Option<&E>) -> R) -> R {
            let mut error: Option<Rc<E>> = None;
            must(read(self.handle, Change::ERROR, |it| it.error(&mut error)));
            f(error.as_deref()) // user code
        }

        /// As [`with_error`](Self::with_error), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status); `f` is not called then.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, settled};
        ///
        /// let name = from_future(|| async { Err::<u32, _>("offline") });
        /// futures::executor::block_on(settled());
        /// assert_eq!(name.try_with_error(|error| error.is_some()), Ok(true));
        /// ```
        pub fn try_with_error<R>(&self, f: impl FnOnce(Option<&E>) -> R) -> Result<R, ReadError> {
            let mut error: Option<Rc<E>> = None;
            try_read(self.handle, Change::ERROR, |it| it.error(&mut error))?;
            Ok(f(error.as_deref())) // user code
        }

        /// The number of attempts that have failed since the last success or the last new input: as
        /// [`AsyncState::failures`](crate::AsyncState::failures).
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, settled};
        ///
        /// let name = from_future(|| async { Err::<u32, _>("offline") });
        /// futures::executor::block_on(settled());
        /// name.reload();
        /// futures::executor::block_on(settled());
        /// assert_eq!(name.failures(), 2);
        /// ```
        #[track_caller]
        pub fn failures(&self) -> u32 {
            must(read(self.handle, Change::ERROR, |it| it.failures()))
        }

        /// As [`failures`](Self::failures), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_failures(), Ok(0));
        /// drop(owner);
        /// assert!(name.try_failures().is_err());
        /// ```
        pub fn try_failures(&self) -> Result<u32, ReadError> {
            try_read(self.handle, Change::ERROR, |it| it.failures())
        }

        /// Shows to `f` why the newest attempt has failed: as
        /// [`AsyncState::last_failure`](crate::AsyncState::last_failure), which outlives the status Error.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{Failure, from_future, settled};
        ///
        /// let name = from_future(|| async { Err::<u32, _>("offline") });
        /// futures::executor::block_on(settled());
        /// name.reload();
        /// assert_eq!(name.error(), None);
        /// assert!(name.with_last_failure(|it| matches!(it, Some(Failure::Error(&"offline")))));
        /// ```
        #[track_caller]
        pub fn with_last_failure<R>(&self, f: impl FnOnce(Option<Failure<'_, E>>) -> R) -> R {
            let mut error: Option<Rc<E>> = None;
            must(read(self.handle, Change::ERROR, |it| {
                it.last_error(&mut error)
            }));
            f(error.as_deref().map(Failure::Error)) // user code
        }

        /// As [`with_last_failure`](Self::with_last_failure), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status); `f` is not called then.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// assert_eq!(name.try_with_last_failure(|failure| failure.is_some()), Ok(false));
        /// ```
        pub fn try_with_last_failure<R>(
            &self,
            f: impl FnOnce(Option<Failure<'_, E>>) -> R,
        ) -> Result<R, ReadError> {
            let mut error: Option<Rc<E>> = None;
            try_read(self.handle, Change::ERROR, |it| it.last_error(&mut error))?;
            Ok(f(error.as_deref().map(Failure::Error))) // user code
        }

        /// The number of runs that were started so far; each run has its number as a token.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// name.reload();
        /// assert_eq!(name.token(), 2);
        /// ```
        #[track_caller]
        pub fn token(&self) -> u64 {
            must(read(self.handle, Change::TRANSITION, |it| it.view().1))
        }

        /// As [`token`](Self::token), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_token(), Ok(1));
        /// drop(owner);
        /// assert!(name.try_token().is_err());
        /// ```
        pub fn try_token(&self) -> Result<u64, ReadError> {
            try_read(self.handle, Change::TRANSITION, |it| it.view().1)
        }

        /// The reason for which the last run was stopped; `None` in every status but [`AsyncStatus::Cancelled`].
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// name.cancel("enough");
        /// assert_eq!(name.cancel_reason(), Some("enough".into()));
        /// ```
        #[track_caller]
        pub fn cancel_reason(&self) -> Option<CancelReason> {
            must(read(self.handle, Change::TRANSITION, |it| it.view().3))
        }

        /// As [`cancel_reason`](Self::cancel_reason), for a resource that may have been disposed of.
        ///
        /// # Errors
        ///
        /// As [`try_status`](Self::try_status).
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{from_future, scope};
        ///
        /// let (name, owner) = scope(|| from_future(|| async { Ok::<_, String>("Ada") }));
        /// assert_eq!(name.try_cancel_reason(), Ok(None));
        /// drop(owner);
        /// assert!(name.try_cancel_reason().is_err());
        /// ```
        pub fn try_cancel_reason(&self) -> Result<Option<CancelReason>, ReadError> {
            try_read(self.handle, Change::TRANSITION, |it| it.view().3)
        }

        /// Whether the value of the previous run stays readable while the next run is pending.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// assert!(from_future(|| async { Ok::<_, String>("Ada") }).keep_previous_value_on_pending());
        /// ```
        #[track_caller]
        pub fn keep_previous_value_on_pending(&self) -> bool {
            must(resource_of(self.handle)).keep_previous()
        }

        /// Fetches for the last input again and drops the work in flight. Without an earlier input nothing happens.
        /// Inside a [`batch`](crate::batch) the call is a request, which the end of the batch carries out. Several
        /// reloads in one batch are one run.
        ///
        /// The work starts whether or not a task awaits the future. The future yields `Some` when the run succeeds (of
        /// an [`AsyncSignal`] with the value, of an [`AsyncMeta`] with `()`), and `None` as that of
        /// [`AsyncSignal::run`], also without an input. A task that awaits it drives this thread's work; the drop of the
        /// future drops no work.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of, and inside a computed value.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{async_signal, from_future, settled};
        /// use std::{cell::Cell, rc::Rc};
        ///
        /// # futures::executor::block_on(async {
        /// let calls = Rc::new(Cell::new(0));
        /// let number = from_future({
        ///     let calls = calls.clone();
        ///     move || {
        ///         calls.set(calls.get() + 1);
        ///         let call = calls.get();
        ///         async move { Ok::<_, String>(call) }
        ///     }
        /// });
        /// settled().await;
        /// number.reload();
        /// assert_eq!(number.value(), Some(1)); // kept
        /// settled().await;
        /// assert_eq!(number.value(), Some(2));
        /// assert_eq!(number.reload().await, Some(3));
        ///
        /// let (name, meta) = async_signal(|| async { Ok::<_, String>("Ada") });
        /// assert_eq!(meta.reload().await, Some(())); // the value is in `name`
        /// assert_eq!(name.get(), Some("Ada"));
        /// # });
        /// ```
        #[track_caller]
        pub fn reload(&self) -> Running<$value, E> {
            let resource = must(resource_of(self.handle));
            Running::new(resource.owner(), Location::caller(), |ticket| {
                resource.reload(ticket);
            })
        }

        /// Stops the work in flight: the work is dropped, and the status is [`AsyncStatus::Cancelled`]. Without work in
        /// flight nothing happens. Inside a [`batch`](crate::batch) the call is a request, which the end of the batch
        /// carries out; the last request wins.
        ///
        /// # Panics
        ///
        /// If the resource was disposed of, and inside a computed value.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::{AsyncStatus, from_future};
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// name.cancel("enough");
        /// assert_eq!(name.status(), AsyncStatus::Cancelled);
        /// ```
        #[track_caller]
        pub fn cancel(&self, reason: impl Into<CancelReason>) {
            let reason = reason.into(); // user code
            must(resource_of(self.handle)).cancel(reason);
        }

        /// Ends the resource: its work is dropped, and its handles are stale. A second call does nothing.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// let name = from_future(|| async { Ok::<_, String>("Ada") });
        /// name.dispose();
        /// assert!(name.try_status().is_err());
        /// ```
        pub fn dispose(&self) {
            if let Ok(resource) = resource_of(self.handle) {
                batch::dispose_node(resource.owner());
            }
        }

        /// Gives the resource a name for messages.
        ///
        /// # Examples
        ///
        /// ```
        /// use signal_kernel::from_future;
        ///
        /// let user = from_future(|| async { Ok::<_, String>("Ada") }).named("user");
        /// assert_eq!(format!("{user:?}"), "resource `user`");
        /// ```
        pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
            self.handle.name(name.into());
            self
        }
    };
}

impl<E: 'static> AsyncMeta<E> {
    meta!(());
}

impl<T: 'static, E: 'static, I: 'static> AsyncSignal<T, E, I> {
    meta!(T);
}

/// The future of [`AsyncSignal::run`], [`AsyncSignal::reload`] and [`AsyncMeta::reload`]: `Some` when the run succeeds;
/// `None` when the run fails, is cancelled or superseded, or when its resource is disposed of.
///
/// # Examples
///
/// See [`AsyncSignal::run`].
pub struct Running<T, E> {
    owner: Handle,
    ticket: Completion<T>,
    driver: ThreadDriver,
    polled: bool,
    marker: PhantomData<*const E>,
}

impl<T: 'static, E> Running<T, E> {
    /// The future of a run that `ask` asks for, with the completion of the run.
    fn new(
        owner: Handle,
        place: &'static Location<'static>,
        ask: impl FnOnce(&mut Completion<T>),
    ) -> Self {
        let mut ticket = Completion::default();
        ask(&mut ticket);
        Running {
            owner,
            ticket,
            driver: ThreadDriver::new(place),
            polled: false,
            marker: PhantomData,
        }
    }
}

impl<T: Clone + 'static, E: 'static> Future for Running<T, E> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if mem::replace(&mut self.polled, true) {
            self.driver.reset_budget();
        }
        loop {
            let outcome = self.ticket.borrow().clone();
            if let Some(value) = outcome {
                return Poll::Ready(value.as_deref().cloned()); // user code
            }
            if !current::with(|cell| self.owner.is_alive(&cell.borrow())) {
                return Poll::Ready(None);
            }
            if self.driver.poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl<T, E> std::fmt::Debug for Running<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ended = self.ticket.borrow().is_some();
        f.debug_struct("Running")
            .field("ended", &ended)
            .finish_non_exhaustive()
    }
}
