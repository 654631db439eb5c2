//! SK020: the types in a struct own their values and have a name.
//!
//! Invariants: a rejected type is replaced by one that rustc accepts, so that it is one error.
//!
//! Must not know: bodies.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, Type};

use crate::errors::Errors;
use crate::types::{Found, Mention, mentions};

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

/// Whether the type can be kept. A rejected type is replaced, or removed if there is no replacement; it gets one error.
pub(crate) fn check(ty: &mut Option<Type>, generics: &Generics, errors: &mut Errors) -> bool {
    let Some(written) = ty else {
        return true;
    };
    // A lifetime of the struct was rejected where it is declared.
    let is_declared = |found: &Found| {
        let mut declared = generics.lifetimes();
        let text = found.tokens.to_string();
        declared.any(|param| param.lifetime.to_token_stream().to_string() == text)
    };
    let mut found = mentions(written);
    // `fn(&str)` and `Fn(&str)` borrow when they are called, not before.
    found.retain(|found| !found.in_callable && !is_declared(found));
    let Some(first) = found.first() else {
        return true;
    };
    let (code, text, help) = match first.mention {
        Mention::Elided | Mention::Named => (
            "SK020",
            "reactive structs own their values: no borrowed types",
            "store an owned value (`String` for `&str`), or a `&'static` one",
        ),
        Mention::Opaque => (
            "SK020",
            "a node's type needs a name: `impl Trait` has none",
            "write the type, or `Box<dyn Trait>`",
        ),
        Mention::Inferred => (
            "SK008",
            "expected a type, found `_`",
            "a node's type is part of its declaration",
        ),
    };
    errors.push(code, &first.head, text).help(help);
    let is_borrowed = |found: &Found| matches!(found.mention, Mention::Elided | Mention::Named);
    *ty = if found.iter().all(is_borrowed) {
        syn::parse2(with_static(written.to_token_stream())).ok()
    } else {
        None
    };
    false
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
