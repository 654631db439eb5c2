//! Revisions: nodes without a value of their own, whose observers run when a caller says that something has changed.
//!
//! Invariants: a revision is a signal of a number; the reason of an invalidation reaches the work that it outdates if
//! the source of the resource, or its `observe`, has read the revision itself. A key has a node only while the key is
//! observed: keys without observers go when their number has doubled, or with their next invalidation. Of user code,
//! only `Hash`, `Eq` and `Clone` of keys run while the table of keys is borrowed.
//!
//! Must not know: the graph.

use super::{
    engine::{
        batch, context::UntrackedGuard, current, read_error::Disposed, read_error::ReadError,
    },
    resource_node,
    scope::{Scope, scope},
    signal::{Signal, signal_with},
};
use crate::{eq, task::status::CancelReason};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
    hash::{Hash, Hasher},
    rc::Rc,
};

/// Something outside of the graph that may change: a table of a database, a file, the rows of a server.
///
/// The read of a revision is a dependency; [`invalidate`](Self::invalidate) lets its observers run. A resource that
/// observes it asks again. A handle: `Copy`, and good for as long as the owner of the node lives.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ResourceOptions, Revision, create_resource_with, settled, signal};
///
/// # futures::executor::block_on(async {
/// let (id, saved) = (signal(1), Revision::new());
/// let (user, meta) = create_resource_with(
///     move || id.get(),
///     |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
///     ResourceOptions::new().observe(move || { saved.get(); }),
/// );
/// settled().await;
/// saved.invalidate("the user was saved");
/// assert!(meta.is_pending());
/// assert_eq!(user.get().as_deref(), Some("user 1")); // kept meanwhile
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Revision {
    mark: Signal<Mark>,
}

/// The value in the node of a revision.
#[derive(Clone, Default)]
struct Mark {
    number: u64,
    /// The reason of the last invalidation.
    reason: Option<CancelReason>,
}

