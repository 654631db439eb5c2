//! Memory for the streams of one resource, one after the other, and the rules by which items make a value.
//!
//! Invariants: a poll takes all items that are ready, up to a number, in one virtual call; a value that grows is changed
//! in its place, and is not shown while a panic has left it torn.
//!
//! Must not know: the commit of an item, the driver, the reasons to drop a stream.

use super::{
    reusable::{Identity, LARGE, MapOutput},
    state::AsyncState,
    work::{Flow, Moved, OpenRun, Output, Polled, WorkSlot},
};
use crate::panics::FirstPanic;
use futures_core::Stream;
use std::{
    any::Any,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

/// The stream of a `#[resource]` function.
#[doc(hidden)]
pub type SendStream<T, E, C = Latest> = Pin<Box<dyn ReusableStream<T, E, C> + Send>>;

/// The stream of a `#[resource(local)]` function.
#[doc(hidden)]
pub type LocalStream<T, E, C = Latest> = Pin<Box<dyn ReusableStream<T, E, C>>>;

/// A poll ends after this number of items, and the next one leaves the stream alone, so that the driver yields to the
/// other tasks of its executor.
const ITEMS: u32 = 1024;

/// A rule by which items make a `T`.
pub trait Rule<T> {
    /// The items make one value together.
    const GROWS: bool;

    /// Whether the value can be changed now.
    fn is_free(_value: &mut Option<T>) -> bool {
        true
    }
}

/// The rule for items of the type `I`.
pub trait Collect<I>: Rule<Self::Value> {
    /// The value.
    type Value;
    /// The error of an item.
    type Error;
    /// An item that is no error.
    type Item;

    /// Splits an item.
    fn split(item: I) -> Result<Self::Item, Self::Error>;

    /// Puts an item into the value. `torn` is true if a panic leaves the value torn.
    fn put(&mut self, value: &mut Option<Self::Value>, item: Self::Item, torn: &mut bool);

    /// Puts the items that are ready into the value, up to a number, and returns the reason for the end.
    fn take(
        &mut self,
        value: &mut Option<Self::Value>,
        seen: &mut Seen,
        mut next: impl FnMut() -> Result<Self::Item, End<Self::Error>>,
    ) -> End<Self::Error> {
        for _ in 0..ITEMS {
            match next() {
                Ok(item) => self.put(value, item, &mut seen.torn), // user code
                Err(end) => return end,
            }
            seen.is_new = true;
        }
        End::Full
    }

    /// The value of a stream without items; `None`: the value that there is stays.
    fn empty(&mut self) -> Option<Self::Value>;
}

/// Each item is a whole answer. `X` makes a `Result` of it.
#[derive(Debug)]
pub struct Latest<X = Identity>(PhantomData<fn() -> X>);

impl<X> Default for Latest<X> {
    fn default() -> Self {
        Latest(PhantomData)
    }
}

impl<T, X> Rule<T> for Latest<X> {
    const GROWS: bool = false;
}

impl<I, T, E, X> Collect<I> for Latest<X>
where
    X: MapOutput<I, Yield = Result<T, E>>,
{
    type Value = T;
    type Error = E;
    type Item = T;

    fn split(item: I) -> Result<T, E> {
        X::map(item)
    }

    fn put(&mut self, value: &mut Option<T>, item: T, _: &mut bool) {
        *value = Some(item); // user code: the drop of the item before
    }

    fn empty(&mut self) -> Option<T> {
        None
    }
}

/// The rule of a `#[resource(fold(..))]` function: its items make one value, from the default value on.
pub trait Fold: Sized {
    /// An item that is no error.
    type Item;
    /// The value.
    type Value: Initial;

    /// Puts an item into the value.
    fn fold(value: &mut Self::Value, item: Self::Item);
}

/// The answer of a fold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs `Default`: the answer of a fold starts with it",
    label = "a value of this type has to be there before the first item",
    note = "derive `Default` for `{Self}`",
    note = "SK039"
)]
pub trait Initial: Sized {
    /// The answer before the first item.
    fn initial() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Initial for T {
    fn initial() -> T {
        T::default() // user code
    }
}

/// A rule that does not fold: each answer is whole.
pub trait Whole {}

impl Whole for () {}
impl<X> Whole for Latest<X> {}

/// The items are folded by the rule `F`. `X` makes a `Result` of each.
#[derive(Debug)]
pub struct Folded<F, X = Identity>(PhantomData<fn() -> (F, X)>);

impl<F, X> Default for Folded<F, X> {
    fn default() -> Self {
        Folded(PhantomData)
    }
}

impl<T, F, X> Rule<T> for Folded<F, X> {
    const GROWS: bool = true;
}

impl<I, E, F, X> Collect<I> for Folded<F, X>
where
    F: Fold,
    X: MapOutput<I, Yield = Result<F::Item, E>>,
{
    type Value = F::Value;
    type Error = E;
    type Item = F::Item;

    fn split(item: I) -> Result<F::Item, E> {
        X::map(item)
    }

    fn put(&mut self, value: &mut Option<F::Value>, item: F::Item, torn: &mut bool) {
        let value = value.get_or_insert_with(Initial::initial); // user code
        let tears = Tears(torn);
        F::fold(value, item); // user code
        mem::forget(tears);
    }

    // The value is looked up once.
    fn take(
        &mut self,
        value: &mut Option<F::Value>,
        seen: &mut Seen,
        mut next: impl FnMut() -> Result<F::Item, End<E>>,
    ) -> End<E> {
        match next() {
            Ok(item) => self.put(value, item, &mut seen.torn), // user code
            Err(end) => return end,
        }
        seen.is_new = true;
        let Some(value) = value else {
            return End::Full;
        };
        for _ in 1..ITEMS {
            match next() {
                Ok(item) => {
                    let tears = Tears(&mut seen.torn);
                    F::fold(value, item); // user code
                    mem::forget(tears);
                }
                Err(end) => return end,
            }
        }
        End::Full
    }

    fn empty(&mut self) -> Option<F::Value> {
        Some(Initial::initial()) // user code
    }
}

/// Notes that a panic has left the value torn: dropped only by unwinding.
pub(crate) struct Tears<'a>(pub(crate) &'a mut bool);

