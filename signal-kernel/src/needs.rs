//! The bounds that a graph sets on the user's types, each as a trait with a message of its own for rustc's errors.
//!
//! Invariants: each trait holds for every type that has its trait of the standard library, and for no other type; a
//! method here has a name that no user looks for on a type of their own.
//!
//! Must not know: the callers. The paths of these traits are in rustc's messages, so the paths stay short.

use crate::task::{resource::Resource, stream::Whole, work::WorkSlot};
use std::{fmt::Debug, hash::Hash, marker::PhantomData};

pub use crate::task::{
    resource::Outcome,
    stream::{Fold, Initial},
};

/// A type whose values can be compared, so that a node knows whether its value has changed. `Node` only gives the
/// node's name to the compiler's message.
#[diagnostic::on_unimplemented(
    message = "`{Node}` needs `{Self}: PartialEq` to know whether it changed",
    label = "`{Self}` has no `==`",
    note = "derive `PartialEq`, or add `#[eq(never)]` or `#[eq(path::to::a_rule)]` to `{Node}`; a graph cannot derive it",
    note = "SK013"
)]
pub trait Comparable<Node>: Sized {
    /// The rule of equality of a node without `#[eq]`.
    fn is_unchanged(&self, other: &Self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: PartialEq, Node> Comparable<Node> for T {
    #[inline(always)]
    fn is_unchanged(&self, other: &Self) -> bool {
        self == other
    }
}

/// A type whose values `update_x` can change in a batch: a transaction around it may need a copy to restore.
///
/// rustc checks a bound with a lifetime at the call of the method, not at its declaration. The lifetime has no other
/// purpose.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`, so a batch cannot update it in place",
    label = "a transaction that fails could not restore the value from before",
    note = "use `set_…`, which moves the old value aside, or `update_…_with`, which takes a function that undoes the change, or implement `Clone`",
    note = "SK026"
)]
pub trait Undo<'undo>: Sized {
    /// The copy for the rollback.
    fn copy_for_undo(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Undo<'_> for T {
    fn copy_for_undo(&self) -> Self {
        self.clone()
    }
}

/// An argument of a resource that is the bare name of a node: each call gets a copy. `T` is the type itself, so that
/// rustc cannot suggest a reference as a fix.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`, so it cannot be handed to a resource",
    label = "a node that is an argument is cloned for each call",
    note = "derive `Clone`, or share the value in an `Arc`",
    note = "SK025"
)]
pub trait Argument<T>: Sized {
    /// The copy for the call.
    fn copy_for_call(&self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Argument<T> for T {
    #[inline(always)]
    fn copy_for_call(&self) -> T {
        self.clone()
    }
}

/// A value that is fed to all rows of a list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`, so it cannot be fed to all rows of a list",
    label = "the value is computed once, and each row gets a clone",
    note = "derive `Clone`, share the value in an `Arc`, or name the key in it: then it is computed for each row",
    note = "SK025"
)]
pub trait Fed: Sized {
    /// The copy for one row.
    fn copy_for_row(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Fed for T {
    fn copy_for_row(&self) -> T {
        self.clone()
    }
}

/// The value of a signal that the state of a graph holds. `T` is the type itself, as for [`Argument`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Clone`, so it cannot be handed out as state",
    label = "`state()` clones the value of each signal",
    note = "derive `Clone`, share the value in an `Arc`, or leave the signal out with `#[state(skip)]`",
    note = "SK025"
)]
pub trait Saved<T>: Sized {
    /// The copy for the state.
    fn copy_for_state(&self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Saved<T> for T {
    #[inline(always)]
    fn copy_for_state(&self) -> T {
        self.clone()
    }
}

/// The function of a resource that has a partial answer: a fold.
#[diagnostic::on_unimplemented(
    message = "this attribute has no meaning without a fold",
    label = "decides about a partial answer, and each answer of this function is whole",
    note = "the items of a stream make one answer by `#[resource(fold(Type, function))]`",
    note = "SK038"
)]
pub trait PartialAnswer {
    /// Nothing: the call has a span.
    fn check(&self) {}
}

#[diagnostic::do_not_recommend]
impl<R: Fold> PartialAnswer for PhantomData<R> {}

