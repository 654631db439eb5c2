//! The functions and the dynamic graph that they make.

use signal_kernel as kernel;

mod async_owners;
mod async_panics;
mod batch;
mod cancellation;
mod cells;
mod cleanup;
mod computed;
mod cycles;
mod dependencies;
mod diamonds;
mod drivers;
mod effects;
mod effects_writes;
mod equality;
mod errors;
mod events;
mod fetchers;
mod handles;
mod inbox;
mod keyed;
mod numbers;
mod order;
mod ownership;
mod phases;
mod reentrance;
mod regressions;
mod reload;
mod runs;
mod scale;
mod scopes;
mod signals;
mod stale;
mod status;
mod transaction;
mod values;
