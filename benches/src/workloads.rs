//! The list of workloads: name, operation, description.
//!
//! Invariants: names are unique and are the only link between a workload and its graphs.
//!
//! Must not know: the sides.

/// A row of the table of writes.
pub struct Workload {
    pub name: &'static str,
    /// The timed operation.
    pub operation: &'static str,
    pub about: &'static str,
}

const fn row(name: &'static str, operation: &'static str, about: &'static str) -> Workload {
    Workload {
        name,
        operation,
        about,
    }
}

/// In the order of the report.
pub const WORKLOADS: &[Workload] = &[
    row("get", "read", "a signal"),
    row("set", "write", "a signal that nobody reads"),
    row(
        "set, computed, get",
        "write + read",
        "a computed value that nobody watches",
    ),
    row("set, effect", "write", "one effect"),
    row(
        "avoidable",
        "write + read",
        "a change stops at the second of five nodes",
    ),
    row(
        "broad 50 x 2",
        "write + read",
        "50 times two computed values and an effect",
    ),
    row(
        "deep 50",
        "write + read",
        "50 computed values in a row and an effect",
    ),
    row("diamond 5", "write + read", "five arms, a sum, an effect"),
    row(
        "mux 100",
        "write + read",
        "100 signals in a row, split again, 100 effects; one changes",
    ),
    row(
        "repeated 30",
        "write + read",
        "one body reads a signal 30 times",
    ),
    row(
        "triangle 10",
        "write + read",
        "a chain of ten and the sum of all its nodes",
    ),
    row(
        "unstable",
        "write + read",
        "which of two nodes is read changes with every write",
    ),
    row(
        "cellx 10",
        "batch of 4 + 4 reads",
        "10 layers of four cells",
    ),
    row("cellx 50", "batch of 4 + 4 reads", ""),
    row("cellx 1000", "batch of 4 + 4 reads", ""),
    row("cellx 2500", "batch of 4 + 4 reads", ""),
    row(
        "cellx 10, effects",
        "batch of 4 + 4 reads",
        "an effect on each cell",
    ),
    row("cellx 100, effects", "batch of 4 + 4 reads", ""),
    row("cellx 1000, effects", "batch of 4 + 4 reads", ""),
    row("cellx 2500, effects", "batch of 4 + 4 reads", ""),
    row(
        "create signals",
        "signal",
        "100 000; `reactive!`: 1000 graphs of 100 each",
    ),
    row(
        "create computeds",
        "computed",
        "100 000, each on a signal of its own, evaluated; `reactive!`: the signals are timed too",
    ),
    row(
        "create effects",
        "effect",
        "100 000, each on a signal of its own, run; `reactive!`: the signals are timed too",
    ),
    row(
        "update 1 to 1",
        "write + read",
        "100 000 pairs in turn; `reactive!`: 1000 graphs of 100 pairs",
    ),
    row(
        "fan-out 1000",
        "write + 1000 reads",
        "computed values that nobody watches",
    ),
    row(
        "fan-out 1000, effects",
        "write",
        "1000 effects on one signal",
    ),
    row("fan-in 1000", "write + read", "one sum over 1000 signals"),
];
