//! Lists of graphs, as the templates of the runtime take them.
//!
//! Invariants: a list with a maker makes all its rows by it; a list that follows keys has a batch type without `insert`.
//!
//! Must not know: rows; the order of a list.

use super::context::{Context, Header, Origin};
use super::inside;
use super::names::{bits, field, function};
use super::plan::Role;
use super::words;
use crate::reactive::model::{Kind, List, Node, Use};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

/// The type of the field. A key that cannot be looked up is one error, as a row that is no graph is: see [`inside::graph`].
pub(super) fn stored(header: &Header, list: &List) -> TokenStream {
    let (key, row) = (&list.key, inside::graph(header, &list.ty));
    let key = if inside::is_generic(header, key) {
        quote!(#key)
    } else {
        quote_spanned! {key.span()=>
            ::signal_kernel::__private::KnownKey<#key, { <#key as ::signal_kernel::needs::ListKey>::IS }>
        }
    };
    quote_spanned!(list.ty.span()=> ::signal_kernel::List<#key, #row>)
}

/// The way in which rows come to the list, as the name of a marker type.
pub(super) fn kind(list: &List) -> Ident {
    let name = match (&list.keys, &list.maker) {
        (Some(_), _) => "Follows",
        (None, Some(_)) => "Made",
        (None, None) => "ByParts",
    };
    format_ident!("{name}")
}

/// The type of the rows of a list that is restored.
pub(super) fn stateful_row(header: &Header, list: &List) -> TokenStream {
    inside::stateful(header, &list.ty, kind(list) == "ByParts")
}

/// The type of the list while it is being written.
pub(super) fn batch(list: &List) -> TokenStream {
    let List { key, ty, .. } = list;
    let kind = kind(list);
    let kind = (kind != "Made").then(|| quote!(, ::signal_kernel::__private::#kind));
    quote!(::signal_kernel::ListBatch<'_, #key, #ty #kind>)
}

/// Does the list follow keys, in a graph with a state that has its rows?
fn is_restorable(context: &Context, node: &Node) -> bool {
    let follows = matches!(&node.kind, Kind::List(list) if list.keys.is_some());
    follows && context.declaration.state.is_some() && node.saved.is_some()
}

/// The inputs that a closure takes: `log ([&] __log)`.
fn locals(context: &Context, uses: &[Use]) -> TokenStream {
    let inputs = uses.iter().enumerate().map(|(at, used)| {
        let local = format_ident!("input_{at}");
        let input = context.input(used, Origin::Graph, false);
        quote!(#local #input)
    });
    inputs.collect()
}

/// The maker of a list, for its batch type: `__make_todos [log ([&] __log)]`. A list that follows keys makes rows in a batch
/// only if it is restored.
pub(super) fn maker(context: &Context, index: usize) -> TokenStream {
    let node = &context.declaration.nodes[index];
    match &node.kind {
        Kind::List(list)
            if list.maker.is_some() && (list.keys.is_none() || is_restorable(context, node)) =>
        {
            let (make, fields) = (function("make", node), locals(context, node.uses()));
            quote!(#make [#fields])
        }
        _ => TokenStream::new(),
    }
}

/// ```text
/// [list __todos 1]
/// [followed __tabs 1 __keys_tabs [([&] __ids.value)] __make_tabs [([&] __log)] { [1234 __feed_tabs_dark [([&] __dark.value)]] }]
/// [restored __todos 1 Made [Todo] __state_todos [__make_todos [([&] __log)]] { }]
/// ```
pub(super) fn piece(
    context: &Context,
    index: usize,
    list: &List,
    state: Option<Ident>,
) -> TokenStream {
    let node = &context.declaration.nodes[index];
    let piece = field(node);
    let rank = Literal::u32_unsuffixed(context.plan.position(index) as u32);
    let from = Origin::Locals(context.chunk(index));
    let make = function("make", node);
    let fields = inside::inputs(context, node.uses(), from);
    let feeds = list.feeds.iter().map(|feed| {
        let hash = inside::hash(&feed.signal.unraw().to_string());
        let (function, inputs) = (
            inside::feed(node, feed),
            inside::inputs(context, &feed.uses, from),
        );
        quote!([#hash #function [#inputs]])
    });
    let row = stateful_row(context, list);
    match (&list.keys, state) {
        (Some(keys), state) => {
            let state = state.map(|state| quote!([#row] #state));
            let keys_of = function("keys", node);
            let keys = inside::inputs(context, &keys.uses, from);
            quote!([followed #piece #rank #keys_of [#keys] #make [#fields] { #(#feeds)* } #state])
        }
        (None, Some(state)) => {
            let (kind, maker) = (
                kind(list),
                list.maker.as_ref().map(|_| quote!(#make [#fields])),
            );
            quote!([restored #piece #rank #kind [#row] #state [#maker] { #(#feeds)* }])
        }
        (None, None) => quote!([list #piece #rank]),
    }
}

/// ```text
/// [keys [__tabs] __keys_tabs [([&] __ids.value)] __make_tabs [input_0 ([&] __log)] mark (4)]
/// [feed_all [__tabs] 1234 __feed_tabs_dark [input_0 ([&] __dark.value)] mark (4)]
/// [restorable [__tabs] { [3 1234 __feed_tabs_dark [input_0 ([&] __dark.value)]] }]
/// [graph_effects [__tabs]]
/// ```
pub(super) fn visit(
    context: &Context,
    rank: usize,
    index: usize,
    role: Role,
    list: &List,
) -> TokenStream {
    let (node, place) = (&context.declaration.nodes[index], context.field(index));
    let to = context.plan.position(index);
    let mark = words::mark(rank, (to / 64) as u32, bits(to));
    let fed = |at: usize| {
        let feed = &list.feeds[at];
        let hash = inside::hash(&feed.signal.unraw().to_string());
        let (function, inputs) = (inside::feed(node, feed), locals(context, &feed.uses));
        quote!(#hash #function [#inputs])
    };
    match (role, &list.keys) {
        (Role::Keys, Some(keys)) => {
            let (keys_of, make) = (function("keys", node), function("make", node));
            let keys = inside::inputs(context, &keys.uses, Origin::Graph);
            let fields = locals(context, node.uses());
            quote!([keys [#place] #keys_of [#keys] #make [#fields] #mark])
        }
        (Role::Feed(at), _) => {
            let fed = fed(at);
            quote!([feed_all [#place] #fed #mark])
        }
        (Role::Effects, _) => quote!([graph_effects [#place]]),
        _ => {
            let ranks = context.plan.nodes[index].feeds.iter();
            let feeds = ranks.enumerate().map(|(at, &rank)| {
                let (rank, fed) = (Literal::usize_unsuffixed(rank), fed(at));
                quote!(#rank #fed)
            });
            let visit = format_ident!(
                "{}",
                if is_restorable(context, node) {
                    "restorable"
                } else {
                    "list"
                }
            );
            quote!([#visit [#place] { #([#feeds])* }])
        }
    }
}
