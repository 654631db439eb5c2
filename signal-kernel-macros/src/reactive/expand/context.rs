//! The knowledge that all printers share: the names and generics of a declaration, and the place of each node.
//!
//! Must not know: the printers.

use std::ops::Deref;

use super::names::{call_site_at, field, function, place};
use super::plan::Plan;
use crate::reactive::model::{Declaration, Equality, Kind, Node, Use};
use crate::types::PRIMITIVES;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    GenericParam, Generics, ImplGenerics, Type, TypeGenerics, Visibility, WhereClause,
    ext::IdentExt, parse_quote, spanned::Spanned,
};

/// The names and generics that every impl of a declaration repeats.
pub(super) struct Header<'a> {
    pub(super) declaration: &'a Declaration,
    pub(super) name: &'a Ident,
    pub(super) batch: Ident,
    pub(super) impl_generics: ImplGenerics<'a>,
    pub(super) type_generics: TypeGenerics<'a>,
    pub(super) where_clause: Option<&'a WhereClause>,
    /// The generics of the batch type, which has one more lifetime.
    pub(super) batch_generics: Generics,
    /// The names of the generic parameters.
    pub(super) names: Vec<TokenStream>,
}

/// A declaration without errors, and the plan of its nodes.
pub(super) struct Context<'a> {
    pub(super) header: Header<'a>,
    pub(super) plan: &'a Plan,
}

impl<'a> Deref for Context<'a> {
    type Target = Header<'a>;

    fn deref(&self) -> &Header<'a> {
        &self.header
    }
}

impl<'a> Header<'a> {
    pub(super) fn new(declaration: &'a Declaration) -> Self {
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
    pub(super) fn free_types(&self) -> [Ident; 2] {
        ["R", "E"].map(|name| {
            if self.names.iter().any(|taken| taken.to_string() == name) {
                format_ident!("__{name}")
            } else {
                format_ident!("{name}")
            }
        })
    }

    /// The function that compares two values of a node.
    pub(super) fn same(&self, node: &Node) -> Ident {
        match self.primitive(node) {
            Some(primitive) => {
                format_ident!("__equal_{primitive}", span = call_site_at(&node.name))
            }
            None => function("same", node),
        }
    }

    /// The type of a node, if it is certain to be comparable. All nodes of such a type share one function: no error
    /// message has to name the node, and a large graph compiles noticeably faster.
    pub(super) fn primitive(&self, node: &Node) -> Option<&'static str> {
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
    pub(super) fn new(declaration: &'a Declaration, plan: &'a Plan) -> Self {
        Context {
            header: Header::new(declaration),
            plan,
        }
    }

    /// Whether there is work in the graph, or perhaps in a graph inside.
    pub(super) fn has_work(&self) -> bool {
        let may_work = |node: &Node| node.is_resource() || node.is_inside();
        self.declaration.nodes.iter().any(may_work)
    }

    /// Whether this is a computed value that nothing watches.
    pub(super) fn is_lazy(&self, node: usize) -> bool {
        self.plan.nodes[node].lazy
    }

    /// A private node that no body mentions, by which nothing sleeps and which the state does not hold: rustc is to warn
    /// if no code reads it.
    pub(super) fn is_unused(&self, node: usize) -> bool {
        let declared = &self.declaration.nodes[node];
        matches!(declared.vis, Visibility::Inherited)
            && !self.plan.nodes[node].mentioned
            && declared.saved.is_none()
            && !declared.is_effect()
            && !self.declaration.sleeps_by(declared)
    }

    /// The span of the methods of a node. rustc lints no code at the macro's own span: neither an unused method nor a
    /// name like `set__x`.
    pub(super) fn method_span(&self, node: usize) -> Span {
        let name = &self.declaration.nodes[node].name;
        let is_silent = name.to_string().starts_with('_') || self.is_unused(node);
        if is_silent {
            call_site_at(name)
        } else {
            name.span()
        }
    }

    /// A method that uses the getter, so that rustc takes a node as read if any of its methods is called.
    pub(super) fn getter_use(&self, node: usize) -> TokenStream {
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
    pub(super) fn input(&self, used: &Use, from: Origin, in_effect: bool) -> TokenStream {
        let node = &self.declaration.nodes[used.node];
        let place = self.place_from(used.node, from);
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

    /// The place of a node's value, in the struct or in a local of `new`.
    pub(super) fn place_from(&self, index: usize, from: Origin) -> TokenStream {
        let node = &self.declaration.nodes[index];
        match from {
            Origin::Locals(chunk) if self.chunk(index) == chunk => place(node, &field(node)),
            Origin::Graph | Origin::Locals(_) => self.field(index),
        }
    }

    /// The chunk of a large graph that holds a node.
    pub(super) fn chunk(&self, node: usize) -> Option<usize> {
        let (chunk, _) = self.plan.nodes[node].chunk?;
        Some(chunk)
    }

    /// The place of a node's value in the struct: `__price`, in a large graph `chunk_2__.17`, and `__page.slot` for a signal
    /// that starts anew.
    pub(super) fn field(&self, node: usize) -> TokenStream {
        place(&self.declaration.nodes[node], &self.stored(node))
    }

    /// The place of a node in the struct.
    pub(super) fn stored(&self, node: usize) -> TokenStream {
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
    pub(super) fn mark(&self, node: usize) -> TokenStream {
        let stored = self.stored(node);
        quote!(#stored.hand)
    }

    /// The nodes that a body sees. The value of a signal that starts anew sees the signal itself first.
    pub(super) fn inputs(&self, node: &Node, from: Origin) -> Vec<TokenStream> {
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
pub(super) enum Origin {
    /// In the struct.
    Graph,
    /// In the locals of `new`, which makes this chunk.
    Locals(Option<usize>),
}
