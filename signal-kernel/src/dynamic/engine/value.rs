//! The content of a node: a shared cell for a value of any type, or the bits of a primitive value.
//!
//! The node itself keeps a value of a primitive type: a read counts no references and checks no type, since the
//! compiler knows both. All other values are behind a reference count, so that a reader can hold one while the node
//! gets another.
//!
//! Invariants: bits are only ever read as the type that they were made from, for the handle has that type; a custom
//! rule of equality puts a signal's value into a cell.
//!
//! Must not know: nodes.

use std::{
    any::{Any, TypeId},
    rc::Rc,
};

/// 16 bytes, like the `Rc` alone.
#[derive(Clone)]
pub(crate) enum Value {
    Bits(u64),
    Cell(Rc<dyn Any>),
}

impl Default for Value {
    #[inline(always)]
    fn default() -> Self {
        Value::NONE
    }
}

impl Value {
    /// The content of an empty node.
    pub(crate) const NONE: Value = Value::Bits(0);

    /// The bits of a value that is kept as bits.
    #[inline(always)]
    pub(crate) fn bits(&self) -> u64 {
        match *self {
            Value::Bits(bits) => bits,
            Value::Cell(_) => unreachable!("a value of a primitive type is kept as bits"),
        }
    }

    /// Takes the content out.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Value {
        std::mem::replace(self, Value::NONE)
    }
}

/// Defines the functions for primitive types, with a comparison for each type. For a known type the compiler decides
/// all comparisons but one.
macro_rules! primitives {
    ($raw:ident; $($type:ty: $bits:ident => $to:expr, $from:expr;)*) => {
        /// The bits of a value of a primitive type.
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) fn to_bits<T: 'static>(value: &T) -> Option<u64> {
            $(if TypeId::of::<T>() == TypeId::of::<$type>() {
                let &$bits = (value as &dyn Any).downcast_ref::<$type>()?;
                return Some($to);
            })*
            None
        }

        /// The value of these bits. A debug build compiles it once for each type, not into each reader.
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) fn out_of_bits<T: 'static>($raw: u64) -> Option<T> {
            let mut out: Option<T> = None;
            $(if TypeId::of::<T>() == TypeId::of::<$type>() {
                let slot = (&mut out as &mut dyn Any).downcast_mut::<Option<$type>>()?;
                *slot = Some($from);
            })*
            out
        }

        /// Are these the bits of equal values, by `PartialEq`?
        #[inline(always)]
        pub(crate) fn same_bits<T: 'static>(old: u64, new: u64) -> bool {
            $(if TypeId::of::<T>() == TypeId::of::<$type>() {
                return from_bits(old, |old: &$type| from_bits(new, |new: &$type| old == new));
            })*
            old == new
        }

        /// Is this a primitive type?
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) fn is_primitive<T: 'static>() -> bool {
            $(TypeId::of::<T>() == TypeId::of::<$type>())||*
        }
    };
}

/// Shows the value of these bits to `f`. It has no comparisons of its own: rustc compiles it for each `f`.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn from_bits<T: 'static, R>(raw: u64, f: impl FnOnce(&T) -> R) -> R {
    let value = out_of_bits(raw).expect("only values of primitive types are kept as bits");
    f(&value)
}

primitives! { raw;
    i64: v => v as u64, raw as i64;
    u64: v => v, raw;
    usize: v => v as u64, raw as usize;
    isize: v => v as u64, raw as isize;
    i32: v => v as u64, raw as i32;
    u32: v => u64::from(v), raw as u32;
    f64: v => v.to_bits(), f64::from_bits(raw);
    f32: v => u64::from(v.to_bits()), f32::from_bits(raw as u32);
    bool: v => u64::from(v), raw != 0;
    i16: v => v as u64, raw as i16;
    u16: v => u64::from(v), raw as u16;
    i8: v => v as u64, raw as i8;
    u8: v => u64::from(v), raw as u8;
    char: v => u64::from(u32::from(v)), char::from_u32(raw as u32).unwrap_or_default();
    (): _unit => 0, ();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_as_large_as_a_shared_cell() {
        assert_eq!(size_of::<Value>(), size_of::<Rc<dyn Any>>());
    }

    fn there_and_back<T: Copy + PartialEq + std::fmt::Debug + 'static>(values: &[T]) {
        assert!(is_primitive::<T>());
        for &value in values {
            let bits = to_bits(&value).expect("a primitive type");
            assert_eq!(from_bits(bits, |back: &T| *back), value);
            assert!(same_bits::<T>(bits, bits));
        }
    }

    #[test]
    fn every_primitive_type_comes_back_as_it_was() {
        there_and_back(&[i64::MIN, -1, 0, i64::MAX]);
        there_and_back(&[0, u64::MAX]);
        there_and_back(&[0, usize::MAX]);
        there_and_back(&[isize::MIN, -1, isize::MAX]);
        there_and_back(&[i32::MIN, -1, i32::MAX]);
        there_and_back(&[0, u32::MAX]);
        there_and_back(&[f64::MIN, -0.5, f64::INFINITY]);
        there_and_back(&[f32::MIN, -0.5, f32::INFINITY]);
        there_and_back(&[true, false]);
        there_and_back(&[i16::MIN, -1, i16::MAX]);
        there_and_back(&[0, u16::MAX]);
        there_and_back(&[i8::MIN, -1, i8::MAX]);
        there_and_back(&[0, u8::MAX]);
        there_and_back(&['\0', 'é', char::MAX]);
        there_and_back(&[()]);
    }

    #[test]
    fn floats_are_compared_as_floats() {
        let bits = |value: f64| to_bits(&value).expect("a primitive type");
        assert!(same_bits::<f64>(bits(0.0), bits(-0.0)));
        assert!(!same_bits::<f64>(bits(f64::NAN), bits(f64::NAN)));
    }

    #[test]
    fn other_types_have_no_bits() {
        assert!(!is_primitive::<String>() && to_bits(&"text").is_none());
    }
}
