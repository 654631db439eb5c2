//! From the checked graph to Rust: a description of the graph for the runtime, and its accessors.
//!
//! Invariants: what is emitted names the runtime by absolute paths only; items follow the order of the
//! declaration; a user's tokens are emitted once each where they can be completed in an editor.
//!
//! Must not know: how the declaration was written; how a graph is settled.

mod access;
mod bodies;
mod build;
mod callees;
mod docs;
mod editor;
mod engine;
mod mixed;
mod plan;
mod script;
mod tables;
mod texts;
mod warnings;

use crate::model::{Body, Graph, Kind, Node, Part, Rule, Use};
use plan::Plan;
use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use script::Script;
use syn::{
    GenericParam, Generics, ImplGenerics, Path, Type, TypeGenerics, Visibility, WhereClause,
    ext::IdentExt, parse_quote, spanned::Spanned,
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
    let declared = engine::declared(&context);
    let engine = plan.as_ref().map(|plan| engine::engine(&context, plan));
    let warnings = plan.as_ref().map(|_| warnings::warnings(&context));
    let callees = callees::callees(graph);
    // rustdoc lists methods in the order of the source: `GRAPH` and `new` go first.
    quote!(#bodies #structs #tables #built #accessors #declared #engine #warnings #callees)
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
            batch: match &graph.batch {
                Some(name) => name.clone(),
                None => format_ident!("{}Batch", plain, span = graph.name.span()),
            },
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
        self.graph.nodes.iter().any(Node::is_resource)
    }

    /// Is this a computed value that nothing watches?
    fn is_lazy(&self, node: usize) -> bool {
        self.plan.is_some_and(|plan| plan.places[node].lazy)
    }

    /// A private node that no body mentions: if no code reads it, rustc is to say so.
    fn is_forgotten(&self, node: usize) -> bool {
        let Some(plan) = self.plan else { return false };
        let declared = &self.graph.nodes[node];
        matches!(declared.vis, Visibility::Inherited)
            && !plan.places[node].mentioned
            && !declared.is_effect()
    }

    /// The place of the methods of a node. Where nothing is to be said of one that is not used, nor of the
    /// name of `set__x`, it is the macro's: for such lints that is code of another crate.
    fn place(&self, node: usize) -> Span {
        let name = &self.graph.nodes[node].name;
        let unspoken = name.to_string().starts_with('_') || self.is_forgotten(node);
        if unspoken { ours(name) } else { name.span() }
    }

    /// Tells rustc that who uses a method of this node reads the node.
    fn reads(&self, node: usize) -> TokenStream {
        let Context {
            name,
            type_generics,
            ..
        } = self;
        let getter = &self.graph.nodes[node].name;
        if self.is_forgotten(node) {
            quote!(let _ = <#name #type_generics>::#getter;)
        } else {
            TokenStream::new()
        }
    }

    /// A reference to what a body sees of a node.
    fn input(&self, script: &mut Script, used: &Use, from: Home, in_effect: bool) -> String {
        let node = &self.graph.nodes[used.node];
        let place = match from {
            Home::Graph(graph) => format!("{graph}.{}", self.stored(used.node)),
            Home::Locals(part) => self.local(used.node, part),
        };
        match &node.kind {
            Kind::Field { mutable: true, .. } if in_effect => format!("&mut {place}"),
            Kind::Field { .. } => format!("&{place}"),
            Kind::Computed { .. } if self.is_lazy(used.node) => {
                format!("::signal_kernel::__private::read::current(&{place})")
            }
            Kind::Signal { .. } | Kind::Computed { .. } => format!("&{place}.value"),
            Kind::Resource { path, .. } => {
                // What is wrong with a resource is said at its path, and once.
                let field = match from {
                    Home::Graph(graph) => {
                        let graph = Ident::new(graph, Span::call_site());
                        let field = self.field(used.node);
                        quote!(#graph.#field)
                    }
                    Home::Locals(part) if self.part(used.node) == part => {
                        field(node).to_token_stream()
                    }
                    Home::Locals(_) => self.field(used.node),
                };
                let state = quote_spanned!(path.span()=> &#field.task.state);
                script.hole(state).to_string()
            }
            Kind::Effect { .. } => "()".to_owned(),
        }
    }

    /// The part of a large graph that holds a node.
    fn part(&self, node: usize) -> Option<usize> {
        let (part, _) = self.plan?.places[node].part?;
        Some(part)
    }

    /// Where the struct has a node: `__price`, or in a large graph `part_2__.17`.
    fn stored(&self, node: usize) -> String {
        match self.plan.and_then(|plan| plan.places[node].part) {
            Some((part, at)) => format!("part_{part}__.{at}"),
            None => format!("__{}", self.graph.nodes[node].name.unraw()),
        }
    }

    /// Where `new` has a node while it makes this part.
    fn local(&self, node: usize, part: Option<usize>) -> String {
        if self.part(node) == part {
            format!("__{}", self.graph.nodes[node].name.unraw())
        } else {
            self.stored(node)
        }
    }

    /// As `stored`, where tokens of the user's are around it.
    fn field(&self, node: usize) -> TokenStream {
        let declared = &self.graph.nodes[node];
        match self.plan.and_then(|plan| plan.places[node].part) {
            Some((part, at)) => {
                let place = ours(&declared.name);
                let part = format_ident!("part_{part}__", span = place);
                let mut at = Literal::usize_unsuffixed(at);
                at.set_span(place);
                quote!(#part.#at)
            }
            None => field(declared).to_token_stream(),
        }
    }

    /// Names for two type parameters of ours, which the user's do not have.
    fn free_types(&self) -> [Ident; 2] {
        ["R", "E"].map(|name| {
            if self.names.iter().any(|taken| taken.to_string() == name) {
                format_ident!("__{name}")
            } else {
                format_ident!("{name}")
            }
        })
    }

    fn inputs(&self, script: &mut Script, node: &Node, from: Home) -> Vec<String> {
        let in_effect = node.is_effect();
        node.uses()
            .iter()
            .map(|used| self.input(script, used, from, in_effect))
            .collect()
    }

    /// The function that compares two values of a node.
    fn same(&self, node: &Node) -> String {
        match self.primitive(node) {
            Some(primitive) => format!("__equal_{primitive}"),
            None => format!("__same_{}", node.name.unraw()),
        }
    }

    /// The type of a node that can be compared without a question, so that nobody need be told of which node it
    /// is: one function for each such type, not for each node, is a good part of what a large graph costs.
    fn primitive(&self, node: &Node) -> Option<&'static str> {
        const PRIMITIVES: [&str; 16] = [
            "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
            "u32", "u64", "u128", "usize",
        ];
        let (Kind::Signal { ty, rule, .. } | Kind::Computed { ty, rule, .. }) = &node.kind else {
            return None;
        };
        let (Type::Path(ty), Rule::PartialEq) = (ty, rule) else {
            return None;
        };
        let name = ty.path.get_ident().filter(|_| ty.qself.is_none())?;
        let name = name.to_string();
        let is_parameter = self.names.iter().any(|taken| taken.to_string() == name);
        let mut primitives = PRIMITIVES.into_iter().filter(|_| !is_parameter);
        primitives.find(|primitive| *primitive == name)
    }
}

/// Where a body's inputs are.
#[derive(Clone, Copy)]
enum Home<'a> {
    /// In the struct, called `self` or `graph`.
    Graph(&'a str),
    /// In the locals of `new`, which makes this part.
    Locals(Option<usize>),
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
    format_ident!("__{}", node.name.unraw(), span = ours(&node.name))
}

/// A function of ours for a node, told apart by `what`.
fn function(what: &str, node: &Node) -> Ident {
    format_ident!("__{what}_{}", node.name.unraw(), span = ours(&node.name))
}

/// The place of a name, for a name that no lint of the user's is to speak of.
fn ours(name: &Ident) -> Span {
    Span::call_site().located_at(name.span())
}

/// A local of ours, or `self`, at a place of the user's. Locals have the hygiene of their tokens, and a token of the
/// user's may come from another macro than the token beside it.
fn local(name: &str, place: Span) -> Ident {
    Ident::new(name, Span::call_site().located_at(place))
}

/// A method of the user's for a node.
fn method(before: &str, node: &Node, after: &str) -> Ident {
    format_ident!(
        "{before}{}{after}",
        node.name.unraw(),
        span = node.name.span()
    )
}

/// Items at a place: rustc shows an item from its first to its last token, and those are ours.
fn placed(place: Span, items: TokenStream) -> TokenStream {
    let placed = items.into_iter().map(|mut token| match &token {
        TokenTree::Ident(word) if ["fn", "struct", "impl"].iter().any(|first| word == first) => {
            token.set_span(place);
            token
        }
        TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
            token.set_span(place);
            token
        }
        _ => token,
    });
    placed.collect()
}

/// For methods, which stand at the user's tokens: lints would speak there of text that is ours.
fn quiet() -> TokenStream {
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

/// The bits of a rank in its word.
fn bits(rank: usize) -> u64 {
    1 << (rank % 64)
}
