//! Signals: values that callers write.
//!
//! Must not know: readers, the replacement of a value, and the settle.

use super::engine::turn::Turn;
use super::{
    engine::{
        access, current,
        handle::{Handle, create, handle},
        read_error::{Disposed, ReadError},
        runtime::{Content, Runtime},
        value::{Value, from_bits, is_primitive, same_bits, to_bits},
    },
    graph::marks::{Kind, Marks},
    signal_cell::{
        BorrowGuard, SignalCell, being_updated, change, inside, is_same, put, put_in_batch, rule,
        set_bits, signal_value,
    },
};
use crate::panics::FirstPanic;
use std::{borrow::Cow, cell::RefCell, marker::PhantomData, mem, panic::Location, rc::Rc};

/// A value that callers write, and whose readers run again after a change.
///
/// A handle: `Copy`, and good for as long as the owner of the node lives. The handle stays on its thread.
///
/// # Examples
///
/// ```
/// use signal_kernel::{computed, signal};
///
/// let count = signal(1);
/// let double = computed(move || count.get() * 2);
/// count.set(5);
/// assert_eq!(double.get(), 10);
/// ```
pub struct Signal<T> {
    handle: Handle,
    marker: PhantomData<*const T>,
}

/// Makes a signal. The write of a value that is equal to the present one changes nothing.
///
/// The node belongs to the [`scope`](crate::scope()), the effect or the computed value that is running, and ends with
/// this owner; a node without an owner lives as long as its thread.
///
/// `f32` and `f64` are compared by `PartialEq`: `NaN` is never equal to itself, so a write of `NaN` always counts. For
/// another rule, see [`signal_with`].
///
/// # Examples
///
/// ```
/// use signal_kernel::{create_effect, signal};
/// use std::{cell::Cell, rc::Rc};
///
/// let name = signal("Ada".to_owned());
/// let runs = Rc::new(Cell::new(0));
/// create_effect({
///     let runs = runs.clone();
///     move || name.with(|_| runs.set(runs.get() + 1))
/// });
/// name.set("Ada".to_owned()); // equal
/// name.set("Grace".to_owned());
/// assert_eq!(runs.get(), 2);
/// ```
#[track_caller]
pub fn signal<T: PartialEq + 'static>(value: T) -> Signal<T> {
    match to_bits(&value) {
        Some(bits) => make(Value::Bits(bits), Location::caller()),
        None => signal_with(value, T::eq),
    }
}

/// Makes a signal with a rule of its own, which decides whether a new value is the same as the old one.
///
/// The rule gets the old value and the new one. The rule is a plain function: it captures nothing. A rule that always
/// says `false` makes every write count.
///
/// # Examples
///
/// ```
/// use signal_kernel::signal_with;
///
/// let tick = signal_with((), |_, _| false); // every write counts
/// let price = signal_with(1.0, |a: &f64, b| a.total_cmp(b).is_eq());
/// tick.set(());
/// price.set(f64::NAN);
/// ```
#[track_caller]
pub fn signal_with<T: 'static>(value: T, same: fn(&T, &T) -> bool) -> Signal<T> {
    let place = Location::caller();
    make(Value::Cell(Rc::new(SignalCell { value, same })), place)
}

fn make<T>(value: Value, place: &'static Location<'static>) -> Signal<T> {
    current::with(|cell| {
        let mut runtime = cell.borrow_mut();
        Signal {
            handle: create(&mut runtime, Kind::Signal, Content::Value(value), place),
            marker: PhantomData,
        }
    })
}

