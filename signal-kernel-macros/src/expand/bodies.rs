//! One function for each body: it sees what the body mentions, as parameters, and nothing else.
//!
//! Invariants: a body stands in exactly one function, as that function's own block.
//!
//! Must not know: when a body runs.

use super::{Body, Context, Kind, Node, Rule, Use, function, resource_type, seen_type};
use crate::model::Arg;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{Path, Type, spanned::Spanned};

pub(super) fn bodies(context: &Context) -> TokenStream {
    let Context {
        name,
        impl_generics,
        type_generics,
        where_clause,
        ..
    } = context;
    let functions = context.graph.nodes.iter().map(|node| match &node.kind {
        Kind::Field {
            ty,
            value: Some(value),
            ..
        } => initial(node, ty, value),
        Kind::Signal { ty, value, rule } => {
            let initial = value.as_ref().map(|value| initial(node, ty, value));
            let same = same(node, &quote!(#ty), ty.span(), rule);
            quote!(#initial #same)
        }
        Kind::Computed { ty, body, rule } => {
            let body = self::body(context, node, body, quote!(#ty));
            let same = same(node, &quote!(#ty), ty.span(), rule);
            quote!(#body #same)
        }
        Kind::Effect { kept, body } => {
            let result = kept.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
            self::body(context, node, body, result)
        }
        Kind::Resource {
            path,
            args,
            uses,
            good,
            rule,
            ..
        } => {
            let args = good.then_some(args.as_slice());
            let start = start(context, node, path, args, uses);
            let ty = resource_type(path, "Value");
            let same = match rule {
                Rule::Path(_) => same(node, &ty, path.span(), rule),
                Rule::PartialEq | Rule::Never => TokenStream::new(),
            };
            quote!(#start #same)
        }
        Kind::Field { value: None, .. } => TokenStream::new(),
    });
    let functions: Vec<TokenStream> = functions.collect();
    quote! {
        #[doc(hidden)]
        #[allow(
            dead_code,
            clippy::too_many_arguments,
            clippy::ptr_arg,
            clippy::borrowed_box,
            clippy::unused_unit,
            clippy::let_unit_value,
        )]
        impl #impl_generics #name #type_generics #where_clause {
            #(#functions)*
        }
    }
}

/// ```text
/// fn __body_total(price: &u64, qty: &u64) -> u64 { price * qty }
/// ```
fn body(context: &Context, node: &Node, body: &Body, result: TokenStream) -> TokenStream {
    let name = function("body", node);
    let in_effect = matches!(node.kind, Kind::Effect { .. });
    let parameters = body
        .uses
        .iter()
        .map(|used| parameter(context, used, in_effect));
    let block = block(body);
    quote! {
        #[inline]
        fn #name(#(#parameters),*) -> #result #block
    }
}

/// A body that is a block already is not wrapped: doubled braces trip rustc's `unused_braces`.
fn block(body: &Body) -> TokenStream {
    let tokens = &body.tokens;
    if !body.good {
        return quote!({ ::signal_kernel::__private::std::unreachable!() });
    }
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Brace => {
            quote!(#tokens)
        }
        _ => quote!({ #tokens }),
    }
}

/// Unused where the body is bad, or where a mention was only presumed: in a macro of unknown grammar.
/// What only macro arguments that are no expressions mention may not be used at all.
fn parameter(context: &Context, used: &Use, in_effect: bool) -> TokenStream {
    let node = &context.graph.nodes[used.node];
    let ident = &used.ident;
    let ty = seen_type(node);
    match node.kind {
        Kind::Field { mutable: true, .. } if in_effect => {
            quote!(#[allow(unused_variables)] #ident: &mut #ty)
        }
        _ => quote!(#[allow(unused_variables)] #ident: &#ty),
    }
}

/// ```text
/// fn __init_id() -> u64 { 1 }
/// ```
fn initial(node: &Node, ty: &Type, value: &syn::Expr) -> TokenStream {
    let name = function("init", node);
    match value {
        syn::Expr::Block(block) if block.attrs.is_empty() && block.label.is_none() => {
            quote!(fn #name() -> #ty #block)
        }
        _ => quote!(fn #name() -> #ty { #value }),
    }
}

/// ```text
/// fn __same_total(a: &u64, b: &u64) -> bool { enum total {} same::<_, total>(a, b) }
/// ```
fn same(node: &Node, ty: &TokenStream, span: proc_macro2::Span, rule: &Rule) -> TokenStream {
    let name = function("same", node);
    // With the hygiene of the place they are used at, which may be the fragment of a user's macro.
    let [before, after] = ["before", "after"].map(|name| Ident::new(name, span));
    let compared = match rule {
        Rule::PartialEq => {
            // The marker only names the node in rustc's message; the type must not be spelled in its scope.
            let marker = &node.name;
            let call = quote_spanned!(span=> ::signal_kernel::__private::same::<_, #marker>(#before, #after));
            quote! {
                #[allow(non_camel_case_types)]
                enum #marker {}
                #call
            }
        }
        Rule::Path(path) => quote!(#path(#before, #after)),
        Rule::Never => quote!({ let _ = (#before, #after); false }),
    };
    quote! {
        #[inline]
        fn #name(#before: &#ty, #after: &#ty) -> bool { #compared }
    }
}

/// Calls the resource function with its arguments; a `?` in one ends in `None`. So does an argument that
/// carries a mistake.
///
/// ```text
/// fn __start_user(client: &Client, id: &u64) -> Option<impl FnOnce(CancelToken) -> Future> {
///     Some(<fetch_user>::__start(Clone::clone(client), Clone::clone(id)))
/// }
/// ```
fn start(
    context: &Context,
    node: &Node,
    path: &Path,
    args: Option<&[Arg]>,
    uses: &[Use],
) -> TokenStream {
    let name = function("start", node);
    let parameters = uses.iter().map(|used| parameter(context, used, false));
    let values = args
        .unwrap_or_default()
        .iter()
        .map(|Arg { expr, bare }| match bare {
            Some(_) => quote_spanned!(expr.span()=> ::core::clone::Clone::clone(#expr)),
            None => quote!(#expr),
        });
    let future = resource_type(path, "Future");
    let started = match args {
        Some(_) => {
            let at = path.span();
            let call = quote_spanned!(at=> <#path>::__start(#(#values),*));
            quote!(::core::option::Option::Some(#call))
        }
        None => quote!(::core::option::Option::None::<fn(::signal_kernel::CancelToken) -> #future>),
    };
    quote_spanned! {path.span()=>
        fn #name(#(#parameters),*) -> ::core::option::Option<
            impl ::core::ops::FnOnce(::signal_kernel::CancelToken) -> #future,
        > {
            #started
        }
    }
}
