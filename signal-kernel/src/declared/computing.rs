//! The lazy values that a thread is computing. A value that depends on itself is refused: its cell would wait for its
//! own thread.
//!
//! Invariants: `INNERMOST` is the newest read on this thread that computes lazy values, `OUTER` has the reads around
//! it. Outside of all reads both are empty, and `OUTER` holds no memory.
//!
//! Must not know: graphs.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    mem::{self, ManuallyDrop},
    panic::Location,
};

/// The place of a read.
pub(super) type Place = &'static Location<'static>;

/// A read that computes lazy values.
#[derive(Clone, Copy)]
pub(super) struct Read {
    /// The address of the value that is being computed. The value does not move while its graph is read.
    pub(super) memo: usize,
    pub(super) since: Place,
}

struct Innermost {
    /// 0 if no read has begun to compute a value.
    memo: Cell<usize>,
    since: Cell<Option<Place>>,
}

/// The reads around the newest one.
struct Outer {
    /// The values that they compute, oldest first.
    memo: Vec<usize>,
    /// The same values, with the place of each read: the search for a value is fast, however many there are.
    since: BTreeMap<usize, Place>,
}

thread_local! {
    static INNERMOST: Innermost = const {
        Innermost {
            memo: Cell::new(0),
            since: Cell::new(None),
        }
    };
    /// How many reads the thread has refused, modulo 2^32.
    static REFUSED: Cell<u32> = const { Cell::new(0) };
    /// Has no destructor, so that those of other thread-locals may read lazy values.
    static OUTER: ManuallyDrop<RefCell<Outer>> = const {
        ManuallyDrop::new(RefCell::new(Outer {
            memo: Vec::new(),
            since: BTreeMap::new(),
        }))
    };
}

/// Is a read computing a value?
#[inline(always)]
pub(super) fn is_inside() -> bool {
    INNERMOST.with(|innermost| innermost.memo.get() != 0)
}

/// Begins a read. If another one is going on, `enter` comes before.
#[inline(always)]
pub(super) fn begin(since: Place) {
    INNERMOST.with(|innermost| innermost.since.set(Some(since)));
}

/// The value at this address is computed next.
#[inline(always)]
pub(super) fn at(memo: usize) {
    INNERMOST.with(|innermost| innermost.memo.set(memo));
}

/// Ends a read. If it was inside another one, `leave` comes after. No user code unwinds out of one.
#[inline(always)]
pub(super) fn end() {
    INNERMOST.with(|innermost| innermost.memo.set(0));
}

/// A read is about to begin inside another one, and will compute the values at the addresses `needed`.
///
/// # Errors
///
/// The read around this one that is computing one of them: it would have to come to its end first.
pub(super) fn enter(mut needed: impl Iterator<Item = usize>) -> Result<(), Read> {
    let around = INNERMOST.with(Innermost::get);
    OUTER.with(|outer| {
        let mut outer = outer.borrow_mut();
        let running = needed.find_map(|memo| match around {
            Some(read) if read.memo == memo => Some(read),
            _ => outer.since.get(&memo).map(|&since| Read { memo, since }),
        });
        if let Some(read) = running {
            REFUSED.with(|refused| refused.set(refused.get().wrapping_add(1)));
            return Err(read);
        }
        if let Some(Read { memo, since }) = around {
            outer.memo.push(memo);
            outer.since.insert(memo, since);
        }
        Ok(())
    })
}

/// How many reads this thread has refused so far, modulo 2^32. A difference tells whether a piece of code has met a
/// refusal, also if the code has caught the panic.
#[inline]
pub(crate) fn refused() -> u32 {
    REFUSED.with(Cell::get)
}

/// A read that was inside another one has ended.
#[cold]
pub(super) fn leave() {
    OUTER.with(|outer| {
        let mut outer = outer.borrow_mut();
        if let Some(memo) = outer.memo.pop() {
            if let Some(since) = outer.since.remove(&memo) {
                begin(since);
                at(memo);
            }
        }
        if outer.memo.is_empty() {
            drop(mem::take(&mut outer.memo));
        }
    });
}

impl Innermost {
    fn get(&self) -> Option<Read> {
        let since = self.since.get()?;
        let memo = self.memo.get();
        (memo != 0).then_some(Read { memo, since })
    }
}