impl Revision {
    /// A revision that nobody has invalidated.
    ///
    /// The node belongs to the [`scope`](crate::scope()), the effect or the computed value that is running, as a
    /// [`signal`](crate::signal) does.
    ///
    /// # Examples
    ///
    /// See [`Revision`].
    #[expect(
        clippy::new_without_default,
        reason = "a node is made: that is to be seen"
    )]
    #[track_caller]
    pub fn new() -> Self {
        Revision {
            mark: signal_with(Mark::default(), |old, new| old.number == new.number),
        }
    }

    /// The number of invalidations so far. The running body depends on the revision from now on.
    ///
    /// # Panics
    ///
    /// If the revision was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Revision, create_effect};
    ///
    /// let file = Revision::new();
    /// create_effect(move || println!("version {} of the file", file.get())); // 0
    /// file.invalidate("written by another program"); // 1
    /// assert_eq!(file.get(), 1);
    /// ```
    #[track_caller]
    pub fn get(&self) -> u64 {
        self.note_reason();
        self.mark.with(|mark| mark.number)
    }

    /// As [`get`](Self::get), for a revision that may have been disposed of.
    ///
    /// # Errors
    ///
    /// [`ReadError::Disposed`], if the revision was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Revision, scope};
    ///
    /// let (file, owner) = scope(Revision::new);
    /// assert_eq!(file.try_get(), Ok(0));
    /// drop(owner);
    /// assert!(file.try_get().is_err());
    /// ```
    pub fn try_get(&self) -> Result<u64, ReadError> {
        self.note_reason();
        self.mark.try_with(|mark| mark.number)
    }

    /// As [`get`](Self::get), but no dependency.
    ///
    /// # Panics
    ///
    /// If the revision was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Revision, computed};
    ///
    /// let file = Revision::new();
    /// let seen = computed(move || file.peek());
    /// assert_eq!(seen.get(), 0);
    /// file.invalidate("written");
    /// assert_eq!((seen.get(), file.peek()), (0, 1));
    /// ```
    #[track_caller]
    pub fn peek(&self) -> u64 {
        self.mark.peek().number
    }

    /// The reason of the last invalidation; `None` before the first. A dependency, as [`get`](Self::get).
    ///
    /// # Panics
    ///
    /// If the revision was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::Revision;
    ///
    /// let file = Revision::new();
    /// assert_eq!(file.reason(), None);
    /// file.invalidate("written");
    /// assert_eq!(file.reason(), Some("written".into()));
    /// ```
    #[track_caller]
    pub fn reason(&self) -> Option<CancelReason> {
        self.note_reason();
        self.mark.with(|mark| mark.reason.clone())
    }

    /// Lets the observers run; inside a [`batch`](crate::batch), at its end, and once for several invalidations. A
    /// failed [`transaction`](crate::transaction) takes the invalidation back.
    ///
    /// Work in flight of a resource that observes the revision is outdated: its [`CancelToken`](crate::CancelToken) is
    /// cancelled with `reason`, if the source of the resource or its `observe` reads the revision itself. If it reads
    /// it by way of a computed value, the reason is [`CancelReason::SourceChanged`].
    ///
    /// # Panics
    ///
    /// If the revision was disposed of, inside a computed value, and as a write to a [`Signal`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{CancelToken, ResourceOptions, Revision, create_resource_with};
    /// use std::{cell::RefCell, future::pending, rc::Rc};
    ///
    /// let (list, tokens) = (Revision::new(), Rc::new(RefCell::new(Vec::new())));
    /// let given = tokens.clone();
    /// create_resource_with(
    ///     || (),
    ///     move |(), token: CancelToken| {
    ///         given.borrow_mut().push(token);
    ///         pending::<Result<(), ()>>()
    ///     },
    ///     ResourceOptions::new().observe(move || { list.get(); }),
    /// );
    /// list.invalidate("a row was added");
    /// assert_eq!(tokens.borrow()[0].reason(), Some("a row was added".into()));
    /// assert_eq!(tokens.borrow()[1].reason(), None);
    /// ```
    #[track_caller]
    pub fn invalidate(&self, reason: impl Into<CancelReason>) {
        let reason = reason.into(); // user code
        let number = self.peek() + 1;
        let reason = Some(reason);
        self.mark.set(Mark { number, reason });
    }

    /// As [`invalidate`](Self::invalidate), for a revision that may have been disposed of.
    ///
    /// # Errors
    ///
    /// If the revision was disposed of.
    ///
    /// # Panics
    ///
    /// Inside a computed value.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Revision, scope};
    ///
    /// let (file, owner) = scope(Revision::new);
    /// assert!(file.try_invalidate("written").is_ok());
    /// drop(owner);
    /// assert!(file.try_invalidate("written").is_err());
    /// ```
    #[track_caller]
    pub fn try_invalidate(&self, reason: impl Into<CancelReason>) -> Result<(), Disposed> {
        let reason = Some(reason.into()); // user code
        let number = self.mark.try_peek_with(|mark| mark.number)? + 1;
        self.mark.try_set(Mark { number, reason })
    }

    /// A handle that can only invalidate, for code that is to know nothing else.
    ///
    /// # Examples
    ///
    /// See [`InvalidationTarget`].
    pub fn target(&self) -> InvalidationTarget {
        let revision = *self;
        InvalidationTarget {
            invalidate: Rc::new(move |reason| revision.try_invalidate(reason)),
        }
    }

    /// Gives the revision a name for messages.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::Revision;
    ///
    /// let file = Revision::new().named("file");
    /// assert_eq!(format!("{file:?}"), "signal `file`");
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.mark.named(name);
        self
    }

    /// Tells the resources that the running body feeds for which reason the body runs.
    fn note_reason(&self) {
        current::with(|cell| {
            let reason = || self.mark.try_peek_with(|mark| mark.reason.clone()).ok()?;
            resource_node::note_reason(cell, self.mark.handle(), reason);
        });
    }
}

/// Prints the name, or the place where the node was made.
impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mark.fmt(f)
    }
}