impl Drop for Tears<'_> {
    fn drop(&mut self) {
        *self.0 = true;
    }
}

/// The place of the items of one poll.
pub struct Place<'a, T, C> {
    collect: &'a mut C,
    value: &'a mut Option<T>,
    seen: Seen,
}

/// The items of one poll.
#[derive(Debug, Default)]
pub struct Seen {
    /// There was one.
    is_new: bool,
    /// A panic has left the value torn.
    torn: bool,
}

/// The reason for the end of a poll.
pub enum End<E> {
    /// No item is ready.
    Pending,
    /// The poll has taken its number of items.
    Full,
    /// The stream has ended.
    Ended,
    /// An item was an error.
    Failed(E),
}

/// Memory for the streams of one type, which the trait object hides.
pub trait ReusableStream<T, E, C> {
    /// Moves the stream from `next` into this empty memory, if it has the right type.
    fn try_set(self: Pin<&mut Self>, next: &mut dyn Any);

    /// Drops the stream.
    fn drop_stream(self: Pin<&mut Self>);

    /// Takes the items that are ready; there is a stream.
    fn take_items(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        place: &mut Place<'_, T, C>,
    ) -> End<E>;
}

impl<W, T, E, C> ReusableStream<T, E, C> for Option<W>
where
    W: Stream + 'static,
    C: Collect<W::Item, Value = T, Error = E>,
{
    fn try_set(mut self: Pin<&mut Self>, next: &mut dyn Any) {
        if let Some(next) = next.downcast_mut::<Self>() {
            self.set(next.take());
        }
    }

    fn drop_stream(mut self: Pin<&mut Self>) {
        self.set(None); // user code
    }

    fn take_items(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        place: &mut Place<'_, T, C>,
    ) -> End<E> {
        let Some(mut stream) = self.as_pin_mut() else {
            return End::Pending;
        };
        let Place {
            collect,
            value,
            seen,
        } = place;
        let end = collect.take(value, seen, || {
            // user code
            match stream.as_mut().poll_next(context) {
                Poll::Ready(Some(item)) => C::split(item).map_err(End::Failed),
                Poll::Ready(None) => Err(End::Ended),
                Poll::Pending => Err(End::Pending),
            }
        });
        if matches!(end, End::Ended) && value.is_none() {
            **value = collect.empty(); // user code
        }
        end
    }
}

impl<T, E, C: Rule<T>> WorkSlot for Pin<Box<dyn ReusableStream<T, E, C>>> {
    type Value = T;
    type Error = E;
    type Collect = C;
    type Inside = Self;

    const STREAMS: bool = true;
    const GROWS: bool = C::GROWS;

    fn inside(slot: &mut Option<Self>) -> &mut Option<Self> {
        slot
    }

    fn try_set(&mut self, next: &mut dyn Any) {
        ReusableStream::try_set(self.as_mut(), next);
    }

    fn drop_work(&mut self) {
        ReusableStream::drop_stream(self.as_mut());
    }

