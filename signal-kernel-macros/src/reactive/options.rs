//! The options of a `reactive!` call: `#![crate = path]`, before the first struct.
//!
//! Invariants: an option is understood or reported (SK010); the rest of the input stays as it is.
//!
//! Must not know: the effect of an option.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Path;
use syn::parse::Parser;

use crate::errors::Errors;
use crate::fragments::opened_attribute;
use crate::rename::crate_path;

/// The path of the runtime crate, if it is given, and the input behind the options.
pub(crate) fn options(input: TokenStream, errors: &mut Errors) -> (Option<Path>, TokenStream) {
    let mut path = None;
    let mut rest = input;
    while let Some((option, after)) = option(rest.clone()) {
        rest = after;
        let content = opened_attribute(&option).unwrap_or_else(|| option.stream());
        match crate_path.parse2(content) {
            Ok(_) if path.is_some() => {
                errors
                    .push("SK010", option.stream(), "`crate` is given twice")
                    .help("remove one of them");
            }
            Ok(found) => path = Some(found),
            Err(_) => {
                let wrong = if option.stream().is_empty() {
                    option.into_token_stream()
                } else {
                    option.stream()
                };
                errors
                    .push("SK010", wrong, "expected `#![crate = path]`")
                    .help(
                        "the path leads to `signal_kernel`; other attributes stand on the structs",
                    );
            }
        }
    }
    (path, rest)
}

/// `#![…]` at the start.
fn option(input: TokenStream) -> Option<(Group, TokenStream)> {
    let mut tokens = input.into_iter();
    let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    tokens.next().filter(|token| is(token, '#'))?;
    tokens.next().filter(|token| is(token, '!'))?;
    match tokens.next()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some((group, tokens.collect()))
        }
        _ => None,
    }
}
