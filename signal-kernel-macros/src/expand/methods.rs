//! The bodies of the methods that users call.
//!
//! Invariants: a getter never runs an eager body; no method loops or decides anything, the runtime does.
//!
//! Must not know: signatures; ranks of other nodes than the one a method is for.

use super::{Context, Header, Kind, Node, Part, local};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned};

/// The type that a method belongs to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Receiver {
    Graph,
    Batch,
}

/// A method of one node.
#[derive(Clone, Copy)]
pub(super) enum Method {
    Get,
    GetMut,
    Set,
    Update,
    UpdateWith,
    Reload,
    Cancel,
}

pub(super) struct Bodies<'a> {
    pub(super) context: &'a Context<'a>,
}

impl Bodies<'_> {
    pub(super) fn body(&self, receiver: Receiver, method: Method, index: usize) -> TokenStream {
        let context = self.context;
        let node = &context.declaration.nodes[index];
        let field = context.field(index);
        let in_graph = receiver == Receiver::Graph;
        let graph = if in_graph {
            quote!(self)
        } else {
            quote!(self.graph__)
        };
        let span = if in_graph {
            node.name.span()
        } else {
            context.method_span(index)
        };
        let reads = context.reads(index);
        match (method, &node.kind) {
            (Method::Get, Kind::Computed { .. }) => {
                let rank = context.plan.position(index);
                if !in_graph {
                    let mut getter = node.name.clone();
                    getter.set_span(span);
                    quote!(#reads #graph.__refreshed(#rank).#getter())
                } else if context.is_lazy(index) {
                    quote!(self.__memo(#rank, &self.#field))
                } else {
                    quote!(self.core__.assert_good(#rank); &self.#field.value)
                }
            }
            (Method::Get, Kind::Resource { path, .. }) => {
                let graph = graph_at(receiver, path.span());
                let value = quote_spanned!(path.span()=> &#graph.#field.task.state);
                if in_graph {
                    value
                } else {
                    quote!(#reads #value)
                }
            }
            (Method::Get, kind) => {
                let part = matches!(kind, Kind::Signal { .. }).then(|| quote!(.value));
                let reads = if in_graph { TokenStream::new() } else { reads };
                quote!(#reads &#graph.#field #part)
            }
            (Method::GetMut, _) => {
                quote!(#reads #graph.core__.note_change(); &mut #graph.#field)
            }
            (Method::Set, _) if in_graph => set(context, index, node, span),
            (Method::Set, _) => {
                let Header {
                    name,
                    type_generics,
                    ..
                } = &context.header;
                let (position, same) = (context.plan.position(index), context.same(node));
                let value = Ident::new("value", span);
                quote! {
                    #graph.#field.write(&mut #graph.core__, #position, #value, <#name #type_generics>::#same);
                }
            }
            (Method::Update, _) => {
                let position = context.plan.position(index);
                let change = Ident::new("change", span);
                let core = quote!(&mut #graph.core__, #position);
                if in_graph {
                    quote! {
                        #reads
                        let changed = self.#field.change(#core, #change);
                        self.__updated(changed)
                    }
                } else {
                    quote! {
                        #reads
                        #change(#graph.#field.touch(#core, ::signal_kernel::needs::Undo::copy_for_undo))
                    }
                }
            }
            (Method::UpdateWith, _) => {
                let position = context.plan.position(index);
                let change = Ident::new("change", span);
                quote!(#reads #graph.#field.touch_with(&mut #graph.core__, #position, #change, undo))
            }
            (Method::Reload, Kind::Resource { path, .. }) => {
                let reload = quote!(::signal_kernel::__private::Request::Reload);
                let request = self.request(receiver, index, path, &reload);
                quote!(#reads #request)
            }
            (Method::Cancel, Kind::Resource { path, .. }) => {
                let cancel = quote!(::signal_kernel::__private::Request::Cancel(
                    ::signal_kernel::__private::core::convert::Into::into(reason)
                ));
                let request = self.request(receiver, index, path, &cancel);
                quote!(#reads #request)
            }
            (Method::Reload | Method::Cancel, _) => TokenStream::new(),
        }
    }
    fn request(
        &self,
        receiver: Receiver,
        index: usize,
        path: &Path,
        request: &TokenStream,
    ) -> TokenStream {
        let (field, rank) = (self.context.field(index), self.context.plan.position(index));
        let graph = graph_at(receiver, path.span());
        if receiver == Receiver::Graph {
            quote_spanned! {path.span()=>
                let _ = #graph.#field.request(#request);
                ::signal_kernel::__private::settle::request(#graph, #rank)
            }
        } else {
            quote_spanned! {path.span()=>
                let replaced = #graph.#field.request(#request);
                ::signal_kernel::__private::batch::request(&mut *#graph, #rank, replaced)
            }
        }
    }

    /// The bodies of `batch` and `transaction` of the batch type.
    pub(super) fn nested(&self, method: &str) -> TokenStream {
        let batch = &self.context.batch;
        if method == "transaction" {
            return quote! {
                ::signal_kernel::__private::batch::transaction(
                    &mut *self.graph__,
                    |graph| transaction(&mut #batch { graph__: graph }),
                )
            };
        }
        quote!(batch(&mut #batch { graph__: &mut *self.graph__ }))
    }
}

/// The graph, with tokens at a span of the user's.
fn graph_at(receiver: Receiver, span: Span) -> TokenStream {
    let this = local("self", span);
    if receiver == Receiver::Graph {
        quote!(#this)
    } else {
        quote_spanned!(span=> #this.graph__)
    }
}

/// ```text
/// let revision = self.core__.tick();
/// if let Some(old) = self.__price.replace(value, Self::__same_price, revision) {
///     self.core__.pending[1] = 0x3;
///     self.__changed(old, 0, 0x1);
/// }
/// ```
fn set(context: &Context, index: usize, node: &Node, span: Span) -> TokenStream {
    let plan = context.plan;
    let value = Ident::new("value", span);
    let (field, same) = (context.field(index), context.same(node));
    let revision = if plan.has_lazy() {
        quote!(self.core__.tick())
    } else {
        quote!(0)
    };
    let masks = plan.masks(index, Part::Whole);
    let Some(((word, bits), later)) = masks.split_first() else {
        // A float is not: the zeros are equal.
        let exact = context
            .primitive(node)
            .is_some_and(|name| !name.starts_with('f'));
        if exact {
            return quote!(self.#field.put(&mut self.core__, #value););
        }
        return quote! {
            let revision = #revision;
            if let ::signal_kernel::__private::core::option::Option::Some(old) = self.#field.replace(#value, Self::#same, revision) {
                self.core__.note_change();
                ::signal_kernel::__private::settle::discard(old);
            }
        };
    };
    let word = *word as usize;
    let marks = later.iter().map(|(word, bits)| {
        let word = *word as usize;
        quote!(self.core__.pending[#word] = #bits;)
    });
    quote! {
        let revision = #revision;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self.#field.replace(#value, Self::#same, revision) {
            #(#marks)*
            self.__changed(old, #word, #bits);
        }
    }
}
