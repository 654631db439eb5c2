//! The value in a signal's node, and its replacement.
//!
//! Invariants: a write goes to the value in place only while no reader borrows the value; otherwise the reader keeps
//! the old value and the node gets a new cell. In a batch the first write to a signal moves the old value into the undo
//! log, for the end of the batch. The rule of equality stands beside the value, so that handles stay small.
//!
//! Must not know: readers, and the settle.

use super::engine::batch;
use super::{
    engine::{
        current,
        handle::Handle,
        read_error::Disposed,
        runtime::Runtime,
        undo_log::Rule,
        value::{Value, out_of_bits, same_bits, to_bits},
    },
    graph::ids::NodeId,
};
use std::{
    any::Any,
    cell::{RefCell, RefMut},
    mem,
    panic::Location,
    rc::Rc,
};

/// The content of a signal's node.
pub(super) struct SignalCell<T> {
    pub(super) value: T,
    pub(super) same: fn(&T, &T) -> bool,
}

/// Changes a value in place.
#[inline(always)]
pub(super) fn change<T: 'static, R>(value: &mut Value, f: impl FnOnce(&mut T) -> R) -> R {
    match value {
        Value::Bits(bits) => {
            let value = out_of_bits(*bits).expect("it is primitive");
            let mut outside = BitsGuard { value, bits };
            f(&mut outside.value) // user code
        }
        Value::Cell(held) => {
            let held = Rc::get_mut(held).and_then(|held| held.downcast_mut::<SignalCell<T>>());
            f(&mut held.expect("nobody borrows it").value) // user code
        }
    }
}

/// A primitive value during a change: its drop puts the value back into the node, also after a panic.
struct BitsGuard<'a, T: 'static> {
    value: T,
    bits: &'a mut u64,
}

impl<T: 'static> Drop for BitsGuard<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(bits) = to_bits(&self.value) {
            *self.bits = bits;
        }
    }
}

/// The value in its cell. A handle has the type of its node.
#[inline(always)]
pub(super) fn inside<T: 'static>(held: &dyn Any) -> &SignalCell<T> {
    held.downcast_ref().expect("a handle knows its type")
}

#[inline(always)]
pub(super) fn is_same<T: 'static>(held: &dyn Any, value: &T) -> bool {
    let held = inside::<T>(held);
    (held.same)(&held.value, value) // user code
}

pub(super) fn rule<T: 'static>() -> Rule {
    Rule {
        same: |old, new| match (old, new) {
            (&Value::Bits(old), &Value::Bits(new)) => same_bits::<T>(old, new),
            (Value::Cell(old), Value::Cell(new)) => is_same(&**old, &inside::<T>(&**new).value),
            _ => false,
        },
        plain: !mem::needs_drop::<T>(),
    }
}

/// Writes the bits of a value that is not the same.
#[inline(always)]
pub(super) fn set_bits(
    cell: &RefCell<Runtime>,
    mut runtime: RefMut<'_, Runtime>,
    index: NodeId,
    bits: u64,
    rule: Rule,
) {
    if runtime.depth > 0 && !runtime.is_logged(index) {
        let old = runtime.nodes[index].value.take();
        runtime.record(index, Some(old), rule);
    }
    runtime.nodes[index].value = Value::Bits(bits);
    if runtime.change(index) {
        drop(runtime);
        batch::settle_at_rest(cell);
    }
}

/// The content that a write replaces: a value, or a cell that a reader holds.
pub(super) struct Replaced<T> {
    _value: Option<T>,
    _cell: Option<Value>,
}

/// Replaces a value.
#[inline(always)]
pub(super) fn put<T: 'static>(runtime: &mut Runtime, index: NodeId, value: T) -> Replaced<T> {
    let slot = &mut runtime.nodes[index].value;
    if let Value::Cell(cell) = slot {
        let unique = Rc::get_mut(cell).and_then(|held| held.downcast_mut::<SignalCell<T>>());
        if let Some(held) = unique {
            return Replaced {
                _value: Some(mem::replace(&mut held.value, value)),
                _cell: None,
            };
        }
    }
    put_new(slot, value)
}

/// Puts the value into a new cell, for a reader holds the old one.
#[cold]
fn put_new<T: 'static>(slot: &mut Value, value: T) -> Replaced<T> {
    let same = rule_of(slot);
    Replaced {
        _value: None,
        _cell: Some(mem::replace(
            slot,
            Value::Cell(Rc::new(SignalCell { value, same })),
        )),
    }
}

