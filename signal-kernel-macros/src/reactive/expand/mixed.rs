//! Bodies of mixed hygiene: a macro of the user has joined its own tokens and those of its caller.
//!
//! A parameter is visible only to tokens of its own hygiene. A node that a body names with several hygienes gets an
//! alias for each further one. A `let mut` field cannot have two names at once, so its mentions get one hygiene.
//!
//! Invariants: a body of one hygiene stays as it is.
//!
//! Must not know: the origin of tokens, which the walk over names has found.

use super::context::Header;
use crate::fragments::regrouped;
use crate::reactive::model::{Kind, Node, Use};
use crate::reactive::names::{hygiene, text};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

/// ```text
/// let price = price;
/// ```
pub(super) fn aliases(header: &Header, node: &Node) -> TokenStream {
    let own = node.per().and_then(|per| per.own.as_ref());
    let uses = node.uses().iter().chain(own);
    aliases_of(uses.filter(|used| !is_mutable(header, node, used)))
}

pub(super) fn aliases_of<'a>(uses: impl IntoIterator<Item = &'a Use>) -> TokenStream {
    let aliases = uses.into_iter().flat_map(|Use { ident, others, .. }| {
        let others = others.iter();
        others.map(move |other| quote!(#[allow(unused_variables)] let #other = #ident;))
    });
    aliases.collect()
}

/// The user's tokens, in which each `let mut` field has one hygiene.
pub(super) fn unified(header: &Header, node: &Node) -> TokenStream {
    let mut tokens = node.raw.clone();
    let uses = node.uses().iter();
    for Use { ident, others, .. } in uses.filter(|used| is_mutable(header, node, used)) {
        for other in others {
            tokens = renamed(tokens, other, ident.span());
        }
    }
    tokens
}

fn is_mutable(header: &Header, node: &Node, used: &Use) -> bool {
    node.is_effect()
        && matches!(
            header.declaration.nodes[used.node].kind,
            Kind::Field { mutable: true, .. }
        )
}

/// Every token of this name and hygiene gets another hygiene.
fn renamed(tokens: TokenStream, name: &Ident, hygienic: Span) -> TokenStream {
    let from = hygiene(name.span());
    let is_meant = |word: &Ident| text(word) == text(name) && hygiene(word.span()) == from;
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(mut word) if is_meant(&word) => {
            word.set_span(word.span().resolved_at(hygienic));
            word.into()
        }
        // A capture in a format string has the hygiene of the string.
        TokenTree::Literal(mut literal)
            if hygiene(literal.span()) == from && literal.to_string().contains(&text(name)) =>
        {
            literal.set_span(literal.span().resolved_at(hygienic));
            literal.into()
        }
        TokenTree::Group(group) => regrouped(&group, renamed(group.stream(), name, hygienic)),
        token => token,
    });
    tokens.collect()
}
