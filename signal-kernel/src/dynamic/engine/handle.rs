//! The common part of all handles: an index that goes stale with its node, and the error of a stale handle.
//!
//! Invariants: a handle is good as long as its slot has the generation that the handle was made with, and stays on the
//! thread where it was made.
//!
//! Must not know: the purpose of nodes.

use super::{
    current,
    read_error::Disposed,
    runtime::{Content, Node, Runtime},
};
use crate::dynamic::graph::{
    ids::{Key, NodeId, PlaceId},
    marks::Kind,
};
use std::{borrow::Cow, fmt, panic::Location};

/// The untyped part of a handle: the key of its node, and the place where the node was made, for messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Handle {
    pub(crate) key: Key,
    place: PlaceId,
}

/// Creates a node that belongs to the current owner.
#[inline(always)]
pub(crate) fn create(
    runtime: &mut Runtime,
    kind: Kind,
    content: Content,
    place: &'static Location<'static>,
) -> Handle {
    let (owner, place) = (runtime.context.owner, runtime.names.number(place));
    create_in(runtime, owner, kind, content, place)
}

/// Creates a node that belongs to `owner`.
#[inline(always)]
pub(crate) fn create_in(
    runtime: &mut Runtime,
    owner: NodeId,
    kind: Kind,
    content: Content,
    place: PlaceId,
) -> Handle {
    if matches!(content, Content::Body(_)) {
        runtime.renumber_if_due();
    }
    let node = runtime.add(kind, content, owner, place);
    if runtime.nodes.len() == 1 {
        current::end_with_thread();
    }
    Handle::of(runtime, node)
}

impl Handle {
    /// The handle of a new node.
    pub(crate) fn of(runtime: &Runtime, index: NodeId) -> Self {
        Handle {
            key: runtime.key(index),
            place: runtime.ownership[index].place,
        }
    }

    #[inline(always)]
    pub(crate) fn is_alive(self, runtime: &Runtime) -> bool {
        runtime.is_alive(self.key)
    }

    /// The node, if it is alive.
    #[inline(always)]
    pub(crate) fn get(self, runtime: &Runtime) -> Option<&Node> {
        let node = runtime.nodes.get(self.key.node)?;
        (node.generation == self.key.generation && !node.marks.is_disposed()).then_some(node)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn check(self, runtime: &Runtime, what: &'static str) -> Result<(), Disposed> {
        if self.is_alive(runtime) {
            Ok(())
        } else {
            Err(self.disposed(runtime, what))
        }
    }

    #[cold]
    pub(crate) fn disposed(self, runtime: &Runtime, what: &'static str) -> Disposed {
        Disposed::new(what, runtime.names.place(self.place))
    }

    pub(crate) fn place(self, runtime: &Runtime) -> &'static Location<'static> {
        runtime.names.place(self.place)
    }

    /// The output of `Debug`.
    pub(crate) fn debug(self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = current::with(|cell| {
            let runtime = cell.borrow();
            if self.is_alive(&runtime) {
                runtime.describe(self.key.node)
            } else {
                format!("disposed {what} made at {}", self.place(&runtime))
            }
        });
        f.write_str(&text)
    }

    /// Gives the node a name.
    pub(crate) fn name(self, name: Cow<'static, str>) {
        current::with(|cell| {
            let mut runtime = cell.borrow_mut();
            if self.is_alive(&runtime) {
                runtime.names.give(self.key.node, name);
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
pub(crate) use handle;
