//! The structs and their methods: what users call.
//!
//! Invariants: a method has the visibility of its node, and a doc comment of its own; a getter never
//! runs an eager body; no method loops or decides anything, the runtime does.
//!
//! Must not know: ranks of other nodes than the one a method is for.

use super::{
    Context, Kind, Node, Part, field, function, method, plan::Plan, resource_type, seen_type,
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

/// ```text
/// pub struct Cart { __price: Slot<u64>, …, core: Core<1> }
/// pub struct CartBatch<'graph> { graph: &'graph mut Cart }
/// pub struct CartTransaction<'graph> { graph: &'graph mut Cart }
/// ```
pub(super) fn structs(context: &Context) -> TokenStream {
    let Context {
        name,
        batch,
        transaction,
        type_generics,
        where_clause,
        graph,
        opened,
        ..
    } = context;
    let (attrs, vis) = (&graph.attrs, &graph.vis);
    let full = &graph.generics;
    let (open_impl, _, _) = opened.split_for_impl();
    let fields = graph.nodes.iter().enumerate().filter_map(|(index, node)| {
        let (field, ty) = (field(node), stored_type(context, index, node)?);
        Some(quote!(#field: #ty,))
    });
    let words = context.plan.map_or(1, |plan| plan.words);
    let plain = name.unraw();
    let batch_doc =
        format!("Writes to a [`{plain}`] that are settled together. See [`{plain}::batch`].");
    let transaction_doc =
        format!("Writes to a [`{plain}`] that can be taken back. See [`{plain}::transaction`].");
    quote! {
        #(#attrs)*
        #[allow(dead_code, clippy::type_complexity)]
        #vis struct #name #full #where_clause {
            #(#fields)*
            core: ::signal_kernel::__private::Core<#words>,
        }

        #[doc = #batch_doc]
        #[allow(dead_code)]
        #vis struct #batch #open_impl #where_clause {
            graph: &'graph mut #name #type_generics,
        }

        #[doc = #transaction_doc]
        #[allow(dead_code)]
        #vis struct #transaction #open_impl #where_clause {
            graph: &'graph mut #name #type_generics,
        }
    }
}

