//! From the model to Rust: the items of a graph, and the shape of a sketch.
//!
//! Invariants: emitted code names the runtime by absolute paths only; items follow the order of the declaration; a
//! user's tokens are emitted once each where they can be completed in an editor.
//!
//! Must not know: how the declaration was written; how a graph is settled.

mod access;
mod bodies;
mod build;
mod callees;
mod debug;
mod docs;
mod editor;
mod engine;
mod inside;
mod list;
mod methods;
mod mixed;
mod plan;
mod sketch;
mod state;
mod structs;
mod tables;
mod texts;
mod warnings;
mod words;

use std::ops::Deref;

use crate::reactive::model::{Declaration, Equality, Graph, Kind, List, Node, Observed, Use};
use crate::types::PRIMITIVES;
use plan::Plan;
use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    GenericParam, Generics, ImplGenerics, Path, Type, TypeGenerics, Visibility, WhereClause,
    ext::IdentExt, parse_quote, parse_quote_spanned, spanned::Spanned,
};

pub(crate) use sketch::sketch;

/// All items of a graph. rustdoc lists methods in the order of the source: `GRAPH` and `new` go first.
pub(crate) fn graph(graph: &Graph) -> TokenStream {
    let plan = Plan::new(graph);
    let context = &Context::new(&graph.declaration, &plan);
    let bodies = bodies::bodies(context, |_| false);
    let structs = structs::structs(context);
    let tables = tables::graph(context, &inside::descriptions(context));
    let built = build::build(context);
    let debug = debug::debug(context);
    let state = state::state(context);
    let accessors = access::accessors(context);
    let declared = engine::declared(
        context,
        plan.words,
        &tables::names(context),
        quote!(::signal_kernel::__private::poll_work(self, context)),
    );
    let engine = engine::engine(context);
    let warnings = warnings::warnings(context);
    let callees = callees::callees(context.declaration);
    quote!(#bodies #structs #tables #built #debug #state #accessors #declared #engine #warnings #callees)
}

/// The names and generics that every impl of a declaration repeats.
struct Header<'a> {
    declaration: &'a Declaration,
    name: &'a Ident,
    batch: Ident,
    impl_generics: ImplGenerics<'a>,
    type_generics: TypeGenerics<'a>,
    where_clause: Option<&'a WhereClause>,
    /// The generics of the batch type, which has one more lifetime.
    batch_generics: Generics,
    /// The names of the generic parameters.
    names: Vec<TokenStream>,
}

/// A declaration without errors, and the plan of its nodes.
struct Context<'a> {
    header: Header<'a>,
    plan: &'a Plan,
}

impl<'a> Deref for Context<'a> {
    type Target = Header<'a>;

    fn deref(&self) -> &Header<'a> {
        &self.header
    }
}

impl<'a> Header<'a> {
    fn new(declaration: &'a Declaration) -> Self {
        let (impl_generics, type_generics, where_clause) = declaration.generics.split_for_impl();
        let plain = declaration.name.unraw();
        let mut batch_generics = declaration.generics.clone();
        batch_generics.params.insert(0, parse_quote!('graph));
        let names = declaration
            .generics
            .params
            .iter()
            .map(|parameter| match parameter {
                GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
                GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
                // An error has been reported, but the user's types still name it.
                GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
            });
        let names = names.collect();
        Header {
            declaration,
            name: &declaration.name,
            batch: match &declaration.batch {
                Some(name) => name.clone(),
                None => format_ident!("{}Batch", plain, span = declaration.name.span()),
            },
            impl_generics,
            type_generics,
            where_clause,
            batch_generics,
            names,
        }
    }

    /// Names for two type parameters, which differ from the user's.
    fn free_types(&self) -> [Ident; 2] {
        ["R", "E"].map(|name| {
            if self.names.iter().any(|taken| taken.to_string() == name) {
                format_ident!("__{name}")
            } else {
                format_ident!("{name}")
            }
        })
    }

    /// The function that compares two values of a node.
    fn same(&self, node: &Node) -> Ident {
        match self.primitive(node) {
            Some(primitive) => {
                format_ident!("__equal_{primitive}", span = call_site_at(&node.name))
            }
            None => function("same", node),
        }
    }

    /// The type of a node, if it is certain to be comparable. All nodes of such a type share one function: no error
    /// message has to name the node, and a large graph compiles noticeably faster.
    fn primitive(&self, node: &Node) -> Option<&'static str> {
        let (Kind::Signal { ty, equality, .. } | Kind::Computed { ty, equality, .. }) = &node.kind
        else {
            return None;
        };
        let (Type::Path(ty), Equality::PartialEq) = (ty, equality) else {
            return None;
        };
        let name = ty.path.get_ident().filter(|_| ty.qself.is_none())?;
        let name = name.to_string();
        let is_parameter = self.names.iter().any(|taken| taken.to_string() == name);
        let mut primitives = PRIMITIVES.into_iter().filter(|_| !is_parameter);
        primitives.find(|primitive| *primitive == name)
    }
}

impl<'a> Context<'a> {
    fn new(declaration: &'a Declaration, plan: &'a Plan) -> Self {
        Context {
            header: Header::new(declaration),
            plan,
        }
    }

