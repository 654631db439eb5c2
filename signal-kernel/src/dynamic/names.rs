//! The names of nodes in messages: a name from the user, or the place where the node was made.
//!
//! Invariants: a place has one number, for ever; a name belongs to a live node.
//!
//! Must not know: the purpose of nodes.

use super::graph::{Graph, Kind, NONE};
use std::{borrow::Cow, collections::BTreeMap, panic::Location, ptr};

type Place = &'static Location<'static>;

/// The number of places that are found again without a search.
const RECENT: usize = 32;

pub(super) struct Names {
    places: Vec<Place>,
    versions: BTreeMap<Place, u32>,
    /// The last places asked for, by the bits of their address: only a shortcut.
    recent: [(usize, u32); RECENT],
    given: BTreeMap<u32, Cow<'static, str>>,
}

impl Names {
    pub(super) const fn new() -> Self {
        Names {
            places: Vec::new(),
            versions: BTreeMap::new(),
            recent: [(0, 0); RECENT],
            given: BTreeMap::new(),
        }
    }

    /// The number of a place.
    #[inline]
    pub(super) fn number(&mut self, place: Place) -> u32 {
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

    fn search(&mut self, place: Place) -> u32 {
        let places = &mut self.places;
        *self.versions.entry(place).or_insert_with(|| {
            places.push(place);
            u32::try_from(places.len() - 1).expect("a program has less than 2^32 lines")
        })
    }

    /// The place where a node was made. The places of a thread that has ended are unknown.
    pub(super) fn place(&self, number: u32) -> Place {
        let place = self.places.get(number as usize).copied();
        place.unwrap_or(Location::caller())
    }

    /// Does the table use no memory?
    #[cfg(test)]
    pub(super) fn are_empty(&self) -> bool {
        self.places.capacity() == 0 && self.versions.is_empty() && self.given.is_empty()
    }

    pub(super) fn give(&mut self, node: u32, name: Cow<'static, str>) {
        self.given.insert(node, name);
    }

    /// The nodes that have a name from the user.
    pub(super) fn given(&self) -> impl Iterator<Item = &u32> {
        self.given.keys()
    }

    /// Takes the name of a node that is gone.
    pub(super) fn take(&mut self, node: u32) -> Option<Cow<'static, str>> {
        if self.given.is_empty() {
            return None;
        }
        self.given.remove(&node)
    }
}

impl Graph {
    /// A node in a message: ``computed `total` `` or `computed made at src/main.rs:7:15`.
    pub(super) fn describe(&self, node: u32) -> String {
        let slot = &self.nodes[node as usize];
        let kind = match slot.kind {
            Kind::Signal => "signal",
            Kind::Passive if slot.order == NONE => "shared graph",
            Kind::Computed => "computed",
            Kind::Effect => "effect",
            Kind::Passive | Kind::Resource => "resource",
            Kind::Scope => "scope",
            Kind::Cleanup => "cleanup",
            Kind::Free => "disposed node",
        };
        match self.names.given.get(&node) {
            Some(name) => format!("{kind} `{name}`"),
            None => format!("{kind} made at {}", self.place_of(node)),
        }
    }

    /// As `describe`, without the kind.
    pub(super) fn name(&self, node: u32) -> String {
        match self.names.given.get(&node) {
            Some(name) => format!("`{name}`"),
            None => format!("`{}`", self.place_of(node)),
        }
    }

    /// The node that the user knows in place of this one: the resource, for a part of the resource and for the computed
    /// values that run its source and its `observe`.
    #[cold]
    pub(super) fn known_as(&self, node: u32) -> u32 {
        let kind = |node: u32| self.nodes[node as usize].kind;
        match kind(node) {
            // A part depends on its resource alone; a shared graph depends on nothing.
            Kind::Passive => match self.links.get(self.deps(node) as usize) {
                Some(link) if link.dep != NONE => link.dep,
                _ => node,
            },
            Kind::Computed => {
                // The scope of a resource has at most these children, oldest first: the source, the observing value,
                // the resource.
                let mut at = node;
                for _ in 0..2 {
                    let next = self.ownership[at as usize].prev_sibling;
                    let next_kind = match self.ownership.get(next as usize) {
                        Some(kin) if kin.next_sibling == at => kind(next),
                        _ => break,
                    };
                    match next_kind {
                        Kind::Resource => return next,
                        Kind::Computed => at = next,
                        _ => break,
                    }
                }
                node
            }
            _ => node,
        }
    }

    pub(super) fn place_of(&self, node: u32) -> Place {
        self.names.place(self.ownership[node as usize].place)
    }
}
