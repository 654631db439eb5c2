//! Where the futures of one resource are at work, one after the other, each in the memory of the one before.
//!
//! Invariants: a room holds at most one future, and nothing else; a future that has moved in stays where it is
//! until it is dropped. Large rooms are not kept for a future that may never come.
//!
//! Must not know: what the futures yield, who polls them, and when one is outdated.

use crate::cancel::CancelToken;
use std::{
    any::Any,
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// What becomes of what a future yields on its way out of the room.
pub trait Exit<O> {
    /// What the room yields.
    type Yield;

    /// Lets it out.
    fn out(output: O) -> Self::Yield;
}

/// It stays as it is.
#[derive(Debug)]
pub struct AsItIs;

impl<O> Exit<O> for AsItIs {
    type Yield = O;

    fn out(output: O) -> O {
        output
    }
}

/// It is a value: the work cannot fail.
#[derive(Debug)]
pub struct Surely;

impl<T> Exit<T> for Surely {
    type Yield = Result<T, Infallible>;

    fn out(output: T) -> Result<T, Infallible> {
        Ok(output)
    }
}

/// A room for futures of one type, whichever that is.
pub trait Room<O, X> {
    /// Takes in what is in `next`, if that is a future of the room's own type. The room is empty.
    fn take_in(self: Pin<&mut Self>, next: &mut dyn Any);

    /// Drops the future.
    fn clear(self: Pin<&mut Self>);

    /// Polls the future; there is one.
    fn poll_inside(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<O>;
}

impl<W, X> Room<X::Yield, X> for Option<W>
where
    W: Future + 'static,
    X: Exit<W::Output>,
{
    fn take_in(mut self: Pin<&mut Self>, next: &mut dyn Any) {
        if let Some(next) = next.downcast_mut::<Self>() {
            self.set(next.take());
        }
    }

    fn clear(mut self: Pin<&mut Self>) {
        self.set(None); // user code
    }

    fn poll_inside(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<X::Yield> {
        match self.as_pin_mut() {
            Some(work) => work.poll(context).map(X::out), // user code
            None => Poll::Pending,
        }
    }
}

impl<O, X> Future for dyn Room<O, X> {
    type Output = O;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<O> {
        self.poll_inside(context)
    }
}

impl<O, X> Future for dyn Room<O, X> + Send {
    type Output = O;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<O> {
        self.poll_inside(context)
    }
}

/// Rooms of more bytes are given back when they are empty.
const LARGE: usize = 1024;

/// Who owns a room.
pub trait Tenancy: Future + Unpin {
    /// Takes in what is in `next`, or leaves it there if it does not fit.
    fn take_in(&mut self, next: &mut dyn Any);

    /// Drops the future. A panic of it leaves the room empty, too.
    fn clear(&mut self);

    /// Takes so much memory that it is not kept.
    fn is_large(&self) -> bool;
}

impl<O, X> Tenancy for Pin<Box<dyn Room<O, X>>> {
    fn take_in(&mut self, next: &mut dyn Any) {
        Room::take_in(self.as_mut(), next);
    }

    fn clear(&mut self) {
        Room::clear(self.as_mut());
    }

    fn is_large(&self) -> bool {
        size_of_val(&**self) > LARGE
    }
}

impl<O, X> Tenancy for Pin<Box<dyn Room<O, X> + Send>> {
    fn take_in(&mut self, next: &mut dyn Any) {
        Room::take_in(self.as_mut(), next);
    }

    fn clear(&mut self) {
        Room::clear(self.as_mut());
    }

    fn is_large(&self) -> bool {
        size_of_val(&**self) > LARGE
    }
}

/// What a run that begins can have.
#[derive(Debug)]
pub struct Start<'a, F> {
    /// Empty, if there is one.
    pub(crate) room: &'a mut Option<F>,
    pub(crate) token: &'a mut Option<CancelToken>,
}

impl<F: Tenancy> Start<'_, F> {
    /// The run's token, made now: who does not ask has none.
    pub fn token(&mut self) -> CancelToken {
        self.token.get_or_insert_default().clone()
    }

    /// Lets `work` move in; `build` makes a room for it if there is none that fits.
    #[inline(always)]
    pub fn work<W: 'static>(self, work: W, build: impl FnOnce(Option<W>) -> F) {
        let mut work = Some(work);
        if let Some(room) = self.room {
            room.take_in(&mut work);
        }
        if work.is_some() {
            move_in(self.room, work, build);
        }
    }
}

