//! Memory for the futures of one resource, one after the other.
//!
//! Invariants: a slot holds at most one future, and nothing else; a future stays in its place until it is dropped.
//! Large slots are freed, since the next future may never come.
//!
//! Must not know: outputs, drivers, and the reasons to drop a future.

use super::work::{OpenRun, Output, Polled, WorkSlot};
use crate::panics::FirstPanic;
use std::{
    any::Any,
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Maps the output of a future to the output of its slot.
pub trait MapOutput<O> {
    /// The output of the slot.
    type Yield;

    /// Maps the output of the future.
    fn map(output: O) -> Self::Yield;
}

/// The output stays as it is.
#[derive(Debug)]
pub struct Identity;

impl<O> MapOutput<O> for Identity {
    type Yield = O;

    fn map(output: O) -> O {
        output
    }
}

/// The output is a value: the work cannot fail.
#[derive(Debug)]
pub struct IntoOk;

impl<T> MapOutput<T> for IntoOk {
    type Yield = Result<T, Infallible>;

    fn map(output: T) -> Result<T, Infallible> {
        Ok(output)
    }
}

/// Memory for the futures of one type, which the trait object hides.
pub trait ReusableFuture<O, X> {
    /// Moves the future from `next` into this empty memory, if it has the right type.
    fn try_set(self: Pin<&mut Self>, next: &mut dyn Any);

    /// Drops the future.
    fn drop_future(self: Pin<&mut Self>);

    /// Polls the future; there is one.
    fn poll_inside(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<O>;
}

impl<W, X> ReusableFuture<X::Yield, X> for Option<W>
where
    W: Future + 'static,
    X: MapOutput<W::Output>,
{
    fn try_set(mut self: Pin<&mut Self>, next: &mut dyn Any) {
        if let Some(next) = next.downcast_mut::<Self>() {
            self.set(next.take());
        }
    }

    fn drop_future(mut self: Pin<&mut Self>) {
        self.set(None); // user code
    }

    fn poll_inside(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<X::Yield> {
        match self.as_pin_mut() {
            Some(work) => work.poll(context).map(X::map), // user code
            None => Poll::Pending,
        }
    }
}

impl<O, X> Future for dyn ReusableFuture<O, X> {
    type Output = O;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<O> {
        self.poll_inside(context)
    }
}

impl<O, X> Future for dyn ReusableFuture<O, X> + Send {
    type Output = O;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<O> {
        self.poll_inside(context)
    }
}

/// Empty slots of more bytes are freed.
pub(super) const LARGE: usize = 1024;

impl<T, E, X> WorkSlot for Pin<Box<dyn ReusableFuture<Result<T, E>, X>>> {
    type Value = T;
    type Error = E;
    type Collect = ();
    type Inside = Self;

    fn inside(slot: &mut Option<Self>) -> &mut Option<Self> {
        slot
    }

    fn try_set(&mut self, next: &mut dyn Any) {
        ReusableFuture::try_set(self.as_mut(), next);
    }

    fn drop_work(&mut self) {
        ReusableFuture::drop_future(self.as_mut());
    }

    fn is_large(&self) -> bool {
        size_of_val(&**self) > LARGE
    }

    #[inline(always)]
    fn poll_work(
        &mut self,
        context: &mut Context<'_>,
        _: OpenRun<'_, T, E, ()>,
        panics: &mut FirstPanic,
    ) -> Polled<T, E> {
        polled(panics.catch(|| self.as_mut().poll(context))) // user code
    }
}

impl<T, E, X> WorkSlot for Pin<Box<dyn ReusableFuture<Result<T, E>, X> + Send>> {
    type Value = T;
    type Error = E;
    type Collect = ();
    type Inside = Self;

    fn inside(slot: &mut Option<Self>) -> &mut Option<Self> {
        slot
    }

    fn try_set(&mut self, next: &mut dyn Any) {
        ReusableFuture::try_set(self.as_mut(), next);
    }

    fn drop_work(&mut self) {
        ReusableFuture::drop_future(self.as_mut());
    }

    fn is_large(&self) -> bool {
        size_of_val(&**self) > LARGE
    }

    #[inline(always)]
    fn poll_work(
        &mut self,
        context: &mut Context<'_>,
        _: OpenRun<'_, T, E, ()>,
        panics: &mut FirstPanic,
    ) -> Polled<T, E> {
        polled(panics.catch(|| self.as_mut().poll(context))) // user code
    }
}

/// The outcome of the poll of a future, which may have panicked.
#[inline(always)]
fn polled<T, E>(polled: Option<Poll<Result<T, E>>>) -> Polled<T, E> {
    match polled {
        Some(Poll::Pending) => Polled::Pending,
        Some(Poll::Ready(result)) => Polled::Over(Output::Done(result)),
        None => Polled::Panicked(Output::Panicked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::work::Start;
    use std::{
        cell::Cell,
        future::{Ready, pending, ready},
        panic::{AssertUnwindSafe, catch_unwind},
        rc::Rc,
        task::Waker,
    };

    type Local = Pin<Box<dyn ReusableFuture<Result<u8, Infallible>, IntoOk>>>;

    fn address(slot: &Option<Local>) -> *const () {
        let slot = slot.as_ref().expect("it was built");
        std::ptr::from_ref(&**slot).cast()
    }

    fn start<W: Future<Output = u8> + 'static>(slot: &mut Option<Local>, work: W) {
        let token = &mut None;
        Start { slot, token }.work(work, |work| Box::pin(work));
        assert!(token.is_none());
    }

    fn poll(slot: &mut Option<Local>) -> Poll<u8> {
        let mut context = Context::from_waker(Waker::noop());
        let slot = slot.as_mut().expect("it was built");
        slot.as_mut().poll(&mut context).map(|Ok(output)| output)
    }

    #[test]
    fn futures_of_one_type_follow_each_other_in_one_place() {
        let mut slot = None;
        start(&mut slot, ready(1));
        let first = address(&slot);
        for number in 2..9 {
            if let Some(slot) = &mut slot {
                slot.drop_work();
            }
            start(&mut slot, ready(number));
            assert_eq!(address(&slot), first);
            assert_eq!(poll(&mut slot), Poll::Ready(number));
        }
    }

    #[test]
    fn a_large_slot_is_not_worth_keeping() {
        let mut slot = None;
        start(&mut slot, ready(1));
        assert!(!slot.as_ref().is_some_and(WorkSlot::is_large));
        let data = [7; 2 * LARGE];
        start(&mut slot, async move {
            pending::<()>().await;
            data[0]
        });
        assert!(slot.is_some_and(|slot| slot.is_large()));
    }

    #[test]
    fn a_future_of_another_type_gets_a_slot_of_its_own() {
        let mut slot = None;
        start(&mut slot, ready(1));
        start(&mut slot, pending());
        assert_eq!(poll(&mut slot), Poll::Pending);
        start(&mut slot, async { 2 });
        assert_eq!(poll(&mut slot), Poll::Ready(2));
    }

    #[test]
    fn a_future_that_panics_when_it_is_dropped_leaves_an_empty_slot() {
        struct Grumpy(Rc<Cell<u32>>, Ready<u8>);
        impl Future for Grumpy {
            type Output = u8;
            fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u8> {
                Pin::new(&mut self.1).poll(context)
            }
        }
        impl Drop for Grumpy {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
                if self.0.get() == 1 {
                    panic!("not yet");
                }
            }
        }
        let drops = Rc::new(Cell::new(0));
        let mut slot = None;
        start(&mut slot, Grumpy(drops.clone(), ready(1)));
        let clear = |slot: &mut Option<Local>| {
            let slot = slot.as_mut().expect("it was built");
            catch_unwind(AssertUnwindSafe(|| slot.drop_work())).is_ok()
        };
        assert!(!clear(&mut slot));
        assert!(clear(&mut slot));
        assert_eq!((drops.get(), poll(&mut slot)), (1, Poll::Pending));
        start(&mut slot, Grumpy(drops.clone(), ready(2)));
        assert_eq!(poll(&mut slot), Poll::Ready(2));
        drop(slot);
        assert_eq!(drops.get(), 2);
    }

    #[test]
    fn a_token_is_made_once_and_on_demand() {
        let (slot, token) = (&mut None::<Local>, &mut None);
        let mut start = Start { slot, token };
        let first = start.token();
        start.token().cancel("enough");
        assert!(first.is_cancelled() && token.is_some());
    }
}
