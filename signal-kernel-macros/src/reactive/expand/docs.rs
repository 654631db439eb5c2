//! The documentation of a graph beyond the user's words: the edges of each node, and the description that becomes the
//! picture.
//!
//! Invariants: `cfg_attr` removes all of it unless rustdoc runs, and a graph with an error has none of it; a link
//! leads only to a method that is visible to every reader of the text; each line starts with a space, as behind `///`.
//!
//! Must not know: what a method does; what the picture looks like.

#[cfg(test)]
mod tests;

use super::context::Context;
use super::plan::Plan;
use super::time;
use crate::picture::sentences::{self, Dependencies};
use crate::reactive::model::{Fate, Interruption, Kind, Node, Observed};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Type, TypePath, Visibility, ext::IdentExt};

/// `It depends on … . … depend on it.`
pub(super) fn edges(context: &Context, index: usize) -> TokenStream {
    let node = &context.declaration.nodes[index];
    attribute(context, |plan| {
        let dependents = dependents(context, plan, index);
        if node.is_source() {
            return dependents;
        }
        let dependencies = dependencies(context, plan, index).sentence();
        format!("It {dependencies}. {dependents}")
    })
}

/// `… depend on it.`
pub(super) fn readers(context: &Context, index: usize) -> TokenStream {
    attribute(context, |plan| dependents(context, plan, index))
}

/// `It takes …`: the parameters of `new`.
pub(super) fn parameters(context: &Context) -> TokenStream {
    let nodes = context.declaration.nodes.iter().enumerate();
    let names = nodes.filter(|(_, node)| node.is_parameter());
    let names = names.map(|(index, _)| link(context, index, &context.declaration.vis));
    let names: Vec<String> = names.collect();
    attribute(context, |_| {
        if names.is_empty() {
            return String::new();
        }
        format!(
            "It takes the first value of {}.",
            sentences::listed(&names, " and ")
        )
    })
}

/// `Beside the state it takes …`: the other parameters of `with_state`.
pub(super) fn parameters_beside_state(context: &Context) -> TokenStream {
    let nodes = context.declaration.nodes.iter().enumerate();
    let names = nodes.filter(|(_, node)| node.is_parameter_beside_state());
    let names = names.map(|(index, _)| link(context, index, &context.declaration.vis));
    let names: Vec<String> = names.collect();
    attribute(context, |_| {
        if names.is_empty() {
            return String::new();
        }
        let names = sentences::listed(&names, " and ");
        format!("Beside the state it takes the first value of {names}.")
    })
}

