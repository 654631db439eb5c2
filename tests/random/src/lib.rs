//! Random programs for the functions and for declared graphs behind a `Shared`, held against a naive model.
//!
//! A program makes nodes in slots and acts on them. Every user callback is the program's, too: bodies, `==`,
//! `Clone` and `Drop` of values, cleanups, fetchers, `poll`, drops of futures, and hooks; each performs acts of
//! the public interface and may panic. After each step the graph's invariants hold, each body that has run has
//! seen the present values of its dependencies, each computed value is the sum of them, and each resource is in
//! a state of the state machine that answers its present input. At the end nothing is left.
//!
//! `program` is the language, `world` the state of a running program, `act` and `node` carry it out,
//! `declared` is a declared graph for it, `verify` the model, `shrink` makes failing programs small.
//!
//! `STEPS` and `SEED` in the environment make a search longer, `TRACE` names each seed before it runs, `TELL` tells what a
//! program does, and with `KEEP_GOING` a search goes on after a failure.

mod act;
mod declared;
mod node;
mod program;
mod shrink;
mod suite;
mod value;
mod verify;
mod world;

pub use program::Settings;
pub use suite::{Tally, search, try_seed};
