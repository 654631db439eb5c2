//! Computed values: each derives from the values that its body reads, and is cached until one of these changes.
//!
//! Invariants: the body runs only when a value that it has read has changed, and a reader or an effect needs the
//! result; a result that is the same by the node's rule is dropped, and the old value stays.
//!
//! Must not know: the need for a value.

use super::{
    engine::{
        access,
        context::UntrackedGuard,
        current,
        handle::{Handle, create, handle},
        read_error::{Disposed, ReadError},
        runtime::{Body, Content, Evaluation, Runtime},
        value::{Value, from_bits, is_primitive, to_bits},
    },
    graph::{
        ids::NodeId,
        marks::{Kind, Marks},
    },
};
use crate::panics::FirstPanic;
use std::{borrow::Cow, cell::RefCell, marker::PhantomData, mem, panic::Location, rc::Rc};

/// A value that derives from other values, is cached, and is computed on demand.
///
/// A handle: `Copy`, and good for as long as the owner of the node lives. The handle stays on its thread, and cannot
/// write.
///
/// # Examples
///
/// ```
/// use signal_kernel::{computed, signal};
///
/// let (price, qty) = (signal(300), signal(2));
/// let total = computed(move || price.get() * qty.get());
/// assert_eq!(total.get(), 600);
/// qty.set(3);
/// assert_eq!(total.get(), 900);
/// ```
pub struct Computed<T> {
    handle: Handle,
    marker: PhantomData<*const T>,
}

/// Makes a computed value. The body runs on the first read, and again when a value that it has read has changed and a
/// reader or an effect needs the result.
///
/// Each run tracks the dependencies anew, so that only the branch that was taken counts. A value that is equal to the
/// one before changes nothing for its readers.
///
/// The node belongs to the [`scope`](crate::scope()), the effect or the computed value that is running. The nodes that
/// its own body makes (signals, effects, cleanups) are disposed of before the next run.
///
/// A value that was read once is brought up to date without recursion, however long the chain below it is. A *first*
/// read goes from body to body, as the dependencies of a body are unknown before its first run. At the end of the
/// thread's stack, the read goes on in memory of its own, so that only memory limits the length of a chain. Such memory
/// needs the feature `grow-stack`, which is on by default. Without the feature, and on wasm, a first read that is too
/// deep panics, with the names of the values: there, read each value of a long chain when it is made.
///
/// # Panics
///
/// Not here. A body that panics makes the value failed: the read that has run the body gets the panic, later reads
/// panic with the name of the value and the text of that panic, and the body is tried again when a value changes that
/// the body has read. [`try_get`](Computed::try_get) returns an error instead. A body that reads itself, or writes a
/// signal, panics with a message that says so. A body that reads a failed value with [`get`](Computed::get) and catches
/// the panic is failed itself.
///
/// # Examples
///
/// ```
/// use signal_kernel::{computed, signal};
///
/// let nick = signal(None);
/// let name = signal("Ada Lovelace");
/// let shown = computed(move || nick.get().unwrap_or_else(|| name.get()));
/// assert_eq!(shown.get(), "Ada Lovelace");
///
/// nick.set(Some("Ada"));
/// assert_eq!(shown.get(), "Ada"); // `name` is not a dependency any more
/// ```
#[track_caller]
pub fn computed<T: PartialEq + 'static>(body: impl FnMut() -> T + 'static) -> Computed<T> {
    make::<_, _, _, false>(body, T::eq, Location::caller())
}

/// Makes a computed value with a rule of its own, which decides whether a new value is the same as the old one.
///
/// The rule gets the old value and the new one. If the rule says that both are the same, the old value stays.
///
/// # Panics
///
/// Not here. A panic of the rule counts as one of the body: see [`computed`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{computed_with, signal};
///
/// let celsius = signal(20.04);
/// let shown = computed_with(move || celsius.get(), |a: &f64, b| (a - b).abs() < 0.1);
/// assert_eq!(shown.get(), 20.04);
/// celsius.set(20.06);
/// assert_eq!(shown.get(), 20.04); // close enough: the old value stays
/// ```
#[track_caller]
pub fn computed_with<T: 'static>(
    body: impl FnMut() -> T + 'static,
    same: impl Fn(&T, &T) -> bool + 'static,
) -> Computed<T> {
    make::<_, _, _, true>(body, same, Location::caller())
}

/// Makes a computed value whose creation is reported at `place`.
pub(super) fn make<T, F, S, const CUSTOM: bool>(
    body: F,
    same: S,
    place: &'static Location<'static>,
) -> Computed<T>
where
    T: 'static,
    F: FnMut() -> T + 'static,
    S: Fn(&T, &T) -> bool + 'static,
{
    let formula = Box::new(ComputedBody::<T, F, S, CUSTOM> {
        body,
        same,
        value: PhantomData,
    });
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        Computed {
            handle: create(
                &mut runtime,
                Kind::Computed,
                Content::Body(Some(formula)),
                place,
            ),
            marker: PhantomData,
        }
    })
}