/// A [`Revision`] for each key: an invalidation of one key concerns the observers of this key alone.
///
/// Keys need not be declared. A key takes memory only while it is observed, up to twice the number of the observed
/// keys in all. An effect observes a key until its next run, if that does not read the key, and so does a computed
/// value or the source of a resource; each of them ends with its owner.
///
/// A handle: `Copy`, and good for as long as the owner of its node lives.
///
/// # Examples
///
/// ```
/// use signal_kernel::{KeyedRevision, ResourceOptions, create_resource_with, settled};
///
/// # futures::executor::block_on(async {
/// let users = KeyedRevision::new();
/// let watch = |id: u32| {
///     create_resource_with(
///         move || id,
///         |id: u32| async move { Ok::<_, String>(format!("user {id}")) },
///         ResourceOptions::new().observe(move || { users.get(&id); }),
///     )
/// };
/// let ((_ada, ada), (_bob, bob)) = (watch(1), watch(2));
/// settled().await;
/// users.invalidate(&1, "Ada was saved");
/// assert!(ada.is_pending() && !bob.is_pending());
/// # });
/// ```
pub struct KeyedRevision<K> {
    keys: Signal<Rc<Keys<K>>>,
}

/// The keys that are observed, or were when the table was swept.
struct Keys<K> {
    table: RefCell<HashMap<K, Revision>>,
    /// The length of the table that calls for a sweep.
    limit: Cell<usize>,
    /// The owner of all revisions: they outlive the body that reads them first.
    owner: Scope,
}

/// The length of a table that is never swept.
const FEW: usize = 8;

