//! Making a declared graph: its pieces one after the other, then the struct.
//!
//! Without optimization, each move of a value is a copy on the stack, and each copy in a function has a place of its
//! own: a graph made in one function would take five to ten times its size. So each piece is made by a function of its
//! own, and waits on the heap. The stack then holds the caller's place for the graph, one for the graph while its
//! effects run, and one for the pieces on their way.
//!
//! Must not know: the contents of a piece.

use super::{
    per::{ByHand, PerSlot},
    slot::{Slot, Version},
};
use std::ops::{Deref, DerefMut};

/// The place in which a piece waits.
#[cfg(debug_assertions)]
type Place<T> = Box<T>;
#[cfg(not(debug_assertions))]
type Place<T> = T;

/// A piece of a graph that is being made.
pub struct Made<T> {
    piece__: Place<T>,
}

impl<T> Made<T> {
    #[cfg(debug_assertions)]
    #[inline(never)]
    fn new(make: impl FnOnce() -> T) -> Self {
        Made {
            piece__: Box::new(make()),
        }
    }

    #[cfg(not(debug_assertions))]
    #[inline(always)]
    fn new(make: impl FnOnce() -> T) -> Self {
        Made { piece__: make() }
    }

    /// The piece, on its way to where it belongs.
    #[cfg(debug_assertions)]
    pub fn take(self) -> T {
        *self.piece__
    }

    /// The piece, on its way to where it belongs.
    #[cfg(not(debug_assertions))]
    #[inline(always)]
    pub fn take(self) -> T {
        self.piece__
    }
}

impl<T> Deref for Made<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.piece__
    }
}

impl<T> DerefMut for Made<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.piece__
    }
}

/// Makes a piece.
#[inline(always)]
pub fn piece<T>(make: impl FnOnce() -> T) -> Made<T> {
    Made::new(make)
}

/// Makes the slot of a signal or of an eager computed value.
#[inline(always)]
pub fn slot<T, V: Version>(make: impl FnOnce() -> T) -> Made<Slot<T, V>> {
    Made::new(move || Slot::new(make()))
}

/// Makes the slot of a signal that starts anew.
#[inline(always)]
pub fn per<T, V: Version>(make: impl FnOnce() -> T) -> Made<PerSlot<T, V>> {
    Made::new(move || PerSlot {
        slot: Slot::new(make()),
        hand: ByHand::new(),
    })
}

/// Makes a chunk of a large graph. rustc would take far longer for one function that makes all chunks.
#[inline(never)]
pub fn chunk<T>(make: impl FnOnce() -> T) -> Made<T> {
    Made::new(make)
}

/// Makes a chunk of a large graph that is kept outside of the struct.
#[inline(never)]
pub fn boxed<T>(make: impl FnOnce() -> T) -> Box<T> {
    Box::new(make())
}

/// Makes the graph of its pieces. Nothing has run but the bodies of its values.
#[cfg_attr(debug_assertions, inline(never))]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn graph<G>(make: impl FnOnce() -> G) -> G {
    make()
}