fn stored_type(context: &Context, index: usize, node: &Node) -> Option<TokenStream> {
    let version = match context.plan {
        Some(plan) if plan.places[index].versioned => quote!(u64),
        _ => quote!(()),
    };
    Some(match &node.kind {
        Kind::Field { ty, .. } => quote!(#ty),
        Kind::Computed { ty, .. } if context.is_lazy(index) => {
            quote!(::signal_kernel::__private::Lazy<#ty>)
        }
        Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => {
            quote!(::signal_kernel::__private::Slot<#ty, #version>)
        }
        Kind::Resource { path, .. } => {
            let [value, error, future] =
                ["Value", "Error", "Future"].map(|what| resource_type(path, what));
            quote_spanned!(path.span()=> ::signal_kernel::__private::Answer<#value, #error, #future>)
        }
        Kind::Effect { kept: Some(ty), .. } => quote!(::core::option::Option<#ty>),
        Kind::Effect { kept: None, .. } => return None,
    })
}

/// ```text
/// impl Cart { pub fn price(&self) -> &u64 … pub fn set_price(&mut self, value: u64) … }
/// impl CartBatch<'_> { … }
/// impl CartTransaction<'_> { … }
/// ```
pub(super) fn accessors(context: &Context) -> TokenStream {
    let Context {
        name,
        batch,
        transaction,
        impl_generics,
        type_generics,
        where_clause,
        graph,
        ..
    } = context;
    let nodes = || graph.nodes.iter().enumerate();
    let own = nodes().map(|(index, node)| own_methods(context, index, node));
    let in_batch = nodes().map(|(index, node)| open_methods(context, index, node, Open::Batch));
    let in_transaction =
        nodes().map(|(index, node)| open_methods(context, index, node, Open::Transaction));
    let nested_batch = nested(context, Open::Batch);
    let nested_transaction = nested(context, Open::Transaction);
    let (open_impl, open_type, _) = context.opened.split_for_impl();
    quote! {
        #[allow(dead_code)]
        impl #impl_generics #name #type_generics #where_clause {
            #(#own)*
        }

        #[allow(dead_code, deprecated)]
        impl #open_impl #batch #open_type #where_clause {
            #(#in_batch)*
            #nested_batch
        }

        #[allow(dead_code, deprecated)]
        impl #open_impl #transaction #open_type #where_clause {
            #(#in_transaction)*
            #nested_transaction
        }
    }
}

/// The methods of the struct itself.
fn own_methods(context: &Context, index: usize, node: &Node) -> TokenStream {
    let (vis, attrs, x, field) = (&node.vis, &node.attrs, &node.name, field(node));
    let ty = seen_type(node);
    let kind = kind_name(node);
    let plain = node.name.unraw();
    let getter_doc = own_doc(node, &format!("The {kind} `{plain}`."));
    let getter = |body: TokenStream| {
        quote! {
            #(#attrs)*
            #getter_doc
            #[inline]
            #[track_caller]
            #vis fn #x(&self) -> &#ty { #body }
        }
    };
    match &node.kind {
        Kind::Field { mutable, .. } => {
            let getter = getter(quote!(&self.#field));
            let getter_mut = mutable.then(|| {
                let x_mut = method("", node, "_mut");
                let doc = format!("The field `{plain}`, to change: nothing reruns.");
                quote! {
                    #[doc = #doc]
                    #[inline]
                    #vis fn #x_mut(&mut self) -> &mut #ty { &mut self.#field }
                }
            });
            quote!(#getter #getter_mut)
        }
        Kind::Signal { .. } => {
            let getter = getter(quote!(&self.#field.value));
            let (set, update) = (method("set_", node, ""), method("update_", node, ""));
            let set_doc = format!("Writes the signal `{plain}` and settles the graph; an equal value changes nothing.");
            let update_doc = format!("Changes the signal `{plain}` in place and settles the graph, whatever became of it.");
            let set_body = context.live(|plan| set_body(plan, index, node));
            let update_body = context.live(|plan| {
                let position = plan.position(index);
                quote! {
                    ::signal_kernel::__private::settle::update(self, #position, |graph| {
                        let revision = graph.core.tick();
                        graph.#field.change(revision, change);
                    })
                }
            });
            quote! {
                #getter
                #[doc = #set_doc]
                #[inline]
                #vis fn #set(&mut self, value: #ty) { #set_body }
                #[doc = #update_doc]
                #vis fn #update(&mut self, change: impl ::core::ops::FnOnce(&mut #ty)) { #update_body }
            }
        }
        Kind::Computed { .. } => getter(context.live(|plan| {
            let rank = plan.position(index);
            if plan.places[index].lazy {
                quote! {
                    match self.#field.peek() {
                        ::core::option::Option::Some(value) => value,
                        ::core::option::Option::None => {
                            ::signal_kernel::__private::read::lazy(self, #rank, |graph| graph.#field.peek())
                        }
                    }
                }
            } else {
                quote! {
                    if self.core.is_failed(#rank) {
                        ::signal_kernel::__private::read::failed(self, #rank)
                    }
                    &self.#field.value
                }
            }
        })),
        Kind::Resource { path, .. } => {
            let getter = getter(quote_spanned!(path.span()=> &self.#field.state));
            let (reload, cancel) = (method("reload_", node, ""), method("cancel_", node, ""));
            let reload_doc = format!("Starts the resource `{plain}` again, with its arguments as they are now.");
            let cancel_doc = format!("Drops the work of the resource `{plain}`; does nothing if none is in flight.");
            let request = |request: TokenStream| {
                context.live(|plan| {
                    let rank = plan.position(index);
                    quote_spanned! {path.span()=>
                        self.#field.request(#request);
                        ::signal_kernel::__private::settle::request(self, #rank)
                    }
                })
            };
            let (reload_body, cancel_body) = (request(reload_request()), request(cancel_request()));
            quote! {
                #getter
                #[doc = #reload_doc]
                #vis fn #reload(&mut self) { #reload_body }
                #[doc = #cancel_doc]
                #vis fn #cancel(&mut self, reason: impl ::core::convert::Into<::signal_kernel::CancelReason>) { #cancel_body }
            }
        }
        Kind::Effect { .. } => TokenStream::new(),
    }
}

/// ```text
/// let revision = self.core.tick();
/// if let Some(old) = self.__price.replace(value, Self::__same_price, revision) {
///     self.core.pending[0] = 0x3;
///     settle::changed(self, old);
/// }
/// ```
fn set_body(plan: &Plan, index: usize, node: &Node) -> TokenStream {
    let (field, same) = (field(node), function("same", node));
    let revision = if plan.has_lazy() {
        quote!(self.core.tick())
    } else {
        quote!(0)
    };
    let masks = plan.masks(index, Part::Whole);
    if masks.is_empty() {
        return quote! {
            let revision = #revision;
            ::signal_kernel::__private::settle::discard(self.#field.replace(value, Self::#same, revision));
        };
    }
    let marks = masks.iter().map(|(word, bits)| {
        let word = *word as usize;
        quote!(self.core.pending[#word] = #bits;)
    });
    quote! {
        let revision = #revision;
        if let ::core::option::Option::Some(old) = self.#field.replace(value, Self::#same, revision) {
            #(#marks)*
            ::signal_kernel::__private::settle::changed(self, old);
        }
    }
}

/// Which of the two types a method is for.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Batch,
    Transaction,
}

/// The methods of a node on the batch type or the transaction type.
fn open_methods(context: &Context, index: usize, node: &Node, open: Open) -> TokenStream {
    let Context {
        name,
        type_generics,
        ..
    } = context;
    let (vis, x, field) = (&node.vis, &node.name, field(node));
    let ty = seen_type(node);
    let plain = node.name.unraw();
    let doc = format!("As [`{name}::{plain}`].");
    let getter = |body: TokenStream| {
        quote! {
            #[doc = #doc]
            #[track_caller]
            #vis fn #x(&mut self) -> &#ty { #body }
        }
    };
    let position = |plan: &Plan| plan.position(index);
    match &node.kind {
        Kind::Field { mutable, .. } => {
            let getter = getter(quote!(&self.graph.#field));
            let getter_mut = mutable.then(|| {
                let x_mut = method("", node, "_mut");
                quote! {
                    #[doc = #doc]
                    #vis fn #x_mut(&mut self) -> &mut #ty { &mut self.graph.#field }
                }
            });
            quote!(#getter #getter_mut)
        }
        Kind::Signal { .. } => {
            let getter = getter(quote!(&self.graph.#field.value));
            let (set, update, same) = (
                method("set_", node, ""),
                method("update_", node, ""),
                function("same", node),
            );
            let set_doc = format!("Writes the signal `{plain}`.");
            let update_doc = format!(
                "Changes the signal `{plain}` in place: this always counts as a change, unless rolled back."
            );
            let set_body = context.live(|plan| {
                let position = position(plan);
                quote! {
                    let stamp = self.graph.core.stamp();
                    let write = self.graph.#field.write(stamp, value, <#name #type_generics>::#same);
                    ::signal_kernel::__private::batch::written(&mut *self.graph, #position, write);
                }
            });
            let touch = match open {
                Open::Batch => quote!(touch(stamp)),
                Open::Transaction => {
                    quote!(touch_cloned(stamp, ::signal_kernel::__private::Undo::copy))
                }
            };
            let update_bound = match open {
                Open::Batch => quote!(),
                Open::Transaction => {
                    quote!(where for<'undo> #ty: ::signal_kernel::__private::Undo<'undo>)
                }
            };
            let update_body = context.live(|plan| {
                let position = position(plan);
                quote! {
                    let stamp = self.graph.core.stamp();
                    let write = self.graph.#field.#touch;
                    ::signal_kernel::__private::batch::written(&mut *self.graph, #position, write);
                    change(&mut self.graph.#field.value);
                }
            });
            quote! {
                #getter
                #[doc = #set_doc]
                #vis fn #set(&mut self, value: #ty) { #set_body }
                #[doc = #update_doc]
                #vis fn #update(&mut self, change: impl ::core::ops::FnOnce(&mut #ty)) #update_bound { #update_body }
            }
        }
        Kind::Computed { .. } => getter(context.live(|plan| {
            let rank = position(plan);
            quote! {
                ::signal_kernel::__private::batch::refresh(&mut *self.graph, #rank);
                self.graph.#x()
            }
        })),
        Kind::Resource { path, .. } => {
            let getter = getter(quote_spanned!(path.span()=> &self.graph.#field.state));
            if open == Open::Transaction {
                return getter;
            }
            let (reload, cancel) = (method("reload_", node, ""), method("cancel_", node, ""));
            let request = |request: TokenStream| {
                context.live(|plan| {
                    let rank = position(plan);
                    quote_spanned! {path.span()=>
                        self.graph.#field.request(#request);
                        ::signal_kernel::__private::batch::request(&mut *self.graph, #rank)
                    }
                })
            };
            let (reload_body, cancel_body) = (request(reload_request()), request(cancel_request()));
            let doc = format!(
                "Asks for what [`{name}`]'s method of this name does, when the batch ends; the last request counts."
            );
            quote! {
                #getter
                #[doc = #doc]
                #vis fn #reload(&mut self) { #reload_body }
                #[doc = #doc]
                #vis fn #cancel(&mut self, reason: impl ::core::convert::Into<::signal_kernel::CancelReason>) { #cancel_body }
            }
        }
        Kind::Effect { .. } => TokenStream::new(),
    }
}

fn reload_request() -> TokenStream {
    quote!(::signal_kernel::__private::Request::Reload)
}

fn cancel_request() -> TokenStream {
    quote!(::signal_kernel::__private::Request::Cancel(
        ::core::convert::Into::into(reason)
    ))
}

/// `batch` and `transaction` inside one: under a transaction everything can be taken back.
fn nested(context: &Context, open: Open) -> TokenStream {
    let [returned, failed] = context.free_types();
    let Context {
        batch,
        transaction,
        names,
        graph,
        ..
    } = context;
    let vis = &graph.vis;
    let inner = if open == Open::Batch {
        batch
    } else {
        transaction
    };
    let batch_body = context.live(|_| quote!(batch(&mut #inner { graph: &mut *self.graph })));
    let transaction_body = context.live(|_| {
        quote! {
            ::signal_kernel::__private::batch::transaction(
                &mut *self.graph,
                |graph| transaction(&mut #transaction { graph }),
            )
        }
    });
    quote! {
        /// A batch inside this one: the outermost settles.
        #vis fn batch<#returned>(&mut self, batch: impl ::core::ops::FnOnce(&mut #inner<'_, #(#names),*>) -> #returned) -> #returned {
            #batch_body
        }

        /// A transaction inside: if it fails, only what was written in it is taken back.
        ///
        /// # Errors
        ///
        /// With the error of `transaction`.
        #vis fn transaction<#returned, #failed>(
            &mut self,
            transaction: impl ::core::ops::FnOnce(&mut #transaction<'_, #(#names),*>) -> ::core::result::Result<#returned, #failed>,
        ) -> ::core::result::Result<#returned, #failed> {
            #transaction_body
        }
    }
}

/// Our line of a getter's documentation, below the user's.
fn own_doc(node: &Node, line: &str) -> TokenStream {
    let documented = node.attrs.iter().any(|attr| attr.path().is_ident("doc"));
    if documented {
        quote!(#[doc = ""] #[doc = #line])
    } else {
        quote!(#[doc = #line])
    }
}

fn kind_name(node: &Node) -> &'static str {
    match node.kind {
        Kind::Field { .. } => "field",
        Kind::Signal { .. } => "signal",
        Kind::Computed { .. } => "computed value",
        Kind::Resource { .. } => "resource",
        Kind::Effect { .. } => "effect",
    }
}
