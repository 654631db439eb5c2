//! The numbers by which the graph names its nodes, links, runs and versions.
//!
//! Invariants: a number is only ever made by the table or the counter that it belongs to. `NONE` is the number of no row
//! and lies outside every table.
//!
//! Must not know: the content of a table.

use super::rows::RowId;
use std::fmt;

/// Defines a number of rows.
macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(u32);

        impl $name {
            pub(crate) const NONE: Self = $name(u32::MAX);
        }

        impl RowId for $name {
            #[inline(always)]
            fn new(row: usize) -> Self {
                assert!(
                    row < (u32::MAX / 2) as usize,
                    "a graph holds less than 2^31 nodes and links"
                );
                $name(row as u32)
            }

            #[inline(always)]
            fn row(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_id! {
    /// The row of a node, under which also its ownership stands.
    NodeId
}

row_id! {
    /// The row of a link.
    LinkId
}

row_id! {
    /// The number of a place in the source text.
    PlaceId
}

/// Defines the tests for `NONE`.
macro_rules! optional {
    ($($name:ident)*) => {
        $(impl $name {
            #[inline(always)]
            pub(crate) fn is_none(self) -> bool {
                self == Self::NONE
            }

            #[inline(always)]
            pub(crate) fn is_some(self) -> bool {
                self != Self::NONE
            }
        })*
    };
}

optional! { NodeId LinkId Version Order }

impl NodeId {
    /// The number as other modules carry it.
    pub(crate) fn to_number(self) -> u32 {
        self.0
    }

    pub(crate) fn from_number(number: u32) -> Self {
        NodeId(number)
    }
}

impl LinkId {
    /// A second number of no link.
    pub(crate) const NEVER: Self = LinkId(u32::MAX - 1);
}

/// One node among all that have had its row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Key {
    pub(crate) node: NodeId,
    pub(crate) generation: u32,
}

/// The time of the last change of a value, on the clock of its graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Version(u32);

impl Version {
    /// The version of a computed value without a value.
    pub(crate) const NONE: Self = Version(0);

    /// The version of nodes that were made before any change.
    pub(crate) const FIRST: Self = Version(1);

    /// The greatest version before all versions are numbered anew.
    pub(crate) const LAST: Self = Version(Self::BITS / 2);

    /// Equal to no version of a node.
    pub(crate) const OTHER: Self = Version(Self::BITS);

    /// The bits of a `Seen` that hold a version.
    const BITS: u32 = (1 << 30) - 1;

    /// Advances a clock.
    #[inline(always)]
    pub(crate) fn tick(&mut self) -> Self {
        self.0 += 1;
        *self
    }

    #[cfg(test)]
    pub(crate) fn before_last(n: u32) -> Self {
        Version(Self::LAST.0 - n)
    }

    /// The `n`-th version of a clock.
    pub(crate) const fn nth(n: u32) -> Self {
        Version(n)
    }
}

/// The version of a dependency that a body has seen, and two facts about the read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seen(u32);

impl Seen {
    const TRIED: u32 = 1 << 31;
    const REFUSED: u32 = 1 << 30;

    #[inline(always)]
    pub(crate) fn new(version: Version) -> Self {
        Seen(version.0)
    }

    #[inline(always)]
    pub(crate) fn version(self) -> Version {
        Version(self.0 & Version::BITS)
    }

    /// Replaces the version and keeps the facts.
    pub(crate) fn set_version(&mut self, version: Version) {
        self.0 = self.0 & !Version::BITS | version.0;
    }

    /// Returns whether the body has used a `try_` read: a failure of the dependency does not block the body.
    #[inline(always)]
    pub(crate) fn is_tried(self) -> bool {
        self.0 & Self::TRIED != 0
    }

    #[inline(always)]
    pub(crate) fn set_tried(&mut self) {
        self.0 |= Self::TRIED;
    }

    /// Returns whether the read was refused, because it would have closed a cycle.
    #[inline(always)]
    pub(crate) fn is_refused(self) -> bool {
        self.0 & Self::REFUSED != 0
    }

    pub(crate) fn set_refused(&mut self) {
        self.0 |= Self::REFUSED;
    }
}

/// The number of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct RunId(u32);

impl RunId {
    pub(crate) const NONE: Self = RunId(0);
    pub(crate) const FIRST: Self = RunId(1);

    /// Advances a counter. Returns false if the counter has come to its end.
    #[inline(always)]
    pub(crate) fn advance(&mut self) -> bool {
        self.0 += 1;
        self.0 != u32::MAX
    }

    /// The number `n` runs before the counter ends.
    #[cfg(test)]
    pub(crate) fn before_end(n: u32) -> Self {
        RunId(u32::MAX - n)
    }
}

/// The position of a body in the order of creation, in which effects run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Order(u32);

impl Order {
    /// The order of a node without a body.
    pub(crate) const NONE: Self = Order(u32::MAX);

    /// The order before the first body.
    pub(crate) const START: Self = Order(0);

    /// The greatest order before all bodies are numbered anew.
    pub(crate) const LAST: Self = Order(Version::LAST.0);

    /// Advances a counter.
    #[inline(always)]
    pub(crate) fn advance(&mut self) -> Self {
        self.0 += 1;
        *self
    }

    #[cfg(test)]
    pub(crate) fn before_last(n: u32) -> Self {
        Order(Self::LAST.0 - n)
    }

    #[cfg(test)]
    pub(crate) fn nth(n: u32) -> Self {
        Order(n)
    }
}

/// A node in a queue. The order tells whether the row still belongs to the node. Order and node share one number, with
/// the order in the high bits, because one number sorts faster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Queued(u64);

impl Queued {
    #[inline(always)]
    pub(crate) fn new(order: Order, node: NodeId) -> Self {
        Queued(u64::from(order.0) << 32 | u64::from(node.0))
    }

    #[inline(always)]
    pub(crate) fn order(self) -> Order {
        Order((self.0 >> 32) as u32)
    }

    #[inline(always)]
    pub(crate) fn node(self) -> NodeId {
        NodeId(self.0 as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_and_the_facts_of_a_read_do_not_touch_each_other() {
        let mut seen = Seen::new(Version::LAST);
        seen.set_tried();
        seen.set_refused();
        assert_eq!(seen.version(), Version::LAST);
        seen.set_version(Version::FIRST);
        assert!(seen.is_tried() && seen.is_refused() && seen.version() == Version::FIRST);
        assert_eq!(Seen::new(Version::FIRST).version(), Version::FIRST);
        assert!(!Seen::new(Version::LAST).is_tried() && !Seen::new(Version::LAST).is_refused());
    }

    #[test]
    fn a_queue_sorts_by_order() {
        let (mut orders, low, high) = (Order::START, NodeId::new(1), NodeId::new(7));
        let (first, second) = (orders.advance(), orders.advance());
        assert!(Queued::new(first, high) < Queued::new(second, low));
        let due = Queued::new(second, high);
        assert_eq!((due.order(), due.node()), (second, high));
    }
}
