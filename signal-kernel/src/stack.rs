//! Room on the stack for user code that runs inside other user code.
//!
//! Each level of a nesting that a user's graph decides on (a body that reads a value never computed before, an effect made
//! by an effect, a batch in a batch) asks for room here, so that its depth is limited by memory and not by the
//! thread's stack. With the feature `grow-stack` the stack goes on in another piece of memory. Without it, and
//! on wasm, the levels and the stack that they take are measured, and too much is a panic with a message, as the end of a
//! stack ends the process.
//!
//! Must not know: graphs, and what runs.

/// Runs `f`, user code that other user code has called. Where a stack cannot grow and there are too many levels, the
/// call panics; `way` names the nodes that run inside each other.
#[inline(always)]
pub(crate) fn nested<R>(way: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
    room::nested(way, f)
}

/// Runs `f`, which drops what user code has made. It is never refused, as what is left would be there for ever.
#[inline(always)]
pub(crate) fn ending<R>(f: impl FnOnce() -> R) -> R {
    room::ending(f)
}

#[cfg(all(feature = "grow-stack", not(target_family = "wasm")))]
mod room {
    /// What there is at least for one level: the frames of a body, and of what it calls before the next level asks.
    /// Also for the hook of a panic, which prints a trace.
    const LEAST: usize = 256 << 10;

    /// How much a stack grows by. Memory that is not touched costs addresses only.
    const STEP: usize = 2 << 20;

    #[inline(always)]
    pub(super) fn nested<R>(_: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
        ending(f)
    }

    #[inline(always)]
    pub(super) fn ending<R>(f: impl FnOnce() -> R) -> R {
        if is_short() { grow(f) } else { f() }
    }

    #[inline(always)]
    fn is_short() -> bool {
        // Where the end of the stack is not known, it is after the first step.
        stacker::remaining_stack().is_none_or(|left| left < LEAST)
    }

    #[cold]
    #[inline(never)]
    fn grow<R>(f: impl FnOnce() -> R) -> R {
        stacker::grow(STEP, f)
    }
}

#[cfg(not(all(feature = "grow-stack", not(target_family = "wasm"))))]
mod room {
    use std::cell::Cell;

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

    thread_local! {
        static OPEN: Cell<Open> = const { Cell::new(Open { levels: 0, first: 0 }) };
    }

    struct Level;

    impl Drop for Level {
        fn drop(&mut self) {
            let mut open = OPEN.get();
            open.levels -= 1;
            OPEN.set(open);
        }
    }

    #[inline(always)]
    pub(super) fn nested<R>(way: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
        let mut open = OPEN.get();
        let here = (&raw const open).addr();
        if open.levels == 0 {
            open.first = here;
        }
        if open.levels >= MOST || open.first.saturating_sub(here) > BYTES {
            refuse(open.levels, way);
        }
        open.levels += 1;
        OPEN.set(open);
        let _level = Level;
        f()
    }

    #[inline(always)]
    pub(super) fn ending<R>(f: impl FnOnce() -> R) -> R {
        f()
    }

    #[cold]
    #[inline(never)]
    fn refuse(levels: u32, way: impl FnOnce() -> String) -> ! {
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
}
