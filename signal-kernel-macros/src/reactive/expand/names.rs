//! The names, types and spans of generated code.
//!
//! Must not know: plans; the printers.

use crate::reactive::model::{Kind, List, Node};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Path, Type, ext::IdentExt, parse_quote_spanned, spanned::Spanned};

/// The type of what a body or a getter sees of a node.
pub(super) fn seen_type(node: &Node) -> TokenStream {
    match &node.kind {
        Kind::Field { ty, .. }
        | Kind::Signal { ty, .. }
        | Kind::Computed { ty, .. }
        | Kind::Graph { ty, .. } => quote!(#ty),
        Kind::Resource { path, .. } => {
            let (value, error) = (resource_type(path, "Value"), resource_type(path, "Error"));
            quote_spanned!(path.span()=> ::signal_kernel::AsyncState<#value, #error>)
        }
        Kind::List(list) => {
            let List { ty, key, .. } = &**list;
            quote!(::signal_kernel::List<#key, #ty>)
        }
        Kind::Effect { kept: Some(ty), .. } => quote!(#ty),
        Kind::Effect { kept: None, .. } => quote!(()),
    }
}

/// A type that belongs to a resource function. All of it has the span of the path, where rustc reports that there is no
/// such resource: once, for equal errors at one span are one.
pub(super) fn resource_type(path: &Path, what: &str) -> TokenStream {
    let path = &resource(path);
    let what = Ident::new(what, path.span());
    quote_spanned!(path.span()=> <#path as ::signal_kernel::Resource>::#what)
}

/// The function of a resource. A path with a capital letter may lead to a type that is no resource. Every use of it
/// depends on one constant, which then fails at the path: one mistake, one error. A constant cannot depend on the
/// parameters of the struct, so a path with arguments stays as it is.
///
/// ```text
/// ::signal_kernel::__private::Known<Fetch, { <Fetch as ::signal_kernel::Resource>::IS }>
/// ```
pub(super) fn resource(path: &Path) -> Path {
    let last = path.segments.last();
    let suspect = last.is_some_and(|last| {
        let name = last.ident.to_string();
        last.arguments.is_none() && name.starts_with(char::is_uppercase)
    });
    if !suspect {
        return path.clone();
    }
    parse_quote_spanned! {path.span()=>
        ::signal_kernel::__private::Known<#path, { <#path as ::signal_kernel::Resource>::IS }>
    }
}

/// The struct's field for a node: no node can have this name.
pub(super) fn field(node: &Node) -> Ident {
    format_ident!("__{}", node.name.unraw(), span = call_site_at(&node.name))
}

/// The place of a node's value, in the place of the node.
pub(super) fn place(node: &Node, stored: &impl ToTokens) -> TokenStream {
    match node.per() {
        Some(_) => quote!(#stored.slot),
        None => stored.to_token_stream(),
    }
}

/// The value from before, as the expression of a signal that starts anew sees it.
pub(super) fn own_parameter(node: &Node, ident: &Ident, ty: &Type) -> TokenStream {
    let mut ident = ident.clone();
    ident.set_span(ident.span().located_at(node.name.span()));
    let option = quote_spanned!(ty.span()=> ::signal_kernel::__private::core::option::Option<&#ty>);
    quote!(#ident: #option)
}

/// The name of an internal function for a node, such as `__body_total`.
pub(super) fn function(what: &str, node: &Node) -> Ident {
    format_ident!(
        "__{what}_{}",
        node.name.unraw(),
        span = call_site_at(&node.name)
    )
}

/// The span of a node's name, or of the macro if lints would blame the user for a name like `set__x`.
pub(super) fn named_span(node: &Node) -> Span {
    if node.name.to_string().starts_with('_') {
        call_site_at(&node.name)
    } else {
        node.name.span()
    }
}

/// The location of a name, for a name that the user's lints pass over.
pub(super) fn call_site_at(name: &Ident) -> Span {
    Span::call_site().located_at(name.span())
}

/// A local of the macro, or `self`, at the location of a user's token. A local has the hygiene of its token, and that
/// of the user's token may differ from that of the token beside it.
pub(super) fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, Span::call_site().located_at(span))
}

/// The name of a method that users call for a node.
pub(super) fn method(before: &str, node: &Node, after: &str) -> Ident {
    format_ident!(
        "{before}{}{after}",
        node.name.unraw(),
        span = node.name.span()
    )
}

/// Gives items a span: rustc shows an item from its first to its last token, and both come from the macro.
pub(super) fn respan(span: Span, items: TokenStream) -> TokenStream {
    let items = items.into_iter().map(|mut token| match &token {
        TokenTree::Ident(word) if ["fn", "struct", "impl"].iter().any(|first| word == first) => {
            token.set_span(span);
            token
        }
        TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
            token.set_span(span);
            token
        }
        _ => token,
    });
    items.collect()
}

/// For methods, which have spans of the user: lints would blame the user for the macro's code.
pub(super) fn lint_allows() -> TokenStream {
    quote! {
        #[allow(
            private_bounds,
            private_interfaces,
            unreachable_pub,
            unused_qualifications,
            unused_variables,
            clippy::all,
            clippy::pedantic,
            clippy::nursery
        )]
    }
}

/// Whether a word stands in these tokens.
pub(super) fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The bits of a rank in its word.
pub(super) fn bits(rank: usize) -> u64 {
    1 << (rank % 64)
}
