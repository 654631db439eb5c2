//! The structs: the graph, with its nodes as fields, and the type of a graph that is being written.
//!
//! Must not know: methods.

use super::context::{Context, Header};
use super::docs;
use super::inside;
use super::list;
use super::names::{field, resource_type, respan};
use super::time;
use crate::reactive::model::{Kind, Node};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

/// The struct of a graph, with its nodes as fields.
pub(super) fn structs(context: &Context) -> TokenStream {
    let (nodes, plan) = (&context.declaration.nodes, context.plan);
    let stored = |index: usize| {
        let planned = &plan.nodes[index];
        stored_type(context, &nodes[index], planned.lazy, planned.versioned)
    };
    let fields: TokenStream = if plan.chunks.is_empty() {
        let fields = nodes.iter().enumerate().filter_map(|(index, node)| {
            let (field, ty) = (field(node), stored(index)?);
            Some(quote!(#[doc(hidden)] #field: #ty,))
        });
        fields.collect()
    } else {
        let chunks = plan.chunks.iter().enumerate().map(|(chunk, members)| {
            let types = members.iter().filter_map(|&index| stored(index));
            let types = quote!((#(#types,)*));
            let ty = if plan.is_lazy(chunk) {
                quote!(::signal_kernel::__private::std::boxed::Box<#types>)
            } else {
                types
            };
            let chunk = format_ident!("chunk_{chunk}__");
            quote!(#[doc(hidden)] #chunk: #ty,)
        });
        chunks.collect()
    };
    structs_with(context, plan.words, &fields, &docs::of_struct(context))
}

/// ```text
/// pub struct Cart { core__: Core<1>, __price: Slot<u64>, … }
/// pub struct CartBatch<'graph> { graph__: &'graph mut Cart }
/// ```
///
/// A large graph has its nodes in chunks: `chunk_0__: (Slot<u64>, …)`, `chunk_1__: Box<(Memo<u64>, …)>`.
///
/// The core comes first: it is named most often, and rustc searches the fields from the first to the last.
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
        batch_generics,
        ..
    } = header;
    let (attrs, vis) = (&declaration.attrs, &declaration.vis);
    let full = &declaration.generics;
    let (batch_impl, _, _) = batch_generics.split_for_impl();
    // With an empty list of the macro's own, rustc does not suggest to add an unknown type as a parameter.
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
        #vis struct #batch #batch_impl #where_clause {
            #[doc(hidden)]
            graph__: &'graph mut #name #type_generics,
        }
    };
    respan(name.span(), structs)
}

/// The type of a node's field, if the struct has one.
pub(super) fn stored_type(
    header: &Header,
    node: &Node,
    is_lazy: bool,
    is_versioned: bool,
) -> Option<TokenStream> {
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
        Kind::Signal {
            ty, per: Some(_), ..
        } => {
            quote!(::signal_kernel::__private::PerSlot<#ty, #version>)
        }
        Kind::Signal { ty, .. } | Kind::Computed { ty, .. } => {
            quote!(::signal_kernel::__private::Slot<#ty, #version>)
        }
        Kind::Resource { path, times, .. } => {
            let [value, error, future] =
                ["Value", "Error", "Future"].map(|name| resource_type(path, name));
            let work = time::work_type(header, path, times, [&value, &error, &future]);
            quote_spanned!(path.span()=> ::signal_kernel::__private::ResourceSlot<#value, #error, #work>)
        }
        Kind::Effect { kept: Some(ty), .. } => {
            quote!(::signal_kernel::__private::core::option::Option<#ty>)
        }
        Kind::Effect { kept: None, .. } => return None,
        Kind::Graph { ty, .. } => {
            let graph = inside::graph(header, ty);
            quote_spanned!(ty.span()=> ::signal_kernel::__private::Inside<#graph>)
        }
        Kind::List(list) => list::stored(header, list),
    })
}