/// Moves into a new room.
#[cold]
#[inline(never)]
fn move_in<W, F>(room: &mut Option<F>, work: Option<W>, build: impl FnOnce(Option<W>) -> F) {
    *room = Some(build(work));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        cell::Cell,
        future::{Ready, pending, ready},
        panic::{AssertUnwindSafe, catch_unwind},
        rc::Rc,
        task::Waker,
    };

    type Local = Pin<Box<dyn Room<u8, AsItIs>>>;

    fn address(room: &Option<Local>) -> *const () {
        let room = room.as_ref().expect("it was built");
        std::ptr::from_ref(&**room).cast()
    }

    fn start<W: Future<Output = u8> + 'static>(room: &mut Option<Local>, work: W) {
        let token = &mut None;
        Start { room, token }.work(work, |work| Box::pin(work));
        assert!(token.is_none());
    }

    fn poll(room: &mut Option<Local>) -> Poll<u8> {
        let mut context = Context::from_waker(Waker::noop());
        let room = room.as_mut().expect("it was built");
        room.as_mut().poll(&mut context)
    }

    #[test]
    fn futures_of_one_type_follow_each_other_in_one_place() {
        let mut room = None;
        start(&mut room, ready(1));
        let first = address(&room);
        for number in 2..9 {
            if let Some(room) = &mut room {
                room.clear();
            }
            start(&mut room, ready(number));
            assert_eq!(address(&room), first);
            assert_eq!(poll(&mut room), Poll::Ready(number));
        }
    }

    #[test]
    fn a_large_room_is_not_worth_keeping() {
        let mut room = None;
        start(&mut room, ready(1));
        assert!(!room.as_ref().is_some_and(Tenancy::is_large));
        let data = [7; 2 * LARGE];
        start(&mut room, async move {
            pending::<()>().await;
            data[0]
        });
        assert!(room.is_some_and(|room| room.is_large()));
    }

    #[test]
    fn a_future_of_another_type_gets_a_room_of_its_own() {
        let mut room = None;
        start(&mut room, ready(1));
        start(&mut room, pending());
        assert_eq!(poll(&mut room), Poll::Pending);
        start(&mut room, async { 2 });
        assert_eq!(poll(&mut room), Poll::Ready(2));
    }

    #[test]
    fn a_future_that_panics_when_it_is_dropped_leaves_an_empty_room() {
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
        let mut room = None;
        start(&mut room, Grumpy(drops.clone(), ready(1)));
        let clear = |room: &mut Option<Local>| {
            let room = room.as_mut().expect("it was built");
            catch_unwind(AssertUnwindSafe(|| room.clear())).is_ok()
        };
        assert!(!clear(&mut room));
        assert!(clear(&mut room));
        assert_eq!((drops.get(), poll(&mut room)), (1, Poll::Pending));
        start(&mut room, Grumpy(drops.clone(), ready(2)));
        assert_eq!(poll(&mut room), Poll::Ready(2));
        drop(room);
        assert_eq!(drops.get(), 2);
    }

    #[test]
    fn a_token_is_made_once_and_on_demand() {
        let (room, token) = (&mut None::<Local>, &mut None);
        let mut start = Start { room, token };
        let first = start.token();
        start.token().cancel("enough");
        assert!(first.is_cancelled() && token.is_some());
    }
}
