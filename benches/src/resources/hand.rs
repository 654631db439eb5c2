//! The limit: one boxed future for each source, replaced with every change.
//!
//! Invariants: the outdated future is dropped before its successor starts.
//!
//! Must not know: any library.

use super::{AsyncSide, Board, Resources};
use crate::{hand, side::Kind};
use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

pub fn side() -> AsyncSide {
    AsyncSide {
        name: hand::NAME,
        kind: Kind::Hand,
        how: "an Option<Pin<Box<dyn Future>>>, replaced with every change and polled by each tick",
        with: |board, count, f| {
            let slot = || Slot {
                source: 0,
                work: Some(Box::pin(board.fetch(0))),
                value: None,
            };
            f(&mut Slots {
                board: board.clone(),
                slots: (0..count).map(|_| slot()).collect(),
            });
            true
        },
    }
}

struct Slots {
    board: Board,
    slots: Vec<Slot>,
}

struct Slot {
    source: i64,
    work: Option<Pin<Box<dyn Future<Output = i64>>>>,
    value: Option<i64>,
}

impl Resources for Slots {
    fn set(&mut self, at: usize, value: i64) {
        let slot = &mut self.slots[at];
        if slot.source != value {
            slot.source = value;
            slot.work = None;
            slot.work = Some(Box::pin(self.board.fetch(value)));
        }
    }
    fn tick(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        for slot in &mut self.slots {
            let Some(work) = &mut slot.work else { continue };
            if let Poll::Ready(value) = work.as_mut().poll(&mut context) {
                slot.work = None;
                slot.value = Some(value);
            }
        }
    }
    fn value(&mut self, at: usize) -> Option<i64> {
        self.slots[at].value
    }
    fn is_pending(&mut self, at: usize) -> bool {
        self.slots[at].work.is_some()
    }
    fn dispose(&mut self) {
        self.slots.clear();
    }
}
