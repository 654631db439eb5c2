//! Room on the stack for user code that runs inside other user code.
//!
//! Each level of a nesting that a user's graph decides on (a body that reads a value never computed before, an effect made
//! by an effect, a batch in a batch) asks for room here, so that its depth is limited by memory and not by the
//! thread's stack. With the feature `grow-stack` the stack goes on in another piece of memory. Without it, and
//! on wasm, levels are counted, and too many are a panic with a message, as the end of a stack ends the process.
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

    /// How many levels there may be, for bodies with small frames and the stack that a thread has if nobody has asked for
    /// another: a megabyte on wasm, two elsewhere.
    const MOST: u32 = match (cfg!(target_family = "wasm"), cfg!(debug_assertions)) {
        (true, true) => 150,
        (true, false) => 1000,
        (false, true) => 300,
        (false, false) => 2000,
    };

    thread_local! {
        static LEVELS: Cell<u32> = const { Cell::new(0) };
    }

    struct Level;

    impl Drop for Level {
        fn drop(&mut self) {
            LEVELS.set(LEVELS.get() - 1);
        }
    }

    #[inline(always)]
    pub(super) fn nested<R>(way: impl FnOnce() -> String, f: impl FnOnce() -> R) -> R {
        if LEVELS.get() >= MOST {
            refuse(way);
        }
        LEVELS.set(LEVELS.get() + 1);
        let _level = Level;
        f()
    }

    #[inline(always)]
    pub(super) fn ending<R>(f: impl FnOnce() -> R) -> R {
        f()
    }

    #[cold]
    #[inline(never)]
    fn refuse(way: impl FnOnce() -> String) -> ! {
        let way = match way() {
            way if way.is_empty() => way,
            way => format!(": {way}"),
        };
        let advice = match cfg!(target_family = "wasm") {
            true => "",
            false => "; or turn on the feature `grow-stack` of signal-kernel",
        };
        panic!(
            "more than {MOST} bodies and batches run inside each other, and the stack cannot grow here{way}. Read each \
             value of a chain when it is made, the first one first: later reads need no stack{advice}"
        )
    }
}
