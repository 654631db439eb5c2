//! From the checked graph to Rust: a description of the graph for the runtime, and its accessors.
//!
//! Invariants: what is emitted names the runtime by absolute paths only; items follow the order of the
//! declaration; a user's tokens are emitted once each where they can be completed in an editor.
//!
//! Must not know: how the declaration was written; how a graph is settled.

mod access;
mod bodies;
mod build;
mod engine;
mod plan;
mod tables;

use crate::model::{Body, Graph, Kind, Node, Part, Rule, Use};
use plan::Plan;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    GenericParam, Generics, ImplGenerics, Path, TypeGenerics, WhereClause, ext::IdentExt,
    parse_quote, spanned::Spanned,
};

/// Everything one struct expands to. Without an `order` the graph has an error: then what is emitted
/// type-checks, so that the error stands alone, and does nothing.
pub(crate) fn expand(graph: &Graph, order: Option<&[usize]>) -> TokenStream {
    let plan = order.map(|order| Plan::new(graph, order));
    let context = Context::new(graph, plan.as_ref());
    let structs = access::structs(&context);
    let accessors = access::accessors(&context);
    let bodies = bodies::bodies(&context);
    let built = build::build(&context);
    let tables = tables::graph(&context, plan.as_ref());
    let engine = plan.as_ref().map(|plan| engine::engine(&context, plan));
    quote!(#structs #accessors #bodies #built #tables #engine)
}

/// What every part of the expansion needs.
struct Context<'a> {
    graph: &'a Graph,
    plan: Option<&'a Plan>,
    name: &'a Ident,
    batch: Ident,
    transaction: Ident,
    impl_generics: ImplGenerics<'a>,
    type_generics: TypeGenerics<'a>,
    where_clause: Option<&'a WhereClause>,
    /// The generics of the batch and the transaction type: a lifetime more.
    opened: Generics,
    /// The parameters' names.
    names: Vec<TokenStream>,
}

impl<'a> Context<'a> {
    fn new(graph: &'a Graph, plan: Option<&'a Plan>) -> Self {
        let (impl_generics, type_generics, where_clause) = graph.generics.split_for_impl();
        let plain = graph.name.unraw();
        let mut opened = graph.generics.clone();
        opened.params.insert(0, parse_quote!('graph));
        let names = graph
            .generics
            .params
            .iter()
            .map(|parameter| match parameter {
                GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
                GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
                // Refused, but there: the user's types still name it.
                GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
            });
        let names = names.collect();
        Context {
            graph,
            plan,
            name: &graph.name,
            batch: format_ident!("{}Batch", plain, span = graph.name.span()),
            transaction: format_ident!("{}Transaction", plain, span = graph.name.span()),
            impl_generics,
            type_generics,
            where_clause,
            opened,
            names,
        }
    }

    /// The body of a method: as given, or nothing to run where the graph has an error.
    fn live(&self, body: impl FnOnce(&Plan) -> TokenStream) -> TokenStream {
        match self.plan {
            Some(plan) => body(plan),
            None => quote!(::signal_kernel::__private::std::unreachable!()),
        }
    }

    fn has_resources(&self) -> bool {
        self.graph
            .nodes
            .iter()
            .any(|node| matches!(node.kind, Kind::Resource { .. }))
    }

    /// Is this a computed value that nothing watches?
    fn is_lazy(&self, node: usize) -> bool {
        self.plan.is_some_and(|plan| plan.places[node].lazy)
    }

    /// A reference to what a body sees of a node, in `place`: the struct, or the locals of `new`.
    fn input(&self, used: &Use, place: &TokenStream, in_effect: bool) -> TokenStream {
        let node = &self.graph.nodes[used.node];
        let field = field(node);
        match &node.kind {
            Kind::Field { mutable: true, .. } if in_effect => quote!(&mut #place #field),
            Kind::Field { .. } => quote!(&#place #field),
            Kind::Signal { .. } => quote!(&#place #field.value),
            Kind::Computed { .. } if self.is_lazy(used.node) => {
                quote!(::signal_kernel::__private::read::current(&#place #field))
            }
            Kind::Computed { .. } => quote!(&#place #field.value),
            Kind::Resource { path, .. } => quote_spanned!(path.span()=> &#place #field.state),
            Kind::Effect { .. } => quote!(()),
        }
    }

    /// Names for two type parameters of ours, which the user's do not have.
    fn free_types(&self) -> [Ident; 2] {
        ["R", "E"].map(
            |name| match self.names.iter().any(|taken| taken.to_string() == name) {
                true => format_ident!("__{name}"),
                false => format_ident!("{name}"),
            },
        )
    }

    fn inputs(&self, node: &Node, place: &TokenStream) -> Vec<TokenStream> {
        let in_effect = matches!(node.kind, Kind::Effect { .. });
        node.uses()
            .iter()
            .map(|used| self.input(used, place, in_effect))
            .collect()
    }
}

/// The type of what a body, a getter or a parameter of `new` sees of a node.
fn seen_type(node: &Node) -> TokenStream {
    match &node.kind {
        Kind::Field { ty, .. } | Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => quote!(#ty),
        Kind::Resource { path, .. } => {
            let (value, error) = (resource_type(path, "Value"), resource_type(path, "Error"));
            quote_spanned!(path.span()=> ::signal_kernel::AsyncState<#value, #error>)
        }
        Kind::Effect { kept: Some(ty), .. } => quote!(#ty),
        Kind::Effect { kept: None, .. } => quote!(()),
    }
}

/// A type that belongs to a resource function. All of it stands at the path, where rustc reports that
/// there is no such resource: once, for equal errors at one place are one.
fn resource_type(path: &Path, what: &str) -> TokenStream {
    let what = Ident::new(what, path.span());
    quote_spanned!(path.span()=> <#path as ::signal_kernel::Resource>::#what)
}

/// The struct's field for a node: no node can have this name.
fn field(node: &Node) -> Ident {
    format_ident!("__{}", node.name.unraw(), span = node.name.span())
}

/// A function of ours for a node, told apart by `what`.
fn function(what: &str, node: &Node) -> Ident {
    format_ident!("__{what}_{}", node.name.unraw(), span = node.name.span())
}

/// A method of the user's for a node.
fn method(before: &str, node: &Node, after: &str) -> Ident {
    format_ident!(
        "{before}{}{after}",
        node.name.unraw(),
        span = node.name.span()
    )
}

/// The bits of a rank in its word.
fn bits(rank: usize) -> u64 {
    1 << (rank % 64)
}
