//! Updates of a graph that wait until it is free.
//!
//! Invariants: the updates run in the order of arrival, and each runs once; an update stays in its list until its round
//! begins. A round is the list as it is when the round begins.
//!
//! Must not know: handles, locks.

use crate::panics::{Apart, FirstPanic};

/// One update, which keeps its panics.
pub(crate) type Update<G> = Box<dyn FnOnce(&mut G, &mut FirstPanic)>;

/// The updates that wait. `F` is the type of one: [`Update`], or the same with `Send`.
pub(crate) struct Later<F> {
    waiting: Vec<Apart<F>>,
    /// Rounds are running.
    runs: bool,
    /// The number of updates that the present rounds have asked for.
    asked: usize,
}

/// The largest number of updates that rounds in a row may ask for.
const MOST: usize = 100_000;

/// The message about more than that.
pub(crate) const RESTLESS: &str = "updates that `update_later` has put off ask for updates again and again; the rest waits for the \
     next use of the graph";

pub(crate) enum Round<F> {
    Updates(Vec<Apart<F>>),
    /// None waits.
    Done,
    /// The rounds have asked for too many.
    Restless,
}

impl<F> Default for Later<F> {
    fn default() -> Self {
        Later {
            waiting: Vec::new(),
            runs: false,
            asked: 0,
        }
    }
}

impl<F> Later<F> {
    /// Adds an update; `inside`: the caller is inside a use of the graph.
    pub(crate) fn push(&mut self, update: F, inside: bool) {
        self.asked += usize::from(inside && self.runs);
        self.waiting.push(Apart::new(update));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Begins the next round.
    pub(crate) fn next_round(&mut self) -> Round<F> {
        self.runs = !self.waiting.is_empty() && self.asked <= MOST;
        if self.runs {
            return Round::Updates(std::mem::take(&mut self.waiting));
        }
        self.asked = 0;
        if self.waiting.is_empty() {
            Round::Done
        } else {
            Round::Restless
        }
    }
}

/// Runs the rounds; `run` runs one update. If they never come to rest, the rest waits, and `panics` gets a message.
pub(crate) fn rounds<F>(
    panics: &mut FirstPanic,
    mut next: impl FnMut() -> Round<F>,
    mut run: impl FnMut(F, &mut FirstPanic),
) {
    loop {
        match next() {
            Round::Updates(updates) => {
                for update in updates {
                    run(update.into_inner(), panics);
                }
            }
            Round::Done => return,
            Round::Restless => return panics.keep(Box::new(RESTLESS)),
        }
    }
}
