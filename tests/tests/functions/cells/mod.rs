//! The behaviours once more with every value in a cell of its own. A number is otherwise kept in its node; no program
//! can tell the difference.
//!
//! The tests take the functions from `super::kernel`. Here that module has signals with a rule of their own, and computed
//! values of a type that is not primitive.
//!
//! Must not know: the tests.

#![allow(
    clippy::duplicate_mod,
    reason = "the tests run with both kinds of value"
)]

#[path = "../batch.rs"]
mod batch;
#[path = "../cleanup.rs"]
mod cleanup;
#[path = "../computed.rs"]
mod computed;
#[path = "../cycles.rs"]
mod cycles;
#[path = "../dependencies.rs"]
mod dependencies;
#[path = "../diamonds.rs"]
mod diamonds;
#[path = "../effects.rs"]
mod effects;
#[path = "../effects_writes.rs"]
mod effects_writes;
#[path = "../equality.rs"]
mod equality;
#[path = "../errors.rs"]
mod errors;
#[path = "../order.rs"]
mod order;
#[path = "../ownership.rs"]
mod ownership;
#[path = "../scopes.rs"]
mod scopes;
#[path = "../signals.rs"]
mod signals;
#[path = "../transaction.rs"]
mod transaction;

/// The functions, as these tests see them.
mod kernel {
    pub(super) use signal_kernel::{
        __private, AsyncMeta, AsyncValue, Effect, ReadError, ReadSignal, ResourceOptions, Scope,
        Signal, batch, callback, create_effect, create_effect_with, create_resource,
        create_resource_with, on_cleanup, poll_progress, scope, signal_with, transaction, untrack,
    };
    use std::borrow::Cow;

    /// A signal whose value is in a cell.
    #[track_caller]
    pub(crate) fn signal<T: PartialEq + 'static>(value: T) -> Signal<T> {
        signal_with(value, T::eq)
    }

    /// Never primitive.
    #[derive(Clone, PartialEq)]
    struct Kept<T>(T);

    /// A computed value that is in a cell.
    pub(crate) struct Computed<T>(signal_kernel::Computed<Kept<T>>);

    #[track_caller]
    pub(crate) fn computed<T: PartialEq + 'static>(
        mut body: impl FnMut() -> T + 'static,
    ) -> Computed<T> {
        Computed(signal_kernel::computed(move || Kept(body())))
    }

    #[track_caller]
    pub(crate) fn computed_with<T: 'static>(
        mut body: impl FnMut() -> T + 'static,
        same: impl Fn(&T, &T) -> bool + 'static,
    ) -> Computed<T> {
        let body = move || Kept(body());
        Computed(signal_kernel::computed_with(body, move |a, b| {
            same(&a.0, &b.0)
        }))
    }

    impl<T> Clone for Computed<T> {
        fn clone(&self) -> Self {
            *self
        }
    }

    impl<T> Copy for Computed<T> {}

    impl<T: 'static> Computed<T> {
        #[track_caller]
        pub(crate) fn get(&self) -> T
        where
            T: Clone,
        {
            self.0.get().0
        }

        pub(crate) fn try_get(&self) -> Result<T, signal_kernel::ReadError>
        where
            T: Clone,
        {
            self.0.try_get().map(|kept| kept.0)
        }

        #[track_caller]
        pub(crate) fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
            self.0.with(|kept| f(&kept.0))
        }

        pub(crate) fn try_with<R>(
            &self,
            f: impl FnOnce(&T) -> R,
        ) -> Result<R, signal_kernel::ReadError> {
            self.0.try_with(|kept| f(&kept.0))
        }

        #[track_caller]
        pub(crate) fn peek(&self) -> T
        where
            T: Clone,
        {
            self.0.peek().0
        }

        pub(crate) fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
            Computed(self.0.named(name))
        }
    }
}
