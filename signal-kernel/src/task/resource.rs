//! The trait that `#[resource]` implements: the types of an async function that feeds a graph.
//!
//! Invariants: a resource type has no values, it only carries the types that the macros name; its future is owned
//! (`'static`), can be polled without pinning, and gives its memory to the next one.
//!
//! Must not know: the polls of a future, and the use of its output.

use super::{
    reusable::{Identity, ReusableFuture},
    work::WorkSlot,
};
use std::pin::Pin;

/// An async function that can feed a `resource`.
///
/// `#[resource]` implements the trait, which is not to be implemented by hand. The trait names the types of a resource:
/// `<fetch_user as Resource>::Value`.
///
/// # Examples
///
/// ```
/// use signal_kernel::{AsyncState, Resource, resource};
///
/// #[resource]
/// async fn fetch_name(id: u64) -> Result<String, std::io::Error> {
///     Ok(format!("user {id}"))
/// }
///
/// type Name = AsyncState<<fetch_name as Resource>::Value, <fetch_name as Resource>::Error>;
///
/// let name: AsyncState<String, std::io::Error> = Name::default();
/// assert!(name.value().is_none());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "not the name of a `#[resource]` function",
    note = "a `resource` is fed by a call of a function with `#[resource]`",
    note = "SK018"
)]
pub trait Resource {
    /// The value of a run that succeeds.
    type Value;
    /// The error of a run that fails.
    type Error;
    /// For one error instead of many: see `Known`.
    #[doc(hidden)]
    const IS: bool = true;
    /// The memory for the work of a run: a future, or a stream.
    type Future: WorkSlot<Value = Self::Value, Error = Self::Error, Collect: Default>;
}

/// The future of a `#[resource]` function.
#[doc(hidden)]
pub type SendFuture<T, E, X = Identity> = Pin<Box<dyn ReusableFuture<Result<T, E>, X> + Send>>;

/// The future of a `#[resource(local)]` function.
#[doc(hidden)]
pub type LocalFuture<T, E, X = Identity> = Pin<Box<dyn ReusableFuture<Result<T, E>, X>>>;

/// The value and the error in the return type of a `#[resource]` function: a `Result`, by any alias.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `#[resource]` function returns a `Result`, or a stream of them",
    label = "this is not a `Result`",
    note = "for a function that cannot fail, write `#[resource(infallible)]`",
    note = "SK015"
)]
pub trait Outcome {
    /// For one error instead of many: see `Taken`.
    const IS: bool = true;
    /// `T` of a `Result<T, E>`.
    type Value;
    /// `E` of a `Result<T, E>`.
    type Error;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;
}

/// Names `R` through `Judged<{R::IS}>`: rustc then reports a type that is no resource once, at that constant.
#[doc(hidden)]
pub type Known<R, const IS: bool> = <Judged<IS> as Given<R>>::Itself;

/// The same for the return type of a `#[resource]` function, if it is not plainly a `Result`.
#[doc(hidden)]
pub type Taken<R, const IS: bool> = <Judged<IS> as Yields<R>>::Itself;

/// The value of a constant `IS`, as a type.
#[doc(hidden)]
pub struct Judged<const IS: bool>;

#[doc(hidden)]
pub trait Given<R> {
    type Itself: Resource;
}

impl<R: Resource> Given<R> for Judged<true> {
    type Itself = R;
}

#[doc(hidden)]
pub trait Yields<R> {
    type Itself: Outcome;
}

impl<R: Outcome> Yields<R> for Judged<true> {
    type Itself = R;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::reusable::IntoOk;
    use std::any::TypeId;
    use std::convert::Infallible;

    #[test]
    fn any_alias_of_result_is_taken_apart() {
        type Outer<T> = std::io::Result<Result<T, ()>>;
        assert_eq!(
            TypeId::of::<<Outer<u8> as Outcome>::Value>(),
            TypeId::of::<Result<u8, ()>>()
        );
        assert_eq!(
            TypeId::of::<<std::fmt::Result as Outcome>::Error>(),
            TypeId::of::<std::fmt::Error>()
        );
    }

    #[test]
    fn a_future_keeps_to_its_threads() {
        fn is_send<T: Send>() {}
        is_send::<SendFuture<u8, u8>>();
    }

    #[test]
    fn infallible_work_succeeds() {
        let work: SendFuture<u8, Infallible, IntoOk> = Box::pin(Some(async { 7 }));
        assert_eq!(futures::executor::block_on(work), Ok(7));
    }
}
