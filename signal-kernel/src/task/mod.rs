//! Asynchronous work, for both kinds of graph: its states and their transitions, the future of a run, and the tasks of
//! executors that wait for it.
//!
//! Must not know: graphs, nodes, effects.

pub(crate) mod cancel;
pub(crate) mod progress;
pub(crate) mod ready;
pub(crate) mod resource;
pub(crate) mod reusable;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod stream;
#[allow(clippy::module_inception, reason = "the folder is named for it")]
pub(crate) mod task;
pub(crate) mod timed;
pub(crate) mod transition;
pub(crate) mod wakers;
pub(crate) mod work;
