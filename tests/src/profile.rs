//! A declared graph of one resource, whose work a test lets end.
//!
//! Must not know: executors.

use crate::{
    describe,
    gate::{Gate, Gates},
    log::Log,
};
use signal_kernel::{reactive, resource};

/// Work that ends with its gate.
#[resource]
pub async fn fetch(gate: Gate) -> Result<u32, String> {
    gate.await
}

reactive! {
    /// A user, fetched for an id, and an effect that sees every transition.
    #[derive(Debug)]
    pub struct Profile {
        let gates: Gates;
        let log: Log;
        /// The input of the work.
        pub signal id: u32 = 1;
        /// The work.
        pub resource user = fetch(gates.open(id));
        effect show { log.push(describe!(user)); }
    }
}

/// Polls the work of a graph once, with a waker that does nothing.
#[macro_export]
macro_rules! poll {
    ($graph:expr) => {
        $crate::gate::poll_once(|context| $graph.poll_progress(context))
    };
}

/// A new profile. The log has its first load.
pub fn new() -> (Profile, Gates, Log) {
    let log = Log::default();
    let gates = Gates::new("user", &log);
    (Profile::new(gates.clone(), log.clone()), gates, log)
}

/// A profile whose first load has begun. The log is empty.
pub fn begun() -> (Profile, Gates, Log) {
    let made = new();
    made.2.clear();
    made
}

/// A profile whose first load has been polled. The log is empty.
pub fn polled() -> (Profile, Gates, Log) {
    let (mut profile, gates, log) = new();
    assert!(poll!(profile).is_pending());
    log.clear();
    (profile, gates, log)
}

/// A profile whose first user is 5. The log is empty.
pub fn loaded() -> (Profile, Gates, Log) {
    let (mut profile, gates, log) = new();
    gates.ok(1, 5);
    assert!(poll!(profile).is_ready());
    log.clear();
    (profile, gates, log)
}
