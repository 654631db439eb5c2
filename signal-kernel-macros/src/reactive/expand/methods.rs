//! The bodies of the methods that users call.
//!
//! Invariants: a getter never runs an eager body; no method loops or decides anything, the runtime does.
//!
//! Must not know: signatures; ranks of other nodes than the one a method is for.

use super::context::Context;
use super::names;
use super::names::local;
use crate::reactive::model::{Kind, Node, Observed};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned};

/// A method of one node.
#[derive(Clone, Copy)]
pub(super) enum Method {
    Get,
    GetMut,
    Set,
    Update,
    Take,
    Reload,
    Cancel,
}

pub(super) fn body(context: &Context, method: Method, index: usize) -> TokenStream {
    let node = &context.declaration.nodes[index];
    let (field, span) = (context.field(index), node.name.span());
    let (position, reads) = (context.plan.position(index), context.getter_use(index));
    match (method, &node.kind) {
        (Method::Get, Kind::Computed { .. }) if context.is_lazy(index) => {
            quote!(self.__memo(#position, &self.#field))
        }
        (Method::Get, Kind::Computed { .. } | Kind::Signal { per: Some(_), .. }) => {
            quote!(self.core__.assert_good(#position); &self.#field.value)
        }
        (Method::Get, Kind::Resource { path, .. }) => {
            let graph = local("self", path.span());
            quote_spanned!(path.span()=> &#graph.#field.task.state)
        }
        (Method::Get, Kind::Signal { .. }) => quote!(&self.#field.value),
        (Method::Get, Kind::Graph { ty, .. }) => {
            let graph = local("self", ty.span());
            quote_spanned!(ty.span()=> #graph.#field.get())
        }
        (Method::Get, _) => quote!(&self.#field),
        (Method::GetMut, _) => quote!(#reads self.core__.note_change(); &mut self.#field),
        (Method::Set, _) => {
            let recover = recover(context, index, |batch| {
                let (name, value) = (names::method("set_", node, ""), Ident::new("value", span));
                quote!(#batch.#name(#value))
            });
            let set = set(context, index, node, span);
            quote!(#recover #set)
        }
        (Method::Take, _) => quote! {
            ::signal_kernel::__private::batch::batch(self, |graph| {
                graph.#field.take(&mut graph.core__, #position, key)
            })
        },
        (Method::Update, Kind::Graph { .. } | Kind::List(_)) => {
            let (change, write) = (Ident::new("change", span), names::method("", node, "_mut"));
            quote!(self.batch(|batch| #change(&mut batch.#write())))
        }
        (Method::Update, _) => {
            let change = Ident::new("change", span);
            let recover = recover(context, index, |batch| {
                let name = names::method("update_", node, "_with");
                quote!(#batch.#name(#change, |_| {}))
            });
            quote! {
                #recover
                #reads
                let changed = self.#field.change(&mut self.core__, #position, #change);
                self.__updated(changed)
            }
        }
        (Method::Reload, Kind::Resource { path, .. }) => {
            let request = quote!(::signal_kernel::__private::Request::Reload);
            let request = request_to(context, index, path, &request);
            quote!(#reads #request)
        }
        (Method::Cancel, Kind::Resource { path, .. }) => {
            let request = quote!(::signal_kernel::__private::Request::cancel(reason));
            let request = request_to(context, index, path, &request);
            quote!(#reads #request)
        }
        (Method::Reload | Method::Cancel, _) => TokenStream::new(),
    }
}

/// A write ends the failure of a signal that starts anew. The end of a batch sees to that.
fn recover(
    context: &Context,
    index: usize,
    write: impl FnOnce(&TokenStream) -> TokenStream,
) -> TokenStream {
    if context.declaration.nodes[index].per().is_none() {
        return TokenStream::new();
    }
    let rank = context.plan.position(index);
    let write = write(&quote!(batch));
    quote! {
        if self.core__.is_failed(#rank) {
            return self.batch(|batch| #write);
        }
    }
}

fn request_to(context: &Context, index: usize, path: &Path, request: &TokenStream) -> TokenStream {
    let (field, rank) = (context.field(index), context.plan.position(index));
    let graph = local("self", path.span());
    quote_spanned! {path.span()=>
        let _old = #graph.#field.request(#request);
        ::signal_kernel::__private::settle::request(#graph, #rank)
    }
}

/// ```text
/// let revision = self.core__.tick();
/// if let Some(old) = self.__price.replace(value, Self::__same_price, revision) {
///     self.core__.set_pending(1, 0x3);
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
    let masks = plan.masks(index, Observed::Whole);
    let Some(((word, bits), later)) = masks.split_first() else {
        // Equal integers are identical, so a plain store will do. Equal floats are not: there are two zeros.
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
        quote!(self.core__.set_pending(#word, #bits);)
    });
    quote! {
        let revision = #revision;
        if let ::signal_kernel::__private::core::option::Option::Some(old) = self.#field.replace(#value, Self::#same, revision) {
            #(#marks)*
            self.__changed(old, #word, #bits);
        }
    }
}
