//! `Self`, which means the struct in every part of a declaration.
//!
//! The user's types are also printed in `impl`s of other types, in which `Self` would mean those types. Bodies are
//! printed only in an `impl` of the struct, so their `Self` stays.
//!
//! Invariants: tokens without a `Self` stay as they are.
//!
//! Must not know: the emitted code.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parse;

use crate::fragments::regrouped;
use crate::reactive::parse::{Draft, Value};

/// Replaces each `Self` by the struct's name and parameters.
pub(crate) fn named(draft: &mut Draft) {
    let (name, (_, parameters, _)) = (&draft.name, draft.generics.split_for_impl());
    let itself = quote!(#name #parameters);
    for item in &mut draft.items {
        if let Some(ty) = &mut item.ty {
            replace(ty, &itself);
        }
        if let Value::Call(path, _) = &mut item.value {
            replace(path, &itself);
        }
    }
    let clause = draft.generics.where_clause.take();
    replace(&mut draft.generics, &itself);
    draft.generics.where_clause = clause.map(|mut clause| {
        replace(&mut clause, &itself);
        clause
    });
}

fn replace<T: ToTokens + Parse>(syntax: &mut T, itself: &TokenStream) {
    let named = replaced(syntax.to_token_stream(), itself);
    if let Some(syntax_named) = named.and_then(|named| syn::parse2(named).ok()) {
        *syntax = syntax_named;
    }
}

/// `None` if there is no `Self`.
fn replaced(tokens: TokenStream, itself: &TokenStream) -> Option<TokenStream> {
    let mut any = false;
    let mut output = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "Self" => {
                any = true;
                let itself = itself.clone().into_iter().map(|mut token| {
                    token.set_span(token.span().located_at(word.span()));
                    token
                });
                let itself: TokenStream = itself.collect();
                let in_path = matches!(
                    tokens.peek(),
                    Some(TokenTree::Punct(first)) if first.as_char() == ':' && first.spacing() == Spacing::Joint
                );
                output.extend(if in_path { quote!(<#itself>) } else { itself });
            }
            TokenTree::Group(group) => match replaced(group.stream(), itself) {
                Some(inner) => {
                    any = true;
                    output.extend([regrouped(&group, inner)]);
                }
                None => output.extend([TokenTree::from(group)]),
            },
            token => output.extend([token]),
        }
    }
    any.then_some(output)
}