impl<T: 'static> Signal<T> {
    /// The value, cloned. The running body depends on the signal from now on.
    ///
    /// # Panics
    ///
    /// If the signal was disposed of, or is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::signal;
    ///
    /// assert_eq!(signal(7).get(), 7);
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

    /// As [`get`](Self::get), for a signal that may have been disposed of.
    ///
    /// # Errors
    ///
    /// [`ReadError::Disposed`], if the signal was disposed of.
    ///
    /// # Panics
    ///
    /// If the signal is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{scope, signal};
    ///
    /// let (count, owner) = scope(|| signal(7));
    /// assert_eq!(count.try_get(), Ok(7));
    /// drop(owner);
    /// assert!(count.try_get().is_err());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_get(&self) -> Result<T, ReadError>
    where
        T: Clone,
    {
        Ok(self.read(true, T::clone)?) // user code
    }

    /// Shows the value to `f` without cloning it. The running body depends on the signal from now on.
    ///
    /// Inside of `f`, the signal may be read again and even [`set`](Self::set): `f` keeps seeing the value that it has
    /// got. Only an [`update`](Self::update) has to wait.
    ///
    /// # Panics
    ///
    /// If the signal was disposed of, or is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::signal;
    ///
    /// let names = signal(vec!["Ada", "Grace"]);
    /// assert_eq!(names.with(|names| names.len()), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        match self.show(f) {
            Ok(result) => result,
            Err(error) => error.panic(),
        }
    }

    /// As [`with`](Self::with), for a signal that may have been disposed of.
    ///
    /// # Errors
    ///
    /// [`ReadError::Disposed`], if the signal was disposed of; `f` is not called then.
    ///
    /// # Panics
    ///
    /// If the signal is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{scope, signal};
    ///
    /// let (names, owner) = scope(|| signal(vec!["Ada"]));
    /// assert_eq!(names.try_with(Vec::len), Ok(1));
    /// drop(owner);
    /// assert!(names.try_with(Vec::len).is_err());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_with<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, ReadError> {
        Ok(self.show(f)?) // user code
    }

    /// The value, cloned, without a dependency on the signal.
    ///
    /// # Panics
    ///
    /// If the signal was disposed of, or is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{computed, signal};
    ///
    /// let (a, b) = (signal(1), signal(1));
    /// let sum = computed(move || a.get() + b.peek());
    /// assert_eq!(sum.get(), 2);
    /// b.set(10); // nobody is told
    /// assert_eq!(sum.get(), 2);
    /// a.set(2);
    /// assert_eq!(sum.get(), 12);
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

    /// Writes a value. If the value is not the same as the present one, the graph settles before the call returns:
    /// stale values that effects need are computed, then effects run. Inside a [`batch`](crate::batch) or an effect,
    /// the graph settles at the end of the batch or the round.
    ///
    /// # Panics
    ///
    /// If the signal was disposed of or is being updated, and inside a computed value. A panic of a body that the write
    /// has run goes on when all other bodies have run; the value is written then.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{create_effect, signal};
    ///
    /// let count = signal(1);
    /// create_effect(move || println!("{}", count.get())); // 1
    /// count.set(2); // 2
    /// count.set(2); // an equal value: nothing runs
    /// ```
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) {
        if let Err(error) = self.try_set(value) {
            error.panic();
        }
    }

    /// As [`set`](Self::set), for a signal that may have been disposed of.
    ///
    /// # Errors
    ///
    /// [`Disposed`], if the signal was disposed of; `value` is dropped.
    ///
    /// # Panics
    ///
    /// As [`set`](Self::set).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{scope, signal};
    ///
    /// let (count, owner) = scope(|| signal(1));
    /// assert!(count.try_set(2).is_ok());
    /// drop(owner);
    /// assert!(count.try_set(3).is_err());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_set(&self, value: T) -> Result<(), Disposed> {
        let place = Location::caller();
        current::with(|cell| {
            let runtime = cell.borrow_mut();
            self.handle.check(&runtime, "signal")?;
            if let Err(message) = runtime.may_write(self.handle.key.node) {
                drop(runtime);
                let mut panics = FirstPanic::default();
                panics.discard(value); // user code: a panic of the drop would meet the panic that follows
                panics.swallow();
                panic!("{message}");
            }
            let slot = &runtime.nodes[self.handle.key.node];
            match (&slot.value, to_bits(&value)) {
                (&Value::Bits(old), Some(new)) if !slot.marks.is_updating() => {
                    if !same_bits::<T>(old, new) {
                        set_bits(cell, runtime, self.handle.key.node, new, rule::<T>());
                    }
                    Ok(())
                }
                _ => {
                    drop(runtime);
                    self.set_cell(cell, value, place)
                }
            }
        })
    }

    /// Writes a value that is not kept as bits: the comparison and the drop of the value are user code.
    fn set_cell(
        &self,
        cell: &RefCell<Runtime>,
        value: T,
        place: &'static Location<'static>,
    ) -> Result<(), Disposed> {
        let node = self.handle.key.node;
        let mut turn = Turn::begin(cell);
        let Value::Cell(held) = turn.runtime().nodes[node].value.clone() else {
            drop(turn);
            being_updated(cell, node, place);
        };
        turn.suspend_tracking();
        let same = turn.call(|| is_same(&*held, &value)); // user code
        turn.discard(held); // user code: the comparison may have disposed of the signal
        if same != Some(false) {
            turn.discard(value); // user code
            turn.restore_context();
            turn.end();
            return Ok(());
        }
        turn.restore_context();
        let runtime = turn.runtime();
        if let Err(gone) = self.handle.check(runtime, "signal") {
            turn.discard(value); // user code
            turn.end();
            return Err(gone);
        }
        let gone = if runtime.depth == 0 {
            put(runtime, node, value)
        } else {
            put_in_batch(runtime, node, value)
        };
        if mem::needs_drop::<T>() {
            turn.discard(gone); // user code
            if !self.handle.is_alive(turn.runtime()) {
                turn.end();
                return Ok(());
            }
        }
        access::change(&mut turn, node);
        turn.end();
        Ok(())
    }

    /// Changes the value in place. The call always counts as a change.
    ///
    /// # Panics
    ///
    /// - If the signal was disposed of, is being updated, or is borrowed by a [`with`](Self::with) around this call;
    ///   and inside a computed value.
    /// - Inside a [`transaction`](crate::transaction) that has not [`set`](Self::set) the signal to another value
    ///   before: a rollback would have no old value. Write a changed copy with `set` there. Numbers, `bool`, `char` and
    ///   `()` made with [`signal`] are copied, and may be updated anywhere.
    /// - If `f` panics: the changes of `f` stay, the graph settles, and the panic goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::signal;
    ///
    /// let names = signal(vec!["Ada"]);
    /// names.update(|names| names.push("Grace"));
    /// assert_eq!(names.get(), ["Ada", "Grace"]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn update<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        match self.try_update(f) {
            Ok(result) => result,
            Err(error) => error.panic(),
        }
    }

    /// As [`update`](Self::update), for a signal that may have been disposed of.
    ///
    /// # Errors
    ///
    /// [`Disposed`], if the signal was disposed of; `f` is not called then.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update).
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{scope, signal};
    ///
    /// let (names, owner) = scope(|| signal(vec!["Ada"]));
    /// assert_eq!(names.try_update(|names| names.pop()), Ok(Some("Ada")));
    /// drop(owner);
    /// assert!(names.try_update(|names| names.pop()).is_err());
    /// ```
    #[track_caller]
    pub fn try_update<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Disposed> {
        let place = Location::caller();
        let index = self.handle.key.node;
        current::with(|cell| {
            let mut turn = Turn::begin(cell);
            let runtime = turn.runtime();
            self.handle.check(runtime, "signal")?;
            let refused = runtime
                .may_write(index)
                .and_then(|()| runtime.may_update(index, place));
            if let Err(message) = refused {
                drop(turn);
                panic!("{message}");
            }
            let node = &mut runtime.nodes[index];
            node.marks.begin_update();
            let mut value = node.value.take();
            if runtime.depth > 0 {
                if !runtime.is_logged(index) {
                    let old = match value {
                        Value::Bits(bits) => Some(Value::Bits(bits)),
                        Value::Cell(_) => None,
                    };
                    runtime.record(index, old, rule::<T>());
                }
                runtime.record_always(index);
            }
            runtime.updating.push((index, place));
            let result = turn.call(|| change(&mut value, f)); // user code
            let runtime = turn.runtime();
            runtime.updating.pop();
            if self.handle.is_alive(runtime) {
                let node = &mut runtime.nodes[index];
                node.marks.end_update();
                node.value = value.take();
                access::change(&mut turn, index);
            }
            turn.discard(value); // user code: the signal was disposed of meanwhile
            Ok(turn.end_with(result))
        })
    }

    /// A handle that can only read.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::{ReadSignal, Signal, signal};
    ///
    /// /// Others see how often it was pressed; only we press it.
    /// struct Button {
    ///     presses: Signal<u32>,
    /// }
    ///
    /// impl Button {
    ///     fn presses(&self) -> ReadSignal<u32> {
    ///         self.presses.read_only()
    ///     }
    /// }
    ///
    /// let button = Button { presses: signal(0) };
    /// let presses = button.presses();
    /// button.presses.set(1);
    /// assert_eq!(presses.get(), 1);
    /// ```
    pub fn read_only(&self) -> ReadSignal<T> {
        let Signal { handle, marker } = *self;
        ReadSignal { handle, marker }
    }

    /// Gives the signal a name for messages.
    ///
    /// # Examples
    ///
    /// ```
    /// use signal_kernel::signal;
    ///
    /// let price = signal(3).named("price");
    /// assert_eq!(format!("{price:?}"), "signal `price`");
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.handle.name(name.into());
        self
    }

    /// Shows the value to `f`, which may not update it.
    #[inline(always)]
    #[track_caller]
    fn show<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, Disposed> {
        let place = Location::caller();
        self.read(true, |value| {
            let _reading = BorrowGuard::new(self.handle.key.node, place);
            f(value) // user code
        })
    }

    #[inline(always)]
    #[track_caller]
    fn read<R>(&self, tracked: bool, f: impl FnOnce(&T) -> R) -> Result<R, Disposed> {
        let place = Location::caller();
        let value = current::with(|cell| {
            let mut runtime = cell.borrow_mut();
            let value = runtime.read_fast(self.handle, Marks::UPDATING, tracked)?;
            // Only a custom rule puts a primitive value into a cell; the slow path reads such a value.
            match value {
                Value::Cell(_) if is_primitive::<T>() => None,
                value => Some(value.clone()),
            }
        });
        let value = match value {
            Some(value) => value,
            None => current::with(|cell| signal_value(cell, self.handle, tracked, place))?,
        };
        Ok(match value {
            Value::Bits(bits) => from_bits(bits, f), // user code
            Value::Cell(held) => f(&inside::<T>(&*held).value), // user code
        })
    }
}

