//! `crate = path`: the path of the runtime crate, for a crate that depends on it by another name or through another
//! crate.
//!
//! The emitted code names `::signal_kernel`, and a given path replaces that name. In such a call the user's own
//! `::signal_kernel` means some other crate, so it has another name during the expansion.
//!
//! Invariants: without a path no token is looked at.
//!
//! Must not know: the rest of the emitted code.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Path, Token};

use crate::fragments::regrouped;

const OURS: &str = "signal_kernel";
const ASIDE: &str = "__signal_kernel_of_the_user";

/// `crate = path`
pub(crate) fn crate_path(input: ParseStream) -> syn::Result<Path> {
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

/// The user's tokens, with `signal_kernel` renamed.
pub(crate) fn set_aside(path: Option<&Path>, tokens: TokenStream) -> TokenStream {
    let renamed = path.and_then(|_| renamed(&tokens, OURS, ASIDE));
    renamed.unwrap_or(tokens)
}

/// The tokens as the user wrote them.
pub(crate) fn restore(path: Option<&Path>, tokens: TokenStream) -> TokenStream {
    let renamed = path.and_then(|_| renamed(&tokens, ASIDE, OURS));
    renamed.unwrap_or(tokens)
}

/// `None` if nothing changes: a group that is not rebuilt keeps the spans of its delimiters.
fn renamed(tokens: &TokenStream, from: &str, to: &str) -> Option<TokenStream> {
    let mut any = false;
    let tokens = tokens.clone().into_iter().map(|token| match token {
        TokenTree::Ident(word) if word == from => {
            any = true;
            Ident::new(to, word.span()).into()
        }
        TokenTree::Group(group) => match renamed(&group.stream(), from, to) {
            Some(inner) => {
                any = true;
                regrouped(&group, inner)
            }
            None => group.into(),
        },
        token => token,
    });
    let tokens: TokenStream = tokens.collect();
    any.then_some(tokens)
}

/// Replaces each emitted `::signal_kernel` by `path`.
pub(crate) fn with_root(path: Option<&Path>, tokens: TokenStream) -> TokenStream {
    let replaced = path.and_then(|path| replaced(path, &tokens));
    replaced.unwrap_or(tokens)
}

fn replaced(path: &Path, tokens: &TokenStream) -> Option<TokenStream> {
    let mut any = false;
    let mut output: Vec<TokenTree> = Vec::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(word) if word == OURS && ends_in_colons(&output) => {
                any = true;
                output.truncate(output.len() - 2);
                // The location at which rustc reports errors stays the same.
                let span = word.span();
                output.extend(path.to_token_stream().into_iter().map(|mut token| {
                    token.set_span(token.span().located_at(span));
                    token
                }));
            }
            TokenTree::Group(group) => match replaced(path, &group.stream()) {
                Some(inner) => {
                    any = true;
                    output.push(regrouped(&group, inner));
                }
                None => output.push(group.into()),
            },
            token => output.push(token),
        }
    }
    any.then(|| output.into_iter().collect())
}

fn ends_in_colons(tokens: &[TokenTree]) -> bool {
    let is_colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    tokens.len() >= 2 && tokens[tokens.len() - 2..].iter().all(is_colon)
}
