//! `crate = path`: where the runtime crate is, for those who depend on it by another name or through another crate.
//!
//! The emitted code names `::signal_kernel`. If there is a path, it replaces that name in all emitted code. A user
//! who writes `::signal_kernel` in such a call means some other crate, so that name steps aside meanwhile.
//!
//! Invariants: without a path no token is looked at.
//!
//! Must not know: what is emitted.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Path;

use crate::fragments::regrouped;

const OURS: &str = "signal_kernel";
const ASIDE: &str = "__signal_kernel_of_the_user";

/// The user's tokens, with `signal_kernel` out of the way.
pub(crate) fn aside(path: Option<&Path>, tokens: TokenStream) -> TokenStream {
    let renamed = path.and_then(|_| renamed(&tokens, OURS, ASIDE));
    renamed.unwrap_or(tokens)
}

/// The tokens as the user wrote them.
pub(crate) fn back(path: Option<&Path>, tokens: TokenStream) -> TokenStream {
    let renamed = path.and_then(|_| renamed(&tokens, ASIDE, OURS));
    renamed.unwrap_or(tokens)
}

/// `None` where there is nothing to change: then groups keep the spans of their delimiters.
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

/// Puts `path` wherever `::signal_kernel` was emitted.
pub(crate) fn at(path: Option<&Path>, tokens: TokenStream) -> TokenStream {
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
                // rustc reports its errors at the location of the emitted token.
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