/// A signal that can only be read: a handle for code that must not write.
///
/// # Examples
///
/// ```
/// use signal_kernel::signal;
///
/// let count = signal(1);
/// let shown = count.read_only();
/// count.set(2);
/// assert_eq!(shown.get(), 2);
/// ```
pub struct ReadSignal<T> {
    handle: Handle,
    marker: PhantomData<*const T>,
}

impl<T: 'static> ReadSignal<T> {
    #[inline(always)]
    fn signal(&self) -> Signal<T> {
        let ReadSignal { handle, marker } = *self;
        Signal { handle, marker }
    }

    /// As [`Signal::get`].
    ///
    /// # Panics
    ///
    /// As [`Signal::get`].
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(signal_kernel::signal(7).read_only().get(), 7);
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.signal().get()
    }

    /// As [`Signal::try_get`].
    ///
    /// # Errors
    ///
    /// [`ReadError::Disposed`], if the signal was disposed of.
    ///
    /// # Panics
    ///
    /// If the signal is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(signal_kernel::signal(7).read_only().try_get(), Ok(7));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_get(&self) -> Result<T, ReadError>
    where
        T: Clone,
    {
        self.signal().try_get()
    }

    /// As [`Signal::with`].
    ///
    /// # Panics
    ///
    /// As [`Signal::with`].
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(signal_kernel::signal("Ada").read_only().with(|name| name.len()), 3);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        self.signal().with(f)
    }

    /// As [`Signal::try_with`].
    ///
    /// # Errors
    ///
    /// [`ReadError::Disposed`], if the signal was disposed of.
    ///
    /// # Panics
    ///
    /// If the signal is being updated.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(signal_kernel::signal("Ada").read_only().try_with(|name| name.len()), Ok(3));
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_with<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, ReadError> {
        self.signal().try_with(f)
    }

    /// As [`Signal::peek`].
    ///
    /// # Panics
    ///
    /// As [`Signal::peek`].
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(signal_kernel::signal(7).read_only().peek(), 7);
    /// ```
    #[inline]
    #[track_caller]
    pub fn peek(&self) -> T
    where
        T: Clone,
    {
        self.signal().peek()
    }
}

impl<T: 'static> Signal<T> {
    pub(super) fn handle(&self) -> Handle {
        self.handle
    }

    /// Shows the value to `f`, untracked.
    pub(super) fn try_peek_with<R>(&self, f: impl FnOnce(&T) -> R) -> Result<R, Disposed> {
        self.read(false, f)
    }
}

handle!(Signal<T>, "signal");
handle!(ReadSignal<T>, "signal");
