//! The errors of reads and of handles: a node is disposed of, is failed, or would depend on itself.
//!
//! Must not know: the graph.

use std::{any::Any, error::Error, fmt, panic::Location, sync::Arc};

/// The reason for which a node cannot be read: the error of [`Computed::try_get`](crate::Computed::try_get) and of all
/// other reads whose names begin with `try_`.
///
/// A failed dependency does not block a body that reads it in such a way: the body gets the error as a value, and
/// runs again when the failure begins or ends, or when its cause changes.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ReadError, computed, signal};
///
/// let divisor = signal(2);
/// let quotient = computed(move || {
///     let divisor = divisor.get();
///     assert!(divisor != 0, "division by zero");
///     10 / divisor
/// })
/// .named("quotient");
/// let shown = computed(move || match quotient.try_get() {
///     Ok(quotient) => quotient.to_string(),
///     Err(ReadError::Failed(failure)) => failure.cause().unwrap_or("failed").to_owned(),
///     Err(error) => error.to_string(),
/// });
/// assert_eq!(shown.get(), "5");
/// divisor.set(0);
/// assert_eq!(shown.get(), "division by zero");
/// divisor.set(5);
/// assert_eq!(shown.get(), "2");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The node was disposed of.
    Disposed(Disposed),
    /// The body of the node, or of a dependency of it, has panicked.
    Failed(NodeFailure),
    /// The node is being computed: the read would close a cycle.
    Cycle(Cycle),
}

/// A computed value is failed: its body has panicked, or depends on a value that is failed.
///
/// # Examples
///
/// ```
/// use signal_kernel::{ReadError, computed};
///
/// let half = computed(|| -> u32 { panic!("5 is odd") }).named("half");
/// let quarter = computed(move || half.get() / 2).named("quarter");
/// let Err(ReadError::Failed(failure)) = quarter.try_get() else { unreachable!() };
/// assert_eq!(failure.node(), "computed `quarter`");
/// assert_eq!(failure.culprit(), "computed `half`");
/// assert_eq!(failure.cause(), Some("5 is odd"));
/// assert_eq!(
///     failure.to_string(),
///     "computed `quarter` panicked: it depends on computed `half`, which did: 5 is odd"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NodeFailure(Arc<Reason>);

#[derive(PartialEq, Eq)]
struct Reason {
    node: String,
    /// Another node, from whose panic the failure comes.
    culprit: Option<String>,
    cause: Option<Arc<str>>,
}

impl NodeFailure {
    pub(crate) fn new(node: String, culprit: Option<String>, cause: Option<Arc<str>>) -> Self {
        NodeFailure(Arc::new(Reason {
            node,
            culprit,
            cause,
        }))
    }

    /// The node that was read: its kind, and its name or the place where it was made.
    ///
    /// # Examples
    ///
    /// See [`NodeFailure`].
    pub fn node(&self) -> &str {
        &self.0.node
    }

    /// The node whose body has panicked: the node that was read, or one of its dependencies.
    ///
    /// # Examples
    ///
    /// See [`NodeFailure`].
    pub fn culprit(&self) -> &str {
        self.0.culprit.as_deref().unwrap_or(&self.0.node)
    }

    /// The text of the panic. `None` if its payload was neither a `&str` nor a `String`.
    ///
    /// # Examples
    ///
    /// See [`NodeFailure`].
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for NodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason {
            node,
            culprit,
            cause,
        } = &*self.0;
        write!(f, "{node} panicked")?;
        if let Some(culprit) = culprit {
            write!(f, ": it depends on {culprit}, which did")?;
        }
        match cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for NodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeFailure({self})")
    }
}

impl Error for NodeFailure {}

/// Values depend on each other in a circle, and a read would close the circle.
///
/// # Examples
///
/// ```
/// use signal_kernel::{Computed, ReadError, computed};
/// use std::{cell::Cell, rc::Rc};
///
/// let first: Rc<Cell<Option<Computed<String>>>> = Rc::default();
/// let b = computed({
///     let first = first.clone();
///     move || match first.get().unwrap().try_get() {
///         Err(ReadError::Cycle(cycle)) => cycle.nodes().collect::<Vec<_>>().join(", "),
///         other => format!("{other:?}"),
///     }
/// })
/// .named("b");
/// let a = computed(move || b.get()).named("a");
/// first.set(Some(a));
/// assert_eq!(a.get(), "`a`, `b`");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Cycle(Arc<Path>);

#[derive(PartialEq, Eq)]
struct Path {
    nodes: Vec<String>,
    text: String,
}

impl Cycle {
    /// The nodes of the cycle, each once, by name or by the place where the node was made. Each node depends on the
    /// next one, and the last node on the first.
    ///
    /// # Examples
    ///
    /// See [`Cycle`].
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.0.nodes.iter().map(String::as_str)
    }

    pub(crate) fn new(nodes: Vec<String>, text: String) -> Self {
        Cycle(Arc::new(Path { nodes, text }))
    }

    /// The panic of a read that has closed this cycle.
    pub(crate) fn payload(&self) -> Box<dyn Any + Send> {
        Box::new(self.0.text.clone())
    }

    pub(crate) fn is(&self, payload: &(dyn Any + Send)) -> bool {
        payload.downcast_ref::<String>() == Some(&self.0.text)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl fmt::Debug for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cycle({self})")
    }
}

impl Error for Cycle {}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Disposed(error) => error.fmt(f),
            ReadError::Failed(error) => error.fmt(f),
            ReadError::Cycle(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Disposed(error) => error.fmt(f),
            ReadError::Failed(error) => error.fmt(f),
            ReadError::Cycle(error) => error.fmt(f),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ReadError::Disposed(error) => Some(error),
            ReadError::Failed(error) => Some(error),
            ReadError::Cycle(error) => Some(error),
        }
    }
}

impl From<Disposed> for ReadError {
    fn from(error: Disposed) -> Self {
        ReadError::Disposed(error)
    }
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
    pub(crate) fn new(what: &'static str, made: &'static Location<'static>) -> Self {
        Disposed { what, made }
    }

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
    pub(crate) fn panic(self) -> ! {
        self.panic_at(Location::caller())
    }

    /// As `Disposed::panic`, for closures, which do not know their caller.
    pub(crate) fn panic_at(self, place: &Location<'_>) -> ! {
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