/// `CUSTOM`: the rule is the user's own, and may run any code.
struct ComputedBody<T, F, S, const CUSTOM: bool> {
    body: F,
    same: S,
    value: PhantomData<fn() -> T>,
}

impl<T, F, S, const CUSTOM: bool> Body for ComputedBody<T, F, S, CUSTOM>
where
    T: 'static,
    F: FnMut() -> T,
    S: Fn(&T, &T) -> bool,
{
    fn compute(&mut self, evaluation: &mut Evaluation<'_>) -> bool {
        let new = (self.body)(); // user code
        self.accept(evaluation, new)
    }

    fn compute_bits(&mut self, cell: &RefCell<Runtime>, old: u64) -> Option<u64> {
        if !is_primitive::<T>() {
            return None;
        }
        let new = (self.body)(); // user code
        self.renewed(cell, old, &new)
    }

    fn end(self: Box<Self>, panics: &mut FirstPanic) {
        panics.discard(self.body); // user code
        panics.discard(self.same); // user code
    }

    fn same(&self, old: &Value, new: &Value) -> bool {
        show(old, |old| show(new, |new| (self.same)(old, new))) // user code
    }
}

// Functions of their own judge the result of a body: bodies call bodies, and unoptimized code should need little stack
// for each of them.
impl<T: 'static, F, S: Fn(&T, &T) -> bool, const CUSTOM: bool> ComputedBody<T, F, S, CUSTOM> {
    #[inline]
    fn renewed(&self, cell: &RefCell<Runtime>, old: u64, new: &T) -> Option<u64> {
        if self.is_same(cell, &Value::Bits(old), new) {
            None
        } else {
            to_bits(new)
        }
    }

    #[inline]
    fn accept(&self, evaluation: &mut Evaluation<'_>, new: T) -> bool {
        if !evaluation.valued {
            evaluation.value = match to_bits(&new) {
                Some(bits) => Value::Bits(bits),
                None => Value::Cell(Rc::new(new)),
            };
            return true;
        }
        let same = if mem::needs_drop::<T>() {
            let mut panics = FirstPanic::default();
            let same = panics.catch(|| self.is_same(evaluation.cell, &evaluation.value, &new)); // user code
            if same.is_none() {
                panics.discard(new); // user code
                panics.resume();
                return false;
            }
            same == Some(true)
        } else {
            self.is_same(evaluation.cell, &evaluation.value, &new)
        };
        if same {
            if mem::needs_drop::<T>() {
                evaluation.finish(false);
                drop(new); // user code
            }
            return false;
        } else if let Some(bits) = to_bits(&new) {
            evaluation.value = Value::Bits(bits);
        } else {
            self.replace(evaluation, new);
        }
        true
    }

    #[inline(always)]
    fn is_same(&self, cell: &RefCell<Runtime>, old: &Value, new: &T) -> bool {
        if !CUSTOM && is_primitive::<T>() {
            return show(old, |old| (self.same)(old, new));
        }
        let _untracked = UntrackedGuard::new(cell);
        show(old, |old| (self.same)(old, new)) // user code
    }

    /// Puts a new value in the place of the old one.
    fn replace(&self, evaluation: &mut Evaluation<'_>, new: T) {
        let unique = match &mut evaluation.value {
            Value::Cell(held) => Rc::get_mut(held).and_then(|held| held.downcast_mut::<T>()),
            Value::Bits(_) => None,
        };
        if let Some(held) = unique {
            let old = mem::replace(held, new);
            if mem::needs_drop::<T>() {
                evaluation.finish(true);
                drop(old); // user code
            }
        } else {
            let old = mem::replace(&mut evaluation.value, Value::Cell(Rc::new(new)));
            evaluation.finish(true);
            drop(old); // user code
        }
    }
}

/// Shows the value in the cell. A handle has the type of its node.
#[inline]
fn show<T: 'static, R>(value: &Value, f: impl FnOnce(&T) -> R) -> R {
    match value {
        Value::Bits(bits) => from_bits(*bits, f),
        Value::Cell(held) => f(held.downcast_ref().expect("a handle knows its type")),
    }
}

