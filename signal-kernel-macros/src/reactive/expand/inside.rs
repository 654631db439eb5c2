//! Graphs inside: their types, links and feeds, as the templates of the runtime take them.
//!
//! Invariants: the type of a graph inside is named so that rustc reports a type that is no graph once; a node of the
//! graph inside is named by a hash, which the runtime looks up in a constant.
//!
//! Must not know: the nodes of the graph inside.

use super::context::{Context, Header, Origin};
use super::names::{bits, field, function, mentions};
use super::plan::{Plan, Role, masks};
use super::tables;
use super::words;
use crate::reactive::model::{Feed, Inside};
use crate::reactive::model::{Kind, Node, Use};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Type, ext::IdentExt, spanned::Spanned};

/// The type of a graph inside. If it may be no graph, every use of it depends on one constant, which then fails at the
/// type: one mistake, one error. A constant cannot depend on the parameters of the struct, so such a type stays as it is.
///
/// ```text
/// ::signal_kernel::__private::KnownGraph<Search, { <Search as ::signal_kernel::Reactive>::IS }>
/// ```
pub(super) fn graph(header: &Header, ty: &Type) -> TokenStream {
    if is_generic(header, ty) {
        return quote!(#ty);
    }
    quote_spanned! {ty.span()=>
        ::signal_kernel::__private::KnownGraph<#ty, { <#ty as ::signal_kernel::Reactive>::IS }>
    }
}

/// The type of a graph inside that is saved, or that is made from its state alone. A graph that cannot be is one error: see
/// [`graph`].
pub(super) fn stateful(header: &Header, ty: &Type, is_made_of_it: bool) -> TokenStream {
    if is_generic(header, ty) {
        return quote!(#ty);
    }
    let (known, needed) = match is_made_of_it {
        true => ("KnownFromState", "FromState"),
        false => ("KnownState", "Stateful"),
    };
    let [known, needed] = [known, needed].map(|name| Ident::new(name, ty.span()));
    quote_spanned! {ty.span()=>
        ::signal_kernel::__private::#known<#ty, { <#ty as ::signal_kernel::__private::#needed>::IS }>
    }
}

/// The descriptions of the graphs inside, each with the index of its node in `GRAPH`. A constant in the struct cannot depend
/// on its parameters, so a type that does has none.
///
/// ```text
/// (1, || <Search as ::signal_kernel::Reactive>::GRAPH)
/// ```
pub(super) fn descriptions(context: &Context) -> Vec<TokenStream> {
    let shown = context.declaration.nodes.iter();
    let shown = shown.filter(|node| !node.is_field()).enumerate();
    let inner = shown.filter_map(|(index, node)| {
        let ty = match &node.kind {
            Kind::Graph { ty, .. } => ty,
            Kind::List(list) => &list.ty,
            _ => return None,
        };
        let (index, graph) = (Literal::usize_unsuffixed(index), graph(context, ty));
        let description =
            quote_spanned!(ty.span()=> (#index, || <#graph as ::signal_kernel::Reactive>::GRAPH));
        (!is_generic(context, ty)).then_some(description)
    });
    inner.collect()
}

/// Whether a type names a parameter of the struct.
pub(super) fn is_generic(header: &Header, ty: &Type) -> bool {
    let mut parameters = header.names.iter();
    parameters.any(|parameter| {
        let name = syn::parse2::<Ident>(parameter.clone());
        name.is_ok_and(|name| mentions(ty.to_token_stream(), &name))
    })
}

/// The batch type of a graph inside.
pub(super) fn batch(header: &Header, ty: &Type) -> TokenStream {
    let graph = graph(header, ty);
    quote_spanned!(ty.span()=> <#graph as ::signal_kernel::Reactive>::Batch<'_>)
}

/// The function of a feed, such as `__feed_search_dark`.
pub(super) fn feed(node: &Node, feed: &Feed) -> Ident {
    let feeds = function("feed", node);
    format_ident!("{feeds}_{}", feed.signal.unraw(), span = feeds.span())
}

/// The function of a node's feed with this index, for an editor. The name of the signal, which may be half-written, is
/// no part of it: the tokens before a body must not depend on it.
pub(super) fn edited_feed(node: &Node, index: usize) -> Ident {
    let feeds = function("edit_feed", node);
    format_ident!("{feeds}_{index}", span = feeds.span())
}

/// The setter of the signal that is fed, at the user's token: there rustc reports a signal that is private, missing or
/// of another type.
pub(super) fn setter(feed: &Feed) -> Ident {
    format_ident!("set_{}", feed.signal.unraw(), span = feed.signal.span())
}

/// The piece of `new` that makes a graph inside and feeds it, or of `with_state`, which has its state in a local.
///
/// ```text
/// [graph __search [Search] 1 = __make_search [([&] __client)] { [__feed_search_dark [([&] __dark.value)]] }]
/// ```
pub(super) fn piece(context: &Context, index: usize, state: Option<Ident>) -> TokenStream {
    let node = &context.declaration.nodes[index];
    let Kind::Graph { ty, made, feeds } = &node.kind else {
        return TokenStream::new();
    };
    let (name, piece, graph) = (&node.name, field(node), graph(context, ty));
    let rank = Literal::u32_unsuffixed(context.plan.position(index) as u32);
    let from = Origin::Locals(context.chunk(index));
    let feeds = feeds.iter().map(|it| {
        let (function, inputs) = (feed(node, it), inputs(context, &it.uses, from));
        quote!([#function [#inputs]])
    });
    let feeds = quote!({ #(#feeds)* });
    let state = state.map(|state| {
        let stateful = stateful(context, ty, false);
        quote!([#stateful] #state)
    });
    match made {
        Some(made) => {
            let (function, inputs) = (function("make", node), inputs(context, &made.uses, from));
            quote!([graph #piece [#graph] #rank = #function [#inputs] #feeds #state])
        }
        None => quote!([graph_parameter #piece [#graph] #rank = #name #state]),
    }
}

pub(super) fn inputs(context: &Context, uses: &[Use], from: Origin) -> TokenStream {
    let inputs = uses.iter().map(|used| context.input(used, from, false));
    inputs.collect()
}

/// The visit of one rank of a graph inside: a feed, the graph itself, or its effects.
///
/// ```text
/// [feed [__search] [Search] 1234 __feed_search_dark [([&] __dark.value)] mark (2)]
/// [graph [__search] 1]
/// [graph_effects [__search]]
/// ```
pub(super) fn visit(context: &Context, rank: usize, index: usize, role: Role) -> TokenStream {
    let (node, place) = (&context.declaration.nodes[index], context.field(index));
    let Kind::Graph { ty, .. } = &node.kind else {
        return TokenStream::new();
    };
    let graph = graph(context, ty);
    match role {
        Role::Feed(at) => {
            let it = &node.feeds()[at];
            let (function, inputs) = (feed(node, it), inputs(context, &it.uses, Origin::Graph));
            let to = context.plan.position(index);
            let mark = words::mark(rank, (to / 64) as u32, bits(to));
            let hash = hash(&it.signal.unraw().to_string());
            quote!([feed [#place] [#graph] #hash #function [#inputs] #mark])
        }
        Role::Effects => quote!([graph_effects [#place]]),
        _ => {
            let rank = words::number(rank);
            quote!([graph [#place] #rank])
        }
    }
}

/// The first rank of phase B, and the dependents of the graphs inside: nothing in a graph without one.
///
/// ```text
/// first_effect 5
/// inside { 1 [Search] { [node 1234 TRANSITION @ 0 4] [whole @ 0 8] [effects @ 0 32] } }
/// ```
pub(super) fn links(context: &Context) -> TokenStream {
    let (nodes, plan) = (&context.declaration.nodes, context.plan);
    let graphs = nodes.iter().enumerate();
    let graphs = graphs.filter_map(|(index, node)| {
        let ty = match &node.kind {
            Kind::Graph { ty, .. } => ty,
            Kind::List(list) => &list.ty,
            _ => return None,
        };
        let (rank, graph) = (words::number(plan.position(index)), graph(context, ty));
        let links = links_of(plan, index);
        Some(quote!(#rank [#graph] { #links }))
    });
    let graphs: Vec<TokenStream> = graphs.collect();
    if graphs.is_empty() {
        return TokenStream::new();
    }
    let is_effect = |node: usize, role: Role| role == Role::Effects || nodes[node].is_effect();
    let first = plan.ranks().iter();
    let first = first.take_while(|at| !is_effect(at.node, at.role)).count();
    let first = words::number(first);
    quote!(first_effect #first inside { #(#graphs)* })
}

fn links_of(plan: &Plan, index: usize) -> TokenStream {
    let node = &plan.nodes[index];
    let mut links = TokenStream::new();
    let mut link = |what: TokenStream, ranks: &mut dyn Iterator<Item = usize>| {
        for (word, bits) in masks(ranks) {
            let (word, bits) = (words::number(word as usize), Literal::u64_unsuffixed(bits));
            links.extend(quote!([#what @ #word #bits]));
        }
    };
    let mut named: Vec<&Inside> = Vec::new();
    for (_, inside) in &node.links {
        if !named.contains(&inside) {
            named.push(inside);
            let what = match inside {
                Inside::Node { name, observed } => {
                    let (hash, part) = (hash(name), words::part_name(*observed));
                    quote!(node #hash #part)
                }
                Inside::Members => quote!(members),
                Inside::Order => quote!(order),
            };
            let readers = node.links.iter().filter(|(_, other)| other == inside);
            link(what, &mut readers.map(|(rank, _)| *rank));
        }
    }
    link(
        quote!(whole),
        &mut node.dependents.iter().map(|(rank, _)| *rank),
    );
    link(quote!(effects), &mut node.effects.into_iter());
    links
}

pub(super) fn hash(name: &str) -> Literal {
    Literal::u64_unsuffixed(tables::hash(name))
}
