//! Facts about a type as it is written.
//!
//! Invariants: a lifetime that a `for<..>` or a `fn(..)` declares belongs to the type, and is no mention.
//!
//! Must not know: the rules.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{BoundLifetimes, GenericParam, Lifetime, Type};

/// The types that every crate can name and that are comparable.
pub(crate) const PRIMITIVES: [&str; 16] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize",
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mention {
    /// A reference without a lifetime, or `'_`.
    Elided,
    /// A lifetime with a name, other than `'static`.
    Named,
    /// `impl Trait`
    Opaque,
    /// `_`
    Inferred,
}

/// A part of a type that has no meaning outside the item in which the user wrote it.
pub(crate) struct Found {
    pub(crate) mention: Mention,
    pub(crate) tokens: TokenStream,
    /// The `&` of a reference, the `impl` of an `impl Trait`; else all tokens.
    pub(crate) head: TokenStream,
    /// It stands in a `fn(..)` or `Fn(..)`, whose elided lifetimes are its own.
    pub(crate) in_callable: bool,
}

/// All mentions in a type, in the order of the text.
pub(crate) fn mentions(ty: &Type) -> Vec<Found> {
    let mut walk = Walk::default();
    walk.visit_type(ty);
    walk.found
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    /// The lifetimes of the `for<..>` around the current type.
    bound: Vec<Ident>,
    /// The number of `fn(..)` and `Fn(..)` around the current type.
    callables: usize,
}

impl Walk {
    fn push(&mut self, mention: Mention, tokens: &impl ToTokens, head: &impl ToTokens) {
        self.found.push(Found {
            mention,
            tokens: tokens.to_token_stream(),
            head: head.to_token_stream(),
            in_callable: self.callables > 0,
        });
    }

    fn inside(&mut self, binder: Option<&BoundLifetimes>, visit: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        for param in binder.iter().flat_map(|binder| &binder.lifetimes) {
            if let GenericParam::Lifetime(param) = param {
                self.bound.push(param.lifetime.ident.clone());
            }
        }
        visit(self);
        self.bound.truncate(outside);
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_type_reference(&mut self, ty: &'ast syn::TypeReference) {
        if ty.lifetime.is_none() {
            self.push(Mention::Elided, ty, &ty.and_token);
        }
        visit::visit_type_reference(self, ty);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident == "_" {
            self.push(Mention::Elided, lifetime, lifetime);
        } else if lifetime.ident != "static" && !self.bound.contains(&lifetime.ident) {
            self.push(Mention::Named, lifetime, lifetime);
        }
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
        self.push(Mention::Opaque, ty, &ty.impl_token);
        visit::visit_type_impl_trait(self, ty);
    }

    fn visit_type_infer(&mut self, ty: &'ast syn::TypeInfer) {
        self.push(Mention::Inferred, ty, ty);
    }

    fn visit_type_fn_ptr(&mut self, ty: &'ast syn::TypeFnPtr) {
        self.callables += 1;
        self.inside(ty.lifetimes.as_ref(), |walk| {
            visit::visit_type_fn_ptr(walk, ty);
        });
        self.callables -= 1;
    }

    fn visit_parenthesized_generic_arguments(
        &mut self,
        arguments: &'ast syn::ParenthesizedGenericArguments,
    ) {
        self.callables += 1;
        visit::visit_parenthesized_generic_arguments(self, arguments);
        self.callables -= 1;
    }

    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        self.inside(bound.lifetimes.as_ref(), |walk| {
            visit::visit_trait_bound(walk, bound);
        });
    }

    /// Array lengths and const arguments hold no types that matter.
    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}