impl<T: 'static> Computed<T> {
    /// The value, cloned, brought up to date if need be. The running body depends on the value from now on.
    ///
    /// # Panics
    ///
    /// - If the body panics in this read, with the panic of the body; if the body has panicked before and no dependency
    ///   has changed since, with the name of the value.
    /// - If the value is being computed: with the cycle.
    /// - If the value was disposed of.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{computed, signal};
    ///
    /// let count = signal(1);
    /// let double = computed(move || count.get() * 2);
    /// assert_eq!(double.get(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        match self.read(true, T::clone) {
            Ok(value) => value,
            Err(error) => error.panic(),
        }
    }

    /// As [`get`](Self::get), for a value that cannot always be read: a failure is an error here, and no panic.
    ///
    /// The reading body depends on the value in any case. A failure of the value does not block the reading body: it
    /// runs again when the failure begins or ends. A panic of the body of the value is handed over as the error.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Failed`], if the body panics or has panicked, or depends on a value that is failed.
    /// - [`ReadError::Cycle`], if the value is being computed: this read would close a cycle.
    /// - [`ReadError::Disposed`], if the value was disposed of.
    ///
    /// # Panics
    ///
    /// Only with a panic that is no failure of this value: of a destructor, or of an effect that this read has run.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{ReadError, computed, scope, signal};
    ///
    /// let text = signal("7");
    /// let (number, owner) = scope(|| computed(move || text.get().parse::<u8>().expect("no number")));
    /// let shown = computed(move || number.try_get().map_or("-".to_owned(), |number| number.to_string()));
    /// assert_eq!(shown.get(), "7");
    /// text.set("seven");
    /// assert_eq!(shown.get(), "-");
    /// assert!(matches!(number.try_get(), Err(ReadError::Failed(_))));
    /// drop(owner);
    /// assert!(matches!(number.try_get(), Err(ReadError::Disposed(_))));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_get(&self) -> Result<T, ReadError>
    where
        T: Clone,
    {
        self.try_read(T::clone) // user code
    }

    /// Shows the value to `f` without cloning it. The running body depends on the value from now on.
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{computed, signal};
    ///
    /// let text = signal("to be or not to be");
    /// let words = computed(move || text.get().split(' ').collect::<Vec<_>>());
    /// assert_eq!(words.with(Vec::len), 6);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        match self.read(true, f) {
            Ok(result) => result,
            Err(error) => error.panic(),
        }
    }

    /// As [`with`](Self::with), for a value that cannot always be read: see [`try_get`](Self::try_get).
    ///
    /// # Errors
    ///
    /// As [`try_get`](Self::try_get); `f` is not called then.
    ///
    /// # Panics
    ///
    /// As [`try_get`](Self::try_get), and if `f` does.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{computed, signal};
    ///
    /// let text = signal("to be");
    /// let words = computed(move || {
    ///     let text = text.get();
    ///     assert!(!text.is_empty(), "there is no text");
    ///     text.split(' ').collect::<Vec<_>>()
    /// });
    /// assert_eq!(words.try_with(Vec::len), Ok(2));
    /// text.set("");
    /// assert!(words.try_with(Vec::len).unwrap_err().to_string().ends_with("there is no text"));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_with<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, ReadError> {
        self.try_read(f) // user code
    }

    /// The value, cloned and brought up to date, without a dependency on it.
    ///
    /// # Panics
    ///
    /// As [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{computed, signal};
    ///
    /// let count = signal(1);
    /// let double = computed(move || count.get() * 2);
    /// count.set(2);
    /// assert_eq!(double.peek(), 4);
    /// ```
    #[inline]
    #[track_caller]
    pub fn peek(&self) -> T
    where
        T: Clone,
    {
        match self.read(false, T::clone) {
            Ok(value) => value,
            Err(error) => error.panic(),
        }
    }

    /// Gives the value a name for messages.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::computed;
    ///
    /// let total = computed(|| 7).named("total");
    /// assert_eq!(format!("{total:?}"), "computed `total`");
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.handle.name(name.into());
        self
    }

    pub(super) fn node(&self) -> NodeId {
        self.handle.key.node
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn read<R>(&self, tracked: bool, f: impl FnOnce(&T) -> R) -> Result<R, Disposed> {
        if is_primitive::<T>() {
            match access::bits(self.handle, tracked) {
                Ok(bits) => Ok(from_bits(bits, f)), // user code
                Err(error) => Err(error),
            }
        } else {
            match access::value(self.handle, tracked) {
                Ok(value) => Ok(show(&value, f)), // user code
                Err(error) => Err(error),
            }
        }
    }

    /// Reads as `try_get` does, and shows the value to `f`.
    #[inline(always)]
    fn try_read<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, ReadError> {
        let value = current::with(|cell| {
            let mut runtime = cell.borrow_mut();
            let value = runtime
                .read_fast(self.handle, Marks::NOT_CURRENT, true)?
                .clone();
            runtime.try_last(self.handle.key.node);
            Some(value)
        });
        let value = match value {
            Some(value) => value,
            None => current::with(|cell| {
                let runtime = access::try_up_to_date(cell, self.handle, true)?;
                Ok::<_, ReadError>(runtime.nodes[self.handle.key.node].value.clone())
            })?,
        };
        Ok(show(&value, f)) // user code
    }
}

handle!(Computed<T>, "computed value");
