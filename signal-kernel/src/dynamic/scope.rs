//! Scopes: the owners of nodes.
//!
//! Invariants: a scope is marked as running while a closure is in the scope, so that the scope keeps its slot until the closure
//! returns.
//!
//! Must not know: the owned nodes.

use super::{
    engine::{
        batch, current, dispose,
        handle::{Handle, create},
        runtime::{Content, Runtime},
    },
    graph::{ids::NodeId, marks::Kind},
};
use crate::{panics::FirstPanic, stack};
use std::{cell::RefCell, fmt, panic::Location};

/// Owns every node, effect and fetch that was made inside of [`scope`]; the drop of the `Scope` disposes of them.
///
/// # Panics
///
/// In the drop: with the first panic of a cleanup or a destructor, after all others have run; unless the thread is
/// panicking already.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Scope, Signal, create_effect, scope, signal};
///
/// /// A window, with all that belongs to it.
/// struct Window {
///     title: Signal<String>,
///     _nodes: Scope,
/// }
///
/// let (title, nodes) = scope(|| {
///     let title = signal("untitled".to_owned());
///     create_effect(move || println!("{}", title.get()));
///     title
/// });
/// let window = Window { title, _nodes: nodes };
/// window.title.set("notes.txt".to_owned());
/// drop(window); // nothing is left
/// ```
#[must_use = "dropping a scope disposes of all that was made in it"]
pub struct Scope {
    handle: Handle,
    marker: std::marker::PhantomData<*const ()>,
}

/// Runs `f` and returns its result, with the owner of all nodes that `f` has made.
///
/// A scope that is made inside another scope, an effect or a computed value also belongs to that outer owner: the first
/// of the two to end disposes of the nodes. Reads inside are tracked for the running body around the scope.
/// [`on_cleanup`](crate::on_cleanup) lists the order in which a scope disposes of its nodes.
///
/// # Panics
///
/// If `f` does; the nodes that `f` has made until then are disposed of.
///
/// # Examples
///
/// ```
/// use signal_kernel::{scope, signal};
///
/// let (count, owner) = scope(|| signal(1));
/// count.set(2);
/// drop(owner);
/// assert!(count.try_get().is_err());
/// ```
#[track_caller]
pub fn scope<R>(f: impl FnOnce() -> R) -> (R, Scope) {
    let place = Location::caller();
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        let handle = create(&mut runtime, Kind::Scope, Content::Body(None), place);
        let node = handle.key.node;
        let scope = Scope {
            handle,
            marker: std::marker::PhantomData,
        };
        let owner = OwnerGuard::enter(cell, &mut runtime, node);
        drop(runtime);
        let result = stack::nested(|| cell.borrow().too_deep(node), f); // user code
        drop(owner);
        (result, scope)
    })
}

/// Restores the earlier owner, also after a panic. A scope that was disposed of in the meantime goes with the last
/// closure in the scope.
pub(super) struct OwnerGuard<'a> {
    cell: &'a RefCell<Runtime>,
    scope: NodeId,
    before: NodeId,
    /// An outer closure is in the scope too.
    again: bool,
}

impl<'a> OwnerGuard<'a> {
    /// From here on, `scope` owns new nodes.
    pub(super) fn enter(cell: &'a RefCell<Runtime>, runtime: &mut Runtime, scope: NodeId) -> Self {
        let before = std::mem::replace(&mut runtime.context.owner, scope);
        let again = runtime.marks(scope).is_running();
        runtime.nodes[scope].marks.hold();
        OwnerGuard {
            cell,
            scope,
            before,
            again,
        }
    }
}

impl Drop for OwnerGuard<'_> {
    fn drop(&mut self) {
        let mut runtime = self.cell.borrow_mut();
        runtime.context.owner = self.before;
        if self.again {
            return;
        }
        runtime.nodes[self.scope].marks.end_run();
        if !runtime.marks(self.scope).is_disposed() {
            return;
        }
        drop(runtime);
        let mut panics = FirstPanic::default();
        panics.catch(|| {
            batch::dispose(self.cell, |turn| dispose::finish(turn, self.scope));
        });
        panics.end_drop();
    }
}

impl Scope {
    /// Makes more nodes inside of the scope: the scope owns all that `f` makes. Reads inside are tracked for the
    /// running body.
    ///
    /// # Panics
    ///
    /// If the scope was disposed of by its own owner, and if `f` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{scope, signal};
    ///
    /// let ((), owner) = scope(|| ());
    /// let count = owner.run(|| signal(1));
    /// drop(owner);
    /// assert!(count.try_get().is_err());
    /// ```
    #[track_caller]
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let place = Location::caller();
        current::with(|cell| {
            let alive = self.handle.check(&cell.borrow(), "scope");
            if let Err(error) = alive {
                error.panic_at(place);
            }
            let owner = OwnerGuard::enter(cell, &mut cell.borrow_mut(), self.handle.key.node);
            let result = stack::nested(|| cell.borrow().too_deep(self.handle.key.node), f); // user code
            drop(owner);
            result
        })
    }
}

impl Scope {
    /// The handle, for a type that ends the scope by hand.
    pub(super) fn into_handle(self) -> Handle {
        let handle = self.handle;
        std::mem::forget(self);
        handle
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let handle = self.handle;
        let mut panics = FirstPanic::default();
        panics.catch(|| batch::dispose_node(handle)); // user code
        panics.end_drop();
    }
}

/// Prints where the scope was made.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.debug("scope", f)
    }
}
