//! The behaviours once more, with no value kept in its node: a number is kept there, any other value in a cell of
//! its own, and nobody must be able to tell the difference.
//!
//! How: the tests see this crate as `signal_kernel`. Its signals have a rule of their own, and its computed
//! values are of a type that is not primitive; everything else is the real one.
//!
//! Must not know: what the tests test.

extern crate self as signal_kernel;
extern crate signal_kernel as real;

pub(crate) use real::{
    __private, AsyncMeta, AsyncValue, Effect, ReadError, ReadSignal, ResourceOptions, Scope,
    Signal, batch, callback, create_effect, create_effect_with, create_resource,
    create_resource_with, on_cleanup, poll_progress, scope, signal_with, transaction, untrack,
};
use std::borrow::Cow;

#[path = "dynamic_batch.rs"]
mod batches;
#[path = "dynamic_cleanup.rs"]
mod cleanup;
#[path = "dynamic_computed.rs"]
mod computed_values;
#[path = "dynamic_cycles.rs"]
mod cycles;
#[path = "dynamic_dependencies.rs"]
mod dependencies;
#[path = "dynamic_diamonds.rs"]
mod diamonds;
#[path = "dynamic_effects.rs"]
mod effects;
#[path = "dynamic_effects_writes.rs"]
mod effects_writes;
#[path = "dynamic_equality.rs"]
mod equality;
#[path = "dynamic_errors.rs"]
mod errors;
#[path = "dynamic_order.rs"]
mod order;
#[path = "dynamic_ownership.rs"]
mod ownership;
#[path = "dynamic_scopes.rs"]
mod scopes;
#[path = "dynamic_signals.rs"]
mod signals;
#[path = "dynamic_transaction.rs"]
mod transactions;

/// A signal whose value is in a cell.
#[track_caller]
pub(crate) fn signal<T: PartialEq + 'static>(value: T) -> Signal<T> {
    signal_with(value, T::eq)
}

/// What is never primitive.
#[derive(Clone, PartialEq)]
struct Kept<T>(T);

/// A computed value that is in a cell.
pub(crate) struct Computed<T>(real::Computed<Kept<T>>);

#[track_caller]
pub(crate) fn computed<T: PartialEq + 'static>(
    mut body: impl FnMut() -> T + 'static,
) -> Computed<T> {
    Computed(real::computed(move || Kept(body())))
}

#[track_caller]
pub(crate) fn computed_with<T: 'static>(
    mut body: impl FnMut() -> T + 'static,
    same: impl Fn(&T, &T) -> bool + 'static,
) -> Computed<T> {
    let body = move || Kept(body());
    Computed(real::computed_with(body, move |a, b| same(&a.0, &b.0)))
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

    pub(crate) fn try_get(&self) -> Result<T, real::ReadError>
    where
        T: Clone,
    {
        self.0.try_get().map(|kept| kept.0)
    }

    #[track_caller]
    pub(crate) fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        self.0.with(|kept| f(&kept.0))
    }

    pub(crate) fn try_with<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, real::ReadError> {
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
