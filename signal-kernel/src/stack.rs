//! Room on the stack for user code that runs inside other user code.
//!
//! Each level of a nesting that a user's graph decides on (a body that reads a value never computed before, an effect made
//! by an effect, a batch in a batch) asks for room here, so that its depth is limited by memory and not by the
//! thread's stack. With the feature `grow-stack` the stack goes on in another piece of memory. Without it, and
//! on wasm, the levels and the stack that they take are measured, and too much is a panic with a message, as the end of a
//! stack ends the process.
//!
//! Must not know: graphs, and what runs.

pub(crate) use room::{REFUSES, enter, is_short};

/// Runs `f`, user code that other user code has called. Where a stack cannot grow and there are too many levels, the
/// call panics; `way` names the nodes that run inside each other.
#[inline(always)]
pub(crate) fn nested<R>(way: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
    if is_short() {
        return elsewhere(way, f);
    }
    let _level = enter();
    f()
}

/// The same where the stack is short.
#[cold]
#[inline(never)]
pub(crate) fn elsewhere<R>(way: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
    room::elsewhere(way, f)
}

/// Runs `f`, which drops what user code has made. It is never refused, as what is left would be there for ever.
#[inline(always)]
pub(crate) fn ending<R>(f: impl FnOnce() -> R) -> R {
    room::ending(f)
}

#[cfg(all(feature = "grow-stack", not(target_family = "wasm")))]
mod room {
    use std::{cell::Cell, ptr};

    /// What there is at least for one level: the frames of a body, and of what it calls before the next level asks.
    /// Also for the hook of a panic, which prints a trace.
    const LEAST: usize = 256 << 10;

    /// How much a stack grows by. Memory that is not touched costs addresses only.
    const STEP: usize = 2 << 20;

    /// A depth is never refused.
    pub(crate) const REFUSES: bool = false;

    /// One level: there is nothing to count.
    pub(crate) struct Level;

    #[inline(always)]
    pub(crate) fn enter() -> Level {
        Level
    }

    thread_local! {
        /// The lowest address of the stack that has enough below it, and how many from there on are known to be of the
        /// same stack.
        static ROOM: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    }

    #[inline(always)]
    pub(crate) fn is_short() -> bool {
        let (lowest, count) = ROOM.get();
        let here = here();
        here.wrapping_sub(lowest) >= count && is_short_indeed(here)
    }

    #[inline(always)]
    fn here() -> usize {
        let local = 0_u8;
        ptr::from_ref(&local).addr()
    }

    /// The address is none that is known. Where the end of the stack is not, it is after the first step.
    #[cold]
    #[inline(never)]
    fn is_short_indeed(here: usize) -> bool {
        match stacker::remaining_stack() {
            Some(left) if left >= LEAST => {
                let lowest = here.saturating_sub(left - LEAST);
                ROOM.set((lowest, here - lowest + 1));
                false
            }
            _ => true,
        }
    }

    /// Runs `f` on a new stack, whose addresses may have been those of another one.
    fn grow<R>(f: impl FnOnce() -> R) -> R {
        struct Forget;
        impl Drop for Forget {
            fn drop(&mut self) {
                ROOM.set((0, 0));
            }
        }
        ROOM.set((0, 0));
        let _forget = Forget;
        stacker::grow(STEP, f)
    }

    pub(super) fn elsewhere<R>(_: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
        grow(f)
    }

    #[inline(always)]
    pub(super) fn ending<R>(f: impl FnOnce() -> R) -> R {
        if is_short() {
            return grow(f);
        }
        f()
    }
}

#[cfg(not(all(feature = "grow-stack", not(target_family = "wasm"))))]
mod room {
    use std::{cell::Cell, ptr};

    /// How many levels there may be, as the engine of wasm has a stack of its own that cannot be seen.
    const MOST: u32 = match (cfg!(target_family = "wasm"), cfg!(debug_assertions)) {
        (true, true) => 150,
        (true, false) => 1000,
        (false, _) => 1 << 20, // the bytes end before
    };

    /// How many bytes of stack all levels may take. The size of a stack is not known: a thread has a megabyte on wasm and,
    /// for `main`, on Windows, and two elsewhere, if nobody has asked for another. The rest is for the caller of the first
    /// level, for what the last one calls, and for the hook of a panic.
    const BYTES: usize = match cfg!(any(target_family = "wasm", windows)) {
        true => 512 << 10,
        false => 1280 << 10,
    };

    /// The levels that are open, and the place of the first of them on the stack.
    #[derive(Clone, Copy)]
    struct Open {
        levels: u32,
        first: usize,
    }

    /// A depth may be refused.
    pub(crate) const REFUSES: bool = true;

    thread_local! {
        static OPEN: Cell<Open> = const { Cell::new(Open { levels: 0, first: 0 }) };
    }

    /// One of the levels that are counted, while it lives.
    pub(crate) struct Level(());

    impl Drop for Level {
        fn drop(&mut self) {
            let mut open = OPEN.get();
            open.levels -= 1;
            OPEN.set(open);
        }
    }

    pub(crate) fn enter() -> Level {
        let mut open = OPEN.get();
        if open.levels == 0 {
            open.first = here();
        }
        open.levels += 1;
        OPEN.set(open);
        Level(())
    }

    pub(crate) fn is_short() -> bool {
        let open = OPEN.get();
        let bytes = open.first.saturating_sub(here());
        open.levels > 0 && (open.levels >= MOST || bytes > BYTES)
    }

    #[inline(always)]
    fn here() -> usize {
        let local = 0_u8;
        ptr::from_ref(&local).addr()
    }

    pub(super) fn elsewhere<R>(way: impl FnOnce() -> String, _: impl FnOnce() -> R) -> R {
        let levels = OPEN.get().levels;
        let way = match way() {
            way if way.is_empty() => way,
            way => format!(": {way}"),
        };
        let advice = match cfg!(target_family = "wasm") {
            true => "",
            false => "; or turn on the feature `grow-stack` of signal-kernel",
        };
        panic!(
            "{levels} bodies and batches run inside each other, and the stack cannot grow here{way}. Read each value of \
             a chain when it is made, the first one first: later reads need no stack{advice}"
        )
    }

    #[inline(always)]
    pub(super) fn ending<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
