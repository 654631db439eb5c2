//! The parameters of the functions of bodies, and the arguments of the calls in them.
//!
//! Must not know: the kinds of bodies.

use super::super::context::Header;
use super::super::names::seen_type;
use crate::reactive::model::{Arg, Kind, Use};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// The block in place of a body that rustc must not see.
pub(super) fn unreachable_block() -> TokenStream {
    quote!({ ::signal_kernel::__private::std::unreachable!() })
}

/// A parameter may be unused in a broken body, and if its only mention is a guess in a macro of unknown grammar.
pub(super) fn may_be_unused() -> TokenStream {
    quote!(#[allow(unused_variables)])
}

pub(super) fn parameter(
    header: &Header,
    used: &Use,
    in_effect: bool,
    unused: &TokenStream,
) -> TokenStream {
    let node = &header.declaration.nodes[used.node];
    // An editor jumps from a use to the location of its parameter: the declaration.
    let mut ident = used.ident.clone();
    ident.set_span(ident.span().located_at(node.name.span()));
    let ty = seen_type(node);
    match node.kind {
        Kind::Field { mutable: true, .. } if in_effect => {
            let reference = quote_spanned!(ty.span()=> &mut);
            quote!(#unused #ident: #reference #ty)
        }
        _ => {
            let reference = quote_spanned!(ty.span()=> &);
            quote!(#unused #ident: #reference #ty)
        }
    }
}

/// The arguments of a call. A bare name is cloned before the call, so that errors in the call mention values, not
/// references.
pub(super) fn arguments(header: &Header, args: &[Arg], parens: Span) -> (TokenStream, Group) {
    let mut clones = TokenStream::new();
    let values = args.iter().enumerate().map(|(index, arg)| {
        let Arg { expr, bare, tried } = arg;
        let Some(node) = *bare else {
            return quote!(#expr);
        };
        let value = format_ident!("__argument_{index}", span = expr.span());
        // Without the type rustc would suggest to borrow a value that cannot be cloned.
        let ty = located(seen_type(&header.declaration.nodes[node]), expr.span());
        let copy = quote_spanned!(expr.span()=> <#ty as ::signal_kernel::needs::Argument<#ty>>::copy_for_call(#expr));
        clones.extend(quote!(let #value = #copy #tried;));
        quote!(#value)
    });
    let values: Vec<TokenStream> = values.collect();
    let mut values = Group::new(Delimiter::Parenthesis, quote!(#(#values),*));
    values.set_span(parens);
    (clones, values)
}

/// The same tokens, at the location of `span`.
fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let located = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let content = located(group.stream(), span);
            token = Group::new(group.delimiter(), content).into();
        }
        token.set_span(token.span().located_at(span));
        token
    });
    located.collect()
}