/// The rule that the signal was made with.
fn rule_of<T: 'static>(value: &Value) -> fn(&T, &T) -> bool {
    match value {
        Value::Cell(held) => inside::<T>(&**held).same,
        Value::Bits(_) => |_, _| false,
    }
}

/// Replaces a value in a batch. The undo log keeps the first value that the batch replaces.
pub(super) fn put_in_batch<T: 'static>(
    runtime: &mut Runtime,
    index: NodeId,
    value: T,
) -> Replaced<T> {
    if runtime.is_logged(index) {
        return put(runtime, index, value);
    }
    let old = runtime.nodes[index].value.take();
    let same = rule_of(&old);
    let spare = runtime.log.spare();
    runtime.nodes[index].value = Value::Cell(fill(spare, SignalCell { value, same }));
    runtime.record(index, Some(old), rule::<T>());
    Replaced {
        _value: None,
        _cell: None,
    }
}

/// Puts a value into a spare cell, if the cell is for values of this type.
fn fill<T: 'static>(spare: Option<Rc<dyn Any>>, new: SignalCell<T>) -> Rc<dyn Any> {
    let Some(mut spare) = spare else {
        return Rc::new(new);
    };
    match Rc::get_mut(&mut spare).and_then(|held| held.downcast_mut::<SignalCell<T>>()) {
        Some(held) => {
            *held = new; // the old content needs no drop
            spare
        }
        None => Rc::new(new),
    }
}

/// The value of a signal; tracked if `tracked`.
#[inline(never)]
pub(super) fn signal_value(
    cell: &RefCell<Runtime>,
    handle: Handle,
    tracked: bool,
    place: &Location<'_>,
) -> Result<Value, Disposed> {
    let mut runtime = cell.borrow_mut();
    let Some(node) = handle.get(&runtime) else {
        return Err(handle.disposed(&runtime, "signal"));
    };
    let value = node.value.clone();
    let updating = node.marks.is_updating();
    if tracked {
        runtime.track(handle.key.node);
    }
    drop(runtime);
    if updating {
        being_updated(cell, handle.key.node, place);
    }
    Ok(value)
}

#[cold]
pub(super) fn being_updated(cell: &RefCell<Runtime>, index: NodeId, here: &Location<'_>) -> ! {
    let runtime = cell.borrow();
    let name = runtime.describe(index);
    let at = runtime.updating.iter().rev().find(|it| it.0 == index);
    let at = at.map_or_else(String::new, |(_, at)| format!(" at {at}"));
    drop(runtime);
    panic!("{name} is being updated{at}, and is used at {here}");
}

impl Runtime {
    /// Allows an update in place only while no reader borrows the value, and only if a transaction could undo the
    /// update.
    pub(super) fn may_update(&mut self, index: NodeId, here: &Location<'_>) -> Result<(), String> {
        let node = &mut self.nodes[index];
        let (borrowed, bits) = match &mut node.value {
            Value::Bits(_) => (false, true),
            Value::Cell(held) => (Rc::get_mut(held).is_none(), false),
        };
        let updating = node.marks.is_updating();
        let at = self.reading.iter().rev().find(|it| it.0 == index);
        if updating {
            let at = self.updating.iter().rev().find(|it| it.0 == index);
            let at = at.map_or_else(String::new, |(_, at)| format!(" at {at}"));
            let name = self.describe(index);
            Err(format!("{name} is being updated{at}, and again at {here}"))
        } else if borrowed || at.is_some() {
            let at = at.map_or_else(String::new, |(_, at)| format!(" by the `with` at {at}"));
            let name = self.describe(index);
            Err(format!(
                "{name} is borrowed{at}, and cannot be updated in place at {here}"
            ))
        } else if bits || self.level == 0 || self.is_logged(index) {
            Ok(())
        } else {
            let name = self.describe(index);
            Err(format!(
                "{name} cannot be updated in place in a transaction, at {here}: nothing could undo it; write \
                 a changed copy with `set`"
            ))
        }
    }
}

/// While the guard lives, the signal counts as borrowed by a `with`.
pub(super) struct BorrowGuard;

impl BorrowGuard {
    #[inline(always)]
    pub(super) fn new(index: NodeId, place: &'static Location<'static>) -> Self {
        current::with(|cell| cell.borrow_mut().reading.push((index, place)));
        BorrowGuard
    }
}

impl Drop for BorrowGuard {
    #[inline(always)]
    fn drop(&mut self) {
        current::with(|cell| {
            cell.borrow_mut().reading.pop();
        });
    }
}