impl<K: Eq + Hash + Clone + 'static> KeyedRevision<K> {
    /// Revisions of which no key was invalidated.
    ///
    /// The node belongs to the [`scope`](crate::scope()), the effect or the computed value that is running, as a
    /// [`signal`](crate::signal) does.
    ///
    /// # Examples
    ///
    /// See [`KeyedRevision`].
    #[expect(
        clippy::new_without_default,
        reason = "a node is made: that is to be seen"
    )]
    #[track_caller]
    pub fn new() -> Self {
        let keys = Rc::new(Keys {
            table: RefCell::default(),
            limit: Cell::new(FEW),
            owner: scope(|| ()).1,
        });
        KeyedRevision {
            keys: signal_with(keys, eq::same_rc),
        }
    }

    /// The number of invalidations of this key since it is observed. The running body depends on the key from now on.
    ///
    /// # Panics
    ///
    /// If the revisions were disposed of. With the panic of `Hash`, `Eq` or `Clone` of the key.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{KeyedRevision, create_effect};
    ///
    /// let files = KeyedRevision::new();
    /// create_effect(move || println!("{} writes to a.txt", files.get(&"a.txt"))); // 0
    /// files.invalidate(&"b.txt", "saved"); // nothing runs
    /// files.invalidate(&"a.txt", "saved"); // 1
    /// assert_eq!(files.get(&"a.txt"), 1);
    /// ```
    #[track_caller]
    pub fn get(&self, key: &K) -> u64 {
        self.keys.peek().observed(key).map_or(0, |it| it.get())
    }

    /// As [`get`](Self::get), for revisions that may have been disposed of.
    ///
    /// # Errors
    ///
    /// [`ReadError::Disposed`], if the revisions were disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{KeyedRevision, scope};
    ///
    /// let (files, owner) = scope(KeyedRevision::new);
    /// assert_eq!(files.try_get(&"a.txt"), Ok(0));
    /// drop(owner);
    /// assert!(files.try_get(&"a.txt").is_err());
    /// ```
    pub fn try_get(&self, key: &K) -> Result<u64, ReadError> {
        let keys = self.keys()?;
        keys.observed(key).map_or(Ok(0), |it| it.try_get())
    }

    /// As [`get`](Self::get), but no dependency.
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{KeyedRevision, create_effect};
    ///
    /// let files = KeyedRevision::new();
    /// create_effect(move || { files.get(&"a.txt"); });
    /// files.invalidate(&"a.txt", "saved");
    /// assert_eq!((files.peek(&"a.txt"), files.peek(&"b.txt")), (1, 0));
    /// ```
    #[track_caller]
    pub fn peek(&self, key: &K) -> u64 {
        self.keys.peek().known(key).map_or(0, |it| it.peek())
    }

    /// The reason of the last invalidation of this key since it is observed. A dependency, as [`get`](Self::get).
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{KeyedRevision, create_effect};
    ///
    /// let files = KeyedRevision::new();
    /// create_effect(move || println!("{:?}", files.reason(&"a.txt"))); // None
    /// files.invalidate(&"a.txt", "saved"); // Some(Manual("saved"))
    /// assert_eq!(files.reason(&"a.txt"), Some("saved".into()));
    /// ```
    #[track_caller]
    pub fn reason(&self, key: &K) -> Option<CancelReason> {
        self.keys.peek().observed(key)?.reason()
    }

    /// Lets the observers of this key run, as [`Revision::invalidate`]. Without an observer nothing happens.
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get), and as [`Revision::invalidate`].
    ///
    /// # Examples
    ///
    /// See [`KeyedRevision`].
    #[track_caller]
    pub fn invalidate(&self, key: &K, reason: impl Into<CancelReason>) {
        if let Err(error) = self.try_invalidate(key, reason) {
            error.panic();
        }
    }

    /// As [`invalidate`](Self::invalidate), for revisions that may have been disposed of.
    ///
    /// # Errors
    ///
    /// If the revisions were disposed of.
    ///
    /// # Panics
    ///
    /// Inside a computed value.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{KeyedRevision, scope};
    ///
    /// let (files, owner) = scope(KeyedRevision::new);
    /// assert!(files.try_invalidate(&"a.txt", "saved").is_ok());
    /// drop(owner);
    /// assert!(files.try_invalidate(&"a.txt", "saved").is_err());
    /// ```
    #[track_caller]
    pub fn try_invalidate(&self, key: &K, reason: impl Into<CancelReason>) -> Result<(), Disposed> {
        let keys = self.keys()?;
        resource_node::assert_may_write(self.keys.handle().key.node);
        let Some(revision) = keys.known(key) else {
            return Ok(());
        };
        if revision.is_observed() {
            return revision.try_invalidate(reason);
        }
        let gone = keys.table.borrow_mut().remove_entry(key);
        if let Some((key, revision)) = gone {
            batch::dispose_node(revision.mark.handle());
            drop(key); // user code
        }
        Ok(())
    }

    /// A handle that can only invalidate this key.
    ///
    /// # Examples
    ///
    /// See [`InvalidationTarget`].
    pub fn target(&self, key: K) -> InvalidationTarget {
        let revisions = *self;
        InvalidationTarget {
            invalidate: Rc::new(move |reason| revisions.try_invalidate(&key, reason)),
        }
    }

    /// The number of keys that are observed. Frees the memory of the others.
    ///
    /// # Panics
    ///
    /// If the revisions were disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{KeyedRevision, create_effect};
    ///
    /// let files = KeyedRevision::new();
    /// let effect = create_effect(move || { files.get(&"a.txt"); });
    /// assert_eq!(files.observed_keys(), 1);
    /// effect.dispose();
    /// assert_eq!(files.observed_keys(), 0);
    /// ```
    #[track_caller]
    pub fn observed_keys(&self) -> usize {
        let keys = self.keys.peek();
        keys.sweep();
        keys.table.borrow().len()
    }

    /// Gives the revisions a name for messages.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::KeyedRevision;
    ///
    /// let files = KeyedRevision::<&str>::new().named("files");
    /// assert_eq!(format!("{files:?}"), "signal `files`");
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.keys.named(name);
        self
    }

    fn keys(&self) -> Result<Rc<Keys<K>>, Disposed> {
        self.keys.try_peek_with(Rc::clone)
    }
}

