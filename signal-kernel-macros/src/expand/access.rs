//! The structs and the signatures of their methods: the interface that users call.
//!
//! Invariants: a method has the visibility of its node, and a doc comment of its own; a graph and the sketch of one have
//! the same signatures.
//!
//! Must not know: the bodies of methods; ranks.

use super::{
    Context, Header, Kind, Node, docs, field, lint_allows,
    methods::{Bodies, Method, Receiver},
    resource_type, respan, seen_type,
    texts::{Texts, texts},
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

/// The struct of a graph, with its nodes as fields.
pub(super) fn structs(context: &Context) -> TokenStream {
    let (nodes, plan) = (&context.declaration.nodes, context.plan);
    let stored = |index: usize| {
        let planned = &plan.nodes[index];
        stored_type(&nodes[index], planned.lazy, planned.versioned)
    };
    let fields: TokenStream = if plan.parts.is_empty() {
        let fields = nodes.iter().enumerate().filter_map(|(index, node)| {
            let (field, ty) = (field(node), stored(index)?);
            Some(quote!(#[doc(hidden)] #field: #ty,))
        });
        fields.collect()
    } else {
        let parts = plan.parts.iter().enumerate().map(|(part, members)| {
            let types = members.iter().filter_map(|&index| stored(index));
            let types = quote!((#(#types,)*));
            let ty = if plan.is_lazy(part) {
                quote!(::signal_kernel::__private::std::boxed::Box<#types>)
            } else {
                types
            };
            let part = format_ident!("part_{part}__");
            quote!(#[doc(hidden)] #part: #ty,)
        });
        parts.collect()
    };
    structs_with(context, plan.words, &fields, &docs::of_struct(context))
}

/// ```text
/// pub struct Cart { core__: Core<1>, __price: Slot<u64>, … }
/// pub struct CartBatch<'graph> { graph__: &'graph mut Cart }
/// ```
///
/// A large graph has its nodes in parts: `part_0__: (Slot<u64>, …)`, `part_1__: Box<(Memo<u64>, …)>`.
///
/// The core is named most, and rustc looks for a field from the first to the last: it goes first.
pub(super) fn structs_with(
    header: &Header,
    words: usize,
    fields: &TokenStream,
    docs: &TokenStream,
) -> TokenStream {
    let Header {
        name,
        batch,
        type_generics,
        where_clause,
        declaration,
        opened,
        ..
    } = header;
    let (attrs, vis) = (&declaration.attrs, &declaration.vis);
    let full = &declaration.generics;
    let (open_impl, _, _) = opened.split_for_impl();
    // An empty list that is the macro's: rustc suggests no parameter in it for a type it does not find.
    let full = if full.params.is_empty() {
        quote!(<>)
    } else {
        quote!(#full)
    };
    let plain = name.unraw();
    let batch_doc = format!(
        " A [`{plain}`] that is being written: see [`{plain}::batch`] and [`{plain}::transaction`]."
    );
    let structs = quote! {
        #(#attrs)*
        #docs
        #[allow(unreachable_pub, clippy::type_complexity)]
        #vis struct #name #full #where_clause {
            #[doc(hidden)]
            core__: ::signal_kernel::__private::Core<#words>,
            #fields
        }

        #[doc = #batch_doc]
        #[allow(dead_code, missing_debug_implementations, unreachable_pub)]
        #vis struct #batch #open_impl #where_clause {
            #[doc(hidden)]
            graph__: &'graph mut #name #type_generics,
        }
    };
    respan(name.span(), structs)
}

/// The type of a node's field, if the struct has one.
pub(super) fn stored_type(node: &Node, is_lazy: bool, is_versioned: bool) -> Option<TokenStream> {
    let version = if is_versioned {
        quote!(u64)
    } else {
        quote!(())
    };
    Some(match &node.kind {
        Kind::Field { ty, .. } => quote!(#ty),
        Kind::Computed { ty, .. } if is_lazy => {
            quote!(::signal_kernel::__private::Memo<#ty>)
        }
        Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => {
            quote!(::signal_kernel::__private::Slot<#ty, #version>)
        }
        Kind::Resource { path, .. } => {
            let [value, error, future] =
                ["Value", "Error", "Future"].map(|name| resource_type(path, name));
            quote_spanned!(path.span()=> ::signal_kernel::__private::ResourceSlot<#value, #error, #future>)
        }
        Kind::Effect { kept: Some(ty), .. } => {
            quote!(::signal_kernel::__private::core::option::Option<#ty>)
        }
        Kind::Effect { kept: None, .. } => return None,
    })
}

/// ```text
/// impl Cart { pub fn price(&self) -> &u64 … pub fn set_price(&mut self, value: u64) … }
/// impl CartBatch<'_> { … }
/// ```
pub(super) fn accessors(context: &Context) -> TokenStream {
    let texts = texts(context);
    let bodies = Bodies { context };
    let accessors = Accessors {
        header: context,
        texts: &texts,
        span: &|index| context.method_span(index),
        body: &|receiver, method, index| bodies.body(receiver, method, index),
    };
    let nodes = 0..context.declaration.nodes.len();
    let (unused, used): (Vec<usize>, Vec<usize>) =
        nodes.partition(|&index| context.is_unused(index));
    let nested = nested(context, |method| bodies.nested(method));
    let impls = accessors.impls(&used, &nested);
    let unused = unused.into_iter().map(|index| accessors.unused(index));
    quote!(#impls #(#unused)*)
}

/// The methods of all nodes. The bodies come from elsewhere, since a sketch has none.
pub(super) struct Accessors<'a> {
    pub(super) header: &'a Header<'a>,
    /// By node.
    pub(super) texts: &'a [Texts],
    /// The span of a node's methods.
    pub(super) span: &'a dyn Fn(usize) -> Span,
    pub(super) body: &'a dyn Fn(Receiver, Method, usize) -> TokenStream,
}

impl Accessors<'_> {
    /// `nested` are the methods `batch` and `transaction` of the batch type.
    pub(super) fn impls(&self, nodes: &[usize], nested: &TokenStream) -> TokenStream {
        let Header {
            name,
            batch,
            impl_generics,
            type_generics,
            where_clause,
            ..
        } = self.header;
        // Joined in one go, not one by one.
        let [own, in_batch]: [TokenStream; 2] =
            [Receiver::Graph, Receiver::Batch].map(|receiver| {
                let methods = nodes.iter().map(|&index| self.methods(index, receiver));
                methods
                    .flat_map(|(getter, others)| [getter, others])
                    .collect()
            });
        let lint_allows = lint_allows();
        let (open_impl, open_type, _) = self.header.opened.split_for_impl();
        quote! {
            #[allow(dead_code)]
            #lint_allows
            impl #impl_generics #name #type_generics #where_clause {
                #own
            }

            #[allow(dead_code, deprecated)]
            #lint_allows
            impl #open_impl #batch #open_type #where_clause {
                #in_batch
                #nested
            }
        }
    }

    /// The methods of a private node that no body mentions. If no code reads it either, rustc says so at the user's
    /// token: of the getter alone, which every other reading method uses. Lints pass over the other methods, whose names
    /// belong to the macro.
    ///
    /// ```text
    /// impl Cart { fn price(&self) -> &u64 … }
    /// impl Cart { fn set_price(&mut self, value: u64) … fn update_price(…) { let _ = <Cart>::price; … } }
    /// impl CartBatch<'_> { … }
    /// ```
    fn unused(&self, index: usize) -> TokenStream {
        let Header {
            name,
            batch,
            impl_generics,
            type_generics,
            where_clause,
            names,
            ..
        } = self.header;
        let lint_allows = lint_allows();
        let (open_impl, open_type, _) = self.header.opened.split_for_impl();
        let (getter, others) = self.methods(index, Receiver::Graph);
        let (batch_getter, batch_others) = self.methods(index, Receiver::Batch);
        let parameters = if names.is_empty() {
            quote!(<>)
        } else {
            quote!(#impl_generics)
        };
        let getter = quote! {
            #lint_allows
            impl #parameters #name #type_generics #where_clause { #getter }
        };
        let getter = respan(name.span(), getter);
        quote! {
            #getter
            #lint_allows
            impl #impl_generics #name #type_generics #where_clause { #others }
            #[allow(deprecated)]
            #lint_allows
            impl #open_impl #batch #open_type #where_clause { #batch_getter #batch_others }
        }
    }

    /// The getter of a node, and its other methods.
    fn methods(&self, index: usize, receiver: Receiver) -> (TokenStream, TokenStream) {
        let node = &self.header.declaration.nodes[index];
        let vis = &node.vis;
        let span = (self.span)(index);
        let named = |before: &str, after: &str| {
            let mut name = super::method(before, node, after);
            name.set_span(span);
            name
        };
        // The user's lints speak of the getter of the graph.
        let getter_span = if receiver == Receiver::Graph {
            node.name.span()
        } else {
            span
        };
        let ty = seen_type(node);
        let seen_mut = reference(&ty, true);
        let returned = returned(self.header, &ty, getter_span);
        let [value, change] = ["value", "change"].map(|name| Ident::new(name, getter_span));
        let body = |method| (self.body)(receiver, method, index);
        let docs = if receiver == Receiver::Graph {
            &self.texts[index].own
        } else {
            &self.texts[index].open
        };
        let [_, second_docs, third_docs, fourth_docs] = docs;
        let getter = || {
            self.getter(
                node,
                receiver,
                getter_span,
                &docs[0],
                &ty,
                body(Method::Get),
            )
        };
        let others = match &node.kind {
            Kind::Effect { .. } => return Default::default(),
            Kind::Field { mutable: true, .. } => {
                let (name, body) = (named("", "_mut"), body(Method::GetMut));
                quote! {
                    #second_docs
                    #vis fn #name(&mut self) -> #seen_mut { #body }
                }
            }
            Kind::Signal { .. } => {
                let (set, update) = (named("set_", ""), named("update_", ""));
                let [set_body, update_body] = [Method::Set, Method::Update].map(body);
                let closure = quote_spanned!(getter_span=> impl ::signal_kernel::__private::core::ops::FnOnce(#seen_mut) -> #returned);
                let (bound, with) = if receiver == Receiver::Graph {
                    Default::default()
                } else {
                    let (mut name, body) = (named("update_", "_with"), body(Method::UpdateWith));
                    if node.name.to_string().ends_with('_') {
                        // No lint blames the user for `update_end__with`.
                        name.set_span(super::call_site_at(&node.name));
                    }
                    let with = quote! {
                        #fourth_docs
                        #vis fn #name<#returned>(
                            &mut self,
                            #change: #closure,
                            undo: impl ::signal_kernel::__private::core::ops::FnOnce(#seen_mut) + ::signal_kernel::__private::core::marker::Send + 'static,
                        ) -> #returned { #body }
                    };
                    let bound = quote_spanned!(ty.span()=> where for<'undo> #ty: ::signal_kernel::needs::Undo<'undo>);
                    (bound, with)
                };
                quote! {
                    #second_docs
                    #vis fn #set(&mut self, #value: #ty) { #set_body }
                    #third_docs
                    #vis fn #update<#returned>(&mut self, #change: #closure) -> #returned #bound { #update_body }
                    #with
                }
            }
            Kind::Resource { .. } => {
                let (reload, cancel) = (named("reload_", ""), named("cancel_", ""));
                let [reload_body, cancel_body] = [Method::Reload, Method::Cancel].map(body);
                quote! {
                    #second_docs
                    #vis fn #reload(&mut self) { #reload_body }
                    #third_docs
                    #vis fn #cancel(&mut self, reason: impl ::signal_kernel::__private::core::convert::Into<::signal_kernel::CancelReason>) { #cancel_body }
                }
            }
            Kind::Field { .. } | Kind::Computed { .. } => TokenStream::new(),
        };
        (getter(), respan(span, others))
    }

    /// A getter, with the span of its name: as `respan` would do it, with less work.
    fn getter(
        &self,
        node: &Node,
        receiver: Receiver,
        span: Span,
        docs: &TokenStream,
        ty: &TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let vis = &node.vis;
        let (attrs, receiver) = if receiver == Receiver::Graph {
            (node.attrs.as_slice(), quote!(&self))
        } else {
            ([].as_slice(), quote!(&mut self))
        };
        let mut name = node.name.clone();
        name.set_span(span);
        let keyword = Ident::new("fn", span);
        let seen = reference(ty, false);
        let [receiver, body] = [(Delimiter::Parenthesis, receiver), (Delimiter::Brace, body)].map(
            |(delimiter, content)| {
                let mut group = Group::new(delimiter, content);
                group.set_span(span);
                group
            },
        );
        quote!(#(#attrs)* #docs #vis #keyword #name #receiver -> #seen #body)
    }
}

/// The type that a closure over a value of this type returns: none that is named in it.
fn returned(header: &Header, ty: &TokenStream, span: Span) -> Ident {
    let [free, _] = header.free_types();
    if mentions(ty.clone(), &free) {
        Ident::new("__Returned", span)
    } else {
        Ident::new(&free.to_string(), span)
    }
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// A reference that begins where its type does.
fn reference(ty: &TokenStream, mutable: bool) -> TokenStream {
    let first = ty.clone().into_iter().next();
    let span = first.map_or_else(Span::call_site, |first| first.span());
    if mutable {
        quote_spanned!(span=> &mut #ty)
    } else {
        quote_spanned!(span=> & #ty)
    }
}

/// `batch` and `transaction` of the batch type.
pub(super) fn nested(header: &Header, body: impl Fn(&str) -> TokenStream) -> TokenStream {
    let [returned, failed] = header.free_types();
    let Header {
        batch,
        names,
        declaration,
        ..
    } = header;
    let vis = &declaration.vis;
    let [batch_body, transaction_body] = ["batch", "transaction"].map(body);
    quote! {
        /// A batch inside this one: the outermost settles.
        #vis fn batch<#returned>(&mut self, batch: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> #returned) -> #returned {
            #batch_body
        }

        /// A transaction inside: if it fails, only its own writes and requests are taken back.
        ///
        /// # Errors
        ///
        /// With the error of `transaction`.
        #vis fn transaction<#returned, #failed>(
            &mut self,
            transaction: impl ::signal_kernel::__private::core::ops::FnOnce(&mut #batch<'_, #(#names),*>) -> ::signal_kernel::__private::core::result::Result<#returned, #failed>,
        ) -> ::signal_kernel::__private::core::result::Result<#returned, #failed> {
            #transaction_body
        }
    }
}