    fn is_large(&self) -> bool {
        size_of_val(&**self) > LARGE
    }

    fn poll_work(
        &mut self,
        context: &mut Context<'_>,
        run: OpenRun<'_, T, E, C>,
        panics: &mut FirstPanic,
    ) -> Polled<T, E> {
        poll(self.as_mut(), context, run, panics)
    }
}

impl<T, E, C: Rule<T>> WorkSlot for Pin<Box<dyn ReusableStream<T, E, C> + Send>> {
    type Value = T;
    type Error = E;
    type Collect = C;
    type Inside = Self;

    const STREAMS: bool = true;
    const GROWS: bool = C::GROWS;

    fn inside(slot: &mut Option<Self>) -> &mut Option<Self> {
        slot
    }

    fn try_set(&mut self, next: &mut dyn Any) {
        ReusableStream::try_set(self.as_mut(), next);
    }

    fn drop_work(&mut self) {
        ReusableStream::drop_stream(self.as_mut());
    }

    fn is_large(&self) -> bool {
        size_of_val(&**self) > LARGE
    }

    fn poll_work(
        &mut self,
        context: &mut Context<'_>,
        run: OpenRun<'_, T, E, C>,
        panics: &mut FirstPanic,
    ) -> Polled<T, E> {
        poll(self.as_mut(), context, run, panics)
    }
}

/// Polls a stream: takes the items that are ready.
fn poll<T, E, C: Rule<T>>(
    stream: Pin<&mut dyn ReusableStream<T, E, C>>,
    context: &mut Context<'_>,
    run: OpenRun<'_, T, E, C>,
    panics: &mut FirstPanic,
) -> Polled<T, E> {
    let OpenRun {
        state,
        flow,
        collect,
    } = run;
    let goes_on = C::GROWS && flow.has_yielded;
    let is_free = !goes_on || C::is_free(state.growing());
    if mem::take(&mut flow.rests) || !is_free {
        panics.catch(|| context.waker().wake_by_ref()); // user code
        return Polled::Pending;
    }
    let mut fresh = None;
    let mut place = Place {
        collect,
        value: if goes_on { state.growing() } else { &mut fresh },
        seen: Seen::default(),
    };
    let end = panics.catch(|| stream.take_items(context, &mut place)); // user code
    let Seen { is_new, torn } = place.seen;
    if let Some(End::Full) = end {
        flow.rests = true;
        panics.catch(|| context.waker().wake_by_ref()); // user code
    }
    if C::GROWS {
        keep_growth(fresh, is_new, torn, state, flow, panics);
        flow.has_yielded |= is_new;
        growth(end, is_new)
    } else {
        flow.has_yielded |= is_new;
        answer(end, fresh)
    }
}

/// Makes the `fresh` value of an attempt the growing one. A torn value goes, and nothing that is not whole stays.
fn keep_growth<T, E>(
    fresh: Option<T>,
    is_new: bool,
    torn: bool,
    state: &mut AsyncState<T, E>,
    flow: &mut Flow,
    panics: &mut FirstPanic,
) {
    match fresh {
        Some(value) if !torn => {
            flow.moved = Moved::Grown;
            state.grow(value).discard(panics); // user code
        }
        None if !torn && is_new => flow.moved = Moved::Grown,
        None if !torn => {}
        fresh => {
            panics.discard(fresh); // user code
            flow.moved = Moved::Torn;
            state.tear().discard(panics); // user code
        }
    }
}

/// The output of a stream whose items are in the value.
fn growth<T, E>(end: Option<End<E>>, is_new: bool) -> Polled<T, E> {
    match end {
        Some(End::Pending | End::Full) if is_new => Polled::Open(Output::Grown),
        Some(End::Pending | End::Full) => Polled::Pending,
        Some(End::Ended) => Polled::Over(Output::Ended),
        Some(End::Failed(error)) => Polled::Over(Output::Done(Err(error))),
        None => Polled::Panicked(Output::Panicked),
    }
}

/// The output of a stream whose `last` item of the poll is a whole answer.
fn answer<T, E>(end: Option<End<E>>, last: Option<T>) -> Polled<T, E> {
    let Some(item) = last else {
        return growth(end, false);
    };
    match end {
        Some(End::Pending | End::Full) => Polled::Open(Output::Done(Ok(item))),
        Some(End::Ended) => Polled::Over(Output::Done(Ok(item))),
        Some(End::Failed(error)) => Polled::Over(Output::Broken(Box::new((item, Some(error))))),
        None => Polled::Panicked(Output::Broken(Box::new((item, None)))),
    }
}