impl<K: Eq + Hash + Clone + 'static> Keys<K> {
    /// The revision of a key, if the key has one.
    fn known(&self, key: &K) -> Option<Revision> {
        self.table.borrow().get(key).copied() // user code
    }

    /// The revision of a key; a body that tracks its reads makes it.
    fn observed(&self, key: &K) -> Option<Revision> {
        let known = self.known(key);
        let tracks = current::with(|cell| cell.borrow().context.observer.node.is_some());
        if known.is_some() || !tracks {
            return known;
        }
        if self.table.borrow().len() >= self.limit.get() {
            self.sweep();
        }
        let key = key.clone(); // user code
        let made = current::with(|cell| {
            let _untracked = UntrackedGuard::new(cell);
            self.owner.run(Revision::new)
        });
        self.table.borrow_mut().insert(key, made); // user code
        Some(made)
    }

    /// Takes the keys out that nobody observes.
    fn sweep(&self) {
        let mut table = self.table.borrow_mut();
        let unobserved = table.iter().filter(|(_, it)| !it.is_observed());
        let unobserved: Vec<K> = unobserved.map(|(key, _)| key.clone()).collect(); // user code
        let gone = unobserved.iter().map(|key| table.remove_entry(key)); // user code
        let gone: Vec<_> = gone.collect();
        self.limit.set(FEW.max(table.len() * 2));
        drop(table);
        for (_, revision) in gone.iter().flatten() {
            batch::dispose_node(revision.mark.handle());
        }
        drop((gone, unobserved)); // user code
    }
}

impl Revision {
    fn is_observed(&self) -> bool {
        current::with(|cell| cell.borrow().is_observed(self.mark.handle().key))
    }
}

impl<K> Clone for KeyedRevision<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for KeyedRevision<K> {}

/// Handles are equal when they name the same node.
impl<K> PartialEq for KeyedRevision<K> {
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys
    }
}

impl<K> Eq for KeyedRevision<K> {}

impl<K> Hash for KeyedRevision<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.keys.hash(state);
    }
}

/// Prints the name, or the place where the node was made.
impl<K> fmt::Debug for KeyedRevision<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keys.fmt(f)
    }
}

/// A revision, or a key of one, for code that only invalidates: the code that saves need not know who reads.
///
/// # Examples
///
/// ```
/// use signal_kernel::{InvalidationTarget, KeyedRevision, ResourceOptions, Revision};
/// use signal_kernel::{create_effect, create_manual_resource_with};
///
/// fn saving(outdates: Vec<InvalidationTarget>) -> ResourceOptions<usize, String> {
///     ResourceOptions::new().on_success(move |_| {
///         outdates.iter().for_each(|target| target.invalidate("saved"));
///     })
/// }
///
/// # futures::executor::block_on(async {
/// let (list, users) = (Revision::new(), KeyedRevision::new());
/// create_effect(move || println!("list {}, user 1 {}", list.get(), users.get(&1))); // list 0, user 1 0
/// let save = create_manual_resource_with(
///     |text: String| async move { Ok(text.len()) },
///     saving(vec![list.target(), users.target(1)]),
/// );
/// save.run("Ada".to_owned()).await; // list 1, user 1 1
/// assert_eq!((list.get(), users.get(&1)), (1, 1));
/// # });
/// ```
#[derive(Clone)]
pub struct InvalidationTarget {
    invalidate: Rc<dyn Fn(CancelReason) -> Result<(), Disposed>>,
}

impl InvalidationTarget {
    /// As [`Revision::invalidate`].
    ///
    /// # Panics
    ///
    /// As [`Revision::invalidate`].
    ///
    /// # Examples
    ///
    /// See [`InvalidationTarget`].
    #[track_caller]
    pub fn invalidate(&self, reason: impl Into<CancelReason>) {
        if let Err(error) = self.try_invalidate(reason) {
            error.panic();
        }
    }

    /// As [`Revision::try_invalidate`].
    ///
    /// # Errors
    ///
    /// If the revision was disposed of.
    ///
    /// # Panics
    ///
    /// Inside a computed value.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{Revision, scope};
    ///
    /// let (target, owner) = scope(|| Revision::new().target());
    /// assert!(target.try_invalidate("saved").is_ok());
    /// drop(owner);
    /// assert!(target.try_invalidate("saved").is_err());
    /// ```
    pub fn try_invalidate(&self, reason: impl Into<CancelReason>) -> Result<(), Disposed> {
        (self.invalidate)(reason.into())
    }
}

impl fmt::Debug for InvalidationTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidationTarget").finish_non_exhaustive()
    }
}