    /// Whether there is work in the graph, or perhaps in a graph inside.
    fn has_work(&self) -> bool {
        let may_work = |node: &Node| node.is_resource() || node.is_inside();
        self.declaration.nodes.iter().any(may_work)
    }

    /// Whether this is a computed value that nothing watches.
    fn is_lazy(&self, node: usize) -> bool {
        self.plan.nodes[node].lazy
    }

    /// A private node that no body mentions and the state does not hold: rustc is to warn if no code reads it.
    fn is_unused(&self, node: usize) -> bool {
        let declared = &self.declaration.nodes[node];
        matches!(declared.vis, Visibility::Inherited)
            && !self.plan.nodes[node].mentioned
            && declared.saved.is_none()
            && !declared.is_effect()
    }

    /// The span of the methods of a node. rustc lints no code at the macro's own span: neither an unused method nor a
    /// name like `set__x`.
    fn method_span(&self, node: usize) -> Span {
        let name = &self.declaration.nodes[node].name;
        let is_silent = name.to_string().starts_with('_') || self.is_unused(node);
        if is_silent {
            call_site_at(name)
        } else {
            name.span()
        }
    }

    /// A method that uses the getter, so that rustc takes a node as read if any of its methods is called.
    fn getter_use(&self, node: usize) -> TokenStream {
        let Header {
            name,
            type_generics,
            ..
        } = &self.header;
        let getter = &self.declaration.nodes[node].name;
        if self.is_unused(node) {
            quote!(let _ = <#name #type_generics>::#getter;)
        } else {
            TokenStream::new()
        }
    }

    /// A node as a body sees it, in the form that a template takes: `([&] __price.value)`.
    fn input(&self, used: &Use, from: Origin, in_effect: bool) -> TokenStream {
        let node = &self.declaration.nodes[used.node];
        let place = match from {
            Origin::Locals(chunk) if self.chunk(used.node) == chunk => place(node, &field(node)),
            Origin::Graph | Origin::Locals(_) => self.field(used.node),
        };
        match &node.kind {
            Kind::Field { mutable: true, .. } if in_effect => quote!(([&mut] #place)),
            Kind::Field { .. } => quote!(([&] #place)),
            Kind::Computed { .. } if self.is_lazy(used.node) => quote!(([] #place.current())),
            Kind::Signal { .. } | Kind::Computed { .. } => quote!(([&] #place.value)),
            Kind::Resource { path, .. } => {
                // rustc reports an error in a resource at its path, once.
                quote_spanned!(path.span()=> ([&] #place.task.state))
            }
            Kind::Effect { .. } => quote!(([]())),
            Kind::Graph { .. } => quote!(([] #place.get())),
            Kind::List(_) => quote!(([&] #place)),
        }
    }

    /// The chunk of a large graph that holds a node.
    fn chunk(&self, node: usize) -> Option<usize> {
        let (chunk, _) = self.plan.nodes[node].chunk?;
        Some(chunk)
    }

    /// The place of a node's value in the struct: `__price`, in a large graph `chunk_2__.17`, and `__page.slot` for a signal
    /// that starts anew.
    fn field(&self, node: usize) -> TokenStream {
        place(&self.declaration.nodes[node], &self.stored(node))
    }

    /// The place of a node in the struct.
    fn stored(&self, node: usize) -> TokenStream {
        let declared = &self.declaration.nodes[node];
        match self.plan.nodes[node].chunk {
            Some((chunk, at)) => {
                let span = call_site_at(&declared.name);
                let chunk = format_ident!("chunk_{chunk}__", span = span);
                let mut at = Literal::usize_unsuffixed(at);
                at.set_span(span);
                quote!(#chunk.#at)
            }
            None => field(declared).to_token_stream(),
        }
    }

    /// The place of the mark of a signal that starts anew.
    fn mark(&self, node: usize) -> TokenStream {
        let stored = self.stored(node);
        quote!(#stored.hand)
    }

    /// The nodes that a body sees. The value of a signal that starts anew sees the signal itself first.
    fn inputs(&self, node: &Node, from: Origin) -> Vec<TokenStream> {
        let in_effect = node.is_effect();
        let own = node.per().and_then(|per| per.own.as_ref());
        let own = own.map(|own| match from {
            Origin::Graph => {
                let place = self.field(own.node);
                quote!(([] #place.previous()))
            }
            Origin::Locals(_) => {
                quote!(([] ::signal_kernel::__private::core::option::Option::None))
            }
        });
        let uses = node.uses().iter();
        let inputs = uses.map(|used| self.input(used, from, in_effect));
        own.into_iter().chain(inputs).collect()
    }
}

/// The origin of a body's inputs.
#[derive(Clone, Copy)]
enum Origin {
    /// In the struct.
    Graph,
    /// In the locals of `new`, which makes this chunk.
    Locals(Option<usize>),
}

/// The type of what a body or a getter sees of a node.
fn seen_type(node: &Node) -> TokenStream {
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
fn resource_type(path: &Path, what: &str) -> TokenStream {
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
fn resource(path: &Path) -> Path {
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
fn field(node: &Node) -> Ident {
    format_ident!("__{}", node.name.unraw(), span = call_site_at(&node.name))
}

/// The place of a node's value, in the place of the node.
fn place(node: &Node, stored: &impl ToTokens) -> TokenStream {
    match node.per() {
        Some(_) => quote!(#stored.slot),
        None => stored.to_token_stream(),
    }
}

/// The value from before, as the expression of a signal that starts anew sees it.
fn own_parameter(node: &Node, ident: &Ident, ty: &Type) -> TokenStream {
    let mut ident = ident.clone();
    ident.set_span(ident.span().located_at(node.name.span()));
    let option = quote_spanned!(ty.span()=> ::signal_kernel::__private::core::option::Option<&#ty>);
    quote!(#ident: #option)
}

/// The name of an internal function for a node, such as `__body_total`.
fn function(what: &str, node: &Node) -> Ident {
    format_ident!(
        "__{what}_{}",
        node.name.unraw(),
        span = call_site_at(&node.name)
    )
}

/// The span of a node's name, or of the macro if lints would blame the user for a name like `set__x`.
fn named_span(node: &Node) -> Span {
    if node.name.to_string().starts_with('_') {
        call_site_at(&node.name)
    } else {
        node.name.span()
    }
}

/// The location of a name, for a name that the user's lints pass over.
fn call_site_at(name: &Ident) -> Span {
    Span::call_site().located_at(name.span())
}

/// A local of the macro, or `self`, at the location of a user's token. A local has the hygiene of its token, and that
/// of the user's token may differ from that of the token beside it.
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, Span::call_site().located_at(span))
}

/// The name of a method that users call for a node.
fn method(before: &str, node: &Node, after: &str) -> Ident {
    format_ident!(
        "{before}{}{after}",
        node.name.unraw(),
        span = node.name.span()
    )
}

/// Gives items a span: rustc shows an item from its first to its last token, and both come from the macro.
fn respan(span: Span, items: TokenStream) -> TokenStream {
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
fn lint_allows() -> TokenStream {
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
fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The bits of a rank in its word.
fn bits(rank: usize) -> u64 {
    1 << (rank % 64)
}