/// The description of the graph from which rustdoc makes the section *Graph*: see [`crate::picture`].
pub(super) fn of_struct(context: &Context) -> TokenStream {
    let (graph, plan) = (context.declaration, context.plan);
    if graph.nodes.iter().all(Node::is_field) {
        return TokenStream::new();
    }
    let name = context.name.unraw();
    let documented = is_documented(&graph.attrs).then(|| word("documented"));
    let mut has_private_words = false;
    let nodes = graph.nodes.iter().enumerate().map(|(index, node)| {
        let (kind, name) = (word(node.kind().keyword()), node.name.unraw());
        let flags = [
            ("linked", has_page(node, &graph.vis)),
            ("hidden", is_hidden(node)),
            ("lazy", plan.nodes[index].lazy),
            ("kept", node.is_effect() && node.is_stored()),
            ("after_first", node.is_effect() && !node.runs_at_first()),
        ];
        let flags = flags.into_iter().filter(|&(_, is_set)| is_set);
        let flags = flags.map(|(flag, _)| word(flag));
        let policies = policies(node);
        let uses = whole_edges(node).into_iter().map(|(used, observed)| {
            let (index, part) = (Literal::usize_unsuffixed(used), observed.word());
            let part = part.map(word);
            quote!(#index #part,)
        });
        let is_listed =
            (node.is_resource() || node.is_effect() || node.is_inside()) && !is_hidden(node);
        // A graph inside may be of a type that the page does not show.
        has_private_words |= node.is_inside();
        let held = held_type(context, node).map(|ty| quote!((#ty)));
        let words = (is_listed && is_documented(&node.attrs)).then(|| {
            has_private_words |= !covers(&node.vis, &graph.vis);
            let words: Vec<String> = node.attrs.iter().filter_map(text).collect();
            words.join("\n")
        });
        quote!(#kind #name #held #(#flags)* #(#policies)* [#(#uses)*] #words;)
    });
    let nodes: TokenStream = nodes.collect();
    // The documentation of a private node may link to private items.
    let allow = has_private_words
        .then(|| quote!(#[cfg_attr(doc, allow(rustdoc::private_intra_doc_links))]));
    quote! {
        #[cfg_attr(doc, doc = ::signal_kernel::__private::picture! { #name #documented; #nodes })]
        #allow
    }
}

/// The type of a graph inside, or of the rows of a list, with a link where rustdoc can follow it.
fn held_type(context: &Context, node: &Node) -> Option<String> {
    let ty = match &node.kind {
        Kind::Graph { ty, .. } => ty,
        Kind::List(list) => &list.ty,
        _ => return None,
    };
    let Type::Path(TypePath {
        path, qself: None, ..
    }) = ty
    else {
        return Some(format!("`{}`", ty.to_token_stream()));
    };
    let segments = path.segments.iter();
    let names: Vec<String> = segments.map(|it| it.ident.to_string()).collect();
    let is_parameter = |name: &String| context.names.iter().any(|it| it.to_string() == *name);
    let path = names.join("::");
    let last = names.last().cloned().unwrap_or_default();
    Some(if names.first().is_some_and(is_parameter) {
        format!("`{last}`")
    } else {
        format!("[`{last}`]({path})")
    })
}

fn word(word: &str) -> Ident {
    Ident::new(word, Span::call_site())
}

pub(super) fn is_documented(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| text(attr).is_some())
}

/// The text as an attribute; no attribute for an empty text.
fn attribute(context: &Context, text: impl FnOnce(&Plan) -> String) -> TokenStream {
    let text = text(context.plan);
    if text.is_empty() {
        return TokenStream::new();
    }
    let text = sentences::indented(&text);
    quote!(#[cfg_attr(doc, doc = #text)])
}

fn dependencies(context: &Context, plan: &Plan, index: usize) -> Dependencies {
    let nodes = &context.declaration.nodes;
    let node = &nodes[index];
    let mut dependencies = Dependencies {
        nodes: Vec::new(),
        fields: Vec::new(),
        is_effect: node.is_effect(),
        is_lazy: plan.nodes[index].lazy,
        keeps_result: node.is_effect() && node.is_stored(),
        is_after_first: node.is_effect() && !node.runs_at_first(),
        is_signal: node.is_signal(),
        holds: None,
        policies: policies(node),
    };
    for (used, observed) in whole_edges(node) {
        let name = link(context, used, &node.vis);
        if nodes[used].is_field() {
            dependencies.fields.push(name);
        } else if node.is_signal() {
            let text = sentences::start(&name, observed.word());
            dependencies.nodes.push(text);
        } else {
            let text = sentences::observed(name, observed.word());
            dependencies.nodes.push(text);
        }
    }
    dependencies
}

/// Each policy of a resource as a clause: `tries again 5 times, after 250 ms to 8 s`.
fn policies(node: &Node) -> Vec<String> {
    let Kind::Resource {
        interruptions,
        times,
        ..
    } = &node.kind
    else {
        return Vec::new();
    };
    let mut clauses = time::clauses(times);
    clauses.extend(
        interruptions
            .iter()
            .filter_map(|Interruption { by, fate }| {
                let cancels = by == "on_cancel";
                let clause = match (fate, cancels) {
                    (Fate::Keep, true) => "keeps a partial answer that is cancelled",
                    (Fate::Clear, true) => "loses its value when it is cancelled",
                    (Fate::Keep, false) => "keeps a partial answer that fails",
                    (Fate::Clear, false) => "loses its value when it fails",
                    (Fate::Rollback, _) => return None,
                };
                Some(clause.to_owned())
            }),
    );
    clauses
}

/// The edges of a node, in which a graph inside is one node.
fn whole_edges(node: &Node) -> Vec<(usize, Observed)> {
    let mut edges = Vec::new();
    for edge in node.edges() {
        let edge = (edge.node, edge.observed);
        if !edges.contains(&edge) {
            edges.push(edge);
        }
    }
    edges
}

/// `… depend on it.`
fn dependents(context: &Context, plan: &Plan, index: usize) -> String {
    let nodes = &context.declaration.nodes;
    let node = &plan.nodes[index];
    let ranks = node.dependents.iter().map(|(rank, _)| *rank);
    let ranks = ranks.chain(node.links.iter().map(|(rank, _)| *rank));
    // In the order of declaration, each once.
    let readers: BTreeSet<usize> = ranks.map(|rank| plan.positions[rank].node).collect();
    let names = readers.into_iter().map(|reader| {
        let name = link(context, reader, &nodes[index].vis);
        if nodes[reader].is_effect() {
            format!("the effect {name}")
        } else {
            name
        }
    });
    let names: Vec<String> = names.collect();
    sentences::dependents(&names, nodes[index].is_field())
}

/// A node's name, with a link where readers of a method or struct of this visibility can follow it.
fn link(context: &Context, index: usize, vis: &Visibility) -> String {
    let node = &context.declaration.nodes[index];
    sentences::name(&node.name.unraw().to_string(), has_page(node, vis))
}

/// The node has a getter, visible wherever an item of visibility `vis` is.
pub(super) fn has_page(node: &Node, vis: &Visibility) -> bool {
    !node.is_effect() && covers(&node.vis, vis) && !is_hidden(node)
}

/// An item of visibility `vis` is visible wherever one of visibility `other` is.
fn covers(vis: &Visibility, other: &Visibility) -> bool {
    match (vis, other) {
        (Visibility::Public(_), _) | (_, Visibility::Inherited) => true,
        (Visibility::Restricted(one), Visibility::Restricted(other)) => {
            let same = || one.to_token_stream().to_string() == other.to_token_stream().to_string();
            one.path.is_ident("crate") || same()
        }
        _ => false,
    }
}

fn is_hidden(node: &Node) -> bool {
    node.attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) if attr.path().is_ident("doc") => {
            let mut tokens = list.tokens.clone().into_iter();
            tokens.any(|token| token.to_string() == "hidden")
        }
        _ => false,
    })
}

/// The text of a doc comment.
fn text(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            // The text of an `include_str!` and its like is not known here.
            _ => Some(String::new()),
        },
        _ => None,
    }
}
