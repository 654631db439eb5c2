//! One side of the comparison: a way to write the workloads.
//!
//! Must not know: the list of all sides.

use crate::meter::Meter;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The code that all other sides are compared with.
    Hand,
    /// Ours: a wrong answer fails the run.
    Ours,
    /// A wrong answer is marked.
    Peer,
}

/// One column.
pub struct Side {
    pub name: &'static str,
    pub kind: Kind,
    /// The way in which its effects run.
    pub effects: &'static str,
    /// Workloads that the side never finishes, by the start of their name, with the reason.
    pub skip: &'static [(&'static str, &'static str)],
    /// Times a workload once; false if it is not expressed on this side.
    pub run: fn(&str, &Meter) -> bool,
}

impl Side {
    /// The reason why this side skips `workload`, if it does.
    pub fn skips(&self, workload: &str) -> Option<&'static str> {
        let skip = self
            .skip
            .iter()
            .find(|(start, _)| workload.starts_with(start));
        skip.map(|(_, why)| *why)
    }
}
