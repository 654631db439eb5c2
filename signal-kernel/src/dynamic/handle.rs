//! The common part of all handles: an index that goes stale with its node, and the error of a stale handle.
//!
//! Invariants: a handle is good as long as its slot has the generation that the handle was made with, and stays on the
//! thread where it was made.
//!
//! Must not know: the purpose of nodes.

use super::{
    access, batch, dispose,
    graph::ids::{Key, NodeId, PlaceId},
    graph::marks::Kind,
    runtime::{Content, Node, Runtime},
};
use std::{borrow::Cow, error::Error, fmt, panic::Location};

/// The untyped part of a handle: the key of its node, and the place where the node was made, for messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Handle {
    pub(super) key: Key,
    place: PlaceId,
}

/// The node was disposed of: its owner (a scope, an effect or a computed value) has ended.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Disposed, scope, signal};
///
/// let (count, owner) = scope(|| signal(1));
/// assert_eq!(count.try_set(2), Ok(()));
///
/// drop(owner);
/// let error: Disposed = count.try_set(3).unwrap_err();
/// assert!(error.to_string().ends_with("was disposed of"), "{error}");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Disposed {
    what: &'static str,
    made: &'static Location<'static>,
}

impl Disposed {
    /// The place where the node was made.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{scope, signal};
    ///
    /// let (count, owner) = scope(|| signal(1));
    /// drop(owner);
    /// let made_at = count.try_set(2).unwrap_err().made_at();
    /// println!("{}:{}", made_at.file(), made_at.line());
    /// ```
    pub fn made_at(&self) -> &'static Location<'static> {
        self.made
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(super) fn panic(self) -> ! {
        self.panic_at(Location::caller())
    }

    /// As `Disposed::panic`, for closures, which do not know their caller.
    pub(super) fn panic_at(self, place: &Location<'_>) -> ! {
        panic!("{self}, and is used at {place}")
    }
}

impl fmt::Display for Disposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Disposed { what, made } = self;
        write!(f, "a {what} made at {made} was disposed of")
    }
}

impl fmt::Debug for Disposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disposed({} made at {})", self.what, self.made)
    }
}

impl Error for Disposed {}

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
        access::end_with_thread();
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
        let made = graph.names.place(self.place);
        Disposed { what, made }
    }

    pub(super) fn place(self, graph: &Runtime) -> &'static Location<'static> {
        graph.names.place(self.place)
    }

    /// The output of `Debug`.
    pub(super) fn debug(self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = access::with(|cell| {
            let graph = cell.borrow();
            match self.is_alive(&graph) {
                true => graph.describe(self.key.node),
                false => format!("disposed {what} made at {}", self.place(&graph)),
            }
        });
        f.write_str(&text)
    }

    /// Disposes of the node; a second call does nothing.
    pub(super) fn dispose(self) {
        access::with(|cell| {
            if self.is_alive(&cell.borrow()) {
                batch::dispose(cell, |panics| dispose::node(cell, self.key.node, panics));
            }
        });
    }

    /// Gives the node a name.
    pub(super) fn name(self, name: Cow<'static, str>) {
        access::with(|cell| {
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
