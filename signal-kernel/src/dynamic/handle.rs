//! The common part of all handles: an index that goes stale with its node, and the error of a stale handle.
//!
//! Invariants: a handle is good as long as its slot has the generation that the handle was made with, and stays on the
//! thread where it was made.
//!
//! Must not know: the purpose of nodes.

use super::{
    current,
    graph::{
        ids::{Key, NodeId, PlaceId},
        marks::Kind,
    },
    read_error::Disposed,
    runtime::{Content, Node, Runtime},
};
use std::{borrow::Cow, fmt, panic::Location};

/// The untyped part of a handle: the key of its node, and the place where the node was made, for messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Handle {
    pub(super) key: Key,
    place: PlaceId,
}

/// Creates a node that belongs to the current owner.
#[inline(always)]
pub(super) fn create(
    graph: &mut Runtime,
    kind: Kind,
    content: Content,
    place: &'static Location<'static>,
) -> Handle {
    let (owner, place) = (graph.context.owner, graph.names.number(place));
    create_in(graph, owner, kind, content, place)
}

/// Creates a node that belongs to `owner`.
#[inline(always)]
pub(super) fn create_in(
    graph: &mut Runtime,
    owner: NodeId,
    kind: Kind,
    content: Content,
    place: PlaceId,
) -> Handle {
    if matches!(content, Content::Body(_)) {
        graph.renumber_if_due();
    }
    let node = graph.add(kind, content, owner, place);
    if graph.nodes.len() == 1 {
        current::end_with_thread();
    }
    Handle::of(graph, node)
}

impl Handle {
    /// The handle of a new node.
    pub(super) fn of(graph: &Runtime, index: NodeId) -> Self {
        Handle {
            key: graph.key(index),
            place: graph.ownership[index].place,
        }
    }

    #[inline(always)]
    pub(super) fn is_alive(self, graph: &Runtime) -> bool {
        graph.is_alive(self.key)
    }

    /// The node, if it is alive.
    #[inline(always)]
    pub(super) fn get(self, graph: &Runtime) -> Option<&Node> {
        let node = graph.nodes.get(self.key.node)?;
        (node.generation == self.key.generation && !node.marks.is_disposed()).then_some(node)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn check(self, graph: &Runtime, what: &'static str) -> Result<(), Disposed> {
        if self.is_alive(graph) {
            Ok(())
        } else {
            Err(self.disposed(graph, what))
        }
    }

    #[cold]
    pub(super) fn disposed(self, graph: &Runtime, what: &'static str) -> Disposed {
        Disposed::new(what, graph.names.place(self.place))
    }

    pub(super) fn place(self, graph: &Runtime) -> &'static Location<'static> {
        graph.names.place(self.place)
    }

    /// The output of `Debug`.
    pub(super) fn debug(self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = current::with(|cell| {
            let graph = cell.borrow();
            match self.is_alive(&graph) {
                true => graph.describe(self.key.node),
                false => format!("disposed {what} made at {}", self.place(&graph)),
            }
        });
        f.write_str(&text)
    }

    /// Gives the node a name.
    pub(super) fn name(self, name: Cow<'static, str>) {
        current::with(|cell| {
            let mut graph = cell.borrow_mut();
            if self.is_alive(&graph) {
                graph.names.give(self.key.node, name);
            }
        });
    }
}

/// The common traits of all handles: a handle is copied, is compared and hashed by its node, and prints its name.
macro_rules! handle {
    ($handle:ident$(<$($type:ident),*>)?, $what:literal) => {
        impl$(<$($type),*>)? Clone for $handle$(<$($type),*>)? {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl$(<$($type),*>)? Copy for $handle$(<$($type),*>)? {}

        /// Handles are equal when they name the same node.
        impl$(<$($type),*>)? PartialEq for $handle$(<$($type),*>)? {
            fn eq(&self, other: &Self) -> bool {
                self.handle == other.handle
            }
        }

        impl$(<$($type),*>)? Eq for $handle$(<$($type),*>)? {}

        impl$(<$($type),*>)? ::std::hash::Hash for $handle$(<$($type),*>)? {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.handle.hash(state);
            }
        }

        /// Prints the name, or the place where the node was made; never a value.
        impl$(<$($type),*>)? ::std::fmt::Debug for $handle$(<$($type),*>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.handle.debug($what, f)
            }
        }
    };
}
pub(super) use handle;
