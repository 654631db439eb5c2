//! What a type mentions that means something else, or nothing, outside the function it stands in.
//!
//! Invariants: a lifetime that a `for<..>`, a `fn(..)` or a `Fn(..)` brings along belongs to the type.
//!
//! Must not know: which of these a rule forbids.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{BoundLifetimes, GenericParam, Lifetime, Type};

#[derive(Default)]
pub(super) struct Mentions {
    /// The first reference without a lifetime, or `'_`.
    pub(super) elided: Option<TokenStream>,
    /// The first lifetime with a name, other than `'static`.
    pub(super) named: Option<TokenStream>,
    /// The first `impl Trait`.
    pub(super) opaque: Option<TokenStream>,
    /// The lifetimes of the `for<..>` around us.
    bound: Vec<Ident>,
    /// How many `fn(..)` and `Fn(..)` are around us: lifetimes elided in those are their own.
    callables: usize,
}

impl Mentions {
    pub(super) fn of(ty: &Type) -> Self {
        let mut mentions = Mentions::default();
        mentions.visit_type(ty);
        mentions
    }

    pub(super) fn is_empty(&self) -> bool {
        self.elided.is_none() && self.named.is_none() && self.opaque.is_none()
    }

    fn elided(&mut self, node: &impl ToTokens) {
        if self.callables == 0 {
            self.elided.get_or_insert_with(|| node.to_token_stream());
        }
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

impl<'ast> Visit<'ast> for Mentions {
    fn visit_type_reference(&mut self, node: &'ast syn::TypeReference) {
        if node.lifetime.is_none() {
            self.elided(node);
        }
        visit::visit_type_reference(self, node);
    }

    fn visit_lifetime(&mut self, node: &'ast Lifetime) {
        if node.ident == "_" {
            self.elided(node);
        } else if node.ident != "static" && !self.bound.contains(&node.ident) {
            self.named.get_or_insert_with(|| node.to_token_stream());
        }
    }

    fn visit_type_impl_trait(&mut self, node: &'ast syn::TypeImplTrait) {
        self.opaque.get_or_insert_with(|| node.to_token_stream());
        visit::visit_type_impl_trait(self, node);
    }

    fn visit_type_fn_ptr(&mut self, node: &'ast syn::TypeFnPtr) {
        self.callables += 1;
        self.inside(node.lifetimes.as_ref(), |mentions| {
            visit::visit_type_fn_ptr(mentions, node);
        });
        self.callables -= 1;
    }

    fn visit_parenthesized_generic_arguments(
        &mut self,
        node: &'ast syn::ParenthesizedGenericArguments,
    ) {
        self.callables += 1;
        visit::visit_parenthesized_generic_arguments(self, node);
        self.callables -= 1;
    }

    fn visit_trait_bound(&mut self, node: &'ast syn::TraitBound) {
        self.inside(node.lifetimes.as_ref(), |mentions| {
            visit::visit_trait_bound(mentions, node);
        });
    }
}