/// The function of a resource whose answers are whole, so that a rule of equality can compare them.
#[diagnostic::on_unimplemented(
    message = "attribute `eq` has no meaning on a fold",
    label = "compares whole answers, and the answer of a fold grows",
    note = "a `computed` over the answer is a cut-off for its own dependents",
    note = "SK038"
)]
pub trait WholeAnswer {
    /// Nothing: the call has a span.
    fn check(&self) {}
}

#[diagnostic::do_not_recommend]
impl<R> WholeAnswer for PhantomData<R>
where
    R: Resource,
    <R::Future as WorkSlot>::Collect: Whole,
{
}

/// The value of a node in a graph that derives `Debug`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `Debug`, but the graph derives it",
    label = "the type of a node that could not be printed",
    note = "derive `Debug` for `{Self}`, or remove `#[derive(Debug)]` from the graph",
    note = "SK027"
)]
pub trait Printable: Sized {
    /// The value, as a value that can be printed.
    fn to_print(&self) -> &dyn Debug;
}

#[diagnostic::do_not_recommend]
impl<T: Debug> Printable for T {
    fn to_print(&self) -> &dyn Debug {
        self
    }
}

/// The key of a list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs `Eq + Hash + Clone` to be the key of a list",
    label = "a list looks its rows up by this type",
    note = "derive `PartialEq`, `Eq`, `Hash` and `Clone` for `{Self}`",
    note = "SK033"
)]
pub trait Key: Eq + Hash + Clone {}

#[diagnostic::do_not_recommend]
impl<K: Eq + Hash + Clone> Key for K {}

/// The key of a list, where it is declared. Without the traits of [`Key`] above it, rustc reports one error and not one
/// for each of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs `Eq + Hash + Clone` to be the key of a list",
    label = "a list looks its rows up by this type",
    note = "derive `PartialEq`, `Eq`, `Hash` and `Clone` for `{Self}`",
    note = "SK033"
)]
pub trait ListKey {
    /// For one error instead of many: see `KnownKey`.
    #[doc(hidden)]
    const IS: bool = true;
}

#[diagnostic::do_not_recommend]
impl<K: Eq + Hash + Clone> ListKey for K {}

/// A list that makes its rows itself.
#[diagnostic::on_unimplemented(
    message = "this list has no `insert`",
    label = "no row can be made here",
    note = "a list without a maker takes a graph that was made: `insert_part(key, Todo::part(..))`",
    note = "a list that follows its keys gets a row when its keys have a new one",
    note = "SK034"
)]
pub trait HasMaker {}

/// A list that takes graphs that were made.
#[diagnostic::on_unimplemented(
    message = "this list has no `insert_part`",
    label = "this list makes its rows itself",
    note = "a list with a maker has `insert(key)`",
    note = "a list that follows its keys gets a row when its keys have a new one",
    note = "SK034"
)]
pub trait TakesParts {}

/// A list whose rows a batch puts in, takes out and moves.
#[diagnostic::on_unimplemented(
    message = "this list follows its keys: a batch cannot change which rows are there, and in which order",
    label = "write what the keys are made of",
    note = "`row_mut` and `rows_mut` write the rows that are there",
    note = "SK034"
)]
pub trait IsWritten {}

/// A setter that a body calls as a function. No type implements this trait: the methods of the graph are not in scope
/// in a body, and only the caller writes. The lifetime lets the bound fail at the call, as the lifetime of [`Undo`]
/// does.
#[diagnostic::on_unimplemented(
    message = "bodies cannot write signals, so a graph always comes to rest",
    label = "no function of this name is in scope; the graph has a method of this name, for its caller",
    note = "derive the value with `computed`, or write from the caller",
    note = "SK007"
)]
pub trait Write<'call> {}

/// A node that a body calls. No type implements this trait.
#[diagnostic::on_unimplemented(
    message = "bodies see the value of a node itself: there is nothing to call",
    label = "no function of this name is in scope; it is the name of a node",
    note = "write the name alone, or with a `*` before it for a copy",
    note = "a function that is the value of a node is called as `(name)(..)`",
    note = "SK024"
)]
pub trait Call<'call> {}
