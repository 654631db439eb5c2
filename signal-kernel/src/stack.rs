//! Room on the stack for user code that runs inside other user code.
//!
//! Each level of a nesting that a user's graph decides on (a body that reads a value never computed before, an effect
//! made by an effect, a batch in a batch) asks for room here, so that memory limits the depth of the nesting, and not
//! the thread's stack. With the feature `grow-stack` the stack goes on in another piece of memory. Without the feature,
//! and on wasm, this module measures the levels and their stack. Beyond a limit the call panics with a message, since
//! an overflow of the stack would end the process.
//!
//! Must not know: graphs, and the running code.

pub(crate) use room::{REFUSES, enter, is_short};

/// Runs `f`, user code that other user code has called. The call panics if a stack cannot grow and there are too many
/// levels; `path` names the nodes that run inside each other.
#[inline(always)]
pub(crate) fn nested<R>(path: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
    if is_short() {
        return elsewhere(path, f);
    }
    let _level = enter();
    f()
}

/// As `nested`, if the stack is short.
#[cold]
#[inline(never)]
pub(crate) fn elsewhere<R>(path: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
    room::elsewhere(path, f)
}

/// Runs `f`, which drops values that user code has made. The call is never refused, since the values would leak.
#[inline(always)]
pub(crate) fn ending<R>(f: impl FnOnce() -> R) -> R {
    room::ending(f)
}

#[cfg(all(feature = "grow-stack", not(target_family = "wasm")))]
mod room {
    use std::{cell::Cell, ptr};

    /// The least room for one level: the frames of a body, and of the calls that the body makes before the next level
    /// asks. The room also serves the hook of a panic, which prints a trace.
    const LEAST: usize = 256 << 10;

    /// The size of each new piece of stack. Memory that is not touched costs addresses only.
    const STEP: usize = 2 << 20;

    /// A depth is never refused.
    pub(crate) const REFUSES: bool = false;

    /// One level, which needs no count.
    pub(crate) struct Level;

    #[inline(always)]
    pub(crate) fn enter() -> Level {
        Level
    }

    thread_local! {
        /// The lowest address of the stack that has enough room below it, and the number of addresses from there on
        /// that are known to belong to the same stack.
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

    /// Measures the stack at an unknown address. A stack whose end is unknown counts as short; after the first step the
    /// end is known.
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

    /// Runs `f` on a new stack. The addresses of the new stack may have belonged to an earlier one, so the known
    /// addresses are forgotten before and after.
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

    /// The largest number of levels: the engine of wasm has a stack of its own, which cannot be measured.
    const MOST: u32 = match (cfg!(target_family = "wasm"), cfg!(debug_assertions)) {
        (true, true) => 150,
        (true, false) => 1000,
        (false, _) => 1 << 20, // the bytes end before
    };

    /// The number of bytes of stack that all levels may take. The size of a stack is unknown: unless a thread asks for
    /// another size, a stack has a megabyte on wasm and, for `main`, on Windows, and two megabytes elsewhere. The rest
    /// is for the caller of the first level, for the calls of the last level, and for the hook of a panic.
    const BYTES: usize = match cfg!(any(target_family = "wasm", windows)) {
        true => 512 << 10,
        false => 1280 << 10,
    };

    /// The open levels, and the address of the first one on the stack.
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

    /// One of the counted levels, while the struct lives.
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

    pub(super) fn elsewhere<R>(path: impl FnOnce() -> String, _: impl FnOnce() -> R) -> R {
        let levels = OPEN.get().levels;
        let path = match path() {
            path if path.is_empty() => path,
            path => format!(": {path}"),
        };
        let advice = match cfg!(target_family = "wasm") {
            true => "",
            false => "; or turn on the feature `grow-stack` of signal-kernel",
        };
        panic!(
            "{levels} bodies and batches run inside each other, and the stack cannot grow here{path}. Read each value of \
             a chain when it is made, the first one first: later reads need no stack{advice}"
        )
    }

    #[inline(always)]
    pub(super) fn ending<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
