//! The rules by which the items of a stream make the value of a resource.
//!
//! Invariants: a value that grows is changed in its place, and only while nobody else holds it.
//!
//! Must not know: streams, resources.

use crate::{
    panics::Apart,
    task::stream::{Collect, Rule, Tears},
};
use std::{marker::PhantomData, mem, rc::Rc};

/// A rule by which items of the type `I` make a value of the type `T`: see
/// [`StreamOptions::fold`](crate::StreamOptions::fold).
///
/// # Examples
///
/// See [`StreamOptions`](crate::StreamOptions).
#[diagnostic::on_unimplemented(
    message = "the items `{I}` of this stream do not make a `{T}`",
    label = "neither is each item the value, nor is there a `fold` for such items"
)]
pub trait ItemRule<I, T, E>: Collect<Result<I, E>, Value = Rc<T>, Error = Rc<E>> + 'static {}

impl<I, T, E, R> ItemRule<I, T, E> for R where
    R: Collect<Result<I, E>, Value = Rc<T>, Error = Rc<E>> + 'static
{
}

/// Each item of a stream is a whole answer: the rule without [`StreamOptions::fold`](crate::StreamOptions::fold).
///
/// # Examples
///
/// See [`from_stream`](crate::from_stream).
#[derive(Debug)]
pub struct EachItem(pub(super) ());

impl<T> Rule<T> for EachItem {
    const GROWS: bool = false;
}

impl<T, E> Collect<Result<T, E>> for EachItem {
    type Value = Rc<T>;
    type Error = Rc<E>;
    type Item = T;

    fn split(item: Result<T, E>) -> Result<T, Rc<E>> {
        item.map_err(Rc::new)
    }

    fn put(&mut self, value: &mut Option<Rc<T>>, item: T, _: &mut bool) {
        *value = Some(Rc::new(item)); // user code: the drop of the item before
    }

    fn empty(&mut self) -> Option<Rc<T>> {
        None
    }
}

/// The items of a stream make one value, by the function `F`: the rule of
/// [`StreamOptions::fold`](crate::StreamOptions::fold).
///
/// # Examples
///
/// See [`StreamOptions`](crate::StreamOptions).
pub struct FoldItems<T, F> {
    fold: Apart<F>,
    value: PhantomData<fn() -> T>,
}

impl<T, F> FoldItems<T, F> {
    pub(super) fn new(fold: F) -> Self {
        FoldItems {
            fold: Apart::new(fold),
            value: PhantomData,
        }
    }
}

impl<T, F> std::fmt::Debug for FoldItems<T, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FoldItems").finish_non_exhaustive()
    }
}

impl<T, F> Rule<Rc<T>> for FoldItems<T, F> {
    const GROWS: bool = true;

    fn is_free(value: &mut Option<Rc<T>>) -> bool {
        value
            .as_mut()
            .is_none_or(|value| Rc::get_mut(value).is_some())
    }
}

impl<I, T, E, F> Collect<Result<I, E>> for FoldItems<T, F>
where
    T: Default,
    F: FnMut(&mut T, I),
{
    type Value = Rc<T>;
    type Error = Rc<E>;
    type Item = I;

    fn split(item: Result<I, E>) -> Result<I, Rc<E>> {
        item.map_err(Rc::new)
    }

    fn put(&mut self, value: &mut Option<Rc<T>>, item: I, torn: &mut bool) {
        let value = value.get_or_insert_with(Rc::default); // user code
        let value = Rc::get_mut(value).expect("the poll has made sure that nobody holds it");
        let tears = Tears(torn);
        (self.fold)(value, item); // user code
        mem::forget(tears);
    }

    fn empty(&mut self) -> Option<Rc<T>> {
        Some(Rc::default()) // user code
    }
}
