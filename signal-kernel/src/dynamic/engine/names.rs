//! The names of nodes in messages: a name from the user, or the place where the node was made.
//!
//! Invariants: a place has one number, for ever; a name belongs to a live node.
//!
//! Must not know: the purpose of nodes.

use crate::dynamic::graph::{
    ids::{NodeId, PlaceId},
    marks::Kind,
    rows::Table,
    tables::Graph,
};
use std::{borrow::Cow, collections::BTreeMap, panic::Location, ptr};

type Place = &'static Location<'static>;

/// The number of places that are found again without a search.
const RECENT: usize = 32;

pub(crate) struct Names {
    places: Table<PlaceId, Place>,
    numbers: BTreeMap<Place, PlaceId>,
    /// The last places asked for, by the bits of their address: only a shortcut.
    recent: [(usize, PlaceId); RECENT],
    given: BTreeMap<NodeId, Cow<'static, str>>,
}

impl Names {
    pub(crate) const fn new() -> Self {
        Names {
            places: Table::new(),
            numbers: BTreeMap::new(),
            recent: [(0, PlaceId::NONE); RECENT],
            given: BTreeMap::new(),
        }
    }

    /// The number of a place.
    #[inline]
    pub(crate) fn number(&mut self, place: Place) -> PlaceId {
        let address = ptr::from_ref(place).addr();
        let slot = (address >> 3) % RECENT;
        let (known, number) = self.recent[slot];
        if known == address {
            return number;
        }
        let number = self.search(place);
        self.recent[slot] = (address, number);
        number
    }

    fn search(&mut self, place: Place) -> PlaceId {
        let places = &mut self.places;
        let number = self.numbers.entry(place);
        *number.or_insert_with(|| places.push(0, place))
    }

    /// The place where a node was made. The places of a thread that has ended are unknown.
    pub(crate) fn place(&self, number: PlaceId) -> Place {
        let place = self.places.get(number).copied();
        place.unwrap_or(Location::caller())
    }

    /// Does the table use no memory?
    #[cfg(test)]
    pub(crate) fn are_empty(&self) -> bool {
        self.places.capacity() == 0 && self.numbers.is_empty() && self.given.is_empty()
    }

    pub(crate) fn give(&mut self, node: NodeId, name: Cow<'static, str>) {
        self.given.insert(node, name);
    }

    /// The nodes that have a name from the user.
    pub(crate) fn given(&self) -> impl Iterator<Item = &NodeId> {
        self.given.keys()
    }

    /// Takes the name of a node that is gone.
    pub(crate) fn take(&mut self, node: NodeId) -> Option<Cow<'static, str>> {
        if self.given.is_empty() {
            return None;
        }
        self.given.remove(&node)
    }

    /// A node in a message: ``computed `total` `` or `computed made at src/main.rs:7:15`.
    pub(crate) fn describe<V, B>(&self, graph: &Graph<V, B>, node: NodeId) -> String {
        let slot = &graph.nodes[node];
        let kind = match slot.kind {
            Kind::Signal => "signal",
            Kind::Passive if slot.order.is_none() => "shared graph",
            Kind::Computed => "computed",
            Kind::Effect => "effect",
            Kind::Passive | Kind::Resource => "resource",
            Kind::Scope => "scope",
            Kind::Cleanup => "cleanup",
            Kind::Free => "disposed node",
        };
        match self.given.get(&node) {
            Some(name) => format!("{kind} `{name}`"),
            None => format!("{kind} made at {}", self.place_of(graph, node)),
        }
    }

    /// As `describe`, without the kind.
    pub(crate) fn name<V, B>(&self, graph: &Graph<V, B>, node: NodeId) -> String {
        match self.given.get(&node) {
            Some(name) => format!("`{name}`"),
            None => format!("`{}`", self.place_of(graph, node)),
        }
    }

    fn place_of<V, B>(&self, graph: &Graph<V, B>, node: NodeId) -> Place {
        self.place(graph.ownership[node].place)
    }
}
