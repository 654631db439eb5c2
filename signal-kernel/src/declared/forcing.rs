//! Which lazy values a thread is computing, so that a value that depends on itself is refused: its cell would wait
//! for its own thread.
//!
//! Invariants: `INNERMOST` is the newest read on this thread that computes lazy values, `OUTER` has the reads around
//! it, oldest first; outside of all reads both are empty, and `OUTER` holds no memory.
//!
//! Must not know: what is in a graph.

use std::{
    cell::{Cell, RefCell},
    mem::{self, ManuallyDrop},
    panic::Location,
};

/// Where something was read.
pub(super) type Place = &'static Location<'static>;

/// A read that computes lazy values.
#[derive(Clone, Copy)]
pub(super) struct Read {
    /// The address of the graph's core, which does not move while it is read.
    pub(super) graph: usize,
    /// The value that is being computed.
    pub(super) rank: usize,
    pub(super) since: Place,
}

struct Innermost {
    /// 0 if there is no read.
    graph: Cell<usize>,
    rank: Cell<usize>,
    since: Cell<Option<Place>>,
}

thread_local! {
    static INNERMOST: Innermost = const {
        Innermost {
            graph: Cell::new(0),
            rank: Cell::new(0),
            since: Cell::new(None),
        }
    };
    /// Has no destructor, so that those of other thread-locals may read lazy values.
    static OUTER: ManuallyDrop<RefCell<Vec<Read>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// One read, from its beginning to its end.
pub(super) struct Forcing {
    inside: bool,
}

impl Forcing {
    /// Begins a read. `is_cyclic` is asked of each read around it.
    ///
    /// # Errors
    ///
    /// The read around this one that would have to come to its end first.
    #[inline]
    pub(super) fn begin(
        graph: usize,
        since: Place,
        is_cyclic: impl Fn(&Read) -> bool,
    ) -> Result<Self, Read> {
        INNERMOST.with(|innermost| {
            let inside = innermost.graph.get() != 0;
            if inside {
                innermost.go_inside(is_cyclic)?;
            }
            innermost.graph.set(graph);
            innermost.since.set(Some(since));
            Ok(Forcing { inside })
        })
    }

    /// The value of this rank is next.
    #[inline]
    pub(super) fn at(&self, rank: usize) {
        INNERMOST.with(|innermost| innermost.rank.set(rank));
    }
}

impl Drop for Forcing {
    #[inline]
    fn drop(&mut self) {
        INNERMOST.with(|innermost| {
            innermost.graph.set(0);
            if self.inside {
                innermost.go_outside();
            }
        });
    }
}

impl Innermost {
    #[cold]
    fn go_inside(&self, is_cyclic: impl Fn(&Read) -> bool) -> Result<(), Read> {
        let since = self.since.get();
        let innermost = since.map(|since| Read {
            graph: self.graph.get(),
            rank: self.rank.get(),
            since,
        });
        OUTER.with(|outer| {
            let mut outer = outer.borrow_mut();
            let mut all = outer.iter().copied().chain(innermost);
            if let Some(read) = all.find(is_cyclic) {
                return Err(read);
            }
            outer.extend(innermost);
            Ok(())
        })
    }

    #[cold]
    fn go_outside(&self) {
        OUTER.with(|outer| {
            let mut outer = outer.borrow_mut();
            if let Some(read) = outer.pop() {
                self.graph.set(read.graph);
                self.rank.set(read.rank);
                self.since.set(Some(read.since));
            }
            if outer.is_empty() {
                drop(mem::take(&mut *outer));
            }
        });
    }
}
