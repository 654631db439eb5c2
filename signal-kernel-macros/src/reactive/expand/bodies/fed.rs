//! The functions of graphs inside and of lists: one makes the graph, one for each feed, and one for the keys.
//!
//! Invariants: as in `bodies`.
//!
//! Must not know: when a graph is made or fed.

use super::super::context::Header;
use super::super::editor::Function;
use super::super::names::{function, local, seen_type};
use super::super::{inside, mixed};
use super::parameters::{arguments, may_be_unused, parameter, unreachable_block};
use crate::reactive::model::{Feed, Keys, Kind, Made, Node};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Type, spanned::Spanned};

/// Makes a graph inside, which starts where it is put.
///
/// ```text
/// fn __make_search(client: &Client) -> Part<Search> {
///     let argument_0 = Argument::copy_for_call(client);
///     <Search>::part(argument_0)
/// }
/// ```
///
/// The maker of a list takes the key first. Its type is written twice, once for the list and once in the call.
pub(super) fn make(
    header: &Header,
    node: &Node,
    (ty, called): (&Type, &Type),
    key: Option<(TokenStream, &Type)>,
    made: &Made,
    is_broken: bool,
) -> Function {
    let name = function("make", node);
    let unused = may_be_unused();
    let uses = made.uses.iter();
    let parameters = uses.map(|used| parameter(header, used, false, &unused));
    // A feed may be all that mentions the key.
    let in_feeds = node.feeds().iter().any(|feed| feed.names_key);
    let of_key = in_feeds.then(may_be_unused);
    let key = key.map(|(pattern, key)| quote!(#of_key #pattern: #key));
    let parameters = key.into_iter().chain(parameters);
    let block = if is_broken {
        unreachable_block()
    } else {
        let (clones, values) = arguments(header, &made.args, made.parens);
        let aliases = mixed::aliases(header, node);
        let call = quote_spanned!(called.span()=> <#called>::part #values);
        quote!({ #aliases #clones #call })
    };
    Function {
        head: quote_spanned! {ty.span()=>
            fn #name(#(#parameters),*) -> ::signal_kernel::Part<#ty>
        },
        result: quote!(_),
        stand_in: Some(block),
    }
}

/// The functions of the keys and feeds of a graph inside or of a list.
pub(super) fn further(header: &Header, node: &Node) -> Vec<Function> {
    let (ty, key) = match &node.kind {
        Kind::Graph { ty, .. } => (ty, None),
        Kind::List(list) => (&list.ty, Some((list.pattern(), &list.key))),
        _ => return Vec::new(),
    };
    let keys = node.keys().zip(key.clone());
    let keys = keys.map(|(keys, (_, ty))| self::keys(header, node, keys, ty));
    let feeds = node.feeds().iter();
    let feeds = feeds.map(|it| feed(header, node, ty, key.clone(), it));
    keys.into_iter().chain(feeds).collect()
}

/// ```text
/// fn __keys_tabs<'keys>(ids: &'keys Vec<u64>) -> impl IntoIterator<Item = u64> + use<'keys> { ids.iter().copied() }
/// ```
fn keys(header: &Header, node: &Node, keys: &Keys, ty: &Type) -> Function {
    let name = function("keys", node);
    let unused = may_be_unused();
    let parameters = keys.uses.iter().map(|used| {
        let node = &header.declaration.nodes[used.node];
        let mut ident = used.ident.clone();
        ident.set_span(ident.span().located_at(node.name.span()));
        let ty = seen_type(node);
        quote!(#unused #ident: &'keys #ty)
    });
    let captured = &header.names;
    let block = if keys.broken {
        let nothing = quote!(::signal_kernel::__private::core::option::Option::<#ty>::None);
        Some(quote!({ #nothing }))
    } else {
        None
    };
    Function {
        // In edition 2024 all is captured anyway.
        head: quote! {
            #[allow(impl_trait_redundant_captures)]
            fn #name<'keys>(#(#parameters),*) -> impl ::signal_kernel::__private::core::iter::IntoIterator<Item = #ty> + use<'keys #(, #captured)*>
        },
        result: quote!(_),
        stand_in: block,
    }
}

/// ```text
/// fn __feed_search_dark(batch__: &mut <Search as Reactive>::Batch<'_>, dark: &bool) { batch__.set_dark(*dark); }
/// ```
///
/// In a list it takes the rows. The value is computed once, or, if it names the key, for each row:
///
/// ```text
/// fn __feed_todos_dark(rows__: &mut FedRows<'_, u64, Todo>, dark: &bool) {
///     rows__.all(*dark, |batch__, value__| { batch__.set_dark(value__); })
/// }
/// fn __feed_todos_name(rows__: &mut FedRows<'_, u64, Todo>) {
///     rows__.each(|batch__, key__| { let id = Clone::clone(key__); batch__.set_name(id.to_string()); })
/// }
/// ```
fn feed(
    header: &Header,
    node: &Node,
    ty: &Type,
    key: Option<(TokenStream, &Type)>,
    feed: &Feed,
) -> Function {
    let (name, span) = (inside::feed(node, feed), feed.signal.span());
    let unused = may_be_unused();
    let uses = feed.uses.iter();
    let parameters = uses.map(|used| parameter(header, used, false, &unused));
    let batch = local("batch__", span);
    let rows = local("rows__", span);
    let (set, aliases) = (inside::setter(feed), mixed::aliases_of(&feed.uses));
    let in_parentheses = |value: TokenStream| {
        let mut value = Group::new(Delimiter::Parenthesis, value);
        value.set_span(span);
        value
    };
    let (receiver, fed) = match &key {
        None => {
            let (ty, value) = (inside::batch(header, ty), in_parentheses(feed.raw.clone()));
            (quote!(#batch: &mut #ty), quote!(#batch.#set #value;))
        }
        Some((pattern, key)) => {
            let fed = if feed.names_key {
                let value = in_parentheses(feed.raw.clone());
                let clone = quote!(::signal_kernel::__private::core::clone::Clone::clone(key__));
                quote!(#rows.each(|#batch, key__| { #unused let #pattern = #clone; #batch.#set #value; });)
            } else {
                // A value of another type is an error at the user's tokens.
                let of_value = feed.raw.clone().into_iter().next();
                let value = local("value__", of_value.map_or(span, |first| first.span()));
                let (raw, argument) = (&feed.raw, in_parentheses(quote!(#value)));
                quote!(#rows.all(#raw, |#batch, #value| { #batch.#set #argument; });)
            };
            let graph = inside::graph(header, ty);
            let ty =
                quote_spanned!(ty.span()=> ::signal_kernel::__private::FedRows<'_, #key, #graph>);
            (quote!(#rows: &mut #ty), fed)
        }
    };
    let block = if feed.broken {
        unreachable_block()
    } else {
        quote!({ #aliases #fed })
    };
    Function {
        head: quote! {
            fn #name(#unused #receiver #(, #parameters)*)
        },
        result: quote!(_),
        stand_in: Some(block),
    }
}
