//! SK020: the types in a struct own their values and have a name.
//!
//! Invariants: a type that is refused is replaced by one that rustc accepts, so that it is one error.
//!
//! Must not know: bodies.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{BoundLifetimes, GenericParam, Generics, Lifetime, Type};

use crate::errors::Errors;

pub(crate) fn generics(generics: &Generics, errors: &mut Errors) {
    for param in &generics.params {
        if let GenericParam::Lifetime(param) = param {
            errors
                .push(
                    "SK020",
                    param,
                    "reactive structs own their values: no lifetime parameters",
                )
                .help("store an owned value, or a `&'static` one");
        }
    }
}

/// Says whether the type can be kept. One that cannot gives way to a stand-in, or to none.
pub(crate) fn check(ty: &mut Option<Type>, generics: &Generics, errors: &mut Errors) -> bool {
    let Some(written) = ty else {
        return true;
    };
    let declared = generics
        .lifetimes()
        .map(|param| param.lifetime.ident.to_string());
    let mut walk = Walk {
        known: declared.chain(["static".to_owned()]).collect(),
        before: errors.count(),
        errors,
        named: true,
    };
    walk.visit_type(written);
    if walk.errors.count() == walk.before {
        return true;
    }
    *ty = if walk.named {
        syn::parse2(with_static(written.to_token_stream())).ok()
    } else {
        None
    };
    false
}

struct Walk<'a> {
    /// Lifetimes that may be named here; those of the struct were refused where they are declared.
    known: Vec<String>,
    /// One error is enough for a type.
    before: usize,
    errors: &'a mut Errors,
    named: bool,
}

impl Walk<'_> {
    fn borrowed(&mut self, tokens: impl ToTokens) {
        if self.errors.count() == self.before {
            self.errors
                .push(
                    "SK020",
                    tokens,
                    "reactive structs own their values: no borrowed types",
                )
                .help("store an owned value (`String` for `&str`), or a `&'static` one");
        }
    }

    fn unnamed(&mut self, code: &'static str, tokens: impl ToTokens, text: &str, help: &str) {
        self.named = false;
        if self.errors.count() == self.before {
            self.errors.push(code, tokens, text).help(help);
        }
    }

    /// `for<'a>` names lifetimes for what it stands in front of.
    fn within(&mut self, lifetimes: Option<&BoundLifetimes>, inner: impl FnOnce(&mut Self)) {
        let before = self.known.len();
        for param in lifetimes.iter().flat_map(|lifetimes| &lifetimes.lifetimes) {
            if let GenericParam::Lifetime(param) = param {
                self.known.push(param.lifetime.ident.to_string());
            }
        }
        inner(self);
        self.known.truncate(before);
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_type_reference(&mut self, ty: &'ast syn::TypeReference) {
        if ty.lifetime.is_none() {
            self.borrowed(ty.and_token);
        }
        visit::visit_type_reference(self, ty);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if !self.known.iter().any(|known| lifetime.ident == known) {
            self.borrowed(lifetime);
        }
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
        let text = "a node's type needs a name: `impl Trait` has none";
        self.unnamed(
            "SK020",
            ty.impl_token,
            text,
            "write the type, or `Box<dyn Trait>`",
        );
    }

    fn visit_type_infer(&mut self, ty: &'ast syn::TypeInfer) {
        let text = "expected a type, found `_`";
        self.unnamed(
            "SK008",
            ty,
            text,
            "a node's type is part of its declaration",
        );
    }

    /// `fn(&str)` borrows when it is called, not before.
    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}

    /// So does `Fn(&str)`.
    fn visit_parenthesized_generic_arguments(
        &mut self,
        _: &'ast syn::ParenthesizedGenericArguments,
    ) {
    }

    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        self.within(bound.lifetimes.as_ref(), |walk| {
            visit::visit_path(walk, &bound.path)
        });
    }

    /// Array lengths and const arguments hold no types that matter.
    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

/// Every reference of a type becomes `'static`.
fn with_static(tokens: TokenStream) -> TokenStream {
    let mut output = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let sign = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match token {
            TokenTree::Group(group) => {
                let inner = Group::new(group.delimiter(), with_static(group.stream()));
                output.extend([TokenTree::Group(inner)]);
            }
            _ if sign == '\'' => {
                tokens.next();
                output.extend(quote!('static));
            }
            token => {
                output.extend([token]);
                let lifetime =
                    matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'');
                if sign == '&' && !lifetime {
                    output.extend(quote!('static));
                }
            }
        }
    }
    output
}
